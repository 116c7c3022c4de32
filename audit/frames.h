/* audit/frames.h - records on their way to the disk: appended as frames to the segment that is
 * written, synced, and the next segment when it is full.
 *
 * For the files that hold an open log only (audit/state.h). Knows the ballast and the spare
 * directory, where it turns when the disk gives no more. */
#ifndef AUDIT_FRAMES_H
#define AUDIT_FRAMES_H

#include "audit/leaf.h"
#include "audit/record.h"
#include "proxy/base/base.h"

struct audit_log;

/* Appends a record, of the log about itself or another. *seq is its number. GW_TOO_BIG: it fits in
 * no segment; GW_UNAVAILABLE: the log is poisoned, or its disk full. */
GW_MUST gw_result frames_append(struct audit_log *log, const struct audit_record *rec,
                                const struct leaf_counters *counters, uint64_t *seq);
/* What was appended is on the disk; tells a fault that was met meanwhile. GW_UNAVAILABLE: poisoned.
 */
GW_MUST gw_result frames_sync(struct audit_log *log);
/* What is erased lies in segments that nobody writes any more: the next record begins another. */
GW_MUST gw_result frames_close_segment(struct audit_log *log);
/* An end for each begin of that owner that has none: audit_log_abandon(). */
GW_MUST gw_result frames_abandon(struct audit_log *log, uint64_t owner);

#endif
