/* tests/unit/test_trial.c - redact/trial.h: patterns that explode are refused, what people write is
 * not. */
#include "proxy/base/base.h"
#include "redact/trial.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static gw_result tried(const char *pattern, char *why, size_t size)
{
    char reason[200] = "";
    struct confirmer *c = confirmer_new(slice_str(pattern), false, reason, sizeof reason);
    assert_non_null(c);
    confirmer_prepare_open(c);
    gw_result r = trial_run(c, slice_str(pattern), why, size);
    confirmer_free(c);
    return r;
}

static void what_explodes_is_refused_in_words(void **state)
{
    /* clang-format off */
    static const char *const patterns[] = {
        "(a+)+b", "(a|aa)+b", "^(a+)+$", "([a-z]+)*=", "(x+x+)+y", "(\\w+\\s?)+!", "a*a*a*a*a*b", "(\\d+)*-(\\d+)*x",
        "key=(\\w*)*;", "(([a-z])+.)+[A-Z]([a-z])+z",
    };
    /* clang-format on */
    (void)state;
    for (size_t i = 0; i < GW_COUNT(patterns); i++) {
        char why[200] = "";
        if (tried(patterns[i], why, sizeof why).code != GW_BAD)
            fail_msg("not refused: %s", patterns[i]);
        assert_non_null(strstr(why, "explodes on \""));
    }
}

static void what_people_write_is_taken(void **state)
{
    /* clang-format off */
    static const char *const patterns[] = {
        "E\\d{6}", "\\bZQ-[A-F0-9]{6,12}\\b", "(?i)project\\s+falcon", "acme[_-][a-z]+[_-]\\d+",
        "\\b(?:\\d[ -]?){13,16}\\b", "[\\w.+-]+@[\\w-]+(?:\\.[\\w-]+)+", "(?:[a-z0-9-]+\\.)+corp\\.example",
        ".*secret.*", "[a-z]+-?[a-z]+\\d+", "(?:foo|bar)+", "https?://\\S+/\\S*\\?token=\\w+", "\\s+x",
        "(?s)BEGIN.{1,900}?END", "\"[^\"]*\"", "(?:[A-Z][a-z]+ ){1,4}Ltd",
    };
    /* clang-format on */
    (void)state;
    for (size_t i = 0; i < GW_COUNT(patterns); i++) {
        char why[200] = "";
        if (!gw_ok(tried(patterns[i], why, sizeof why)))
            fail_msg("%s: %s", patterns[i], why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_explodes_is_refused_in_words),
        cmocka_unit_test(what_people_write_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
