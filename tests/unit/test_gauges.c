/* tests/unit/test_gauges.c - audit/gauges.h: what processes tell each other of the log. */
#include "proxy/base/base.h"
#include "audit/gauges.h"
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static void there_is_nothing_before_it_was_said(void **state)
{
    uint64_t size = 7;
    struct buf note;
    (void)state;
    buf_init(&note, GAUGES_NOTE);
    struct gauges *g = gauges_new();
    assert_int_equal(gauges_signed(g, &size, &note).code, GW_NOT_FOUND);
    assert_int_equal(gauges_signed(NULL, &size, &note).code, GW_NOT_FOUND);
    assert_int_equal(size, 7);
    gauges_sign(NULL, 1, SLICE_LIT("x"));
    char large[GAUGES_NOTE + 1] = "";
    gauges_sign(g, 1, slice_of(large, sizeof large)); /* not cut: not said */
    assert_int_equal(gauges_signed(g, &size, &note).code, GW_NOT_FOUND);
    gauges_free(g);
    gauges_free(NULL);
    buf_free(&note);
}

static void a_half_written_note_is_nobodys(void **state)
{
    uint64_t size;
    struct buf note;
    (void)state;
    buf_init(&note, GAUGES_NOTE);
    struct gauges *g = gauges_new();
    gauges_sign(g, 3, SLICE_LIT("three"));
    g->note_turn++; /* as one leaves it that was killed while it wrote */
    assert_int_equal(gauges_signed(g, &size, &note).code, GW_AGAIN);
    gauges_sign(g, 4, SLICE_LIT("four"));
    assert_true(gw_ok(gauges_signed(g, &size, &note)));
    assert_true(size == 4 && slice_is(buf_slice(&note), SLICE_LIT("four")));
    gauges_free(g);
    buf_free(&note);
}

/* Another process writes notes that say their size in every byte; what is read is always whole. */
static void size_and_note_belong_together(void **state)
{
    struct buf note;
    uint64_t size, last = 0;
    (void)state;
    buf_init(&note, GAUGES_NOTE);
    struct gauges *g = gauges_new();
    pid_t parent = getpid(), child = fork();
    assert_true(child >= 0);
    for (uint64_t n = child == 0; n > 0; n++) { /* the child, until it is killed or left alone */
        if (getppid() != parent)
            _exit(0);
        char text[300];
        memset(text, (int)('a' + n % 26), sizeof text);
        gauges_sign(g, n, slice_of(text, 100 + n % 200));
    }
    for (int seen = 0; seen < 5000;) {
        gw_result r = gauges_signed(g, &size, &note);
        if (!gw_ok(r))
            continue;
        struct slice s = buf_slice(&note);
        assert_true(size >= last && s.len == 100 + size % 200);
        for (size_t i = 0; i < s.len; i++)
            assert_int_equal(s.at[i], 'a' + size % 26);
        last = size;
        seen++;
    }
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    gauges_free(g);
    buf_free(&note);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_is_nothing_before_it_was_said),
        cmocka_unit_test(a_half_written_note_is_nobodys),
        cmocka_unit_test(size_and_note_belong_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
