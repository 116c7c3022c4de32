/* tests/unit/test_openai.c - the row "openai" of proxy/llm/dialect.h. */
#include "proxy/base/base.h"
#include "proxy/http/sse.h"
#include "proxy/llm/dialect.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct bench {
    const struct dialect *d;
    struct arena *arena;
    struct json_doc doc;
    struct llm_event event;
    struct llm_stream stream;
    struct buf out;
};

static int open_bench(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    if (b == NULL)
        return 1;
    b->d = dialect_from(SLICE_LIT("openai"));
    b->arena = arena_new(1u << 22);
    buf_init(&b->out, 1u << 20);
    *state = b;
    return b->arena == NULL || b->d == NULL;
}

static int close_bench(void **state)
{
    struct bench *b = *state;
    arena_free(b->arena);
    buf_free(&b->out);
    free(b);
    return 0;
}

static void scan(struct bench *b, struct slice text)
{
    struct json_fault fault;
    assert_true(gw_ok(json_scan(text, json_limits_default(), b->arena, &b->doc, &fault)));
}

static struct llm_request request(struct bench *b, const char *body)
{
    struct llm_request r;
    scan(b, slice_str(body));
    assert_true(gw_ok(b->d->read_request(&b->doc, API_CHAT, b->arena, &r)));
    return r;
}

static void feed(struct bench *b, const char *payload)
{
    scan(b, slice_str(payload));
    assert_true(
        gw_ok(b->d->read_event(&b->stream, SLICE_LIT(""), b->doc.text, &b->doc, &b->event)));
}

static bool has_end(const struct bench *b, uint32_t key)
{
    for (size_t i = 0; i < b->event.end_count; i++)
        if (b->event.ends[i] == key)
            return true;
    return false;
}

/* All payloads of the events that were written, each strict JSON but for [DONE]. */
static size_t count_events(struct bench *b)
{
    struct sse sse;
    struct sse_event e;
    struct slice in = buf_slice(&b->out);
    size_t n = 0;
    sse_init(&sse, 1u << 20);
    for (; gw_ok(sse_feed(&sse, &in, &e)); n++)
        if (!slice_is(e.payload, SLICE_LIT("[DONE]")))
            scan(b, arena_copy(b->arena, e.payload));
    sse_free(&sse);
    return n;
}

static void other_shapes_are_complained_about(void **state)
{
    static const char *const bad[] = {
        "[]",
        "{}",
        "{\"model\":\"m\"}",
        "{\"model\":1,\"messages\":[{\"role\":\"user\"}]}",
        "{\"model\":\"m\",\"messages\":[]}",
        "{\"model\":\"m\",\"messages\":\"x\"}",
        "{\"model\":\"m\",\"messages\":[1]}",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"boss\"}]}",
        "{\"model\":\"m\",\"stream\":1,\"messages\":[{\"role\":\"user\"}]}",
        "{\"model\":\"m\",\"model\":\"n\",\"messages\":[{\"role\":\"user\"}]}",
        "{\"model\":\"a b\",\"messages\":[{\"role\":\"user\"}]}"};
    for (size_t i = 0; i < GW_COUNT(bad); i++)
        assert_non_null(request(*state, bad[i]).complaint);
}

static void a_request_is_read(void **state)
{
    struct llm_request r = request(
        *state, "{\"model\":\"gpt-4o\",\"stream\":true,\"tools\":[{},{}],\"messages\":[{\"role\":"
                "\"system\",\"content\":\"S\"},{\"role\":\"user\",\"content\":[{\"type\":\"text\","
                "\"text\":\"a\"},{\"type\":\"text\",\"text\":\"b\\n\"}]},{\"role\":\"developer\","
                "\"content\":\"D\"},{\"role\":\"user\",\"content\":\"later\"}]}");
    assert_null(r.complaint);
    assert_true(r.is_stream);
    assert_true(slice_is(r.model, SLICE_LIT("gpt-4o")));
    assert_true(slice_is(r.system, SLICE_LIT("S\nD")));
    assert_true(slice_is(r.first_user, SLICE_LIT("a\nb\n")));
    assert_int_equal(r.messages, 4);
    assert_int_equal(r.tools, 2);
}

static void chunks_give_pieces_and_ends(void **state)
{
    struct bench *b = *state;
    feed(b, "{\"id\":\"c1\",\"created\":7,\"model\":\"m\",\"choices\":[{\"index\":1,\"delta\":{"
            "\"content\":\"a\","
            "\"tool_calls\":[{\"index\":2,\"function\":{\"name\":\"f\",\"arguments\":\"{\"}}]}}]}");
    assert_int_equal(b->event.count, 2);
    uint32_t text = b->event.pieces[0].key, call = b->event.pieces[1].key;
    assert_true(text != call && text != 0 && b->event.pieces[1].is_json);
    assert_string_equal(b->stream.id, "\"c1\"");
    feed(b, "{\"choices\":[{\"index\":1,\"delta\":{},\"finish_reason\":\"tool_calls\"}],"
            "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}");
    assert_true(has_end(b, text) && has_end(b, call));
    assert_false(b->event.ends_all || b->event.is_last);
    assert_string_equal(b->stream.finish, "tool_calls");
    assert_int_equal(b->stream.tokens_in + b->stream.tokens_out, 7);
    assert_true(
        gw_ok(b->d->read_event(&b->stream, SLICE_LIT(""), SLICE_LIT("[DONE]"), NULL, &b->event)));
    assert_true(b->event.is_last && b->event.ends_all && b->stream.finished);
    /* a piece written for the call is read back under its key */
    assert_true(gw_ok(b->d->put_piece(&b->stream, call, SLICE_LIT("\"x\""), &b->out)));
    assert_int_equal(count_events(b), 1);
    struct json_doc doc = b->doc;
    assert_true(gw_ok(b->d->read_event(&b->stream, SLICE_LIT(""), doc.text, &doc, &b->event)));
    assert_int_equal(b->event.count, 1);
    assert_int_equal(b->event.pieces[0].key, call);
    assert_true(json_is_text(&doc, b->event.pieces[0].value, "\"x\""));
}

static void broken_streams_are_seen(void **state)
{
    struct bench *b = *state;
    feed(b, "{\"error\":{\"message\":\"x\"}}");
    assert_true(b->event.is_error);
    feed(b, "{\"choices\":[{\"index\":9999,\"delta\":{\"content\":\"a\"}}]}");
    assert_true(b->event.too_many);
    feed(b, "{\"choices\":[{\"index\":\"x\",\"delta\":[1],\"finish_reason\":3}]}");
    assert_int_equal(b->event.end_count, 0);
    assert_int_equal(b->event.count, 1); /* a string where none belongs is text like any other */
    assert_int_equal(b->event.pieces[0].key, 0);
}

static void refusals_are_in_shape(void **state)
{
    struct bench *b = *state;
    struct llm_refusal r = {403, "policy_blocked", SLICE_LIT("no \"cards\""), SLICE_LIT("ex1")};
    assert_true(gw_ok(b->d->put_error(&r, &b->out)));
    scan(b, buf_slice(&b->out));
    uint32_t error = json_member(&b->doc, 0, "error");
    assert_true(json_is_text(&b->doc, json_member(&b->doc, error, "code"), "policy_blocked"));
    assert_true(json_is_text(&b->doc, json_member(&b->doc, error, "message"),
                             "no \"cards\" (exchange ex1)"));
    buf_clear(&b->out);
    assert_true(gw_ok(b->d->put_stream_error(&r, &b->out)));
    assert_int_equal(count_events(b), 1);
    buf_clear(&b->out);
    b->stream.started = true;
    b->stream.open = 5;
    assert_true(gw_ok(b->d->put_stream_stop(&b->stream, &b->out)));
    assert_int_equal(count_events(b), 3);
    buf_clear(&b->out);
    assert_true(gw_ok(b->d->put_answer(&r, SLICE_LIT("m"), true, &b->out)));
    assert_int_equal(count_events(b), 4);
    buf_clear(&b->out);
    assert_true(gw_ok(b->d->put_answer(&r, SLICE_LIT("m"), false, &b->out)));
    scan(b, buf_slice(&b->out));
    buf_clear(&b->out);
    const struct slice names[] = {SLICE_LIT("a"), SLICE_LIT("b\"")};
    assert_true(gw_ok(b->d->put_models(names, 2, &b->out)));
    scan(b, buf_slice(&b->out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(other_shapes_are_complained_about, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(broken_streams_are_seen, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(a_request_is_read, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(chunks_give_pieces_and_ends, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(refusals_are_in_shape, open_bench, close_bench),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
