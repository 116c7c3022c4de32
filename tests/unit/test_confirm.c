/* tests/unit/test_confirm.c - one pattern where a trigger stands, with limits: redact/confirm.h. */
#include "proxy/base/base.h"
#include "redact/confirm.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct confirmer *made(const char *pattern, bool caseless)
{
    char reason[200] = "";
    struct confirmer *c = confirmer_new(slice_str(pattern), caseless, reason, sizeof reason);
    if (c == NULL)
        fail_msg("%s: %s", pattern, reason);
    return c;
}

static void a_pattern_that_is_none_is_told_where(void **state)
{
    static const struct {
        const char *pattern, *place;
    } cases[] = {{"a(b", " at character 3"},
                 {"[a", " at character 2"},
                 {"a{2,1}", " at character 5"},
                 {"a\\Cb", " at character "},
                 {"(?<=a+)b", " at character "}};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        char reason[200] = "";
        assert_null(confirmer_new(slice_str(cases[i].pattern), false, reason, sizeof reason));
        if (strstr(reason, cases[i].place) == NULL)
            fail_msg("%s: %s", cases[i].pattern, reason);
    }
    char little[8] = "";
    assert_null(confirmer_new(SLICE_LIT("a(b"), false, little, sizeof little));
    assert_true(strlen(little) < sizeof little);
    confirmer_free(NULL);
    confirm_scratch_free(NULL);
}

static void the_first_group_that_took_part_is_the_value(void **state)
{
    /* clang-format off */
    static const struct {
        const char *pattern, *subject; size_t from, latest; bool caseless;
        enum gw_code code; size_t range[3];
    } cases[] = {
        {"b+", "abbbc", 0, 9, false, GW_OK, {1, 4, 4}},
        {"b+", "abbbc", 2, 9, false, GW_OK, {2, 4, 4}},
        {"b+", "abbbc", 4, 9, false, GW_NOT_FOUND, {0}},
        {"b+", "abbbc", 0, 0, false, GW_NOT_FOUND, {0}}, /* it may begin at 0 only */
        {"b+", "abbbc", 0, 1, false, GW_OK, {1, 4, 4}},
        {"b+", "", 0, 0, false, GW_NOT_FOUND, {0}},
        {"B", "abc", 0, 9, false, GW_NOT_FOUND, {0}},
        {"B", "abc", 0, 9, true, GW_OK, {1, 2, 2}},
        {"key=(v+);", "key=vv;", 0, 9, false, GW_OK, {4, 6, 7}},
        {"a(x)?b(y)", "aby", 0, 9, false, GW_OK, {2, 3, 3}},
        {"a(x)(y)", "axy", 0, 9, false, GW_OK, {1, 2, 3}}, /* the first one that did */
        {"a(x)|b(y)|c", "c", 0, 9, false, GW_OK, {0, 1, 1}},
        {"(?<=k)v", "kv", 1, 9, false, GW_OK, {1, 2, 2}}, /* looks in front of `from` */
        {"^v", "kv", 1, 9, false, GW_NOT_FOUND, {0}},
        {"(x*)", "y", 0, 9, false, GW_OK, {0, 0, 0}},
    };
    /* clang-format on */
    struct confirm_scratch *scratch = confirm_scratch_new();
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        struct confirmer *c = made(cases[i].pattern, cases[i].caseless);
        size_t range[3] = {0};
        gw_result r = confirm_next(c, scratch, slice_str(cases[i].subject), cases[i].from,
                                   cases[i].latest, range);
        if (r.code != cases[i].code || memcmp(range, cases[i].range, sizeof range) != 0)
            fail_msg("%s on %s: %d, %zu-%zu-%zu", cases[i].pattern, cases[i].subject, r.code,
                     range[0], range[1], range[2]);
        confirmer_free(c);
    }
    confirm_scratch_free(scratch);
}

/* More groups than the scratch has room for: those that it has still count. */
static void many_groups_are_no_error(void **state)
{
    struct confirm_scratch *scratch = confirm_scratch_new();
    struct confirmer *c = made("(x)?(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)(k)(l)(m)(n)", false);
    size_t range[3];
    (void)state;
    assert_true(gw_ok(confirm_next(c, scratch, SLICE_LIT("abcdefghijklmn"), 0, 0, range)));
    assert_true(range[CONFIRM_START] == 0 && range[CONFIRM_END] == 1);
    assert_int_equal(range[CONFIRM_ALL_END], 14);
    confirmer_free(c);
    confirm_scratch_free(scratch);
}

/* A pattern that runs away is an error, never "no match". */
static void what_runs_away_is_told(void **state)
{
    static const char *const patterns[] = {"(a+)+$", "(a|aa)+$"};
    struct confirm_scratch *scratch = confirm_scratch_new();
    char text[2001];
    size_t range[3], at;
    (void)state;
    memset(text, 'a', 2000);
    text[2000] = 'b';
    for (size_t i = 0; i < GW_COUNT(patterns); i++) {
        struct confirmer *c = made(patterns[i], false);
        struct slice s = slice_of(text, sizeof text);
        if (confirm_next(c, scratch, s, 0, 0, range).code != GW_CORRUPT)
            fail_msg("%s", patterns[i]);
        confirmer_prepare_open(c);
        gw_result r = confirm_open(c, scratch, s, 0, 0, &at);
        assert_true(r.code == GW_CORRUPT || at == 0);
        confirmer_free(c);
    }
    struct confirmer *c = made("\\A(?:a|a)*b", false); /* without memory: by its steps alone */
    text[26] = 'c';
    text[27] = 'b';
    assert_int_equal(confirm_next(c, scratch, slice_of(text, 28), 0, 0, range).code, GW_CORRUPT);
    confirmer_free(c);
    c = made("a", false); /* and the scratch is as good as before */
    assert_true(gw_ok(confirm_next(c, scratch, SLICE_LIT("a"), 0, 0, range)));
    confirmer_free(c);
    confirm_scratch_free(scratch);
}

static void what_may_go_on_is_open(void **state)
{
    /* clang-format off */
    static const struct { const char *pattern, *subject; size_t from, latest, at; } cases[] = {
        {"ab+c", "xab", 0, 9, 1},
        {"ab+c", "xabc", 0, 9, 4},   /* complete: nothing could make it another */
        {"ab+c", "xabx", 0, 9, 4},
        {"ab+", "xab", 0, 9, 1},     /* more could prolong it */
        {"ab+", "xab", 2, 9, 3},
        {"ab\\b", "xab", 0, 9, 1},   /* more could break it */
        {"abc", "abcab", 0, 9, 3},
        {"abc", "", 0, 9, 0},
    };
    /* clang-format on */
    struct confirm_scratch *scratch = confirm_scratch_new();
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++)
        for (int fast = 0; fast < 2; fast++) {
            struct confirmer *c = made(cases[i].pattern, false);
            size_t at = 99;
            if (fast == 1)
                confirmer_prepare_open(c);
            assert_true(gw_ok(confirm_open(c, scratch, slice_str(cases[i].subject), cases[i].from,
                                           cases[i].latest, &at)));
            if (at != cases[i].at)
                fail_msg("%s on %s: %zu", cases[i].pattern, cases[i].subject, at);
            confirmer_free(c);
        }
    confirm_scratch_free(scratch);
}

static bool has_byte(const uint64_t bits[4], unsigned b)
{
    return (bits[b / 64] >> b % 64 & 1) != 0;
}

/* No byte that a match can begin with is left out, or values would be passed by. */
static void the_first_bytes_are_all_there(void **state)
{
    static const struct {
        const char *pattern, *some, *none;
        bool caseless;
    } cases[] = {
        {"abc", "a", "b", false},        {"abc", "aA", "b", true},
        {"sk-", "sS\xc5", "k", true},    {"(*UTF)kelvin", "kK\xe2", "e", true},
        {"[0-9]x", "0159", "ax", false}, {"a|b", "ab", "c", false},
        {".", "a0\xc3", "", false},      {"(?=a)", "a", "", false},
        {"x?y", "xy", "z", false},       {"(?<=q)a", "a", "", false},
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        struct confirmer *c = made(cases[i].pattern, cases[i].caseless);
        uint64_t bits[4];
        confirmer_first(c, bits);
        for (const char *s = cases[i].some; *s != '\0'; s++)
            if (!has_byte(bits, (unsigned char)*s))
                fail_msg("%s may begin with %02x", cases[i].pattern, (unsigned char)*s);
        for (const char *s = cases[i].none; *s != '\0'; s++)
            if (has_byte(bits, (unsigned char)*s))
                fail_msg("%s does not begin with %c", cases[i].pattern, *s);
        confirmer_free(c);
    }
}

static void it_has_a_version(void **state)
{
    char text[32], little[4];
    (void)state;
    confirm_version(text, sizeof text);
    assert_true(text[0] >= '1' && text[0] <= '9' && strchr(text, '.') != NULL &&
                strchr(text, ' ') == NULL);
    confirm_version(little, sizeof little);
    assert_true(strlen(little) < sizeof little);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_that_is_none_is_told_where),
        cmocka_unit_test(the_first_group_that_took_part_is_the_value),
        cmocka_unit_test(many_groups_are_no_error),
        cmocka_unit_test(what_runs_away_is_told),
        cmocka_unit_test(what_may_go_on_is_open),
        cmocka_unit_test(the_first_bytes_are_all_there),
        cmocka_unit_test(it_has_a_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
