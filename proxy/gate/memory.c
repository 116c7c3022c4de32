/* proxy/gate/memory.c - see memory.h. */
#include "proxy/base/base.h"
#include "proxy/gate/memory.h"
#include "proxy/gate/state.h"

/* Was this leaf of this caller scanned before? Its result depends on its bytes, its key and whether
 * its role is suspect; threshold and catalogue are those of the process. */
static bool find_seen(void *memory, size_t leaf, struct scan_leaf_result *out)
{
    const struct leaf_memory *of = memory;
    struct exchange *x = of->x;
    const struct text_leaf *l = &of->text->leaves[leaf];
    size_t len = l->end - l->start;
    char suspect = scan_is_suspect(l->role) ? of->suspect : of->other;
    bool is_leaf = of->text == &x->text; /* and no joint of leaves: seams.h */
    x->gate->counters.leaves_scanned += is_leaf;
    struct leaf_mark *m = &of->marks[leaf % SCAN_TOGETHER];
    m->there = x->gate->seen != NULL && len >= SEEN_LEAST && len + l->key.len <= SEEN_MOST;
    if (!m->there)
        return false;
    const struct slice parts[] = {x->tenant, x->app, slice_of(&suspect, 1), l->key,
                                  slice_cut(buf_slice(&of->text->flat), l->start, l->end)};
    m->mark = seen_mark(x->gate->seen, parts, GW_COUNT(parts));
    if (!seen_find(x->gate->seen, &m->mark, x->seen_findings, &out->count, &out->attack))
        return false;
    out->findings = x->seen_findings;
    of->told(x, leaf, &out->attack);
    x->gate->counters.leaves_scanned -= is_leaf;
    x->gate->counters.leaves_seen += is_leaf;
    return true;
}

static void keep_seen(void *memory, size_t leaf, const struct scan_leaf_result *result)
{
    const struct leaf_memory *of = memory;
    struct leaf_mark *m = &of->marks[leaf % SCAN_TOGETHER];
    of->told(of->x, leaf, &result->attack);
    if (m->there)
        seen_keep(of->x->gate->seen, &m->mark, result->findings, result->count, result->attack);
    m->there = false;
}

gw_result memory_start(struct leaf_memory *m, struct scan_seen *seen)
{
    *seen = (struct scan_seen){find_seen, keep_seen, m};
    m->marks = arena_array(m->x->arena, SCAN_TOGETHER, sizeof *m->marks);
    return gw_is(m->marks == NULL ? GW_NO_MEMORY : GW_OK);
}
