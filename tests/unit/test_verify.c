/* tests/unit/test_verify.c - audit/verify.h: a changed byte is never accepted. */
#include "proxy/base/base.h"
#include "audit/log.h"
#include "audit/verify.h"
#include "tests/unit/log_rig.h"
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct clock real;
static size_t flips;

/* 30 records: start, 14 exchanges, stop. */
static int fresh(void **state)
{
    char xid[37];
    uint64_t seq, begin;
    assert_int_equal(rig_folder(state), 0);
    struct audit_log *log = NULL;
    char reason[256];
    const struct audit_settings settings = {
        .clock = &real, .segment_bytes = 32 * 1024, .retention = {720, 9600, 9600}};
    assert_true(gw_ok(rig_try(settings, reason, sizeof reason, &log)));
    struct slice policy = SLICE_LIT("rules: []\n");
    assert_true(gw_ok(audit_log_policy(log, policy)));
    for (int i = 0; i < 14; i++) {
        struct audit_record rec = {.type = RECORD_EXCHANGE_BEGIN, .dec = RECORD_ALLOWED};
        rec.pol = secret_sha256(policy);
        rec.groups[GROUP_WHO] = SLICE_LIT("{\"app\":\"hr\"}");
        record_xid(1000 * i, &(struct secret_pool){.left = 0}, xid);
        memcpy(rec.xid, xid, sizeof rec.xid);
        assert_true(gw_ok(audit_log_append(log, &rec, 1, &begin)));
        rec.type = RECORD_EXCHANGE_END;
        rec.has_ref = true;
        rec.ref = begin;
        rec.out = "ok";
        assert_true(gw_ok(audit_log_append(log, &rec, 1, &seq)));
        assert_true(gw_ok(audit_log_sync(log)));
    }
    audit_log_close(log);
    return 0;
}

static enum verify_code verified(void)
{
    struct verify_report report;
    const struct verify_options options = {.clock = &real};
    verify_run(dir, &options, &report);
    return report.code;
}

/* Files that say nothing: the lock and the reserve. */
static bool is_empty_word(const char *path)
{
    return strstr(path, "/LOCK") != NULL || strstr(path, "/ballast") != NULL;
}

/* Every byte of the file, but only each 97th of the zeros behind the last frame; and its end. */
static int flip_file(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    char byte;
    (void)at;
    if (kind != FTW_F || is_empty_word(path) || strstr(path, ".p/") != NULL) {
        /* Partial tiles that a larger one has replaced are nobody's: the newest are tried below. */
        if (kind != FTW_F || strstr(path, ".p/30") == NULL)
            return 0;
    }
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    for (off_t i = 0; i < st->st_size; i++) {
        assert_int_equal(pread(fd, &byte, 1, i), 1);
        if (byte == 0 && i % 97 != 0)
            continue;
        char bad = (char)(byte ^ (1 << (i % 8)));
        assert_int_equal(pwrite(fd, &bad, 1, i), 1);
        if (verified() == VERIFY_INTACT)
            fail_msg("%s: byte %ld changed, and accepted", path, (long)i);
        assert_int_equal(pwrite(fd, &byte, 1, i), 1);
        flips++;
    }
    close(fd);
    return 0;
}

static void no_changed_byte_is_accepted(void **state)
{
    (void)state;
    assert_int_equal(verified(), VERIFY_INTACT);
    flips = 0;
    assert_int_equal(nftw(dir, flip_file, 8, FTW_PHYS), 0);
    assert_int_equal(verified(), VERIFY_INTACT);
    assert_true(flips > 15000);
}

static int remove_file(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    char aside[512];
    (void)st;
    (void)at;
    if (kind != FTW_F || is_empty_word(path))
        return 0;
    if (strstr(path, ".p/") != NULL && strstr(path, ".p/30") == NULL)
        return 0;
    snprintf(aside, sizeof aside, "%s/aside", base);
    assert_int_equal(rename(path, aside), 0);
    if (verified() == VERIFY_INTACT)
        fail_msg("%s: removed, and nobody missed it", path);
    assert_int_equal(rename(aside, path), 0);
    return 0;
}

static void no_missing_file_is_accepted(void **state)
{
    (void)state;
    assert_int_equal(nftw(dir, remove_file, 8, FTW_PHYS), 0);
    assert_int_equal(verified(), VERIFY_INTACT);
}

static int replace_file(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    char aside[512];
    (void)st;
    (void)at;
    if (kind != FTW_F || is_empty_word(path) || strstr(path, "/log.key") != NULL)
        return 0;
    snprintf(aside, sizeof aside, "%s/aside", base);
    assert_int_equal(rename(path, aside), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(i == 0 ? mkfifo(path, 0600) : symlink("/dev/zero", path), 0);
        enum verify_code code = verified();
        if (code == VERIFY_INTACT && (strstr(path, ".p/") == NULL || strstr(path, ".p/30") != NULL))
            fail_msg("%s: in its place stands what is no file, and is accepted", path);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rename(aside, path), 0);
    return 0;
}

/* Who gives a log away may put a pipe into it, whose reader waits for ever. */
static void nobody_waits_for_what_is_no_file(void **state)
{
    (void)state;
    (void)alarm(60); /* this test would wait, too */
    assert_int_equal(nftw(dir, replace_file, 8, FTW_PHYS), 0);
    (void)alarm(0);
    assert_int_equal(verified(), VERIFY_INTACT);
}

static void an_old_log_is_stale(void **state)
{
    struct verify_report report;
    const struct clock later = {.fake = true, .wall_us = clock_wall_us(&real) + 3600000000};
    const struct verify_options options = {.clock = &later, .max_age_s = 60};
    (void)state;
    verify_run(dir, &options, &report);
    assert_int_equal(report.code, VERIFY_STALE);
}

static void no_log_is_an_error(void **state)
{
    struct verify_report report;
    const struct verify_options options = {.clock = &real};
    (void)state;
    verify_run(base, &options, &report);
    assert_int_equal(report.code, VERIFY_ERROR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_log_is_an_error),
        cmocka_unit_test(an_old_log_is_stale),
        cmocka_unit_test(no_missing_file_is_accepted),
        cmocka_unit_test(nobody_waits_for_what_is_no_file),
        cmocka_unit_test(no_changed_byte_is_accepted),
    };
    return cmocka_run_group_tests(tests, fresh, rig_gone);
}
