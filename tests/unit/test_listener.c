/* tests/unit/test_listener.c - proxy/net/listener.h: an address has one program; who connects while
 * it is asked whether an address is free is not let in and shut out again. */
#include "proxy/base/base.h"
#include "proxy/net/listener.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

/* The linker puts this in front of listen(): see CMakeLists.txt. */
static unsigned listens;
int __real_listen(int fd, int backlog);
int __wrap_listen(int fd, int backlog);

int __wrap_listen(int fd, int backlog)
{
    listens++;
    return __real_listen(fd, backlog);
}

static bool may_connect(unsigned port)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    bool is_in = connect(fd, (struct sockaddr *)&at, sizeof at) == 0;
    close(fd);
    return is_in;
}

static void what_is_no_address_is_refused(void **state)
{
    unsigned port = 0;
    int fd;
    (void)state;
    assert_int_equal(listener_bind("localhost", &port, &fd).code, GW_IO);
    assert_int_equal(errno, EINVAL);
    assert_int_equal(listener_is_free("127.0.0.1", 65536).code, GW_IO);
}

static void an_address_is_free_until_somebody_listens(void **state)
{
    unsigned port = 0, same;
    int fd, second;
    (void)state;
    assert_true(gw_ok(listener_bind("127.0.0.1", &port, &fd)));
    assert_true(port > 0 && may_connect(port));
    assert_int_equal(listener_is_free("127.0.0.1", port).code, GW_IO);
    assert_int_equal(errno, EADDRINUSE);
    same = port;
    assert_true(gw_ok(listener_bind("127.0.0.1", &same, &second))); /* our own threads share it */
    close(second);
    close(fd);
    assert_true(gw_ok(listener_is_free("127.0.0.1", port)));
    assert_true(gw_ok(listener_is_free("127.0.0.1", port)));
}

static void nobody_is_let_in_by_the_question(void **state)
{
    unsigned port = 0;
    int fd;
    (void)state;
    assert_true(gw_ok(listener_bind("127.0.0.1", &port, &fd)));
    close(fd);
    assert_int_equal(listens, 1);
    assert_true(gw_ok(listener_is_free("127.0.0.1", port)));
    assert_int_equal(listens, 1);
}

static int reset(void **state)
{
    (void)state;
    listens = 0;
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(an_address_is_free_until_somebody_listens),
        cmocka_unit_test_setup(nobody_is_let_in_by_the_question, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
