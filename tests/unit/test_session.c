/* tests/unit/test_session.c - sockets, exchanges and records held together: proxy/main/session.h.
 * The test is the caller and the auditor; the gate is gate_rig.h's. */
#include "proxy/base/base.h"
#include "proxy/main/session.h"
#include "audit/channel.h"
#include "proxy/base/bytes.h"
#include "tests/unit/gate_rig.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

enum { CALLERS = 100 };

struct bench {
    struct rig rig;
    struct session_thread t;
    struct gate *all[1];
    int auditor, listening;
    struct sockaddr_in at;
    uint64_t tickets[CALLERS];
    size_t ticket_count;
};

static const struct clock real;

static int open_bench(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    socklen_t len = sizeof b->at;
    assert_non_null(b);
    rig_open(&b->rig, NULL);
    b->at.sin_family = AF_INET;
    b->at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    b->listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(bind(b->listening, (struct sockaddr *)&b->at, len) == 0 &&
                listen(b->listening, CALLERS) == 0 &&
                getsockname(b->listening, (struct sockaddr *)&b->at, &len) == 0);
    *state = b;
    return 0;
}

static int close_bench(void **state)
{
    struct bench *b = *state;
    close(b->listening);
    rig_close(&b->rig);
    free(b);
    return 0;
}

/* A thread of its own for each test. */
static int begin(void **state)
{
    struct bench *b = *state;
    int ends[2];
    assert_true(gw_ok(channel_open(ends)));
    b->auditor = ends[1];
    b->t = (struct session_thread){.loop = loop_new(),
                                   .gate = b->rig.gate,
                                   .audit_fd = ends[0],
                                   .had_audit = true,
                                   .born_ns = clock_mono_ns(&real),
                                   .all_count = 1,
                                   .handshake_ms = 5000,
                                   .idle_ms = 60000,
                                   .stall_ms = 60000,
                                   .record_ms = 60000,
                                   .max_sessions = 1000,
                                   .max_shaking = 4,
                                   .fd_limit = 4096};
    b->t.gate.clock = &real;
    b->all[0] = &b->t.gate;
    b->t.all = b->all;
    struct list *const lists[] = {&b->t.sessions, &b->t.pending, &b->t.turns, &b->t.graveyard,
                                  &b->t.shaking};
    for (size_t i = 0; i < GW_COUNT(lists); i++)
        list_init(lists[i]);
    buf_init(&b->t.packet, CHANNEL_PACKET_MAX);
    b->ticket_count = 0;
    return b->t.loop == NULL;
}

static void stop_loop(void *loop)
{
    loop_stop(loop);
}

static void run_for(struct bench *b, unsigned ms)
{
    struct loop_timer *timer = loop_once(b->t.loop, ms, stop_loop, b->t.loop);
    loop_run(b->t.loop);
    loop_timer_free(timer);
}

/* So many turns of the loop that all that follows from one thing has happened. */
static void settle(struct bench *b)
{
    for (int i = 0; i < 8; i++)
        run_for(b, 4);
}

/* All callers go; nothing may be left behind them. */
static int end(void **state)
{
    struct bench *b = *state;
    b->t.audit_fd = -1;
    session_audit_lost(&b->t);
    session_hurry(&b->t);
    for (int i = 0; i < 4000 && b->t.sessions.count > 0; i++) { /* some linger a second */
        session_tick(&b->t);
        run_for(b, 5);
    }
    size_t left = b->t.sessions.count;
    loop_free(b->t.loop);
    buf_free(&b->t.packet);
    gate_free_spares(&b->t.gate);
    if (b->auditor >= 0)
        close(b->auditor);
    return left > 0;
}

static int called(struct bench *b)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0 && connect(fd, (struct sockaddr *)&b->at, sizeof b->at) == 0);
    int here = accept4(b->listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    assert_true(here >= 0);
    session_accept(&b->t, here, NULL);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    return fd;
}

static void say(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* What has come so far; "" and *is_over: the end. */
static const char *heard(int fd, bool *is_over)
{
    static char text[65536];
    ssize_t n = recv(fd, text, sizeof text - 1, 0);
    *is_over = n == 0 || (n < 0 && errno != EAGAIN);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

/* The auditor reads what is there: the tickets of records. */
static void listen_up(struct bench *b)
{
    static char packet[CHANNEL_PACKET_MAX];
    for (ssize_t n; (n = recv(b->auditor, packet, sizeof packet, MSG_DONTWAIT)) > 0;)
        for (size_t at = 0; at + CHANNEL_HEAD <= (size_t)n;
             at += CHANNEL_HEAD + bytes_int(packet + at + 9, 4)) {
            assert_true(b->ticket_count < CALLERS);
            if (packet[at + 8] == CHANNEL_RECORD)
                b->tickets[b->ticket_count++] = bytes_int(packet + at, 8);
        }
}

#define LOST "GET /nowhere HTTP/1.1\r\nhost: h\r\n\r\n"

static void nothing_is_said_before_its_record_is_durable(void **state)
{
    struct bench *b = *state;
    bool is_over;
    int fd = called(b);
    say(fd, LOST);
    settle(b);
    listen_up(b);
    assert_int_equal(b->ticket_count, 1);
    assert_string_equal(heard(fd, &is_over), "");
    assert_false(is_over);
    session_recorded(&b->t, 999, true, 1); /* somebody else's */
    settle(b);
    assert_string_equal(heard(fd, &is_over), "");
    session_recorded(&b->t, b->tickets[0], true, 1);
    settle(b);
    assert_non_null(strstr(heard(fd, &is_over), "HTTP/1.1 404 "));
    session_recorded(&b->t, b->tickets[0], true, 1); /* twice: nobody waits any more */
    close(fd);
}

static void what_could_not_be_recorded_is_not_said(void **state)
{
    struct bench *b = *state;
    bool is_over;
    int fd = called(b);
    say(fd, LOST);
    settle(b);
    listen_up(b);
    session_recorded(&b->t, b->tickets[0], false, 0);
    settle(b);
    const char *text = heard(fd, &is_over);
    assert_true(strstr(text, "HTTP/1.1 404 ") == NULL &&
                (is_over || strstr(text, "HTTP/1.1 503 ") != NULL));
    close(fd);
}

static void one_connection_has_one_request_after_the_other(void **state)
{
    struct bench *b = *state;
    bool is_over;
    int fd = called(b);
    say(fd, LOST LOST LOST);
    for (size_t i = 0; i < 3; i++) {
        settle(b);
        listen_up(b);
        assert_int_equal(b->ticket_count, i + 1); /* the next one begins behind it */
        session_recorded(&b->t, b->tickets[i], true, i);
    }
    settle(b);
    const char *text = heard(fd, &is_over);
    for (int i = 0; i < 3; i++) {
        text = strstr(text, "HTTP/1.1 404 ");
        assert_non_null(text);
        text++;
    }
    assert_int_equal(b->t.sessions.count, 1);
    close(fd);
    settle(b);
    assert_int_equal(b->t.sessions.count, 0);
}

/* More records in one turn than a packet holds, and nobody reads any more: each caller hears
 * something or the end, and nothing is touched twice. */
static void an_auditor_that_dies_in_the_middle_of_a_turn(void **state)
{
    struct bench *b = *state;
    enum { MANY = CHANNEL_PACK + 20 };
    int fds[MANY];
    for (int i = 0; i < MANY; i++) {
        fds[i] = called(b);
        say(fds[i], LOST);
    }
    close(b->auditor);
    b->auditor = -1;
    settle(b);
    for (int i = 0; i < 3; i++) {
        b->t.audit_fd = -1; /* the worker has seen it too */
        session_tick(&b->t);
        settle(b);
    }
    for (int i = 0; i < MANY; i++) {
        bool is_over;
        const char *text = heard(fds[i], &is_over);
        if (!is_over && strstr(text, "HTTP/1.1 503 ") == NULL)
            fail_msg("%d: %s", i, text);
        assert_null(strstr(text, "HTTP/1.1 404 "));
        close(fds[i]);
    }
}

static void a_young_thread_waits_for_its_auditor(void **state)
{
    struct bench *b = *state;
    bool is_over;
    int kept = b->t.audit_fd, fd = called(b);
    b->t.had_audit = false;
    b->t.audit_fd = -1;
    say(fd, LOST);
    settle(b);
    session_tick(&b->t);
    assert_string_equal(heard(fd, &is_over), "");
    b->t.audit_fd = kept;
    session_tick(&b->t);
    settle(b);
    listen_up(b);
    assert_int_equal(b->ticket_count, 1);
    b->t.audit_fd = -1;
    b->t.born_ns -= INT64_C(10000000000); /* one that is not young does not wait */
    int late = called(b);
    say(late, LOST);
    settle(b);
    assert_non_null(strstr(heard(late, &is_over), "HTTP/1.1 503 "));
    b->t.audit_fd = kept;
    close(fd);
    close(late);
}

static void a_record_is_waited_for_so_long(void **state)
{
    struct bench *b = *state;
    bool is_over;
    int fd = called(b), second;
    say(fd, LOST);
    settle(b);
    session_tick(&b->t);
    assert_string_equal(heard(fd, &is_over), "");
    assert_false(b->t.is_audit_slow);
    b->t.record_ms = 1;
    usleep(5000);
    session_tick(&b->t);
    settle(b);
    assert_null(strstr(heard(fd, &is_over), "HTTP/1.1 404 "));
    assert_true(b->t.is_audit_slow);
    second = called(b); /* while it is slow nothing is begun */
    say(second, LOST);
    settle(b);
    assert_non_null(strstr(heard(second, &is_over), "HTTP/1.1 503 "));
    listen_up(b);
    assert_int_equal(b->ticket_count, 1);
    session_recorded(&b->t, b->tickets[0], true, 1); /* it moves again */
    assert_false(b->t.is_audit_slow);
    close(fd);
    close(second);
}

static void callers_have_a_most(void **state)
{
    struct bench *b = *state;
    bool is_over;
    b->t.max_sessions = 3;
    int fds[4];
    for (int i = 0; i < 4; i++)
        fds[i] = called(b);
    settle(b);
    assert_int_equal(b->t.sessions.count, 3);
    assert_int_equal(b->t.gate.counters.turned_away, 1);
    (void)heard(fds[3], &is_over);
    assert_true(is_over);
    b->t.fd_limit = fds[3]; /* and descriptors are not all for callers */
    int fd = called(b);
    assert_int_equal(b->t.gate.counters.turned_away, 2);
    assert_int_equal(b->t.sessions.count, 3);
    close(fd);
    for (int i = 0; i < 4; i++)
        close(fds[i]);
    settle(b);
    assert_int_equal(b->t.sessions.count, 0);
    assert_int_equal(b->t.gate.counters.callers, 0);
}

static void who_says_nothing_is_sent_away(void **state)
{
    struct bench *b = *state;
    bool is_over;
    int fd = called(b), slow = called(b);
    say(slow, "GET /nowhere HTTP/1.1\r\nho"); /* has begun: its own deadlines count */
    settle(b);
    session_tick(&b->t);
    settle(b);
    (void)heard(fd, &is_over);
    assert_false(is_over);
    b->t.idle_ms = 1;
    usleep(5000);
    session_tick(&b->t);
    settle(b);
    (void)heard(fd, &is_over);
    assert_true(is_over);
    (void)heard(slow, &is_over);
    assert_false(is_over);
    close(fd);
    close(slow);
}

static void a_hurry_closes_who_is_idle(void **state)
{
    struct bench *b = *state;
    bool is_over;
    int idle = called(b), busy = called(b);
    session_drain(&b->t);
    settle(b);
    (void)heard(idle, &is_over);
    assert_false(is_over); /* who is idle may still send one request */
    say(busy, LOST);
    settle(b);
    listen_up(b);
    session_hurry(&b->t);
    settle(b);
    (void)heard(idle, &is_over);
    assert_true(is_over);
    assert_string_equal(heard(busy, &is_over), "");
    assert_false(is_over); /* what runs gets its answer, and the word that it was the last */
    session_recorded(&b->t, b->tickets[0], true, 1);
    settle(b);
    const char *text = heard(busy, &is_over);
    assert_non_null(strstr(text, "HTTP/1.1 404 "));
    assert_non_null(strcasestr(text, "connection: close"));
    close(idle);
    close(busy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_is_said_before_its_record_is_durable, begin, end),
        cmocka_unit_test_setup_teardown(what_could_not_be_recorded_is_not_said, begin, end),
        cmocka_unit_test_setup_teardown(one_connection_has_one_request_after_the_other, begin, end),
        cmocka_unit_test_setup_teardown(an_auditor_that_dies_in_the_middle_of_a_turn, begin, end),
        cmocka_unit_test_setup_teardown(a_young_thread_waits_for_its_auditor, begin, end),
        cmocka_unit_test_setup_teardown(a_record_is_waited_for_so_long, begin, end),
        cmocka_unit_test_setup_teardown(callers_have_a_most, begin, end),
        cmocka_unit_test_setup_teardown(who_says_nothing_is_sent_away, begin, end),
        cmocka_unit_test_setup_teardown(a_hurry_closes_who_is_idle, begin, end),
    };
    return cmocka_run_group_tests(tests, open_bench, close_bench);
}
