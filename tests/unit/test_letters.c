/* tests/unit/test_letters.c - redact/letters.h. All characters are held against the plain way in
 * test_normal.c; here stand the promises. */
#include "proxy/base/base.h"
#include "redact/letters.h"
#include "proxy/base/utf8.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void ordinary_letters_have_no_plain_form(void **state)
{
    static const uint32_t points[] = {'a', 0xE9, 0x416, 0x43E, 0x8BF7, 0x1F600, 0x10FFFF};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(points); i++)
        assert_int_equal(letters_plain(points[i]), LETTERS_NONE);
    assert_int_equal(letters_alike(0x416), LETTERS_NONE);
    assert_int_equal(letters_alike(0x10FFFF), LETTERS_NONE);
}

static void drawings_have(void **state)
{
    (void)state;
    assert_int_equal(letters_plain(0xFF21), 'A');
    assert_int_equal(letters_plain(0x1D400), 'A');
    assert_int_equal(letters_plain(0x1D41A), 'a');
    assert_int_equal(letters_plain(0x1D434), 'A');
    assert_int_equal(letters_plain(0x1D7CF), '1');
    assert_int_equal(letters_plain(0x1D7D8), '0');
    assert_int_equal(letters_plain(0x201D), '"');
    assert_int_equal(letters_plain(0x2005), ' ');
    assert_int_equal(letters_plain(0x200B), LETTERS_DROP);
    assert_int_equal(letters_plain(0xE0041), LETTERS_DROP);
    assert_int_equal(letters_alike(0x43E), 'o');
    assert_int_equal(letters_alike(0x1D0F), 'o');
}

/* The short way past a character stops exactly where one of the tables has something to say. */
static void nothing_with_a_plain_form_is_skipped(void **state)
{
    (void)state;
    for (uint32_t point = 0x80; point <= 0x10FFFF; point++) {
        char text[4];
        size_t n = utf8_write(point, text);
        if (letters_plain(point) != LETTERS_NONE)
            assert_int_equal(letters_skip(slice_of(text, n), false), 0);
        if (letters_alike(point) != LETTERS_NONE)
            assert_int_equal(letters_skip(slice_of(text, n), true), 0);
    }
    assert_int_equal(letters_skip(SLICE_LIT("\xd0\xbe\xd0\xbe"), false), 4);
    assert_int_equal(letters_skip(SLICE_LIT("\xd0\xb6\xd0\xbe"), true), 2);
    assert_int_equal(letters_skip(SLICE_LIT("\x80\xff\xe2\x80"), true), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordinary_letters_have_no_plain_form),
        cmocka_unit_test(drawings_have),
        cmocka_unit_test(nothing_with_a_plain_form_is_skipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
