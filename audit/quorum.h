/* audit/quorum.h - a C2SP tlog-policy: which logs, which witnesses, and how many of them make a
 * checkpoint good.
 *
 * Knows nothing of files and networks. Borrows from the text it was read from; nothing to free. */
#ifndef AUDIT_QUORUM_H
#define AUDIT_QUORUM_H

#include "audit/note.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/slice.h"

enum { QUORUM_LOGS = 32, QUORUM_NODES = 96, QUORUM_FILE_MAX = 65536 };

/* A witness, or a group of such that stand before it. */
struct quorum_node {
    struct slice name, url; /* url: of a witness, or empty */
    struct note_key key;    /* of a witness */
    bool is_witness, is_member;
    size_t parent; /* the group that it is a member of, when it is */
    size_t need;   /* of a group: how many of its members */
};

struct quorum {
    struct note_key logs[QUORUM_LOGS];
    size_t log_count;
    struct quorum_node nodes[QUORUM_NODES];
    size_t count;
    size_t top; /* the node that must be met; from `count` on: none is asked for */
};

/* GW_BAD: *line (from 1) is wrong, or the quorum is missing; GW_TOO_BIG: more than we hold. */
GW_MUST gw_result quorum_read(struct slice text, struct quorum *out, size_t *line);
/* Whether enough witnesses have cosigned this note; *signers (or NULL) is how many did. */
bool quorum_is_met(const struct quorum *q, struct slice note, size_t *signers);
/* Appends the lines of a witness's answer that it really signed over the text. GW_NOT_FOUND: none.
 */
GW_MUST gw_result quorum_take(const struct quorum_node *witness, struct slice text,
                              struct slice answer, struct buf *out);

#endif
