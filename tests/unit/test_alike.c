/* tests/unit/test_alike.c - proxy/gate/alike.c: an event that is taken for the one before it, in
 * other words, is what the dialect would have read. */
#include "proxy/base/base.h"
#include "proxy/gate/state.h"
#include "tests/unit/gate_rig.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct bench {
    struct route route;
    struct exchange x;
};

static void open_bench(struct bench *b, const char *dialect)
{
    *b = (struct bench){.route = {.dialect = dialect_from(slice_str(dialect))}};
    assert_non_null(b->route.dialect);
    b->x.route = &b->route;
    b->x.scratch = arena_new(64u << 20);
    assert_non_null(b->x.scratch);
}

static void close_bench(struct bench *b)
{
    alike_free(&b->x);
    arena_free(b->x.scratch);
}

static void read_slowly(struct bench *b, const struct sse_event *in, struct json_doc *doc,
                        struct llm_event *e)
{
    struct json_fault fault;
    assert_true(gw_ok(json_scan(in->payload, json_limits_default(), b->x.scratch, doc, &fault)));
    assert_true(gw_ok(b->route.dialect->read_event(&b->x.stream, in->name, in->payload, doc, e)));
}

/* One event as stream.c takes it; true: it was alike. Then a reading must say the same. */
static bool take(struct bench *b, const char *name, const char *payload)
{
    const struct sse_event in = {
        .name = slice_str(name), .payload = slice_str(payload), .has_payload = true};
    struct json_doc doc, read;
    struct llm_event e, other;
    memset(&e, 0xA5, sizeof e); /* nothing of it is there before */
    struct slice text = {NULL, 0};
    bool is_text = alike_text(&b->x, &in, &text);
    if (!alike_read(&b->x, &in, &doc, &e)) {
        b->x.before = b->x.stream;
        alike_forget(&b->x);
        read_slowly(b, &in, &doc, &e);
        alike_keep(&b->x, &in, &doc, &e);
        assert_false(is_text);
        return false;
    }
    assert_true(is_text == (e.count == 1)); /* all of one text are told by it alone */
    if (is_text)
        assert_true(slice_is(text, json_inner(&doc, e.pieces[0].value)) &&
                    text.at == json_inner(&doc, e.pieces[0].value).at);
    b->x.before = b->x.stream;
    read_slowly(b, &in, &read, &other);
    assert_memory_equal(&b->x.before, &b->x.stream, sizeof b->x.stream);
    assert_int_equal(e.count, other.count);
    for (size_t i = 0; i < e.count; i++)
        assert_true(e.pieces[i].value == other.pieces[i].value &&
                    e.pieces[i].key == other.pieces[i].key &&
                    e.pieces[i].is_json == other.pieces[i].is_json &&
                    e.pieces[i].is_exempt == other.pieces[i].is_exempt &&
                    slice_is(json_inner(&doc, e.pieces[i].value),
                             json_inner(&read, other.pieces[i].value)));
    assert_true(other.end_count + other.call_count + other.echo_count == 0);
    assert_false(other.ends_all || other.is_last || other.is_error || other.too_many);
    assert_true(e.end_count + e.call_count + e.echo_count == 0);
    assert_false(e.ends_all || e.is_last || e.is_error || e.too_many);
    return true;
}

#define CHUNK(created, delta, rest)                                           \
    "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":" created \
    ",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{" delta "},\"finish_reason\":" rest "}"
#define WORD(text) CHUNK("7", "\"content\":\"" text "\"", "null}],\"usage\":null")
#define PADDED(text, pad) \
    CHUNK("7", "\"content\":\"" text "\"", "null}],\"obfuscation\":\"" pad "\"")

static void what_says_more_than_words_is_read(void **state)
{
    static const char *const others[] = {
        CHUNK("7", "\"content\":\" x\"", "\"stop\"}],\"usage\":null"),
        CHUNK("7", "\"refusal\":\" x\"", "null}],\"usage\":null"),
        CHUNK("7", "\"content\":\" x\",\"role\":\"user\"", "null}],\"usage\":null"),
        CHUNK("7", "\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"a\"}}]",
              "null}],\"usage\":null"),
        CHUNK("7", "\"content\":\" x\"", "null,\"logprobs\":{\"content\":[]}}],\"usage\":null"),
        CHUNK("7", "\"content\":\" x\"", "null}],\"usage\":{\"prompt_tokens\":3}"),
        CHUNK("7", "\"content\":\"\"", "null}],\"usage\":null"),
        CHUNK("7", "\"content\":null", "null}],\"usage\":null"),
        CHUNK("7", "\"content\":\"\\n\"", "null}],\"usage\":null"),
        CHUNK("7", "\"content\":\" x\",\"content\":\" y\"", "null}],\"usage\":null"),
        CHUNK("7", "\"content\":\" x\"", "null}],\"usage\":null,\"more\":\"x\""),
        CHUNK("7.5", "\"content\":\" x\"", "null}],\"usage\":null"),
        "{\"error\":{\"message\":\"x\"}}",
    };
    for (size_t i = 0; i < GW_COUNT(others); i++) {
        struct bench b;
        (void)state;
        open_bench(&b, "openai");
        assert_false(take(&b, "", WORD(" a"))); /* begins the stream: what it said is kept there */
        assert_false(take(&b, "", WORD(" b")));
        assert_true(take(&b, "", WORD(" c")));
        assert_false(take(&b, "", others[i]));
        close_bench(&b);
    }
}

/* What moved the stream is no pattern for the next: that one moves it too, perhaps. */
static void what_moves_the_stream_is_not_kept(void **state)
{
    struct bench b;
    (void)state;
    open_bench(&b, "openai");
    const char *const used =
        CHUNK("7", "\"content\":\" x\"", "null}],\"usage\":{\"prompt_tokens\":3}");
    assert_false(take(&b, "", WORD(" a")));
    assert_false(take(&b, "", used));
    assert_false(take(&b, "", used));
    assert_true(take(&b, "", used)); /* the second time it moved nothing */
    close_bench(&b);
}

/* A whole call in one event has text too, its arguments: who takes it for words lets calls through.
 */
static void a_call_is_never_taken_for_words(void **state)
{
#define CALL(arguments)                                                                            \
    CHUNK("7",                                                                                     \
          "\"tool_calls\":[{\"index\":0,\"id\":\"c\",\"function\":{\"name\":\"rm\",\"arguments\":" \
          "\"" arguments "\"}}]",                                                                  \
          "null}],\"usage\":null")
    struct bench b;
    (void)state;
    open_bench(&b, "openai");
    assert_false(take(&b, "", WORD(" a")));
    assert_false(take(&b, "", CALL("1")));
    assert_false(take(&b, "", CALL("2")));
    assert_false(take(&b, "", CALL("3")));
    close_bench(&b);
}

static void words_numbers_and_padding_may_differ(void **state)
{
    struct bench b;
    (void)state;
    open_bench(&b, "openai");
    assert_false(take(&b, "", PADDED(" a", "xyz")));
    assert_false(take(&b, "", PADDED(" b", "xyz")));
    assert_true(take(&b, "", PADDED(" gr\xc3\xbc\xc3\x9f", "q")));
    assert_true(
        take(&b, "", CHUNK("1234567", "\"content\":\" c\"", "null}],\"obfuscation\":\"r\"")));
    assert_false(take(&b, "", PADDED(" b", "two words"))); /* that is text, and no padding */
    assert_false(take(&b, "", PADDED(" b", "other words")));
    close_bench(&b);
}

static void the_other_dialect_and_names_of_events(void **state)
{
    static const char delta[] = "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{"
                                "\"type\":\"text_delta\",\"text\":\"%s\"}}";
    struct bench b;
    char text[200], other[200];
    (void)state;
    open_bench(&b, "anthropic");
    snprintf(text, sizeof text, delta, "one");
    snprintf(other, sizeof other, delta, "and two");
    assert_false(take(&b, "content_block_delta", text));
    assert_true(take(&b, "content_block_delta", other));
    assert_false(take(&b, "", text));
    assert_false(take(&b, "content_block_delta",
                      "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":"
                      "\"signature_delta\",\"signature\":\"abcd\"}}"));
    assert_false(take(&b, "content_block_delta", text));
    assert_false(take(&b, "content_block_stop", "{\"type\":\"content_block_stop\",\"index\":0}"));
    assert_false(take(&b, "content_block_delta", text)); /* forgotten */
    close_bench(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_says_more_than_words_is_read),
        cmocka_unit_test(what_moves_the_stream_is_not_kept),
        cmocka_unit_test(a_call_is_never_taken_for_words),
        cmocka_unit_test(words_numbers_and_padding_may_differ),
        cmocka_unit_test(the_other_dialect_and_names_of_events),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
