/* proxy/base/offmap.c - see offmap.h. Lookups are binary searches. */
#include "proxy/base/base.h"
#include "proxy/base/offmap.h"

void offmap_init(struct offmap *m, struct arena *arena)
{
    *m = (struct offmap){.arena = arena};
}

static gw_result make_room(struct offmap *m)
{
    size_t room = m->room == 0 ? 8 : m->room * 2;
    struct offrun *runs = arena_alloc(m->arena, room * sizeof *runs);
    if (runs == NULL)
        return gw_is(GW_NO_MEMORY);
    if (m->count > 0)
        memcpy(runs, m->runs, m->count * sizeof *runs);
    m->runs = runs;
    m->room = room;
    return gw_is(GW_OK);
}

static bool continues(const struct offrun *r, uint32_t out_len, uint32_t src_at, uint32_t src_len)
{
    return r->out_len == r->src_len && out_len == src_len && r->src_at + r->src_len == src_at;
}

gw_result offmap_add(struct offmap *m, uint32_t out_len, uint32_t src_at, uint32_t src_len)
{
    struct offrun *last = m->count == 0 ? NULL : &m->runs[m->count - 1];
    if (out_len == 0 && src_len == 0)
        return gw_is(GW_OK);
    if (last != NULL && continues(last, out_len, src_at, src_len)) {
        last->out_len += out_len;
        last->src_len += src_len;
        m->out_end += out_len;
        return gw_is(GW_OK);
    }
    if (m->count == m->room)
        TRY(make_room(m));
    m->runs[m->count++] = (struct offrun){m->out_end, out_len, src_at, src_len};
    m->out_end += out_len;
    return gw_is(GW_OK);
}

/* Index of the first run that ends behind `at` (and is not empty): the one that holds byte `at`. */
static size_t run_of(const struct offmap *m, size_t at)
{
    size_t low = 0, high = m->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if ((size_t)m->runs[mid].out_at + m->runs[mid].out_len > at)
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
        const struct offrun *last = m->count == 0 ? NULL : &m->runs[m->count - 1];
        return last == NULL ? at : (size_t)last->src_at + last->src_len;
    }
    const struct offrun *r = &m->runs[i];
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
    const struct offrun *r = &m->runs[i];
    *src_to =
        r->out_len == r->src_len ? r->src_at + (to - r->out_at) : (size_t)r->src_at + r->src_len;
}

gw_result offmap_compose(const struct offmap *inner, const struct offmap *outer, struct offmap *out)
{
    for (size_t i = 0; i < inner->count; i++) {
        const struct offrun *r = &inner->runs[i];
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
            const struct offrun *o = &outer->runs[k];
            size_t stop = (size_t)o->out_at + o->out_len;
            stop = stop < end ? stop : end;
            offmap_range(outer, at, stop, &from, &to);
            TRY(offmap_add(out, (uint32_t)(stop - at), (uint32_t)from, (uint32_t)(to - from)));
            at = stop;
        }
    }
    return gw_is(GW_OK);
}
