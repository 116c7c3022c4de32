/* tests/unit/test_named.c - names as findings of a scan: only where they are asked for, by leaves,
 * by pieces, at both levels. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proxy/base/base.h"

#include "redact/named.h"
#include "redact/scan.h"

struct rig {
    struct scanner *scanner;
    struct scan_scratch *scratch;
    struct arena *arena;
};

static struct rig rig_new(void)
{
    char reason[200];
    struct rig r = {.arena = arena_new(64 << 20)};
    assert_true(gw_ok(scanner_new(NULL, 0, NULL, reason, sizeof reason, &r.scanner)));
    r.scratch = scan_scratch_new(r.scanner);
    assert_non_null(r.scratch);
    return r;
}

static void rig_free(struct rig *r)
{
    scan_scratch_free(r->scratch);
    scanner_free(r->scanner);
    arena_free(r->arena);
}

static size_t count(const struct scan_result *r, enum family family)
{
    size_t n = 0;
    for (size_t i = 0; i < r->count; i++)
        n += r->findings[i].family == family;
    return n;
}

static struct scan_result scan(struct rig *r, const char *text, uint8_t names)
{
    struct scan_options options = {.names = names};
    struct scan_result out;
    assert_true(
        gw_ok(scan_plain(r->scanner, r->scratch, slice_str(text), &options, r->arena, &out)));
    return out;
}

static void nothing_is_looked_for_unless_asked(void **state)
{
    struct rig r = rig_new();
    (void)state;
    assert_int_equal(scan(&r, "My name is Anna Kowalska.", NAMES_OFF).count, 0);
    struct scan_result found = scan(&r, "My name is Anna Kowalska.", NAMES_HIGH);
    assert_int_equal(count(&found, FAM_PERSON), 1);
    assert_true(slice_is(found.findings[0].entity, SLICE_LIT("PERSON")));
    assert_true(slice_is(found.findings[0].name, SLICE_LIT("person")));
    rig_free(&r);
}

static void low_gives_a_part_of_high(void **state)
{
    const char *text =
        "Anna Kowalska asked Bern about Oslo. My name is Thomas Lindgren. Ask May or Will Rose.";
    struct rig r = rig_new();
    (void)state;
    struct scan_result low = scan(&r, text, NAMES_LOW), high = scan(&r, text, NAMES_HIGH);
    assert_true(low.count > 0 && low.count <= high.count);
    for (size_t i = 0; i < low.count; i++)
        assert_true(low.findings[i].score >= 800);
    rig_free(&r);
}

static void other_findings_stay(void **state)
{
    struct rig r = rig_new();
    (void)state;
    struct scan_result found =
        scan(&r, "From: Anna Kowalska <anna.kowalska@example.com>, card 4111 1111 1111 1111",
             NAMES_HIGH);
    assert_int_equal(count(&found, FAM_EMAIL), 1);
    assert_int_equal(count(&found, FAM_CREDIT_CARD), 1);
    assert_int_equal(count(&found, FAM_PERSON), 1);
    rig_free(&r);
}

/* A text of leaves: the same findings leaf by leaf, however little is scanned at a time. */
static void leaves_are_apart_and_budgets_do_not_matter(void **state)
{
    struct rig r = rig_new();
    struct scan_options options = {.names = NAMES_HIGH};
    struct scan_result whole;
    struct scan_job job;
    struct text t;
    bool done = false;
    char *big = malloc(120000);
    size_t len = 0;
    (void)state;
    assert_non_null(big);
    while (len < 100000)
        len += (size_t)snprintf(big + len, 120000 - len,
                                "Line %zu: Thomas Lindgren met Anna Kowalska.%s", len,
                                len % 7 == 0 ? "\n\n" : " ");
    text_init(&t, r.arena, 1 << 20);
    const struct text_leaf leaf = {.role = ROLE_USER};
    assert_true(gw_ok(text_add(&t, SLICE_LIT("My name is Anna"), &leaf)));
    assert_true(gw_ok(text_add(&t, SLICE_LIT(""), &leaf)));
    assert_true(gw_ok(text_add(&t, slice_of(big, len), &leaf)));
    assert_true(gw_ok(text_add(&t, SLICE_LIT("Kowalska lives in Berlin"), &leaf)));
    assert_true(gw_ok(scan_text(r.scanner, r.scratch, &t, &options, r.arena, &whole)));
    assert_true(gw_ok(scan_start(&job, r.scanner, r.scratch, &t, &options, r.arena)));
    while (!done)
        assert_true(gw_ok(scan_step(&job, 1, &done)));
    assert_int_equal(whole.count, job.result.count);
    assert_true(count(&whole, FAM_PERSON) > 500);
    for (size_t i = 0; i < whole.count; i++) {
        assert_int_equal(whole.findings[i].start, job.result.findings[i].start);
        assert_int_equal(whole.findings[i].end, job.result.findings[i].end);
        assert_int_equal(whole.findings[i].score, job.result.findings[i].score);
        assert_int_equal(text_leaf_at(&t, whole.findings[i].start),
                         text_leaf_at(&t, whole.findings[i].end - 1));
    }
    text_free(&t);
    free(big);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_looked_for_unless_asked),
        cmocka_unit_test(low_gives_a_part_of_high),
        cmocka_unit_test(other_findings_stay),
        cmocka_unit_test(leaves_are_apart_and_budgets_do_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
