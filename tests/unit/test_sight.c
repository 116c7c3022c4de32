/* tests/unit/test_sight.c - where something might be undone: nothing in plain texts of other
 * scripts, and never a drawing or a look-alike overlooked in them. */
#include "proxy/base/base.h"
#include "redact/sight.h"
#include "proxy/base/utf8.h"
#include "redact/letters.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <ctype.h>

enum { BEFORE = 100, ROOM = 400 };

/* The first place at or behind `at` of the text. */
static size_t place(struct slice text, size_t at)
{
    struct sight sight = {0};
    return sight_find(&sight, text, at);
}

/* Forty letters of a script, `point`, and forty more; the length. */
static size_t among(const char *letter, uint32_t point, char text[ROOM], size_t *at)
{
    size_t len = 0, one = strlen(letter);
    for (unsigned i = 0; i < 80; i++) {
        if (i == 40) {
            *at = len;
            len += utf8_write(point, text + len);
        }
        memcpy(text + len, letter, one);
        len += one;
    }
    return len;
}

static void plain_texts_of_any_script_have_no_place(void **state)
{
    static const char *const letters[] = {"\xd0\xb6", "\xe4\xb8\xad", "\xed\x95\x9c", "\xd7\x90"};
    char text[ROOM];
    size_t at;
    (void)state;
    for (size_t i = 0; i < GW_COUNT(letters); i++) {
        size_t len = among(letters[i], 0x4E2D, text, &at);
        assert_int_equal(place(slice_of(text, len), 0), len);
    }
    assert_int_equal(place(slice_str("nothing to be seen here, nor there"), 0), 34);
    assert_int_equal(place(slice_str(""), 0), 0);
}

static void no_drawing_is_overlooked_in_them(void **state)
{
    char text[ROOM];
    size_t at;
    (void)state;
    for (uint32_t point = 0x80; point <= 0x10FFFF; point++) {
        if (letters_plain(point) == LETTERS_NONE)
            continue;
        size_t len = among("\xd0\xb6", point, text, &at);
        assert_int_equal(place(slice_of(text, len), 0), at);
    }
}

/* A byte of the run is told, in whichever block it ends or begins. */
static void a_run_that_touches_an_ascii_word_is_told(void **state)
{
    char text[ROOM];
    (void)state;
    for (size_t letters = 20; letters < 150; letters++) {
        size_t len = 0, run = 2 * letters;
        text[len++] = ' ';
        for (size_t i = 0; i < letters; i++, len += 2)
            memcpy(text + len, "\xd0\xb0", 2);
        text[len] = 'x';
        size_t found = place(slice_of(text, len + 1), 0);
        assert_in_range(found, 1, run);
        text[len] = ' ';
        text[0] = 'x';
        assert_int_equal(place(slice_of(text, len + 1), 0), 1);
    }
}

static void a_few_letters_are_all_told(void **state)
{
    (void)state;
    assert_int_equal(place(slice_str("na\xc3\xafve"), 0), 2);
    assert_int_equal(place(slice_str("a \xd0\xb6 b"), 0), 2);
}

static size_t token_end_plainly(struct slice s, size_t at)
{
    while (at < s.len && (isalnum((unsigned char)s.at[at]) != 0 ||
                          (s.at[at] != '\0' && strchr("+/-_", s.at[at]) != NULL)))
        at++;
    return at;
}

/* Where the bitmaps know of it and where they do not: before the first look, behind the last. */
static void the_end_of_a_run_is_told(void **state)
{
    enum { SHORT = 200, LONG = SIGHT_BYTES + 300 };
    static char text[LONG];
    uint32_t seed = 3;
    (void)state;
    for (size_t i = 0; i < sizeof text; i++) {
        seed = seed * 1664525u + 1013904223u;
        unsigned char any = (unsigned char)(seed >> 16);
        text[i] = (char)((seed >> 24) % 32 == 0 ? any : "aZ09+/-_"[any % 8]);
    }
    for (size_t len = 0; len <= SHORT; len++)
        for (size_t at = 0; at < len; at++) {
            struct slice s = slice_of(text + len % 64, len);
            struct sight sight = {0};
            size_t want = token_end_plainly(s, at);
            assert_int_equal(sight_token_end(&sight, s, at), want);
            (void)sight_find(&sight, s, 0);
            assert_int_equal(sight_token_end(&sight, s, at), want);
        }
    struct slice all = slice_of(text, sizeof text);
    struct sight sight = {0};
    (void)sight_find(&sight, all, 0);
    for (size_t at = 0; at < all.len; at++)
        assert_int_equal(sight_token_end(&sight, all, at), token_end_plainly(all, at));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_texts_of_any_script_have_no_place),
        cmocka_unit_test(no_drawing_is_overlooked_in_them),
        cmocka_unit_test(a_run_that_touches_an_ascii_word_is_told),
        cmocka_unit_test(a_few_letters_are_all_told),
        cmocka_unit_test(the_end_of_a_run_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
