/* tests/unit/test_valid_email.c - what valid_email() leaves of names that hold an @. */
#include "proxy/base/base.h"
#include "redact/valid.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void a_file_named_after_an_address_holds_it(void **state)
{
    static const char *const cases[][2] = {{"ann@acme.com.pdf", "ann@acme.com"},
                                           {"ann@acme.co.uk.tar.gz", "ann@acme.co.uk"},
                                           {"ann@acme.com-2024.csv", "ann@acme.com"},
                                           {"ann@163.com.zip", "ann@163.com"},
                                           {"ann@acme.com", "ann@acme.com"},
                                           {"ann@acme.zip", "ann@acme.zip"},
                                           {"ann@mail.acme.de.PDF", "ann@mail.acme.de"}};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        struct slice v = slice_str(cases[i][0]);
        if (valid_email(&v) != VALID_YES || !slice_is(v, slice_str(cases[i][1])))
            fail_msg("%s: %.*s", cases[i][0], (int)v.len, v.at);
    }
}

static void files_and_versions_are_no_addresses(void **state)
{
    static const char *const cases[] = {"logo@2x.png", "logo@2x.de.png", "lib@core.js",
                                        "a@b.ts.json", "x@y.config.yml", "@acme.com",
                                        "a.@acme.com", "a@b..com"};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        struct slice v = slice_str(cases[i]);
        if (valid_email(&v) != VALID_NO)
            fail_msg("%s", cases[i]);
    }
    struct slice git = SLICE_LIT("git@code.example.com");
    assert_int_equal(valid_email(&git), VALID_LESS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_named_after_an_address_holds_it),
        cmocka_unit_test(files_and_versions_are_no_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
