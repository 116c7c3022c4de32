/* tests/unit/test_claim_wide.c - values behind labels in Chinese, Japanese and Korean:
 * redact/claim.h. */
#include "proxy/base/base.h"
#include "redact/claim.h"
#include "tests/unit/claim_rig.h"

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
        cmocka_unit_test(labels_ask_for_values),
        cmocka_unit_test(keys_ask_for_values),
    };
    return cmocka_run_group_tests(tests, claim_set_up, claim_tear_down);
}
