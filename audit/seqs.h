/* audit/seqs.h - rows that begin with a seq, an u64, and stand in its order: sorted and found.
 *
 * Knows nothing else of them and owns nothing. */
#ifndef AUDIT_SEQS_H
#define AUDIT_SEQS_H

#include "proxy/base/base.h"

/* For qsort() and bsearch(). */
static inline int seqs_order(const void *a, const void *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

/* The row of that seq among `count` of so many bytes each, or NULL. */
static inline void *seqs_find(const void *rows, size_t count, size_t bytes, uint64_t seq)
{
    return count == 0 ? NULL : bsearch(&seq, rows, count, bytes, seqs_order);
}

#endif
