/* tests/unit/test_detector.c - the keys of own detectors and of what is allowed:
 * policies/detector.c. */
#include "proxy/base/base.h"
#include "policies/model.h"
#include "tests/unit/policy_rig.h"
#include <sys/stat.h>

static void bad(const char *keys, const char *complaint)
{
    char text[600];
    snprintf(text, sizeof text, "detectors: {d: {%s}}\n", keys);
    refused(text, complaint);
}

static void a_detector_finds_in_one_way(void **state)
{
    (void)state;
    bad("", "one of 'words', 'pattern', 'hashed' and 'documents'");
    bad("near: {words: [a]}", "one of 'words', 'pattern'");
    bad("words: [a], documents: {file: a.yaml}", "one of 'words', 'pattern'");
    bad("words: []", "an empty list");
    bad("words: {list: none}", "unknown list 'none'");
    bad("words: {}", "a list of words, or {list: NAME}");
    bad("pattern: [a]", "'pattern' takes text");
    bad("pattern: a, check: [luhn, lunh]", "did you mean 'luhn'?");
    bad("pattern: a, check: []", "an empty list");
    bad("hashed: {file: a.yaml}, check: luhn", "'check' goes with a 'pattern'");
    bad("patern: a", "did you mean 'pattern'?");
    refused("detectors: {d: x}\n", "a map with keys");
    refused("detectors: {'a#b': {pattern: x}}\n", "a detector's name is letters");
    refused("detectors: {'': {pattern: x}}\n", "a detector's name is letters");
    refused("detectors: {CREDIT_CARD: {pattern: x}}\n", "has this name");
    refused("detectors: {credit_card: {pattern: x}}\n", "has this name");
    refused("detectors: {Secret: {pattern: x}}\n", "has this name");
    refused("detectors: {d: {pattern: x}, D: {pattern: y}}\n", "stands elsewhere");
}

static void what_stands_near_has_its_bounds(void **state)
{
    static const struct {
        const char *within;
        size_t n; /* 0: refused */
    } cases[] = {{"0", 0},  {"1", 1}, {"1000", 1000}, {"1001", 0},
                 {"-1", 0}, {"x", 0}, {"''", 0},      {"18446744073709551617", 0}};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        char text[200];
        snprintf(text, sizeof text, "detectors: {d: {pattern: x, near: {words: a, within: %s}}}\n",
                 cases[i].within);
        struct policy *p = load_both(text, NULL);
        if ((p != NULL ? p->detectors[0].within : 0) != cases[i].n)
            fail_msg("%s", text);
        policy_free(p);
    }
    bad("pattern: x, near: {within: 9}", "'near' needs 'words'");
    struct policy *p = loaded("detectors: {d: {pattern: x, near: {words: [a, b]}}}\n");
    assert_int_equal(p->detectors[0].within, 40);
    assert_int_equal(p->detectors[0].near_count, 2);
    policy_free(p);
}

/* The places that complaints and the scanner name. */
static void a_detector_knows_where_its_pattern_stands(void **state)
{
    (void)state;
    struct policy *p = loaded("detectors:\n  one:\n    pattern: x\n  two: {words: [a]}\n");
    assert_true(slice_is(p->detectors[0].where, SLICE_LIT("a.yaml:3:14")));
    assert_true(slice_has_prefix(p->detectors[1].where, SLICE_LIT("a.yaml:4:")));
    policy_free(p);
}

static void lists_of_earlier_files_are_known(void **state)
{
    (void)state;
    struct policy *p = load_both("lists: {l: [a, b, c]}\n",
                                 "detectors: {d: {words: {list: l}}, e: {pattern: x, near: "
                                 "{words: {list: l}}}}\nallow: {values: {list: l}}\n");
    assert_non_null(p);
    assert_int_equal(p->detectors[0].word_count, 3);
    assert_int_equal(p->detectors[1].near_count, 3);
    assert_int_equal(p->allows[0].value_count, 3);
    policy_free(p);
    assert_null(load_both("detectors: {d: {words: {list: l}}}\n", "lists: {l: [a]}\n"));
    assert_true(says("unknown list 'l'"));
    write_file("none.txt", "# nobody\n");
    refused("lists: {l: {file: none.txt}}\ndetectors: {d: {words: {list: l}}}\n",
            "a.yaml:1:19: this file holds no words");
    refused("lists: {l: {}}\ndetectors: {d: {words: {list: l}}}\n",
            "a.yaml:1:12: a list of words, or {file: NAME}");
}

/* --- values that are known as hashes only ----------------------------------------------------- */

#define HASHED(salt) "hashed: {file: hashes.txt, shape: number, salt: '" salt "'}"

static void a_salt_is_a_secret(void **state)
{
    (void)state;
    write_file("hashes.txt", "one\n");
    write_file("salt", "  0123456789abcdef\n");
    setenv("SALT_OF_15", "0123456789abcde", 1);
    setenv("SALT_OF_16", "0123456789abcdef", 1);
    bad(HASHED("0123456789abcdef"), "a secret is never written here");
    bad(HASHED("env:SALT_OF_15"), "16 characters or more");
    bad(HASHED("env:"), "is not set");
    bad(HASHED("file:none"), "none: No such file");
    chmod("salt", 0644);
    bad(HASHED("file:salt"), "salt: ");
    chmod("salt", 0600);
    char text[200];
    snprintf(text, sizeof text, "detectors: {d: {%s}, e: {%s}}\n", HASHED("file:salt"),
             HASHED("env:SALT_OF_16"));
    struct policy *p = loaded(text);
    for (size_t i = 0; i < 2; i++) /* without the blanks around it: both ways are one */
        assert_true(slice_is(p->detectors[i].salt, SLICE_LIT("0123456789abcdef")));
    assert_int_equal(slice_find(policy_bundle(p), SLICE_LIT("0123456789abcdef")), SIZE_MAX);
    policy_free(p);
}

/* A salt that were cut would be another one. */
static void a_salt_is_read_whole_or_not_at_all(void **state)
{
    static char salt[4097];
    (void)state;
    write_file("hashes.txt", "one\n");
    for (size_t n = 4095; n <= 4096; n++) {
        memset(salt, 's', n);
        salt[n] = '\0';
        write_file("salt", salt);
        chmod("salt", 0600);
        if (n == 4096) {
            bad(HASHED("file:salt"), "salt: a salt has fewer bytes");
            continue;
        }
        struct policy *p = loaded("detectors: {d: {" HASHED("file:salt") "}}\n");
        assert_int_equal(p->detectors[0].salt.len, n);
        policy_free(p);
    }
}

static void hashed_values_need_all_three(void **state)
{
    (void)state;
    write_file("hashes.txt", "one\n");
    write_file("empty.txt", "");
    setenv("SALT_OF_16", "0123456789abcdef", 1);
    bad("hashed: {file: hashes.txt, salt: 'env:SALT_OF_16'}", "needs 'file', 'salt' and 'shape'");
    bad("hashed: {file: hashes.txt, shape: word}", "needs 'file', 'salt' and 'shape'");
    bad("hashed: {salt: 'env:SALT_OF_16', shape: word}", "needs 'file', 'salt' and 'shape'");
    bad("hashed: {file: empty.txt, salt: 'env:SALT_OF_16', shape: word}", "needs 'file'");
    bad("hashed: {file: hashes.txt, salt: 'env:SALT_OF_16', shape: ''}", "a shape is a pattern");
    struct policy *p = loaded("detectors: {d: {hashed: {file: hashes.txt, salt: 'env:SALT_OF_16', "
                              "shape: 'E\\d{6}'}}}\n");
    assert_true(slice_is(p->detectors[0].pattern, SLICE_LIT("E\\d{6}")));
    policy_free(p);
}

/* --- documents -------------------------------------------------------------------------------- */

static void a_folder_is_all_its_files_in_order(void **state)
{
    (void)state;
    assert_true(mkdir("papers", 0700) == 0 && mkdir("papers/.hidden", 0700) == 0);
    write_file("papers/b", "second");
    write_file("papers/a", "first");
    write_file("papers/.c", "never");
    struct policy *p = loaded("detectors: {d: {documents: {file: papers}}}\n");
    const struct custom_detector *d = &p->detectors[0];
    assert_int_equal(d->document_count, 2);
    assert_true(slice_is(d->documents[0], SLICE_LIT("first")));
    assert_true(slice_is(d->documents[1], SLICE_LIT("second")));
    assert_int_equal(d->least, 0);
    policy_free(p);
    assert_int_equal(mkdir("bare", 0700), 0);
    bad("documents: {file: bare}", "bare holds no documents");
    bad("documents: {file: [papers]}", "'file' takes text");
}

static void how_many_words_make_a_stretch_has_its_bounds(void **state)
{
    static const struct {
        unsigned least;
        bool holds;
    } cases[] = {{7, false}, {8, true}, {1000, true}, {1001, false}};
    (void)state;
    write_file("paper", "text");
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        char text[100];
        snprintf(text, sizeof text, "detectors: {d: {documents: {file: paper, least: %u}}}\n",
                 cases[i].least);
        struct policy *p = load_both(text, NULL);
        assert_true((p != NULL) == cases[i].holds);
        policy_free(p);
    }
}

/* --- what is allowed -------------------------------------------------------------------------- */

static void an_allowance_says_what_and_for_what(void **state)
{
    (void)state;
    refused("allow: x\n", "'allow' takes a map, or a list of maps");
    refused("allow: [x]\n", "a map with keys");
    refused("allow: {entities: [EMAIL]}\n", "this allows nothing");
    refused("allow: {values: []}\n", "an empty list");
    refused("allow: {values: a, entities: []}\n", "an empty list");
    refused("allow: [{values: a}, {}]\n", "this allows nothing");
    write_file("values.txt", "# ours\none\n\n two \n");
    write_file("none.txt", "# nothing\n");
    refused("allow: {file: none.txt}\n", "");
    struct policy *p = loaded("detectors: {mine: {pattern: x}}\n"
                              "allow:\n  - {values: zero, file: values.txt, entities: [MINE, "
                              "email, SECRET]}\n  - {patterns: ['a+', 'b+']}\n");
    assert_int_equal(p->allow_count, 2);
    const struct custom_allow *a = p->allows;
    assert_int_equal(a[0].value_count, 3);
    assert_true(slice_is(a[0].values[0], SLICE_LIT("zero")) &&
                slice_is(a[0].values[2], SLICE_LIT("two")));
    assert_int_equal(a[0].entity_count, 3);
    assert_int_equal(a[1].pattern_count, 2);
    assert_int_equal(a[1].entity_count, 0);
    policy_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_detector_finds_in_one_way),
        cmocka_unit_test(what_stands_near_has_its_bounds),
        cmocka_unit_test(a_detector_knows_where_its_pattern_stands),
        cmocka_unit_test(lists_of_earlier_files_are_known),
        cmocka_unit_test(a_salt_is_a_secret),
        cmocka_unit_test(a_salt_is_read_whole_or_not_at_all),
        cmocka_unit_test(hashed_values_need_all_three),
        cmocka_unit_test(a_folder_is_all_its_files_in_order),
        cmocka_unit_test(how_many_words_make_a_stretch_has_its_bounds),
        cmocka_unit_test(an_allowance_says_what_and_for_what),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
