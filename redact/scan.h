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
void scanner_free(struct scanner *s);                           /* NULL is fine */
struct scan_scratch *scan_scratch_new(const struct scanner *s); /* NULL when memory is short */
void scan_scratch_free(struct scan_scratch *scratch);

struct scan_result {
    struct finding *findings; /* arena; sorted by start */
    size_t count;
    struct attack attack; /* the highest of all windows; for the user-side leaves */
};

struct scan_options {
    uint16_t threshold; /* findings below are dropped; 0: default 500 */
    bool candidates;    /* every confirmed candidate, overlapping and low ones too */
    bool attacks;       /* compute attack as well */
};

GW_MUST gw_result scan_text(const struct scanner *s, struct scan_scratch *scratch,
                            const struct text *t, const struct scan_options *options,
                            struct arena *arena, struct scan_result *out);
/* The same for one plain text (CLI, answers): one leaf. */
GW_MUST gw_result scan_plain(const struct scanner *s, struct scan_scratch *scratch,
                             struct slice text, const struct scan_options *options,
                             struct arena *arena, struct scan_result *out);
/* How many bytes at the end of `text` (an answer so far) are undecided: a finding could begin there
 * and be completed by what follows. 0 when all is decided. At most SCAN_HOLD_MAX. */
enum { SCAN_HOLD_MAX = 4096 };
size_t scan_undecided(const struct scanner *s, struct slice text);
/* "Hyperscan 5.4.0, PCRE2 10.42, 57 detectors", for --version. */
void scanner_describe(const struct scanner *s, char *out, size_t size);

#endif
