/* tests/unit/test_secret.c - proxy/base/secret.h. */
#include "proxy/base/base.h"
#include "proxy/base/secret.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void hex_is(const struct digest *d, const char *want)
{
    char hex[65];
    secret_hex(d->at, sizeof d->at, hex);
    assert_string_equal(hex, want);
}

static void different_is_different(void **state)
{
    (void)state;
    assert_false(secret_is_equal(SLICE_LIT("abc"), SLICE_LIT("abd")));
    assert_false(secret_is_equal(SLICE_LIT("abc"), SLICE_LIT("ab")));
    assert_false(secret_is_equal(SLICE_LIT(""), SLICE_LIT("a")));
    assert_true(secret_is_equal(SLICE_LIT(""), SLICE_LIT("")));
    assert_true(secret_is_equal(SLICE_LIT("abc"), SLICE_LIT("abc")));
}

/* FIPS 180-4, examples */
static void sha256_is_the_standards(void **state)
{
    struct digest d = secret_sha256(SLICE_LIT("abc"));
    (void)state;
    hex_is(&d, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    d = secret_sha256(SLICE_LIT(""));
    hex_is(&d, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void parts_cannot_be_shifted(void **state)
{
    struct secret_key *key = secret_key_from(SLICE_LIT("material"));
    const struct slice one[] = {SLICE_LIT("ab"), SLICE_LIT("c")};
    const struct slice two[] = {SLICE_LIT("a"), SLICE_LIT("bc")};
    struct digest a = secret_hmac(key, one, 2), b = secret_hmac(key, two, 2);
    struct digest again = secret_hmac(key, one, 2);
    (void)state;
    assert_memory_not_equal(a.at, b.at, sizeof a.at);
    assert_memory_equal(a.at, again.at, sizeof a.at);
    secret_key_free(key);
    secret_key_free(NULL);
}

static void two_keys_differ(void **state)
{
    struct secret_key *a = secret_key_new(), *b = secret_key_new();
    (void)state;
    assert_memory_not_equal(a->at, b->at, sizeof a->at);
    secret_key_free(a);
    secret_key_free(b);
}

static void wiping_wipes(void **state)
{
    char text[] = "secret";
    (void)state;
    secret_wipe(text, sizeof text);
    for (size_t i = 0; i < sizeof text; i++)
        assert_int_equal(text[i], 0);
    secret_wipe(NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(different_is_different),
        cmocka_unit_test(sha256_is_the_standards),
        cmocka_unit_test(parts_cannot_be_shifted),
        cmocka_unit_test(two_keys_differ),
        cmocka_unit_test(wiping_wipes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
