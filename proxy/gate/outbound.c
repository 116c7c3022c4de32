/* proxy/gate/outbound.c - see outbound.h. */
#include "proxy/base/base.h"
#include "proxy/gate/outbound.h"
#include "proxy/gate/state.h"
#include "proxy/json/string.h"

/* The edit that puts the upstream's own model name in place of the one asked for. */
static gw_result with_model(struct exchange *x, struct slice model, struct edit **edits, size_t *n)
{
    uint32_t value = x->request.model_value;
    *edits = x->edits;
    *n = x->edit_count;
    if (model.len == 0 || value == 0)
        return gw_is(GW_OK);
    size_t from = x->doc.values[value].at + 1u, to = x->doc.values[value].end - 1u;
    struct edit *all = arena_array(x->arena, x->edit_count + 1, sizeof *all);
    if (all == NULL)
        return gw_is(GW_NO_MEMORY);
    size_t k = 0;
    bool placed = false;
    for (size_t i = 0; i < x->edit_count; i++) {
        if (x->edits[i].at >= from && x->edits[i].end <= to)
            continue; /* inside the old name: it goes as a whole */
        if (!placed && x->edits[i].at >= to) {
            all[k++] = (struct edit){from, to, model, 1};
            placed = true;
        }
        all[k++] = x->edits[i];
    }
    if (!placed)
        all[k++] = (struct edit){from, to, model, 1};
    *edits = all;
    *n = k;
    return gw_is(GW_OK);
}

/* The canary joins them, at the end of the system prompt. */
static gw_result with_plant(struct exchange *x, struct edit **edits, size_t *n)
{
    struct edit *all;
    size_t k = 0;
    if (x->plant.with.len == 0)
        return gw_is(GW_OK);
    all = arena_array(x->arena, *n + 1, sizeof *all);
    if (all == NULL)
        return gw_is(GW_NO_MEMORY);
    while (k < *n && (*edits)[k].at < x->plant.at) {
        all[k] = (*edits)[k];
        k++;
    }
    all[k] = x->plant;
    if (k < *n)
        memcpy(all + k + 1, *edits + k, (*n - k) * sizeof *all);
    *edits = all;
    ++*n;
    return gw_is(GW_OK);
}

static gw_result splice(struct exchange *x, size_t upstream, struct buf *out, size_t *n)
{
    struct edit *edits;
    TRY(with_model(x, x->gate->upstreams[upstream].model, &edits, n));
    TRY(with_plant(x, &edits, n));
    size_t most = x->content.len + 64; /* but for escapes: it grows once, if at all */
    for (size_t i = 0; i < *n; i++)
        most += edits[i].with.len;
    buf_reserve(out, most);
    return string_splice(x->content, edits, *n, out);
}

gw_result outbound_splice(struct exchange *x, size_t upstream, struct buf *out)
{
    size_t n;
    return splice(x, upstream, out, &n);
}

gw_result outbound_body(struct exchange *x, size_t upstream, struct buf *out)
{
    size_t n;
    struct json_doc again;
    struct json_fault fault;
    size_t before = out->len;
    TRY(splice(x, upstream, out, &n));
    if (n == 0)
        return gw_is(GW_OK);
    /* what leaves was read again after the splice */
    struct arena *arena =
        arena_new_from(&x->gate->arenas, x->gate->limits.request_body * 12 + (64u << 20));
    if (arena == NULL)
        return gw_is(GW_NO_MEMORY);
    const struct json_limits limits = gate_json_limits(x->gate);
    gw_result r = json_scan(slice_from(buf_slice(out), before), &limits, arena, &again, &fault);
    if (gw_ok(r) && again.has_duplicate_key)
        r = gw_is(GW_BAD);
    arena_free(arena);
    return r;
}
