/* audit/disk.h - files that are there after a power cut: write, sync, rename, sync the directory.
 *
 * Knows nothing of formats. Paths are relative to an open directory, which the caller owns. */
#ifndef AUDIT_DISK_H
#define AUDIT_DISK_H

#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/slice.h"

enum { DISK_PATH = 256 };

/* Replaces the file at path with these bytes, durably; makes missing directories. GW_IO: errno. */
GW_MUST gw_result disk_write(int dir, const char *path, struct slice bytes);
/* The same with that many zeros, for a file to be written later without growing. */
GW_MUST gw_result disk_write_zeros(int dir, const char *path, size_t bytes);
/* Writes these bytes to the file at path and syncs nothing: a crash may leave half of it, or
 * nothing. The file is the caller's, open. */
GW_MUST gw_result disk_fill(int dir, const char *path, struct slice bytes, int *fd);
/* All that was written to the file system of that directory, names included, becomes durable. */
GW_MUST gw_result disk_sync_all(int dir);
/* Where path lies: "." or the part in front of its last slash. GW_TOO_BIG. */
GW_MUST gw_result disk_parent(const char *path, char out[DISK_PATH]);
/* Appends the whole file to out; below a directory (not AT_FDCWD) what is no regular file is GW_IO,
 * not waited for. GW_NOT_FOUND, GW_TOO_BIG (out's ceiling), GW_IO. */
GW_MUST gw_result disk_read(int dir, const char *path, struct buf *out);
GW_MUST gw_result disk_make_dirs(int dir, const char *path); /* those in front of the last '/' */
/* Overwrites n bytes of an open file, from `at` on; syncs nothing. */
GW_MUST gw_result disk_zero(int fd, size_t at, size_t n);
/* Told of each name in a folder, hidden ones left out, and of the open folder. */
typedef gw_result (*disk_take)(void *of, int folder, const char *name);
/* In no order, until one of them is not GW_OK. GW_OK when there is no such folder; GW_IO. */
GW_MUST gw_result disk_each(int dir, const char *path, disk_take take, void *of);
/* A directory of plain files and the files in it; GW_OK when there is none. */
GW_MUST gw_result disk_remove_dir(int dir, const char *path);
GW_MUST gw_result disk_sync_dir(int dir, const char *path); /* the directory that path lies in */

#endif
