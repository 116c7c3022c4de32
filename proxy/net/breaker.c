/* proxy/net/breaker.c - see breaker.h. A handful of numbers for each upstream and thread; knows
 * nothing of connections, and nobody frees it. */
#include "proxy/base/base.h"
#include "proxy/net/breaker.h"

bool breaker_may_try(struct breaker *b, int64_t now_ns)
{
    if (b->failures < BREAKER_FAILURES)
        return true;
    if (now_ns < b->rests_until_ns || b->is_trying)
        return false;
    b->is_trying = b->is_careful;
    return true;
}

void breaker_worked(struct breaker *b)
{
    *b = (struct breaker){.is_careful = b->is_careful};
}

void breaker_dropped(struct breaker *b)
{
    b->is_trying = false;
}

bool breaker_failed(struct breaker *b, int64_t now_ns, uint32_t chance)
{
    b->is_trying = false;
    if (b->failures < BREAKER_FAILURES)
        b->failures++;
    /* those that set out before the rest began do not make it longer */
    if (b->failures < BREAKER_FAILURES || now_ns < b->rests_until_ns)
        return false;
    b->rest_ms = b->rest_ms == 0 ? BREAKER_FIRST_MS : b->rest_ms * 2;
    if (b->rest_ms > BREAKER_MOST_MS)
        b->rest_ms = BREAKER_MOST_MS;
    uint64_t spread = b->rest_ms / 2, ms = b->rest_ms - spread / 2 + spread * chance / UINT32_MAX;
    b->rests_until_ns = now_ns + (int64_t)ms * 1000000;
    return true;
}
