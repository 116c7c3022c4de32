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
    char text[64];
    snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", t.tm_year + 1900,
             t.tm_mon + 1, t.tm_mday, t.tm_hour, t.tm_min, t.tm_sec, (int)micros);
    memcpy(out, text, 27);
    out[27] = '\0';
}
