/* proxy/net/address.h - what an address that a name server gave may be used for.
 *
 * Knows nothing of names, upstreams and sockets: one table of prefixes, one function. An IPv4
 * address inside an IPv6 one (mapped, NAT64, 6to4) is judged as that IPv4 address. */
#ifndef PROXY_NET_ADDRESS_H
#define PROXY_NET_ADDRESS_H

#include "proxy/base/base.h"
#include "proxy/net/conn.h"

enum address_kind {
    ADDRESS_FORBIDDEN = 0, /* link-local, the clouds' metadata, unspecified, multicast, reserved */
    ADDRESS_PRIVATE,       /* this machine's or this house's: loopback, RFC 1918, 6598, 4193 */
    ADDRESS_PUBLIC
};

/* Of a sockaddr_in or sockaddr_in6; what is neither is forbidden. */
enum address_kind address_judge(const struct conn_address *a);
/* From bytes in network order: 4 (IPv4) or 16 (IPv6). False: another length. */
bool address_make(struct slice bytes, unsigned port, struct conn_address *out);

#endif
