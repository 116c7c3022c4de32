/* tests/unit/test_choose.c - which of the findings that meet stay: redact/choose.h. */
#include "proxy/base/base.h"
#include "redact/choose.h"
#include "redact/judge.h"
#include "tests/unit/scan_rig.h"

enum { OPEN = 1, ALLOWED = 2 };

/* One finding: where, how good, by which detector. */
struct found {
    unsigned start, end, score, detector, is;
};

struct choice {
    struct found in[5];
    const char *stays; /* "start-end/detector", "?" behind an open one, "+" behind an allowed one */
    bool candidates, is_open;
};

static void select_from(const struct choice *c, const struct scanner *scanner, char *out,
                        size_t size)
{
    struct arena *arena = arena_new(1 << 20);
    const struct scan_options options = {.candidates = c->candidates, .is_open = c->is_open};
    struct pass p = {.scanner = scanner, .options = &options, .arena = arena};
    for (size_t i = 0; i < GW_COUNT(c->in) && c->in[i].end > 0; i++) {
        const struct found *f = &c->in[i];
        const struct finding one = {.start = f->start,
                                    .end = f->end,
                                    .score = (uint16_t)f->score,
                                    .detector = (uint16_t)f->detector,
                                    .is_open = (f->is & OPEN) != 0,
                                    .is_allowed = (f->is & ALLOWED) != 0};
        assert_true(gw_ok(judge_add(&p, &one)));
    }
    choose_best(&p);
    out[0] = '\0';
    for (size_t i = 0; i < p.count; i++) {
        const struct finding *f = &p.found[i];
        size_t n = strlen(out);
        snprintf(out + n, size - n, "%u-%u/%u%s%s ", f->start, f->end, f->detector,
                 f->is_open ? "?" : "", f->is_allowed ? "+" : "");
    }
    arena_free(arena);
}

static void all_stay_as(const struct choice *all, size_t n, const struct scanner *scanner)
{
    for (size_t i = 0; i < n; i++) {
        char got[200];
        select_from(&all[i], scanner, got, sizeof got);
        if (strcmp(got, all[i].stays) != 0)
            fail_msg("case %zu: %s, not %s", i, got, all[i].stays);
    }
}

static void the_best_of_what_overlaps_stays(void **state)
{
    static const struct choice cases[] = {
        {{{0}}, "", false, false},
        /* what only touches does not overlap; the order is that of the text */
        {{{5, 9, 500, 1, 0}, {0, 5, 500, 2, 0}}, "0-5/2 5-9/1 ", false, false},
        {{{0, 6, 500, 1, 0}, {5, 9, 501, 2, 0}}, "5-9/2 ", false, false},
        {{{0, 5, 500, 1, 0}, {3, 9, 500, 2, 0}}, "3-9/2 ", false, false}, /* longer */
        {{{0, 5, 500, 2, 0}, {0, 5, 500, 1, 0}}, "0-5/1 ", false, false}, /* the earlier row */
        {{{0, 5, 500, 1, 0}, {0, 5, 500, 1, 0}}, "0-5/1 ", false, false},
        /* the middle wins over both, or both over the middle */
        {{{0, 10, 600, 1, 0}, {8, 20, 900, 2, 0}, {18, 30, 700, 3, 0}}, "8-20/2 ", false, false},
        {{{0, 10, 900, 1, 0}, {8, 20, 600, 2, 0}, {18, 30, 700, 3, 0}},
         "0-10/1 18-30/3 ",
         false,
         false},
        /* one that swallows two small ones of more worth loses */
        {{{0, 30, 500, 1, 0}, {1, 4, 600, 2, 0}, {9, 12, 600, 3, 0}},
         "1-4/2 9-12/3 ",
         false,
         false},
        /* who asks for candidates hears of all, and once of each */
        {{{3, 9, 100, 2, 0}, {0, 5, 500, 1, 0}, {3, 9, 100, 2, 0}}, "0-5/1 3-9/2 ", true, false},
    };
    const struct scanner scanner = {0};
    (void)state;
    all_stay_as(cases, GW_COUNT(cases), &scanner);
}

static void what_is_allowed_hides_what_lies_in_it_and_nothing_else(void **state)
{
    static const struct choice cases[] = {
        {{{0, 20, 500, 1, ALLOWED}, {5, 9, 1000, 2, 0}}, "0-20/1+ ", false, false},
        {{{0, 20, 500, 1, 0}, {5, 9, 1000, 2, ALLOWED}}, "0-20/1 ", false, false},
        {{{0, 9, 500, 1, ALLOWED}, {5, 15, 400, 2, 0}}, "5-15/2 ", false, false},
        {{{0, 9, 900, 1, ALLOWED}, {9, 15, 400, 2, 0}}, "0-9/1+ 9-15/2 ", false, false},
        {{{0, 9, 500, 1, ALLOWED}, {0, 9, 600, 2, ALLOWED}}, "0-9/2+ ", false, false},
        /* the same bytes, allowed as one entity and found as another: not allowed */
        {{{0, 9, 900, 1, ALLOWED}, {0, 9, 500, 2, 0}}, "0-9/2 ", false, false},
        {{{0, 9, 500, 1, 0}, {0, 9, 900, 2, ALLOWED}}, "0-9/1 ", false, false},
        {{{0, 9, 900, 1, ALLOWED}, {0, 8, 500, 2, 0}, {1, 9, 500, 3, 0}}, "0-9/1+ ", false, false},
    };
    const struct scanner scanner = {0};
    (void)state;
    all_stay_as(cases, GW_COUNT(cases), &scanner);
}

static void what_is_open_stays_beside_what_it_would_beat(void **state)
{
    static const struct choice cases[] = {
        {{{0, 5, 500, 1, 0}, {0, 5, 900, 2, OPEN}}, "0-5/1 0-5/2? ", false, true},
        {{{0, 5, 900, 1, 0}, {0, 5, 500, 2, OPEN}}, "0-5/1 ", false, true},
        {{{0, 5, 500, 1, 0}, {0, 5, 900, 1, OPEN}}, "0-5/1 ", false, true}, /* has won already */
        {{{0, 5, 500, 1, 0}, {7, 9, 100, 2, OPEN}}, "0-5/1 7-9/2? ", false, true},
        {{{0, 9, 900, 1, OPEN}, {0, 9, 800, 2, OPEN}}, "0-9/1? 0-9/2? ", false, true},
    };
    const struct scanner scanner = {0};
    (void)state;
    all_stay_as(cases, GW_COUNT(cases), &scanner);
}

static void two_looks_at_one_stretch_are_one_finding(void **state)
{
    static const struct choice cases[] = {
        {{{0, 9, 900, 3, 0}, {5, 20, 900, 3, 0}, {20, 25, 900, 3, 0}}, "0-25/3 ", false, false},
        {{{0, 9, 900, 3, 0}, {10, 20, 900, 3, 0}}, "0-9/3 10-20/3 ", false, false},
        {{{0, 9, 900, 3, 0}, {2, 5, 900, 3, 0}}, "0-9/3 ", true, false},
        {{{0, 9, 900, 4, 0}, {5, 20, 900, 4, 0}}, "5-20/4 ", false, false}, /* no document */
    };
    uint32_t documents[] = {3};
    const struct scanner scanner = {.documents = documents, .document_count = 1};
    (void)state;
    all_stay_as(cases, GW_COUNT(cases), &scanner);
}

static void any_number_of_findings_is_kept_in_order(void **state)
{
    struct arena *arena = arena_new(1 << 20);
    struct pass p = {.arena = arena};
    (void)state;
    for (uint32_t i = 0; i < 100; i++) {
        const struct finding f = {.start = i * 37 % 101, .end = 200, .score = 1};
        assert_true(gw_ok(judge_add(&p, &f)));
    }
    choose_sort(p.found, p.count);
    assert_int_equal(p.count, 100);
    for (size_t i = 1; i < p.count; i++)
        assert_true(p.found[i - 1].start < p.found[i].start);
    arena_free(arena);
    arena = arena_new(512);
    p = (struct pass){.arena = arena};
    gw_result r = gw_is(GW_OK);
    const struct finding f = {.end = 1};
    for (size_t i = 0; i < 100 && gw_ok(r); i++)
        r = judge_add(&p, &f);
    assert_int_equal(r.code, GW_NO_MEMORY);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_of_what_overlaps_stays),
        cmocka_unit_test(what_is_allowed_hides_what_lies_in_it_and_nothing_else),
        cmocka_unit_test(what_is_open_stays_beside_what_it_would_beat),
        cmocka_unit_test(two_looks_at_one_stretch_are_one_finding),
        cmocka_unit_test(any_number_of_findings_is_kept_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
