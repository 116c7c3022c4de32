/* redact/scan.h - the detectors: compiled once, immutable, shared by threads; a scratch per thread.
 *
 * One Hyperscan pass over the flat text and one over its normal form finds candidates; PCRE2-JIT
 * confirms where captures are needed; validators, context words (and JSON keys) and score decide.
 * Every engine error is GW_CORRUPT: the caller blocks. Findings are sorted by start and do not
 * overlap: the best stands. */
#ifndef REDACT_SCAN_H
#define REDACT_SCAN_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "redact/finding.h"
#include "redact/text.h"

struct scanner;
struct scan_scratch;

/* Compiles the catalogue and the custom detectors. On GW_BAD `reason` (size bytes) says which
 * detector and why. cache_dir: where a compiled database is kept, keyed by its content; NULL:
 * compile always. */
GW_MUST gw_result scanner_new(const struct custom_detector *custom, size_t n, const char *cache_dir,
                              char *reason, size_t size, struct scanner **out);
/* The same with all that policies may say. */
GW_MUST gw_result scanner_new_for(const struct custom_set *set, const char *cache_dir, char *reason,
                                  size_t size, struct scanner **out);
void scanner_free(struct scanner *s);                           /* NULL is fine */
struct scan_scratch *scan_scratch_new(const struct scanner *s); /* NULL when memory is short */
void scan_scratch_free(struct scan_scratch *scratch);

struct scan_result {
    struct finding *findings; /* arena; sorted by start */
    size_t count;
    struct attack attack; /* the highest of all windows, and of each origin; suspect leaves only */
};

/* What one leaf gave. It depends on nothing but the leaf's bytes, its key, whether its role is
 * suspect (scan_is_suspect), the scanner and the options: findings and their context never cross
 * leaves. So it may be kept and used again where all of these are the same. */
struct scan_leaf_result {
    const struct finding *findings; /* offsets from the begin of the leaf */
    size_t count;
    struct attack attack;
};

/* What the caller remembers of leaves. find() is asked once, before a leaf is scanned; true: *out
 * is used in place of a scan (of each finding only start, end, detector, score and is_allowed;
 * where one of them cannot be, the leaf is scanned after all). keep() is told what a scan of a leaf
 * gave; it must copy. Both in the order of leaves, but several leaves are scanned together: find()
 * may be asked for up to SCAN_TOGETHER leaves before keep() is told of the first of them. Empty
 * leaves are left out. Neither may use the scratch. */
enum { SCAN_TOGETHER = 64 };
struct scan_seen {
    bool (*find)(void *of, size_t leaf, struct scan_leaf_result *out);
    void (*keep)(void *of, size_t leaf, const struct scan_leaf_result *result);
    void *of;
};

struct scan_options {
    uint16_t threshold;           /* findings below are dropped; 0: default 500 */
    bool candidates;              /* every confirmed candidate, overlapping and low ones too */
    bool attacks;                 /* compute attack as well */
    uint8_t names;                /* enum names */
    bool repeats;                 /* a secret of one leaf is looked for in all of them */
    bool is_open;                 /* more text may follow: what a word behind it would still lift to
                                     the threshold is given beside the findings, and says so */
    bool is_ahead;                /* the same wherever the text were cut: of values anywhere */
    const struct scan_seen *seen; /* NULL: nothing is remembered */
};

/* A scan that is done bit by bit. Lives where the caller puts it; nothing to free. What it borrows
 * (scanner, scratch, text, seen, arena) must live as long. Between two steps the scratch holds
 * nothing of a job: several jobs of one thread may share it. */
struct scan_job {
    const struct scanner *scanner;
    struct scan_scratch *scratch;
    const struct text *text; /* NULL: `plain` is the one leaf */
    struct slice plain;
    struct scan_options options;
    struct arena *arena;
    size_t leaf, at;                    /* what comes next: a leaf and a byte of it */
    size_t names_at;                    /* of that leaf: where names are looked for next */
    struct finding *here;               /* of the long leaf that is under way */
    size_t here_count, here_room, room; /* room: of result.findings */
    struct attack here_attack;
    struct repeated *repeated; /* secrets that are looked for again; NULL before, as `learned` */
    struct learned
        *learned; /* names that the leaves have taught; NULL before they are all scanned */
    struct scan_result result; /* valid when done */
};

GW_MUST gw_result scan_start(struct scan_job *job, const struct scanner *s,
                             struct scan_scratch *scratch, const struct text *t,
                             const struct scan_options *options, struct arena *arena);
/* Scans some `budget` bytes more: at least one leaf, or a piece of it, in calls of at most 48 KiB.
 * The result does not depend on the budgets. After an error the job is dead. */
GW_MUST gw_result scan_step(struct scan_job *job, size_t budget, bool *done);
/* Are this role's words looked at for attacks: not our own prompts, schemas and past answers. */
bool scan_is_suspect(uint8_t role);

/* All at once. */
GW_MUST gw_result scan_text(const struct scanner *s, struct scan_scratch *scratch,
                            const struct text *t, const struct scan_options *options,
                            struct arena *arena, struct scan_result *out);
/* The same for one plain text (CLI, answers): one leaf without a key, of a suspect role. */
GW_MUST gw_result scan_plain(const struct scanner *s, struct scan_scratch *scratch,
                             struct slice text, const struct scan_options *options,
                             struct arena *arena, struct scan_result *out);
/* "Hyperscan 5.4.0, PCRE2 10.42, 57 detectors", for --version. */
void scanner_describe(const struct scanner *s, char *out, size_t size);
/* 12 hex digits of the built-in detectors: others, when a row of theirs says another thing. What a
 * policy adds is known by the policy's own hash. */
const char *scanner_version(const struct scanner *s);

#endif
