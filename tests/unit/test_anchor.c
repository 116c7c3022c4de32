/* tests/unit/test_anchor.c - audit/anchor.h: a query is a query, and what is no answer to it is
 * none. */
#include "proxy/base/base.h"
#include "audit/anchor.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void no_answer_is_taken_for_one(void **state)
{
    static const char *const bad[] = {"", "x", "<html>503</html>", "\x30\x03\x02\x01\x05"};
    struct anchor *a = NULL;
    struct buf query;
    (void)state;
    assert_true(gw_ok(anchor_new(SLICE_LIT("a checkpoint"), &a)));
    for (size_t i = 0; i < GW_COUNT(bad); i++)
        assert_false(gw_ok(anchor_judge(a, slice_str(bad[i]), NULL)));
    /* "rejected", well formed: status 2 and no token */
    assert_int_equal(anchor_judge(a, slice_of("\x30\x05\x30\x03\x02\x01\x02", 7), NULL).code,
                     GW_REFUSED);
    buf_init(&query, ANCHOR_MAX);
    assert_true(gw_ok(anchor_query(a, &query)));
    assert_false(gw_ok(anchor_judge(a, buf_slice(&query), NULL)));
    buf_free(&query);
    anchor_free(a);
    anchor_free(NULL);
}

static void two_queries_for_the_same_bytes_differ(void **state)
{
    struct anchor *a = NULL, *b = NULL;
    struct buf one, two;
    (void)state;
    buf_init(&one, ANCHOR_MAX);
    buf_init(&two, ANCHOR_MAX);
    assert_true(gw_ok(anchor_new(SLICE_LIT("a checkpoint"), &a)));
    assert_true(gw_ok(anchor_new(SLICE_LIT("a checkpoint"), &b)));
    assert_true(gw_ok(anchor_query(a, &one)) && gw_ok(anchor_query(b, &two)));
    assert_false(slice_is(buf_slice(&one), buf_slice(&two)));
    buf_free(&one);
    buf_free(&two);
    anchor_free(a);
    anchor_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_answer_is_taken_for_one),
        cmocka_unit_test(two_queries_for_the_same_bytes_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
