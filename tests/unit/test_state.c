/* tests/unit/test_state.c - audit/state.h: the first fault is the one that is told. */
#include "proxy/base/base.h"
#include "audit/state.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

static void the_first_fault_stays(void **state)
{
    struct audit_log *log = calloc(1, sizeof *log);
    (void)state;
    assert_non_null(log);
    errno = EIO;
    assert_int_equal(state_fault(log, "sync of the segment").code, GW_UNAVAILABLE);
    assert_true(log->poisoned);
    assert_string_equal(log->reason, "sync of the segment: Input/output error");
    errno = ENOSPC;
    assert_int_equal(state_fault(log, "write to the segment").code, GW_UNAVAILABLE);
    assert_string_equal(log->reason, "sync of the segment: Input/output error");
    free(log);
}

/* Refused by ourselves: the system has no word for it. */
static void a_fault_without_errno_has_words_too(void **state)
{
    struct audit_log *log = calloc(1, sizeof *log);
    (void)state;
    assert_non_null(log);
    errno = 0;
    assert_int_equal(state_fault(log, "tiles and checkpoint").code, GW_UNAVAILABLE);
    assert_string_equal(log->reason, "tiles and checkpoint: refused");
    free(log);
}

static void who_watches_sees_it_closed(void **state)
{
    struct audit_log *log = calloc(1, sizeof *log);
    (void)state;
    assert_non_null(log);
    state_tell_open(log, true); /* nobody watches: nothing happens */
    log->gauges = gauges_new();
    assert_non_null(log->gauges);
    state_tell_open(log, true);
    assert_int_equal(gauges_get(&log->gauges->is_open), 1);
    (void)gw_ok(state_fault(log, "the disk of the log"));
    assert_int_equal(gauges_get(&log->gauges->is_open), 0);
    gauges_free(log->gauges);
    free(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_fault_stays),
        cmocka_unit_test(a_fault_without_errno_has_words_too),
        cmocka_unit_test(who_watches_sees_it_closed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
