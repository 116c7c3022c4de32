/* proxy/net/loop.c - see loop.h. One libevent base; posts come over an eventfd.
 *
 * Knows nothing of sockets or TLS. Whoever made a timer or a watch frees it; the loop frees its
 * posts. A post that finds no memory ends the process: a lost post would leave an exchange waiting
 * forever. */
#include "proxy/base/base.h"
#include "proxy/net/loop.h"

#include <event2/event.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct job {
    struct job *next;
    loop_call call;
    void *call_of;
};

struct jobs {
    struct job *first, **last;
};

struct loop {
    struct event_base *base;
    struct clock clock; /* held while the loop calls somebody */
    struct event *post_event;
    struct jobs after;
    pthread_mutex_t lock; /* guards posted */
    struct jobs posted;
    char *lent; /* loop_lend()'s, once one asked */
    int post_fd;
    bool stopped;
};

struct loop_timer {
    struct loop *loop;
    struct event *event;
    loop_call call;
    void *call_of;
};

struct loop_watch {
    struct loop *loop;
    struct event *event;
    loop_call call;
    void *call_of;
};

static void jobs_clear(struct jobs *j)
{
    j->first = NULL;
    j->last = &j->first;
}

static struct job *job_new(loop_call call, void *call_of)
{
    struct job *job = malloc(sizeof *job);
    if (job == NULL)
        abort();
    *job = (struct job){.call = call, .call_of = call_of};
    return job;
}

static void jobs_add(struct jobs *j, struct job *job)
{
    *j->last = job;
    j->last = &job->next;
}

static void jobs_run(struct loop *l, struct job *first)
{
    while (first != NULL) {
        struct job job = *first;
        free(first);
        first = job.next;
        loop_hold(l);
        job.call(job.call_of);
    }
}

/* Takes the list before it runs: what a job adds waits for the next round. */
static void run_after(struct loop *l)
{
    struct job *first = l->after.first;
    jobs_clear(&l->after);
    jobs_run(l, first);
}

static void run_posted(struct loop *l)
{
    pthread_mutex_lock(&l->lock);
    struct job *first = l->posted.first;
    jobs_clear(&l->posted);
    pthread_mutex_unlock(&l->lock);
    jobs_run(l, first);
}

static void post_arrived(evutil_socket_t fd, short what, void *loop)
{
    uint64_t count;
    (void)what;
    if (read(fd, &count, sizeof count) < 0 && errno != EAGAIN && errno != EINTR)
        abort();
    run_posted(loop);
}

static bool loop_open(struct loop *l)
{
    struct event_config *config = event_config_new();
    if (config == NULL)
        return false;
    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
    l->base = event_base_new_with_config(config);
    event_config_free(config);
    l->post_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (l->base == NULL || l->post_fd < 0)
        return false;
    l->post_event = event_new(l->base, l->post_fd, EV_READ | EV_PERSIST, post_arrived, l);
    return l->post_event != NULL && event_add(l->post_event, NULL) == 0;
}

struct loop *loop_new(void)
{
    struct loop *l = calloc(1, sizeof *l);
    if (l == NULL)
        return NULL;
    l->post_fd = -1;
    jobs_clear(&l->after);
    jobs_clear(&l->posted);
    pthread_mutex_init(&l->lock, NULL);
    if (!loop_open(l)) {
        loop_free(l);
        return NULL;
    }
    return l;
}

void loop_free(struct loop *l)
{
    if (l == NULL)
        return;
    while (l->posted.first != NULL || l->after.first != NULL) {
        run_posted(l);
        run_after(l);
    }
    if (l->post_event != NULL)
        event_free(l->post_event);
    if (l->base != NULL)
        event_base_free(l->base);
    if (l->post_fd >= 0)
        close(l->post_fd);
    pthread_mutex_destroy(&l->lock);
    free(l->lent);
    free(l);
}

char *loop_lend(struct loop *l)
{
    if (l->lent == NULL)
        l->lent = malloc(LOOP_LENT);
    return l->lent;
}

void loop_run(struct loop *l)
{
    l->stopped = false;
    run_after(l);
    while (!l->stopped) {
        clock_let_go(&l->clock); /* it may wait long now */
        int once = EVLOOP_ONCE | (l->after.first != NULL ? EVLOOP_NONBLOCK : 0);
        if (event_base_loop(l->base, once) < 0)
            break;
        run_after(l);
    }
    clock_let_go(&l->clock);
}

const struct clock *loop_clock(const struct loop *l)
{
    return &l->clock;
}

void loop_hold(struct loop *l)
{
    clock_hold(&l->clock);
}

void loop_stop(struct loop *l)
{
    l->stopped = true;
    event_active(l->post_event, EV_READ, 1); /* so that a stop from an after-turn call wakes too */
}

void loop_post(struct loop *l, loop_call call, void *call_of)
{
    struct job *job = job_new(call, call_of);
    const uint64_t one = 1;
    pthread_mutex_lock(&l->lock);
    jobs_add(&l->posted, job);
    /* Inside the lock: once it is open the job may run, and with it the loop may end. */
    if (write(l->post_fd, &one, sizeof one) < 0 && errno != EAGAIN)
        abort();
    pthread_mutex_unlock(&l->lock);
}

void loop_after_turn(struct loop *l, loop_call call, void *call_of)
{
    jobs_add(&l->after, job_new(call, call_of));
}

static void timer_rang(evutil_socket_t fd, short what, void *timer)
{
    struct loop_timer *t = timer;
    (void)fd;
    (void)what;
    loop_hold(t->loop);
    t->call(t->call_of);
}

static struct loop_timer *timer_new(struct loop *l, unsigned ms, short flags,
                                    const struct loop_timer *from)
{
    struct timeval in = {.tv_sec = (time_t)(ms / 1000), .tv_usec = (long)(ms % 1000) * 1000};
    struct loop_timer *t = malloc(sizeof *t);
    if (t == NULL)
        return NULL;
    *t = *from;
    t->event = event_new(l->base, -1, flags, timer_rang, t);
    if (t->event == NULL || event_add(t->event, &in) != 0) {
        loop_timer_free(t);
        return NULL;
    }
    return t;
}

struct loop_timer *loop_every(struct loop *l, unsigned ms, loop_call call, void *call_of)
{
    const struct loop_timer from = {.loop = l, .call = call, .call_of = call_of};
    return timer_new(l, ms == 0 ? 1 : ms, EV_PERSIST, &from);
}

struct loop_timer *loop_once(struct loop *l, unsigned ms, loop_call call, void *call_of)
{
    const struct loop_timer from = {.loop = l, .call = call, .call_of = call_of};
    return timer_new(l, ms, 0, &from);
}

void loop_timer_free(struct loop_timer *t)
{
    if (t == NULL)
        return;
    if (t->event != NULL)
        event_free(t->event);
    free(t);
}

static void watch_saw(evutil_socket_t fd, short what, void *watch)
{
    struct loop_watch *w = watch;
    (void)fd;
    (void)what;
    loop_hold(w->loop);
    w->call(w->call_of);
}

static struct loop_watch *watch_new(struct loop *l, int fd, short flags,
                                    const struct loop_watch *from)
{
    struct loop_watch *w = malloc(sizeof *w);
    if (w == NULL)
        return NULL;
    *w = *from;
    w->event = event_new(l->base, fd, (short)(flags | EV_PERSIST), watch_saw, w);
    if (w->event == NULL || event_add(w->event, NULL) != 0) {
        loop_watch_free(w);
        return NULL;
    }
    return w;
}

struct loop_watch *loop_watch_read(struct loop *l, int fd, loop_call call, void *call_of)
{
    const struct loop_watch from = {.loop = l, .call = call, .call_of = call_of};
    return watch_new(l, fd, EV_READ, &from);
}

struct loop_watch *loop_watch_signal(struct loop *l, int signal_number, loop_call call,
                                     void *call_of)
{
    const struct loop_watch from = {.loop = l, .call = call, .call_of = call_of};
    return watch_new(l, signal_number, EV_SIGNAL, &from);
}

void loop_watch_free(struct loop_watch *w)
{
    if (w == NULL)
        return;
    if (w->event != NULL)
        event_free(w->event);
    free(w);
}

struct event_base *loop_base(struct loop *l)
{
    return l->base;
}

const char *loop_library(void)
{
    return event_get_version();
}
