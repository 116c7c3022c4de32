/* audit/holds.h - which records may not go: what `hold.set` records name, until a `hold.clear` of
 * the same case.
 *
 * Fed with such records in their order; knows nothing of files. holds_free() frees what it holds.
 */
#ifndef AUDIT_HOLDS_H
#define AUDIT_HOLDS_H

#include "audit/segment.h"
#include "proxy/base/base.h"

struct hold {
    uint64_t seq;
    char name[64];  /* of the case; longer ones are cut */
    uint64_t stays; /* for who prunes: of the first of a case, records that stayed for it */
};

struct holds {
    struct hold *at;
    size_t count, room;
};

/* A frame of the log; other types change nothing. GW_NO_MEMORY. */
GW_MUST gw_result holds_see(struct holds *h, const struct segment_frame *frame);
/* When all were seen: by seq, for holds_find(). */
void holds_sort(struct holds *h);
/* Who holds it, one of several; NULL: nobody. */
const struct hold *holds_find(const struct holds *h, uint64_t seq);
/* Counts a record that stayed, for each case that holds it. */
void holds_stay(struct holds *h, uint64_t seq);
void holds_free(struct holds *h);

#endif
