/* tests/unit/test_binary.c - proxy/llm/binary.h: what letters decode to, not what they are called.
 */
#include "proxy/base/base.h"
#include "proxy/llm/binary.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* The base64 of s, `line` letters a line (0: one line); NUL behind it. */
static struct slice encoded(struct slice s, size_t line, bool is_url, char *to)
{
    const char *letters = is_url
                              ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
                              : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = 0, column = 0;
    for (size_t i = 0; i < s.len; i += 3) {
        uint32_t bits = 0;
        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (i + k < s.len ? (unsigned char)s.at[i + k] : 0);
        for (size_t k = 0; k < 4; k++) {
            to[n++] = i + k > s.len ? '=' : letters[bits >> (18 - 6 * k) & 63];
            if (line > 0 && ++column % line == 0)
                to[n++] = '\n';
        }
    }
    to[n] = '\0';
    return slice_of(to, n);
}

static void text_in_base64_is_no_binary(void **state)
{
    static const char *const texts[] = {
        "a card number is 4111 1111 1111 1111",
        "Grüße aus Köln, schöne Grüße auch von Jörg",
        "送金先の口座は次のとおりです",
        "{\"mail\":\"ada@example.com\",\"note\":\"\\u00e9\"}\r\n\t\f",
    };
    char long_text[1200], to[2048];
    (void)state;
    for (size_t i = 0; i < GW_COUNT(texts); i++)
        for (size_t line = 0; line <= 76; line += 38) {
            assert_false(binary_is_base64(encoded(slice_str(texts[i]), line, false, to)));
            assert_false(binary_is_base64(encoded(slice_str(texts[i]), line, true, to)));
        }
    for (size_t shift = 0; shift < 4; shift++) { /* characters across the seams of blocks */
        memset(long_text, 'a', shift);
        for (size_t i = shift; i + 3 <= sizeof long_text; i += 3)
            memcpy(long_text + i, "\xe2\x82\xac", 3);
        size_t len = shift + (sizeof long_text - shift) / 3 * 3;
        assert_false(binary_is_base64(encoded(slice_of(long_text, len), 0, false, to)));
        assert_true(binary_is_base64(encoded(slice_of(long_text, len - 1), 0, false, to)));
    }
}

static void one_byte_that_no_text_has_makes_it_binary(void **state)
{
    static const char odd[] = {'\0', '\x01', '\x0b', '\x1b', '\x7f', '\x80', '\xff'};
    char bytes[700], to[1024];
    (void)state;
    for (size_t at = 0; at < sizeof bytes; at += 233)
        for (size_t k = 0; k < sizeof odd; k++) {
            memset(bytes, 'x', sizeof bytes);
            bytes[at] = odd[k];
            assert_true(binary_is_base64(encoded(slice_of(bytes, sizeof bytes), 76, k % 2, to)));
        }
}

static void short_ones_and_other_letters_are_none(void **state)
{
    (void)state;
    assert_false(binary_is_base64(SLICE_LIT("")));
    assert_false(binary_is_base64(SLICE_LIT("================================================")));
    assert_false(binary_is_base64(SLICE_LIT("/////////////////////////////")));
    assert_true(binary_is_base64(SLICE_LIT("////////////////////////////////")));
    assert_false(binary_is_base64(SLICE_LIT("//////////////// ///////////////")));
    assert_false(binary_is_base64(SLICE_LIT("ada@example.com/////////////////////////")));
}

static void a_url_is_binary_by_its_letters(void **state)
{
    char to[256], url[512];
    (void)state;
    struct slice text = encoded(SLICE_LIT("name,card\nada,4111111111111111\n"), 0, false, to);
    static const char *const types[] = {
        "application/json", "application/csv",          "image/svg+xml",
        "TEXT/plain",       "application/octet-stream", "image/png"};
    for (size_t i = 0; i < GW_COUNT(types); i++) {
        snprintf(url, sizeof url, "data:%s;base64,%s", types[i], text.at);
        assert_false(binary_is_url(slice_str(url)));
    }
    snprintf(url, sizeof url, "data:image/png;base64,%s",
             "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAA=");
    assert_true(binary_is_url(slice_str(url)));
    snprintf(url, sizeof url, "data:text/png;base64,%s",
             "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAA=");
    assert_false(binary_is_url(slice_str(url)));
    assert_false(binary_is_url(SLICE_LIT("https://example.com/iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_in_base64_is_no_binary),
        cmocka_unit_test(one_byte_that_no_text_has_makes_it_binary),
        cmocka_unit_test(short_ones_and_other_letters_are_none),
        cmocka_unit_test(a_url_is_binary_by_its_letters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
