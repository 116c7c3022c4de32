/* audit/erase.h - takes out of the segments what a record disclosed about somebody.
 *
 * The groups who, net and find are overwritten with zeros, salts included; the leaf with their
 * digests stays, and so does every proof. Only segments that nobody writes any more: the `erase`
 * record that must come first begins a new one (audit/log.h). Done twice, it changes nothing. */
#ifndef AUDIT_ERASE_H
#define AUDIT_ERASE_H

#include "audit/index.h"
#include "proxy/base/base.h"

/* One frame; durable after erase_sync() on the same directory. GW_CORRUPT: no such frame. */
GW_MUST gw_result erase_frame(int dir, const struct index_row *row);
/* All that was overwritten in that segment becomes durable. */
GW_MUST gw_result erase_sync(int dir, uint64_t segment);

#endif
