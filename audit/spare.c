/* audit/spare.c - see spare.h. The thread says once that it is through; the file is the writer's
 * from then on. */
#include "proxy/base/base.h"
#include "audit/spare.h"
#include "audit/segment.h"

#include <signal.h>

enum { MADE = 1, FAILED };

static void *run(void *of)
{
    struct spare *s = of;
    bool is_fine = gw_ok(segment_spare_make(s->dir, s->bytes));
    atomic_store(&s->made, is_fine ? MADE : FAILED);
    return NULL;
}

/* Signals are the first thread's. */
void spare_ask(struct spare *s, int dir, size_t bytes)
{
    sigset_t all, before;
    if (s->is_asked)
        return;
    s->dir = dir;
    s->bytes = bytes;
    atomic_store(&s->made, 0);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    s->is_asked = pthread_create(&s->thread, NULL, run, s) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* Whether there is one; the thread is gone then. */
static bool join(struct spare *s)
{
    if (!s->is_asked)
        return false;
    pthread_join(s->thread, NULL);
    s->is_asked = false;
    return atomic_load(&s->made) == MADE;
}

gw_result spare_take(struct spare *s, uint64_t first, int *fd)
{
    if (!s->is_asked || atomic_load(&s->made) == 0 || !join(s))
        return gw_is(GW_NOT_FOUND);
    return segment_spare_take(s->dir, first, fd);
}

void spare_end(struct spare *s)
{
    bool was_asked = s->is_asked;
    (void)join(s);
    if (was_asked)
        segment_spare_drop(s->dir);
}
