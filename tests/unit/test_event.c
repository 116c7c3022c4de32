/* tests/unit/test_event.c - audit/event.h: what a record says, of itself, of a group of its own or
 * of its begin. */
#include "proxy/base/base.h"
#include "audit/event.h"
#include "tests/unit/event_rig.h"

static struct made begin_of(const char *who)
{
    struct audit_record rec = {.type = RECORD_EXCHANGE_BEGIN, .dec = RECORD_ALLOWED, .sev = 1};
    struct made m;
    rec.groups[GROUP_WHO] = slice_str(who);
    rec.groups[GROUP_NET] = SLICE_LIT("{\"port\":4711,\"src\":\"10.0.0.9\"}");
    event_make(&m, &rec, 7);
    return m;
}

static struct made end_of(enum record_decision dec, const char *use)
{
    struct audit_record rec = {
        .type = RECORD_EXCHANGE_END, .dec = dec, .sev = 3, .has_ref = true, .ref = 7, .out = "ok"};
    struct made m;
    rec.rules[rec.rule_count++] = CLEAR_LIT("pan");
    rec.groups[GROUP_USE] = slice_str(use);
    event_make(&m, &rec, 8);
    return m;
}

static void an_end_says_what_its_begin_said(void **state)
{
    struct made begin = begin_of("{\"app\":\"pay\",\"tenant\":\"t\"}");
    struct made end = end_of(RECORD_ALLOWED, "{\"in\":11,\"status\":200}");
    struct event e = {.origin = "o/1", .frame = &end.frame};
    (void)state;
    assert_int_equal(event_text(&e, "who", "app").len, 0);
    assert_int_equal(event_number(&e, "net", "port", 9), 9);
    e.begin = &begin.frame;
    assert_true(slice_is(event_text(&e, "who", "app"), SLICE_LIT("pay")));
    assert_int_equal(event_number(&e, "net", "port", 9), 4711);
    assert_int_equal(event_number(&e, "use", "in", 0), 11);
    assert_int_equal(event_number(&e, "use", "out", 5), 5);
    assert_true(slice_is(event_text(&e, NULL, "type"), SLICE_LIT("exchange.end")));
    assert_int_equal(event_text(&e, "who", "nothing").len, 0);
    assert_true(event_is_exchange(&e));
    assert_int_equal(event_time_ms(&e), 1700000000123);
    event_drop(&begin);
    event_drop(&end);
}

static void ids_name_the_log_and_the_record(void **state)
{
    char id[EVENT_ID];
    struct made end = end_of(RECORD_ALLOWED, "{\"in\":1}");
    struct event e = {.origin = "bulla.example/node1", .frame = &end.frame};
    (void)state;
    event_id(&e, id);
    assert_string_equal(id, "bulla.example/node1#8");
    e.is_finding = true;
    event_id(&e, id);
    assert_string_equal(id, "bulla.example/node1#finding-8");
    event_drop(&end);
}

/* A block is looked at; what passed is not. */
static void what_was_blocked_is_a_finding(void **state)
{
    struct made allowed = end_of(RECORD_ALLOWED, "{\"in\":1}");
    struct event e = {.origin = "o", .frame = &allowed.frame};
    (void)state;
    assert_false(event_has_finding(&e));
    event_drop(&allowed);
    struct made blocked = end_of(RECORD_BLOCKED, "{\"in\":1}");
    e.frame = &blocked.frame;
    assert_true(event_has_finding(&e));
    assert_false(event_is_observed(&e));
    event_drop(&blocked);
}

/* Of a checkpoint, which is no record. */
static void a_head_has_a_leaf_of_its_own(void **state)
{
    struct buf leaf;
    (void)state;
    buf_init(&leaf, 4096);
    assert_true(gw_ok(event_head(12, INT64_C(1700000000000000), &leaf)));
    assert_true(slice_is(buf_slice(&leaf),
                         SLICE_LIT("{\"seq\":12,\"sev\":1,\"t\":\"2023-11-14T22:13:20.000000Z\","
                                   "\"type\":\"log.checkpoint\",\"v\":1}")));
    buf_free(&leaf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_end_says_what_its_begin_said),
        cmocka_unit_test(ids_name_the_log_and_the_record),
        cmocka_unit_test(what_was_blocked_is_a_finding),
        cmocka_unit_test(a_head_has_a_leaf_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
