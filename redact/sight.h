/* redact/sight.h - where in a text something might be undone: for normal.c only.
 *
 * Looks at 64 bytes at a time and tells places, not what stands there: most texts have few. Never
 * misses one; a place may turn out to be none. Of a run of bytes beyond ASCII any byte may be told,
 * and whoever undoes it looks at the whole run. Lives on the caller's stack; nobody frees it. */
#ifndef REDACT_SIGHT_H
#define REDACT_SIGHT_H

#include "proxy/base/base.h"
#include "proxy/base/bytes.h"
#include "proxy/base/slice.h"

/* A stretch of the source: a bit for each place. All zero before the first look. */
enum { SIGHT_BLOCKS = 32, SIGHT_BYTES = SIGHT_BLOCKS * BYTES_BLOCK };
struct sight {
    size_t from, to; /* what of the source was looked at */
    size_t spelled;  /* the end of the last row of digit words that was met */
    uint64_t places[SIGHT_BLOCKS];
    uint64_t tokens[SIGHT_BLOCKS]; /* letters, digits and the four signs of base64 */
};

/* The first place not before `at`; in.len if there is none. The same `in` each time, and `at` never
 * less than before. */
size_t sight_find(struct sight *sight, struct slice in, size_t at);
/* Where the run of such letters, digits and signs ends that goes on at `at`. */
size_t sight_token_end(const struct sight *sight, struct slice in, size_t at);

#endif
