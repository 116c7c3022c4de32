/* audit/adrift.h - the log goes on elsewhere when its own disk fails: `audit.spare_dir`.
 *
 * A descriptor whose write or sync failed is never used again. What was not acknowledged is written
 * anew, from memory, into a segment in the spare directory, behind it a `log.fault` record, and so
 * on: segments only. Nothing is signed meanwhile. When the log's own disk works again the log is
 * closed; opening it takes the segments home, where they belong behind what was acknowledged
 * before. */
#ifndef AUDIT_ADRIFT_H
#define AUDIT_ADRIFT_H

#include "audit/state.h"
#include "proxy/base/base.h"

/* Opens the spare directory and makes sure that it can be written, before anything fails, and takes
 * home what lies there, before the log is read: the records from its first one on are those,
 * whatever the log's own segments have there. Done twice, it changes nothing.
 *
 * Which directory that is stands in the log's own one too, in the file `spare_dir`: who opens the
 * log without its configuration (path is NULL) goes by that, and one that was configured before is
 * looked into first. "": there is none any more. Errors with log->reason: GW_REFUSED: not ours;
 * GW_CORRUPT: a segment there is none; GW_IO. */
GW_MUST gw_result adrift_find(struct audit_log *log, const char *path);
/* Goes on in the spare directory with what waits in log->file. GW_UNAVAILABLE: there is none, or it
 * fails too; then nothing has changed. */
GW_MUST gw_result adrift_begin(struct audit_log *log);
/* When the log is adrift: whether its own disk can be written again; looked at once a minute. */
bool adrift_is_over(struct audit_log *log);

#endif
