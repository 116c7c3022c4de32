/* proxy/base/offmap.c - see offmap.h. Lookups are binary searches. */
#include "proxy/base/base.h"
#include "proxy/base/offmap.h"

void offmap_init(struct offmap *m, struct arena *arena)
{
    *m = (struct offmap){.arena = arena};
}

static const struct offrun *run_at(const struct offmap *m, size_t i)
{
    return m->more == NULL ? &m->only : &m->more[i];
}

/* Room for one more run: from the second on, memory of the arena. */
static gw_result make_room(struct offmap *m)
{
    size_t room = m->room == 0 ? 8 : m->room <= 128 ? (size_t)m->room * 4 : (size_t)m->room * 2;
    size_t had = m->more == NULL ? 0 : m->count * sizeof *m->more;
    struct offrun *runs =
        room > UINT32_MAX ? NULL : arena_grow(m->arena, m->more, had, room * sizeof *runs);
    if (runs == NULL)
        return gw_is(GW_NO_MEMORY);
    if (m->more == NULL)
        runs[0] = m->only;
    m->more = runs;
    m->room = (uint32_t)room;
    return gw_is(GW_OK);
}

static bool continues(const struct offrun *r, uint32_t out_len, uint32_t src_at, uint32_t src_len)
{
    return r->out_len == r->src_len && out_len == src_len && r->src_at + r->src_len == src_at;
}

static struct offrun *last_run(struct offmap *m)
{
    return m->more == NULL ? &m->only : &m->more[m->count - 1];
}

gw_result offmap_add(struct offmap *m, uint32_t out_len, uint32_t src_at, uint32_t src_len)
{
    if (out_len == 0 && src_len == 0)
        return gw_is(GW_OK);
    if (m->count > 0 && continues(last_run(m), out_len, src_at, src_len)) {
        last_run(m)->out_len += out_len;
        last_run(m)->src_len += src_len;
        m->out_end += out_len;
        return gw_is(GW_OK);
    }
    if (m->count > 0 && m->count >= m->room)
        TRY(make_room(m));
    m->count++;
    *last_run(m) = (struct offrun){m->out_end, out_len, src_at, src_len};
    m->out_end += out_len;
    return gw_is(GW_OK);
}

void offmap_nothing(struct offmap *m, uint32_t src_at)
{
    m->only = (struct offrun){.src_at = src_at};
    m->count = 1;
}

/* Index of the first run that ends behind `at` (and is not empty): the one that holds byte `at`. */
static size_t run_of(const struct offmap *m, size_t at)
{
    size_t low = 0, high = m->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if ((size_t)run_at(m, mid)->out_at + run_at(m, mid)->out_len > at)
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

static size_t source_of(const struct offmap *m, size_t at, bool as_end)
{
    size_t i = run_of(m, at);
    if (i == m->count) {
        const struct offrun *last = m->count == 0 ? NULL : run_at(m, m->count - 1);
        return last == NULL ? at : (size_t)last->src_at + last->src_len;
    }
    const struct offrun *r = run_at(m, i);
    size_t inside = at - r->out_at;
    if (r->out_len == r->src_len)
        return r->src_at + inside;
    return as_end && inside > 0 ? (size_t)r->src_at + r->src_len : r->src_at;
}

void offmap_range(const struct offmap *m, size_t from, size_t to, size_t *src_from, size_t *src_to)
{
    *src_from = source_of(m, from, false);
    if (to <= from) {
        *src_to = *src_from;
        return;
    }
    /* the end of the unit that holds the last byte */
    size_t i = run_of(m, to - 1);
    if (i == m->count) {
        *src_to = source_of(m, to, true);
        return;
    }
    const struct offrun *r = run_at(m, i);
    *src_to =
        r->out_len == r->src_len ? r->src_at + (to - r->out_at) : (size_t)r->src_at + r->src_len;
}

gw_result offmap_compose(const struct offmap *inner, const struct offmap *outer, struct offmap *out)
{
    for (size_t i = 0; i < inner->count; i++) {
        const struct offrun *r = run_at(inner, i);
        size_t from, to;
        if (r->out_len != r->src_len || outer->count == 0) {
            offmap_range(outer, r->src_at, (size_t)r->src_at + r->src_len, &from, &to);
            TRY(offmap_add(out, r->out_len, (uint32_t)from, (uint32_t)(to - from)));
            continue;
        }
        /* an identity run may cross several runs of the outer map */
        for (size_t at = r->src_at, end = at + r->src_len; at < end;) {
            size_t k = run_of(outer, at);
            if (k == outer->count)
                return gw_is(GW_BAD);
            const struct offrun *o = run_at(outer, k);
            size_t stop = (size_t)o->out_at + o->out_len;
            stop = stop < end ? stop : end;
            offmap_range(outer, at, stop, &from, &to);
            TRY(offmap_add(out, (uint32_t)(stop - at), (uint32_t)from, (uint32_t)(to - from)));
            at = stop;
        }
    }
    return gw_is(GW_OK);
}
