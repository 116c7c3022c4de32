/* tests/unit/test_word.c - a text falls into words, numbers, marks and line ends; whatever its
 * bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proxy/base/base.h"

#include "redact/word.h"

static struct word first_of(const char *text)
{
    struct word w = {0};
    assert_true(word_next(slice_str(text), 0, &w));
    return w;
}

static void assert_cut(const char *text, const char *wanted)
{
    char got[200] = "";
    struct word w;
    for (size_t at = 0; word_next(slice_str(text), at, &w); at = w.end) {
        assert_true(w.start >= at && w.end > w.start);
        snprintf(got + strlen(got), sizeof got - strlen(got), "%.*s|", (int)(w.end - w.start),
                 text + w.start);
    }
    assert_string_equal(got, wanted);
}

static void blanks_are_no_words(void **state)
{
    struct word w;
    (void)state;
    assert_false(word_next(SLICE_LIT(""), 0, &w));
    assert_false(word_next(SLICE_LIT(" \t\r "), 0, &w));
    assert_false(word_next(SLICE_LIT("ab"), 2, &w));
    assert_false(word_next(SLICE_LIT("\xc2\xa0\xe2\x80\x82"), 0, &w));
}

static void broken_bytes_are_marks(void **state)
{
    (void)state;
    assert_cut("a\xff"
               "b",
               "a|\xff|b|");
    assert_cut("\xe2\x80", "\xe2|\x80|");
    assert_int_equal(first_of("\xc3").shape, SHAPE_MARK);
}

static void words_end_where_the_kind_changes(void **state)
{
    (void)state;
    assert_cut("Anna, geb. Weiß-Meyer", "Anna|,|geb|.|Weiß|-|Meyer|");
    assert_cut("John's 12b/3 a_b", "John|'|s|12b|/|3|a_b|");
    assert_cut("----== x", "----|==|x|");
    assert_cut("“Łódź” – ul.", "“|Łódź|”|–|ul|.|");
    assert_cut("a\n\n \nb\nc", "a|\n\n \n|b|\n|c|");
}

static void an_apostrophe_is_part_of_some_names(void **state)
{
    (void)state;
    assert_cut("O'Brien D’Angelo O'b l'A", "O'Brien|D’Angelo|O|'|b|l|'|A|");
    assert_int_equal(first_of("O'Brien").shape, SHAPE_TITLE);
}

static void a_long_word_is_cut(void **state)
{
    char text[300];
    struct word w;
    (void)state;
    memset(text, 'a', sizeof text);
    size_t n = 0;
    for (size_t at = 0; word_next(slice_of(text, sizeof text), at, &w); at = w.end) {
        assert_true(w.end - w.start <= WORD_BYTES + 4);
        n++;
    }
    assert_true(n >= 4);
}

static void how_a_word_is_written(void **state)
{
    static const struct {
        const char *text;
        enum word_shape shape;
    } cases[] = {
        {"smith", SHAPE_LOWER},  {"Smith", SHAPE_TITLE}, {"SMITH", SHAPE_UPPER},
        {"S", SHAPE_ONE},        {"s", SHAPE_LOWER},     {"MacAdam", SHAPE_MIXED},
        {"fooBar", SHAPE_MIXED}, {"a_b", SHAPE_CODE},    {"x86", SHAPE_CODE},
        {"12abcd", SHAPE_CODE},  {"12b", SHAPE_COUNT},   {"1", SHAPE_DIGIT},
        {"12", SHAPE_TENS},      {"12345", SHAPE_SOME},  {"123456", SHAPE_MANY},
        {"Émile", SHAPE_TITLE},  {"ŁÓDŹ", SHAPE_UPPER},  {"łódź", SHAPE_LOWER},
        {"Иван", SHAPE_TITLE},   {"Ελένη", SHAPE_TITLE}, {"田中", SHAPE_PLAIN},
        {"(", SHAPE_MARK},       {"\n", SHAPE_LINE},     {"٣", SHAPE_PLAIN},
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++)
        if (first_of(cases[i].text).shape != cases[i].shape)
            fail_msg("%s: %d", cases[i].text, first_of(cases[i].text).shape);
}

static void case_does_not_matter_to_the_hash(void **state)
{
    static const char *const pairs[][2] = {
        {"Anna", "aNNA"}, {"ÉMILE", "émile"}, {"ŁÓDŹ", "łódź"}, {"ИВАН", "иван"},
        {"ЁЖ", "ёж"},     {"ΕΛΛΑΣ", "ελλασ"}, {"Ždár", "ždár"}, {"O'BRIEN", "o'brien"}};
    (void)state;
    for (size_t i = 0; i + 1 < GW_COUNT(pairs); i++)
        if (first_of(pairs[i][0]).low != first_of(pairs[i][1]).low)
            fail_msg("%s", pairs[i][0]);
    assert_int_not_equal(first_of("anna").low, first_of("anne").low);
    assert_int_not_equal(first_of("x").low, first_of("×").low);
    assert_int_not_equal(first_of("-").low, first_of("--").low);
}

/* What is taken at once and what letter by letter (another alphabet, digits, an inner capital, a
 * word that is cut) comes to the same. */
static void head_and_tail_are_the_first_and_last_three_letters(void **state)
{
    static const struct {
        const char *text, *head, *tail;
    } cases[] = {{"s", "s", "s"},
                 {"Sm", "sm", "sm"},
                 {"Smi", "smi", "smi"},
                 {"Smithers", "smi", "ers"},
                 {"SMITHERS", "smi", "ers"},
                 {"smithErs", "smi", "ers"},
                 {"smith12", "smi", "h12"},
                 {"s12", "s12", "s12"},
                 {"Weißer", "wei",
                  "\xDF"
                  "er"}};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        uint32_t head = 0, tail = 0;
        for (const char *c = cases[i].head; *c != '\0'; c++)
            head = head << 8 | (unsigned char)*c;
        for (const char *c = cases[i].tail; *c != '\0'; c++)
            tail = tail << 8 | (unsigned char)*c;
        struct word w = first_of(cases[i].text);
        if (w.head != head || w.tail != tail)
            fail_msg("%s: %X %X", cases[i].text, w.head, w.tail);
    }
}

static void gaps_are_told(void **state)
{
    struct word w;
    (void)state;
    assert_true(word_next(SLICE_LIT("a b\tc    d,e"), 1, &w) && w.gap == GAP_BLANK);
    assert_true(word_next(SLICE_LIT("a b\tc    d,e"), 3, &w) && w.gap == GAP_WIDE);
    assert_true(word_next(SLICE_LIT("a b\tc    d,e"), 5, &w) && w.gap == GAP_WIDE);
    assert_true(word_next(SLICE_LIT("a b\tc    d,e"), 10, &w) && w.gap == GAP_NONE);
    assert_true(first_of("\n\nb").empty && !first_of("\nb").empty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blanks_are_no_words),
        cmocka_unit_test(broken_bytes_are_marks),
        cmocka_unit_test(words_end_where_the_kind_changes),
        cmocka_unit_test(an_apostrophe_is_part_of_some_names),
        cmocka_unit_test(a_long_word_is_cut),
        cmocka_unit_test(how_a_word_is_written),
        cmocka_unit_test(case_does_not_matter_to_the_hash),
        cmocka_unit_test(head_and_tail_are_the_first_and_last_three_letters),
        cmocka_unit_test(gaps_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
