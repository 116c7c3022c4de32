/* proxy/base/clock.h - time as an argument: a real clock, or one that a test turns.
 *
 * Limits use the monotonic clock, records both. Nothing in the gate asks the system for the time.
 */
#ifndef PROXY_BASE_CLOCK_H
#define PROXY_BASE_CLOCK_H

#include "proxy/base/base.h"

struct clock {
    bool fake;       /* true: mono_ns and wall_us are what a test set */
    int64_t mono_ns; /* of a fake clock */
    int64_t wall_us; /* of a fake clock: microseconds since 1970-01-01T00:00:00Z */
    bool is_free;    /* of a fake clock: nothing steers its wall */
    int64_t held_ns; /* of a real one that is held: clock_hold() */
};

/* What the kernel says of the wall clock. */
struct clock_health {
    bool is_steered;   /* something (NTP, PTP, the host) keeps it right, and lately did */
    uint64_t error_us; /* at most so far off, as far as it knows */
    int64_t offset_us; /* still to be made up for */
};

/* Nanoseconds since boot (CLOCK_BOOTTIME); never goes back. */
int64_t clock_mono_ns(const struct clock *c);
/* From here on clock_mono_ns() says what it is now, until the clock is held anew or let go: for a
 * thread that does one short thing after the other and is asked for the time at each step. */
void clock_hold(struct clock *c);
static inline void clock_let_go(struct clock *c)
{
    c->held_ns = 0;
}
/* Microseconds since the epoch, UTC. May jump. */
int64_t clock_wall_us(const struct clock *c);
struct clock_health clock_health(const struct clock *c);
/* "2026-11-24T00:24:48.123456Z" (RFC 3339): 27 characters and a NUL. */
void clock_rfc3339(int64_t wall_us, char out[28]);

#endif
