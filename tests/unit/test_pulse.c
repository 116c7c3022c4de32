/* tests/unit/test_pulse.c - audit/pulse.h: what went without a record, and sinks that are away. */
#include "proxy/base/base.h"
#include "audit/pulse.h"
#include "audit/jcs.h"
#include "audit/log.h"
#include "audit/show.h"
#include "proxy/base/log.h"
#include "tests/unit/log_rig.h"

static struct clock hands;
static struct gauges *g;

static int fresh(void **state)
{
    log_init(LOG_SILENT, "test", STDERR_FILENO);
    hands = (struct clock){.fake = true, .mono_ns = 5000000000, .wall_us = 1700000000000000};
    g = gauges_new();
    return g == NULL ? 1 : rig_folder(state);
}

static int gone(void **state)
{
    gauges_free(g);
    return rig_gone(state);
}

static struct audit_log *opened(void)
{
    return rig_opened((struct audit_settings){.clock = &hands, .gauges = g});
}

static void later(struct audit_log *log, int64_t ms)
{
    hands.mono_ns += ms * 1000000;
    hands.wall_us += ms * 1000;
    assert_true(gw_ok(audit_log_tick(log, false)));
}

struct found {
    const char *type;
    unsigned count;
    uint64_t sum, ups; /* of `exchanges` and `lag`; of `up` */
};

static void see(void *of, struct slice leaf)
{
    struct found *f = of;
    struct slice type, ctr;
    uint64_t n;
    assert_true(gw_ok(jcs_text(leaf, "type", &type)));
    if (!slice_is(type, slice_str(f->type)))
        return;
    f->count++;
    assert_true(gw_ok(jcs_find(leaf, "ctr", &ctr)));
    if (gw_ok(jcs_u64(ctr, "exchanges", &n)) || gw_ok(jcs_u64(ctr, "lag", &n)) ||
        gw_ok(jcs_u64(ctr, "sink_lag", &n)))
        f->sum += n;
    if (gw_ok(jcs_u64(ctr, "up", &n)))
        f->ups += n;
}

static struct found find(const char *type)
{
    struct found f = {.type = type};
    assert_true(gw_ok(show_each(dir, see, &f)));
    return f;
}

static void what_was_not_recorded_is_told_once(void **state)
{
    (void)state;
    struct audit_log *log = opened();
    later(log, 1100);
    assert_int_equal(find("log.gap").count, 0);
    gauges_add(&g->unrecorded, 3);
    gauges_add(&g->unrecorded, 2);
    later(log, 1100);
    later(log, 1100);
    struct found f = find("log.gap");
    assert_true(f.count == 1 && f.sum == 5);
    audit_log_close(log);
    gauges_add(&g->unrecorded, 4); /* while there was no log */
    log = opened();
    later(log, 1100);
    f = find("log.gap");
    assert_true(f.count == 2 && f.sum == 9);
    gauges_set(&g->unrecorded, 1); /* nonsense of somebody else's */
    later(log, 1100);
    assert_int_equal(find("log.gap").count, 2);
    audit_log_close(log);
}

static void a_sink_that_is_away_is_told_with_a_heartbeat(void **state)
{
    (void)state;
    struct audit_log *log = opened();
    snprintf(g->sinks[0].name, sizeof g->sinks[0].name, "siem");
    memset(g->sinks[1].name, 'x', sizeof g->sinks[1].name); /* no NUL */
    gauges_set(&g->sinks[1].is_up, 1);
    gauges_set(&g->sink_count, 2);
    later(log, 61000);
    assert_int_equal(find("sink.state").count, 0); /* not tried yet */
    gauges_set(&g->sinks[0].failures, 1);
    later(log, 1100);
    assert_int_equal(find("sink.state").count, 0); /* it may come back at once */
    later(log, 60000);
    struct found f = find("sink.state");
    assert_true(f.count == 1 && f.ups == 0 && f.sum > 0);
    later(log, 61000);
    assert_int_equal(find("sink.state").count, 1);
    gauges_set(&g->sinks[0].failures, 0); /* another shipper, which has not tried yet */
    later(log, 61000);
    assert_int_equal(find("sink.state").count, 1);
    gauges_set(&g->sinks[0].is_up, 1);
    gauges_set(&g->sinks[0].next, 100);
    later(log, 61000);
    f = find("sink.state");
    assert_true(f.count == 2 && f.ups == 1);
    audit_log_close(log);
}

static void a_sink_that_was_removed_is_forgotten(void **state)
{
    (void)state;
    struct audit_log *log = opened();
    snprintf(g->sinks[0].name, sizeof g->sinks[0].name, "old");
    gauges_set(&g->sinks[0].failures, 1);
    gauges_set(&g->sink_count, 1);
    later(log, 61000);
    assert_int_equal(find("sink.state").count, 1);
    gauges_set(&g->sink_count, 0); /* no shipper: it is still away */
    later(log, 61000);
    gauges_set(&g->sink_count, 1);
    later(log, 61000);
    assert_int_equal(find("sink.state").count, 1);
    snprintf(g->sinks[0].name, sizeof g->sinks[0].name, "new"); /* a reload */
    gauges_set(&g->sinks[0].is_up, 1);
    later(log, 61000);
    snprintf(g->sinks[0].name, sizeof g->sinks[0].name, "old"); /* and another one */
    later(log, 61000);
    assert_int_equal(find("sink.state").count, 1); /* it is up: nothing to tell */
    gauges_set(&g->sinks[0].is_up, 0);
    later(log, 61000);
    struct found f = find("sink.state");
    assert_true(f.count == 2 && f.ups == 0);
    audit_log_close(log);
}

static void heartbeats_say_how_far_sinks_are_behind(void **state)
{
    (void)state;
    assert_int_equal(pulse_lag(NULL), 0);
    assert_int_equal(pulse_lag(g), 0);
    gauges_set(&g->sink_count, UINT64_MAX); /* nonsense of somebody else's */
    gauges_set(&g->records, 10);
    for (size_t i = 0; i < GAUGES_SINKS; i++)
        gauges_set(&g->sinks[i].next, 10 + i);
    assert_int_equal(pulse_lag(g), 0);
    gauges_set(&g->sinks[7].next, UINT64_MAX); /* its cursor is not read yet */
    assert_int_equal(pulse_lag(g), 0);
    gauges_set(&g->sinks[7].next, 4);
    assert_int_equal(pulse_lag(g), 6);
    gauges_set(&g->sink_count, 7);
    assert_int_equal(pulse_lag(g), 0);
    gauges_set(&g->sink_count, 8);
    struct audit_log *log = opened(); /* which has one record */
    gauges_set(&g->sinks[7].next, 0);
    later(log, 61000);
    assert_true(find("log.heartbeat").count == 1 && find("log.heartbeat").sum == 1);
    audit_log_close(log);
}

static void add(struct audit_log *log, enum record_type type, bool has_ref, uint64_t ref,
                uint64_t *seq)
{
    struct audit_record rec = {.type = type, .has_ref = has_ref, .ref = ref};
    snprintf(rec.xid, sizeof rec.xid, "018f0000-0000-7000-8000-000000000001");
    assert_true(gw_ok(audit_log_append(log, &rec, 1, seq)));
}

static void see_counters(void *of, struct slice leaf)
{
    struct slice type;
    static char copy[512]; /* the leaf lives as long as the call */
    struct slice *ctr = of;
    assert_true(gw_ok(jcs_text(leaf, "type", &type)));
    if (!slice_is(type, SLICE_LIT("log.heartbeat")))
        return;
    assert_true(gw_ok(jcs_find(leaf, "ctr", ctr)) && ctr->len < sizeof copy);
    memcpy(copy, ctr->at, ctr->len);
    *ctr = slice_of(copy, ctr->len);
}

/* Since the log was opened: two began, one of them ended, three were blocked, four had no record.
 */
static void a_heartbeat_counts_what_came(void **state)
{
    static const struct {
        const char *key;
        uint64_t n;
    } want[] = {{"accepted", 9}, {"begun", 2}, {"blocked", 3},
                {"dropped", 4},  {"ended", 1}, {"sink_lag", 0}};
    struct slice ctr = {NULL, 0};
    uint64_t first, seq, n;
    (void)state;
    struct audit_log *log = opened();
    add(log, RECORD_EXCHANGE_BEGIN, false, 0, &first);
    add(log, RECORD_EXCHANGE_BEGIN, false, 0, &seq);
    add(log, RECORD_EXCHANGE_END, true, first, &seq);
    for (int i = 0; i < 3; i++)
        add(log, RECORD_EXCHANGE_BLOCK, false, 0, &seq);
    gauges_add(&g->unrecorded, 4);
    later(log, 61000);
    assert_true(gw_ok(show_each(dir, see_counters, &ctr)) && ctr.len > 0);
    for (size_t i = 0; i < GW_COUNT(want); i++) {
        assert_true(gw_ok(jcs_u64(ctr, want[i].key, &n)));
        assert_int_equal(n, want[i].n);
    }
    audit_log_close(log);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, gone)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_not_recorded_is_told_once),
        TEST(a_sink_that_is_away_is_told_with_a_heartbeat),
        TEST(a_sink_that_was_removed_is_forgotten),
        TEST(heartbeats_say_how_far_sinks_are_behind),
        TEST(a_heartbeat_counts_what_came),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
