/* audit/minimum.h - C2SP's minimum index of a log (tlog-tiles, "Pruning"): the first entry whose
 * bundle is still there. */
#ifndef AUDIT_MINIMUM_H
#define AUDIT_MINIMUM_H

#include "proxy/base/base.h"

/* Of `size` signed entries: a multiple of TREE_WIDTH, at most `most`. Found by halving: bundles go
 * from the beginning on only (audit/expire.h). */
uint64_t minimum_index(int dir, uint64_t size, uint64_t most);

#endif
