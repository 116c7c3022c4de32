/* proxy/gate/ask.c - see ask.h.
 *
 * Texts go out one after the other, long ones in pieces that overlap; the first that is unsafe
 * ends it. Verdicts of whole texts are remembered by fingerprint (redact/seen.h): a conversation
 * repeats its turns, and each is asked about once. */
#include "proxy/base/base.h"
#include "proxy/gate/ask.h"
#include "proxy/base/utf8.h"
#include "proxy/gate/move.h"
#include "proxy/gate/state.h"
#include "proxy/gate/turns.h"
#include "proxy/http/parse.h"

/* OVERLAP: of two pieces of one text. ANSWER_BYTES: a verdict is short, whatever frames it. */
enum { OVERLAP = 200, ANSWER_BYTES = 65536, QUESTION_BYTES = 262144 };

struct ask {
    size_t guard, upstream;
    const struct policy_guard *of;
    const struct guard_row *row;
    int64_t began_ns;
    enum turn turn; /* the new ones first: they decide more */
    size_t leaf; /* the one at hand; its text with labels, and what of it no question held yet: */
    struct slice text, left;
    struct seen_mark mark;            /* of it */
    bool has_mark, is_asking;         /* a question is out */
    bool is_retry, has_head, is_mute; /* mute: no byte came yet for this question */
    struct head head;
    struct body body;
    struct buf head_bytes, answer;
};

enum guard_said ask_worst(const struct ask_note *note)
{
    static const uint8_t worst[] = {SAID_UNSAFE, SAID_FAILED, SAID_SAFE};
    for (size_t i = 0; i < GW_COUNT(worst); i++)
        if (memchr(note->said, worst[i], TURN_COUNT) != NULL)
            return (enum guard_said)worst[i];
    return SAID_NOTHING;
}

/* The guard that is asked next; POLICY_GUARDS: none is wanted. */
static size_t next_guard(const struct exchange *x)
{
    size_t i = 0;
    while (i < POLICY_GUARDS && !x->verdict.asks[i].is_wanted)
        i++;
    return i;
}

bool ask_is_wanted(const struct exchange *x)
{
    return next_guard(x) < POLICY_GUARDS;
}

void ask_free(struct exchange *x)
{
    if (x->ask == NULL)
        return;
    buf_free(&x->ask->head_bytes);
    buf_free(&x->ask->answer);
    x->ask = NULL;
}

uint64_t ask_held(const struct exchange *x)
{
    return x->ask == NULL ? 0 : x->ask->head_bytes.cap + x->ask->answer.cap;
}

static void count(struct exchange *x, const struct ask_note *note)
{
    struct gate_counters *c = &x->gate->counters;
    c->guard_safe += ask_worst(note) == SAID_SAFE;
    c->guard_unsafe += ask_worst(note) == SAID_UNSAFE;
    c->guard_failed += ask_worst(note) == SAID_FAILED;
    c->guard_questions += note->questions;
}

static unsigned elapsed_ms(const struct exchange *x)
{
    return (unsigned)((clock_mono_ns(x->gate->clock) - x->ask->began_ns) / 1000000);
}

/* The guard is done with: the policy is asked again, and the exchange goes on, or does not. */
static void finish(struct exchange *x, enum guard_said said, const char *fault)
{
    struct ask_note *note = &x->asked[x->ask->guard];
    for (unsigned t = 0; t < TURN_COUNT; t++) /* what was done with before it was safe */
        note->said[t] = (uint8_t)(t < (unsigned)x->ask->turn ? SAID_SAFE : said);
    note->fault = fault;
    note->ms = elapsed_ms(x);
    count(x, note);
    x->guard_keeps = x->guard_keeps && fault == NULL;
    x->connected = x->sent_any = x->always_new = false;
    forward_drop(x);
    ask_free(x);
    if (gw_ok(decide_request(x, NULL, NULL)) && !ask_is_wanted(x))
        move_to(x, XCHG_FORWARD);
}

static void fail(struct exchange *x, const char *fault)
{
    finish(x, SAID_FAILED, fault);
}

/* --- the texts -------------------------------------------------------------------------------- */

static bool is_in_band(const struct exchange *x, size_t leaf)
{
    const struct ask *a = x->ask;
    return turns_of(x, leaf) == a->turn && turns_reach(x, leaf, &x->verdict.asks[a->guard].scope);
}

/* A leaf with each finding as [ENTITY]. */
static gw_result label(struct exchange *x, size_t leaf, struct slice *out)
{
    const struct text_leaf *l = &x->text.leaves[leaf];
    struct slice flat = buf_slice(&x->text.flat);
    struct buf b;
    size_t at = l->start;
    buf_init(&b, (size_t)(l->end - l->start) * 8 + 1024);
    for (size_t i = 0; i < x->found.count; i++) {
        const struct finding *f = &x->found.findings[i];
        if (f->is_allowed || f->start < at || f->end > l->end)
            continue;
        buf_put(&b, slice_cut(flat, at, f->start));
        buf_put_str(&b, "[");
        buf_put(&b, f->entity);
        buf_put_str(&b, "]");
        at = f->end;
    }
    buf_put(&b, slice_cut(flat, at, l->end));
    gw_result r = buf_result(&b);
    *out = gw_ok(r) ? arena_copy(x->arena, buf_slice(&b)) : slice_of(NULL, 0);
    buf_free(&b);
    return gw_ok(r) && out->at == NULL ? gw_is(GW_NO_MEMORY) : r;
}

/* The same text, asked of the same model in the same way, for the same caller. */
static void mark(struct exchange *x)
{
    struct ask *a = x->ask;
    const struct slice parts[] = {a->of->upstream, a->of->model, slice_str(a->row->name),
                                  x->tenant,       x->app,       a->text};
    a->has_mark = x->gate->seen != NULL && a->text.len <= SEEN_MOST;
    if (a->has_mark)
        a->mark = seen_mark(x->gate->seen, parts, GW_COUNT(parts));
}

/* What this guard said of this text before; SAID_NOTHING: that is not known. */
static enum guard_said remembered(struct exchange *x)
{
    struct finding none[SEEN_FINDINGS];
    struct attack said = {.score = SAID_NOTHING};
    size_t n = 0;
    mark(x);
    if (!x->ask->has_mark || !seen_find(x->gate->seen, &x->ask->mark, none, &n, &said))
        return SAID_NOTHING;
    return said.score == SAID_SAFE || said.score == SAID_UNSAFE ? (enum guard_said)said.score
                                                                : SAID_NOTHING;
}

static void remember(struct exchange *x, enum guard_said said)
{
    const struct attack verdict = {.score = (uint16_t)said};
    if (x->ask->has_mark)
        seen_keep(x->gate->seen, &x->ask->mark, NULL, 0, verdict);
}

/* The text at hand, when nobody knows of it. False: it is known, or all is finished. */
static bool take_text(struct exchange *x)
{
    struct ask *a = x->ask;
    if (!gw_ok(label(x, a->leaf, &a->text))) {
        fail(x, "no-memory");
        return false;
    }
    enum guard_said known = remembered(x);
    a->left = a->text;
    x->asked[a->guard].remembered += known != SAID_NOTHING;
    if (known == SAID_UNSAFE)
        finish(x, SAID_UNSAFE, NULL);
    return known == SAID_NOTHING;
}

/* The next text of the band that nobody knows of. False: finished, or no memory. */
static bool next_text(struct exchange *x)
{
    struct ask *a = x->ask;
    const struct ask_note *note = &x->asked[a->guard];
    for (; a->turn < TURN_COUNT; a->turn++, a->leaf = 0) {
        for (; a->leaf < x->text.count; a->leaf++) {
            if (!is_in_band(x, a->leaf))
                continue;
            if (take_text(x))
                return true;
            if (x->ask == NULL)
                return false;
        }
    }
    /* a verdict on nothing is none */
    a->turn = TURN_NEW;
    if (note->questions + note->remembered == 0)
        fail(x, "no-text");
    else
        finish(x, SAID_SAFE, NULL);
    return false;
}

/* As much of the text as one question may hold, cut between two characters. */
static struct slice next_piece(const struct ask *a)
{
    size_t n = a->left.len < a->row->most ? a->left.len : a->row->most;
    while (n < a->left.len && n > 1 && utf8_is_tail(a->left.at[n]))
        n--;
    return slice_cut(a->left, 0, n);
}

/* The piece is answered for; the next one repeats a little of it. */
static void pass_piece(struct ask *a)
{
    size_t n = next_piece(a).len;
    if (n < a->left.len) {
        n -= OVERLAP;
        while (n > 1 && utf8_is_tail(a->left.at[n]))
            n--;
    }
    a->left = slice_from(a->left, n);
}

/* --- the question ----------------------------------------------------------------------------- */

static gw_result put_body(struct exchange *x, struct buf *out)
{
    const struct ask *a = x->ask;
    struct slice own = x->gate->upstreams[a->upstream].model;
    const struct guard_question q = {
        .model = a->of->model.len > 0 ? a->of->model : own,
        .text = next_piece(a),
        .is_data = x->text.leaves[a->leaf].role == ROLE_TOOL,
        .mark = slice_str(x->xid), /* the caller does not know it before its answer */
    };
    return a->row->put(&q, out);
}

static gw_result put_question(struct exchange *x)
{
    const struct gate_upstream *u = &x->gate->upstreams[x->ask->upstream];
    struct buf body, *out = &x->to_upstream;
    buf_init(&body, QUESTION_BYTES);
    gw_result r = put_body(x, &body);
    buf_put_str(out, "POST ");
    buf_put(out, u->prefix);
    buf_put_str(out, x->ask->row->path);
    buf_put_str(out, " HTTP/1.1\r\nhost: ");
    buf_put(out, u->authority);
    buf_put_str(out, "\r\ncontent-type: application/json\r\naccept: application/json"
                     "\r\naccept-encoding: identity\r\nuser-agent: bulla\r\n");
    if (gw_ok(r) && u->key.len > 0)
        r = dialect_from(SLICE_LIT("openai"))->put_credential(u->key, out);
    buf_put_str(out, "content-length: ");
    buf_put_u64(out, body.len);
    buf_put_str(out, "\r\n\r\n");
    buf_put(out, buf_slice(&body));
    buf_free(&body);
    return gw_ok(r) ? buf_result(out) : r;
}

static void ask_again(struct exchange *x)
{
    struct ask *a = x->ask;
    a->is_asking = a->has_head = false;
    a->is_mute = true;
    buf_clear(&a->head_bytes);
    buf_clear(&a->answer);
}

/* Why this guard may not be asked at all; NULL: it may. */
static const char *forbids(const struct exchange *x, size_t upstream)
{
    if (upstream == SIZE_MAX || (x->gate->upstreams[upstream].apis & 1u << API_CHAT) == 0)
        return "not-served";
    /* as a fallback would: what stays in the house is not shown outside of it */
    return x->gate->upstreams[upstream].trust < x->gate->upstreams[x->candidates[0]].trust
               ? "not-trusted"
               : NULL;
}

static struct ask *new_ask(struct exchange *x, size_t guard)
{
    size_t n;
    struct ask *a = arena_zalloc(x->arena, sizeof *a);
    if (a == NULL)
        return NULL;
    a->guard = guard;
    a->of = &policy_guards(x->gate->policy, &n)[guard];
    a->row = guard_from(policy_format_word(a->of->format));
    a->upstream = gate_upstream_index(x->gate, a->of->upstream);
    a->began_ns = clock_mono_ns(x->gate->clock);
    a->is_mute = true;
    buf_init(&a->head_bytes, HEAD_BYTES_MAX + 1);
    buf_init(&a->answer, ANSWER_BYTES);
    assert(a->row != NULL);
    return a;
}

static void begin(struct exchange *x)
{
    size_t guard = next_guard(x);
    x->ask = new_ask(x, guard);
    if (x->ask == NULL) {
        move_refuse(x, WHY_NO_MEMORY, 503, "server_error", SLICE_LIT("Out of memory."));
        return;
    }
    x->asked[guard].rule = x->verdict.asks[guard].rule;
    const char *fault = forbids(x, x->ask->upstream);
    if (fault != NULL)
        fail(x, fault);
    else
        (void)next_text(x);
}

enum xchg_next ask_step(struct exchange *x)
{
    if (x->ask == NULL) {
        begin(x);
        return XCHG_MORE;
    }
    if (!x->connected || x->ask->is_asking)
        return XCHG_WAIT;
    if (!gw_ok(put_question(x))) {
        fail(x, "no-memory");
        return XCHG_MORE;
    }
    x->ask->is_asking = true;
    x->guard_keeps = false; /* until its answer is whole */
    x->asked[x->ask->guard].questions++;
    return XCHG_WAIT;
}

/* --- the answer ------------------------------------------------------------------------------- */

/* The whole answer is there. */
static void judge(struct exchange *x)
{
    struct ask *a = x->ask;
    struct guard_verdict v = {.is_unsafe = true};
    struct ask_note *note = &x->asked[a->guard];
    x->guard_keeps = a->head.keep_alive && a->body.framing != FRAMING_CLOSE && !forward_owes(x);
    if (a->head.status != 200) {
        fail(x, "status");
        return;
    }
    gw_result r = a->row->read(buf_slice(&a->answer), x->arena, &v);
    if (!gw_ok(r)) {
        fail(x, r.code == GW_NO_MEMORY ? "no-memory" : "unreadable");
        return;
    }
    if (v.is_unsafe) {
        memcpy(note->category, v.category, sizeof note->category);
        remember(x, SAID_UNSAFE);
        finish(x, SAID_UNSAFE, NULL);
        return;
    }
    pass_piece(a);
    ask_again(x);
    if (a->left.len == 0) {
        remember(x, SAID_SAFE);
        a->leaf++;
        if (!next_text(x))
            return;
    }
    x->connected = x->guard_keeps; /* else on another connection */
}

/* False: more is needed, or it failed. */
static bool take_head(struct exchange *x, struct slice *in)
{
    struct ask *a = x->ask;
    struct head_fault fault;
    size_t had = a->head_bytes.len, used = 0;
    struct slice take = slice_cut(*in, 0, HEAD_BYTES_MAX + 1 - had);
    a->head.count = 0;
    gw_result r = buf_add(&a->head_bytes, take);
    if (gw_ok(r))
        r = parse_response(buf_slice(&a->head_bytes), SLICE_LIT("POST"), &a->head, &used, &fault);
    *in = gw_ok(r) ? slice_from(*in, used - had) : slice_of(NULL, 0);
    if (r.code == GW_AGAIN)
        return false;
    if (!gw_ok(r) || a->head.status < 200) {
        fail(x, "unreadable");
        return false;
    }
    const struct head_field *coding = head_field(&a->head, "content-encoding");
    if (coding != NULL && !slice_is_nocase(coding->value, SLICE_LIT("identity"))) {
        fail(x, "unreadable");
        return false;
    }
    a->has_head = true;
    x->guard_status = a->head.status;
    body_init(&a->body, &a->head);
    return true;
}

void ask_feed(struct exchange *x, struct slice bytes, size_t *used)
{
    struct slice in = bytes, piece;
    const char *reason;
    struct ask *a = x->ask;
    *used = bytes.len;
    if (bytes.len == 0 || a == NULL)
        return;
    a->is_mute = false;
    if (!a->is_asking) { /* nothing was asked: whose answer is this? */
        fail(x, "unreadable");
        x->guard_keeps = false;
        return;
    }
    if (!a->has_head && !take_head(x, &in))
        return;
    while (!a->body.done) {
        gw_result r = body_feed(&a->body, &in, &piece, &reason);
        if (r.code == GW_AGAIN)
            return;
        if (gw_ok(r))
            r = buf_add(&a->answer, piece);
        if (!gw_ok(r)) {
            fail(x, r.code == GW_TOO_BIG ? "too-large" : "unreadable");
            return;
        }
    }
    if (in.len > 0) { /* bytes behind the end: the connection is not used again */
        a->head.keep_alive = false;
        x->gate->counters.excess++;
    }
    judge(x);
}

void ask_upstream_ended(struct exchange *x, bool is_clean)
{
    struct ask *a = x->ask;
    if (a == NULL)
        return;
    x->guard_keeps = false;
    if (a->has_head && is_clean && gw_ok(body_end(&a->body))) {
        judge(x);
    } else if (a->is_mute && !x->is_fresh && !a->is_retry) {
        a->is_retry = x->always_new = true; /* an idle connection that was stale */
        x->connected = false;
        forward_drop(x);
        ask_again(x);
    } else {
        fail(x, "broken-off");
    }
}

void ask_unconnected(struct exchange *x, enum why why)
{
    if (x->ask != NULL)
        fail(x, why == WHY_UPSTREAM_RESTS ? "rests" : "unreachable");
}

void ask_tick(struct exchange *x)
{
    if (x->ask != NULL && elapsed_ms(x) >= x->ask->of->within_ms)
        fail(x, "timeout");
}

size_t ask_upstream(const struct exchange *x, bool *always_new)
{
    *always_new = x->always_new;
    return x->ask->upstream;
}

gw_result ask_preview(struct exchange *x, size_t guard, struct buf *out)
{
    gw_result r = gw_is(GW_OK);
    struct ask *a = new_ask(x, guard);
    if (a == NULL)
        return gw_is(GW_NO_MEMORY);
    x->ask = a;
    for (; a->turn < TURN_COUNT; a->turn++, a->leaf = 0) {
        while (a->leaf < x->text.count && !is_in_band(x, a->leaf))
            a->leaf++;
        if (a->leaf < x->text.count)
            break;
    }
    if (a->turn < TURN_COUNT && a->upstream != SIZE_MAX) {
        r = label(x, a->leaf, &a->text);
        a->left = a->text;
        if (gw_ok(r))
            r = put_body(x, out);
    }
    ask_free(x);
    return r;
}
