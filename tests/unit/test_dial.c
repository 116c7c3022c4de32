/* tests/unit/test_dial.c - a connection that waits, for verbs: proxy/net/dial.h. */
#include "proxy/base/base.h"
#include "proxy/net/dial.h"
#include "certs/store.h"
#include "proxy/net/tls.h"
#include <arpa/inet.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static char dir[] = "/tmp/bulla-dial-XXXXXX", port[8], reason[200];
static int listening;
static unsigned wait_s = 20;

static int begin(void **state)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t len = sizeof at;
    (void)state;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (mkdtemp(dir) == NULL || chdir(dir) != 0 ||
        !gw_ok(cert_dev("certs", NULL, 0, reason, sizeof reason)) ||
        bind(listening, (struct sockaddr *)&at, len) != 0 || listen(listening, 8) != 0 ||
        getsockname(listening, (struct sockaddr *)&at, &len) != 0)
        return 1;
    snprintf(port, sizeof port, "%u", ntohs(at.sin_port));
    return 0;
}

static int finish(void **state)
{
    char line[100];
    (void)state;
    close(listening);
    snprintf(line, sizeof line, "cd / && rm -r %s", dir);
    return system(line);
}

static enum gw_code dials(const char *host, const char *to_port, bool is_tls, const char *ca,
                          struct dial **out)
{
    const struct dial_to to = {
        .host = host, .port = to_port, .is_tls = is_tls, .ca_file = ca, .wait_s = wait_s};
    reason[0] = '\0';
    *out = NULL;
    return dial_open(&to, reason, sizeof reason, out).code;
}

static void who_cannot_be_reached_is_told(void **state)
{
    struct dial *d;
    (void)state;
    assert_int_equal(dials("no-such-name.invalid", port, false, NULL, &d), GW_UNAVAILABLE);
    assert_string_equal(reason, "no address for that name");
    assert_int_equal(dials("127.0.0.1", "1", false, NULL, &d), GW_UNAVAILABLE);
    assert_string_equal(reason, "nobody takes a connection there");
    assert_null(d);
    dial_close(NULL);
}

static void what_is_sent_arrives_and_back(void **state)
{
    static char much[300000], back[300000];
    struct dial *d;
    struct buf in;
    (void)state;
    memset(much, 'm', sizeof much);
    assert_int_equal(dials("127.0.0.1", port, false, NULL, &d), GW_OK);
    int far = accept(listening, NULL, NULL);
    pid_t child = fork(); /* the other side reads all and says a word */
    if (child == 0) {
        size_t n = 0;
        for (ssize_t got; n < sizeof back && (got = recv(far, back + n, sizeof back - n, 0)) > 0;)
            n += (size_t)got;
        (void)!send(far, n == sizeof back ? "all" : "cut", 3, 0);
        _exit(0);
    }
    close(far);
    assert_true(dial_is_open(d));
    assert_true(gw_ok(dial_send(d, slice_of(much, sizeof much))));
    assert_true(gw_ok(dial_send(d, SLICE_LIT(""))));
    buf_init(&in, 20000);
    assert_true(gw_ok(dial_receive(d, &in)));
    assert_true(slice_is(buf_slice(&in), SLICE_LIT("all")));
    assert_int_equal(dial_receive(d, &in).code, GW_NOT_FOUND); /* it ended */
    assert_false(dial_is_open(d));
    assert_int_equal(waitpid(child, NULL, 0), child);
    buf_free(&in);
    buf_init(&in, 100); /* no room for a piece */
    assert_int_equal(dial_receive(d, &in).code, GW_TOO_BIG);
    buf_free(&in);
    dial_close(d);
}

/* A word that nobody waits for is as good as an end. */
static void silence_has_an_end_and_words_must_be_waited_for(void **state)
{
    struct dial *d;
    struct buf in;
    (void)state;
    wait_s = 1;
    assert_int_equal(dials("127.0.0.1", port, false, NULL, &d), GW_OK);
    wait_s = 20;
    int far = accept(listening, NULL, NULL);
    buf_init(&in, 20000);
    assert_int_equal(dial_receive(d, &in).code, GW_UNAVAILABLE); /* after a second */
    assert_true(dial_is_open(d));
    assert_int_equal(send(far, "x", 1, 0), 1);
    usleep(20000);
    assert_false(dial_is_open(d));
    close(far);
    buf_free(&in);
    dial_close(d);
}

/* A server with the development pair: shakes hands, says a word, and ends as TLS does, or not. */
static pid_t serve_tls(bool ends_well)
{
    pid_t child = fork();
    if (child != 0)
        return child;
    struct cert_pair *pair = NULL;
    struct tls_server *server = NULL;
    int fd = accept(listening, NULL, NULL);
    if (!gw_ok(cert_load("certs/server.pem", "certs/server.key", reason, sizeof reason, &pair)) ||
        !gw_ok(tls_server_new(pair, &server)))
        _exit(1);
    struct tls *t = tls_accept(server, fd);
    if (tls_handshake(t).how == TLS_DONE)
        (void)tls_write(t, SLICE_LIT("word"));
    if (ends_well)
        (void)tls_shutdown(t);
    _exit(0);
}

static void a_certificate_must_hold(void **state)
{
    static const struct {
        const char *host, *ca;
        enum gw_code code;
        const char *says;
    } cases[] = {
        {"localhost", "certs/ca.pem", GW_OK, ""},
        {"127.0.0.1", "certs/ca.pem", GW_OK, ""},
        {"localhost", NULL, GW_UNAVAILABLE, "TLS failed"}, /* nobody's authority */
        {"localhost", "none.pem", GW_BAD, "none.pem"},
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        struct dial *d;
        pid_t child = serve_tls(true);
        enum gw_code code = dials(cases[i].host, port, true, cases[i].ca, &d);
        if (code != cases[i].code || strstr(reason, cases[i].says) == NULL)
            fail_msg("%s: %d %s", cases[i].host, code, reason);
        if (code == GW_OK) {
            struct buf in;
            buf_init(&in, 20000);
            assert_true(gw_ok(dial_receive(d, &in)));
            assert_true(slice_is(buf_slice(&in), SLICE_LIT("word")));
            assert_int_equal(dial_receive(d, &in).code, GW_NOT_FOUND);
            buf_free(&in);
            dial_close(d);
        }
        assert_int_equal(waitpid(child, NULL, 0), child);
    }
}

/* An end without a word of its own may be a cut. */
static void a_cut_is_no_end(void **state)
{
    struct dial *d;
    struct buf in;
    (void)state;
    pid_t child = serve_tls(false);
    assert_int_equal(dials("localhost", port, true, "certs/ca.pem", &d), GW_OK);
    buf_init(&in, 20000);
    assert_true(gw_ok(dial_receive(d, &in)));
    assert_int_equal(dial_receive(d, &in).code, GW_UNAVAILABLE);
    assert_int_equal(waitpid(child, NULL, 0), child);
    buf_free(&in);
    dial_close(d);
}

/* One that speaks no TLS at all. */
static void plain_words_are_no_handshake(void **state)
{
    struct dial *d;
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        int fd = accept(listening, NULL, NULL);
        (void)!send(fd, "HTTP/1.1 400 no\r\n\r\n", 20, 0);
        _exit(0);
    }
    assert_int_equal(dials("localhost", port, true, "certs/ca.pem", &d), GW_UNAVAILABLE);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_cannot_be_reached_is_told),
        cmocka_unit_test(what_is_sent_arrives_and_back),
        cmocka_unit_test(silence_has_an_end_and_words_must_be_waited_for),
        cmocka_unit_test(a_certificate_must_hold),
        cmocka_unit_test(a_cut_is_no_end),
        cmocka_unit_test(plain_words_are_no_handshake),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
