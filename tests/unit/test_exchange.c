/* tests/unit/test_exchange.c - whole exchanges without sockets: refusals, both APIs, every cut. */
#include "proxy/base/base.h"
#include "tests/unit/gate_bench.h"
#include "audit/record.h"
#include "proxy/gate/exchange.h"

static void test_refuses_what_it_does_not_serve(void **state)
{
    struct bench *b = *state;
    ask(b, "/v1/embeddings", "{}");
    refused(b, "404", "not_found", WHY_UNKNOWN_PATH);
    ask_with(b, "GET " CHAT " HTTP/1.1", "", "");
    refused(b, "405", "method_not_allowed", WHY_BAD_METHOD);
    ask_with(b, "POST " CHAT " HTTP/1.1", "content-type: text/plain\r\n", "{}");
    refused(b, "415", "unsupported_media_type", WHY_BAD_MEDIA_TYPE);
    ask_with(b, "POST " CHAT " HTTP/1.1", "", "{}");
    refused(b, "415", "unsupported_media_type", WHY_BAD_MEDIA_TYPE);
    ask_with(b, "POST " MESSAGES " HTTP/1.1", JSON_TYPE "content-encoding: lzma\r\n", "{}");
    refused(b, "415", "\"type\":\"error\"", WHY_BAD_ENCODING);
    ask(b, CHAT "?key=1", "{}");
    refused(b, "400", "invalid_request_error", WHY_BAD_REQUEST);
    ask(b, MESSAGES, "{\"a\":");
    refused(b, "400", "\"type\":\"error\"", WHY_BAD_BODY);
    ask(b, CHAT, "{\"a\":1,\"a\":2}");
    refused(b, "400", "twice", WHY_BAD_BODY);
    ask(b, CHAT, "[]");
    refused(b, "400", "object", WHY_BAD_BODY);
    b->script.request = SLICE_LIT("GARBAGE\r\n\r\n");
    refused(b, "400", "invalid_request_error", WHY_BAD_REQUEST);
}

static void test_a_head_may_be_as_long_as_the_limit_says(void **state)
{
    struct bench *b = *state;
    for (size_t cut = 0; cut < 2; cut++) {
        ask(b, CHAT, CHAT_BODY);
        size_t len = slice_find(b->script.request, SLICE_LIT("\r\n\r\n")) + 4;
        b->script.request_cut = cut;
        b->rig.gate.limits.head = len;
        b->script.upstream_ends = true;
        run(b);
        assert_true(b->rig.upstream.len > 0);
        b->rig.gate.limits.head = len - 1;
        refused(b, "431", "head too large", WHY_HEAD_TOO_LARGE);
        assert_false(exchange_keeps(b->rig.x, SIDE_CLIENT));
    }
}

static void test_refuses_what_is_too_large(void **state)
{
    struct bench *b = *state;
    b->rig.gate.limits.request_body = 100;
    ask(b, CHAT, CHAT_BODY CHAT_BODY);
    refused(b, "413", "request_too_large", WHY_TOO_LARGE);
    assert_false(exchange_keeps(b->rig.x, SIDE_CLIENT));
    b->script.request = SLICE_LIT(
        "POST " CHAT " HTTP/1.1\r\nhost: a\r\n" JSON_TYPE
        "transfer-encoding: chunked\r\n\r\nff\r\n{\"model\":\"gpt-4o\",\"messages\":[{"
        "\"role\":\"user\",\"content\":\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    refused(b, "413", "request_too_large", WHY_TOO_LARGE);
}

static void test_refuses_callers_it_does_not_know(void **state)
{
    struct bench *b = *state;
    b->rig.gate.auth = AUTH_KEYS;
    ask(b, CHAT, CHAT_BODY);
    refused(b, "401", "invalid_api_key", WHY_UNAUTHENTICATED);
    ask_with(b, "POST " MESSAGES " HTTP/1.1",
             JSON_TYPE "x-api-key: a\r\nauthorization: Bearer b\r\n", CHAT_BODY);
    refused(b, "401", "\"type\":\"error\"", WHY_UNAUTHENTICATED);
}

static void test_restores_a_whole_answer(void **state)
{
    struct bench *b = *state;
    ask(b, CHAT, CHAT_BODY);
    learn_token(b);
    answer(b, "200 OK", "application/json",
           "{\"id\":\"c1\",\"object\":\"chat.completion\",\"choices\":[{\"index\":0,\"message\":{"
           "\"role\":\"assistant\",\"content\":\"sent to ~.\"},\"finish_reason\":\"stop\"}]}");
    run(b);
    assert_true(is_status(b, "200"));
    assert_true(has(b, "sent to " ALICE "."));
    assert_true(has(b, "x-bulla-decision: redact\r\n"));
    assert_true(has(b, "x-bulla-upstream: cloud\r\n"));
    assert_true(has(b, "x-bulla-policy: 7\r\n"));
    assert_true(rig_upstream_has(&b->rig, "authorization: Bearer cloud-key\r\n"));
    assert_int_equal(b->rig.end_type, RECORD_EXCHANGE_END);
    assert_int_equal(b->rig.decision, RECORD_REDACTED);
    assert_string_equal(b->rig.out, "ok");
    assert_true(exchange_keeps(b->rig.x, SIDE_CLIENT));
    assert_true(exchange_keeps(b->rig.x, SIDE_UPSTREAM));
}

/* The client's bytes without chunk borders and without the exchange's own id. */
static struct slice plain_output(struct bench *b, char *into)
{
    struct slice all = buf_slice(&b->rig.client);
    size_t head = slice_find(all, SLICE_LIT("\r\n\r\n"));
    assert_true(head != SIZE_MAX);
    struct slice body = slice_from(all, head + 4);
    size_t k = 0;
    while (body.len > 0) {
        size_t line = slice_find(body, SLICE_LIT("\r\n"));
        assert_true(line != SIZE_MAX && line < 9);
        size_t n = strtoul(body.at, NULL, 16);
        assert_true(k + n < TEXT && line + 4 + n <= body.len);
        memcpy(into + k, body.at + line + 2, n);
        k += n;
        body = slice_from(body, line + 4 + n);
        if (n == 0)
            break;
    }
    assert_int_equal(body.len, 0);
    into[k] = '\0';
    return slice_of(into, k);
}

static void same_in_every_cut(struct bench *b)
{
    char first[TEXT], now[TEXT];
    run(b);
    assert_true(is_status(b, "200"));
    plain_output(b, first);
    for (size_t cut = 1; cut < 4; cut++) {
        b->script.request_cut = b->script.answer_cut = cut;
        run(b);
        plain_output(b, now);
        assert_string_equal(first, now);
    }
    b->script.request_cut = b->script.answer_cut = 0;
    for (size_t at = 1; at < b->script.answer.len; at++) {
        b->script.answer_at = at;
        run(b);
        plain_output(b, now);
        assert_string_equal(first, now);
        assert_true(exchange_keeps(b->rig.x, SIDE_CLIENT));
        assert_true(exchange_keeps(b->rig.x, SIDE_UPSTREAM));
    }
    b->script.answer_at = 0;
    for (size_t at = 1; at < b->script.request.len; at++) {
        b->script.request_at = at;
        run(b);
        plain_output(b, now);
        assert_string_equal(first, now);
    }
    b->script.request_at = 0;
}

static void test_a_chat_stream_is_the_same_in_every_cut(void **state)
{
    struct bench *b = *state;
    chat_stream(b);
    run(b);
    /* a token with a digit waits with the word behind it, as any number in groups */
    assert_true(has(b, " and " ALICE ", ") || has(b, "\"content\":\"" ALICE ", "));
    assert_true(has(b, "\"content\":\"then EMA\"") || has(b, "\"content\":\"EMA\""));
    assert_true(has(b, DONE));
    assert_string_equal(b->rig.out, "ok");
    same_in_every_cut(b);
}

static void test_a_messages_stream_is_the_same_in_every_cut(void **state)
{
    struct bench *b = *state;
    messages_stream(b);
    run(b);
    assert_true(has(b, "to " ALICE " and"));
    assert_true(has(b, "\"text\":\"EMAI\"") || has(b, "and EMAI\""));
    assert_true(has(b, "event: message_stop"));
    same_in_every_cut(b);
}

static void test_held_text_comes_before_the_finish(void **state)
{
    struct bench *b = *state;
    chat_stream(b);
    run(b);
    assert_true(where(b, "EMA\"") < where(b, "\"finish_reason\":\"stop\""));
    messages_stream(b);
    run(b);
    assert_true(where(b, "EMAI\"") < where(b, "event: content_block_stop"));
}

static void test_nothing_is_sent_that_was_not_recorded(void **state)
{
    struct bench *b = *state;
    ask(b, CHAT, CHAT_BODY);
    b->script.refuse_begin = true;
    run(b);
    assert_true(is_status(b, "503"));
    assert_true(has(b, "audit_unavailable"));
    assert_int_equal(b->rig.connects, 0);
    assert_int_equal(b->rig.upstream.len, 0);
    assert_int_equal(exchange_why(b->rig.x), WHY_AUDIT_DOWN);
}

static void test_an_end_that_was_not_recorded_is_not_seen(void **state)
{
    struct bench *b = *state;
    void (*const streams[])(struct bench *) = {chat_stream, messages_stream};
    for (size_t i = 0; i < GW_COUNT(streams); i++) {
        streams[i](b);
        b->script.refuse_end = true;
        run(b);
        assert_true(exchange_is_cut(b->rig.x));
        assert_false(has(b, "[DONE]"));
        assert_false(has(b, "message_stop"));
        assert_false(slice_has_suffix(buf_slice(&b->rig.client), SLICE_LIT("0\r\n\r\n")));
        b->script.refuse_end = false;
    }
    ask(b, CHAT, CHAT_BODY);
    answer(b, "200 OK", "application/json", "{\"a\":1}");
    b->script.refuse_end = true;
    run(b);
    assert_false(has(b, "{\"a\":1}"));
    assert_true(is_status(b, "503") && has(b, "audit_unavailable"));
    assert_false(exchange_keeps(b->rig.x, SIDE_CLIENT));
}

static void test_a_refusal_that_was_not_recorded_is_another(void **state)
{
    struct bench *b = *state;
    ask(b, "/nowhere", "{}");
    b->script.refuse_end = true;
    run(b);
    assert_true(is_status(b, "503"));
    assert_true(has(b, "audit_unavailable"));
}

static void test_a_client_may_leave_at_any_time(void **state)
{
    struct bench *b = *state;
    chat_stream(b);
    struct slice all = b->script.request;
    b->script.client_leaves = true;
    for (size_t n = 0; n < all.len; n++) {
        b->script.request = slice_cut(all, 0, n);
        run(b);
        assert_int_equal(b->rig.client.len, 0);
        assert_int_equal(b->rig.upstream.len, 0);
        assert_int_equal(b->rig.end_type, n == 0 ? RECORD_NONE : RECORD_EXCHANGE_BLOCK);
    }
    b->script.client_leaves = false;
    b->script.request = all;
    run(b);
    size_t whole = b->rig.client.len;
    for (size_t n = 1; n <= whole; n += 7) {
        b->script.leaves_after = n;
        b->script.answer_cut = 50;
        run(b);
        assert_int_equal(b->rig.end_type, RECORD_EXCHANGE_END);
        assert_false(exchange_keeps(b->rig.x, SIDE_CLIENT));
    }
    /* before its body is looked into; between the begin record and its answer; while connecting */
    b->script.leaves_after = 0;
    rig_begin(&b->rig, &b->script);
    size_t used;
    exchange_feed(b->rig.x, SIDE_CLIENT, all, &used);
    assert_string_equal(exchange_state_word(b->rig.x), "inspect");
    exchange_end(b->rig.x, SIDE_CLIENT, false);
    rig_go_on(&b->rig);
    assert_true(exchange_is_over(b->rig.x));
    assert_int_equal(b->rig.connects, 0);
    assert_int_equal(b->rig.begin_type, RECORD_NONE);
    assert_string_equal(b->rig.out, "client_abort");
    rig_begin(&b->rig, &b->script);
    exchange_feed(b->rig.x, SIDE_CLIENT, all, &used);
    exchange_turn(b->rig.x);
    assert_string_equal(exchange_state_word(b->rig.x), "begin");
    exchange_end(b->rig.x, SIDE_CLIENT, false);
    rig_go_on(&b->rig);
    assert_true(exchange_is_over(b->rig.x));
    assert_int_equal(b->rig.connects, 0);
    assert_string_equal(b->rig.out, "client_abort");
    rig_begin(&b->rig, &b->script);
    exchange_feed(b->rig.x, SIDE_CLIENT, all, &used);
    exchange_turn(b->rig.x);
    rig_record(&b->rig);
    assert_string_equal(exchange_state_word(b->rig.x), "forward");
    exchange_end(b->rig.x, SIDE_CLIENT, false);
    rig_go_on(&b->rig);
    assert_true(exchange_is_over(b->rig.x));
    assert_int_equal(b->rig.upstream.len, 0);
    assert_int_equal(b->rig.end_type, RECORD_EXCHANGE_END);
}

static void test_a_stale_connection_is_replaced_once(void **state)
{
    struct bench *b = *state;
    chat_stream(b);
    b->script.stale = 1;
    run(b);
    assert_true(is_status(b, "200"));
    assert_true(has(b, DONE));
    assert_int_equal(b->rig.connects, 2);
    assert_int_equal(b->rig.asked_new, 1);
    b->script.stale = 2;
    run(b);
    assert_true(is_status(b, "502"));
    assert_int_equal(b->rig.connects, 2);
}

static void test_what_an_upstream_may_have_begun_is_not_sent_again(void **state)
{
    struct bench *b = *state;
    static const int64_t ends_ms[] = {900, 1100};
    chat_stream(b);
    for (size_t i = 0; i < GW_COUNT(ends_ms); i++) {
        b->script.stale = 1; /* an idle connection, which takes the request and is silent */
        struct slice all = b->script.answer;
        b->script.answer = SLICE_LIT("");
        rig_begin(&b->rig, &b->script);
        while (b->rig.connects == 0)
            assert_true(rig_turn(&b->rig));
        b->rig.stale = 0;
        rig_go_on(&b->rig);
        rig_later(&b->rig, ends_ms[i]);
        b->script.answer = all;
        exchange_end(b->rig.x, SIDE_UPSTREAM, true);
        rig_go_on(&b->rig);
        assert_int_equal(b->rig.connects, i == 0 ? 2 : 1);
        assert_true(is_status(b, i == 0 ? "200" : "502"));
    }
}

static void test_the_next_upstream_of_the_route_is_tried(void **state)
{
    struct bench *b = *state;
    chat_stream(b);
    b->script.unconnected = 1;
    run(b);
    assert_true(is_status(b, "200"));
    assert_int_equal(b->rig.last_upstream, RIG_SPARE);
    assert_true(has(b, "x-bulla-upstream: spare"));
    assert_false(rig_upstream_has(&b->rig, "cloud-key"));
    b->script.unconnected = 2;
    run(b);
    assert_int_equal(b->rig.last_upstream, RIG_HOUSE);
    assert_true(rig_upstream_has(&b->rig, "\"model\":\"house-model\""));
    b->script.unconnected = 3;
    run(b);
    assert_true(is_status(b, "502"));
    assert_true(has(b, "upstream_unreachable"));
    assert_int_equal(exchange_why(b->rig.x), WHY_UPSTREAM_CONNECT);
    /* the gate keeps the rule itself too: a first choice of more trust falls back to no lesser one
     */
    b->rig.upstreams[RIG_CLOUD].trust = TRUST_LOCAL;
    b->script.unconnected = 1;
    run(b);
    b->rig.upstreams[RIG_CLOUD].trust = TRUST_CLOSED;
    assert_true(is_status(b, "200"));
    assert_int_equal(b->rig.last_upstream, RIG_HOUSE);
    /* a card stays in the house, be it down */
    ask(b, CHAT,
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"charge 4111 1111 1111 "
        "1111 please\"}]}");
    b->script.unconnected = 1;
    run(b);
    assert_int_equal(b->rig.connects, 1);
    assert_int_equal(b->rig.last_upstream, RIG_HOUSE);
    assert_true(is_status(b, "502"));
}

static void test_one_upstream_can_be_named(void **state)
{
    struct bench *b = *state;
    ask(b, "/u/house" MESSAGES, CHAT_BODY);
    answer(b, "200 OK", "application/json", "{\"type\":\"message\"}");
    run(b);
    assert_true(is_status(b, "200"));
    assert_int_equal(b->rig.last_upstream, RIG_HOUSE);
    assert_true(slice_has_prefix(buf_slice(&b->rig.upstream), SLICE_LIT("POST " MESSAGES " ")));
    ask(b, "/u/nobody" CHAT, CHAT_BODY);
    refused(b, "404", "not_found", WHY_UNKNOWN_PATH);
}

static void test_lists_models(void **state)
{
    struct bench *b = *state;
    b->script.request = SLICE_LIT("GET /v1/models HTTP/1.1\r\nhost: a\r\n\r\n");
    run(b);
    assert_true(is_status(b, "200"));
    assert_true(has(b, "model-a") && has(b, "model-b"));
    assert_int_equal(b->rig.end_type, RECORD_EXCHANGE_BLOCK);
    assert_string_equal(b->rig.out, "ok");
    assert_true(exchange_keeps(b->rig.x, SIDE_CLIENT));
}

static void test_a_second_request_is_left_for_the_next(void **state)
{
    struct bench *b = *state;
    ask(b, CHAT, CHAT_BODY);
    size_t one = b->script.request.len;
    memcpy(b->request + one, b->request, one);
    b->script.request.len = 2 * one;
    answer(b, "200 OK", "application/json", "{\"a\":1}");
    run(b);
    assert_true(is_status(b, "200"));
    assert_int_equal(b->rig.request_used, one);
}

static void test_time_runs_out(void **state)
{
    struct bench *b = *state;
    chat_stream(b);
    struct slice all = b->script.request;
    b->script.request = slice_cut(all, 0, 20);
    assert_false(rig_run(&b->rig, &b->script));
    rig_later(&b->rig, 11000);
    assert_true(is_status(b, "408"));
    b->script.request = slice_cut(all, 0, all.len - 1);
    assert_false(rig_run(&b->rig, &b->script));
    rig_later(&b->rig, 9000);
    assert_false(exchange_is_over(b->rig.x));
    rig_later(&b->rig, 2000);
    assert_true(is_status(b, "408"));
    assert_string_equal(b->rig.out, "timeout");
    assert_true(has(b, "connection: close")); /* the rest of the body is no request */
    assert_false(exchange_keeps(b->rig.x, SIDE_CLIENT));
    b->script.request = all;
    b->script.answer = SLICE_LIT("");
    assert_false(rig_run(&b->rig, &b->script));
    rig_later(&b->rig, 601000);
    assert_true(is_status(b, "504"));
    assert_true(has(b, "upstream_timeout"));
    /* an idle connection is not late, nor is the request that follows */
    rig_begin(&b->rig, &b->script);
    rig_later(&b->rig, 0);
    assert_true(exchange_is_idle(b->rig.x) || b->rig.request_used > 0);
}

/* The exchange runs at `ms` of silence, and has ended for `why` a second later. */
static void ends_at(struct bench *b, int64_t ms, enum why why)
{
    assert_false(rig_run(&b->rig, &b->script));
    rig_later(&b->rig, ms);
    assert_false(exchange_is_over(b->rig.x));
    rig_later(&b->rig, 1000);
    assert_true(exchange_is_over(b->rig.x));
    assert_int_equal(exchange_why(b->rig.x), why);
    assert_string_equal(b->rig.out, "timeout");
}

static void test_every_wait_has_a_limit(void **state)
{
    struct bench *b = *state;
    const struct gate_limits *most = gate_limits_default();
    chat_stream(b);
    struct slice request = b->script.request, all = b->script.answer;
    b->script.request = slice_cut(request, 0, 3);
    ends_at(b, most->head_ms, WHY_CLIENT_SLOW);
    b->script.request = slice_cut(request, 0, request.len - 1);
    ends_at(b, most->body_ms, WHY_CLIENT_SLOW);
    b->script.request = request;
    b->script.answer = SLICE_LIT("");
    ends_at(b, most->first_byte_ms, WHY_UPSTREAM_TIMEOUT);
    assert_true(is_status(b, "504"));
    b->script.answer = slice_cut(all, 0, 20); /* a head that does not end is no first byte */
    ends_at(b, most->first_byte_ms, WHY_UPSTREAM_TIMEOUT);
    assert_true(is_status(b, "504"));
    b->script.answer = slice_cut(all, 0, all.len - 20);
    ends_at(b, most->between_ms, WHY_UPSTREAM_TIMEOUT);
    assert_true(exchange_is_cut(b->rig.x) && has(b, "\"code\":\"upstream_timeout\""));
    messages_stream(b);
    all = b->script.answer;
    b->script.answer = slice_cut(all, 0, all.len - 20);
    ends_at(b, most->between_ms, WHY_UPSTREAM_TIMEOUT);
    assert_true(has(b, "\"type\":\"timeout_error\"") && has(b, "\"code\":\"upstream_timeout\""));
}

static void test_the_whole_has_a_limit_too(void **state)
{
    struct bench *b = *state;
    size_t used;
    ask(b, CHAT, CHAT_STREAM);
    answer_raw(b, "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n");
    assert_false(rig_run(&b->rig, &b->script));
    unsigned minutes = 0;
    for (; minutes < 60 && !exchange_is_over(b->rig.x); minutes++) {
        exchange_feed(b->rig.x, SIDE_UPSTREAM, SLICE_LIT(CHUNK("\"content\":\"a \"", "null")),
                      &used);
        rig_later(&b->rig, 59000);
    }
    assert_int_equal(minutes, 31); /* of 59 s: limits.stream_time is 30 m */
    assert_int_equal(exchange_why(b->rig.x), WHY_STREAM_TIMEOUT);
    assert_true(exchange_is_cut(b->rig.x) && has(b, "\"code\":\"timeout\"") && !has(b, "[DONE]"));
    assert_false(has(b, "upstream_error")); /* our limit: the model's server did nothing wrong */
}

/* The head, then the body at `step` bytes every nine seconds; how many steps until it was refused.
 */
static size_t drip(struct bench *b, size_t step)
{
    struct slice all = b->script.request;
    size_t n = slice_find(all, SLICE_LIT("\r\n\r\n")) + 4, steps = 0, used;
    b->script.request = slice_cut(all, 0, n);
    assert_false(rig_run(&b->rig, &b->script));
    for (; n < all.len && !exchange_is_over(b->rig.x); steps++) {
        exchange_feed(b->rig.x, SIDE_CLIENT, slice_cut(all, n, n + step), &used);
        n += step;
        rig_later(&b->rig, 9000);
    }
    b->script.request = all;
    return steps;
}

static void test_a_body_that_drips_is_a_stall(void **state)
{
    struct bench *b = *state;
    char body[9000];
    memset(body, ' ', sizeof body - 1);
    memcpy(body, CHAT_BODY, sizeof CHAT_BODY - 1);
    body[sizeof body - 1] = '\0';
    ask(b, CHAT, body);
    answer(b, "200 OK", "application/json", "{\"a\":1}");
    assert_int_equal(drip(b, 100), 2); /* at 18 s: less than a KiB in ten */
    assert_true(is_status(b, "408"));
    assert_int_equal(exchange_why(b->rig.x), WHY_CLIENT_SLOW);
    assert_int_equal(drip(b, 1024), 9);
    assert_true(is_status(b, "200"));
}

static void test_a_stream_moves_by_events_not_by_bytes(void **state)
{
    struct bench *b = *state;
    size_t used;
    static const char drop[] = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a";
    ask(b, CHAT, CHAT_STREAM);
    answer_raw(b, "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n" CHUNK(
                      "\"content\":\"hello\"", "null"));
    assert_false(rig_run(&b->rig, &b->script));
    for (size_t i = 0; i < 10; i++) { /* comments are a sign of life */
        exchange_feed(b->rig.x, SIDE_UPSTREAM, SLICE_LIT(": wait\n\n"), &used);
        rig_later(&b->rig, 50000);
        assert_false(exchange_is_over(b->rig.x));
    }
    for (size_t i = 0; i < 2; i++) { /* bytes of an event that does not end are none */
        exchange_feed(b->rig.x, SIDE_UPSTREAM, slice_of(drop + i * 10, 10), &used);
        rig_later(&b->rig, 10000);
    }
    assert_true(exchange_is_over(b->rig.x) && exchange_is_cut(b->rig.x));
    assert_int_equal(exchange_why(b->rig.x), WHY_UPSTREAM_TIMEOUT);
}

static void test_white_space_before_a_whole_answer_is_a_sign_of_life(void **state)
{
    struct bench *b = *state;
    size_t used;
    ask(b, CHAT, CHAT_BODY);
    answer_raw(b,
               "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 27\r\n\r\n");
    assert_false(rig_run(&b->rig, &b->script));
    for (size_t i = 0; i < 20; i++) {
        exchange_feed(b->rig.x, SIDE_UPSTREAM, SLICE_LIT("\n"), &used);
        rig_later(&b->rig, 50000);
        assert_false(exchange_is_over(b->rig.x));
    }
    exchange_feed(b->rig.x, SIDE_UPSTREAM, SLICE_LIT("{\"a\":1}"), &used);
    rig_go_on(&b->rig);
    assert_true(is_status(b, "200"));
}

static void test_waiting_between_requests_is_not_slowness(void **state)
{
    struct bench *b = *state;
    size_t used;
    ask(b, CHAT, CHAT_BODY);
    rig_begin(&b->rig, &b->script);
    b->rig.clock.mono_ns += 25000000000;
    exchange_tick(b->rig.x);
    assert_true(exchange_is_idle(b->rig.x));
    exchange_feed(b->rig.x, SIDE_CLIENT, slice_cut(b->script.request, 0, 10), &used);
    exchange_tick(b->rig.x);
    assert_string_equal(exchange_state_word(b->rig.x), "intake");
}

static void test_a_killed_exchange_is_recorded(void **state)
{
    struct bench *b = *state;
    ask(b, CHAT, CHAT_STREAM);
    answer(b, "200 OK", SSE_TYPE, CHUNK("\"content\":\"a\"", "null"));
    b->script.answer.len -= 4;
    assert_false(rig_run(&b->rig, &b->script));
    exchange_kill(b->rig.x, WHY_OVERLOAD);
    exchange_kill(b->rig.x, WHY_INTERNAL);
    rig_later(&b->rig, 0);
    assert_true(exchange_is_over(b->rig.x) && exchange_is_cut(b->rig.x));
    assert_int_equal(exchange_why(b->rig.x), WHY_OVERLOAD);
    assert_string_equal(b->rig.out, "gw_error");
}

/* The log went: a begun exchange is broken off at once, and an answer that is recorded is not. */
static void test_what_the_log_no_longer_knows_is_broken_off(void **state)
{
    struct bench *b = *state;
    ask(b, CHAT, CHAT_STREAM);
    answer(b, "200 OK", SSE_TYPE, CHUNK("\"content\":\"a\"", "null"));
    b->script.answer.len -= 4;
    b->script.refuse_end = true;
    assert_false(rig_run(&b->rig, &b->script));
    exchange_unlogged(b->rig.x);
    rig_go_on(&b->rig);
    assert_true(exchange_is_over(b->rig.x) && exchange_is_cut(b->rig.x));
    assert_int_equal(exchange_why(b->rig.x), WHY_AUDIT_DOWN);
    answer_raw(b, ""); /* before the first answer byte: a refusal that can be read */
    assert_false(rig_run(&b->rig, &b->script));
    exchange_unlogged(b->rig.x);
    rig_go_on(&b->rig);
    assert_true(exchange_is_over(b->rig.x) && is_status(b, "503"));
    b->script.refuse_end = false;
    b->script.request.len -= 1; /* not begun: nothing to break off */
    assert_false(rig_run(&b->rig, &b->script));
    exchange_unlogged(b->rig.x);
    assert_string_equal(exchange_state_word(b->rig.x), "intake");
}

static void test_a_recorded_answer_is_not_broken_off(void **state)
{
    struct bench *b = *state;
    ask(b, CHAT, CHAT_BODY);
    answer(b, "200 OK", "application/json", "{\"a\":1}");
    rig_begin(&b->rig, &b->script);
    while (!b->rig.ended && rig_turn(&b->rig))
        continue;
    exchange_unlogged(b->rig.x);
    rig_go_on(&b->rig);
    assert_true(exchange_is_over(b->rig.x) && !exchange_is_cut(b->rig.x));
    assert_true(has(b, "{\"a\":1}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_refuses_what_it_does_not_serve),
        TEST(test_a_head_may_be_as_long_as_the_limit_says),
        TEST(test_refuses_what_is_too_large),
        TEST(test_refuses_callers_it_does_not_know),
        TEST(test_restores_a_whole_answer),
        TEST(test_a_chat_stream_is_the_same_in_every_cut),
        TEST(test_a_messages_stream_is_the_same_in_every_cut),
        TEST(test_held_text_comes_before_the_finish),
        TEST(test_nothing_is_sent_that_was_not_recorded),
        TEST(test_an_end_that_was_not_recorded_is_not_seen),
        TEST(test_a_refusal_that_was_not_recorded_is_another),
        TEST(test_a_client_may_leave_at_any_time),
        TEST(test_a_stale_connection_is_replaced_once),
        TEST(test_what_an_upstream_may_have_begun_is_not_sent_again),
        TEST(test_the_next_upstream_of_the_route_is_tried),
        TEST(test_one_upstream_can_be_named),
        TEST(test_lists_models),
        TEST(test_a_second_request_is_left_for_the_next),
        TEST(test_time_runs_out),
        TEST(test_every_wait_has_a_limit),
        TEST(test_the_whole_has_a_limit_too),
        TEST(test_a_body_that_drips_is_a_stall),
        TEST(test_a_stream_moves_by_events_not_by_bytes),
        TEST(test_white_space_before_a_whole_answer_is_a_sign_of_life),
        TEST(test_waiting_between_requests_is_not_slowness),
        TEST(test_a_killed_exchange_is_recorded),
        TEST(test_what_the_log_no_longer_knows_is_broken_off),
        TEST(test_a_recorded_answer_is_not_broken_off),
    };
    return cmocka_run_group_tests(tests, open_bench, close_bench);
}
