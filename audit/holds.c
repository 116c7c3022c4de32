/* audit/holds.c - see holds.h. */
#include "proxy/base/base.h"
#include "audit/holds.h"
#include "audit/jcs.h"
#include "audit/seqs.h"

static gw_result add(struct holds *h, uint64_t seq, struct slice name)
{
    if (h->count == h->room) {
        size_t room = h->room == 0 ? 256 : 2 * h->room;
        struct hold *more = realloc(h->at, room * sizeof *more);
        if (more == NULL)
            return gw_is(GW_NO_MEMORY);
        h->at = more;
        h->room = room;
    }
    struct hold *one = &h->at[h->count++];
    *one = (struct hold){.seq = seq};
    snprintf(one->name, sizeof one->name, "%.*s", (int)name.len, name.at);
    return gw_is(GW_OK);
}

static void clear(struct holds *h, struct slice name)
{
    size_t kept = 0;
    for (size_t i = 0; i < h->count; i++)
        if (!slice_is(slice_str(h->at[i].name), slice_cut(name, 0, sizeof h->at[i].name - 1)))
            h->at[kept++] = h->at[i];
    h->count = kept;
}

static struct slice case_of(const struct segment_frame *frame)
{
    struct slice rest = frame->groups, name = {NULL, 0};
    struct segment_group g;
    while (gw_ok(segment_group_next(&rest, &g)))
        if (slice_is(g.name, SLICE_LIT("what")))
            (void)!gw_ok(jcs_text(g.text, "case", &name));
    return name;
}

gw_result holds_see(struct holds *h, const struct segment_frame *frame)
{
    struct slice type, refs, item;
    uint64_t seq;
    if (!gw_ok(jcs_text(frame->leaf, "type", &type)) || !slice_has_prefix(type, SLICE_LIT("hold.")))
        return gw_is(GW_OK);
    if (slice_is(type, SLICE_LIT("hold.clear")))
        clear(h, case_of(frame));
    if (!slice_is(type, SLICE_LIT("hold.set")) || !gw_ok(jcs_find(frame->leaf, "ref", &refs)))
        return gw_is(GW_OK);
    while (gw_ok(jcs_item(&refs, &item)))
        if (gw_ok(slice_u64(item, &seq)))
            TRY(add(h, seq, case_of(frame)));
    return gw_is(GW_OK);
}

void holds_sort(struct holds *h)
{
    if (h->count > 0)
        qsort(h->at, h->count, sizeof *h->at, seqs_order);
}

const struct hold *holds_find(const struct holds *h, uint64_t seq)
{
    return seqs_find(h->at, h->count, sizeof *h->at, seq);
}

static struct hold *first_of(const struct holds *h, const char *name)
{
    size_t i = 0;
    while (strcmp(h->at[i].name, name) != 0)
        i++;
    return &h->at[i];
}

void holds_stay(struct holds *h, uint64_t seq)
{
    for (size_t i = 0; i < h->count; i++)
        if (h->at[i].seq == seq)
            first_of(h, h->at[i].name)->stays++;
}

void holds_free(struct holds *h)
{
    free(h->at);
    *h = (struct holds){0};
}
