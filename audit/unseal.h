/* audit/unseal.h - opens sealed payloads with a reviewer's identity: on a reviewer's machine, or
 * where the log is. The gateway cannot.
 *
 * Knows nothing of who may: the record comes first, see proxy/main/verb_unseal.c. What it opens is
 * the caller's to wipe. */
#ifndef AUDIT_UNSEAL_H
#define AUDIT_UNSEAL_H

#include "audit/age.h"
#include "audit/segment.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"

/* Appends the text of a payload of that exchange. GW_REFUSED: its epoch is not for this reviewer;
 * GW_NOT_FOUND: it is gone, erased or pruned; GW_UNAVAILABLE: it is there and its keys are gone;
 * GW_BAD: its keys are not those that were wrapped; GW_CORRUPT: it is not what was sealed. */
GW_MUST gw_result unseal_blob(int dir, const struct age_identities *ids,
                              const struct segment_blob *blob, struct slice xid, struct buf *out);

#endif
