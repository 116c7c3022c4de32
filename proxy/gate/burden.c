/* proxy/gate/burden.c - see burden.h. Sums and compares; owns nothing, frees nothing. */
#include "proxy/base/base.h"
#include "proxy/gate/burden.h"
#include "proxy/gate/move.h"
#include "proxy/gate/state.h"

static uint64_t held_by(const struct exchange *x)
{
    uint64_t n = arena_used(x->arena) + x->held_beside;
    n += x->head_bytes.cap + x->body_bytes.cap + x->decoded.cap + x->to_upstream.cap;
    n += x->edited.cap + x->to_client.cap + x->tail.cap + x->answer_head_bytes.cap;
    n += x->answer.cap + x->sse.raw.cap + x->call_hold.cap;
    if (x->scratch != NULL)
        n += arena_used(x->scratch);
    if (x->text.arena != NULL)
        n += x->text.flat.cap;
    return n;
}

void burden_note(struct exchange *x, uint64_t beside, bool is_over)
{
    x->held_beside = beside;
    uint64_t now = is_over ? 0 : held_by(x), more = now - x->held;
    if (more == 0)
        return;
    x->gate->counters.held += more; /* may wrap below and comes back: a sum of all */
    if (x->gate->held_by_all != NULL)
        (void)__atomic_add_fetch(x->gate->held_by_all, more, __ATOMIC_RELAXED);
    x->held = now;
}

static uint64_t held_by_all(const struct gate *g)
{
    return g->held_by_all == NULL ? g->counters.held
                                  : __atomic_load_n(g->held_by_all, __ATOMIC_RELAXED);
}

bool burden_has_room(const struct gate *g, uint64_t body_bytes)
{
    uint64_t held = held_by_all(g), most = g->limits.memory;
    return held < most - most / 10 && body_bytes <= most - held;
}

size_t burden_room(const struct exchange *x)
{
    uint64_t held = held_by_all(x->gate) - x->held + held_by(x), most = x->gate->limits.memory;
    return held < most ? (size_t)(most - held) : 0;
}

void burden_refuse(struct exchange *x)
{
    if (arena_was_limited(x->arena) || x->text.flat.failed)
        move_refuse(x, WHY_OVERLOAD, 503, "overloaded",
                    SLICE_LIT("The gateway has no room for this now."));
    else
        move_refuse(x, WHY_NO_MEMORY, 503, "server_error", SLICE_LIT("Out of memory."));
}
