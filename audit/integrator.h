/* audit/integrator.h - the thread that builds tiles and checkpoints while the writer goes on.
 *
 * Tiles mean new files, and a disk takes its time to make them durable: no record waits for that.
 * The writer hands over leaves that are durable; while the integrator is busy, the tree, the bundle
 * and all that was signed are its own. Started with the first leaves; integrator_stop() joins it.
 * Knows nothing of records. */
#ifndef AUDIT_INTEGRATOR_H
#define AUDIT_INTEGRATOR_H

#include "proxy/base/base.h"

struct audit_log;

void integrator_init(struct audit_log *log);
/* Gives the synced leaves to the thread, unless it is still busy with what it has; with is_due a
 * checkpoint follows these, or the next that it is given. GW_UNAVAILABLE: an earlier batch failed
 * (errno says how), or there is no thread; GW_NO_MEMORY. */
GW_MUST gw_result integrator_give(struct audit_log *log, bool is_due);
/* Waits for the thread and does what is left here and now. GW_UNAVAILABLE as above. */
GW_MUST gw_result integrator_finish(struct audit_log *log);
/* Ends the thread after the batch that it works on. */
void integrator_stop(struct audit_log *log);

#endif
