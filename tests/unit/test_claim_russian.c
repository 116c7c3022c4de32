/* tests/unit/test_claim_russian.c - Russian names by their shape: redact/claim_russian.c. */
#include "proxy/base/base.h"
#include "redact/claim.h"
#include "tests/unit/claim_rig.h"

static void a_patronymic_says_where_a_name_stands(void **state)
{
    static const struct claimed cases[] = {
        {"Сергеевич", ""}, /* alone */
        {"Пётр Сергеевич", "P:Пётр Сергеевич;"},
        {"Пётр\tСергеевич", ""},
        {"Пётр сергеевич", ""},
        {"пётр Сергеевич", ""},
        {"Иванов Пётр Сергеевич", "P:Иванов Пётр Сергеевич;"},
        {"Пётр Сергеевич Иванов", "P:Пётр Сергеевич Иванов;"},
        {"Мария Ивановна Кузнецова-Смирнова", "P:Мария Ивановна Кузнецова-Смирнова;"},
        {"ПЁТР СЕРГЕЕВИЧ", ""},
        {"Иван ПЕТРОВИЧ", ""}, /* of one shape both */
        {"Марине Львовне Кузнецовой", "P:Марине Львовне Кузнецовой;"},
        {"Ильич", ""},
        {"Москва Столица", ""},
    };
    (void)state;
    all_are_claimed(cases, GW_COUNT(cases));
}

static void two_initials_stand_beside_a_surname(void **state)
{
    static const struct claimed cases[] = {
        {"Дроздов И.И. был", "P:Дроздов И.И.;"},
        {"И.И. Дроздов был", "P:И.И. Дроздов;"},
        {"И. И. Дроздов был", "P:И. И. Дроздов;"},
        {"И.И.", ""},
        {"И. Дроздов", ""}, /* one is none */
        {"Дроздов И И был", ""},
        {"I.I. Drozdov", ""}, /* in another script */
    };
    (void)state;
    all_are_claimed(cases, GW_COUNT(cases));
}

static void a_surname_is_known_by_its_end(void **state)
{
    static const struct {
        const char *word;
        bool is_one;
    } cases[] = {{"Иванов", true},  {"Кузнецовой", true}, {"Шевченко", true}, {"иванов", false},
                 {"Москва", false}, {"Ivanov", false},    {"Ян", false}};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        char *text = strdup(cases[i].word);
        assert_non_null(text);
        (void)claimed_in(text, 0);
        claims.text = slice_str(text);
        assert_int_equal(claim_is_surname(&claims, 0), cases[i].is_one);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_patronymic_says_where_a_name_stands),
        cmocka_unit_test(two_initials_stand_beside_a_surname),
        cmocka_unit_test(a_surname_is_known_by_its_end),
    };
    return cmocka_run_group_tests(tests, claim_set_up, claim_tear_down);
}
