/* tests/unit/test_secret.c - proxy/base/secret.h. */
#include "proxy/base/base.h"
#include "proxy/base/secret.h"
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>
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
static void parts_hash_as_their_whole_does(void **state)
{
    char text[600];
    (void)state;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)(i * 31);
    struct slice all = slice_of(text, sizeof text);
    struct digest whole = secret_sha256(all);
    for (size_t a = 0; a <= sizeof text; a++)
        for (size_t b = a; b <= sizeof text; b += 1 + b % 7) {
            const struct slice parts[] = {slice_cut(all, 0, a), slice_of(NULL, 0),
                                          slice_cut(all, a, b), slice_from(all, b)};
            struct digest d = secret_sha256_of(parts, GW_COUNT(parts));
            assert_memory_equal(d.at, whole.at, sizeof d.at);
        }
}

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

/* OpenSSL's HMAC is the judge of ours. */
static void a_keyed_digest_is_rfc_2104s(void **state)
{
    struct secret_key *key = secret_key_new();
    const struct slice parts[] = {SLICE_LIT("one"), SLICE_LIT(""), SLICE_LIT("three")};
    (void)state;
    for (size_t n = 0; n <= GW_COUNT(parts); n++) {
        struct digest sums[GW_COUNT(parts)], want, got = secret_hmac(key, parts, n);
        for (size_t i = 0; i < n; i++)
            sums[i] = secret_sha256(parts[i]);
        assert_non_null(HMAC(EVP_sha256(), key->at, sizeof key->at, sums[0].at, n * sizeof sums[0],
                             want.at, NULL));
        assert_memory_equal(got.at, want.at, sizeof got.at);
    }
    secret_key_free(key);
}

static void two_keys_differ(void **state)
{
    struct secret_key *a = secret_key_new(), *b = secret_key_new();
    (void)state;
    assert_memory_not_equal(a->at, b->at, sizeof a->at);
    secret_key_free(a);
    secret_key_free(b);
}

static void a_store_keeps_much_and_apart(void **state)
{
    static char text[7000];
    struct secret_store *s = secret_store_new();
    struct slice kept[40], small;
    (void)state;
    assert_non_null(s);
    memset(text, 'x', sizeof text);
    assert_null(secret_store_keep(s, slice_of(text, (size_t)1 << 20)).at); /* too large for any */
    for (size_t i = 0; i < GW_COUNT(kept); i++) {
        text[0] = (char)('A' + i % 26);
        kept[i] = secret_store_keep(s, slice_of(text, sizeof text));
        assert_non_null(kept[i].at);
    }
    small = secret_store_keep(s, SLICE_LIT("small"));
    assert_string_equal(small.at, "small");
    for (size_t i = 0; i < GW_COUNT(kept); i++) {
        assert_int_equal(kept[i].at[0], (char)('A' + i % 26));
        assert_int_equal(kept[i].at[kept[i].len], '\0');
        assert_int_equal(kept[i].len, sizeof text);
    }
    secret_store_free(s);
    secret_store_free(NULL);
}

/* What /proc/self/smaps says of the page at `at`: two-letter flags. */
static bool has_flag(const void *at, const char *flag)
{
    char line[512];
    bool is_within = false, found = false;
    FILE *f = fopen("/proc/self/smaps", "r");
    assert_non_null(f);
    while (fgets(line, sizeof line, f) != NULL) {
        unsigned long from, to;
        if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
            is_within = (uintptr_t)at >= from && (uintptr_t)at < to;
        else if (is_within && strncmp(line, "VmFlags:", 8) == 0)
            found = strstr(line, flag) != NULL;
    }
    fclose(f);
    return found;
}

static void a_store_is_locked_and_in_no_core(void **state)
{
    struct secret_store *s = secret_store_new();
    (void)state;
    assert_non_null(s);
    struct slice kept = secret_store_keep(s, SLICE_LIT("of-a-provider"));
    assert_true(has_flag(kept.at, " dd"));
    /* Sanitizers turn locking off: as much as a page of our own shows. */
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(page != MAP_FAILED);
    bool is_possible = mlock(page, 4096) == 0;
    assert_int_equal(secret_store_is_locked(s), is_possible);
    assert_int_equal(has_flag(kept.at, " lo"), has_flag(page, " lo"));
    munmap(page, 4096);
    secret_store_free(s);
}

static void the_environment_moves_and_goes(void **state)
{
    char shown[] = "BULLA_TEST_SHOWN=hunter2-hunter2";
    char other[] = "BULLA_TEST_OTHER=1";
    static const char *const kept[] = {"BULLA_TEST_OTHER", NULL};
    char *own[] = {shown, other, NULL};
    char **before = environ;
    (void)state;
    environ = own;
    secret_hide_environment();
    assert_string_equal(shown, "");
    assert_string_equal(getenv("BULLA_TEST_SHOWN"), "hunter2-hunter2");
    char *copies[] = {own[0], own[1]};
    secret_drop_environment(kept);
    assert_null(getenv("BULLA_TEST_SHOWN"));
    assert_string_equal(getenv("BULLA_TEST_OTHER"), "1");
    assert_string_equal(copies[0], "");
    environ = before;
    free(copies[0]);
    free(copies[1]);
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

/* Pieces, and what they leave: nothing before it, nothing behind it is touched. */
static void wiping_wipes_any_length(void **state)
{
    static char text[20002];
    static const size_t lengths[] = {1, 1983, 1984, 1985, 3968, 3969, 8191, 8192, 8193, 20000};
    (void)state;
    for (size_t k = 0; k < GW_COUNT(lengths); k++) {
        size_t odd = 0;
        memset(text, 'x', sizeof text);
        secret_wipe(text + 1, lengths[k]);
        for (size_t i = 0; i < sizeof text; i++)
            odd += text[i] != (i > 0 && i <= lengths[k] ? 0 : 'x');
        assert_int_equal(odd, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(different_is_different),
        cmocka_unit_test(sha256_is_the_standards),
        cmocka_unit_test(parts_hash_as_their_whole_does),
        cmocka_unit_test(parts_cannot_be_shifted),
        cmocka_unit_test(a_keyed_digest_is_rfc_2104s),
        cmocka_unit_test(two_keys_differ),
        cmocka_unit_test(a_store_keeps_much_and_apart),
        cmocka_unit_test(a_store_is_locked_and_in_no_core),
        cmocka_unit_test(the_environment_moves_and_goes),
        cmocka_unit_test(wiping_wipes),
        cmocka_unit_test(wiping_wipes_any_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
