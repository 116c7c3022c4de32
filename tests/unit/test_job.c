/* tests/unit/test_job.c - redact/job.h: what is scanned, and findings that join it. */
#include "proxy/base/base.h"
#include "redact/job.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void findings_join_behind_the_others(void **state)
{
    struct scan_job job = {.arena = arena_new(1 << 20)};
    (void)state;
    for (uint32_t i = 0; i < 1000; i++)
        assert_true(gw_ok(job_add(&job, &(struct finding){.start = i, .end = i + 1})));
    assert_int_equal(job.result.count, 1000);
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(job.result.findings[i].start, i);
    struct finding *before = job.result.findings;
    assert_true(gw_ok(job_room(&job, job.room - job.result.count))); /* there is */
    assert_ptr_equal(job.result.findings, before);
    assert_int_equal(job.result.count, 1000);
    arena_free(job.arena);
}

/* What was found stays when there is no room for more. */
static void no_room_is_said(void **state)
{
    struct scan_job job = {.arena = arena_new(4096)};
    gw_result r = gw_is(GW_OK);
    (void)state;
    for (uint32_t i = 0; gw_ok(r) && i < 4096; i++)
        r = job_add(&job, &(struct finding){.start = i, .end = i + 1});
    assert_int_equal(r.code, GW_NO_MEMORY);
    for (uint32_t i = 0; i < job.result.count; i++)
        assert_int_equal(job.result.findings[i].start, i);
    arena_free(job.arena);
}

static void what_is_scanned_is_a_text_or_one_leaf(void **state)
{
    struct scan_job job = {.plain = SLICE_LIT("plain"), .arena = arena_new(1 << 20)};
    struct text t;
    const struct text_leaf leaf = {.role = ROLE_USER};
    (void)state;
    assert_true(slice_is(job_flat(&job), SLICE_LIT("plain")));
    text_init(&t, job.arena, 1000);
    assert_true(gw_ok(text_add(&t, SLICE_LIT("one"), &leaf)));
    job.text = &t;
    assert_true(slice_has_prefix(job_flat(&job), SLICE_LIT("one")));
    text_free(&t);
    arena_free(job.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings_join_behind_the_others),
        cmocka_unit_test(no_room_is_said),
        cmocka_unit_test(what_is_scanned_is_a_text_or_one_leaf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
