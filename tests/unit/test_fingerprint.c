/* tests/unit/test_fingerprint.c - proxy/base/fingerprint.h: any difference shows, whatever the
 * length. */
#include "proxy/base/base.h"
#include "proxy/base/fingerprint.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct fingerprint of(const struct fingerprint_key *key, struct slice a, struct slice b)
{
    const struct slice parts[] = {a, b};
    return fingerprint_of(key, parts, 2);
}

static bool is_same(struct fingerprint a, struct fingerprint b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static const size_t lengths[] = {1,    15,   16,   127,  128,  129,  1984,
                                 2000, 2047, 2048, 2049, 4096, 5000, 70001};

/* A text of exactly so many bytes: a read beyond is seen by the sanitizer. */
static char *text_of(size_t len)
{
    char *text = malloc(len);
    assert_non_null(text);
    for (size_t i = 0; i < len; i++)
        text[i] = (char)(i * 7 + i / 256);
    return text;
}

static void test_one_bit_anywhere_is_another_text(void **state)
{
    struct fingerprint_key *key = fingerprint_key_new();
    (void)state;
    for (size_t k = 0; k < GW_COUNT(lengths); k++) {
        size_t len = lengths[k];
        char *text = text_of(len);
        struct fingerprint plain = of(key, slice_of(text, len), SLICE_LIT("key"));
        for (size_t i = 0; i < len; i += i % 64 == 0 && i + 66 < len && len > 300 ? 61 : 1) {
            text[i] = (char)(text[i] ^ (1 << i % 8));
            assert_false(is_same(plain, of(key, slice_of(text, len), SLICE_LIT("key"))));
            text[i] = (char)(text[i] ^ (1 << i % 8));
        }
        assert_true(is_same(plain, of(key, slice_of(text, len), SLICE_LIT("key"))));
        free(text);
    }
    fingerprint_key_free(key);
}

/* What fills the last block is no part of the text, and blocks have their places. */
static void test_zeros_and_order_count(void **state)
{
    static char zeros[5000];
    struct fingerprint_key *key = fingerprint_key_new();
    struct slice none = SLICE_LIT("");
    (void)state;
    for (size_t n = 128; n < 160; n++)
        assert_false(
            is_same(of(key, slice_of(zeros, n), none), of(key, slice_of(zeros, n + 1), none)));
    assert_false(
        is_same(of(key, slice_of(zeros, 2048), none), of(key, slice_of(zeros, 4096), none)));
    char *text = text_of(4096);
    struct fingerprint before = of(key, slice_of(text, 4096), none);
    memcpy(zeros, text, 2048);
    memmove(text, text + 2048, 2048);
    memcpy(text + 2048, zeros, 2048);
    assert_false(is_same(before, of(key, slice_of(text, 4096), none)));
    /* the words of a pair change places; so do two pairs */
    free(text);
    text = text_of(256);
    before = of(key, slice_of(text, 256), none);
    for (size_t with = 8; with <= 16; with += 8) {
        char other[256];
        memcpy(other, text, 256);
        memcpy(other, text + with, 8);
        memcpy(other + with, text, 8);
        assert_false(is_same(before, of(key, slice_of(other, 256), none)));
    }
    free(text);
    fingerprint_key_free(key);
}

/* Within one block nothing but the lengths says where a part ends. */
static void test_short_parts_do_not_run_together(void **state)
{
    static const char zeros[64];
    struct fingerprint_key *key = fingerprint_key_new();
    const struct slice none = SLICE_LIT("");
    (void)state;
    for (size_t a = 0; a <= 48; a++)
        for (size_t b = 0; b <= 48; b++) {
            if (a == 16 && b == 16)
                continue;
            assert_false(is_same(of(key, slice_of(zeros, a), slice_of(zeros, b)),
                                 of(key, slice_of(zeros, 16), slice_of(zeros, 16))));
        }
    struct fingerprint one = fingerprint_of(key, &none, 1), two = of(key, none, none);
    assert_false(is_same(one, two));
    assert_false(is_same(one, fingerprint_of(key, NULL, 0)));
    fingerprint_key_free(key);
}

static void test_parts_do_not_run_together(void **state)
{
    struct fingerprint_key *key = fingerprint_key_new();
    char *text = text_of(5000);
    (void)state;
    for (size_t cut = 1; cut < 4999; cut += 97)
        assert_false(
            is_same(of(key, slice_of(text, cut), slice_of(text + cut, 5000 - cut)),
                    of(key, slice_of(text, cut + 1), slice_of(text + cut + 1, 4999 - cut))));
    assert_false(is_same(of(key, slice_of(text, 5000), SLICE_LIT("")),
                         of(key, SLICE_LIT(""), slice_of(text, 5000))));
    free(text);
    fingerprint_key_free(key);
}

/* Beyond the room for sums: still told apart. */
static void test_more_than_the_most(void **state)
{
    struct fingerprint_key *key = fingerprint_key_new();
    size_t len = FINGERPRINT_MOST;
    char *text = text_of(len);
    (void)state;
    struct slice all = slice_of(text, len);
    struct fingerprint f = of(key, all, all);
    text[len - 1] ^= 1;
    assert_false(is_same(f, of(key, all, all)));
    text[len - 1] ^= 1;
    assert_true(is_same(f, of(key, all, all)));
    assert_false(is_same(f, of(key, all, slice_cut(all, 0, len - 1))));
    free(text);
    fingerprint_key_free(key);
}

static void test_another_key_is_another_fingerprint(void **state)
{
    struct fingerprint_key *a = fingerprint_key_new(), *b = fingerprint_key_new();
    char *text = text_of(300);
    (void)state;
    assert_false(is_same(of(a, slice_of(text, 300), SLICE_LIT("")),
                         of(b, slice_of(text, 300), SLICE_LIT(""))));
    free(text);
    fingerprint_key_free(a);
    fingerprint_key_free(b);
    fingerprint_key_free(NULL);
}

/* What replicas with the same secret must agree on. */
static void test_the_same_secret_is_the_same_key(void **state)
{
    struct secret_key *one = secret_key_from(SLICE_LIT("a secret")),
                      *same = secret_key_from(SLICE_LIT("a secret")),
                      *other = secret_key_from(SLICE_LIT("another"));
    struct fingerprint_key *a = fingerprint_key_from(one), *b = fingerprint_key_from(same),
                           *c = fingerprint_key_from(other);
    char *text = text_of(5000);
    (void)state;
    for (size_t len = 2; len <= 5000; len += 833) {
        struct slice s = slice_of(text, len), none = SLICE_LIT("");
        assert_true(is_same(of(a, s, none), of(b, s, none)));
        assert_false(is_same(of(a, s, none), of(c, s, none)));
    }
    free(text);
    fingerprint_key_free(a);
    fingerprint_key_free(b);
    fingerprint_key_free(c);
    secret_key_free(one);
    secret_key_free(same);
    secret_key_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_bit_anywhere_is_another_text),
        cmocka_unit_test(test_zeros_and_order_count),
        cmocka_unit_test(test_short_parts_do_not_run_together),
        cmocka_unit_test(test_parts_do_not_run_together),
        cmocka_unit_test(test_more_than_the_most),
        cmocka_unit_test(test_another_key_is_another_fingerprint),
        cmocka_unit_test(test_the_same_secret_is_the_same_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
