/* tests/unit/test_pool.c - proxy/net/pool.h over loopback; names are answered by the test itself,
 * as the resolver process would. */
#include "proxy/base/base.h"
#include "proxy/net/pool.h"
#include "proxy/net/listener.h"
#include "proxy/net/resolver.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

enum { FARS = 8 };

struct world {
    struct loop *loop;
    struct listener *listener;
    int fd;
    unsigned port;
    int far[FARS];
    size_t fars;
    struct resolver *resolver;
    int names; /* our end of its channel */
    struct loop_watch *watch;
    size_t questions;
};

struct taker {
    struct loop *loop;
    struct conn *conn;
    size_t calls;
    bool fresh;
    enum pool_fault fault;
    struct pool_wait *wait;
};

static void ignore(void *owner)
{
    (void)owner;
}
static void ignore_end(void *owner, enum conn_end how)
{
    (void)owner;
    (void)how;
}
static const struct conn_calls taker_calls = {.bytes = ignore, .room = ignore, .end = ignore_end};

static void got(void *taker, struct conn *c, bool fresh, enum pool_fault fault)
{
    struct taker *t = taker;
    t->calls++;
    t->conn = c;
    t->fresh = fresh;
    t->fault = fault;
    t->wait = NULL;
    if (c != NULL)
        conn_give(c, &taker_calls, t);
    loop_stop(t->loop);
}

static void accepted(void *owner, int fd)
{
    struct world *w = owner;
    assert_true(w->fars < FARS);
    w->far[w->fars++] = fd;
}

static void stop_loop(void *loop)
{
    loop_stop(loop);
}

static void run_for(struct loop *l, unsigned ms)
{
    struct loop_timer *t = loop_once(l, ms, stop_loop, l);
    loop_run(l);
    loop_timer_free(t);
}

/* "none" has no address, "flipped" the clouds' metadata, any other this machine. */
static void asked(void *world)
{
    struct world *w = world;
    char at[QUESTION_BYTES];
    struct question q;
    struct question_answer a = {.status = QUESTION_FOUND, .n = 1, .at = {{{127, 0, 0, 1}, 4}}};
    ssize_t n = recv(w->names, at, sizeof at, 0);
    assert_true(n > 0 && gw_ok(question_take(slice_of(at, (size_t)n), &q)));
    w->questions++;
    a.id = q.id;
    if (strcmp(q.host, "none") == 0)
        a = (struct question_answer){.id = q.id, .status = QUESTION_NONE};
    if (strcmp(q.host, "flipped") == 0)
        memcpy(a.at[0].at, (unsigned char[]){169, 254, 169, 254}, 4);
    size_t len = question_put_answer(&a, (unsigned char *)at);
    assert_int_equal(send(w->names, at, len, 0), len);
}

static int set_up(void **state)
{
    int ends[2];
    struct world *w = calloc(1, sizeof *w);
    signal(SIGPIPE, SIG_IGN);
    w->loop = loop_new();
    assert_true(gw_ok(listener_bind("127.0.0.1", &w->port, &w->fd)));
    w->listener = listener_new(w->loop, w->fd, accepted, w);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, ends), 0);
    w->resolver = resolver_new(w->loop);
    resolver_use(w->resolver, ends[0]);
    w->names = ends[1];
    w->watch = loop_watch_read(w->loop, w->names, asked, w);
    *state = w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    listener_free(w->listener);
    loop_watch_free(w->watch);
    resolver_free(w->resolver);
    loop_free(w->loop);
    close(w->names);
    close(w->fd);
    for (size_t i = 0; i < w->fars; i++)
        close(w->far[i]);
    free(w);
    return 0;
}

static struct pool *pool_at(struct world *w, struct slice host, unsigned port)
{
    const struct pool_settings settings = {.host = host,
                                           .port = port,
                                           .connect_ms = 1000,
                                           .idle_ms = 200,
                                           .resolver = w->resolver,
                                           .may_be_private = true};
    return pool_new(w->loop, &settings);
}

static void take(struct world *w, struct pool *p, bool always_new, struct taker *t)
{
    *t = (struct taker){.loop = w->loop};
    t->wait = pool_get(p, always_new, got, t);
    assert_non_null(t->wait);
    assert_int_equal(t->calls, 0);
    for (int i = 0; i < 100 && t->calls == 0; i++)
        run_for(w->loop, 50);
    assert_int_equal(t->calls, 1);
}

static void a_port_that_no_one_has_is_a_fault(void **state)
{
    struct world *w = *state;
    struct taker t;
    unsigned port = 0;
    int fd;
    assert_true(gw_ok(listener_bind("127.0.0.1", &port, &fd)));
    close(fd);
    struct pool *p = pool_at(w, SLICE_LIT("127.0.0.1"), port);
    take(w, p, false, &t);
    assert_null(t.conn);
    assert_int_equal(t.fault, POOL_CONNECT);
    pool_free(p);
}

static void after_failures_it_rests_and_then_comes_back(void **state)
{
    struct world *w = *state;
    struct taker t;
    unsigned port = 0;
    int fd;
    assert_true(gw_ok(listener_bind("127.0.0.1", &port, &fd)));
    close(fd);
    struct pool *p = pool_at(w, SLICE_LIT("127.0.0.1"), port);
    for (unsigned i = 0; i < 5; i++) {
        take(w, p, false, &t);
        assert_int_equal(t.fault, POOL_CONNECT);
    }
    assert_true(gw_ok(listener_bind("127.0.0.1", &port, &fd))); /* it is back, and nobody knows */
    take(w, p, false, &t);
    assert_null(t.conn);
    assert_int_equal(t.fault, POOL_RESTS);
    for (int i = 0; i < 100 && t.fault == POOL_RESTS; i++) {
        run_for(w->loop, 50);
        take(w, p, false, &t);
    }
    assert_int_equal(t.fault, POOL_FINE);
    conn_free(t.conn);
    pool_free(p);
    close(fd);
}

static void busy_answers_make_it_rest(void **state)
{
    struct world *w = *state;
    struct taker t;
    struct pool *p = pool_at(w, SLICE_LIT("127.0.0.1"), w->port);
    for (unsigned i = 0; i < 4; i++)
        pool_judge(p, true);
    pool_judge(p, false);
    for (unsigned i = 0; i < 4; i++)
        pool_judge(p, true);
    take(w, p, false, &t);
    assert_int_equal(t.fault, POOL_FINE);
    conn_free(t.conn);
    pool_judge(p, true);
    take(w, p, false, &t);
    assert_int_equal(t.fault, POOL_RESTS);
    pool_free(p);
}

static void a_name_that_is_none_is_a_fault(void **state)
{
    static const char *const names[] = {"none", "flipped"};
    struct world *w = *state;
    struct taker t;
    for (size_t i = 0; i < GW_COUNT(names); i++) {
        struct pool *p = pool_at(w, slice_str(names[i]), w->port);
        take(w, p, false, &t);
        assert_null(t.conn);
        assert_int_equal(t.fault, POOL_NAME);
        pool_free(p);
    }
}

static void without_a_resolver_there_are_no_names(void **state)
{
    struct world *w = *state;
    struct taker t;
    const struct pool_settings settings = {
        .host = SLICE_LIT("localhost"), .port = w->port, .connect_ms = 1000, .idle_ms = 200};
    struct pool *p = pool_new(w->loop, &settings);
    take(w, p, false, &t);
    assert_int_equal(t.fault, POOL_NAME);
    pool_free(p);
}

static void a_private_answer_is_for_those_who_may(void **state)
{
    struct world *w = *state;
    struct taker t;
    const struct pool_settings settings = {.host = SLICE_LIT("model.example"),
                                           .port = w->port,
                                           .connect_ms = 1000,
                                           .idle_ms = 200,
                                           .resolver = w->resolver};
    struct pool *p = pool_new(w->loop, &settings);
    take(w, p, false, &t);
    assert_int_equal(t.fault, POOL_NAME);
    pool_free(p);
}

static void an_answer_serves_many(void **state)
{
    struct world *w = *state;
    struct taker t;
    struct pool *p = pool_at(w, SLICE_LIT("model.example"), w->port);
    for (int i = 0; i < 3; i++) {
        take(w, p, true, &t);
        assert_non_null(t.conn);
        conn_free(t.conn);
    }
    assert_int_equal(w->questions, 1);
    pool_free(p);
}

static void literals_need_no_resolver(void **state)
{
    struct conn_address at;
    (void)state;
    assert_false(resolver_literal(SLICE_LIT("localhost"), 1, &at));
    assert_false(resolver_literal(SLICE_LIT(""), 1, &at));
    assert_false(resolver_literal(SLICE_LIT("1.2.3.4.5"), 1, &at));
    assert_true(resolver_literal(SLICE_LIT("10.0.0.1"), 1, &at));
    assert_true(resolver_literal(SLICE_LIT("[::1]"), 1, &at));
    assert_true(resolver_literal(SLICE_LIT("::1"), 1, &at));
}

static void a_quiet_connection_is_used_again(void **state)
{
    struct world *w = *state;
    struct taker t;
    struct pool *p = pool_at(w, SLICE_LIT("127.0.0.1"), w->port);
    take(w, p, false, &t);
    assert_non_null(t.conn);
    assert_true(t.fresh);
    struct conn *first = t.conn;
    pool_put(p, first);
    take(w, p, false, &t);
    assert_ptr_equal(t.conn, first);
    assert_false(t.fresh);
    pool_put(p, first);
    take(w, p, true, &t); /* but not for one who wants a new one */
    assert_ptr_not_equal(t.conn, first);
    conn_free(t.conn);
    pool_free(p);
}

static void a_stale_connection_is_not(void **state)
{
    struct world *w = *state;
    struct taker t;
    struct pool *p = pool_at(w, SLICE_LIT("127.0.0.1"), w->port);
    take(w, p, false, &t);
    run_for(w->loop, 20);
    pool_put(p, t.conn);
    close(w->far[--w->fars]); /* at once: the loop has not seen it */
    take(w, p, false, &t);
    assert_true(t.fresh);
    run_for(w->loop, 20);
    pool_put(p, t.conn);
    assert_int_equal(write(w->far[w->fars - 1], "?", 1), 1);
    run_for(w->loop, 20); /* the loop has seen it */
    take(w, p, false, &t);
    assert_true(t.fresh);
    conn_free(t.conn);
    pool_free(p);
}

static void idle_ones_end(void **state)
{
    struct world *w = *state;
    struct taker t;
    char byte;
    struct pool *p = pool_at(w, SLICE_LIT("127.0.0.1"), w->port);
    take(w, p, false, &t);
    run_for(w->loop, 20);
    pool_put(p, t.conn);
    run_for(w->loop, 400);
    assert_int_equal(recv(w->far[w->fars - 1], &byte, 1, MSG_DONTWAIT), 0);
    pool_free(p);
}

static void a_name_is_resolved_beside_the_loop(void **state)
{
    struct world *w = *state;
    struct taker t, other = {.loop = w->loop};
    struct pool *p = pool_at(w, SLICE_LIT("localhost"), w->port);
    other.wait = pool_get(p, false, got, &other);
    take(w, p, false, &t);
    for (int i = 0; i < 20 && other.calls == 0; i++)
        run_for(w->loop, 50);
    assert_non_null(t.conn);
    assert_non_null(other.conn);
    conn_free(t.conn);
    conn_free(other.conn);
    pool_free(p);
}

static void the_cancelled_hear_nothing(void **state)
{
    struct world *w = *state;
    struct taker t[3] = {{.loop = w->loop}, {.loop = w->loop}, {.loop = w->loop}};
    struct pool *p = pool_at(w, SLICE_LIT("localhost"), w->port);
    pool_cancel(pool_get(p, false, got, &t[0]));
    t[1].wait = pool_get(p, false, got, &t[1]);
    t[2].wait = pool_get(p, false, got, &t[2]);
    run_for(w->loop, 0);
    if (t[1].wait != NULL)
        pool_cancel(t[1].wait);
    pool_free(p); /* with the third still waiting, and perhaps a question open */
    run_for(w->loop, 100);
    assert_int_equal(t[0].calls, 0);
    conn_free(t[1].conn);
    conn_free(t[2].conn);
}

int main(void)
{
#define POOL_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        POOL_TEST(a_port_that_no_one_has_is_a_fault),
        POOL_TEST(after_failures_it_rests_and_then_comes_back),
        POOL_TEST(busy_answers_make_it_rest),
        POOL_TEST(a_name_that_is_none_is_a_fault),
        POOL_TEST(without_a_resolver_there_are_no_names),
        POOL_TEST(a_private_answer_is_for_those_who_may),
        POOL_TEST(an_answer_serves_many),
        POOL_TEST(literals_need_no_resolver),
        POOL_TEST(a_quiet_connection_is_used_again),
        POOL_TEST(a_stale_connection_is_not),
        POOL_TEST(idle_ones_end),
        POOL_TEST(a_name_is_resolved_beside_the_loop),
        POOL_TEST(the_cancelled_hear_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
