/* tests/unit/test_reason.c - redact/reason.h says what judge.c went by, and never the value. */
#include "proxy/base/base.h"
#include "redact/reason.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct scanner *s;
static struct scan_scratch *scratch;
static struct arena *arena;

static int begin(void **state)
{
    const struct slice near[] = {SLICE_LIT("badge")}, words[] = {SLICE_LIT("aurora")},
                       luhn[] = {SLICE_LIT("luhn"), SLICE_LIT("placeholder")};
    const struct custom_detector custom[] = {
        {.name = SLICE_LIT("BADGE"),
         .pattern = SLICE_LIT("E[0-9]{6}"),
         .near = near,
         .near_count = 1,
         .checks = luhn,
         .check_count = 2},
        {.name = SLICE_LIT("NAMES"), .words = words, .word_count = 1},
    };
    char reason[200];
    (void)state;
    if (!gw_ok(scanner_new(custom, GW_COUNT(custom), NULL, reason, sizeof reason, &s)))
        return 1;
    scratch = scan_scratch_new(s);
    arena = arena_new(1 << 24);
    return scratch == NULL || arena == NULL;
}

static int finish(void **state)
{
    (void)state;
    scan_scratch_free(scratch);
    scanner_free(s);
    arena_free(arena);
    return 0;
}

static struct reason why(const char *text, const char *key)
{
    struct scan_result found;
    struct reason r;
    const struct scan_options options = {0};
    const struct text_leaf leaf = {.key = slice_str(key), .role = ROLE_USER};
    struct text t;
    text_init(&t, arena, 10000);
    assert_true(gw_ok(text_add(&t, slice_str(text), &leaf)));
    assert_true(gw_ok(scan_text(s, scratch, &t, &options, arena, &found)));
    text_free(&t);
    assert_int_equal(found.count, 1);
    reason_of(s, slice_str(text), slice_str(key), &found.findings[0], &r);
    return r;
}

static bool is(struct slice s1, const char *text)
{
    return slice_is(s1, slice_str(text));
}

static void an_unknown_detector_has_no_reason(void **state)
{
    const struct finding f = {.detector = UINT16_MAX, .end = 3};
    struct reason r;
    (void)state;
    reason_of(s, SLICE_LIT("abc"), SLICE_LIT(""), &f, &r);
    assert_true(r.pattern.len == 0 && r.checks[0] == '\0' && r.word.len == 0);
}

static void the_word_beside_a_value_is_named_wherever_it_stands(void **state)
{
    (void)state;
    assert_true(is(why("ssn 536-22-8145", "").word, "ssn"));
    assert_true(is(why("536-22-8145 is my SSN", "").word, "SSN"));
    struct reason r = why("536228145", "customer_ssn");
    assert_true(is(r.word, "ssn") && r.is_key && r.with_word > r.base);
    r = why("536-22-8145", "");
    assert_true(r.word.len == 0 && !r.is_key && !r.is_normal);
    assert_true(is(slice_str(r.checks), "ssn") && is(slice_str(r.by), "pattern") &&
                r.about[0] != '\0');
}

static void own_detectors_are_told_with_their_checks(void **state)
{
    struct reason r;
    (void)state;
    r = why("the badge is E123455", "");
    assert_true(is(slice_str(r.checks), "luhn placeholder") && is(r.word, "badge"));
    assert_true(is(r.pattern, "E[0-9]{6}") && is(slice_str(r.by), "pattern"));
    r = why("about Aurora", "");
    assert_true(is(slice_str(r.by), "words") && r.pattern.len == 0 && r.checks[0] == '\0');
}

static void what_only_the_normal_form_shows_is_said(void **state)
{
    (void)state;
    assert_true(why("card 5555 5555\xe2\x80\x8b 5555 4444", "").is_normal);
    assert_false(why("card 5555 5555 5555 4444", "").is_normal);
    assert_false(
        why("db_password = \"q8Zr2kLw9TbXq8\"", "").is_normal); /* its pattern begins far before */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unknown_detector_has_no_reason),
        cmocka_unit_test(the_word_beside_a_value_is_named_wherever_it_stands),
        cmocka_unit_test(own_detectors_are_told_with_their_checks),
        cmocka_unit_test(what_only_the_normal_form_shows_is_said),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
