/* tests/unit/test_direct.c - audit/direct.h: what is added in odd pieces, over closings and
 * openings, is what the file holds, and zeros behind. */
#include "proxy/base/base.h"
#include "audit/direct.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_BYTES = 3 << 20, ODD_BYTES = FILE_BYTES + 100 };

static int scratch(int flags)
{
    char path[] = "/tmp/bulla-direct-XXXXXX";
    int fd = mkstemp(path), same = open(path, flags | O_CLOEXEC);
    assert_true(fd >= 0 && same >= 0);
    close(fd);
    unlink(path);
    return same;
}

/* Another way in to the same file, through the cache. */
static int again(int fd, int flags)
{
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int same = open(path, flags | O_CLOEXEC);
    assert_true(same >= 0);
    return same;
}

static char letter(size_t i)
{
    return (char)('a' + i * 7 % 26);
}

static void holds(int fd, size_t written, size_t size)
{
    struct stat st;
    char *all = malloc(size);
    assert_non_null(all);
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_size, size);
    assert_int_equal(pread(fd, all, size, 0), size);
    for (size_t i = 0; i < size; i++)
        if (all[i] != (i < written ? letter(i) : 0))
            fail_msg("byte %zu of %zu is wrong", i, written);
    free(all);
}

static void pieces_add_up(size_t size, bool reopens)
{
    static const size_t lens[] = {1, 4095, 4096, 4097, 8192, 100, 70000, 3, 12345, 4091, 5};
    char *text = malloc(FILE_BYTES);
    struct direct d;
    size_t at = 0;
    int fd = scratch(O_RDWR), reader = again(fd, O_RDONLY);
    assert_non_null(text);
    for (size_t i = 0; i < FILE_BYTES; i++)
        text[i] = letter(i);
    assert_true(gw_ok(direct_zero(fd, size)));
    holds(reader, 0, size);
    assert_true(gw_ok(direct_open(&d, fd, 0)));
    for (size_t i = 0; i < 2 * GW_COUNT(lens); i++) {
        size_t len = lens[i % GW_COUNT(lens)];
        assert_true(gw_ok(direct_add(&d, slice_of(text + at, len))));
        at += len;
        assert_int_equal(d.at, at);
        holds(reader, at, size);
        if (!reopens)
            continue;
        direct_close(&d);
        assert_true(gw_ok(direct_open(&d, again(reader, O_RDWR), at)));
    }
    assert_true(gw_ok(direct_add(&d, slice_of(text + at, FILE_BYTES - at)))); /* to the last byte */
    holds(reader, FILE_BYTES, size);
    direct_close(&d);
    close(reader);
    free(text);
}

/* Pieces that wait are in the file after the flush, and not before. */
static void what_waits_is_written_at_once(void **state)
{
    static const size_t lens[] = {1, 5000, 3, 200000, 4096, 91};
    struct direct d;
    size_t at = 0, written = 0;
    int fd = scratch(O_RDWR), reader = again(fd, O_RDONLY);
    (void)state;
    assert_true(gw_ok(direct_zero(fd, FILE_BYTES)));
    assert_true(gw_ok(direct_open(&d, fd, 0)));
    for (size_t i = 0; i < 3 * GW_COUNT(lens); i++) {
        char *to;
        size_t len = lens[i % GW_COUNT(lens)];
        assert_true(gw_ok(direct_room(&d, len + 10, &to)));
        for (size_t k = 0; k < len; k++)
            to[k] = letter(at + k);
        direct_wrote(&d, len); /* less than there was room for */
        at += len;
        assert_int_equal(d.at + d.waits, at);
        holds(reader, written, FILE_BYTES);
        if (i % 4 != 3)
            continue;
        assert_true(gw_ok(direct_flush(&d)));
        written = at;
        holds(reader, written, FILE_BYTES);
        assert_true(gw_ok(direct_flush(&d))); /* nothing waits */
        holds(reader, written, FILE_BYTES);
    }
    direct_close(&d);
    close(reader);
}

static void odd_pieces_add_up(void **state)
{
    (void)state;
    pieces_add_up(FILE_BYTES, false);
    pieces_add_up(FILE_BYTES, true);
}

static void a_file_that_is_no_whole_number_of_blocks_keeps_its_size(void **state)
{
    (void)state;
    pieces_add_up(ODD_BYTES, false);
    pieces_add_up(ODD_BYTES, true);
}

static void a_file_that_cannot_be_written_is_an_error(void **state)
{
    struct direct d;
    int fd = scratch(O_RDWR), reader = again(fd, O_RDONLY);
    (void)state;
    assert_true(gw_ok(direct_zero(fd, FILE_BYTES)));
    assert_int_equal(direct_zero(reader, FILE_BYTES).code, GW_IO);
    assert_true(gw_ok(direct_open(&d, reader, 0)));
    assert_int_equal(direct_add(&d, SLICE_LIT("x")).code, GW_IO);
    holds(reader, 0, FILE_BYTES);
    direct_close(&d);
    close(fd);
}

static void a_limit_inside_a_block_is_told_as_one(void **state)
{
    struct rlimit before, small;
    int fd = scratch(O_RDWR);
    (void)state;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = (struct rlimit){.rlim_cur = 100000, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    gw_result r = direct_zero(fd, FILE_BYTES);
    int why = errno;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(r.code, GW_IO);
    assert_int_equal(why, EFBIG);
    close(fd);
}

static void a_place_behind_the_end_is_an_error(void **state)
{
    struct direct d;
    int fd = scratch(O_RDWR);
    (void)state;
    assert_true(gw_ok(direct_zero(fd, DIRECT_BLOCK)));
    assert_int_equal(direct_open(&d, fd, 2 * DIRECT_BLOCK + 7).code, GW_IO);
    assert_int_equal(d.fd, -1);
    close(fd); /* still ours */
    assert_int_equal(direct_open(&d, -1, 0).code, GW_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(odd_pieces_add_up),
        cmocka_unit_test(what_waits_is_written_at_once),
        cmocka_unit_test(a_file_that_is_no_whole_number_of_blocks_keeps_its_size),
        cmocka_unit_test(a_file_that_cannot_be_written_is_an_error),
        cmocka_unit_test(a_limit_inside_a_block_is_told_as_one),
        cmocka_unit_test(a_place_behind_the_end_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
