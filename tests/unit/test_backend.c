/* tests/unit/test_backend.c - the demo backend's process over its socket: proxy/main/backend.h. */
#include "proxy/base/base.h"
#include "proxy/main/backend.h"
#include <arpa/inet.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static struct sockaddr_in at = {.sin_family = AF_INET};
static pid_t child;

static int start(void **state)
{
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    (void)state;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 16) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &len) != 0)
        return 1;
    child = fork();
    if (child == 0)
        _exit(backend_run(fd));
    close(fd);
    return child < 0;
}

static int stop(void **state)
{
    (void)state;
    return kill(child, SIGKILL) != 0 || waitpid(child, NULL, 0) != child;
}

static int connected(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) == 0);
    return fd;
}

/* What comes until `end` stands in it, or the connection is over. */
static const char *answer(int fd, const char *end)
{
    static char text[65536];
    size_t n = 0;
    text[0] = '\0';
    while (n + 1 < sizeof text && (end == NULL || strstr(text, end) == NULL)) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, 20000) != 1)
            fail_msg("silence behind %s", text);
        ssize_t got = recv(fd, text + n, sizeof text - 1 - n, 0);
        if (got <= 0)
            break;
        n += (size_t)got;
        text[n] = '\0';
    }
    return text;
}

static void say(int fd, const char *text, size_t piece)
{
    for (size_t n = strlen(text), i = 0; i < n; i += piece) {
        size_t len = n - i < piece ? n - i : piece;
        assert_int_equal(send(fd, text + i, len, MSG_NOSIGNAL), len);
    }
}

#define BODY "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"say kestrel\"}]}"

static void ask(int fd, const char *body, size_t piece)
{
    char text[2000];
    snprintf(text, sizeof text,
             "POST /v1/chat/completions HTTP/1.1\r\nhost: h\r\ncontent-length: %zu\r\n\r\n%s",
             strlen(body), body);
    say(fd, text, piece);
}

static void what_is_no_request_ends_the_connection(void **state)
{
    int fd = connected();
    (void)state;
    say(fd, "nonsense\r\n\r\n", 100);
    assert_null(strstr(answer(fd, NULL), "200 OK"));
    close(fd);
    fd = connected(); /* and a body that is none */
    say(fd, "POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", 100);
    assert_null(strstr(answer(fd, NULL), "200 OK"));
    close(fd);
    fd = connected(); /* one that goes in the middle harms nobody else */
    say(fd, "POST / HTTP/1.1\r\nhost: h\r\ncontent-le", 100);
    close(fd);
}

static void it_shows_what_it_was_sent_last(void **state)
{
    int fd = connected();
    (void)state;
    ask(fd, BODY, 1000);
    assert_non_null(strstr(answer(fd, "\"finish_reason\""), "200 OK"));
    close(fd);
    fd = connected();
    say(fd, "GET /seen HTTP/1.1\r\nhost: h\r\n\r\n", 1000);
    assert_non_null(strstr(answer(fd, "kestrel"), BODY));
    say(fd, "GET /seen HTTP/1.1\r\nhost: h\r\n\r\n", 1000); /* looking changes nothing */
    assert_non_null(strstr(answer(fd, "kestrel"), BODY));
    close(fd);
}

/* However a request is cut; and several behind each other on one connection. */
static void any_cut_is_the_same_request(void **state)
{
    static const size_t pieces[] = {1, 2, 7, 40};
    int fd = connected();
    (void)state;
    for (size_t i = 0; i < GW_COUNT(pieces); i++) {
        ask(fd, BODY, pieces[i]);
        assert_non_null(strstr(answer(fd, "\"finish_reason\""), "200 OK"));
    }
    say(fd, "GET /seen HTTP/1.1\r\nhost: h\r\n\r\nGET /seen HTTP/1.1\r\nhost: h\r\n\r\n", 1000);
    const char *two = answer(fd, "kestrel");
    if (strstr(strstr(two, "kestrel") + 1, "kestrel") == NULL)
        two = answer(fd, "kestrel");
    assert_non_null(strstr(two, "kestrel"));
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_request_ends_the_connection),
        cmocka_unit_test(it_shows_what_it_was_sent_last),
        cmocka_unit_test(any_cut_is_the_same_request),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
