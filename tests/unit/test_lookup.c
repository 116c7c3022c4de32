/* tests/unit/test_lookup.c - the resolver process, asked directly: proxy/main/lookup.h. Only what
 * needs no name server. */
#include "proxy/base/base.h"
#include "proxy/main/lookup.h"
#include "audit/channel.h"
#include "proxy/net/question.h"
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static int control[2];
static pid_t child;

static int start(void **state)
{
    (void)state;
    if (!gw_ok(channel_open(control)))
        return 1;
    child = fork();
    if (child == 0) {
        close(control[0]);
        _exit(lookup_run(control[1]));
    }
    close(control[1]);
    return child < 0;
}

/* It ends when its master is gone. */
static int stop(void **state)
{
    int status = 0;
    (void)state;
    close(control[0]);
    return waitpid(child, &status, 0) != child || !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

/* A channel of our own to it. */
static int visit(void)
{
    int ends[2];
    assert_true(gw_ok(channel_open(ends)));
    assert_true(gw_ok(channel_send_fd(control[0], CHANNEL_NAMES, ends[1])));
    close(ends[1]);
    return ends[0];
}

static void ask(int fd, uint64_t id, const char *host)
{
    struct question q = {.id = id};
    unsigned char bytes[QUESTION_BYTES];
    snprintf(q.host, sizeof q.host, "%s", host);
    size_t n = question_put(&q, bytes);
    assert_int_equal(send(fd, bytes, n, MSG_NOSIGNAL), n);
}

static bool waits(int fd, int ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, ms) == 1;
}

static struct question_answer heard(int fd)
{
    struct question_answer a = {.id = 0};
    char bytes[QUESTION_BYTES];
    assert_true(waits(fd, 20000));
    ssize_t n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
    assert_true(n > 0 && gw_ok(question_take_answer(slice_of(bytes, (size_t)n), &a)));
    return a;
}

static void addresses_stand_for_themselves(void **state)
{
    int fd = visit();
    (void)state;
    ask(fd, 7, "127.0.0.1");
    struct question_answer a = heard(fd);
    assert_true(a.id == 7 && a.status == QUESTION_FOUND && a.n == 1 && a.at[0].len == 4);
    assert_memory_equal(a.at[0].at, "\x7f\0\0\x01", 4);
    ask(fd, 8, "localhost");
    a = heard(fd);
    assert_true(a.id == 8 && a.status == QUESTION_FOUND && a.n >= 1);
    close(fd);
}

/* One that does not speak the language loses its channel; the others keep theirs. */
static void a_channel_that_talks_nonsense_is_closed(void **state)
{
    int good = visit(), bad = visit();
    char byte;
    (void)state;
    assert_int_equal(send(bad, "nonsense", 8, MSG_NOSIGNAL), 8);
    assert_true(waits(bad, 20000));
    assert_int_equal(recv(bad, &byte, 1, MSG_DONTWAIT), 0);
    close(bad);
    ask(good, 1, "127.0.0.1");
    assert_int_equal(heard(good).id, 1);
    close(good);
}

/* Answers go where they were asked for, however many ask. */
static void each_hears_its_own_answers(void **state)
{
    enum { ASKERS = 10, EACH = 5 };
    int fds[ASKERS];
    (void)state;
    for (uint64_t i = 0; i < ASKERS; i++) {
        fds[i] = visit();
        for (uint64_t k = 0; k < EACH; k++)
            ask(fds[i], i * 100 + k, "127.0.0.1");
    }
    for (uint64_t i = 0; i < ASKERS; i++) {
        uint64_t seen = 0;
        for (unsigned k = 0; k < EACH; k++) {
            struct question_answer a = heard(fds[i]);
            assert_true(a.id / 100 == i && a.id % 100 < EACH);
            seen |= UINT64_C(1) << a.id % 100;
        }
        assert_int_equal(seen, (1 << EACH) - 1);
        assert_false(waits(fds[i], 0));
        close(fds[i]);
    }
}

/* A flood is answered to the last question: what does not fit the queue has failed. */
static void no_question_is_left_without_an_answer(void **state)
{
    enum { MANY = 4 * LOOKUP_QUEUE };
    int fd = visit();
    unsigned sent = 0, answered = 0;
    (void)state;
    for (unsigned i = 0; i < MANY; i++) {
        struct question q = {.id = i, .host = "127.0.0.1"};
        unsigned char bytes[QUESTION_BYTES];
        size_t n = question_put(&q, bytes);
        sent += send(fd, bytes, n, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)n;
        for (char at[QUESTION_BYTES]; recv(fd, at, sizeof at, MSG_DONTWAIT) > 0;)
            answered++;
    }
    while (answered < sent) {
        struct question_answer a = heard(fd);
        assert_true(a.id < MANY && (a.status == QUESTION_FOUND || a.status == QUESTION_FAILED));
        answered++;
    }
    assert_true(sent > LOOKUP_QUEUE);
    close(fd);
}

/* Another word with a descriptor is not its business. */
static void other_words_are_passed_over(void **state)
{
    int ends[2];
    char byte;
    (void)state;
    assert_true(gw_ok(channel_open(ends)));
    assert_true(gw_ok(channel_send_fd(control[0], CHANNEL_AUDIT, ends[1])));
    close(ends[1]);
    assert_true(waits(ends[0], 20000)); /* it is closed at the other end */
    assert_int_equal(recv(ends[0], &byte, 1, MSG_DONTWAIT), 0);
    close(ends[0]);
}

static void its_files_hold_no_key(void **state)
{
    const char *const *files = lookup_files();
    size_t n = 0;
    (void)state;
    for (; files[n] != NULL; n++) {
        assert_int_equal(files[n][0], '/');
        assert_null(strstr(files[n], "shadow"));
        assert_null(strstr(files[n], "ssl"));
        assert_string_not_equal(files[n], "/etc");
        assert_string_not_equal(files[n], "/");
        assert_string_not_equal(files[n], "/run");
    }
    assert_true(n > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_stand_for_themselves),
        cmocka_unit_test(a_channel_that_talks_nonsense_is_closed),
        cmocka_unit_test(each_hears_its_own_answers),
        cmocka_unit_test(no_question_is_left_without_an_answer),
        cmocka_unit_test(other_words_are_passed_over),
        cmocka_unit_test(its_files_hold_no_key),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
