/* audit/kept.c - see kept.h. */
#include "proxy/base/base.h"
#include "audit/kept.h"
#include "audit/disk.h"
#include "audit/receipt.h"

#include <fcntl.h>
#include <unistd.h>

static gw_result push(struct kept *k, const struct tree_head *head)
{
    if (k->count == k->room) {
        size_t room = k->room == 0 ? 64 : 2 * k->room;
        struct tree_head *more = realloc(k->heads, room * sizeof *more);
        if (more == NULL)
            return gw_is(GW_NO_MEMORY);
        k->heads = more;
        k->room = room;
    }
    k->heads[k->count++] = *head;
    return gw_is(GW_OK);
}

/* Whether a line of its own says which log it is, signed or not. */
static bool is_named(struct slice text, const struct chain *keys)
{
    struct slice name = slice_str(chain_now(keys)->name);
    return slice_has_prefix(text, name) && text.len > name.len && text.at[name.len] == '\n';
}

gw_result kept_add(struct kept *k, struct slice text, const struct chain *keys)
{
    struct note_checkpoint c;
    struct receipt proof;
    if (receipt_is_one(text)) {
        TRY(receipt_read(text, &proof));
        text = proof.note;
    }
    if (!is_named(text, keys))
        return gw_is(GW_BAD);
    if (!gw_ok(chain_open(keys, text, &c)))
        return gw_is(GW_REFUSED);
    if (k->quorum != NULL && c.size > k->witnessed && quorum_is_met(k->quorum, text, NULL))
        k->witnessed = c.size;
    return push(k, &(struct tree_head){.size = c.size, .root = c.root});
}

gw_result kept_add_chain(struct kept *k, const struct chain *keys)
{
    for (size_t i = 1; i < keys->count; i++)
        TRY(push(k, &keys->links[i].head));
    return gw_is(GW_OK);
}

/* "400.checkpoint", "400.witnessed.checkpoint": is it one, and of what size? */
static bool is_checkpoint(struct slice name, uint64_t *size)
{
    size_t digits = 0;
    *size = 0;
    while (digits < name.len && name.at[digits] >= '0' && name.at[digits] <= '9')
        digits++;
    if (digits > 0 && !gw_ok(slice_u64(slice_cut(name, 0, digits), size)))
        return false;
    return slice_has_suffix(name, SLICE_LIT(".checkpoint"));
}

struct adding {
    struct kept *kept;
    const struct chain *keys;
};

static gw_result add_file(void *adding, int folder, const char *name)
{
    const struct adding *a = adding;
    struct buf text;
    uint64_t size;
    if (!is_checkpoint(slice_str(name), &size) || (a->kept->over > 0 && size <= a->kept->over))
        return gw_is(GW_OK);
    buf_init(&text, NOTE_MAX);
    gw_result r = disk_read(folder, name, &text);
    if (gw_ok(r))
        r = kept_add(a->kept, buf_slice(&text), a->keys);
    buf_free(&text);
    return r.code == GW_TOO_BIG ? gw_is(GW_BAD) : r;
}

gw_result kept_add_dir(struct kept *k, int dir, const char *path, const struct chain *keys)
{
    struct adding a = {k, keys};
    return disk_each(dir, path, add_file, &a);
}

struct newest {
    uint64_t size;
    char name[64];
};

static gw_result see_name(void *newest, int folder, const char *name)
{
    struct newest *n = newest;
    uint64_t size;
    (void)folder;
    if (!is_checkpoint(slice_str(name), &size) || strlen(name) >= sizeof n->name || size <= n->size)
        return gw_is(GW_OK);
    n->size = size;
    snprintf(n->name, sizeof n->name, "%s", name);
    return gw_is(GW_OK);
}

gw_result kept_newest(int dir, const char *path, const struct chain *keys, struct tree_head *out)
{
    struct newest n = {.size = 0};
    struct kept k = {.count = 0};
    struct buf text;
    char file[DISK_PATH];
    TRY(disk_each(dir, path, see_name, &n));
    if (n.size == 0)
        return gw_is(GW_NOT_FOUND);
    snprintf(file, sizeof file, "%s/%s", path, n.name);
    buf_init(&text, NOTE_MAX);
    gw_result r = disk_read(dir, file, &text);
    if (gw_ok(r))
        r = kept_add(&k, buf_slice(&text), keys);
    if (gw_ok(r))
        *out = k.heads[0];
    buf_free(&text);
    kept_free(&k);
    return r;
}

static int order(const void *a, const void *b)
{
    const struct tree_head *x = a, *y = b;
    return x->size < y->size ? -1 : x->size > y->size;
}

void kept_sort(struct kept *k)
{
    if (k->count > 0)
        qsort(k->heads, k->count, sizeof *k->heads, order);
}

void kept_free(struct kept *k)
{
    free(k->heads);
    *k = (struct kept){0};
}
