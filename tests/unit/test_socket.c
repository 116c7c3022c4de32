/* tests/unit/test_socket.c - a connected socket by its descriptor alone: proxy/net/socket.h. */
#include "proxy/base/base.h"
#include "proxy/net/socket.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

static void a_dead_socket_is_cut(void **state)
{
    char at[8];
    struct reached peer;
    (void)state;
    assert_int_equal(socket_read(-1, at, sizeof at).how, TLS_CUT);
    assert_int_equal(socket_write(-1, SLICE_LIT("x")).how, TLS_CUT);
    socket_peer(-1, &peer);
    assert_true(peer.address[0] == '\0' && peer.port == 0);
    socket_mind_peer(-1); /* no harm */
}

static void reading_and_writing_say_what_they_wait_for(void **state)
{
    int ends[2];
    char at[8];
    static char much[1 << 20];
    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    struct tls_io io = socket_read(ends[0], at, sizeof at);
    assert_true(io.how == TLS_WANT_IN && io.n == 0);
    io = socket_write(ends[1], SLICE_LIT("hello there"));
    assert_true(io.how == TLS_DONE && io.n == 11);
    io = socket_read(ends[0], at, sizeof at);
    assert_true(io.how == TLS_DONE && io.n == 8 && memcmp(at, "hello th", 8) == 0);
    io = socket_read(ends[0], at, sizeof at);
    assert_true(io.how == TLS_DONE && io.n == 3);
    do { /* until there is no room */
        io = socket_write(ends[1], slice_of(much, sizeof much));
    } while (io.how == TLS_DONE);
    assert_true(io.how == TLS_WANT_OUT && io.n == 0);
    assert_int_equal(shutdown(ends[1], SHUT_WR), 0);
    while ((io = socket_read(ends[0], much, sizeof much)).how == TLS_DONE)
        assert_true(io.n > 0);
    assert_int_equal(io.how, TLS_EOF);
    close(ends[0]);
    io = socket_write(ends[1], SLICE_LIT("x")); /* nobody there: told, and no signal */
    assert_int_equal(io.how, TLS_CUT);
    struct reached peer = {.port = 7};
    socket_peer(ends[1], &peer); /* such a socket has no address */
    assert_true(peer.address[0] == '\0' && peer.port == 0);
    close(ends[1]);
}

static void a_peer_has_an_address(int family, const struct sockaddr *any, socklen_t len,
                                  const char *want)
{
    struct sockaddr_storage at;
    struct reached peer;
    socklen_t size = sizeof at;
    int listening = socket(family, SOCK_STREAM, 0), one = 0;
    if (bind(listening, any, len) != 0 || listen(listening, 1) != 0) {
        close(listening);
        return; /* this machine has no such addresses */
    }
    assert_int_equal(getsockname(listening, (struct sockaddr *)&at, &size), 0);
    int fd = socket(family, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, size), 0);
    socket_peer(fd, &peer);
    assert_string_equal(peer.address, want);
    assert_true(peer.port > 0);
    socket_mind_peer(fd);
    len = sizeof one;
    assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, &len), 0);
    assert_int_equal(one, 1);
    int idle = 0, between = 0, times = 0;
    assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, &len), 0);
    assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &between, &len), 0);
    assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &times, &len), 0);
    assert_in_range(idle + between * times, 1, 60); /* missed within a minute */
    close(fd);
    close(listening);
}

static void both_families_are_told(void **state)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    (void)state;
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    a_peer_has_an_address(AF_INET, (struct sockaddr *)&v4, sizeof v4, "127.0.0.1");
    a_peer_has_an_address(AF_INET6, (struct sockaddr *)&v6, sizeof v6, "::1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dead_socket_is_cut),
        cmocka_unit_test(reading_and_writing_say_what_they_wait_for),
        cmocka_unit_test(both_families_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
