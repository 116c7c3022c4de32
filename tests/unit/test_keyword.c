/* tests/unit/test_keyword.c - maps read by tables: policies/keyword.h. */
#include "proxy/base/base.h"
#include "policies/keyword.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct bench {
    struct load load;
    struct buf said;
    struct yaml *root;
};

/* Reads the text; what is said of it starts anew. */
static const struct yaml *read_yaml(struct bench *b, const char *text)
{
    buf_clear(&b->said);
    b->load.faults = 0;
    assert_true(gw_ok(yaml_parse(slice_str(text), "k.yaml", b->load.arena, &b->said, &b->root)));
    return b->root;
}

static int begin(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    buf_init(&b->said, 65536);
    b->load = (struct load){.arena = arena_new(1 << 20), .complaints = &b->said, .file = "k.yaml"};
    *state = b;
    return b->load.arena == NULL;
}

static int finish(void **state)
{
    struct bench *b = *state;
    arena_free(b->load.arena);
    buf_free(&b->said);
    free(b);
    return 0;
}

static bool says(const struct bench *b, const char *text)
{
    return slice_is(buf_slice(&b->said), slice_str(text));
}

static void append(struct load *l, const struct yaml *v, void *into)
{
    (void)l;
    strncat(into, v->key.at, v->key.len);
    strncat(into, ";", 2);
}

/* clang-format off */
static const struct keyword keys[] = {
    {"text",  SHAPE_TEXT,  append, "a text"},
    {"words", SHAPE_WORDS, append, "some words"},
    {"list",  SHAPE_LIST,  append, "a row of things"},
    {"map",   SHAPE_MAP,   append, "keys with values"},
    {"any",   SHAPE_ANY,   append, "whatever"},
    {NULL, SHAPE_ANY, NULL, NULL},
};
/* clang-format on */

static void a_value_of_another_shape_never_reaches_its_reader(void **state)
{
    static const struct {
        const char *text, *took, *said;
    } cases[] = {
        {"x", "", "k.yaml:1:1: a map with keys is needed here\n"},
        {"[text]", "", "k.yaml:1:1: a map with keys is needed here\n"},
        {"{}", "", ""},
        {"text: a", "text;", ""},
        {"text: ''", "text;", ""},
        {"text: [a]", "", "k.yaml:1:7: 'text' takes text: a text\n"},
        {"text: {a: b}", "", "k.yaml:1:7: 'text' takes text: a text\n"},
        {"words: a", "words;", ""},
        {"words: [a]", "words;", ""},
        {"words: []", "words;", ""},
        {"words: ''", "", "k.yaml:1:8: 'words' takes a list: some words\n"},
        {"words: {a: b}", "", "k.yaml:1:8: 'words' takes a list: some words\n"},
        {"list: [a]", "list;", ""},
        {"list: a", "", "k.yaml:1:7: 'list' takes a list: a row of things\n"},
        {"map: {a: b}", "map;", ""},
        {"map: [a]", "", "k.yaml:1:6: 'map' takes a map: keys with values\n"},
        {"any: [a]", "any;", ""},
        {"any: ''", "any;", ""},
        {"map: {}\ntext: a", "text;map;", ""}, /* in the order of the table */
        {"txt: a", "", "k.yaml:1:1: unknown key 'txt'; did you mean 'text'?\n"},
        {"quite-other: a", "", "k.yaml:1:1: unknown key 'quite-other'\n"},
        {"any: a\nAny: a", "any;", "k.yaml:2:1: unknown key 'Any'; did you mean 'any'?\n"},
    };
    struct bench *b = *state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        char took[64] = "";
        keyword_read(&b->load, keys, read_yaml(b, cases[i].text), took);
        if (strcmp(took, cases[i].took) != 0 || !says(b, cases[i].said))
            fail_msg("%s: took %s: %.*s", cases[i].text, took, (int)b->said.len,
                     buf_slice(&b->said).at);
        assert_int_equal(b->load.faults, cases[i].said[0] != '\0');
    }
}

static void words_are_texts_that_are_not_empty(void **state)
{
    static const struct {
        const char *text;
        size_t n, faults;
    } cases[] = {
        {"a", 1, 0},    {"[a, b]", 2, 0},   {"['a b']", 1, 0},     {"[]", 0, 1},
        {"['']", 0, 1}, {"[a, [b]]", 0, 1}, {"[a, {b: c}]", 0, 1}, {"[a, '']", 0, 1},
    };
    struct bench *b = *state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        const struct words w = words_of(&b->load, read_yaml(b, cases[i].text));
        assert_int_equal(w.n, cases[i].n);
        assert_int_equal(b->load.faults, cases[i].faults);
        for (size_t k = 0; k < w.n; k++)
            assert_true(slice_is(w.places[k]->text, w.at[k]) && w.at[k].len > 0);
    }
    assert_false(b->load.no_memory);
}

static void a_flag_is_one_of_two_words(void **state)
{
    struct bench *b = *state;
    assert_true(flag_of(&b->load, read_yaml(b, "true")));
    assert_false(flag_of(&b->load, read_yaml(b, "false")));
    assert_int_equal(b->load.faults, 0);
    static const char *const bad[] = {"yes", "True", "1", "''", "truefalse"};
    for (size_t i = 0; i < GW_COUNT(bad); i++) {
        assert_false(flag_of(&b->load, read_yaml(b, bad[i])));
        assert_int_equal(b->load.faults, 1);
    }
}

static void a_score_is_above_0_and_up_to_1(void **state)
{
    static const struct {
        const char *text;
        unsigned score; /* 0: refused */
    } cases[] = {
        {"0", 0},        {"0.0", 0},     {"0.0009", 0},     {"0.001", 1},     {"0.5", 500},
        {"0.05", 50},    {"0.999", 999}, {"0.9999", 999},   {"1", 1000},      {"1.0", 1000},
        {"1.000", 1000}, {"1.001", 0},   {"1.1", 0},        {"2", 0},         {"10", 0},
        {"''", 0},       {".5", 0},      {"0.", 0},         {"0,5", 0},       {"0.5x", 0},
        {"-0.5", 0},     {"5e-1", 0},    {"0.123456", 123}, {"0.1234567", 0}, {"00.5", 0},
    };
    struct bench *b = *state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        unsigned got = score_of(&b->load, read_yaml(b, cases[i].text));
        if (got != cases[i].score || b->load.faults != (got == 0))
            fail_msg("%s: %u", cases[i].text, got);
    }
}

static void a_choice_is_one_of_its_words(void **state)
{
    static const char *const known[] = {"one", "two", NULL};
    struct bench *b = *state;
    assert_int_equal(choice_of(&b->load, read_yaml(b, "one"), known, 9), 0);
    assert_int_equal(choice_of(&b->load, read_yaml(b, "two"), known, 9), 1);
    assert_int_equal(b->load.faults, 0);
    static const char *const bad[] = {"three", "One", "on", "[one]", "''"};
    for (size_t i = 0; i < GW_COUNT(bad); i++) {
        assert_int_equal(choice_of(&b->load, read_yaml(b, bad[i]), known, 9), 9);
        assert_true(says(b, "k.yaml:1:1: one of these is needed here: one, two\n"));
    }
}

/* A list of choices that does not fit a line is cut, and nothing else happens. */
static void many_choices_are_cut(void **state)
{
    struct bench *b = *state;
    char word[64];
    const char *known[9] = {NULL};
    memset(word, 'w', 63);
    word[63] = '\0';
    for (size_t i = 0; i < 8; i++)
        known[i] = word;
    assert_int_equal(choice_of(&b->load, read_yaml(b, "x"), known, 1), 1);
    assert_int_equal(b->load.faults, 1);
    assert_in_range(b->said.len, 190, 260);
}

static void an_unknown_word_is_quoted_as_far_as_it_is_short(void **state)
{
    static const char *const known[] = {"email", NULL};
    struct bench *b = *state;
    const struct yaml *at = read_yaml(b, "x");
    load_unknown(&b->load, at, "entity", SLICE_LIT("EMAL"), (const char *const[]){"EMAIL", NULL});
    assert_true(says(b, "k.yaml:1:1: unknown entity 'EMAL'; did you mean 'EMAIL'?\n"));
    char word[200];
    memset(word, 'q', sizeof word);
    read_yaml(b, "x");
    load_unknown(&b->load, at, "entity", slice_of(word, sizeof word), known);
    assert_int_equal(b->said.len, strlen("k.yaml:1:1: unknown entity ''\n") + 60);
}

static void memory_that_is_short_is_told(void **state)
{
    struct bench *b = *state;
    assert_null(load_array(&b->load, 0, 8));
    assert_false(b->load.no_memory);
    assert_non_null(load_array(&b->load, 3, 8));
    assert_null(load_array(&b->load, 2 << 20, 8));
    assert_true(b->load.no_memory);
    b->load.no_memory = false;
    assert_null(load_array(&b->load, SIZE_MAX, 8));
    assert_true(b->load.no_memory);
    b->load.no_memory = false;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_of_another_shape_never_reaches_its_reader),
        cmocka_unit_test(words_are_texts_that_are_not_empty),
        cmocka_unit_test(a_flag_is_one_of_two_words),
        cmocka_unit_test(a_score_is_above_0_and_up_to_1),
        cmocka_unit_test(a_choice_is_one_of_its_words),
        cmocka_unit_test(many_choices_are_cut),
        cmocka_unit_test(an_unknown_word_is_quoted_as_far_as_it_is_short),
        cmocka_unit_test(memory_that_is_short_is_told),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
