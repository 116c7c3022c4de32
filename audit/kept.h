/* audit/kept.h - checkpoints of a log that somebody kept: the log of today must grow out of each.
 *
 * Takes notes as they are signed, a receipt (C2SP tlog-proof) for the checkpoint in it, and those
 * in the log's own anchor/. Knows nothing of records. kept_free() frees what it holds. */
#ifndef AUDIT_KEPT_H
#define AUDIT_KEPT_H

#include "audit/chain.h"
#include "audit/quorum.h"
#include "audit/tree.h"
#include "proxy/base/base.h"
#include "proxy/base/slice.h"

struct kept {
    const struct quorum *quorum; /* asked for, or NULL */
    uint64_t over;               /* of a folder, only what its name says is larger */
    uint64_t witnessed;          /* size of the newest checkpoint that meets it */
    struct tree_head *heads;     /* by size, once kept_sort() was called */
    size_t count, room;
};

/* The checkpoint in this text. GW_BAD: there is none, or of another log's name; GW_REFUSED: of this
 * log's name and not signed by a key of its time; GW_NO_MEMORY. */
GW_MUST gw_result kept_add(struct kept *k, struct slice text, const struct chain *keys);
/* Each file that ends in ".checkpoint" below path of dir: none is fine. As above, and GW_IO. */
GW_MUST gw_result kept_add_dir(struct kept *k, int dir, const char *path, const struct chain *keys);
/* The newest one below path of dir, by the size in its name. GW_NOT_FOUND: none; as kept_add(). */
GW_MUST gw_result kept_newest(int dir, const char *path, const struct chain *keys,
                              struct tree_head *out);
/* Those that two keys signed when the key was changed. */
GW_MUST gw_result kept_add_chain(struct kept *k, const struct chain *keys);
void kept_sort(struct kept *k);
void kept_free(struct kept *k);

#endif
