/* tests/unit/test_question.c - proxy/net/question.h: what is taken in, and what is not. */
#include "proxy/base/base.h"
#include "proxy/net/question.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define ID "\x07\0\0\0\0\0\0\x01"

static void broken_questions_are_refused(void **state)
{
    char long_one[8 + QUESTION_NAME + 1];
    struct question q;
    (void)state;
    memset(long_one, 'a', sizeof long_one);
    assert_int_equal(question_take(SLICE_LIT(""), &q).code, GW_BAD);
    assert_int_equal(question_take(SLICE_LIT(ID), &q).code, GW_BAD);
    assert_int_equal(question_take(SLICE_LIT(ID "a\0b"), &q).code, GW_BAD);
    assert_int_equal(question_take(slice_of(long_one, sizeof long_one), &q).code, GW_BAD);
    assert_int_equal(question_take(slice_of(long_one, sizeof long_one - 1), &q).code, GW_OK);
}

static void broken_answers_are_refused(void **state)
{
    const struct slice bad[] = {
        SLICE_LIT(""),
        SLICE_LIT(ID),
        SLICE_LIT(ID "\x03"),
        SLICE_LIT(ID "\x02"), /* found, and no address */
        SLICE_LIT(ID "\x01\x04"
                     "abcd"), /* not found, and an address */
        SLICE_LIT(ID "\x00\x04"
                     "abcd"),
        SLICE_LIT(ID "\x02\x04"
                     "abc"),
        SLICE_LIT(ID "\x02\x05"
                     "abcde"),
        SLICE_LIT(ID "\x02\x00"),
        SLICE_LIT(ID "\x02\x04"
                     "abcd\x10"
                     "0123456789abcde"),
        SLICE_LIT(ID "\x02"
                     "\x04"
                     "1111"
                     "\x04"
                     "2222"
                     "\x04"
                     "3333"
                     "\x04"
                     "4444"
                     "\x04"
                     "5555"
                     "\x04"
                     "6666"
                     "\x04"
                     "7777"
                     "\x04"
                     "8888"
                     "\x04"
                     "9999"),
    };
    struct question_answer a;
    (void)state;
    for (size_t i = 0; i < GW_COUNT(bad); i++)
        assert_int_equal(question_take_answer(bad[i], &a).code, GW_BAD);
    assert_int_equal(question_take_answer(SLICE_LIT(ID "\x01"), &a).code, GW_OK);
    assert_int_equal(a.status, QUESTION_NONE);
    assert_int_equal(a.id, 0x0100000000000007);
}

static void both_travel_whole(void **state)
{
    unsigned char bytes[QUESTION_BYTES];
    struct question q = {.id = UINT64_MAX - 5}, q2;
    struct question_answer a = {.id = 9, .status = QUESTION_FOUND, .n = QUESTION_ANSWERS}, a2;
    (void)state;
    memset(q.host, 'h', QUESTION_NAME);
    size_t len = question_put(&q, bytes);
    assert_true(len <= sizeof bytes);
    assert_true(gw_ok(question_take(slice_of((char *)bytes, len), &q2)));
    assert_int_equal(q.id, q2.id);
    assert_string_equal(q.host, q2.host);
    for (size_t i = 0; i < a.n; i++) {
        a.at[i].len = i % 2 == 0 ? 16 : 4;
        memset(a.at[i].at, (int)i + 1, a.at[i].len);
    }
    len = question_put_answer(&a, bytes);
    assert_true(len <= sizeof bytes);
    assert_true(gw_ok(question_take_answer(slice_of((char *)bytes, len), &a2)));
    assert_int_equal(a2.n, a.n);
    assert_memory_equal(a2.at, a.at, sizeof a.at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_questions_are_refused),
        cmocka_unit_test(broken_answers_are_refused),
        cmocka_unit_test(both_travel_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
