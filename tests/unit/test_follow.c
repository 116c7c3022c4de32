/* tests/unit/test_follow.c - audit/follow.h: every record once, in order, ends with their begins.
 */
#include "proxy/base/base.h"
#include "audit/follow.h"
#include "audit/jcs.h"
#include "audit/log.h"
#include "tests/unit/log_rig.h"
#include <fcntl.h>
#include <unistd.h>

enum { PAIRS = 150 };

static int fd;
static uint64_t size;
static struct clock hands;

/* A log of pairs, in many small segments: the ends come twenty pairs after their begins. */
static int fresh(void **state)
{
    uint64_t begins[PAIRS], seq;
    assert_int_equal(rig_folder(state), 0);
    hands = (struct clock){.fake = true, .mono_ns = 1, .wall_us = 1700000000000000};
    struct audit_log *log = rig_log(dir, &hands, 16 * 1024);
    for (size_t i = 0; i < PAIRS + 20; i++) {
        struct audit_record rec = {.type = RECORD_EXCHANGE_BEGIN, .out = "ok"};
        snprintf(rec.xid, sizeof rec.xid, "018f0000-0000-7000-8000-%012zu", i);
        if (i < PAIRS)
            assert_true(gw_ok(audit_log_append(log, &rec, 1, &begins[i])));
        if (i < 20)
            continue;
        rec = (struct audit_record){.type = RECORD_EXCHANGE_END, .out = "ok", .has_ref = true};
        rec.ref = begins[i - 20];
        snprintf(rec.xid, sizeof rec.xid, "018f0000-0000-7000-8000-%012zu", i - 20);
        assert_true(gw_ok(audit_log_append(log, &rec, 1, &seq)));
    }
    audit_log_close(log);
    size = 2 * PAIRS + 2; /* with log.start and log.stop */
    fd = open(dir, O_RDONLY | O_DIRECTORY);
    return fd < 0;
}

static int gone(void **state)
{
    close(fd);
    return rig_gone(state);
}

struct seen {
    uint64_t next, ends, stop_at; /* stop_at: each() refuses that one */
};

static gw_result see(void *owner, const struct segment_frame *frame,
                     const struct segment_frame *begin)
{
    struct seen *s = owner;
    struct slice type, xid, other;
    if (frame->seq == s->stop_at)
        return gw_is(GW_TOO_BIG);
    assert_int_equal(frame->seq, s->next++);
    assert_true(gw_ok(jcs_text(frame->leaf, "type", &type)));
    bool is_end = slice_is(type, SLICE_LIT("exchange.end"));
    assert_true(is_end == (begin != NULL));
    if (!is_end)
        return gw_is(GW_OK);
    assert_true(gw_ok(jcs_text(frame->leaf, "xid", &xid)) &&
                gw_ok(jcs_text(begin->leaf, "xid", &other)) && slice_is(xid, other));
    s->ends++;
    return gw_is(GW_OK);
}

static struct follow *following(uint64_t next)
{
    struct follow *f;
    assert_true(gw_ok(follow_open(fd, next, &f)));
    return f;
}

static void what_is_not_there_is_not_made_up(void **state)
{
    struct seen s = {.next = 0, .stop_at = UINT64_MAX};
    char line[160];
    (void)state;
    struct follow *f = following(size);
    assert_true(gw_ok(follow_each(f, size, 10, see, &s))); /* nothing is signed */
    assert_int_equal(follow_each(f, size + 1, 10, see, &s).code, GW_CORRUPT);
    follow_close(f);
    snprintf(line, sizeof line, "rm %s/seg/00000000000000000000.seg", dir);
    assert_int_equal(system(line), 0);
    f = following(0);
    assert_int_equal(follow_each(f, size, 10, see, &s).code, GW_NOT_FOUND);
    assert_int_equal(s.next, 0);
    follow_close(f);
}

static void a_changed_record_ends_it(void **state)
{
    struct seen s = {.next = 0, .stop_at = UINT64_MAX};
    char path[160], byte;
    (void)state;
    snprintf(path, sizeof path, "%s/seg/00000000000000000000.seg", dir);
    int seg = open(path, O_RDWR);
    assert_int_equal(pread(seg, &byte, 1, 1000), 1);
    byte ^= 1;
    assert_int_equal(pwrite(seg, &byte, 1, 1000), 1);
    close(seg);
    struct follow *f = following(0);
    assert_int_equal(follow_each(f, size, 1000, see, &s).code, GW_CORRUPT);
    assert_true(s.next < 4 && follow_next(f) == s.next);
    follow_close(f);
}

static void every_record_comes_once_in_order(void **state)
{
    static const uint64_t starts[] = {0, 1, 25, 100, 299, 301};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(starts); i++) {
        struct seen s = {.next = starts[i], .stop_at = UINT64_MAX};
        struct follow *f = following(starts[i]);
        while (follow_next(f) < size) {
            uint64_t before = s.next;
            assert_true(gw_ok(follow_each(f, size, 7, see, &s)));
            assert_true(s.next > before && s.next <= before + 7);
        }
        assert_int_equal(s.next, size);
        assert_true(starts[i] > 0 || s.ends == PAIRS);
        follow_close(f);
    }
}

static void what_was_refused_comes_again(void **state)
{
    struct seen s = {.next = 0, .stop_at = 50};
    (void)state;
    struct follow *f = following(0);
    assert_int_equal(follow_each(f, size, 1000, see, &s).code, GW_TOO_BIG);
    assert_int_equal(follow_next(f), 50);
    s.stop_at = UINT64_MAX;
    assert_true(gw_ok(follow_each(f, size, 10, see, &s)));
    assert_int_equal(s.next, 60);
    follow_rewind(f, 50);
    s.next = 50;
    assert_true(gw_ok(follow_each(f, size, 1000, see, &s)));
    assert_int_equal(s.next, size);
    follow_close(f);
    follow_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_not_there_is_not_made_up, fresh, gone),
        cmocka_unit_test_setup_teardown(a_changed_record_ends_it, fresh, gone),
        cmocka_unit_test_setup_teardown(every_record_comes_once_in_order, fresh, gone),
        cmocka_unit_test_setup_teardown(what_was_refused_comes_again, fresh, gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
