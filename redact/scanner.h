/* redact/scanner.h - the compiled detectors as scan.c, judge.c, hold.c and scanner.c share them;
 * nobody else includes it.
 *
 * Immutable behind scanner_new(); every string is owned by the scanner or constant. */
#ifndef REDACT_SCANNER_H
#define REDACT_SCANNER_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "redact/allow.h"
#include "redact/catalog.h"
#include "redact/check.h"
#include "redact/confirm.h"
#include "redact/context.h"
#include "redact/known.h"
#include "redact/leads.h"
#include "redact/lists.h"
#include "redact/match.h"
#include "redact/prints.h"
#include "redact/model.h"
#include "redact/trigger.h"
#include "redact/scan.h"

/* A catalogue row or a custom detector, ready to run; index = finding.detector. */
struct row {
    struct slice name, entity;
    const struct detector *built_in; /* NULL for a custom one */
    struct confirmer *confirmer;     /* NULL: all it has are words in a list */
    size_t confirm_len;              /* of its pattern */
    bool is_shared;                  /* the confirmer is that of an earlier row */
    uint8_t family, flags;
    uint16_t base, with_words;
    unsigned words;   /* its list of context words; 0: none */
    uint16_t most;    /* built in: a value has no more, however sure, without one of them */
    bool needs_words; /* where no value reaches the threshold without them, it is asked for them
                         before anything else */
    uint32_t back, max_len;
    uint32_t margin; /* bytes around a value that its confirmation and its context may look at */
    const struct slice *near; /* custom: one of these within `within` bytes */
    size_t near_count, within;
    const struct check **checks; /* custom: all must hold */
    size_t check_count;
    struct known *known;   /* custom: hashes of its values; NULL: none */
    struct prints *prints; /* custom: of its documents; NULL: none */
    struct slice pattern;  /* custom: as it was written, for people */
    struct slice where;    /* custom: where a file says it, for blame */
};

/* Rows that the head of a column tells, for keys of members. */
struct columns {
    uint32_t *rows;
    size_t count;
    uint64_t
        endings[16]; /* a bit for each three letters that one of their words ends with, hashed */
};

/* What scanner_new() gives out; shared by threads, never changed. */
struct scanner {
    struct arena *arena; /* rows and copies of custom strings */
    char version[13];    /* of the built-in rows */
    struct row *rows;
    size_t count;
    struct triggers triggers;
    struct context_table words;
    struct columns columns;
    struct lists lists;      /* users' words */
    struct leads leads;      /* what a policy's own patterns begin with */
    struct matcher *matcher; /* of the rows with TRIGGER_SEARCH; NULL: there are none */
    uint32_t *searched;      /* their rows, in the matcher's order */
    size_t searched_count;
    uint32_t *documents; /* rows with fingerprints */
    size_t document_count;
    struct allow allow;
    struct model model; /* of names; their rows are the last NAME_KINDS ones */
    bool anchored; /* one of them may ask where a text begins or ends: leaves go to it one by one */
};

/* How far a row has been confirmed in the subject number `round`; of any other round: not at all.
 */
struct scan_done {
    uint32_t round, end;
};

/* What one thread needs to scan. */
struct scan_scratch {
    struct match_scratch *match; /* NULL without a matcher */
    struct confirm_scratch *confirm;
    struct scan_done *done; /* for each row */
    uint32_t round;         /* counts subjects; never 0 while one is scanned */
    struct spot_block strip[TRIGGER_STRIP + 1];
};

#endif
