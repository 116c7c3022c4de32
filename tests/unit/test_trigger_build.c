/* tests/unit/test_trigger_build.c - the tables that trigger.c looks rows up in, and rows that
 * cannot be read: redact/trigger_build.c. */
#include "proxy/base/base.h"
#include "redact/trigger.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct triggers *t;
static struct arena *arena;

static gw_result build(const struct detector *rows, size_t n, size_t *bad)
{
    const struct detector *all[16];
    assert_true(n <= GW_COUNT(all));
    for (size_t i = 0; i < n; i++)
        all[i] = &rows[i];
    arena = arena_new(64 << 20);
    t = arena_alloc(arena, sizeof *t);
    assert_non_null(t);
    return triggers_build(t, all, n, arena, bad);
}

static void a_row_that_says_nothing_is_named(void **state)
{
    static const struct detector good = {.trigger = TRIGGER_HEAD, .at = "AKIA"};
    static const struct detector bad_rows[] = {
        {.trigger = TRIGGER_HEAD, .at = ""},
        {.trigger = TRIGGER_HEAD},
        {.trigger = TRIGGER_HEAD, .at = "ab||cd"},
        {.trigger = TRIGGER_WORD, .at = ""},
        {.trigger = TRIGGER_WORD, .at = "abc|de"}, /* shorter than three */
        {.trigger = TRIGGER_URL},
        {.trigger = TRIGGER_NAME, .at = "8:"},
        {.trigger = TRIGGER_NAME, .at = "8:ab"},
        {.trigger = TRIGGER_NAME_RUN, .at = ""},
        {.trigger = TRIGGER_GROUPS, .at = ""},
        {.trigger = TRIGGER_GROUPS, .at = "3-x"},
        {.trigger = TRIGGER_GROUPS, .at = "3-0"},
        {.trigger = TRIGGER_GROUPS, .at = "1-2-3-4-5"},
        {.trigger = TRIGGER_DIGITS, .at = "x"},
        {.trigger = TRIGGER_DIGITS, .at = "0"},
        {.trigger = TRIGGER_PLUS, .at = ""},
        {.trigger = TRIGGER_NEAR_DIGITS, .at = "8", .max_len = 9}, /* and no words */
        {.trigger = TRIGGER_NEAR_DIGITS, .at = "", .max_len = 9, .words = "a"},
        {.trigger = TRIGGER_NEAR_TOKEN, .at = "8", .max_len = TRIGGER_NEAR_MAX + 1, .words = "a"},
        {.trigger = TRIGGERS},
        {.trigger = 255},
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(bad_rows); i++) {
        const struct detector rows[] = {good, bad_rows[i], good};
        size_t bad = 99;
        gw_result r = build(rows, 3, &bad);
        if (r.code != GW_BAD || bad != 1)
            fail_msg("%zu: %d, %zu", i, r.code, bad);
        arena_free(arena);
    }
}

static void kinds_that_say_all_need_no_more(void **state)
{
    static const enum trigger kinds[] = {TRIGGER_SEARCH,  TRIGGER_AT,     TRIGGER_FORTY,
                                         TRIGGER_COUNTRY, TRIGGER_COLONS, TRIGGER_PAIRS,
                                         TRIGGER_DOTTED,  TRIGGER_DATE,   TRIGGER_MONTH};
    struct detector rows[GW_COUNT(kinds)] = {{.trigger = 0}};
    size_t bad;
    (void)state;
    for (size_t i = 0; i < GW_COUNT(kinds); i++)
        rows[i].trigger = (uint8_t)kinds[i];
    assert_true(gw_ok(build(rows, GW_COUNT(rows), &bad)));
    for (size_t i = 0; i < GW_COUNT(kinds); i++) { /* each is found by its kind, and no other */
        assert_int_equal(t->plain_at[kinds[i] + 1] - t->plain_at[kinds[i]], 1);
        assert_int_equal(t->plain[t->plain_at[kinds[i]]], i);
    }
    assert_int_equal(t->least_digits, SIZE_MAX);
    arena_free(arena);
    assert_true(gw_ok(build(rows, 0, &bad)));
    assert_int_equal(t->head_count + t->word_count + t->digits_count, 0);
    arena_free(arena);
}

/* Whether a head of that row is where a text beginning so looks it up. */
static bool has_head(const char *text, uint32_t row)
{
    uint64_t eight;
    memcpy(&eight, text, 8);
    unsigned two = triggers_two((unsigned char)text[0], (unsigned char)text[1]);
    for (size_t i = t->by_two[two]; i < t->by_two[two + 1]; i++)
        if (t->heads[i].row == row &&
            ((eight | t->heads[i].fold) & t->heads[i].mask) == t->heads[i].want)
            return true;
    return false;
}

static void heads_are_found_by_their_first_two_bytes(void **state)
{
    static const struct detector rows[] = {
        {.trigger = TRIGGER_HEAD, .at = "AKIA|sk-"},
        {.trigger = TRIGGER_HEAD, .at = "ab1", .flags = DET_CASELESS},
        {.trigger = TRIGGER_HEAD, .at = "q"}, /* whatever the second byte is */
        {.trigger = TRIGGER_HEAD, .at = "longer-than-eight"},
    };
    size_t bad;
    (void)state;
    assert_true(gw_ok(build(rows, GW_COUNT(rows), &bad)));
    assert_true(has_head("AKIA____", 0) && has_head("sk-_____", 0));
    assert_false(has_head("akia____", 0) || has_head("AKIB____", 0));
    assert_true(has_head("ab1_____", 1) && has_head("AB1_____", 1) && has_head("aB1_____", 1));
    assert_false(has_head("ab2_____", 1));
    for (int c = 0; c < 256; c++) {
        char text[9] = "q_______";
        text[1] = (char)c;
        assert_true(has_head(text, 2));
    }
    assert_true(has_head("longer-t", 3));
    assert_false(has_head("longer_t", 3));
    arena_free(arena);
}

/* Each word can be found from its rare bytes: the chain of their hash has it, the filter lets it
 * through. */
static void words_are_found_by_their_rare_bytes(void **state)
{
    static const struct detector rows[] = {
        {.trigger = TRIGGER_WORD, .at = "abc|BEGIN RSA|zzz"},
        {.trigger = TRIGGER_NAME, .at = "16:Secret|key-id"},
        {.trigger = TRIGGER_WORD, .at = "abc"}, /* the same once more, for another row */
    };
    size_t bad, found = 0;
    (void)state;
    assert_true(gw_ok(build(rows, GW_COUNT(rows), &bad)));
    assert_int_equal(t->word_count, 6);
    for (size_t i = 0; i < t->word_count; i++) {
        const struct trigger_word *w = &t->words[i];
        char text[40] = "";
        assert_true(w->rare + 3u <= w->text.len);
        assert_int_equal(w->least, w->row == 1 ? 16 : 0);
        assert_int_equal(w->caseless, w->row == 1);
        bool is_short = w->text.len == TRIGGER_LEAST;
        for (int behind = 0; behind < 256; behind++) { /* of a short one anything stands behind */
            uint32_t four;
            memcpy(text, w->text.at, w->text.len);
            text[w->text.len] = (char)behind;
            memcpy(&four, text + w->rare, sizeof four);
            unsigned hash = is_short ? triggers_hash_three(four) : triggers_hash_four(four);
            assert_int_equal(is_short ? t->threes[hash] : t->fours[hash], 1);
            uint32_t k = is_short ? t->by_three[hash] : t->by_four[hash];
            while (k != 0 && k != i + 1)
                k = t->words[k - 1].next;
            found += k == i + 1;
        }
    }
    assert_int_equal(found, 6 * 256);
    assert_true(
        slice_is(t->words[3].text, SLICE_LIT("secret"))); /* lower case, without its number */
    arena_free(arena);
}

static void rows_that_wait_for_words_lie_by_list_and_size(void **state)
{
    static const struct detector rows[] = {
        {.trigger = TRIGGER_NEAR_DIGITS, .at = "8", .max_len = 9, .words = "a"},
        {.trigger = TRIGGER_NEAR_DIGITS, .at = "5", .max_len = 9, .words = "b"},
        {.trigger = TRIGGER_NEAR_DIGITS, .at = "200", .max_len = 250, .words = "c"},
        {.trigger = TRIGGER_NEAR_TOKEN, .at = "7", .max_len = 9, .words = "a"},
        {.trigger = TRIGGER_DIGITS, .at = "12"},
    };
    static const unsigned list_of[] = {3, 4, 5, 3, 0};
    size_t bad;
    (void)state;
    assert_true(gw_ok(build(rows, GW_COUNT(rows), &bad)));
    assert_true(gw_ok(triggers_sort_near(t, list_of, arena)));
    const struct trigger_near *near = &t->near_digits;
    assert_int_equal(near->least, 5);
    assert_int_equal(t->least_digits, 5);
    assert_int_equal(t->near_token.least, 7);
    assert_int_equal(near->at[4] - near->at[3], 1);
    assert_int_equal(near->rows[near->at[3]], 0);
    assert_int_equal(near->rows[near->at[4]], 1);
    assert_int_equal(t->near_token.rows[t->near_token.at[3]], 3);
    for (unsigned size = 0; size < TRIGGER_SIZES; size++) {
        bool is_last = size == TRIGGER_SIZES - 1; /* it speaks of all sizes above */
        assert_int_equal(context_set_has(&near->waits[size], 3), size >= 8);
        assert_int_equal(context_set_has(&near->waits[size], 4), size >= 5);
        assert_int_equal(context_set_has(&near->waits[size], 5), is_last);
    }
    arena_free(arena);
}

static void groups_are_kept_as_they_are_said(void **state)
{
    static const struct detector rows[] = {{.trigger = TRIGGER_GROUPS, .at = "3-2-4|9-1"},
                                           {.trigger = TRIGGER_PLUS, .at = "10"}};
    size_t bad;
    (void)state;
    assert_true(gw_ok(build(rows, GW_COUNT(rows), &bad)));
    assert_int_equal(t->digits_count, 3);
    assert_int_equal(t->digits[0].groups, 3);
    assert_true(t->digits[0].len[0] == 3 && t->digits[0].len[1] == 2 && t->digits[0].len[2] == 4);
    assert_true(t->digits[1].groups == 2 && t->digits[1].len[0] == 9);
    assert_true(t->digits[2].least == 10 && t->digits[2].trigger == TRIGGER_PLUS);
    assert_int_equal(t->least_digits, 9);
    arena_free(arena);
}

static void memory_that_is_short_is_told(void **state)
{
    static const struct detector row = {.trigger = TRIGGER_HEAD, .at = "AKIA"};
    const struct detector *rows[] = {&row};
    size_t bad;
    (void)state;
    struct triggers *made = calloc(1, sizeof *made);
    for (size_t ceiling = 64; ceiling < 40000; ceiling = ceiling * 3 / 2) {
        struct arena *little = arena_new(ceiling);
        gw_result r = triggers_build(made, rows, 1, little, &bad);
        assert_true(gw_ok(r) || r.code == GW_NO_MEMORY);
        arena_free(little);
    }
    free(made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_that_says_nothing_is_named),
        cmocka_unit_test(kinds_that_say_all_need_no_more),
        cmocka_unit_test(heads_are_found_by_their_first_two_bytes),
        cmocka_unit_test(words_are_found_by_their_rare_bytes),
        cmocka_unit_test(rows_that_wait_for_words_lie_by_list_and_size),
        cmocka_unit_test(groups_are_kept_as_they_are_said),
        cmocka_unit_test(memory_that_is_short_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
