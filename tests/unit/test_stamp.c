/* tests/unit/test_stamp.c - a number that changes with the files: proxy/main/stamp.h. */
#include "proxy/base/base.h"
#include "proxy/main/stamp.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char dir[] = "/tmp/bulla-stamp-XXXXXX";
static const char *const names[] = {"cert", "key", "config", "policy", "keys"};

static int begin(void **state)
{
    (void)state;
    return mkdtemp(dir) == NULL || chdir(dir) != 0;
}

static int finish(void **state)
{
    (void)state;
    for (size_t i = 0; i < GW_COUNT(names); i++)
        unlink(names[i]);
    unlink("new");
    return chdir("/") != 0 || rmdir(dir) != 0;
}

static void touch(const char *name, time_t s, long ns)
{
    const struct timespec times[2] = {{s, ns}, {s, ns}};
    FILE *f = fopen(name, "a");
    assert_non_null(f);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(utimensat(AT_FDCWD, name, times, 0), 0);
}

static struct config config_of(const char **policies)
{
    static struct config_listen listen[1];
    struct config c = {.listen = listen, .listen_count = 1, .policy_files = policies};
    listen[0].tls.certificate = SLICE_LIT("cert");
    listen[0].tls.key = SLICE_LIT("key");
    c.file = SLICE_LIT("config");
    c.keys = SLICE_LIT("keys");
    c.policies.n = 1;
    return c;
}

/* Each file, by its time to the nanosecond, its inode, its being there. */
static void every_file_counts(void **state)
{
    const char *policies[] = {"policy"};
    const struct config c = config_of(policies);
    (void)state;
    for (size_t i = 0; i < GW_COUNT(names); i++)
        touch(names[i], 1000, 5);
    for (size_t i = 0; i < GW_COUNT(names); i++) {
        uint64_t files = stamp_files(&c), pairs = stamp_pairs(&c);
        bool is_pair = i < 2;
        assert_true(files == stamp_files(&c) && pairs == stamp_pairs(&c));
        touch(names[i], 1000, 6);
        assert_true(stamp_files(&c) != files);
        assert_int_equal(stamp_pairs(&c) != pairs, is_pair);
        touch(names[i], 1000, 5);
        assert_true(stamp_files(&c) == files && stamp_pairs(&c) == pairs);
        touch("new", 1000, 5); /* another file of the same time */
        assert_int_equal(rename("new", names[i]), 0);
        assert_true(stamp_files(&c) != files);
        files = stamp_files(&c);
        assert_int_equal(unlink(names[i]), 0);
        assert_true(stamp_files(&c) != files);
        touch(names[i], 1000, 5);
    }
}

static void what_is_not_configured_counts_for_nothing(void **state)
{
    const struct config c = {.listen_count = 0};
    (void)state;
    assert_true(stamp_files(&c) == stamp_pairs(&c));
    assert_true(stamp_names() == stamp_names());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_file_counts),
        cmocka_unit_test(what_is_not_configured_counts_for_nothing),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
