/* tests/unit/log_rig.h - a folder of a test's own with a log in it: `base`/audit, its key beside
 * it.
 *
 * rig_folder() is a cmocka setup, rig_gone() its teardown. rig_log() opens the log, anew each time.
 */
#ifndef TESTS_UNIT_LOG_RIG_H
#define TESTS_UNIT_LOG_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "audit/log.h"
#include "proxy/base/base.h"

static char base[64], dir[96];

static inline int rig_folder(void **state)
{
    (void)state;
    snprintf(base, sizeof base, "/tmp/bulla-unit-XXXXXX");
    assert_non_null(mkdtemp(base));
    snprintf(dir, sizeof dir, "%s/audit", base);
    return 0;
}

static inline int rig_gone(void **state)
{
    char line[128];
    (void)state;
    snprintf(line, sizeof line, "rm -rf %s", base);
    return system(line);
}

/* The log at `at`, its key beside it; `segment_bytes`: 0 for the usual size. */
static inline struct audit_log *rig_log(const char *at, const struct clock *clock,
                                        size_t segment_bytes)
{
    char key[128], reason[256] = "";
    struct audit_log *log = NULL;
    snprintf(key, sizeof key, "%s.pem", at);
    const struct audit_settings settings = {.dir = at,
                                            .origin = "bulla.example/node1",
                                            .node = "n",
                                            .build = "t",
                                            .key_file = key,
                                            .segment_bytes = segment_bytes,
                                            .clock = clock};
    if (!gw_ok(audit_log_open(&settings, reason, sizeof reason, &log)))
        fail_msg("%s", reason);
    return log;
}

#endif
