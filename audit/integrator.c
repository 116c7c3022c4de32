/* audit/integrator.c - see integrator.h. One lock, one condition both ways. */
#include "proxy/base/base.h"
#include "audit/integrator.h"
#include "audit/integrate.h"
#include "audit/state.h"

#include <signal.h>

void integrator_init(struct audit_log *log)
{
    pthread_mutex_init(&log->lock_of_batch, NULL);
    pthread_cond_init(&log->turn, NULL);
}

static gw_result result_of(const struct audit_log *log)
{
    errno = log->batch_errno;
    return gw_is(log->batch_failed ? GW_UNAVAILABLE : GW_OK);
}

/* What was handed over becomes tiles, and a checkpoint when one is due; how that went is kept. */
static void work(struct audit_log *log, bool is_due)
{
    errno = 0;
    bool is_fine = gw_ok(integrate_all(log, is_due));
    int why = errno;
    pthread_mutex_lock(&log->lock_of_batch);
    log->batch_failed = log->batch_failed || !is_fine;
    log->batch_errno = is_fine ? 0 : why;
    log->is_busy = false;
    pthread_cond_broadcast(&log->turn);
    pthread_mutex_unlock(&log->lock_of_batch);
}

static void *run(void *of)
{
    struct audit_log *log = of;
    for (;;) {
        pthread_mutex_lock(&log->lock_of_batch);
        while (!log->is_busy && !log->is_stopping)
            pthread_cond_wait(&log->turn, &log->lock_of_batch);
        bool is_busy = log->is_busy, is_due = log->is_due;
        log->is_due = false;
        pthread_mutex_unlock(&log->lock_of_batch);
        if (!is_busy)
            return NULL;
        work(log, is_due);
    }
}

/* Signals are the first thread's. */
static bool start(struct audit_log *log)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    log->has_thread = pthread_create(&log->thread, NULL, run, log) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return log->has_thread;
}

/* The synced leaves change hands; under the lock, and only when nobody works on the others. */
static gw_result swap(struct audit_log *log)
{
    struct buf empty = log->handed;
    struct slice all = buf_slice(&log->leaves);
    TRY(buf_add(&empty, slice_from(all, all.len - log->fresh_bytes)));
    log->handed = log->leaves;
    log->handed.len -= log->fresh_bytes;
    log->leaves = empty;
    log->durable_count = 0;
    return gw_is(GW_OK);
}

gw_result integrator_give(struct audit_log *log, bool is_due)
{
    if (!log->has_thread && !start(log))
        return gw_is(GW_UNAVAILABLE);
    pthread_mutex_lock(&log->lock_of_batch);
    gw_result r = result_of(log);
    log->is_due = log->is_due || is_due;
    if (gw_ok(r) && !log->is_busy) {
        r = swap(log);
        log->is_busy = gw_ok(r);
        pthread_cond_broadcast(&log->turn);
    }
    pthread_mutex_unlock(&log->lock_of_batch);
    return r;
}

gw_result integrator_finish(struct audit_log *log)
{
    pthread_mutex_lock(&log->lock_of_batch);
    while (log->is_busy)
        pthread_cond_wait(&log->turn, &log->lock_of_batch);
    gw_result r = result_of(log);
    if (gw_ok(r))
        r = swap(log);
    pthread_mutex_unlock(&log->lock_of_batch);
    if (!gw_ok(r))
        return r;
    work(log, true);
    return result_of(log);
}

void integrator_stop(struct audit_log *log)
{
    if (log->has_thread) {
        pthread_mutex_lock(&log->lock_of_batch);
        log->is_stopping = true;
        pthread_cond_broadcast(&log->turn);
        pthread_mutex_unlock(&log->lock_of_batch);
        pthread_join(log->thread, NULL);
    }
    log->has_thread = false;
    pthread_cond_destroy(&log->turn);
    pthread_mutex_destroy(&log->lock_of_batch);
}
