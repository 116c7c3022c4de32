/* proxy/gate/exchange.c - the step table of one exchange: read it as the table of contents of this
 * folder. Nothing in it calls back up here.
 *
 * Knows who waits for whom; move.c knows which step may follow which. The work is done in the files
 * that the steps name. Owned by its maker; exchange_free() wipes all buffers. Never logs content.
 */
#include "proxy/base/base.h"
#include "proxy/gate/exchange.h"
#include "proxy/gate/burden.h"
#include "proxy/gate/move.h"
#include "proxy/gate/settle.h"
#include "proxy/gate/series.h"
#include "proxy/gate/seams.h"
#include "proxy/gate/state.h"

typedef enum xchg_next step(struct exchange *x);
static enum xchg_next decide_step(struct exchange *x);
static enum xchg_next begin_step(struct exchange *x);
static enum xchg_next flush_step(struct exchange *x);
static enum xchg_next dead_step(struct exchange *x);
/* clang-format off */
static step *const steps[XCHG_STATES] = {
    [XCHG_INTAKE]  = intake_step,
    [XCHG_INSPECT] = inspect_step,
    [XCHG_DECIDE]  = decide_step,
    [XCHG_BEGIN]   = begin_step,
    [XCHG_ASK]     = ask_step,
    [XCHG_FORWARD] = forward_step,
    [XCHG_RELAY]   = relay_step,
    [XCHG_SETTLE]  = settle_step,
    [XCHG_FLUSH]   = flush_step,
    [XCHG_DEAD]    = dead_step,
};
/* clang-format on */

static void run(struct exchange *x)
{
    enum xchg_next next;
    do {
        next = steps[x->state](x);
    } while (next == XCHG_MORE);
    burden_note(x, ask_held(x) + capture_held(x), false);
}

/* In builds with sanitizers none is kept, so that they see every use of what is gone. */
enum { SPARES_MOST = 64 };

/* Zeroed, as what ended was wiped. */
static struct exchange *take_spare(struct gate *g)
{
    struct exchange *x = g->spares;
    if (x == NULL)
        return calloc(1, sizeof *x);
    g->spares = x->spare;
    g->spare_count--;
    x->spare = NULL;
    return x;
}

static void keep_spare(struct gate *g, struct exchange *x)
{
    secret_wipe(x, sizeof *x);
    if (BULLA_SANITIZED || g->spare_count == SPARES_MOST) {
        free(x);
        return;
    }
    x->spare = g->spares;
    g->spares = x;
    g->spare_count++;
}

enum { BUFS = 11 };

static void list_bufs(struct exchange *x, struct buf *out[BUFS])
{
    struct buf *const all[BUFS] = {
        &x->head_bytes, &x->body_bytes, &x->decoded,           &x->to_upstream,
        &x->to_client,  &x->tail,       &x->answer_head_bytes, &x->answer,
        &x->record,     &x->edited,     &x->call_hold};
    memcpy(out, all, sizeof all);
}

struct exchange *exchange_new(struct gate *gate, const struct exchange_peer *peer)
{
    size_t ceiling = gate->limits.request_body * 12 + gate->limits.answer_body + (64u << 20);
    struct arena *arena = arena_new_from(&gate->arenas, ceiling);
    struct exchange *x = arena == NULL ? NULL : take_spare(gate);
    if (x == NULL) {
        arena_free(arena);
        return NULL;
    }
    x->magic = EXCHANGE_MAGIC;
    x->gate = gate;
    x->arena = arena;
    x->peer = peer;
    x->born_ns = x->entered_ns = x->moved_ns = clock_mono_ns(gate->clock);
    record_xid(clock_wall_us(gate->clock), &gate->random, x->xid);
    buf_init(&x->head_bytes, HEAD_BYTES_MAX + 1);
    buf_init(&x->body_bytes, gate->limits.request_body);
    buf_init(&x->decoded, gate->limits.request_body);
    buf_init(&x->to_upstream, gate->limits.request_body * 2 + 65536);
    buf_init(&x->edited, gate->limits.request_body * 2);
    buf_init(&x->to_client, gate->limits.answer_body * 2 + gate->limits.event * 3 + XCHG_HELD);
    buf_init(&x->tail, gate->limits.event * 3 + XCHG_HELD + 65536);
    buf_init(&x->answer_head_bytes, HEAD_BYTES_MAX + 1);
    buf_init(&x->answer, gate->limits.answer_body);
    buf_init(&x->record, RECORD_MESSAGE_MAX + RECORD_SEALED_MAX + 1024);
    capture_init(x);
    buf_init(&x->call_hold, gate->limits.event * 4);
    sse_init(&x->sse, gate->limits.event);
    struct buf *bufs[BUFS];
    list_bufs(x, bufs);
    for (size_t i = 0; i < BUFS; i++)
        buf_use(bufs[i], &gate->bufs);
    return x;
}

void exchange_free(struct exchange *x)
{
    if (x == NULL)
        return;
    assert(x->magic == EXCHANGE_MAGIC);
    burden_note(x, 0, true);
    for (struct xchg_window *w = x->windows, *next; w != NULL; w = next) {
        next = w->next;
        window_free(&w->window);
        free(w);
    }
    struct buf *bufs[BUFS];
    list_bufs(x, bufs);
    for (size_t i = 0; i < BUFS; i++)
        buf_free(bufs[i]);
    ask_free(x);
    sse_free(&x->sse);
    capture_free(x);
    alike_free(x);
    series_free(x);
    if (x->text.arena != NULL)
        text_free(&x->text);
    seams_free(x->seams);
    calls_free(x);
    arena_free(x->scratch);
    arena_free(x->arena);
    keep_spare(x->gate, x);
}

static void feed_upstream(struct exchange *x, struct slice bytes, size_t *used)
{
    bool is_tail = x->has_answer_head && x->state == XCHG_SETTLE; /* ends the body there too? */
    if (x->state == XCHG_ASK)
        ask_feed(x, bytes, used);
    else if (x->state == XCHG_RELAY || x->state == XCHG_FORWARD || is_tail)
        relay_feed(x, bytes, used);
    else
        *used = bytes.len; /* behind the end: not read, the connection is not used again */
}

void exchange_feed(struct exchange *x, enum xchg_side from, struct slice bytes, size_t *used)
{
    *used = 0;
    if (from == SIDE_CLIENT && bytes.len > 0 && exchange_is_idle(x))
        x->born_ns = x->entered_ns =
            clock_mono_ns(x->gate->clock); /* the wait before is nobody's */
    if (from == SIDE_CLIENT && x->state == XCHG_INTAKE)
        intake_feed(x, bytes, used);
    else if (from == SIDE_UPSTREAM)
        feed_upstream(x, bytes, used);
    if (*used > 0)
        x->moved_ns = clock_mono_ns(x->gate->clock);
    run(x);
}

void exchange_end(struct exchange *x, enum xchg_side side, bool is_clean)
{
    if (side == SIDE_CLIENT) {
        x->client_gone = true;
        x->keep_client = false;
        if (x->state == XCHG_INTAKE && x->client_bytes == 0 && x->head_bytes.len == 0)
            move_to(x, XCHG_DEAD); /* an idle connection went: no exchange was begun */
        else
            move_end(x, WHY_CLIENT_GONE);
    } else if (x->state == XCHG_ASK) {
        ask_upstream_ended(x, is_clean);
    } else if (x->state == XCHG_RELAY || x->state == XCHG_FORWARD) {
        relay_upstream_ended(x, is_clean);
    }
    run(x);
}

size_t exchange_upstream(const struct exchange *x, bool *always_new)
{
    if (x->state == XCHG_ASK)
        return ask_upstream(x, always_new);
    *always_new = x->always_new;
    return x->candidates[x->candidate];
}

struct reached *exchange_reached(struct exchange *x)
{
    return &x->detail.up;
}

void exchange_connected(struct exchange *x, bool is_fresh)
{
    size_t used;
    x->connected = true;
    x->is_guards = x->state == XCHG_ASK;
    x->guard_keeps = false;
    x->guard_status = 0;
    x->is_fresh = is_fresh;
    exchange_feed(x, SIDE_UPSTREAM, (struct slice){NULL, 0}, &used);
}

void exchange_unconnected(struct exchange *x, enum why why)
{
    size_t used;
    if (x->state == XCHG_ASK)
        ask_unconnected(x, why);
    else if (x->state != XCHG_FORWARD || forward_to_next(x, why))
        return;
    exchange_feed(x, SIDE_UPSTREAM, (struct slice){NULL, 0}, &used);
}

/* What of the upstream: nothing but between ASK and SETTLE. */
static unsigned want_upstream(const struct exchange *x)
{
    bool room = x->to_client.len < XCHG_RELAY_ROOM;
    if ((x->state == XCHG_FORWARD || x->state == XCHG_ASK) && !x->connected)
        return WANT_CONNECT;
    if (x->state < XCHG_ASK || x->state > XCHG_SETTLE || !x->connected)
        return 0;
    return (forward_owes(x) ? WANT_UP_OUT : 0u) | (room && !x->upstream_done ? WANT_UP_IN : 0u);
}

unsigned exchange_want(const struct exchange *x)
{
    return want_upstream(x) | (x->to_client.len > 0 && !x->client_gone ? WANT_CLIENT_OUT : 0u) |
           (x->state == XCHG_INTAKE ? WANT_CLIENT_IN : 0u) |
           (x->state == XCHG_INSPECT ? WANT_TURN : 0u) | (x->record_waits ? WANT_RECORD : 0u);
}

struct slice exchange_output(const struct exchange *x, enum xchg_side to)
{
    return to == SIDE_CLIENT ? buf_slice(&x->to_client) : forward_output(x);
}

void exchange_sent(struct exchange *x, enum xchg_side to, size_t n)
{
    if (to == SIDE_UPSTREAM)
        forward_sent(x, n);
    else
        buf_consume(&x->to_client, n);
    if (to == SIDE_CLIENT && x->to_client.len == 0 && n > 0)
        buf_free(&x->to_client); /* an exchange that waits holds no buffers */
    x->moved_ns = clock_mono_ns(x->gate->clock);
    if (to == SIDE_UPSTREAM && n > 0)
        x->sent_any = true;
    if (to == SIDE_CLIENT)
        x->gate->counters.bytes_out += n;
    run(x);
}

void exchange_turn(struct exchange *x)
{
    run(x);
}

struct slice exchange_record(const struct exchange *x)
{
    return buf_slice(&x->record);
}

void exchange_record_sent(struct exchange *x)
{
    settle_sent(x);
    run(x);
}

bool exchange_awaits_record(const struct exchange *x)
{
    return x->record_out;
}

bool exchange_may_go_unrecorded(const struct exchange *x)
{
    return x->passes && x->durability == RECORD_ASYNC;
}

bool exchange_knows_begin(const struct exchange *x)
{
    return x->knows_begin;
}

void exchange_recorded(struct exchange *x, bool is_durable, uint64_t seq)
{
    settle_recorded(x, is_durable, seq);
    run(x);
}

void exchange_unlogged(struct exchange *x)
{
    assert(!x->record_out);
    settle_unlogged(x);
    run(x);
}

bool exchange_is_begun(const struct exchange *x)
{
    return x->has_begin;
}

void exchange_tell_drain(struct exchange *x)
{
    if (x->is_streaming)
        stream_note(x, SLICE_LIT(": draining\n"));
    run(x);
}

static enum xchg_next decide_step(struct exchange *x)
{
    if (x->route->api == API_MODELS) {
        if (!reply_models(x)) {
            move_refuse(x, WHY_NO_MEMORY, 503, "server_error", SLICE_LIT("Out of memory."));
            return XCHG_MORE;
        }
        move_end(x, WHY_DONE);
        x->is_cut = false; /* whole, in the tail */
        return XCHG_MORE;
    }
    arena_limit(x->arena, burden_room(x));
    behalf_body(x);
    if (!gw_ok(decide_request(x, NULL, NULL)))
        return XCHG_MORE;
    settle_choose(x);
    x->out_is_begin = true;
    if (!account_begin(x)) {
        x->out_is_begin = false;
        move_refuse(x, WHY_INTERNAL, 500, "server_error", SLICE_LIT("No record could be made."));
        return XCHG_MORE;
    }
    arena_limit(x->arena, SIZE_MAX); /* what is begun goes on */
    x->record_waits = true;
    x->gate->counters.begun++;
    move_to(x, XCHG_BEGIN);
    return XCHG_MORE;
}

static enum xchg_next begin_step(struct exchange *x)
{
    (void)x;
    return XCHG_WAIT;
}

static enum xchg_next flush_step(struct exchange *x)
{
    if (x->to_client.len > 0 && !x->client_gone)
        return XCHG_WAIT;
    move_to(x, XCHG_DEAD);
    return XCHG_MORE;
}

static enum xchg_next dead_step(struct exchange *x)
{
    (void)x; /* the owner frees it after this turn of the loop, never here */
    return XCHG_DONE;
}

void exchange_kill(struct exchange *x, enum why why)
{
    move_end(x, why);
}

static bool is_late(const struct exchange *x, int64_t since_ns, unsigned ms)
{
    return clock_mono_ns(x->gate->clock) - since_ns > (int64_t)ms * 1000000;
}

/* A limit of ours has passed: a stream says so in its last event, before it is cut. */
static void run_out(struct exchange *x, enum why why, const char *code, struct slice message)
{
    const struct llm_refusal late = {504, code, message, slice_str(x->xid)};
    if (x->is_streaming)
        stream_fail(x, &late);
    move_refuse(x, why, 504, code, message);
}

static void tick_upstream(struct exchange *x)
{
    const struct gate_limits *limits = &x->gate->limits;
    bool is_silent = x->has_answer_head && x->to_client.len == 0;
    if (is_late(x, x->born_ns, limits->stream_ms))
        run_out(x, WHY_STREAM_TIMEOUT, "timeout", SLICE_LIT("The exchange took too long."));
    else if (!x->has_answer_head && is_late(x, x->entered_ns, limits->first_byte_ms))
        run_out(x, WHY_UPSTREAM_TIMEOUT, "upstream_timeout",
                SLICE_LIT("The model's server did not answer in time."));
    else if (is_silent && is_late(x, x->heard_ns, limits->between_ms))
        run_out(x, WHY_UPSTREAM_TIMEOUT, "upstream_timeout",
                SLICE_LIT("The model's server stopped answering."));
    else if (x->is_streaming)
        stream_tick(x, clock_mono_ns(x->gate->clock));
}

void exchange_tick(struct exchange *x)
{
    const struct gate_limits *limits = &x->gate->limits;
    if (x->state == XCHG_INTAKE && !exchange_is_idle(x)) {
        unsigned ms = x->has_head ? limits->body_ms : limits->head_ms;
        if (is_late(x, x->has_head ? x->body_ns : x->born_ns, ms) ||
            is_late(x, x->born_ns, limits->stream_ms))
            move_refuse(x, WHY_CLIENT_SLOW, 408, "timeout",
                        SLICE_LIT("The request came too slowly."));
    } else if (x->state == XCHG_FORWARD || x->state == XCHG_RELAY) {
        tick_upstream(x);
    } else if (x->state == XCHG_ASK) {
        ask_tick(x);
    }
    if ((x->state == XCHG_FLUSH || x->state == XCHG_RELAY) && x->to_client.len > 0 &&
        is_late(x, x->moved_ns, limits->between_ms))
        move_end(x, WHY_CLIENT_SLOW);
    run(x);
}

bool exchange_is_over(const struct exchange *x)
{
    return x->state == XCHG_DEAD;
}

bool exchange_is_idle(const struct exchange *x)
{
    return x->state == XCHG_INTAKE && x->client_bytes == 0;
}

bool exchange_keeps(const struct exchange *x, enum xchg_side side)
{
    if (side == SIDE_CLIENT)
        return x->keep_client && !x->is_cut && !x->client_gone;
    if (x->is_guards)
        return x->guard_keeps;
    return x->upstream_done && !x->upstream_broken && !forward_owes(x) && x->answer_keeps;
}

bool exchange_is_cut(const struct exchange *x)
{
    return x->is_cut;
}

bool exchange_is_stream(const struct exchange *x)
{
    return x->is_streaming;
}

unsigned exchange_status(const struct exchange *x)
{
    if (x->is_guards)
        return x->guard_status;
    return x->has_answer_head ? x->answer_status : 0;
}

enum why exchange_why(const struct exchange *x)
{
    return x->why;
}

const char *exchange_state_word(const struct exchange *x)
{
    return move_word(x->state);
}
