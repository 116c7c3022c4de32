/* tests/unit/test_names.c - proxy/net/names.h: which answers are believed, and for how long. */
#include "proxy/base/base.h"
#include "proxy/net/names.h"
#include "proxy/net/address.h"
#include "proxy/net/resolver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const int64_t second = 1000000000;
static const struct question_answer failed = {.status = QUESTION_FAILED};
static const struct question_answer none = {.status = QUESTION_NONE};

static struct question_answer found(const unsigned char *first, const unsigned char *second_one)
{
    struct question_answer a = {.status = QUESTION_FOUND, .n = second_one == NULL ? 1 : 2};
    for (size_t i = 0; i < a.n; i++) {
        a.at[i].len = 4;
        memcpy(a.at[i].at, i == 0 ? first : second_one, 4);
    }
    return a;
}

static const unsigned char outside[] = {8, 8, 8, 8}, inside[] = {10, 0, 0, 1};
static const unsigned char metadata[] = {169, 254, 169, 254};

static void a_name_that_flips_is_refused_and_forgotten(void **state)
{
    struct names n = {.n = 0};
    struct question_answer a = found(outside, NULL), flipped = found(metadata, NULL);
    (void)state;
    assert_true(names_learn(&n, &a, 443, 1 * second));
    assert_false(names_learn(&n, &flipped, 443, 40 * second));
    assert_true(n.was_refused);
    assert_false(names_is_fresh(&n, 41 * second));
    assert_false(names_learn(&n, &failed, 443, 42 * second)); /* what it was before is no help */
    n.may_be_private = true;
    assert_false(names_learn(&n, &flipped, 443, 43 * second)); /* for nobody */
    assert_true(names_learn(&n, &a, 443, 44 * second));
    assert_false(n.was_refused);
}

static void this_house_is_for_those_who_may(void **state)
{
    struct names closed = {.n = 0}, open = {.may_be_private = true};
    struct question_answer a = found(inside, NULL);
    (void)state;
    assert_false(names_learn(&closed, &a, 443, second));
    assert_true(closed.was_refused);
    assert_true(names_learn(&open, &a, 443, second));
}

static void just_the_bad_ones_are_left_out(void **state)
{
    struct names n = {.n = 0};
    struct question_answer a = found(inside, outside);
    (void)state;
    assert_true(names_learn(&n, &a, 443, second));
    assert_int_equal(n.n, 1);
    assert_int_equal(address_judge(&n.at[0]), ADDRESS_PUBLIC);
    assert_false(n.was_refused);
}

static void a_name_that_is_gone_is_gone(void **state)
{
    struct names n = {.n = 0};
    struct question_answer a = found(outside, NULL);
    (void)state;
    assert_true(names_learn(&n, &a, 443, second));
    assert_false(names_learn(&n, &none, 443, 2 * second));
    assert_false(names_learn(&n, &failed, 443, 3 * second));
}

static void an_old_answer_helps_over_a_failure_but_not_for_ever(void **state)
{
    struct names n = {.n = 0};
    struct question_answer a = found(outside, NULL);
    (void)state;
    assert_false(names_learn(&n, &failed, 443, second));
    assert_true(names_learn(&n, &a, 443, second));
    assert_true(names_is_fresh(&n, (NAMES_FRESH_S)*second));
    assert_false(names_is_fresh(&n, (1 + NAMES_FRESH_S) * second));
    assert_true(names_learn(&n, &failed, 443, 100 * second));
    assert_true(names_is_fresh(&n, (99 + NAMES_RETRY_S) * second)); /* not asked at each call */
    assert_false(names_is_fresh(&n, (100 + NAMES_RETRY_S) * second));
    assert_true(names_learn(&n, &failed, 443, NAMES_OLD_S * second));
    assert_false(names_learn(&n, &failed, 443, (1 + NAMES_OLD_S) * second));
}

static void doubt_asks_again_and_keeps_the_answer(void **state)
{
    struct names n = {.n = 0};
    struct question_answer a = found(outside, NULL);
    (void)state;
    assert_true(names_learn(&n, &a, 443, second));
    names_doubt(&n);
    assert_false(names_is_fresh(&n, second));
    assert_true(names_learn(&n, &failed, 443, 2 * second));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_that_flips_is_refused_and_forgotten),
        cmocka_unit_test(this_house_is_for_those_who_may),
        cmocka_unit_test(just_the_bad_ones_are_left_out),
        cmocka_unit_test(a_name_that_is_gone_is_gone),
        cmocka_unit_test(an_old_answer_helps_over_a_failure_but_not_for_ever),
        cmocka_unit_test(doubt_asks_again_and_keeps_the_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
