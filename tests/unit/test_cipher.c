/* tests/unit/test_cipher.c - audit/cipher.h: vectors of RFC 3394, 5869 and 7748, and every change
 * of a stream. */
#include "proxy/base/base.h"
#include "audit/cipher.h"
#include "proxy/base/secret.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void from_hex(const char *hex, unsigned char *out)
{
    for (size_t i = 0; hex[2 * i] != '\0'; i++) {
        unsigned byte = 0;
        assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
        out[i] = (unsigned char)byte;
    }
}

static struct slice bytes(const unsigned char *at, size_t len)
{
    return slice_of(at, len);
}

static void no_changed_stream_opens(void **state)
{
    static const unsigned char key[CIPHER_KEY] = {1};
    unsigned char other[CIPHER_KEY] = {2};
    struct buf sealed, out;
    (void)state;
    buf_init(&sealed, 1000);
    buf_init(&out, 1000);
    assert_true(gw_ok(cipher_stream(CIPHER_GCM, key, SLICE_LIT("x"), SLICE_LIT("text"), &sealed)));
    char *at = sealed.at + sealed.start;
    for (size_t i = 0; i < sealed.len; i++) {
        at[i] ^= 1;
        assert_int_equal(
            cipher_stream_open(CIPHER_GCM, key, SLICE_LIT("x"), buf_slice(&sealed), &out).code,
            GW_CORRUPT);
        at[i] ^= 1;
        assert_int_equal(cipher_stream_open(CIPHER_GCM, key, SLICE_LIT("x"),
                                            slice_cut(buf_slice(&sealed), 0, i), &out)
                             .code,
                         GW_CORRUPT);
    }
    assert_int_equal(
        cipher_stream_open(CIPHER_GCM, other, SLICE_LIT("x"), buf_slice(&sealed), &out).code,
        GW_CORRUPT);
    assert_int_equal(
        cipher_stream_open(CIPHER_GCM, key, SLICE_LIT("y"), buf_slice(&sealed), &out).code,
        GW_CORRUPT);
    assert_int_equal(
        cipher_stream_open(CIPHER_CHACHA, key, SLICE_LIT("x"), buf_slice(&sealed), &out).code,
        GW_CORRUPT);
    buf_free(&sealed);
    buf_free(&out);
}

/* At the chunks' edges; whole chunks cannot be dropped or swapped. */
static void streams_of_every_length(void **state)
{
    static const size_t lens[] = {0,
                                  1,
                                  CIPHER_CHUNK - 1,
                                  CIPHER_CHUNK,
                                  CIPHER_CHUNK + 1,
                                  2 * CIPHER_CHUNK,
                                  3 * CIPHER_CHUNK + 7};
    static const unsigned char key[CIPHER_KEY] = {3};
    const size_t whole = CIPHER_CHUNK + CIPHER_TAG;
    char *text = malloc(4 * CIPHER_CHUNK);
    struct buf sealed, out;
    (void)state;
    assert_non_null(text);
    memset(text, 'a', 4 * CIPHER_CHUNK);
    buf_init(&sealed, 8 * CIPHER_CHUNK);
    buf_init(&out, 8 * CIPHER_CHUNK);
    for (size_t i = 0; i < GW_COUNT(lens); i++) {
        buf_clear(&sealed);
        buf_clear(&out);
        struct slice in = slice_of(text, lens[i]), none = slice_of(NULL, 0);
        assert_true(gw_ok(cipher_stream(CIPHER_CHACHA, key, none, in, &sealed)));
        assert_int_equal(sealed.len, cipher_stream_bytes(lens[i]));
        assert_true(gw_ok(cipher_stream_open(CIPHER_CHACHA, key, none, buf_slice(&sealed), &out)));
        assert_true(slice_is(buf_slice(&out), in));
        if (sealed.len <= whole)
            continue;
        struct slice all = buf_slice(&sealed);
        assert_false(
            gw_ok(cipher_stream_open(CIPHER_CHACHA, key, none, slice_cut(all, 0, whole), &out)));
        buf_clear(&out);
        assert_false(
            gw_ok(cipher_stream_open(CIPHER_CHACHA, key, none, slice_from(all, whole), &out)));
    }
    buf_free(&sealed);
    buf_free(&out);
    free(text);
}

/* RFC 3394, 4.6. */
static void a_key_is_wrapped(void **state)
{
    unsigned char by[CIPHER_KEY], key[CIPHER_KEY], want[CIPHER_WRAPPED], got[CIPHER_WRAPPED];
    unsigned char back[CIPHER_KEY];
    (void)state;
    from_hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", by);
    from_hex("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f", key);
    from_hex("28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21",
             want);
    for (size_t i = 0; i < sizeof want; i++) {
        want[i] ^= 4;
        assert_int_equal(cipher_unwrap(by, want, back).code, GW_CORRUPT);
        want[i] ^= 4;
    }
    cipher_wrap(by, key, got);
    assert_memory_equal(got, want, sizeof want);
    assert_true(gw_ok(cipher_unwrap(by, want, back)));
    assert_memory_equal(back, key, sizeof key);
}

/* RFC 5869, A.1: the first 32 bytes. */
static void a_key_is_derived(void **state)
{
    unsigned char secret[22], salt[13], want[CIPHER_KEY], got[CIPHER_KEY];
    (void)state;
    memset(secret, 0x0b, sizeof secret);
    from_hex("000102030405060708090a0b0c", salt);
    from_hex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf", want);
    cipher_derive(bytes(secret, sizeof secret), bytes(salt, sizeof salt),
                  "\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9", got);
    assert_memory_equal(got, want, sizeof want);
}

/* RFC 7748, 6.1. */
static void two_share_a_secret(void **state)
{
    unsigned char a[CIPHER_KEY], b[CIPHER_KEY], want[CIPHER_KEY], got[CIPHER_KEY];
    static const unsigned char zero[CIPHER_KEY];
    (void)state;
    from_hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb", a);
    from_hex("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a", b);
    assert_int_equal(cipher_shared(a, zero, got).code, GW_REFUSED);
    assert_true(gw_ok(cipher_shared(a, b, got)));
    from_hex("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742", want);
    assert_memory_equal(got, want, sizeof want);
    from_hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f", want);
    cipher_public(a, got);
    assert_memory_equal(got, want, sizeof want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_changed_stream_opens), cmocka_unit_test(streams_of_every_length),
        cmocka_unit_test(a_key_is_wrapped),        cmocka_unit_test(a_key_is_derived),
        cmocka_unit_test(two_share_a_secret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
