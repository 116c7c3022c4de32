/* tests/unit/test_finding.c - names of what is found: redact/finding.h. */
#include "proxy/base/base.h"
#include "redact/finding.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void what_is_no_name_is_none(void **state)
{
    static const char *const bad[] = {"", "NONE", "none", "EMAILS", "E", "CREDIT CARD", "?"};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(bad); i++) {
        assert_int_equal(family_from(slice_str(bad[i])), FAM_NONE);
        assert_int_equal(watch_from(slice_str(bad[i])), WATCH_KINDS);
        assert_false(finding_is_known(slice_str(bad[i])));
        assert_false(finding_is_name(slice_str(bad[i])));
        assert_null(finding_shape(slice_str(bad[i])));
    }
}

static void families_have_a_name_and_a_word_of_their_own(void **state)
{
    (void)state;
    for (int i = FAM_NONE + 1; i < FAM_COUNT; i++) {
        struct slice name = slice_str(family_name((enum family)i));
        struct slice word = slice_str(family_word((enum family)i));
        char low[40];
        assert_int_equal(family_from(name), i);
        for (size_t k = 0; k <= name.len; k++)
            low[k] =
                (char)(name.at[k] >= 'A' && name.at[k] <= 'Z' ? name.at[k] | 0x20 : name.at[k]);
        assert_int_equal(family_from(slice_str(low)), i);
        assert_true(word.len > 0 && word.len <= 12);
        for (size_t k = 0; k < word.len; k++) /* part of a token: one plain word */
            assert_true(word.at[k] >= 'A' && word.at[k] <= 'Z');
        for (int k = FAM_NONE + 1; k < i; k++)
            assert_false(slice_is(word, slice_str(family_word((enum family)k))));
    }
    assert_string_equal(family_name(FAM_NONE), "NONE");
    assert_string_equal(family_name(FAM_COUNT), "NONE");
    assert_string_equal(family_word((enum family)1000), "NONE");
}

static void what_is_beyond_a_table_has_a_word_too(void **state)
{
    (void)state;
    assert_string_equal(attack_word(ATTACK_KINDS), "none");
    assert_string_equal(attack_origin_word(ORIGIN_COUNT), "none");
    assert_string_equal(attack_reason_word(REASON_COUNT), "none");
    assert_string_equal(attack_reason_owasp(REASON_COUNT), "none");
    assert_string_equal(attack_reason_atlas(REASON_COUNT), "none");
    assert_int_equal(attack_reason_kind(REASON_COUNT), ATTACK_INJECTION);
    assert_string_equal(watch_word(WATCH_KINDS), "none");
    assert_string_equal(attack_view_word(0), "");
    assert_string_equal(style_word((enum style)99), "none");
    for (enum attack_reason i = 0; i < REASON_COUNT; i++) {
        assert_true(attack_reason_kind(i) < ATTACK_KINDS);
        assert_int_equal(strncmp(attack_reason_owasp(i), "LLM", 3), 0);
        assert_int_equal(strncmp(attack_reason_atlas(i), "AML.T", 5), 0);
    }
    for (enum watch_kind i = 0; i < WATCH_KINDS; i++)
        assert_int_equal(watch_from(slice_str(watch_word(i))), i);
    assert_int_equal(watch_from(SLICE_LIT("canary_token")), WATCH_CANARY);
}

static void styles_have_the_words_of_policies(void **state)
{
    static const char *const styles[] = {"none", "token", "label", "mask", "hash", "fake", "drop"};
    (void)state;
    for (int i = STYLE_NONE; i <= STYLE_DROP; i++)
        assert_string_equal(style_word((enum style)i), styles[i]);
}

/* By its entity or its family, in any case; a finding without a family has no family's name. */
static void a_finding_is_meant_by_entity_or_family(void **state)
{
    struct slice entity = SLICE_LIT("EMAIL_ADDRESS");
    (void)state;
    assert_true(finding_has_name(entity, FAM_EMAIL, SLICE_LIT("email_address")));
    assert_true(finding_has_name(entity, FAM_EMAIL, SLICE_LIT("Email")));
    assert_false(finding_has_name(entity, FAM_EMAIL, SLICE_LIT("EMAIL_")));
    assert_false(finding_has_name(entity, FAM_EMAIL, SLICE_LIT("PHONE")));
    assert_false(finding_has_name(entity, FAM_NONE, SLICE_LIT("NONE")));
}

/* Each entity comes once, is known, and so are all families but the customs' own. */
static void entities_are_listed_once(void **state)
{
    static struct slice all[2000];
    size_t n = 0, row = 0;
    (void)state;
    for (struct slice s; (s = finding_entity_next(&row)).len > 0; n++) {
        assert_true(n < GW_COUNT(all) && finding_is_known(s));
        all[n] = s;
        for (size_t i = 0; i < n; i++)
            if (slice_is(all[i], s))
                fail_msg("%.*s", (int)s.len, s.at);
    }
    assert_true(n > 300);
    assert_int_equal(finding_entity_next(&row).len, 0);
    for (int i = FAM_NONE + 1; i < FAM_CUSTOM; i++)
        if (!finding_is_known(slice_str(family_name((enum family)i))))
            fail_msg("%s", family_name((enum family)i));
    static const char *const names[] = {"PERSON", "location", "ORG", "ADDRESS"};
    for (size_t i = 0; i < GW_COUNT(names); i++)
        assert_true(finding_is_name(slice_str(names[i])));
    assert_false(finding_is_name(SLICE_LIT("EMAIL")));
}

static void checks_and_shapes_are_listed(void **state)
{
    size_t n = 0;
    bool has_luhn = false;
    (void)state;
    for (; finding_check_at(n) != NULL; n++)
        has_luhn |= strcmp(finding_check_at(n), "luhn") == 0;
    assert_true(n > 2 && has_luhn);
    assert_null(finding_check_at(n + 1));
    assert_non_null(finding_shape(SLICE_LIT("number")));
    assert_non_null(finding_shape(SLICE_LIT("word")));
    assert_null(finding_shape(SLICE_LIT("Number")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_name_is_none),
        cmocka_unit_test(families_have_a_name_and_a_word_of_their_own),
        cmocka_unit_test(what_is_beyond_a_table_has_a_word_too),
        cmocka_unit_test(styles_have_the_words_of_policies),
        cmocka_unit_test(a_finding_is_meant_by_entity_or_family),
        cmocka_unit_test(entities_are_listed_once),
        cmocka_unit_test(checks_and_shapes_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
