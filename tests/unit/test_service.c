/* tests/unit/test_service.c - the auditor's loop in a process of its own: audit/service.h. */
#include "proxy/base/base.h"
#include "audit/service.h"
#include "audit/show.h"
#include "audit/verify.h"
#include "tests/unit/log_rig.h"
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

static const struct clock real;
static int control[2];
static pid_t child;

static int begin(void **state)
{
    int failed = rig_memory(state);
    assert_true(gw_ok(channel_open(control)));
    child = fork();
    if (child == 0) {
        close(control[0]);
        _exit(service_run(rig_log(dir, &real, 0), control[1], -1));
    }
    close(control[1]);
    return failed;
}

static int end(void **state)
{
    if (child > 0) {
        (void)kill(child, SIGKILL);
        (void)waitpid(child, NULL, 0);
    }
    return rig_gone(state);
}

static int joined(void)
{
    int ends[2];
    assert_true(gw_ok(channel_open(ends)));
    assert_true(gw_ok(channel_send_fd(control[0], CHANNEL_AUDIT, ends[1])));
    close(ends[1]);
    return ends[0];
}

static void tell(int fd, uint64_t ticket, const struct audit_record *rec)
{
    struct buf message, packet;
    buf_init(&message, RECORD_MESSAGE_MAX);
    buf_init(&packet, CHANNEL_PACKET_MAX);
    assert_true(gw_ok(record_encode(rec, &message)));
    assert_true(gw_ok(channel_pack(&packet, ticket, buf_slice(&message))));
    assert_true(gw_ok(channel_send(fd, buf_slice(&packet))));
    buf_free(&message);
    buf_free(&packet);
}

/* The next word on a ticket; false: the auditor has gone. */
static bool heard(int fd, struct channel_ack *ack)
{
    struct channel_ack acks[CHANNEL_ACKS];
    struct pollfd p = {.fd = fd, .events = POLLIN};
    size_t n = 0;
    for (int i = 0; i < 100; i++) {
        (void)poll(&p, 1, 200);
        gw_result r = channel_receive(fd, acks, CHANNEL_ACKS, &n);
        if (r.code == GW_UNAVAILABLE)
            return false;
        if (gw_ok(r) && n > 0) {
            assert_int_equal(n, 1);
            *ack = acks[0];
            return true;
        }
    }
    fail_msg("no word");
    return false;
}

/* It ends by itself: with what code. */
static int ended(void)
{
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    child = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static enum verify_code verified(void)
{
    struct verify_report report;
    const struct verify_options options = {.clock = &real};
    verify_run(dir, &options, &report);
    return report.code;
}

static bool shows(uint64_t seq, const char *part)
{
    struct buf out;
    buf_init(&out, SHOW_MAX);
    bool has = gw_ok(show_record(dir, seq, &out)) &&
               slice_find(buf_slice(&out), slice_str(part)) != SIZE_MAX;
    buf_free(&out);
    return has;
}

static void what_is_told_is_durable_and_acknowledged(void **state)
{
    struct audit_record rec = {.type = RECORD_EXCHANGE_BLOCK, .out = "blocked"};
    struct channel_ack ack;
    int fd = joined();
    (void)state;
    record_xid(1, &(struct secret_pool){.left = 0}, rec.xid);
    tell(fd, 41, &rec);
    assert_true(heard(fd, &ack) && ack.ticket == 41 && ack.ok);
    assert_true(shows(ack.seq, rec.xid));
    assert_true(gw_ok(channel_send_policy(fd, 42, SLICE_LIT("rules: []\n"))));
    assert_true(heard(fd, &ack) && ack.ticket == 42 && ack.ok && ack.seq == 0);
    assert_true(gw_ok(channel_send_stop(control[0])));
    assert_int_equal(ended(), 0);
    assert_int_equal(verified(), VERIFY_INTACT);
    close(fd);
    close(control[0]);
}

/* An end that fits no begin is refused, and so is what a worker may not say; others go on. */
static void what_does_not_fit_is_refused(void **state)
{
    struct audit_record rec = {.type = RECORD_EXCHANGE_END, .out = "ok", .has_ref = true, .ref = 7};
    struct channel_ack ack;
    int bad = joined(), good = joined();
    (void)state;
    record_xid(2, &(struct secret_pool){.left = 0}, rec.xid);
    tell(bad, 1, &rec);
    assert_true(heard(bad, &ack) && ack.ticket == 1 && !ack.ok);
    struct buf packet;
    buf_init(&packet, CHANNEL_PACKET_MAX);
    assert_true(gw_ok(channel_pack(&packet, 2, SLICE_LIT("no record at all"))));
    assert_true(gw_ok(channel_send(bad, buf_slice(&packet))));
    buf_free(&packet);
    if (heard(bad, &ack))
        assert_true(ack.ticket == 2 && !ack.ok);
    rec = (struct audit_record){.type = RECORD_EXCHANGE_BLOCK, .out = "blocked"};
    record_xid(3, &(struct secret_pool){.left = 0}, rec.xid);
    tell(good, 3, &rec);
    assert_true(heard(good, &ack) && ack.ticket == 3 && ack.ok);
    close(bad);
    close(good);
    close(control[0]); /* the master has gone: the same as its word */
    assert_int_equal(ended(), 0);
    assert_int_equal(verified(), VERIFY_INTACT);
}

/* Bytes that are no packet cost their sender the channel. */
static void nonsense_closes_its_channel(void **state)
{
    struct channel_ack ack;
    int bad = joined(), good = joined();
    struct audit_record rec = {.type = RECORD_EXCHANGE_BLOCK, .out = "blocked"};
    (void)state;
    assert_int_equal(send(bad, "nonsense", 8, MSG_NOSIGNAL), 8);
    assert_false(heard(bad, &ack));
    record_xid(4, &(struct secret_pool){.left = 0}, rec.xid);
    tell(good, 5, &rec);
    assert_true(heard(good, &ack) && ack.ok);
    close(bad);
    close(good);
    assert_true(gw_ok(channel_send_stop(control[0])));
    assert_int_equal(ended(), 0);
    close(control[0]);
}

/* A worker that goes leaves nothing open: its begins get their end. */
static void who_goes_leaves_nothing_open(void **state)
{
    struct audit_record rec = {.type = RECORD_EXCHANGE_BEGIN};
    struct channel_ack ack;
    int fd = joined();
    uint64_t begin_seq;
    bool is_told = false;
    (void)state;
    record_xid(6, &(struct secret_pool){.left = 0}, rec.xid);
    tell(fd, 1, &rec);
    assert_true(heard(fd, &ack) && ack.ok);
    begin_seq = ack.seq;
    close(fd);
    for (int i = 0; i < 3000 && !is_told; i++) {
        usleep(20000);
        is_told = shows(begin_seq + 1, "unknown_after_crash");
    }
    assert_true(is_told);
    assert_true(gw_ok(channel_send_stop(control[0])));
    assert_int_equal(ended(), 0);
    close(control[0]);
}

/* clang-format off */
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
/* clang-format on */

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_told_is_durable_and_acknowledged),
        TEST(what_does_not_fit_is_refused),
        TEST(nonsense_closes_its_channel),
        TEST(who_goes_leaves_nothing_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
