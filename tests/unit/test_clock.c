/* tests/unit/test_clock.c - proxy/base/clock.h. */
#include "proxy/base/base.h"
#include "proxy/base/clock.h"
#include <setjmp.h>
#include <stdarg.h>
#include <time.h>
#include <cmocka.h>

static void reads(int64_t wall_us, const char *want)
{
    char text[28];
    clock_rfc3339(wall_us, text);
    assert_string_equal(text, want);
}

static void times_before_the_epoch_and_far_ahead(void **state)
{
    (void)state;
    reads(-1, "1969-12-31T23:59:59.999999Z");
    reads(253402300799999999, "9999-12-31T23:59:59.999999Z");
}

static void times_are_written_in_utc(void **state)
{
    (void)state;
    reads(0, "1970-01-01T00:00:00.000000Z");
    reads(951782400000001, "2000-02-29T00:00:00.000001Z");
}

/* Every day of 9,000 years, as the C library has it. */
static void dates_are_those_of_the_calendar(void **state)
{
    (void)state;
    for (time_t t = INT64_C(-60000000000); t < INT64_C(240000000000); t += 86399) {
        struct tm tm;
        char want[64], text[28];
        gmtime_r(&t, &tm);
        snprintf(want, sizeof want, "%04d-%02d-%02dT%02d:%02d:%02d.000000Z", tm.tm_year + 1900,
                 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
        clock_rfc3339(t * 1000000, text);
        assert_string_equal(text, want);
    }
}

static void a_fake_clock_stands_still(void **state)
{
    struct clock fake = {.fake = true, .mono_ns = 5, .wall_us = 7};
    (void)state;
    assert_int_equal(clock_mono_ns(&fake), 5);
    assert_int_equal(clock_wall_us(&fake), 7);
}

static void the_real_one_never_goes_back(void **state)
{
    struct clock real = {0};
    int64_t before = clock_mono_ns(&real);
    (void)state;
    for (int i = 0; i < 1000; i++) {
        int64_t now = clock_mono_ns(&real);
        assert_true(now >= before);
        before = now;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_before_the_epoch_and_far_ahead),
        cmocka_unit_test(times_are_written_in_utc),
        cmocka_unit_test(dates_are_those_of_the_calendar),
        cmocka_unit_test(a_fake_clock_stands_still),
        cmocka_unit_test(the_real_one_never_goes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
