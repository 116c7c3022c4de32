/* tests/unit/test_settle.c - what goes on before its records are durable, and what never does. */
#include "proxy/base/base.h"
#include "tests/unit/gate_bench.h"
#include "audit/record.h"
#include "proxy/gate/exchange.h"

#define ANSWER                                                                              \
    "{\"id\":\"c1\",\"object\":\"chat.completion\",\"choices\":[{\"index\":0,\"message\":{" \
    "\"role\":\"assistant\",\"content\":\"well\"},\"finish_reason\":\"stop\"}]}"

static bool wants(struct bench *b, unsigned what)
{
    return (exchange_want(b->rig.x) & what) != 0;
}

static struct audit_record record_of(struct bench *b)
{
    struct audit_record rec;
    assert_true(wants(b, WANT_RECORD));
    assert_true(gw_ok(record_decode(exchange_record(b->rig.x), &rec)));
    return rec;
}

/* The whole request, as far as it goes by itself. */
static void hear_request(struct bench *b)
{
    size_t used;
    rig_begin(&b->rig, &b->script);
    exchange_feed(b->rig.x, SIDE_CLIENT, b->script.request, &used);
    while (wants(b, WANT_TURN))
        exchange_turn(b->rig.x);
}

/* As far as the begin record, which is handed over and not answered. */
static void begin_with(struct bench *b, enum record_durability dur)
{
    b->rig.gate.durability = dur;
    ask(b, CHAT, CHAT_BODY);
    answer(b, "200 OK", "application/json", ANSWER);
    hear_request(b);
    struct audit_record rec = record_of(b);
    assert_int_equal(rec.type, RECORD_EXCHANGE_BEGIN);
    assert_int_equal(rec.dur, dur);
    assert_false(wants(b, WANT_CONNECT));
    exchange_record_sent(b->rig.x);
    assert_true(exchange_awaits_record(b->rig.x));
}

/* The upstream gets the request and answers it all. */
static void hear_answer(struct bench *b)
{
    size_t used;
    assert_true(wants(b, WANT_CONNECT));
    exchange_connected(b->rig.x, true);
    while (wants(b, WANT_UP_OUT))
        exchange_sent(b->rig.x, SIDE_UPSTREAM, exchange_output(b->rig.x, SIDE_UPSTREAM).len);
    exchange_feed(b->rig.x, SIDE_UPSTREAM, b->script.answer, &used);
    assert_int_equal(used, b->script.answer.len);
}

static void test_strict_waits_for_its_begin(void **state)
{
    struct bench *b = *state;
    begin_with(b, RECORD_STRICT);
    assert_false(wants(b, WANT_CONNECT));
    exchange_recorded(b->rig.x, true, 41);
    hear_answer(b);
    struct audit_record end = record_of(b);
    assert_true(end.has_ref && end.ref == 41 && end.dur == RECORD_STRICT);
    exchange_record_sent(b->rig.x);
    assert_false(wants(b, WANT_CLIENT_OUT));
    exchange_recorded(b->rig.x, true, 42);
    assert_true(wants(b, WANT_CLIENT_OUT));
}

static void test_strict_does_not_begin_without_a_record(void **state)
{
    struct bench *b = *state;
    begin_with(b, RECORD_STRICT);
    exchange_recorded(b->rig.x, false, 0);
    assert_false(wants(b, WANT_CONNECT));
    assert_int_equal(exchange_why(b->rig.x), WHY_AUDIT_DOWN);
}

static void test_sync_waits_for_its_end_only(void **state)
{
    struct bench *b = *state;
    begin_with(b, RECORD_SYNC);
    hear_answer(b);
    struct audit_record end = record_of(b);
    assert_int_equal(end.type, RECORD_EXCHANGE_END);
    assert_int_equal(end.dur, RECORD_SYNC);
    assert_false(end.has_ref);
    exchange_record_sent(b->rig.x);
    assert_true(exchange_awaits_record(b->rig.x));
    assert_false(wants(b, WANT_CLIENT_OUT));
    exchange_recorded(b->rig.x, true, 42);
    assert_true(wants(b, WANT_CLIENT_OUT));
    begin_with(b, RECORD_SYNC);
    exchange_recorded(b->rig.x, true, 43); /* heard of in time: the end names it */
    hear_answer(b);
    assert_int_equal(record_of(b).ref, 43);
}

static void test_sync_blocks_where_the_route_does_not_pass(void **state)
{
    struct bench *b = *state;
    begin_with(b, RECORD_SYNC);
    assert_true(wants(b, WANT_CONNECT));
    exchange_recorded(b->rig.x, false, 0); /* on its way up already */
    assert_int_equal(exchange_why(b->rig.x), WHY_AUDIT_DOWN);
    begin_with(b, RECORD_SYNC);
    hear_answer(b);
    exchange_record_sent(b->rig.x);
    exchange_recorded(b->rig.x, false, 0);
    assert_int_equal(exchange_why(b->rig.x), WHY_AUDIT_DOWN);
    assert_false(exchange_may_go_unrecorded(b->rig.x));
}

static void test_async_waits_for_nothing(void **state)
{
    struct bench *b = *state;
    begin_with(b, RECORD_ASYNC);
    hear_answer(b);
    struct audit_record end = record_of(b);
    assert_int_equal(end.type, RECORD_EXCHANGE_END);
    assert_int_equal(end.dur, RECORD_ASYNC);
    exchange_record_sent(b->rig.x);
    assert_false(exchange_awaits_record(b->rig.x));
    assert_true(wants(b, WANT_CLIENT_OUT));
}

static void test_async_goes_on_without_a_record_and_is_counted(void **state)
{
    struct bench *b = *state;
    uint64_t before = b->rig.gate.counters.unrecorded;
    begin_with(b, RECORD_ASYNC);
    exchange_recorded(b->rig.x, false, 0);
    assert_int_equal(b->rig.gate.counters.unrecorded, before + 1);
    hear_answer(b);
    assert_false(wants(b, WANT_RECORD));
    assert_true(wants(b, WANT_CLIENT_OUT));
    assert_int_equal(exchange_why(b->rig.x), WHY_DONE);
    assert_int_equal(b->rig.gate.counters.unrecorded, before + 1); /* once */
}

/* `audit.durability: async`, and a route that blocks without saying what it waits for. */
static void test_a_route_that_blocks_blocks_whatever_the_configuration_says(void **state)
{
    void *own = NULL;
    (void)state;
    assert_int_equal(open_bench_with(&own, "policy: p\nclasses: [public]\nroutes:\n"
                                           "  - { to: [cloud], on_audit_failure: block }\n"),
                     0);
    struct bench *b = own;
    b->rig.gate.durability = RECORD_ASYNC;
    ask(b, CHAT, CHAT_BODY);
    hear_request(b);
    assert_int_equal(record_of(b).dur, RECORD_SYNC);
    exchange_record_sent(b->rig.x);
    exchange_recorded(b->rig.x, false, 0);
    assert_int_equal(exchange_why(b->rig.x), WHY_AUDIT_DOWN);
    close_bench(&own);
}

static void test_what_is_refused_is_strict(void **state)
{
    struct bench *b = *state;
    b->rig.gate.durability = RECORD_ASYNC;
    ask(b, CHAT, "[]");
    hear_request(b);
    struct audit_record rec = record_of(b);
    assert_int_equal(rec.type, RECORD_EXCHANGE_BLOCK);
    assert_int_equal(rec.dur, RECORD_STRICT);
    exchange_record_sent(b->rig.x);
    assert_true(exchange_awaits_record(b->rig.x));
    assert_false(wants(b, WANT_CLIENT_OUT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_strict_waits_for_its_begin),
        TEST(test_strict_does_not_begin_without_a_record),
        TEST(test_sync_waits_for_its_end_only),
        TEST(test_sync_blocks_where_the_route_does_not_pass),
        TEST(test_async_waits_for_nothing),
        TEST(test_async_goes_on_without_a_record_and_is_counted),
        TEST(test_a_route_that_blocks_blocks_whatever_the_configuration_says),
        TEST(test_what_is_refused_is_strict),
    };
    return cmocka_run_group_tests(tests, open_bench, close_bench);
}
