/* tests/unit/test_valid_secret.c - what somebody says is a password, and what only looks like one.
 */
#include "proxy/base/base.h"
#include "redact/valid_secret.h"
#include "redact/valid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static int told(const char *text)
{
    struct slice v = slice_str(text);
    return valid_told(&v);
}

static void what_has_a_name_is_no_password(void **state)
{
    static const char *const things[] = {
        "required",          "wrong!",     "base64",
        "SHA-256",           "NIST-800",   "v2.1",
        "8-character",       "12-stellig", "config2.yaml",
        "ann2@shop.example", "/etc/app2",  "password2",
        "$DB_PASS1",         "open('x1')", "Q3-2024",
        "12:30:45",          "1710254632", "3f9a1c7e-5b2d-4804-a1b3-c5d7e9f00246",
        ":torn1off",         "user/path2"};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(things); i++)
        if (told(things[i]) != VALID_NO)
            fail_msg("%s", things[i]);
}

static void what_somebody_chose_is_one(void **state)
{
    static const char *const chosen[] = {"blue-Horse-92", "Sommer2024!", "gr8tKatze77",
                                         "Soleil&Lune",   "sobaka2019",  "k8Jw2Q",
                                         "Ganga@108"};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(chosen); i++)
        if (told(chosen[i]) != VALID_YES)
            fail_msg("%s", chosen[i]);
}

static void the_marks_of_the_sentence_are_left_out(void **state)
{
    struct slice dot = SLICE_LIT("Harbor.Light.55)."), json = SLICE_LIT("Horse-92\\n\"}");
    (void)state;
    assert_int_equal(valid_told(&dot), VALID_YES);
    assert_true(slice_is(dot, SLICE_LIT("Harbor.Light.55")));
    assert_int_equal(valid_told(&json), VALID_YES);
    assert_true(slice_is(json, SLICE_LIT("Horse-92")));
}

static void words_in_quotes_count_but_what_programs_say_does_not(void **state)
{
    struct slice words = SLICE_LIT("wolves run at midnight"), said = SLICE_LIT("required");
    struct slice message = SLICE_LIT("Enter at least (8) signs");
    (void)state;
    assert_int_equal(valid_told_quoted(&words), VALID_YES);
    assert_int_equal(valid_told_quoted(&said), VALID_NO);
    assert_int_equal(valid_told_quoted(&message), VALID_NO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_has_a_name_is_no_password),
        cmocka_unit_test(what_somebody_chose_is_one),
        cmocka_unit_test(the_marks_of_the_sentence_are_left_out),
        cmocka_unit_test(words_in_quotes_count_but_what_programs_say_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
