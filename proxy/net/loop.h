/* proxy/net/loop.h - one event loop a thread: timers, posts from other threads, deferred frees.
 *
 * libevent underneath, hidden: no other folder sees it. Not thread-safe but for loop_post(). */
#ifndef PROXY_NET_LOOP_H
#define PROXY_NET_LOOP_H

#include "proxy/base/base.h"
#include "proxy/base/clock.h"

struct loop;
struct loop_timer;
struct loop_watch;

typedef void (*loop_call)(void *call_of);

struct loop *loop_new(void);    /* NULL when memory or descriptors are short */
void loop_free(struct loop *l); /* runs what was posted or deferred; frees no timer, no watch */
void loop_run(struct loop *l);  /* until loop_stop() */
void loop_stop(struct loop *l); /* from the loop's own thread */
/* Runs call(call_of) in the loop's thread soon. The only function that other threads may call. */
void loop_post(struct loop *l, loop_call call, void *call_of);
/* Runs after this turn of the loop: where graveyards are emptied. Same thread. */
void loop_after_turn(struct loop *l, loop_call call, void *call_of);
/* A timer, repeating every ms milliseconds (or once: it is the owner's to free after it rang too).
 * NULL when memory is short. May be freed inside its own call. */
struct loop_timer *loop_every(struct loop *l, unsigned ms, loop_call call, void *call_of);
struct loop_timer *loop_once(struct loop *l, unsigned ms, loop_call call, void *call_of);
void loop_timer_free(struct loop_timer *t); /* NULL is fine */
/* Calls when fd is readable (level-triggered) until freed. The fd stays the caller's. */
struct loop_watch *loop_watch_read(struct loop *l, int fd, loop_call call, void *call_of);
void loop_watch_free(struct loop_watch *w); /* NULL is fine */
/* Calls on a signal. */
struct loop_watch *loop_watch_signal(struct loop *l, int signal_number, loop_call call,
                                     void *call_of);
/* LOOP_LENT bytes for whoever reads, until this call of the loop returns. NULL: no memory. */
enum { LOOP_LENT = 65536 };
char *loop_lend(struct loop *l);
/* The time as this thread needs it: read once for each event and each call that the loop makes, or
 * when asked where it makes none. Lives as long as the loop. */
const struct clock *loop_clock(const struct loop *l);
/* Reads it anew: where one call does many things. */
void loop_hold(struct loop *l);
/* "2.1.x", of the libevent that runs: for --version. */
const char *loop_library(void);
/* libevent's own loop: for the other files of this folder alone. */
struct event_base;
struct event_base *loop_base(struct loop *l);

#endif
