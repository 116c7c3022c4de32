/* tests/unit/test_outcome.c - proxy/main/outcome.h: what the words of `bulla audit` say, and how
 * they end. */
#include "proxy/base/base.h"
#include "proxy/main/outcome.h"
#include "audit/verify.h"
#include "tests/unit/stdio_rig.h"

static struct stdio_rig said;

static void why_not_decides_the_exit_code(void **state)
{
    static const struct {
        enum gw_code code;
        int exit;
        const char *says;
    } cases[] = {
        {GW_CORRUPT, VERIFY_TAMPERED, "tail: the log contradicts itself: run `bulla audit verify`"},
        {GW_NOT_FOUND, VERIFY_INCOMPLETE, "tail: no such record, or no log there"},
        {GW_IO, VERIFY_ERROR, "tail: "},
        {GW_NO_MEMORY, VERIFY_ERROR, "tail: "},
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        stdio_begin(&said, 2);
        int code = outcome_explain(gw_is(cases[i].code), "tail");
        assert_non_null(strstr(stdio_end(&said), cases[i].says));
        assert_int_equal(code, cases[i].exit);
    }
}

/* 2 is what misuse ends with elsewhere; here it would say that the log was tampered with. */
static void misuse_is_not_taken_for_tampering(void **state)
{
    (void)state;
    stdio_begin(&said, 2);
    int code = outcome_misused("SEQ is a number");
    assert_non_null(strstr(stdio_end(&said), "SEQ is a number"));
    assert_int_equal(code, VERIFY_ERROR);
    assert_int_not_equal(code, VERIFY_TAMPERED);
}

static void filters_are_named_and_carry_no_marks(void **state)
{
    char out[OUTCOME_FILTERS], longest[2 * OUTCOME_FILTERS];
    struct asked a = {.word = "query"};
    (void)state;
    assert_false(outcome_filters(&a, out));
    assert_string_equal(out, "all records");
    a.facets[FACET_APP] = "pay\n\x1b[2J";
    a.facets[FACET_RULE] = "pan";
    a.xid = "abc";
    assert_true(outcome_filters(&a, out));
    assert_non_null(strstr(out, "app=pay??[2J"));
    assert_non_null(strstr(out, "rule=pan "));
    assert_non_null(strstr(out, " xid=abc"));
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    a.facets[FACET_APP] = longest;
    assert_true(outcome_filters(&a, out));
    assert_true(strlen(out) < sizeof out);
}

static void a_leaf_is_itself_or_columns(void **state)
{
    static const char leaf[] =
        "{\"seq\":7,\"t\":\"2026-01-02T03:04:05Z\",\"type\":\"exchange.end\",\"out\":\"ok\"}";
    char want[sizeof leaf + 1];
    (void)state;
    snprintf(want, sizeof want, "%s\n", leaf);
    stdio_begin(&said, 1);
    outcome_leaf(SLICE_LIT(leaf), true);
    assert_string_equal(stdio_end(&said), want);
    stdio_begin(&said, 1);
    outcome_leaf(SLICE_LIT(leaf), false);
    assert_string_equal(stdio_end(&said),
                        "7       2026-01-02T03:04:05Z        exchange.end    -      ok             "
                        "-                                    \n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(why_not_decides_the_exit_code),
        cmocka_unit_test(misuse_is_not_taken_for_tampering),
        cmocka_unit_test(filters_are_named_and_carry_no_marks),
        cmocka_unit_test(a_leaf_is_itself_or_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
