/* audit/tally.c - see tally.h. Open addressing, at most half full. */
#include "proxy/base/base.h"
#include "audit/tally.h"

static size_t slot_of(const struct tally *t, struct slice name)
{
    uint64_t h = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < name.len; i++)
        h = (h ^ (unsigned char)name.at[i]) * UINT64_C(1099511628211);
    size_t at = (size_t)(h ^ h >> 29) & (t->slot_count - 1);
    while (t->slots[at] != 0 && !slice_is(slice_str(t->rows[t->slots[at] - 1].name), name))
        at = (at + 1) & (t->slot_count - 1);
    return at;
}

static gw_result grow(struct tally *t)
{
    size_t room = t->room == 0 ? 64 : t->room * 2;
    if (room > TALLY_ROWS)
        return gw_is(GW_TOO_BIG);
    struct tally_row *rows = realloc(t->rows, room * sizeof *rows);
    if (rows == NULL)
        return gw_is(GW_NO_MEMORY);
    t->rows = rows;
    size_t *slots = calloc(2 * room, sizeof *slots);
    if (slots == NULL)
        return gw_is(GW_NO_MEMORY);
    free(t->slots);
    t->slots = slots;
    t->slot_count = 2 * room;
    t->room = room;
    for (size_t i = 0; i < t->count; i++)
        t->slots[slot_of(t, slice_str(rows[i].name))] = i + 1;
    return gw_is(GW_OK);
}

gw_result tally_row(struct tally *t, struct slice name, struct tally_row **out)
{
    if (t->count == t->room)
        TRY(grow(t));
    size_t at = slot_of(t, name);
    if (t->slots[at] == 0) {
        char *copy = malloc(name.len + 1);
        if (copy == NULL)
            return gw_is(GW_NO_MEMORY);
        if (name.len > 0)
            memcpy(copy, name.at, name.len);
        copy[name.len] = '\0';
        t->rows[t->count++] = (struct tally_row){.name = copy};
        t->slots[at] = t->count;
    }
    *out = &t->rows[t->slots[at] - 1];
    return gw_is(GW_OK);
}

static int order(const void *a, const void *b)
{
    const struct tally_row *x = a, *y = b;
    if (x->exchanges != y->exchanges)
        return x->exchanges < y->exchanges ? 1 : -1;
    return strcmp(x->name, y->name);
}

void tally_sort(struct tally *t)
{
    if (t->count > 0)
        qsort(t->rows, t->count, sizeof *t->rows, order);
}

void tally_free(struct tally *t)
{
    for (size_t i = 0; i < t->count; i++)
        free(t->rows[i].name);
    free(t->rows);
    free(t->slots);
    *t = (struct tally){0};
}
