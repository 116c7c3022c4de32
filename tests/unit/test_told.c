/* tests/unit/test_told.c - claims of what stands beside a cue, and what each cue asks of it:
 * redact/told.c. */
#include "proxy/base/base.h"
#include "redact/claim.h"
#include "tests/unit/claim_rig.h"

static void a_label_asks_for_a_value_of_its_kind(void **state)
{
    static const struct claimed cases[] = {
        {"", ""},
        {"Vorname", ""},
        {"Vorname:", ""},
        {"Vorname Heiner", ""}, /* no sign */
        {"Vorname: Heiner", "P:Heiner;"},
        {"Vorname = Heiner", "P:Heiner;"},
        {"Vorname\xef\xbc\x9aHeiner", "P:Heiner;"},
        {"\"Vorname\": \"Heiner\"", "P:Heiner;"},
        {"**Vorname:** Heiner", "P:Heiner;"},
        {"(Vorname): Heiner", "P:Heiner;"},
        {"Vorname:\nHeiner", "P:Heiner;"}, /* the next line, but no line further */
        {"Vorname:\n\nHeiner", ""},
        {"Vorname ist Heiner", "P:Heiner;"},
        {"Vorname: 12", ""},
        {"Vorname: PERSON", ""}, /* a constant of a program */
        {"Nachname: Lüdtke, Heiner", "P:Lüdtke, Heiner;"},
        {"name: Heiner", ""}, /* of anything, when it is one word */
    };
    (void)state;
    all_are_claimed(cases, GW_COUNT(cases));
}

static void a_bound_label_is_one_of_something_else(void **state)
{
    static const struct claimed cases[] = {
        {"Dateiname: Heiner Lüdtke", ""},
        {"file name: Heiner Lüdtke", ""},
        {"{\"name\": \"Heiner Quellmalz\"}", "P:Heiner Quellmalz;"},
        {"{\"name\": \"build\"}", ""},
    };
    (void)state;
    all_are_claimed(cases, GW_COUNT(cases));
}

static void a_firm_goes_to_the_end_of_its_cell(void **state)
{
    static const struct claimed cases[] = {
        {"Firma: Gartenbau Quellmalz GmbH", "O:Gartenbau Quellmalz GmbH;"},
        {"Firma: Gartenbau Quellmalz, Berlin", "O:Gartenbau Quellmalz;"},
        {"Firma: Gartenbau Quellmalz. Danke", "O:Gartenbau Quellmalz;"},
        {"Firma: unbekannt", ""},
        {"Firma:", ""},
    };
    (void)state;
    all_are_claimed(cases, GW_COUNT(cases));
}

static void a_title_stands_in_front_of_a_name(void **state)
{
    static const struct claimed cases[] = {
        {"Frau Quellmalz", "P:Quellmalz;"},
        {"Herr Dr. Quellmalz kommt.", "P:Quellmalz;"},
        {"Frau", ""},
        {"Frau kommt", ""},
        {"Frau\n\nQuellmalz", ""},
        {"12 Oak Dr Quellmalz", ""}, /* a street's */
        {"g-n Quellmalz", ""},
    };
    (void)state;
    all_are_claimed(cases, GW_COUNT(cases));
}

static void a_greeting_begins_a_line_and_ends_with_a_mark(void **state)
{
    static const struct claimed cases[] = {
        {"Liebe Wiebke,\nanbei.", "P:Wiebke;"},
        {"Und liebe Wiebke, komm", ""},
        {"Liebe Kollegen,\nanbei.", ""},
        {"Liebe Wiebke kommt", ""},
        {"Hi Quellmalz,", ""}, /* a short word asks for one that lists know */
    };
    (void)state;
    all_are_claimed(cases, GW_COUNT(cases));
}

static void a_closing_has_a_line_behind_it(void **state)
{
    static const struct claimed cases[] = {
        {"Viele Grüße\nWiebke Tönnies", "P:Wiebke Tönnies;"},
        {"Viele Grüße,\nWiebke Tönnies\n", "P:Wiebke Tönnies;"},
        {"Viele Grüße, Wiebke Tönnies", ""},
        {"Viele Grüße\nWiebke Tönnies kommt", ""},
        {"Viele Grüße", ""},
        {"Viele Grüße\n", ""},
    };
    (void)state;
    all_are_claimed(cases, GW_COUNT(cases));
}

static void who_speaks_says_who_he_is(void **state)
{
    static const struct claimed cases[] = {
        {"Mi chiamo Ermenegildo Trovato.", "P:Ermenegildo Trovato;"},
        {"My name is Tamsin Okonjo.", "P:Tamsin Okonjo;"},
        {"My name is", ""},
        {"My name is\n\nTamsin Okonjo", ""},
        {"My name is PERSON", ""},
    };
    (void)state;
    all_are_claimed(cases, GW_COUNT(cases));
}

static void the_head_of_a_column_speaks_for_its_cells(void **state)
{
    static const struct claimed cases[] = {
        {"Vorname;Nachname\nHeiner;Lüdtke", "P:Heiner;P:Lüdtke;"},
        {"Vorname;Menge\nHeiner;Lüdtke", "P:Heiner;"},
        {"Vorname;Nachname\nheiner;12", ""},
        {"product name,price\nHeiner Lüdtke,5", ""},
        {"name,email\nTamsin Okonjo,t@x.example", "P:Tamsin Okonjo;"},
        {"name,size\nTamsin Okonjo,5", ""}, /* a table of things */
        {"Vorname;Nachname", ""},
        {"|Vorname|Ort|\n|---|---|\n|Heiner|Husum|", "P:Heiner;L:Husum;"},
    };
    (void)state;
    all_are_claimed(cases, GW_COUNT(cases));
}

/* Claims share no byte and come in order; more than there is room for do no harm. */
static void there_is_room_for_so_many(void **state)
{
    char text[9000] = "";
    (void)state;
    for (size_t i = 0; i < 2 * CLAIMS_MOST; i++)
        strncat(text, "Vorname: Heiner\n", 17);
    (void)claimed_in(text, 0);
    assert_in_range(claims.n, 1, CLAIMS_MOST);
    for (size_t i = 1; i < claims.n; i++)
        assert_true(claims.at[i - 1].end <= claims.at[i].start);
}

static void a_key_speaks_for_the_whole_text(void **state)
{
    (void)state;
    assert_string_equal(claimed_in("Habermehl", CUE_PART), "P:Habermehl;");
    assert_string_equal(claimed_in("Habermehl", 0), "");
    assert_string_equal(claimed_in("", CUE_PART), "");
    assert_string_equal(claimed_in("Passau", CUE_PLACE), "L:Passau;");
    assert_string_equal(claimed_in("string", CUE_PART), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_label_asks_for_a_value_of_its_kind),
        cmocka_unit_test(a_bound_label_is_one_of_something_else),
        cmocka_unit_test(a_firm_goes_to_the_end_of_its_cell),
        cmocka_unit_test(a_title_stands_in_front_of_a_name),
        cmocka_unit_test(a_greeting_begins_a_line_and_ends_with_a_mark),
        cmocka_unit_test(a_closing_has_a_line_behind_it),
        cmocka_unit_test(who_speaks_says_who_he_is),
        cmocka_unit_test(the_head_of_a_column_speaks_for_its_cells),
        cmocka_unit_test(there_is_room_for_so_many),
        cmocka_unit_test(a_key_speaks_for_the_whole_text),
    };
    return cmocka_run_group_tests(tests, claim_set_up, claim_tear_down);
}
