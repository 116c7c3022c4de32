/* tests/unit/test_adrift.c - audit/adrift.h: the disk of the log fails, and no acknowledged record
 * is lost.
 *
 * This program's own openat, pwrite, fdatasync, fsync and syncfs stand in front of the library's
 * and fail for files of the log's directory, when they are told to; those of the spare directory
 * when that is told. What a failed sync should have kept stays where it is: that it is there twice
 * must do no harm. */
#include "proxy/base/base.h"
#include "audit/adrift.h"
#include "audit/jcs.h"
#include "audit/scan.h"
#include "audit/verify.h"
#include "proxy/base/log.h"
#include "tests/unit/log_rig.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

enum { SMALL = 64 * 1024 };

static struct clock hands;
static char spare[112], reason[256];
static bool own_makes_fail, own_writes_fail, own_syncs_fail, spare_fails;
static unsigned syncs_after; /* of a file whose sync has failed */
static ino_t failed;

static bool is_below(int fd, const char *folder)
{
    char link[40], path[256] = "";
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    return readlink(link, path, sizeof path - 1) > 0 && strncmp(path, folder, strlen(folder)) == 0;
}

static bool fails(int fd, bool own)
{
    bool is_bad = (own && is_below(fd, dir)) || (spare_fails && is_below(fd, spare));
    if (is_bad)
        errno = EIO;
    return is_bad;
}

int openat(int at, const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    unsigned mode = (flags & O_CREAT) != 0 ? va_arg(more, unsigned) : 0;
    va_end(more);
    bool is_made = (flags & O_CREAT) != 0 && fails(at, own_makes_fail);
    return is_made ? -1 : (int)syscall(SYS_openat, at, path, flags, mode);
}

ssize_t pwrite(int fd, const void *at, size_t n, off_t where)
{
    return fails(fd, own_writes_fail) ? -1 : (ssize_t)syscall(SYS_pwrite64, fd, at, n, where);
}

int fdatasync(int fd)
{
    struct stat st;
    assert_int_equal(fstat(fd, &st), 0);
    syncs_after += st.st_ino == failed;
    if (!fails(fd, own_syncs_fail))
        return (int)syscall(SYS_fdatasync, fd);
    failed = st.st_ino;
    return -1;
}

int fsync(int fd)
{
    return fails(fd, own_syncs_fail) ? -1 : (int)syscall(SYS_fsync, fd);
}

int syncfs(int fd)
{
    return fails(fd, own_syncs_fail) ? -1 : (int)syscall(SYS_syncfs, fd);
}

static int fresh(void **state)
{
    int has_failed = rig_memory(state);
    log_init(LOG_SILENT, "test", STDERR_FILENO);
    hands = (struct clock){.fake = true, .mono_ns = 5000000000, .wall_us = 1700000000000000};
    snprintf(spare, sizeof spare, "%s/spare", base);
    own_makes_fail = own_writes_fail = own_syncs_fail = spare_fails = false;
    syncs_after = 0;
    failed = 0;
    return has_failed;
}

static void pass(int64_t seconds)
{
    hands.mono_ns += seconds * 1000000000;
    hands.wall_us += seconds * 1000000;
}

static gw_result tried(struct audit_log **log)
{
    return rig_try(
        (struct audit_settings){.spare_dir = spare, .segment_bytes = SMALL, .clock = &hands},
        reason, sizeof reason, log);
}

static struct audit_log *opened(void)
{
    struct audit_log *log = NULL;
    if (!gw_ok(tried(&log)))
        fail_msg("open: %s", reason);
    return log;
}

static gw_result append(struct audit_log *log, unsigned n, uint64_t *last)
{
    const struct audit_record rec = {.type = RECORD_CONFIG_CHANGE};
    while (n-- > 0)
        TRY(audit_log_append(log, &rec, 1, last));
    return audit_log_sync(log);
}

static void run(const char *words)
{
    char line[600];
    snprintf(line, sizeof line, "D='%s'; S='%s'; %s", dir, spare, words);
    assert_int_equal(system(line), 0);
}

struct seen {
    uint64_t records, faults, seq;
};

static gw_result see(void *owner, const struct segment_frame *frame)
{
    struct seen *s = owner;
    struct slice type, ctr;
    uint64_t n = 0;
    s->records++;
    assert_true(gw_ok(jcs_text(frame->leaf, "type", &type)));
    if (!slice_is(type, SLICE_LIT("log.fault")))
        return gw_is(GW_OK);
    s->faults++;
    s->seq = frame->seq;
    assert_true(gw_ok(jcs_find(frame->leaf, "ctr", &ctr)) && gw_ok(jcs_u64(ctr, "errno", &n)));
    assert_int_equal(n, EIO);
    return gw_is(GW_OK);
}

static struct seen read_all(void)
{
    struct seen s = {.records = 0};
    struct scan_end end;
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(gw_ok(scan_walk(fd, 0, see, &s, &end)));
    assert_int_equal(end.state, SCAN_CLEAN);
    close(fd);
    return s;
}

static void assert_intact(void)
{
    struct verify_report report;
    const struct verify_options options = {.clock = &hands};
    verify_run(dir, &options, &report);
    if (report.code != VERIFY_INTACT)
        fail_msg("verify: %s at %llu", report.reason, (unsigned long long)report.seq);
}

static void without_a_second_disk_that_works_it_stops(void **state)
{
    uint64_t seq;
    struct audit_log *log = rig_log(dir, &hands, SMALL);
    (void)state;
    own_syncs_fail = true;
    assert_int_equal(append(log, 3, &seq).code, GW_UNAVAILABLE);
    audit_log_close(log);
    own_syncs_fail = false;
    log = opened();
    own_syncs_fail = spare_fails = true;
    assert_int_equal(append(log, 3, &seq).code, GW_UNAVAILABLE);
    assert_non_null(strstr(audit_log_reason(log), "sync of the segment: Input/output error"));
    audit_log_close(log);
    assert_int_equal(tried(&log).code, GW_IO); /* a spare that cannot be written is told at once */
    assert_non_null(strstr(reason, "audit.spare_dir"));
}

static void the_logs_own_directory_is_no_second_one(void **state)
{
    struct audit_log *log = NULL;
    (void)state;
    snprintf(spare, sizeof spare, "%s", dir);
    assert_int_equal(tried(&log).code, GW_REFUSED);
    assert_non_null(strstr(reason, "the log's own directory"));
}

static void what_was_not_acknowledged_is_written_anew(bool *what)
{
    uint64_t seq;
    struct audit_log *log = opened();
    assert_true(gw_ok(append(log, 10, &seq)));
    *what = true;
    assert_true(gw_ok(append(log, 5, &seq)));
    assert_int_equal(seq, 15);
    assert_int_equal(rig_segment_count(spare), 1);
    assert_int_equal(failed != 0, what == &own_syncs_fail);
    for (unsigned i = 0; i < 20; i++) { /* over several segments */
        assert_true(gw_ok(append(log, 40, &seq)));
        pass(2);
        assert_true(gw_ok(audit_log_tick(log, false)));
    }
    assert_true(rig_segment_count(spare) > 2);
    audit_log_close(log);
    assert_int_equal(syncs_after, 0);
    *what = false;
    log = opened();
    assert_int_equal(rig_segment_count(spare), 0);
    assert_true(gw_ok(append(log, 1, &seq)));
    audit_log_close(log);
    struct seen s = read_all();
    assert_int_equal(s.records, 1 + 10 + 5 + 1 + 800 + 1 + 1 + 1 + 1); /* a fault, two lives */
    assert_int_equal(s.faults, 1);
    assert_int_equal(s.seq, 16);
    assert_intact();
}

static void a_sync_that_fails(void **state)
{
    (void)state;
    what_was_not_acknowledged_is_written_anew(&own_syncs_fail);
}

static void a_write_that_fails(void **state)
{
    (void)state;
    what_was_not_acknowledged_is_written_anew(&own_writes_fail);
}

static void the_next_segment_cannot_be_made(void **state)
{
    uint64_t seq = 0;
    struct audit_log *log = opened();
    (void)state;
    assert_true(gw_ok(append(log, 100, &seq)));
    own_makes_fail = true;
    for (unsigned i = 0; i < 10; i++)
        assert_true(gw_ok(append(log, 60, &seq)));
    assert_true(rig_segment_count(spare) > 0);
    audit_log_close(log);
    own_makes_fail = false;
    log = opened();
    audit_log_close(log);
    assert_int_equal(read_all().faults, 1);
    assert_intact();
}

static void it_goes_home_when_its_own_disk_works_again(void **state)
{
    uint64_t seq;
    struct audit_log *log = opened();
    (void)state;
    own_syncs_fail = true;
    assert_true(gw_ok(append(log, 5, &seq)));
    pass(70);
    assert_true(gw_ok(audit_log_tick(log, false))); /* looked, and it does not */
    own_syncs_fail = false;
    pass(30);
    assert_true(gw_ok(audit_log_tick(log, false))); /* not looked yet */
    pass(40);
    assert_int_equal(audit_log_tick(log, false).code, GW_UNAVAILABLE);
    assert_non_null(strstr(audit_log_reason(log), "works again"));
    audit_log_close(log);
    log = opened();
    audit_log_close(log);
    assert_int_equal(read_all().faults, 1);
    assert_intact();
}

/* A crash between taking home and letting go. */
static void taken_home_twice_it_is_there_once(void **state)
{
    uint64_t seq;
    struct audit_log *log = opened();
    (void)state;
    own_syncs_fail = true;
    assert_true(gw_ok(append(log, 400, &seq)) && gw_ok(append(log, 400, &seq)));
    audit_log_close(log);
    own_syncs_fail = false;
    run("cp -r $S $S.old && cp -r $D $D.old && cp $D.pem.signed $D.old.signed");
    log = opened();
    audit_log_close(log);
    uint64_t all = read_all().records;
    run("cp $D/seg/*.seg $D.old/seg/ && rm -r $D $S && mv $D.old $D && mv $S.old $S && mv "
        "$D.old.signed $D.pem.signed");
    log = opened();
    audit_log_close(log);
    assert_int_equal(rig_segment_count(spare), 0);
    assert_in_range(read_all().records, all, all + 2);
    assert_intact();
}

static void what_is_not_its_own_is_not_taken(void **state)
{
    uint64_t seq;
    struct audit_log *log = opened();
    (void)state;
    own_syncs_fail = true;
    assert_true(gw_ok(append(log, 5, &seq)));
    audit_log_close(log);
    own_syncs_fail = false;
    run("cp -r $S $S.keep; sed -i s/node1/node2/ $S/LOG");
    assert_int_equal(tried(&log).code, GW_REFUSED);
    assert_non_null(strstr(reason, "another log's"));
    run("rm -r $S; cp -r $S.keep $S; printf x | dd of=$(ls $S/seg/*.seg | head -1) conv=notrunc "
        "2>/dev/null");
    assert_int_equal(tried(&log).code, GW_CORRUPT);
    run("rm -r $S; cp -r $S.keep $S");
    run("mv $D/spare_dir $D.spare_dir");
    log = rig_log(dir, &hands, SMALL); /* somebody who did not know of it */
    assert_true(gw_ok(append(log, 5, &seq)));
    audit_log_close(log);
    assert_int_equal(tried(&log).code, GW_REFUSED);
    assert_non_null(strstr(reason, "has gone on without"));
}

/* Three records, of which the last two lie in the spare directory. */
static void leave_some_there(void)
{
    uint64_t seq;
    struct audit_log *log = opened();
    own_syncs_fail = true;
    assert_true(gw_ok(append(log, 1, &seq)));
    audit_log_close(log);
    own_syncs_fail = false;
    assert_int_equal(rig_segment_count(spare), 1);
}

static void assert_home(void)
{
    assert_int_equal(rig_segment_count(spare), 0);
    assert_int_equal(read_all().faults, 1);
    assert_intact();
}

/* A verb that is run by hand. */
static void who_does_not_know_the_configuration_takes_them_home(void **state)
{
    (void)state;
    leave_some_there();
    audit_log_close(rig_log(dir, &hands, SMALL));
    assert_home();
}

static void what_lies_where_it_was_configured_before_comes_home(void **state)
{
    char before[112];
    (void)state;
    leave_some_there();
    snprintf(before, sizeof before, "%s", spare);
    snprintf(spare, sizeof spare, "%s/other", base);
    audit_log_close(opened());
    snprintf(spare, sizeof spare, "%s", before);
    assert_home();
    run("test \"$(cat $D/spare_dir)\" = \"$(realpath $D/../other)\"");
}

static void without_one_any_more_they_come_home_and_it_is_forgotten(void **state)
{
    struct audit_log *log = NULL;
    const struct audit_settings none = {.spare_dir = "", .segment_bytes = SMALL, .clock = &hands};
    (void)state;
    leave_some_there();
    run("cp -r $D $D.old");
    assert_true(gw_ok(rig_try(none, reason, sizeof reason, &log)));
    audit_log_close(log);
    assert_home();
    run("test ! -e $D/spare_dir");
    run("rm -r $S && cp $D.old/spare_dir $D/"); /* it is gone itself */
    audit_log_close(rig_log(dir, &hands, SMALL));
    run("test ! -e $S && mkdir $S && mkdir $S/seg && touch $S/seg/$(printf '%020d' 7).seg");
    assert_int_equal(rig_try(none, reason, sizeof reason, &log).code, GW_REFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(without_a_second_disk_that_works_it_stops, fresh, rig_gone),
        cmocka_unit_test_setup_teardown(the_logs_own_directory_is_no_second_one, fresh, rig_gone),
        cmocka_unit_test_setup_teardown(what_is_not_its_own_is_not_taken, fresh, rig_gone),
        cmocka_unit_test_setup_teardown(who_does_not_know_the_configuration_takes_them_home, fresh,
                                        rig_gone),
        cmocka_unit_test_setup_teardown(what_lies_where_it_was_configured_before_comes_home, fresh,
                                        rig_gone),
        cmocka_unit_test_setup_teardown(without_one_any_more_they_come_home_and_it_is_forgotten,
                                        fresh, rig_gone),
        cmocka_unit_test_setup_teardown(a_sync_that_fails, fresh, rig_gone),
        cmocka_unit_test_setup_teardown(a_write_that_fails, fresh, rig_gone),
        cmocka_unit_test_setup_teardown(the_next_segment_cannot_be_made, fresh, rig_gone),
        cmocka_unit_test_setup_teardown(it_goes_home_when_its_own_disk_works_again, fresh,
                                        rig_gone),
        cmocka_unit_test_setup_teardown(taken_home_twice_it_is_there_once, fresh, rig_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
