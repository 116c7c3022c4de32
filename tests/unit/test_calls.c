/* tests/unit/test_calls.c - the tool calls of an answer: proxy/gate/calls.h. */
#include "proxy/base/base.h"
#include "tests/unit/gate_bench.h"
#include "proxy/gate/calls.h"
#include "proxy/gate/exchange.h"

static const char policy[] =
    "policy: calls\n"
    "rules:\n"
    "  - id: offered\n    find: [UNKNOWN_TOOL, TOOL_ARGUMENTS]\n    on: [response]\n"
    "    do: { block: \"That tool was not offered so.\" }\n"
    "  - id: never\n    tools: ['shell*']\n    do: { block: \"No shells.\" }\n"
    "routes:\n"
    "  - { to: [cloud] }\n";

static int open_calls(void **state)
{
    return open_bench_with(state, policy);
}

#define SCHEMA                                                                                  \
    "{\"type\":\"object\",\"properties\":{\"to\":{\"type\":\"string\"}},\"required\":[\"to\"]," \
    "\"additionalProperties\":false}"
#define SEND "{\"type\":\"function\",\"function\":{\"name\":\"send\",\"parameters\":" SCHEMA "}}"

/* A request with these members beside what every request has. */
static void ask_tools(struct bench *b, const char *path, bool is_stream, const char *more)
{
    char body[2000];
    snprintf(body, sizeof body,
             "{\"model\":\"m\",\"max_tokens\":9,\"stream\":%s,\"messages\":[{\"role\":\"user\","
             "\"content\":\"hi\"}]%s}",
             is_stream ? "true" : "false", more);
    ask(b, path, body);
}

static void answer_whole(struct bench *b, const char *name, const char *arguments)
{
    char body[2000];
    snprintf(body, sizeof body,
             "{\"id\":\"x\",\"object\":\"chat.completion\",\"model\":\"m\",\"choices\":[{\"index\":"
             "0,\"message\":{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":"
             "\"c1\",\"type\":\"function\",\"function\":{\"name\":\"%s\",\"arguments\":\"%s\"}}]},"
             "\"finish_reason\":\"tool_calls\"}]}",
             name, arguments);
    answer(b, "200 OK", "application/json", body);
}

static bool is_stopped(struct bench *b)
{
    run(b);
    return is_status(b, "403") && has(b, "policy_blocked") && !has(b, "tool_calls") &&
           b->rig.decision == RECORD_BLOCKED;
}

static void test_a_whole_call_is_as_it_was_offered_or_stopped(void **state)
{
    struct bench *b = *state;
    static const struct {
        const char *name, *arguments;
        bool stops;
    } cases[] = {
        {"sned", "{\\\"to\\\":\\\"ann\\\"}", true},
        {"Send", "{\\\"to\\\":\\\"ann\\\"}", true},
        {"", "{\\\"to\\\":\\\"ann\\\"}", true},
        {"shell_run", "{}", true},
        {"send", "{\\\"to\\\":7}", true},
        {"send", "{\\\"to\\\":\\\"ann\\\",\\\"bcc\\\":\\\"eve\\\"}", true},
        {"send", "{\\\"to\\\":\\\"ann\\\",\\\"to\\\":\\\"eve\\\"}", true},
        {"send", "{\\\"to\\\":\\\"ann\\\"", true},
        {"send", "[]", true},
        {"send", "", true}, /* nothing is {}, which lacks what is required */
        {"send", "{\\\"to\\\":\\\"ann\\\"}", false},
        {"s\\u0065nd", "{\\\"to\\\":\\\"ann\\\"}", false}, /* as it is decoded */
    };
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        ask_tools(b, CHAT, false, ",\"tools\":[" SEND "]");
        answer_whole(b, cases[i].name, cases[i].arguments);
        if (is_stopped(b) != cases[i].stops || (!cases[i].stops && !has(b, "tool_calls")))
            fail_msg("%s(%s)", cases[i].name, cases[i].arguments);
    }
}

static void test_what_the_request_offers_is_read_in_every_spelling(void **state)
{
    struct bench *b = *state;
    static const struct {
        const char *more, *name, *arguments;
        bool stops;
    } cases[] = {
        {"", "send", "{}", true},
        {",\"tools\":[]", "send", "{}", true},
        {",\"tools\":{\"name\":\"send\"}", "send", "{}", true}, /* no list */
        {",\"functions\":[{\"name\":\"send\",\"parameters\":" SCHEMA "}]", "send", "{}", true},
        {",\"functions\":[{\"name\":\"send\"}]", "send", "{}", false}, /* it takes anything */
        {",\"functions\":[{\"name\":\"send\"}]", "send", "no JSON", false},
        {",\"tools\":[{\"name\":\"send\",\"input_schema\":" SCHEMA "}]", "send", "{}", true},
        {",\"tools\":[{\"type\":\"custom\",\"custom\":{\"name\":\"send\"}}]", "send", "x", false},
        {",\"tools\":[{\"type\":\"custom\",\"custom\":{\"name\":\"send\"}}]", "sned", "x", true},
        /* one that has no name may be called anything; a known one is held to its schema still */
        {",\"tools\":[{\"type\":\"web_search\"}]", "sned", "{}", false},
        {",\"tools\":[{\"type\":\"web_search\"}," SEND "]", "send", "{}", true},
        {",\"tools\":[" SEND "],\"mcp_servers\":[{\"url\":\"http://a\"}]", "sned", "{}", false},
        {",\"tools\":[" SEND "],\"mcp_servers\":[{\"url\":\"http://a\"}]", "shell", "{}", true},
        {",\"tools\":[{\"name\":7}]", "7", "{}", true},
    };
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        ask_tools(b, CHAT, false, cases[i].more);
        answer_whole(b, cases[i].name, cases[i].arguments);
        if (is_stopped(b) != cases[i].stops)
            fail_msg("%s: %s(%s)", cases[i].more, cases[i].name, cases[i].arguments);
    }
}

/* --- streams ---------------------------------------------------------------------------------- */

#define CALL(more) CHUNK("\"tool_calls\":[{\"index\":0," more "}]", "null")
#define NAMED(name) "\"function\":{\"name\":\"" name "\",\"arguments\":\"\"}"
#define GIVEN(text) "\"function\":{\"arguments\":\"" text "\"}"
#define ENDED CHUNK("", "\"tool_calls\"") DONE
#define GOOD GIVEN("{\\\"to\\\":\\\"ann\\\"}")

static void play(struct bench *b, const char *path, const char *events)
{
    ask_tools(b, path, true,
              strcmp(path, CHAT) == 0 ? ",\"tools\":[" SEND "]"
                                      : ",\"tools\":[{\"name\":\"send\",\"input_schema\":" SCHEMA
                                        "},{\"name\":\"wipe\"}]");
    answer(b, "200 OK", SSE_TYPE, events);
    run(b);
}

static void test_a_streamed_call_is_judged_when_it_is_complete(void **state)
{
    struct bench *b = *state;
    static const struct {
        const char *events;
        bool passes;
    } cases[] = {
        {CALL(NAMED("send")) CALL(GOOD) ENDED, true},
        {CALL(NAMED("se")) CALL(NAMED("nd")) CALL(GOOD) ENDED, true},
        {CALL(NAMED("send")) CALL(GIVEN("{\\\"to\\\":")) CALL(GIVEN("\\\"ann\\\"}")) ENDED, true},
        {CALL(NAMED("send")) CALL(GIVEN("{\\\"to\\\":")) CALL(GIVEN("7}")) ENDED, false},
        {CALL(NAMED("sned")) CALL(GOOD) ENDED, false},
        {CALL(NAMED("send")) ENDED, false},
        {CALL(NAMED("she")) CALL(NAMED("ll_x")) CALL(GOOD) ENDED, false},
        {CALL(GOOD) ENDED, false}, /* a call without a name is unknown */
        /* the answer's end ends it too, where its choice said nothing */
        {CALL(NAMED("send")) CALL(GOOD) DONE, true},
        {CALL(NAMED("sned")) CALL(GOOD) DONE, false},
        /* what is complete does not go on */
        {CALL(NAMED("send")) CALL(GOOD) CHUNK("", "\"tool_calls\"") CALL(GIVEN(" ")) DONE, false},
        {CALL(NAMED("send")) CALL(GOOD) CHUNK("", "\"tool_calls\"") CALL(NAMED("x")) DONE, false},
    };
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        play(b, CHAT, cases[i].events);
        bool passed =
            has(b, "[DONE]") && !has(b, "content_filter") && b->rig.decision == RECORD_ALLOWED;
        if (passed != cases[i].passes)
            fail_msg("%zu: %s", i, cases[i].events);
    }
}

/* Nothing of a call is sent before it is judged. */
static void test_a_call_is_held_until_then(void **state)
{
    struct bench *b = *state;
    play(b, CHAT,
         CHUNK("\"content\":\"So it is, they say. \"", "null") CALL(NAMED("send"))
             CALL(GIVEN("{\\\"to\\\":7}")) ENDED);
    assert_true(has(b, "So it is") && !has(b, "send") && !has(b, "7}"));
    assert_int_equal(b->rig.decision, RECORD_BLOCKED);
}

static void test_names_and_calls_have_their_bounds(void **state)
{
    struct bench *b = *state;
    static char events[TEXT];
    for (int n = XCHG_NAME - 1; n <= XCHG_NAME + 1; n++) {
        snprintf(events, sizeof events,
                 CALL("\"function\":{\"name\":\"%0*d\",\"arguments\":\"\"}") ENDED, n, 0);
        play(b, CHAT, events); /* unknown as they all are: stopped by the rule, or broken */
        assert_int_equal(b->rig.decision == RECORD_BLOCKED, n <= XCHG_NAME);
    }
    for (int n = XCHG_CALLS; n <= XCHG_CALLS + 1; n++) {
        size_t used = 0;
        for (int i = 0; i < n; i++)
            used += (size_t)snprintf(
                events + used, sizeof events - used,
                "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":%d,"
                "\"function\":{\"name\":\"send\",\"arguments\":\"{\\\"to\\\":\\\"\\\"}\"}}]}}]}"
                "\n\n",
                i);
        snprintf(events + used, sizeof events - used, "%s", ENDED);
        play(b, CHAT, events);
        assert_int_equal(has(b, "finish_reason\":\"tool_calls"), n <= XCHG_CALLS);
    }
}

#define EVENT(type, more) "event: " type "\ndata: {\"type\":\"" type "\"," more "}\n\n"
#define BEGUN                                                                                 \
    EVENT("message_start",                                                                    \
          "\"message\":{\"id\":\"m1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":" \
          "\"c\",\"content\":[],\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}")
#define BLOCK(index, name, input)                                         \
    EVENT("content_block_start",                                          \
          "\"index\":" index ",\"content_block\":{\"type\":\"tool_use\"," \
          "\"id\":\"t" index "\",\"name\":\"" name "\",\"input\":" input "}")
#define STOP(index) EVENT("content_block_stop", "\"index\":" index)
#define OVER                                                                          \
    EVENT("message_delta",                                                            \
          "\"delta\":{\"stop_reason\":\"tool_use\"},\"usage\":{\"output_tokens\":2}") \
    "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"

/* The input may stand where the block begins. A block's number that comes again is a call of its
 * own to those who read it, so it may not come again. */
static void test_a_block_is_one_call(void **state)
{
    struct bench *b = *state;
    static const struct {
        const char *events;
        bool passes;
    } cases[] = {
        {BEGUN BLOCK("0", "send", "{\"to\":\"ann\"}") STOP("0") OVER, true},
        {BEGUN BLOCK("0", "send", "{\"to\":7}") STOP("0") OVER, false},
        {BEGUN BLOCK("0", "send", "{\"to\":\"ann\"}") STOP("0") BLOCK("1", "wipe", "{}") STOP("1")
             OVER,
         true},
        {BEGUN BLOCK("0", "send", "{\"to\":\"ann\"}") STOP("0") BLOCK("0", "evil", "{\"all\":true}")
             STOP("0") OVER,
         false},
        {BEGUN BLOCK("0", "send", "{\"to\":\"ann\"}") STOP("0") BLOCK("0", "", "{\"a\":1}")
             STOP("0") OVER,
         false},
    };
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        play(b, MESSAGES, cases[i].events);
        bool passed = has(b, "message_stop") && b->rig.decision == RECORD_ALLOWED;
        if (passed != cases[i].passes || has(b, "evil"))
            fail_msg("%zu: %s", i, cases[i].events);
    }
}

#define GIVES(index, text)                                                                       \
    EVENT("content_block_delta", "\"index\":" index ",\"delta\":{\"type\":\"input_json_delta\"," \
                                 "\"partial_json\":\"" text "\"}")

/* Arguments that a client reads as the call's and that were given to another one here. */
static void test_a_number_has_one_spelling(void **state)
{
    struct bench *b = *state;
    static const char *const spellings[] = {"0.0", "0e0", "-0", "\"0\""};
    play(b, MESSAGES,
         BEGUN BLOCK("0", "wipe", "{}") GIVES("0", "{\\\"all\\\":true}") STOP("0") OVER);
    assert_true(has(b, "message_stop") && has(b, "all"));
    for (size_t i = 0; i < GW_COUNT(spellings); i++) {
        char events[2000];
        snprintf(events, sizeof events,
                 BEGUN BLOCK("0", "wipe", "{}") GIVES("%s", "{\\\"evil\\\":1}") STOP("0") OVER,
                 spellings[i]);
        play(b, MESSAGES, events);
        if (has(b, "evil") || has(b, "message_stop"))
            fail_msg("%s", spellings[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_whole_call_is_as_it_was_offered_or_stopped),
        TEST(test_what_the_request_offers_is_read_in_every_spelling),
        TEST(test_a_streamed_call_is_judged_when_it_is_complete),
        TEST(test_a_call_is_held_until_then),
        TEST(test_names_and_calls_have_their_bounds),
        TEST(test_a_block_is_one_call),
        TEST(test_a_number_has_one_spelling),
    };
    return cmocka_run_group_tests(tests, open_calls, close_bench);
}
