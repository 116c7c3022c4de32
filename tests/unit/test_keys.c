/* tests/unit/test_keys.c - proxy/main/keys.h. */
#include "proxy/base/base.h"
#include "proxy/main/keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char file[64], reason[512];

static int set_up(void **state)
{
    (void)state;
    snprintf(file, sizeof file, "/tmp/test_keys.XXXXXX");
    int fd = mkstemp(file);
    assert_true(fd >= 0);
    close(fd);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    unlink(file);
    return 0;
}

static void write_file(const char *text)
{
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

#define HASH "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" /* of "hello" */

static void a_file_with_a_bad_line_is_refused(void **state)
{
    static const char *const bad[] = {
        "junk\n",
        HASH " app\n",
        HASH " app tenant\n",
        HASH " app tenant now more\n",
        HASH " a/b tenant now\n",
        "2CF24DBA app tenant now\n",
        "# fine\n\n" HASH "00 app tenant now\n",
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(bad); i++) {
        struct keys *k = NULL;
        write_file(bad[i]);
        assert_int_equal(keys_load(file, reason, sizeof reason, &k).code, GW_BAD);
        assert_null(k);
        assert_non_null(strstr(reason, i + 1 == GW_COUNT(bad) ? ":3:" : ":1:"));
    }
    struct keys *k = NULL;
    assert_int_equal(keys_load("/none/at/all", reason, sizeof reason, &k).code, GW_NOT_FOUND);
    assert_string_equal(reason, "/none/at/all: is not there; `bulla key new --app NAME` makes it");
}

static void a_secret_finds_its_row_and_no_other(void **state)
{
    struct keys *k = NULL;
    (void)state;
    write_file("# keys\n" HASH "  app-1  hr  2026-11-24T00:00:00Z\n");
    assert_true(gw_ok(keys_load(file, reason, sizeof reason, &k)));
    assert_int_equal(keys_count(k), 1);
    assert_null(keys_find(k, SLICE_LIT("")));
    assert_null(keys_find(k, SLICE_LIT("hell")));
    assert_null(keys_find(k, SLICE_LIT(HASH)));
    const struct keys_row *row = keys_find(k, SLICE_LIT("hello"));
    assert_non_null(row);
    assert_string_equal(row->app, "app-1");
    assert_string_equal(row->tenant, "hr");
    keys_free(k);
}

static void a_made_key_is_found_until_it_is_revoked(void **state)
{
    char secret[2][KEYS_SECRET_LEN + 1];
    struct keys *k = NULL;
    struct stat facts;
    size_t removed = 0;
    (void)state;
    unlink(file);
    for (int i = 0; i < 2; i++) {
        struct keys_row row = {.tenant = "default", .created = "2026-11-24T00:00:00Z"};
        snprintf(row.app, sizeof row.app, "app%d", i);
        keys_make(secret[i]);
        assert_int_equal(strlen(secret[i]), 43);
        assert_memory_equal(secret[i], "bk-", 3);
        row.hash = secret_sha256(slice_str(secret[i]));
        assert_true(gw_ok(keys_append(file, &row)));
    }
    assert_string_not_equal(secret[0], secret[1]);
    assert_int_equal(stat(file, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    assert_int_equal(keys_remove(file, SLICE_LIT("ap"), &removed).code, GW_NOT_FOUND);
    assert_true(gw_ok(keys_remove(file, SLICE_LIT("app0"), &removed)));
    assert_int_equal(removed, 1);
    assert_true(gw_ok(keys_load(file, reason, sizeof reason, &k)));
    assert_null(keys_find(k, slice_str(secret[0])));
    assert_string_equal(keys_find(k, slice_str(secret[1]))->app, "app1");
    keys_free(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_with_a_bad_line_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_secret_finds_its_row_and_no_other, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_made_key_is_found_until_it_is_revoked, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
