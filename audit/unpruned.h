/* audit/unpruned.h - a pruning that was cut short is done again by who opens the log next.
 *
 * The file PRUNE, whose lock whoever prunes holds, says from before the `prune` records until all
 * is gone from which seq on such records may stand. What they say, as far as it is signed, is then
 * done by a thread beside the log: only segments that nobody writes any more are touched, as by the
 * verb. What is held meanwhile stays, and whole segments and bundles wait for the next pruning when
 * something in them is. */
#ifndef AUDIT_UNPRUNED_H
#define AUDIT_UNPRUNED_H

#include "proxy/base/base.h"
#include <pthread.h>

struct unpruned {
    pthread_t thread;
    int dir, lock;  /* the log's, borrowed; PRUNE, or -1 */
    uint64_t since; /* as PRUNE says */
    uint64_t size;  /* signed records */
    bool has_thread, is_stopping;
};

/* For who prunes. The lock in *fd, which goes with the process. GW_AGAIN: somebody is at it. */
GW_MUST gw_result unpruned_take(int dir, int *fd);
/* Before the records: `size` of the newest checkpoint. GW_IO (errno); GW_AGAIN: another one has
 * left something, and its mark stands; it is not for this one to clear. */
GW_MUST gw_result unpruned_mark(int fd, uint64_t size);
/* All is gone. */
GW_MUST gw_result unpruned_clear(int fd);

/* For who opens the log, under a checkpoint of that size: does what was left, in a thread of its
 * own; nothing when nothing was. unpruned_end() stops it in the middle, and what is not done yet is
 * left again. */
void unpruned_begin(struct unpruned *u, int dir, uint64_t size);
void unpruned_end(struct unpruned *u);

#endif
