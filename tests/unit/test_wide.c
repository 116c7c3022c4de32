/* tests/unit/test_wide.c - characters of three bytes, and runs of them: redact/wide.h. */
#include "proxy/base/base.h"
#include "redact/wide.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void a_character_has_a_script_or_none(void **state)
{
    static const struct {
        const char *text;
        enum wide_script script;
    } cases[] = {
        {"", WIDE_NONE},
        {"a", WIDE_NONE},
        {"é", WIDE_NONE},
        {"中", WIDE_HAN},
        {"々", WIDE_HAN},
        {"㐀", WIDE_HAN},
        {"あ", WIDE_KANA},
        {"ア", WIDE_KANA},
        {"ー", WIDE_KANA},
        {"・", WIDE_NONE},
        {"가", WIDE_HANGUL},
        {"힣", WIDE_HANGUL},
        {"，", WIDE_NONE},
        {"。", WIDE_NONE},
        {"€", WIDE_NONE},
        {"\xe4\xb8", WIDE_NONE},
        {"\xe4", WIDE_NONE},
        {"\xe4\x41\x80", WIDE_NONE},
        {"\xf0\x9f\x98\x80", WIDE_NONE},
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        size_t len = strlen(cases[i].text);
        char *exact = malloc(len == 0 ? 1 : len);
        assert_non_null(exact);
        memcpy(exact, cases[i].text, len);
        struct slice s = slice_of(exact, len);
        if (wide_at(s, 0) != cases[i].script)
            fail_msg("%s: %d", cases[i].text, wide_at(s, 0));
        assert_int_equal(wide_before(s, len), len == WIDE ? cases[i].script : WIDE_NONE);
        assert_int_equal(wide_at(s, len), WIDE_NONE);
        assert_int_equal(wide_before(s, 0), WIDE_NONE);
        free(exact);
    }
}

static void runs_are_of_one_script_or_of_two(void **state)
{
    const struct slice s = SLICE_LIT("中村さん가나 b");
    (void)state;
    assert_int_equal(wide_run(s, 0, false), 2);
    assert_int_equal(wide_run(s, 0, true), 4);
    assert_int_equal(wide_run(s, 6, false), 2);
    assert_int_equal(wide_run(s, 12, true), 2);
    assert_int_equal(wide_run(s, s.len - 1, true), 0);
    assert_int_equal(wide_run(s, s.len, true), 0);
    assert_int_equal(wide_run(s, s.len + 9, true), 0);
}

static void words_are_looked_up_at_a_place(void **state)
{
    const struct slice s = SLICE_LIT("x先生さん");
    (void)state;
    assert_true(wide_is_of(s, 1, "女先"));
    assert_false(wide_is_of(s, 1, "女"));
    assert_false(wide_is_of(s, 1, ""));
    assert_false(wide_is_of(s, s.len - 1, "ん"));
    assert_true(wide_has(s, 1, "先生"));
    assert_false(wide_has(s, 1, "先生方"));
    assert_false(wide_has(s, s.len, ""));
    assert_int_equal(wide_any(s, 1, "先|先生|女士"), 6); /* the longest */
    assert_int_equal(wide_any(s, 1, "女士|太太"), 0);
    assert_int_equal(wide_any(s, 1, ""), 0);
    assert_int_equal(wide_any(s, s.len, "ん"), 0);
    assert_int_equal(wide_any(s, s.len + 5, "ん"), 0);
    assert_int_equal(wide_any(s, 7, "さん様"), 0);
    assert_int_equal(wide_any(s, 7, "様|さん"), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_character_has_a_script_or_none),
        cmocka_unit_test(runs_are_of_one_script_or_of_two),
        cmocka_unit_test(words_are_looked_up_at_a_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
