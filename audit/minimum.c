/* audit/minimum.c - see minimum.h. */
#include "proxy/base/base.h"
#include "audit/minimum.h"
#include "audit/tree.h"

#include <fcntl.h>
#include <unistd.h>

static bool has_bundle(int dir, uint64_t index)
{
    char path[TREE_PATH];
    tree_path(TREE_ENTRIES, index, TREE_WIDTH, path);
    return faccessat(dir, path, F_OK, 0) == 0;
}

uint64_t minimum_index(int dir, uint64_t size, uint64_t most)
{
    uint64_t gone = 0, there = (most < size ? most : size) / TREE_WIDTH;
    if (there == 0 || has_bundle(dir, 0))
        return 0;
    while (there - gone > 1) { /* the one is gone; the other is there, or nobody's */
        uint64_t middle = gone + (there - gone) / 2;
        *(has_bundle(dir, middle) ? &there : &gone) = middle;
    }
    return there * TREE_WIDTH;
}
