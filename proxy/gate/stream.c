/* proxy/gate/stream.c - a streamed answer: frame, delta, window, restore, encode, event by event.
 *
 * An event in which nothing changes keeps its payload's bytes; in a changed one only the strings
 * are spliced. The last event waits in the tail until the end record is durable. */
#include "proxy/base/base.h"
#include "proxy/gate/move.h"
#include "proxy/gate/outlet.h"
#include "proxy/gate/series.h"
#include "proxy/gate/state.h"
#include "proxy/json/string.h"

void stream_begin(struct exchange *x)
{
    x->is_streaming = true;
    x->told_ns = clock_mono_ns(x->gate->clock);
    reply_head(x, 200, x->route->dialect->content_type_stream, -1, &x->to_client);
    x->answered = true;
    x->answer_head = NULL; /* all that counts of it was acted upon */
    buf_free(&x->answer_head_bytes);
    buf_free(&x->record); /* the begin record is on disk; the end's is made when it is time */
    if (x->to_client.failed)
        move_end(x, WHY_NO_MEMORY);
}

/* What an event may become, with all that is held when it ends every text. */
static size_t event_most(const struct exchange *x)
{
    return x->gate->limits.event * 3 + XCHG_HELD;
}

static bool has_piece(const struct llm_event *e, uint32_t key, size_t from)
{
    for (size_t i = from; i < e->count; i++)
        if (e->pieces[i].key == key && !e->pieces[i].is_exempt)
            return true;
    return false;
}

/* Piece i of the event: *edit holds what it becomes; its place is SIZE_MAX when nothing changes. */
static gw_result rewrite_piece(struct exchange *x, const struct json_doc *doc,
                               const struct llm_event *e, size_t i, struct edit *edit)
{
    const struct llm_piece *p = &e->pieces[i];
    struct window alone, *w = &alone;
    struct slice text;
    struct buf out;
    TRY(string_decode(doc, p->value, x->scratch, &text, NULL));
    *edit = (struct edit){.at = SIZE_MAX, .with = text};
    bool is_last = p->key == 0 || (dialect_ends_key(e, p->key) && !has_piece(e, p->key, i + 1));
    if (p->key == 0)
        window_init(&alone, x->vault, &x->rules, p->is_json ? 1 : 0, x->gate->limits.event);
    else
        w = outlet_window(x, p->key, p->is_json);
    if (w == NULL)
        return gw_is(GW_TOO_BIG);
    buf_init(&out, outlet_text_most(x));
    buf_use(&out, &x->gate->bufs);
    uint64_t restored = w->restored, replaced = w->replaced;
    capture_new_text(x, p->key);
    gw_result r = window_feed(w, text, is_last, &out);
    x->restored += w->restored - restored;
    x->replaced += w->replaced - replaced;
    if ((gw_ok(r) || r.code == GW_REFUSED) && !slice_is(buf_slice(&out), text)) {
        struct slice with = arena_copy(x->scratch, buf_slice(&out));
        const struct json_value *v = &doc->values[p->value];
        *edit = (struct edit){v->at + 1u, v->end - 1u, with, 1};
        if (with.at == NULL)
            r = gw_is(GW_NO_MEMORY);
    }
    buf_free(&out);
    if (p->key == 0)
        window_free(&alone);
    return r;
}

static void sort_edits(struct edit *edits, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct edit e = edits[i];
        size_t k = i;
        for (; k > 0 && edits[k - 1].at > e.at; k--)
            edits[k] = edits[k - 1];
        edits[k] = e;
    }
}

static bool holds(const struct window *w)
{
    return w->hold.len > 0 || w->cut_len > 0;
}

/* What windows still hold for texts that end here without a piece in this event goes out before it.
 */
static gw_result flush_ended(struct exchange *x, const struct llm_event *e, struct buf *out)
{
    for (struct xchg_window *w = x->windows; w != NULL; w = w->next) {
        if (!dialect_ends_key(e, w->key) || has_piece(e, w->key, 0) || !holds(&w->window))
            continue;
        struct buf text;
        buf_init(&text, outlet_text_most(x));
        buf_use(&text, &x->gate->bufs);
        uint64_t restored = w->window.restored, replaced = w->window.replaced;
        capture_new_text(x, w->key);
        gw_result r = window_feed(&w->window, (struct slice){NULL, 0}, true, &text);
        x->restored += w->window.restored - restored;
        x->replaced += w->window.replaced - replaced;
        gw_result put = gw_is(GW_OK);
        if ((gw_ok(r) || r.code == GW_REFUSED) && text.len > 0)
            put = x->route->dialect->put_piece(&x->stream, w->key, buf_slice(&text), out);
        buf_free(&text);
        TRY(put);
        TRY(r);
    }
    return gw_is(GW_OK);
}

/* What an event becomes. */
struct rewrite {
    struct edit pieces[EVENT_PIECES];
    struct edit edits[EVENT_PIECES + EVENT_ECHOES];
    size_t count;
    bool is_stopped;
};

static gw_result rewrite_pieces(struct exchange *x, const struct json_doc *doc,
                                const struct llm_event *e, struct rewrite *w)
{
    for (size_t i = 0; i < e->count; i++) {
        w->pieces[i] = (struct edit){.at = SIZE_MAX};
        if (e->pieces[i].is_exempt)
            continue;
        gw_result r = rewrite_piece(x, doc, e, i, &w->pieces[i]);
        w->is_stopped = w->is_stopped || r.code == GW_REFUSED;
        if (!gw_ok(r) && r.code != GW_REFUSED)
            return r;
        if (w->pieces[i].at != SIZE_MAX)
            w->edits[w->count++] = w->pieces[i];
    }
    return gw_is(GW_OK);
}

/* What says the text a second time must not say more than the first: it goes when any text was
 * changed, or is held and may be. */
static void drop_echoes(const struct exchange *x, const struct json_doc *doc,
                        const struct llm_event *e, struct rewrite *w)
{
    bool is_changed = w->count > 0 || x->replaced + x->restored > 0;
    for (const struct xchg_window *k = x->windows; k != NULL; k = k->next)
        is_changed = is_changed || holds(&k->window);
    for (size_t i = 0; i < e->echo_count && is_changed; i++) {
        const struct json_value *v = &doc->values[e->echoes[i]];
        size_t kept = 0;
        for (size_t k = 0; k < w->count; k++)
            if (w->edits[k].at < v->at || w->edits[k].at >= v->end)
                w->edits[kept++] = w->edits[k];
        w->count = kept;
        w->edits[w->count++] = (struct edit){v->at, v->end, SLICE_LIT("null"), 0};
    }
}

/* Several data lines make a payload with line ends: JSON's white space, as blanks are. */
static void blank_line_ends(struct buf *b, size_t from)
{
    for (char *at = b->at + b->start + from, *end = b->at + b->start + b->len; at < end; at++)
        if (*at == '\n' || *at == '\r')
            *at = ' ';
}

static bool is_one_line(struct slice s)
{
    return slice_find_byte(s, '\n') == SIZE_MAX && slice_find_byte(s, '\r') == SIZE_MAX;
}

static gw_result put_event(const struct sse_event *in, struct rewrite *w, struct buf *out)
{
    sort_edits(w->edits, w->count);
    TRY(sse_put_open(out, in->name));
    size_t from = out->len;
    TRY(string_splice(in->payload, w->edits, w->count, out)); /* what is put in has no line end */
    if (!is_one_line(in->payload))
        blank_line_ends(out, from);
    return sse_put_close(out);
}

/* The event that a rule stopped also says that its text is complete, which it is not: it is not
 * sent, only what stood before the finding. */
static gw_result put_stopped(struct exchange *x, const struct llm_event *e, const struct rewrite *w,
                             struct buf *out)
{
    for (size_t i = 0; i < e->count; i++)
        if (e->pieces[i].key != 0 && !e->pieces[i].is_exempt && w->pieces[i].with.len > 0)
            TRY(x->route->dialect->put_piece(&x->stream, e->pieces[i].key, w->pieces[i].with, out));
    return gw_is(GW_REFUSED);
}

/* GW_REFUSED: the answer ends here, behind what stands in out. */
static gw_result rewrite_event(struct exchange *x, const struct sse_event *in,
                               const struct json_doc *doc, const struct llm_event *e,
                               struct buf *out)
{
    GW_UNSET struct rewrite w;
    w.count = 0;
    w.is_stopped = false;
    gw_result r = flush_ended(x, e, out);
    if (gw_ok(r))
        r = calls_note(x, doc, e);
    if (gw_ok(r) && doc != NULL)
        r = rewrite_pieces(x, doc, e, &w);
    if (gw_ok(r) && w.is_stopped && e->end_count > 0)
        r = put_stopped(x, e, &w, out);
    if (r.code == GW_REFUSED) { /* the event itself is not sent: what it opened or ended is not */
        x->stream.open = x->before.open;
        x->stream.started = x->before.started;
    }
    TRY(r);
    if (doc != NULL)
        drop_echoes(x, doc, e, &w);
    r = put_event(in, &w, out);
    return gw_ok(r) && w.is_stopped ? gw_is(GW_REFUSED) : r;
}

static bool is_event_name(struct slice name)
{
    if (name.len > 64)
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (!((name.at[i] >= 'a' && name.at[i] <= 'z') || name.at[i] == '_' || name.at[i] == '.'))
            return false;
    return true;
}

static gw_result read_event(struct exchange *x, const struct sse_event *in, struct json_doc *doc,
                            struct llm_event *e)
{
    struct json_limits limits = *json_limits_default();
    struct json_fault fault;
    limits.lone_surrogates = true;
    *e = (struct llm_event){.count = 0};
    if (!is_event_name(in->name))
        return gw_is(GW_BAD);
    bool is_json = in->payload.len > 0 && in->payload.at[0] != '[';
    if (is_json) {
        TRY(json_scan(in->payload, &limits, x->scratch, doc, &fault));
        if (doc->has_duplicate_key)
            return gw_is(GW_BAD);
        if (doc->values[0].kind != JSON_OBJECT)
            return gw_is(GW_BAD);
    }
    TRY(x->route->dialect->read_event(&x->stream, in->name, in->payload, is_json ? doc : NULL, e));
    /* what is neither an object nor the terminator was not looked at: it does not pass */
    bool is_unread = !is_json && in->payload.len > 0 && !e->is_last;
    return gw_is(e->too_many || is_unread ? GW_BAD : GW_OK);
}

static bool scratch_begin(struct exchange *x)
{
    x->scratch = x->rules.arena = outlet_scratch(x, 0);
    return x->scratch != NULL;
}

static void scratch_end(struct exchange *x)
{
    arena_free(x->scratch);
    x->scratch = x->rules.arena = NULL;
}

static gw_result pass_event(struct exchange *x, const struct sse_event *in)
{
    struct json_doc doc;
    GW_UNSET struct llm_event e; /* read_event() sets it */
    struct buf out;
    if (!alike_read(x, in, &doc, &e)) {
        x->before = x->stream;
        alike_forget(x);
        TRY(read_event(x, in, &doc, &e));
        if (e.count > 0)
            alike_keep(x, in, &doc, &e);
    }
    x->events++;
    if (e.is_error)
        return gw_is(GW_BAD); /* its text may quote anything: our own error event ends the stream */
    buf_init(&out, event_most(x));
    buf_use(&out, &x->gate->bufs);
    bool was_holding = x->is_holding;
    gw_result r = rewrite_event(x, in, &doc, &e, &out);
    r = outlet_put(x, r, was_holding, &out, e.is_last);
    buf_free(&out);
    return r;
}

static gw_result take_event(struct exchange *x, const struct sse_event *in)
{
    if (series_take(x, in))
        return gw_is(GW_OK);
    TRY(series_end(x));
    x->heard_ns = clock_mono_ns(x->gate->clock); /* of comments too: a sign of life */
    if (!in->has_payload || x->state >= XCHG_SETTLE || series_take(x, in))
        return gw_is(GW_OK); /* comments, ids, retry: an upstream's own matter */
    if (!scratch_begin(x))
        return gw_is(GW_NO_MEMORY);
    gw_result r = pass_event(x, in);
    scratch_end(x);
    return r;
}

gw_result stream_feed(struct exchange *x, struct slice bytes)
{
    struct slice in = bytes;
    struct sse_event event;
    while (x->state < XCHG_SETTLE) {
        gw_result r = sse_feed(&x->sse, &in, &event);
        if (r.code == GW_AGAIN)
            return gw_is(GW_OK);
        TRY(r);
        TRY(take_event(x, &event));
    }
    return gw_is(GW_OK);
}

void stream_fail(struct exchange *x, const struct llm_refusal *why)
{
    struct buf out;
    if (x->state >= XCHG_SETTLE)
        return;
    x->keep_client = false;
    if (x->to_client.failed)
        return; /* what waited there is lost: behind a gap nothing is sent any more */
    buf_init(&out, x->gate->limits.event * 3);
    if (gw_ok(x->route->dialect->put_stream_error(why, &out)))
        (void)gw_ok(outlet_chunk(x, buf_slice(&out), &x->to_client));
    buf_free(&out);
}

/* The body ended. Whole without a terminator: what is held goes out, and the answer ends as it
 * came. Not whole: the dialect's error event, and no last chunk. */
void stream_finish(struct exchange *x, bool is_whole)
{
    struct sse_event event;
    struct buf out;
    if (!gw_ok(series_end(x)))
        is_whole = false;
    if (x->state >= XCHG_SETTLE)
        return;
    if (is_whole && gw_ok(sse_end(&x->sse, &event)) && !gw_ok(take_event(x, &event)))
        is_whole = false;
    if (x->state >= XCHG_SETTLE)
        return;
    if (x->answer_body.framing == FRAMING_CLOSE)
        is_whole = false; /* ended by the connection alone, without terminator: it may be cut */
    buf_init(&out, event_most(x));
    buf_use(&out, &x->gate->bufs);
    if (is_whole) {
        const struct llm_event all = {.ends_all = true};
        bool was_holding = x->is_holding;
        gw_result r = scratch_begin(x) ? flush_ended(x, &all, &out) : gw_is(GW_NO_MEMORY);
        if (gw_ok(r))
            r = calls_note(x, NULL, &all);
        is_whole = gw_ok(outlet_put(x, r, was_holding, &out, true));
        scratch_end(x);
    }
    buf_free(&out);
    if (!is_whole) {
        const struct llm_refusal broken = {502, "upstream_error",
                                           SLICE_LIT("The model's server broke off its answer."),
                                           slice_str(x->xid)};
        stream_fail(x, &broken);
    }
}

void stream_note(struct exchange *x, struct slice line)
{
    if (x->state < XCHG_SETTLE && !gw_ok(outlet_chunk(x, line, &x->to_client)))
        move_end(x, WHY_NO_MEMORY);
}

void stream_tick(struct exchange *x, int64_t now_ns)
{
    if (x->state >= XCHG_SETTLE || x->to_client.len > 0 || x->sse.raw.len > 0 ||
        now_ns - x->told_ns < (int64_t)x->gate->limits.keep_alive_ms * 1000000)
        return;
    stream_note(x, slice_str(x->route->dialect->keep_alive));
}
