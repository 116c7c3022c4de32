/* tests/unit/test_wide.c - characters of three bytes, runs of them, and values behind labels:
 * redact/wide.h. */
#include "proxy/base/base.h"
#include "redact/wide.h"
#include "tests/unit/claim_rig.h"

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

static void labels_ask_for_values(void **state)
{
    static const struct claimed cases[] = {
        {"姓名：张伟明", "P:张伟明;"},
        {"姓名：必填", ""},
        {"姓名：", ""},
        {"地址：请输入", ""},
        {"地址：北京市朝阳区建国路88号", "A:北京市朝阳区建国路88号;"},
        {"地址：北京市朝阳区建国路88号。谢谢", "A:北京市朝阳区建国路88号;"},
        {"地址：未知", ""},
        {"地址：中文", ""}, /* too short, and no unit */
        {"住所：東京都千代田区千代田１－１", "A:東京都千代田区千代田１－１;"},
        {"주소: 서울특별시 강남구 테헤란로 152, 전화 02", "A:서울특별시 강남구 테헤란로 152;"},
        {"주소: 아직알수없음", ""},
        {"성명: 필수 입력", ""},
    };
    (void)state;
    all_are_claimed(cases, GW_COUNT(cases));
}

/* By what the key asks for. */
static void keys_ask_for_values(void **state)
{
    (void)state;
    assert_string_equal(claimed_in("成都", CUE_PLACE), "L:成都;");
    assert_string_equal(claimed_in("都", CUE_PLACE), "");
    assert_string_equal(claimed_in("東京株式会社", CUE_COMPANY), "O:東京株式会社;");
    assert_string_equal(claimed_in("김민준", CUE_PART), "P:김민준;");
    assert_string_equal(claimed_in("未定", CUE_PLACE), "");
    assert_string_equal(claimed_in("成都", 0), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_character_has_a_script_or_none),
        cmocka_unit_test(runs_are_of_one_script_or_of_two),
        cmocka_unit_test(words_are_looked_up_at_a_place),
        cmocka_unit_test(labels_ask_for_values),
        cmocka_unit_test(keys_ask_for_values),
    };
    return cmocka_run_group_tests(tests, claim_set_up, claim_tear_down);
}
