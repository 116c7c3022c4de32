/* tests/unit/test_admin.c - health and metrics over a socket: proxy/main/admin.h. */
#include "proxy/base/base.h"
#include "proxy/main/admin.h"
#include "audit/gauges.h"
#include <arpa/inet.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

static struct loop *loop;
static struct admin *admin;
static struct gauges *gauges;
static struct gate one, two;
static struct sockaddr_in at = {.sin_family = AF_INET};

static int begin(void **state)
{
    static struct gate *const gates[] = {&one, &two};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    (void)state;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = 0;
    if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 128) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &len) != 0)
        return 1;
    loop = loop_new();
    gauges = gauges_new();
    const struct admin_view view = {.gates = gates, .gate_count = 2, .gauges = gauges};
    admin = admin_new(loop, fd, &view);
    return loop == NULL || gauges == NULL || admin == NULL;
}

static int end(void **state)
{
    (void)state;
    admin_free(admin);
    loop_free(loop);
    gauges_free(gauges);
    return 0;
}

static void stop_loop(void *l)
{
    loop_stop(l);
}

static void run_for(unsigned ms)
{
    struct loop_timer *t = loop_once(loop, ms, stop_loop, loop);
    loop_run(loop);
    loop_timer_free(t);
}

static int called(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) == 0);
    return fd;
}

/* The whole answer; NULL: none, and the connection is over. */
static const char *asked(const char *request)
{
    static char text[1 << 17];
    size_t n = 0;
    int fd = called();
    assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
    for (int i = 0; i < 2000; i++) {
        run_for(5);
        ssize_t got = recv(fd, text + n, sizeof text - 1 - n, MSG_DONTWAIT);
        n += got > 0 ? (size_t)got : 0;
        if (got == 0 || (got < 0 && errno != EAGAIN))
            break;
        assert_int_not_equal(i, 1999);
    }
    close(fd);
    text[n] = '\0';
    return n > 0 ? text : NULL;
}

#define GET(path) "GET " path " HTTP/1.1\r\nhost: h\r\n\r\n"

static void what_is_no_question_is_not_answered(void **state)
{
    static const char *const bad[] = {
        "POST /metrics HTTP/1.1\r\nhost: h\r\ncontent-length: 0\r\n\r\n",
        "DELETE / HTTP/1.1\r\nhost: h\r\n\r\n",
        "nonsense\r\n\r\n",
        "GET /metrics HTTP/1.1\r\n\r\n", /* no host */
        "GET  /metrics HTTP/1.1\r\nhost: h\r\n\r\n",
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(bad); i++) {
        const char *text = asked(bad[i]);
        assert_true(text == NULL || strstr(text, "200 OK") == NULL);
    }
    assert_int_equal(strncmp(asked(GET("/")), "HTTP/1.1 404 ", 13), 0);
    assert_int_equal(strncmp(asked(GET("/metrics/")), "HTTP/1.1 404 ", 13), 0);
}

static void health_is_a_word(void **state)
{
    (void)state;
    const char *text = asked(GET("/healthz"));
    assert_true(text != NULL && strncmp(text, "HTTP/1.1 200 OK\r\n", 17) == 0);
    assert_non_null(strstr(text, "\r\n\r\nok\n"));
    assert_non_null(strstr(text, "connection: close\r\n"));
    assert_non_null(strstr(asked(GET("/readyz")), "\r\n\r\nok\n"));
}

static void counters_of_all_threads_are_one(void **state)
{
    (void)state;
    one.counters.allowed = 3;
    two.counters.allowed = 4;
    two.counters.blocked = 5;
    two.counters.why[WHY_POLICY_BLOCK] = 6;
    gauges_set(&gauges->records, 77);
    const char *text = asked(GET("/metrics"));
    assert_non_null(text);
    char why[100];
    snprintf(why, sizeof why, "bulla_endings_total{why=\"%s\"} 6\n", why_word(WHY_POLICY_BLOCK));
    static const char *const lines[] = {"bulla_exchanges_total{decision=\"allow\"} 7\n",
                                        "bulla_exchanges_total{decision=\"block\"} 5\n",
                                        "bulla_audit_records 77\n", "bulla_callers 0\n"};
    for (size_t i = 0; i < GW_COUNT(lines); i++)
        if (strstr(text, lines[i]) == NULL)
            fail_msg("%s", lines[i]);
    assert_non_null(strstr(text, why));
}

/* A name and labels, a blank, digits; no series twice. */
static void every_line_is_a_series_of_its_own(void **state)
{
    static char lines[400][160];
    size_t n = 0;
    (void)state;
    gauges_set(&gauges->sink_count, 2);
    snprintf(gauges->sinks[0].name, GAUGES_NAME, "siem");
    snprintf(gauges->sinks[1].name, GAUGES_NAME, "x\"} 1\nforged 2"); /* whoever wrote that */
    const char *text = asked(GET("/metrics"));
    assert_non_null(text);
    assert_non_null(strstr(text, "bulla_sink_up{sink=\"siem\"} 0\n"));
    assert_non_null(strstr(text, "bulla_sink_up{sink=\"?\"} 0\n"));
    assert_null(strstr(text, "forged"));
    for (const char *line = strstr(text, "\r\n\r\n") + 4; *line != '\0';) {
        size_t len = strcspn(line, "\n"), name = strcspn(line, " ");
        if (*line != '#') {
            assert_true(name < sizeof lines[0] && n < GW_COUNT(lines) && len > name);
            assert_int_equal(strspn(line + name + 1, "-0123456789"), len - name - 1);
            snprintf(lines[n], sizeof lines[0], "%.*s", (int)name, line);
            for (size_t i = 0; i < n; i++)
                assert_string_not_equal(lines[i], lines[n]);
            n++;
        }
        line += len + (line[len] == '\n');
    }
    assert_true(n > 40);
    gauges_set(&gauges->sink_count, 0);
}

static void visitors_have_a_most_and_go_in_the_end(void **state)
{
    enum { MANY = 70 };
    int fds[MANY];
    char byte;
    size_t closed = 0;
    (void)state;
    assert_true(admin_is_empty(admin));
    for (int i = 0; i < MANY; i++)
        fds[i] = called();
    for (int i = 0; i < 20; i++)
        run_for(4);
    assert_false(admin_is_empty(admin));
    for (int i = 0; i < MANY; i++)
        closed += recv(fds[i], &byte, 1, MSG_DONTWAIT) == 0;
    assert_int_equal(closed, MANY - 64);
    admin_drain(admin); /* nobody new */
    for (int i = 0; i < MANY; i++)
        close(fds[i]);
    for (int i = 0; i < 20; i++)
        run_for(4);
    assert_true(admin_is_empty(admin));
    assert_true(admin_is_empty(NULL));
    admin_drain(NULL);
    admin_free(NULL);
}

/* clang-format off */
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
/* clang-format on */

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_no_question_is_not_answered),    TEST(health_is_a_word),
        TEST(counters_of_all_threads_are_one),        TEST(every_line_is_a_series_of_its_own),
        TEST(visitors_have_a_most_and_go_in_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
