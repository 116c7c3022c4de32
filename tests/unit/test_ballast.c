/* tests/unit/test_ballast.c - audit/ballast.h: blocks in reserve, let go once and for want of room
 * only. */
#include "proxy/base/base.h"
#include "audit/ballast.h"
#include "audit/state.h"
#include "tests/unit/log_rig.h"
#include <sys/stat.h>

static struct clock hands = {.fake = true, .wall_us = 1790000000000000};

static struct audit_log *opened(void)
{
    return rig_opened((struct audit_settings){.clock = &hands});
}

static void it_has_real_blocks(void **state)
{
    struct audit_log *log = opened();
    struct stat st;
    (void)state;
    assert_true(ballast_is_there(log)); /* an open log has one */
    ballast_drop(log);
    assert_false(ballast_is_there(log));
    assert_true(gw_ok(ballast_make(log)));
    assert_int_equal(fstatat(log->dir, "ballast", &st, 0), 0);
    assert_true(log->ground.ballast > 0);
    assert_true((uint64_t)st.st_blocks * 512 >= log->ground.ballast); /* not a hole */
    audit_log_close(log);
}

/* What there is no room for is not left half made. */
static void one_that_cannot_be_made_is_not_there(void **state)
{
    struct audit_log *log = opened();
    (void)state;
    ballast_drop(log);
    log->ground.ballast = UINT64_C(1) << 60;
    assert_false(gw_ok(ballast_make(log)));
    assert_int_not_equal(errno, 0);
    assert_false(ballast_is_there(log));
    log->ground.ballast = 1 << 20;
    audit_log_close(log);
}

static void it_goes_for_want_of_room_alone_and_once(void **state)
{
    struct audit_log *log = opened();
    (void)state;
    errno = EIO;
    assert_false(ballast_gives_way(log));
    assert_true(ballast_is_there(log));
    assert_false(log->ground.is_full);
    errno = EDQUOT;
    assert_true(ballast_gives_way(log));
    assert_true(log->ground.is_full);
    assert_false(ballast_is_there(log));
    errno = ENOSPC;
    assert_false(ballast_gives_way(log));
    audit_log_close(log);
}

/* clang-format off */
#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_folder, rig_gone)
/* clang-format on */

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_has_real_blocks),
        TEST(one_that_cannot_be_made_is_not_there),
        TEST(it_goes_for_want_of_room_alone_and_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
