/* proxy/gate/turns.c - see turns.h. Scores are those of the scan, by leaf; all it makes lies in the
 * exchange's arena. */
#include "proxy/base/base.h"
#include "proxy/gate/turns.h"
#include "proxy/gate/state.h"
#include "proxy/json/string.h"

static const char label[] = "[REMOVED_BY_POLICY]";

void turns_find(struct exchange *x)
{
    size_t last = x->text.count; /* of a user or a tool; behind it may stand what the answer shall
                                    begin with, and that answers nothing */
    while (last > 0 && x->text.leaves[last - 1].role != ROLE_USER &&
           x->text.leaves[last - 1].role != ROLE_TOOL)
        last--;
    while (last > 0 && x->text.leaves[last - 1].role != ROLE_ASSISTANT)
        last--;
    x->new_from = last;
}

/* What is no message's belongs to no turn: it counts as new wherever it stands. */
enum turn turns_of(const struct exchange *x, size_t leaf)
{
    uint8_t role = x->text.leaves[leaf].role;
    bool is_message = role == ROLE_USER || role == ROLE_TOOL;
    return is_message && leaf < x->new_from ? TURN_EARLIER : TURN_NEW;
}

static enum attack_origin origin_of(const struct exchange *x, size_t leaf)
{
    return x->text.leaves[leaf].role == ROLE_TOOL ? ORIGIN_TOOL : ORIGIN_USER;
}

void turns_fill(const struct exchange *x, struct facts *facts)
{
    for (size_t i = 0; x->leaf_scores != NULL && i < x->text.count; i++) {
        uint16_t *most = &facts->turns[turns_of(x, i)][origin_of(x, i)];
        if (x->leaf_scores[i] > *most)
            *most = x->leaf_scores[i];
    }
}

bool turns_reach(const struct exchange *x, size_t leaf, const struct attack_scope *scope)
{
    uint16_t from = scope->from[turns_of(x, leaf)][origin_of(x, leaf)];
    return from != 0 && scan_is_suspect(x->text.leaves[leaf].role) && x->leaf_scores[leaf] >= from;
}

static gw_result removal_of(struct exchange *x, size_t leaf, struct edit *out)
{
    struct text_leaf *l = &x->text.leaves[leaf];
    if (l->use != TEXT_REWRITE)
        return gw_is(GW_REFUSED);
    if (l->is_unmapped)
        TRY(string_map(&x->doc, l->value, x->arena, &l->map));
    l->is_unmapped = false;
    *out = (struct edit){.depth = l->depth, .with = slice_str(label)};
    offmap_range(&l->map, 0, l->end - l->start, &out->at, &out->end);
    return gw_is(GW_OK);
}

/* Both are sorted; what lies in a removed text is gone with it. */
static size_t merge(const struct edit *edits, size_t n, const struct edit *removals, size_t m,
                    struct edit *out)
{
    size_t k = 0, i = 0;
    for (size_t r = 0; r <= m; r++) {
        size_t at = r < m ? removals[r].at : SIZE_MAX;
        while (i < n && edits[i].at < at)
            out[k++] = edits[i++];
        while (i < n && r < m && edits[i].end <= removals[r].end)
            i++;
        if (r < m)
            out[k++] = removals[r];
    }
    return k;
}

gw_result turns_remove(struct exchange *x)
{
    size_t m = 0, n = 0;
    x->removed = 0;
    for (size_t i = 0; i < x->text.count; i++)
        m += turns_reach(x, i, &x->verdict.removed);
    if (m == 0)
        return gw_is(GW_OK);
    struct edit *removals = arena_array(x->arena, m, sizeof *removals);
    struct edit *all = arena_array(x->arena, m + x->edit_count, sizeof *all);
    if (removals == NULL || all == NULL)
        return gw_is(GW_NO_MEMORY);
    for (size_t i = 0; i < x->text.count; i++)
        if (turns_reach(x, i, &x->verdict.removed))
            TRY(removal_of(x, i, &removals[n++]));
    x->edit_count = merge(x->edits, x->edit_count, removals, m, all);
    x->edits = all;
    x->removed = m;
    return gw_is(GW_OK);
}
