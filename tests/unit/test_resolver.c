/* tests/unit/test_resolver.c - proxy/net/resolver.h against a scripted other end, and against the
 * real one of proxy/main/lookup.h. */
#include "proxy/base/base.h"
#include "proxy/net/resolver.h"
#include "audit/channel.h"
#include "proxy/main/lookup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

struct asker {
    struct loop *loop;
    struct question_answer answer;
    size_t calls;
};

static void got(void *asker, const struct question_answer *answer)
{
    struct asker *a = asker;
    a->answer = *answer;
    a->calls++;
    loop_stop(a->loop);
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

static void wait_for(struct asker *a)
{
    for (int i = 0; i < 400 && a->calls == 0; i++)
        run_for(a->loop, 50);
    assert_int_equal(a->calls, 1);
}

/* The next question on the far end. */
static struct question next(int far)
{
    char at[QUESTION_BYTES];
    struct question q;
    ssize_t n = recv(far, at, sizeof at, MSG_DONTWAIT);
    assert_true(n > 0);
    assert_true(gw_ok(question_take(slice_of(at, (size_t)n), &q)));
    return q;
}

static void reply(int far, uint64_t id)
{
    unsigned char at[QUESTION_BYTES];
    const struct question_answer a = {
        .id = id, .status = QUESTION_FOUND, .n = 1, .at = {{.at = {8, 8, 8, 8}, .len = 4}}};
    size_t len = question_put_answer(&a, at);
    assert_int_equal(send(far, at, len, MSG_NOSIGNAL), len);
}

static void what_cannot_be_a_name_is_not_asked(void **state)
{
    struct loop *l = loop_new();
    struct resolver *r = resolver_new(l);
    char name[QUESTION_NAME + 1];
    (void)state;
    memset(name, 'a', sizeof name);
    assert_null(resolver_ask(r, SLICE_LIT(""), got, NULL));
    assert_null(resolver_ask(r, SLICE_LIT("a\0b"), got, NULL));
    assert_null(resolver_ask(r, slice_of(name, sizeof name), got, NULL));
    resolver_free(r);
    loop_free(l);
}

static void garbage_and_answers_to_others_are_passed_over(void **state)
{
    struct loop *l = loop_new();
    struct resolver *r = resolver_new(l);
    struct asker a = {.loop = l};
    int ends[2];
    (void)state;
    assert_true(gw_ok(channel_open(ends)));
    resolver_use(r, ends[0]);
    assert_non_null(resolver_ask(r, SLICE_LIT("one.example"), got, &a));
    struct question q = next(ends[1]);
    assert_string_equal(q.host, "one.example");
    assert_int_equal(send(ends[1], "garbage garbage", 15, 0), 15);
    reply(ends[1], q.id + 1);
    run_for(l, 20);
    assert_int_equal(a.calls, 0);
    reply(ends[1], q.id);
    reply(ends[1], q.id); /* once more: nobody listens */
    wait_for(&a);
    assert_int_equal(a.answer.status, QUESTION_FOUND);
    run_for(l, 20);
    assert_int_equal(a.calls, 1);
    resolver_free(r);
    close(ends[1]);
    loop_free(l);
}

static void a_channel_that_is_lost_or_late_is_made_up_for(void **state)
{
    struct loop *l = loop_new();
    struct resolver *r = resolver_new(l);
    struct asker a = {.loop = l};
    int first[2], again[2];
    (void)state;
    assert_non_null(resolver_ask(r, SLICE_LIT("one.example"), got, &a)); /* before there is any */
    assert_true(gw_ok(channel_open(first)) && gw_ok(channel_open(again)));
    resolver_use(r, first[0]);
    struct question q = next(first[1]);
    close(first[1]);
    run_for(l, 20);
    assert_int_equal(a.calls, 0);
    resolver_use(r, again[0]);
    assert_int_equal(next(again[1]).id, q.id);
    reply(again[1], q.id);
    wait_for(&a);
    resolver_free(r);
    close(again[1]);
    loop_free(l);
}

static void the_cancelled_hear_nothing(void **state)
{
    struct loop *l = loop_new();
    struct resolver *r = resolver_new(l);
    struct asker a = {.loop = l};
    int ends[2];
    (void)state;
    assert_true(gw_ok(channel_open(ends)));
    resolver_use(r, ends[0]);
    struct resolver_query *query = resolver_ask(r, SLICE_LIT("one.example"), got, &a);
    reply(ends[1], next(ends[1]).id);
    resolver_cancel(query);
    run_for(l, 20);
    assert_int_equal(a.calls, 0);
    resolver_free(r);
    close(ends[1]);
    loop_free(l);
}

static void no_answer_is_an_answer_in_time(void **state)
{
    struct loop *l = loop_new();
    struct resolver *r = resolver_new(l);
    struct asker a = {.loop = l};
    (void)state;
    assert_non_null(resolver_ask(r, SLICE_LIT("one.example"), got, &a));
    wait_for(&a);
    assert_int_equal(a.answer.status, QUESTION_FAILED);
    resolver_free(r);
    loop_free(l);
}

static void the_process_answers_and_ends_with_its_master(void **state)
{
    struct loop *l = loop_new();
    struct resolver *r = resolver_new(l);
    struct asker a = {.loop = l}, b = {.loop = l};
    int control[2], ends[2], status = -1;
    (void)state;
    assert_true(gw_ok(channel_open(control)) && gw_ok(channel_open(ends)));
    pid_t child = fork();
    if (child == 0) {
        close(control[0]);
        close(ends[0]);
        close(ends[1]);
        _exit(lookup_run(control[1]));
    }
    close(control[1]);
    assert_true(gw_ok(channel_send_fd(control[0], CHANNEL_NAMES, ends[1])));
    close(ends[1]);
    resolver_use(r, ends[0]);
    assert_non_null(resolver_ask(r, SLICE_LIT("localhost"), got, &a));
    assert_non_null(resolver_ask(r, SLICE_LIT("no such..name"), got, &b));
    wait_for(&a);
    assert_int_equal(a.answer.status, QUESTION_FOUND);
    assert_true(a.answer.n > 0);
    wait_for(&b);
    assert_int_not_equal(b.answer.status, QUESTION_FOUND);
    close(control[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    resolver_free(r);
    loop_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_a_name_is_not_asked),
        cmocka_unit_test(garbage_and_answers_to_others_are_passed_over),
        cmocka_unit_test(a_channel_that_is_lost_or_late_is_made_up_for),
        cmocka_unit_test(the_cancelled_hear_nothing),
        cmocka_unit_test(no_answer_is_an_answer_in_time),
        cmocka_unit_test(the_process_answers_and_ends_with_its_master),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
