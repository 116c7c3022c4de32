/* audit/prove.h - a C2SP tlog-proof: one record is in the log that a checkpoint signs; and that a
 * log only grew from one size to another.
 *
 * Reads the checkpoint, hash tiles and entry bundles; takes no lock. Tiles are not trusted: what is
 * handed out was checked against the signed root and against the entry itself. */
#ifndef AUDIT_PROVE_H
#define AUDIT_PROVE_H

#include "audit/note.h"
#include "audit/tree.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"

enum { PROVE_MAX = 65536 };

/* A log under its newest checkpoint. prove_close() frees what it holds. */
struct prove {
    int dir;
    struct note_key key; /* the newest: audit/chain.h */
    struct buf note;     /* the checkpoint as it is signed */
    struct note_checkpoint head;
};

/* GW_NOT_FOUND: no log or no checkpoint there; GW_CORRUPT: not signed by the log's key; GW_IO. */
GW_MUST gw_result prove_open(const char *dir, struct prove *out);
GW_MUST gw_result prove_open_at(int dir, struct prove *out); /* which stays the caller's */
/* Under that checkpoint, which is the newest; read it from where nobody replaces files. */
GW_MUST gw_result prove_open_under(int dir, struct slice note, struct prove *out);
void prove_close(struct prove *p);
/* Appends the proof of one record. GW_NOT_FOUND: not under this checkpoint; GW_CORRUPT: the log
 * contradicts itself. */
GW_MUST gw_result prove_one(const struct prove *p, uint64_t seq, struct buf *out);

/* The same with the record itself as `extra`: needs no other file to be checked. */
GW_MUST gw_result prove_whole(const struct prove *p, uint64_t seq, struct buf *out);
/* The root of the first `size` records, off the tiles: for who has one to hold against it. */
GW_MUST gw_result prove_head_at(const struct prove *p, uint64_t size, struct tree_head *out);
/* The path of RFC 9162 section 2.1.4 from the log's first `from` records to its first `to`; `path`
 * has room for TREE_PROOF. Checked, and that `to` leads to the checkpoint is checked too.
 * GW_NOT_FOUND: not from <= to <= what the checkpoint signs; GW_CORRUPT. */
GW_MUST gw_result prove_growth(const struct prove *p, uint64_t from, uint64_t to,
                               struct digest *path, size_t *len);
/* Appends the same as text: "old N", a hash a line, a blank line, the checkpoint; of an earlier
 * size its three lines, which nobody signed. With the newest one it is what a C2SP witness is told.
 */
GW_MUST gw_result prove_consistency(const struct prove *p, uint64_t from, uint64_t to,
                                    struct buf *out);

/* The three of them, for one record. GW_NOT_FOUND: no such record under the newest checkpoint, or
 * no log; GW_CORRUPT: the log contradicts itself; GW_IO, GW_NO_MEMORY. */
GW_MUST gw_result prove_record(const char *dir, uint64_t seq, struct buf *out);
/* Appends the record itself, the leaf, as it lies in its bundle. GW_NOT_FOUND: it is not there, or
 * not any more (audit/expire.h). */
GW_MUST gw_result prove_entry(const char *dir, uint64_t seq, struct buf *out);
/* Appends the newest checkpoint, its signature checked. */
GW_MUST gw_result prove_checkpoint(const char *dir, struct buf *out);
/* The log's key, and how many records the newest checkpoint signs. */
GW_MUST gw_result prove_head(const char *dir, struct note_key *key, uint64_t *size);

#endif
