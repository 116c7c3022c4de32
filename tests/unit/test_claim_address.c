/* tests/unit/test_claim_address.c - where an address ends that a label asked for:
 * redact/claim_address.c. */
#include "proxy/base/base.h"
#include "redact/claim.h"
#include "tests/unit/claim_rig.h"

static void what_is_no_address_is_none(void **state)
{
    static const struct claimed cases[] = {
        {"Adresse:", ""},
        {"Adresse: siehe unten", ""},
        {"Adresse: Am Kirchbühl", ""}, /* no number */
        {"Adresse: 4711", ""},         /* no letters */
        {"Adresse: 0x7ffde000", ""},
        {"Adresse: jane7@example.org", ""},
        {"Adresse: Port=80", ""},
    };
    (void)state;
    all_are_claimed(cases, GW_COUNT(cases));
}

static void it_ends_with_its_line_or_sentence(void **state)
{
    static const struct claimed cases[] = {
        {"Adresse: Am Kirchbühl 4a, 79111 Freiburg", "A:Am Kirchbühl 4a, 79111 Freiburg;"},
        {"Adresse: Am Kirchbühl 4a, 79111 Freiburg. Danke!", "A:Am Kirchbühl 4a, 79111 Freiburg;"},
        {"Adresse: Am Kirchbühl 4; Telefon folgt", "A:Am Kirchbühl 4;"},
        {"Adresse: Am Kirchbühl 4\nDanke 5", "A:Am Kirchbühl 4;"},
        /* one line more, when it begins with a postcode and a town */
        {"Adresse: Am Kirchbühl 4\n79111 Freiburg", "A:Am Kirchbühl 4\n79111 Freiburg;"},
        {"Adresse: Am Kirchbühl 4\n791 Freiburg", "A:Am Kirchbühl 4;"},
        {"Adresse: Am Kirchbühl 4\n7911199 Freiburg", "A:Am Kirchbühl 4;"},
        {"Adresse: Am Kirchbühl 4\n79111 danke", "A:Am Kirchbühl 4;"},
        {"Adresse: Am Kirchbühl 4\n00-590 Warszawa", "A:Am Kirchbühl 4\n00-590 Warszawa;"},
        {"Adresse: Am Kirchbühl 4\n\n79111 Freiburg", "A:Am Kirchbühl 4;"},
        {"Adresse: Am Kirchbühl 4\n79111 Freiburg\n79112 Merzhausen",
         "A:Am Kirchbühl 4\n79111 Freiburg;"},
    };
    (void)state;
    all_are_claimed(cases, GW_COUNT(cases));
}

static void a_label_or_a_gap_ends_it(void **state)
{
    static const struct claimed cases[] = {
        {"Adresse: Am Kirchbühl 4, Telefon: 12345", "A:Am Kirchbühl 4;"},
        {"Adresse: Am Kirchbühl 4    Menge 5", "A:Am Kirchbühl 4;"},
        {"{\"adresse\": \"Am Kirchbühl 4\", \"ort\": 7}", "A:Am Kirchbühl 4;"},
    };
    (void)state;
    all_are_claimed(cases, GW_COUNT(cases));
}

/* Forty words are the most: an address without an end is none. */
static void it_has_a_most(void **state)
{
    char text[2000] = "Adresse: Am Kirchbühl 4";
    (void)state;
    for (int i = 0; i < 100; i++)
        strncat(text, " Kirchbühl", 20);
    const char *got = claimed_in(text, 0);
    assert_in_range(strlen(got), 100, 600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_address_is_none),
        cmocka_unit_test(it_ends_with_its_line_or_sentence),
        cmocka_unit_test(a_label_or_a_gap_ends_it),
        cmocka_unit_test(it_has_a_most),
    };
    return cmocka_run_group_tests(tests, claim_set_up, claim_tear_down);
}
