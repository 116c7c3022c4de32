/* audit/receipt.h - reads a C2SP tlog-proof: which entry, its path, and the checkpoint it leads to;
 * and the proof that a tree grew, as a witness is told it.
 *
 * Knows nothing of keys: whoever reads it opens the note. Everything is borrowed from the text. */
#ifndef AUDIT_RECEIPT_H
#define AUDIT_RECEIPT_H

#include "audit/tree.h"
#include "proxy/base/base.h"
#include "proxy/base/slice.h"

struct receipt {
    struct slice extra; /* base64, or empty */
    uint64_t index;
    struct digest path[TREE_PROOF];
    size_t len;
    struct slice note; /* the signed checkpoint */
};

/* The body of a C2SP add-checkpoint: prove_consistency() writes it. */
struct receipt_growth {
    uint64_t old;
    struct digest path[TREE_PROOF];
    size_t len;
    struct slice note;
};

bool receipt_is_one(struct slice text);                                 /* by its first line */
GW_MUST gw_result receipt_read(struct slice text, struct receipt *out); /* GW_BAD */
GW_MUST gw_result receipt_growth_read(struct slice text, struct receipt_growth *out); /* GW_BAD */

#endif
