/* tests/unit/test_repeated.c - a secret that a text has given away once is found in all leaves,
 * whatever the budget; words, numbers and pieces of longer words are not.
 *
 * Token-shaped strings are made up and written in pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proxy/base/base.h"
#include "redact/repeated.h"
#include "tests/unit/scan_rig.h"

#define VALUE     \
    "k8Xz3Qw9Lm5" \
    "Tn1Vb7Rd2"

/* How many secrets the leaves hold; their findings are sorted and do not overlap. */
static size_t secrets(const char *const *leaves, size_t n, size_t budget, uint8_t names)
{
    struct rig r = rig_new();
    struct scan_options options = {.names = names, .repeats = true};
    struct scan_job job;
    bool done = false;
    size_t found = 0;
    uint32_t end = 0;
    const struct text_leaf leaf = {.role = ROLE_USER};
    for (size_t i = 0; i < n; i++)
        assert_true(gw_ok(text_add(&r.text, slice_str(leaves[i]), &leaf)));
    assert_true(gw_ok(scan_start(&job, r.scanner, r.scratch, &r.text, &options, r.arena)));
    while (!done)
        assert_true(gw_ok(scan_step(&job, budget, &done)));
    for (size_t i = 0; i < job.result.count; i++) {
        const struct finding *f = &job.result.findings[i];
        assert_true(f->start >= end && f->end > f->start);
        end = f->end;
        found += f->family == FAM_SECRET ? 1 : 0;
    }
    rig_free(&r);
    return found;
}

static void what_is_none_stays(void **state)
{
    static const char *const words[] = {"password: sunflowers", "a field of sunflowers"};
    static const char *const pieces[] = {"api_key = " VALUE, "x" VALUE " " VALUE "y z" VALUE "0"};
    static const char *const alone[] = {"a line with " VALUE " in it"};
    (void)state;
    assert_int_equal(secrets(words, 2, SIZE_MAX, NAMES_OFF), 0);
    assert_int_equal(secrets(pieces, 2, SIZE_MAX, NAMES_OFF), 1);
    assert_int_equal(secrets(alone, 1, SIZE_MAX, NAMES_OFF), 0);
}

static void each_mention_counts_before_and_behind(void **state)
{
    static const char *const leaves[] = {"echo " VALUE, "api_key = '" VALUE "' | '" VALUE "'",
                                         "(" VALUE ")", VALUE};
    (void)state;
    assert_int_equal(secrets(leaves, 4, SIZE_MAX, NAMES_OFF), 5);
    assert_int_equal(secrets(leaves, 4, SIZE_MAX, NAMES_HIGH), 5);
    for (size_t budget = 1; budget < 40; budget += 3) {
        assert_int_equal(secrets(leaves, 4, budget, NAMES_OFF), 5);
        assert_int_equal(secrets(leaves, 4, budget, NAMES_HIGH), 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_none_stays),
        cmocka_unit_test(each_mention_counts_before_and_behind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
