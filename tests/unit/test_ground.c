/* tests/unit/test_ground.c - audit/ground.h: a log whose ground moves ends in words. */
#include "proxy/base/base.h"
#include "audit/ground.h"
#include "audit/ballast.h"
#include "audit/jcs.h"
#include "audit/log.h"
#include "audit/show.h"
#include "audit/state.h"
#include "audit/verify.h"
#include "tests/unit/log_rig.h"
#include <sys/stat.h>

static struct clock hands;
static struct gauges *shown;

static int fresh(void **state)
{
    hands = (struct clock){.fake = true, .mono_ns = 5000000000, .wall_us = 1700000000000000};
    return rig_folder(state);
}

enum { WORDS = 1000 }; /* room in the segment, with space for a record of the log itself */

static void run(const char *command)
{
    char line[512];
    snprintf(line, sizeof line, "cd %s && %s", base, command);
    assert_int_equal(system(line), 0);
}

static struct audit_log *opened(void)
{
    return rig_opened(
        (struct audit_settings){.segment_bytes = 64 * 1024, .clock = &hands, .gauges = shown});
}

static gw_result append(struct audit_log *log, unsigned n)
{
    struct audit_record rec = {.type = RECORD_EXCHANGE_BLOCK, .out = "blocked"};
    uint64_t seq;
    for (unsigned i = 0; i < n; i++) {
        record_xid(i, &(struct secret_pool){.left = 0}, rec.xid);
        TRY(audit_log_append(log, &rec, 1, &seq));
    }
    return audit_log_sync(log);
}

/* More than WORDS bytes of it. */
static gw_result append_long(struct audit_log *log)
{
    struct audit_record rec = {.type = RECORD_EXCHANGE_BLOCK, .out = "blocked"};
    char what[WORDS];
    uint64_t seq;
    snprintf(what, sizeof what, "{\"op\":\"%0*d\"}", WORDS - 20, 0);
    record_xid(7, &(struct secret_pool){.left = 0}, rec.xid);
    rec.groups[GROUP_WHAT] = slice_str(what);
    TRY(audit_log_append(log, &rec, 1, &seq));
    return audit_log_sync(log);
}

static gw_result later(struct audit_log *log, int64_t mono_ms, int64_t wall_ms)
{
    hands.mono_ns += mono_ms * 1000000;
    hands.wall_us += wall_ms * 1000;
    return audit_log_tick(log, false);
}

struct found {
    char last[40];
    unsigned clocks, forward, disks, lows;
    uint64_t step_ms, steered;
};

static void see(void *of, struct slice leaf)
{
    struct found *f = of;
    struct slice type, ctr;
    uint64_t back = 0;
    assert_true(gw_ok(jcs_text(leaf, "type", &type)) && type.len < sizeof f->last);
    memcpy(f->last, type.at, type.len);
    f->last[type.len] = '\0';
    if (slice_is(type, SLICE_LIT("log.disk"))) {
        uint64_t low = 7;
        assert_true(gw_ok(jcs_find(leaf, "ctr", &ctr)) && gw_ok(jcs_u64(ctr, "low", &low)));
        f->disks++;
        f->lows += low == 1;
    }
    if (!slice_is(type, SLICE_LIT("log.clock")))
        return;
    assert_true(gw_ok(jcs_find(leaf, "ctr", &ctr)) && gw_ok(jcs_u64(ctr, "back", &back)) &&
                gw_ok(jcs_u64(ctr, "step_ms", &f->step_ms)) &&
                gw_ok(jcs_u64(ctr, "steered", &f->steered)));
    f->clocks++;
    f->forward += back == 0;
}

static struct found look_at_log(void)
{
    struct found f = {.clocks = 0};
    assert_true(gw_ok(show_each(dir, see, &f)));
    return f;
}

static struct verify_report verified(void)
{
    struct verify_report report;
    verify_run(dir, &(struct verify_options){.clock = &hands}, &report);
    return report;
}

/* What is done to it, and what the log then says. */
static void other_ground_is_noticed(void **state)
{
    static const struct {
        const char *command, *says;
    } rows[] = {
        {"mv audit away && mkdir audit && cp -r away/seg away/LOCK audit", "directory of the log"},
        {"mv audit away", "directory of the log"},
        {"cp audit/seg/*.seg s && mv s audit/seg/00000000000000000000.seg", "the segment"},
        {"rm audit/seg/*", "the segment"},
        {"mv audit/seg away && cp -r away audit/seg", "the segment"},
        {"rm audit/LOCK && : > audit/LOCK", "the lock"},
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(rows); i++) {
        if (i > 0)
            assert_int_equal(fresh(NULL), 0);
        struct audit_log *log = opened();
        assert_true(gw_ok(append(log, 3)) && gw_ok(later(log, 1500, 1500)));
        run(rows[i].command);
        assert_true(gw_ok(later(log, 500, 500))); /* not at each call */
        assert_int_equal(later(log, 600, 600).code, GW_UNAVAILABLE);
        if (strstr(audit_log_reason(log), rows[i].says) == NULL)
            fail_msg("%s: %s", rows[i].command, audit_log_reason(log));
        assert_int_equal(append(log, 1).code, GW_UNAVAILABLE);
        audit_log_close(log);
        if (i + 1 < GW_COUNT(rows))
            assert_int_equal(rig_gone(NULL), 0);
    }
}

static void count_blocks(void *of, struct slice leaf)
{
    struct slice type;
    assert_true(gw_ok(jcs_text(leaf, "type", &type)));
    *(unsigned *)of += slice_is(type, SLICE_LIT("exchange.block"));
}

/* The planted fault, without which the test above proves nothing: a log that does not look. */
static void who_does_not_look_loses_what_was_acknowledged(void **state)
{
    static const char *const commands[] = {
        "mv audit away && mkdir audit && cp -r away/seg away/LOCK audit",
        "cp audit/seg/*.seg s && mv s audit/seg/00000000000000000000.seg", "rm audit/seg/*"};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(commands); i++) {
        unsigned there = 0;
        if (i > 0)
            assert_int_equal(fresh(NULL), 0);
        struct audit_log *log = opened();
        assert_true(gw_ok(append(log, 3)));
        run(commands[i]);
        assert_true(gw_ok(append(log, 2))); /* no tick in between */
        (void)!gw_ok(show_each(dir, count_blocks, &there));
        assert_true(there < 5);
        audit_log_close(log);
        if (i + 1 < GW_COUNT(commands))
            assert_int_equal(rig_gone(NULL), 0);
    }
}

static void a_full_disk_ends_under_a_checkpoint(void **state)
{
    char path[128];
    struct stat st;
    (void)state;
    struct audit_log *log = opened();
    snprintf(path, sizeof path, "%s/ballast", dir);
    assert_int_equal(stat(path, &st), 0);
    assert_true(st.st_size > 0 && (uint64_t)st.st_blocks * 512 >= (uint64_t)st.st_size);
    assert_true(gw_ok(append(log, 300)));
    log->ground.least = UINT64_MAX;
    assert_int_equal(later(log, 1500, 1500).code, GW_UNAVAILABLE);
    assert_non_null(strstr(audit_log_reason(log), "No space left"));
    assert_int_equal(append(log, 1).code, GW_UNAVAILABLE);
    audit_log_close(log);
    assert_int_equal(stat(path, &st), -1);
    struct verify_report r = verified();
    assert_int_equal(r.code, VERIFY_INTACT);
    assert_int_equal(r.size, r.records);
    assert_string_equal(look_at_log().last, "log.unavailable");
    log = opened(); /* there is room, and a new reserve */
    assert_int_equal(stat(path, &st), 0);
    audit_log_close(log);
    assert_int_equal(verified().code, VERIFY_INTACT);
}

static void a_disk_that_fills_is_told_of_before_it_is_full(void **state)
{
    (void)state;
    shown = gauges_new();
    struct audit_log *log = opened();
    log->ground.soft = 0; /* whatever the disk of this machine has left */
    assert_true(gw_ok(later(log, 1100, 1100)));
    assert_int_equal(look_at_log().disks, 0);
    assert_true(gauges_get(&shown->is_open) == 1 && gauges_get(&shown->is_low) == 0);
    assert_true(gauges_get(&shown->free_kib) > 0 && gauges_get(&shown->records) == 1);
    log->ground.soft = UINT64_MAX / 2;
    for (int i = 0; i < 3; i++)
        assert_true(gw_ok(later(log, 1100, 1100))); /* once, and it goes on */
    struct found f = look_at_log();
    assert_true(f.disks == 1 && f.lows == 1 && gauges_get(&shown->is_low) == 1);
    assert_true(gw_ok(append(log, 3)));
    log->ground.soft = 0;
    for (int i = 0; i < 3; i++)
        assert_true(gw_ok(later(log, 1100, 1100)));
    f = look_at_log();
    assert_true(f.disks == 2 && f.lows == 1 && gauges_get(&shown->is_low) == 0);
    log->ground.least = UINT64_MAX;
    assert_int_equal(later(log, 1100, 1100).code, GW_UNAVAILABLE);
    assert_int_equal(gauges_get(&shown->is_open), 0);
    audit_log_close(log);
    gauges_free(shown);
    shown = NULL;
    assert_int_equal(verified().code, VERIFY_INTACT);
}

static void less_is_kept_before_the_disk_is_full(void **state)
{
    static const struct {
        uint64_t least, soft; /* in shares of the room there is, in hundredths */
        unsigned cut;
    } rows[] = {{0, 50, 0},   {0, 150, 0}, {0, 250, 1}, {0, 700, 2},  {0, 50, 0},
                {80, 140, 1}, {0, 190, 1}, {0, 150, 0}, {80, 180, 2}, {0, 50, 0}};
    (void)state;
    shown = gauges_new();
    struct audit_log *log = opened();
    assert_true(gw_ok(later(log, 1100, 1100)));
    uint64_t room = gauges_get(&shown->free_kib) * 1024;
    for (size_t i = 0; i < GW_COUNT(rows); i++) {
        log->ground.least = room / 100 * rows[i].least;
        log->ground.soft = room / 100 * rows[i].soft;
        assert_true(gw_ok(later(log, 1100, 1100)));
        if (gauges_get(&shown->cut) != rows[i].cut)
            fail_msg("row %zu: %llu", i, (unsigned long long)gauges_get(&shown->cut));
    }
    log->ground.soft = 0;
    audit_log_close(log);
    gauges_free(shown);
    shown = NULL;
    assert_int_equal(verified().code, VERIFY_INTACT);
}

static void only_a_write_without_room_lets_the_ballast_go(void **state)
{
    (void)state;
    struct audit_log *log = opened();
    errno = EIO;
    assert_false(ballast_gives_way(log));
    errno = ENOSPC;
    assert_true(ballast_gives_way(log));
    errno = ENOSPC;
    assert_false(ballast_gives_way(log)); /* once */
    assert_true(gw_ok(append(log, 3)));
    while (log->file.at + log->file.waits + WORDS < log->segment_bytes)
        assert_true(gw_ok(append(log, 1)));
    assert_false(gw_ok(append_long(log))); /* more than the segment holds: there is no other */
    assert_int_equal(audit_log_reason(log)[0], '\0');
    assert_int_equal(later(log, 1500, 1500).code, GW_UNAVAILABLE); /* and that was the end */
    audit_log_close(log);
    assert_int_equal(verified().code, VERIFY_INTACT);
    assert_string_equal(look_at_log().last, "log.unavailable");
}

static void a_step_of_the_clock_is_a_record(void **state)
{
    (void)state;
    struct audit_log *log = opened();
    assert_true(gw_ok(later(log, 1100, 1101)));
    assert_true(gw_ok(later(log, 1100, 1099)));
    assert_int_equal(look_at_log().clocks, 0); /* steered, not set */
    assert_true(gw_ok(later(log, 1100, 600000 + 1100)));
    struct found f = look_at_log();
    assert_int_equal(f.clocks, 1);
    assert_int_equal(f.forward, 1);
    assert_int_equal(f.step_ms, 600000);
    assert_true(gw_ok(later(log, 1100, 1100)));
    assert_int_equal(look_at_log().clocks, 1);
    assert_true(gw_ok(later(log, 1100, 1100 - 86400000)));
    f = look_at_log();
    assert_int_equal(f.clocks, 2);
    assert_int_equal(f.forward, 1);
    assert_int_equal(f.step_ms, 86400000);
    audit_log_close(log);
    assert_int_equal(verified().code, VERIFY_INTACT);
}

static void a_clock_that_nothing_steers_is_a_record(void **state)
{
    (void)state;
    struct audit_log *log = opened();
    assert_true(gw_ok(later(log, 1100, 1100)));
    hands.is_free = true;
    assert_true(gw_ok(later(log, 1100, 1100)));
    struct found f = look_at_log();
    assert_true(f.clocks == 1 && f.step_ms == 0 && f.steered == 0);
    assert_true(gw_ok(later(log, 1100, 1100))); /* once */
    hands.is_free = false;
    assert_true(gw_ok(later(log, 1100, 1100)));
    f = look_at_log();
    assert_true(f.clocks == 2 && f.steered == 1);
    audit_log_close(log);
    assert_int_equal(verified().code, VERIFY_INTACT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, rig_gone)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(other_ground_is_noticed),
        TEST(who_does_not_look_loses_what_was_acknowledged),
        TEST(a_full_disk_ends_under_a_checkpoint),
        TEST(a_disk_that_fills_is_told_of_before_it_is_full),
        TEST(less_is_kept_before_the_disk_is_full),
        TEST(only_a_write_without_room_lets_the_ballast_go),
        TEST(a_step_of_the_clock_is_a_record),
        TEST(a_clock_that_nothing_steers_is_a_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
