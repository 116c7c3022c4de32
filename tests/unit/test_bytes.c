/* tests/unit/test_bytes.c - proxy/base/bytes.h: the fast way says what the plain way says. */
#include "proxy/base/base.h"
#include "proxy/base/bytes.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { ROUNDS = 3000, MOST = 400 };

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void make_classes(struct bytes_classes *c, uint32_t *seed)
{
    for (unsigned i = 0; i < 256; i++)
        c->row[i / 16][i % 16] = (uint8_t)(next(seed) & next(seed));
    c->rows = (uint16_t)next(seed);
    c->high = (uint8_t)(next(seed) & next(seed));
    c->count = (uint8_t)(next(seed) % (BYTES_CLASSES + 1));
}

/* Text without the byte behind its end: a read beyond is seen by the sanitizer. */
static char *make_text(size_t len, uint32_t *seed)
{
    char *text = malloc(len + (len == 0));
    assert_non_null(text);
    bool plain = next(seed) % 2 == 0;
    for (size_t i = 0; i < len; i++)
        text[i] = (char)(plain && next(seed) % 40 != 0 ? 'a' : (char)next(seed));
    return text;
}

static void classes_are_those_of_the_plain_way(void **state)
{
    uint32_t seed = 7;
    (void)state;
    for (unsigned n = 0; n < ROUNDS; n++) {
        struct bytes_block want[MOST / BYTES_BLOCK + 1], is[MOST / BYTES_BLOCK + 1];
        struct bytes_block words[MOST / BYTES_BLOCK + 1];
        struct bytes_classes c;
        size_t len = next(&seed) % MOST, blocks = (len + BYTES_BLOCK - 1) / BYTES_BLOCK;
        char *text = make_text(len, &seed);
        make_classes(&c, &seed);
        memset(want, 0xA5, sizeof want);
        memset(is, 0xA5, sizeof is);
        memset(words, 0xA5, sizeof words);
        bytes_classify_plainly(slice_of(text, len), &c, want);
        bytes_classify(slice_of(text, len), &c, is);
        bytes_classify_by_words(slice_of(text, len), &c, words);
        assert_memory_equal(want, is, blocks * sizeof *is);
        assert_memory_equal(want, words, blocks * sizeof *words);
        free(text);
    }
}

static void a_class_holds_its_bytes_and_no_other(void **state)
{
    const struct bytes_classes c = {
        .row = {[2] = {[15] = BYTES_CLASS(1)}}, .rows = 1 << 2, .high = BYTES_CLASS(0), .count = 2};
    struct bytes_block b[2];
    char text[70];
    (void)state;
    memset(text, 'a', sizeof text);
    text[3] = '/';
    text[63] = (char)0x80;
    text[69] = '/';
    bytes_classify(slice_of(text, sizeof text), &c, b);
    assert_true(b[0].in[0] == 1ull << 63 && b[0].in[1] == 1u << 3);
    assert_true(b[1].in[0] == 0 && b[1].in[1] == 1u << 5);
}

static void the_first_odd_byte_is_found(void **state)
{
    static const char odd[] = {'"', '\\', 0, 0x1F, '\n', (char)0x80, (char)0xFF};
    static const char even[] = {' ', '!', '#', '[', ']', 0x7F, '/'};
    char text[150];
    (void)state;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = even[i % sizeof even];
    struct slice all = slice_of(text, sizeof text);
    assert_int_equal(bytes_find_special(all, true), sizeof text);
    assert_int_equal(bytes_find_special_near(all), sizeof text);
    assert_int_equal(bytes_find_special_near((struct slice){NULL, 0}), 0);
    for (size_t i = 0; i < sizeof text; i++)
        for (size_t k = 0; k < sizeof odd; k++) {
            char was = text[i];
            size_t narrow = (unsigned char)odd[k] >= 0x80 ? sizeof text : i;
            text[i] = odd[k];
            assert_int_equal(bytes_find_special(all, true), i);
            assert_int_equal(bytes_find_special_plainly(all, true), i);
            assert_int_equal(bytes_find_special_near(all), i);
            assert_int_equal(bytes_find_special_near(slice_of(text, i)), i);
            assert_int_equal(bytes_find_special_near(slice_of(text, i + 1)), i);
            assert_int_equal(bytes_find_special(all, false), narrow);
            assert_int_equal(bytes_find_special_plainly(all, false), narrow);
            text[i] = was;
        }
    assert_int_equal(bytes_find_special(slice_of(text, 0), true), 0);
}

static void the_first_ascii_byte_is_found(void **state)
{
    char text[40];
    (void)state;
    for (size_t len = 0; len <= sizeof text; len++) {
        memset(text, 0x80, sizeof text);
        assert_int_equal(bytes_find_ascii(slice_of(text, len)), len);
        for (size_t i = 0; i < len; i++) {
            text[i] = 0x7F;
            assert_int_equal(bytes_find_ascii(slice_of(text, len)), i);
            text[i] = (char)0x80;
        }
    }
}

static void copies_up_to_the_stop(void **state)
{
    uint32_t seed = 5;
    (void)state;
    for (unsigned round = 0; round < ROUNDS; round++) {
        size_t len = next(&seed) % 90, n = 0;
        char *text = make_text(len, &seed), *to = malloc(len + (len == 0));
        assert_non_null(to);
        for (size_t i = 0; i < len; i++) /* neighbours of the stop, and sometimes the stop */
            text[i] = (char)('\\' + (int)(next(&seed) % (round % 2 == 0 ? 40 : 3)) - 1);
        while (n < len && text[n] != '\\')
            n++;
        assert_int_equal(bytes_copy_until(to, slice_of(text, len), '\\'), n);
        assert_memory_equal(to, text, n);
        free(text);
        free(to);
    }
}

static void skips_to_what_ends_a_string(void **state)
{
    static const char odd[] = "\\\\\\\\\"/bfnrtu\n\x1f\x80 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    uint32_t seed = 9;
    (void)state;
    for (unsigned round = 0; round < 4 * ROUNDS; round++) {
        size_t len = next(&seed) % 120;
        char *text = make_text(len, &seed);
        bool escaped = false, plainly = false;
        for (size_t i = 0; i < len; i++)
            text[i] = odd[next(&seed) % (round % 3 == 0 ? 12 : sizeof odd - 1)];
        for (size_t i = 0; round % 2 == 0 && i + 1 < len; i++) /* mostly escapes that are fine */
            if (text[i] == '\\' || text[i] == '"')
                memcpy(text + i++, "\\n", 2);
        size_t n = bytes_skip_string(slice_of(text, len), &escaped);
        assert_int_equal(n, bytes_skip_string_plainly(slice_of(text, len), &plainly));
        assert_int_equal(escaped, plainly);
        free(text);
    }
}

static void numbers_stand_with_their_lowest_byte_first(void **state)
{
    unsigned char at[9] = {0};
    (void)state;
    bytes_put_int(at, UINT64_C(0x8877665544332211), 8);
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(at[i], 0x11 * (i + 1));
    assert_int_equal(at[8], 0);
    assert_true(bytes_int(at, 8) == UINT64_C(0x8877665544332211));
    assert_true(bytes_int(at, 3) == 0x332211);
    assert_true(bytes_int(at, 1) == 0x11);
    bytes_put_int(at, UINT64_C(0xffeeddcc), 2);
    assert_int_equal(at[1], 0xdd);
    assert_int_equal(at[2], 0x33);
}

static void letters_of_base64_count_what_they_are_worth(void **state)
{
    static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    (void)state;
    for (int c = 0; c < 256; c++) {
        char plain = c == '-' ? '+' : c == '_' ? '/' : (char)c; /* the other alphabet */
        size_t at = slice_find_byte(SLICE_LIT(set), plain);
        assert_int_equal(bytes_base64((char)c), at == SIZE_MAX ? -1 : (int)at);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_up_to_the_stop),
        cmocka_unit_test(skips_to_what_ends_a_string),
        cmocka_unit_test(numbers_stand_with_their_lowest_byte_first),
        cmocka_unit_test(classes_are_those_of_the_plain_way),
        cmocka_unit_test(a_class_holds_its_bytes_and_no_other),
        cmocka_unit_test(the_first_odd_byte_is_found),
        cmocka_unit_test(the_first_ascii_byte_is_found),
        cmocka_unit_test(letters_of_base64_count_what_they_are_worth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
