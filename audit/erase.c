/* audit/erase.c - see erase.h. */
#include "proxy/base/base.h"
#include "audit/erase.h"
#include "audit/disk.h"
#include "audit/keyring.h"
#include "audit/scan.h"

#include <fcntl.h>
#include <unistd.h>

static struct erase_unit *find_unit(const struct erase_units *units, const struct segment_blob *b)
{
    unsigned char id[RECORD_UNIT];
    if (!gw_ok(keyring_unit_read(b->unit, id)))
        return NULL;
    for (size_t i = units->count; i-- > 0;)
        if (memcmp(units->at[i].id, id, sizeof id) == 0 &&
            slice_is(slice_str(units->at[i].epoch), b->epoch))
            return &units->at[i];
    return NULL;
}

static gw_result add_unit(struct erase_units *units, const struct segment_blob *b)
{
    if (find_unit(units, b) != NULL)
        return gw_is(GW_OK);
    if (units->count == units->room) {
        size_t room = units->room == 0 ? 64 : 2 * units->room;
        struct erase_unit *more = realloc(units->at, room * sizeof *more);
        if (more == NULL)
            return gw_is(GW_NO_MEMORY);
        units->at = more;
        units->room = room;
    }
    struct erase_unit *u = &units->at[units->count];
    *u = (struct erase_unit){.is_needed = false};
    if (!gw_ok(keyring_unit_read(b->unit, u->id)) || !gw_ok(record_epoch_check(b->epoch)))
        return gw_is(GW_CORRUPT);
    memcpy(u->epoch, b->epoch.at, RECORD_EPOCH);
    units->count++;
    return gw_is(GW_OK);
}

/* Of the payloads. */
static gw_result overwrite_sealed(int fd, size_t at, const struct segment_frame *frame,
                                  struct erase_units *units)
{
    size_t leaf = at + SEGMENT_HEAD;
    struct segment_blob blob;
    gw_result r;
    for (size_t i = 0; gw_ok(r = segment_blob(frame, i, &blob)); i++) {
        TRY(add_unit(units, &blob));
        if (!blob.is_gone)
            TRY(disk_zero(fd, leaf + (size_t)(blob.bytes.at - frame->leaf.at), blob.bytes.len));
    }
    return r.code == GW_NOT_FOUND ? gw_is(GW_OK) : r;
}

gw_result erase_groups(int fd, size_t at, const struct segment_frame *frame, bool *any)
{
    struct slice rest = frame->groups;
    struct segment_group g;
    size_t leaf = at + SEGMENT_HEAD;
    *any = false;
    while (gw_ok(segment_group_next(&rest, &g))) {
        if (!segment_group_may_go(&g) || segment_group_is_gone(&g))
            continue;
        TRY(disk_zero(fd, leaf + (size_t)(g.text.at - frame->leaf.at), g.text.len));
        TRY(disk_zero(fd, leaf + (size_t)(g.salt.at - frame->leaf.at), g.salt.len));
        *any = true;
    }
    return gw_is(GW_OK);
}

static int open_segment(int dir, uint64_t segment)
{
    char name[SEGMENT_NAME];
    segment_name(segment, name);
    return openat(dir, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
}

gw_result erase_at(int fd, size_t at, const struct segment_frame *frame, struct erase_units *units)
{
    bool any;
    TRY(erase_groups(fd, at, frame, &any));
    return overwrite_sealed(fd, at, frame, units);
}

gw_result erase_frame(int dir, const struct index_row *row, struct erase_units *units)
{
    struct buf bytes;
    struct segment_frame frame;
    buf_init(&bytes, SEGMENT_FRAME_MAX);
    int fd = open_segment(dir, row->segment);
    gw_result r =
        fd < 0 ? gw_is(GW_IO) : scan_frame(dir, row->segment, row->at, row->seq, &bytes, &frame);
    if (gw_ok(r))
        r = erase_at(fd, row->at, &frame, units);
    if (fd >= 0)
        close(fd);
    buf_free(&bytes);
    return r;
}

gw_result erase_sync(int dir, uint64_t segment)
{
    int fd = open_segment(dir, segment);
    if (fd < 0)
        return gw_is(GW_IO);
    bool done = fdatasync(fd) == 0;
    close(fd);
    return gw_is(done ? GW_OK : GW_IO);
}

static gw_result see_need(void *owner, const struct segment_frame *frame)
{
    struct erase_units *units = owner;
    struct segment_blob blob;
    for (size_t i = 0; gw_ok(segment_blob(frame, i, &blob)); i++) {
        struct erase_unit *u = blob.is_gone ? NULL : find_unit(units, &blob);
        if (u != NULL)
            u->is_needed = true;
    }
    return gw_is(GW_OK);
}

gw_result erase_keys(int dir, struct erase_units *units)
{
    struct scan_end end;
    if (units->count == 0)
        return gw_is(GW_OK);
    TRY(scan_walk(dir, 0, see_need, units, &end));
    for (size_t i = 0; i < units->count; i++)
        if (!units->at[i].is_needed)
            TRY(keyring_erase(dir, slice_str(units->at[i].epoch), units->at[i].id));
    return gw_is(GW_OK);
}

void erase_units_free(struct erase_units *units)
{
    free(units->at);
    *units = (struct erase_units){0};
}
