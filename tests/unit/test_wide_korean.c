/* tests/unit/test_wide_korean.c - Korean names and addresses: redact/wide_korean.c. */
#include "proxy/base/base.h"
#include "redact/wide.h"
#include "tests/unit/claim_rig.h"

static void a_name_has_three_syllables_mostly(void **state)
{
    static const struct {
        const char *text;
        size_t bytes;
    } cases[] = {
        {"", 0},
        {"김", 0},
        {"김민", 2 * WIDE},
        {"김민준", 3 * WIDE},
        {"김 민준", 3 * WIDE + 1},
        {"김민준님", 3 * WIDE},
        {"김민준입니다", 3 * WIDE},
        {"김민준짱", 0},
        {"한국인", 0},
        {"관리자", 0},
        {"뷁민준", 0},
        {"abc", 0},
        {"김민 준", 2 * WIDE},
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        size_t n = wide_korean(slice_str(cases[i].text), 0);
        if (n != cases[i].bytes)
            fail_msg("%s: %zu", cases[i].text, n);
    }
}

static void who_is_spoken_to_or_speaks(void **state)
{
    static const struct claimed cases[] = {
        {"이준호 님, 안녕하세요.", "P:이준호;"},
        {"이준호님 안녕하세요", "P:이준호;"},
        {"고객님, 안녕하세요.", ""},
        {"저는 최유진입니다.", "P:최유진;"},
        {"저는 학생입니다.", ""},
        {"저는 한국인입니다.", ""},
        {"제 이름은 최유진이고", "P:최유진;"},
        {"저는", ""},
    };
    (void)state;
    all_are_claimed(cases, GW_COUNT(cases));
}

static void a_road_has_a_number_and_a_town(void **state)
{
    static const struct claimed cases[] = {
        {"서울특별시 강남구 테헤란로 152", "A:서울특별시 강남구 테헤란로 152;"},
        {"서울 강남구 테헤란로 152, 101동 1203호", "A:서울 강남구 테헤란로 152, 101동 1203호;"},
        {"테헤란로 152", ""}, /* no town in front */
        {"강남구 테헤란로", ""},
        {"강남구 테헤란로 번지", ""},
    };
    (void)state;
    all_are_claimed(cases, GW_COUNT(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_has_three_syllables_mostly),
        cmocka_unit_test(who_is_spoken_to_or_speaks),
        cmocka_unit_test(a_road_has_a_number_and_a_town),
    };
    return cmocka_run_group_tests(tests, claim_set_up, claim_tear_down);
}
