/* tests/unit/test_forward.c - what an upstream gets: our head, the caller's bytes with edits. */
#include "proxy/base/base.h"
#include "tests/unit/gate_bench.h"
#include "proxy/gate/exchange.h"

#define ANSWER "HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n{\"a\":1}"

static void test_headers_that_are_not_listed_stay_here(void **state)
{
    struct bench *b = *state;
    ask_with(b, "POST " MESSAGES "?beta=true HTTP/1.1",
             JSON_TYPE
             "cookie: a=b\r\nx-forwarded-for: 10.0.0.1\r\nanthropic-version: 2023-06-01\r\n"
             "anthropic-beta: a@b\r\nuser-agent: me/1\r\naccept-encoding: gzip\r\n",
             CHAT_BODY);
    answer_raw(b, ANSWER);
    run(b);
    assert_true(rig_upstream_has(&b->rig, "anthropic-version: 2023-06-01\r\n"));
    assert_true(rig_upstream_has(&b->rig, "x-api-key: cloud-key\r\n"));
    assert_true(rig_upstream_has(&b->rig, "accept-encoding: identity\r\n"));
    assert_true(rig_upstream_has(&b->rig, "host: cloud.example\r\n"));
    assert_true(slice_has_prefix(buf_slice(&b->rig.upstream),
                                 SLICE_LIT("POST " MESSAGES "?beta=true HTTP/1.1\r\n")));
    static const char *const gone[] = {"cookie", "forwarded",    "a@b",
                                       "me/1",   "gate.example", "gzip"};
    for (size_t i = 0; i < GW_COUNT(gone); i++)
        assert_false(rig_upstream_has(&b->rig, gone[i]));
}

/* The body that went upstream, and that its length was told truly. */
static struct slice sent_body(struct bench *b)
{
    struct slice all = buf_slice(&b->rig.upstream), number;
    uint64_t told = 0;
    size_t at = slice_find(all, SLICE_LIT("\r\n\r\n"));
    assert_true(at != SIZE_MAX);
    struct slice body = slice_from(all, at + 4);
    size_t field = slice_find(all, SLICE_LIT("content-length: "));
    number = slice_cut(all, field + 16, at);
    assert_true(gw_ok(slice_u64(number, &told)));
    assert_int_equal(told, body.len);
    return body;
}

static void test_an_untouched_body_keeps_its_bytes(void **state)
{
    struct bench *b = *state;
    static const char body[] = "{ \"model\" : \"m\",\n\t\"messages\":[ {\"role\":\"user\","
                               "\"content\":\"h\\u00e9llo \\/ \\ud83d\\ude00\"} ] , \"n\":1.50e0}";
    ask(b, CHAT, body);
    answer_raw(b, ANSWER);
    run(b);
    assert_true(slice_is(sent_body(b), SLICE_LIT(body)));
    assert_true(has(b, "x-bulla-decision: allow"));
}

static void test_only_the_value_is_replaced(void **state)
{
    struct bench *b = *state;
    ask(b, CHAT, CHAT_BODY);
    learn_token(b);
    answer_raw(b, ANSWER);
    run(b);
    char wanted[TEXT];
    snprintf(wanted, sizeof wanted,
             "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"write to %s "
             "please\"}]}",
             b->token);
    assert_true(slice_is(sent_body(b), slice_str(wanted)));
}

static void test_an_upstreams_own_model_and_prefix_are_put_in(void **state)
{
    struct bench *b = *state;
    b->rig.upstreams[RIG_HOUSE].prefix = SLICE_LIT("/api");
    static const char *const bodies[] = {
        "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"to " ALICE "\"}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"to " ALICE "\"}],\"model\":\"gpt-4o\"}"};
    for (size_t i = 0; i < GW_COUNT(bodies); i++) {
        ask(b, "/u/house" CHAT, bodies[i]);
        answer_raw(b, ANSWER);
        run(b);
        struct slice body = sent_body(b);
        assert_true(slice_find(body, SLICE_LIT("\"model\":\"house-model\"")) != SIZE_MAX);
        assert_true(slice_find(body, SLICE_LIT("to EMAIL_")) != SIZE_MAX);
        assert_true(slice_has_prefix(buf_slice(&b->rig.upstream), SLICE_LIT("POST /api" CHAT " ")));
        assert_false(rig_upstream_has(&b->rig, "authorization"));
    }
    b->rig.upstreams[RIG_HOUSE].prefix = SLICE_LIT("");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_headers_that_are_not_listed_stay_here),
        TEST(test_an_untouched_body_keeps_its_bytes),
        TEST(test_only_the_value_is_replaced),
        TEST(test_an_upstreams_own_model_and_prefix_are_put_in),
    };
    return cmocka_run_group_tests(tests, open_bench, close_bench);
}
