/* audit/retile.h - hash tiles and entry bundles that are gone or damaged are made again of the
 * records, where these give the root that was signed.
 *
 * Nothing is written before that is known: what contradicts a signature stays as it is, for whoever
 * looks into it. Reads all records, twice; keeps a bundle in memory. */
#ifndef AUDIT_RETILE_H
#define AUDIT_RETILE_H

#include "audit/tree.h"
#include "proxy/base/base.h"

/* Of the tree that was signed so; *mended: files that were written. A log whose first records have
 * ended by the clock is left alone. GW_CORRUPT: the records do not give that root; GW_IO,
 * GW_NO_MEMORY. */
GW_MUST gw_result retile_run(int dir, const struct tree_head *head, uint64_t *mended);

#endif
