/* tests/unit/test_digits.c - numbers in groups, and which rows are tried at them: redact/digits.h.
 */
#include "proxy/base/base.h"
#include "redact/digits.h"
#include "tests/unit/trigger_rig.h"

struct place {
    const char *text, *places;
};

/* digits_try() at each group that the one before has not seen, as trigger.c goes. */
static const char *walk_digits(struct trigger_rig *r, const char *text)
{
    size_t len = strlen(text), done = 0;
    char *exact = malloc(len == 0 ? 1 : len);
    assert_non_null(exact);
    memcpy(exact, text, len);
    told.text[0] = '\0';
    told_says = gw_is(GW_OK);
    r->pass = (struct pass){
        .scanner = r->scanner, .scratch = r->scratch, .subject = slice_of(exact, len)};
    for (size_t i = 0; i < len; i++) {
        bool begins = exact[i] >= '0' && exact[i] <= '9' &&
                      (i == 0 || exact[i - 1] < '0' || exact[i - 1] > '9');
        if (!begins || i < done)
            continue;
        assert_true(gw_ok(digits_try(r->triggers, &r->pass, i, len, &done)));
        assert_true(done > i && done <= len);
    }
    free(exact);
    return told.text;
}

static void tried_at(const struct detector *rows, size_t n, const struct place *all, size_t count)
{
    struct trigger_rig r = trigger_rig_new(rows, n);
    for (size_t i = 0; i < count; i++) {
        const char *got = walk_digits(&r, all[i].text);
        if (strcmp(got, all[i].places) != 0)
            fail_msg("%s: %s, not %s", all[i].text, got, all[i].places);
    }
    trigger_rig_free(&r);
}

#define TRIED_AT(rows, cases) tried_at(rows, GW_COUNT(rows), cases, GW_COUNT(cases))

static void so_many_digits_hang_together(void **state)
{
    static const struct detector rows[] = {{.trigger = TRIGGER_DIGITS, .at = "8"}};
    static const struct place cases[] = {
        {"1234567", ""},
        {"12345678", "0:0-7;"},
        {"1234 5678", "0:0-8;"},
        {"1234 (-)5678", ""}, /* four bytes between */
        {"1234 (-5678", "0:0-10;"},
        {"1234,5678", ""},
        {"1234\xc2\xa0"
         "5678",
         "0:0-9;"},
        {"a 12-34.56/78 b", "0:2-12;"},
        {"1234  \n5678", ""},
        {"1234567 ", ""},
        {"0123456789012345678901234567890123456789", "0:0-39;"},
        {"01234567890123456789012345678901234567890", ""}, /* 41: no number of anything */
        {"1234 5678 01234567890123456789012345678901234567890", "0:0-8;"},
    };
    (void)state;
    TRIED_AT(rows, cases);
}

static void groups_are_as_long_as_the_row_says(void **state)
{
    static const struct detector rows[] = {{.trigger = TRIGGER_GROUPS, .at = "3-2-4|5-1"}};
    static const struct place cases[] = {
        {"536-22-8145", "0:0-2;"},
        {"36-22-8145", ""},
        {"9536-22-81456", "0:0-3;"}, /* the first and the last one may be longer */
        {"536-225-8145", ""},
        {"536-2-8145", ""},
        {"1 536-22-8145 9", "0:2-4;"},
        {"12345 7", "0:0-4;"},
        {"1234 7", ""},
    };
    (void)state;
    TRIED_AT(rows, cases);
}

static void a_plus_begins_a_number_in_the_middle(void **state)
{
    static const struct detector rows[] = {{.trigger = TRIGGER_PLUS, .at = "7"}};
    static const struct place cases[] = {
        {"1234567", ""},
        {"+1234567", "0:0-0;"},
        {"+ (123) 4567", "0:0-0;"},
        {"x+1 23 4567", "0:1-1;"},
        {"+123456", ""},
        {"+++1234567", "0:2-2;"},
        {"001234567", "0:0-8;"}, /* 00 of another country: anywhere to the end */
        {"0001234567", ""},
        {"12 00491234567", "0:3-13;"},
        {"-1234567", ""},
    };
    (void)state;
    TRIED_AT(rows, cases);
}

static void dates_have_their_marks(void **state)
{
    static const struct detector rows[] = {{.trigger = TRIGGER_DATE}, {.trigger = TRIGGER_MONTH}};
    static const struct place cases[] = {
        {"2024-01-31", "0:0-0;"},
        {"31.1.2024", "0:0-0;"},
        {"1/31/24", "0:0-0;"},
        {"2024-01.31", ""},
        {"2024-001-31", ""},
        {"123.1.2024", ""},
        {"1.2.3", ""},
        {"1.2.345", ""},
        {"20240131", ""},
        {"1 2 2024", ""},
        {"12 April 1985", "0:0-8;1:0-8;"},
        {"April 12th, 1985", "0:0-11;1:0-11;"},
        {"12-APR-85", "0:0-6;1:0-6;"},
        {"12 de abril de 1985", "0:0-14;1:0-14;"},
        {"April 85", ""},
        {"April 1985", "0:0-5;1:0-5;"},
        {"room 1985", ""},
        {"in 1985", ""},
        {"the case of 1985", ""},
        {"entry 1985", ""}, /* begins as "enero" does, by two letters */
        {"march, 1985", "0:0-6;1:0-6;"},
    };
    (void)state;
    TRIED_AT(rows, cases);
}

/* Every name that the catalogue's dates know, as it is written and with a capital letter. */
static void every_month_is_known(void **state)
{
    static const char *const months[] = {"jan",
                                         "january",
                                         "feb",
                                         "february",
                                         "mar",
                                         "march",
                                         "apr",
                                         "april",
                                         "may",
                                         "jun",
                                         "june",
                                         "jul",
                                         "july",
                                         "aug",
                                         "august",
                                         "sep",
                                         "sept",
                                         "september",
                                         "oct",
                                         "october",
                                         "nov",
                                         "november",
                                         "dec",
                                         "december",
                                         "januar",
                                         "februar",
                                         "m\xc3\xa4rz",
                                         "mai",
                                         "juni",
                                         "juli",
                                         "oktober",
                                         "dezember",
                                         "enero",
                                         "febrero",
                                         "marzo",
                                         "abril",
                                         "mayo",
                                         "junio",
                                         "julio",
                                         "agosto",
                                         "septiembre",
                                         "octubre",
                                         "noviembre",
                                         "diciembre",
                                         "janvier",
                                         "f\xc3\xa9vrier",
                                         "mars",
                                         "avril",
                                         "juin",
                                         "juillet",
                                         "ao\xc3\xbbt",
                                         "septembre",
                                         "octobre",
                                         "novembre",
                                         "d\303\251cembre"};
    static const struct detector rows[] = {{.trigger = TRIGGER_MONTH}};
    struct trigger_rig r = trigger_rig_new(rows, GW_COUNT(rows));
    (void)state;
    for (size_t i = 0; i < 2 * GW_COUNT(months); i++) {
        char text[40];
        snprintf(text, sizeof text, "%s 1985", months[i / 2]);
        text[0] = (char)(i % 2 == 0 ? text[0] : text[0] - 0x20);
        if (strncmp(walk_digits(&r, text), "0:0-", 4) != 0)
            fail_msg("%s", text);
    }
    trigger_rig_free(&r);
}

static void four_groups_with_dots(void **state)
{
    static const struct detector rows[] = {{.trigger = TRIGGER_DOTTED}};
    static const struct place cases[] = {
        {"10.0.0.1", "0:0-0;"},
        {"10.0.0", ""},
        {"10.0.0.1234", ""},
        {"1000.0.0.1", ""},
        {"10.0 0.1", ""},
        {"10..0.0.1", ""},
        {"10.0.0.1.7", "0:0-0;0:3-3;"},
        {"x 255.255.255.255 y", "0:2-2;"},
    };
    (void)state;
    TRIED_AT(rows, cases);
}

static void rows_that_wait_for_words_get_the_chain(void **state)
{
    static const struct detector rows[] = {
        {.trigger = TRIGGER_NEAR_DIGITS, .at = "5", .max_len = 40, .words = "key"}};
    static const struct place cases[] = {
        {"1234", ""}, {"12345", "near/5:0-4;"}, {"12 34 5", "near/5:0-6;"}};
    (void)state;
    TRIED_AT(rows, cases);
}

/* A text that is all groups is walked in stretches: none is lost at a seam, and none is endless. */
static void a_long_chain_is_walked_in_stretches(void **state)
{
    static const struct detector rows[] = {{.trigger = TRIGGER_DIGITS, .at = "4"}};
    struct trigger_rig r = trigger_rig_new(rows, 1);
    char text[2001];
    unsigned start, last;
    size_t next = 0;
    (void)state;
    for (size_t i = 0; i < 2000; i++)
        text[i] = i % 4 == 3 ? ' ' : '7';
    text[2000] = '\0';
    const char *at = walk_digits(&r, text);
    while (sscanf(at, "0:%u-%u;", &start, &last) == 2) {
        assert_true(start <= next && last >= start && last - start < 600);
        next = last + 1;
        at = strchr(at, ';') + 1;
    }
    assert_true(next >= 1998);
    trigger_rig_free(&r);
}

/* A scan looks at a text piece by piece: a piece that walks to the end of all costs its square. */
static void what_begins_behind_a_piece_is_left(void **state)
{
    static const struct detector rows[] = {{.trigger = TRIGGER_DIGITS, .at = "8"}};
    struct trigger_rig r = trigger_rig_new(rows, GW_COUNT(rows));
    char text[8192];
    size_t done = 0, all = 0;
    (void)state;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 2 == 0 ? '1' : '.';
    r.pass = (struct pass){
        .scanner = r.scanner, .scratch = r.scratch, .subject = slice_of(text, sizeof text)};
    told.text[0] = '\0';
    told_says = gw_is(GW_OK);
    assert_true(gw_ok(digits_try(r.triggers, &r.pass, 0, 100, &done)));
    assert_true(done > 100 && done < 1024);
    assert_true(gw_ok(digits_try(r.triggers, &r.pass, 0, sizeof text, &all)));
    assert_int_equal(all, sizeof text - 1);
    trigger_rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(so_many_digits_hang_together),
        cmocka_unit_test(groups_are_as_long_as_the_row_says),
        cmocka_unit_test(a_plus_begins_a_number_in_the_middle),
        cmocka_unit_test(dates_have_their_marks),
        cmocka_unit_test(every_month_is_known),
        cmocka_unit_test(four_groups_with_dots),
        cmocka_unit_test(rows_that_wait_for_words_get_the_chain),
        cmocka_unit_test(a_long_chain_is_walked_in_stretches),
        cmocka_unit_test(what_begins_behind_a_piece_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
