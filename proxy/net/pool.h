/* proxy/net/pool.h - verified upstream connections of one thread, kept alive and handed out.
 *
 * One pool per upstream and thread. Names are resolved by another process (resolver.h): the loop
 * never waits. A connection given back is used again only when nothing waits in it; idle ones end
 * after idle_ms. */
#ifndef PROXY_NET_POOL_H
#define PROXY_NET_POOL_H

#include "proxy/base/base.h"
#include "proxy/net/conn.h"
#include "proxy/net/loop.h"
#include "proxy/net/resolver.h"

struct pool;
struct pool_wait;

/* POOL_RESTS: not tried, since the last tries failed (breaker.h). */
enum pool_fault { POOL_FINE = 0, POOL_NAME, POOL_CONNECT, POOL_TLS, POOL_TIMEOUT, POOL_RESTS };

struct pool_settings {
    struct slice host; /* name or address literal; borrowed for the pool's life */
    unsigned port;
    struct tls_client *tls; /* NULL: plain */
    unsigned connect_ms, idle_ms;
    size_t idle_max;           /* kept idle at most (default 64) */
    struct resolver *resolver; /* for names; outlives the pool; NULL: they are not found */
    int fd_most;               /* see struct conn_target */
    bool may_be_private;       /* a name may stand for an address of this house: see names.h */
};

/* Called in the loop's thread, never from inside pool_get(): a connection (now the taker's, see
 * conn_give), or NULL and the fault. fresh: false for one that was idle before (may be stale). */
typedef void (*pool_got)(void *taker, struct conn *c, bool fresh, enum pool_fault fault);

struct pool *pool_new(struct loop *l, const struct pool_settings *settings);
void pool_free(struct pool *p); /* closes idle ones; waiting takers are not called */
/* always_new: take no idle connection (a retry after a stale one). NULL when memory is short. */
struct pool_wait *pool_get(struct pool *p, bool always_new, pool_got got, void *taker);
void pool_cancel(struct pool_wait *w); /* the taker is gone; only before got() was called */
/* Back into the pool; the pool owns it from here. */
void pool_put(struct pool *p, struct conn *c);
/* What an answer's status says of the upstream: it serves, or it is too busy to. */
void pool_judge(struct pool *p, bool is_busy);

#endif
