/* audit/unpruned.c - see unpruned.h. */
#include "proxy/base/base.h"
#include "audit/unpruned.h"
#include "audit/expire.h"
#include "audit/holds.h"
#include "audit/jcs.h"
#include "audit/prune.h"
#include "audit/scan.h"
#include "proxy/base/log.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

enum { LINE = 32 };

struct work {
    struct unpruned *u;
    struct holds holds;
    struct prune prune;
    struct expire expire;
    bool any;
};

/* --- the mark --------------------------------------------------------------------------------- */

gw_result unpruned_take(int dir, int *fd)
{
    *fd = openat(dir, "PRUNE", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (*fd < 0)
        return gw_is(GW_IO);
    if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
        return gw_is(GW_OK);
    enum gw_code code = errno == EWOULDBLOCK ? GW_AGAIN : GW_IO;
    close(*fd);
    *fd = -1;
    return gw_is(code);
}

/* Nothing was left, or it was never written: then no record followed. */
static bool read_mark(int fd, uint64_t *since)
{
    char text[LINE];
    ssize_t n = pread(fd, text, sizeof text, 0);
    struct slice line = slice_of(text, n < 0 ? 0 : (size_t)n);
    return gw_ok(slice_u64(slice_cut(line, 0, slice_find_byte(line, '\n')), since));
}

gw_result unpruned_mark(int fd, uint64_t size)
{
    char text[LINE];
    uint64_t since;
    if (read_mark(fd, &since))
        return gw_is(GW_AGAIN);
    int n = snprintf(text, sizeof text, "%llu\n", (unsigned long long)size);
    bool is_done = ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)n, 0) == n && fsync(fd) == 0;
    return gw_is(is_done ? GW_OK : GW_IO);
}

gw_result unpruned_clear(int fd)
{
    return gw_is(ftruncate(fd, 0) == 0 && fsync(fd) == 0 ? GW_OK : GW_IO);
}

/* --- what was left ---------------------------------------------------------------------------- */

static bool is_over(const struct work *w)
{
    return __atomic_load_n(&w->u->is_stopping, __ATOMIC_ACQUIRE);
}

/* A later hour, or seq, ends all that an earlier one does. */
static void note_hour(struct work *w, uint64_t hour, bool of_groups)
{
    char *to = of_groups ? w->prune.groups_before : w->prune.before;
    char text[24];
    int len = snprintf(text, sizeof text, "%llu", (unsigned long long)hour);
    if (len == PRUNE_HOUR && strcmp(text, to) > 0)
        memcpy(to, text, PRUNE_HOUR + 1);
    w->any = true;
}

static gw_result see_record(void *work, const struct segment_frame *frame)
{
    struct work *w = work;
    struct slice rest = frame->groups, type;
    struct segment_group g;
    uint64_t n;
    bool is_second;
    if (is_over(w))
        return gw_is(GW_AGAIN);
    TRY(holds_see(&w->holds, frame));
    if (frame->seq < w->u->since || frame->seq >= w->u->size ||
        !gw_ok(jcs_text(frame->leaf, "type", &type)) || !slice_is(type, SLICE_LIT("prune")))
        return gw_is(GW_OK);
    while (gw_ok(segment_group_next(&rest, &g))) {
        if (!slice_is(g.name, SLICE_LIT("what")))
            continue;
        if (gw_ok(prune_says(g.text, &n, &is_second)))
            note_hour(w, n, is_second);
        if (!gw_ok(expire_says(g.text, &n, &is_second)))
            continue;
        uint64_t *to = is_second ? &w->expire.leaves : &w->expire.segments;
        *to = n > *to ? n : *to;
        w->any = true;
    }
    return gw_is(GW_OK);
}

/* Nothing else is held while this one is at it: who holds comes later, and finds it gone. */
static bool is_held(void *work, uint64_t seq)
{
    const struct work *w = work;
    return holds_find(&w->holds, seq) != NULL;
}

static bool must_stop(void *work)
{
    return is_over(work);
}

static gw_result remove_index(int dir)
{
    const char *const index[] = {"index.db", "index.db-wal", "index.db-shm"};
    for (size_t i = 0; i < GW_COUNT(index); i++) /* it would know; who asks next makes it anew */
        if (unlinkat(dir, index[i], 0) != 0 && errno != ENOENT)
            return gw_is(GW_IO);
    return gw_is(GW_OK);
}

static gw_result do_again(struct work *w)
{
    struct scan_end end;
    int dir = w->u->dir;
    TRY(scan_walk(dir, 0, see_record, w, &end));
    if (end.state == SCAN_HOLE)
        return gw_is(GW_CORRUPT); /* what is held behind it cannot be known */
    if (!w->any)
        return gw_is(GW_OK);
    holds_sort(&w->holds);
    if (w->prune.before[0] != '\0' || w->prune.groups_before[0] != '\0')
        TRY(prune_run(dir, &w->prune));
    if (w->prune.groups > 0)
        TRY(remove_index(dir));
    uint64_t most = w->expire.segments > w->expire.leaves ? w->expire.segments : w->expire.leaves;
    if (w->holds.count > 0 && w->holds.at[0].seq < most)
        return gw_is(GW_OK); /* the next pruning looks closer */
    return expire_do(dir, &w->expire);
}

static void *run(void *unpruned)
{
    struct unpruned *u = unpruned;
    struct work w = {.u = u};
    w.prune = (struct prune){.is_held = is_held, .must_stop = must_stop, .owner = &w};
    gw_result r = do_again(&w);
    if (gw_ok(r))
        r = unpruned_clear(u->lock);
    if (gw_ok(r) && w.any)
        LOGW("audit.pruning", LOG_NUM("payloads", w.prune.payloads),
             LOG_NUM("disclosures", w.prune.groups), LOG_NUM("segments", w.expire.segments_gone));
    else if (!gw_ok(r) && r.code != GW_AGAIN) /* the next pruning does it */
        LOGE("audit.pruning", LOG_TEXT("result", clear_word(gw_word(r))));
    holds_free(&w.holds);
    close(u->lock);
    return NULL;
}

void unpruned_begin(struct unpruned *u, int dir, uint64_t size)
{
    sigset_t all, before;
    *u = (struct unpruned){.dir = dir, .lock = -1, .size = size};
    if (faccessat(dir, "PRUNE", F_OK, 0) != 0 || !gw_ok(unpruned_take(dir, &u->lock)))
        return;
    if (read_mark(u->lock, &u->since)) {
        sigfillset(&all); /* signals are the first thread's */
        pthread_sigmask(SIG_SETMASK, &all, &before);
        u->has_thread = pthread_create(&u->thread, NULL, run, u) == 0;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    if (!u->has_thread)
        close(u->lock);
}

void unpruned_end(struct unpruned *u)
{
    if (!u->has_thread)
        return;
    __atomic_store_n(&u->is_stopping, true, __ATOMIC_RELEASE);
    pthread_join(u->thread, NULL);
    u->has_thread = false;
}
