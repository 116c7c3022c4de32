/* audit/later.h - files that are written one after another, and made durable together.
 *
 * A sync of the whole file system waits for what everybody else has written there; so each file is
 * synced, and each folder once. Where there are too many for that, the file system is. Of a few,
 * the disk begins with each as soon as it is written: little is left to do when they are due. */
#ifndef AUDIT_LATER_H
#define AUDIT_LATER_H

#include "audit/disk.h"
#include "proxy/base/base.h"

enum { LATER_FILES = 64, LATER_DIRS = 16 };

struct later {
    int files[LATER_FILES]; /* open until they are synced: so no error of theirs is missed */
    char dirs[LATER_DIRS][DISK_PATH];
    size_t file_count, dir_count;
    bool is_many; /* some are not in these lists */
};

/* Writes these bytes to the file at path, and makes missing directories. Neither they nor the name
 * are durable before later_sync(): a crash may leave half of it. GW_IO: errno. */
GW_MUST gw_result later_write(struct later *l, int dir, const char *path, struct slice bytes);
/* All that was written since the last time is durable. GW_IO (errno): part of it may be. */
GW_MUST gw_result later_sync(struct later *l, int dir);
/* Forgets what is not synced. */
void later_drop(struct later *l);

#endif
