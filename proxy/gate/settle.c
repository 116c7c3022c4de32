/* proxy/gate/settle.c - what an exchange may do before its records are durable, and without them.
 *
 * Strict exchanges wait for the begin before the first byte goes up and for the end before the last
 * one comes down. `sync` waits for the end only, `async` for neither. Where the route says `pass`,
 * an exchange goes on when nothing can be recorded, and is counted; refusals and exchanges that ask
 * a guard first are strict whatever the route says. Knows nothing of channels; owns nothing. */
#include "proxy/base/base.h"
#include "proxy/gate/settle.h"
#include "proxy/gate/move.h"

enum record_durability settle_wanted(const struct exchange *x, bool *passes)
{
    unsigned said = x->verdict.route_durability;
    enum record_durability dur = x->gate->durability;
    if (said != DURABILITY_UNSAID)
        dur = (enum record_durability)(said - DURABILITY_STRICT);
    else if (dur == RECORD_ASYNC && x->verdict.route_on_failure == ON_FAILURE_BLOCK)
        dur = RECORD_SYNC; /* the least that can block */
    *passes = policy_passes(&x->verdict) || dur == RECORD_ASYNC;
    return dur;
}

void settle_choose(struct exchange *x)
{
    x->durability = (uint8_t)settle_wanted(x, &x->passes);
    if (!ask_is_wanted(x))
        return;
    x->durability = RECORD_STRICT; /* what a guard says may lead it to a stricter route */
    x->passes = false;
}

/* The end is with the auditor, or nobody waits for it: the last bytes go. */
static void let_go(struct exchange *x)
{
    if (x->refusal.status != 0 && !x->answered && !x->client_gone)
        reply_refusal(x);
    else if (!x->client_gone && !gw_ok(buf_take(&x->to_client, &x->tail)))
        x->is_cut = true;
    buf_clear(&x->tail);
    move_to(x, XCHG_FLUSH);
}

/* The log is not there: what was not begun is refused, what runs is cut without a terminator. */
static void go_without_record(struct exchange *x)
{
    if (x->why == WHY_NONE || x->why == WHY_DONE)
        x->why = WHY_AUDIT_DOWN;
    x->gate->counters.unrecorded += !x->has_begin;
    if (!x->end_built) { /* nobody counted it */
        x->gate->counters.why[x->why]++;
        x->gate->counters.errors++;
    }
    buf_clear(&x->tail);
    if (x->is_streaming) {
        x->is_cut = true;
        buf_clear(&x->to_client);
    } else if (!x->client_gone) { /* nothing was sent yet, not even of a whole answer */
        x->keep_client = x->keep_client && !x->answered;
        x->refusal = (struct llm_refusal){503, "audit_unavailable",
                                          SLICE_LIT("The audit log cannot be written now."),
                                          slice_str(x->xid)};
        reply_refusal(x);
    }
    move_to(x, XCHG_FLUSH);
}

/* It goes on without a record, once counted. */
static void pass(struct exchange *x)
{
    x->gate->counters.unrecorded += !x->has_begin && !x->is_unrecorded;
    x->is_unrecorded = true;
}

static void go_on(struct exchange *x)
{
    if (x->state == XCHG_BEGIN)
        move_to(x, ask_is_wanted(x) ? XCHG_ASK : XCHG_FORWARD);
}

/* The begin's answer, of an exchange that may be anywhere by now. */
static void begin_answered(struct exchange *x, bool is_durable, uint64_t seq)
{
    x->out_is_begin = false;
    x->has_begin = is_durable;
    if (is_durable) {
        x->begin_seq = seq;
        x->knows_begin = true;
        go_on(x);
    } else if (x->passes) {
        pass(x);
        go_on(x);
    } else if (x->state == XCHG_BEGIN || x->state == XCHG_SETTLE) {
        go_without_record(x);
    } else {
        move_end(x, WHY_AUDIT_DOWN);
    }
}

static void end_answered(struct exchange *x, bool is_durable)
{
    if (!is_durable && !x->passes) {
        go_without_record(x);
        return;
    }
    if (!is_durable) {
        x->has_begin = x->knows_begin; /* the begin that came with it went with it */
        pass(x);
    }
    let_go(x);
}

void settle_sent(struct exchange *x)
{
    x->record_waits = false;
    x->record_out = true;
    if (x->durability == RECORD_STRICT)
        return;
    if (x->out_is_begin) {
        x->has_begin = true; /* it stands in front of the end, in the same channel */
        go_on(x);
    } else if (x->durability == RECORD_ASYNC && x->has_begin) {
        x->record_out = false;
        buf_clear(&x->record);
        let_go(x);
    }
}

void settle_recorded(struct exchange *x, bool is_durable, uint64_t seq)
{
    assert(x->record_out || x->record_waits);
    x->record_out = x->record_waits = false;
    buf_clear(&x->record);
    if (x->out_is_begin)
        begin_answered(x, is_durable, seq);
    else if (x->state == XCHG_SETTLE)
        end_answered(x, is_durable);
}

void settle_unlogged(struct exchange *x)
{
    if (!x->has_begin || x->state >= XCHG_SETTLE)
        return;
    if (x->passes)
        pass(x);
    else
        move_end(x, WHY_AUDIT_DOWN);
}

/* What is known of a begin under way: strict ones wait for its answer, the others need not. */
static bool waits_for_begin(const struct exchange *x)
{
    return x->record_waits || (x->record_out && (x->durability == RECORD_STRICT || x->end_built));
}

enum xchg_next settle_step(struct exchange *x)
{
    if (waits_for_begin(x) || x->end_built)
        return XCHG_WAIT; /* a begin record under way is answered first */
    x->record_out = x->out_is_begin = false;
    if (!account_end(x)) {
        go_without_record(x);
        return XCHG_MORE;
    }
    x->end_built = true;
    if (x->is_unrecorded) {
        buf_clear(&x->record);
        let_go(x);
        return XCHG_MORE;
    }
    x->record_waits = true;
    return XCHG_WAIT;
}
