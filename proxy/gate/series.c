/* proxy/gate/series.c - see series.h. What a scan costs lies in the text around a word more than in
 * the word: of a series it is done once, ahead (window_foresee()).
 *
 * Borrows the bytes that relay_feed() was given; its own few lie in an arena that goes with it. */
#include "proxy/base/base.h"
#include "proxy/gate/series.h"
#include "proxy/gate/outlet.h"
#include "proxy/gate/state.h"
#include "proxy/json/string.h"

enum { SCRATCH = 256 << 10 }; /* so much of what is used is kept for the next event */

struct alike_event {
    struct slice payload, text; /* text lies in payload, as JSON writes it and as it is read */
};

struct series {
    struct arena *arena;
    size_t count, bytes, text_bytes;
    struct alike_event events[SERIES_MOST];
};

static struct series *series_new(struct exchange *x)
{
    struct arena *arena = outlet_scratch(x, SCRATCH);
    struct series *s = arena == NULL ? NULL : arena_alloc(arena, sizeof *s);
    if (s == NULL) {
        arena_free(arena);
        return NULL;
    }
    s->arena = arena;
    s->count = s->bytes = s->text_bytes = 0;
    return s;
}

void series_free(struct exchange *x)
{
    if (x->series != NULL)
        arena_free(x->series->arena);
    x->series = NULL;
}

bool series_take(struct exchange *x, const struct sse_event *in)
{
    struct slice text;
    struct series *s = x->series;
    bool is_full = s != NULL && (s->count == SERIES_MOST || s->bytes >= SERIES_BYTES);
    /* the text of a call that is judged as a whole is kept by who reads it */
    bool is_kept = x->calls != NULL && calls_are_checked(x);
    if (is_full || is_kept || !in->lies_in_input || !alike_text(x, in, &text))
        return false;
    if (s == NULL && (s = x->series = series_new(x)) == NULL)
        return false; /* who reads it says that memory is short */
    s->events[s->count++] = (struct alike_event){in->payload, text};
    s->bytes += in->payload.len;
    s->text_bytes += text.len;
    return true;
}

/* One look ahead at the texts of them all. */
static gw_result foresee(const struct series *s, struct window *w)
{
    char *all = arena_alloc(s->arena, s->text_bytes);
    size_t n = 0;
    if (all == NULL)
        return gw_is(GW_NO_MEMORY);
    for (size_t i = 0; i < s->count; i++) {
        memcpy(all + n, s->events[i].text.at, s->events[i].text.len);
        n += s->events[i].text.len;
    }
    return window_foresee(w, slice_of(all, n));
}

static gw_result put_event(const struct exchange *x, const struct alike_event *e, struct slice text,
                           struct buf *out)
{
    size_t at = (size_t)(e->text.at - e->payload.at);
    const struct edit edit = {at, at + e->text.len, text, 1};
    TRY(sse_put_open(out, slice_of(x->alike.name, x->alike.name_len)));
    TRY(string_splice(e->payload, &edit, slice_is(text, e->text) ? 0 : 1, out));
    return sse_put_close(out);
}

/* GW_REFUSED: behind this event the answer ends. */
static gw_result pass_event(struct exchange *x, struct window *w, const struct alike_event *e,
                            struct buf *text, struct buf *out)
{
    uint64_t restored = w->restored, replaced = w->replaced;
    buf_clear(text);
    x->events++;
    gw_result r = window_feed(w, e->text, false, text);
    x->restored += w->restored - restored;
    x->replaced += w->replaced - replaced;
    if (!gw_ok(r) && r.code != GW_REFUSED)
        return r;
    if (r.code == GW_REFUSED && out->len > 0) /* what stands before it waits for no record */
        TRY(outlet_more(x, gw_is(GW_OK), out));
    TRY(put_event(x, e, buf_slice(text), out));
    return r;
}

/* What was looked at for the events before is done with: this one has as much room as alone. */
static gw_result make_room(struct exchange *x, const struct series *s)
{
    if (arena_used(x->scratch) < SCRATCH)
        return gw_is(GW_OK);
    struct arena *fresh = outlet_scratch(x, SCRATCH);
    if (fresh == NULL)
        return gw_is(GW_NO_MEMORY);
    if (x->scratch != s->arena)
        arena_free(x->scratch);
    x->scratch = x->rules.arena = fresh;
    return gw_is(GW_OK);
}

static gw_result pass_all(struct exchange *x, const struct series *s, struct buf *out)
{
    const struct llm_piece *p = &x->alike.pieces[0];
    struct window *w = outlet_window(x, p->key, p->is_json);
    struct buf text;
    if (w == NULL)
        return gw_is(GW_TOO_BIG);
    gw_result r = s->count > 1 ? foresee(s, w) : gw_is(GW_OK);
    if (!gw_ok(r) && r.code != GW_NO_MEMORY) /* too much for one look: each has its own then */
        return r;
    r = gw_is(GW_OK);
    capture_new_text(x, p->key);
    buf_init(&text, outlet_text_most(x));
    buf_use(&text, &x->gate->bufs);
    for (size_t i = 0; i < s->count && gw_ok(r); i++) {
        r = make_room(x, s);
        if (gw_ok(r))
            r = pass_event(x, w, &s->events[i], &text, out);
    }
    buf_free(&text);
    TRY(window_foresee(w, (struct slice){NULL, 0}));
    return r;
}

gw_result series_end(struct exchange *x)
{
    const struct series *s = x->series;
    struct buf out;
    if (s == NULL)
        return gw_is(GW_OK);
    struct arena *before = x->scratch;
    x->scratch = x->rules.arena = s->arena;
    x->heard_ns = clock_mono_ns(x->gate->clock);
    buf_init(&out, x->gate->limits.event * 3 + XCHG_HELD + 8 * SERIES_BYTES);
    buf_use(&out, &x->gate->bufs);
    buf_reserve(&out, s->bytes + s->count * 16 + 64);
    gw_result r = pass_all(x, s, &out);
    if (gw_ok(r) || r.code == GW_REFUSED)
        r = outlet_more(x, r, &out);
    else if (out.len > 0) /* the events before the one that failed */
        (void)gw_ok(outlet_more(x, gw_is(GW_OK), &out));
    buf_free(&out);
    if (x->scratch != s->arena)
        arena_free(x->scratch);
    x->scratch = x->rules.arena = before;
    series_free(x);
    return r;
}
