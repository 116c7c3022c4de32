/* audit/edge.c - see edge.h. */
#include "proxy/base/base.h"
#include "audit/edge.h"
#include "audit/disk.h"

enum { BUNDLE_CEILING = 17 << 20, LEVEL_BITS = 8 };

/* A tile's file, of hashes or of entries: the partial one of that width, or the full one that has
 * taken its place; *found: which. One that is larger than it may be is damaged. */
static gw_result read_tile(int dir, unsigned level, uint64_t index, unsigned width, unsigned *found,
                           struct buf *bytes)
{
    const unsigned widths[] = {width, TREE_WIDTH};
    char path[TREE_PATH];
    gw_result r = gw_is(GW_NOT_FOUND);
    for (size_t i = 0; i < GW_COUNT(widths) && r.code == GW_NOT_FOUND; i++) {
        tree_path(level, index, *found = widths[i], path);
        buf_clear(bytes);
        r = disk_read(dir, path, bytes);
    }
    return r.code == GW_TOO_BIG ? gw_is(GW_CORRUPT) : r;
}

/* The first hashes of a tile. */
static gw_result read_hashes(int dir, unsigned level, uint64_t index, unsigned width,
                             struct digest *out)
{
    struct buf bytes;
    unsigned found = width;
    buf_init(&bytes, TREE_WIDTH * sizeof *out);
    gw_result r = read_tile(dir, level, index, width, &found, &bytes);
    if (gw_ok(r) && buf_slice(&bytes).len != found * sizeof *out)
        r = gw_is(GW_CORRUPT);
    if (gw_ok(r))
        memcpy(out, buf_slice(&bytes).at, width * sizeof *out);
    buf_free(&bytes);
    return r;
}

/* The first `count` entries, each of which has the hash that stands in the tile. */
static gw_result cut_entries(struct slice all, const struct digest *hashes, unsigned count,
                             struct slice *out)
{
    struct slice rest = all, entry;
    for (unsigned i = 0; i < count; i++) {
        TRY(tree_entry_next(&rest, &entry));
        struct digest d = tree_leaf(entry);
        if (memcmp(d.at, hashes[i].at, sizeof d.at) != 0)
            return gw_is(GW_CORRUPT);
    }
    *out = slice_cut(all, 0, all.len - rest.len);
    return gw_is(GW_OK);
}

static gw_result read_bundle(int dir, const struct tree *tree, struct buf *bundle)
{
    unsigned count = tree->count[0], found;
    struct buf bytes;
    struct slice entries = {NULL, 0};
    if (count == 0)
        return gw_is(GW_OK);
    buf_init(&bytes, BUNDLE_CEILING);
    gw_result r = read_tile(dir, TREE_ENTRIES, tree->size / TREE_WIDTH, count, &found, &bytes);
    if (gw_ok(r))
        r = cut_entries(buf_slice(&bytes), tree->at[0], count, &entries);
    if (gw_ok(r))
        r = buf_add(bundle, entries);
    buf_free(&bytes);
    return r.code == GW_TOO_BIG ? gw_is(GW_CORRUPT) : r;
}

gw_result edge_read(int dir, const struct tree_head *head, struct tree *tree, struct buf *bundle)
{
    tree_init(tree);
    tree->size = head->size;
    for (unsigned level = 0; level < TREE_LEVELS; level++) {
        tree->count[level] = (unsigned)(head->size >> LEVEL_BITS * level) % TREE_WIDTH;
        if (tree->count[level] > 0)
            TRY(read_hashes(dir, level, head->size >> LEVEL_BITS * (level + 1), tree->count[level],
                            tree->at[level]));
    }
    struct digest root = tree_root(tree);
    if (memcmp(root.at, head->root.at, sizeof root.at) != 0)
        return gw_is(GW_CORRUPT);
    return read_bundle(dir, tree, bundle);
}

gw_result edge_leaf(struct edge_leaves *l, uint64_t seq, struct digest *out)
{
    uint64_t tile = seq / TREE_WIDTH;
    if (!l->has_tile || l->tile != tile) {
        uint64_t left = l->size - tile * TREE_WIDTH;
        l->has_tile = false;
        TRY(read_hashes(l->dir, 0, tile, left < TREE_WIDTH ? (unsigned)left : TREE_WIDTH, l->at));
        l->has_tile = true;
        l->tile = tile;
    }
    *out = l->at[seq % TREE_WIDTH];
    return gw_is(GW_OK);
}

gw_result edge_has(struct edge_leaves *l, uint64_t seq, struct slice entry)
{
    struct digest is, d = tree_leaf(entry);
    TRY(edge_leaf(l, seq, &is));
    return gw_is(memcmp(d.at, is.at, sizeof d.at) == 0 ? GW_OK : GW_CORRUPT);
}
