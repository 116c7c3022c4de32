/* audit/anchor.h - an RFC 3161 time stamp over a checkpoint: somebody else says when it was there.
 *
 * Makes the query and judges the answer; knows nothing of networks and files. A log that is written
 * anew with its key cannot have the old stamps. anchor_free() frees what anchor_new() made. */
#ifndef AUDIT_ANCHOR_H
#define AUDIT_ANCHOR_H

#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/slice.h"

enum { ANCHOR_MAX = 256 * 1024 };

struct anchor;

/* For these bytes: SHA-256 and a fresh nonce, and the signer's certificate wanted with the answer.
 */
GW_MUST gw_result anchor_new(struct slice bytes, struct anchor **out);
void anchor_free(struct anchor *a);                                      /* NULL is fine */
GW_MUST gw_result anchor_query(const struct anchor *a, struct buf *out); /* DER, appended */
/* Whether the answer (DER) grants this query, and with ca_file whether its signer is vouched for
 * there. GW_REFUSED: not granted, another query's, or not signed by such a one; GW_BAD: no answer
 * at all. */
GW_MUST gw_result anchor_judge(const struct anchor *a, struct slice reply, const char *ca_file);

#endif
