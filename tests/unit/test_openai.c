/* tests/unit/test_openai.c - the row "openai" of proxy/llm/dialect.h. */
#include "proxy/llm/dialect.h"
#include "tests/unit/dialect_rig.h"

static int open_bench(void **state)
{
    return open_dialect(state, SLICE_LIT("openai"), API_CHAT);
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
    assert_int_equal(b->event.count, 3);
    assert_int_equal(b->event.pieces[2].key, 0); /* a name stands alone */
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
    assert_int_equal(count_events(b, false), 1);
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
    assert_int_equal(count_events(b, false), 1);
    buf_clear(&b->out);
    b->stream.started = true;
    b->stream.open = 5;
    assert_true(gw_ok(b->d->put_stream_stop(&b->stream, &b->out)));
    assert_int_equal(count_events(b, false), 3);
    buf_clear(&b->out);
    assert_true(gw_ok(b->d->put_answer(&r, SLICE_LIT("m"), true, &b->out)));
    assert_int_equal(count_events(b, false), 4);
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
