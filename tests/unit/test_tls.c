/* tests/unit/test_tls.c - a server and a client of one process, over a pair of sockets:
 * proxy/net/tls.h. */
#include "proxy/base/base.h"
#include "proxy/net/tls.h"
#include "certs/store.h"
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

static char dir[] = "/tmp/bulla-tls-XXXXXX", reason[300];
static struct cert_pair *pair;
static struct tls_server *server;

struct two {
    int ends[2];
    struct tls_client *client_of;
    struct tls *near, *far; /* client, server */
    enum tls_how near_how, far_how;
};

static int begin(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN); /* as the program does */
    return mkdtemp(dir) == NULL || chdir(dir) != 0 ||
           !gw_ok(cert_dev("certs", NULL, 0, reason, sizeof reason)) ||
           !gw_ok(
               cert_load("certs/server.pem", "certs/server.key", reason, sizeof reason, &pair)) ||
           !gw_ok(tls_server_new(pair, &server));
}

static int finish(void **state)
{
    char line[100];
    (void)state;
    tls_server_free(server);
    cert_free(pair);
    snprintf(line, sizeof line, "cd / && rm -r %s", dir);
    return system(line);
}

static void drop(struct two *t)
{
    tls_free(t->near);
    tls_free(t->far);
    tls_client_free(t->client_of);
    close(t->ends[0]);
    close(t->ends[1]);
}

/* Both shake hands as far as they come. */
static struct two shaken(const char *ca, const char *name)
{
    struct two t = {.near_how = TLS_WANT_IN, .far_how = TLS_WANT_IN};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, t.ends), 0);
    if (!gw_ok(tls_client_new(ca, reason, sizeof reason, &t.client_of)))
        fail_msg("%s", reason);
    t.near = tls_connect(t.client_of, t.ends[0], slice_str(name));
    t.far = tls_accept(server, t.ends[1]);
    assert_true(t.near != NULL && t.far != NULL);
    for (int i = 0; i < 20; i++) {
        if (t.near_how == TLS_WANT_IN || t.near_how == TLS_WANT_OUT)
            t.near_how = tls_handshake(t.near).how;
        if (t.far_how == TLS_WANT_IN || t.far_how == TLS_WANT_OUT)
            t.far_how = tls_handshake(t.far).how;
    }
    return t;
}

static void a_store_that_is_none_is_told(void **state)
{
    struct tls_client *c = NULL;
    (void)state;
    assert_int_equal(tls_client_new("none.pem", reason, sizeof reason, &c).code, GW_BAD);
    assert_non_null(strstr(reason, "none.pem"));
    assert_null(c);
    assert_int_equal(system("echo nothing > bad.pem"), 0);
    assert_int_equal(tls_client_new("bad.pem", reason, sizeof reason, &c).code, GW_BAD);
    tls_client_free(NULL);
    tls_server_free(NULL);
    tls_free(NULL);
}

static void who_is_not_who_he_says_is_refused(void **state)
{
    static const char *const names[] = {"other.example", "127.0.0.2", "localhost.example"};
    struct two t;
    (void)state;
    for (size_t i = 0; i < GW_COUNT(names); i++) {
        t = shaken("certs/ca.pem", names[i]);
        if (t.near_how != TLS_BROKEN && t.near_how != TLS_CUT)
            fail_msg("%s: %d", names[i], t.near_how);
        drop(&t);
    }
    t = shaken(NULL, "localhost"); /* the system's store does not know this authority */
    assert_true(t.near_how == TLS_BROKEN || t.near_how == TLS_CUT);
    drop(&t);
}

static void bytes_go_both_ways(void **state)
{
    static const char *const names[] = {"localhost", "127.0.0.1", "::1"};
    char at[64];
    struct digest print;
    (void)state;
    for (size_t i = 0; i < GW_COUNT(names); i++) {
        struct two t = shaken("certs/ca.pem", names[i]);
        assert_int_equal(t.near_how, TLS_DONE);
        assert_int_equal(t.far_how, TLS_DONE);
        assert_string_equal(tls_version(t.near), "TLSv1.3");
        assert_true(tls_peer_print(t.near, &print));
        assert_false(tls_peer_print(t.far, &print)); /* a caller shows none */
        bool is_name = i == 0;                       /* addresses are no names to be asked for */
        assert_true(slice_is(tls_sni(t.far), is_name ? SLICE_LIT("localhost") : SLICE_LIT("")));
        struct tls_io io = tls_read(t.far, at, sizeof at);
        assert_true(io.how == TLS_WANT_IN && io.n == 0);
        io = tls_write(t.near, SLICE_LIT("a question"));
        assert_true(io.how == TLS_DONE && io.n == 10);
        io = tls_read(t.far, at, 4);
        assert_true(io.how == TLS_DONE && io.n == 4 && tls_holds(t.far));
        io = tls_read(t.far, at, sizeof at);
        assert_true(io.how == TLS_DONE && io.n == 6 && !tls_holds(t.far));
        io = tls_write(t.far, SLICE_LIT("an answer"));
        assert_int_equal(io.how, TLS_DONE);
        io = tls_read(t.near, at, sizeof at);
        assert_true(io.how == TLS_DONE && slice_is(slice_of(at, io.n), SLICE_LIT("an answer")));
        drop(&t);
    }
}

static void an_end_is_said_and_a_cut_is_none(void **state)
{
    char at[64];
    (void)state;
    struct two t = shaken("certs/ca.pem", "localhost");
    (void)tls_shutdown(t.far);
    assert_int_equal(tls_read(t.near, at, sizeof at).how, TLS_EOF);
    drop(&t);
    t = shaken("certs/ca.pem", "localhost");
    assert_int_equal(shutdown(t.ends[1], SHUT_RDWR), 0);
    enum tls_how how = tls_read(t.near, at, sizeof at).how;
    assert_true(how == TLS_CUT || how == TLS_BROKEN);
    drop(&t);
    t = shaken("certs/ca.pem", "localhost"); /* bytes that are no record */
    assert_int_equal(send(t.ends[1], "nonsense nonsense", 17, MSG_NOSIGNAL), 17);
    assert_int_equal(tls_read(t.near, at, sizeof at).how, TLS_BROKEN);
    drop(&t);
    t = shaken("certs/ca.pem", "localhost"); /* what broke one broke no other */
    assert_int_equal(tls_write(t.near, SLICE_LIT("x")).how, TLS_DONE);
    drop(&t);
}

static void no_room_is_waited_for(void **state)
{
    static char much[1 << 20];
    struct two t = shaken("certs/ca.pem", "localhost");
    struct tls_io io;
    size_t sent = 0, got = 0;
    (void)state;
    while ((io = tls_write(t.near, slice_of(much, sizeof much))).how == TLS_DONE)
        sent += io.n;
    assert_int_equal(io.how, TLS_WANT_OUT);
    while ((io = tls_read(t.far, much, sizeof much)).how == TLS_DONE)
        got += io.n;
    assert_int_equal(io.how, TLS_WANT_IN);
    assert_true(got >= sent);
    drop(&t);
}

/* Sizes on the wire of a stream do not tell how long what is said was. */
static void records_of_a_stream_are_padded(void **state)
{
    static char wire[1 << 16], word[400];
    size_t sizes[40];
    struct two t = shaken("certs/ca.pem", "localhost");
    (void)state;
    memset(word, 'w', sizeof word);
    while (recv(t.ends[0], wire, sizeof wire, MSG_DONTWAIT) > 0) /* tickets */
        continue;
    tls_stream(t.far, true);
    for (size_t i = 0; i < GW_COUNT(sizes); i++) {
        assert_int_equal(tls_write(t.far, slice_of(word, 1 + i)).how, TLS_DONE);
        sizes[i] = (size_t)recv(t.ends[0], wire, sizeof wire, MSG_DONTWAIT);
        assert_int_equal(sizes[i], sizes[0]);
    }
    drop(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_store_that_is_none_is_told),
        cmocka_unit_test(who_is_not_who_he_says_is_refused),
        cmocka_unit_test(bytes_go_both_ways),
        cmocka_unit_test(an_end_is_said_and_a_cut_is_none),
        cmocka_unit_test(no_room_is_waited_for),
        cmocka_unit_test(records_of_a_stream_are_padded),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
