/* audit/chain.h - the keys that have signed a log, one after the other, and who vouches for each.
 *
 * LOG names the first. A file rotate/<seq>.tlog-proof, a C2SP tlog-proof with the record itself as
 * `extra`, names the next: the `key.rotate` record holds the new key's vkey, and the checkpoint
 * over it is signed by both. So whoever trusts one key is led to all later ones by these files
 * alone. A key counts for the sizes of its time only: an old one that was stolen signs nothing
 * newer. */
#ifndef AUDIT_CHAIN_H
#define AUDIT_CHAIN_H

#include "audit/note.h"
#include "audit/tree.h"
#include "proxy/base/base.h"

enum { CHAIN_KEYS = 64, CHAIN_PATH = 48, CHAIN_FILE_MAX = 256 * 1024 };

struct chain_link {
    struct note_key key;
    uint64_t seq;          /* of the `key.rotate` record; 0 for the first key */
    struct tree_head head; /* that this key and the one before signed; size 0 for the first */
};

struct chain {
    struct chain_link links[CHAIN_KEYS];
    size_t count;
};

/* The keys of the log in dir. GW_NOT_FOUND: no LOG; GW_CORRUPT: LOG is damaged, or a rotation does
 * not hold; GW_IO. */
GW_MUST gw_result chain_read(int dir, struct chain *out);
const struct note_key *chain_now(const struct chain *c); /* the key that signs today */
bool chain_has(const struct chain *c, const struct note_key *key);
/* A checkpoint that a key of the chain signed in its time. As note_open(); GW_CORRUPT also: a key
 * out of its time. */
GW_MUST gw_result chain_open(const struct chain *c, struct slice note, struct note_checkpoint *out);
/* The newest checkpoint in dir, and it must be the newest key's. `note` owns the bytes.
 * GW_NOT_FOUND; GW_CORRUPT. */
GW_MUST gw_result chain_checkpoint(const struct chain *c, int dir, struct buf *note,
                                   struct note_checkpoint *out);
/* The same of a checkpoint that did not come from there. GW_CORRUPT. */
GW_MUST gw_result chain_newest(const struct chain *c, struct slice note,
                               struct note_checkpoint *out);
/* "rotate/<20 digits>.tlog-proof" */
void chain_path(uint64_t seq, char out[CHAIN_PATH]);
/* Whether such a file makes *next the key after the newest. GW_CORRUPT. */
GW_MUST gw_result chain_add(struct chain *c, struct slice file);

#endif
