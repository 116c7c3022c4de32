/* tests/unit/test_store.c - certs/store.h: what is refused, and the development CA. */
#include "proxy/base/base.h"
#include "certs/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char dir[64], reason[512];

static const char *in_dir(const char *name)
{
    static char paths[4][128];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, 128, "%s/%s", dir, name);
    return path;
}

static int set_up(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/test_store.XXXXXX");
    assert_non_null(mkdtemp(dir));
    assert_true(gw_ok(cert_dev(dir, NULL, 0, reason, sizeof reason)));
    return 0;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"ca.pem", "ca.key", "server.pem", "server.key", "x"};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(names); i++)
        unlink(in_dir(names[i]));
    rmdir(dir);
    return 0;
}

static void refused(const char *certificate, const char *key, const char *why)
{
    struct cert_pair *pair = NULL;
    reason[0] = '\0';
    assert_int_equal(cert_load(certificate, key, reason, sizeof reason, &pair).code, GW_BAD);
    assert_null(pair);
    assert_non_null(strstr(reason, why));
}

static void write_x(const char *text)
{
    FILE *f = fopen(in_dir("x"), "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    chmod(in_dir("x"), 0600);
}

static void files_that_are_missing_or_junk_are_refused(void **state)
{
    (void)state;
    refused(in_dir("none"), in_dir("server.key"), "none: is not there; `bulla certs dev`");
    refused(in_dir("server.pem"), in_dir("none"), "none: is not there; `bulla certs dev`");
    refused(in_dir("server.key"), in_dir("server.key"), "no PEM certificate");
    refused(in_dir("server.pem"), in_dir("server.pem"), "chmod 600");
    refused(in_dir("server.pem"), dir, "no regular file");
    write_x("");
    refused(in_dir("x"), in_dir("server.key"), "no PEM certificate");
    refused(in_dir("server.pem"), in_dir("x"), "no PEM private key");
}

static void a_key_that_others_read_is_refused(void **state)
{
    (void)state;
    chmod(in_dir("server.key"), 0640);
    refused(in_dir("server.pem"), in_dir("server.key"), "its group may read it: chmod 600 it");
    chmod(in_dir("server.key"), 0604);
    refused(in_dir("server.pem"), in_dir("server.key"), "others may read it: chmod 600 it");
    chmod(in_dir("server.key"), 0600);
}

static void a_foreign_key_is_refused(void **state)
{
    (void)state;
    refused(in_dir("server.pem"), in_dir("ca.key"), "does not belong");
}

static void a_broken_chain_is_refused(void **state)
{
    char text[4096];
    FILE *f = fopen(in_dir("server.pem"), "r");
    (void)state;
    size_t n = fread(text, 1, sizeof text - 200, f);
    fclose(f);
    snprintf(text + n, 200, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    write_x(text);
    refused(in_dir("x"), in_dir("server.key"), "broken");
}

static void names_that_are_none_are_refused(void **state)
{
    static const char *const bad[] = {"a b", "x,DNS:evil", "", "a/b", "a:b"};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(bad); i++)
        assert_int_equal(cert_dev(dir, &bad[i], 1, reason, sizeof reason).code, GW_BAD);
    assert_int_equal(cert_dev("/nowhere/at/all", NULL, 0, reason, sizeof reason).code, GW_IO);
}

static void a_pair_is_loaded_and_described(void **state)
{
    const char *names[] = {"bulla.test", "10.1.2.3"};
    struct cert_pair *pair = NULL;
    struct stat facts;
    char text[2048], ca[2][4096] = {{0}};
    (void)state;
    for (int i = 0; i < 2; i++) {
        FILE *f = fopen(in_dir("ca.pem"), "r");
        assert_true(fread(ca[i], 1, sizeof ca[i], f) > 100);
        fclose(f);
        if (i == 0)
            assert_true(gw_ok(cert_dev(dir, names, 2, reason, sizeof reason)));
    }
    assert_memory_equal(ca[0], ca[1], sizeof ca[0]); /* the CA was kept */
    assert_int_equal(stat(in_dir("server.key"), &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    assert_true(
        gw_ok(cert_load(in_dir("server.pem"), in_dir("server.key"), reason, sizeof reason, &pair)));
    assert_in_range(cert_days_left(pair), 395, 397);
    assert_true(gw_ok(cert_is_current(pair, in_dir("server.pem"), reason, sizeof reason)));
    assert_int_equal(cert_chain_count(pair), 0);
    cert_describe(pair, text, sizeof text);
    assert_non_null(strstr(text, "DNS:bulla.test"));
    assert_non_null(strstr(text, "10.1.2.3"));
    assert_non_null(strstr(text, "Bulla development CA"));
    cert_free(pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_that_are_missing_or_junk_are_refused),
        cmocka_unit_test(a_key_that_others_read_is_refused),
        cmocka_unit_test(a_foreign_key_is_refused),
        cmocka_unit_test(a_broken_chain_is_refused),
        cmocka_unit_test(names_that_are_none_are_refused),
        cmocka_unit_test(a_pair_is_loaded_and_described),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
