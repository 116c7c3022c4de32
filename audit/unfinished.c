/* audit/unfinished.c - see unfinished.h. */
#include "proxy/base/base.h"
#include "audit/unfinished.h"
#include "audit/disk.h"
#include "audit/erase.h"
#include "audit/jcs.h"
#include "audit/prune.h"
#include "audit/scan.h"
#include "proxy/base/clock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE = 32 };

static const char mark[] = "erasing";

struct work {
    int dir, fd;      /* of the log; of a segment, or -1 */
    uint64_t segment; /* that one */
    uint64_t size;    /* signed records */
    uint64_t *seqs;   /* that erase records name, ascending */
    size_t count, room, at;
    struct erase_units units;
    uint64_t erased;
    struct scan_end end;
};

static gw_result add(struct work *w, uint64_t seq)
{
    if (w->count == w->room) {
        size_t room = w->room == 0 ? 64 : 2 * w->room;
        uint64_t *more = realloc(w->seqs, room * sizeof *more);
        if (more == NULL)
            return gw_is(GW_NO_MEMORY);
        w->seqs = more;
        w->room = room;
    }
    w->seqs[w->count++] = seq;
    return gw_is(GW_OK);
}

static gw_result see_record(void *work, const struct segment_frame *frame)
{
    struct work *w = work;
    struct slice type, refs, item;
    uint64_t seq;
    if (frame->seq >= w->size)
        return gw_is(GW_AGAIN);
    if (!gw_ok(jcs_text(frame->leaf, "type", &type)) || !slice_is(type, SLICE_LIT("erase")) ||
        !gw_ok(jcs_find(frame->leaf, "ref", &refs)))
        return gw_is(GW_OK);
    while (gw_ok(jcs_item(&refs, &item)))
        if (gw_ok(slice_u64(item, &seq)) && seq < frame->seq)
            TRY(add(w, seq));
    return gw_is(GW_OK);
}

static int order(const void *a, const void *b)
{
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

static gw_result leave_segment(struct work *w)
{
    bool is_done = w->fd < 0 || fdatasync(w->fd) == 0;
    if (w->fd >= 0)
        close(w->fd);
    w->fd = -1;
    return gw_is(is_done ? GW_OK : GW_IO);
}

static gw_result enter_segment(struct work *w)
{
    char name[SEGMENT_NAME];
    if (w->fd >= 0 && w->segment == w->end.segment)
        return gw_is(GW_OK);
    TRY(leave_segment(w));
    w->segment = w->end.segment;
    segment_name(w->segment, name);
    w->fd = openat(w->dir, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    return gw_is(w->fd < 0 ? GW_IO : GW_OK);
}

static gw_result see_target(void *work, const struct segment_frame *frame)
{
    struct work *w = work;
    while (w->at < w->count && w->seqs[w->at] < frame->seq)
        w->at++; /* named twice, or gone with its segment */
    if (w->at == w->count)
        return gw_is(GW_AGAIN);
    if (w->seqs[w->at] != frame->seq)
        return gw_is(GW_OK);
    TRY(enter_segment(w));
    w->erased++;
    return erase_at(w->fd, w->end.at, frame, &w->units);
}

/* Workers that have outlived the auditor may seal under keys of this hour. */
static void leave_this_hour(struct erase_units *units)
{
    static const struct clock real;
    char now[PRUNE_HOUR + 1];
    size_t kept = 0;
    prune_hour(clock_wall_us(&real), now);
    for (size_t i = 0; i < units->count; i++)
        if (strncmp(units->at[i].epoch, now, PRUNE_HOUR) < 0)
            units->at[kept++] = units->at[i];
    units->count = kept;
}

static gw_result walk(struct work *w, uint64_t from,
                      gw_result (*see)(void *work, const struct segment_frame *frame))
{
    gw_result r = scan_walk(w->dir, from, see, w, &w->end);
    return r.code == GW_AGAIN ? gw_is(GW_OK) : r; /* it has seen enough */
}

static gw_result do_again(struct work *w, uint64_t since)
{
    TRY(walk(w, since, see_record));
    if (w->count == 0)
        return gw_is(GW_OK);
    qsort(w->seqs, w->count, sizeof *w->seqs, order);
    gw_result r = walk(w, w->seqs[0], see_target);
    gw_result left = leave_segment(w);
    TRY(gw_ok(r) ? left : r);
    leave_this_hour(&w->units);
    TRY(erase_keys(w->dir, &w->units));
    const char *const index[] = {"index.db", "index.db-wal", "index.db-shm"};
    for (size_t i = 0; i < GW_COUNT(index); i++) /* it would know; who asks next makes it anew */
        if (unlinkat(w->dir, index[i], 0) != 0 && errno != ENOENT)
            return gw_is(GW_IO);
    return gw_is(GW_OK);
}

static gw_result finish(int dir, int fd, uint64_t size, uint64_t *records)
{
    struct work w = {.dir = dir, .fd = -1, .size = size};
    char text[LINE];
    uint64_t since;
    ssize_t n = pread(fd, text, sizeof text, 0);
    struct slice line = slice_of(text, n < 0 ? 0 : (size_t)n);
    if (n < 0)
        return gw_is(GW_IO);
    *records = 0;
    if (!gw_ok(slice_u64(slice_cut(line, 0, slice_find_byte(line, '\n')), &since)))
        return gw_is(GW_OK); /* it was never written: no record followed */
    gw_result r = do_again(&w, since);
    *records = w.erased;
    free(w.seqs);
    erase_units_free(&w.units);
    return r;
}

/* The file that has that name now, locked; GW_AGAIN: somebody else holds it. */
static gw_result take(int dir, int flags, int how, int *fd)
{
    struct stat st;
    for (;;) {
        *fd = openat(dir, mark, flags | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (*fd < 0)
            return gw_is(errno == ENOENT ? GW_NOT_FOUND : GW_IO);
        if (flock(*fd, how) != 0) {
            enum gw_code code = errno == EWOULDBLOCK ? GW_AGAIN : GW_IO;
            close(*fd);
            return gw_is(code);
        }
        if (fstat(*fd, &st) == 0 && st.st_nlink > 0)
            return gw_is(GW_OK);
        close(*fd); /* its owner was through, and removed it meanwhile */
    }
}

gw_result unfinished_begin(int dir, uint64_t size, int *fd)
{
    char text[LINE];
    uint64_t records;
    TRY(take(dir, O_CREAT, LOCK_EX, fd));
    gw_result r = finish(dir, *fd, size, &records);
    int n = snprintf(text, sizeof text, "%llu\n", (unsigned long long)size);
    if (gw_ok(r) && (ftruncate(*fd, 0) != 0 || pwrite(*fd, text, (size_t)n, 0) != n ||
                     fsync(*fd) != 0 || !gw_ok(disk_sync_dir(dir, mark))))
        r = gw_is(GW_IO);
    if (!gw_ok(r))
        close(*fd);
    return r;
}

gw_result unfinished_end(int dir, int fd)
{
    bool is_gone = unlinkat(dir, mark, 0) == 0;
    close(fd);
    return gw_is(is_gone ? GW_OK : GW_IO);
}

gw_result unfinished_finish(int dir, uint64_t size, uint64_t *records)
{
    int fd;
    *records = 0;
    gw_result r = take(dir, 0, LOCK_EX | LOCK_NB, &fd);
    if (r.code == GW_NOT_FOUND || r.code == GW_AGAIN)
        return gw_is(GW_OK);
    TRY(r);
    r = finish(dir, fd, size, records);
    if (gw_ok(r))
        return unfinished_end(dir, fd);
    close(fd);
    return r;
}
