/* tests/unit/test_option.c - proxy/main/option.h: single values and the table. */
#include "proxy/base/base.h"
#include "proxy/main/option.h"
#include "proxy/base/arena.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void sizes_and_times_have_known_units_only(void **state)
{
    static const char *const bad[] = {"",
                                      "m",
                                      "1.5m",
                                      "-1",
                                      "32M",
                                      "32mb",
                                      "1 m",
                                      "k1",
                                      "99999999999999999999",
                                      "18014398509481985k"};
    uint64_t n = 7;
    (void)state;
    for (size_t i = 0; i < GW_COUNT(bad); i++)
        assert_false(gw_ok(option_size(slice_str(bad[i]), &n)));
    assert_false(gw_ok(option_time(SLICE_LIT("60"), &n)));
    assert_false(gw_ok(option_time(SLICE_LIT("1w"), &n)));
    assert_int_equal(n, 7);
    assert_true(gw_ok(option_size(SLICE_LIT("32m"), &n)) && n == 32 << 20);
    assert_true(gw_ok(option_size(SLICE_LIT("512"), &n)) && n == 512);
    assert_true(gw_ok(option_time(SLICE_LIT("250ms"), &n)) && n == 250);
    assert_true(gw_ok(option_time(SLICE_LIT("2d"), &n)) && n == 172800000);
    assert_true(gw_ok(option_time(SLICE_LIT("30m"), &n)) && n == 1800000);
    assert_true(gw_ok(option_time(SLICE_LIT("0"), &n)) && n == 0);
}

static void addresses_are_numeric(void **state)
{
    static const char *const bad[] = {
        "",       "localhost:80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
        "::1:80", "[::1]",        "[::1]80",   "1.2.3:4",    "127.0.0.1:8 "};
    struct option_address a = {.port = 7};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(bad); i++)
        assert_false(gw_ok(option_host_port(slice_str(bad[i]), &a)));
    assert_int_equal(a.port, 7);
    assert_true(gw_ok(option_host_port(SLICE_LIT("127.8.8.8:443"), &a)));
    assert_true(a.is_loopback);
    assert_int_equal(a.port, 443);
    assert_true(gw_ok(option_host_port(SLICE_LIT("0.0.0.0:8443"), &a)));
    assert_false(a.is_loopback);
    assert_true(gw_ok(option_host_port(SLICE_LIT("[::1]:8443"), &a)));
    assert_true(a.is_loopback);
    assert_true(slice_is(a.host, SLICE_LIT("::1")));
}

static void urls_have_a_host_and_no_tricks(void **state)
{
    static const char *const bad[] = {"",
                                      "api.example.com",
                                      "ftp://x",
                                      "https://",
                                      "https://a b",
                                      "https://user:pw@host/",
                                      "https://host:0",
                                      "https://host:99999",
                                      "https://host/p?q=1",
                                      "https://host/\r\nx",
                                      "https://host#f"};
    struct arena *arena = arena_new(65536);
    struct option_url u;
    (void)state;
    for (size_t i = 0; i < GW_COUNT(bad); i++)
        assert_false(gw_ok(option_url(slice_str(bad[i]), arena, &u)));
    assert_true(gw_ok(option_url(SLICE_LIT("https://api.example.com"), arena, &u)));
    assert_true(u.https && u.port == 443 && u.prefix.len == 0 && !u.is_loopback);
    assert_true(slice_is(u.authority, SLICE_LIT("api.example.com")));
    assert_true(gw_ok(option_url(SLICE_LIT("http://127.0.0.1:8080/v1beta/"), arena, &u)));
    assert_true(!u.https && u.port == 8080 && u.is_loopback);
    assert_true(slice_is(u.prefix, SLICE_LIT("/v1beta")));
    assert_true(slice_is(u.authority, SLICE_LIT("127.0.0.1:8080")));
    assert_true(gw_ok(option_url(SLICE_LIT("https://[::1]:443/"), arena, &u)));
    assert_true(slice_is(u.host, SLICE_LIT("::1")));
    assert_true(slice_is(u.authority, SLICE_LIT("[::1]")));
    arena_free(arena);
}

static void every_row_has_a_sentence_and_a_lawful_default(void **state)
{
    size_t i = 0, maps = 0;
    (void)state;
    for (const struct option_row *row; (row = option_at(i)) != NULL; i++) {
        uint64_t n = 0;
        maps += row->kind == OPTION_MAP; /* it opens a section: no option */
        assert_true(row->says != NULL && row->says[0] != '\0');
        assert_true(row->kind != OPTION_CHOICE || row->choices != NULL);
        if (row->kind == OPTION_SIZE)
            assert_true(gw_ok(option_size(slice_str(row->standard), &n)));
        if (row->kind == OPTION_TIME)
            assert_true(gw_ok(option_time(slice_str(row->standard), &n)));
        if (row->kind == OPTION_SIZE || row->kind == OPTION_TIME)
            assert_true(n >= row->least && n <= row->most);
        for (size_t k = 0; k < i; k++)
            assert_false(option_at(k)->section == row->section &&
                         strcmp(option_at(k)->name, row->name) == 0);
    }
    assert_int_equal(maps, SECTION_COUNT - 1);
    assert_true(i > 30 && i - maps < 60);
    assert_string_equal(option_section_name(SECTION_LIMITS), "limits");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_and_times_have_known_units_only),
        cmocka_unit_test(addresses_are_numeric),
        cmocka_unit_test(urls_have_a_host_and_no_tricks),
        cmocka_unit_test(every_row_has_a_sentence_and_a_lawful_default),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
