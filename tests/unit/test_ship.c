/* tests/unit/test_ship.c - proxy/main/ship.h: what fits into a batch, and what fits into none. */
#include "proxy/base/base.h"
#include "proxy/main/ship.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

enum { LEAF = 200 * 1024, TOO_LARGE = EVENT_MAX + 1 };

static char path[64], reason[SINK_REASON];
static struct ship ship;

static int fresh(void **state)
{
    (void)state;
    snprintf(path, sizeof path, "/tmp/bulla-unit-XXXXXX");
    int fd = mkstemp(path);
    if (fd < 0)
        return 1;
    close(fd);
    const struct sink_settings settings = {.kind = "jsonl", .to = path, .wait_s = 1};
    ship = (struct ship){.dir = -1};
    return gw_ok(sink_open(&settings, reason, &ship.sink)) ? 0 : 1;
}

static int gone(void **state)
{
    (void)state;
    sink_close(ship.sink);
    return unlink(path);
}

/* A record with a text of that many bytes in it. */
static gw_result add(uint64_t seq, size_t bytes)
{
    static char leaf[TOO_LARGE + 100];
    int n = snprintf(leaf, sizeof leaf, "{\"t\":\"\",\"type\":\"log.start\",\"x\":\"");
    memset(leaf + n, 'x', bytes);
    snprintf(leaf + n + bytes, 3, "\"}");
    const struct segment_frame frame = {.seq = seq, .leaf = slice_str(leaf)};
    return ship_record(&ship, &frame, NULL);
}

static void a_record_that_fits_into_no_batch_is_a_failure_and_no_full_one(void **state)
{
    (void)state;
    ship_clear(&ship);
    assert_int_equal(add(0, TOO_LARGE).code, GW_TOO_BIG);
    assert_false(ship.is_full);
    assert_int_equal(ship.sent, 0);
}

static void a_full_batch_says_so_and_the_next_one_takes_the_rest(void **state)
{
    uint64_t seq = 0;
    (void)state;
    ship_clear(&ship);
    gw_result r = gw_is(GW_OK);
    while (gw_ok(r) && seq < SHIP_BATCH)
        if (gw_ok(r = add(seq, LEAF)))
            seq++;
    assert_int_equal(r.code, GW_TOO_BIG);
    assert_true(ship.is_full && ship.sent == seq && ship.last == seq - 1);
    assert_true(gw_ok(ship_send(&ship)));
    ship_clear(&ship);
    assert_false(ship.is_full);
    assert_true(gw_ok(add(seq, LEAF)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_record_that_fits_into_no_batch_is_a_failure_and_no_full_one, fresh, gone),
        cmocka_unit_test_setup_teardown(a_full_batch_says_so_and_the_next_one_takes_the_rest, fresh,
                                        gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
