/* tests/unit/test_loop.c - proxy/net/loop.h and listener.h. */
#include "proxy/base/base.h"
#include "proxy/net/loop.h"
#include "proxy/net/listener.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <unistd.h>
#include <cmocka.h>

enum { POSTS = 10000 };

struct counter {
    struct loop *loop;
    struct loop_timer *timer;
    size_t n, until;
    char order[8];
};

static void count(void *counter)
{
    struct counter *c = counter;
    if (++c->n == c->until)
        loop_stop(c->loop);
}

static void *post_many(void *counter)
{
    struct counter *c = counter;
    for (size_t i = 0; i < POSTS; i++)
        loop_post(c->loop, count, c);
    return NULL;
}

static void addresses_that_are_none_are_refused(void **state)
{
    unsigned port = 0, taken;
    int fd = -1;
    (void)state;
    assert_int_equal(listener_bind("localhost", &port, &fd).code, GW_IO);
    assert_int_equal(listener_bind("", &port, &fd).code, GW_IO);
    port = 65536;
    assert_int_equal(listener_bind("127.0.0.1", &port, &fd).code, GW_IO);
    assert_int_equal(fd, -1);
    port = 0;
    assert_true(gw_ok(listener_bind("127.0.0.1", &port, &fd)));
    taken = port;
    int second = -1;
    assert_true(gw_ok(listener_bind("127.0.0.1", &taken, &second))); /* SO_REUSEPORT */
    close(fd);
    close(second);
}

struct watcher {
    struct loop *loop;
    int64_t first, held, anew, next;
};

static void see_later(void *watcher)
{
    struct watcher *w = watcher;
    w->next = clock_mono_ns(loop_clock(w->loop));
    loop_stop(w->loop);
}

static void see_time(void *watcher)
{
    struct watcher *w = watcher;
    const struct clock *clock = loop_clock(w->loop);
    w->first = clock_mono_ns(clock);
    usleep(2000);
    w->held = clock_mono_ns(clock);
    loop_hold(w->loop);
    w->anew = clock_mono_ns(clock);
    usleep(2000);
    loop_after_turn(w->loop, see_later, w);
}

/* Within a call time stands still until it is asked for anew; the next call, and whoever asks
 * outside of all calls, gets what it is then. */
static void a_call_has_one_time(void **state)
{
    struct watcher w = {.loop = loop_new()};
    const struct clock real = {0}, *clock = loop_clock(w.loop);
    (void)state;
    loop_after_turn(w.loop, see_time, &w);
    loop_run(w.loop);
    assert_true(w.held == w.first && w.anew >= w.first + 2000000);
    assert_true(w.next >= w.anew + 2000000);
    int64_t now = clock_mono_ns(&real);
    assert_true(clock_mono_ns(clock) >= now);
    usleep(1000);
    assert_true(clock_mono_ns(clock) >= now + 1000000);
    loop_free(w.loop);
}

static void every_post_runs_once(void **state)
{
    struct counter c = {.loop = loop_new(), .until = 2 * POSTS};
    pthread_t a, b;
    (void)state;
    pthread_create(&a, NULL, post_many, &c);
    pthread_create(&b, NULL, post_many, &c);
    loop_run(c.loop);
    pthread_join(a, NULL);
    pthread_join(b, NULL);
    assert_int_equal(c.n, 2 * POSTS);
    loop_post(c.loop, count, &c);
    loop_after_turn(c.loop, count, &c);
    loop_free(c.loop); /* what waits still runs: it may free something */
    assert_int_equal(c.n, 2 * POSTS + 2);
}

static void say_after(void *counter)
{
    struct counter *c = counter;
    c->order[c->n++] = 'a';
    loop_stop(c->loop);
}

static void say_turn(void *counter)
{
    struct counter *c = counter;
    loop_after_turn(c->loop, say_after, c);
    c->order[c->n++] = 't';
}

static void deferred_calls_come_after_the_turn(void **state)
{
    struct counter c = {.loop = loop_new()};
    (void)state;
    loop_post(c.loop, say_turn, &c);
    loop_run(c.loop);
    assert_string_equal(c.order, "ta");
    loop_free(c.loop);
}

static void free_own_timer(void *counter)
{
    struct counter *c = counter;
    loop_timer_free(c->timer);
    c->timer = NULL;
    c->n++;
}

static void timers_ring_and_may_free_themselves(void **state)
{
    struct counter c = {.loop = loop_new(), .until = 3};
    (void)state;
    c.timer = loop_every(c.loop, 1, free_own_timer, &c);
    struct loop_timer *t = loop_every(c.loop, 5, count, &c);
    loop_run(c.loop);
    assert_null(c.timer);
    assert_int_equal(c.n, 3); /* one of its own, two of the other */
    loop_timer_free(t);
    loop_timer_free(NULL);
    loop_free(c.loop);
}

static void a_signal_is_an_event(void **state)
{
    struct counter c = {.loop = loop_new(), .until = 1};
    struct loop_watch *w = loop_watch_signal(c.loop, SIGUSR1, count, &c);
    (void)state;
    raise(SIGUSR1);
    loop_run(c.loop);
    assert_int_equal(c.n, 1);
    loop_watch_free(w);
    loop_free(c.loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_that_are_none_are_refused),
        cmocka_unit_test(a_call_has_one_time),
        cmocka_unit_test(every_post_runs_once),
        cmocka_unit_test(deferred_calls_come_after_the_turn),
        cmocka_unit_test(timers_ring_and_may_free_themselves),
        cmocka_unit_test(a_signal_is_an_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
