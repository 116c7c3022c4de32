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
    assert_true(has(b, " and " ALICE ", "));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_refuses_what_it_does_not_serve),
        TEST(test_refuses_what_is_too_large),
        TEST(test_refuses_callers_it_does_not_know),
        TEST(test_restores_a_whole_answer),
        TEST(test_a_chat_stream_is_the_same_in_every_cut),
        TEST(test_a_messages_stream_is_the_same_in_every_cut),
        TEST(test_held_text_comes_before_the_finish),
    };
    return cmocka_run_group_tests(tests, open_bench, close_bench);
}
