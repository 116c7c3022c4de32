/* tests/unit/test_valid_check.c - redact/valid_check.c: check digits as data, refusals first. */
#include "proxy/base/base.h"
#include "redact/valid.h"
#include "redact/valid_check.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void expect(int want, const char *check, const char *value)
{
    int got = valid_check(check, slice_str(value));
    if (got != want)
        print_error("%s of %s: %d\n", check, value, got);
    assert_int_equal(got, want);
}

static void what_cannot_be_read_or_is_one_digit_is_refused(void **state)
{
    (void)state;
    expect(VALID_NO, "no such term", "4111111111111111");
    expect(VALID_NO, "", "4111111111111111");
    expect(VALID_NO, "luhn", "");
    expect(VALID_NO, "luhn", "0000000000");
    expect(VALID_NO, "sum:1,2,3%0", "123");
    expect(VALID_NO, "sum:1,2,3,4%10", "123");
    expect(VALID_NO, "dig:1,1,1%10", "123");
    expect(VALID_NO, "skip:9&luhn", "123");
    expect(VALID_NO, "pad:99", "123");
}

static void wrong_check_digits_are_refused_and_right_ones_pass(void **state)
{
    static const struct {
        const char *check, *right, *wrong;
    } cases[] = {
        {"luhn", "4111 1111 1111 1111", "4111 1111 1111 1112"},
        {"verhoeff", "2363", "2364"},
        {"iso1110", "94577403194", "94577403195"},
        {"iso112", "11010519491231002X", "110105194912310021"},
        {"sum:9,8,7,6,5,4,3,2,-1%11", "111222333", "111252333"},
        {"dig:8,9,2,3,4,5,6,7%11", "123456785", "123456786"},
        {"neg:10,9,8,7,6,5,4,3,2%11&neg:11,10,9,8,7,6,5,4,3,2%11", "111.444.777-35",
         "111.444.777-36"},
        {"pad:9&ntab:3,2,7,6,5,4,3,2%11:0123456789K", "7.727.230-5", "7.727.230-6"},
        {"num:8%23:TRWAGMYFPDXBNJZSQVHLCKE", "54362315K", "54362315Z"},
        {"mod:10%511", "3023217600053", "3023217500053"},
        {"nmod:9%97", "85073003328", "85073003329"},
        {"date:YYYYMMDD@0", "19850412", "19851312"},
        {"date:YYXXDD@0", "044704", "041504"},
        {"date:YYXXDD@0", "736028", "736035"},
        {"date:YYXXDD@0", "736231", "736131"}, /* December has 31 days, November has not */
        {"range:0+2=11-15,21-23", "23", "16"},
        {"after:80840&luhn", "1234567893", "1234567890"},
        {"len:8-9", "123456789", "1234567"},
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        expect(VALID_YES, cases[i].check, cases[i].right);
        expect(VALID_NO, cases[i].check, cases[i].wrong);
    }
}

static void one_alternative_is_enough_and_a_doubt_is_told(void **state)
{
    (void)state;
    expect(VALID_NO, "len:3|len:4", "12");
    expect(VALID_YES, "len:3|len:4", "1234");
    expect(VALID_LESS, "luhn|less", "4111111111111112");
    expect(VALID_LESS, "luhn|digits&sample", "DE1234567899");
    expect(VALID_NO, "luhn|digits&sample", "DE1234507899");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_read_or_is_one_digit_is_refused),
        cmocka_unit_test(wrong_check_digits_are_refused_and_right_ones_pass),
        cmocka_unit_test(one_alternative_is_enough_and_a_doubt_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
