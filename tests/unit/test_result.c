/* tests/unit/test_result.c - every result has a word of its own: proxy/base/base.h. */
#include "proxy/base/base.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void what_is_no_result_has_a_word_too(void **state)
{
    (void)state;
    assert_string_equal(gw_word(gw_is((enum gw_code)(GW_UNAVAILABLE + 1))), "unknown");
    assert_string_equal(gw_word(gw_is((enum gw_code)1000)), "unknown");
    assert_string_equal(gw_word(gw_is(GW_NONE)), "unset");
    assert_false(gw_ok(gw_is(GW_NONE))); /* a forgotten result is not fine */
}

static void every_result_has_its_own(void **state)
{
    (void)state;
    for (int i = GW_NONE; i <= GW_UNAVAILABLE; i++) {
        const char *word = gw_word(gw_is((enum gw_code)i));
        assert_non_null(word);
        assert_int_equal(strspn(word, "abcdefghijklmnopqrstuvwxyz-"), strlen(word));
        assert_int_equal(gw_ok(gw_is((enum gw_code)i)), i == GW_OK);
        for (int k = GW_NONE; k < i; k++)
            assert_string_not_equal(word, gw_word(gw_is((enum gw_code)k)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_result_has_a_word_too),
        cmocka_unit_test(every_result_has_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
