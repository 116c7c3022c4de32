/* tests/unit/test_series.c - proxy/gate/series.c: events that come together become, byte by byte,
 * what each would have become alone. */
#include "proxy/base/base.h"
#include "tests/unit/gate_bench.h"
#include "proxy/gate/series.h"

enum { EVENTS = 150, ROUNDS = 40, BODY = 65536 };

struct played {
    char text[BODY]; /* what the client got, without the borders of chunks and without the id */
    size_t len, chunks;
    enum why why;
    uint64_t restored;
};

static void play(struct bench *b, size_t cut, struct played *p)
{
    b->script.answer_cut = cut;
    run(b);
    struct slice all = buf_slice(&b->rig.client);
    size_t head = slice_find(all, SLICE_LIT("\r\n\r\n"));
    *p = (struct played){.why = exchange_why(b->rig.x)};
    assert_true(is_status(b, "200") && head != SIZE_MAX);
    for (struct slice body = slice_from(all, head + 4); body.len > 0; p->chunks++) {
        size_t line = slice_find(body, SLICE_LIT("\r\n")), n = strtoul(body.at, NULL, 16);
        assert_true(line != SIZE_MAX && line + 4 + n <= body.len && p->len + n < BODY);
        memcpy(p->text + p->len, body.at + line + 2, n);
        p->len += n;
        body = slice_from(body, line + 4 + n);
    }
    p->text[p->len] = '\0';
    for (char *id = p->text; (id = strstr(id, b->rig.xid)) != NULL;)
        memset(id, 'x', strlen(b->rig.xid));
}

static unsigned pick(uint64_t *seed, unsigned n)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(*seed >> 33) % n;
}

/* A stream of short events, some of which say more than a word. */
static void make_stream(struct bench *b, uint64_t *seed, char *at, size_t room)
{
    static const char *const words[] = {" word", " of",          " two",       " 4111",
                                        " 1111", " EMAIL",       "_",          " key:",
                                        "\\n",   " caf\xc3\xa9", " \\u00e9t",  " a.b@c",
                                        ".org",  " and",         " DE89 3704", " 0044 0532 0130 00",
                                        " sk-",  " four",        " one",       "."};
    size_t n = 0;
    for (unsigned i = 0; i < EVENTS; i++) {
        char text[200], token[64];
        unsigned half = (unsigned)strlen(b->token) / 2, kind = pick(seed, 40);
        snprintf(token, sizeof token, "%.*s", (int)half, b->token);
        const char *word = kind == 0   ? b->token
                           : kind == 1 ? token
                           : kind == 2 ? b->token + half
                           : kind == 3 ? ""
                                       : words[pick(seed, GW_COUNT(words))];
        if (kind == 4)
            snprintf(text, sizeof text, "\"role\":\"assistant\"");
        else
            snprintf(text, sizeof text, "\"content\":\"%s\"", word);
        n += (size_t)snprintf(at + n, room - n,
                              "%sdata: {\"id\":\"c1\",\"created\":%u,\"model\":\"m\",\"choices\":[{"
                              "\"index\":%u,\"delta\":{%s},\"finish_reason\":null}]}\n\n",
                              kind == 5 ? ": noise\n\n" : "", 1 + pick(seed, 9000),
                              pick(seed, 50) == 0, text);
    }
    snprintf(at + n, room - n, "%s", DONE);
}

static void answer_with(struct bench *b, char *room, const char *body)
{
    int n = snprintf(room, BODY,
                     "HTTP/1.1 200 OK\r\ncontent-type: " SSE_TYPE "\r\ncontent-length: %zu\r\n\r\n"
                     "%s",
                     strlen(body), body);
    assert_true(n > 0 && n < BODY);
    b->script.answer = slice_of(room, (size_t)n);
}

static void each_becomes_what_it_would_alone(void **state)
{
    struct bench *b = *state;
    static char body[BODY], room[BODY];
    static struct played whole, cut;
    uint64_t seed = 20261129;
    size_t spared = 0;
    ask(b, CHAT, CHAT_STREAM);
    learn_token(b);
    for (unsigned round = 0; round < ROUNDS; round++) {
        make_stream(b, &seed, body, sizeof body);
        answer_with(b, room, body);
        play(b, 0, &whole);
        for (size_t step = 1; step <= 4000; step = step * 5 + round) {
            play(b, step, &cut);
            if (strcmp(whole.text, cut.text) != 0) {
                size_t i = 0;
                while (whole.text[i] == cut.text[i])
                    i++;
                i = i > 200 ? i - 200 : 0;
                fail_msg("round %u, pieces of %zu: %.400s\ninstead of %.400s", round, step,
                         cut.text + i, whole.text + i);
            }
            assert_int_equal(whole.why, cut.why);
            spared += step == 1 ? cut.chunks - whole.chunks : 0;
        }
    }
    assert_true(spared > ROUNDS * EVENTS / 2); /* most did go together */
}

static const char stopping[] =
    "policy: p\nclasses: [public, closed]\nrules:\n"
    "  - id: cards\n    find: [CREDIT_CARD]\n    on: [response]\n    do: { block: \"No.\" }\n"
    "routes:\n  - { to: [cloud] }\n";

/* What stands before a finding that ends the answer goes out, what stands behind it does not. */
static void a_rule_stops_in_the_midst_of_a_series(void **state)
{
    struct bench *b = *state;
    static struct played whole, cut;
    static char room[BODY];
    ask(b, CHAT, CHAT_STREAM);
    answer_with(b, room,
                CHUNK("\"content\":\"a\"", "null") CHUNK("\"content\":\" first\"", "null")
                    CHUNK("\"content\":\" pay\"", "null")
                        CHUNK("\"content\":\" 4111 1111\"", "null")
                            CHUNK("\"content\":\" 1111 1111 \"", "null")
                                CHUNK("\"content\":\" behind\"", "null") DONE);
    play(b, 0, &whole);
    play(b, 1, &cut);
    assert_string_equal(whole.text, cut.text);
    assert_int_equal(whole.why, WHY_POLICY_BLOCK);
    assert_int_equal(cut.why, WHY_POLICY_BLOCK);
    assert_non_null(strstr(whole.text, "pay"));
    assert_null(strstr(whole.text, "4111"));
    assert_null(strstr(whole.text, "behind"));
}

/* What came before the fault goes out, as it does event by event. */
static void an_event_that_cannot_be_read_loses_none_before_it(void **state)
{
    struct bench *b = *state;
    static struct played whole, cut;
    static char room[BODY];
    ask(b, CHAT, CHAT_STREAM);
    answer_with(b, room,
                CHUNK("\"content\":\"an \"", "null") CHUNK("\"content\":\"apple \"", "null")
                    CHUNK("\"content\":\"falls \"", "null") "data: {\"a\":\n\n" DONE);
    play(b, 0, &whole);
    play(b, 1, &cut);
    assert_string_equal(whole.text, cut.text);
    assert_non_null(strstr(whole.text, "apple "));
    assert_int_equal(whole.why, WHY_UPSTREAM_BAD);
}

static int open_stopping(void **state)
{
    return open_bench_with(state, stopping);
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(an_event_that_cannot_be_read_loses_none_before_it),
                                       TEST(each_becomes_what_it_would_alone)};
    const struct CMUnitTest stops[] = {TEST(a_rule_stops_in_the_midst_of_a_series)};
    int failed = cmocka_run_group_tests(tests, open_bench, close_bench);
    return failed + cmocka_run_group_tests(stops, open_stopping, close_bench);
}
