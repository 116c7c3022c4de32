/* redact/match.h - many patterns, one pass: where a detector's trigger stands in a text.
 *
 * Hides the multi-pattern engine: the only header of match.c, which alone includes its API. Knows
 * ids and byte ranges, nothing of detectors, context or scores. A matcher is immutable and shared
 * by threads; a scratch belongs to one thread. Both are freed by whoever made them. */
#ifndef REDACT_MATCH_H
#define REDACT_MATCH_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/slice.h"

struct matcher;
struct match_scratch;

struct match_pattern {
    struct slice text;
    bool caseless;
};

/* What the engine would not compile. */
struct match_fault {
    size_t pattern; /* its index; SIZE_MAX: none in particular */
    char reason[200];
};

/* Where pattern `id` met, overlapping and touching meetings of one id joined. */
struct match {
    uint32_t id, start, end;
};

/* On GW_BAD `fault` says which pattern and why. Database kept in cache_dir (may
 * be NULL) under the digest of patterns and engine version; a damaged copy is ignored and made
 * anew. */
GW_MUST gw_result matcher_new(const struct match_pattern *patterns, size_t n, const char *cache_dir,
                              struct match_fault *fault, struct matcher **out);
void matcher_free(struct matcher *m);                             /* NULL is fine */
struct match_scratch *match_scratch_new(const struct matcher *m); /* NULL when memory is short */
void match_scratch_free(struct match_scratch *scratch);
/* All meetings in text, sorted by start. Every engine error is GW_CORRUPT. */
GW_MUST gw_result match_all(const struct matcher *m, struct match_scratch *scratch,
                            struct slice text, struct arena *arena, struct match **out,
                            size_t *count);
/* "5.4.0" */
const char *match_version(void);

#endif
