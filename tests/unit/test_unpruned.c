/* tests/unit/test_unpruned.c - a pruning that is killed between its record and the removal is done
 * again by who opens the log next, and by nobody while somebody is at it. */
#include "proxy/base/base.h"
#include "audit/unpruned.h"
#include "audit/present.h"
#include "audit/prove.h"
#include "audit/prune.h"
#include "audit/verify.h"
#include "proxy/base/log.h"
#include "tests/unit/seal_rig.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>

static struct seal_rig f;
static uint64_t ann, bob;

static int open_dir(void)
{
    int dir = open(f.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(dir >= 0);
    return dir;
}

static uint64_t append(enum record_type type, const char *what, uint64_t ref)
{
    struct audit_record rec = {.type = type};
    struct buf refs;
    uint64_t seq;
    buf_init(&refs, 64);
    if (ref > 0)
        assert_true(gw_ok(record_ref_add(&refs, ref)));
    rec.refs = buf_slice(&refs);
    rec.groups[GROUP_WHAT] = slice_str(what);
    assert_true(gw_ok(audit_log_append(f.log, &rec, 7, &seq)));
    assert_true(gw_ok(audit_log_sync(f.log)));
    buf_free(&refs);
    return seq;
}

/* A verb that goes no further than its records; what it leaves is its lock, when *lock is wanted.
 */
static void is_cut_short(bool is_marked, bool is_signed, int *lock)
{
    struct note_key key;
    uint64_t size;
    int mark, dir = open_dir();
    f.clock.wall_us += 2 * HOUR_US;
    assert_true(gw_ok(prove_head(f.path, &key, &size)));
    assert_true(gw_ok(unpruned_take(dir, &mark)));
    if (is_marked)
        assert_true(gw_ok(unpruned_mark(mark, size)));
    (void)append(RECORD_PRUNE, "{\"op\":\"prune\",\"query\":\"" PRUNE_SAYS "2025112821\"}", 0);
    (void)append(RECORD_PRUNE, "{\"op\":\"prune\",\"query\":\"" PRUNE_SAYS_GROUPS "2025112821\"}",
                 0);
    if (is_signed)
        assert_true(gw_ok(audit_log_tick(f.log, true)));
    close(openat(dir, "index.db", O_CREAT | O_WRONLY, 0600));
    if (lock == NULL)
        close(mark);
    else
        *lock = mark;
    close(dir);
}

static gw_result hear(void *nobody, const struct present_item *item)
{
    (void)nobody;
    (void)item;
    return gw_is(GW_OK);
}

static uint64_t pruned(void)
{
    struct present_counts n;
    assert_true(gw_ok(present_run(f.path, 100, hear, NULL, &n)));
    assert_int_equal(n.payloads[PRESENT_PRUNED] + n.payloads[PRESENT_HERE], 2);
    return n.payloads[PRESENT_PRUNED];
}

static off_t left(void)
{
    struct stat st;
    int dir = open_dir();
    assert_int_equal(fstatat(dir, "PRUNE", &st, 0), 0);
    close(dir);
    return st.st_size;
}

/* Its thread has said what it has to say: the mark is gone, or ten seconds are. */
static void open_again(bool is_expected)
{
    audit_log_close(f.log);
    seal_rig_open(&f);
    for (int i = 0; is_expected && left() > 0 && i < 1000; i++)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    if (!is_expected)
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
}

static void without_its_mark_nothing_is_touched(void **state)
{
    (void)state;
    is_cut_short(false, true, NULL);
    open_again(false);
    assert_int_equal(pruned(), 0);
}

static void nobody_touches_what_somebody_is_at(void **state)
{
    int lock, other, dir = open_dir();
    (void)state;
    is_cut_short(true, true, &lock);
    assert_int_equal(unpruned_take(dir, &other).code, GW_AGAIN);
    open_again(false);
    assert_int_equal(pruned(), 0);
    assert_true(left() > 0);
    close(lock);
    close(dir);
}

static void what_is_held_meanwhile_stays(void **state)
{
    (void)state;
    is_cut_short(true, true, NULL);
    (void)append(RECORD_HOLD_SET, "{\"case\":\"C\"}", bob);
    assert_true(gw_ok(audit_log_tick(f.log, true)));
    open_again(true);
    assert_int_equal(pruned(), 1);
    assert_int_equal(left(), 0);
}

static void who_opens_next_does_it_again(void **state)
{
    struct verify_report report;
    int dir = open_dir();
    (void)state;
    is_cut_short(true, true, NULL);
    assert_int_equal(pruned(), 0);
    open_again(true);
    assert_int_equal(pruned(), 2);
    assert_int_equal(left(), 0);
    assert_int_not_equal(faccessat(dir, "index.db", F_OK, 0), 0);
    open_again(false); /* and has nothing to do then */
    assert_int_equal(pruned(), 2);
    audit_log_close(f.log);
    verify_run(f.path, &(struct verify_options){.clock = &f.clock}, &report);
    assert_int_equal(report.code, VERIFY_INTACT);
    assert_true(report.pruned > 0);
    seal_rig_open(&f);
    close(dir);
}

static void what_another_one_left_is_not_cleared(void **state)
{
    int mark, dir = open_dir();
    (void)state;
    is_cut_short(true, true, NULL);
    assert_true(gw_ok(unpruned_take(dir, &mark)));
    off_t was = left();
    assert_int_equal(unpruned_mark(mark, 1000).code, GW_AGAIN);
    assert_int_equal(left(), was);
    close(mark);
    close(dir);
}

static int begin(void **state)
{
    (void)state;
    log_init(LOG_SILENT, "test", STDERR_FILENO);
    seal_rig_make(&f);
    ann = seal_rig_record(&f, "said by ann");
    bob = seal_rig_record(&f, "said by bob");
    return gw_ok(audit_log_tick(f.log, true)) ? 0 : 1;
}

static int end(void **state)
{
    (void)state;
    audit_log_close(f.log);
    seal_rig_drop(&f);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_its_mark_nothing_is_touched),  TEST(nobody_touches_what_somebody_is_at),
        TEST(what_is_held_meanwhile_stays),         TEST(who_opens_next_does_it_again),
        TEST(what_another_one_left_is_not_cleared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
