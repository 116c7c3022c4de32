/* proxy/net/listener.h - bound sockets: made by the master, one per address and thread
 * (SO_REUSEPORT), accepted from in a worker thread. */
#ifndef PROXY_NET_LISTENER_H
#define PROXY_NET_LISTENER_H

#include "proxy/base/base.h"
#include "proxy/net/loop.h"

struct listener;

/* Binds and listens; numeric addresses ("127.0.0.1", "::1", "0.0.0.0"). port 0: any; the chosen one
 * in *port. The fd is close-on-exec, non-blocking. GW_IO: errno says why. */
GW_MUST gw_result listener_bind(const char *host, unsigned *port, int *fd);
/* GW_OK: nobody listens there, we ourselves included: SO_REUSEPORT would let a second program of
 * the same user share the port without a word. GW_IO: errno says why. */
GW_MUST gw_result listener_is_free(const char *host, unsigned port);
/* Accepts from fd (not owned) until freed; at most 64 accepts a turn; pauses on EMFILE. */
typedef void (*listener_got)(void *owner, int fd);
struct listener *listener_new(struct loop *l, int fd, listener_got got, void *owner);
void listener_free(struct listener *n);

#endif
