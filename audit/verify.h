/* audit/verify.h - checks a log directory against its own public key, trusting no tile and no
 * index.
 *
 * Reads only; takes no lock, so a log that is being written can be verified: the newest checkpoint
 * is read first and what comes after it counts as not yet signed. Rebuilds the root from the
 * segments and compares every entry bundle and tile with it, and with each earlier checkpoint that
 * it is given or finds in anchor/. Finds the first contradiction, not all. */
#ifndef AUDIT_VERIFY_H
#define AUDIT_VERIFY_H

#include "audit/quorum.h"
#include "proxy/base/base.h"
#include "proxy/base/clock.h"
#include "proxy/base/secret.h"
#include "proxy/base/slice.h"

/* Also the exit codes of `bulla audit verify`. */
enum verify_code {
    VERIFY_INTACT = 0,
    VERIFY_ERROR = 1,       /* could not be checked: reason says why */
    VERIFY_TAMPERED = 2,    /* something contradicts the log */
    VERIFY_INCOMPLETE = 3,  /* a torn end, unknown outcomes, missing policy bundles or checkpoint */
    VERIFY_UNWITNESSED = 5, /* no checkpoint meets the quorum that was asked for */
    VERIFY_STALE = 4        /* newest signed record older than max_age_s */
};

enum { VERIFY_REASON = 200 };

struct verify_options {
    uint64_t max_age_s; /* 0: any age */
    const struct clock *clock;
    const char *vkey; /* a key that the caller trusts, which must be one of the log's; or NULL */
    const struct quorum *quorum; /* who must have cosigned, and which logs are meant; or NULL */
    const struct slice *kept;    /* checkpoints or receipts that somebody kept: audit/kept.h */
    size_t kept_count;
};

struct verify_report {
    enum verify_code code;
    uint64_t records;   /* valid frames */
    uint64_t size;      /* signed, by the newest checkpoint */
    struct digest root; /* signed and rebuilt */
    uint64_t begun, ended, blocked;
    uint64_t open;            /* begun without an end so far */
    uint64_t unknown;         /* ended as unknown_after_crash */
    uint64_t erased;          /* records whose disclosures are gone, as an `erase` record says */
    uint64_t pruned;          /* records whose payloads have ended, as a `prune` record says */
    uint64_t witnessed;       /* size of the newest checkpoint that meets the quorum */
    uint64_t kept;            /* earlier checkpoints that this log grew out of */
    uint64_t segments_from;   /* the first record of which there is a frame (audit/expire.h) */
    uint64_t leaves_from;     /* the first one of which there is a leaf: C2SP's minimum index */
    uint64_t bundles_missing; /* policy bundles named and not stored */
    uint64_t seq;             /* where the first contradiction is, when has_seq */
    bool has_seq;
    char origin[128];
    char reason[VERIFY_REASON]; /* a sentence; "" when intact */
};

void verify_run(const char *dir, const struct verify_options *options,
                struct verify_report *report);

#endif
