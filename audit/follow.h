/* audit/follow.h - reads a log in order from a seq on, a frame at a time, as far as it is signed.
 *
 * Needs the segments and nothing else: no index, no key, no lock. Remembers where the last few
 * thousand records lie, so that an end's begin is found at once. Never reads at or behind `size`,
 * which its caller has from a checkpoint. */
#ifndef AUDIT_FOLLOW_H
#define AUDIT_FOLLOW_H

#include "audit/segment.h"
#include "proxy/base/base.h"

struct follow;

/* The folder stays the caller's and open. GW_NO_MEMORY. */
GW_MUST gw_result follow_open(int dir, uint64_t next, struct follow **out);
void follow_close(struct follow *f);          /* NULL is fine */
uint64_t follow_next(const struct follow *f); /* seq of the record that comes next */
/* Calls each() for at most `most` records below `size`, an end with its begin (NULL: it is not
 * there). What each() said when that was not GW_OK: that record comes again. What has
 * ended before the first segment (audit/expire.h) is passed over. GW_NOT_FOUND: the next one is
 * gone; GW_CORRUPT: what lies there is no such record; GW_IO. */
GW_MUST gw_result follow_each(struct follow *f, uint64_t size, uint64_t most,
                              gw_result (*each)(void *owner, const struct segment_frame *frame,
                                                const struct segment_frame *begin),
                              void *owner);
/* Back to a seq: the batch was not taken. */
void follow_rewind(struct follow *f, uint64_t next);

#endif
