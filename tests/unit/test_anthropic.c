/* tests/unit/test_anthropic.c - the row "anthropic" of proxy/llm/dialect.h. */
#include "proxy/llm/dialect.h"
#include "tests/unit/dialect_rig.h"

static int open_bench(void **state)
{
    return open_dialect(state, SLICE_LIT("anthropic"), API_MESSAGES);
}

static void other_shapes_are_complained_about(void **state)
{
    static const char *const bad[] = {
        "[]",
        "{}",
        "\"x\"",
        "{\"model\":\"m\",\"messages\":[{\"role\":\"developer\"}]}",
        "{\"model\":\"m\",\"stream\":\"yes\",\"messages\":[{\"role\":\"user\"}]}",
        "{\"messages\":[{\"role\":\"user\"}]}"};
    for (size_t i = 0; i < GW_COUNT(bad); i++)
        assert_non_null(request(*state, bad[i]).complaint);
}

static void a_request_is_read(void **state)
{
    struct llm_request r =
        request(*state, "{\"model\":\"claude\",\"system\":[{\"type\":\"text\",\"text\":\"S\"}],"
                        "\"messages\":[{\"role\":\"user\",\"content\":\"u\"}]}");
    assert_null(r.complaint);
    assert_false(r.is_stream);
    assert_true(slice_is(r.system, SLICE_LIT("S")));
    assert_true(slice_is(r.first_user, SLICE_LIT("u")));
    assert_int_equal(r.messages, 1);
}

static void events_give_pieces_and_ends(void **state)
{
    struct bench *b = *state;
    feed(b, "{\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"model\":\"c\",\"usage\":"
            "{\"input_tokens\":5,\"output_tokens\":1}}}");
    assert_string_equal(b->stream.id, "\"msg_1\"");
    feed(b, "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\","
            "\"text\":\"\"}}");
    assert_int_equal(b->event.count, 0);
    assert_int_equal(b->stream.open, 1);
    feed(b, "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\","
            "\"text\":\"a\"}}");
    uint32_t text = b->event.pieces[0].key;
    assert_int_equal(b->event.count, 1);
    feed(b,
         "{\"type\":\"content_block_delta\",\"index\":1,\"delta\":{\"type\":\"input_json_delta\","
         "\"partial_json\":\"{\"}}");
    assert_true(b->event.pieces[0].is_json && b->event.pieces[0].key != text);
    feed(b, "{\"type\":\"content_block_delta\",\"index\":2,\"delta\":{\"type\":\"thinking_delta\","
            "\"thinking\":\"t\"}}");
    assert_true(b->event.pieces[0].is_exempt);
    feed(b, "{\"type\":\"content_block_start\",\"index\":3,\"content_block\":{\"type\":"
            "\"web_search_tool_result\",\"tool_use_id\":\"x\",\"content\":[{\"type\":"
            "\"web_search_result\",\"title\":\"T\",\"url\":\"http://a/\"}]}}");
    assert_int_equal(b->event.count, 2);
    assert_int_equal(b->event.pieces[0].key, 0);
    feed(b, "{\"type\":\"content_block_stop\",\"index\":0}");
    assert_true(has_end(b, text));
    assert_int_equal(b->stream.open, 8);
    feed(b, "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":"
            "{\"output_tokens\":9}}");
    assert_string_equal(b->stream.finish, "end_turn");
    assert_int_equal(b->stream.tokens_in + b->stream.tokens_out, 14);
    feed(b, "{\"type\":\"message_stop\"}");
    assert_true(b->event.is_last && b->event.ends_all && b->stream.finished);
    assert_true(gw_ok(b->d->put_piece(&b->stream, text, SLICE_LIT("\n"), &b->out)));
    assert_int_equal(count_events(b, true), 1);
    struct json_doc doc = b->doc;
    assert_true(gw_ok(b->d->read_event(&b->stream, SLICE_LIT(""), doc.text, &doc, &b->event)));
    assert_int_equal(b->event.pieces[0].key, text);
    assert_true(json_is_text(&doc, b->event.pieces[0].value, "\n"));
}

static void broken_streams_are_seen(void **state)
{
    struct bench *b = *state;
    feed(b, "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}");
    assert_true(b->event.is_error);
    feed(b, "{\"type\":\"content_block_delta\",\"index\":99999999,\"delta\":{\"text\":\"a\"}}");
    assert_true(b->event.too_many);
    feed(b, "{\"type\":\"ping\"}");
    assert_int_equal(b->event.count + b->event.end_count, 0);
    feed(b, "{\"type\":\"content_block_delta\",\"delta\":7}");
    assert_int_equal(b->event.count, 0);
}

static void refusals_are_in_shape(void **state)
{
    struct bench *b = *state;
    struct llm_refusal r = {403, "policy_blocked", SLICE_LIT("no"), SLICE_LIT("ex1")};
    assert_true(gw_ok(b->d->put_error(&r, &b->out)));
    scan(b, buf_slice(&b->out));
    uint32_t error = json_member(&b->doc, 0, "error");
    assert_true(json_is_text(&b->doc, json_member(&b->doc, error, "type"), "permission_error"));
    assert_true(json_is_text(&b->doc, json_member(&b->doc, 0, "type"), "error"));
    buf_clear(&b->out);
    assert_true(gw_ok(b->d->put_stream_error(&r, &b->out)));
    assert_int_equal(count_events(b, true), 1);
    buf_clear(&b->out);
    b->stream.started = true;
    b->stream.open = 6;
    assert_true(gw_ok(b->d->put_stream_stop(&b->stream, &b->out)));
    assert_int_equal(count_events(b, true), 4);
    buf_clear(&b->out);
    assert_true(gw_ok(b->d->put_answer(&r, SLICE_LIT("m"), true, &b->out)));
    assert_int_equal(count_events(b, true), 6);
    buf_clear(&b->out);
    assert_true(gw_ok(b->d->put_answer(&r, SLICE_LIT("m"), false, &b->out)));
    scan(b, buf_slice(&b->out));
    buf_clear(&b->out);
    assert_true(gw_ok(b->d->put_models(NULL, 0, &b->out)));
    scan(b, buf_slice(&b->out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(other_shapes_are_complained_about, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(broken_streams_are_seen, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(a_request_is_read, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(events_give_pieces_and_ends, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(refusals_are_in_shape, open_bench, close_bench),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
