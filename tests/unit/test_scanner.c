/* tests/unit/test_scanner.c - what a scanner is built of, and what it refuses to be: redact/scan.h.
 */
#include "proxy/base/base.h"
#include "redact/scanner.h"
#include "redact/named.h"
#include "tests/unit/scan_rig.h"

static struct custom_detector patterned(const char *pattern)
{
    return (struct custom_detector){
        .name = SLICE_LIT("OWN"), .pattern = slice_str(pattern), .where = SLICE_LIT("a.yaml:3:5")};
}

static void refuses(const struct custom_detector *d, const char *why)
{
    const struct custom_set set = {.detectors = d, .count = 1};
    struct scanner *s = NULL;
    char reason[300] = "", little[20] = "";
    assert_int_equal(scanner_new_for(&set, NULL, reason, sizeof reason, &s).code, GW_BAD);
    assert_null(s);
    assert_int_equal(strncmp(reason, "a.yaml:3:5: detector OWN: ", 26), 0);
    if (strstr(reason, why) == NULL)
        fail_msg("%s", reason);
    assert_int_equal(scanner_new_for(&set, NULL, little, sizeof little, &s).code, GW_BAD);
    assert_true(strlen(little) < sizeof little);
}

static void what_cannot_be_looked_for_is_refused(void **state)
{
    static const struct slice nothing[] = {{"", 0}}, wrong[] = {{"nonsense", 8}};
    static const struct slice shortest[] = {{"too few words", 13}};
    struct custom_detector d = patterned("a(b");
    (void)state;
    refuses(&d, "at character 3");
    d = patterned("(a+)+$"); /* it would explode */
    refuses(&d, "");
    d = patterned("");
    refuses(&d, "no words and no pattern");
    d.words = nothing;
    d.word_count = 1;
    refuses(&d, "no words and no pattern");
    d = patterned("a");
    d.checks = wrong;
    d.check_count = 1;
    refuses(&d, "unknown check");
    d = patterned("\\d{4}");
    d.hashed = SLICE_LIT("not a file of hashes");
    d.salt = SLICE_LIT("0123456789abcdef");
    refuses(&d, "");
    d = patterned("");
    d.documents = shortest;
    d.document_count = 1;
    refuses(&d, "a document has fewer than");
}

/* Words that begin with no letter of ASCII become a pattern, and that has a most. */
static void so_many_such_words_and_no_more(void **state)
{
    enum { MANY = 8000 };
    static struct slice words[MANY];
    struct custom_detector d = patterned("");
    (void)state;
    for (size_t i = 0; i < MANY; i++)
        words[i] = SLICE_LIT("\xc3\xa9\xc3\xa9\xc3\xa9");
    d.words = words;
    d.word_count = MANY;
    refuses(&d, "60,000 bytes");
}

static void a_bad_allowance_is_told_by_its_place(void **state)
{
    static const struct slice bad[] = {{"a(", 2}};
    const struct custom_allow allow = {
        .patterns = bad, .pattern_count = 1, .where = SLICE_LIT("b.yaml:9:1")};
    const struct custom_set set = {.allows = &allow, .allow_count = 1};
    struct scanner *s = NULL;
    char reason[300] = "";
    (void)state;
    assert_int_equal(scanner_new_for(&set, NULL, reason, sizeof reason, &s).code, GW_BAD);
    assert_int_equal(strncmp(reason, "b.yaml:9:1: allow: a pattern: ", 30), 0);
}

/* The catalogue first, then a policy's own, then the kinds of names: findings count on it. */
static void rows_stand_in_their_order(void **state)
{
    static const struct slice words[] = {{"aurora", 6}};
    const struct custom_detector own[] = {
        {.name = SLICE_LIT("ONE"), .words = words, .word_count = 1},
        {.name = SLICE_LIT("TWO"), .pattern = SLICE_LIT("x{9}")}};
    const struct custom_set set = {.detectors = own, .count = 2};
    struct rig r = rig_new_for(&set);
    size_t built_in = catalog_count();
    (void)state;
    assert_int_equal(r.scanner->count, built_in + 2 + NAME_KINDS);
    for (size_t i = 0; i < built_in; i++) {
        assert_ptr_equal(r.scanner->rows[i].built_in, catalog_at(i));
        if (r.scanner->rows[i].confirmer == NULL)
            fail_msg("%s", catalog_at(i)->name);
    }
    assert_true(slice_is(r.scanner->rows[built_in].name, SLICE_LIT("ONE")));
    assert_null(r.scanner->rows[built_in].confirmer); /* its word is in the list */
    assert_true(slice_is(r.scanner->rows[built_in + 1].entity, SLICE_LIT("TWO")));
    assert_int_equal(r.scanner->rows[built_in + 1].within, 40);
    assert_int_equal(r.scanner->rows[built_in + 1].family, FAM_CUSTOM);
    assert_int_equal(r.scanner->rows[built_in + 2].family, FAM_PERSON);
    rig_free(&r);
}

static void lists_of_words_are_shared(void **state)
{
    struct rig r = rig_new();
    (void)state;
    for (size_t i = 0; i < catalog_count(); i++) {
        const char *words = catalog_at(i)->words;
        unsigned list = r.scanner->rows[i].words;
        assert_int_equal(list != 0, words != NULL);
        assert_true(list < CONTEXT_LISTS);
        for (size_t k = 0; k < i && words != NULL; k++)
            if (catalog_at(k)->words != NULL)
                assert_int_equal(list == r.scanner->rows[k].words,
                                 strcmp(words, catalog_at(k)->words) == 0);
    }
    rig_free(&r);
}

static void anchors_are_noticed_wherever_they_stand(void **state)
{
    static const struct {
        const char *pattern;
        bool is_anchored;
    } cases[] = {{"abcdef", false}, {"^abc", true},  {"abc$", true},
                 {"\\Aabc", true},  {"ab\\z", true}, {"a\\dbc", false}};
    struct rig plain = rig_new();
    bool otherwise = plain.scanner->anchored;
    (void)state;
    rig_free(&plain);
    for (size_t i = 0; i < GW_COUNT(cases) && !otherwise; i++) {
        const struct custom_detector d = patterned(cases[i].pattern);
        const struct custom_set set = {.detectors = &d, .count = 1};
        struct rig r = rig_new_for(&set);
        if (r.scanner->anchored != cases[i].is_anchored)
            fail_msg("%s", cases[i].pattern);
        rig_free(&r);
    }
}

static void it_says_what_it_is(void **state)
{
    struct rig a = rig_new(), b = rig_new();
    char text[200], want[40], little[8];
    (void)state;
    scanner_describe(a.scanner, text, sizeof text);
    snprintf(want, sizeof want, ", %zu detectors", a.scanner->count);
    assert_true(strncmp(text, "Hyperscan ", 10) == 0 && strstr(text, ", PCRE2 ") != NULL &&
                strstr(text, want) != NULL);
    scanner_describe(a.scanner, little, sizeof little);
    assert_true(strlen(little) < sizeof little);
    assert_string_equal(scanner_version(a.scanner), scanner_version(b.scanner));
    assert_int_equal(strspn(scanner_version(a.scanner), "0123456789abcdef"), 12);
    rig_free(&a);
    rig_free(&b);
    scanner_free(NULL);
    scan_scratch_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_looked_for_is_refused),
        cmocka_unit_test(so_many_such_words_and_no_more),
        cmocka_unit_test(a_bad_allowance_is_told_by_its_place),
        cmocka_unit_test(rows_stand_in_their_order),
        cmocka_unit_test(lists_of_words_are_shared),
        cmocka_unit_test(anchors_are_noticed_wherever_they_stand),
        cmocka_unit_test(it_says_what_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
