/* tests/unit/test_expire.c - audit/expire.h: whole segments and entry bundles end, and what is left
 * of the log verifies, opens and proves as before. */
#include "proxy/base/base.h"
#include "audit/expire.h"
#include "audit/disk.h"
#include "audit/follow.h"
#include "audit/index.h"
#include "audit/prove.h"
#include "audit/show.h"
#include "audit/verify.h"
#include "proxy/base/log.h"
#include "tests/unit/log_rig.h"
#include <fcntl.h>

enum { SMALL = 16 * 1024, HOUR_S = 3600, NOTHING = -1 };

static struct clock hands;
static struct audit_log *log_at;
static int64_t held;
static char first_head[4096];

static void pass(int64_t seconds)
{
    hands.mono_ns += seconds * 1000000000;
    hands.wall_us += seconds * 1000000;
}

static void reopen(void)
{
    log_at = rig_log(dir, &hands, SMALL);
}

static uint64_t append(const struct audit_record *rec)
{
    uint64_t seq;
    assert_true(gw_ok(audit_log_append(log_at, rec, 1, &seq)));
    return seq;
}

static void settle(void)
{
    assert_true(gw_ok(audit_log_sync(log_at)) && gw_ok(audit_log_tick(log_at, true)));
}

/* That many exchanges, a begin and an end each. */
static void exchanges(unsigned n)
{
    static struct secret_pool pool;
    while (n-- > 0) {
        struct audit_record rec = {.type = RECORD_EXCHANGE_BEGIN, .dec = RECORD_ALLOWED};
        record_xid(hands.wall_us, &pool, rec.xid);
        rec.groups[GROUP_WHO] = SLICE_LIT("{\"app\":\"hr\"}");
        rec.ref = append(&rec);
        rec.type = RECORD_EXCHANGE_END;
        rec.has_ref = true;
        rec.out = "ok";
        (void)append(&rec);
    }
    settle();
}

static uint64_t say(const char *words, uint64_t seq)
{
    struct audit_record rec = {.type = RECORD_PRUNE};
    char what[120];
    snprintf(what, sizeof what, "{\"count\":0,\"op\":\"prune\",\"query\":\"%s%llu\"}", words,
             (unsigned long long)seq);
    rec.groups[GROUP_WHAT] = slice_str(what);
    uint64_t at = append(&rec);
    settle();
    return at;
}

static bool is_held(void *owner, uint64_t seq)
{
    (void)owner;
    return (int64_t)seq == held;
}

/* What may go of what is older than that many hours. */
static struct expire found(int segments_hours, int leaves_hours)
{
    struct expire e = {.is_held = is_held};
    if (segments_hours >= 0)
        prune_hour(hands.wall_us - (int64_t)segments_hours * HOUR_S * 1000000, e.segments_before);
    if (leaves_hours >= 0)
        prune_hour(hands.wall_us - (int64_t)leaves_hours * HOUR_S * 1000000, e.leaves_before);
    assert_true(gw_ok(expire_find(dir, &e)));
    return e;
}

static void act(struct expire *e)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(gw_ok(expire_do(fd, e)));
    close(fd);
}

static struct verify_report verified(void)
{
    struct verify_report report;
    const struct slice kept = slice_str(first_head);
    const struct verify_options options = {.clock = &hands, .kept = &kept, .kept_count = 1};
    verify_run(dir, &options, &report);
    return report;
}

static void assert_intact(void)
{
    struct verify_report r = verified();
    if (r.code != VERIFY_INTACT)
        fail_msg("verify: %s at %llu", r.reason, (unsigned long long)r.seq);
    assert_int_equal(r.kept, 1);
}

/* Six hours with 100 exchanges each, and a head that somebody kept early. */
static int fresh(void **state)
{
    struct buf head;
    int failed = rig_memory(state);
    log_init(LOG_SILENT, "test", STDERR_FILENO);
    hands = (struct clock){.fake = true, .mono_ns = 5000000000, .wall_us = 1700002800000000};
    held = NOTHING;
    reopen();
    for (int hour = 0; hour < 6; hour++) {
        exchanges(100);
        if (hour == 0) {
            buf_init(&head, sizeof first_head);
            assert_true(gw_ok(prove_checkpoint(dir, &head)));
            snprintf(first_head, sizeof first_head, "%.*s", (int)buf_slice(&head).len,
                     buf_slice(&head).at);
            buf_free(&head);
        }
        pass(HOUR_S);
    }
    return failed;
}

static int gone(void **state)
{
    audit_log_close(log_at);
    log_at = NULL;
    return rig_gone(state);
}

static void what_is_young_held_or_open_stays(void **state)
{
    struct audit_record begin = {.type = RECORD_EXCHANGE_BEGIN};
    (void)state;
    assert_int_equal(found(6, 6).segments, 0); /* nothing is that old */
    assert_int_equal(found(NOTHING, NOTHING).segments, 0);
    struct expire e = found(3, 3);
    assert_in_range(e.segments, 500, 601); /* three hours of 200 records, whole segments of them */
    assert_int_equal(e.leaves, e.segments / 256 * 256);
    held = 300;
    struct expire less = found(3, 3);
    assert_in_range(less.segments, 200, 300);
    assert_int_equal(less.leaves, less.segments / 256 * 256);
    held = 0;
    assert_int_equal(found(3, 3).segments, 0);
    held = NOTHING;
    record_xid(hands.wall_us, &(struct secret_pool){.left = 0}, begin.xid);
    uint64_t seq = append(&begin); /* and what is begun and not ended */
    exchanges(300);
    pass(9 * HOUR_S);
    e = found(3, NOTHING);
    assert_in_range(e.segments, seq - 100, seq);
}

static void the_segment_that_is_written_stays(void **state)
{
    (void)state;
    pass(100 * HOUR_S);
    struct expire e = found(3, 3);
    struct segment_list list = rig_segments(dir);
    assert_int_equal(e.segments, list.first[list.count - 1]);
    segment_list_free(&list);
}

static void what_is_gone_without_a_record_is_told(void **state)
{
    struct expire e = found(2, 2);
    char reason[256];
    (void)state;
    act(&e);
    assert_true(e.segments_gone > 3 && e.bundles_gone == e.leaves / 256);
    assert_int_equal(verified().code, VERIFY_INCOMPLETE);
    (void)say(EXPIRE_SAYS_SEGMENTS, e.segments - 1); /* one too few */
    (void)say(EXPIRE_SAYS_LEAVES, e.leaves);
    assert_int_equal(verified().code, VERIFY_INCOMPLETE);
    audit_log_close(log_at);
    log_at = NULL;
    assert_int_equal(rig_try((struct audit_settings){.segment_bytes = SMALL, .clock = &hands},
                             reason, sizeof reason, &log_at)
                         .code,
                     GW_CORRUPT);
    assert_non_null(strstr(reason, "missing at the beginning"));
    assert_null(log_at);
}

static void what_has_ended_leaves_a_log_that_stands_by_itself(void **state)
{
    struct expire e = found(3, 3);
    struct buf out;
    (void)state;
    (void)say(EXPIRE_SAYS_SEGMENTS, e.segments);
    (void)say(EXPIRE_SAYS_LEAVES, e.leaves);
    act(&e);
    assert_intact();
    struct verify_report r = verified();
    assert_int_equal(r.segments_from, e.segments);
    assert_int_equal(r.leaves_from, e.leaves);
    struct expire again = found(3, 3); /* done twice: nothing */
    assert_true(again.segments == 0 && again.leaves == 0);
    audit_log_close(log_at);
    reopen();
    exchanges(200);
    assert_intact();
    buf_init(&out, SHOW_MAX);
    assert_true(gw_ok(prove_record(dir, 5, &out))); /* its hash is still in the tree */
    assert_true(gw_ok(show_record(dir, e.segments, &out)));
    buf_clear(&out);
    assert_true(gw_ok(show_record(dir, e.segments - 1, &out))); /* its leaf, and no more */
    assert_true(slice_has_prefix(buf_slice(&out), SLICE_LIT("{\"groups\":{},\"leaf\":{")));
    assert_int_equal(show_record(dir, e.leaves - 1, &out).code, GW_NOT_FOUND);
    buf_free(&out);
}

static void no_tile_below_may_be_another(void **state)
{
    static const char *const tiles[] = {"tile/0/000", "tile/0/001"};
    struct expire e;
    (void)state;
    exchanges(500);
    pass(20 * HOUR_S);
    e = found(3, 3);
    assert_true(e.leaves >= 512);
    (void)say(EXPIRE_SAYS_SEGMENTS, e.segments);
    (void)say(EXPIRE_SAYS_LEAVES, e.leaves);
    act(&e);
    assert_intact();
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (size_t i = 0; i < GW_COUNT(tiles); i++) {
        char byte;
        int tile = openat(fd, tiles[i], O_RDWR);
        assert_int_equal(pread(tile, &byte, 1, 777), 1);
        byte ^= 4;
        assert_int_equal(pwrite(tile, &byte, 1, 777), 1);
        assert_int_equal(verified().code, VERIFY_TAMPERED);
        byte ^= 4;
        assert_int_equal(pwrite(tile, &byte, 1, 777), 1);
        close(tile);
    }
    assert_intact();
    assert_int_equal(unlinkat(fd, tiles[1], 0), 0);
    assert_int_equal(verified().code, VERIFY_TAMPERED);
    close(fd);
}

static gw_result count_row(void *owner, const struct index_row *row)
{
    (void)row;
    ++*(unsigned *)owner;
    return gw_is(GW_OK);
}

static unsigned of_hr(void)
{
    struct index_query q = {0};
    struct index *ix;
    unsigned n = 0;
    q.facets[FACET_APP] = SLICE_LIT("hr");
    assert_true(gw_ok(index_open(dir, &ix)));
    assert_true(gw_ok(index_find(ix, &q, count_row, &n)));
    index_close(ix);
    return n;
}

static gw_result see_first(void *owner, const struct segment_frame *frame,
                           const struct segment_frame *begin)
{
    (void)begin;
    *(uint64_t *)owner = frame->seq;
    return gw_is(GW_OK);
}

static void who_reads_on_passes_over_it(void **state)
{
    struct expire e = found(3, NOTHING);
    struct follow *f;
    uint64_t seq = 0;
    (void)state;
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(of_hr(), 1200);
    uint64_t size = say(EXPIRE_SAYS_LEAVES, e.segments) + 1;
    act(&e);
    assert_true(gw_ok(follow_open(fd, 3, &f)));
    assert_int_equal(follow_each(f, size, 1, see_first, &seq).code, GW_NOT_FOUND);
    size = say(EXPIRE_SAYS_SEGMENTS, e.segments) + 1;
    assert_int_equal(follow_each(f, size - 1, 1, see_first, &seq).code, GW_NOT_FOUND);
    assert_true(gw_ok(follow_each(f, size, 1, see_first, &seq)));
    assert_int_equal(seq, e.segments);
    follow_close(f);
    close(fd);
    assert_in_range(of_hr(), 1201 - e.segments, 1202 - e.segments); /* the log.start has no app */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_young_held_or_open_stays, fresh, gone),
        cmocka_unit_test_setup_teardown(the_segment_that_is_written_stays, fresh, gone),
        cmocka_unit_test_setup_teardown(what_is_gone_without_a_record_is_told, fresh, gone),
        cmocka_unit_test_setup_teardown(what_has_ended_leaves_a_log_that_stands_by_itself, fresh,
                                        gone),
        cmocka_unit_test_setup_teardown(no_tile_below_may_be_another, fresh, gone),
        cmocka_unit_test_setup_teardown(who_reads_on_passes_over_it, fresh, gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
