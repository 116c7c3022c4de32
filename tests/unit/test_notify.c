/* tests/unit/test_notify.c - what the service manager is told: proxy/main/notify.h. */
#include "proxy/base/base.h"
#include "proxy/main/notify.h"
#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

/* A socket with that name ("@": one without a file), and what it got. */
static int opened(const char *name)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    size_t len = strlen(name);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    memcpy(at.sun_path, name, len);
    if (name[0] == '@')
        at.sun_path[0] = '\0';
    assert_int_equal(
        bind(fd, (struct sockaddr *)&at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
        0);
    return fd;
}

static const char *got(int fd)
{
    static char text[100];
    ssize_t n = recv(fd, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

static void without_a_socket_nobody_is_told(void **state)
{
    static char long_name[200];
    static const char *const bad[] = {
        "", "/", "x", "relative/path", "/no/such/socket", "@", "@no-such-name"};
    int before = dup(0);
    (void)state;
    close(before);
    unsetenv("NOTIFY_SOCKET");
    notify_send("READY=1");
    for (size_t i = 0; i < GW_COUNT(bad); i++) {
        setenv("NOTIFY_SOCKET", bad[i], 1);
        notify_send("READY=1");
    }
    memset(long_name, 'a', sizeof long_name - 1);
    long_name[0] = '/';
    setenv("NOTIFY_SOCKET", long_name, 1);
    notify_send("READY=1");
    int after = dup(0); /* and no descriptor is left behind */
    close(after);
    assert_int_equal(after, before);
}

static void a_word_arrives_by_file_and_by_name(void **state)
{
    char file[64], name[64];
    (void)state;
    snprintf(file, sizeof file, "/tmp/bulla-notify-%d", getpid());
    snprintf(name, sizeof name, "@bulla-notify-%d", getpid());
    const char *const names[] = {file, name};
    for (size_t i = 0; i < 2; i++) {
        int fd = opened(names[i]);
        setenv("NOTIFY_SOCKET", names[i], 1);
        notify_send("READY=1");
        notify_send("STOPPING=1");
        assert_string_equal(got(fd), "READY=1");
        assert_string_equal(got(fd), "STOPPING=1");
        assert_string_equal(got(fd), "");
        close(fd);
    }
    unlink(file);
}

/* Who does not read is not waited for. */
static void a_full_socket_is_passed_over(void **state)
{
    char name[64];
    (void)state;
    snprintf(name, sizeof name, "@bulla-notify-full-%d", getpid());
    int fd = opened(name);
    setenv("NOTIFY_SOCKET", name, 1);
    for (int i = 0; i < 10000; i++)
        notify_send("WATCHDOG=1");
    assert_string_equal(got(fd), "WATCHDOG=1");
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_socket_nobody_is_told),
        cmocka_unit_test(a_word_arrives_by_file_and_by_name),
        cmocka_unit_test(a_full_socket_is_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
