/* tests/unit/test_utf8.c - proxy/base/utf8.h. */
#include "proxy/base/base.h"
#include "proxy/base/utf8.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void malformed_bytes_are_no_character(void **state)
{
    static const char *const bad[] = {"\x80",
                                      "\xbf",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xc2",
                                      "\xc2\x41",
                                      "\xe0\x9f\xbf",
                                      "\xe0\xa0",
                                      "\xed\xa0\x80",
                                      "\xed\xbf\xbf",
                                      "\xe2\x82\x41",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xff",
                                      "\xf0\x9f\x98",
                                      "\xf0\x9f\x41\x80"};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(bad); i++) {
        assert_int_equal(utf8_len(slice_str(bad[i])), 0);
        assert_false(utf8_is_valid_plainly(slice_str(bad[i])));
    }
    assert_int_equal(utf8_len(slice_of("", 0)), 0);
}

/* Of all sequences of two bytes only those that begin a lawful character pass. */
static void lengths_never_leave_the_text(void **state)
{
    (void)state;
    for (unsigned a = 0; a < 256; a++) {
        for (unsigned b = 0; b < 256; b++) {
            char two[2] = {(char)a, (char)b};
            bool lawful = a >= 0xc2 && a <= 0xdf && (b & 0xc0) == 0x80;
            assert_int_equal(utf8_len(slice_of(two, 2)), a < 0x80 ? 1 : lawful ? 2 : 0);
        }
    }
    assert_int_equal(utf8_len(slice_of(NULL, 0)), 0);
}

static void every_character_comes_back(void **state)
{
    (void)state;
    for (uint32_t point = 0; point < 0x120000; point++) {
        char out[4];
        uint32_t back = UINT32_MAX;
        size_t n = utf8_write(point, out);
        bool lawful = point < 0xd800 || (point > 0xdfff && point < 0x110000);
        assert_int_equal(utf8_len(slice_of(out, n)), lawful ? n : 0);
        assert_int_equal(utf8_len(slice_of(out, n - 1)), 0);
        assert_int_equal(utf8_read(slice_of(out, n), &back), lawful ? n : 0);
        assert_true(!lawful || back == point);
    }
}

/* Every string of up to four bytes from the edges of table 3-7, in every place of a block and
 * across two: the fast way says what the plain way says. */
static void blocks_say_what_characters_say(void **state)
{
    static const unsigned char edges[] = {0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf,
                                          0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed,
                                          0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff};
    enum { N = GW_COUNT(edges), LEN = 96 };
    char text[LEN];
    size_t valid = 0;
    (void)state;
    for (unsigned n = 0; n < N * N * N * N; n++) {
        size_t at = 27 + n % 37;
        memset(text, n % 3 == 0 ? 'a' : ' ', sizeof text);
        text[at] = (char)edges[n % N];
        text[at + 1] = (char)edges[n / N % N];
        text[at + 2] = (char)edges[n / N / N % N];
        text[at + 3] = (char)edges[n / N / N / N];
        bool want = utf8_is_valid_plainly(slice_of(text, LEN));
        assert_int_equal(utf8_is_valid(slice_of(text, LEN)), want);
        assert_int_equal(utf8_is_valid(slice_of(text, at + 4 > 64 ? at + 4 : 64)),
                         utf8_is_valid_plainly(slice_of(text, at + 4 > 64 ? at + 4 : 64)));
        valid += want;
        uint32_t point = 0, same = 0;
        struct slice some = slice_of(text, at + 1 + n % 4);
        assert_int_equal(utf8_read_at(some, at, &point), utf8_read(slice_from(some, at), &same));
        assert_true(utf8_len(slice_from(some, at)) == 0 || point == same);
    }
    assert_true(valid > 1000);
}

static void a_wrong_byte_anywhere_is_seen(void **state)
{
    static const char *const characters[] = {"a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
    uint32_t seed = 11;
    (void)state;
    for (unsigned n = 0; n < 4000; n++) {
        size_t len = 0, want = 64 + next(&seed) % 200;
        char *text = malloc(want + 4);
        assert_non_null(text);
        while (len < want) {
            const char *c = characters[next(&seed) % 4];
            memcpy(text + len, c, strlen(c));
            len += strlen(c);
        }
        text = realloc(text, len); /* a read behind the end is seen by the sanitizer */
        assert_non_null(text);
        assert_true(utf8_is_valid(slice_of(text, len)));
        text[next(&seed) % len] = (char)next(&seed);
        assert_int_equal(utf8_is_valid(slice_of(text, len)),
                         utf8_is_valid_plainly(slice_of(text, len)));
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(malformed_bytes_are_no_character),
        cmocka_unit_test(lengths_never_leave_the_text),
        cmocka_unit_test(every_character_comes_back),
        cmocka_unit_test(blocks_say_what_characters_say),
        cmocka_unit_test(a_wrong_byte_anywhere_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
