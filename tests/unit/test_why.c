/* tests/unit/test_why.c - proxy/base/why.h. */
#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "proxy/base/why.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void what_is_no_ending_is_a_fault(void **state)
{
    (void)state;
    assert_string_equal(why_word(WHY_NONE), "none");
    assert_string_equal(why_word((enum why)9999), "none");
    assert_true(why_is_fault((enum why)9999));
    assert_string_equal(why_out(WHY_NONE), "gw_error");
}

static void every_ending_has_its_own_word(void **state)
{
    (void)state;
    for (enum why a = WHY_NONE; a < WHY_COUNT; a++)
        for (enum why b = WHY_NONE; b < a; b++)
            assert_string_not_equal(why_word(a), why_word(b));
}

static void every_ending_maps_to_a_word_of_the_record(void **state)
{
    static const char *const outs[] = {"ok",      "blocked", "client_abort", "upstream_error",
                                       "timeout", "gw_error"};
    (void)state;
    for (enum why w = WHY_NONE; w < WHY_COUNT; w++) {
        bool known = false;
        for (size_t i = 0; i < GW_COUNT(outs); i++)
            known = known || slice_is(slice_str(why_out(w)), slice_str(outs[i]));
        assert_true(known);
    }
    assert_string_equal(why_out(WHY_POLICY_BLOCK), "blocked");
    assert_false(why_is_fault(WHY_POLICY_BLOCK));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_ending_is_a_fault),
        cmocka_unit_test(every_ending_has_its_own_word),
        cmocka_unit_test(every_ending_maps_to_a_word_of_the_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
