/* proxy/main/tlog_policy.h - a C2SP tlog-policy from a file: which witnesses, and how many of them.
 */
#ifndef PROXY_MAIN_TLOG_POLICY_H
#define PROXY_MAIN_TLOG_POLICY_H

#include "audit/quorum.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"

struct tlog_policy {
    struct buf text;      /* the caller's to free */
    struct quorum quorum; /* borrows from it */
};
/* False: it cannot be read, or is none; said on stderr, with its line. */
bool tlog_policy_load(const char *path, struct tlog_policy *out);

#endif
