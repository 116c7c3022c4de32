/* audit/tree.h - the Merkle tree of RFC 6962 (SHA-256) as C2SP tlog-tiles cuts it.
 *
 * Knows nothing of files: full tiles go to a sink, partial ones are read off the tree. A tree keeps
 * only its right edge, 57 KiB, in the caller's memory; nothing to free. */
#ifndef AUDIT_TREE_H
#define AUDIT_TREE_H

#include "proxy/base/base.h"
#include "proxy/base/secret.h"
#include "proxy/base/slice.h"

enum { TREE_LEVELS = 7, TREE_WIDTH = 256, TREE_PATH = 64, TREE_PROOF = 64 };
enum { TREE_ENTRIES = TREE_LEVELS }; /* the "level" of entry bundles, for tree_path() */

struct tree {
    uint64_t size;
    unsigned count[TREE_LEVELS]; /* hashes in the partial tile of the level, below TREE_WIDTH */
    struct digest at[TREE_LEVELS][TREE_WIDTH];
};

/* What a checkpoint says of a tree. */
struct tree_head {
    uint64_t size;
    struct digest root;
};

struct tree_sink {
    void *owner;
    gw_result (*full)(void *owner, unsigned level, uint64_t index, const struct digest *hashes);
};

/* Takes the next entry off the bytes of a bundle. GW_CORRUPT: they are cut. */
GW_MUST gw_result tree_entry_next(struct slice *rest, struct slice *entry);
struct digest tree_leaf(struct slice entry); /* SHA-256(0x00, entry) */
struct digest tree_node(const struct digest *left, const struct digest *right);
void tree_init(struct tree *t);
/* Adds a leaf hash; sink (NULL: nobody) gets each tile that becomes full. What the sink says when
 * it is not GW_OK, or GW_TOO_BIG; the tree is then of no further use. */
GW_MUST gw_result tree_add(struct tree *t, const struct digest *leaf, const struct tree_sink *sink);
struct digest tree_root(const struct tree *t); /* of no entries: SHA-256 of nothing */
/* "tile/0/x001/234", with ".p/W" when width is not TREE_WIDTH. */
void tree_path(unsigned level, uint64_t index, unsigned width, char out[TREE_PATH]);
/* The inclusion path of entry `index` among n leaf hashes, at most TREE_PROOF of them. */
GW_MUST gw_result tree_prove(const struct digest *leaves, size_t n, size_t index,
                             struct digest *proof, size_t *len);
/* Whether the path leads from the leaf hash to the root (RFC 9162 section 2.1.3.2). */
bool tree_is_included(const struct digest *leaf, uint64_t index, uint64_t size,
                      const struct digest *proof, size_t len, const struct digest *root);
/* Whether the path shows that the tree `after` begins with all of the tree `before` (RFC 9162
 * section 2.1.4.2). Of an empty tree, and of a tree and itself, the path is empty. */
bool tree_is_consistent(const struct tree_head *before, const struct tree_head *after,
                        const struct digest *proof, size_t len);

#endif
