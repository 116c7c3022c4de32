/* tests/unit/test_walk.c - proxy/llm/walk.h with the rows of the dialects. */
#include "proxy/base/base.h"
#include "proxy/llm/dialect.h"
#include "proxy/json/string.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { MOST = 200 };

struct seen {
    struct arena *arena;
    struct json_doc doc;
    struct walk_leaf leaves[MOST];
    size_t n;
    struct walk_count count;
};

static gw_result keep(void *sink_of, const struct walk_leaf *leaf)
{
    struct seen *s = sink_of;
    assert_true(s->n < MOST);
    s->leaves[s->n++] = *leaf;
    return gw_is(GW_OK);
}

static gw_result stop_at_once(void *sink_of, const struct walk_leaf *leaf)
{
    (void)sink_of;
    (void)leaf;
    return gw_is(GW_REFUSED);
}

static void walk(struct seen *s, const char *name, bool is_request, const char *body)
{
    const struct dialect *d = dialect_from(slice_str(name));
    struct json_fault fault;
    arena_free(s->arena);
    *s = (struct seen){.arena = arena_new(1u << 22)};
    assert_non_null(d);
    assert_true(
        gw_ok(json_scan(slice_str(body), json_limits_default(), s->arena, &s->doc, &fault)));
    assert_true(gw_ok(walk_body(&s->doc, is_request ? d->request_rules : d->answer_rules, s->arena,
                                keep, s, &s->count)));
    assert_true(s->count.scanned + s->count.exempt == s->count.leaves);
    assert_true(s->count.leaves == s->n);
}

static const struct walk_leaf *find(const struct seen *s, const char *text, bool is_key)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->leaves[i].is_key == is_key && slice_is(s->leaves[i].text, slice_str(text)))
            return &s->leaves[i];
    print_error("no leaf: %s\n", text);
    fail();
    return NULL;
}

/* The leaf with this text; it must be there. */
static const struct walk_leaf *leaf_of(const struct seen *s, const char *text)
{
    return find(s, text, false);
}

static const struct walk_leaf *key_of(const struct seen *s, const char *text)
{
    return find(s, text, true);
}

static void an_exemption_needs_its_shape(void **state)
{
    struct seen s = {0};
    (void)state;
    walk(&s, "openai", true,
         "{\"model\":\"gpt 4 for anna@example.com\",\"messages\":[{\"role\":\"the user\","
         "\"content\":[{\"type\":\"secret\",\"text\":\"hi\"}]},{\"role\":\"tool\",\"tool_call_id\":"
         "\"a b\",\"content\":\"x\"}],\"data\":\"abc\",\"url\":\"data:text/plain;base64,AAAA\"}");
    assert_int_equal(leaf_of(&s, "gpt 4 for anna@example.com")->use, LEAF_REWRITE);
    assert_int_equal(leaf_of(&s, "the user")->use, LEAF_REWRITE);
    assert_int_equal(leaf_of(&s, "secret")->use, LEAF_REWRITE);
    assert_int_equal(leaf_of(&s, "a b")->use, LEAF_REWRITE);
    assert_int_equal(leaf_of(&s, "abc")->use, LEAF_REWRITE);
    assert_int_equal(leaf_of(&s, "data:text/plain;base64,AAAA")->use, LEAF_REWRITE);
    assert_int_equal(leaf_of(&s, "tool")->use, LEAF_EXEMPT);
    assert_non_null(leaf_of(&s, "tool")->reason);
    arena_free(s.arena);
}

static void no_row_exempts_in_free_json(void **state)
{
    struct seen s = {0};
    (void)state;
    walk(&s, "anthropic", true,
         "{\"messages\":[{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\",\"id\":\"t1\","
         "\"name\":\"f\",\"input\":{\"id\":\"4111111111111111\",\"name\":\"Anna\",\"type\":"
         "\"thinking\",\"thinking\":\"deep\",\"signature\":"
         "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"n\":4222222222222222}}]}]}");
    assert_int_equal(leaf_of(&s, "4111111111111111")->use, LEAF_REWRITE);
    assert_int_equal(leaf_of(&s, "Anna")->use, LEAF_REWRITE);
    assert_int_equal(leaf_of(&s, "deep")->use, LEAF_REWRITE);
    assert_int_equal(leaf_of(&s, "4222222222222222")->use, LEAF_NUMBER);
    assert_int_equal(leaf_of(&s, "t1")->use, LEAF_EXEMPT);
    assert_int_equal(leaf_of(&s, "f")->use, LEAF_INSPECT);
    assert_int_equal(leaf_of(&s, "f")->role, LEAF_ASSISTANT);
    arena_free(s.arena);
}

static void a_sealed_block_needs_a_real_signature(void **state)
{
    struct seen s = {0};
    (void)state;
    walk(&s, "anthropic", true,
         "{\"messages\":[{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"thinking\":"
         "\"one\",\"signature\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"},{\"type\":"
         "\"thinking\","
         "\"thinking\":\"two\",\"signature\":\"not base64!\"}]}]}");
    assert_int_equal(leaf_of(&s, "one")->use, LEAF_EXEMPT);
    assert_int_equal(leaf_of(&s, "two")->use, LEAF_REWRITE);
    assert_int_equal(leaf_of(&s, "not base64!")->use, LEAF_REWRITE);
    arena_free(s.arena);
}

/* The model's own words alone, and nothing beside them. */
static void a_seal_covers_what_the_provider_sealed(void **state)
{
    static const struct {
        const char *role, *more;
        enum leaf_use use;
    } blocks[] = {
        {"assistant", "", LEAF_EXEMPT},
        {"assistant", ",\"note\":\"x\"", LEAF_REWRITE},
        {"user", "", LEAF_REWRITE},
        {"system", "", LEAF_REWRITE},
    };
    struct seen s = {0};
    char body[512];
    (void)state;
    for (size_t i = 0; i < GW_COUNT(blocks); i++) {
        snprintf(body, sizeof body,
                 "{\"messages\":[{\"role\":\"%s\",\"content\":[{\"type\":\"thinking\",\"thinking\":"
                 "\"deep\",\"signature\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"%s}]}]}",
                 blocks[i].role, blocks[i].more);
        walk(&s, "anthropic", true, body);
        assert_int_equal(leaf_of(&s, "deep")->use, blocks[i].use);
    }
    arena_free(s.arena);
}

static void what_reads_as_text_is_no_binary(void **state)
{
    struct seen s = {0};
    char body[256];
    static const struct {
        const char *type, *media, *data;
        enum leaf_use use;
    } sources[] = {
        {"text", "text/plain", "QUtJQUlPU0ZPRE5ON0VYQU1QTEVBS0lBSU9TRk9ETk43", LEAF_REWRITE},
        {"base64", "image/png", "QUtJQUlPU0ZPRE5ON0VYQU1QTEVBS0lBSU9TRk9ETk43", LEAF_REWRITE},
        {"text", "text/plain", "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ", LEAF_REWRITE},
        {"base64", "image/png", "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ", LEAF_EXEMPT},
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(sources); i++) {
        snprintf(body, sizeof body,
                 "{\"source\":{\"type\":\"%s\",\"media_type\":\"%s\",\"data\":\"%s\"}}",
                 sources[i].type, sources[i].media, sources[i].data);
        walk(&s, "anthropic", true, body);
        assert_int_equal(leaf_of(&s, sources[i].data)->use, sources[i].use);
    }
    assert_int_equal(s.count.exempt_bytes, 6 + 9 + 44 + strlen("sourcetypemedia_typedata"));
    arena_free(s.arena);
}

/* An unknown field is text, also when its value is a number; nobody's number is an id. */
static void a_long_number_is_looked_at_wherever_it_stands(void **state)
{
    struct seen s = {0};
    (void)state;
    walk(&s, "openai", true,
         "{\"messages\":[{\"role\":\"user\",\"card\":4111111111111111,\"content\":\"x\"}],"
         "\"seed\":4222222222222222,\"max_tokens\":4333333333,\"user\":-4444444444444444,"
         "\"temperature\":0.30000000000000004,\"created\":5555555555555555.0,\"n\":12345678}");
    assert_int_equal(leaf_of(&s, "4111111111111111")->use, LEAF_NUMBER);
    assert_int_equal(leaf_of(&s, "-4444444444444444")->use, LEAF_NUMBER);
    assert_int_equal(leaf_of(&s, "5555555555555555")->use, LEAF_NUMBER); /* as tables write it */
    assert_int_equal(s.count.leaves, 10 + 2 + 3); /* names, strings, numbers */
    walk(&s, "openai", false, "{\"created\":1717171717,\"x\":4111111111111111}");
    assert_int_equal(s.count.leaves, 2); /* of an answer only the names */
    walk(&s, "openai", true, "{\"id\":\"4111111111111111\",\"tool_call_id\":\"536-90-4399\"}");
    assert_int_equal(leaf_of(&s, "4111111111111111")->use, LEAF_REWRITE);
    assert_int_equal(leaf_of(&s, "536-90-4399")->use, LEAF_REWRITE);
    walk(&s, "openai", true, "{\"id\":\"12345678\",\"model\":\"a4111111111111111\"}");
    assert_int_equal(leaf_of(&s, "12345678")->use, LEAF_EXEMPT);
    assert_int_equal(leaf_of(&s, "a4111111111111111")->use, LEAF_EXEMPT);
    arena_free(s.arena);
}

static void a_sink_ends_the_walk(void **state)
{
    struct seen s = {0};
    (void)state;
    walk(&s, "openai", true, "[\"a\",\"b\"]");
    assert_int_equal(
        walk_body(&s.doc, dialect_at(0)->request_rules, s.arena, stop_at_once, NULL, &s.count).code,
        GW_REFUSED);
    arena_free(s.arena);
}

/* Few leaves ever need their map: one of the body itself has none until somebody asks. */
static void leaves_of_the_body_are_mapped_when_asked(void **state)
{
    struct seen s = {0};
    const char *body = "{\"messages\":[{\"role\":\"user\",\"content\":\"a\\nb@c\"}]}";
    struct offmap map;
    size_t from, to;
    (void)state;
    walk(&s, "openai", true, body);
    const struct walk_leaf *leaf = leaf_of(&s, "a\nb@c");
    assert_true(leaf->is_unmapped && leaf->depth == 1);
    assert_true(gw_ok(string_map(leaf->doc, leaf->value, s.arena, &map)));
    offmap_range(&map, 1, 5, &from, &to);
    assert_true(slice_is(slice_cut(slice_str(body), from, to), SLICE_LIT("\\nb@c")));
    arena_free(s.arena);
}

static void arguments_are_walked_inside(void **state)
{
    struct seen s = {0};
    const char *body =
        "{\"messages\":[{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"c\",\"type\":"
        "\"function\",\"function\":{\"name\":\"f\",\"arguments\":"
        "\"{\\\"to\\\":\\\"a\\\\n@b\\\",\\\"in\\\":\\\"[\\\\\\\"deep\\\\\\\"]\\\"}\"}}]}]}";
    struct buf out;
    (void)state;
    walk(&s, "openai", true, body);
    const struct walk_leaf *to = leaf_of(&s, "a\n@b"), *deep = leaf_of(&s, "deep");
    assert_int_equal(to->depth, 2);
    assert_int_equal(deep->depth, 3);
    size_t from, end;
    offmap_range(&to->map, 1, 2, &from, &end);
    assert_true(slice_is(slice_cut(slice_str(body), from, end), SLICE_LIT("\\\\n")));
    /* the edits at their depths give strict JSON again */
    struct edit edits[2];
    offmap_range(&to->map, 0, to->text.len, &edits[0].at, &edits[0].end);
    offmap_range(&deep->map, 0, deep->text.len, &edits[1].at, &edits[1].end);
    assert_true(slice_is(slice_cut(slice_str(body), edits[1].at, edits[1].end), SLICE_LIT("deep")));
    edits[0].with = edits[1].with = SLICE_LIT("q\"\\\n");
    edits[0].depth = to->depth;
    edits[1].depth = deep->depth;
    buf_init(&out, 4096);
    assert_true(gw_ok(string_splice(slice_str(body), edits, 2, &out)));
    buf_put(&out, SLICE_LIT("\0"));
    struct seen again = {0};
    walk(&again, "openai", true, out.at + out.start);
    assert_int_equal(leaf_of(&again, "q\"\\\n")->depth, 2);
    assert_int_equal(again.leaves[again.n - 1].depth, 3);
    assert_true(slice_is(again.leaves[again.n - 1].text, SLICE_LIT("q\"\\\n")));
    buf_free(&out);
    arena_free(again.arena);
    arena_free(s.arena);
}

/* Such a member, and this JSON as its text. */
static void walk_quoted(struct seen *s, const char *member, const char *json)
{
    struct buf body;
    buf_init(&body, 4096);
    buf_put_str(&body, "{\"");
    buf_put_str(&body, member);
    buf_put_str(&body, "\":\"");
    assert_true(gw_ok(string_escape(&body, slice_str(json), 1)));
    buf_put(&body, SLICE_LIT("\"}\0"));
    walk(s, "openai", true, body.at + body.start);
    buf_free(&body);
}

/* Whoever reads a text takes any JSON in it; a tool wants its own names back, a schema its types.
 */
static void what_may_be_replaced_of_json_in_a_text(void **state)
{
    struct seen s = {0};
    (void)state;
    walk_quoted(&s, "content", "{\"a\":{\"a@b.cd\":1}}");
    assert_int_equal(key_of(&s, "a@b.cd")->use, LEAF_REWRITE);
    walk_quoted(&s, "content",
                "{\"card\":4111111111111111}"); /* prose shows as much, and in time */
    assert_int_equal(leaf_of(&s, "{\"card\":4111111111111111}")->use, LEAF_REWRITE);
    walk_quoted(&s, "content", "{\"card\":4111111111111111,\"in\":\"[\\\"a\\\\u0040b\\\"]\"}");
    assert_int_equal(leaf_of(&s, "4111111111111111")->use, LEAF_NUMBER);
    assert_int_equal(leaf_of(&s, "a@b")->depth, 3);
    walk_quoted(&s, "arguments", "{\"card\":4111111111111111.00,\"at\":1.23456789}");
    assert_int_equal(leaf_of(&s, "4111111111111111")->use, LEAF_NUMBER);
    assert_int_equal(leaf_of(&s, "1.23456789")->use, LEAF_NUMBER);
    assert_int_equal(key_of(&s, "card")->use, LEAF_INSPECT);
    walk(&s, "openai", true, "{\"tools\":[{\"parameters\":{\"default\":4111111111111111}}]}");
    assert_int_equal(leaf_of(&s, "4111111111111111")->use, LEAF_INSPECT);
    walk_quoted(&s, "content", "{\"a\":");
    assert_int_equal(leaf_of(&s, "{\"a\":")->use, LEAF_REWRITE);
    arena_free(s.arena);
}

static void roles_and_keys_are_told(void **state)
{
    struct seen s = {0};
    (void)state;
    walk(&s, "anthropic", true,
         "{\"system\":\"S\",\"tools\":[{\"description\":\"D\"}],\"metadata\":{\"user_id\":\"M\"},"
         "\"messages\":[{\"content\":\"U\",\"role\":\"user\"},{\"role\":\"user\",\"content\":["
         "{\"type\":\"tool_result\",\"content\":[{\"type\":\"text\",\"text\":\"T\"}]}]}]}");
    assert_int_equal(leaf_of(&s, "S")->role, LEAF_SYSTEM);
    assert_int_equal(leaf_of(&s, "D")->role, LEAF_SCHEMA);
    assert_int_equal(leaf_of(&s, "M")->role, LEAF_META);
    assert_int_equal(leaf_of(&s, "U")->role, LEAF_USER);
    assert_int_equal(leaf_of(&s, "T")->role, LEAF_TOOL);
    assert_true(slice_is(leaf_of(&s, "M")->key, SLICE_LIT("user_id")));
    arena_free(s.arena);
}

static void a_key_is_looked_at_unless_the_api_named_it(void **state)
{
    struct seen s = {0};
    (void)state;
    walk(&s, "openai", true,
         "{\"messages\":[],\"message\":1,\"Messages\":2,\"metadata\":{\"r\\u006fle\":3,"
         "\"roles\":4}}");
    static const struct {
        const char *key;
        enum leaf_use use;
    } keys[] = {{"messages", LEAF_EXEMPT}, {"message", LEAF_EXEMPT}, {"Messages", LEAF_INSPECT},
                {"metadata", LEAF_EXEMPT}, {"role", LEAF_EXEMPT},    {"roles", LEAF_INSPECT}};
    assert_int_equal(s.n, GW_COUNT(keys));
    for (size_t i = 0; i < s.n; i++) {
        assert_true(s.leaves[i].is_key && slice_is(s.leaves[i].key, slice_str(keys[i].key)));
        assert_int_equal(s.leaves[i].use, keys[i].use);
        assert_true((s.leaves[i].reason != NULL) == (keys[i].use == LEAF_EXEMPT));
    }
    arena_free(s.arena);
}

static void answers_hand_json_out_whole(void **state)
{
    struct seen s = {0};
    (void)state;
    walk(&s, "openai", false, "{\"arguments\":\"{\\\"a\\\":\\\"b\\\"}\",\"content\":\"{}\"}");
    assert_true(leaf_of(&s, "{\"a\":\"b\"}")->is_json);
    assert_false(leaf_of(&s, "{}")->is_json);
    arena_free(s.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_exemption_needs_its_shape),
        cmocka_unit_test(no_row_exempts_in_free_json),
        cmocka_unit_test(a_sealed_block_needs_a_real_signature),
        cmocka_unit_test(a_seal_covers_what_the_provider_sealed),
        cmocka_unit_test(what_reads_as_text_is_no_binary),
        cmocka_unit_test(a_long_number_is_looked_at_wherever_it_stands),
        cmocka_unit_test(a_sink_ends_the_walk),
        cmocka_unit_test(leaves_of_the_body_are_mapped_when_asked),
        cmocka_unit_test(arguments_are_walked_inside),
        cmocka_unit_test(what_may_be_replaced_of_json_in_a_text),
        cmocka_unit_test(roles_and_keys_are_told),
        cmocka_unit_test(a_key_is_looked_at_unless_the_api_named_it),
        cmocka_unit_test(answers_hand_json_out_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
