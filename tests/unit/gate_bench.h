/* tests/unit/gate_bench.h - what the tests of proxy/gate share above gate_rig.h: requests and
 * answers of both APIs, the token that stands for an address, and what to look for in an output.
 *
 * A test's `*state` is a struct bench, opened once a program and reset before each test. */
#ifndef TESTS_UNIT_GATE_BENCH_H
#define TESTS_UNIT_GATE_BENCH_H

#include "tests/unit/gate_rig.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <unistd.h>

enum { TEXT = 16384 };

struct bench {
    struct rig rig;
    char request[TEXT], answer[TEXT], token[64];
    struct script script;
};

static inline int open_bench(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    if (b == NULL)
        return 1;
    rig_open(&b->rig, NULL);
    *state = b;
    return 0;
}

/* The same with a policy of the test's own; not 0: it does not load. */
static inline int open_bench_with(void **state, const char *policy)
{
    char path[] = "/tmp/bulla-test-XXXXXX.yaml";
    struct bench *b = calloc(1, sizeof *b);
    int fd = mkstemps(path, 5);
    if (b == NULL || fd < 0)
        return 1;
    ssize_t n = write(fd, policy, strlen(policy));
    close(fd);
    if (n == (ssize_t)strlen(policy))
        rig_open(&b->rig, path);
    unlink(path);
    *state = b;
    return b->rig.policy == NULL;
}

static inline int reset_bench(void **state)
{
    struct bench *b = *state;
    b->script = (struct script){.request_cut = 0};
    b->rig.gate.limits = *gate_limits_default();
    b->rig.gate.auth = AUTH_OPEN;
    b->rig.gate.is_draining = false;
    return 0;
}

static inline int close_bench(void **state)
{
    struct bench *b = *state;
    rig_close(&b->rig);
    free(b);
    return 0;
}

#define CHAT "/v1/chat/completions"
#define MESSAGES "/v1/messages"
#define ALICE "alice.miller@example.com"
#define CHAT_BODY                                                                          \
    "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"write to " ALICE \
    " please\"}]}"
#define CHAT_STREAM                                                                               \
    "{\"model\":\"gpt-4o\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"write " \
    "to " ALICE " please\"}]}"
#define MESSAGES_STREAM                                                                        \
    "{\"model\":\"claude\",\"max_tokens\":9,\"stream\":true,\"messages\":[{\"role\":\"user\"," \
    "\"content\":\"write to " ALICE " please\"}]}"
#define JSON_TYPE "content-type: application/json\r\n"

static inline void ask_with(struct bench *b, const char *line, const char *fields, const char *body)
{
    int n =
        snprintf(b->request, TEXT, "%s\r\nhost: gate.example\r\n%scontent-length: %zu\r\n\r\n%s",
                 line, fields, strlen(body), body);
    assert_true(n > 0 && n < TEXT);
    b->script.request = slice_of(b->request, (size_t)n);
}

static inline void ask(struct bench *b, const char *path, const char *body)
{
    char line[200];
    snprintf(line, sizeof line, "POST %s HTTP/1.1", path);
    ask_with(b, line, JSON_TYPE, body);
}

static inline void answer_raw(struct bench *b, const char *bytes)
{
    b->script.answer = slice_str(bytes);
}

/* `~` in the body becomes the token. */
static inline void answer(struct bench *b, const char *status, const char *type, const char *body)
{
    char text[TEXT];
    size_t k = 0;
    for (; *body != '\0'; body++) {
        int n = snprintf(text + k, sizeof text - k, "%.*s", *body == '~' ? 64 : 1,
                         *body == '~' ? b->token : body);
        k += (size_t)n;
        assert_true(k < sizeof text);
    }
    int n = snprintf(b->answer, TEXT,
                     "HTTP/1.1 %s\r\ncontent-type: %s\r\ncontent-length: %zu\r\n\r\n%.*s", status,
                     type, k, (int)k, text);
    assert_true(n > 0 && n < TEXT);
    b->script.answer = slice_of(b->answer, (size_t)n);
}

#define SSE_TYPE "text/event-stream; charset=utf-8"
#define CHUNK(delta, finish)                                                                   \
    "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\"," \
    "\"choices\":[{\"index\":0,\"delta\":{" delta "},\"finish_reason\":" finish "}]}\n\n"
#define DONE "data: [DONE]\n\n"

/* Makes the request once and keeps the token that went upstream in place of the address. */
static inline void learn_token(struct bench *b)
{
    const struct script kept = b->script;
    b->script.answer = SLICE_LIT("");
    b->script.upstream_ends = true;
    rig_run(&b->rig, &b->script);
    assert_false(rig_upstream_has(&b->rig, ALICE));
    struct slice sent = buf_slice(&b->rig.upstream);
    size_t at = slice_find(sent, SLICE_LIT("EMAIL_"));
    assert_true(at != SIZE_MAX);
    struct slice rest = slice_from(sent, at);
    size_t n = slice_find_byte(rest, ' ');
    assert_true(n < sizeof b->token);
    memcpy(b->token, rest.at, n);
    b->token[n] = '\0';
    b->script = kept;
}

static inline bool has(const struct bench *b, const char *text)
{
    return rig_client_has(&b->rig, text);
}

static inline bool is_status(const struct bench *b, const char *status)
{
    char line[40];
    int n = snprintf(line, sizeof line, "HTTP/1.1 %s ", status);
    return slice_has_prefix(buf_slice(&b->rig.client), slice_of(line, (size_t)n));
}

static inline void run(struct bench *b)
{
    assert_true(rig_run(&b->rig, &b->script));
}

static inline void refused(struct bench *b, const char *status, const char *code, enum why why)
{
    run(b);
    assert_true(is_status(b, status));
    assert_true(has(b, code));
    assert_int_equal(exchange_why(b->rig.x), why);
    assert_int_equal(b->rig.end_type, RECORD_EXCHANGE_BLOCK);
    assert_int_equal(b->rig.upstream.len, 0);
    assert_true(has(b, b->rig.xid));
}

static inline void chat_stream(struct bench *b)
{
    ask(b, CHAT, CHAT_STREAM);
    learn_token(b);
    answer(b, "200 OK", SSE_TYPE,
           ": hello\n\n" CHUNK("\"role\":\"assistant\",\"content\":\"\"", "null")
               CHUNK("\"content\":\"to EMAIL\"", "null")
                   CHUNK("\"content\":\" and ~, \\u00e9\"", "null")
                       CHUNK("\"content\":\"then EMA\"", "null") CHUNK("", "\"stop\"") DONE);
}

static inline void messages_stream(struct bench *b)
{
    ask(b, MESSAGES, MESSAGES_STREAM);
    learn_token(b);
    answer(b, "200 OK", SSE_TYPE,
           "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m1\","
           "\"type\":\"message\",\"role\":\"assistant\",\"model\":\"c\",\"content\":[],"
           "\"usage\":{\"input_tokens\":3,\"output_tokens\":1}}}\n\n"
           "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,"
           "\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n"
           "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,"
           "\"delta\":{\"type\":\"text_delta\",\"text\":\"to ~ and EMAI\"}}\n\n"
           "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n"
           "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":"
           "\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":5}}\n\n"
           "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
}

static inline size_t where(const struct bench *b, const char *text)
{
    return slice_find(buf_slice(&b->rig.client), slice_str(text));
}

/* clang-format off */
#define TEST(name) cmocka_unit_test_setup(name, reset_bench)
/* clang-format on */

#endif
