/* audit/ballast.h - a file of reserved blocks that an open log lets go when its disk is full: with
 * its room the log gets its last record and a checkpoint over all.
 *
 * For the files that hold an open log only (audit/state.h). */
#ifndef AUDIT_BALLAST_H
#define AUDIT_BALLAST_H

#include "proxy/base/base.h"

struct audit_log;

bool ballast_is_there(const struct audit_log *log);
/* log->ground.ballast bytes. GW_IO, errno: there is none then. */
GW_MUST gw_result ballast_make(const struct audit_log *log);
void ballast_drop(const struct audit_log *log);
/* A new file could not be made (errno): when there was no room for it, lets the ballast go; the
 * next look ends the log (ground.h). True: try once more. */
bool ballast_gives_way(struct audit_log *log);

#endif
