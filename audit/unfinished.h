/* audit/unfinished.h - an erasure that was cut short is done again by who opens the log next.
 *
 * The file `erasing` is there from before an `erase` record is written until all that it names is
 * gone: the seq from which on such records may stand. Who erases holds a lock on it. What was
 * signed is done again; keys of the running hour stay, since a worker may still seal under them. */
#ifndef AUDIT_UNFINISHED_H
#define AUDIT_UNFINISHED_H

#include "proxy/base/base.h"

/* Before the record: waits for another one that is at it, and finishes what it has left. `size`: of
 * the newest checkpoint. *fd is the lock. GW_IO (errno), GW_CORRUPT. */
GW_MUST gw_result unfinished_begin(int dir, uint64_t size, int *fd);
/* All is gone, or there was nothing to do. */
GW_MUST gw_result unfinished_end(int dir, int fd);
/* Nobody is at it, and something was left: is done again. *records: that were erased anew. */
GW_MUST gw_result unfinished_finish(int dir, uint64_t size, uint64_t *records);

#endif
