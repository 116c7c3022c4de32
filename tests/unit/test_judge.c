/* tests/unit/test_judge.c - which findings stay, and what the words around a value are worth:
 * redact/judge.h. */
#include "proxy/base/base.h"
#include "redact/choose.h"
#include "redact/judge.h"
#include "tests/unit/scan_rig.h"

/* --- what stays of what overlaps -------------------------------------------------------------- */

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

/* --- what a value is worth -------------------------------------------------------------------- */

static struct scan_result look(struct rig *r, const char *text, const struct scan_options *options)
{
    struct scan_result result;
    assert_true(
        gw_ok(scan_plain(r->scanner, r->scratch, slice_str(text), options, r->arena, &result)));
    return result;
}

/* How many findings of this entity the text has; *score: of the last one. */
static size_t count_of(struct rig *r, const char *text, const char *entity,
                       const struct scan_options *options, unsigned *score)
{
    const struct scan_result result = look(r, text, options);
    size_t n = 0;
    for (size_t i = 0; i < result.count; i++)
        if (slice_is(result.findings[i].entity, slice_str(entity))) {
            n++;
            *score = result.findings[i].score;
        }
    return n;
}

static const struct slice near_words[] = {{"badge", 5}, {"pass card", 9}};
static const struct custom_detector badge = {.name = {"BADGE", 5},
                                             .pattern = {"\\bE\\d{6}\\b", 10},
                                             .near = near_words,
                                             .near_count = 2,
                                             .within = 10};

static void a_word_counts_as_near_as_it_was_said_to_be(void **state)
{
    static const struct {
        const char *text;
        size_t n;
    } cases[] = {
        {"E123456", 0},
        {"badge E123456", 1},
        {"BADGE E123456", 1},
        {"badge     E123456", 1},  /* five blanks: the word begins ten bytes in front */
        {"badge      E123456", 0}, /* six */
        {"E123456     badge", 1},  /* it ends ten bytes behind */
        {"E123456      badge", 0},
        {"pass card E123456", 1},
        {"pass  card E123456", 0},
        {"badge E12345", 0},
        {"badge E123456 and E654321", 1},
    };
    const struct custom_set set = {.detectors = &badge, .count = 1};
    const struct scan_options options = {0};
    struct rig r = rig_new_for(&set);
    unsigned score;
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++)
        if (count_of(&r, cases[i].text, "BADGE", &options, &score) != cases[i].n)
            fail_msg("%s", cases[i].text);
    rig_free(&r);
}

/* A word of another leaf is none; the key beside a leaf is no word of a custom detector's. */
static void a_word_of_another_leaf_is_not_near(void **state)
{
    const struct custom_set set = {.detectors = &badge, .count = 1};
    const struct scan_options options = {0};
    struct scan_result result;
    struct rig r = rig_new_for(&set);
    (void)state;
    assert_true(gw_ok(text_add(&r.text, SLICE_LIT("badge"), &(struct text_leaf){0})));
    assert_true(gw_ok(text_add(&r.text, SLICE_LIT("E123456"), &(struct text_leaf){0})));
    assert_true(gw_ok(scan_text(r.scanner, r.scratch, &r.text, &options, r.arena, &result)));
    assert_int_equal(result.count, 0);
    assert_true(gw_ok(text_add(&r.text, SLICE_LIT("badge E123456"), &(struct text_leaf){0})));
    assert_true(gw_ok(scan_text(r.scanner, r.scratch, &r.text, &options, r.arena, &result)));
    assert_int_equal(result.count, 1);
    rig_free(&r);
}

static void what_a_coming_word_would_lift_is_open(void **state)
{
    const char *const far = "E123456 and so many words behind it that nothing comes near any more";
    const struct {
        const char *text;
        struct scan_options options;
        const char *found; /* each badge: '?' where it is open, else '!' */
    } cases[] = {
        {"E123456", {.is_open = true}, "?"},
        {"E123456", {.is_open = false}, ""},
        {"badge E123456", {.is_open = true}, "!"},
        {"E123456   ", {.is_open = true}, "?"},
        {"E123456          ", {.is_open = true}, ""}, /* ten blanks: no word can come so near */
        {far, {.is_open = true}, ""},
        {far, {.is_open = true, .is_ahead = true}, "?"},
    };
    const struct custom_set set = {.detectors = &badge, .count = 1};
    struct rig r = rig_new_for(&set);
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        const struct scan_result result = look(&r, cases[i].text, &cases[i].options);
        char got[8] = "";
        for (size_t k = 0; k < result.count; k++)
            if (slice_is(result.findings[k].entity, SLICE_LIT("BADGE")))
                strncat(got, result.findings[k].is_open ? "?" : "!", 2);
        if (strcmp(got, cases[i].found) != 0)
            fail_msg("%zu: %s: %s", i, cases[i].text, got);
    }
    rig_free(&r);
}

static void every_check_of_an_own_detector_must_hold(void **state)
{
    /* clang-format off */
    static const struct { const char *checks[2], *text; size_t n; } cases[] = {
        {{"luhn", NULL}, "4111111111111111", 1},
        {{"luhn", NULL}, "4111111111111112", 0},
        {{"luhn", "mod97"}, "4111111111111111", 0},
        {{"mod97", "luhn"}, "4111111111111111", 0},
    };
    /* clang-format on */
    const struct scan_options options = {.candidates = true};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        const struct slice checks[] = {
            slice_str(cases[i].checks[0]),
            slice_str(cases[i].checks[1] != NULL ? cases[i].checks[1] : "")};
        const struct custom_detector own = {.name = SLICE_LIT("OWN"),
                                            .pattern = SLICE_LIT("\\b\\d{16}\\b"),
                                            .checks = checks,
                                            .check_count = cases[i].checks[1] != NULL ? 2 : 1};
        const struct custom_set set = {.detectors = &own, .count = 1};
        struct rig r = rig_new_for(&set);
        unsigned score;
        assert_int_equal(count_of(&r, cases[i].text, "OWN", &options, &score), cases[i].n);
        rig_free(&r);
    }
}

/* `entities` keeps an allowance to some: a number that is allowed as one thing is found as another.
 */
static void an_allowance_for_one_entity_hides_no_other(void **state)
{
    static const struct slice values[] = {{"4111111111111111", 16}}, only[] = {{"ORDER", 5}};
    const struct custom_detector order = {.name = SLICE_LIT("ORDER"),
                                          .pattern = SLICE_LIT("\\b\\d{16}\\b")};
    struct custom_allow allow = {
        .values = values, .value_count = 1, .entities = only, .entity_count = 1};
    const struct custom_set set = {&order, 1, &allow, 1};
    const struct scan_options options = {0};
    const char *const text = "charge 4111111111111111 now";
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct rig r = rig_new_for(&set);
        const struct scan_result result = look(&r, text, &options);
        assert_int_equal(result.count, 1);
        assert_int_equal(result.findings[0].is_allowed, i == 1);
        assert_true(i == 1 || result.findings[0].family == FAM_CREDIT_CARD);
        rig_free(&r);
        allow.entity_count = 0; /* for all of them */
    }
}

static void a_threshold_is_reached_or_not(void **state)
{
    struct rig r = rig_new();
    const struct scan_options all = {.candidates = true};
    const char *const text = "write to jane@example.org";
    unsigned score = 0, same;
    (void)state;
    assert_true(count_of(&r, text, "EMAIL_ADDRESS", &all, &score) > 0);
    assert_in_range(score, 500, 1000);
    struct scan_options at = {.threshold = (uint16_t)score};
    assert_int_equal(count_of(&r, text, "EMAIL_ADDRESS", &at, &same), 1);
    assert_int_equal(same, score);
    at.threshold++;
    assert_int_equal(count_of(&r, text, "EMAIL_ADDRESS", &at, &same), 0);
    rig_free(&r);
}

/* The word may stand in front, behind, in the key or in the head of the column; and no score is
 * above the highest. */
static void a_word_lifts_a_value_from_wherever_it_stands(void **state)
{
    static const struct {
        const char *text;
        bool is_found;
    } cases[] = {
        {"it was 536-22-8145 there", true},
        {"it was 536228145 there", false},
        {"ssn 536228145", true},
        {"536228145 is my ssn", true},
        {"name,ssn,city\nJane,536228145,Rome\n", true},
        {"name,ssn,city\nAnn,-,Oslo\nJim,-,Dover\nJoe,-,Calais\nSue,-,Lisbon\nMary,-,Aberdeen\n"
         "Jane,536228145,Rome and more\n",
         true},
        {"name,row,city\nJane,536228145,Rome\n", false},
        {"ssn and then so many other words follow that seventy bytes lie in between it and "
         "536228145",
         false},
    };
    struct rig r = rig_new();
    const struct scan_options options = {0}, all = {.candidates = true};
    unsigned score = 0;
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        if ((count_of(&r, cases[i].text, "US_SSN", &options, &score) > 0) != cases[i].is_found)
            fail_msg("%s", cases[i].text);
        const struct scan_result result = look(&r, cases[i].text, &all);
        for (size_t k = 0; k < result.count; k++)
            assert_in_range(result.findings[k].score, 1, 1000);
    }
    rig_free(&r);
}

/* A counter of subjects that comes round does not take old marks for new ones. */
static void marks_of_long_ago_count_for_nothing(void **state)
{
    struct rig r = rig_new();
    const struct scan_options options = {0};
    const char *const text = "mail jane@example.org, card 4111 1111 1111 1111";
    (void)state;
    r.scratch->round = 0;
    assert_int_equal(look(&r, text, &options).count, 2);
    r.scratch->round = UINT32_MAX;
    assert_int_equal(look(&r, text, &options).count, 2);
    assert_true(r.scratch->round >= 1 && r.scratch->round < 100);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_best_of_what_overlaps_stays),
        cmocka_unit_test(what_is_allowed_hides_what_lies_in_it_and_nothing_else),
        cmocka_unit_test(what_is_open_stays_beside_what_it_would_beat),
        cmocka_unit_test(two_looks_at_one_stretch_are_one_finding),
        cmocka_unit_test(any_number_of_findings_is_kept_in_order),
        cmocka_unit_test(a_word_counts_as_near_as_it_was_said_to_be),
        cmocka_unit_test(a_word_of_another_leaf_is_not_near),
        cmocka_unit_test(what_a_coming_word_would_lift_is_open),
        cmocka_unit_test(every_check_of_an_own_detector_must_hold),
        cmocka_unit_test(an_allowance_for_one_entity_hides_no_other),
        cmocka_unit_test(a_threshold_is_reached_or_not),
        cmocka_unit_test(a_word_lifts_a_value_from_wherever_it_stands),
        cmocka_unit_test(marks_of_long_ago_count_for_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
