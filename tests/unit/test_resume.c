/* tests/unit/test_resume.c - audit/resume.h: a large log is opened without reading all of it, and
 * misses nothing that is open or in force. */
#include "proxy/base/base.h"
#include "audit/resume.h"
#include "audit/disk.h"
#include "audit/jcs.h"
#include "audit/scan.h"
#include "audit/verify.h"
#include "proxy/base/bytes.h"
#include "proxy/base/crc32c.h"
#include "tests/unit/log_rig.h"
#include <fcntl.h>
#include <sys/stat.h>

enum { SMALL = 16 * 1024 };

static struct clock hands;
static char reason[256];

static int fresh(void **state)
{
    hands = (struct clock){.fake = true, .mono_ns = 5000000000, .wall_us = 1700000000000000};
    return rig_memory(state);
}

static struct audit_log *opened(void)
{
    return rig_log(dir, &hands, SMALL);
}

static gw_result tried(struct audit_log **log)
{
    return rig_try((struct audit_settings){.segment_bytes = SMALL, .clock = &hands}, reason,
                   sizeof reason, log);
}

static uint64_t append(struct audit_log *log, const struct audit_record *rec)
{
    uint64_t seq;
    assert_true(gw_ok(audit_log_append(log, rec, 1, &seq)));
    return seq;
}

static uint64_t change(struct audit_log *log, enum record_type type, unsigned char hash)
{
    struct audit_record rec = {.type = type};
    memset(rec.pol.at, hash, sizeof rec.pol.at);
    return append(log, &rec);
}

/* Records for that many segments; a heartbeat each. */
static void fill(struct audit_log *log, unsigned segments)
{
    const struct audit_record rec = {.type = RECORD_CONFIG_CHANGE};
    for (unsigned i = 0; i < segments; i++) {
        for (unsigned n = 0; n < 70; n++)
            (void)append(log, &rec);
        assert_true(gw_ok(audit_log_sync(log)));
        hands.mono_ns += 61000000000;
        hands.wall_us += 61000000;
        assert_true(gw_ok(audit_log_tick(log, true)));
    }
}

static uint64_t start_of(uint64_t size)
{
    uint64_t from = 99;
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(gw_ok(resume_from(fd, size, &from)));
    close(fd);
    return from;
}

/* A byte of the first leaf there is another one, as if it had been written so. */
static void change_leaf(const char *segment)
{
    char head[SEGMENT_HEAD], leaf[4096], path[200];
    snprintf(path, sizeof path, "%s/%s", dir, segment);
    int fd = open(path, O_RDWR);
    assert_int_equal(pread(fd, head, sizeof head, 0), sizeof head);
    size_t len = bytes_int(head + 16, 4);
    assert_int_equal(pread(fd, leaf, len, SEGMENT_HEAD), len);
    char *at = strstr(leaf, "\"bld\":\"t\"");
    assert_non_null(at);
    at[7] = 'u';
    bytes_put_int(head + 28, crc32c_add(crc32c_add(0, slice_of(head, 28)), slice_of(leaf, len)), 4);
    assert_int_equal(pwrite(fd, head, sizeof head, 0), sizeof head);
    assert_int_equal(pwrite(fd, leaf, len, SEGMENT_HEAD), len);
    close(fd);
}

static void what_was_signed_and_is_another_is_refused(void **state)
{
    char name[SEGMENT_NAME];
    struct audit_log *log = opened();
    (void)state;
    fill(log, 24);
    audit_log_close(log);
    struct segment_list list = rig_segments(dir);
    assert_true(list.count > RESUME_SEGMENTS + 3);
    segment_name(list.first[list.count - 3], name);
    change_leaf(name);
    assert_int_equal(tried(&log).code, GW_CORRUPT);
    assert_non_null(strstr(reason, "not those that were signed"));
    segment_list_free(&list);
}

/* What is far behind is not read: `verify` does. */
static void a_large_log_is_not_read_from_its_beginning(void **state)
{
    const struct verify_options options = {.clock = &hands};
    struct verify_report report;
    struct audit_log *log = opened();
    (void)state;
    fill(log, 24);
    audit_log_close(log);
    uint64_t size = 24 * 71 + 2;
    assert_true(start_of(size) > 0);
    change_leaf("seg/00000000000000000000.seg");
    log = opened();
    audit_log_close(log);
    verify_run(dir, &options, &report);
    assert_int_equal(report.code, VERIFY_TAMPERED);
}

static void a_small_log_and_one_that_says_nothing_are_read_whole(void **state)
{
    struct audit_log *log = opened();
    const struct audit_record rec = {.type = RECORD_CONFIG_CHANGE};
    (void)state;
    fill(log, 3);
    assert_int_equal(start_of(100), 0);
    while (rig_segment_count(dir) < 2 * RESUME_SEGMENTS) /* and no heartbeat any more */
        (void)append(log, &rec);
    assert_true(gw_ok(audit_log_sync(log)));
    assert_int_equal(start_of(UINT64_MAX), 0);
    audit_log_close(log);
}

struct told {
    uint64_t ref;
    unsigned unknown;
};

static gw_result see_unknown(void *owner, const struct segment_frame *frame)
{
    struct told *t = owner;
    struct slice out, ref;
    if (!gw_ok(jcs_text(frame->leaf, "out", &out)) ||
        !slice_is(out, SLICE_LIT("unknown_after_crash")))
        return gw_is(GW_OK);
    t->unknown++;
    assert_true(gw_ok(jcs_find(frame->leaf, "ref", &ref)));
    return slice_u64(slice_cut(ref, 1, ref.len - 1), &t->ref);
}

/* The log goes on without its key's owner: what a crash leaves. */
static void crash(struct audit_log *log)
{
    char line[700];
    assert_true(gw_ok(audit_log_sync(log)));
    snprintf(line, sizeof line, "cp -r %s %s.crash && cp %s.pem.signed %s.keep", dir, dir, dir,
             dir);
    assert_int_equal(system(line), 0);
    audit_log_close(log);
    snprintf(line, sizeof line, "rm -r %s && mv %s.crash %s && mv %s.keep %s.pem.signed", dir, dir,
             dir, dir, dir);
    assert_int_equal(system(line), 0);
}

static void what_was_begun_long_ago_gets_its_end(void **state)
{
    struct audit_record begin = {.type = RECORD_EXCHANGE_BEGIN};
    struct told told = {.unknown = 0};
    struct scan_end end;
    struct audit_log *log = opened();
    (void)state;
    record_xid(5, &(struct secret_pool){.left = 0}, begin.xid);
    uint64_t seq = append(log, &begin);
    fill(log, 24);
    crash(log);
    log = opened();
    audit_log_close(log);
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(gw_ok(scan_walk(fd, 0, see_unknown, &told, &end)));
    close(fd);
    assert_int_equal(told.unknown, 1);
    assert_int_equal(told.ref, seq);
}

static void what_is_in_force_since_long_is_known(void **state)
{
    struct audit_log *log = opened();
    (void)state;
    uint64_t policy = change(log, RECORD_POLICY_CHANGE, 1);
    uint64_t config = change(log, RECORD_CONFIG_CHANGE, 2);
    fill(log, 24);
    audit_log_close(log);
    for (int i = 0; i < 2; i++) { /* a start tells it on */
        log = opened();
        assert_int_equal(change(log, RECORD_POLICY_CHANGE, 1), policy);
        assert_int_equal(change(log, RECORD_CONFIG_CHANGE, 2), config);
        fill(log, 24);
        audit_log_close(log);
    }
}

/* Segments end by their clock (expire.h), and what was said in them cannot be read any more. */
static void what_was_said_in_a_segment_that_is_gone_is_said_anew(void **state)
{
    char path[200], name[SEGMENT_NAME];
    struct audit_log *log = opened();
    (void)state;
    uint64_t policy = change(log, RECORD_POLICY_CHANGE, 1);
    uint64_t config = change(log, RECORD_CONFIG_CHANGE, 2);
    fill(log, 24);
    audit_log_close(log);
    struct segment_list list = rig_segments(dir);
    assert_true(list.first[1] > config);
    segment_name(list.first[0], name);
    snprintf(path, sizeof path, "%s/%s", dir, name);
    assert_int_equal(unlink(path), 0);
    segment_list_free(&list);
    log = opened();
    uint64_t again = change(log, RECORD_POLICY_CHANGE, 1);
    assert_true(again > policy && change(log, RECORD_CONFIG_CHANGE, 2) > again);
    assert_int_equal(change(log, RECORD_POLICY_CHANGE, 1), again);
    audit_log_close(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_signed_and_is_another_is_refused, fresh, rig_gone),
        cmocka_unit_test_setup_teardown(a_large_log_is_not_read_from_its_beginning, fresh,
                                        rig_gone),
        cmocka_unit_test_setup_teardown(a_small_log_and_one_that_says_nothing_are_read_whole, fresh,
                                        rig_gone),
        cmocka_unit_test_setup_teardown(what_was_begun_long_ago_gets_its_end, fresh, rig_gone),
        cmocka_unit_test_setup_teardown(what_is_in_force_since_long_is_known, fresh, rig_gone),
        cmocka_unit_test_setup_teardown(what_was_said_in_a_segment_that_is_gone_is_said_anew, fresh,
                                        rig_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
