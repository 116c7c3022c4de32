/* proxy/base/clock.c - see clock.h. */
#include "proxy/base/base.h"
#include "proxy/base/clock.h"
#include <sys/timex.h>
#include <time.h>

static int64_t read_ns(clockid_t id)
{
    struct timespec t = {0};
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

int64_t clock_mono_ns(const struct clock *c)
{
    return c->fake ? c->mono_ns : c->held_ns != 0 ? c->held_ns : read_ns(CLOCK_BOOTTIME);
}

void clock_hold(struct clock *c)
{
    c->held_ns = read_ns(CLOCK_BOOTTIME);
}

int64_t clock_wall_us(const struct clock *c)
{
    return c->fake ? c->wall_us : read_ns(CLOCK_REALTIME) / 1000;
}

struct clock_health clock_health(const struct clock *c)
{
    struct timex t = {.modes = 0}; /* asks, and sets nothing */
    if (c->fake)
        return (struct clock_health){.is_steered = !c->is_free};
    int state = adjtimex(&t);
    bool is_known = state >= 0 && state != TIME_ERROR && (t.status & STA_UNSYNC) == 0;
    return (struct clock_health){.is_steered = is_known,
                                 .error_us = t.maxerror < 0 ? 0 : (uint64_t)t.maxerror,
                                 .offset_us =
                                     (t.status & STA_NANO) != 0 ? t.offset / 1000 : t.offset};
}

/* n in so many digits, zeros in front; at its end what follows it. */
static char *put_digits(char *at, unsigned digits, int64_t n, char behind)
{
    for (unsigned i = digits; i-- > 0; n /= 10)
        at[i] = (char)('0' + n % 10);
    at[digits] = behind;
    return at + digits + 1;
}

/* The date of a day, counted from 1970-01-01, in the Gregorian calendar. Years begin in March here:
 * a leap day is then the last of its year, and five months of 153 days follow each other. An era is
 * 400 years, of 146,097 days. */
static void date_of(int64_t day, int64_t *year, unsigned *month, unsigned *of_month)
{
    int64_t since = day + 719468; /* 0000-03-01 */
    int64_t era = (since >= 0 ? since : since - 146096) / 146097;
    unsigned in_era = (unsigned)(since - era * 146097);
    unsigned years = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    unsigned in_year = in_era - (365 * years + years / 4 - years / 100);
    unsigned march = (5 * in_year + 2) / 153; /* months since March */
    *of_month = in_year - (153 * march + 2) / 5 + 1;
    *month = march < 10 ? march + 3 : march - 9;
    *year = era * 400 + years + (*month <= 2);
}

void clock_rfc3339(int64_t wall_us, char out[28])
{
    int64_t micros = wall_us % 1000000, seconds = wall_us / 1000000, year;
    unsigned month, of_month;
    if (micros < 0) {
        micros += 1000000;
        seconds--;
    }
    int64_t of_day = seconds % 86400, day = seconds / 86400;
    if (of_day < 0) {
        of_day += 86400;
        day--;
    }
    date_of(day, &year, &month, &of_month);
    char *at = put_digits(out, 4, year, '-');
    at = put_digits(at, 2, month, '-');
    at = put_digits(at, 2, of_month, 'T');
    at = put_digits(at, 2, of_day / 3600, ':');
    at = put_digits(at, 2, of_day / 60 % 60, ':');
    at = put_digits(at, 2, of_day % 60, '.');
    at = put_digits(at, 6, micros, 'Z');
    *at = '\0';
}
