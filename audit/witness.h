/* audit/witness.h - the other side of C2SP tlog-witness: cosigns another log's checkpoints as long
 * as that log only grows.
 *
 * Knows nothing of networks: a request's body comes in, a status and a body go out. Keeps for each
 * log the last checkpoint that it cosigned, durable before the signature leaves: a file whose name
 * is the SHA-256 of the origin. One process, one thread. */
#ifndef AUDIT_WITNESS_H
#define AUDIT_WITNESS_H

#include "audit/note.h"
#include "audit/quorum.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"

struct witness {
    int dir;                          /* of what it keeps */
    const struct note_signer *signer; /* its name is the witness's */
    const struct quorum *known;       /* whose `log` lines say which logs it knows */
};

/* The HTTP status: 200 and the cosignature, 400, 403, 404, 409, 422, 500. With 409 the body is the
 * size that it has, for content of the type text/x.tlog.size. `reply` is empty before. */
unsigned witness_hear(const struct witness *w, struct slice body, uint64_t now_s,
                      struct buf *reply);

#endif
