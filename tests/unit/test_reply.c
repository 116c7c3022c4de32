/* tests/unit/test_reply.c - the gateway's own heads and bodies, in the shape of the API asked. */
#include "proxy/base/base.h"
#include "tests/unit/gate_bench.h"
#include "proxy/gate/exchange.h"
#include "proxy/http/parse.h"

/* Every answer of ours is a strict HTTP message with a body of the told length. */
static void is_strict(struct bench *b)
{
    struct head h;
    struct head_fault fault;
    size_t used;
    struct slice all = buf_slice(&b->rig.client);
    assert_true(gw_ok(parse_response(all, SLICE_LIT("POST"), &h, &used, &fault)));
    assert_int_equal(h.framing, FRAMING_LENGTH);
    assert_int_equal(h.body_len, all.len - used);
    assert_non_null(head_field(&h, "x-bulla-exchange"));
    assert_non_null(head_field(&h, "x-bulla-decision"));
    assert_int_equal(h.keep_alive, exchange_keeps(b->rig.x, SIDE_CLIENT));
}

static void test_errors_have_the_shape_of_the_api(void **state)
{
    struct bench *b = *state;
    ask(b, MESSAGES, "{");
    refused(b, "400", "{\"type\":\"error\",\"error\":{\"type\":\"invalid_request_error\"",
            WHY_BAD_BODY);
    is_strict(b);
    ask(b, CHAT, "{");
    refused(b, "400", "{\"error\":{\"message\":\"", WHY_BAD_BODY);
    is_strict(b);
    ask(b, "/", "{");
    refused(b, "404", "{\"error\":{\"message\":\"", WHY_UNKNOWN_PATH);
    is_strict(b);
}

static void test_faults_of_heads_have_their_status(void **state)
{
    struct bench *b = *state;
    static const struct {
        const char *request, *status;
        enum why why;
    } rows[] = {
        {"POST " CHAT " HTTP/2.0\r\nhost: a\r\n\r\n", "505", WHY_BAD_REQUEST},
        {"POST " CHAT " HTTP/1.1\r\n\r\n", "400", WHY_BAD_REQUEST},
        {"POST " CHAT " HTTP/1.1\r\nhost: a\r\nexpect: magic\r\n\r\n", "417", WHY_BAD_REQUEST},
        {"POST " CHAT " HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip\r\n\r\n", "400",
         WHY_BAD_REQUEST},
        {"POST " CHAT " HTTP/1.1\nhost: a\n\n", "400", WHY_BAD_REQUEST},
    };
    for (size_t i = 0; i < GW_COUNT(rows); i++) {
        b->script.request = slice_str(rows[i].request);
        refused(b, rows[i].status, "invalid_request_error", rows[i].why);
        is_strict(b);
        assert_false(exchange_keeps(b->rig.x, SIDE_CLIENT));
    }
}

static void test_a_head_that_is_too_long_is_refused(void **state)
{
    struct bench *b = *state;
    static char text[40000];
    memset(text, 'a', sizeof text);
    static const char begin[] = "POST " CHAT " HTTP/1.1\r\nhost: a\r\nb: ";
    memcpy(text, begin, sizeof begin - 1);
    for (size_t i = 100; i + 6 < sizeof text; i += 100)
        memcpy(text + i, "\r\nb: ", 5);
    b->script.request = slice_of(text, sizeof text);
    run(b);
    assert_true(is_status(b, "431"));
    is_strict(b);
}

static void test_models_have_the_shape_of_the_api(void **state)
{
    struct bench *b = *state;
    b->script.request = SLICE_LIT("GET /v1/models HTTP/1.1\r\nhost: a\r\n\r\n");
    run(b);
    assert_true(has(b, "\"object\":\"list\""));
    is_strict(b);
    b->script.request =
        SLICE_LIT("GET /v1/models HTTP/1.1\r\nhost: a\r\nanthropic-version: 2023-06-01\r\n\r\n");
    run(b);
    assert_true(has(b, "\"has_more\":false"));
    is_strict(b);
}

static void test_an_old_client_may_keep_its_connection(void **state)
{
    struct bench *b = *state;
    b->script.request =
        SLICE_LIT("GET /v1/models HTTP/1.0\r\nhost: a\r\nconnection: keep-alive\r\n\r\n");
    run(b);
    assert_true(has(b, "connection: keep-alive\r\n"));
    b->script.request = SLICE_LIT("GET /v1/models HTTP/1.0\r\nhost: a\r\n\r\n");
    run(b);
    assert_true(has(b, "connection: close\r\n"));
    assert_false(exchange_keeps(b->rig.x, SIDE_CLIENT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_errors_have_the_shape_of_the_api),
        TEST(test_faults_of_heads_have_their_status),
        TEST(test_a_head_that_is_too_long_is_refused),
        TEST(test_models_have_the_shape_of_the_api),
        TEST(test_an_old_client_may_keep_its_connection),
    };
    return cmocka_run_group_tests(tests, open_bench, close_bench);
}
