/* tests/unit/test_valid.c - redact/valid.h. */
#include "proxy/base/base.h"
#include "redact/valid.h"
#include "redact/valid_secret.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define NO(check, literal)                        \
    do {                                          \
        struct slice made = SLICE_LIT(literal);   \
        assert_int_equal(check(&made), VALID_NO); \
    } while (0)
#define YES(check, literal)                     \
    do {                                        \
        struct slice made = SLICE_LIT(literal); \
        assert_true(check(&made) >= VALID_YES); \
    } while (0)

static void a_wrong_check_digit_is_no_card(void **state)
{
    (void)state;
    NO(valid_card, "4111111111111112");
    NO(valid_card, "9999999999999995");    /* no issuer */
    NO(valid_card, "4111-1111 1111-1111"); /* two separators */
    NO(valid_card, "0000000000000000");
    YES(valid_card, "4111 1111 1111 1111");
    YES(valid_card, "3782-822463-10005");
}

static void a_time_stamp_that_passes_luhn_is_no_card(void **state)
{
    char stamp[] = "20190510104110";
    (void)state;
    for (char c = '0'; c <= '9'; c++) {
        struct slice v = slice_of(stamp, 14);
        stamp[13] = c;
        assert_int_equal(valid_card(&v), VALID_NO);
    }
}

static void what_no_phone_is_written_like(void **state)
{
    (void)state;
    NO(valid_phone, "10123.45");
    NO(valid_phone, "2019-360");
    NO(valid_phone, "+1234567");
    YES(valid_phone, "+2908999");
    YES(valid_phone, "555.1234");
    NO(valid_age, "121");
    NO(valid_age, "0");
    YES(valid_age, "34");
    NO(valid_moment, "2021-15-40 10:30");
    YES(valid_moment, "2021-03-15T10:30:00Z");
}

static void a_marked_token_may_be_dull(void **state)
{
    (void)state;
    NO(valid_marked, "hvb.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    NO(valid_aws_id, "AKIAAAAAAAAAAAAAAAAA");
    YES(valid_marked, "shippo_test_aaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    NO(valid_assigned, "cmp7-west-1208358310");
    NO(valid_assigned, "ZGF0YS12YWx1ZTEyMw==");
    YES(valid_assigned, "k8Xz3Qw9Lm5Tn1Vb7Rd2");
}

static void an_iban_has_its_countrys_length(void **state)
{
    struct slice v = SLICE_LIT("DE89 3704 0044 0532 0130 00 thanks");
    (void)state;
    NO(valid_iban, "DE88370400440532013000");
    NO(valid_iban, "DE893704004405320130001");
    NO(valid_iban, "XX89370400440532013000");
    assert_true(valid_iban(&v) > 0);
    assert_int_equal(v.len, 27);
    YES(valid_iban, "gb82west12345698765432");
}

static void ssn_areas_that_were_never_issued(void **state)
{
    (void)state;
    NO(valid_ssn, "000-12-3456");
    NO(valid_ssn, "666-12-3456");
    NO(valid_ssn, "900-12-3456");
    NO(valid_ssn, "123-00-3456");
    NO(valid_ssn, "123-12-0000");
    NO(valid_ssn, "078-05-1120");
    YES(valid_ssn, "536-22-8145");
}

static void addresses_of_machines(void **state)
{
    (void)state;
    NO(valid_ipv4, "256.1.1.1");
    NO(valid_ipv4, "0.0.0.0");
    NO(valid_ipv4, "255.255.255.0");
    YES(valid_ipv4, "203.0.113.9");
    NO(valid_ipv6, "std::abc");
    NO(valid_ipv6, "a::b");
    NO(valid_ipv6, "12:30:45");
    YES(valid_ipv6, "2001:db8::1");
    YES(valid_ipv6, "fe80:0:0:0:0:0:0:1");
    NO(valid_mac, "00:00:00:00:00:00");
    NO(valid_mac, "ff:ff:ff:ff:ff:ff");
    YES(valid_mac, "00:1b:44:11:3a:b7");
    YES(valid_mac, "0102.0304.0506.07ab");
    NO(valid_ipv6, "a::b");
    struct slice short_one = SLICE_LIT("::8");
    assert_int_equal(valid_ipv6(&short_one), VALID_NOBODY);
    NO(valid_url, "http://localhost/");
    YES(valid_url, "http://acme.test/");
}

static void coins_check_their_sums(void **state)
{
    (void)state;
    NO(valid_base58, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb");
    YES(valid_base58, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa");
    NO(valid_bech32, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5");
    NO(valid_bech32, "bc1Qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4");
    YES(valid_bech32, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4");
}

static void a_jwt_names_its_algorithm(void **state)
{
    (void)state;
    NO(valid_jwt, "eyJmb28iOiJiYXIifQ.eyJzdWIiOiIxIn0.c2ln");
    NO(valid_jwt, "eyeballs.eyebrow.eyelash");
    YES(valid_jwt, "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln");
}

static void placeholders_are_no_secrets(void **state)
{
    (void)state;
    assert_true(valid_is_placeholder(SLICE_LIT("xxxxxxxxxxxx")));
    assert_true(valid_is_placeholder(SLICE_LIT("${API_KEY}")));
    assert_true(valid_is_placeholder(SLICE_LIT("your_api_key_here")));
    assert_true(valid_is_placeholder(SLICE_LIT("<password>")));
    assert_false(valid_is_placeholder(SLICE_LIT("q8Zt4Lw0Pn7Rb2Xc")));
}

static void github_sums_are_evidence_not_a_gate(void **state)
{
    struct slice wrong = SLICE_LIT("ghp"
                                   "_0123456789abcdefABCDEF0123456789abcdef");
    (void)state;
    assert_int_equal(valid_github(&wrong), VALID_YES);
}

static void dates_are_on_the_calendar(void **state)
{
    (void)state;
    NO(valid_date, "1985-13-41");
    NO(valid_date, "45.45.1985");
    NO(valid_date, "1.2");
    YES(valid_date, "1985-04-12");
    YES(valid_date, "12/04/85");
    YES(valid_date, "12 March 1985");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_check_digit_is_no_card),
        cmocka_unit_test(a_time_stamp_that_passes_luhn_is_no_card),
        cmocka_unit_test(what_no_phone_is_written_like),
        cmocka_unit_test(a_marked_token_may_be_dull),
        cmocka_unit_test(an_iban_has_its_countrys_length),
        cmocka_unit_test(ssn_areas_that_were_never_issued),
        cmocka_unit_test(addresses_of_machines),
        cmocka_unit_test(coins_check_their_sums),
        cmocka_unit_test(a_jwt_names_its_algorithm),
        cmocka_unit_test(placeholders_are_no_secrets),
        cmocka_unit_test(github_sums_are_evidence_not_a_gate),
        cmocka_unit_test(dates_are_on_the_calendar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
