/* tests/unit/test_inspect.c - bodies that cannot be read are refused, those that can are read
 * whole. */
#include "proxy/base/base.h"
#include "tests/unit/gate_bench.h"
#include "proxy/gate/exchange.h"

static void test_what_cannot_be_read_is_refused(void **state)
{
    struct bench *b = *state;
    static const char *const bodies[] = {"",
                                         "{",
                                         "{}}",
                                         "nul",
                                         "[]",
                                         "\"text\"",
                                         "{\"a\":\"\xff\"}",
                                         "{\"a\":\"\\ud800\"}",
                                         "{\"a\":01}",
                                         "{\"model\":\"m\",\"model\":\"n\"}",
                                         "{\"a\":\"\\u0061\",\"\\u0061\":1}",
                                         "{'a':1}",
                                         "{\"a\":1,}",
                                         "\xef\xbb\xbf{}"};
    for (size_t i = 0; i < GW_COUNT(bodies); i++) {
        ask(b, CHAT, bodies[i]);
        refused(b, "400", "invalid_request_error", WHY_BAD_BODY);
        ask(b, MESSAGES, bodies[i]);
        refused(b, "400", "invalid_request_error", WHY_BAD_BODY);
    }
}

static void test_a_very_deep_body_is_refused(void **state)
{
    struct bench *b = *state;
    char body[9000] = "{\"a\":";
    memset(body + 5, '[', 8000);
    ask(b, CHAT, body);
    refused(b, "400", "invalid_request_error", WHY_BAD_BODY);
}

static void test_a_shape_of_another_api_is_refused(void **state)
{
    struct bench *b = *state;
    static const char *const bodies[] = {"{}", "{\"model\":\"m\"}",
                                         "{\"model\":\"m\",\"messages\":\"text\"}"};
    for (size_t i = 0; i < GW_COUNT(bodies); i++) {
        ask(b, CHAT, bodies[i]);
        refused(b, "400", "invalid_request_error", WHY_UNSUPPORTED);
    }
}

#define ESCAPED "alice.miller\\u0040example.com"

/* Wherever a text stands, it is found there. */
static void test_every_place_is_read(void **state)
{
    struct bench *b = *state;
    static const char *const bodies[] = {
        "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"" ALICE "\"}]}",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\","
        "\"text\":\"" ALICE "\"}]}]}",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"},{\"role\":"
        "\"assistant\",\"tool_calls\":[{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":"
        "\"f\",\"arguments\":\"{\\\"to\\\":\\\"" ALICE "\\\"}\"}}]}]}",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":"
        "\"" ALICE "\"}]}",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"user\":\"" ALICE
        "\"}",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"stop\":[\"" ALICE
        "\"]}",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"unheard\":{\"of\":"
        "[\"" ALICE "\"]}}",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" ESCAPED "\"}]}",
    };
    answer_raw(b, "HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n{\"a\":1}");
    for (size_t i = 0; i < GW_COUNT(bodies); i++) {
        ask(b, CHAT, bodies[i]);
        run(b);
        assert_true(has(b, "x-bulla-decision: redact"));
        assert_true(rig_upstream_has(&b->rig, "EMAIL_"));
        assert_false(rig_upstream_has(&b->rig, "alice"));
    }
}

static void send(struct bench *b, const char *body)
{
    ask(b, CHAT, body);
    (void)rig_run(&b->rig, &b->script);
}

static bool sent(const struct bench *b, const char *text)
{
    return slice_find(buf_slice(&b->rig.upstream), slice_str(text)) != SIZE_MAX;
}

/* A body of `turns` messages, the last one with an address. */
static const char *transcript(char *out, size_t size, unsigned turns)
{
    size_t at = (size_t)snprintf(out, size, "{\"model\":\"m\",\"messages\":[");
    for (unsigned i = 0; i < turns; i++)
        at += (size_t)snprintf(out + at, size - at,
                               "%s{\"role\":\"user\",\"content\":\"turn %u of a talk that goes on "
                               "and on, with nothing in it but for %s in the end\"}",
                               i == 0 ? "" : ",", i, i + 1 == turns ? ALICE : "me");
    snprintf(out + at, size - at, "]}");
    return out;
}

static void test_what_was_seen_is_not_scanned_again_and_found_all_the_same(void **state)
{
    struct bench *b = *state;
    static char body[TEXT - 512];
    const struct gate_counters *c = &b->rig.gate.counters;
    send(b, transcript(body, sizeof body, 40));
    struct gate_counters first = *c;
    assert_true(sent(b, "EMAIL_") && !sent(b, ALICE));
    send(b, transcript(body, sizeof body, 40));
    assert_true(c->leaves_seen - first.leaves_seen == 40);
    assert_true(c->findings - first.findings == 1);
    assert_true(sent(b, "EMAIL_") && !sent(b, ALICE));
    first = *c;
    send(b, transcript(body, sizeof body, 41)); /* the 40th changed, the 41st is new */
    assert_true(c->leaves_seen - first.leaves_seen == 39);
    /* another API has other roles and keys: what is the same is known there as well */
    first = *c;
    send(b, "{\"model\":\"m\",\"messages\":[{\"role\":\"assistant\",\"content\":\"turn 3 of a "
            "talk that goes on and on, with nothing in it but for me in the end\"}]}");
    assert_true(c->leaves_seen == first.leaves_seen); /* of another role: scanned for itself */
}

/* Others' bytes are taken in first. */
static void test_a_body_is_not_looked_into_where_it_is_taken_in(void **state)
{
    struct bench *b = *state;
    size_t used;
    ask(b, CHAT, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"" ALICE "\"}]}");
    rig_begin(&b->rig, &b->script);
    uint64_t before = b->rig.gate.counters.leaves_scanned;
    exchange_feed(b->rig.x, SIDE_CLIENT, b->script.request, &used);
    assert_int_equal(exchange_want(b->rig.x), WANT_TURN);
    assert_int_equal(b->rig.gate.counters.leaves_scanned, before);
    exchange_turn(b->rig.x);
    assert_int_equal(exchange_want(b->rig.x), WANT_RECORD);
    assert_true(b->rig.gate.counters.leaves_scanned > before);
}

static void test_a_long_body_takes_turns(void **state)
{
    struct bench *b = *state;
    static char body[1 << 20], request[(1 << 20) + 512];
    size_t at = (size_t)snprintf(body, sizeof body,
                                 "{\"model\":\"m\",\"messages\":[{\"role\":\"user\","
                                 "\"content\":\"");
    while (at < sizeof body - 100)
        at += (size_t)snprintf(body + at, sizeof body - at, "word %zu ", at);
    at += (size_t)snprintf(body + at, sizeof body - at, ALICE "\"}]}");
    int n = snprintf(request, sizeof request,
                     "POST " CHAT " HTTP/1.1\r\nhost: x\r\ncontent-type: "
                     "application/json\r\ncontent-length: %zu\r\n\r\n%s",
                     at, body);
    b->script = (struct script){.request = slice_of(request, (size_t)n)};
    (void)rig_run(&b->rig, &b->script);
    assert_true(b->rig.turns >= 10 && b->rig.turns < 40);
    assert_true(sent(b, "EMAIL_") && !sent(b, ALICE));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_cannot_be_read_is_refused),
        TEST(test_a_very_deep_body_is_refused),
        TEST(test_a_shape_of_another_api_is_refused),
        TEST(test_every_place_is_read),
        TEST(test_what_was_seen_is_not_scanned_again_and_found_all_the_same),
        TEST(test_a_body_is_not_looked_into_where_it_is_taken_in),
        TEST(test_a_long_body_takes_turns),
    };
    return cmocka_run_group_tests(tests, open_bench, close_bench);
}
