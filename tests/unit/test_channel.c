/* tests/unit/test_channel.c - audit/channel.h and audit/service.h: a worker, a master, an auditor.
 */
#include "proxy/base/base.h"
#include "audit/channel.h"
#include "audit/log.h"
#include "audit/service.h"
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

static char big[CHANNEL_MESSAGE_MAX + CHANNEL_HEAD];

static void limits_hold(void **state)
{
    int ends[2];
    struct channel_ack acks[CHANNEL_ACKS];
    size_t n;
    (void)state;
    assert_true(gw_ok(channel_open(ends)));
    assert_int_equal(channel_send(ends[0], 1, slice_of(big, sizeof big)).code, GW_TOO_BIG);
    assert_int_equal(channel_receive(ends[0], acks, 1, &n).code, GW_TOO_BIG);
    assert_int_equal(channel_receive(ends[0], acks, CHANNEL_ACKS, &n).code, GW_AGAIN);
    gw_result r = gw_is(GW_OK);
    for (int i = 0; i < 10000 && gw_ok(r); i++)
        r = channel_send(ends[0], 1, slice_of(big, 1000));
    assert_int_equal(r.code, GW_AGAIN);
    close(ends[1]);
    assert_int_equal(channel_send(ends[0], 1, SLICE_LIT("x")).code, GW_UNAVAILABLE);
    close(ends[0]);
}

static void a_message_arrives_whole(void **state)
{
    int ends[2];
    enum channel_kind kind;
    struct slice message;
    uint64_t ticket;
    (void)state;
    assert_true(gw_ok(channel_open(ends)));
    assert_true(gw_ok(channel_send_policy(ends[0], 7, slice_of(big, CHANNEL_MESSAGE_MAX))));
    assert_true(gw_ok(channel_take(ends[1], big, sizeof big, &ticket, &kind, &message)));
    assert_int_equal(ticket, 7);
    assert_int_equal(kind, CHANNEL_POLICY);
    assert_int_equal(message.len, CHANNEL_MESSAGE_MAX);
    assert_int_equal(channel_take(ends[1], big, sizeof big, &ticket, &kind, &message).code,
                     GW_AGAIN);
    close(ends[0]);
    close(ends[1]);
}

static int serve(const char *dir, int control)
{
    static const struct clock real;
    char reason[256], key[128];
    struct audit_log *log;
    snprintf(key, sizeof key, "%s/log.key", dir);
    const struct audit_settings settings = {
        .dir = dir, .origin = "o", .node = "n", .build = "b", .key_file = key, .clock = &real};
    if (!gw_ok(audit_log_open(&settings, reason, sizeof reason, &log)))
        return 9;
    return service_run(log, control);
}

static void send_records(int fd, unsigned n)
{
    struct buf message;
    struct audit_record rec = {.type = RECORD_EXCHANGE_BLOCK, .out = "blocked"};
    buf_init(&message, RECORD_MESSAGE_MAX);
    for (unsigned i = 0; i < n; i++) {
        record_xid(i, rec.xid);
        buf_clear(&message);
        assert_true(gw_ok(record_encode(&rec, &message)));
        assert_true(gw_ok(channel_send(fd, i, buf_slice(&message))));
    }
    buf_free(&message);
}

static void a_worker_gets_its_answers(void **state)
{
    char dir[] = "/tmp/bulla-channel-XXXXXX", line[64];
    int control[2], channel[2], status;
    struct channel_ack acks[CHANNEL_ACKS];
    size_t n = 0, answered = 0, good = 0;
    (void)state;
    assert_non_null(mkdtemp(dir));
    assert_true(gw_ok(channel_open(control)) && gw_ok(channel_open(channel)));
    pid_t child = fork();
    if (child == 0) {
        close(control[0]);
        close(channel[0]);
        close(channel[1]);
        _exit(serve(dir, control[1]));
    }
    close(control[1]);
    assert_true(gw_ok(channel_send_fd(control[0], CHANNEL_AUDIT, channel[1])));
    close(channel[1]);
    assert_true(gw_ok(channel_send(channel[0], 99, SLICE_LIT("no record"))));
    send_records(channel[0], 100);
    while (answered < 101) {
        struct pollfd wait = {.fd = channel[0], .events = POLLIN};
        assert_int_equal(poll(&wait, 1, 10000), 1);
        assert_true(gw_ok(channel_receive(channel[0], acks, CHANNEL_ACKS, &n)));
        for (size_t i = 0; i < n; i++)
            good += acks[i].ok && acks[i].seq == acks[i].ticket + 1;
        answered += n;
    }
    assert_int_equal(good, 100);
    assert_true(gw_ok(channel_send_stop(control[0])));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(channel_receive(channel[0], acks, CHANNEL_ACKS, &n).code, GW_UNAVAILABLE);
    close(control[0]);
    close(channel[0]);
    snprintf(line, sizeof line, "rm -rf %s", dir);
    assert_int_equal(system(line), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_hold),
        cmocka_unit_test(a_message_arrives_whole),
        cmocka_unit_test(a_worker_gets_its_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
