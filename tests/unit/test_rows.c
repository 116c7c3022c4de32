/* tests/unit/test_rows.c - what several dialects read and write alike: proxy/llm/rows.h. */
#include "proxy/base/base.h"
#include "proxy/llm/rows.h"
#include "tests/unit/dialect_rig.h"

static int open_rows(void **state)
{
    return open_dialect(state, SLICE_LIT("openai"), API_CHAT);
}

#define ROLES "system developer user assistant tool"

static struct llm_request read_body(struct bench *b, const char *body)
{
    struct llm_request r;
    scan(b, slice_str(body));
    assert_true(gw_ok(rows_read_request(&b->doc, b->arena, ROLES, &r)));
    return r;
}

#define TURN(role, content) "{\"role\":\"" role "\",\"content\":" content "}"
#define BODY(turns) "{\"model\":\"m\",\"messages\":[" turns "]}"

static void what_is_no_request_is_complained_about(void **state)
{
    static const struct {
        const char *body, *complaint;
    } cases[] = {
        {"[]", "the body must be a JSON object"},
        {"7", "the body must be a JSON object"},
        {"{}", "messages must be an array that is not empty"},
        {"{\"model\":\"m\"}", "messages must be an array that is not empty"},
        {"{\"model\":\"m\",\"messages\":{}}", "messages must be an array that is not empty"},
        {BODY(""), "messages must be an array that is not empty"},
        {"{\"model\":\"\",\"messages\":[" TURN("user", "\"x\"") "]}", "model must be"},
        {"{\"model\":7,\"messages\":[" TURN("user", "\"x\"") "]}", "model must be"},
        {"{\"model\":\"a b\",\"messages\":[" TURN("user", "\"x\"") "]}", "model must be"},
        {"{\"model\":\"m\",\"stream\":\"true\",\"messages\":[" TURN("user", "\"x\"") "]}",
         "stream must be true or false"},
        {"{\"model\":\"m\",\"stream\":1,\"messages\":[" TURN("user", "\"x\"") "]}", "stream must"},
        {"{\"model\":\"m\",\"messages\":[" TURN("user", "\"x\"") "],\"a\":1,\"a\":2}",
         "a key stands twice"},
        {BODY("7"), "every message must be an object with a role"},
        {BODY("{\"content\":\"x\"}"), "every message must be an object with a role"},
        {BODY("{\"role\":7}"), "every message must be an object with a role"},
        {BODY(TURN("robot", "\"x\"")), "a message has a role that this API"},
        {BODY(TURN("User", "\"x\"")), "a message has a role that this API"},
        {BODY(TURN("", "\"x\"")), "a message has a role that this API"},
        {BODY(TURN("user", "\"x\"") ",7"), "every message must be"},
    };
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        const struct llm_request r = read_body(*state, cases[i].body);
        if (r.complaint == NULL ||
            strncmp(r.complaint, cases[i].complaint, strlen(cases[i].complaint)) != 0)
            fail_msg("%s: %s", cases[i].body, r.complaint != NULL ? r.complaint : "nothing");
    }
}

#define PARTS                                                                         \
    "[{\"type\":\"text\",\"text\":\"first\"},{\"text\":7},{\"text\":\"\"},{\"text\":" \
    "\"\\u0061nd\"}]"
#define LATER "[{\"text\":\"two\"},{\"type\":\"image\"}]"

static void a_request_is_read(void **state)
{
    static const char turns[] = TURN("system", "\"one\"") "," TURN("user", PARTS) "," TURN(
        "developer", LATER) "," TURN("user", "\"second\"");
    char body[1000];
    snprintf(body, sizeof body,
             "{\"model\":\"gpt-4o\",\"stream\":true,\"messages\":[%s],\"tools\":[{},{}],"
             "\"functions\":[{}],\"max_completion_tokens\":5,\"seed\":7,\"temperature\":\"hot\"}",
             turns);
    const struct llm_request r = read_body(*state, body);
    struct bench *b = *state;
    assert_null(r.complaint);
    assert_true(r.is_stream);
    assert_true(slice_is(r.model, SLICE_LIT("gpt-4o")));
    assert_true(slice_is(r.system, SLICE_LIT("one\ntwo")));
    assert_true(slice_is(r.first_user, SLICE_LIT("first\nand")));
    assert_true(slice_is(json_inner(&b->doc, r.system_value), SLICE_LIT("two")));
    assert_int_equal(r.messages, 4);
    assert_int_equal(r.tools, 3);
    assert_true(slice_is(json_raw(&b->doc, r.max_tokens), SLICE_LIT("5")));
    assert_true(slice_is(json_raw(&b->doc, r.seed), SLICE_LIT("7")));
    assert_int_equal(r.temperature, 0); /* no number */
}

/* A first user turn without text does not hide the next one: it is the conversation's print. */
static void the_first_user_text_is_the_first_that_there_is(void **state)
{
    struct llm_request r = read_body(*state, BODY(TURN("user", "[]") "," TURN("user", "\"x\"")));
    assert_true(slice_is(r.first_user, SLICE_LIT("x")));
    r = read_body(*state, BODY(TURN("assistant", "\"a\"") "," TURN("tool", "null")));
    assert_true(r.complaint == NULL && r.first_user.len == 0 && r.system.len == 0);
    assert_int_equal(r.system_value, 0);
}

static void the_last_text_is_the_last_that_has_one(void **state)
{
    static const struct {
        const char *content, *last; /* NULL: none */
    } cases[] = {
        {"\"a\"", "a"},    {"\"\"", ""},
        {"[]", NULL},      {"{\"text\":\"a\"}", NULL},
        {"7", NULL},       {"[{\"text\":\"a\"},{\"text\":\"b\"}]", "b"},
        {"[\"a\"]", NULL}, {"[{\"text\":\"a\"},{\"text\":1},{\"image\":\"b\"}]", "a"},
    };
    struct bench *b = *state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        char text[100];
        snprintf(text, sizeof text, "{\"c\":%s}", cases[i].content);
        scan(b, slice_str(text));
        uint32_t v = rows_last_text(&b->doc, json_member(&b->doc, 0, "c"));
        assert_int_equal(v != 0, cases[i].last != NULL);
        assert_true(v == 0 || slice_is(json_inner(&b->doc, v), slice_str(cases[i].last)));
    }
}

static void texts_are_joined_by_line_feeds(void **state)
{
    struct bench *b = *state;
    struct slice a = {NULL, 0};
    assert_true(gw_ok(rows_join(b->arena, &a, SLICE_LIT(""))));
    assert_int_equal(a.len, 0);
    assert_true(gw_ok(rows_join(b->arena, &a, SLICE_LIT("a"))));
    assert_true(gw_ok(rows_join(b->arena, &a, SLICE_LIT(""))));
    assert_true(gw_ok(rows_join(b->arena, &a, SLICE_LIT("b"))));
    assert_true(slice_is(a, SLICE_LIT("a\nb")));
}

static void numbers_and_words_are_what_they_must_be(void **state)
{
    struct bench *b = *state;
    char raw[8] = "old", word[8] = "old";
    struct slice text = {NULL, 0};
    scan(b, SLICE_LIT("{\"n\":7,\"big\":18446744073709551615,\"over\":18446744073709551616,"
                      "\"minus\":-1,\"half\":1.5,\"text\":\"7\",\"six\":\"\\u0036\","
                      "\"fits\":\"12345\",\"not\":\"123456\",\"list\":[]}"));
    assert_int_equal(rows_number(&b->doc, 0, "n", 9), 7);
    assert_true(rows_number(&b->doc, 0, "big", 9) == UINT64_MAX);
    static const char *const bad[] = {"over", "minus", "half", "text", "list", "none"};
    for (size_t i = 0; i < GW_COUNT(bad); i++)
        assert_int_equal(rows_number(&b->doc, 0, bad[i], 9), 9);
    static const char *const unkept[] = {"not", "list", "none"};
    for (size_t i = 0; i < GW_COUNT(unkept); i++)
        rows_keep_raw(&b->doc, 0, unkept[i], raw, sizeof raw);
    assert_string_equal(raw, "old");
    rows_keep_raw(&b->doc, 0, "fits", raw, sizeof raw);
    assert_string_equal(raw, "\"12345\"");
    rows_keep_raw(&b->doc, 0, "n", raw, sizeof raw);
    assert_string_equal(raw, "7");
    rows_keep_word(&b->doc, 0, "fits", "1234 123456", word, sizeof word);
    rows_keep_word(&b->doc, 0, "n", "7", word, sizeof word);
    rows_keep_word(&b->doc, 0, "fits", "12345", word, 5);
    assert_string_equal(word, "old");
    rows_keep_word(&b->doc, 0, "fits", "1 12345", word, 6);
    assert_string_equal(word, "12345");
    assert_true(gw_ok(rows_word(&b->doc, 0, "n", b->arena, &text)) && text.len == 0);
    assert_true(gw_ok(rows_word(&b->doc, 0, "six", b->arena, &text)));
    assert_true(gw_ok(rows_word(&b->doc, 0, "text", b->arena, &text)));
    assert_true(slice_is(text, SLICE_LIT("6"))); /* the first stands */
}

/* What two readers may take for two things is none. */
static void an_index_has_one_spelling(void **state)
{
    static const struct {
        const char *value;
        uint64_t index;
    } cases[] = {
        {"0", 0},
        {"1", 1},
        {"63", 63},
        {"null", 5},
        {"1.0", UINT64_MAX},
        {"1e0", UINT64_MAX},
        {"-0", UINT64_MAX},
        {"-1", UINT64_MAX},
        {"\"1\"", UINT64_MAX},
        {"true", UINT64_MAX},
        {"[]", UINT64_MAX},
        {"{}", UINT64_MAX},
        {"18446744073709551616", UINT64_MAX},
    };
    struct bench *b = *state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        char text[60];
        snprintf(text, sizeof text, "{\"index\":%s}", cases[i].value);
        scan(b, slice_str(text));
        if (rows_index(&b->doc, 0, "index", 5) != cases[i].index)
            fail_msg("%s", cases[i].value);
        assert_int_equal(rows_index(&b->doc, 0, "other", 5), 5);
    }
}

/* What an event cannot hold is told, never dropped in silence. */
static void an_event_holds_so_much_and_says_so(void **state)
{
    struct bench *b = *state;
    struct llm_event *e = &b->event;
    scan(b, SLICE_LIT("{\"a\":\"x\",\"empty\":\"\",\"n\":1,\"null\":null}"));
    uint32_t a = json_member(&b->doc, 0, "a");
    rows_event(e);
    rows_piece(e, &b->doc, json_member(&b->doc, 0, "empty"), (struct llm_piece){.key = 1});
    rows_piece(e, &b->doc, json_member(&b->doc, 0, "n"), (struct llm_piece){.key = 1});
    rows_piece(e, &b->doc, 0, (struct llm_piece){.key = 1});
    rows_echo(e, &b->doc, 0);
    rows_echo(e, &b->doc, json_member(&b->doc, 0, "null"));
    assert_int_equal(e->count + e->echo_count, 0);
    for (size_t i = 0; i < EVENT_PIECES; i++)
        rows_piece(e, &b->doc, a, (struct llm_piece){.key = 1});
    for (size_t i = 0; i < EVENT_CALLS; i++)
        rows_call(e, 1, a, 0);
    for (size_t i = 0; i < EVENT_ECHOES; i++)
        rows_echo(e, &b->doc, a);
    for (size_t i = 0; i < EVENT_ENDS; i++)
        rows_end(e, 1);
    assert_false(e->too_many || e->ends_all);
    rows_end(e, 2);
    assert_true(e->ends_all && e->end_count == EVENT_ENDS); /* more than asked: the safe side */
    rows_piece(e, &b->doc, a, (struct llm_piece){.key = 1});
    assert_true(e->too_many && e->count == EVENT_PIECES);
    e->too_many = false;
    rows_call(e, 1, a, 0);
    assert_true(e->too_many && e->call_count == EVENT_CALLS);
    e->too_many = false;
    rows_echo(e, &b->doc, a);
    assert_true(e->too_many && e->echo_count == EVENT_ECHOES);
    rows_event(e);
    assert_int_equal(e->count + e->end_count + e->call_count + e->echo_count, 0);
    assert_false(e->too_many || e->ends_all || e->is_last || e->is_error);
}

/* A field that nobody has heard of is text; what is exempt, taken already or an echo is not. */
static void the_rest_is_text(void **state)
{
    struct bench *b = *state;
    struct llm_event *e = &b->event;
    scan(b, SLICE_LIT("{\"id\":\"c1\",\"taken\":\"a\",\"unheard\":{\"of\":[\"b\",\"c\"]},"
                      "\"again\":{\"text\":\"d\",\"deep\":[\"e\"]},\"after\":\"f\"}"));
    rows_event(e);
    rows_piece(e, &b->doc, json_member(&b->doc, 0, "taken"), (struct llm_piece){.key = 5});
    rows_echo(e, &b->doc, json_member(&b->doc, 0, "again"));
    rows_rest(e, &b->doc, b->d->answer_rules);
    char got[32] = "";
    for (size_t i = 0; i < e->count; i++) {
        const struct slice s = json_inner(&b->doc, e->pieces[i].value);
        snprintf(got + strlen(got), sizeof got - strlen(got), "%.*s%u ", (int)s.len, s.at,
                 e->pieces[i].key);
    }
    assert_string_equal(got, "a5 b0 c0 f0 ");
}

static void what_is_written_is_escaped(void **state)
{
    struct bench *b = *state;
    const struct llm_refusal named = {.message = SLICE_LIT("no \"x\"\n"),
                                      .exchange = SLICE_LIT("id")};
    const struct llm_refusal bare = {.message = SLICE_LIT("no")};
    rows_put_text(&b->out, SLICE_LIT("a\"\\\x01"));
    assert_true(slice_is(buf_slice(&b->out), SLICE_LIT("\"a\\\"\\\\\\u0001\"")));
    buf_clear(&b->out);
    rows_put_message(&b->out, &named);
    assert_true(slice_is(buf_slice(&b->out), SLICE_LIT("\"no \\\"x\\\"\\n (exchange id)\"")));
    buf_clear(&b->out);
    rows_put_message(&b->out, &bare);
    rows_put_raw(&b->out, "", "null");
    rows_put_raw(&b->out, "7", "null");
    assert_true(slice_is(buf_slice(&b->out), SLICE_LIT("\"no\"null7")));
    struct buf small;
    buf_init(&small, 4);
    rows_put_text(&small, SLICE_LIT("too long"));
    assert_false(gw_ok(buf_result(&small)));
    buf_free(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_request_is_complained_about),
        cmocka_unit_test(a_request_is_read),
        cmocka_unit_test(the_first_user_text_is_the_first_that_there_is),
        cmocka_unit_test(the_last_text_is_the_last_that_has_one),
        cmocka_unit_test(texts_are_joined_by_line_feeds),
        cmocka_unit_test(numbers_and_words_are_what_they_must_be),
        cmocka_unit_test(an_index_has_one_spelling),
        cmocka_unit_test(an_event_holds_so_much_and_says_so),
        cmocka_unit_test(the_rest_is_text),
        cmocka_unit_test(what_is_written_is_escaped),
    };
    return cmocka_run_group_tests(tests, open_rows, close_bench);
}
