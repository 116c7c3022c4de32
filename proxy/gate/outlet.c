/* proxy/gate/outlet.c - see outlet.h. */
#include "proxy/base/base.h"
#include "proxy/gate/outlet.h"
#include "proxy/gate/move.h"
#include "proxy/gate/state.h"

/* The window of a text; a new one for a key not seen yet; NULL when there are too many. */
struct window *outlet_window(struct exchange *x, uint32_t key, bool is_json)
{
    struct xchg_window **at = &x->windows;
    for (; *at != NULL; at = &(*at)->next)
        if ((*at)->key == key)
            return &(*at)->window;
    struct xchg_window *w = x->window_count == XCHG_WINDOWS ? NULL : calloc(1, sizeof *w);
    if (w == NULL)
        return NULL;
    *at = w;
    x->window_count++;
    w->key = key;
    window_init(&w->window, x->vault, &x->rules, is_json ? 1 : 0, x->gate->limits.event);
    return &w->window;
}

/* Bytes that a text may be when it goes out: what its window held before comes with it. */
size_t outlet_text_most(const struct exchange *x)
{
    return x->gate->limits.event * 2 + HOLD_MAX;
}

/* The arena of one event is there only while the event is: between events a stream is small. */
struct arena *outlet_scratch(struct exchange *x, size_t more)
{
    return arena_new_from(&x->gate->arenas, more + x->gate->limits.event * 32 + (1u << 20));
}

gw_result outlet_chunk(struct exchange *x, struct slice bytes, struct buf *out)
{
    x->answer_bytes += bytes.len;
    x->told_ns = clock_mono_ns(x->gate->clock);
    return x->minor == 0 ? buf_add(out, bytes) : body_put_chunk(out, bytes);
}

/* The answer is complete: its last bytes wait in the tail. */
static gw_result end_stream(struct exchange *x, struct slice last, enum why why)
{
    TRY(outlet_chunk(x, last, &x->tail));
    if (x->minor > 0)
        TRY(body_put_last(&x->tail));
    move_end(x, why);
    x->is_cut = false;
    return gw_is(GW_OK);
}

/* A rule stopped the answer: it ends in the API's own manner. */
static gw_result stop_by_policy(struct exchange *x, struct buf *out)
{
    TRY(x->route->dialect->put_stream_stop(&x->stream, out));
    x->upstream_broken = true;
    return end_stream(x, buf_slice(out), WHY_POLICY_BLOCK);
}

/* A call is stopped, or a text behind the begin of one: the client has seen nothing of it. */
static void drop_held(struct exchange *x, struct buf *out)
{
    buf_clear(&x->call_hold);
    buf_clear(out);
    x->stream.open = x->held_before.open;
    x->stream.started = x->held_before.started;
}

/* Events go out, unless a call that has begun is not judged yet. */
static gw_result put_events(struct exchange *x, const struct buf *out, bool is_last)
{
    if (x->is_holding && !is_last)
        return buf_add(&x->call_hold, buf_slice(out));
    if (x->call_hold.len > 0) {
        TRY(outlet_chunk(x, buf_slice(&x->call_hold), &x->to_client));
        buf_free(&x->call_hold);
    }
    return is_last ? end_stream(x, buf_slice(out), WHY_DONE)
                   : outlet_chunk(x, buf_slice(out), &x->to_client);
}

/* What events have become goes out, or what stands before the end that a rule gave them
 * (GW_REFUSED). */
gw_result outlet_put(struct exchange *x, gw_result r, bool was_holding, struct buf *out,
                     bool is_last)
{
    if (r.code == GW_REFUSED && (was_holding || x->is_holding))
        drop_held(x, out);
    if (r.code == GW_REFUSED)
        return stop_by_policy(x, out);
    return gw_ok(r) ? put_events(x, out, is_last) : r;
}

gw_result outlet_more(struct exchange *x, gw_result r, struct buf *out)
{
    TRY(outlet_put(x, r, x->is_holding, out, false));
    buf_clear(out);
    return gw_is(GW_OK);
}
