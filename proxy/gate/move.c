/* proxy/gate/move.c - see move.h: which stretch may follow which, and the one place that moves. */
#include "proxy/base/base.h"
#include "proxy/gate/move.h"
#include "proxy/base/log.h"
#include "proxy/gate/state.h"

#define TO(state) (1u << XCHG_##state)
/* clang-format off */
static const struct stretch {
    const char *name;
    unsigned to; /* lawful moves */
} stretches[XCHG_STATES] = {
    [XCHG_INTAKE]  = { "intake",  TO(INSPECT) | TO(SETTLE) | TO(DEAD) },
    [XCHG_INSPECT] = { "inspect", TO(DECIDE) | TO(SETTLE) },
    [XCHG_DECIDE]  = { "decide",  TO(BEGIN) | TO(SETTLE) },
    [XCHG_BEGIN]   = { "begin",   TO(FORWARD) | TO(ASK) | TO(SETTLE) | TO(FLUSH) },
    [XCHG_ASK]     = { "ask",     TO(FORWARD) | TO(SETTLE) },
    [XCHG_FORWARD] = { "forward", TO(RELAY) | TO(SETTLE) },
    [XCHG_RELAY]   = { "relay",   TO(SETTLE) | TO(FORWARD) },
    [XCHG_SETTLE]  = { "settle",  TO(FLUSH) },
    [XCHG_FLUSH]   = { "flush",   TO(DEAD) },
    [XCHG_DEAD]    = { "dead",    0 },
};
/* clang-format on */
#undef TO

const char *move_word(enum xchg_state state)
{
    return stretches[state].name;
}

void move_to(struct exchange *x, enum xchg_state to)
{
    assert(x->magic == EXCHANGE_MAGIC);
    assert(stretches[x->state].to & (1u << to));
    LOGD("exchange.move", LOG_TEXT("xid", clear_word(x->xid)),
         LOG_TEXT("from", clear_word(stretches[x->state].name)),
         LOG_TEXT("to", clear_word(stretches[to].name)));
    bool is_asked = x->state == XCHG_BEGIN;
    x->state = to;
    x->entered_ns = x->moved_ns = clock_mono_ns(x->gate->clock);
    if (to == XCHG_INSPECT)
        x->detail.whole_ns = x->entered_ns;
    else if (is_asked)
        x->detail.asked_ns = x->entered_ns;
}

void move_end(struct exchange *x, enum why why)
{
    if (x->state == XCHG_FLUSH && x->to_client.len > 0) {
        x->client_gone = true; /* the last bytes will not be taken */
        x->is_cut = true;
    }
    if (x->state >= XCHG_SETTLE)
        return; /* already ending: callers never have to ask first */
    if (x->state == XCHG_INTAKE && !x->body.done)
        x->keep_client = false; /* the rest of its body would be read as the next request */
    x->why = why;
    x->is_cut = x->answered;
    move_to(x, XCHG_SETTLE); /* lawful from every state: no ending escapes the record */
}

void move_refuse(struct exchange *x, enum why why, unsigned status, const char *code,
                 struct slice message)
{
    if (x->state >= XCHG_SETTLE)
        return;
    x->refusal = (struct llm_refusal){status, code, message, slice_str(x->xid)};
    move_end(x, why);
}
