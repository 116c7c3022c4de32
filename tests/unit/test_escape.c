/* tests/unit/test_escape.c - proxy/json/escape.h against an enumeration of all units. */
#include "proxy/base/base.h"
#include "proxy/json/escape.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static size_t encode(uint32_t point, char out[4])
{
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t n = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, point >>= 6)
        out[i] = (char)(0x80 | (point & 0x3f));
    out[0] = (char)(lead[n] | point);
    return n;
}

static void broken_escapes_are_refused(void **state)
{
    static const char *const bad[] = {"",      "\\",      "n",       "\\x", "\\u",
                                      "\\u12", "\\u123g", "\\U0041", "\\0"};
    struct escape e;
    (void)state;
    for (size_t i = 0; i < GW_COUNT(bad); i++)
        assert_false(escape_read(slice_str(bad[i]), &e));
    assert_false(escape_read(SLICE_LIT("\\\0"), &e));
}

static void every_unit_decodes(void **state)
{
    (void)state;
    for (uint32_t unit = 0; unit < 0x10000; unit++) {
        char text[8], want[4];
        struct escape e;
        snprintf(text, sizeof text, "\\u%04x", unit);
        size_t n = encode(unit, want);
        assert_true(escape_read(slice_str(text), &e));
        assert_int_equal(e.src_len, 6);
        assert_int_equal(e.is_lone, unit >= 0xd800 && unit <= 0xdfff);
        assert_true(slice_is(slice_of(e.out, e.out_len), slice_of(want, n)));
    }
    for (uint32_t point = 0x10000; point < 0x110000; point += 0x101) {
        char text[16], want[4];
        struct escape e;
        snprintf(text, sizeof text, "\\u%04X\\u%04X", 0xd800 + ((point - 0x10000) >> 10),
                 0xdc00 + ((point - 0x10000) & 0x3ff));
        assert_true(escape_read(slice_str(text), &e));
        assert_true(e.src_len == 12 && !e.is_lone);
        assert_true(slice_is(slice_of(e.out, e.out_len), slice_of(want, encode(point, want))));
    }
}

static void a_walk_gives_the_decoded_bytes(void **state)
{
    struct escape_walk w = {.left = SLICE_LIT("a\\n\\u00e9\\ud83d\\ude00z")};
    struct slice want = SLICE_LIT("a\n\xc3\xa9\xf0\x9f\x98\x80z");
    (void)state;
    for (size_t i = 0; i < want.len; i++)
        assert_int_equal(escape_walk_byte(&w), (unsigned char)want.at[i]);
    assert_int_equal(escape_walk_byte(&w), -1);
    assert_int_equal(escape_walk_byte(&w), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_escapes_are_refused),
        cmocka_unit_test(every_unit_decodes),
        cmocka_unit_test(a_walk_gives_the_decoded_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
