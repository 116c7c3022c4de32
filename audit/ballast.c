/* audit/ballast.c - see ballast.h. */
#include "proxy/base/base.h"
#include "audit/ballast.h"
#include "audit/disk.h"
#include "audit/state.h"

#include <fcntl.h>
#include <unistd.h>

static const char ballast[] = "ballast";

bool ballast_is_there(const struct audit_log *log)
{
    return faccessat(log->dir, ballast, F_OK, 0) == 0;
}

gw_result ballast_make(const struct audit_log *log)
{
    int fd = openat(log->dir, ballast, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return gw_is(GW_IO);
    errno = posix_fallocate(fd, 0, (off_t)log->ground.ballast);
    bool is_fine = errno == 0 && fsync(fd) == 0;
    int why = errno;
    close(fd);
    if (!is_fine)
        (void)unlinkat(log->dir, ballast, 0);
    errno = why;
    return is_fine ? disk_sync_dir(log->dir, ballast) : gw_is(GW_IO);
}

void ballast_drop(const struct audit_log *log)
{
    (void)unlinkat(log->dir, ballast, 0);
}

bool ballast_gives_way(struct audit_log *log)
{
    if (errno != ENOSPC && errno != EDQUOT)
        return false;
    log->ground.is_full = true;
    return unlinkat(log->dir, ballast, 0) == 0 && gw_ok(disk_sync_dir(log->dir, ballast));
}
