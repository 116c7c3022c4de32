/* tests/unit/test_spare.c - the next segment lies ready, is taken as it is, and none is left. */
#include "proxy/base/base.h"
#include "audit/segment.h"
#include "audit/spare.h"
#include "audit/state.h"
#include "audit/verify.h"
#include "tests/unit/log_rig.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SMALL = 256 << 10 };

static struct clock hands = {.fake = true, .mono_ns = 5000000000, .wall_us = 1790000000000000};

static bool is_there(const char *name)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return access(path, F_OK) == 0;
}

static void wait_until_made(struct spare *s)
{
    for (unsigned i = 0; s->is_asked && atomic_load(&s->made) == 0 && i < 10000; i++)
        usleep(1000);
}

static void none_is_taken_that_is_not_there(void **state)
{
    struct spare s = {0};
    int fd = -1;
    (void)state;
    assert_int_equal(mkdir(dir, 0700), 0);
    int at = open(dir, O_RDONLY | O_DIRECTORY);
    assert_int_equal(spare_take(&s, 7, &fd).code, GW_NOT_FOUND);
    spare_ask(&s, at, SMALL);
    wait_until_made(&s);
    assert_true(is_there("seg/spare"));
    segment_spare_drop(at); /* somebody else did */
    assert_int_equal(spare_take(&s, 7, &fd).code, GW_NOT_FOUND);
    spare_ask(&s, -1, SMALL); /* no folder to make it in */
    wait_until_made(&s);
    assert_int_equal(spare_take(&s, 7, &fd).code, GW_NOT_FOUND);
    spare_end(&s);
    close(at);
}

static void it_is_full_of_zeros_and_has_its_number(void **state)
{
    static char zeros[SMALL];
    struct spare s = {0};
    int fd = -1;
    (void)state;
    assert_int_equal(mkdir(dir, 0700), 0);
    int at = open(dir, O_RDONLY | O_DIRECTORY);
    spare_ask(&s, at, SMALL);
    wait_until_made(&s);
    assert_true(gw_ok(spare_take(&s, 7, &fd)));
    assert_true(is_there("seg/00000000000000000007.seg") && !is_there("seg/spare"));
    memset(zeros, 'x', sizeof zeros);
    assert_int_equal(read(fd, zeros, sizeof zeros), SMALL);
    assert_true(segment_is_zero(slice_of(zeros, sizeof zeros)));
    close(fd);
    spare_ask(&s, at, SMALL);
    spare_end(&s);
    assert_false(is_there("seg/spare"));
    close(at);
}

static void append(struct audit_log *log)
{
    struct audit_record rec = {.type = RECORD_EXCHANGE_BLOCK, .out = "blocked"};
    uint64_t seq;
    for (unsigned i = 0; i < 20; i++) {
        record_xid(1000, &log->salts, rec.xid);
        assert_true(gw_ok(audit_log_append(log, &rec, 1, &seq)));
    }
    assert_true(gw_ok(audit_log_sync(log)) && gw_ok(audit_log_tick(log, false)));
}

/* Asked for when half of a segment is full, not before; taken when it is all full. */
static void a_log_goes_on_in_what_lies_ready(void **state)
{
    struct verify_report report;
    const struct verify_options options = {.clock = &hands};
    struct audit_log *log = rig_log(dir, &hands, SMALL);
    struct stat made, taken;
    char path[200];
    (void)state;
    for (unsigned n = 0; n < 3; n++) {
        uint64_t first = log->segment;
        assert_false(log->spare.is_asked || is_there("seg/spare"));
        while (!log->asked_spare)
            append(log);
        assert_true(log->file.at * 2 > SMALL && log->segment == first);
        wait_until_made(&log->spare);
        snprintf(path, sizeof path, "%s/seg/spare", dir);
        assert_int_equal(stat(path, &made), 0);
        while (log->segment == first)
            append(log);
        assert_int_equal(fstat(log->file.fd, &taken), 0);
        assert_true(made.st_ino == taken.st_ino);
    }
    while (!log->asked_spare)
        append(log);
    audit_log_close(log);
    assert_false(is_there("seg/spare"));
    verify_run(dir, &options, &report);
    assert_int_equal(report.code, VERIFY_INTACT);
}

/* One that a crash has left is not trusted. */
static void what_a_crash_has_left_is_dropped(void **state)
{
    char line[300];
    struct audit_log *log = rig_log(dir, &hands, SMALL);
    (void)state;
    audit_log_close(log);
    snprintf(line, sizeof line, "echo no zeros > %s/seg/spare", dir);
    assert_int_equal(system(line), 0);
    log = rig_log(dir, &hands, SMALL);
    assert_false(is_there("seg/spare"));
    audit_log_close(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(none_is_taken_that_is_not_there, rig_folder, rig_gone),
        cmocka_unit_test_setup_teardown(it_is_full_of_zeros_and_has_its_number, rig_folder,
                                        rig_gone),
        cmocka_unit_test_setup_teardown(a_log_goes_on_in_what_lies_ready, rig_folder, rig_gone),
        cmocka_unit_test_setup_teardown(what_a_crash_has_left_is_dropped, rig_folder, rig_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
