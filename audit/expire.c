/* audit/expire.c - see expire.h. */
#include "proxy/base/base.h"
#include "audit/expire.h"
#include "audit/disk.h"
#include "audit/facet.h"
#include "audit/jcs.h"
#include "audit/minimum.h"
#include "audit/pairs.h"
#include "audit/prove.h"
#include "audit/scan.h"
#include "audit/tree.h"

#include <fcntl.h>
#include <unistd.h>

enum { BUNDLE_CEILING = 17 << 20, NOBODY = 0 };

struct search {
    struct expire *e;
    uint64_t size;  /* signed */
    uint64_t young; /* seq of the first record that stays for itself */
    struct pairs open;
};

gw_result expire_says(struct slice what, uint64_t *seq, bool *of_leaves)
{
    struct slice said;
    if (!gw_ok(jcs_text(what, "query", &said)))
        return gw_is(GW_NOT_FOUND);
    *of_leaves = slice_has_prefix(said, SLICE_LIT(EXPIRE_SAYS_LEAVES));
    if (!*of_leaves && !slice_has_prefix(said, SLICE_LIT(EXPIRE_SAYS_SEGMENTS)))
        return gw_is(GW_NOT_FOUND);
    size_t word = *of_leaves ? sizeof EXPIRE_SAYS_LEAVES : sizeof EXPIRE_SAYS_SEGMENTS;
    return gw_is(gw_ok(slice_u64(slice_from(said, word - 1), seq)) ? GW_OK : GW_NOT_FOUND);
}

uint64_t expire_said(const struct segment_frame *frame, bool of_leaves)
{
    struct slice rest = frame->groups, type;
    struct segment_group g;
    uint64_t seq, most = 0;
    bool is_leaves;
    if (!gw_ok(jcs_text(frame->leaf, "type", &type)) || !slice_is(type, SLICE_LIT("prune")))
        return 0;
    while (gw_ok(segment_group_next(&rest, &g)))
        if (slice_is(g.name, SLICE_LIT("what")) && gw_ok(expire_says(g.text, &seq, &is_leaves)) &&
            is_leaves == of_leaves && seq > most)
            most = seq;
    return most;
}

struct wanted {
    uint64_t size, seq;
};

static gw_result see_said(void *owner, const struct segment_frame *frame)
{
    const struct wanted *w = owner;
    if (frame->seq >= w->size)
        return gw_is(GW_NOT_FOUND);
    return gw_is(expire_said(frame, false) >= w->seq ? GW_AGAIN : GW_OK);
}

bool expire_is_recorded(int dir, uint64_t size, uint64_t begin)
{
    struct wanted w = {size, begin};
    struct scan_end end;
    return begin > 0 && scan_walk(dir, begin, see_said, &w, &end).code == GW_AGAIN;
}

/* Made before that hour; a leaf that does not say when was not. */
static bool is_old(struct slice leaf, const char *before)
{
    struct slice t;
    char hour[PRUNE_HOUR + 1];
    if (!gw_ok(jcs_text(leaf, "t", &t)) || facet_time_us(t) == 0)
        return false;
    prune_hour(facet_time_us(t), hour);
    return strcmp(hour, before) < 0;
}

static gw_result see(void *owner, const struct segment_frame *frame)
{
    struct search *s = owner;
    s->young = frame->seq;
    if (frame->seq >= s->size || !is_old(frame->leaf, s->e->segments_before) ||
        s->e->is_held(s->e->owner, frame->seq))
        return gw_is(GW_AGAIN);
    s->young++;
    return pairs_see(&s->open, NOBODY, frame->leaf);
}

/* The last segment that begins at or below the seq: it stays, and so do those behind it. */
static gw_result cut_at(int dir, uint64_t seq, uint64_t *cut)
{
    struct segment_list list;
    TRY(segment_list_read(dir, &list));
    *cut = list.count == 0 ? 0 : list.first[0];
    for (size_t i = 0; i < list.count && list.first[i] <= seq; i++)
        *cut = list.first[i];
    segment_list_free(&list);
    return gw_is(GW_OK);
}

static gw_result find_segments(int dir, uint64_t size, struct expire *e)
{
    struct search s = {.e = e, .size = size};
    struct scan_end end;
    gw_result r = scan_walk(dir, 0, see, &s, &end);
    if (gw_ok(r) && end.state == SCAN_HOLE)
        r = gw_is(GW_CORRUPT);
    if (r.code == GW_AGAIN)
        r = gw_is(GW_OK);
    uint64_t stays = pairs_oldest(&s.open, s.young); /* a begin and its end go together */
    pairs_free(&s.open);
    uint64_t cut = 0;
    TRY(r);
    TRY(cut_at(dir, stays < s.young ? stays : s.young, &cut));
    e->segments = cut > end.begin ? cut : 0;
    return gw_is(GW_OK);
}

/* The entries of a full bundle are all old. GW_NOT_FOUND: they are not, or it is gone. */
static gw_result check_bundle(int dir, uint64_t index, const char *before)
{
    char path[TREE_PATH];
    struct buf bytes;
    buf_init(&bytes, BUNDLE_CEILING);
    tree_path(TREE_ENTRIES, index, TREE_WIDTH, path);
    gw_result r = disk_read(dir, path, &bytes);
    struct slice rest = buf_slice(&bytes), entry;
    while (gw_ok(r) && rest.len > 0) {
        r = tree_entry_next(&rest, &entry);
        if (gw_ok(r) && !is_old(entry, before))
            r = gw_is(GW_NOT_FOUND);
    }
    buf_free(&bytes);
    return r;
}

/* Of records whose segments are gone, or go now. */
static gw_result find_leaves(int dir, uint64_t size, uint64_t begin, struct expire *e)
{
    uint64_t most = e->segments > 0 ? e->segments : begin;
    uint64_t first = minimum_index(dir, size, most), next = first;
    while (next + TREE_WIDTH <= most) {
        gw_result r = check_bundle(dir, next / TREE_WIDTH, e->leaves_before);
        if (r.code == GW_NOT_FOUND)
            break;
        TRY(r);
        next += TREE_WIDTH;
    }
    e->leaves = next > first ? next : 0;
    return gw_is(GW_OK);
}

gw_result expire_find(const char *dir, struct expire *e)
{
    struct prove log;
    uint64_t begin = 0;
    TRY(prove_open(dir, &log));
    uint64_t size = log.head.size;
    gw_result r = segment_first(log.dir, &begin);
    e->segments = e->leaves = 0;
    if (gw_ok(r) && e->segments_before[0] != '\0')
        r = find_segments(log.dir, size, e);
    if (gw_ok(r) && e->leaves_before[0] != '\0')
        r = find_leaves(log.dir, size, begin, e);
    prove_close(&log);
    return r;
}

static gw_result remove_segments(int dir, struct expire *e)
{
    struct segment_list list;
    char name[SEGMENT_NAME];
    gw_result r = gw_is(GW_OK);
    TRY(segment_list_read(dir, &list));
    for (size_t i = 0; i + 1 < list.count && list.first[i + 1] <= e->segments && gw_ok(r); i++) {
        segment_name(list.first[i], name);
        r = gw_is(unlinkat(dir, name, 0) == 0 ? GW_OK : GW_IO);
        e->segments_gone += gw_ok(r);
    }
    segment_list_free(&list);
    TRY(r);
    return e->segments_gone == 0 ? gw_is(GW_OK) : disk_sync_dir(dir, "seg/x");
}

/* In order: what a crash leaves begins where it seems to. */
static gw_result remove_bundles(int dir, struct expire *e)
{
    char path[TREE_PATH];
    uint64_t first = minimum_index(dir, e->leaves, e->leaves) / TREE_WIDTH;
    for (uint64_t index = first; index < e->leaves / TREE_WIDTH; index++) {
        tree_path(TREE_ENTRIES, index, TREE_WIDTH, path);
        if (unlinkat(dir, path, 0) != 0)
            return gw_is(GW_IO);
        e->bundles_gone++;
    }
    return e->bundles_gone == 0 ? gw_is(GW_OK) : disk_sync_dir(dir, path);
}

gw_result expire_do(int dir, struct expire *e)
{
    if (e->segments > 0)
        TRY(remove_segments(dir, e));
    return e->leaves > 0 ? remove_bundles(dir, e) : gw_is(GW_OK);
}
