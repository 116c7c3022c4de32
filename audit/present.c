/* audit/present.c - see present.h. Memory: a segment, what was erased (16 bytes a record), and the
 * key files of a few epochs. */
#include "proxy/base/base.h"
#include "audit/present.h"
#include "audit/disk.h"
#include "audit/jcs.h"
#include "audit/keyring.h"
#include "audit/prune.h"
#include "audit/segment.h"

#include <fcntl.h>
#include <unistd.h>

enum { EPOCHS = 16 };

/* Two numbers: a record that was erased, or an hour before which payloads ended; and by which. */
struct said {
    uint64_t what, by;
};

struct says {
    struct said *at;
    size_t count, room;
};

struct epoch {
    char name[RECORD_EPOCH + 1];
    bool has_envelope;
    struct buf rows; /* of its units */
};

struct present {
    int dir;
    uint64_t size, seen;               /* records to look at; the next one of this walk */
    struct says erased, pruned, ended; /* records, payloads, groups: by `what`, once sorted */
    struct epoch epochs[EPOCHS];
    struct present_counts *counts;
    gw_result (*each)(void *owner, const struct present_item *item);
    void *owner;
};

const char *present_word(enum present_state state)
{
#define X(id, word) word,
    static const char *const words[] = {PRESENT_TABLE(X)};
#undef X
    return state < PRESENT_STATES ? words[state] : "none";
}

/* --- what records say --------------------------------------------------------------------------
 */

static gw_result add(struct says *s, uint64_t what, uint64_t by)
{
    if (s->count == s->room) {
        size_t room = s->room == 0 ? 256 : 2 * s->room;
        struct said *more = realloc(s->at, room * sizeof *more);
        if (more == NULL)
            return gw_is(GW_NO_MEMORY);
        s->at = more;
        s->room = room;
    }
    s->at[s->count++] = (struct said){what, by};
    return gw_is(GW_OK);
}

static int order(const void *a, const void *b)
{
    const struct said *x = a, *y = b;
    if (x->what != y->what)
        return x->what < y->what ? -1 : 1;
    return x->by < y->by ? -1 : x->by > y->by;
}

static void sort(struct says *s)
{
    if (s->count > 0)
        qsort(s->at, s->count, sizeof *s->at, order);
}

/* The first of those that say `what` or more; NULL: none does. */
static const struct said *from(const struct says *s, uint64_t what)
{
    size_t lo = 0, hi = s->count;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (s->at[mid].what < what)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < s->count ? &s->at[lo] : NULL;
}

static gw_result note_prune(struct present *p, const struct segment_frame *frame)
{
    struct slice rest = frame->groups;
    struct segment_group g;
    uint64_t hour;
    bool of_groups;
    while (gw_ok(segment_group_next(&rest, &g)))
        if (slice_is(g.name, SLICE_LIT("what")) && segment_group_fits(frame, &g) &&
            gw_ok(prune_says(g.text, &hour, &of_groups)))
            TRY(add(of_groups ? &p->ended : &p->pruned, hour, frame->seq));
    return gw_is(GW_OK);
}

static gw_result see_word(struct present *p, const struct segment_frame *frame)
{
    struct slice type, refs, item;
    uint64_t seq;
    if (frame->seq >= p->size || !gw_ok(jcs_text(frame->leaf, "type", &type)))
        return gw_is(GW_OK); /* what nobody has signed excuses nothing */
    if (slice_is(type, SLICE_LIT("prune")))
        return note_prune(p, frame);
    if (!slice_is(type, SLICE_LIT("erase")) || !gw_ok(jcs_find(frame->leaf, "ref", &refs)))
        return gw_is(GW_OK);
    while (gw_ok(jcs_item(&refs, &item)) && gw_ok(slice_u64(item, &seq)))
        TRY(add(&p->erased, seq, frame->seq));
    return gw_is(GW_OK);
}

/* --- keys --------------------------------------------------------------------------------------
 */

static gw_result read_epoch(struct present *p, struct slice name, struct epoch *e)
{
    char path[KEYRING_PATH];
    snprintf(e->name, sizeof e->name, "%.*s", (int)name.len, name.at);
    buf_clear(&e->rows);
    keyring_path(name, "age", path);
    e->has_envelope = faccessat(p->dir, path, F_OK, 0) == 0;
    keyring_path(name, "units", path);
    gw_result r = disk_read(p->dir, path, &e->rows);
    return r.code == GW_NOT_FOUND ? gw_is(GW_OK) : r;
}

static gw_result has_key(struct present *p, const struct segment_blob *blob, bool *has)
{
    unsigned char unit[RECORD_UNIT];
    size_t h = 0;
    *has = false;
    if (!gw_ok(record_epoch_check(blob->epoch)) || !gw_ok(keyring_unit_read(blob->unit, unit)))
        return gw_is(GW_OK);
    for (size_t i = 0; i < blob->epoch.len; i++)
        h = h * 31 + (unsigned char)blob->epoch.at[i];
    struct epoch *e = &p->epochs[h % EPOCHS];
    if (!slice_is(slice_str(e->name), blob->epoch))
        TRY(read_epoch(p, blob->epoch, e));
    struct slice rows = buf_slice(&e->rows);
    for (size_t at = 0; e->has_envelope && at + KEYRING_ROW <= rows.len; at += KEYRING_ROW)
        if (memcmp(rows.at + at, unit, RECORD_UNIT) == 0)
            *has = !segment_is_zero(slice_cut(rows, at + RECORD_UNIT, at + KEYRING_ROW));
    return gw_is(GW_OK);
}

/* --- what is there -----------------------------------------------------------------------------
 */

static gw_result tell(struct present *p, const struct present_item *item)
{
    (item->is_group ? p->counts->groups : p->counts->payloads)[item->state]++;
    return item->state == PRESENT_HERE ? gw_is(GW_OK) : p->each(p->owner, item);
}

/* Whether a record says that it went. */
static bool is_said(const struct present *p, struct present_item *item, uint64_t hour)
{
    const struct said *erased = from(&p->erased, item->seq);
    const struct said *pruned = from(item->is_group ? &p->ended : &p->pruned, hour + 1);
    if (erased != NULL && erased->what == item->seq) {
        item->state = PRESENT_ERASED;
        item->by = erased->by;
        return true;
    }
    if (hour == 0 || pruned == NULL)
        return false;
    item->state = PRESENT_PRUNED;
    item->by = pruned->by;
    return true;
}

static gw_result see_blob(struct present *p, const struct segment_frame *frame, size_t n,
                          const struct segment_blob *blob)
{
    struct present_item item = {.seq = frame->seq, .kind = blob->kind, .state = PRESENT_HERE};
    uint64_t hour = 0;
    bool has = true;
    (void)!gw_ok(slice_u64(slice_cut(blob->epoch, 0, PRUNE_HOUR), &hour));
    if (blob->is_gone) {
        if (!is_said(p, &item, hour))
            item.state = PRESENT_MISSING;
    } else if (!segment_blob_fits(frame, n)) {
        item.state = PRESENT_CHANGED;
    } else {
        TRY(has_key(p, blob, &has));
        if (!has && !is_said(p, &item, hour)) /* keys go before what they open */
            item.state = PRESENT_KEYLESS;
    }
    return tell(p, &item);
}

static gw_result see_frame(struct present *p, const struct segment_frame *frame)
{
    struct slice rest = frame->groups;
    struct segment_group g;
    struct segment_blob blob;
    if (frame->seq >= p->size)
        return gw_is(GW_OK);
    while (gw_ok(segment_group_next(&rest, &g))) {
        struct present_item item = {
            .seq = frame->seq, .kind = g.name, .is_group = true, .state = PRESENT_HERE};
        if (segment_group_may_go(&g) && segment_group_is_gone(&g)) {
            if (!is_said(p, &item, prune_hour_of(frame->leaf)))
                item.state = PRESENT_MISSING;
        } else if (!segment_group_fits(frame, &g)) {
            item.state = PRESENT_CHANGED;
        }
        TRY(tell(p, &item));
    }
    for (size_t i = 0; gw_ok(segment_blob(frame, i, &blob)); i++)
        TRY(see_blob(p, frame, i, &blob));
    return gw_is(GW_OK);
}

/* All frames whose head and leaf are whole; GW_CORRUPT behind one that is not. */
static gw_result walk(struct present *p,
                      gw_result (*see)(struct present *p, const struct segment_frame *frame))
{
    struct segment_list list = {0};
    struct segment_frame frame;
    struct buf bytes;
    char name[SEGMENT_NAME];
    buf_init(&bytes, SEGMENT_FILE_MAX);
    gw_result r = segment_list_read(p->dir, &list);
    p->seen = list.count == 0 ? 0 : list.first[0];
    for (size_t i = 0; i < list.count && gw_ok(r); i++) {
        segment_name(list.first[i], name);
        buf_clear(&bytes);
        r = disk_read(p->dir, name, &bytes);
        struct slice rest = buf_slice(&bytes);
        while (gw_ok(r) && rest.len > 0 && gw_ok(r = segment_read(rest, &frame))) {
            r = see(p, &frame);
            p->seen++;
            rest = slice_from(rest, frame.bytes);
        }
        r = r.code == GW_NOT_FOUND ? gw_is(GW_OK) : r; /* zeros up to the end */
    }
    buf_free(&bytes);
    segment_list_free(&list);
    return r.code == GW_CORRUPT && p->seen >= p->size ? gw_is(GW_OK) : r; /* being written */
}

gw_result present_run(const char *dir, uint64_t size,
                      gw_result (*each)(void *owner, const struct present_item *item), void *owner,
                      struct present_counts *counts)
{
    struct present *p = calloc(1, sizeof *p);
    *counts = (struct present_counts){0};
    if (p == NULL)
        return gw_is(GW_NO_MEMORY);
    p->counts = counts;
    p->size = size;
    p->each = each;
    p->owner = owner;
    p->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (size_t i = 0; i < EPOCHS; i++)
        buf_init(&p->epochs[i].rows, KEYRING_UNITS);
    gw_result r = p->dir < 0 ? gw_is(GW_NOT_FOUND) : walk(p, see_word);
    sort(&p->erased);
    sort(&p->pruned);
    sort(&p->ended);
    if (gw_ok(r))
        r = walk(p, see_frame);
    for (size_t i = 0; i < EPOCHS; i++)
        buf_free(&p->epochs[i].rows);
    free(p->erased.at);
    free(p->pruned.at);
    free(p->ended.at);
    if (p->dir >= 0)
        close(p->dir);
    free(p);
    return r;
}
