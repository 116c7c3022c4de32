/* proxy/gate/burden.c - see burden.h. Sums and compares; owns nothing, frees nothing. */
#include "proxy/base/base.h"
#include "proxy/gate/burden.h"
#include "proxy/gate/state.h"

static uint64_t held_by(const struct exchange *x)
{
    const struct buf *const bufs[] = {
        &x->head_bytes, &x->body_bytes, &x->decoded,  &x->to_upstream,
        &x->edited,     &x->to_client,  &x->tail,     &x->answer_head_bytes,
        &x->answer,     &x->sse.raw,    &x->call_hold};
    uint64_t n = arena_used(x->arena);
    for (size_t i = 0; i < GW_COUNT(bufs); i++)
        n += bufs[i]->cap;
    if (x->scratch != NULL)
        n += arena_used(x->scratch);
    if (x->text.arena != NULL)
        n += x->text.flat.cap;
    return n;
}

void burden_note(struct exchange *x, bool is_over)
{
    uint64_t now = is_over ? 0 : held_by(x);
    x->gate->counters.held += now - x->held; /* may wrap below and comes back: a sum of all */
    x->held = now;
}

static uint64_t held_by_all(const struct gate *g)
{
    return g->counters.held + g->held_elsewhere;
}

bool burden_has_room(const struct gate *g, uint64_t body_bytes)
{
    uint64_t held = held_by_all(g), most = g->limits.memory;
    return held < most / 10 * 9 && body_bytes <= most - held;
}

bool burden_is_full(const struct gate *g)
{
    return held_by_all(g) >= g->limits.memory;
}

void burden_look(struct gate *g, struct gate *const *all, size_t n)
{
    uint64_t held = 0;
    for (size_t i = 0; i < n; i++)
        if (all[i] != g)
            held += __atomic_load_n(&all[i]->counters.held, __ATOMIC_RELAXED);
    g->held_elsewhere = held;
}
