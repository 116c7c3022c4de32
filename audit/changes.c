/* audit/changes.c - see changes.h. Where the texts part, the nearest place is looked for from which
 * on they are alike for a while. */
#include "proxy/base/base.h"
#include "audit/changes.h"

enum { ALIKE = 12, FAR = 4096 };

/* Alike for long enough, or up to the end of both. */
static bool meet(struct slice a, struct slice b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    if (n >= ALIKE)
        return memcmp(a.at, b.at, ALIKE) == 0;
    return a.len == b.len && (n == 0 || memcmp(a.at, b.at, n) == 0);
}

/* How much of each is different, starting where they part. */
static void find_end(struct slice a, struct slice b, size_t *from_a, size_t *from_b)
{
    for (size_t both = 1; both <= FAR; both++)
        for (size_t i = both > b.len ? both - b.len : 0; i <= both && i <= a.len; i++)
            if (meet(slice_from(a, i), slice_from(b, both - i))) {
                *from_a = i;
                *from_b = both - i;
                return;
            }
    *from_a = a.len;
    *from_b = b.len;
}

void changes_each(struct slice first, struct slice second,
                  void (*see)(void *owner, const struct change *change), void *owner)
{
    size_t i = 0, k = 0;
    while (i < first.len || k < second.len) {
        if (i < first.len && k < second.len && first.at[i] == second.at[k]) {
            i++;
            k++;
            continue;
        }
        size_t old, now;
        find_end(slice_from(first, i), slice_from(second, k), &old, &now);
        const struct change c = {i, slice_cut(first, i, i + old), slice_cut(second, k, k + now)};
        see(owner, &c);
        i += old;
        k += now;
    }
}
