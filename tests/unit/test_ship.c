/* tests/unit/test_ship.c - proxy/main/ship.h: what fits into a batch, and what fits into none. */
#include "proxy/base/base.h"
#include "proxy/main/ship.h"
#include "audit/disk.h"
#include <fcntl.h>
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

static void cursor_says(int at, const char *text)
{
    struct buf have;
    buf_init(&have, 256);
    assert_true(gw_ok(disk_read(at, "sink/siem.pos", &have)));
    if (!slice_is(buf_slice(&have), slice_str(text)))
        fail_msg("%.*s", (int)have.len, buf_slice(&have).at);
    buf_free(&have);
}

/* What a sink has taken stands in its cursor, the newest head too, also behind a batch without. */
static void the_cursor_is_the_sinks_receipt(void **state)
{
    bool has;
    uint64_t after = 0;
    char folder[] = "/tmp/bulla-unit-XXXXXX", line[80];
    (void)state;
    assert_non_null(mkdtemp(folder));
    ship.dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ship.with_heads = true;
    assert_null(ship_name(&ship, "siem"));
    ship_clear(&ship);
    assert_true(gw_ok(add(6, 10)) && gw_ok(ship_head(&ship, 7, SLICE_LIT("log\n7\nAAAA\n"))));
    assert_true(gw_ok(ship_send(&ship)));
    cursor_says(ship.dir, "6\nconfirmed\nhead 7\n");
    ship.taken = 0; /* a life later */
    assert_true(gw_ok(ship_begin(&ship, &has, &after)) && has && after == 6);
    assert_true(ship.taken == 7);
    ship_clear(&ship);
    assert_true(gw_ok(add(7, 10)) && gw_ok(ship_send(&ship)));
    cursor_says(ship.dir, "7\nconfirmed\nhead 7\n");
    close(ship.dir);
    snprintf(line, sizeof line, "rm -r %s", folder);
    assert_int_equal(system(line), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_record_that_fits_into_no_batch_is_a_failure_and_no_full_one, fresh, gone),
        cmocka_unit_test_setup_teardown(a_full_batch_says_so_and_the_next_one_takes_the_rest, fresh,
                                        gone),
        cmocka_unit_test_setup_teardown(the_cursor_is_the_sinks_receipt, fresh, gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
