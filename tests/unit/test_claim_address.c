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

/* Words of the text from the first on, `words` of them: are they denied to be of that kind? */
static bool is_denied(const char *text, size_t words, uint8_t kind)
{
    (void)claimed_in(text, 0);
    claims.text = slice_str(text);
    return claims_deny(&claims, 0, words < claims.count ? words : claims.count, kind);
}

static void numbers_of_laws_and_roads_are_no_houses(void **state)
{
    static const struct {
        const char *text;
        bool is_denied;
    } cases[] = {{"Route 66, Highway 101", true},
                 {"Artikel 12 Absatz 3 und Anlage 7", true},
                 {"Recital 65", true},
                 {"Interstate 80, exit 24", true},
                 {"1200 Route 9, Wappingers Falls", false},
                 {"Lindenweg 12", false},
                 {"Highway Lane 4, Boise", false}};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++)
        if (is_denied(cases[i].text, SIZE_MAX, NAME_ADDRESS) != cases[i].is_denied)
            fail_msg("%s", cases[i].text);
}

static void a_planet_beside_another_is_nobody(void **state)
{
    (void)state;
    assert_true(is_denied("Venus, Earth and Mars", 1, NAME_PERSON));
    assert_true(is_denied("Mercury and Venus", 1, NAME_PLACE));
    assert_false(is_denied("Venus Williams won", 1, NAME_PERSON));
    assert_false(is_denied("Rosa, Venus and Mars", 1, NAME_PERSON));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_of_laws_and_roads_are_no_houses),
        cmocka_unit_test(a_planet_beside_another_is_nobody),
        cmocka_unit_test(what_is_no_address_is_none),
        cmocka_unit_test(it_ends_with_its_line_or_sentence),
        cmocka_unit_test(a_label_or_a_gap_ends_it),
        cmocka_unit_test(it_has_a_most),
    };
    return cmocka_run_group_tests(tests, claim_set_up, claim_tear_down);
}
