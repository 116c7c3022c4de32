/* tests/unit/dialect_rig.h - one row of proxy/llm/dialect.h at work: a request, events, and what
 * was written. open_dialect() makes the `*state` of a test, close_bench() ends it. */
#ifndef TESTS_UNIT_DIALECT_RIG_H
#define TESTS_UNIT_DIALECT_RIG_H

#include "proxy/base/base.h"
#include "proxy/http/sse.h"
#include "proxy/llm/dialect.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct bench {
    const struct dialect *d;
    enum api api; /* of its requests */
    struct arena *arena;
    struct json_doc doc;
    struct llm_event event;
    struct llm_stream stream;
    struct buf out;
};

static inline int open_dialect(void **state, struct slice name, enum api api)
{
    struct bench *b = calloc(1, sizeof *b);
    if (b == NULL)
        return 1;
    b->d = dialect_from(name);
    b->api = api;
    b->arena = arena_new(1u << 22);
    buf_init(&b->out, 1u << 20);
    *state = b;
    return b->arena == NULL || b->d == NULL;
}

static inline int close_bench(void **state)
{
    struct bench *b = *state;
    arena_free(b->arena);
    buf_free(&b->out);
    free(b);
    return 0;
}

static inline void scan(struct bench *b, struct slice text)
{
    struct json_fault fault;
    assert_true(gw_ok(json_scan(text, json_limits_default(), b->arena, &b->doc, &fault)));
}

static inline struct llm_request request(struct bench *b, const char *body)
{
    struct llm_request r;
    scan(b, slice_str(body));
    assert_true(gw_ok(b->d->read_request(&b->doc, b->api, b->arena, &r)));
    return r;
}

static inline void feed(struct bench *b, const char *payload)
{
    scan(b, slice_str(payload));
    assert_true(
        gw_ok(b->d->read_event(&b->stream, SLICE_LIT(""), b->doc.text, &b->doc, &b->event)));
}

static inline bool has_end(const struct bench *b, uint32_t key)
{
    for (size_t i = 0; i < b->event.end_count; i++)
        if (b->event.ends[i] == key)
            return true;
    return false;
}

/* Counts the events that were written: each strict JSON but for [DONE], and named where `named`. */
static inline size_t count_events(struct bench *b, bool named)
{
    struct sse sse;
    struct sse_event e;
    struct slice in = buf_slice(&b->out);
    size_t n = 0;
    sse_init(&sse, 1u << 20);
    for (; gw_ok(sse_feed(&sse, &in, &e)); n++) {
        assert_true(e.name.len > 0 || !named);
        if (named || !slice_is(e.payload, SLICE_LIT("[DONE]")))
            scan(b, arena_copy(b->arena, e.payload));
    }
    sse_free(&sse);
    return n;
}

#endif
