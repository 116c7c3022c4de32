/* audit/prove.h - a C2SP tlog-proof: one record is in the log that a checkpoint signs.
 *
 * Reads the checkpoint, hash tiles and entry bundles; takes no lock. Tiles are not trusted: what is
 * handed out was checked against the signed root and against the entry itself. */
#ifndef AUDIT_PROVE_H
#define AUDIT_PROVE_H

#include "audit/note.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"

enum { PROVE_MAX = 65536 };

/* A log under its newest checkpoint. prove_close() frees what it holds. */
struct prove {
    int dir;
    struct note_key key;
    struct buf note; /* the checkpoint as it is signed */
    struct note_checkpoint head;
};

/* GW_NOT_FOUND: no log or no checkpoint there; GW_CORRUPT: not signed by the log's key; GW_IO. */
GW_MUST gw_result prove_open(const char *dir, struct prove *out);
void prove_close(struct prove *p);
/* Appends the proof of one record. GW_NOT_FOUND: not under this checkpoint; GW_CORRUPT: the log
 * contradicts itself. */
GW_MUST gw_result prove_one(const struct prove *p, uint64_t seq, struct buf *out);

/* The three of them, for one record. GW_NOT_FOUND: no such record under the newest checkpoint, or
 * no log; GW_CORRUPT: the log contradicts itself; GW_IO, GW_NO_MEMORY. */
GW_MUST gw_result prove_record(const char *dir, uint64_t seq, struct buf *out);
/* Appends the newest checkpoint, its signature checked. */
GW_MUST gw_result prove_checkpoint(const char *dir, struct buf *out);
/* The log's key, and how many records the newest checkpoint signs. */
GW_MUST gw_result prove_head(const char *dir, struct note_key *key, uint64_t *size);

#endif
