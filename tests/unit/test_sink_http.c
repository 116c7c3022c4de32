/* tests/unit/test_sink_http.c - proxy/main/sink_http.h: where a sink is, and what is no place. */
#include "proxy/base/base.h"
#include "proxy/main/sink_http.h"
#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>
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

static void only_what_stays_in_this_machine_is_loopback(void **state)
{
    static const char *const here[] = {"http://127.0.0.1:1", "http://127.8.9.10:1",
                                       "http://[::1]:1", "http://localhost:1",
                                       "http://LocalHost:1"};
    static const char *const far[] = {"http://127.evil.example:1", "http://127.0.0.1.example:1",
                                      "http://localhost.example:1", "http://[::2]:1",
                                      "http://128.0.0.1:1"};
    struct sink_address a;
    (void)state;
    for (size_t i = 0; i < GW_COUNT(here); i++)
        assert_true(sink_address_read(here[i], &a) && a.is_loopback);
    for (size_t i = 0; i < GW_COUNT(far); i++)
        assert_true(sink_address_read(far[i], &a) && !a.is_loopback);
}

/* Somebody who takes one request and answers it so, then closes. */
struct collector {
    int listening;
    const char *says;
    pthread_t thread;
    struct sink_address at;
};

static void *collect(void *collector)
{
    const struct collector *c = collector;
    char in[4096];
    size_t have = 0;
    int fd = accept(c->listening, NULL, NULL);
    for (ssize_t n;
         have < sizeof in - 1 && (n = recv(fd, in + have, sizeof in - 1 - have, 0)) > 0;) {
        have += (size_t)n;
        in[have] = '\0';
        if (strstr(in, "\r\n\r\nrecords") != NULL)
            break;
    }
    (void)!send(fd, c->says, strlen(c->says), MSG_NOSIGNAL);
    close(fd);
    return NULL;
}

static gw_result posted(const char *says, unsigned *status, struct buf *reply, char reason[200])
{
    struct collector c = {.says = says};
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t size = sizeof at;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c.listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(c.listening, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(c.listening, 1), 0);
    assert_int_equal(getsockname(c.listening, (struct sockaddr *)&at, &size), 0);
    snprintf(c.at.host, sizeof c.at.host, "127.0.0.1");
    snprintf(c.at.port, sizeof c.at.port, "%u", ntohs(at.sin_port));
    assert_int_equal(pthread_create(&c.thread, NULL, collect, &c), 0);
    const struct sink_post p = {.to = &c.at,
                                .path = "/v1/logs",
                                .kind = "application/json",
                                .scheme = "ApiKey ",
                                .wait_s = 5,
                                .body = SLICE_LIT("records")};
    buf_clear(reply);
    *reason = '\0';
    gw_result r = sink_post(&p, status, reply, reason, 200);
    pthread_join(c.thread, NULL);
    close(c.listening);
    return r;
}

/* A batch was taken when a whole answer says so, and by nothing else. */
static void who_closes_without_an_answer_has_taken_nothing(void **state)
{
    static const char *const bad[] = {
        "",
        "HTTP/1.1 200",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        "200 OK\r\n\r\n"};
    unsigned status = 0;
    char reason[200];
    struct buf reply;
    (void)state;
    buf_init(&reply, 1000);
    for (size_t i = 0; i < GW_COUNT(bad); i++)
        if (posted(bad[i], &status, &reply, reason).code != GW_UNAVAILABLE || status != 0 ||
            strstr(reason, "did not come") == NULL)
            fail_msg("taken: %s", bad[i]);
    assert_true(gw_ok(
        posted("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 Busy\r\nContent-Length: 2\r\n\r\n{}",
               &status, &reply, reason)));
    assert_int_equal(status, 503);
    assert_true(slice_is(buf_slice(&reply), SLICE_LIT("{}")));
    buf_free(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(an_address_has_a_host_a_port_and_a_path),
        cmocka_unit_test(only_what_stays_in_this_machine_is_loopback),
        cmocka_unit_test(who_closes_without_an_answer_has_taken_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
