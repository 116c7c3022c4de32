/* tests/unit/test_forward.c - what an upstream gets: our head, the caller's bytes with edits. */
#include "proxy/base/base.h"
#include "tests/unit/gate_bench.h"
#include "proxy/gate/exchange.h"

#define ANSWER "HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n{\"a\":1}"

static void test_headers_that_are_not_listed_stay_here(void **state)
{
    struct bench *b = *state;
    ask_with(b, "POST " MESSAGES "?beta=true HTTP/1.1",
             JSON_TYPE
             "cookie: a=b\r\nx-forwarded-for: 10.0.0.1\r\nanthropic-version: 2023-06-01\r\n"
             "anthropic-beta: a@b\r\nuser-agent: me/1\r\naccept-encoding: gzip\r\n",
             CHAT_BODY);
    answer_raw(b, ANSWER);
    run(b);
    assert_true(rig_upstream_has(&b->rig, "anthropic-version: 2023-06-01\r\n"));
    assert_true(rig_upstream_has(&b->rig, "x-api-key: cloud-key\r\n"));
    assert_true(rig_upstream_has(&b->rig, "accept-encoding: identity\r\n"));
    assert_true(rig_upstream_has(&b->rig, "host: cloud.example\r\n"));
    assert_true(slice_has_prefix(buf_slice(&b->rig.upstream),
                                 SLICE_LIT("POST " MESSAGES "?beta=true HTTP/1.1\r\n")));
    static const char *const gone[] = {"cookie", "forwarded",    "a@b",
                                       "me/1",   "gate.example", "gzip"};
    for (size_t i = 0; i < GW_COUNT(gone); i++)
        assert_false(rig_upstream_has(&b->rig, gone[i]));
}

/* Names with a letter, parted by commas: no text, no number that may be anybody's. */
static void test_a_listed_header_goes_on_when_its_value_is_words(void **state)
{
    static const struct {
        const char *value;
        bool goes;
    } values[] = {
        {"assistants=v2", true},
        {"tools-2024-04-04,thinking-2025-05-14", true},
        {"a, b", true},
        {"2023-06-01", true},
        {"12345678", true},
        {"123456789", false},
        {"4111-1111-1111-1111", false},
        {"a,4111111111111111", false},
        {"a=4111111111111111", false},
        {"John Smith", false},
        {"ada@example.com", false},
        {"a\"b", false},
        {"a;b", false},
        {"a,,b", false},
    };
    struct bench *b = *state;
    char field[400], wanted[200];
    for (size_t i = 0; i < GW_COUNT(values); i++) {
        snprintf(field, sizeof field, "%sopenai-beta: %s\r\n", JSON_TYPE, values[i].value);
        snprintf(wanted, sizeof wanted, "openai-beta: %s\r\n", values[i].value);
        ask_with(b, "POST " CHAT " HTTP/1.1", field, CHAT_BODY);
        answer_raw(b, ANSWER);
        run(b);
        assert_int_equal(rig_upstream_has(&b->rig, wanted), values[i].goes);
        assert_int_equal(rig_upstream_has(&b->rig, "openai-beta"), values[i].goes);
    }
}

/* The provider knows the gateway's key only: an application's choice is not another's. */
static void test_a_key_of_idempotency_is_the_applications_own(void **state)
{
    struct bench *b = *state;
    char first[33], line[64];
    for (int i = 0; i < 4; i++) {
        const char *value = i == 2 ? "order-8" : "order-7 of ada@example.com";
        snprintf(line, sizeof line, "idempotency-key: %s\r\n", value);
        char field[200];
        snprintf(field, sizeof field, "%s%s", JSON_TYPE, line);
        ask_with(b, "POST " CHAT " HTTP/1.1", field, CHAT_BODY);
        answer_raw(b, ANSWER);
        run(b);
        struct slice all = buf_slice(&b->rig.upstream);
        size_t at = slice_find(all, SLICE_LIT("idempotency-key: "));
        assert_true(at != SIZE_MAX && all.at[at + 17 + 32] == '\r');
        assert_false(rig_upstream_has(&b->rig, "order") || rig_upstream_has(&b->rig, "ada"));
        if (i == 0)
            snprintf(first, sizeof first, "%.32s", all.at + at + 17);
        assert_int_equal(rig_upstream_has(&b->rig, first), i != 2);
    }
}

/* The body that went upstream, and that its length was told truly. */
static struct slice sent_body(struct bench *b)
{
    struct slice all = buf_slice(&b->rig.upstream), number;
    uint64_t told = 0;
    size_t at = slice_find(all, SLICE_LIT("\r\n\r\n"));
    assert_true(at != SIZE_MAX);
    struct slice body = slice_from(all, at + 4);
    size_t field = slice_find(all, SLICE_LIT("content-length: "));
    number = slice_cut(all, field + 16, at);
    assert_true(gw_ok(slice_u64(number, &told)));
    assert_int_equal(told, body.len);
    return body;
}

static void test_an_untouched_body_keeps_its_bytes(void **state)
{
    struct bench *b = *state;
    static const char body[] = "{ \"model\" : \"m\",\n\t\"messages\":[ {\"role\":\"user\","
                               "\"content\":\"h\\u00e9llo \\/ \\ud83d\\ude00\"} ] , \"n\":1.50e0}";
    ask(b, CHAT, body);
    answer_raw(b, ANSWER);
    run(b);
    assert_true(slice_is(sent_body(b), SLICE_LIT(body)));
    assert_true(has(b, "x-bulla-decision: allow"));
}

static void test_only_the_value_is_replaced(void **state)
{
    struct bench *b = *state;
    ask(b, CHAT, CHAT_BODY);
    learn_token(b);
    answer_raw(b, ANSWER);
    run(b);
    char wanted[TEXT];
    snprintf(wanted, sizeof wanted,
             "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"write to %s "
             "please\"}]}",
             b->token);
    assert_true(slice_is(sent_body(b), slice_str(wanted)));
}

static void test_an_upstreams_own_model_and_prefix_are_put_in(void **state)
{
    struct bench *b = *state;
    b->rig.upstreams[RIG_HOUSE].prefix = SLICE_LIT("/api");
    static const char *const bodies[] = {
        "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"to " ALICE "\"}]}",
        "{\"messages\":[{\"role\":\"user\",\"content\":\"to " ALICE "\"}],\"model\":\"gpt-4o\"}"};
    for (size_t i = 0; i < GW_COUNT(bodies); i++) {
        ask(b, "/u/house" CHAT, bodies[i]);
        answer_raw(b, ANSWER);
        run(b);
        struct slice body = sent_body(b);
        assert_true(slice_find(body, SLICE_LIT("\"model\":\"house-model\"")) != SIZE_MAX);
        assert_true(slice_find(body, SLICE_LIT("to EMAIL_")) != SIZE_MAX);
        assert_true(slice_has_prefix(buf_slice(&b->rig.upstream), SLICE_LIT("POST /api" CHAT " ")));
        assert_false(rig_upstream_has(&b->rig, "authorization"));
    }
    b->rig.upstreams[RIG_HOUSE].prefix = SLICE_LIT("");
}

/* A long request: its body goes out from where it stands, behind its head. */
static struct slice ask_long(struct bench *b, const char *path, const char *says)
{
    static char text[200000], request[sizeof text + 1000];
    size_t n = 0;
    n += (size_t)snprintf(text, sizeof text,
                          "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":"
                          "\"user\",\"content\":\"%s ",
                          says);
    for (unsigned i = 0; n < 150000; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "line %u of a long talk. ", i);
    n += (size_t)snprintf(text + n, sizeof text - n, "\"}]}");
    int len = snprintf(request, sizeof request,
                       "POST %s HTTP/1.1\r\nhost: gate.example\r\n" JSON_TYPE
                       "content-length: %zu\r\n\r\n%s",
                       path, n, text);
    assert_true(len > 0 && (size_t)len < sizeof request);
    b->script.request = slice_of(request, (size_t)len);
    return slice_of(text, n);
}

static void test_a_long_body_goes_out_whole(void **state)
{
    struct bench *b = *state;
    struct slice body = ask_long(b, CHAT, "hello");
    answer_raw(b, ANSWER);
    static const size_t cuts[] = {0, 1000, 65536};
    for (size_t i = 0; i < GW_COUNT(cuts); i++) {
        b->script.request_cut = cuts[i];
        run(b);
        assert_true(slice_is(sent_body(b), body));
    }
    b->script.stale = 1; /* and once more, on a new connection */
    run(b);
    assert_int_equal(b->rig.connects, 2);
    assert_true(slice_is(sent_body(b), body));
}

static void test_a_long_body_is_edited_as_a_short_one(void **state)
{
    struct bench *b = *state;
    struct slice body = ask_long(b, "/u/house" CHAT, "to " ALICE);
    answer_raw(b, ANSWER);
    run(b);
    struct slice sent = sent_body(b);
    assert_true(slice_find(sent, SLICE_LIT("\"model\":\"house-model\"")) != SIZE_MAX);
    assert_true(slice_find(sent, SLICE_LIT("to EMAIL_")) != SIZE_MAX);
    struct slice rest = slice_from(body, slice_find(body, SLICE_LIT(" line 0 ")));
    assert_true(slice_has_suffix(sent, rest));
}

/* The answer lets go of the request, but not of what of it is still owed. */
static void test_an_early_answer_does_not_cut_the_body(void **state)
{
    static const char *const says[] = {"hello", "to " ALICE};
    struct bench *b = *state;
    for (size_t i = 0; i < GW_COUNT(says); i++) {
        struct slice body = ask_long(b, CHAT, says[i]);
        answer_raw(b, ANSWER);
        rig_begin(&b->rig, &b->script);
        while (b->rig.upstream.len == 0 && rig_turn(&b->rig))
            continue;
        assert_true(b->rig.upstream.len < body.len / 2);
        assert_true(rig_answer(&b->rig));
        rig_go_on(&b->rig);
        assert_true(exchange_is_over(b->rig.x));
        struct slice rest = slice_from(body, slice_find(body, SLICE_LIT(" line 0 ")));
        assert_true(slice_has_suffix(sent_body(b), rest));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_headers_that_are_not_listed_stay_here),
        TEST(test_a_listed_header_goes_on_when_its_value_is_words),
        TEST(test_a_key_of_idempotency_is_the_applications_own),
        TEST(test_an_untouched_body_keeps_its_bytes),
        TEST(test_only_the_value_is_replaced),
        TEST(test_an_upstreams_own_model_and_prefix_are_put_in),
        TEST(test_a_long_body_goes_out_whole),
        TEST(test_a_long_body_is_edited_as_a_short_one),
        TEST(test_an_early_answer_does_not_cut_the_body),
    };
    return cmocka_run_group_tests(tests, open_bench, close_bench);
}
