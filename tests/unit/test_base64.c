/* tests/unit/test_base64.c - RFC 4648, section 10, and everything that a writer would not write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proxy/base/base.h"

#include "audit/base64.h"

static const char *const plain[] = {"", "f", "fo", "foo", "foob", "fooba", "foobar"};
static const char *const coded[] = {"", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};

static gw_result read_into(const char *text, char *out, size_t room, size_t *len)
{
    return base64_read(slice_str(text), out, room, len);
}

static void test_what_no_writer_writes_is_refused(void **state)
{
    static const char *const bad[] = {"Z",        "Zg",         "Zg=",  "Zg===",   "====", "Z===",
                                      "=g==",     "Zh==",       "Zm9=", "Zm9v\n",  "Zm-_", "Zm 9",
                                      "Zg==Zg==", "Zm\xc3\xa9", "Z=g=", "Zm9vZg=a"};
    char out[16];
    size_t len = 99;
    (void)state;
    for (size_t i = 0; i < GW_COUNT(bad); i++)
        assert_int_equal(read_into(bad[i], out, sizeof out, &len).code, GW_BAD);
    assert_int_equal(base64_read(slice_of("Zm\0v", 4), out, sizeof out, &len).code, GW_BAD);
    assert_int_equal(len, 99);
}

static void test_a_room_too_small_is_refused(void **state)
{
    char out[8];
    size_t len = 0;
    (void)state;
    assert_int_equal(read_into("Zm9vYg==", out, 3, &len).code, GW_TOO_BIG);
    assert_int_equal(read_into("Zm9v", out, 2, &len).code, GW_TOO_BIG);
    assert_true(gw_ok(read_into("Zm9vYg==", out, 4, &len)));
    assert_int_equal(len, 4);
}

static void test_the_vectors_of_the_standard(void **state)
{
    (void)state;
    for (size_t i = 0; i < GW_COUNT(plain); i++) {
        char text[16], back[8];
        size_t len = 0;
        base64_write(plain[i], strlen(plain[i]), text);
        assert_string_equal(text, coded[i]);
        assert_int_equal(strlen(text), BASE64_LEN(strlen(plain[i])));
        assert_true(gw_ok(read_into(coded[i], back, sizeof back, &len)));
        assert_int_equal(len, strlen(plain[i]));
        assert_memory_equal(back, plain[i], len);
    }
}

static void test_every_byte_comes_back(void **state)
{
    unsigned char all[256], back[256];
    char text[BASE64_LEN(sizeof all) + 1];
    (void)state;
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (unsigned char)(i * 167 + 13);
    for (size_t n = 0; n <= sizeof all; n++) {
        size_t len = 0;
        base64_write(all, n, text);
        assert_true(gw_ok(base64_read(slice_str(text), back, sizeof back, &len)));
        assert_int_equal(len, n);
        assert_memory_equal(back, all, n);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_no_writer_writes_is_refused),
        cmocka_unit_test(test_a_room_too_small_is_refused),
        cmocka_unit_test(test_the_vectors_of_the_standard),
        cmocka_unit_test(test_every_byte_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
