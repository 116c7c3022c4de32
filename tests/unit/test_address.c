/* tests/unit/test_address.c - proxy/net/address.h: a table of addresses and what each may be. */
#include "proxy/base/base.h"
#include "proxy/net/address.h"
#include "proxy/net/resolver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static enum address_kind judge(const char *text)
{
    struct conn_address a;
    if (!resolver_literal(slice_str(text), 443, &a))
        fail_msg("%s is no address", text);
    return address_judge(&a);
}

static void what_is_no_address_is_forbidden(void **state)
{
    struct conn_address a = {.len = 0};
    (void)state;
    assert_int_equal(address_judge(&a), ADDRESS_FORBIDDEN);
    assert_true(address_make(slice_of("\x08\x08\x08\x08", 4), 1, &a));
    assert_int_equal(address_judge(&a), ADDRESS_PUBLIC);
    a.at[0] = 1; /* another family */
    assert_int_equal(address_judge(&a), ADDRESS_FORBIDDEN);
    a.len = 7;
    assert_int_equal(address_judge(&a), ADDRESS_FORBIDDEN);
    assert_false(address_make(SLICE_LIT("12345"), 1, &a));
    assert_false(address_make(SLICE_LIT(""), 1, &a));
}

static void forbidden(void **state)
{
    static const char *const at[] = {
        "169.254.169.254",
        "169.254.0.1",
        "169.254.255.255",
        "100.100.100.200",
        "192.0.0.192",
        "168.63.129.16",
        "0.0.0.0",
        "0.1.2.3",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::8.8.8.8", /* the old embedding, which no one uses any more */
        "fe80::1",
        "febf::1",
        "fec0::1",
        "ff02::1",
        "fd00:ec2::254",
        "fd20:ce::254",
        "2001::1",
        "::ffff:169.254.169.254",
        "64:ff9b::169.254.169.254",
        "2002:a9fe:a9fe::1",
        "4000::1",
        "100::1",
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(at); i++)
        if (judge(at[i]) != ADDRESS_FORBIDDEN)
            fail_msg("%s is not forbidden", at[i]);
}

static void private(void **state)
{
    static const char *const at[] = {
        "127.0.0.1",
        "127.255.0.9",
        "10.0.0.1",
        "10.255.255.255",
        "172.16.0.1",
        "172.31.9.9",
        "192.168.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "192.0.0.1",
        "198.18.0.1",
        "198.19.255.255",
        "::1",
        "fc00::1",
        "fdff::1",
        "fd00:ec2::1",
        "::ffff:127.0.0.1",
        "::ffff:10.1.1.1",
        "64:ff9b::192.168.1.1",
        "64:ff9b:1::1",
        "2002:7f00:1::1",
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(at); i++)
        if (judge(at[i]) != ADDRESS_PRIVATE)
            fail_msg("%s is not private", at[i]);
}

static void public(void **state)
{
    static const char *const at[] = {
        "8.8.8.8",     "1.1.1.1",         "9.255.255.255",    "11.0.0.0",        "126.255.255.255",
        "128.0.0.0",   "169.253.255.255", "169.255.0.0",      "172.15.255.255",  "172.32.0.0",
        "192.167.1.1", "192.169.0.0",     "100.63.255.255",   "100.128.0.0",     "198.17.255.255",
        "198.20.0.0",  "223.255.255.255", "192.0.1.0",        "2600::1",         "2a00:1450::1",
        "3fff::1",     "::ffff:8.8.8.8",  "64:ff9b::8.8.8.8", "2002:808:808::1", "168.63.129.17",
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(at); i++)
        if (judge(at[i]) != ADDRESS_PUBLIC)
            fail_msg("%s is not public", at[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_address_is_forbidden),
        cmocka_unit_test(forbidden),
        cmocka_unit_test(private),
        cmocka_unit_test(public),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
