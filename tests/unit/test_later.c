/* tests/unit/test_later.c - what is written together is made durable together: each file and each
 * folder by its own sync, once, or all by one; and an error of any of them is told. */
#include "proxy/base/base.h"
#include "audit/later.h"
#include "tests/unit/log_rig.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { INODES = 512 };

static int place;
static struct later later;
static ino_t synced[INODES];
static unsigned sync_count, all_count;
static ino_t broken; /* its sync fails */
static bool is_all_broken;

/* --- in place of the library's ---------------------------------------------------------------- */

int fsync(int fd)
{
    struct stat st;
    assert_int_equal(fstat(fd, &st), 0);
    if (sync_count < INODES)
        synced[sync_count++] = st.st_ino;
    if (st.st_ino != broken)
        return (int)syscall(SYS_fsync, fd);
    errno = EIO;
    return -1;
}

int syncfs(int fd)
{
    all_count++;
    if (!is_all_broken)
        return (int)syscall(SYS_syncfs, fd);
    errno = EIO;
    return -1;
}

/* --- */

static ino_t inode(const char *path)
{
    struct stat st;
    assert_int_equal(fstatat(place, path, &st, 0), 0);
    return st.st_ino;
}

static unsigned times(const char *path)
{
    unsigned n = 0;
    for (unsigned i = 0; i < sync_count; i++)
        n += synced[i] == inode(path);
    return n;
}

static void write_one(const char *path)
{
    assert_true(gw_ok(later_write(&later, place, path, SLICE_LIT("bytes\n"))));
}

static void forget(void)
{
    sync_count = all_count = 0;
    broken = 0;
    is_all_broken = false;
}

static void each_file_and_each_folder_is_synced_once(void **state)
{
    (void)state;
    write_one("tile/0/000");
    write_one("tile/0/001");
    write_one("tile/0/002.p/17");
    write_one("checkpoint");
    forget(); /* the new folders' own */
    assert_true(gw_ok(later_sync(&later, place)));
    assert_int_equal(sync_count, 4 + 3);
    assert_int_equal(all_count, 0);
    assert_int_equal(times("tile/0/000"), 1);
    assert_int_equal(times("tile/0/001"), 1);
    assert_int_equal(times("tile/0/002.p/17"), 1);
    assert_int_equal(times("checkpoint"), 1);
    assert_int_equal(times("tile/0"), 1);
    assert_int_equal(times("tile/0/002.p"), 1);
    assert_int_equal(times("."), 1);
    forget(); /* and no more */
    assert_true(gw_ok(later_sync(&later, place)));
    assert_int_equal(sync_count + all_count, 0);
}

static void write_many(void)
{
    char path[40];
    for (int i = 0; i <= LATER_FILES; i++) {
        snprintf(path, sizeof path, "many/%03d", i);
        write_one(path);
    }
    forget();
}

static void too_many_are_synced_by_one_word(void **state)
{
    char path[40];
    (void)state;
    write_many();
    assert_true(gw_ok(later_sync(&later, place)));
    assert_int_equal(all_count, 1);
    for (int i = 0; i <= LATER_DIRS; i++) {
        snprintf(path, sizeof path, "wide/%03d/x", i);
        write_one(path);
    }
    forget();
    assert_true(gw_ok(later_sync(&later, place)));
    assert_int_equal(all_count, 1);
    write_one("few/x"); /* that was that time */
    forget();
    assert_true(gw_ok(later_sync(&later, place)));
    assert_int_equal(all_count, 0);
    assert_int_equal(sync_count, 2);
}

static void an_error_is_told(void **state)
{
    const char *const paths[] = {"bad/a", "bad/b", "bad"};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(paths); i++) {
        write_one("bad/a");
        write_one("bad/b");
        forget();
        broken = inode(paths[i]);
        errno = 0;
        assert_int_equal(later_sync(&later, place).code, GW_IO);
        assert_int_equal(errno, EIO);
    }
    write_many();
    is_all_broken = true;
    errno = 0;
    assert_int_equal(later_sync(&later, place).code, GW_IO);
    assert_int_equal(errno, EIO);
    forget();
    assert_int_equal(later_write(&later, place, "bad/a/b", SLICE_LIT("x")).code, GW_IO);
    assert_true(gw_ok(later_sync(&later, place))); /* nothing waits */
    assert_int_equal(sync_count, 0);
}

static int begin(void **state)
{
    assert_int_equal(rig_memory(state), 0);
    place = open(base, O_RDONLY | O_DIRECTORY);
    return place < 0;
}

static int end(void **state)
{
    later_drop(&later);
    close(place);
    return rig_gone(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_file_and_each_folder_is_synced_once),
        cmocka_unit_test(too_many_are_synced_by_one_word),
        cmocka_unit_test(an_error_is_told),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
