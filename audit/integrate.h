/* audit/integrate.h - from durable leaves to entry bundles, tiles and a signed checkpoint.
 *
 * Order on disk: bundles and tiles, the signer's own note of what it signs, then the checkpoint. */
#ifndef AUDIT_INTEGRATE_H
#define AUDIT_INTEGRATE_H

#include "audit/state.h"
#include "proxy/base/base.h"

/* Adds a leaf to the tree, of which all files are there. GW_CORRUPT: the tree is not the one that
 * was signed at this size. */
GW_MUST gw_result integrate_leaf(struct audit_log *log, struct slice leaf);
/* The leaves that were handed over; with is_due the partial tiles and a checkpoint too. */
GW_MUST gw_result integrate_all(struct audit_log *log, bool is_due);
/* What the signer signed last: size 0 when it has signed nothing. GW_CORRUPT: unreadable. */
GW_MUST gw_result integrate_signed_read(struct audit_log *log);

#endif
