/* audit/prune.h - the end of payloads: the keys of old epochs are deleted, then what they sealed is
 * overwritten with zeros.
 *
 * Leaves, groups and proofs stay. The `prune` record comes first and begins a new segment
 * (audit/log.h), so only segments that nobody writes any more are touched. What is held stays, with
 * its epoch's keys. Done twice, it changes nothing. */
#ifndef AUDIT_PRUNE_H
#define AUDIT_PRUNE_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

/* An epoch's hour is the begin of its name; what a `prune` record says of it: this, and the hour.
 */
enum { PRUNE_HOUR = 10 };
#define PRUNE_SAYS "payloads before "

struct prune {
    char before[PRUNE_HOUR + 1]; /* "2026112820": epochs of earlier hours end */
    bool (*is_held)(void *owner, uint64_t seq);
    void *owner;
    uint64_t payloads, epochs, held; /* what was done, and records that stay for a hold */
};

/* The hour of a time in microseconds since 1970. */
void prune_hour(int64_t wall_us, char out[PRUNE_HOUR + 1]);
GW_MUST gw_result prune_payloads(int dir, struct prune *p);

#endif
