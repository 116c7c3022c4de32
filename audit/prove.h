/* audit/prove.h - a C2SP tlog-proof: one record is in the log that a checkpoint signs.
 *
 * Reads entry bundles and the checkpoint only; takes no lock. What it writes is checked before it
 * is handed out. */
#ifndef AUDIT_PROVE_H
#define AUDIT_PROVE_H

#include "proxy/base/base.h"
#include "proxy/base/buf.h"

enum { PROVE_MAX = 65536 };

/* Appends the proof. GW_NOT_FOUND: no such record under the newest checkpoint, or no log;
 * GW_CORRUPT: the log contradicts itself; GW_IO, GW_NO_MEMORY. */
GW_MUST gw_result prove_record(const char *dir, uint64_t seq, struct buf *out);
/* Appends the newest checkpoint, its signature checked. */
GW_MUST gw_result prove_checkpoint(const char *dir, struct buf *out);

#endif
