/* proxy/net/socket.h - what can be asked of a connected socket by its descriptor alone.
 *
 * Reading and writing answer as TLS does (proxy/net/tls.h), so that a connection has one way for
 * both. Knows nothing of connections and loops; the descriptor stays the caller's. */
#ifndef PROXY_NET_SOCKET_H
#define PROXY_NET_SOCKET_H

#include "proxy/base/base.h"
#include "proxy/base/reached.h"
#include "proxy/base/slice.h"
#include "proxy/net/tls.h"

struct tls_io socket_read(int fd, char *at, size_t room); /* TLS_EOF: the peer's half is over */
struct tls_io socket_write(int fd, struct slice bytes);
/* A peer that vanishes without a word is missed within a minute: for a socket, or for a listening
 * one and all that it accepts. No TCP, no harm. */
void socket_mind_peer(int fd);
/* "127.0.0.1" and port; "" and 0 when it has no such address. No certificate. False: not connected.
 */
bool socket_peer(int fd, struct reached *out);

#endif
