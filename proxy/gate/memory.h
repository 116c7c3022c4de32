/* proxy/gate/memory.h - what is remembered of the leaves of one text while it is scanned, so that a
 * conversation pays for its new turns (redact/seen.h).
 *
 * For this folder only. All of it lies in the exchange's arena. */
#ifndef PROXY_GATE_MEMORY_H
#define PROXY_GATE_MEMORY_H

#include "proxy/base/base.h"
#include "redact/scan.h"
#include "redact/seen.h"

struct exchange;

/* What a leaf is remembered by; not there: it is not. */
struct leaf_mark {
    struct seen_mark mark;
    bool there;
};

struct leaf_memory {
    struct exchange *x;
    const struct text *text;
    struct leaf_mark *marks; /* of the leaves asked for last: SCAN_TOGETHER, by number */
    char suspect, other;     /* the word for a leaf's role in its mark: not that of another text */
    /* What each leaf was given, once a leaf. */
    void (*told)(struct exchange *x, size_t leaf, const struct attack *attack);
};

/* Makes m->marks, and *seen of m. */
GW_MUST gw_result memory_start(struct leaf_memory *m, struct scan_seen *seen);

#endif
