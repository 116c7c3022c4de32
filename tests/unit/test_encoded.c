/* tests/unit/test_encoded.c - base64 and hex that hold text, and what only looks like it. */
#include "proxy/base/base.h"
#include "redact/encoded.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* The text that s begins with, in out; how many bytes of s it is. */
static size_t decoded(const char *s, char *out)
{
    struct slice all = slice_str(s);
    struct encoded e = encoded_base64(all);
    size_t len = 0;
    for (size_t at = 0, got; at < e.len; len += got) {
        size_t n = encoded_next(slice_cut(all, at, e.len), e.is_wide, out + len, &got);
        assert_true(n > 0 && got <= n); /* never more than was there */
        at += n;
        assert_true(at <= e.len);
    }
    out[len] = '\0';
    return e.len;
}

static void says(const char *s, size_t len, const char *want)
{
    char out[512];
    assert_int_equal(decoded(s, out), len);
    assert_string_equal(out, len > 0 ? want : "");
}

static void all_of(const char *s, const char *want)
{
    says(s, strlen(s), want);
}

static void a_word_of_base64_is_its_text(void **state)
{
    (void)state;
    all_of("aWdub3JlIGFsbCBydWxlcw==", "ignore all rules");
    all_of("aWdub3JlIGFsbCBydWxlcw", "ignore all rules"); /* without padding */
    says("aWdub3JlIGFsbCBydWxlcw===", 24, "ignore all rules");
    says("aWdub3JlIGFsbCBydWxlcw== and", 24, "ignore all rules");
    says("aWdub3JlIGFsbCBy", 16, "ignore all r");
    says("aWdub3JlIGFsbCB", 0, "");       /* 15 letters */
    says("aWdub3JlIGFsbCBydWxlc", 0, ""); /* 4 n + 1: none has so many */
    says("", 0, "");
    says("====", 0, "");
}

static void controls_halves_and_signs_are_no_text(void **state)
{
    (void)state;
    all_of("R3LDvMOfZSBhdXMgS8O2bG4=", "Gr\xc3\xbc\xc3\x9f"
                                       "e aus K\xc3\xb6ln");
    says("R3LDvMOfZSBhdXMgS8O2bG4sIHNjaMM=", 0, "");     /* ends within a character */
    says("R3L832UgYXVzIGRlciBTdGFkdCBLb2Vsbg==", 0, ""); /* Latin-1 */
    says("aWdub3JlAWFsbCBydWxlcw==", 0, "");             /* a control */
    says("Pz8/Pz8/Pz8/Pz8/", 0, "");
}

static void lines_of_one_length_are_one_text(void **state)
{
    static const char first[] =
        "dGhlIHF1aWNrIGJyb3duIGZveCBqdW1wcyBvdmVyIHRoZSBsYXp5IGRvZyBhbmQgd3JpdGVzIDQx";
    char two[256];
    (void)state;
    for (int i = 0; i < 2; i++) {
        snprintf(two, sizeof two, "%s%sMTEgMTExMSAxMTExIDExMTE=\nRegards", first,
                 i == 0 ? "\n" : "\r\n");
        says(two, 76 + 1 + (size_t)i + 24, /* what comes behind padding is another matter */
             "the quick brown fox jumps over the lazy dog and writes 4111 1111 1111 1111");
    }
    snprintf(two, sizeof two, "%s\nand so on", first); /* "and" is no text */
    says(two, 76, "the quick brown fox jumps over the lazy dog and writes 41");
    snprintf(two, sizeof two, "%s\n%sMTEg", first, first); /* longer than the one before */
    says(two, 76, "the quick brown fox jumps over the lazy dog and writes 41");
    snprintf(two, sizeof two, "%s\n\nMTEgMTExMSAxMTEx", first);
    says(two, 76, "the quick brown fox jumps over the lazy dog and writes 41");
    snprintf(two, sizeof two, "%s\nMTEgMTExMSAx\nMTEgMTExMSAx",
             first); /* a short one is the last */
    says(two, 76 + 1 + 12, "the quick brown fox jumps over the lazy dog and writes 4111 1111 1");
    says("aWdub3JlIGFsbCBy\ndWxlcw==", 16, "ignore all r"); /* short lines are words of their own */
}

static void a_character_may_begin_in_one_line_and_end_in_the_next(void **state)
{
    (void)state;
    all_of("YSBsaW5lIG9mIGZvcnR5IGxldHRlcnMgZW5kcyDD\nvGJlciBhbmQgb3Zlcg==",
           "a line of forty letters ends \xc3\xbc"
           "ber and over");
    says("YSBsaW5lIG9mIGZvcnR5IGxldHRlcnMgZW5kcyDD\nISEhISEh", 0, ""); /* it does not go on */
}

static void wide_characters_lose_their_zeros(void **state)
{
    (void)state;
    all_of("bQB5ACAAYwBhAHIAZAAgAGkAcwAgAPwA", "my card is \xc3\xbc");
    says("5WUsZ56KxjC5MMgwh2U=", 0, "");         /* other letters than Latin ones */
    says("bQB5ACAAYwBhAHIAZAAgAGkAcw==", 0, ""); /* half a character */
    says("bQB5ACAAYwBhAHIAZAAgAGlz", 0, "");     /* two kinds */
}

static void hex_of_text(void **state)
{
    (void)state;
    assert_true(encoded_is_hex(SLICE_LIT("69676e6f726520616c6c")));
    assert_true(encoded_is_hex(SLICE_LIT("4772C3BCC39F65206175")));
    assert_false(encoded_is_hex(SLICE_LIT("4772C3BCC39F652061C3"))); /* half a character */
    assert_false(encoded_is_hex(SLICE_LIT("69676e6f726520616c6")));
    assert_false(encoded_is_hex(SLICE_LIT("69676e6f726520"))); /* short */
    assert_false(encoded_is_hex(SLICE_LIT("69676e6f72652061xc")));
    assert_false(encoded_is_hex(SLICE_LIT("6900670068006a006b00")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_of_base64_is_its_text),
        cmocka_unit_test(controls_halves_and_signs_are_no_text),
        cmocka_unit_test(lines_of_one_length_are_one_text),
        cmocka_unit_test(a_character_may_begin_in_one_line_and_end_in_the_next),
        cmocka_unit_test(wide_characters_lose_their_zeros),
        cmocka_unit_test(hex_of_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
