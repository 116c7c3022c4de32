/* tests/unit/test_intake.c - callers, codings and framings of requests. */
#include "proxy/base/base.h"
#include "tests/unit/gate_bench.h"
#include "proxy/gate/exchange.h"

static bool knows(void *caller_of, struct slice secret, struct gate_known *out)
{
    (void)caller_of;
    *out = (struct gate_known){SLICE_LIT("app-1"), SLICE_LIT("acme"), SLICE_LIT("0123456789ab")};
    return slice_is(secret, SLICE_LIT("good-key"));
}

static const char *const fields[] = {"authorization: Bearer good-key\r\n",
                                     "authorization: bearer  good-key\r\n",
                                     "x-api-key: good-key\r\n", "x-goog-api-key: good-key\r\n",
                                     "api-key: good-key\r\nx-api-key: good-key\r\n"};
static const char *const bad_fields[] = {"", "x-api-key: bad-key\r\n",
                                         "authorization: Basic good-key\r\n",
                                         "x-api-key: good-key\r\napi-key: bad-key\r\n",
                                         "x-api-key: good-key\r\nx-api-key: good-key\r\n"};

static void test_a_caller_shows_a_key_that_is_known(void **state)
{
    struct bench *b = *state;
    char all[300];
    b->rig.gate.auth = AUTH_KEYS;
    b->rig.gate.caller = knows;
    for (size_t i = 0; i < GW_COUNT(bad_fields); i++) {
        snprintf(all, sizeof all, JSON_TYPE "%s", bad_fields[i]);
        ask_with(b, "POST " CHAT " HTTP/1.1", all, CHAT_BODY);
        refused(b, "401", "invalid_api_key", WHY_UNAUTHENTICATED);
    }
    answer_raw(b, "HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n{\"a\":1}");
    for (size_t i = 0; i < GW_COUNT(fields); i++) {
        snprintf(all, sizeof all, JSON_TYPE "%s", fields[i]);
        ask_with(b, "POST " CHAT " HTTP/1.1", all, CHAT_BODY);
        run(b);
        assert_true(is_status(b, "200"));
        assert_false(rig_upstream_has(&b->rig, "good-key"));
    }
}

static void test_a_refused_head_is_refused_in_the_shape_of_its_api(void **state)
{
    struct bench *b = *state;
    static const char openai[] = "\"param\":null", anthropic[] = "{\"type\":\"error\",";
    b->script.request = SLICE_LIT("POST " MESSAGES " HTTP/1.1\r\nhost: a\r\nupgrade: x\r\n\r\n");
    refused(b, "400", anthropic, WHY_BAD_REQUEST);
    b->script.request = SLICE_LIT("POST " CHAT " HTTP/1.1\r\nhost: a\r\nupgrade: x\r\n\r\n");
    refused(b, "400", openai, WHY_BAD_REQUEST);
    b->rig.gate.limits.head = 64;
    ask_with(b, "POST /u/cloud" MESSAGES " HTTP/1.1", JSON_TYPE, CHAT_BODY);
    refused(b, "431", anthropic, WHY_HEAD_TOO_LARGE);
    b->script.request = SLICE_LIT("POST  " MESSAGES " HTTP/1.1\r\nhost: a\r\n\r\n");
    refused(b, "400", openai, WHY_BAD_REQUEST); /* no line that could be read: no API */
}

static void test_a_passed_through_key_goes_upstream(void **state)
{
    struct bench *b = *state;
    b->rig.gate.auth = AUTH_PASSTHROUGH;
    ask(b, CHAT, CHAT_BODY);
    refused(b, "401", "invalid_api_key", WHY_UNAUTHENTICATED);
    ask_with(b, "POST " MESSAGES " HTTP/1.1", JSON_TYPE "x-api-key: own-key\r\n", CHAT_BODY);
    answer_raw(b, "HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n{\"a\":1}");
    run(b);
    assert_true(rig_upstream_has(&b->rig, "x-api-key: own-key\r\n"));
    assert_false(rig_upstream_has(&b->rig, "cloud-key"));
}

static void test_a_broken_coding_is_refused(void **state)
{
    struct bench *b = *state;
    ask_with(b, "POST " CHAT " HTTP/1.1", JSON_TYPE "content-encoding: gzip\r\n", CHAT_BODY);
    refused(b, "400", "content-encoding", WHY_BAD_ENCODING);
    ask_with(b, "POST " CHAT " HTTP/1.1",
             JSON_TYPE "content-encoding: gzip\r\ncontent-encoding: gzip\r\n", CHAT_BODY);
    refused(b, "415", "unsupported_encoding", WHY_BAD_ENCODING);
}

static void test_broken_chunks_are_refused(void **state)
{
    struct bench *b = *state;
    b->script.request = SLICE_LIT("POST " CHAT " HTTP/1.1\r\nhost: a\r\n" JSON_TYPE
                                  "transfer-encoding: chunked\r\n\r\nxx\r\n{}\r\n");
    refused(b, "400", "invalid_request_error", WHY_BAD_REQUEST);
    assert_false(exchange_keeps(b->rig.x, SIDE_CLIENT));
    b->script.request = SLICE_LIT("POST " CHAT " HTTP/1.1\r\nhost: a\r\n" JSON_TYPE
                                  "content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n");
    refused(b, "400", "invalid_request_error", WHY_BAD_REQUEST);
}

static void test_a_body_in_chunks_is_as_good(void **state)
{
    struct bench *b = *state;
    b->script.request = SLICE_LIT(
        "POST " CHAT " HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\n" JSON_TYPE
        "transfer-encoding: chunked\r\n\r\n"
        "11\r\n{\"model\":\"m\",\"mes\r\n2a\r\nsages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"
        "  \r\n0\r\n\r\n");
    answer_raw(b, "HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n{\"a\":1}");
    for (size_t cut = 0; cut < 3; cut++) {
        b->script.request_cut = cut;
        run(b);
        assert_true(has(b, "HTTP/1.1 200 OK"));
        assert_true(is_status(b, "100"));
        assert_true(rig_upstream_has(&b->rig, "\"content\":\"hi\""));
        assert_true(exchange_keeps(b->rig.x, SIDE_CLIENT));
    }
}

static void test_who_asks_for_another_path_is_told_which_there_are(void **state)
{
    struct bench *b = *state;
    ask(b, "/v1/responses", CHAT_BODY);
    refused(b, "404", "not_found", WHY_UNKNOWN_PATH);
    for (size_t i = 0; dialect_at(i) != NULL; i++)
        for (const struct route *r = dialect_at(i)->routes; r->path != NULL; r++) {
            char word[80];
            snprintf(word, sizeof word, "%s %s", r->method, r->path);
            assert_true(has(b, word));
        }
}

static void test_a_refused_body_that_was_not_read_ends_the_connection(void **state)
{
    struct bench *b = *state;
    ask(b, "/nowhere", CHAT_BODY);
    refused(b, "404", "not_found", WHY_UNKNOWN_PATH);
    assert_false(exchange_keeps(b->rig.x, SIDE_CLIENT));
    assert_true(has(b, "connection: close"));
    b->script.request = SLICE_LIT("GET /nowhere HTTP/1.1\r\nhost: a\r\n\r\n");
    refused(b, "404", "not_found", WHY_UNKNOWN_PATH);
    assert_true(exchange_keeps(b->rig.x, SIDE_CLIENT));
    b->rig.gate.is_draining = true;
    refused(b, "404", "connection: close", WHY_UNKNOWN_PATH);
    assert_false(exchange_keeps(b->rig.x, SIDE_CLIENT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_caller_shows_a_key_that_is_known),
        TEST(test_a_refused_head_is_refused_in_the_shape_of_its_api),
        TEST(test_a_passed_through_key_goes_upstream),
        TEST(test_a_broken_coding_is_refused),
        TEST(test_broken_chunks_are_refused),
        TEST(test_a_body_in_chunks_is_as_good),
        TEST(test_who_asks_for_another_path_is_told_which_there_are),
        TEST(test_a_refused_body_that_was_not_read_ends_the_connection),
    };
    return cmocka_run_group_tests(tests, open_bench, close_bench);
}
