/* tests/unit/test_stream_splits.c - recorded streams of both APIs, cut everywhere, give one output.
 *
 * The recordings (../shared/data/wire) lie beside the tree; without them this says so and ends
 * well. A token is put in front of each text of an answer, so that every cut of it is met too.
 * Every position of a short body, evenly spread ones of a long one; BULLA_LONG=1: every one of
 * each. */
#include "proxy/base/base.h"
#include "tests/unit/gate_bench.h"
#include "audit/record.h"
#include "proxy/gate/exchange.h"

#include <unistd.h>

#define WIRE TREE "/../shared/data/wire/wire.tar.gz"

enum { BODY_MOST = 256 << 10, BYTES_A_FILE = 1 << 20 };

struct replay {
    struct bench *b;
    char body[BODY_MOST], answer[BODY_MOST], first[BODY_MOST], now[BODY_MOST];
    size_t tokens;
};

/* What a command prints; its length. */
static size_t read_of(const char *command, char *into, size_t room)
{
    FILE *from = popen(command, "r");
    assert_non_null(from);
    size_t n = fread(into, 1, room - 1, from);
    assert_int_equal(pclose(from), 0);
    into[n] = '\0';
    return n;
}

/* The recording with a token, and a blank, where a text of the answer begins. */
static void make_answer(struct replay *r)
{
    static const char *const heads[] = {
        "\"type\":\"text_delta\",\"text\":\"", "\"type\": \"text_delta\", \"text\": \"",
        "\"delta\":{\"content\":\"", "\"delta\": {\"content\": \"", "\"partial_json\":\"{\\\""};
    struct slice rest = slice_str(r->body);
    size_t k = 0;
    char body[BODY_MOST];
    for (r->tokens = 0; rest.len > 0;) {
        size_t best = rest.len, len = 0;
        for (size_t i = 0; i < GW_COUNT(heads); i++) {
            size_t at = slice_find(rest, slice_str(heads[i]));
            if (at < best) {
                best = at;
                len = strlen(heads[i]);
            }
        }
        memcpy(body + k, rest.at, best + len);
        k += best + len;
        if (len > 0) {
            k += (size_t)snprintf(body + k, sizeof body - k, "%s ", r->b->token);
            r->tokens++;
        }
        rest = slice_from(rest, best + len);
        assert_true(k + 200 + rest.len < sizeof body);
    }
    int n = snprintf(r->answer, sizeof r->answer,
                     "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: %zu"
                     "\r\n\r\n%.*s",
                     k, (int)k, body);
    assert_true(n > 0 && (size_t)n < sizeof r->answer);
    r->b->script.answer = slice_of(r->answer, (size_t)n);
}

/* The client's bytes without chunk borders and without the exchange's own id. */
static size_t output(struct replay *r, char *into)
{
    run(r->b);
    struct slice all = buf_slice(&r->b->rig.client), body;
    size_t k = 0, head = slice_find(all, SLICE_LIT("\r\n\r\n"));
    assert_true(is_status(r->b, "200") && head != SIZE_MAX);
    for (body = slice_from(all, head + 4); body.len > 0;) {
        size_t line = slice_find(body, SLICE_LIT("\r\n")), n = strtoul(body.at, NULL, 16);
        assert_true(line != SIZE_MAX && line < 9 && line + 4 + n <= body.len);
        assert_true(k + n < BODY_MOST);
        memcpy(into + k, body.at + line + 2, n);
        k += n;
        body = slice_from(body, line + 4 + n);
    }
    into[k] = '\0';
    for (char *id = into; (id = strstr(id, r->b->rig.xid)) != NULL;) /* of its own, each time */
        memset(id, 'x', strlen(r->b->rig.xid));
    return k;
}

static void is_same(struct replay *r, const char *name, const char *cut, size_t where)
{
    output(r, r->now);
    if (strcmp(r->first, r->now) != 0) {
        size_t i = 0;
        while (r->first[i] == r->now[i])
            i++;
        i = i > 60 ? i - 60 : 0;
        fail_msg("%s: another output when cut %s %zu: ...%.120s\ninstead of ...%.120s", name, cut,
                 where, r->now + i, r->first + i);
    }
}

static size_t count(const char *text, const char *what)
{
    size_t n = 0;
    for (; (text = strstr(text, what)) != NULL; text++)
        n++;
    return n;
}

static void replay_one(struct replay *r, const char *name)
{
    struct script *s = &r->b->script;
    bool is_chat = strstr(name, "anthropic-messages") == NULL;
    reset_bench((void **)&r->b);
    ask(r->b, is_chat ? CHAT : MESSAGES, is_chat ? CHAT_STREAM : MESSAGES_STREAM);
    learn_token(r->b);
    make_answer(r);
    output(r, r->first);
    assert_null(strstr(r->first, r->b->token));
    if (count(r->first, ALICE) != r->tokens)
        fail_msg("%s: %zu of %zu tokens came back", name, count(r->first, ALICE), r->tokens);
    for (s->answer_cut = 1; s->answer_cut < 8; s->answer_cut += 2)
        is_same(r, name, "into pieces of", s->answer_cut);
    s->answer_cut = 0;
    size_t step =
        getenv("BULLA_LONG") != NULL ? 1 : 1 + s->answer.len * s->answer.len / BYTES_A_FILE;
    for (s->answer_at = 1; s->answer_at < s->answer.len; s->answer_at += step)
        is_same(r, name, "behind byte", s->answer_at);
}

static void recorded_streams_are_the_same_in_every_cut(void **state)
{
    struct replay *r = calloc(1, sizeof *r);
    char names[8192], command[512], *rest = NULL;
    assert_non_null(r);
    if (access(WIRE, R_OK) != 0) {
        print_message("skipped: no recordings at ../shared/data/wire\n");
        free(r);
        skip();
    }
    r->b = *state;
    read_of("tar -tzf " WIRE
            " | grep -E '/(anthropic-messages|openai-chat|openai-compatible|vllm-or-local-openai)/"
            "[0-9]+[.]resp[.]sse$'",
            names, sizeof names);
    size_t n = 0;
    for (char *name = strtok_r(names, "\n", &rest); name != NULL;
         name = strtok_r(NULL, "\n", &rest)) {
        snprintf(command, sizeof command, "tar -xzOf " WIRE " '%s'", name);
        assert_true(read_of(command, r->body, sizeof r->body) > 0);
        replay_one(r, name);
        n++;
    }
    assert_true(n > 5);
    free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(recorded_streams_are_the_same_in_every_cut)};
    return cmocka_run_group_tests(tests, open_bench, close_bench);
}
