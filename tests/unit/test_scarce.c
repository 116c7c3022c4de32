/* tests/unit/test_scarce.c - the n-th allocation of an exchange fails, for every n, once and from
 * there on.
 *
 * However it ends, it ends: with an answer that is whole and true, an error of ours, or a cut that
 * looks like one. Nothing leaves unread, and what was taken comes back: the sanitizers count it.
 * The linker puts is_refused() before our own calls of malloc, calloc and realloc, not before those
 * of the libraries (CMakeLists.txt). */
#include "proxy/base/base.h"
#include "tests/unit/gate_bench.h"
#include "proxy/gate/exchange.h"

enum { ROOM = 1 << 20, MOST = 5000 };

/* How many allocations may still work; armed by count_down(). */
struct scarcity {
    bool is_armed, is_lasting, has_struck;
    size_t left;
};

static struct scarcity *scarcity(void)
{
    static struct scarcity now;
    return &now;
}

static bool is_refused(void)
{
    struct scarcity *s = scarcity();
    if (!s->is_armed || (s->has_struck && !s->is_lasting))
        return false;
    if (s->left > 0)
        s->left--;
    else
        s->has_struck = true;
    return s->has_struck;
}

/* clang-format off */
void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *at, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *at, size_t n);
void *__wrap_malloc(size_t n) { return is_refused() ? NULL : __real_malloc(n); }
void *__wrap_calloc(size_t n, size_t size) { return is_refused() ? NULL : __real_calloc(n, size); }
void *__wrap_realloc(void *at, size_t n) { return is_refused() ? NULL : __real_realloc(at, n); }
/* clang-format on */

static void count_down(size_t left, bool is_lasting)
{
    *scarcity() = (struct scarcity){.is_armed = true, .is_lasting = is_lasting, .left = left};
}

/* Whether an allocation failed since count_down(). */
static bool disarm(void)
{
    scarcity()->is_armed = false;
    return scarcity()->has_struck;
}

/* What a caller must be able to tell from what came. */
static void ends_well(struct bench *b, const char *proof)
{
    struct rig *r = &b->rig;
    for (int i = 0; i < 4 && !exchange_is_over(r->x); i++)
        rig_later(r, 2000000);
    assert_true(exchange_is_over(r->x));
    assert_false(rig_upstream_has(r, ALICE));
    assert_true(r->client.len == 0 ||
                slice_has_prefix(buf_slice(&r->client), SLICE_LIT("HTTP/1.1 ")));
    if (exchange_is_cut(r->x)) {
        assert_false(slice_has_suffix(buf_slice(&r->client), SLICE_LIT("\n0\r\n\r\n")));
        assert_false(has(b, "[DONE]") || has(b, "message_stop"));
        return;
    }
    assert_true(is_status(b, "200") || is_status(b, "400") || is_status(b, "404") ||
                is_status(b, "500") || is_status(b, "502") || is_status(b, "503"));
    if (is_status(b, "200"))
        assert_true(has(b, proof));
    else
        assert_true(has(b, "\"error\"") && has(b, r->xid));
}

/* True while there was an n-th allocation. */
static bool strike(struct bench *b, size_t n, bool is_lasting, const char *proof)
{
    struct rig *r = &b->rig;
    rig_begin(r, &b->script);
    buf_reserve(&r->client, ROOM);
    buf_reserve(&r->upstream, ROOM);
    count_down(n, is_lasting);
    rig_go_on(r);
    bool has_struck = disarm();
    ends_well(b, proof);
    return has_struck;
}

static void every_one_fails(struct bench *b, const char *proof)
{
    for (int is_lasting = 0; is_lasting < 2; is_lasting++) {
        size_t n = 0;
        while (strike(b, n, is_lasting, proof))
            n++;
        assert_in_range(n, 4, MOST); /* fewer: the wrapping does not work */
        assert_true(is_status(b, "200"));
    }
}

static void test_a_whole_answer(void **state)
{
    struct bench *b = *state;
    ask(b, CHAT, CHAT_BODY);
    learn_token(b);
    answer(b, "200 OK", "application/json",
           "{\"id\":\"c\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
           "\"content\":\"wrote to ~\"},\"finish_reason\":\"stop\"}]}");
    every_one_fails(b, "wrote to " ALICE);
}

static void test_streams(void **state)
{
    struct bench *b = *state;
    chat_stream(b);
    every_one_fails(b, "[DONE]");
    messages_stream(b);
    every_one_fails(b, "message_stop");
}

static void test_the_list_of_models(void **state)
{
    struct bench *b = *state;
    b->script.request = SLICE_LIT("GET /v1/models HTTP/1.1\r\nhost: a\r\n\r\n");
    every_one_fails(b, "model-a");
}

static void test_a_refusal(void **state)
{
    struct bench *b = *state;
    size_t n = 0;
    ask(b, "/nowhere", CHAT_BODY);
    while (strike(b, n, true, "never"))
        n++;
    assert_in_range(n, 2, MOST);
    assert_true(is_status(b, "404"));
}

static void test_a_new_exchange(void **state)
{
    struct bench *b = *state;
    static const struct exchange_peer peer = {.address = {"127.0.0.1", 9}, .port = 4000};
    size_t n = 0;
    for (;; n++) {
        count_down(n, false);
        struct exchange *x = exchange_new(&b->rig.gate, &peer);
        bool has_struck = disarm();
        assert_true(x != NULL || has_struck);
        exchange_free(x);
        if (!has_struck)
            break;
    }
    assert_in_range(n, 1, MOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_whole_answer), TEST(test_streams),        TEST(test_the_list_of_models),
        TEST(test_a_refusal),      TEST(test_a_new_exchange),
    };
    return cmocka_run_group_tests(tests, open_bench, close_bench);
}
