/* tests/unit/log_rig.h - a folder of a test's own with a log in it: `base`/audit, its key beside
 * it.
 *
 * rig_folder() is a cmocka setup, rig_memory() the same in memory, rig_gone() the teardown of both.
 * rig_log() opens the log, anew each time, and rig_try() with settings of the test's own. */
#ifndef TESTS_UNIT_LOG_RIG_H
#define TESTS_UNIT_LOG_RIG_H

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "audit/log.h"
#include "audit/segment.h"
#include "proxy/base/base.h"

static char base[64], dir[96];

static inline int rig_folder_in(const char *place)
{
    snprintf(base, sizeof base, "%s/bulla-unit-XXXXXX", place);
    assert_non_null(mkdtemp(base));
    snprintf(dir, sizeof dir, "%s/audit", base);
    return 0;
}

static inline int rig_folder(void **state)
{
    (void)state;
    return rig_folder_in("/tmp");
}

/* No waiting for a busy disk. */
static inline int rig_memory(void **state)
{
    (void)state;
    return rig_folder_in(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
}

static inline int rig_remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

/* All of a folder, without another process. */
static inline void rig_remove(const char *folder)
{
    (void)nftw(folder, rig_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline int rig_gone(void **state)
{
    char line[128];
    (void)state;
    snprintf(line, sizeof line, "rm -rf %s", base);
    return system(line);
}

/* What the settings leave out: the log is at `dir` and of node1, its key beside it. */
static inline gw_result rig_try(struct audit_settings settings, char *reason, size_t size,
                                struct audit_log **log)
{
    char key[128];
    if (settings.dir == NULL)
        settings.dir = dir;
    if (settings.origin == NULL)
        settings.origin = "bulla.example/node1";
    if (settings.key_file == NULL) {
        snprintf(key, sizeof key, "%s.pem", settings.dir);
        settings.key_file = key;
    }
    settings.node = "n";
    settings.build = "t";
    reason[0] = '\0';
    return audit_log_open(&settings, reason, size, log);
}

/* As rig_try(), and it opens. */
static inline struct audit_log *rig_opened(struct audit_settings settings)
{
    char reason[256];
    struct audit_log *log = NULL;
    if (!gw_ok(rig_try(settings, reason, sizeof reason, &log)))
        fail_msg("open: %s", reason);
    return log;
}

/* The segments of a folder: segment_list_free() by the caller. */
static inline struct segment_list rig_segments(const char *at)
{
    struct segment_list list;
    int fd = open(at, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(gw_ok(segment_list_read(fd, &list)));
    close(fd);
    return list;
}

static inline unsigned rig_segment_count(const char *at)
{
    struct segment_list list = rig_segments(at);
    unsigned n = (unsigned)list.count;
    segment_list_free(&list);
    return n;
}

/* The log at `at`, its key beside it; `segment_bytes`: 0 for the usual size. */
static inline struct audit_log *rig_log(const char *at, const struct clock *clock,
                                        size_t segment_bytes)
{
    return rig_opened(
        (struct audit_settings){.dir = at, .segment_bytes = segment_bytes, .clock = clock});
}

#endif
