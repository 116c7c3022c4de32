/* tests/unit/test_relay.c - answers as a bad upstream sends them, and what a client gets instead.
 */
#include "proxy/base/base.h"
#include "tests/unit/gate_bench.h"
#include "proxy/gate/exchange.h"

/* The upstream sends `bytes` and, if it ends, leaves: the client gets our own 502. */
static void becomes_502(struct bench *b, const char *bytes, bool ends, enum why why)
{
    ask(b, CHAT, CHAT_BODY);
    answer_raw(b, bytes);
    b->script.upstream_ends = ends;
    for (size_t cut = 0; cut < 2; cut++) {
        b->script.answer_cut = cut;
        run(b);
        assert_true(is_status(b, "502"));
        assert_true(has(b, "upstream_error"));
        assert_int_equal(exchange_why(b->rig.x), why);
        assert_int_equal(b->rig.end_type, RECORD_EXCHANGE_END);
        assert_false(exchange_keeps(b->rig.x, SIDE_UPSTREAM));
        assert_true(exchange_keeps(b->rig.x, SIDE_CLIENT));
    }
    b->script.answer_cut = 0;
}

#define OK_JSON "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"

static void test_garbage_becomes_an_error_of_ours(void **state)
{
    struct bench *b = *state;
    becomes_502(b, "garbage without an end", true, WHY_UPSTREAM_GONE);
    becomes_502(b, "<html>hello</html>\r\n\r\n", false, WHY_UPSTREAM_BAD);
    becomes_502(b, "HTTP/2.0 200 OK\r\n\r\n", false, WHY_UPSTREAM_BAD);
    becomes_502(b, "HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n", false,
                WHY_UPSTREAM_BAD);
    becomes_502(b, OK_JSON "content-length: 2\r\ncontent-length: 3\r\n\r\n{}", false,
                WHY_UPSTREAM_BAD);
    becomes_502(b, OK_JSON "content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}", false,
                WHY_UPSTREAM_BAD);
    becomes_502(b, OK_JSON "transfer-encoding: chunked\r\n\r\nzz\r\n", false, WHY_UPSTREAM_BAD);
    becomes_502(b, OK_JSON "content-length: 5\r\n\r\nhello", false, WHY_UPSTREAM_BAD);
    becomes_502(b, OK_JSON "content-length: 13\r\n\r\n{\"a\":1,\"a\":2}", false, WHY_UPSTREAM_BAD);
    becomes_502(b, OK_JSON "content-length: 7\r\ncontent-encoding: gzip\r\n\r\n{\"a\":1}", false,
                WHY_UPSTREAM_BAD);
    becomes_502(b, OK_JSON "content-length: 7\r\ncontent-encoding: snappy\r\n\r\n{\"a\":1}", false,
                WHY_UPSTREAM_BAD);
    becomes_502(b, OK_JSON "content-length: 0\r\n\r\n", false, WHY_UPSTREAM_BAD);
    becomes_502(b, "", true, WHY_UPSTREAM_GONE);
    becomes_502(b, OK_JSON "content-length: 9\r\n\r\n{\"a\":1}", true, WHY_UPSTREAM_GONE);
    becomes_502(b, OK_JSON "\r\n{\"a\":", true, WHY_UPSTREAM_BAD);
}

#define INTERIM "HTTP/1.1 103 Early Hints\r\n\r\n"

static void test_interim_answers_are_dropped_up_to_eight(void **state)
{
    struct bench *b = *state;
    ask(b, CHAT, CHAT_BODY);
    answer_raw(b, INTERIM INTERIM INTERIM INTERIM INTERIM INTERIM INTERIM INTERIM OK_JSON
               "content-length: 7\r\n\r\n{\"a\":1}");
    run(b);
    assert_true(is_status(b, "200"));
    assert_false(has(b, " 103 "));
    becomes_502(b,
                INTERIM INTERIM INTERIM INTERIM INTERIM INTERIM INTERIM INTERIM INTERIM OK_JSON
                "content-length: 7\r\n\r\n{\"a\":1}",
                false, WHY_UPSTREAM_BAD);
}

static void test_a_refusal_of_the_gateway_is_not_the_callers(void **state)
{
    struct bench *b = *state;
    static const char *const lines[] = {"401 Unauthorized", "403 Forbidden", "302 Found",
                                        "307 Temporary Redirect"};
    for (size_t i = 0; i < GW_COUNT(lines); i++) {
        char text[300];
        snprintf(text, sizeof text,
                 "HTTP/1.1 %s\r\ncontent-type: application/json\r\nlocation: https://x.example/\r\n"
                 "content-length: 18\r\n\r\n{\"error\":\"cloud\"} ",
                 lines[i]);
        becomes_502(b, text, false, WHY_UPSTREAM_STATUS);
        assert_false(has(b, "x.example"));
        assert_false(has(b, "cloud\"}"));
    }
}

static void test_an_error_in_json_passes_and_is_restored(void **state)
{
    struct bench *b = *state;
    ask(b, CHAT, CHAT_BODY);
    learn_token(b);
    answer(b, "429 Too Many Requests", "application/json",
           "{\"error\":{\"message\":\"slow down, ~\",\"type\":\"rate_limit\",\"code\":null}}");
    run(b);
    assert_true(is_status(b, "429"));
    assert_true(has(b, "slow down, " ALICE));
    assert_int_equal(exchange_why(b->rig.x), WHY_UPSTREAM_STATUS);
    assert_true(exchange_keeps(b->rig.x, SIDE_UPSTREAM));
}

static void test_an_error_in_html_becomes_ours(void **state)
{
    struct bench *b = *state;
    becomes_502(b,
                "HTTP/1.1 500 Bad\r\ncontent-type: text/html\r\ncontent-length: 8\r\n\r\n<h1>no</",
                false, WHY_UPSTREAM_BAD);
    assert_false(has(b, "<h1>"));
}

/* An upstream's error is an answer like any other: read, restored, redacted; and the gateway's own
 * key for it is shown to nobody, in no spelling that JSON has. */
static void test_an_upstreams_error_is_read_like_an_answer(void **state)
{
    static const char *const keys[] = {"{\"error\":{\"message\":\"bad key cloud-key\"}}",
                                       "{\"error\":{\"message\":\"bad key cl\\u006fud-key\"}}",
                                       "{\"error\":{\"name\":\"cloud-key\"}}",
                                       "{\"error\":{\"cloud-key\":1}}"};
    struct bench *b = *state;
    ask(b, CHAT, CHAT_BODY);
    learn_token(b);
    answer(b, "400 Bad Request", "application/json",
           "{\"error\":{\"message\":\"no such mail: ~; password: kX93-vTq7-Lm2z\",\"code\":null}}");
    run(b);
    assert_true(is_status(b, "400") && has(b, "no such mail: " ALICE));
    assert_true(has(b, "\"code\":null") && !has(b, "vTq7"));
    assert_int_equal(exchange_why(b->rig.x), WHY_UPSTREAM_STATUS);
    for (size_t i = 0; i < GW_COUNT(keys); i++) {
        ask(b, CHAT, CHAT_BODY);
        answer(b, "400 Bad Request", "application/json", keys[i]);
        run(b);
        assert_true(is_status(b, "502") && !has(b, "ud-key"));
        assert_int_equal(exchange_why(b->rig.x), WHY_UPSTREAM_BAD);
    }
}

static void busy(struct bench *b, const char *status, const char *wait)
{
    char text[300];
    snprintf(text, sizeof text,
             "HTTP/1.1 %s Busy\r\ncontent-type: text/html\r\n%scontent-length: 8\r\n\r\n<h1>no</",
             status, wait);
    ask(b, CHAT, CHAT_BODY);
    answer_raw(b, text);
    run(b);
    assert_true(is_status(b, status));
    assert_false(has(b, "<h1>"));
    assert_true(has(b, "upstream_busy"));
    assert_int_equal(exchange_why(b->rig.x), WHY_UPSTREAM_STATUS);
}

static void test_a_busy_upstream_says_when_to_come_again(void **state)
{
    struct bench *b = *state;
    unsigned seen = 0;
    for (size_t i = 0; i < 200; i++) { /* ours: spread, so that not all come back at once */
        busy(b, "503",
             i % 2 == 0 ? "retry-after: soon; x=1\r\n" : "retry-after: 70\r\nretry-after: 80\r\n");
        assert_false(has(b, "soon"));
        size_t at = where(b, "retry-after: ");
        struct slice line = slice_from(buf_slice(&b->rig.client), at + 13);
        assert_true(line.at[0] >= '3' && line.at[0] <= '8' && line.at[1] == '\r');
        seen |= 1u << (line.at[0] - '0');
    }
    assert_int_equal(seen, 0x1f8);
    busy(b, "429", "");
    assert_false(has(b, "retry-after"));
    busy(b, "429", "retry-after: 17\r\nretry-after-ms: 16500\r\n");
    assert_true(has(b, "retry-after: 17\r\n") && has(b, "retry-after-ms: 16500\r\n"));
    busy(b, "503", "retry-after: Wed, 21 Oct 2026 07:28:00 GMT\r\n");
    assert_true(has(b, "retry-after: Wed, 21 Oct 2026 07:28:00 GMT\r\n"));
}

static void test_an_answer_that_the_connection_ends_is_whole_when_it_parses(void **state)
{
    struct bench *b = *state;
    ask(b, CHAT, CHAT_BODY);
    answer_raw(b, OK_JSON "\r\n{\"a\":1}");
    b->script.upstream_ends = true;
    run(b);
    assert_true(is_status(b, "200"));
    assert_false(exchange_keeps(b->rig.x, SIDE_UPSTREAM));
}

static void test_bytes_behind_the_end_cost_the_connection(void **state)
{
    struct bench *b = *state;
    ask(b, CHAT, CHAT_BODY);
    answer_raw(b, OK_JSON "content-length: 7\r\n\r\n{\"a\":1}HTTP/1.1 200 OK\r\n\r\n");
    uint64_t before = b->rig.gate.counters.excess;
    run(b);
    assert_true(is_status(b, "200"));
    assert_int_equal(b->rig.gate.counters.excess, before + 1);
    assert_false(exchange_keeps(b->rig.x, SIDE_UPSTREAM));
}

static void test_an_answer_that_is_too_large_becomes_an_error(void **state)
{
    struct bench *b = *state;
    b->rig.gate.limits.answer_body = 6;
    becomes_502(b, OK_JSON "content-length: 7\r\n\r\n{\"a\":1}", false, WHY_UPSTREAM_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_garbage_becomes_an_error_of_ours),
        TEST(test_interim_answers_are_dropped_up_to_eight),
        TEST(test_a_refusal_of_the_gateway_is_not_the_callers),
        TEST(test_an_error_in_json_passes_and_is_restored),
        TEST(test_an_error_in_html_becomes_ours),
        TEST(test_an_upstreams_error_is_read_like_an_answer),
        TEST(test_a_busy_upstream_says_when_to_come_again),
        TEST(test_an_answer_that_the_connection_ends_is_whole_when_it_parses),
        TEST(test_bytes_behind_the_end_cost_the_connection),
        TEST(test_an_answer_that_is_too_large_becomes_an_error),
    };
    return cmocka_run_group_tests(tests, open_bench, close_bench);
}
