/* tests/unit/test_fake.c - stand-ins that can never be real: redact/fake.h. */
#include "proxy/base/base.h"
#include "redact/fake.h"
#include "redact/valid.h"
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { SEEDS = 2000 };

static const enum family has_one[] = {FAM_PERSON,      FAM_LOCATION,    FAM_ADDRESS, FAM_ORG,
                                      FAM_EMAIL,       FAM_URL,         FAM_PHONE,   FAM_IP_ADDRESS,
                                      FAM_MAC_ADDRESS, FAM_CREDIT_CARD, FAM_IBAN};

static struct digest seed_of(unsigned n)
{
    return secret_sha256(slice_of((const char *)&n, sizeof n));
}

static const char *fake(enum family family, const char *value, unsigned n)
{
    static char to[FAKE_MAX];
    struct digest seed = seed_of(n);
    assert_true(fake_write(family, slice_str(value), &seed, to));
    return to;
}

static void a_family_without_stand_ins_says_so(void **state)
{
    struct digest seed = seed_of(0);
    char to[FAKE_MAX] = "as it was";
    (void)state;
    for (int f = FAM_NONE; f <= FAM_COUNT; f++) {
        bool has = false;
        for (size_t i = 0; i < GW_COUNT(has_one); i++)
            has |= has_one[i] == (enum family)f;
        if (!has)
            assert_false(fake_write((enum family)f, SLICE_LIT("x"), &seed, to));
    }
    assert_string_equal(to, "as it was");
}

static void one_seed_has_one_stand_in(void **state)
{
    (void)state;
    for (size_t i = 0; i < GW_COUNT(has_one); i++) {
        char first[FAKE_MAX];
        unsigned others = 0;
        snprintf(first, sizeof first, "%s", fake(has_one[i], "a b", 1));
        assert_string_equal(first, fake(has_one[i], "a b", 1));
        for (unsigned n = 2; n < 20; n++)
            others += strcmp(first, fake(has_one[i], "a b", n)) != 0;
        assert_true(others > 5);
    }
}

/* Or a text could be put back in the middle of another one. */
static void none_is_the_begin_of_another(void **state)
{
    static char all[200][FAKE_MAX];
    (void)state;
    for (size_t i = 0; i < GW_COUNT(has_one); i++) {
        for (unsigned n = 0; n < GW_COUNT(all); n++)
            snprintf(all[n], FAKE_MAX, "%s", fake(has_one[i], "a b", n));
        for (unsigned a = 0; a < GW_COUNT(all); a++)
            for (unsigned b = 0; b < GW_COUNT(all); b++)
                if (strcmp(all[a], all[b]) != 0 && strncmp(all[b], all[a], strlen(all[a])) == 0)
                    fail_msg("%s begins %s", all[a], all[b]);
    }
}

/* Reserved ranges, well formed: what reads them takes them for what they stand for. */
static void each_is_well_formed_and_nobodys(void **state)
{
    (void)state;
    for (unsigned n = 0; n < SEEDS; n++) {
        struct in6_addr address;
        unsigned area, line, a, b;
        char copy[FAKE_MAX], end;
        const char *s = fake(FAM_CREDIT_CARD, "x", n);
        assert_int_equal(strncmp(s, "4000 00", 7), 0);
        assert_int_equal(strlen(s), 19);
        unsigned sum = 0, place = 0;
        for (size_t i = strlen(s); i-- > 0;)
            if (s[i] != ' ') {
                unsigned d = (unsigned)(s[i] - '0') * (place++ % 2 == 1 ? 2 : 1);
                sum += d > 9 ? d - 9 : d;
            }
        assert_int_equal(sum % 10, 0);
        snprintf(copy, sizeof copy, "%s", fake(FAM_IBAN, "x", n));
        struct slice iban = slice_str(copy);
        assert_int_equal(strncmp(copy + 4, "TEST", 4), 0);
        assert_true(iban.len == 22 && valid_iban(&iban) >= VALID_YES);
        s = fake(FAM_PHONE, "x", n);
        assert_int_equal(sscanf(s, "+1-%3u-555-01%2u%c", &area, &line, &end), 2);
        assert_in_range(area, 200, 999);
        assert_int_equal(strlen(s), 15);
        assert_int_equal(inet_pton(AF_INET6, fake(FAM_IP_ADDRESS, "fe80::1", n), &address), 1);
        assert_true(address.s6_addr[0] == 0x20 && address.s6_addr[1] == 0x01 &&
                    address.s6_addr[2] == 0x0d && address.s6_addr[3] == 0xb8);
        s = fake(FAM_IP_ADDRESS, "10.0.0.1", n);
        assert_int_equal(inet_pton(AF_INET, s, &address), 1);
        assert_true(strncmp(s, "192.0.2.", 8) == 0 || strncmp(s, "198.51.100.", 11) == 0 ||
                    strncmp(s, "203.0.113.", 10) == 0);
        s = fake(FAM_MAC_ADDRESS, "x", n);
        assert_int_equal(sscanf(s, "00:00:5E:00:53:%2X%c", &a, &end), 1);
        s = fake(FAM_EMAIL, "x", n);
        assert_string_equal(s + 8, "@example.com");
        s = fake(FAM_URL, "x", n);
        assert_int_equal(strncmp(s, "https://example.com/", 20), 0);
        s = fake(FAM_ADDRESS, "x", n);
        assert_int_equal(sscanf(s, "%3u Example Street, %c", &b, &end), 2);
        assert_non_null(strstr(fake(FAM_ORG, "x", n), " Example Ltd"));
    }
}

static void a_name_has_as_many_words(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 50; n++) {
        assert_null(strchr(fake(FAM_PERSON, "Miller", n), ' '));
        assert_non_null(strchr(fake(FAM_PERSON, "Ann Miller", n), ' '));
    }
    assert_null(strchr(fake(FAM_PERSON, "", 1), ' '));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_family_without_stand_ins_says_so),
        cmocka_unit_test(one_seed_has_one_stand_in),
        cmocka_unit_test(none_is_the_begin_of_another),
        cmocka_unit_test(each_is_well_formed_and_nobodys),
        cmocka_unit_test(a_name_has_as_many_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
