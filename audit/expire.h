/* audit/expire.h - the end of whole segments, and of entry bundles: what is old is removed, and the
 * log that is left verifies on its own.
 *
 * Only from the beginning on, and nothing that is held, begun without an end, unsigned or still
 * written. Hash tiles stay, so every root can still be made; C2SP calls the first entry that is
 * left the minimum index. The `prune` records that say so come first and must be signed
 * (audit/verify.h wants them). Done twice, it changes nothing. */
#ifndef AUDIT_EXPIRE_H
#define AUDIT_EXPIRE_H

#include "audit/prune.h"
#include "audit/segment.h"
#include "proxy/base/base.h"
#include "proxy/base/slice.h"

/* What such a record says: this, and a seq. */
#define EXPIRE_SAYS_SEGMENTS "segments before "
#define EXPIRE_SAYS_LEAVES "leaves before "

struct expire {
    char segments_before[PRUNE_HOUR + 1]; /* records made before this hour; "": none */
    char leaves_before[PRUNE_HOUR + 1];
    bool (*is_held)(void *owner, uint64_t seq);
    void *owner;
    /* found: segments of records below the one may go, bundles of entries below the other; 0: none
     * (or none more) */
    uint64_t segments, leaves;
    uint64_t segments_gone, bundles_gone; /* done */
};

/* Writes nothing. GW_CORRUPT: the log has a hole; GW_NOT_FOUND: it has no checkpoint; GW_IO. */
GW_MUST gw_result expire_find(const char *dir, struct expire *e);
/* As found. */
GW_MUST gw_result expire_do(int dir, struct expire *e);
/* What a `prune` record's group says. GW_NOT_FOUND: nothing of it. */
GW_MUST gw_result expire_says(struct slice what, uint64_t *seq, bool *of_leaves);
/* The seq below which segments, or leaves, may be gone as that record says; 0: it says nothing. */
uint64_t expire_said(const struct segment_frame *frame, bool of_leaves);
/* Whether one of the `size` signed records says that those below `begin` may be gone. */
bool expire_is_recorded(int dir, uint64_t size, uint64_t begin);

#endif
