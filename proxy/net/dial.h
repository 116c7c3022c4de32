/* proxy/net/dial.h - a connection that waits: for verbs that send something out and have no loop.
 *
 * Plain TCP, or TLS that verifies. Every wait has the limit given at birth. Knows nothing of what
 * is sent; never used by a process that serves. */
#ifndef PROXY_NET_DIAL_H
#define PROXY_NET_DIAL_H

#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/slice.h"

struct dial;

struct dial_to {
    const char *host, *port; /* a name or an address without brackets */
    bool is_tls;
    const char *ca_file; /* NULL: the system's */
    unsigned wait_s;     /* for a connection, for room, for bytes */
};

/* GW_UNAVAILABLE with a reason in words: no such name, nobody there, a certificate that fails. */
GW_MUST gw_result dial_open(const struct dial_to *to, char *reason, size_t size, struct dial **out);
void dial_close(struct dial *d); /* NULL is fine */
/* All of it, or GW_UNAVAILABLE: how much arrived is not known. */
GW_MUST gw_result dial_send(struct dial *d, struct slice bytes);
/* What there is, at least a byte: appended. GW_NOT_FOUND: the other side ended; GW_UNAVAILABLE;
 * GW_TOO_BIG: the ceiling of `in`. */
GW_MUST gw_result dial_receive(struct dial *d, struct buf *in);
/* False: the other side has closed, or said something that nobody waits for. Does not wait. */
bool dial_is_open(const struct dial *d);

#endif
