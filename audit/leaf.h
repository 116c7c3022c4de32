/* audit/leaf.h - turns a record and its stamp into the leaf and the group disclosures of a frame.
 *
 * The auditor's side of a record: seq, times, salts and digests are made here, never by a worker.
 * Knows nothing of files. Appends to buffers of the caller. */
#ifndef AUDIT_LEAF_H
#define AUDIT_LEAF_H

#include "audit/note.h"
#include "audit/record.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/secret.h"

enum { LEAF_COUNTERS = 10 };

struct leaf_stamp {
    uint64_t seq, mono_us;
    int64_t wall_us;
    struct secret_pool *salts; /* where the groups' salts come from */
    const char *boot, *node, *build;
    const struct note_key *next_key; /* of a `key.rotate`; NULL for all others */
    const struct digest *was;        /* of a change: what was in force before; or NULL */
};

struct leaf_counter {
    const char *name; /* ascending */
    uint64_t n;
};

struct leaf_counters {
    struct leaf_counter at[LEAF_COUNTERS];
    size_t count;
};

/* counters: NULL for none. */
GW_MUST gw_result leaf_write(const struct audit_record *rec, const struct leaf_stamp *stamp,
                             const struct leaf_counters *counters, struct buf *leaf,
                             struct buf *groups);

#endif
