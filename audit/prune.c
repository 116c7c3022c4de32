/* audit/prune.c - see prune.h. Reads the log twice: what is held, then what goes. */
#include "proxy/base/base.h"
#include "audit/prune.h"
#include "audit/disk.h"
#include "audit/erase.h"
#include "audit/facet.h"
#include "audit/jcs.h"
#include "audit/keyring.h"
#include "audit/scan.h"
#include "proxy/base/clock.h"

#include <fcntl.h>
#include <unistd.h>

struct kept {
    char epoch[RECORD_EPOCH + 1];
};

struct pruning {
    struct prune *p;
    int dir, fd;       /* of the log; of a segment, or -1 */
    uint64_t segment;  /* that one */
    struct kept *kept; /* epochs that a hold needs */
    size_t kept_count, kept_room;
    struct scan_end end;
};

void prune_hour(int64_t wall_us, char out[PRUNE_HOUR + 1])
{
    char when[28];
    clock_rfc3339(wall_us, when);
    snprintf(out, PRUNE_HOUR + 1, "%.4s%.2s%.2s%.2s", when, when + 5, when + 8, when + 11);
}

uint64_t prune_hour_of(struct slice leaf)
{
    struct slice t, type;
    char hour[PRUNE_HOUR + 1];
    uint64_t n = 0;
    if (!gw_ok(jcs_text(leaf, "type", &type)) || !slice_has_prefix(type, SLICE_LIT("exchange.")) ||
        !gw_ok(jcs_text(leaf, "t", &t)) || facet_time_us(t) == 0)
        return 0;
    prune_hour(facet_time_us(t), hour);
    return gw_ok(slice_u64(slice_str(hour), &n)) ? n : 0;
}

gw_result prune_says(struct slice what, uint64_t *hour, bool *of_groups)
{
    struct slice said;
    if (!gw_ok(jcs_text(what, "query", &said)))
        return gw_is(GW_NOT_FOUND);
    *of_groups = slice_has_prefix(said, SLICE_LIT(PRUNE_SAYS_GROUPS));
    if (!*of_groups && !slice_has_prefix(said, SLICE_LIT(PRUNE_SAYS)))
        return gw_is(GW_NOT_FOUND);
    size_t word = *of_groups ? sizeof PRUNE_SAYS_GROUPS : sizeof PRUNE_SAYS;
    return gw_is(gw_ok(slice_u64(slice_from(said, word - 1), hour)) ? GW_OK : GW_NOT_FOUND);
}

static bool is_old(const struct pruning *g, struct slice epoch)
{
    return epoch.len >= PRUNE_HOUR &&
           slice_order(slice_cut(epoch, 0, PRUNE_HOUR), slice_str(g->p->before)) < 0;
}

static bool is_kept(const struct pruning *g, struct slice epoch)
{
    for (size_t i = g->kept_count; i-- > 0;)
        if (slice_is(slice_str(g->kept[i].epoch), epoch))
            return true;
    return false;
}

static bool must_stop(const struct pruning *g)
{
    return g->p->must_stop != NULL && g->p->must_stop(g->p->owner);
}

static gw_result keep(struct pruning *g, struct slice epoch)
{
    if (is_kept(g, epoch))
        return gw_is(GW_OK);
    if (g->kept_count == g->kept_room) {
        size_t room = g->kept_room == 0 ? 64 : 2 * g->kept_room;
        struct kept *more = realloc(g->kept, room * sizeof *more);
        if (more == NULL)
            return gw_is(GW_NO_MEMORY);
        g->kept = more;
        g->kept_room = room;
    }
    snprintf(g->kept[g->kept_count++].epoch, sizeof g->kept->epoch, "%.*s", (int)epoch.len,
             epoch.at);
    return gw_is(GW_OK);
}

/* Its exchange was before the hour that ends disclosures. */
static bool has_old_groups(const struct pruning *g, const struct segment_frame *frame)
{
    uint64_t before = 0, hour = prune_hour_of(frame->leaf);
    return gw_ok(slice_u64(slice_str(g->p->groups_before), &before)) && hour != 0 && hour < before;
}

/* Disclosures that would end, were it not for a hold. */
static bool has_groups_left(const struct segment_frame *frame)
{
    struct slice rest = frame->groups;
    struct segment_group group;
    while (gw_ok(segment_group_next(&rest, &group)))
        if (segment_group_may_go(&group) && !segment_group_is_gone(&group))
            return true;
    return false;
}

/* Epochs of records that are held, and how many records stay for it. */
static gw_result see_held(void *owner, const struct segment_frame *frame)
{
    struct pruning *g = owner;
    struct segment_blob blob;
    if (must_stop(g))
        return gw_is(GW_AGAIN);
    bool any = has_old_groups(g, frame) && has_groups_left(frame) &&
               g->p->is_held(g->p->owner, frame->seq);
    for (size_t i = 0; gw_ok(segment_blob(frame, i, &blob)); i++) {
        if (blob.is_gone || !is_old(g, blob.epoch) || !g->p->is_held(g->p->owner, frame->seq))
            continue;
        any = true;
        TRY(keep(g, blob.epoch));
    }
    g->p->held += any;
    if (any && g->p->stays != NULL)
        g->p->stays(g->p->owner, frame->seq);
    return gw_is(GW_OK);
}

static gw_result remove_file(void *pruning, int folder, const char *name)
{
    struct pruning *g = pruning;
    struct slice file = slice_str(name), epoch = slice_cut(file, 0, RECORD_EPOCH);
    char path[KEYRING_PATH];
    (void)folder;
    bool is_age = slice_has_suffix(file, SLICE_LIT(".age"));
    if ((!is_age && !slice_has_suffix(file, SLICE_LIT(".units"))) ||
        !gw_ok(record_epoch_check(epoch)) || !is_old(g, epoch) || is_kept(g, epoch))
        return gw_is(GW_OK);
    keyring_path(epoch, is_age ? "age" : "units", path);
    if (unlinkat(g->dir, path, 0) != 0)
        return gw_is(GW_IO);
    g->p->epochs += is_age;
    return gw_is(GW_OK);
}

static gw_result remove_keys(struct pruning *g)
{
    if (faccessat(g->dir, "keys", F_OK, 0) != 0 && errno == ENOENT)
        return gw_is(GW_OK); /* nothing was ever sealed */
    gw_result r = disk_each(g->dir, "keys", remove_file, g);
    return gw_ok(r) ? disk_sync_dir(g->dir, "keys/x") : r;
}

static gw_result close_segment(struct pruning *g)
{
    bool is_done = g->fd < 0 || fdatasync(g->fd) == 0;
    if (g->fd >= 0)
        close(g->fd);
    g->fd = -1;
    return gw_is(is_done ? GW_OK : GW_IO);
}

static gw_result open_segment(struct pruning *g)
{
    char name[SEGMENT_NAME];
    if (g->fd >= 0 && g->segment == g->end.segment)
        return gw_is(GW_OK);
    TRY(close_segment(g));
    g->segment = g->end.segment;
    segment_name(g->segment, name);
    g->fd = openat(g->dir, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    return gw_is(g->fd < 0 ? GW_IO : GW_OK);
}

/* The groups of an exchange that say something of people. */
static gw_result end_groups(struct pruning *g, const struct segment_frame *frame)
{
    bool any = false;
    if (!has_old_groups(g, frame) || g->p->is_held(g->p->owner, frame->seq))
        return gw_is(GW_OK);
    TRY(open_segment(g));
    TRY(erase_groups(g->fd, g->end.at, frame, &any));
    g->p->groups += any;
    return any && g->p->each != NULL ? g->p->each(g->p->owner, frame->seq) : gw_is(GW_OK);
}

static gw_result see_old(void *owner, const struct segment_frame *frame)
{
    struct pruning *g = owner;
    struct segment_blob blob;
    if (must_stop(g))
        return gw_is(GW_AGAIN);
    for (size_t i = 0; gw_ok(segment_blob(frame, i, &blob)); i++) {
        if (blob.is_gone || !is_old(g, blob.epoch) || g->p->is_held(g->p->owner, frame->seq))
            continue;
        size_t from = (size_t)(blob.bytes.at - frame->leaf.at) + SEGMENT_HEAD;
        TRY(open_segment(g));
        TRY(disk_zero(g->fd, g->end.at + from, blob.bytes.len));
        g->p->payloads++;
    }
    return end_groups(g, frame);
}

gw_result prune_run(int dir, struct prune *p)
{
    struct pruning g = {.p = p, .dir = dir, .fd = -1};
    gw_result r = scan_walk(dir, 0, see_held, &g, &g.end);
    if (gw_ok(r) && g.end.state == SCAN_HOLE) /* what is held behind it was not seen */
        r = gw_is(GW_CORRUPT);
    if (gw_ok(r))
        r = remove_keys(&g);
    if (gw_ok(r))
        r = scan_walk(dir, 0, see_old, &g, &g.end);
    gw_result closed = close_segment(&g);
    free(g.kept);
    return gw_ok(r) ? closed : r;
}
