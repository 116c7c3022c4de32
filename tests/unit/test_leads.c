/* tests/unit/test_leads.c - redact/leads.h: which patterns may begin where, and never one too few.
 */
#include "proxy/base/base.h"
#include "redact/confirm.h"
#include "redact/leads.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { PATTERNS = 64, TEXTS = 20000 };

static struct arena *arena;
static struct leads leads;
static struct confirmer *confirmers[PATTERNS];
static size_t count;

static int begin(void **state)
{
    (void)state;
    arena = arena_new(1 << 24);
    return arena == NULL;
}

static int finish(void **state)
{
    (void)state;
    for (size_t i = 0; i < PATTERNS; i++)
        confirmer_free(confirmers[i]);
    arena_free(arena);
    return 0;
}

static void make(const char *const *patterns, size_t n)
{
    char why[160];
    assert_true(gw_ok(leads_init(&leads, n, arena)));
    for (count = 0; count < n; count++) {
        struct slice pattern = slice_str(patterns[count]);
        struct lead_bytes first;
        bool caseless = pattern.at[pattern.len - 1] == ' '; /* of the test's own */
        pattern.len -= caseless;
        confirmer_free(confirmers[count]);
        confirmers[count] = confirmer_new(pattern, caseless, why, sizeof why);
        if (confirmers[count] == NULL)
            fail_msg("%s: %s", patterns[count], why);
        confirmer_prepare_open(confirmers[count]);
        confirmer_first(confirmers[count], first.bits);
        assert_true(gw_ok(leads_add(&leads, pattern, caseless, &first, (uint32_t)count, arena)));
    }
    leads_done(&leads);
}

/* Rows that are told for a text, as bits. */
static uint64_t told(const char *text)
{
    struct leads_walk walk;
    uint64_t rows = 0;
    uint32_t row;
    for (leads_start(&walk, &leads, slice_str(text)); leads_next(&walk, &row);) {
        assert_int_equal(rows >> row & 1, 0); /* once each */
        rows |= UINT64_C(1) << row;
    }
    return rows;
}

static void letters_that_are_written_are_known(void **state)
{
    static const char *const patterns[] = {"EMP-\\d{6}", "\\bEMP-\\d{5}", "(?i)emp\\.x", "EM[PQ]",
                                           "E",          "emx "};
    (void)state;
    make(patterns, GW_COUNT(patterns));
    assert_int_equal(leads.other_count, 0);
    assert_int_equal(told("EMP-1"), 1 | 2 | 8 | 16);
    assert_int_equal(told("emp.x"), 4);
    assert_int_equal(told("eMX"), 32);
    assert_int_equal(told("EM_"), 8 | 16);
    assert_int_equal(told("XEMP"), 0);
    assert_int_equal(told(""), 0);
    assert_int_equal(told("F"), 0);
}

static void one_tells_of_all_that_share_what_is_there(void **state)
{
    static const char *const patterns[] = {"EMP-\\d{6}", "EMP-1", "EMP+", "EXP"};
    (void)state;
    make(patterns, GW_COUNT(patterns));
    assert_int_equal(__builtin_popcountll(told("E")), 1);
    assert_int_equal(__builtin_popcountll(told("EMP")), 2); /* the whole one, and one of two */
    assert_int_equal(told("EX"), 8);
}

static void what_may_begin_otherwise_has_no_letters(void **state)
{
    static const char *const patterns[] = {
        "EMP|ABC",
        "E?MP",
        "E*M",
        "E{0,2}M",
        "[A-F]MP",
        "(EMP)",
        "\\QE|M\\E",
        "\\dE",
        "EMP(?#[(])|AB",
        "E(?x)|A#)",
        "EM[[:alpha:](]x|b[[)]",
        "(?<=a)EMP",
        "^EMP",
        "E(*ACCEPT)M|A",
        "(?i:e)mp",
    };
    (void)state;
    make(patterns, GW_COUNT(patterns));
    assert_int_equal(leads.count, 0);
    assert_int_equal(leads.other_count, GW_COUNT(patterns));
}

static void those_with_the_same_first_bytes_stand_together(void **state)
{
    static const char *const patterns[] = {"[A-Z]1", "\\d1", "[A-Z]2", "\\d2", "[A-Z]3", "x*"};
    size_t same[3] = {0}, groups = 0;
    (void)state;
    make(patterns, GW_COUNT(patterns));
    for (size_t i = 0; i < leads.other_count; i += 1 + leads.others[i].same) {
        assert_in_range(leads.others[i].same, 0, 2);
        same[leads.others[i].same]++;
        groups++;
    }
    assert_int_equal(groups, 3);
    assert_true(same[0] == 1 && same[1] == 1 && same[2] == 1);
}

static void a_bar_in_a_group_or_a_class_is_no_choice_of_beginnings(void **state)
{
    static const char *const patterns[] = {"EMP(a|b)", "EMQ[|]x", "EMR\\|y", "EMS(?:a|(?=b|c))"};
    (void)state;
    make(patterns, GW_COUNT(patterns));
    assert_int_equal(leads.count, GW_COUNT(patterns));
    assert_int_equal(told("EMQ|"), 2);
}

static void more_letters_than_are_kept_are_as_good(void **state)
{
    static const char *const patterns[] = {"a234567890123456789012345678901234567890"};
    (void)state;
    make(patterns, 1);
    assert_int_equal(told("a23456789012345678901234567890"), 1);
    assert_int_equal(told("a2345678901234567890123456789012345678"), 1);
    assert_int_equal(told("a234567890x"), 0);
}

/* Where a match of pattern i runs into the end of a text: as the engine says, asked everywhere. */
static size_t engine_says(struct confirm_scratch *scratch, size_t i, struct slice text)
{
    size_t at;
    assert_true(gw_ok(confirm_open(confirmers[i], scratch, text, 0, text.len, &at)));
    return at;
}

/* The first of all, asked only where the leads say so. */
static size_t leads_say(struct confirm_scratch *scratch, struct slice text)
{
    const struct lead_bytes bytes = leads_bytes(text);
    size_t first = text.len, at;
    struct leads_walk walk;
    uint32_t row;
    for (size_t i = 0; i < leads.other_count; i++) {
        const struct lead_other *o = &leads.others[i];
        at = leads_meet(&o->first, &bytes) ? engine_says(scratch, o->row, text) : text.len;
        first = at < first ? at : first;
    }
    for (size_t from = 0; from < first; from++)
        for (leads_start(&walk, &leads, slice_from(text, from)); leads_next(&walk, &row);) {
            assert_true(gw_ok(confirm_open(confirmers[row], scratch, text, from, from, &at)));
            first = at < first ? at : first;
        }
    return first;
}

static void nothing_is_passed_over_that_the_engine_would_find(void **state)
{
    static const char *const patterns[] = {
        "EMP-\\d{6}",
        "\\bEMP-\\d{5}\\b",
        "\\bEM[A-Z]-x",
        "(?i)emp\\d",
        "(?i)\\bkelvin-\\d",
        "SKU\\d+",
        "sku-\\d ",
        "k9 ",
        "EMP-1[0-9]*z",
        "[A-Z]{2}\\d",
        "\\d{3}-\\d{2}",
        "a b|b a",
        "(?<=x)EMP",
        "(?<!x)E-",
        "E?M-",
        "\\bE",
        "-\\d",
        "(*UTF)(?i)sk",
        "\\b\\d{2}-E",
        "x+y+z",
        "xy*",
        "E\\.M",
        "(?=EM)EMP",
        "K(?i)e",
        "(?i:z)a",
        "(?i:e)mp",
    };
    static const char letters[] = "EMPkKsSuUxyzZaAmp 0123-.--\xe2\x84\xaa\xc5\xbf"
                                  "EM-1";
    struct confirm_scratch *scratch = confirm_scratch_new();
    char text[16];
    size_t open = 0;
    uint64_t x = 88172645463325252U;
    (void)state;
    assert_non_null(scratch);
    make(patterns, GW_COUNT(patterns));
    for (size_t n = 0; n < TEXTS; n++) {
        size_t len = 0;
        for (size_t i = 0; i < sizeof text; i++) {
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            text[len++] = letters[x % (sizeof letters - 1)];
        }
        struct slice t = slice_of(text, x % sizeof text);
        while (t.len > 0 && (t.at[t.len - 1] & 0x80) != 0) /* (*UTF) wants whole letters */
            t.len--;
        for (size_t i = 0; i < t.len; i++)
            text[i] = (char)((text[i] & 0x80) != 0 ? '-' : text[i]);
        size_t wanted = t.len;
        for (size_t i = 0; i < count; i++) {
            size_t at = engine_says(scratch, i, t);
            wanted = at < wanted ? at : wanted;
        }
        if (leads_say(scratch, t) != wanted)
            fail_msg("'%.*s': %zu, not %zu", (int)t.len, t.at, leads_say(scratch, t), wanted);
        open += wanted < t.len;
    }
    assert_true(open > TEXTS / 10 && open < TEXTS);
    confirm_scratch_free(scratch);
}

/* One pattern, and a text behind "1 " that may go on into it. */
static void begins(const char *pattern, const char *text)
{
    const char *const patterns[] = {pattern};
    char whole[32];
    struct confirm_scratch *scratch = confirm_scratch_new();
    assert_non_null(scratch);
    make(patterns, 1);
    assert_int_equal(leads.other_count, 1);
    snprintf(whole, sizeof whole, "1 %s", text);
    if (leads_say(scratch, slice_str(whole)) != 2)
        fail_msg("%s is passed over at '%s'", pattern, whole);
    confirm_scratch_free(scratch);
}

static void the_first_byte_may_be_of_either_case_or_unicode(void **state)
{
    (void)state;
    begins("(?i:z)a", "z");
    begins("(?i:z)a", "Z");
    begins("(?i:Z)a", "z");
    begins("(?:Z)a", "Z");
    begins("(*UTF)(?i:k)g\\d", "\xe2\x84\xaa"); /* the Kelvin sign */
    begins("(*UTF)(?i)kg\\d", "\xe2\x84\xaag");
    begins("(*UTF)(?i:s)t\\d", "\xc5\xbft"); /* long s */
    begins("(*UTF)(?i)st\\d", "\xc5\xbf");
    begins("(*UTF)\\x{e9}t\\d", "\xc3\xa9");
    begins("(*UTF)(?i)\\x{e9}t\\d", "\xc3\x89t");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters_that_are_written_are_known),
        cmocka_unit_test(one_tells_of_all_that_share_what_is_there),
        cmocka_unit_test(what_may_begin_otherwise_has_no_letters),
        cmocka_unit_test(those_with_the_same_first_bytes_stand_together),
        cmocka_unit_test(a_bar_in_a_group_or_a_class_is_no_choice_of_beginnings),
        cmocka_unit_test(more_letters_than_are_kept_are_as_good),
        cmocka_unit_test(nothing_is_passed_over_that_the_engine_would_find),
        cmocka_unit_test(the_first_byte_may_be_of_either_case_or_unicode),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
