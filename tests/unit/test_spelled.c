/* tests/unit/test_spelled.c - digit words: what is prose, what is a row of them, and where it
 * begins. */
#include "proxy/base/base.h"
#include "redact/spelled.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static size_t row(const char *text, size_t at)
{
    size_t end = 0;
    return spelled_row(slice_str(text), at, &end);
}

static void prose_is_no_row(void **state)
{
    (void)state;
    assert_int_equal(row("", 0), 0);
    assert_int_equal(row("one or two of the three", 0), 0);
    assert_int_equal(row("one two three four five six seven eight nine", 0), 0);
    assert_int_equal(row("nine eight seven six five four three two", 0), 0);
    assert_int_equal(row("four one one one one one one", 0), 0);
    assert_int_equal(row("four one one one; one one one one", 0), 0);
    assert_int_equal(row("one deux one deux one deux one deux one", 0), 0);
    assert_int_equal(row("four one one one one one one one", 1), 0);
    assert_int_equal(row("x-four one one one one one one one", 2), 0);
}

static void eight_words_of_a_language_are_one(void **state)
{
    static const char text[] = "four one one one, one ONE-one\none. Not two";
    size_t end;
    (void)state;
    assert_int_equal(spelled_row(slice_str(text), 0, &end), 8);
    assert_int_equal(end, strlen(text) - strlen(". Not two"));
    assert_int_equal(row("sechs sieben drei eins null null zwo acht", 0), 8);
    assert_int_equal(row("six sept trois un z\xc3\xa9ro Z\xc3\x89RO deux huit", 0), 8);
    assert_int_equal(row("seis siete tres uno cero cero dos ocho", 0), 8);
    assert_int_equal(row("sei sette tre uno zero zero due otto", 0), 8);
    assert_int_equal(row("seis sete tr\xc3\xaas um zero zero dois oito", 0), 8);
    assert_int_equal(row("zes zeven drie een nul nul twee acht", 0), 8);
}

/* From each of its words the begin of the row is found; every digit word passes the quick look. */
static void a_row_is_found_from_each_of_its_words(void **state)
{
    static const char text[] =
        "pay un deux, f\xc3\xbcnf four one one one one one nine oh two six thanks";
    struct slice s = slice_str(text);
    size_t begin = slice_find(s, SLICE_LIT("four")), stop = slice_find(s, SLICE_LIT(" thanks"));
    (void)state;
    for (size_t at = 0; at < s.len; at++) {
        unsigned digit, languages;
        size_t end = 0, len = spelled_word(s, at);
        if (len == 0 || (at > 0 && spelled_word(s, at - 1) > 0))
            continue;
        size_t start = spelled_start(s, at, 0, &end);
        assert_true(start == (at >= begin && at < stop ? begin : SIZE_MAX));
        assert_true(start == SIZE_MAX || end == stop);
        if (spelled_digit(slice_cut(s, at, at + len), &digit, &languages))
            assert_true(spelled_may_begin(s, at));
    }
}

/* The look at 64 places at once says what the look at one says, for the only bit of each sixteen.
 */
static void many_places_are_told_as_one(void **state)
{
    static const char text[] =
        "pay f\xc3\xbcnf FOUR one nine oh two six thanks and zero or drie to whom it is due, vijf, "
        "sette or z\xc3\xa9ro";
    struct slice s = slice_str(text);
    unsigned told = 0;
    (void)state;
    for (size_t at = 0; at + SPELLED_AHEAD <= s.len; at++) {
        assert_false(spelled_any_may_begin(s.at + at, 0));
        for (unsigned i = 0; i < 64; i++) {
            bool is = spelled_may_begin(s, at + i);
            assert_true(spelled_any_may_begin(s.at + at, UINT64_C(1) << i) == is);
            told += is;
        }
        for (unsigned i = 0; i < 16; i++) {
            bool any = false;
            for (unsigned k = i; k < 64; k += 16)
                any |= spelled_may_begin(s, at + k);
            assert_true(spelled_any_may_begin(s.at + at, UINT64_C(0x0001000100010001) << i) == any);
        }
    }
    assert_true(told > 50);
}

/* Each word of the table, in any case, and none that differs in its length or first letter. */
static void every_word_is_told(void **state)
{
    static const char *const words[] = {
        "acht",        "cero",    "cinco",       "cinq",        "cinque",      "cuatro",
        "deux",        "dois",    "dos",         "drei",        "drie",        "due",
        "een",         "eight",   "eins",        "five",        "four",        "fuenf",
        "huit",        "negen",   "neuf",        "neun",        "nine",        "nought",
        "nove",        "nueve",   "nul",         "null",        "ocho",        "oh",
        "oito",        "one",     "otto",        "quatre",      "quatro",      "sechs",
        "sei",         "seis",    "sept",        "sete",        "sette",       "seven",
        "sieben",      "siete",   "six",         "three",       "tre",         "tres",
        "trois",       "twee",    "two",         "um",          "un",          "uno",
        "vier",        "vijf",    "zero",        "zes",         "zeven",       "zwei",
        "zwo",         "quattro", "f\xc3\xbcnf", "F\xc3\x9cNF", "tr\xc3\xaas", "z\xc3\xa9ro",
        "Z\xc3\x89RO", "OTTO"};
    unsigned digit, languages;
    char other[16];
    (void)state;
    for (size_t i = 0; i < GW_COUNT(words); i++) {
        assert_true(spelled_digit(slice_str(words[i]), &digit, &languages));
        snprintf(other, sizeof other, "%sx", words[i]);
        assert_false(spelled_digit(slice_str(other), &digit, &languages));
        other[0] = 'w';
        other[strlen(words[i])] = '\0';
        assert_false(spelled_digit(slice_str(other), &digit, &languages));
    }
}

static void the_end_of_a_text_is_read_backwards(void **state)
{
    (void)state;
    assert_int_equal(spelled_back(SLICE_LIT("my card is four one "), 20), 11);
    assert_int_equal(spelled_back(SLICE_LIT("my card is four one"), 19), 11);
    assert_int_equal(spelled_back(SLICE_LIT("my card is "), 11), 11);
    assert_int_equal(spelled_back(SLICE_LIT(""), 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prose_is_no_row),
        cmocka_unit_test(eight_words_of_a_language_are_one),
        cmocka_unit_test(a_row_is_found_from_each_of_its_words),
        cmocka_unit_test(many_places_are_told_as_one),
        cmocka_unit_test(every_word_is_told),
        cmocka_unit_test(the_end_of_a_text_is_read_backwards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
