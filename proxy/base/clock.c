/* proxy/base/clock.c - see clock.h. */
#include "proxy/base/base.h"
#include "proxy/base/clock.h"
#include <time.h>

static int64_t read_ns(clockid_t id)
{
    struct timespec t = {0};
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t clock_mono_ns(const struct clock *c)
{
    return c->fake ? c->mono_ns : read_ns(CLOCK_BOOTTIME);
}

int64_t clock_wall_us(const struct clock *c)
{
    return c->fake ? c->wall_us : read_ns(CLOCK_REALTIME) / 1000;
}

/* n in so many digits, zeros in front; at its end what follows it. */
static char *put_digits(char *at, unsigned digits, int64_t n, char behind)
{
    for (unsigned i = digits; i-- > 0; n /= 10)
        at[i] = (char)('0' + n % 10);
    at[digits] = behind;
    return at + digits + 1;
}

void clock_rfc3339(int64_t wall_us, char out[28])
{
    int64_t micros = wall_us % 1000000;
    time_t seconds = (time_t)(wall_us / 1000000);
    struct tm t = {0};
    if (micros < 0) {
        micros += 1000000;
        seconds--;
    }
    gmtime_r(&seconds, &t);
    char *at = put_digits(out, 4, t.tm_year + 1900, '-');
    at = put_digits(at, 2, t.tm_mon + 1, '-');
    at = put_digits(at, 2, t.tm_mday, 'T');
    at = put_digits(at, 2, t.tm_hour, ':');
    at = put_digits(at, 2, t.tm_min, ':');
    at = put_digits(at, 2, t.tm_sec, '.');
    at = put_digits(at, 6, micros, 'Z');
    *at = '\0';
}
