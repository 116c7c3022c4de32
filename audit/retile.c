/* audit/retile.c - see retile.h. */
#include "proxy/base/base.h"
#include "audit/retile.h"
#include "audit/disk.h"
#include "audit/scan.h"

enum { BUNDLE_CEILING = 17 << 20 };

struct retile {
    int dir;
    bool writes;   /* the second time */
    uint64_t size; /* of the tree that was signed */
    uint64_t *mended;
    struct tree tree;
    struct buf bundle, have;
};

/* That file has these bytes, or gets them. */
static gw_result settle(struct retile *r, unsigned level, uint64_t index, unsigned width,
                        struct slice bytes)
{
    char path[TREE_PATH];
    tree_path(level, index, width, path);
    buf_clear(&r->have);
    if (gw_ok(disk_read(r->dir, path, &r->have)) && slice_is(buf_slice(&r->have), bytes))
        return gw_is(GW_OK);
    ++*r->mended;
    return disk_write(r->dir, path, bytes);
}

static gw_result full_tile(void *retile, unsigned level, uint64_t index,
                           const struct digest *hashes)
{
    return settle(retile, level, index, TREE_WIDTH, slice_of(hashes, TREE_WIDTH * sizeof *hashes));
}

static gw_result partial_tiles(struct retile *r)
{
    for (unsigned level = 0; level < TREE_LEVELS; level++) {
        unsigned width = r->tree.count[level];
        if (width > 0)
            TRY(settle(r, level, r->tree.size >> (8 * (level + 1)), width,
                       slice_of(r->tree.at[level], width * sizeof(struct digest))));
    }
    return gw_is(GW_OK);
}

static gw_result see(void *retile, const struct segment_frame *frame)
{
    struct retile *r = retile;
    const struct tree_sink sink = {r, full_tile};
    const char len[2] = {(char)(unsigned char)(frame->leaf.len >> 8),
                         (char)(unsigned char)frame->leaf.len};
    if (frame->seq >= r->size)
        return gw_is(GW_AGAIN); /* seen enough */
    struct digest d = tree_leaf(frame->leaf);
    TRY(tree_add(&r->tree, &d, r->writes ? &sink : NULL));
    if (!r->writes)
        return gw_is(GW_OK);
    TRY(buf_add(&r->bundle, slice_of(len, sizeof len)));
    TRY(buf_add(&r->bundle, frame->leaf));
    unsigned width = (unsigned)(r->tree.size % TREE_WIDTH);
    if (width != 0 && r->tree.size != r->size)
        return gw_is(GW_OK);
    TRY(settle(r, TREE_ENTRIES, (r->tree.size - 1) / TREE_WIDTH, width == 0 ? TREE_WIDTH : width,
               buf_slice(&r->bundle)));
    buf_clear(&r->bundle);
    return r->tree.size == r->size ? partial_tiles(r) : gw_is(GW_OK);
}

static gw_result walk(struct retile *r, bool writes)
{
    struct scan_end end;
    tree_init(&r->tree);
    r->writes = writes;
    gw_result done = scan_walk(r->dir, 0, see, r, &end);
    return done.code == GW_AGAIN ? gw_is(GW_OK) : done;
}

static gw_result run(struct retile *r, const struct tree_head *head)
{
    TRY(walk(r, false));
    struct digest root = tree_root(&r->tree);
    if (r->tree.size != head->size || memcmp(root.at, head->root.at, sizeof root.at) != 0)
        return gw_is(GW_CORRUPT);
    return walk(r, true);
}

gw_result retile_run(int dir, const struct tree_head *head, uint64_t *mended)
{
    uint64_t first;
    struct retile *r = calloc(1, sizeof *r);
    *mended = 0;
    if (r == NULL)
        return gw_is(GW_NO_MEMORY);
    r->dir = dir;
    r->size = head->size;
    r->mended = mended;
    buf_init(&r->bundle, BUNDLE_CEILING);
    buf_init(&r->have, BUNDLE_CEILING);
    gw_result done = segment_first(dir, &first);
    if (gw_ok(done) && head->size > 0 && first == 0)
        done = run(r, head);
    buf_free(&r->bundle);
    buf_free(&r->have);
    free(r);
    return done;
}
