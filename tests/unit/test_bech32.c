/* tests/unit/test_bech32.c - audit/bech32.h: BIP 173's own texts, and what must not pass. */
#include "proxy/base/base.h"
#include "audit/bech32.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void other_texts_are_refused(void **state)
{
    /* of BIP 173's list: wrong sum, mixed case, a letter that is none, no sum, no prefix */
    static const char *const bad[] = {"A12UEL5M", "A12uEL5L", "a12uel5l1", "a12b",
                                      "12uel5l",  "b12uel5l", "a12uel5",   "",
                                      "a",        "a1",       "a12ueb5l",  "a12uel5\xff"};
    unsigned char out[1];
    (void)state;
    for (size_t i = 0; i < GW_COUNT(bad); i++)
        assert_int_equal(bech32_read(slice_str(bad[i]), SLICE_LIT("a"), out, 0).code, GW_BAD);
    char long_text[400];
    memset(long_text, 'q', sizeof long_text);
    assert_false(gw_ok(bech32_read(slice_of(long_text, sizeof long_text), SLICE_LIT("a"), out, 0)));
}

static void the_texts_of_the_standard(void **state)
{
    static const char text[] = "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw";
    unsigned char out[20];
    struct buf b;
    (void)state;
    assert_true(gw_ok(bech32_read(SLICE_LIT("A12UEL5L"), SLICE_LIT("a"), out, 0)));
    assert_true(gw_ok(bech32_read(slice_str(text), SLICE_LIT("abcdef"), out, sizeof out)));
    assert_int_equal(out[0], 0);
    assert_int_equal(out[1], 0x44);
    assert_int_equal(out[19], 0xdf);
    assert_false(gw_ok(bech32_read(slice_str(text), SLICE_LIT("abcdef"), out, 19)));
    assert_false(gw_ok(bech32_read(slice_str(text), SLICE_LIT("abcde"), out, sizeof out)));
    buf_init(&b, 200);
    assert_true(gw_ok(bech32_write(SLICE_LIT("abcdef"), out, sizeof out, &b)));
    assert_true(slice_is(buf_slice(&b), slice_str(text)));
    buf_free(&b);
}

static void every_length_comes_back(void **state)
{
    unsigned char in[BECH32_MOST + 1], out[BECH32_MOST + 1];
    struct buf b;
    (void)state;
    buf_init(&b, 400);
    for (size_t i = 0; i < sizeof in; i++)
        in[i] = (unsigned char)(i * 37 + 11);
    for (size_t len = 0; len <= BECH32_MOST; len++) {
        buf_clear(&b);
        assert_true(gw_ok(bech32_write(SLICE_LIT("age"), in, len, &b)));
        assert_true(gw_ok(bech32_read(buf_slice(&b), SLICE_LIT("age"), out, len)));
        assert_memory_equal(in, out, len);
    }
    assert_int_equal(bech32_write(SLICE_LIT("age"), in, BECH32_MOST + 1, &b).code, GW_TOO_BIG);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_texts_are_refused),
        cmocka_unit_test(the_texts_of_the_standard),
        cmocka_unit_test(every_length_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
