/* tests/unit/test_wide_chinese.c - Chinese names and streets: redact/wide_chinese.c. */
#include "proxy/base/base.h"
#include "redact/wide.h"
#include "tests/unit/claim_rig.h"

/* Bytes of a name at the begin: in characters. */
static void a_name_begins_with_its_surname(void **state)
{
    static const struct {
        const char *text;
        size_t chars;
    } cases[] = {
        {"", 0},         {"张", 0},       {"张伟", 2},   {"张伟明", 3},
        {"张伟明天", 3}, {"张伟的", 2},   {"欧阳", 0},   {"欧阳娜", 3},
        {"欧阳娜娜", 4}, {"高级", 0},     {"谢谢您", 0}, {"于是他", 0},
        {"猫狗", 0},     {"田中さん", 0}, {"abc", 0},    {"王建国先", 3},
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        size_t n = wide_chinese(slice_str(cases[i].text), 0);
        if (n != cases[i].chars * WIDE)
            fail_msg("%s: %zu", cases[i].text, n / WIDE);
    }
    assert_int_equal(wide_chinese_surname(SLICE_LIT("欧阳娜"), 0), 2 * WIDE);
    assert_int_equal(wide_chinese_surname(SLICE_LIT("欧洲"), 0), 0);
    assert_int_equal(wide_chinese_surname(SLICE_LIT("王"), 0), WIDE);
}

static void titles_and_words_ask_for_names(void **state)
{
    static const struct claimed cases[] = {
        {"王建国先生，您好", "P:王建国;"},
        {"王先生，您好", "P:王;"},
        {"请张伟女士来", "P:张伟;"},
        {"先生们请注意", ""},
        {"高级女士", ""},
        {"王经理，您好", "P:王;"},
        {"产品经理来了", ""},
        {"我叫李晓红，想查询", "P:李晓红;"},
        {"我的名字是：李晓红", "P:李晓红;"},
        {"我叫它", ""},
    };
    (void)state;
    all_are_claimed(cases, GW_COUNT(cases));
}

static void a_street_has_a_number(void **state)
{
    static const struct claimed cases[] = {
        {"寄到科技园路12号3栋502室，谢谢", "A:科技园路12号3栋502室;"},
        {"科技园路12", ""},
        {"科技园路号", ""},
        {"路12号", ""}, /* no name of it */
        {"科技园路123456号", ""},
        {"科技园路12345号", "A:科技园路12345号;"},
        {"第88号文件", ""},
    };
    (void)state;
    all_are_claimed(cases, GW_COUNT(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_begins_with_its_surname),
        cmocka_unit_test(titles_and_words_ask_for_names),
        cmocka_unit_test(a_street_has_a_number),
    };
    return cmocka_run_group_tests(tests, claim_set_up, claim_tear_down);
}
