/* tests/unit/test_integrator.c - tiles are made beside the writer, and a failure reaches it. */
#include "proxy/base/base.h"
#include "audit/integrator.h"
#include "audit/state.h"
#include "audit/verify.h"
#include "tests/unit/log_rig.h"

#include <unistd.h>

static struct clock hands = {.fake = true, .mono_ns = 5000000000, .wall_us = 1790000000000000};

static void pass_ms(int64_t ms)
{
    hands.mono_ns += ms * 1000000;
    hands.wall_us += ms * 1000;
}

static struct audit_log *open_log(void)
{
    return rig_log(dir, &hands, 1 << 20);
}

static void append(struct audit_log *log, unsigned n)
{
    struct audit_record rec = {.type = RECORD_EXCHANGE_BLOCK, .out = "blocked"};
    uint64_t seq;
    for (unsigned i = 0; i < n; i++) {
        record_xid(1000, &log->salts, rec.xid);
        assert_true(gw_ok(audit_log_append(log, &rec, 1, &seq)));
    }
    assert_true(gw_ok(audit_log_sync(log)));
}

/* What the thread has done so far, once it rests. */
static uint64_t published(struct audit_log *log)
{
    pthread_mutex_lock(&log->lock_of_batch);
    while (log->is_busy)
        pthread_cond_wait(&log->turn, &log->lock_of_batch);
    uint64_t n = log->published;
    pthread_mutex_unlock(&log->lock_of_batch);
    return n;
}

static void nothing_is_due_within_a_second_of_the_last(void **state)
{
    struct audit_log *log = open_log();
    (void)state;
    pass_ms(2000);
    assert_true(gw_ok(audit_log_tick(log, false)));
    uint64_t before = published(log);
    append(log, 10);
    pass_ms(900);
    assert_true(gw_ok(audit_log_tick(log, false)));
    assert_true(published(log) == before);
    pass_ms(200);
    assert_true(gw_ok(audit_log_tick(log, false)));
    assert_true(published(log) == before + 10);
    audit_log_close(log);
}

static void the_writer_goes_on_and_all_of_it_is_covered(void **state)
{
    struct verify_report report;
    const struct verify_options options = {.clock = &hands};
    struct audit_log *log = open_log();
    (void)state;
    for (unsigned i = 0; i < 12; i++) {
        append(log, 100);
        pass_ms(1100);
        assert_true(gw_ok(audit_log_tick(log, false))); /* busy or not: nothing is lost */
    }
    audit_log_close(log);
    verify_run(dir, &options, &report);
    assert_int_equal(report.code, VERIFY_INTACT);
    assert_true(report.records >= 1200);
}

/* A clock that stands: no checkpoint is due, and still no more waits than a part of a second's
 * work. */
static void what_waits_does_not_grow_with_the_work_of_a_second(void **state)
{
    struct verify_report report;
    const struct verify_options options = {.clock = &hands};
    struct audit_log *log = open_log();
    (void)state;
    pass_ms(2000);
    assert_true(gw_ok(audit_log_tick(log, false)));
    uint64_t before = published(log), all = log->next;
    for (unsigned i = 0; i < 60; i++) {
        append(log, 100);
        assert_true(gw_ok(audit_log_tick(log, false)));
        assert_true(published(log) == before);
        assert_true(log->leaves.cap <= 512 << 10 && log->handed.cap <= 512 << 10);
    }
    assert_true(log->tree.size > all + 4000);
    pass_ms(1100);
    assert_true(gw_ok(audit_log_tick(log, false)));
    assert_true(published(log) == all + 6000);
    audit_log_close(log);
    verify_run(dir, &options, &report);
    assert_int_equal(report.code, VERIFY_INTACT);
}

static void what_a_wave_took_is_given_back(void **state)
{
    struct audit_log *log = open_log();
    (void)state;
    append(log, 6000);
    assert_true(log->leaves.cap > 1 << 20);
    for (unsigned i = 0; i < 3; i++) {
        append(log, 10);
        pass_ms(1100);
        assert_true(gw_ok(audit_log_tick(log, false)));
        assert_true(published(log) == log->next);
    }
    assert_true(log->leaves.cap < 64 << 10 && log->handed.cap < 64 << 10);
    audit_log_close(log);
}

/* Records that are not yet synced stay out of the tree; they come in once, and in their place. */
static void only_what_is_durable_is_signed(void **state)
{
    struct verify_report report;
    const struct verify_options options = {.clock = &hands};
    struct audit_log *log = open_log();
    struct audit_record rec = {.type = RECORD_EXCHANGE_BLOCK, .out = "blocked"};
    uint64_t seq;
    (void)state;
    append(log, 5);
    for (unsigned i = 0; i < 3; i++) {
        record_xid(i, &(struct secret_pool){.left = 0}, rec.xid);
        assert_true(gw_ok(audit_log_append(log, &rec, 1, &seq)));
    }
    assert_true(gw_ok(audit_log_tick(log, true)));
    assert_true(published(log) == seq - 2);
    assert_true(gw_ok(audit_log_sync(log)) && gw_ok(audit_log_tick(log, true)));
    assert_true(published(log) == seq + 1);
    audit_log_close(log);
    verify_run(dir, &options, &report);
    assert_int_equal(report.code, VERIFY_INTACT);
}

static void a_tile_that_cannot_be_written_stops_the_log(void **state)
{
    char line[300];
    struct audit_log *log = open_log();
    (void)state;
    append(log, 300);
    snprintf(line, sizeof line, "rm -rf %s/tile && : > %s/tile", dir, dir);
    assert_int_equal(system(line), 0);
    pass_ms(2000);
    assert_true(gw_ok(audit_log_tick(log, false)));
    (void)published(log);
    pass_ms(2000);
    assert_int_equal(audit_log_tick(log, false).code, GW_UNAVAILABLE);
    assert_non_null(strstr(audit_log_reason(log), "tiles and checkpoint"));
    assert_int_equal(audit_log_sync(log).code, GW_UNAVAILABLE);
    audit_log_close(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_is_due_within_a_second_of_the_last, rig_folder,
                                        rig_gone),
        cmocka_unit_test_setup_teardown(the_writer_goes_on_and_all_of_it_is_covered, rig_folder,
                                        rig_gone),
        cmocka_unit_test_setup_teardown(what_waits_does_not_grow_with_the_work_of_a_second,
                                        rig_folder, rig_gone),
        cmocka_unit_test_setup_teardown(what_a_wave_took_is_given_back, rig_folder, rig_gone),
        cmocka_unit_test_setup_teardown(only_what_is_durable_is_signed, rig_folder, rig_gone),
        cmocka_unit_test_setup_teardown(a_tile_that_cannot_be_written_stops_the_log, rig_folder,
                                        rig_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
