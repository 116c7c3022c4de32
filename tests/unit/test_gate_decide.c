/* tests/unit/test_gate_decide.c - verdicts of a policy of our own, carried out by gate/decide.c. */
#include "proxy/base/base.h"
#include "tests/unit/gate_bench.h"
#include "proxy/gate/exchange.h"

static const char policy[] =
    "policy: strict\n"
    "classes: [public, secret]\n"
    "rules:\n"
    "  - id: cards\n    find: [CREDIT_CARD]\n    on: [request]\n"
    "    do: { block: \"No cards here.\", as: answer }\n"
    "  - id: banks\n    find: [IBAN]\n    on: [request]\n    do: { block: \"No banks here.\" }\n"
    "  - id: mails\n    find: [EMAIL]\n    on: [request]\n    do: { redact: token }\n"
    "  - id: leaks\n    find: [IBAN, CREDIT_CARD]\n    on: [response]\n"
    "    do: { block: \"No leaks here.\" }\n"
    "routes:\n"
    "  - { to: [cloud] }\n";

static int open_strict(void **state)
{
    return open_bench_with(state, policy);
}

#define SAYS(stream, text)                                 \
    "{\"model\":\"m\",\"max_tokens\":9,\"stream\":" stream \
    ",\"messages\":[{\"role\":\"user\",\"content\":\"" text "\"}]}"
#define CARD "charge 4111 1111 1111 1111 please"
#define BANK "please pay to IBAN DE89 3704 0044 0532 0130 00 today"

static void test_a_block_is_said_in_the_apis_own_shape(void **state)
{
    struct bench *b = *state;
    ask(b, CHAT, SAYS("false", BANK));
    refused(b, "403", "No banks here.", WHY_POLICY_BLOCK);
    assert_true(has(b, "\"code\":\"policy_blocked\""));
    assert_true(has(b, "x-should-retry: false"));
    assert_true(has(b, "x-bulla-decision: block"));
    assert_int_equal(b->rig.decision, RECORD_BLOCKED);
    assert_string_equal(b->rig.out, "blocked");
    assert_true(exchange_keeps(b->rig.x, SIDE_CLIENT));
    ask(b, MESSAGES, SAYS("true", BANK));
    refused(b, "403", "\"type\":\"permission_error\"", WHY_POLICY_BLOCK);
}

static void test_a_block_may_be_said_as_an_answer(void **state)
{
    struct bench *b = *state;
    ask(b, CHAT, SAYS("false", CARD));
    refused(b, "200", "\"content\":\"No cards here.", WHY_POLICY_BLOCK);
    assert_int_equal(b->rig.decision, RECORD_BLOCKED);
    ask(b, CHAT, SAYS("true", CARD));
    refused(b, "200", "text/event-stream", WHY_POLICY_BLOCK);
    assert_true(has(b, "No cards here.") && has(b, "data: [DONE]\n\n"));
    ask(b, MESSAGES, SAYS("true", CARD));
    refused(b, "200", "event: message_stop", WHY_POLICY_BLOCK);
    assert_false(exchange_is_cut(b->rig.x));
}

static void test_no_backend_for_the_api_is_a_refusal(void **state)
{
    struct bench *b = *state;
    b->rig.upstreams[RIG_CLOUD].apis = 1u << API_CHAT;
    ask(b, MESSAGES, SAYS("false", "hello"));
    refused(b, "403", "No backend", WHY_NO_ROUTE);
    ask(b, "/u/house" CHAT, SAYS("false", "hello"));
    refused(b, "403", "No backend", WHY_NO_ROUTE);
    b->rig.upstreams[RIG_CLOUD].apis = ~0u;
}

static void test_a_value_in_a_name_cannot_be_replaced(void **state)
{
    struct bench *b = *state;
    ask(b, CHAT,
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}],\"tools\":[{"
        "\"type\":"
        "\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"enum\":[\"" ALICE "\"]}}}]}");
    refused(b, "403", "policy_blocked", WHY_UNPLACEABLE);
    assert_true(has(b, "EMAIL_ADDRESS must be redacted and stands where nothing can be put"));
    assert_false(has(b, "example.com"));
    assert_false(has(b, ALICE));
}

static void test_an_answer_is_stopped_by_policy(void **state)
{
    struct bench *b = *state;
    ask(b, CHAT, SAYS("false", "hello"));
    answer(b, "200 OK", "application/json",
           "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"" BANK
           "\"},\"finish_reason\":\"stop\"}]}");
    run(b);
    assert_true(is_status(b, "403"));
    assert_false(has(b, "3704"));
    assert_int_equal(b->rig.decision, RECORD_BLOCKED);
}

static void test_a_stream_is_stopped_by_policy(void **state)
{
    struct bench *b = *state;
    ask(b, CHAT, SAYS("true", "hello"));
    answer(b, "200 OK", SSE_TYPE,
           CHUNK("\"content\":\"please pay to IBAN DE89 3704\"", "null")
               CHUNK("\"content\":\" 0044 0532 0130 00 today\"", "null") CHUNK("", "\"stop\"")
                   DONE);
    for (size_t cut = 0; cut < 3; cut++) {
        b->script.answer_cut = cut;
        run(b);
        assert_true(is_status(b, "200"));
        assert_false(has(b, "3704"));
        assert_true(has(b, "content_filter"));
        assert_true(slice_has_suffix(buf_slice(&b->rig.client), SLICE_LIT("0\r\n\r\n")));
        assert_int_equal(exchange_why(b->rig.x), WHY_POLICY_BLOCK);
        assert_int_equal(b->rig.decision, RECORD_BLOCKED);
        assert_false(exchange_keeps(b->rig.x, SIDE_UPSTREAM));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_block_is_said_in_the_apis_own_shape),
        TEST(test_a_block_may_be_said_as_an_answer),
        TEST(test_no_backend_for_the_api_is_a_refusal),
        TEST(test_a_value_in_a_name_cannot_be_replaced),
        TEST(test_an_answer_is_stopped_by_policy),
        TEST(test_a_stream_is_stopped_by_policy),
    };
    return cmocka_run_group_tests(tests, open_strict, close_bench);
}
