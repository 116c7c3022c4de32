/* audit/edge.h - the right edge of a signed tree, read off its tiles, so that a log that is opened
 * goes on with the tree and need not read all records again.
 *
 * Tiles are believed as far as they give the signed root. Writes nothing. */
#ifndef AUDIT_EDGE_H
#define AUDIT_EDGE_H

#include "audit/tree.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"

/* The tree of that size, and the entries of its last, partial bundle, which are appended.
 * GW_CORRUPT: the files do not give that root; GW_NOT_FOUND: one is not there; GW_IO. */
GW_MUST gw_result edge_read(int dir, const struct tree_head *head, struct tree *tree,
                            struct buf *bundle);

/* Leaf hashes of a signed tree by their tile, the last one at hand. */
struct edge_leaves {
    int dir;
    uint64_t size; /* of the tree */
    bool has_tile;
    uint64_t tile;
    struct digest at[TREE_WIDTH];
};

/* The hash at that seq. GW_NOT_FOUND, GW_IO: its tile cannot be had. */
GW_MUST gw_result edge_leaf(struct edge_leaves *l, uint64_t seq, struct digest *out);
/* Whether the tree has that entry at that seq. GW_CORRUPT: another one; GW_NOT_FOUND, GW_IO: its
 * tile cannot be had. */
GW_MUST gw_result edge_has(struct edge_leaves *l, uint64_t seq, struct slice entry);

#endif
