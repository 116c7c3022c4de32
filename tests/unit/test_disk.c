/* tests/unit/test_disk.c - folders read and removed, bytes overwritten: and what is not there, or
 * not asked for. Writing through a power cut: tests/flow/test_powercut.py. */
#include "proxy/base/base.h"
#include "audit/disk.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>

static char base[] = "/tmp/bulla-disk-XXXXXX";
static int dir;

static int open_dir(void **state)
{
    (void)state;
    dir = mkdtemp(base) == NULL ? -1 : open(base, O_RDONLY | O_DIRECTORY);
    return dir < 0;
}

static int close_dir(void **state)
{
    (void)state;
    close(dir);
    return rmdir(base);
}

struct heard {
    size_t count, most;
    char last[32];
};

static gw_result hear(void *heard, int folder, const char *name)
{
    struct heard *h = heard;
    assert_int_equal(faccessat(folder, name, F_OK, 0), 0);
    snprintf(h->last, sizeof h->last, "%.31s", name);
    return gw_is(++h->count == h->most ? GW_REFUSED : GW_OK);
}

static gw_result fill(int at, const char *path, struct slice bytes)
{
    int fd;
    gw_result r = disk_fill(at, path, bytes, &fd);
    if (gw_ok(r))
        close(fd);
    return r;
}

static void a_folder_that_is_not_there_is_empty(void **state)
{
    struct heard h = {0};
    (void)state;
    assert_true(gw_ok(disk_each(dir, "none", hear, &h)));
    assert_int_equal(h.count, 0);
    assert_true(gw_ok(disk_remove_dir(dir, "none")));
}

static void what_is_no_folder_is_an_error(void **state)
{
    struct heard h = {0};
    (void)state;
    assert_true(gw_ok(fill(dir, "file", SLICE_LIT("x"))));
    assert_int_equal(disk_each(dir, "file", hear, &h).code, GW_IO);
    assert_int_equal(unlinkat(dir, "file", 0), 0);
}

static void names_are_told_until_somebody_refuses(void **state)
{
    struct heard all = {0}, two = {.most = 2};
    (void)state;
    assert_true(gw_ok(fill(dir, "f/a", SLICE_LIT("1"))));
    assert_true(gw_ok(fill(dir, "f/b", SLICE_LIT("2"))));
    assert_true(gw_ok(fill(dir, "f/.hidden", SLICE_LIT("3"))));
    assert_true(gw_ok(fill(dir, "f/c", SLICE_LIT("4"))));
    assert_true(gw_ok(disk_each(dir, "f", hear, &all)));
    assert_int_equal(all.count, 3);
    assert_int_equal(disk_each(dir, "f", hear, &two).code, GW_REFUSED);
    assert_int_equal(two.count, 2);
    assert_int_equal(disk_remove_dir(dir, "f").code,
                     GW_IO); /* what is hidden stays, and its folder */
    assert_int_equal(unlinkat(dir, "f/.hidden", 0), 0);
    assert_true(gw_ok(disk_remove_dir(dir, "f")));
    assert_int_not_equal(faccessat(dir, "f", F_OK, 0), 0);
}

static void these_bytes_are_zeros_and_no_others(void **state)
{
    enum { SIZE = 10000, FROM = 17, LEN = 9001 };
    static char bytes[SIZE];
    struct buf back;
    (void)state;
    memset(bytes, 'x', sizeof bytes);
    assert_true(gw_ok(fill(dir, "z", slice_of(bytes, sizeof bytes))));
    int fd = openat(dir, "z", O_RDWR);
    assert_true(gw_ok(disk_zero(fd, FROM, LEN)));
    assert_true(gw_ok(disk_zero(fd, SIZE - 1, 0)));
    close(fd);
    buf_init(&back, 2 * SIZE);
    assert_true(gw_ok(disk_read(dir, "z", &back)));
    assert_int_equal(back.len, SIZE);
    memset(bytes + FROM, 0, LEN);
    assert_memory_equal(back.at, bytes, SIZE);
    buf_free(&back);
    fd = openat(dir, "z", O_RDONLY);
    assert_int_equal(disk_zero(fd, 0, 1).code, GW_IO);
    close(fd);
    assert_int_equal(unlinkat(dir, "z", 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_folder_that_is_not_there_is_empty),
        cmocka_unit_test(what_is_no_folder_is_an_error),
        cmocka_unit_test(names_are_told_until_somebody_refuses),
        cmocka_unit_test(these_bytes_are_zeros_and_no_others),
    };
    return cmocka_run_group_tests(tests, open_dir, close_dir);
}
