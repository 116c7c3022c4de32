/* proxy/main/tlog_policy.c - see tlog_policy.h. */
#include "proxy/base/base.h"
#include "proxy/main/tlog_policy.h"
#include "audit/disk.h"
#include "proxy/main/verb.h"

#include <fcntl.h>

bool tlog_policy_load(const char *path, struct tlog_policy *out)
{
    size_t line;
    buf_init(&out->text, QUORUM_FILE_MAX);
    gw_result r = disk_read(AT_FDCWD, path, &out->text);
    if (!gw_ok(r)) {
        (void)verb_failed("audit", "%s: cannot be read", path);
        return false;
    }
    r = quorum_read(buf_slice(&out->text), &out->quorum, &line);
    if (gw_ok(r))
        return true;
    if (out->text.len == 0)
        (void)verb_failed("audit", "%s: is empty; a tlog-policy ends with a line `quorum NAME`",
                          path);
    else
        (void)verb_failed("audit", "%s:%zu: no tlog-policy", path, line);
    buf_free(&out->text);
    return false;
}
