/* audit/pairs.h - the begins that wait for their end.
 *
 * Knows nothing of disks or channels. A begin has an owner (whoever may end it: a channel, or 0 for
 * nobody that lives) and ends once. Begins are added in the order of their seq. Whoever embeds it
 * frees it. */
#ifndef AUDIT_PAIRS_H
#define AUDIT_PAIRS_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

enum { PAIRS_MAX = 1 << 20 };

struct pairs_begin {
    uint64_t seq, owner;
    char xid[37];
    bool has_ended; /* kept until the next sweep */
};

struct pairs {
    struct pairs_begin *at; /* by seq */
    size_t count, room, ended;
};

/* GW_NO_MEMORY; GW_TOO_BIG: PAIRS_MAX begins are open; GW_BAD: xid is longer than an id, or seq
 * does not rise. */
GW_MUST gw_result pairs_begin(struct pairs *p, uint64_t seq, uint64_t owner, struct slice xid);
/* pairs_end() would be true. */
bool pairs_is_open(const struct pairs *p, uint64_t seq, uint64_t owner, struct slice xid);
/* True, once: `seq` is an open begin of this owner and this exchange. */
GW_MUST bool pairs_end(struct pairs *p, uint64_t seq, uint64_t owner, struct slice xid);
/* Ends all open begins of this owner, oldest first, after each() was shown them. What each() said
 * when that was not GW_OK; that one and those behind it stay open. */
GW_MUST gw_result pairs_end_all(struct pairs *p, uint64_t owner,
                                gw_result (*each)(void *of, const struct pairs_begin *begin),
                                void *of);
/* The newest open begin of this owner and this exchange, for an end that could not know its seq
 * yet; false: there is none. */
bool pairs_newest(const struct pairs *p, uint64_t owner, struct slice xid, uint64_t *seq);
/* The seq of the oldest open begin, of whomever; `none` when there is none. */
uint64_t pairs_oldest(const struct pairs *p, uint64_t none);
/* Begins or ends what a leaf begins or ends; of an end that fits no begin, and of other records,
 * nothing. GW_CORRUPT: the leaf does not say what it is; else as pairs_begin(). */
GW_MUST gw_result pairs_see(struct pairs *p, uint64_t owner, struct slice leaf);
size_t pairs_open(const struct pairs *p); /* how many are open */
void pairs_free(struct pairs *p);

#endif
