/* tests/fuzz/fuzz_exchange.c - one exchange with a hostile client, upstream or both.
 *
 * Byte 0 chooses the scenario, byte 1 the cut, the rest is the answer (or, in the last scenario
 * bit, the request). Byte 0x01 in an answer becomes the token that stands for an address.
 * gate_rig.h asserts what holds on every way; here: a cut answer never looks whole, and every
 * exchange that began comes to its end. */
#include "proxy/base/base.h"
#include "tests/unit/gate_rig.h"
#include "audit/record.h"
#include "proxy/gate/exchange.h"

enum {
    IS_MESSAGES = 1,
    IS_STREAM = 2,
    UPSTREAM_ENDS = 4,
    IS_RESET = 8,
    REFUSES_END = 16,
    IS_CLOSE = 32,   /* framing of the answer: until the connection ends */
    IS_RAW = 64,     /* the answer's head is the fuzzer's too */
    IS_REQUEST = 128 /* the rest is the request */
};

#define ASK(stream)                                                                      \
    "{\"model\":\"m\",\"max_tokens\":9,\"stream\":" stream                               \
    ",\"messages\":[{\"role\":\"user\",\"content\":\"write to alice.miller@example.com " \
    "please\"}]}"

static const char *token_of(struct rig *r, struct slice request, char token[64])
{
    const struct script script = {.request = request, .upstream_ends = true};
    rig_run(r, &script);
    struct slice sent = buf_slice(&r->upstream);
    struct slice rest = slice_from(sent, slice_find(sent, SLICE_LIT("EMAIL_")));
    size_t n = slice_find_byte(rest, ' ');
    assert(n < 64);
    memcpy(token, rest.at, n);
    token[n] = '\0';
    return token;
}

static void put_request(struct buf *out, unsigned how)
{
    const char *body = (how & IS_STREAM) != 0 ? ASK("true") : ASK("false");
    buf_put_str(out, (how & IS_MESSAGES) != 0 ? "POST /v1/messages" : "POST /v1/chat/completions");
    buf_put_str(out, " HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ");
    buf_put_u64(out, strlen(body));
    buf_put_str(out, "\r\n\r\n");
    buf_put_str(out, body);
}

static void put_answer(struct buf *out, unsigned how, const char *token, struct slice rest)
{
    struct buf body;
    buf_init(&body, 1u << 24);
    for (size_t i = 0; i < rest.len; i++)
        buf_put(&body, rest.at[i] == 1 ? slice_str(token) : slice_cut(rest, i, i + 1));
    if ((how & IS_RAW) == 0) {
        buf_put_str(out, (how & IS_STREAM) != 0
                             ? "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
                             : "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n");
        if ((how & IS_CLOSE) == 0) {
            buf_put_str(out, "content-length: "); /* a reset one never comes to its end */
            buf_put_u64(out, body.len + ((how & IS_RESET) != 0 ? 9 : 0));
            buf_put_str(out, "\r\n");
        }
        buf_put_str(out, "\r\n");
    }
    buf_put(out, buf_slice(&body));
    buf_free(&body);
}

static bool has(struct slice s, const char *text)
{
    return slice_find(s, slice_str(text)) != SIZE_MAX;
}

static void check_end(struct rig *r, const struct script *s, unsigned how)
{
    struct slice client = buf_slice(&r->client);
    for (int i = 0; i < 4 && !exchange_is_over(r->x) && !exchange_is_idle(r->x); i++)
        rig_later(r, 2000000);
    assert(exchange_is_over(r->x) || exchange_is_idle(r->x));
    if (!exchange_is_stream(r->x))
        return;
    client = buf_slice(&r->client);
    bool is_cut = exchange_is_cut(r->x);
    if (is_cut)
        assert(!slice_has_suffix(client, SLICE_LIT("\n0\r\n\r\n")));
    bool may_be_whole = has(s->answer, "DONE") || has(s->answer, "message_stop") ||
                        has(s->answer, "\\u") || r->decision == RECORD_BLOCKED;
    if ((how & IS_RESET) != 0 && (how & (IS_RAW | IS_REQUEST)) == 0 && !may_be_whole)
        assert(is_cut);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);
int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    static struct rig r;
    static char tokens[4][64];
    struct buf request, answer;
    if (len < 2 || len > 65536)
        return 0;
    if (r.policy == NULL)
        rig_open(&r, NULL);
    unsigned how = at[0], cut = at[1];
    struct slice rest = slice_of(at + 2, len - 2);
    buf_init(&request, 1u << 20);
    buf_init(&answer, 1u << 25);
    put_request(&request, how);
    char *token = tokens[how & 3];
    if (token[0] == '\0')
        token_of(&r, buf_slice(&request), token);
    struct script s = {
        .request = (how & IS_REQUEST) != 0 ? rest : buf_slice(&request),
        .request_cut = cut % 4,
        .answer_cut = cut / 4 % 16,
        .client_leaves = (how & IS_REQUEST) != 0,
        .upstream_ends = (how & UPSTREAM_ENDS) != 0,
        .is_reset = (how & IS_RESET) != 0,
        .refuse_end = (how & REFUSES_END) != 0,
        .stale = cut >> 7,
    };
    put_answer(&answer, how, token, (how & IS_REQUEST) != 0 ? SLICE_LIT("{\"a\":\"\1\"}") : rest);
    s.answer = buf_slice(&answer);
    rig_run(&r, &s);
    check_end(&r, &s, how);
    exchange_free(r.x);
    r.x = NULL;
    buf_free(&request);
    buf_free(&answer);
    return 0;
}
