/* tests/unit/test_sink_http.c - proxy/main/sink_http.h: where a sink is, and what is no place. */
#include "proxy/base/base.h"
#include "proxy/main/sink_http.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void what_is_no_address_is_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "host:514",
                                      "tcp://",
                                      "tcp://host",
                                      "tcp://host:0",
                                      "tcp://host:65536",
                                      "tcp://:514",
                                      "tcp://[::1]514",
                                      "http://host:80 ",
                                      "http://host:80/\r\nX: y",
                                      "https://user@host:443",
                                      "https://host:443?x",
                                      "ftp://host:21"};
    struct sink_address a;
    (void)state;
    for (size_t i = 0; i < GW_COUNT(bad); i++)
        if (sink_address_read(bad[i], &a))
            fail_msg("taken: %s", bad[i]);
}

static void an_address_has_a_host_a_port_and_a_path(void **state)
{
    struct sink_address a;
    (void)state;
    assert_true(sink_address_read("tls://log.example", &a));
    assert_string_equal(a.host, "log.example");
    assert_string_equal(a.port, "6514");
    assert_true(a.is_tls && !a.is_http && !a.is_loopback);
    assert_true(sink_address_read("http://[::1]:9200/es/", &a));
    assert_string_equal(a.host, "::1");
    assert_string_equal(a.port, "9200");
    assert_string_equal(a.path, "/es");
    assert_true(!a.is_tls && a.is_http && a.is_loopback);
    assert_true(sink_address_read("https://hec.example", &a));
    assert_string_equal(a.port, "443");
    assert_string_equal(a.path, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(an_address_has_a_host_a_port_and_a_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
