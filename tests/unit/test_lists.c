/* tests/unit/test_lists.c - of thousands of words each is found where it stands for itself, and no
 * other; against a look at every word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proxy/base/base.h"

#include "redact/lists.h"
#include <ctype.h>

static void a_word_begins_with_a_letter_digit_or_line(void **state)
{
    (void)state;
    assert_false(lists_takes(SLICE_LIT("")));
    assert_false(lists_takes(SLICE_LIT("+x")));
    assert_false(lists_takes(SLICE_LIT("\xc3\xb6l")));
    assert_true(lists_takes(SLICE_LIT("_x")) && lists_takes(SLICE_LIT("9")) &&
                lists_takes(SLICE_LIT("a b")));
}

static void an_empty_list_finds_nothing(void **state)
{
    struct arena *a = arena_new(1 << 20);
    struct lists l;
    (void)state;
    assert_true(gw_ok(lists_init(&l, 0, a)) && gw_ok(lists_done(&l, a)));
    assert_null(lists_first(&l, SLICE_LIT("anything"), 0));
    arena_free(a);
}

static void the_longest_comes_first_and_then_those_it_begins_with(void **state)
{
    static const char *const words[] = {"New",  "new york", "New York City",   "new",
                                        "york", "no",       "New York Citadel"};
    struct arena *a = arena_new(1 << 20);
    struct slice text = SLICE_LIT("NEW YORK CITY, Newer");
    struct lists l;
    (void)state;
    assert_true(gw_ok(lists_init(&l, GW_COUNT(words), a)));
    for (uint32_t i = 0; i < GW_COUNT(words); i++)
        assert_true(gw_ok(lists_add(&l, slice_str(words[i]), i, a)));
    assert_true(gw_ok(lists_done(&l, a)));
    const struct list_word *w = lists_first(&l, text, 0);
    static const uint32_t wanted[] = {2, 1, 3, 0};
    for (size_t i = 0; i < GW_COUNT(wanted); i++) {
        assert_non_null(w);
        assert_int_equal(w->row, wanted[i]);
        w = lists_next(&l, text, 0, w);
    }
    assert_null(w);
    assert_null(lists_first(&l, text, 15)); /* Newer is no New */
    assert_int_equal(lists_first(&l, text, 4)->row, 4);
    assert_null(lists_first(&l, SLICE_LIT("New"), 1));
    arena_free(a);
}

static void a_great_list_says_what_a_look_at_each_word_says(void **state)
{
    enum { MANY = 3000 };
    struct arena *a = arena_new(64 << 20);
    struct slice *words = arena_array(a, MANY, sizeof *words);
    struct lists l;
    uint32_t seed = 3;
    size_t met = 0;
    (void)state;
    assert_true(gw_ok(lists_init(&l, MANY, a)));
    for (uint32_t i = 0; i < MANY; i++) {
        char word[12];
        size_t len = 1 + (seed >> 8) % 6;
        for (size_t k = 0; k < len; k++) {
            seed = seed * 1664525u + 1013904223u;
            word[k] = "abAB -9"[(seed >> 12) % (k == 0 ? 4 : 7)];
        }
        words[i] = arena_copy(a, slice_of(word, len));
        assert_true(gw_ok(lists_add(&l, words[i], i, a)));
    }
    assert_true(gw_ok(lists_done(&l, a)));
    for (int round = 0; round < 2000; round++) {
        char bytes[9];
        for (size_t k = 0; k < sizeof bytes; k++) {
            seed = seed * 1664525u + 1013904223u;
            bytes[k] = "abAB -9"[(seed >> 12) % 7];
        }
        struct slice text = slice_of(bytes, sizeof bytes);
        size_t n = 0, found = 0;
        for (size_t i = 0; i < MANY; i++) {
            size_t len = words[i].len;
            bool in = isalnum((unsigned char)bytes[len - 1]) && isalnum((unsigned char)bytes[len]);
            n += slice_is_nocase(slice_cut(text, 0, len), words[i]) && !in ? 1 : 0;
        }
        if (n > 0)
            assert_true(lists_may_begin(&l, (unsigned char)bytes[0], (unsigned char)bytes[1]));
        for (const struct list_word *w = lists_first(&l, text, 0); w != NULL;
             w = lists_next(&l, text, 0, w)) {
            assert_true(slice_is_nocase(slice_cut(text, 0, w->text.len), words[w->row]));
            found++;
        }
        assert_int_equal(found, n);
        met += n;
    }
    assert_true(met > 10000);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_begins_with_a_letter_digit_or_line),
        cmocka_unit_test(an_empty_list_finds_nothing),
        cmocka_unit_test(the_longest_comes_first_and_then_those_it_begins_with),
        cmocka_unit_test(a_great_list_says_what_a_look_at_each_word_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
