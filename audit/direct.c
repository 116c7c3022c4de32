/* audit/direct.c - see direct.h. Refuses to know what the bytes are. */
#include "proxy/base/base.h"
#include "audit/direct.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Zeros in steps that a record need not wait for long. */
enum { ZEROS = 64 << 10, STEP = 1 << 16 };

static bool ask_for(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && fcntl(fd, F_SETFL, flags | O_DIRECT) == 0;
}

/* Some file systems agree first and refuse the write, as all do when a limit cuts a block. */
static bool take_back(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && (flags & O_DIRECT) != 0 && fcntl(fd, F_SETFL, flags & ~O_DIRECT) == 0;
}

static gw_result write_at(int fd, struct slice bytes, size_t at)
{
    while (bytes.len > 0) {
        ssize_t n = pwrite(fd, bytes.at, bytes.len, (off_t)at);
        if (n < 0 && (errno == EINTR || (errno == EINVAL && take_back(fd))))
            continue;
        if (n <= 0)
            return gw_is(GW_IO);
        at += (size_t)n;
        bytes = slice_from(bytes, (size_t)n);
    }
    return gw_is(GW_OK);
}

/* Room for that many bytes, in few steps; the first `kept` ones move along. */
static gw_result make_room(struct direct *d, size_t room, size_t kept)
{
    void *grown;
    if (room <= d->room)
        return gw_is(GW_OK);
    room = (room + STEP - 1) / STEP * STEP;
    if (posix_memalign(&grown, DIRECT_BLOCK, room) != 0)
        return gw_is(GW_NO_MEMORY);
    if (kept > 0)
        memcpy(grown, d->block, kept);
    free(d->block);
    d->block = grown;
    d->room = room;
    return gw_is(GW_OK);
}

/* The bytes in front of `at` in its block, as they stand in the file. */
static gw_result read_tail(struct direct *d)
{
    size_t tail = d->at % DIRECT_BLOCK;
    TRY(make_room(d, DIRECT_BLOCK, 0));
    return gw_is(pread(d->fd, d->block, tail, (off_t)(d->at - tail)) == (ssize_t)tail ? GW_OK
                                                                                      : GW_IO);
}

gw_result direct_open(struct direct *d, int fd, size_t at)
{
    struct stat st;
    *d = (struct direct){.fd = fd, .at = at};
    gw_result r = fstat(fd, &st) == 0 ? read_tail(d) : gw_is(GW_IO);
    if (!gw_ok(r)) {
        d->fd = -1;
        direct_close(d);
        return r;
    }
    d->is_in_cache = st.st_size % DIRECT_BLOCK != 0 || !ask_for(fd);
    return r;
}

gw_result direct_room(struct direct *d, size_t n, char **at)
{
    size_t used = d->at % DIRECT_BLOCK + d->waits;
    TRY(make_room(d, used + n + DIRECT_BLOCK, used)); /* whole blocks are written */
    *at = d->block + used;
    return gw_is(GW_OK);
}

void direct_wrote(struct direct *d, size_t n)
{
    d->waits += n;
    assert(d->at % DIRECT_BLOCK + d->waits <= d->room);
}

struct slice direct_waits(const struct direct *d)
{
    return slice_of(d->block + d->at % DIRECT_BLOCK, d->waits);
}

gw_result direct_write(struct direct *d)
{
    size_t tail = d->at % DIRECT_BLOCK, used = tail + d->waits;
    size_t whole = (used + DIRECT_BLOCK - 1) / DIRECT_BLOCK * DIRECT_BLOCK;
    if (d->is_in_cache)
        return write_at(d->fd, slice_of(d->block + tail, d->waits), d->at);
    memset(d->block + used, 0, whole - used);
    return write_at(d->fd, slice_of(d->block, whole), d->at - tail);
}

void direct_keep(struct direct *d)
{
    size_t used = d->at % DIRECT_BLOCK + d->waits;
    d->at += d->waits;
    d->waits = 0;
    memmove(d->block, d->block + used - used % DIRECT_BLOCK, used % DIRECT_BLOCK);
}

gw_result direct_flush(struct direct *d)
{
    TRY(direct_write(d));
    direct_keep(d);
    return gw_is(GW_OK);
}

gw_result direct_add(struct direct *d, struct slice bytes)
{
    char *at;
    TRY(direct_room(d, bytes.len, &at));
    memcpy(at, bytes.at, bytes.len);
    direct_wrote(d, bytes.len);
    return direct_flush(d);
}

void direct_close(struct direct *d)
{
    if (d->fd >= 0)
        close(d->fd);
    free(d->block);
    *d = (struct direct){.fd = -1};
}

gw_result direct_zero(int fd, size_t bytes)
{
    void *zeros;
    gw_result r = gw_is(GW_OK);
    if (posix_memalign(&zeros, DIRECT_BLOCK, ZEROS) != 0)
        return gw_is(GW_NO_MEMORY);
    memset(zeros, 0, ZEROS);
    if (bytes % DIRECT_BLOCK == 0)
        (void)ask_for(fd); /* else the plain way */
    for (size_t at = 0; at < bytes && gw_ok(r); at += ZEROS)
        r = write_at(fd, slice_of(zeros, bytes - at < ZEROS ? bytes - at : ZEROS), at);
    free(zeros);
    return r;
}
