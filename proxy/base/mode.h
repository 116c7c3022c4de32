/* proxy/base/mode.h - whether a file that we are about to believe is ours to believe.
 *
 * A file that everybody may change decides for them, not for us; a secret that others may read is
 * none. Looks at an open file, so that what was looked at is what is read. Reasons are literals of
 * ours. Keeps nothing. */
#ifndef PROXY_BASE_MODE_H
#define PROXY_BASE_MODE_H

#include "proxy/base/base.h"
#include <sys/stat.h>

/* A secret: a private key, a provider's key. A rule: configuration, policies, hashed keys. */
enum mode_kind { MODE_SECRET = 0, MODE_RULE };

/* NULL: fine. Else what is wrong and what to do, such as "others may read it: chmod 600 it".
 *
 * A rule may be changed by its group: a checkout under umask 002 leaves it so. A secret may be read
 * by a group when root has given it to that group: credentials of a service manager, secrets of a
 * cluster, 0440 or for a user that is not root 0640. Root may use a secret of whomever. */
const char *mode_fault(int fd, enum mode_kind kind);
/* The same of what fstat() said, for the user `uid`. */
const char *mode_judge(const struct stat *facts, enum mode_kind kind, uid_t uid);

#endif
