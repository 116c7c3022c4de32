/* audit/prune.h - the end of payloads and of disclosures: the keys of old epochs are deleted, then
 * what they sealed is overwritten with zeros; of old exchanges the groups who, net and find are.
 *
 * Leaves and proofs stay. The `prune` record comes first and begins a new segment
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
#define PRUNE_SAYS_GROUPS "disclosures before "

struct prune {
    char before[PRUNE_HOUR + 1];        /* "2026112820": epochs of earlier hours end */
    char groups_before[PRUNE_HOUR + 1]; /* so do disclosures of exchanges; "": none */
    bool (*is_held)(void *owner, uint64_t seq);
    gw_result (*each)(void *owner, uint64_t seq); /* told of each whose groups ended; or NULL */
    void (*stays)(void *owner, uint64_t seq);     /* told of each that stays for a hold; or NULL */
    bool (*must_stop)(void *owner);               /* asked at each record; or NULL */
    void *owner;
    /* what was done, and records that stay for a hold */
    uint64_t payloads, epochs, groups, held;
};

/* The hour of a time in microseconds since 1970. */
void prune_hour(int64_t wall_us, char out[PRUNE_HOUR + 1]);
/* Keys first, then what they opened, then disclosures. GW_CORRUPT: the log has a hole, and nothing
 * was touched, since what is held behind it cannot be known; GW_IO; GW_AGAIN: it was to stop. */
GW_MUST gw_result prune_run(int dir, struct prune *p);
/* The hour in which a record of an exchange was made, as a number; 0: it does not say, or is of
 * something else, whose disclosures stay. */
uint64_t prune_hour_of(struct slice leaf);
/* What a `prune` record's group says: the hour before which payloads, or (then *of_groups)
 * disclosures end. GW_NOT_FOUND: neither. */
GW_MUST gw_result prune_says(struct slice what, uint64_t *hour, bool *of_groups);

#endif
