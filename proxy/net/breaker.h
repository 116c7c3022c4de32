/* proxy/net/breaker.h - whether an upstream is worth a try now.
 *
 * After BREAKER_FAILURES failures in a row it rests: nobody tries for a while that grows from
 * BREAKER_FIRST_MS to BREAKER_MOST_MS, a quarter longer or shorter by chance so that threads and
 * gateways do not come back together. Then one may try (is_careful), or everybody; the first
 * success ends it, the first failure rests again. Knows no clock and no chance: both are given.
 * Embedded, nothing to free; all zero is fine. */
#ifndef PROXY_NET_BREAKER_H
#define PROXY_NET_BREAKER_H

#include "proxy/base/base.h"

enum { BREAKER_FAILURES = 5, BREAKER_FIRST_MS = 250, BREAKER_MOST_MS = 3000 };

struct breaker {
    bool is_careful;        /* after a rest, one at a time */
    bool is_trying;         /* that one is on its way */
    unsigned failures;      /* in a row, BREAKER_FAILURES at most */
    unsigned rest_ms;       /* the last rest, without chance; 0: none since the last success */
    int64_t rests_until_ns; /* monotonic */
};

/* True: try, and say how it went: worked, failed, or dropped when nobody will know. */
bool breaker_may_try(struct breaker *b, int64_t now_ns);
void breaker_worked(struct breaker *b);
void breaker_dropped(struct breaker *b);
/* chance: any 32 bits. True: it rests from now on (worth a line in the log). */
bool breaker_failed(struct breaker *b, int64_t now_ns, uint32_t chance);

#endif
