/* tests/unit/test_breaker.c - proxy/net/breaker.h: time and chance are given, so nothing is waited
 * for. */
#include "proxy/base/base.h"
#include "proxy/net/breaker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { MS = 1000000 };

/* As many failures as it takes; the time of the last. */
static void fail_until_rest(struct breaker *b, int64_t now)
{
    for (unsigned i = 1; i < BREAKER_FAILURES; i++) {
        assert_true(breaker_may_try(b, now));
        assert_false(breaker_failed(b, now, 0));
    }
    assert_true(breaker_may_try(b, now));
    assert_true(breaker_failed(b, now, UINT32_MAX / 2));
}

static void test_it_rests_after_failures_in_a_row(void **state)
{
    (void)state;
    struct breaker b = {.is_careful = true};
    fail_until_rest(&b, 0);
    assert_false(breaker_may_try(&b, 0));
    assert_false(breaker_may_try(&b, (BREAKER_FIRST_MS - 2) * (int64_t)MS));
    assert_true(breaker_may_try(&b, (BREAKER_FIRST_MS + 1) * (int64_t)MS));
}

static void test_a_success_between_begins_anew(void **state)
{
    (void)state;
    struct breaker b = {.is_careful = true};
    for (unsigned i = 0; i < 100; i++) {
        assert_true(breaker_may_try(&b, i));
        assert_false(breaker_failed(&b, i, 0));
        if (i % (BREAKER_FAILURES - 1) == BREAKER_FAILURES - 2)
            breaker_worked(&b);
    }
}

static void test_one_at_a_time_after_a_rest(void **state)
{
    (void)state;
    struct breaker b = {.is_careful = true};
    const int64_t later = 60000 * (int64_t)MS;
    fail_until_rest(&b, 0);
    assert_true(breaker_may_try(&b, later));
    for (unsigned i = 0; i < 1000; i++)
        assert_false(breaker_may_try(&b, later)); /* no herd */
    breaker_dropped(&b);                          /* its caller went: another may */
    assert_true(breaker_may_try(&b, later));
    breaker_worked(&b);
    assert_true(breaker_may_try(&b, later) && breaker_may_try(&b, later));
}

static void test_all_of_them_after_a_rest_when_it_is_not_careful(void **state)
{
    (void)state;
    struct breaker b = {.is_careful = false};
    const int64_t later = 60000 * (int64_t)MS;
    fail_until_rest(&b, 0);
    assert_true(breaker_may_try(&b, later) && breaker_may_try(&b, later));
    assert_true(breaker_failed(&b, later, 0)); /* one more failure is enough */
    assert_false(breaker_may_try(&b, later));
}

static void test_rests_grow_and_have_a_bound(void **state)
{
    (void)state;
    static const uint32_t chances[] = {0, UINT32_MAX / 2, UINT32_MAX};
    for (size_t k = 0; k < GW_COUNT(chances); k++) {
        struct breaker b = {.is_careful = true};
        int64_t now = 0, before = 0;
        fail_until_rest(&b, now);
        for (unsigned i = 0; i < 20; i++) {
            int64_t rest = b.rests_until_ns - now;
            assert_true(rest >= before || b.rest_ms == BREAKER_MOST_MS);
            assert_true(rest <= BREAKER_MOST_MS * (int64_t)MS * 5 / 4); /* back in under 5 s */
            before = rest;
            now = b.rests_until_ns;
            assert_true(breaker_may_try(&b, now));
            assert_true(breaker_failed(&b, now, chances[k]));
        }
        assert_int_equal(b.rest_ms, BREAKER_MOST_MS);
    }
}

static void test_chance_spreads_those_who_come_back(void **state)
{
    (void)state;
    struct breaker first = {.is_careful = true}, last = {.is_careful = true};
    for (unsigned i = 0; i < BREAKER_FAILURES; i++) {
        (void)breaker_failed(&first, 0, 0);
        (void)breaker_failed(&last, 0, UINT32_MAX);
    }
    assert_true(last.rests_until_ns - first.rests_until_ns >=
                BREAKER_FIRST_MS / 2 * (int64_t)MS - MS);
}

static void test_late_failures_do_not_make_a_rest_longer(void **state)
{
    (void)state;
    struct breaker b = {.is_careful = true};
    fail_until_rest(&b, 0);
    int64_t until = b.rests_until_ns;
    for (unsigned i = 0; i < 50; i++)
        assert_false(breaker_failed(&b, 1, 0));
    assert_int_equal(b.rests_until_ns, until);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_rests_after_failures_in_a_row),
        cmocka_unit_test(test_a_success_between_begins_anew),
        cmocka_unit_test(test_one_at_a_time_after_a_rest),
        cmocka_unit_test(test_all_of_them_after_a_rest_when_it_is_not_careful),
        cmocka_unit_test(test_rests_grow_and_have_a_bound),
        cmocka_unit_test(test_chance_spreads_those_who_come_back),
        cmocka_unit_test(test_late_failures_do_not_make_a_rest_longer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
