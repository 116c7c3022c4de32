/* tests/unit/test_demo.c - proxy/llm/demo.h, read back with the dialects' own readers: what the
 * demo backend streams in pieces is what was sent. */
#include "proxy/base/base.h"
#include "proxy/http/body.h"
#include "proxy/http/parse.h"
#include "proxy/http/sse.h"
#include "proxy/json/string.h"
#include "proxy/llm/demo.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct texts {
    uint32_t keys[8];
    struct buf text[8]; /* raw, still escaped once: halves of pairs meet here */
    size_t n;
    size_t events;
    struct llm_stream stream;
};

static struct head request_head(const char *method, const char *path)
{
    struct head h = {
        .method = slice_str(method), .path = slice_str(path), .target = slice_str(path)};
    return h;
}

static void ask(const char *path, const char *body, struct arena *arena, struct buf *out)
{
    struct head h = request_head("POST", path);
    buf_init(out, 1u << 20);
    assert_true(gw_ok(demo_answer(&h, slice_str(body), arena, out)));
}

static unsigned status_of(const struct buf *out)
{
    static struct head h;
    struct head_fault fault;
    size_t used;
    assert_true(gw_ok(parse_response(buf_slice(out), SLICE_LIT("POST"), &h, &used, &fault)));
    return h.status;
}

static void add_text(struct texts *t, uint32_t key, struct slice raw)
{
    size_t i = 0;
    while (i < t->n && t->keys[i] != key)
        i++;
    assert_true(i < 8);
    if (i == t->n) {
        t->keys[t->n++] = key;
        buf_init(&t->text[i], 1u << 16);
    }
    buf_put(&t->text[i], raw);
}

static void read_event(const struct dialect *d, const struct sse_event *e, struct arena *arena,
                       struct texts *t)
{
    static struct llm_event out;
    struct json_limits limits = *json_limits_default();
    struct json_doc doc;
    struct json_fault fault;
    limits.lone_surrogates = true;
    bool is_json = gw_ok(json_scan(e->payload, &limits, arena, &doc, &fault));
    assert_true(gw_ok(d->read_event(&t->stream, e->name, e->payload, is_json ? &doc : NULL, &out)));
    assert_false(out.too_many || out.is_error);
    for (size_t i = 0; i < out.count; i++)
        add_text(t, out.pieces[i].key, json_inner(&doc, out.pieces[i].value));
    t->events++;
}

static void read_stream(const struct buf *out, const struct dialect *d, struct arena *arena,
                        struct texts *t)
{
    static struct head h;
    struct head_fault fault;
    struct body body;
    struct sse sse;
    struct sse_event event;
    const char *reason;
    size_t used;
    struct slice in = buf_slice(out), run;
    assert_true(gw_ok(parse_response(in, SLICE_LIT("POST"), &h, &used, &fault)));
    assert_int_equal(h.framing, FRAMING_CHUNKED);
    in = slice_from(in, used);
    body_init(&body, &h);
    sse_init(&sse, 1u << 20);
    while (!body.done) {
        assert_true(gw_ok(body_feed(&body, &in, &run, &reason)));
        while (gw_ok(sse_feed(&sse, &run, &event)))
            if (event.has_payload)
                read_event(d, &event, arena, t);
    }
    sse_free(&sse);
    assert_true(t->stream.finished);
}

static void check_text(const struct texts *t, size_t i, const char *want)
{
    struct arena *arena = arena_new(1u << 20);
    struct json_doc doc;
    struct json_fault fault;
    struct slice got;
    struct buf quoted;
    assert_true(i < t->n);
    buf_init(&quoted, 1u << 16);
    buf_put_str(&quoted, "\"");
    buf_put(&quoted, buf_slice(&t->text[i]));
    buf_put_str(&quoted, "\"");
    assert_true(gw_ok(json_scan(buf_slice(&quoted), json_limits_default(), arena, &doc, &fault)));
    assert_true(gw_ok(string_decode(&doc, 0, arena, &got, NULL)));
    assert_true(slice_is(got, slice_str(want)));
    buf_free(&quoted);
    arena_free(arena);
}

static void free_texts(struct texts *t)
{
    for (size_t i = 0; i < t->n; i++)
        buf_free(&t->text[i]);
}

static void bad_requests_get_the_api_s_error(void **state)
{
    struct arena *arena = arena_new(1u << 20);
    struct buf out;
    (void)state;
    ask("/v1/nothing", "{}", arena, &out);
    assert_int_equal(status_of(&out), 404);
    buf_free(&out);
    ask("/v1/models", "{}", arena, &out);
    assert_int_equal(status_of(&out), 405);
    buf_free(&out);
    ask("/v1/messages", "{", arena, &out);
    assert_int_equal(status_of(&out), 400);
    assert_true(slice_find(buf_slice(&out), SLICE_LIT("\"type\":\"error\"")) != SIZE_MAX);
    buf_free(&out);
    ask("/v1/chat/completions", "{\"model\":\"m\"}", arena, &out);
    assert_int_equal(status_of(&out), 400);
    buf_free(&out);
    arena_free(arena);
}

static void streams_bring_back_what_was_sent(void **state)
{
    static const char *const paths[] = {"/v1/chat/completions", "/v1/messages"};
    static const char *const names[] = {"openai", "anthropic"};
    const char *body =
        "{\"model\":\"m\",\"stream\":true,\"tools\":[{}],\"messages\":[{\"role\":\"user\","
        "\"content\":"
        "\"x\"},{\"role\":\"user\",\"content\":\"h\\u00e9 \\ud83d\\ude00\\ud83d\\ude01 \\\"q\\\"\\n"
        "!tool send {\\\"to\\\": \\\"a\\\\n\\ud83d\\ude00\\\"}\\n!tool b {\\\"k\\\":[1,2,3]}\"}]}";
    (void)state;
    for (size_t i = 0; i < GW_COUNT(paths); i++) {
        struct arena *arena = arena_new(1u << 24);
        struct texts t = {.n = 0};
        struct buf out;
        ask(paths[i], body, arena, &out);
        assert_int_equal(status_of(&out), 200);
        read_stream(&out, dialect_from(slice_str(names[i])), arena, &t);
        assert_int_equal(t.n, 4);
        assert_true(t.events > 30);
        check_text(&t, 0,
                   "You said: h\xc3\xa9 \xf0\x9f\x98\x80\xf0\x9f\x98\x81 \"q\"\n"
                   "!tool send {\"to\": \"a\\n\xf0\x9f\x98\x80\"}\n!tool b {\"k\":[1,2,3]}");
        check_text(&t, 1, "sendb"); /* names of tools, each a text of its own */
        check_text(&t, 2, "{\"to\": \"a\\n\xf0\x9f\x98\x80\"}");
        check_text(&t, 3, "{\"k\":[1,2,3]}");
        assert_string_equal(t.stream.finish, i == 0 ? "tool_calls" : "tool_use");
        free_texts(&t);
        buf_free(&out);
        arena_free(arena);
    }
}

static void whole_answers_are_json(void **state)
{
    static const char *const paths[] = {"/v1/chat/completions", "/v1/messages",
                                        "/v1/messages/count_tokens"};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(paths); i++) {
        struct arena *arena = arena_new(1u << 20);
        struct buf out;
        struct json_doc doc;
        struct json_fault fault;
        ask(paths[i],
            "{\"model\":\"m\",\"tools\":[{}],\"messages\":[{\"role\":\"user\",\"content\":[{"
            "\"type\":"
            "\"text\",\"text\":\"hi \\\"\\n!tool f {}\"}]}]}",
            arena, &out);
        assert_int_equal(status_of(&out), 200);
        size_t at = slice_find(buf_slice(&out), SLICE_LIT("\r\n\r\n"));
        assert_true(gw_ok(json_scan(slice_from(buf_slice(&out), at + 4), json_limits_default(),
                                    arena, &doc, &fault)));
        assert_false(doc.has_duplicate_key);
        buf_free(&out);
        arena_free(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_requests_get_the_api_s_error),
        cmocka_unit_test(streams_bring_back_what_was_sent),
        cmocka_unit_test(whole_answers_are_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
