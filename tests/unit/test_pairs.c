/* tests/unit/test_pairs.c - audit/pairs.h: a begin ends once, by its owner, under its own name. */
#include "proxy/base/base.h"
#include "audit/pairs.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct slice a = {"018f-a", 6}, b = {"018f-b", 6};

static void what_does_not_fit_ends_nothing(void **state)
{
    struct pairs p = {0};
    static const char long_name[38] = "0123456789012345678901234567890123456";
    (void)state;
    assert_false(pairs_end(&p, 0, 1, a));
    assert_true(gw_ok(pairs_begin(&p, 5, 1, a)));
    assert_int_equal(pairs_begin(&p, 5, 1, b).code, GW_BAD);
    assert_int_equal(pairs_begin(&p, 4, 1, b).code, GW_BAD);
    assert_int_equal(pairs_begin(&p, 6, 1, slice_str(long_name)).code, GW_BAD);
    assert_false(pairs_end(&p, 4, 1, a));
    assert_false(pairs_end(&p, 6, 1, a));
    assert_false(pairs_end(&p, 5, 2, a)); /* another owner */
    assert_false(pairs_end(&p, 5, 1, b)); /* another exchange */
    assert_int_equal(pairs_open(&p), 1);
    assert_true(pairs_is_open(&p, 5, 1, a));
    assert_true(pairs_end(&p, 5, 1, a));
    assert_false(pairs_end(&p, 5, 1, a)); /* twice */
    assert_int_equal(pairs_open(&p), 0);
    pairs_free(&p);
}

static void many_are_swept_and_found(void **state)
{
    struct pairs p = {0};
    (void)state;
    for (uint64_t seq = 0; seq < 3000; seq++)
        assert_true(gw_ok(pairs_begin(&p, seq * 3, seq % 2, seq % 5 == 0 ? a : b)));
    for (uint64_t seq = 0; seq < 3000; seq++)
        if (seq % 7 != 0)
            assert_true(pairs_end(&p, seq * 3, seq % 2, seq % 5 == 0 ? a : b));
    assert_int_equal(pairs_open(&p), 429);
    assert_true(p.count < 3000 / 2); /* what has ended does not stay */
    for (uint64_t seq = 0; seq < 3000; seq++)
        assert_true(pairs_end(&p, seq * 3, seq % 2, seq % 5 == 0 ? a : b) == (seq % 7 == 0));
    assert_int_equal(p.count, 0);
    pairs_free(&p);
}

static void too_many_are_refused(void **state)
{
    struct pairs p = {0};
    (void)state;
    for (uint64_t seq = 0; seq < PAIRS_MAX; seq++)
        if (!gw_ok(pairs_begin(&p, seq, 1, a)))
            fail_msg("at %u", (unsigned)seq);
    assert_int_equal(pairs_begin(&p, PAIRS_MAX, 1, a).code, GW_TOO_BIG);
    pairs_free(&p);
}

struct seen {
    uint64_t sum;
    unsigned count, most;
};

static gw_result look(void *of, const struct pairs_begin *begin)
{
    struct seen *s = of;
    if (s->count == s->most)
        return gw_is(GW_UNAVAILABLE);
    s->count++;
    s->sum += begin->seq;
    return gw_is(GW_OK);
}

static void all_of_an_owner_end_as_far_as_it_goes(void **state)
{
    struct pairs p = {0};
    struct seen s = {.most = 2};
    (void)state;
    for (uint64_t seq = 1; seq <= 6; seq++)
        assert_true(gw_ok(pairs_begin(&p, seq, seq % 2, a)));
    assert_int_equal(pairs_end_all(&p, 1, look, &s).code, GW_UNAVAILABLE);
    assert_int_equal(s.sum, 1 + 3);
    assert_true(pairs_is_open(&p, 5, 1, a)); /* not shown: still open */
    s = (struct seen){.most = 9};
    assert_true(gw_ok(pairs_end_all(&p, 1, look, &s)));
    assert_int_equal(s.sum, 5);
    assert_int_equal(pairs_open(&p), 3); /* the other owner's */
    assert_true(gw_ok(pairs_end_all(&p, 7, look, &s)));
    pairs_free(&p);
}

static void the_newest_of_ours_that_is_open_is_found(void **state)
{
    struct pairs p = {0};
    uint64_t seq = 0;
    (void)state;
    assert_false(pairs_newest(&p, 1, a, &seq));
    assert_true(gw_ok(pairs_begin(&p, 3, 1, a)));
    assert_true(gw_ok(pairs_begin(&p, 5, 1, a)));
    assert_true(gw_ok(pairs_begin(&p, 7, 2, a)));
    assert_false(pairs_newest(&p, 3, a, &seq));
    assert_false(pairs_newest(&p, 1, SLICE_LIT("another"), &seq));
    assert_true(pairs_newest(&p, 1, a, &seq));
    assert_int_equal(seq, 5);
    assert_true(pairs_end(&p, 5, 1, a));
    assert_true(pairs_newest(&p, 1, a, &seq));
    assert_int_equal(seq, 3);
    pairs_free(&p);
}

static void a_leaf_begins_or_ends_what_it_says(void **state)
{
    struct pairs p = {0};
    (void)state;
    assert_int_equal(pairs_see(&p, 1, SLICE_LIT("{\"seq\":3}")).code, GW_CORRUPT);
    assert_int_equal(pairs_see(&p, 1, SLICE_LIT("{\"type\":\"erase\"}")).code, GW_CORRUPT);
    assert_true(gw_ok(pairs_see(&p, 1, SLICE_LIT("{\"seq\":3,\"type\":\"log.start\"}"))));
    assert_int_equal(pairs_oldest(&p, 99), 99);
    assert_true(gw_ok(
        pairs_see(&p, 1, SLICE_LIT("{\"seq\":4,\"type\":\"exchange.begin\",\"xid\":\"018f-a\"}"))));
    assert_true(gw_ok(
        pairs_see(&p, 1, SLICE_LIT("{\"seq\":5,\"type\":\"exchange.begin\",\"xid\":\"018f-b\"}"))));
    assert_int_equal(pairs_oldest(&p, 99), 4);
    static const char *const ends[] = {
        "{\"ref\":[5],\"seq\":6,\"type\":\"exchange.end\",\"xid\":\"018f-a\"}",
        "{\"ref\":[],\"seq\":6,\"type\":\"exchange.end\",\"xid\":\"018f-a\"}",
        "{\"ref\":[4],\"seq\":6,\"type\":\"exchange.block\",\"xid\":\"018f-a\"}",
        "{\"ref\":[4],\"seq\":6,\"type\":\"exchange.end\",\"xid\":\"018f-a\"}"};
    for (size_t i = 0; i < GW_COUNT(ends); i++) {
        assert_true(gw_ok(pairs_see(&p, 1, slice_str(ends[i]))));
        assert_int_equal(pairs_open(&p), i + 1 < GW_COUNT(ends) ? 2 : 1); /* the last one fits */
    }
    assert_true(pairs_is_open(&p, 5, 1, b) && pairs_oldest(&p, 99) == 5);
    pairs_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_does_not_fit_ends_nothing),
        cmocka_unit_test(many_are_swept_and_found),
        cmocka_unit_test(too_many_are_refused),
        cmocka_unit_test(all_of_an_owner_end_as_far_as_it_goes),
        cmocka_unit_test(the_newest_of_ours_that_is_open_is_found),
        cmocka_unit_test(a_leaf_begins_or_ends_what_it_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
