/* tests/unit/test_frames.c - audit/frames.h: records are numbered, synced once, and go on in
 * another segment; what was begun by one who is gone ends. */
#include "proxy/base/base.h"
#include "audit/frames.h"
#include "audit/state.h"
#include "audit/verify.h"
#include "tests/unit/log_rig.h"

static struct clock hands = {.fake = true, .wall_us = 1790000000000000};

static struct audit_log *opened(size_t segment_bytes)
{
    return rig_opened((struct audit_settings){.clock = &hands, .segment_bytes = segment_bytes});
}

static enum gw_code add(struct audit_log *log, uint64_t *seq)
{
    const struct audit_record rec = {.type = RECORD_LOG_CLOCK, .sev = 1};
    return frames_append(log, &rec, NULL, seq).code;
}

static struct verify_report verified(void)
{
    struct verify_report report;
    verify_run(dir, &(struct verify_options){.clock = &hands}, &report);
    return report;
}

static void records_have_numbers_one_after_the_other(void **state)
{
    struct audit_log *log = opened(0);
    uint64_t first, next;
    (void)state;
    assert_int_equal(add(log, &first), GW_OK);
    for (unsigned i = 1; i < 5; i++) {
        assert_int_equal(add(log, &next), GW_OK);
        assert_int_equal(next, first + i);
    }
    assert_true(log->file.waits > 0);
    assert_true(gw_ok(frames_sync(log)));
    assert_int_equal(log->file.waits, 0);
    assert_true(gw_ok(frames_sync(log))); /* nothing is nothing */
    audit_log_close(log);
    assert_int_equal(verified().code, VERIFY_INTACT);
}

static void a_poisoned_log_takes_nothing(void **state)
{
    struct audit_log *log = opened(0);
    uint64_t seq;
    (void)state;
    log->poisoned = true;
    assert_int_equal(add(log, &seq), GW_UNAVAILABLE);
    assert_int_equal(frames_sync(log).code, GW_UNAVAILABLE);
    audit_log_close(log);
}

/* What may be erased must not lie where is written. */
static void a_closed_segment_is_followed_by_another(void **state)
{
    struct audit_log *log = opened(0);
    uint64_t seq;
    (void)state;
    assert_int_equal(add(log, &seq), GW_OK);
    unsigned before = rig_segment_count(dir);
    assert_true(gw_ok(frames_close_segment(log)));
    assert_int_equal(rig_segment_count(dir), before + 1);
    assert_int_equal(log->segment, seq + 1);
    assert_true(gw_ok(frames_close_segment(log))); /* an empty one is not closed */
    assert_int_equal(rig_segment_count(dir), before + 1);
    audit_log_close(log);
    assert_int_equal(verified().code, VERIFY_INTACT);
}

static void begins_of_one_owner_end_and_no_others(void **state)
{
    struct audit_log *log = opened(0);
    struct audit_record rec = {.type = RECORD_EXCHANGE_BEGIN, .sev = 1};
    uint64_t seq, before;
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        snprintf(rec.xid, sizeof rec.xid, "018f0000-0000-7000-8000-00000000000%u", i);
        assert_true(gw_ok(audit_log_append(log, &rec, 1 + i / 2, &seq)));
    }
    before = log->next;
    assert_true(gw_ok(frames_abandon(log, 1)));
    assert_int_equal(log->next, before + 2);
    assert_true(gw_ok(frames_abandon(log, 1)));
    assert_int_equal(log->next, before + 2);
    assert_true(gw_ok(frames_abandon(log, 2)));
    assert_int_equal(log->next, before + 3);
    audit_log_close(log);
    const struct verify_report report = verified();
    if (report.open != 0 || report.unknown != 3 || report.code == VERIFY_TAMPERED)
        fail_msg("%llu open, %llu unknown: %s", (unsigned long long)report.open,
                 (unsigned long long)report.unknown, report.reason);
}

/* clang-format off */
#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_memory, rig_gone)
/* clang-format on */

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(records_have_numbers_one_after_the_other),
        TEST(a_poisoned_log_takes_nothing),
        TEST(a_closed_segment_is_followed_by_another),
        TEST(begins_of_one_owner_end_and_no_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
