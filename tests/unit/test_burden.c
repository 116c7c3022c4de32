/* tests/unit/test_burden.c - proxy/gate/burden.h: what is held is counted to the byte and given
 * back; new work is refused in time, old work is not. */
#include "proxy/base/base.h"
#include "proxy/gate/burden.h"
#include "tests/unit/gate_bench.h"

enum { MIB = 1 << 20 };

static void overloaded(struct bench *b)
{
    refused(b, "503", "overloaded", WHY_OVERLOAD);
    assert_true(has(b, "retry-after: "));
    assert_false(exchange_keeps(b->rig.x, SIDE_CLIENT)); /* its body was not read */
    assert_string_equal(b->rig.out, "gw_error");
}

/* What the exchanges of the other threads hold. */
static void others(struct bench *b, uint64_t bytes)
{
    exchange_free(b->rig.x);
    b->rig.x = NULL;
    assert_int_equal(b->rig.gate.counters.held, 0);
    *b->rig.gate.held_by_all = bytes;
}

static void test_new_work_is_refused_from_ninety_percent_on(void **state)
{
    struct bench *b = *state;
    struct gate *g = &b->rig.gate;
    ask(b, CHAT, CHAT_BODY);
    answer(b, "200 OK", "application/json", "{\"a\":1}");
    g->limits.memory = 10 * MIB;
    others(b, 9 * MIB);
    overloaded(b);
    ask(b, MESSAGES, MESSAGES_STREAM);
    others(b, 9 * MIB);
    overloaded(b);
    assert_true(has(b, "\"type\":\"error\""));
    ask_with(b, "GET /v1/models HTTP/1.1", "", "");
    others(b, 9 * MIB);
    refused(b, "503", "overloaded", WHY_OVERLOAD);
    for (uint64_t odd = 0; odd < 10; odd++) { /* nine tenths of any number, to the byte */
        g->limits.memory = 10 * MIB + odd;
        *g->held_by_all = 9 * MIB + odd - 1;
        assert_true(burden_has_room(g, 0));
        *g->held_by_all = 9 * MIB + odd;
        assert_false(burden_has_room(g, 0));
    }
    g->limits.memory = 10 * MIB;
    ask(b, CHAT, CHAT_BODY);
    others(b, 8 * MIB);
    run(b);
    assert_true(is_status(b, "200"));
}

static void test_a_body_that_does_not_fit_is_refused_by_its_length(void **state)
{
    struct bench *b = *state;
    ask_with(b, "POST " CHAT " HTTP/1.1", JSON_TYPE, CHAT_BODY);
    b->rig.gate.limits.memory = sizeof CHAT_BODY - 2;
    overloaded(b);
    assert_true(b->rig.x != NULL && b->rig.upstream.len == 0);
}

static void test_a_caller_without_a_place_is_refused(void **state)
{
    static const struct exchange_peer late = {
        .address = {"127.0.0.1", 9}, .port = 4000, .is_excess = true};
    struct bench *b = *state;
    size_t used;
    ask(b, CHAT, CHAT_BODY);
    rig_begin(&b->rig, &b->script);
    exchange_free(b->rig.x);
    b->rig.x = exchange_new(&b->rig.gate, &late);
    exchange_feed(b->rig.x, SIDE_CLIENT, b->script.request, &used);
    rig_go_on(&b->rig);
    assert_true(is_status(b, "503"));
    assert_int_equal(exchange_why(b->rig.x), WHY_OVERLOAD);
}

static void test_a_body_without_length_stops_at_the_limit(void **state)
{
    struct bench *b = *state;
    static char text[200000];
    int n = snprintf(text, sizeof text,
                     "POST " CHAT " HTTP/1.1\r\nhost: a\r\n" JSON_TYPE
                     "transfer-encoding: chunked\r\n\r\n1ffff\r\n");
    memset(text + n, ' ', sizeof text - (size_t)n);
    b->script.request = slice_of(text, sizeof text);
    b->script.request_cut = 4096;
    b->rig.gate.limits.memory = b->rig.gate.counters.held + 100000;
    run(b);
    assert_true(is_status(b, "503"));
    assert_true(b->rig.request_used < 140000);
}

static void test_what_runs_goes_on_when_memory_is_short(void **state)
{
    struct bench *b = *state;
    chat_stream(b);
    struct slice all = b->script.request;
    b->script.request = slice_cut(all, 0, all.len - 1);
    assert_false(rig_run(&b->rig, &b->script));
    b->rig.gate.limits.memory = 10 * MIB;
    *b->rig.gate.held_by_all += 9 * MIB + MIB / 2;
    b->script.request = all;
    rig_go_on(&b->rig);
    assert_true(exchange_is_over(b->rig.x) && is_status(b, "200"));
}

static void test_all_is_given_back(void **state)
{
    struct bench *b = *state;
    exchange_free(b->rig.x);
    b->rig.x = NULL;
    assert_int_equal(b->rig.gate.counters.held, 0);
    chat_stream(b);
    size_t most = b->script.answer.len;
    for (size_t n = 0; n < most; n += most / 7) {
        b->script.leaves_after = n;
        run(b);
        assert_true(b->rig.gate.counters.held > b->script.request.len);
    }
    exchange_free(b->rig.x);
    b->rig.x = NULL;
    assert_int_equal(b->rig.gate.counters.held, 0);
}

/* A body whose one more member is `first`, `piece` again and again up to 256 KiB, and `last`. */
static void ask_much(struct bench *b, const char *const form[3])
{
    static char text[300000], body[280000];
    size_t n = 0, len = strlen(form[1]);
    n += (size_t)snprintf(body, sizeof body, "%.*s,\"metadata\":%s", (int)(sizeof CHAT_BODY - 2),
                          CHAT_BODY, form[0]);
    for (size_t i = 0; n + len < 256 * 1024; n += len, i++) {
        memcpy(body + n, form[1], len);
        for (size_t k = n; k < n + len; k++)
            if (body[k] == '#') /* not all of them are alike */
                body[k] = (char)('a' + i % 26);
    }
    n += (size_t)snprintf(body + n, sizeof body - n, "%s}", form[2]);
    int all = snprintf(
        text, sizeof text,
        "POST " CHAT " HTTP/1.1\r\nhost: a\r\n" JSON_TYPE "content-length: %zu\r\n\r\n%s", n, body);
    b->script.request = slice_of(text, (size_t)all);
}

/* Promise P6: no request makes memory grow to a hundred times its size. */
static void test_no_body_takes_a_hundred_times_its_size(void **state)
{
    static const char *const forms[][3] = {
        {"[", "\"a\",", "\"\"]"},
        {"[", "\"\",", "\"\"]"},
        {"[", "0,", "0]"},
        {"[", "[],", "[]]"},
        {"[", "{},", "{}]"},
        {"[", "{\"a\":0},", "{}]"},
        {"[", "\"[1]\",", "0]"},
        {"[", "\"{\\\"a\\\":1}\",", "0]"},
        {"[", "\"[\\\"[]\\\"]\",", "0]"},
        {"\"", "\\u0041", "\""},
        {"\"", "\\\"", "\""},
        {"\"", "#@c.io ", "\""},
        {"[", "\"#@c.io\",", "0]"},
        {"\"", "%41", "\""},
        {"\"", "&#65;", "\""},
        {"\"", "QUJD", "\""},
        {"\"", "a\xe2\x80\x8b", "\""},
        {"\"", "4111111111111111 ", "\""},
        {"\"", "password: a1B2c3D4e5F6 ", "\""},
    };
    struct bench *b = *state;
    for (size_t i = 0; i < GW_COUNT(forms); i++) {
        ask_much(b, forms[i]);
        answer(b, "200 OK", "application/json", "{\"a\":1}");
        uint64_t most = 0;
        rig_begin(&b->rig, &b->script);
        while (rig_turn(&b->rig))
            most = b->rig.gate.counters.held > most ? b->rig.gate.counters.held : most;
        print_message("%3u x: %s\n", (unsigned)(most / b->script.request.len), forms[i][1]);
        assert_true(exchange_is_over(b->rig.x) && b->rig.client.len > 0);
        assert_true(most < b->script.request.len * 100);
    }
}

/* The most that was held before the request was begun or refused, with this limit. */
static uint64_t most_held(struct bench *b, uint64_t limit)
{
    uint64_t most = 0;
    others(b, 0);
    b->rig.gate.limits.memory = limit;
    rig_begin(&b->rig, &b->script);
    do {
        uint64_t held = *b->rig.gate.held_by_all;
        assert_int_equal(held, b->rig.gate.counters.held);
        most = held > most && !b->rig.began && !b->rig.ended ? held : most;
    } while (rig_turn(&b->rig));
    assert_true(exchange_is_over(b->rig.x));
    return most;
}

static bool is_let_in(struct bench *b, uint64_t limit)
{
    assert_true(most_held(b, limit) <= limit);
    bool is_in = is_status(b, "200");
    if (!is_in) {
        assert_true(is_status(b, "503") && has(b, "overloaded"));
        assert_int_equal(exchange_why(b->rig.x), WHY_OVERLOAD);
        assert_int_equal(b->rig.upstream.len, 0);
    }
    return is_in;
}

/* One byte less is too little, that byte is enough and one more is no harm; and nothing before its
 * begin leads beyond the limit, however little it is. */
static void is_exact(struct bench *b)
{
    uint64_t low = 1, high = 64 * MIB;
    answer(b, "200 OK", "application/json", "{\"a\":1}");
    assert_true(is_let_in(b, high));
    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;
        *(is_let_in(b, middle) ? &high : &low) = middle;
    }
    print_message("a request of %zu bytes needs %llu\n", b->script.request.len,
                  (unsigned long long)high);
    assert_true(high > b->script.request.len);
    assert_false(is_let_in(b, high - 1));
    assert_true(is_let_in(b, high));
    assert_true(is_let_in(b, high + 1));
}

static void test_the_limit_is_exact(void **state)
{
    static const char *const forms[][3] = {{"[", "\"a\",", "\"\"]"}, {"\"", "#@c.io ", "\""}};
    struct bench *b = *state;
    ask(b, CHAT, CHAT_BODY);
    is_exact(b);
    for (size_t i = 0; i < GW_COUNT(forms); i++) {
        ask_much(b, forms[i]);
        is_exact(b);
    }
    b->script.request_cut = 4096;
    is_exact(b);
}

static int reset(void **state)
{
    struct bench *b = *state;
    static uint64_t all;
    all = b->rig.gate.counters.held;
    b->rig.gate.held_by_all = &all;
    return reset_bench(state);
}

int main(void)
{
#define BURDEN_TEST(name) cmocka_unit_test_setup(name, reset)
    const struct CMUnitTest tests[] = {
        BURDEN_TEST(test_new_work_is_refused_from_ninety_percent_on),
        BURDEN_TEST(test_a_body_that_does_not_fit_is_refused_by_its_length),
        BURDEN_TEST(test_a_caller_without_a_place_is_refused),
        BURDEN_TEST(test_a_body_without_length_stops_at_the_limit),
        BURDEN_TEST(test_what_runs_goes_on_when_memory_is_short),
        BURDEN_TEST(test_no_body_takes_a_hundred_times_its_size),
        BURDEN_TEST(test_all_is_given_back),
        BURDEN_TEST(test_the_limit_is_exact),
    };
    return cmocka_run_group_tests(tests, open_bench, close_bench);
}
