/* audit/show.c - see show.h. */
#include "proxy/base/base.h"
#include "audit/show.h"
#include "audit/prove.h"
#include "audit/scan.h"

#include <fcntl.h>
#include <unistd.h>

struct wanted {
    int dir;
    gw_result (*see)(void *owner, int dir, const struct segment_frame *f);
    void *owner;
};

gw_result show_frame(const struct segment_frame *frame, struct buf *out)
{
    struct slice rest = frame->groups;
    struct segment_group g;
    bool first = true;
    buf_put_str(out, "{\"groups\":{");
    while (gw_ok(segment_group_next(&rest, &g))) {
        buf_put_str(out, first ? "\"" : ",\"");
        buf_put(out, g.name);
        buf_put_str(out, "\":");
        buf_put(out, segment_group_is_gone(&g) ? SLICE_LIT("null") : g.text);
        first = false;
    }
    buf_put_str(out, "},\"leaf\":");
    buf_put(out, frame->leaf);
    buf_put_str(out, "}");
    return buf_result(out);
}

static gw_result see_one(void *owner, const struct segment_frame *frame)
{
    const struct wanted *w = owner;
    return w->see(w->owner, w->dir, frame);
}

gw_result show_one(const char *dir, uint64_t seq,
                   gw_result (*see)(void *owner, int dir, const struct segment_frame *f),
                   void *owner)
{
    struct wanted w = {.see = see, .owner = owner};
    w.dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (w.dir < 0)
        return gw_is(GW_NOT_FOUND);
    gw_result r = scan_find(w.dir, seq, see_one, &w);
    close(w.dir);
    return r;
}

static gw_result show_it(void *owner, int dir, const struct segment_frame *frame)
{
    (void)dir;
    return show_frame(frame, owner);
}

gw_result show_record(const char *dir, uint64_t seq, struct buf *out)
{
    struct buf entry;
    gw_result r = show_one(dir, seq, show_it, out);
    if (r.code != GW_NOT_FOUND)
        return r;
    buf_init(&entry, UINT16_MAX); /* its segment is gone: its leaf may be there */
    r = prove_entry(dir, seq, &entry);
    const struct segment_frame frame = {.seq = seq, .leaf = buf_slice(&entry)};
    if (gw_ok(r))
        r = show_frame(&frame, out);
    buf_free(&entry);
    return r;
}

/* A ring of the last leaves. */
struct ring {
    struct buf *at;
    size_t n;
    uint64_t seen;
};

static gw_result see_tail(void *owner, const struct segment_frame *frame)
{
    struct ring *ring = owner;
    struct buf *to = &ring->at[ring->seen++ % ring->n];
    buf_clear(to);
    return buf_add(to, frame->leaf);
}

gw_result show_tail(const char *dir, size_t n, void (*line)(void *owner, struct slice leaf),
                    void *owner)
{
    struct scan_end end;
    n = n > SHOW_TAIL ? SHOW_TAIL : n;
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return gw_is(GW_NOT_FOUND);
    struct ring ring = {.at = calloc(n == 0 ? 1 : n, sizeof *ring.at), .n = n == 0 ? 1 : n};
    if (ring.at == NULL) {
        close(fd);
        return gw_is(GW_NO_MEMORY);
    }
    for (size_t i = 0; i < ring.n; i++)
        buf_init(&ring.at[i], UINT16_MAX + 1);
    gw_result r = scan_walk(fd, 0, see_tail, &ring, &end);
    if (gw_ok(r) && ring.seen == 0 && faccessat(fd, "LOG", F_OK, 0) != 0)
        r = gw_is(GW_NOT_FOUND); /* a directory, and no log in it */
    uint64_t from = ring.seen > n ? ring.seen - n : 0;
    for (uint64_t i = from; gw_ok(r) && i < ring.seen; i++)
        line(owner, buf_slice(&ring.at[i % ring.n]));
    for (size_t i = 0; i < ring.n; i++)
        buf_free(&ring.at[i]);
    free(ring.at);
    close(fd);
    return r;
}

/* Who wants every leaf. */
struct every_leaf {
    void (*line)(void *owner, struct slice leaf);
    void *owner;
};

static gw_result see_each(void *owner, const struct segment_frame *frame)
{
    const struct every_leaf *to = owner;
    to->line(to->owner, frame->leaf);
    return gw_is(GW_OK);
}

gw_result show_each(const char *dir, void (*line)(void *owner, struct slice leaf), void *owner)
{
    struct every_leaf to = {line, owner};
    struct scan_end end;
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return gw_is(GW_NOT_FOUND);
    gw_result r = scan_walk(fd, 0, see_each, &to, &end);
    close(fd);
    return r;
}
