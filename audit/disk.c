/* audit/disk.c - see disk.h. Each step that a crash could lose is synced before the next one. */
#include "proxy/base/base.h"
#include "audit/disk.h"
#include "audit/direct.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

gw_result disk_parent(const char *path, char out[DISK_PATH])
{
    const char *slash = strrchr(path, '/');
    size_t len = slash == NULL ? 1 : (size_t)(slash - path);
    if (len >= DISK_PATH)
        return gw_is(GW_TOO_BIG);
    memcpy(out, slash == NULL ? "." : path, len);
    out[len] = '\0';
    return gw_is(GW_OK);
}

gw_result disk_sync_dir(int dir, const char *path)
{
    char parent[DISK_PATH];
    TRY(disk_parent(path, parent));
    int fd = openat(dir, parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return gw_is(GW_IO);
    int bad = fsync(fd);
    close(fd);
    return gw_is(bad == 0 ? GW_OK : GW_IO);
}

gw_result disk_make_dirs(int dir, const char *path)
{
    char part[DISK_PATH];
    if (strlen(path) >= sizeof part)
        return gw_is(GW_TOO_BIG);
    for (const char *p = strchr(path, '/'); p != NULL; p = strchr(p + 1, '/')) {
        size_t len = (size_t)(p - path);
        memcpy(part, path, len);
        part[len] = '\0';
        if (mkdirat(dir, part, 0700) == 0)
            TRY(disk_sync_dir(dir, part));
        else if (errno != EEXIST)
            return gw_is(GW_IO);
    }
    return gw_is(GW_OK);
}

static gw_result write_all(int fd, struct slice bytes)
{
    while (bytes.len > 0) {
        ssize_t n = write(fd, bytes.at, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return gw_is(GW_IO);
        bytes = slice_from(bytes, (size_t)n);
    }
    return gw_is(GW_OK);
}

/* Makes the file, and the directories in front of it when they are missing. */
static int create(int dir, const char *path)
{
    const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
    int fd = openat(dir, path, flags, 0600);
    if (fd < 0 && errno == ENOENT && gw_ok(disk_make_dirs(dir, path)))
        fd = openat(dir, path, flags, 0600);
    return fd;
}

gw_result disk_fill(int dir, const char *path, struct slice bytes, int *fd)
{
    *fd = create(dir, path);
    if (*fd < 0)
        return gw_is(GW_IO);
    gw_result r = write_all(*fd, bytes);
    if (!gw_ok(r)) {
        int why = errno;
        close(*fd);
        errno = why;
    }
    return r;
}

gw_result disk_sync_all(int dir)
{
    return gw_is(syncfs(dir) == 0 ? GW_OK : GW_IO);
}

/* The bytes, or that many zeros, under another name first. */
static gw_result write_aside(int dir, const char *path, const struct slice *bytes, size_t zeros)
{
    char fresh[DISK_PATH];
    if ((size_t)snprintf(fresh, sizeof fresh, "%s.tmp", path) >= sizeof fresh)
        return gw_is(GW_TOO_BIG);
    int fd = create(dir, fresh);
    if (fd < 0)
        return gw_is(GW_IO);
    gw_result r = bytes != NULL ? write_all(fd, *bytes) : direct_zero(fd, zeros);
    if (gw_ok(r) && fsync(fd) != 0)
        r = gw_is(GW_IO);
    if (close(fd) != 0 && gw_ok(r))
        r = gw_is(GW_IO);
    if (!gw_ok(r)) { /* a part of it would only take room */
        int why = errno;
        (void)unlinkat(dir, fresh, 0);
        errno = why;
        return r;
    }
    if (renameat(dir, fresh, dir, path) != 0)
        return gw_is(GW_IO);
    return disk_sync_dir(dir, path);
}

gw_result disk_write(int dir, const char *path, struct slice bytes)
{
    return write_aside(dir, path, &bytes, 0);
}

gw_result disk_write_zeros(int dir, const char *path, size_t bytes)
{
    return write_aside(dir, path, NULL, bytes);
}

static gw_result read_all(int fd, struct buf *out)
{
    for (;;) {
        char *at;
        size_t left = out->ceiling - out->len;
        size_t want = left < 65536 ? left : 65536;
        char extra;
        if (want == 0) {
            ssize_t more = read(fd, &extra, 1);
            return gw_is(more == 0 ? GW_OK : more < 0 ? GW_IO : GW_TOO_BIG);
        }
        TRY(buf_room(out, want, &at));
        ssize_t n = read(fd, at, want);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return gw_is(GW_IO);
        if (n == 0)
            return gw_is(GW_OK);
        buf_wrote(out, (size_t)n);
    }
}

gw_result disk_read(int dir, const char *path, struct buf *out)
{
    struct stat st;
    bool is_named = dir == AT_FDCWD; /* by somebody, who may mean a pipe */
    int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | (is_named ? 0 : O_NONBLOCK));
    if (fd < 0)
        return gw_is(errno == ENOENT || errno == ENOTDIR ? GW_NOT_FOUND : GW_IO);
    bool is_file = is_named || (fstat(fd, &st) == 0 && S_ISREG(st.st_mode));
    gw_result r = is_file ? read_all(fd, out) : gw_is(GW_IO);
    close(fd);
    return r;
}

gw_result disk_zero(int fd, size_t at, size_t n)
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

gw_result disk_each(int dir, const char *path, disk_take take, void *of)
{
    gw_result r = gw_is(GW_OK);
    int fd = openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return gw_is(errno == ENOENT ? GW_OK : GW_IO);
    DIR *d = fdopendir(fd);
    if (d == NULL) {
        close(fd);
        return gw_is(GW_IO);
    }
    while (gw_ok(r)) {
        errno = 0; /* the end, and a folder that cannot be read, look alike */
        struct dirent *e = readdir(d);
        if (e == NULL) {
            r = gw_is(errno == 0 ? GW_OK : GW_IO);
            break;
        }
        if (e->d_name[0] != '.')
            r = take(of, fd, e->d_name);
    }
    closedir(d);
    return r;
}

static gw_result remove_one(void *of, int folder, const char *name)
{
    (void)of;
    (void)unlinkat(folder, name, 0);
    return gw_is(GW_OK);
}

gw_result disk_remove_dir(int dir, const char *path)
{
    TRY(disk_each(dir, path, remove_one, NULL));
    return gw_is(unlinkat(dir, path, AT_REMOVEDIR) == 0 || errno == ENOENT ? GW_OK : GW_IO);
}
