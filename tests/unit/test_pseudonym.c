/* tests/unit/test_pseudonym.c - audit/pseudonym.h: names become digits that only the key's holder
 * can make, and a key that others may read is none. */
#include "proxy/base/base.h"
#include "audit/pseudonym.h"
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char dir[] = "/tmp/bulla-pseudonym-XXXXXX";

static int begin(void **state)
{
    (void)state;
    return mkdtemp(dir) == NULL || chdir(dir) != 0;
}

static int finish(void **state)
{
    (void)state;
    unlink("log/search.key");
    rmdir("log");
    return chdir("/") != 0 || rmdir(dir) != 0;
}

static void write_key(const char *text, mode_t mode)
{
    FILE *f = fopen("log/search.key", "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod("log/search.key", mode), 0);
}

#define HEX "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void refused(enum gw_code code, const char *word)
{
    char reason[PSEUDONYM_REASON] = "";
    struct secret_key *key = NULL;
    assert_int_equal(pseudonym_key("log", true, reason, &key).code, code);
    assert_null(key);
    assert_non_null(strstr(reason, word));
}

static void what_is_no_key_is_refused_and_never_replaced(void **state)
{
    char reason[PSEUDONYM_REASON] = "";
    struct secret_key *key = NULL;
    (void)state;
    assert_int_equal(pseudonym_key("log", false, reason, &key).code, GW_NOT_FOUND);
    assert_int_equal(access("log", F_OK), -1); /* who only asks makes nothing */
    assert_int_equal(mkdir("log", 0700), 0);
    write_key(HEX "\n", 0644);
    refused(GW_REFUSED, "chmod 600");
    write_key(HEX, 0600);
    refused(GW_CORRUPT, "no search key");
    write_key(HEX "\n\n", 0600);
    refused(GW_CORRUPT, "no search key");
    write_key("0011\n", 0600);
    refused(GW_CORRUPT, "no search key");
    write_key("X" HEX "\n", 0600);
    refused(GW_CORRUPT, "no search key");
    write_key("", 0600);
    refused(GW_CORRUPT, "no search key");
}

static void the_key_is_made_once(void **state)
{
    char reason[PSEUDONYM_REASON] = "", first[PSEUDONYM_LEN + 1], again[PSEUDONYM_LEN + 1];
    struct secret_key *key = NULL;
    struct stat st;
    (void)state;
    unlink("log/search.key");
    rmdir("log");
    assert_true(gw_ok(pseudonym_key("log", true, reason, &key)));
    assert_int_equal(stat("log/search.key", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_true(pseudonym_make(key, "person", SLICE_LIT("ann"), first));
    secret_key_free(key);
    assert_true(gw_ok(pseudonym_key("log", true, reason, &key)));
    assert_true(pseudonym_make(key, "person", SLICE_LIT("ann"), again));
    secret_key_free(key);
    assert_string_equal(first, again);
}

static void a_pseudonym_is_the_names_the_kinds_and_the_keys(void **state)
{
    struct secret_key *key = secret_key_from(SLICE_LIT("one")),
                      *other = secret_key_from(SLICE_LIT("two"));
    char a[PSEUDONYM_LEN + 1], b[PSEUDONYM_LEN + 1], long_name[PSEUDONYM_NAME + 1];
    (void)state;
    assert_false(pseudonym_make(key, "person", SLICE_LIT(" \t"), a));
    assert_string_equal(a, "");
    memset(long_name, 'a', sizeof long_name);
    assert_false(pseudonym_make(key, "person", slice_of(long_name, sizeof long_name), a));
    assert_true(pseudonym_make(key, "person", slice_of(long_name, sizeof long_name - 1), b));
    assert_true(pseudonym_make(key, "person", SLICE_LIT("Ann@Corp.example"), a));
    assert_true(pseudonym_is(slice_str(a)) && strstr(a, "ann") == NULL);
    assert_true(pseudonym_make(key, "person", SLICE_LIT(" ann@corp.example "), b));
    assert_string_equal(a, b);
    assert_true(pseudonym_make(key, "person", SLICE_LIT("ann@corp.exampl"), b));
    assert_string_not_equal(a, b);
    assert_true(pseudonym_make(key, "session", SLICE_LIT("ann@corp.example"), b));
    assert_string_not_equal(a, b);
    assert_true(pseudonym_make(other, "person", SLICE_LIT("ann@corp.example"), b));
    assert_string_not_equal(a, b);
    assert_false(pseudonym_is(slice_cut(slice_str(a), 0, PSEUDONYM_LEN - 1)));
    a[3] = 'A';
    assert_false(pseudonym_is(slice_str(a)));
    secret_key_free(key);
    secret_key_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_key_is_refused_and_never_replaced),
        cmocka_unit_test(the_key_is_made_once),
        cmocka_unit_test(a_pseudonym_is_the_names_the_kinds_and_the_keys),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
