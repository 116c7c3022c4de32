/* proxy/net/pool.c - see pool.h. Idle connections, takers that wait, and the addresses of one
 * upstream.
 *
 * Knows nothing of HTTP: whether a connection may be used again is its taker's to say, by
 * pool_put(). Every wait is stepped from the loop, never from pool_get(); a cancelled one ends
 * silently. */
#include "proxy/base/base.h"
#include "proxy/net/pool.h"
#include "proxy/base/clock.h"
#include "proxy/base/list.h"
#include "proxy/base/log.h"
#include "proxy/base/secret.h"
#include "proxy/net/breaker.h"
#include "proxy/net/names.h"

enum { IDLE_DEFAULT = 64, TRY_MIN_MS = 250, SWEEP_MIN_MS = 50 };

enum wait_phase {
    WAIT_STEP,   /* wait_step() is on its way from the loop */
    WAIT_NAME,   /* for the pool's resolver */
    WAIT_CONNECT /* for its connection */
};

struct pool {
    struct loop *loop;
    struct pool_settings settings;
    struct list idle;  /* struct idle, the longest idle first */
    struct list waits; /* struct pool_wait */
    struct resolver_query *query;
    struct loop_timer *sweep;
    struct names names;
    struct breaker reach, busy; /* failures to connect; answers that say: not now */
    bool is_literal; /* the host is an address; names holds it and is never asked about */
};

struct idle {
    struct link link;
    struct pool *pool;
    struct conn *conn;
    int64_t since_ns;
};

struct pool_wait {
    struct link link;
    struct pool *pool; /* NULL: cancelled, or the pool is gone */
    pool_got got;
    void *taker;
    struct conn *conn;
    struct loop_timer *deadline;
    int64_t ends_ns;
    size_t next; /* address to try */
    enum wait_phase phase;
    enum pool_fault fault; /* set: wait_step() tells it */
    bool always_new;
    bool may_try; /* the breakers were asked */
    bool is_ours; /* the fault is this machine's, not the upstream's */
};

static void try_next(struct pool_wait *w);

static int64_t now_ns(const struct pool *p)
{
    return clock_mono_ns(loop_clock(p->loop));
}

/* --- idle connections --- */

static void idle_drop(struct idle *i)
{
    list_remove(&i->pool->idle, &i->link);
    conn_free(i->conn);
    free(i);
}

static void idle_spoke(void *owner)
{
    idle_drop(owner); /* an answer to no question */
}

static void idle_room(void *owner)
{
    (void)owner;
}

static void idle_ended(void *owner, enum conn_end how)
{
    (void)how;
    idle_drop(owner);
}

static const struct conn_calls idle_calls = {
    .bytes = idle_spoke, .room = idle_room, .end = idle_ended};

static void sweep_idle(void *pool)
{
    struct pool *p = pool;
    int64_t oldest = now_ns(p) - (int64_t)p->settings.idle_ms * 1000000;
    struct link *k;
    while ((k = list_first(&p->idle)) != NULL &&
           LIST_ITEM(k, struct idle, link)->since_ns <= oldest)
        idle_drop(LIST_ITEM(k, struct idle, link));
}

/* The one used last, which is the likeliest to live; NULL when none is fit. */
static struct conn *take_idle(struct pool *p)
{
    while (p->idle.count > 0) {
        struct idle *i = LIST_ITEM(p->idle.head.before, struct idle, link);
        if (!conn_is_quiet(i->conn)) {
            idle_drop(i);
            continue;
        }
        struct conn *c = i->conn;
        list_remove(&p->idle, &i->link);
        free(i);
        return c;
    }
    return NULL;
}

void pool_put(struct pool *p, struct conn *c)
{
    struct idle *i = NULL;
    bool clean =
        conn_state(c) == CONN_OPEN && conn_in(c).len == 0 && conn_out_room(c) == CONN_OUT_MAX;
    if (clean && p->idle.count < p->settings.idle_max)
        i = calloc(1, sizeof *i);
    if (i == NULL) {
        conn_free(c);
        return;
    }
    *i = (struct idle){.pool = p, .conn = c, .since_ns = now_ns(p)};
    list_append(&p->idle, &i->link);
    conn_give(c, &idle_calls, i);
    conn_want_read(c, true);
}

/* --- takers --- */

static void failed(struct pool *p, struct breaker *b, const char *how)
{
    uint32_t chance = 0;
    secret_random(&chance, sizeof chance);
    if (breaker_failed(b, now_ns(p), chance))
        LOGW("upstream.rests", LOG_TEXT("host", clear_name(p->settings.host)),
             LOG_NUM("port", p->settings.port), LOG_TEXT("reason", clear_word(how)),
             LOG_NUM("ms", b->rest_ms));
}

void pool_judge(struct pool *p, bool is_busy)
{
    if (is_busy)
        failed(p, &p->busy, "busy");
    else
        breaker_worked(&p->busy);
}

/* How reaching for the upstream went. */
static void judge_reach(const struct pool_wait *w, bool fresh, enum pool_fault fault)
{
    struct pool *p = w->pool;
    if (fault == POOL_RESTS)
        return;
    if (fault != POOL_FINE && !w->is_ours)
        failed(p, &p->reach, "unreachable");
    else if (fault == POOL_FINE && fresh)
        breaker_worked(&p->reach);
    else
        breaker_dropped(&p->reach);
}

/* The wait ends: its taker gets c, or the fault. */
static void wait_end(struct pool_wait *w, struct conn *c, bool fresh, enum pool_fault fault)
{
    judge_reach(w, fresh, fault);
    pool_got got = w->got;
    void *taker = w->taker;
    list_remove(&w->pool->waits, &w->link);
    loop_timer_free(w->deadline);
    if (w->conn != NULL && w->conn != c)
        conn_free(w->conn);
    free(w);
    got(taker, c, fresh, fault);
}

static void wait_late(void *wait)
{
    wait_end(wait, NULL, false, POOL_TIMEOUT);
}

static void wait_ready(void *wait)
{
    struct pool_wait *w = wait;
    wait_end(w, w->conn, true, POOL_FINE);
}

static void wait_failed(void *wait, enum conn_end how)
{
    struct pool_wait *w = wait;
    conn_free(w->conn);
    w->conn = NULL;
    if (how == CONN_TLS || how == CONN_CUT) {
        wait_end(w, NULL, false, how == CONN_TLS ? POOL_TLS : POOL_CONNECT);
        return;
    }
    w->fault = how == CONN_TIMEOUT ? POOL_TIMEOUT : POOL_CONNECT;
    try_next(w);
}

static void wait_spoke(void *wait)
{
    (void)wait; /* not before ready(); what came with it stays in the connection */
}

static const struct conn_calls wait_calls = {
    .bytes = wait_spoke, .room = wait_spoke, .end = wait_failed, .ready = wait_ready};

/* What is left of the time, shared among the addresses that are left. */
static unsigned try_ms(const struct pool_wait *w)
{
    int64_t left = (w->ends_ns - now_ns(w->pool)) / 1000000;
    int64_t share = left / (int64_t)(w->pool->names.n - w->next);
    share = share < TRY_MIN_MS ? TRY_MIN_MS : share;
    return (unsigned)share;
}

static void try_next(struct pool_wait *w)
{
    struct pool *p = w->pool;
    while (w->next < p->names.n) {
        struct conn_target to = {.tls = p->settings.tls,
                                 .name = p->settings.host,
                                 .timeout_ms = try_ms(w),
                                 .fd_most = p->settings.fd_most,
                                 .at = p->names.at[w->next]};
        w->next++;
        w->phase = WAIT_CONNECT;
        w->conn = conn_connect(p->loop, &to, &wait_calls, w);
        if (w->conn != NULL)
            return;
        w->is_ours = true;
        w->fault = POOL_CONNECT;
    }
    names_doubt(&p->names);
    wait_end(w, NULL, false, w->fault == POOL_FINE ? POOL_CONNECT : w->fault);
}

static void wait_step(void *wait);

/* All who wait for the name go on: from the loop, since a taker may do anything to the pool. */
static void resolved(void *pool, const struct question_answer *answer)
{
    struct pool *p = pool;
    bool was_refused = p->names.was_refused;
    p->query = NULL;
    bool is_known = names_learn(&p->names, answer, p->settings.port, now_ns(p));
    if (p->names.was_refused && !was_refused) /* once, not with every caller */
        LOGW("upstream.address_refused", LOG_TEXT("host", clear_name(p->settings.host)),
             LOG_NUM("addresses", answer->n));
    for (struct link *k = list_first(&p->waits); k != NULL; k = list_after(&p->waits, k)) {
        struct pool_wait *w = LIST_ITEM(k, struct pool_wait, link);
        if (w->phase != WAIT_NAME)
            continue;
        w->fault = is_known ? POOL_FINE : POOL_NAME;
        w->phase = WAIT_STEP;
        loop_timer_free(w->deadline);
        w->deadline = NULL;
        loop_after_turn(p->loop, wait_step, w);
    }
}

static void wait_connect(struct pool_wait *w)
{
    struct pool *p = w->pool;
    int64_t left = (w->ends_ns - now_ns(w->pool)) / 1000000;
    w->deadline = loop_once(p->loop, left > 1 ? (unsigned)left : 1, wait_late, w);
    if (w->deadline == NULL) {
        w->is_ours = true;
        wait_end(w, NULL, false, POOL_CONNECT);
        return;
    }
    if (p->is_literal || names_is_fresh(&p->names, now_ns(p))) {
        try_next(w);
        return;
    }
    w->phase = WAIT_NAME;
    if (p->query == NULL && p->settings.resolver != NULL)
        p->query = resolver_ask(p->settings.resolver, p->settings.host, resolved, p);
    if (p->query == NULL)
        wait_end(w, NULL, false, POOL_NAME);
}

static void wait_step(void *wait)
{
    struct pool_wait *w = wait;
    if (w->pool == NULL) {
        free(w);
        return;
    }
    if (!w->may_try && !(breaker_may_try(&w->pool->busy, now_ns(w->pool)) &&
                         breaker_may_try(&w->pool->reach, now_ns(w->pool)))) {
        wait_end(w, NULL, false, POOL_RESTS);
        return;
    }
    w->may_try = true;
    struct conn *c = w->always_new || w->fault != POOL_FINE ? NULL : take_idle(w->pool);
    if (c != NULL)
        wait_end(w, c, false, POOL_FINE);
    else if (w->fault != POOL_FINE)
        wait_end(w, NULL, false, w->fault);
    else
        wait_connect(w);
}

struct pool_wait *pool_get(struct pool *p, bool always_new, pool_got got, void *taker)
{
    struct pool_wait *w = calloc(1, sizeof *w);
    if (w == NULL)
        return NULL;
    *w = (struct pool_wait){.pool = p, .got = got, .taker = taker, .always_new = always_new};
    w->ends_ns = now_ns(p) + (int64_t)p->settings.connect_ms * 1000000;
    list_append(&p->waits, &w->link);
    loop_after_turn(p->loop, wait_step, w);
    return w;
}

void pool_cancel(struct pool_wait *w)
{
    if (w == NULL)
        return;
    if (w->may_try)
        breaker_dropped(&w->pool->reach);
    list_remove(&w->pool->waits, &w->link);
    loop_timer_free(w->deadline);
    conn_free(w->conn);
    w->deadline = NULL;
    w->conn = NULL;
    w->pool = NULL;
    if (w->phase != WAIT_STEP) /* else wait_step() will find and free it */
        free(w);
}

/* --- pools --- */

struct pool *pool_new(struct loop *l, const struct pool_settings *settings)
{
    struct pool *p = calloc(1, sizeof *p);
    if (p == NULL)
        return NULL;
    p->loop = l;
    p->settings = *settings;
    if (p->settings.idle_max == 0)
        p->settings.idle_max = IDLE_DEFAULT;
    p->reach.is_careful = true;
    p->names.may_be_private = settings->may_be_private;
    p->is_literal = resolver_literal(settings->host, settings->port, &p->names.at[0]);
    p->names.n = p->is_literal ? 1 : 0;
    list_init(&p->idle);
    list_init(&p->waits);
    unsigned every = settings->idle_ms / 4;
    p->sweep = loop_every(l, every < SWEEP_MIN_MS ? SWEEP_MIN_MS : every, sweep_idle, p);
    if (p->sweep == NULL) {
        free(p);
        return NULL;
    }
    return p;
}

void pool_free(struct pool *p)
{
    struct link *k;
    if (p == NULL)
        return;
    while ((k = list_first(&p->idle)) != NULL)
        idle_drop(LIST_ITEM(k, struct idle, link));
    while ((k = list_first(&p->waits)) != NULL)
        pool_cancel(LIST_ITEM(k, struct pool_wait, link));
    resolver_cancel(p->query);
    loop_timer_free(p->sweep);
    free(p);
}
