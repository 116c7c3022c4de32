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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_cannot_be_read_is_refused),
        TEST(test_a_very_deep_body_is_refused),
        TEST(test_a_shape_of_another_api_is_refused),
        TEST(test_every_place_is_read),
    };
    return cmocka_run_group_tests(tests, open_bench, close_bench);
}
