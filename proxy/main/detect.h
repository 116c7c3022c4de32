/* proxy/main/detect.h - a scanner with what it needs, for verbs that look at text on the command
 * line.
 *
 * Opened from a policy file (its detectors and threshold) or from nothing (the catalogue, threshold
 * 500). One thread. The owner calls detect_close(). Knows nothing of options or output. */
#ifndef PROXY_MAIN_DETECT_H
#define PROXY_MAIN_DETECT_H

#include "policies/policy.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "redact/scan.h"

/* Largest input of one piece: offsets in findings have 32 bits, memory is finite. */
#define DETECT_INPUT ((size_t)256 << 20)

struct detect {
    struct policy *policy; /* NULL: none was given */
    struct scanner *scanner;
    struct scan_scratch *scratch;
    uint8_t names;      /* enum names; high when no policy was given */
    uint16_t threshold; /* 0: the scanner's default */
};

/* policy_file may be NULL. False: the reason stands on stderr already, nothing is held. */
bool detect_open(const char *verb, const char *policy_file, struct detect *out);
void detect_close(struct detect *d);
/* All of a file, or of standard input for "-"; the name is used as the caller wrote it. */
GW_MUST gw_result detect_read(const char *file, struct buf *into);
/* Why detect_read() failed, for people; at once behind it. */
const char *detect_why(gw_result r);
/* Writes what was put into `out` to standard output, flushes, empties it; GW_IO when that is gone,
 * GW_TOO_BIG when a buf_put had failed. */
GW_MUST gw_result detect_print(struct buf *out);

#endif
