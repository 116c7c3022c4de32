/* audit/service.h - the auditor's loop: takes what all channels sent, appends, syncs once, answers.
 *
 * Knows nothing of exchanges: a message is a record or a policy bundle. Owns the channels it is
 * given and the log: both are closed when it returns. */
#ifndef AUDIT_SERVICE_H
#define AUDIT_SERVICE_H

#include "audit/door.h"
#include "audit/log.h"
#include "proxy/base/base.h"

enum { SERVICE_BATCH = 512, SERVICE_CHANNELS = 256 };

/* Runs until the master says stop or closes control_fd (channel_open(), end 1), then drains, closes
 * the log and every channel. Returns the exit code: 0, or 1 when the log was poisoned: then the
 * batch is refused, the reason logged and the loop ends at once; opening the log again recovers.
 * door_fd: audit/door.h, closed as well; -1: none. */
int service_run(struct audit_log *log, int control_fd, int door_fd);

#endif
