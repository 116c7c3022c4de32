/* tests/unit/test_judge.c - what a value is worth, by itself and by the words around it:
 * redact/judge.h. */
#include "proxy/base/base.h"
#include "redact/judge.h"
#include "tests/unit/scan_rig.h"

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
