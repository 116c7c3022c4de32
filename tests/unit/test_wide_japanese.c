/* tests/unit/test_wide_japanese.c - Japanese names and addresses: redact/wide_japanese.c. */
#include "proxy/base/base.h"
#include "redact/wide.h"
#include "tests/unit/claim_rig.h"

static void a_name_begins_with_its_surname(void **state)
{
    (void)state;
    assert_int_equal(wide_japanese_surname(SLICE_LIT("佐々木様"), 0), 3 * WIDE);
    assert_int_equal(wide_japanese_surname(SLICE_LIT("田中"), 0), 2 * WIDE);
    assert_int_equal(wide_japanese_surname(SLICE_LIT("猫"), 0), 0);
    assert_int_equal(wide_japanese_surname(SLICE_LIT(""), 0), 0);
    assert_int_equal(wide_japanese(SLICE_LIT(""), 0), 0);
    assert_int_equal(wide_japanese(SLICE_LIT("猫の手"), 0), 0);
    assert_true(wide_japanese(SLICE_LIT("鈴木一郎"), 0) == 4 * WIDE);
}

static void who_is_spoken_to_or_speaks(void **state)
{
    static const struct claimed cases[] = {
        {"田中様、お世話になっております。", "P:田中;"},
        {"お客様へ", ""},
        {"皆さんで京都へ", ""},
        {"鈴木一郎と申します。", "P:鈴木一郎;"},
        {"と申します。", ""},
        {"名前は佐藤花子です", "P:佐藤花子;"},
        {"様", ""},
    };
    (void)state;
    all_are_claimed(cases, GW_COUNT(cases));
}

static void an_address_goes_from_the_prefecture_to_a_number(void **state)
{
    static const struct claimed cases[] = {
        {"住所は東京都千代田区千代田1-1", "A:東京都千代田区千代田1-1;"},
        {"大阪府大阪市北区梅田3-1-3に送ってください。", "A:大阪府大阪市北区梅田3-1-3;"},
        {"東京都千代田区", ""}, /* no number */
        {"東京都1-1", ""},      /* no town */
        {"東京都千代田区千代田１丁目２番３号です", "A:東京都千代田区千代田１丁目２番３号;"},
        {"〒100-0001 東京都千代田区千代田1-1", "A:〒100-0001 東京都千代田区千代田1-1;"},
    };
    (void)state;
    all_are_claimed(cases, GW_COUNT(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_begins_with_its_surname),
        cmocka_unit_test(who_is_spoken_to_or_speaks),
        cmocka_unit_test(an_address_goes_from_the_prefecture_to_a_number),
    };
    return cmocka_run_group_tests(tests, claim_set_up, claim_tear_down);
}
