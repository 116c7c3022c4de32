/* tests/unit/test_allow.c - what is allowed is a whole value of an entity that is meant; all else
 * is a finding. */
#include "proxy/base/base.h"
#include "redact/allow.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct allow allow;
static struct arena *arena;
static struct confirm_scratch *scratch;

static int begin(void **state)
{
    const struct slice values[] = {SLICE_LIT("support@acme.com"), SLICE_LIT("4111 1111 1111 1111"),
                                   SLICE_LIT("")};
    const struct slice patterns[] = {SLICE_LIT("a|a@acme\\.test"), SLICE_LIT("[0-9]{3}")};
    const struct slice only[] = {SLICE_LIT("email")};
    const struct custom_allow lists[] = {
        {.values = values, .value_count = GW_COUNT(values)},
        {.patterns = patterns,
         .pattern_count = GW_COUNT(patterns),
         .entities = only,
         .entity_count = 1},
    };
    char reason[200];
    (void)state;
    arena = arena_new(1 << 20);
    scratch = confirm_scratch_new();
    return arena == NULL || scratch == NULL ||
           !gw_ok(allow_init(&allow, lists, GW_COUNT(lists), arena, reason, sizeof reason));
}

static int finish(void **state)
{
    (void)state;
    allow_free(&allow);
    confirm_scratch_free(scratch);
    arena_free(arena);
    return 0;
}

static bool has(const char *value, const char *entity, enum family family)
{
    bool yes;
    assert_true(
        gw_ok(allow_has(&allow, scratch, slice_str(value), slice_str(entity), family, &yes)));
    return yes;
}

static void other_values_are_findings(void **state)
{
    (void)state;
    assert_false(has("", "EMAIL_ADDRESS", FAM_EMAIL) || has("...", "EMAIL_ADDRESS", FAM_EMAIL));
    assert_false(has("a.support@acme.com", "EMAIL_ADDRESS", FAM_EMAIL));
    assert_false(has("support@acme.com.evil.example", "EMAIL_ADDRESS", FAM_EMAIL));
    assert_false(has("4111 1111 1111 1129", "CREDIT_CARD", FAM_CREDIT_CARD));
    assert_false(has("b@acme.test", "EMAIL_ADDRESS", FAM_EMAIL));
    assert_false(has("xa@acme.test", "EMAIL_ADDRESS", FAM_EMAIL)); /* the whole value */
    assert_false(has("a@acme.test.x", "EMAIL_ADDRESS", FAM_EMAIL));
}

static void other_entities_are_findings(void **state)
{
    (void)state;
    assert_false(has("a@acme.test", "URL", FAM_URL) || has("123", "US_SSN", FAM_NATIONAL_ID));
    assert_true(has("123", "EMAIL_ADDRESS", FAM_EMAIL));
}

static void whole_values_are_allowed_in_any_case_and_grouping(void **state)
{
    (void)state;
    assert_true(has("Support@ACME.com", "EMAIL_ADDRESS", FAM_EMAIL));
    assert_true(has("4111111111111111", "CREDIT_CARD", FAM_CREDIT_CARD) &&
                has("4111-1111-1111-1111", "CREDIT_CARD", FAM_CREDIT_CARD));
    assert_true(has("a@acme.test", "EMAIL_ADDRESS", FAM_EMAIL)); /* the second branch */
}

static void a_pattern_that_does_not_compile_is_said(void **state)
{
    const struct slice patterns[] = {SLICE_LIT("(")};
    const struct custom_allow lists[] = {
        {.values = NULL},
        {.patterns = patterns, .pattern_count = 1, .where = SLICE_LIT("a.yaml:3:4")}};
    struct allow a;
    char reason[200] = "";
    (void)state;
    assert_int_equal(allow_init(&a, lists, 2, arena, reason, sizeof reason).code, GW_BAD);
    assert_ptr_equal(strstr(reason, "a.yaml:3:4: allow: a pattern: "), reason);
    allow_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_values_are_findings),
        cmocka_unit_test(other_entities_are_findings),
        cmocka_unit_test(whole_values_are_allowed_in_any_case_and_grouping),
        cmocka_unit_test(a_pattern_that_does_not_compile_is_said),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
