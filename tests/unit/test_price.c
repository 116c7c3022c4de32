/* tests/unit/test_price.c - proxy/gate/price.h: what is no price, and what an answer costs. */
#include "proxy/base/base.h"
#include "proxy/gate/price.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct price price(const char *words)
{
    struct price p;
    if (!gw_ok(price_read(slice_str(words), &p)))
        fail_msg("refused: %s", words);
    return p;
}

static void what_is_no_price_is_refused(void **state)
{
    static const char *const bad[] = {
        "",         "gpt",      "gpt 1",     "gpt 1 2 3 4",     "gpt a 1",       "gpt 1 -2",
        "gpt 1. 2", "gpt .5 1", "gpt 1,5 2", "gpt 1 2.1234567", "gpt 1 1000000", "gpt 1e3 1"};
    struct price p;
    (void)state;
    for (size_t i = 0; i < GW_COUNT(bad); i++)
        if (gw_ok(price_read(slice_str(bad[i]), &p)))
            fail_msg("taken: %s", bad[i]);
}

static void a_price_is_read_in_millionths(void **state)
{
    (void)state;
    struct price p = price("  gpt-4o*  2.50 10 0.000001 ");
    assert_true(slice_is(p.model, SLICE_LIT("gpt-4o*")));
    assert_int_equal(p.in, 2500000);
    assert_int_equal(p.out, 10000000);
    assert_int_equal(p.cached, 1);
    assert_int_equal(price("m 3 4").cached, 3000000); /* as asked */
}

static void the_first_that_fits_counts(void **state)
{
    const struct price prices[] = {price("gpt-4o-mini 0.15 0.60"), price("gpt-4o* 2.50 10 1.25")};
    const struct llm_stream s = {.tokens_in = 1000, .tokens_out = 100, .tokens_cached = 400};
    uint64_t micro = 7;
    (void)state;
    assert_false(price_of(prices, 2, SLICE_LIT("claude"), &s, &micro));
    assert_false(price_of(NULL, 0, SLICE_LIT("gpt-4o"), &s, &micro));
    assert_int_equal(micro, 7);
    assert_true(price_of(prices, 2, SLICE_LIT("gpt-4o-mini"), &s, &micro));
    assert_int_equal(micro, 150 + 60); /* 0.00021 */
    assert_true(price_of(prices, 2, SLICE_LIT("gpt-4o-2024-11-20"), &s, &micro));
    assert_int_equal(micro, 600 * 5 / 2 + 400 * 5 / 4 + 1000);
}

/* Anthropic counts what it read from a cache beside what it was asked with. */
static void cached_tokens_may_be_beside_the_others(void **state)
{
    const struct price prices[] = {price("* 4 0 1")};
    struct llm_stream s = {.tokens_in = 10, .tokens_cached = 400};
    uint64_t micro = 0;
    (void)state;
    assert_true(price_of(prices, 1, SLICE_LIT("m"), &s, &micro));
    assert_int_equal(micro, 400); /* nonsense of somebody else's: none is asked twice */
    s.cached_is_apart = true;
    assert_true(price_of(prices, 1, SLICE_LIT("m"), &s, &micro));
    assert_int_equal(micro, 440);
    s.tokens_in = s.tokens_out = s.tokens_cached = UINT64_MAX;
    assert_true(price_of(prices, 1, SLICE_LIT("m"), &s, &micro));
    assert_true(micro < UINT64_C(1) << 53); /* a record can say it */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_price_is_refused),
        cmocka_unit_test(a_price_is_read_in_millionths),
        cmocka_unit_test(the_first_that_fits_counts),
        cmocka_unit_test(cached_tokens_may_be_beside_the_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
