/* tests/unit/test_crc32c.c - both ways of the checksum agree, at every length and every cut. */
#include "proxy/base/base.h"
#include "proxy/base/crc32c.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_known_values(void **state)
{
    char zeros[32] = {0};
    (void)state;
    /* RFC 3720, B.4: 32 bytes of zeroes; and the customary check value */
    assert_int_equal(crc32c_add(0, slice_of(zeros, sizeof zeros)), 0x8a9136aa);
    assert_int_equal(crc32c_add(0, SLICE_LIT("123456789")), 0xe3069283);
    assert_int_equal(crc32c_add_portable(0, SLICE_LIT("123456789")), 0xe3069283);
    assert_int_equal(crc32c_add(0, slice_of(zeros, 0)), 0);
}

static void test_both_ways_agree_at_every_length_and_cut(void **state)
{
    char text[100];
    (void)state;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)(i * 37 + 11);
    for (size_t n = 0; n <= sizeof text; n++) {
        uint32_t whole = crc32c_add_portable(0, slice_of(text, n));
        assert_int_equal(crc32c_add(0, slice_of(text, n)), whole);
        for (size_t cut = 0; cut <= n; cut++) {
            uint32_t first = crc32c_add(0, slice_of(text, cut));
            assert_int_equal(crc32c_add(first, slice_of(text + cut, n - cut)), whole);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_values),
        cmocka_unit_test(test_both_ways_agree_at_every_length_and_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
