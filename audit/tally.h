/* audit/tally.h - sums by name: what `bulla audit stats` counts.
 *
 * Knows nothing of records. Names are copied. Whoever embeds one frees it. */
#ifndef AUDIT_TALLY_H
#define AUDIT_TALLY_H

#include "audit/facet.h"
#include "proxy/base/base.h"
#include "proxy/base/slice.h"

enum { TALLY_ROWS = 1 << 20 };

struct tally_row {
    char *name;
    uint64_t exchanges, blocked, redacted, errors;
    struct facet_sums sums;
};

struct tally {
    struct tally_row *rows;
    size_t count, room;
    size_t *slots; /* 1 + index into rows, by hash; 0: free */
    size_t slot_count;
};

/* The row of that name, made when it is new; borrowed until the next call. GW_NO_MEMORY;
 * GW_TOO_BIG: TALLY_ROWS names. */
GW_MUST gw_result tally_row(struct tally *t, struct slice name, struct tally_row **out);
/* Most exchanges first, then by name. No tally_row() after it. */
void tally_sort(struct tally *t);
void tally_free(struct tally *t);

#endif
