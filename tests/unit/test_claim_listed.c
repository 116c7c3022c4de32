/* tests/unit/test_claim_listed.c - a given name of the lists and a surname behind it:
 * redact/claim_listed.c. */
#include "proxy/base/base.h"
#include "redact/claim.h"
#include "tests/unit/claim_rig.h"

static void a_given_name_asks_for_a_surname(void **state)
{
    static const struct claimed cases[] = {
        {"", ""},
        {"Rosalía", ""},
        {"hablé con Rosalía Etxeberria sobre", "P:Rosalía Etxeberria;"},
        {"hablé con Rosalía etxeberria sobre", ""},
        {"hablé con Rosalía\tEtxeberria sobre", ""},
        {"hablé con Rosalía, Etxeberria sobre", ""},
        {"hablé con Rosalía\nEtxeberria sobre", ""},
        {"hablé con Rosalía ETXEBERRIA sobre", ""},
        {"hablé con Rosalía", ""},
        {"wir fahren zur Karl Marxstraße heute", ""}, /* a place */
    };
    (void)state;
    all_are_claimed(cases, GW_COUNT(cases));
}

/* Alone it is one where a sentence is not English: there the model reads it, or does not. */
static void a_given_name_alone_wants_a_sentence_of_another_language(void **state)
{
    static const struct claimed cases[] = {
        {"gestern hat Ulrike angerufen und wollte dich sprechen", "P:Ulrike;"},
        {"ieri ho sentito Ulrike che voleva parlarti", "P:Ulrike;"},
        {"yesterday I called Ulrike about that and she was not there", ""},
        {"heute hat Ulrike", ""},                                      /* too few words to tell */
        {"gestern hat Berlin angerufen und wollte dich sprechen", ""}, /* a town */
        {"gestern hat Zwxqa angerufen und wollte dich sprechen", ""},
    };
    (void)state;
    all_are_claimed(cases, GW_COUNT(cases));
}

/* What the model has read already is its own. */
static void what_the_model_reads_is_left_to_it(void **state)
{
    (void)state;
    (void)claimed_in("hablé con Rosalía Etxeberria sobre", 0);
    assert_int_equal(claims.n, 1);
    char text[] = "hablé con Rosalía Etxeberria sobre";
    uint8_t tags[WHO_WORDS] = {0};
    tags[2] = 1;
    claims.text = slice_str(text);
    claims.tags = tags;
    claims.n = 0;
    claims_listed(&claims, 2);
    assert_int_equal(claims.n, 0);
    tags[2] = 0;
    claims_listed(&claims, 2);
    assert_int_equal(claims.n, 1);
    claims_listed(&claims, claims.count - 1); /* nothing behind it */
    assert_int_equal(claims.n, 1);
}

static void russian_ones_come_in_all_cases(void **state)
{
    static const struct claimed cases[] = {
        {"говорил с Мариной Кузнецовой о", "P:Мариной Кузнецовой;"},
        {"говорил с Марина Кузнецова о", "P:Марина Кузнецова;"},
        {"говорил о Красной Площади и", ""},
        {"говорил с Мариной кузнецовой о", ""},
    };
    (void)state;
    all_are_claimed(cases, GW_COUNT(cases));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_given_name_asks_for_a_surname),
        cmocka_unit_test(a_given_name_alone_wants_a_sentence_of_another_language),
        cmocka_unit_test(what_the_model_reads_is_left_to_it),
        cmocka_unit_test(russian_ones_come_in_all_cases),
    };
    return cmocka_run_group_tests(tests, claim_set_up, claim_tear_down);
}
