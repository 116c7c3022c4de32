/* audit/show.h - reads records back: the last few, or one with its groups, as JSON.
 *
 * Reads segments only; takes no lock and proves nothing: that is audit/verify.h. What it appends is
 * what the log holds, which is cleared text. */
#ifndef AUDIT_SHOW_H
#define AUDIT_SHOW_H

#include "audit/segment.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/slice.h"

enum { SHOW_TAIL = 1000, SHOW_MAX = 1 << 20 };

/* {"groups":{...},"leaf":{...}} of record seq. GW_NOT_FOUND: no such record, or no log. */
GW_MUST gw_result show_record(const char *dir, uint64_t seq, struct buf *out);
/* Calls see() for that record, checked and borrowed. GW_NOT_FOUND, or what see() said. */
GW_MUST gw_result show_one(const char *dir, uint64_t seq,
                           gw_result (*see)(void *owner, int dir, const struct segment_frame *f),
                           void *owner);
/* Calls line() for each of the last n (at most SHOW_TAIL) leaves, oldest first. */
GW_MUST gw_result show_tail(const char *dir, size_t n, void (*line)(void *owner, struct slice leaf),
                            void *owner);
/* Calls line() for every leaf, oldest first. */
GW_MUST gw_result show_each(const char *dir, void (*line)(void *owner, struct slice leaf),
                            void *owner);
/* {"groups":{...},"leaf":{...}} of a checked frame; a group that was erased is null. */
GW_MUST gw_result show_frame(const struct segment_frame *frame, struct buf *out);

#endif
