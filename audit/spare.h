/* audit/spare.h - the next segment, made ahead by a thread of its own.
 *
 * A segment is born full of zeros, and a disk takes its time for some megabytes: no batch waits for
 * that. One thread, for as long as it takes; the writer asks, takes and ends. Whoever embeds it
 * ends it. Knows nothing of records. */
#ifndef AUDIT_SPARE_H
#define AUDIT_SPARE_H

#include "proxy/base/base.h"
#include <pthread.h>
#include <stdatomic.h>

struct spare {
    int dir; /* borrowed: of the log */
    size_t bytes;
    pthread_t thread;
    bool is_asked;
    atomic_int made; /* 0: not yet */
};

/* Starts to make one, unless one is being made or there. That it cannot is no error: whoever needs
 * a segment makes it then. */
void spare_ask(struct spare *s, int dir, size_t bytes);
/* Gives it its number and opens it, as segment_create() does. GW_NOT_FOUND: none lies ready. */
GW_MUST gw_result spare_take(struct spare *s, uint64_t first, int *fd);
/* Waits for the thread; what it has made goes. */
void spare_end(struct spare *s);

#endif
