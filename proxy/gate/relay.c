/* proxy/gate/relay.c - an upstream's answer on its way to the client: its head, and whole bodies.
 *
 * The upstream is as untrusted as the client: what is not understood becomes an error of our own, a
 * cut answer never looks complete. Streams are stream.c's. */
#include "proxy/base/base.h"
#include "proxy/gate/ruling.h"
#include "proxy/gate/move.h"
#include "proxy/gate/series.h"
#include "proxy/gate/state.h"
#include "proxy/http/coding.h"
#include "proxy/http/parse.h"
#include "proxy/json/string.h"

/* An idle connection that the upstream was closing says so within a round trip. Later the request
 * may have been read and be at work: it is not sent a second time, for that costs tokens twice. */
enum { STALE_MS = 1000, REPLY_HEAD = 448 /* room for a head of ours */ };

static void fail(struct exchange *x, enum why why, const char *message)
{
    x->upstream_broken = true;
    if (x->is_streaming)
        stream_finish(x, false);
    move_refuse(x, why, 502, "upstream_error", slice_str(message));
}

static void begin_answer(struct exchange *x)
{
    const struct head_field *type = head_field(x->answer_head, "content-type"), *coding;
    bool is_sse = type != NULL && slice_has_prefix(type->value, SLICE_LIT("text/event-stream"));
    x->has_answer_head = true;
    x->answer_status = x->answer_head->status;
    x->answer_keeps = x->answer_head->keep_alive;
    x->stream.says_json = x->request.wants_json;
    x->first_byte_ns = clock_mono_ns(x->gate->clock);
    body_init(&x->answer_body, x->answer_head);
    if (!forward_forget(x)) {
        fail(x, WHY_NO_MEMORY, "Out of memory.");
        return;
    }
    if (x->answer_status == 401 || x->answer_status == 403 ||
        (x->answer_status >= 300 && x->answer_status < 400)) {
        fail(x, WHY_UPSTREAM_STATUS, "The model's server refused the gateway.");
        return;
    }
    x->rules = (struct window_rules){
        .scanner = policy_has_answer_rules(x->gate->policy) ? x->gate->scanner : NULL,
        .scratch = x->gate->scratch,
        .judge = ruling_on_finding,
        .judge_of = x,
        .near = capture_wants_found(x) ? capture_near : NULL,
        .tap = x->gate->sealer == NULL ? NULL : capture_said,
        .tap_of = x,
        .watch = x->watch.rules == NULL ? NULL : &x->watch,
    };
    if (is_sse && x->answer_status == 200) {
        coding = head_field(x->answer_head, "content-encoding");
        if (coding != NULL && !slice_is_nocase(coding->value, SLICE_LIT("identity")))
            fail(x, WHY_UPSTREAM_BAD,
                 "The model's server sent an encoding that was not asked for.");
        else
            stream_begin(x);
    }
}

/* Interim answers (1xx) are dropped, at most eight of them. */
static size_t feed_head(struct exchange *x, struct slice bytes)
{
    size_t had = x->answer_head_bytes.len, head_len = 0, room = HEAD_BYTES_MAX + 1 - had;
    struct head_fault fault = {502, "malformed answer"};
    size_t take = bytes.len < room ? bytes.len : room;
    if (x->answer_head == NULL) /* set by whoever parses it */
        x->answer_head = arena_alloc(x->arena, sizeof *x->answer_head);
    if (x->answer_head != NULL)
        x->answer_head->count = 0;
    if (x->answer_head == NULL ||
        !gw_ok(buf_add(&x->answer_head_bytes, slice_of(bytes.at, take)))) {
        fail(x, WHY_NO_MEMORY, "Out of memory.");
        return take;
    }
    gw_result r = parse_response(buf_slice(&x->answer_head_bytes), x->head->method, x->answer_head,
                                 &head_len, &fault);
    if (r.code == GW_AGAIN)
        return take;
    if (!gw_ok(r)) {
        fail(x, WHY_UPSTREAM_BAD, "The model's server sent a malformed answer.");
        return take;
    }
    size_t used = head_len - had;
    if (x->answer_head->status < 200) {
        buf_clear(&x->answer_head_bytes);
        if (++x->events > 8)
            fail(x, WHY_UPSTREAM_BAD, "The model's server sent too many interim answers.");
        return used;
    }
    x->events = 0;
    arena_trim(x->arena, x->answer_head, head_size(x->answer_head));
    begin_answer(x);
    return used;
}

/* Every text of a whole answer goes through a window of its own, in one piece. */
struct whole {
    struct exchange *x;
    const struct json_doc *doc;
    struct edit *edits;
    size_t count, room;
};

static gw_result add_edit(struct whole *w, struct edit e)
{
    if (w->count == w->room) {
        size_t room = w->room == 0 ? 16 : w->room * 2;
        struct edit *edits = arena_array(w->x->scratch, room, sizeof *edits);
        if (edits == NULL)
            return gw_is(GW_NO_MEMORY);
        if (w->count > 0)
            memcpy(edits, w->edits, w->count * sizeof *edits);
        w->edits = edits;
        w->room = room;
    }
    w->edits[w->count++] = e;
    return gw_is(GW_OK);
}

/* Servers repeat the key that they do not like. It is the gateway's, never the caller's to see. */
static bool shows_key(const struct exchange *x, struct slice text)
{
    struct slice key = x->gate->upstreams[x->candidates[x->candidate]].key;
    return key.len > 0 && slice_find(text, key) != SIZE_MAX;
}

/* Digits alone, as JSON writes an integer. */
static bool is_integer(struct slice s)
{
    size_t from = s.len > 1 && s.at[0] == '-' ? 1 : 0;
    for (size_t i = from; i < s.len; i++)
        if (s.at[i] < '0' || s.at[i] > '9')
            return false;
    return s.len > from && (s.at[from] != '0' || s.len == from + 1);
}

/* `text` in place of the leaf's; a number becomes a string where it is none any more, so that the
 * JSON stays JSON. */
static gw_result put_in_place(struct whole *w, const struct walk_leaf *leaf, struct slice text)
{
    const struct json_value *v = &leaf->doc->values[leaf->value];
    struct edit e = {v->at + 1u, v->end - 1u, {NULL, 0}, leaf->depth};
    if (v->kind == JSON_NUMBER && is_integer(text)) {
        e = (struct edit){v->at, v->end, arena_copy(w->x->scratch, text), 0};
        if (e.with.at == NULL)
            return gw_is(GW_NO_MEMORY);
    } else if (v->kind == JSON_NUMBER) {
        char *quoted = arena_alloc(w->x->scratch, text.len + 2);
        if (quoted == NULL)
            return gw_is(GW_NO_MEMORY);
        quoted[0] = quoted[text.len + 1] = '"';
        memcpy(quoted + 1, text.at, text.len); /* labels and masks of digits: nothing to escape */
        e = (struct edit){v->at, v->end, slice_of(quoted, text.len + 2), 0};
    } else if ((e.with = arena_copy(w->x->scratch, text)).at == NULL) {
        return gw_is(GW_NO_MEMORY);
    }
    return add_edit(w, e);
}

/* Tool arguments; and what the assistant says where JSON was wanted. */
static bool is_json(const struct exchange *x, const struct walk_leaf *leaf)
{
    bool is_said =
        slice_is(leaf->key, SLICE_LIT("content")) || slice_is(leaf->key, SLICE_LIT("text"));
    return leaf->is_json || (x->stream.says_json && is_said && !leaf->is_key);
}

static gw_result rewrite_text(struct whole *w, const struct walk_leaf *leaf)
{
    struct exchange *x = w->x;
    struct window window;
    struct buf out;
    buf_init(&out, x->gate->limits.answer_body * 2);
    buf_use(&out, &x->gate->bufs);
    window_init(&window, x->vault, &x->rules, is_json(x, leaf) ? 1 : 0,
                x->gate->limits.answer_body * 2);
    capture_new_text(x, leaf->value);
    gw_result r = window_feed(&window, leaf->text, true, &out);
    x->restored += window.restored;
    x->replaced += window.replaced;
    if (gw_ok(r) && !slice_is(buf_slice(&out), leaf->text))
        r = put_in_place(w, leaf, buf_slice(&out));
    window_free(&window);
    buf_free(&out);
    return r;
}

/* Names and numbers in it too: a stream says them as text, and is judged alike. */
static gw_result take_leaf(void *whole, const struct walk_leaf *leaf)
{
    struct whole *w = whole;
    if (w->x->answer_status >= 400 && shows_key(w->x, leaf->text))
        return gw_is(GW_BAD);
    return leaf->use == LEAF_EXEMPT ? gw_is(GW_OK) : rewrite_text(w, leaf);
}

static gw_result take_call(void *whole, const struct llm_call *call)
{
    struct whole *w = whole;
    return calls_whole(w->x, w->doc, call);
}

/* What says a text a second time goes when any text was changed. */
static gw_result take_echo(void *whole, uint32_t value)
{
    struct whole *w = whole;
    const struct json_value *v = &w->doc->values[value];
    size_t kept = 0, i = 0;
    for (; i < w->count && w->edits[i].at < v->at; i++)
        kept++;
    for (; i < w->count && w->edits[i].at < v->end; i++)
        continue;
    size_t behind = w->count - i;
    memmove(w->edits + kept, w->edits + i, behind * sizeof *w->edits);
    w->count = kept + behind;
    TRY(add_edit(w, (struct edit){0}));
    memmove(w->edits + kept + 1, w->edits + kept, behind * sizeof *w->edits);
    w->edits[kept] = (struct edit){v->at, v->end, SLICE_LIT("null"), 0};
    return gw_is(GW_OK);
}

/* *text becomes what the caller gets: body itself when nothing changes in it, else bytes of *out.
 */
static gw_result rewrite_answer(struct exchange *x, struct slice body, struct buf *out,
                                struct slice *text)
{
    struct json_limits limits = *json_limits_default();
    struct json_doc doc;
    struct json_fault fault;
    struct walk_count count;
    struct whole w = {.x = x};
    limits.lone_surrogates = true;
    arena_free(x->scratch);
    x->scratch = arena_new_from(&x->gate->arenas, x->gate->limits.answer_body * 12 + (64u << 20));
    if (x->scratch == NULL)
        return gw_is(GW_NO_MEMORY);
    x->rules.arena = x->scratch;
    TRY(json_scan(body, &limits, x->scratch, &doc, &fault));
    if (doc.has_duplicate_key)
        return gw_is(GW_BAD);
    w.doc = &doc;
    if (policy_has_tool_rules(x->gate->policy) || calls_are_checked(x))
        TRY(x->route->dialect->each_call(&doc, take_call, &w));
    TRY(walk_body(&doc, x->route->dialect->answer_rules, x->scratch, take_leaf, &w, &count));
    if (w.count > 0)
        TRY(x->route->dialect->each_echo(&doc, take_echo, &w));
    x->route->dialect->read_answer(&doc, &x->stream);
    *text = body;
    if (w.count == 0)
        return gw_is(GW_OK);
    TRY(string_splice(body, w.edits, w.count, out));
    *text = buf_slice(out);
    return gw_is(GW_OK);
}

/* A whole answer that a rule stopped: in the rule's own words, as a request would be. */
static void refuse_by_policy(struct exchange *x)
{
    struct slice message = x->answer_message.len > 0
                               ? x->answer_message
                               : SLICE_LIT("The model's answer was stopped by policy.");
    capture_unsay(x);
    move_refuse(x, WHY_POLICY_BLOCK, x->answer_as_answer ? 200 : 403, "policy_blocked", message);
}

/* An answer that could not be read or is larger than it may be. */
static void fail_whole(struct exchange *x, gw_result r, bool is_bomb)
{
    if (r.code == GW_NO_MEMORY)
        fail(x, WHY_NO_MEMORY, "Out of memory.");
    else if (x->answer_status == 429 || x->answer_status == 503)
        move_refuse(x, WHY_UPSTREAM_STATUS, x->answer_status, "upstream_busy",
                    SLICE_LIT("The model's server is busy."));
    else if (is_bomb)
        fail(x, WHY_UPSTREAM_LARGE, "The model's answer is too large.");
    else
        fail(x, WHY_UPSTREAM_BAD, "The model's server sent an answer that cannot be read.");
}

/* It waits in the tail until the end record is durable. */
static void end_whole(struct exchange *x, struct slice text)
{
    x->why = x->answer_status >= 400 ? WHY_UPSTREAM_STATUS : WHY_DONE;
    x->answer_bytes = text.len;
    /* the ceiling of the tail is for streams: a whole answer waits in its own buffer's size */
    x->tail.ceiling = x->gate->limits.answer_body * 2 + 65536;
    buf_reserve(&x->tail, text.len + REPLY_HEAD);
    reply_head(x, x->answer_status, "application/json", (int64_t)text.len, &x->tail);
    gw_result r = x->tail.failed ? gw_is(GW_NO_MEMORY) : buf_add(&x->tail, text);
    if (r.code == GW_TOO_BIG) {
        fail(x, WHY_UPSTREAM_LARGE, "The model's answer is too large.");
    } else if (!gw_ok(r)) { /* a body never goes without its head */
        fail(x, WHY_NO_MEMORY, "Out of memory.");
    } else {
        x->answered = true;
        enum why why = x->why;
        move_end(x, why);
        x->is_cut = false;
    }
}

static void answer_whole(struct exchange *x)
{
    struct slice body = buf_slice(&x->answer), text;
    const struct head_field *coding = head_field(x->answer_head, "content-encoding");
    struct buf plain, out;
    buf_init(&plain, x->gate->limits.answer_body);
    buf_use(&plain, &x->gate->bufs);
    buf_init(&out, x->gate->limits.answer_body * 2);
    buf_use(&out, &x->gate->bufs);
    gw_result r = coding == NULL ? gw_is(GW_OK) : coding_decode(coding->value, body, &plain);
    bool is_bomb = r.code == GW_TOO_BIG;
    if (r.code == GW_REFUSED) /* a coding that nobody asked for; no rule refused anything */
        r = gw_is(GW_BAD);
    capture_heard(x, coding == NULL || !gw_ok(r) ? body : buf_slice(&plain));
    if (gw_ok(r))
        r = rewrite_answer(x, coding == NULL ? body : buf_slice(&plain), &out, &text);
    if (r.code == GW_REFUSED || x->answer_blocked)
        refuse_by_policy(x);
    else if (!gw_ok(r))
        fail_whole(x, r, is_bomb);
    else
        end_whole(x, text);
    buf_free(&plain);
    buf_free(&out);
    buf_free(&x->answer); /* while the caller reads, only what goes out is there */
    arena_free(x->scratch);
    x->scratch = x->rules.arena = NULL;
}

static void body_is_whole(struct exchange *x)
{
    x->upstream_done = true;
    if (x->state >= XCHG_SETTLE)
        return;
    if (!x->is_streaming) {
        answer_whole(x);
        return;
    }
    stream_finish(x, true);
    x->upstream_broken |= x->state < XCHG_SETTLE; /* it said itself that it broke off */
    enum why why = x->answer_body.framing == FRAMING_CLOSE ? WHY_UPSTREAM_GONE : WHY_UPSTREAM_BAD;
    move_refuse(x, why, 502, "upstream_error",
                SLICE_LIT("The model's server broke off its answer."));
}

static void take_piece(struct exchange *x, struct slice piece)
{
    if (x->is_streaming) {
        capture_heard(x, piece);
        if (!gw_ok(stream_feed(x, piece)))
            fail(x, WHY_UPSTREAM_BAD, "The model's server sent a stream that cannot be read.");
    } else if (!gw_ok(buf_add(&x->answer, piece))) {
        fail(x, WHY_UPSTREAM_LARGE, "The model's answer is too large.");
    }
}

static void feed_body(struct exchange *x, struct slice *in)
{
    struct slice piece;
    const char *reason;
    while (!x->answer_body.done && x->state < XCHG_SETTLE) {
        gw_result r = body_feed(&x->answer_body, in, &piece, &reason);
        if (r.code == GW_AGAIN)
            return;
        if (gw_ok(r))
            take_piece(x, piece);
        else
            fail(x, WHY_UPSTREAM_BAD, "The model's server broke its framing.");
    }
}

/* The answer ended by its own terminator: does the body end here too? Then the connection may stay.
 */
static void drain_body(struct exchange *x, struct slice *in)
{
    struct slice piece;
    const char *reason;
    while (!x->answer_body.done && gw_ok(body_feed(&x->answer_body, in, &piece, &reason)))
        if (piece.len > 0)
            break;
    x->upstream_done = x->answer_body.done;
}

/* A stream that drips is a stalled one: it moves by whole events (stream.c says so) or by KiB. A
 * whole answer moves by any byte, for there are upstreams that send white space while they think.
 */
static void hear(struct exchange *x, size_t n)
{
    x->unheard_bytes += n;
    if (x->is_streaming && x->unheard_bytes < 1024)
        return;
    x->heard_ns = clock_mono_ns(x->gate->clock);
    x->unheard_bytes = 0;
}

void relay_feed(struct exchange *x, struct slice bytes, size_t *used)
{
    struct slice in = bytes;
    hear(x, bytes.len);
    while (!x->has_answer_head && in.len > 0 && x->state < XCHG_SETTLE)
        in = slice_from(in, feed_head(x, in));
    *used = bytes.len;
    if (!x->has_answer_head)
        return;
    feed_body(x, &in);
    if (!gw_ok(series_end(x)))
        fail(x, WHY_UPSTREAM_BAD, "The model's server sent a stream that cannot be read.");
    if (x->state >= XCHG_SETTLE && !x->answer_body.done)
        drain_body(x, &in);
    if (in.len > 0 && x->answer_body.done && !x->upstream_broken) {
        x->upstream_broken = true; /* bytes behind the end: dropped, the connection with them */
        x->gate->counters.excess++;
    }
    if (x->answer_body.done && !x->upstream_done)
        body_is_whole(x);
}

void relay_upstream_ended(struct exchange *x, bool is_clean)
{
    x->upstream_broken = true;
    bool is_mute = !x->has_answer_head && x->answer_head_bytes.len == 0 && x->events == 0;
    int64_t since_ns = clock_mono_ns(x->gate->clock) - x->entered_ns;
    bool is_untouched = x->state == XCHG_FORWARD || since_ns <= (int64_t)STALE_MS * 1000000;
    bool is_stale = is_mute && !x->is_fresh && is_untouched;
    if (is_stale && !x->always_new) {
        x->always_new = true; /* an idle connection that was stale: once more on a new one */
        x->detail.retries++;
        x->connected = x->sent_any = x->upstream_broken = false;
        forward_drop(x);
        if (x->state == XCHG_RELAY)
            move_to(x, XCHG_FORWARD);
        return;
    }
    if (x->has_answer_head && is_clean && gw_ok(body_end(&x->answer_body))) {
        if (!x->upstream_done)
            body_is_whole(x);
        return;
    }
    fail(x, WHY_UPSTREAM_GONE, "The model's server ended the connection too early.");
}

enum xchg_next relay_step(struct exchange *x)
{
    (void)x; /* moved by relay_feed(), relay_upstream_ended() and the clock */
    return XCHG_WAIT;
}
