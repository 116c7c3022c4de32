/* tests/unit/test_stream.c - streams that break, and streams that a client could take for whole. */
#include "proxy/base/base.h"
#include "tests/unit/gate_bench.h"
#include "proxy/gate/exchange.h"

#define LAST_CHUNK "\r\n0\r\n\r\n"

/* The client sees that the stream broke: an error event, no terminator, no last chunk. */
static void looks_cut(struct bench *b, enum why why)
{
    assert_true(is_status(b, "200"));
    assert_true(exchange_is_cut(b->rig.x));
    assert_false(exchange_keeps(b->rig.x, SIDE_CLIENT));
    assert_false(exchange_keeps(b->rig.x, SIDE_UPSTREAM));
    assert_false(has(b, "[DONE]"));
    assert_false(has(b, "message_stop"));
    assert_false(slice_has_suffix(buf_slice(&b->rig.client), SLICE_LIT("0\r\n\r\n")));
    assert_true(has(b, "\"error\""));
    assert_int_equal(exchange_why(b->rig.x), why);
    assert_int_equal(b->rig.end_type, RECORD_EXCHANGE_END);
    assert_string_equal(b->rig.out, why_out(why));
}

static void breaks(struct bench *b, const char *events, enum why why)
{
    ask(b, CHAT, CHAT_STREAM);
    answer(b, "200 OK", SSE_TYPE, events);
    for (size_t cut = 0; cut < 2; cut++) {
        b->script.answer_cut = cut;
        run(b);
        looks_cut(b, why);
    }
    b->script.answer_cut = 0;
}

static void test_every_early_end_looks_cut(void **state)
{
    struct bench *b = *state;
    void (*const streams[])(struct bench *) = {chat_stream, messages_stream};
    for (size_t i = 0; i < GW_COUNT(streams); i++) {
        streams[i](b);
        struct slice all = b->script.answer;
        size_t head = slice_find(all, SLICE_LIT("\r\n\r\n")) + 4;
        b->script.upstream_ends = true;
        for (size_t n = head; n + 2 < all.len; n++) {
            b->script.answer = slice_cut(all, 0, n);
            b->script.is_reset = n % 2 == 0;
            run(b);
            looks_cut(b, WHY_UPSTREAM_GONE);
        }
        b->script.upstream_ends = false;
    }
}

static void test_a_stream_ended_by_its_connection_needs_its_terminator(void **state)
{
    struct bench *b = *state;
    ask(b, CHAT, CHAT_STREAM);
    b->script.upstream_ends = true;
    answer_raw(b, "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n" CHUNK(
                      "\"content\":\"hello\"", "null"));
    run(b);
    looks_cut(b, WHY_UPSTREAM_GONE);
    answer_raw(b, "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n" CHUNK(
                      "\"content\":\"hello\"", "\"stop\"") DONE);
    run(b);
    assert_false(exchange_is_cut(b->rig.x));
    assert_true(has(b, DONE));
}

static void test_what_cannot_be_read_breaks_the_stream(void **state)
{
    struct bench *b = *state;
    breaks(b, "data: {\"choices\":\n\n" DONE, WHY_UPSTREAM_BAD);
    breaks(b, CHUNK("\"content\":\"a\"", "null") "data: [\"unread\"]\n\n" DONE, WHY_UPSTREAM_BAD);
    breaks(b, "data: \"unread\"\n\n" DONE, WHY_UPSTREAM_BAD);
    breaks(b, "data: {\"a\":1,\"a\":2}\n\n" DONE, WHY_UPSTREAM_BAD);
    breaks(b, CHUNK("\"content\":\"\xff\xfe\"", "null") DONE, WHY_UPSTREAM_BAD);
    breaks(b, "event: BAD NAME\n" CHUNK("\"content\":\"a\"", "null") DONE, WHY_UPSTREAM_BAD);
    breaks(b, "data: {\"error\":{\"message\":\"quota of bob\"}}\n\n" DONE, WHY_UPSTREAM_BAD);
    assert_false(has(b, "quota of bob"));
    /* broken only by its very end */
    breaks(b, CHUNK("\"content\":\"a\"", "null") "data: {\"choices\":", WHY_UPSTREAM_BAD);
}

static void test_an_endless_event_breaks_the_stream(void **state)
{
    struct bench *b = *state;
    const size_t len = (1u << 20) + 300;
    char *text = malloc(len);
    assert_non_null(text);
    memset(text, 'a', len);
    static const char head[] =
        "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: {\"a\":\"";
    memcpy(text, head, sizeof head - 1);
    ask(b, CHAT, CHAT_STREAM);
    b->script.answer = slice_of(text, len);
    b->script.answer_cut = 16384;
    run(b);
    looks_cut(b, WHY_UPSTREAM_BAD);
    free(text);
}

static void test_an_encoding_that_was_not_asked_for_is_refused(void **state)
{
    struct bench *b = *state;
    ask(b, CHAT, CHAT_STREAM);
    answer_raw(b, "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\n"
                  "\r\n" DONE);
    run(b);
    assert_true(is_status(b, "502"));
    assert_int_equal(exchange_why(b->rig.x), WHY_UPSTREAM_BAD);
}

static void test_a_whole_body_without_terminator_ends_as_it_came(void **state)
{
    struct bench *b = *state;
    ask(b, CHAT, CHAT_STREAM);
    answer(b, "200 OK", SSE_TYPE, CHUNK("\"content\":\"to EMAI\"", "null"));
    run(b);
    assert_false(exchange_is_cut(b->rig.x));
    assert_false(has(b, "[DONE]"));
    assert_true(has(b, "EMAI\""));
    assert_true(slice_has_suffix(buf_slice(&b->rig.client), SLICE_LIT(LAST_CHUNK)));
}

static void test_an_old_client_gets_no_chunks(void **state)
{
    struct bench *b = *state;
    chat_stream(b);
    char line[] = "POST " CHAT " HTTP/1.0";
    ask_with(b, line, JSON_TYPE, CHAT_STREAM);
    run(b);
    assert_true(is_status(b, "200"));
    assert_false(has(b, "transfer-encoding"));
    assert_true(has(b, "connection: close"));
    assert_true(slice_has_suffix(buf_slice(&b->rig.client), SLICE_LIT(DONE)));
    assert_false(exchange_keeps(b->rig.x, SIDE_CLIENT));
    assert_false(exchange_is_cut(b->rig.x));
}

static void test_a_secret_of_the_models_own_is_labelled(void **state)
{
    struct bench *b = *state;
    ask(b, CHAT, CHAT_STREAM);
    answer(b, "200 OK", SSE_TYPE,
           CHUNK("\"content\":\"key AK\"", "null")
               CHUNK("\"content\":\"IAQYLPMN5HHHFPZAM2 ok\"", "null") CHUNK("", "\"stop\"") DONE);
    for (size_t cut = 0; cut < 2; cut++) {
        b->script.answer_cut = cut;
        run(b);
        assert_true(has(b, DONE));
        assert_false(has(b, "IAQYLPMN5HHHFPZAM2"));
        assert_int_equal(b->rig.decision, RECORD_REDACTED);
    }
}

static void test_a_silent_stream_is_kept_alive(void **state)
{
    struct bench *b = *state;
    ask(b, MESSAGES, MESSAGES_STREAM);
    answer_raw(b, "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n: comment\n\n");
    assert_false(rig_run(&b->rig, &b->script));
    rig_later(&b->rig, 14000);
    assert_false(has(b, "ping"));
    rig_later(&b->rig, 2000);
    assert_true(has(b, "event: ping"));
    rig_later(&b->rig, 60000);
    assert_true(exchange_is_over(b->rig.x));
    looks_cut(b, WHY_UPSTREAM_TIMEOUT);
}

static void test_a_stream_hears_that_the_program_ends(void **state)
{
    struct bench *b = *state;
    ask(b, CHAT, CHAT_STREAM);
    answer_raw(b, "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n: comment\n\n");
    assert_false(rig_run(&b->rig, &b->script));
    exchange_tell_drain(b->rig.x);
    rig_later(&b->rig, 10);
    assert_true(has(b, "\r\n: draining\n\r\n")); /* a chunk of its own: a line, and no event */
    ask(b, CHAT, CHAT_BODY);
    answer_raw(b, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n{");
    assert_false(rig_run(&b->rig, &b->script));
    exchange_tell_drain(b->rig.x);
    rig_later(&b->rig, 10);
    assert_false(has(b, "draining"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_every_early_end_looks_cut),
        TEST(test_a_stream_ended_by_its_connection_needs_its_terminator),
        TEST(test_what_cannot_be_read_breaks_the_stream),
        TEST(test_an_endless_event_breaks_the_stream),
        TEST(test_an_encoding_that_was_not_asked_for_is_refused),
        TEST(test_a_whole_body_without_terminator_ends_as_it_came),
        TEST(test_an_old_client_gets_no_chunks),
        TEST(test_a_secret_of_the_models_own_is_labelled),
        TEST(test_a_silent_stream_is_kept_alive),
        TEST(test_a_stream_hears_that_the_program_ends),
    };
    return cmocka_run_group_tests(tests, open_bench, close_bench);
}
