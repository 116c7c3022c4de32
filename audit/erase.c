/* audit/erase.c - see erase.h. */
#include "proxy/base/base.h"
#include "audit/erase.h"
#include "audit/scan.h"

#include <fcntl.h>
#include <unistd.h>

enum { FRAME_MAX = 4 << 20 };

static gw_result write_zeros(int fd, size_t at, size_t n)
{
    static const char zeros[4096];
    while (n > 0) {
        ssize_t done = pwrite(fd, zeros, n < sizeof zeros ? n : sizeof zeros, (off_t)at);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return gw_is(GW_IO);
        at += (size_t)done;
        n -= (size_t)done;
    }
    return gw_is(GW_OK);
}

static gw_result overwrite(int fd, const struct index_row *row, struct slice whole,
                           const struct segment_frame *frame)
{
    struct slice rest = frame->groups;
    struct segment_group g;
    while (gw_ok(segment_group_next(&rest, &g))) {
        if (!segment_group_may_go(&g) || segment_group_is_gone(&g))
            continue;
        TRY(write_zeros(fd, row->at + (size_t)(g.text.at - whole.at), g.text.len));
        TRY(write_zeros(fd, row->at + (size_t)(g.salt.at - whole.at), g.salt.len));
    }
    return gw_is(GW_OK);
}

static int open_segment(int dir, uint64_t segment)
{
    char name[SEGMENT_NAME];
    segment_name(segment, name);
    return openat(dir, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
}

gw_result erase_frame(int dir, const struct index_row *row)
{
    struct buf bytes;
    struct segment_frame frame;
    buf_init(&bytes, FRAME_MAX);
    int fd = open_segment(dir, row->segment);
    gw_result r =
        fd < 0 ? gw_is(GW_IO) : scan_frame(dir, row->segment, row->at, row->seq, &bytes, &frame);
    if (gw_ok(r))
        r = overwrite(fd, row, buf_slice(&bytes), &frame);
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
