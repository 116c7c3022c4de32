/* audit/scan.c - see scan.h. */
#include "proxy/base/base.h"
#include "audit/scan.h"
#include "audit/disk.h"

#include <fcntl.h>
#include <unistd.h>

enum { FRAME_GUESS = 4096 };

struct walk {
    int dir;
    gw_result (*see)(void *, const struct segment_frame *);
    void *owner;
    struct segment_list list;
    struct buf bytes;
    struct scan_end *end;
};

static gw_result load(struct walk *w, size_t i)
{
    char name[SEGMENT_NAME];
    segment_name(w->list.first[i], name);
    buf_clear(&w->bytes);
    return disk_read(w->dir, name, &w->bytes);
}

/* The frames of one segment; *whole: zeros follow the last one. */
static gw_result walk_segment(struct walk *w, bool *whole)
{
    struct slice all = buf_slice(&w->bytes);
    struct segment_frame frame;
    size_t at = 0;
    gw_result r = gw_is(GW_NOT_FOUND);
    while (at < all.len) {
        r = segment_read(slice_from(all, at), &frame);
        if (gw_ok(r))
            r = frame.seq == w->end->next ? segment_check(&frame) : gw_is(GW_CORRUPT);
        if (!gw_ok(r))
            break;
        w->end->at = at;
        TRY(w->see(w->owner, &frame));
        at += frame.bytes;
        w->end->next++;
    }
    if (at == all.len)
        r = gw_is(GW_NOT_FOUND);
    *whole = r.code == GW_NOT_FOUND;
    w->end->at = at;
    w->end->tail_bytes = *whole ? 0 : all.len - at;
    return gw_is(GW_OK);
}

/* A walk that ended badly in segment i: torn, or a hole? */
static gw_result judge(struct walk *w, size_t i, size_t skip)
{
    uint64_t seq = w->end->next;
    w->end->state = SCAN_HOLE;
    for (; i < w->list.count; i++, skip = 0) {
        TRY(load(w, i));
        if (segment_has_frame(slice_from(buf_slice(&w->bytes), skip), seq, SEGMENT_FIRST))
            return gw_is(GW_OK);
    }
    w->end->state = SCAN_TORN;
    return gw_is(GW_OK);
}

static gw_result walk_all(struct walk *w, uint64_t from)
{
    size_t i = 0;
    while (i + 1 < w->list.count && w->list.first[i + 1] <= from)
        i++;
    w->end->empty = w->list.count == 0;
    if (w->end->empty) {
        w->end->state = SCAN_CLEAN;
        return gw_is(GW_OK);
    }
    w->end->begin = w->end->next = w->list.first[i];
    for (; i < w->list.count; i++) {
        bool whole = false;
        if (w->list.first[i] != w->end->next)
            return judge(w, i, 0);
        w->end->segment = w->list.first[i];
        TRY(load(w, i));
        TRY(walk_segment(w, &whole));
        if (!whole)
            return judge(w, i, w->end->at);
    }
    w->end->state = SCAN_CLEAN;
    return gw_is(GW_OK);
}

gw_result scan_walk(int dir, uint64_t from,
                    gw_result (*see)(void *owner, const struct segment_frame *frame), void *owner,
                    struct scan_end *end)
{
    struct walk w = {.dir = dir, .see = see, .owner = owner, .end = end};
    *end = (struct scan_end){0};
    TRY(segment_list_read(dir, &w.list));
    buf_init(&w.bytes, SEGMENT_FILE_MAX);
    gw_result r = walk_all(&w, from);
    buf_free(&w.bytes);
    segment_list_free(&w.list);
    return r;
}

struct wanted {
    uint64_t seq;
    gw_result (*see)(void *owner, const struct segment_frame *frame);
    void *owner;
    gw_result said;
};

static gw_result see_wanted(void *owner, const struct segment_frame *frame)
{
    struct wanted *w = owner;
    if (frame->seq != w->seq)
        return gw_is(GW_OK);
    w->said = w->see(w->owner, frame);
    return gw_is(GW_AGAIN); /* seen enough */
}

gw_result scan_find(int dir, uint64_t seq,
                    gw_result (*see)(void *owner, const struct segment_frame *frame), void *owner)
{
    struct wanted w = {.seq = seq, .see = see, .owner = owner};
    struct scan_end end;
    gw_result r = scan_walk(dir, seq, see_wanted, &w, &end);
    if (r.code == GW_AGAIN)
        return w.said;
    return gw_ok(r) ? gw_is(GW_NOT_FOUND) : r;
}

/* As many bytes as are there, at most n. */
static gw_result read_at(int fd, size_t at, size_t n, struct buf *bytes)
{
    char *to;
    TRY(buf_room(bytes, n, &to));
    ssize_t got = pread(fd, to, n, (off_t)at);
    if (got < 0)
        return gw_is(GW_IO);
    buf_wrote(bytes, (size_t)got);
    return gw_is(GW_OK);
}

gw_result scan_frame(int dir, uint64_t segment, size_t at, uint64_t seq, struct buf *bytes,
                     struct segment_frame *out)
{
    char name[SEGMENT_NAME];
    segment_name(segment, name);
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return gw_is(errno == ENOENT ? GW_CORRUPT : GW_IO);
    buf_clear(bytes);
    gw_result r = read_at(fd, at, FRAME_GUESS, bytes);
    size_t whole = gw_ok(r) ? segment_frame_length(buf_slice(bytes)) : 0;
    if (gw_ok(r) && whole > FRAME_GUESS)
        r = read_at(fd, at + FRAME_GUESS, whole - FRAME_GUESS, bytes);
    close(fd);
    TRY(r);
    if (!gw_ok(segment_read(slice_cut(buf_slice(bytes), 0, whole), out)) || out->seq != seq)
        return gw_is(GW_CORRUPT);
    return segment_check(out);
}
