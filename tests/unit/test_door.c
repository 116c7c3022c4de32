/* tests/unit/test_door.c - audit/door.h: a record through the door is durable, and a visitor writes
 * about people's work and nothing else. */
#include "proxy/base/base.h"
#include "audit/door.h"
#include "audit/log.h"
#include "audit/service.h"
#include "tests/unit/log_rig.h"
#include <poll.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int control[2];
static pthread_t auditor;
static const struct clock real;

/* In place of the library's: the clock that nobody sets is so far ahead here. */
static int ahead_s;

int clock_gettime(clockid_t id, struct timespec *t)
{
    int r = (int)syscall(SYS_clock_gettime, id, t);
    if (id == CLOCK_BOOTTIME)
        t->tv_sec += __atomic_load_n(&ahead_s, __ATOMIC_SEQ_CST);
    return r;
}

struct start {
    struct audit_log *log;
    int control, door;
};
static struct start start;

static void *serve(void *owner)
{
    const struct start *s = owner;
    return (void *)(intptr_t)service_run(s->log, s->control, s->door);
}

static int begin(void **state)
{
    assert_int_equal(rig_folder(state), 0);
    start.log = rig_log(dir, &real, 0);
    assert_true(gw_ok(channel_open(control)));
    start.control = control[1];
    start.door = door_open(dir);
    assert_true(start.door >= 0);
    return pthread_create(&auditor, NULL, serve, &start);
}

static int end(void **state)
{
    void *code = NULL;
    assert_true(gw_ok(channel_send_stop(control[0])));
    pthread_join(auditor, &code);
    close(control[0]);
    close(control[1]);
    return rig_gone(state) + (int)(intptr_t)code;
}

static enum gw_code asked(const struct audit_record *rec, struct channel_ack *ack)
{
    struct buf message;
    int fd = -1;
    buf_init(&message, RECORD_MESSAGE_MAX);
    assert_true(gw_ok(record_encode(rec, &message)));
    assert_true(gw_ok(door_visit(dir, &fd)));
    gw_result r = door_ask(fd, buf_slice(&message), ack);
    close(fd);
    buf_free(&message);
    return r.code;
}

static void what_only_others_may_say_is_refused(void **state)
{
    static const enum record_type types[] = {RECORD_EXCHANGE_BEGIN, RECORD_EXCHANGE_BLOCK,
                                             RECORD_POLICY_CHANGE, RECORD_LOG_STOP,
                                             RECORD_LOG_HEARTBEAT};
    struct channel_ack ack;
    (void)state;
    for (size_t i = 0; i < GW_COUNT(types); i++) {
        struct audit_record rec = {.type = types[i]};
        snprintf(rec.xid, sizeof rec.xid, "018f0000-0000-7000-8000-00000000000%zu", i);
        assert_int_equal(asked(&rec, &ack), GW_REFUSED);
    }
}

static void nobody_is_at_the_door_of_another_log(void **state)
{
    int fd = -1;
    (void)state;
    assert_int_equal(door_visit(base, &fd).code, GW_UNAVAILABLE);
    assert_int_equal(door_visit("/nonexistent", &fd).code, GW_UNAVAILABLE);
    assert_int_equal(fd, -1);
}

static void a_second_door_is_not_opened(void **state)
{
    (void)state;
    assert_int_equal(door_open(dir), -1);
}

static void a_record_of_peoples_work_is_taken(void **state)
{
    struct channel_ack first = {0}, second = {0};
    struct audit_record rec = {.type = RECORD_CASE_NOTE};
    struct buf refs;
    (void)state;
    rec.groups[GROUP_WHAT] = SLICE_LIT("{\"case\":\"C-1\"}");
    assert_int_equal(asked(&rec, &first), GW_OK);
    buf_init(&refs, 64);
    assert_true(gw_ok(record_ref_add(&refs, 0)));
    assert_true(gw_ok(record_ref_add(&refs, first.seq)));
    rec.type = RECORD_ERASE;
    rec.refs = buf_slice(&refs);
    assert_int_equal(asked(&rec, &second), GW_OK);
    assert_int_equal(second.seq, first.seq + 1);
    buf_free(&refs);
}

/* --- an erasure and those who seal -------------------------------------------------------------
 */

struct erasure {
    int door, worker; /* ours of both */
    struct channel_ack ack;
};

static void send_erasure(int door, uint64_t ticket)
{
    struct buf message, refs, packet;
    struct audit_record rec = {.type = RECORD_ERASE};
    buf_init(&message, RECORD_MESSAGE_MAX);
    buf_init(&refs, 64);
    buf_init(&packet, CHANNEL_PACKET_MAX);
    assert_true(gw_ok(record_ref_add(&refs, 0)));
    rec.refs = buf_slice(&refs);
    assert_true(gw_ok(record_encode(&rec, &message)));
    assert_true(gw_ok(channel_pack(&packet, ticket, buf_slice(&message))));
    assert_true(gw_ok(channel_send(door, buf_slice(&packet))));
    buf_free(&message);
    buf_free(&refs);
    buf_free(&packet);
}

/* A worker has come, and somebody asks for an erasure. */
static void ask_erasure(struct erasure *e)
{
    int ends[2];
    struct buf packet;
    struct channel_ack acks[CHANNEL_ACKS];
    size_t n;
    buf_init(&packet, CHANNEL_PACKET_MAX);
    assert_true(gw_ok(channel_open(ends)));
    assert_true(gw_ok(channel_send_fd(control[0], CHANNEL_AUDIT, ends[1])));
    close(ends[1]);
    e->worker = ends[0];
    assert_true(gw_ok(channel_pack_keys(&packet, (struct slice){NULL, 0}))); /* it is heard now */
    assert_true(gw_ok(channel_send(e->worker, buf_slice(&packet))));
    assert_int_equal(poll(&(struct pollfd){.fd = e->worker, .events = POLLIN}, 1, 5000), 1);
    assert_true(gw_ok(channel_receive(e->worker, acks, CHANNEL_ACKS, &n)));
    assert_true(gw_ok(door_visit(dir, &e->door)));
    send_erasure(e->door, 7);
    buf_free(&packet);
}

static bool hears(int fd, int ms, struct channel_ack *ack)
{
    struct channel_ack acks[CHANNEL_ACKS];
    size_t n = 0;
    if (poll(&(struct pollfd){.fd = fd, .events = POLLIN}, 1, ms) != 1)
        return false;
    assert_true(gw_ok(channel_receive(fd, acks, CHANNEL_ACKS, &n)));
    assert_int_equal(n, 1);
    *ack = acks[0];
    return true;
}

static void an_erasure_waits_until_nobody_seals_under_the_old_keys(void **state)
{
    struct erasure e;
    struct buf packet;
    (void)state;
    ask_erasure(&e);
    assert_true(hears(e.worker, 5000, &e.ack));
    assert_true(e.ack.ticket == CHANNEL_RENEW);
    assert_false(hears(e.door, 300, &e.ack));
    buf_init(&packet, CHANNEL_PACKET_MAX);
    assert_true(gw_ok(channel_pack_keys(&packet, (struct slice){NULL, 0})));
    assert_true(gw_ok(channel_send(e.worker, buf_slice(&packet))));
    assert_true(hears(e.door, 5000, &e.ack));
    assert_true(e.ack.ok && e.ack.ticket == 7);
    buf_free(&packet);
    close(e.worker);
    close(e.door);
}

/* A worker's word is for one erasure: another one that begins before it is refused, and not
 * answered for by the same word. */
static void of_two_erasures_at_once_one_is_refused(void **state)
{
    struct erasure e;
    struct buf packet;
    struct channel_ack second;
    int other;
    (void)state;
    ask_erasure(&e);
    assert_true(hears(e.worker, 5000, &e.ack));
    assert_true(gw_ok(door_visit(dir, &other)));
    send_erasure(other, 8);
    assert_true(hears(other, 5000, &second));
    assert_true(!second.ok && second.ticket == 8);
    buf_init(&packet, CHANNEL_PACKET_MAX);
    assert_true(gw_ok(channel_pack_keys(&packet, (struct slice){NULL, 0})));
    assert_true(gw_ok(channel_send(e.worker, buf_slice(&packet))));
    assert_true(hears(e.door, 5000, &e.ack));
    assert_true(e.ack.ok && e.ack.ticket == 7);
    buf_free(&packet);
    close(e.worker);
    close(e.door);
    close(other);
}

/* A worker that says nothing may seal under the old keys still: they are not destroyed. */
static void after_ten_seconds_of_silence_an_erasure_is_refused(void **state)
{
    struct erasure e;
    struct channel_ack late;
    struct buf packet;
    (void)state;
    ask_erasure(&e);
    assert_true(hears(e.worker, 5000, &e.ack));
    assert_true(e.ack.ticket == CHANNEL_RENEW);
    assert_false(hears(e.door, 300, &e.ack)); /* the time runs once the record is on disk */
    __atomic_add_fetch(&ahead_s, 9, __ATOMIC_SEQ_CST);
    assert_false(hears(e.door, 300, &e.ack));
    __atomic_add_fetch(&ahead_s, 2, __ATOMIC_SEQ_CST);
    assert_true(hears(e.door, 5000, &e.ack));
    assert_true(!e.ack.ok && e.ack.ticket == 7);
    buf_init(&packet, CHANNEL_PACKET_MAX); /* it speaks after all: nobody hears of it twice */
    assert_true(gw_ok(channel_pack_keys(&packet, (struct slice){NULL, 0})));
    assert_true(gw_ok(channel_send(e.worker, buf_slice(&packet))));
    assert_false(hears(e.door, 300, &late));
    buf_free(&packet);
    close(e.worker);
    close(e.door);
}

static void a_worker_that_goes_is_not_waited_for(void **state)
{
    struct erasure e;
    (void)state;
    ask_erasure(&e);
    assert_true(hears(e.worker, 5000, &e.ack));
    assert_false(hears(e.door, 300, &e.ack));
    close(e.worker);
    assert_true(hears(e.door, 5000, &e.ack));
    assert_true(e.ack.ok);
    close(e.door);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_erasure_waits_until_nobody_seals_under_the_old_keys),
        cmocka_unit_test(of_two_erasures_at_once_one_is_refused),
        cmocka_unit_test(after_ten_seconds_of_silence_an_erasure_is_refused),
        cmocka_unit_test(a_worker_that_goes_is_not_waited_for),
        cmocka_unit_test(what_only_others_may_say_is_refused),
        cmocka_unit_test(nobody_is_at_the_door_of_another_log),
        cmocka_unit_test(a_second_door_is_not_opened),
        cmocka_unit_test(a_record_of_peoples_work_is_taken),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
