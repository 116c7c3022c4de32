/* tests/unit/test_log.c - audit/log.h and audit/verify.h on real files. */
#include "proxy/base/base.h"
#include "audit/log.h"
#include "audit/prove.h"
#include "audit/show.h"
#include "audit/verify.h"
#include "tests/unit/log_rig.h"
#include <fcntl.h>
#include <sys/stat.h>

static char key[96], reason[256];
static const struct clock real;

/* A line of shell with the path in $A. */
static void run(const char *command, const char *a)
{
    char line[512];
    snprintf(line, sizeof line, "A='%s'; %s", a, command);
    assert_int_equal(system(line), 0);
}

static int fresh(void **state)
{
    int failed = rig_folder(state);
    snprintf(key, sizeof key, "%s/key.pem", base);
    return failed;
}

static int gone(void **state)
{
    const char *keep = getenv("BULLA_KEEP_LOG"); /* for test_audit_judge.py: of whole bundles */
    if (keep != NULL)
        run("test ! -f $A/audit/tile/entries/000 || { rm -rf \"$BULLA_KEEP_LOG\" && cp -r $A/audit "
            "\"$BULLA_KEEP_LOG\"; }",
            base);
    return rig_gone(state);
}

static gw_result open_log(struct audit_log **log, bool accept_loss)
{
    const struct audit_settings settings = {
        .key_file = key, .accept_loss = accept_loss, .segment_bytes = 64 * 1024, .clock = &real};
    return rig_try(settings, reason, sizeof reason, log);
}

static struct audit_log *opened(void)
{
    struct audit_log *log = NULL;
    if (!gw_ok(open_log(&log, false)))
        fail_msg("open: %s", reason);
    return log;
}

static uint64_t append(struct audit_log *log, enum record_type type, const char *xid, uint64_t ref)
{
    uint64_t seq;
    struct audit_record rec = {.type = type,
                               .has_ref = type == RECORD_EXCHANGE_END,
                               .ref = ref,
                               .out = type == RECORD_EXCHANGE_BEGIN ? NULL : "ok",
                               .dec = RECORD_ALLOWED};
    memcpy(rec.xid, xid, 37);
    rec.groups[GROUP_WHO] = SLICE_LIT("{\"app\":\"hr\"}");
    assert_true(gw_ok(audit_log_append(log, &rec, 1, &seq)));
    return seq;
}

static void append_exchanges(struct audit_log *log, unsigned n)
{
    char xid[37];
    for (unsigned i = 0; i < n; i++) {
        record_xid(1000000 + i, &(struct secret_pool){.left = 0}, xid);
        uint64_t begin = append(log, RECORD_EXCHANGE_BEGIN, xid, 0);
        (void)append(log, RECORD_EXCHANGE_END, xid, begin);
        if (i % 7 == 0)
            assert_true(gw_ok(audit_log_sync(log)));
    }
    assert_true(gw_ok(audit_log_sync(log)));
}

static struct verify_report verified(void)
{
    struct verify_report report;
    const struct verify_options options = {.clock = &real};
    verify_run(dir, &options, &report);
    return report;
}

static void a_second_writer_is_refused(void **state)
{
    struct audit_log *log = opened(), *other = NULL;
    (void)state;
    assert_int_equal(open_log(&other, false).code, GW_REFUSED);
    audit_log_close(log);
}

static void a_key_that_others_may_read_is_refused(void **state)
{
    struct audit_log *log = opened(), *other = NULL;
    (void)state;
    audit_log_close(log);
    assert_int_equal(chmod(key, 0644), 0);
    assert_int_equal(open_log(&other, false).code, GW_REFUSED);
}

static void a_rollback_is_refused(void **state)
{
    struct audit_log *log = opened();
    (void)state;
    audit_log_close(log);
    run("cp -r $A $A.old", dir);
    log = opened();
    append_exchanges(log, 5);
    audit_log_close(log);
    run("rm -r $A && mv $A.old $A", dir);
    assert_int_equal(open_log(&log, false).code, GW_CORRUPT);
    assert_int_equal(open_log(&log, true).code, GW_CORRUPT);
    run("rm -r $A", dir);
    assert_int_equal(open_log(&log, false).code, GW_CORRUPT);
}

/* What a whole image of an earlier day does not know of: the signer's file is as old as the log. */
static void what_an_anchor_contradicts_is_refused(void **state)
{
    struct audit_log *log = opened();
    struct buf out;
    (void)state;
    append_exchanges(log, 5);
    audit_log_close(log);
    run("cp -r $A $A.old", dir);
    run("cp $A.signed $A.signed.old", key);
    log = opened(); /* nothing to compare with, and it says so */
    append_exchanges(log, 300);
    audit_log_close(log);
    buf_init(&out, SHOW_MAX);
    assert_true(gw_ok(show_record(dir, 12, &out)));
    assert_true(slice_find(buf_slice(&out), SLICE_LIT("\"ctr\":{\"anchored\":0,")) != SIZE_MAX);
    run("mkdir $A/anchor && cp $A/checkpoint $A/anchor/614.checkpoint", dir);
    log = opened();
    audit_log_close(log);
    buf_clear(&out);
    assert_true(gw_ok(show_record(dir, 614, &out)));
    assert_true(slice_find(buf_slice(&out), SLICE_LIT("\"ctr\":{\"anchored\":614,")) != SIZE_MAX);
    buf_free(&out);
    run("cp -r $A/anchor $A.old/ && rm -r $A && mv $A.old $A", dir);
    run("mv $A.signed.old $A.signed", key);
    assert_int_equal(open_log(&log, false).code, GW_CORRUPT); /* too short */
    assert_non_null(strstr(reason, "anchor/"));
    run("mv $A/anchor $A.anchor", dir);
    log = opened();
    append_exchanges(log, 400);
    audit_log_close(log);
    run("mv $A.anchor $A/anchor", dir);
    assert_int_equal(open_log(&log, false).code, GW_CORRUPT); /* long enough, and another */
    run("printf '%s\\n' nonsense > $A/anchor/900.checkpoint", dir);
    assert_int_equal(open_log(&log, false).code, GW_CORRUPT);
    assert_non_null(strstr(reason, "none of this log"));
}

/* Overwritten where it lies, one sector long; what somebody removed or replaced is made anew. */
static void what_the_signer_keeps_stays_where_it_is(void **state)
{
    struct audit_log *log = opened();
    struct stat before, st;
    char path[140];
    (void)state;
    snprintf(path, sizeof path, "%s.signed", key);
    assert_int_equal(stat(path, &before), 0);
    assert_int_equal(before.st_size, 512);
    append_exchanges(log, 2);
    assert_true(gw_ok(audit_log_tick(log, true)));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_ino, before.st_ino);
    run("cp $A.signed $A.signed.new && mv $A.signed.new $A.signed", key);
    append_exchanges(log, 2);
    assert_true(gw_ok(audit_log_tick(log, true)));
    run("rm $A.signed", key);
    append_exchanges(log, 2);
    audit_log_close(log);
    run("head -3 $A/audit/checkpoint >$A/head && head -3 $A/key.pem.signed | cmp - $A/head", base);
    run("mv $A.signed $A.signed.old && mkdir $A.signed", key);
    assert_int_equal(open_log(&log, false).code, GW_IO); /* not damaged: it cannot be read */
    assert_non_null(strstr(reason, "cannot be read"));
    run("rmdir $A.signed && head -2 $A.signed.old >$A.signed", key);
    assert_int_equal(open_log(&log, false).code, GW_CORRUPT);
    assert_non_null(strstr(reason, "is damaged"));
    run("mv $A.signed.old $A.signed", key);
    run("sed -i '/^$/d' $A.signed", key); /* as they were before they had a size */
    log = opened();
    audit_log_close(log);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 512);
}

static void what_was_appended_verifies_and_goes_on_after_a_restart(void **state)
{
    (void)state;
    struct audit_log *log = opened();
    append_exchanges(log, 3);
    audit_log_close(log);
    struct verify_report r = verified();
    if (r.code != VERIFY_INTACT)
        fail_msg("verify: %s at %llu", r.reason, (unsigned long long)r.seq);
    assert_int_equal(r.records, 8); /* start, six, stop */
    assert_int_equal(r.size, 8);
    log = opened();
    append_exchanges(log, 400); /* over several segments and more than a bundle */
    audit_log_close(log);
    r = verified();
    if (r.code != VERIFY_INTACT)
        fail_msg("verify: %s at %llu", r.reason, (unsigned long long)r.seq);
    assert_int_equal(r.records, 8 + 802);
    assert_int_equal(r.begun, 403);
    assert_int_equal(r.open, 0);
}

/* The child is gone without a stop, as after a crash. */
static void crash(bool torn)
{
    struct audit_log *log = opened();
    char xid[37];
    record_xid(5, &(struct secret_pool){.left = 0}, xid);
    append_exchanges(log, 3);
    (void)append(log, RECORD_EXCHANGE_BEGIN, xid, 0);
    assert_true(gw_ok(audit_log_sync(log)));
    run("cp -r $A $A.crash", dir);
    run("cp $A.signed $A.signed.crash", key);
    audit_log_close(log);
    run("rm -r $A && mv $A.crash $A", dir);
    run("mv $A.signed.crash $A.signed", key);
    if (!torn)
        return;
    char name[160];
    snprintf(name, sizeof name, "%s/seg/%020d.seg", dir, 0);
    int fd = open(name, O_RDWR);
    char bytes[64 * 1024];
    assert_int_equal(pread(fd, bytes, sizeof bytes, 0), sizeof bytes);
    size_t end = sizeof bytes;
    while (end > 0 && bytes[end - 1] == 0)
        end--;
    end = (end + 7) / 8 * 8;
    assert_int_equal(pwrite(fd, bytes, 50, (off_t)end), 50); /* half a frame */
    close(fd);
}

static void a_crash_is_told_and_its_exchange_gets_an_end(void **state)
{
    struct audit_log *log;
    (void)state;
    for (int torn = 0; torn < 2; torn++) {
        crash(torn == 1);
        assert_int_equal(verified().code, torn == 1 ? VERIFY_INCOMPLETE : VERIFY_INTACT);
        log = opened();
        audit_log_close(log);
        struct verify_report r = verified();
        assert_int_equal(r.code, VERIFY_INCOMPLETE);
        assert_int_equal(r.unknown, 1);
        assert_int_equal(r.open, 0);
        run("rm -r $A", base);
        assert_int_equal(mkdir(base, 0700), 0);
    }
}

static void a_damaged_record_stops_the_log(void **state)
{
    struct audit_log *log = opened();
    char name[160], c;
    (void)state;
    append_exchanges(log, 10);
    audit_log_close(log);
    snprintf(name, sizeof name, "%s/seg/%020d.seg", dir, 0);
    int fd = open(name, O_RDWR);
    assert_int_equal(pread(fd, &c, 1, 3000), 1);
    c = (char)(c ^ 1);
    assert_int_equal(pwrite(fd, &c, 1, 3000), 1);
    close(fd);
    assert_int_equal(verified().code, VERIFY_TAMPERED);
    assert_int_equal(open_log(&log, false).code, GW_CORRUPT);
    assert_int_equal(open_log(&log, true).code, GW_CORRUPT);
}

static void a_removed_segment_poisons(void **state)
{
    struct audit_log *log = opened();
    (void)state;
    run("rm $A/seg/*", dir);
    append_exchanges(log, 1);
    assert_int_equal(audit_log_tick(log, true).code, GW_UNAVAILABLE);
    assert_true(audit_log_reason(log)[0] != '\0');
    assert_int_equal(audit_log_sync(log).code, GW_UNAVAILABLE);
    audit_log_close(log);
}

static void records_are_proved_and_shown(void **state)
{
    struct audit_log *log = opened();
    struct buf out;
    (void)state;
    append_exchanges(log, 200);
    audit_log_close(log);
    buf_init(&out, SHOW_MAX);
    assert_int_equal(prove_record(dir, 402, &out).code, GW_NOT_FOUND);
    assert_int_equal(show_record(dir, 402, &out).code, GW_NOT_FOUND);
    assert_true(gw_ok(prove_record(dir, 300, &out)));
    assert_true(
        slice_has_prefix(buf_slice(&out), SLICE_LIT("c2sp.org/tlog-proof@v1\nindex 300\n")));
    buf_clear(&out);
    assert_true(gw_ok(show_record(dir, 300, &out)));
    assert_true(
        slice_has_prefix(buf_slice(&out), SLICE_LIT("{\"groups\":{\"who\":{\"app\":\"hr\"}},")));
    buf_free(&out);
}

static gw_result end(struct audit_log *log, uint64_t owner, const char *xid, uint64_t ref)
{
    uint64_t seq;
    struct audit_record rec = {.type = RECORD_EXCHANGE_END, .has_ref = true, .ref = ref};
    rec.out = "ok";
    memcpy(rec.xid, xid, 37);
    return audit_log_append(log, &rec, owner, &seq);
}

static void an_end_that_fits_no_open_begin_is_refused(void **state)
{
    struct audit_log *log = opened();
    struct audit_record bare = {.type = RECORD_EXCHANGE_END, .out = "ok"};
    char xid[37], other[37];
    uint64_t seq;
    (void)state;
    record_xid(5, &(struct secret_pool){.left = 0}, xid);
    record_xid(6, &(struct secret_pool){.left = 0}, other);
    memcpy(bare.xid, xid, sizeof xid);
    uint64_t begin = append(log, RECORD_EXCHANGE_BEGIN, xid, 0);
    assert_int_equal(audit_log_append(log, &bare, 2, &seq).code, GW_REFUSED);
    memcpy(bare.xid, other, sizeof other);
    assert_int_equal(audit_log_append(log, &bare, 1, &seq).code, GW_REFUSED);
    assert_int_equal(end(log, 1, xid, begin + 1).code, GW_REFUSED);
    assert_int_equal(end(log, 2, xid, begin).code, GW_REFUSED); /* another channel's */
    assert_int_equal(end(log, 1, other, begin).code, GW_REFUSED);
    assert_true(gw_ok(end(log, 1, xid, begin)));
    assert_int_equal(end(log, 1, xid, begin).code, GW_REFUSED); /* twice */
    audit_log_close(log);
    struct verify_report r = verified();
    assert_int_equal(r.code, VERIFY_INTACT);
    assert_int_equal(r.ended, 1);
}

/* Its worker did not wait for the seq of the begin: the log names it, once. */
static void an_end_without_a_ref_ends_the_begin_in_front_of_it(void **state)
{
    struct audit_log *log = opened();
    struct audit_record bare = {.type = RECORD_EXCHANGE_END, .out = "ok", .dur = RECORD_ASYNC};
    uint64_t seq;
    (void)state;
    record_xid(5, &(struct secret_pool){.left = 0}, bare.xid);
    uint64_t begin = append(log, RECORD_EXCHANGE_BEGIN, bare.xid, 0);
    assert_true(gw_ok(audit_log_append(log, &bare, 1, &seq)));
    assert_int_equal(seq, begin + 1);
    assert_int_equal(audit_log_append(log, &bare, 1, &seq).code, GW_REFUSED); /* twice */
    audit_log_close(log);
    struct verify_report r = verified();
    assert_int_equal(r.code, VERIFY_INTACT);
    assert_int_equal(r.ended, 1);
}

/* Recovery ended it: the worker that lived on cannot end it once more. */
static void an_exchange_that_recovery_ended_has_no_other_end(void **state)
{
    struct audit_log *log;
    char xid[37];
    (void)state;
    record_xid(5, &(struct secret_pool){.left = 0}, xid);
    crash(false);
    log = opened();
    assert_int_equal(end(log, 1, xid, 7).code, GW_REFUSED); /* the begin that crash() leaves */
    audit_log_close(log);
    assert_int_equal(verified().unknown, 1);
}

static void what_its_owner_left_open_gets_an_end(void **state)
{
    struct audit_log *log = opened();
    char xid[37];
    (void)state;
    record_xid(5, &(struct secret_pool){.left = 0}, xid);
    (void)append(log, RECORD_EXCHANGE_BEGIN, xid, 0);
    append_exchanges(log, 2);
    assert_true(gw_ok(audit_log_abandon(log, 2)));
    assert_true(gw_ok(audit_log_abandon(log, 1)));
    assert_true(gw_ok(audit_log_abandon(log, 1))); /* nothing left to say */
    audit_log_close(log);
    struct verify_report r = verified();
    assert_int_equal(r.code, VERIFY_INCOMPLETE);
    assert_int_equal(r.unknown, 1);
    assert_int_equal(r.ended, 3);
    assert_int_equal(r.open, 0);
}

/* A bundle is known by its hash: who has the right one puts a damaged one right. */
static void a_damaged_policy_bundle_is_written_again(void **state)
{
    static const char *const damages[] = {"truncate -s 0 $A/policy/*", "truncate -s +1 $A/policy/*",
                                          "sed -i 's/rules/sluer/' $A/policy/*", "rm $A/policy/*"};
    const struct slice policy = SLICE_LIT("rules: []\n");
    const struct audit_record rec = {.type = RECORD_EXCHANGE_BLOCK, .pol = secret_sha256(policy)};
    struct verify_report report;
    const struct verify_options options = {.clock = &real};
    uint64_t seq;
    (void)state;
    for (size_t i = 0; i < GW_COUNT(damages); i++) {
        struct audit_log *log = NULL;
        assert_true(gw_ok(open_log(&log, false)));
        assert_true(gw_ok(audit_log_policy(log, policy)));
        assert_true(gw_ok(audit_log_append(log, &rec, 1, &seq)));
        audit_log_close(log);
        verify_run(dir, &options, &report);
        assert_int_equal(report.code, VERIFY_INTACT);
        run(damages[i], dir);
        verify_run(dir, &options, &report);
        assert_true(report.code == VERIFY_TAMPERED || report.code == VERIFY_INCOMPLETE);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, gone)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_second_writer_is_refused),
        TEST(a_key_that_others_may_read_is_refused),
        TEST(a_rollback_is_refused),
        TEST(what_an_anchor_contradicts_is_refused),
        TEST(a_damaged_record_stops_the_log),
        TEST(a_removed_segment_poisons),
        TEST(a_crash_is_told_and_its_exchange_gets_an_end),
        TEST(what_the_signer_keeps_stays_where_it_is),
        TEST(what_was_appended_verifies_and_goes_on_after_a_restart),
        TEST(an_end_that_fits_no_open_begin_is_refused),
        TEST(an_end_without_a_ref_ends_the_begin_in_front_of_it),
        TEST(an_exchange_that_recovery_ended_has_no_other_end),
        TEST(what_its_owner_left_open_gets_an_end),
        TEST(records_are_proved_and_shown), /* the last: its log is kept for other judges */
        TEST(a_damaged_policy_bundle_is_written_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
