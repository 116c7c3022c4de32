/* proxy/net/resolver.h - names to addresses, off the loop: getaddrinfo() in a short-lived thread.
 *
 * Knows nothing of connections and keeps no answers: the pool does. A pool has one question open at
 * a time, which bounds the threads. Answers come in the loop's thread, never from inside
 * resolver_ask(). */
#ifndef PROXY_NET_RESOLVER_H
#define PROXY_NET_RESOLVER_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "proxy/net/conn.h"
#include "proxy/net/loop.h"

enum { RESOLVER_MAX = 8 }; /* addresses of one answer at most */

struct resolver_query;

/* n addresses in the order to try them, borrowed for the call; n == 0: the name was not resolved.
 */
typedef void (*resolver_got)(void *asker, const struct conn_address *at, size_t n);

/* True when host is an address literal ("127.0.0.1", "::1", "[::1]"): *out is then it. */
bool resolver_literal(struct slice host, unsigned port, struct conn_address *out);
/* NULL when memory or threads are short, or the name is too long. Answered once, then freed. */
struct resolver_query *resolver_ask(struct loop *l, struct slice host, unsigned port,
                                    resolver_got got, void *asker);
/* No answer comes; the thread ends on its own. NULL is fine; only before got() was called. */
void resolver_cancel(struct resolver_query *q);

#endif
