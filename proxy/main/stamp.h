/* proxy/main/stamp.h - whether files are still those that were read: a number that changes with any
 * of them.
 *
 * Looks at names, times and inodes; opens nothing. */
#ifndef PROXY_MAIN_STAMP_H
#define PROXY_MAIN_STAMP_H

#include "proxy/base/base.h"
#include "proxy/main/config.h"

/* Certificates and their keys. */
uint64_t stamp_pairs(const struct config *c);
/* Those, the configuration file, the policies and the application keys. */
uint64_t stamp_files(const struct config *c);
/* Which files stand where name services read; what they hold those see themselves. */
uint64_t stamp_names(void);

#endif
