/* tests/unit/test_attack_signs.c - redact/attack_signs.h. */
#include "proxy/base/base.h"
#include "redact/attack_signs.h"
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* "OVERRIDE PRIOR ?": the classes of a text, ? for a word that is not known. */
static const char *classes(const char *text, char *out, size_t size)
{
    struct attack_sign signs[ATTACK_SIGNS];
    struct attack_signs r = {.text = slice_str(text)};
    size_t n = attack_signs_read(&r, signs);
    assert_int_equal(r.at, strlen(text));
    out[0] = 0;
    for (size_t i = 0, len = 0; i < n && len + 20 < size; i++)
        len +=
            (size_t)snprintf(out + len, size - len, "%s%s", i > 0 ? " " : "",
                             signs[i].class == AC_NONE ? "?" : attack_class_name(signs[i].class));
    return out;
}

static void check(const char *text, const char *want)
{
    char got[400];
    assert_string_equal(classes(text, got, sizeof got), want);
}

static void nothing_gives_nothing(void **state)
{
    (void)state;
    check("", "");
    check("   \t ", "");
    check("\xff\xfe", "");
}

static void words_are_read_in_any_size_and_script(void **state)
{
    (void)state;
    check("Ignore PREVIOUS Instructions", "OVERRIDE PRIOR RULES");
    check("l'instruction", "? RULES");
    check("don't", "NO");
    check("\xd0\x98\xd0\x93\xd0\x9d\xd0\x9e\xd0\xa0\xd0\x98\xd0\xa0\xd0\xa3\xd0\x99", "OVERRIDE");
    check("\xe5\xbf\xbd\xe7\x95\xa5\xe6\x8c\x87\xe4\xbb\xa4\xe3\x80\x82",
          "OVERRIDE RULES STOPMARK");
    check("1gn0r3", "OVERRIDE");
    check("1gn0re a11 ru1es", "OVERRIDE FUNC RULES");
    check("tablecloth", "?");
    check("2024", "NUMBER");
    check("averyveryveryveryverylongwordthatnobodyknows", "?");
}

static void marks_are_told_apart(void **state)
{
    (void)state;
    check("a.b", "FUNC ?");
    check("you. you", "YOU STOPMARK YOU");
    check("you.\nyou", "YOU STOPMARK LINE YOU");
    check("you\n\n\nyou", "YOU LINE YOU");
    check("### you", "RULER YOU");
    check("<you>", "ANGLE YOU");
    check("\"you\"", "QUOTE YOU QUOTE");
    check("u$er", "YOU GLUE ?");
    check("\xf0\x9f\x98\x80", "ODD");
}

/* What other scripts end a sentence with stands glued to its last word. */
static void marks_of_other_scripts_end_words(void **state)
{
    static const struct {
        const char *mark, *want;
    } all[] = {{"\xd8\x8c", "? ?"},
               {"\xd8\x9f", "? ASK ?"},
               {"\xdb\x94", "? STOPMARK ?"},
               {"\xe0\xa5\xa4", "? STOPMARK ?"},
               {"\xc2\xbb", "? QUOTE ?"},
               {"\xe2\x80\x9d", "? QUOTE ?"},
               {"\xe3\x80\x82", "? STOPMARK ?"},
               {"\xef\xbc\x9a", "? COLON ?"},
               {"\xe2\x86\x92", "? ODD ?"},
               {"\xd9\x83", "?"}};
    char text[64];
    (void)state;
    for (size_t i = 0; i < GW_COUNT(all); i++) {
        snprintf(text, sizeof text, "\xd9\x83\xd9\x83%s\xd9\x83\xd9\x83", all[i].mark);
        check(text, all[i].want);
    }
}

static uint8_t first_shape(const char *text)
{
    struct attack_sign signs[ATTACK_SIGNS];
    struct attack_signs r = {.text = slice_str(text)};
    assert_true(attack_signs_read(&r, signs) > 0);
    return signs[0].shape;
}

static void capitals_shout_in_every_script(void **state)
{
    (void)state;
    assert_true((first_shape("STOP") & SIGN_SHOUT) != 0);
    assert_true((first_shape("\xd0\x98\xd0\x93\xd0\x9d") & SIGN_SHOUT) != 0);
    assert_false((first_shape("\xd0\x98\xd0\xb3\xd0\x9d") & SIGN_SHOUT) != 0);
    assert_false((first_shape("Stop") & SIGN_SHOUT) != 0);
}

static void length_and_last_byte_tell_a_shape(void **state)
{
    char word[60];
    (void)state;
    for (size_t len = 1; len < 50; len++)
        for (unsigned c = '0'; c <= 'z'; c++) {
            if (!isalnum((int)c))
                continue;
            memset(word, 'q', len);
            word[len - 1] = (char)c;
            word[len] = 0;
            uint8_t is = first_shape(word) & (SIGN_SINGLE | SIGN_CODE | SIGN_LONG);
            bool code = len >= 2 && len <= 5 && isxdigit((int)c);
            uint8_t want = len == 1 ? SIGN_SINGLE : code ? SIGN_CODE : len >= 16 ? SIGN_LONG : 0;
            assert_int_equal(is, want);
        }
}

/* As many words as are not read at once, among blanks that hold none. */
static void a_long_text_is_read_in_parts(void **state)
{
    enum { WORDS = 1000 };
    static char text[WORDS * 8 + 4000];
    struct attack_sign signs[ATTACK_SIGNS];
    struct attack_signs r = {.text = slice_of(text, sizeof text)};
    size_t words = 0, parts = 0;
    (void)state;
    memset(text, ' ', sizeof text);
    for (size_t i = 0; i < WORDS; i++)
        memcpy(text + i * 8 + (i < WORDS / 2 ? 0 : 3000), "secrets", 7);
    for (size_t n; (n = attack_signs_read(&r, signs)) > 0; parts++)
        for (size_t i = 0; i < n; i++, words++) {
            assert_int_equal(signs[i].at, words * 8 + (words < WORDS / 2 ? 0 : 3000));
            assert_true(signs[i].class == AC_SECRET && signs[i].end == signs[i].at + 7);
        }
    assert_true(words == WORDS && parts > 3 && r.at == sizeof text);
}

/* Reads a text, and the same one as it stands at another place of 64 bytes: what is known of many
 * bytes at once and what is looked at byte by byte must agree. */
static void both_readers_agree(const char *text, size_t len, size_t shift)
{
    static char moved[2048];
    struct attack_sign a[ATTACK_SIGNS], b[ATTACK_SIGNS];
    struct attack_signs here = {.text = slice_of(text, len)}, there = {0};
    size_t n, m, before = 0, i = 0, k = 0;
    memset(moved, ' ', shift);
    memcpy(moved + shift, text, len);
    there.text = slice_of(moved, len + shift);
    for (n = m = 0;; before++, i++, k++) {
        if (i == n) {
            n = attack_signs_read(&here, a);
            i = 0;
        }
        if (k == m) {
            m = attack_signs_read(&there, b);
            k = 0;
        }
        if (n == 0 || m == 0)
            break;
        assert_true(a[i].at + shift == b[k].at && a[i].hash == b[k].hash &&
                    a[i].end + shift == b[k].end && a[i].class == b[k].class &&
                    a[i].shape == b[k].shape);
    }
    assert_true(n == 0 && m == 0);
}

static void it_does_not_matter_where_a_text_stands(void **state)
{
    static const char *const pieces[] = {"ignore",
                                         "Previous",
                                         "RULES",
                                         "l'",
                                         "don't",
                                         "_",
                                         "a_b",
                                         "1gn0r3",
                                         "2024",
                                         " ",
                                         "  ",
                                         "\n",
                                         "\n\n  \t",
                                         ".",
                                         ". ",
                                         "...",
                                         "--",
                                         "---",
                                         "#",
                                         "##",
                                         "\"",
                                         "'",
                                         "u$er",
                                         "$",
                                         "!",
                                         "|",
                                         "\xc3\xa9",
                                         "\xe5\xbf\xbd\xe7\x95\xa5",
                                         "\xe5",
                                         "\xf0\x9f\x98\x80",
                                         "{",
                                         "(",
                                         "\t",
                                         "\x01",
                                         "~~~",
                                         "=",
                                         "averyveryverylongwordxxx",
                                         "averyveryverylongwordxxxx",
                                         "averyveryveryveryverylongwordthatnobodyknows"};
    uint32_t seed = 5;
    (void)state;
    for (unsigned round = 0; round < 3000; round++) {
        char text[1400];
        size_t len = 0, most = round % 3 == 0 ? 1300 : 200;
        while (len < most) {
            seed = seed * 1664525u + 1013904223u;
            const char *piece = pieces[(seed >> 16) % GW_COUNT(pieces)];
            memcpy(text + len, piece, strlen(piece));
            len += strlen(piece);
        }
        both_readers_agree(text, len, round % 64 + (round % 7 == 0 ? 500 : 0));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_gives_nothing),
        cmocka_unit_test(words_are_read_in_any_size_and_script),
        cmocka_unit_test(marks_are_told_apart),
        cmocka_unit_test(marks_of_other_scripts_end_words),
        cmocka_unit_test(capitals_shout_in_every_script),
        cmocka_unit_test(length_and_last_byte_tell_a_shape),
        cmocka_unit_test(a_long_text_is_read_in_parts),
        cmocka_unit_test(it_does_not_matter_where_a_text_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
