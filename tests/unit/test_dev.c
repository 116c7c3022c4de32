/* tests/unit/test_dev.c - the throw-away CA and its server pair: cert_dev() of certs/store.h. */
#include "proxy/base/base.h"
#include "certs/store.h"
#include "tests/unit/folder_rig.h"
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char reason[300];

static mode_t mode_of(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? st.st_mode & 0777 : 0;
}

static bool is_same(const char *a, const char *b)
{
    char line[200];
    snprintf(line, sizeof line, "cmp -s %s %s", a, b);
    return system(line) == 0;
}

static void a_name_that_is_none_is_refused(void **state)
{
    static const char *const bad[] = {"", "a b", "a,DNS:b", "a/b", "a\nb", "ho:st", "é", "a;b"};
    char long_name[300];
    (void)state;
    for (size_t i = 0; i < GW_COUNT(bad); i++) {
        assert_int_equal(cert_dev("none", &bad[i], 1, reason, sizeof reason).code, GW_BAD);
        assert_string_equal(reason, "a name is neither a host name nor an address");
    }
    memset(long_name, 'a', sizeof long_name);
    const char *one = long_name;
    for (size_t n = 253; n <= 254; n++) {
        long_name[n] = '\0';
        gw_result r = cert_dev("long", &one, 1, reason, sizeof reason);
        assert_int_equal(r.code == GW_BAD, n == 254);
        long_name[n] = 'a';
    }
    static const char *many[100]; /* and all of them fit only so much */
    long_name[200] = '\0';
    for (size_t i = 0; i < GW_COUNT(many); i++)
        many[i] = long_name;
    assert_int_equal(cert_dev("none", many, GW_COUNT(many), reason, sizeof reason).code, GW_BAD);
    assert_int_not_equal(access("none", F_OK), 0); /* nothing was made of it */
}

static void a_pair_is_made_that_the_store_takes(void **state)
{
    static const char *const names[] = {"gate.example", "*.b.example", "10.0.0.7", "fe80::7"};
    struct cert_pair *pair = NULL;
    char text[2000];
    (void)state;
    assert_true(gw_ok(cert_dev("a", names, GW_COUNT(names), reason, sizeof reason)));
    assert_int_equal(mode_of("a"), 0700);
    assert_int_equal(mode_of("a/ca.key"), 0600);
    assert_int_equal(mode_of("a/server.key"), 0600);
    assert_true(gw_ok(cert_load("a/server.pem", "a/server.key", reason, sizeof reason, &pair)));
    assert_true(gw_ok(cert_is_current(pair, "a/server.pem", reason, sizeof reason)));
    assert_in_range(cert_days_left(pair), 396, 397);
    cert_describe(pair, text, sizeof text);
    static const char *const said[] = {"localhost",   "127.0.0.1", "gate.example",
                                       "*.b.example", "10.0.0.7",  "Bulla development CA"};
    for (size_t i = 0; i < GW_COUNT(said); i++)
        if (strstr(text, said[i]) == NULL)
            fail_msg("%s is not in %s", said[i], text);
    cert_free(pair);
    assert_int_equal(system("openssl verify -CAfile a/ca.pem -verify_hostname x.b.example "
                            "-purpose sslserver a/server.pem >/dev/null 2>&1"),
                     0);
    assert_int_not_equal(system("openssl verify -CAfile a/ca.pem -verify_hostname c.example "
                                "a/server.pem >/dev/null 2>&1"),
                         0);
    /* a server's pair is no CA's */
    assert_int_not_equal(system("openssl x509 -in a/server.pem -noout -text | grep -q CA:TRUE"), 0);
}

static void a_ca_that_is_there_stays(void **state)
{
    (void)state;
    assert_true(gw_ok(cert_dev("b", NULL, 0, reason, sizeof reason)));
    assert_int_equal(system("cp -r b kept"), 0);
    assert_true(gw_ok(cert_dev("b", NULL, 0, reason, sizeof reason)));
    assert_true(is_same("b/ca.pem", "kept/ca.pem") && is_same("b/ca.key", "kept/ca.key"));
    assert_false(is_same("b/server.pem", "kept/server.pem"));
    assert_false(is_same("b/server.key", "kept/server.key"));
    assert_int_equal(system("openssl verify -CAfile b/ca.pem b/server.pem >/dev/null 2>&1"), 0);
    assert_int_equal(system("cp kept/server.key b/ca.key && chmod 600 b/ca.key"), 0);
    assert_int_equal(cert_dev("b", NULL, 0, reason, sizeof reason).code,
                     GW_BAD);                   /* another's key */
    assert_int_equal(system("rm b/ca.key"), 0); /* half a CA is none: a new one */
    assert_true(gw_ok(cert_dev("b", NULL, 0, reason, sizeof reason)));
    assert_false(is_same("b/ca.pem", "kept/ca.pem"));
    assert_int_equal(system("ls b | grep -q new"), 256); /* no half-written file is left */
}

static void a_folder_that_cannot_be_made_is_told(void **state)
{
    (void)state;
    assert_int_equal(cert_dev("no/such/folder", NULL, 0, reason, sizeof reason).code, GW_IO);
    assert_string_equal(reason, "no/such/folder: the folder cannot be made");
    assert_int_equal(system("touch file"), 0);
    assert_int_equal(cert_dev("file", NULL, 0, reason, sizeof reason).code, GW_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_that_is_none_is_refused),
        cmocka_unit_test(a_pair_is_made_that_the_store_takes),
        cmocka_unit_test(a_ca_that_is_there_stays),
        cmocka_unit_test(a_folder_that_cannot_be_made_is_told),
    };
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
