/* tests/unit/test_event.c - audit/event.h: what a record says, of itself, of a group of its own or
 * of its begin. */
#include "proxy/base/base.h"
#include "audit/event.h"
#include "audit/leaf.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct secret_pool salts;
static struct buf leaves[2], groups[2];

/* A frame of the record, in room 0 or 1. */
static struct segment_frame frame_of(struct audit_record *rec, unsigned room, uint64_t seq)
{
    const struct leaf_stamp stamp = {.seq = seq,
                                     .mono_us = 1,
                                     .wall_us = INT64_C(1700000000123456),
                                     .salts = &salts,
                                     .boot = "00112233",
                                     .node = "node1",
                                     .build = "b"};
    buf_init(&leaves[room], 1 << 16);
    buf_init(&groups[room], 1 << 16);
    snprintf(rec->xid, sizeof rec->xid, "018f0000-0000-7000-8000-000000000001");
    assert_true(gw_ok(leaf_write(rec, &stamp, NULL, &leaves[room], &groups[room])));
    return (struct segment_frame){
        .seq = seq, .leaf = buf_slice(&leaves[room]), .groups = buf_slice(&groups[room])};
}

static void drop(void)
{
    for (unsigned i = 0; i < 2; i++) {
        buf_free(&leaves[i]);
        buf_free(&groups[i]);
    }
}

static struct segment_frame begin_of(const char *who)
{
    struct audit_record rec = {.type = RECORD_EXCHANGE_BEGIN, .dec = RECORD_ALLOWED, .sev = 1};
    rec.groups[GROUP_WHO] = slice_str(who);
    rec.groups[GROUP_NET] = SLICE_LIT("{\"port\":4711,\"src\":\"10.0.0.9\"}");
    return frame_of(&rec, 0, 7);
}

static struct segment_frame end_of(enum record_decision dec, const char *use)
{
    struct audit_record rec = {
        .type = RECORD_EXCHANGE_END, .dec = dec, .sev = 3, .has_ref = true, .ref = 7, .out = "ok"};
    rec.rules[rec.rule_count++] = CLEAR_LIT("pan");
    rec.groups[GROUP_USE] = slice_str(use);
    return frame_of(&rec, 1, 8);
}

static void an_end_says_what_its_begin_said(void **state)
{
    const struct segment_frame begin = begin_of("{\"app\":\"pay\",\"tenant\":\"t\"}");
    const struct segment_frame end = end_of(RECORD_ALLOWED, "{\"in\":11,\"status\":200}");
    struct event e = {.origin = "o/1", .frame = &end};
    (void)state;
    assert_int_equal(event_text(&e, "who", "app").len, 0);
    assert_int_equal(event_number(&e, "net", "port", 9), 9);
    e.begin = &begin;
    assert_true(slice_is(event_text(&e, "who", "app"), SLICE_LIT("pay")));
    assert_int_equal(event_number(&e, "net", "port", 9), 4711);
    assert_int_equal(event_number(&e, "use", "in", 0), 11);
    assert_int_equal(event_number(&e, "use", "out", 5), 5);
    assert_true(slice_is(event_text(&e, NULL, "type"), SLICE_LIT("exchange.end")));
    assert_int_equal(event_text(&e, "who", "nothing").len, 0);
    assert_true(event_is_exchange(&e));
    assert_int_equal(event_time_ms(&e), 1700000000123);
    drop();
}

static void ids_name_the_log_and_the_record(void **state)
{
    char id[EVENT_ID];
    const struct segment_frame end = end_of(RECORD_ALLOWED, "{\"in\":1}");
    struct event e = {.origin = "bulla.example/node1", .frame = &end};
    (void)state;
    event_id(&e, id);
    assert_string_equal(id, "bulla.example/node1#8");
    e.is_finding = true;
    event_id(&e, id);
    assert_string_equal(id, "bulla.example/node1#finding-8");
    drop();
}

/* A block is looked at; what passed is not. */
static void what_was_blocked_is_a_finding(void **state)
{
    const struct segment_frame allowed = end_of(RECORD_ALLOWED, "{\"in\":1}");
    struct event e = {.origin = "o", .frame = &allowed};
    (void)state;
    assert_false(event_has_finding(&e));
    drop();
    const struct segment_frame blocked = end_of(RECORD_BLOCKED, "{\"in\":1}");
    e.frame = &blocked;
    assert_true(event_has_finding(&e));
    assert_false(event_is_observed(&e));
    drop();
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
