/* tests/unit/test_check.c - checks by name: what each refuses, what it takes. */
#include "proxy/base/base.h"
#include "redact/check.h"
#include "redact/finding.h"
#include "redact/valid.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static bool takes(const char *name, const char *value)
{
    const struct check *c = check_named(slice_str(name));
    struct slice v = slice_str(value);
    assert_non_null(c);
    return c->run(&v) != VALID_NO;
}

static void unknown_names_are_none(void **state)
{
    (void)state;
    assert_null(check_named(SLICE_LIT("lun")));
    assert_null(check_named(SLICE_LIT("")));
    assert_null(check_named(SLICE_LIT("LUHN")));
    assert_null(check_word(NULL));
}

static void every_check_refuses_nothing_at_all(void **state)
{
    (void)state;
    for (size_t i = 0; check_at(i) != NULL; i++) {
        struct slice empty = SLICE_LIT("");
        bool is_lax = slice_is(slice_str(check_at(i)->name), SLICE_LIT("placeholder"));
        if (!is_lax && check_at(i)->run(&empty) != VALID_NO)
            print_message("%s takes an empty value\n", check_at(i)->name);
    }
    assert_false(takes("luhn", "") || takes("luhn", "0") || takes("mod97", "1"));
    assert_false(takes("mod11", "X") || takes("verhoeff", "0") || takes("entropy", ""));
}

/* One digit changed, two that stand side by side changed over: what the formulas are for. */
static void one_wrong_digit_is_seen(void **state)
{
    static const char *const right[][2] = {
        {"luhn", "79927398713"},     /* the usual example of the formula */
        {"luhn", "M-7992 739 8713"}, /* other bytes are skipped */
        {"verhoeff", "2363"},        /* Verhoeff's own: 236 and 3 */
        {"verhoeff", "758722"},
        {"mod97", "79444"},                        /* ISO 7064: 794 and 44 */
        {"mod97", "3214282912345698765432161182"}, /* an IBAN with its head at the end */
        {"mod11", "079X"},                         /* ISO 7064: 079 and X */
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(right); i++) {
        char wrong[64];
        snprintf(wrong, sizeof wrong, "%s", right[i][1]);
        if (!takes(right[i][0], wrong))
            fail_msg("%s refuses %s", right[i][0], wrong);
        for (size_t k = 0; wrong[k] != '\0'; k++) {
            char was = wrong[k];
            for (char c = '0'; c <= '9' && was >= '0' && was <= '9'; c++) {
                wrong[k] = c;
                if (c != was && takes(right[i][0], wrong))
                    fail_msg("%s takes %s", right[i][0], wrong);
            }
            wrong[k] = was;
        }
    }
    assert_false(takes("verhoeff", "2633") || takes("mod97", "74944") || takes("mod11", "097X"));
}

static void others_judge_as_the_catalogue_does(void **state)
{
    (void)state;
    assert_false(takes("entropy", "aaaaaaaaaaaa") || takes("placeholder", "xxxxxxxx"));
    assert_true(takes("entropy", "q8Zr2kLw9TbX") && takes("placeholder", "q8Zr2kLw"));
    assert_true(takes("card", "4111 1111 1111 1111") && !takes("card", "79927398713"));
    assert_string_equal(check_word(valid_card), "card");
}

static void policies_know_the_same_names(void **state)
{
    (void)state;
    for (size_t i = 0; finding_check_at(i) != NULL || check_at(i) != NULL; i++)
        assert_string_equal(finding_check_at(i), check_at(i)->name);
    assert_null(finding_shape(SLICE_LIT("numbers")));
    assert_non_null(finding_shape(SLICE_LIT("number")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_names_are_none),
        cmocka_unit_test(every_check_refuses_nothing_at_all),
        cmocka_unit_test(one_wrong_digit_is_seen),
        cmocka_unit_test(others_judge_as_the_catalogue_does),
        cmocka_unit_test(policies_know_the_same_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
