/* audit/bundle.h - what an outside auditor is given: a tar that checks itself with openssl alone.
 *
 * All leaves of a range (they name nobody, so none is left out), their proofs, the checkpoint and
 * who else vouches for one that covers the range, the policies that they name, and the disclosures
 * of the records that were chosen; where it is asked for, their texts as they were sealed, with the
 * wrapped keys: a reviewer opens them with no other file. Reads only. */
#ifndef AUDIT_BUNDLE_H
#define AUDIT_BUNDLE_H

#include "audit/index.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"

enum { BUNDLE_MAX = 1 << 30, BUNDLE_RECORDS = 100000 };

struct bundle_ask {
    struct index_query range;  /* times and seqs; its facets are not looked at */
    struct index_query chosen; /* whose groups are opened */
    bool opens;                /* false: no group is opened at all */
    bool with_sealed;          /* and their sealed texts go along */
    const char *asked;         /* the filters as they were typed, for the coverage statement */
    int64_t wall_us;
};

struct bundle_made {
    uint64_t first, last, records, opened, sealed, policies, anchors;
};

/* Appends the archive. GW_NOT_FOUND: no signed record in that range, or no log; GW_TOO_BIG: more
 * than BUNDLE_RECORDS, or BUNDLE_MAX bytes; GW_CORRUPT. */
GW_MUST gw_result bundle_make(const char *dir, const struct bundle_ask *ask, struct buf *out,
                              struct bundle_made *made);
struct slice bundle_script(void); /* audit/verify.sh */

#endif
