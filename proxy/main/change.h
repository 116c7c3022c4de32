/* proxy/main/change.h - what a worker that begins says to the log: which policy and which
 * configuration it goes by, and since when those files are as they are.
 *
 * The log keeps what is new of it (audit/since.h). Hashes, words and numbers of the configuration
 * only; names of files and of their owners, who are the ones that could write them. */
#ifndef PROXY_MAIN_CHANGE_H
#define PROXY_MAIN_CHANGE_H

#include "audit/label.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/secret.h"
#include "proxy/main/config.h"

/* A packet for audit/channel.h with `policy.change` and `config.change`, for whose answers nobody
 * waits. Looks at the files: before the process is sealed. */
GW_MUST gw_result change_pack(const struct config *c, const struct digest *policy,
                              uint64_t generation, struct buf *packet);

/* For how long things are kept, as LOG says it when the log is born. */
struct label_retention change_retention(const struct config *c);

#endif
