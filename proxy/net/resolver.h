/* proxy/net/resolver.h - names to addresses for one loop: asks the resolver process over a channel.
 *
 * A sealed worker opens no file, so it cannot look a name up itself. The channel may come late, and
 * anew when the resolver process has died: questions that are open are asked again. Knows nothing
 * of connections and keeps no answers: the pool does. A pool has one question open at a time, which
 * bounds them. Answers come in the loop's thread, never from inside resolver_ask(). */
#ifndef PROXY_NET_RESOLVER_H
#define PROXY_NET_RESOLVER_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "proxy/net/conn.h"
#include "proxy/net/loop.h"
#include "proxy/net/question.h"

enum { RESOLVER_MS = 3000 }; /* no longer is waited: limits.connect is for connecting, too */

struct resolver;
struct resolver_query;

/* Borrowed for the call. */
typedef void (*resolver_got)(void *asker, const struct question_answer *answer);

struct resolver *resolver_new(struct loop *l); /* NULL when memory is short */
void resolver_free(struct resolver *r);        /* after all that ask; NULL is fine; closes */
/* This is the channel from now on; takes over fd, a non-blocking SOCK_SEQPACKET. */
void resolver_use(struct resolver *r, int fd);
/* NULL when memory is short, or the name cannot be one. Answered once within RESOLVER_MS, then
 * freed. */
struct resolver_query *resolver_ask(struct resolver *r, struct slice host, resolver_got got,
                                    void *asker);
/* No answer comes. NULL is fine; only before got() was called. */
void resolver_cancel(struct resolver_query *q);
/* True when host is an address literal ("127.0.0.1", "::1", "[::1]"): *out is then it. */
bool resolver_literal(struct slice host, unsigned port, struct conn_address *out);

#endif
