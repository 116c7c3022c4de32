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
    struct buf packet;
    buf_init(&packet, CHANNEL_PACKET_MAX);
    assert_int_equal(channel_pack(&packet, 1, slice_of(big, CHANNEL_MESSAGE_MAX + 1)).code,
                     GW_TOO_BIG);
    assert_true(gw_ok(channel_pack(&packet, 1, slice_of(big, 1000))));
    assert_int_equal(channel_pack(&packet, 2, slice_of(big, CHANNEL_MESSAGE_MAX)).code, GW_TOO_BIG);
    assert_int_equal(channel_receive(ends[0], acks, 1, &n).code, GW_TOO_BIG);
    assert_int_equal(channel_receive(ends[0], acks, CHANNEL_ACKS, &n).code, GW_AGAIN);
    gw_result r = gw_is(GW_OK);
    for (int i = 0; i < 10000 && gw_ok(r); i++)
        r = channel_send(ends[0], buf_slice(&packet));
    assert_int_equal(r.code, GW_AGAIN);
    close(ends[1]);
    assert_int_equal(channel_send(ends[0], buf_slice(&packet)).code, GW_UNAVAILABLE);
    buf_free(&packet);
    close(ends[0]);
}

static void a_message_arrives_whole(void **state)
{
    int ends[2];
    enum channel_kind kind;
    struct slice message, packet;
    uint64_t ticket;
    (void)state;
    assert_true(gw_ok(channel_open(ends)));
    assert_true(gw_ok(channel_send_policy(ends[0], 7, slice_of(big, CHANNEL_MESSAGE_MAX))));
    assert_true(gw_ok(channel_take(ends[1], big, sizeof big, &packet)));
    assert_true(gw_ok(channel_next(&packet, &ticket, &kind, &message)));
    assert_int_equal(ticket, 7);
    assert_int_equal(kind, CHANNEL_POLICY);
    assert_int_equal(message.len, CHANNEL_MESSAGE_MAX);
    assert_int_equal(channel_next(&packet, &ticket, &kind, &message).code, GW_NOT_FOUND);
    assert_int_equal(channel_take(ends[1], big, sizeof big, &packet).code, GW_AGAIN);
    close(ends[0]);
    close(ends[1]);
}

static void a_packet_is_taken_apart_and_a_broken_one_refused(void **state)
{
    struct buf packet;
    enum channel_kind kind;
    struct slice rest, message;
    uint64_t ticket;
    (void)state;
    buf_init(&packet, CHANNEL_PACKET_MAX);
    for (unsigned i = 0; i < 5; i++)
        assert_true(gw_ok(channel_pack(&packet, 100 + i, slice_of("abcde", i))));
    rest = buf_slice(&packet);
    for (unsigned i = 0; i < 5; i++) {
        assert_true(gw_ok(channel_next(&rest, &ticket, &kind, &message)));
        assert_true(ticket == 100 + i && kind == CHANNEL_RECORD);
        assert_true(slice_is(message, slice_of("abcde", i)));
    }
    assert_int_equal(channel_next(&rest, &ticket, &kind, &message).code, GW_NOT_FOUND);
    for (size_t cut = 1; cut < CHANNEL_HEAD; cut++) {
        rest = slice_cut(buf_slice(&packet), 0, cut);
        assert_int_equal(channel_next(&rest, &ticket, &kind, &message).code, GW_BAD);
    }
    packet.at[9] = 127; /* longer than the packet */
    rest = buf_slice(&packet);
    assert_int_equal(channel_next(&rest, &ticket, &kind, &message).code, GW_BAD);
    buf_free(&packet);
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
    return service_run(log, control, -1);
}

static void send_records(int fd, unsigned n)
{
    struct buf message, packet;
    struct audit_record rec = {.type = RECORD_EXCHANGE_BLOCK, .out = "blocked"};
    buf_init(&message, RECORD_MESSAGE_MAX);
    buf_init(&packet, CHANNEL_PACKET_MAX);
    for (unsigned i = 0; i < n; i++) {
        record_xid(i, &(struct secret_pool){.left = 0}, rec.xid);
        buf_clear(&message);
        assert_true(gw_ok(record_encode(&rec, &message)));
        assert_true(gw_ok(channel_pack(&packet, i, buf_slice(&message))));
        if (i % 7 != 6 && i + 1 < n)
            continue;
        assert_true(gw_ok(channel_send(fd, buf_slice(&packet))));
        buf_clear(&packet);
    }
    buf_free(&message);
    buf_free(&packet);
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
    struct buf packet;
    buf_init(&packet, CHANNEL_PACKET_MAX);
    assert_true(gw_ok(channel_pack(&packet, 99, SLICE_LIT("no record"))));
    assert_true(gw_ok(channel_send(channel[0], buf_slice(&packet))));
    buf_free(&packet);
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
        cmocka_unit_test(a_packet_is_taken_apart_and_a_broken_one_refused),
        cmocka_unit_test(a_worker_gets_its_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
