/* proxy/gate/outbound.h - a request's body as an upstream gets it: the caller's bytes with the
 * edits, the upstream's own name for the model, and the canary.
 *
 * For this folder only. Keeps nothing. */
#ifndef PROXY_GATE_OUTBOUND_H
#define PROXY_GATE_OUTBOUND_H

#include "proxy/base/base.h"
#include "proxy/base/buf.h"

struct exchange;

/* The bytes of the body as this upstream gets them, into out; read again: GW_BAD, an edit made what
 * is no JSON. */
GW_MUST gw_result outbound_body(struct exchange *x, size_t upstream, struct buf *out);
/* The same, not read again: nothing of it leaves. */
GW_MUST gw_result outbound_splice(struct exchange *x, size_t upstream, struct buf *out);

#endif
