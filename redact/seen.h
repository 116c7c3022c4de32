/* redact/seen.h - what a scan gave for leaves that were seen before: a conversation repeats all its
 * turns with every request, and only the new ones need a scan.
 *
 * Holds no text: a keyed fingerprint of all that a result depends on, and ranges,
 * detectors and scores. The key is random and dies with the process, as do the results: another
 * policy or catalogue is another process. A fixed number of entries; the one used longest ago of a
 * set makes way. Shared by threads: a lock a shard. Whose leaf it was is part of the fingerprint,
 * so nobody learns by the time of an answer what somebody else has sent. */
#ifndef REDACT_SEEN_H
#define REDACT_SEEN_H

#include "proxy/base/base.h"
#include "proxy/base/fingerprint.h"
#include "proxy/base/slice.h"
#include "redact/finding.h"

struct seen;

/* SEEN_FINDINGS: leaves with more are scanned each time. Leaves shorter than SEEN_LEAST cost less
 * to scan than to look up; hashing one longer than SEEN_MOST would hold up the loop. */
enum { SEEN_FINDINGS = 8, SEEN_LEAST = 64, SEEN_MOST = 512 * 1024, SEEN_PARTS = FINGERPRINT_PARTS };

struct seen_mark {
    struct fingerprint of;
};

/* About `entries` results of 168 bytes, taken from the system as they are used. NULL: no memory. */
struct seen *seen_new(size_t entries);
void seen_free(struct seen *s); /* NULL is fine */
/* Of the parts, no two lists of parts alike; at most SEEN_PARTS. */
struct seen_mark seen_mark(const struct seen *s, const struct slice *parts, size_t n);
/* True: known. findings has room for SEEN_FINDINGS; start, end, detector and score are filled. */
bool seen_find(struct seen *s, const struct seen_mark *mark, struct finding *findings,
               size_t *count, struct attack *attack);
/* Forgets something else for it; does nothing when there are too many findings. */
void seen_keep(struct seen *s, const struct seen_mark *mark, const struct finding *findings,
               size_t count, struct attack attack);

#endif
