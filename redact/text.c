/* redact/text.c - see text.h. The buffer's ceiling holds the separators too.
 *
 * Refuses to know where leaves came from. The owner calls text_free(), which wipes. */
#include "proxy/base/base.h"
#include "redact/text.h"

void text_init(struct text *t, struct arena *arena, size_t ceiling)
{
    *t = (struct text){.arena = arena};
    buf_init(&t->flat, ceiling < UINT32_MAX ? ceiling : UINT32_MAX - 1);
}

void text_free(struct text *t)
{
    buf_free(&t->flat);
    t->leaves = NULL;
    t->count = t->room = 0;
}

static gw_result make_room(struct text *t)
{
    if (t->count < t->room)
        return gw_is(GW_OK);
    size_t room = t->room == 0 ? 16 : t->room * 2;
    struct text_leaf *leaves =
        arena_grow(t->arena, t->leaves, t->count * sizeof *leaves, room * sizeof *leaves);
    if (leaves == NULL)
        return gw_is(GW_NO_MEMORY);
    t->leaves = leaves;
    t->room = room;
    return gw_is(GW_OK);
}

gw_result text_add(struct text *t, struct slice decoded, const struct text_leaf *leaf)
{
    TRY(make_room(t));
    if (t->count > 0)
        TRY(buf_add_byte(&t->flat, TEXT_SEPARATOR));
    struct text_leaf *added = &t->leaves[t->count];
    *added = *leaf;
    added->start = (uint32_t)buf_slice(&t->flat).len;
    TRY(buf_add(&t->flat, decoded));
    /* the separator's byte inside a leaf would split a value in two: it is read as a blank */
    char *at = t->flat.at + t->flat.start + added->start;
    for (char *k = at; decoded.len > 0 &&
                       (k = memchr(k, TEXT_SEPARATOR, decoded.len - (size_t)(k - at))) != NULL;)
        *k = ' ';
    added->end = (uint32_t)buf_slice(&t->flat).len;
    t->count++;
    return gw_is(GW_OK);
}

size_t text_leaf_from(const struct text *t, size_t at)
{
    size_t low = 0, high = t->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (t->leaves[mid].end > at)
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

size_t text_leaf_at(const struct text *t, size_t at)
{
    size_t leaf = text_leaf_from(t, at);
    return leaf < t->count && t->leaves[leaf].start <= at ? leaf : SIZE_MAX;
}
