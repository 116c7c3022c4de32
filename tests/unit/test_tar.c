/* tests/unit/test_tar.c - audit/tar.h: what it writes, the tar of the system reads. */
#include "proxy/base/base.h"
#include "audit/tar.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void a_name_too_long_is_refused(void **state)
{
    char name[TAR_NAME + 1];
    struct buf out;
    (void)state;
    buf_init(&out, 1 << 20);
    memset(name, 'n', sizeof name);
    name[TAR_NAME] = '\0';
    assert_int_equal(tar_add(&out, name, SLICE_LIT("x"), false, 0).code, GW_BAD);
    assert_int_equal(buf_slice(&out).len, 0);
    buf_free(&out);
}

static void blocks_are_whole_and_the_sum_is_right(void **state)
{
    struct buf out;
    unsigned sum = 0;
    (void)state;
    buf_init(&out, 1 << 20);
    assert_true(gw_ok(tar_add(&out, "a/b.txt", SLICE_LIT("hello"), true, 1700000000)));
    assert_true(gw_ok(tar_add(&out, "empty", SLICE_LIT(""), false, -1)));
    assert_true(gw_ok(tar_end(&out)));
    struct slice s = buf_slice(&out);
    assert_int_equal(s.len, 5 * TAR_BLOCK);
    for (size_t i = 0; i < TAR_BLOCK; i++)
        sum += i >= 148 && i < 156 ? ' ' : (unsigned char)s.at[i];
    assert_int_equal(strtoul(s.at + 148, NULL, 8), sum);
    assert_int_equal(strtoul(s.at + 124, NULL, 8), 5);
    assert_int_equal(strtoul(s.at + 136, NULL, 8), 1700000000);
    assert_memory_equal(s.at + 257, "ustar\00000", 8);
    assert_memory_equal(s.at + TAR_BLOCK, "hello\0", 6);
    FILE *p = popen("tar tvf - > /dev/null", "w");
    assert_non_null(p);
    assert_int_equal(fwrite(s.at, 1, s.len, p), s.len);
    assert_int_equal(pclose(p), 0);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_too_long_is_refused),
        cmocka_unit_test(blocks_are_whole_and_the_sum_is_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
