/* redact/named.h - the names of a text as findings: the seam between who.h and a scan.
 *
 * Each kind of name is a row of the scanner, behind the catalogue's and the policy's. What a leaf
 * gives depends on its bytes, its key and the options alone. Findings live in the pass's arena. */
#ifndef REDACT_NAMED_H
#define REDACT_NAMED_H

#include "proxy/base/base.h"
#include "redact/finding.h"
#include "redact/judge.h"
#include "redact/who.h"

/* Adds what stands in the stretches of flat[leaf[0], leaf[1]) that begin in front of flat[until];
 * *at is the begin of the first one, as an offset of the leaf, and becomes that of the next. */
GW_MUST gw_result named_scan(struct pass *p, const size_t leaf[2], struct slice key, size_t until,
                             size_t *at);

#endif
