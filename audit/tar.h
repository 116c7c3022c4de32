/* audit/tar.h - a tar archive (POSIX ustar) of small files that are all at hand.
 *
 * Files only, mode 0644 or 0755, no owner, the time given: the same input is the same archive. */
#ifndef AUDIT_TAR_H
#define AUDIT_TAR_H

#include "proxy/base/base.h"
#include "proxy/base/buf.h"

enum { TAR_BLOCK = 512, TAR_NAME = 100 };

/* Appends one file. GW_BAD: a name of TAR_NAME bytes or more, or a file of 8 GiB or more. */
GW_MUST gw_result tar_add(struct buf *out, const char *name, struct slice bytes, bool is_program,
                          int64_t time_s);
GW_MUST gw_result tar_end(struct buf *out); /* two blocks of zeros */

#endif
