/* audit/later.c - see later.h. */
#include "proxy/base/base.h"
#include "audit/later.h"

#include <fcntl.h>
#include <unistd.h>

static void add_file(struct later *l, int fd)
{
    if (l->file_count < LATER_FILES / 2) /* of many, the disk takes them by itself at less cost */
        (void)!sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE); /* errors are the sync's to tell */
    if (l->file_count < LATER_FILES) {
        l->files[l->file_count++] = fd;
        return;
    }
    l->is_many = true;
    close(fd);
}

static void add_dir(struct later *l, const char *path)
{
    char parent[DISK_PATH];
    if (!gw_ok(disk_parent(path, parent)))
        l->is_many = true;
    for (size_t i = 0; i < l->dir_count && !l->is_many; i++)
        if (strcmp(l->dirs[i], parent) == 0)
            return;
    if (l->dir_count == LATER_DIRS)
        l->is_many = true;
    if (!l->is_many)
        memcpy(l->dirs[l->dir_count++], parent, sizeof parent);
}

gw_result later_write(struct later *l, int dir, const char *path, struct slice bytes)
{
    int fd;
    TRY(disk_fill(dir, path, bytes, &fd));
    add_file(l, fd);
    add_dir(l, path);
    return gw_is(GW_OK);
}

static gw_result sync_each(const struct later *l, int dir)
{
    for (size_t i = 0; i < l->file_count; i++)
        if (fsync(l->files[i]) != 0)
            return gw_is(GW_IO);
    for (size_t i = 0; i < l->dir_count; i++) {
        int fd = openat(dir, l->dirs[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        int bad = fd < 0 ? -1 : fsync(fd);
        if (fd >= 0)
            close(fd);
        if (bad != 0)
            return gw_is(GW_IO);
    }
    return gw_is(GW_OK);
}

gw_result later_sync(struct later *l, int dir)
{
    gw_result r = l->is_many ? disk_sync_all(dir) : sync_each(l, dir);
    int why = errno;
    later_drop(l);
    errno = why;
    return r;
}

void later_drop(struct later *l)
{
    for (size_t i = 0; i < l->file_count; i++)
        close(l->files[i]);
    l->file_count = l->dir_count = 0;
    l->is_many = false;
}
