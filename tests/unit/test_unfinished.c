/* tests/unit/test_unfinished.c - an erasure that is killed between its record and the removal is
 * done again by who opens the log next, and by nobody while somebody is at it. */
#include "proxy/base/base.h"
#include "audit/unfinished.h"
#include "audit/present.h"
#include "audit/prove.h"
#include "audit/verify.h"
#include "proxy/base/log.h"
#include "tests/unit/seal_rig.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

static struct seal_rig f;
static uint64_t ann, bob;

static int open_dir(void)
{
    int dir = open(f.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(dir >= 0);
    return dir;
}

static bool has(const char *name)
{
    int dir = open_dir();
    bool is_there = faccessat(dir, name, F_OK, 0) == 0;
    close(dir);
    return is_there;
}

static void write_record(bool is_signed)
{
    struct audit_record rec;
    struct buf refs;
    uint64_t by;
    buf_init(&refs, 64);
    assert_true(gw_ok(record_ref_add(&refs, ann)));
    rec = (struct audit_record){.type = RECORD_ERASE, .refs = buf_slice(&refs)};
    assert_true(gw_ok(audit_log_append(f.log, &rec, 7, &by)));
    assert_true(gw_ok(audit_log_sync(f.log)));
    if (is_signed)
        assert_true(gw_ok(audit_log_tick(f.log, true)));
    buf_free(&refs);
}

/* The verb is killed behind its record; an index lies there. */
static void is_killed(bool is_marked)
{
    struct note_key key;
    uint64_t size;
    int status, mark, dir = open_dir();
    assert_true(gw_ok(prove_head(f.path, &key, &size)));
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        bool is_begun = !is_marked || gw_ok(unfinished_begin(dir, size, &mark));
        kill(getpid(), is_begun ? SIGKILL : SIGABRT);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    write_record(true);
    close(openat(dir, "index.db", O_CREAT | O_WRONLY, 0600));
    close(dir);
}

static gw_result hear(void *nobody, const struct present_item *item)
{
    (void)nobody;
    (void)item;
    return gw_is(GW_OK);
}

static struct present_counts counts(void)
{
    struct present_counts n;
    assert_true(gw_ok(present_run(f.path, 100, hear, NULL, &n)));
    return n;
}

static bool is_erased(void)
{
    struct verify_report report;
    verify_run(f.path, &(struct verify_options){.clock = &f.clock}, &report);
    assert_int_not_equal(report.code, VERIFY_TAMPERED);
    return report.code == VERIFY_INTACT && counts().payloads[PRESENT_ERASED] == 1 &&
           counts().payloads[PRESENT_HERE] == 1;
}

static void open_again(void)
{
    audit_log_close(f.log);
    f.clock.wall_us += 2 * HOUR_US;
    seal_rig_open(&f);
}

static void who_opens_next_does_it_again(void **state)
{
    (void)state;
    is_killed(true);
    assert_false(is_erased());
    assert_true(has("erasing"));
    open_again();
    assert_true(is_erased());
    assert_false(has("erasing"));
    assert_false(has("index.db"));
    open_again(); /* and has nothing to do then */
    assert_true(is_erased());
}

static void the_next_erasure_does_it_first(void **state)
{
    int mark, dir = open_dir();
    struct note_key key;
    uint64_t size;
    (void)state;
    is_killed(true);
    assert_true(gw_ok(prove_head(f.path, &key, &size)));
    assert_true(gw_ok(unfinished_begin(dir, size, &mark)));
    assert_true(is_erased());
    assert_true(has("erasing"));
    assert_true(gw_ok(unfinished_end(dir, mark)));
    assert_false(has("erasing"));
    close(dir);
}

static void without_its_mark_nothing_is_touched(void **state)
{
    (void)state;
    is_killed(false);
    open_again();
    assert_false(is_erased());
    assert_true(has("index.db"));
}

static void nobody_touches_what_somebody_is_at(void **state)
{
    struct note_key key;
    uint64_t size, records;
    int mark, dir = open_dir();
    (void)state;
    assert_true(gw_ok(prove_head(f.path, &key, &size)));
    assert_true(gw_ok(unfinished_begin(dir, size, &mark)));
    write_record(true);
    open_again();
    assert_false(is_erased());
    assert_true(has("erasing"));
    close(mark);
    assert_true(gw_ok(unfinished_finish(dir, size, &records))); /* not signed at that size */
    assert_int_equal(records, 0);
    assert_false(is_erased());
    close(dir);
}

static void where_witnesses_are_waited_for_it_is_left(void **state)
{
    int dir = open_dir();
    (void)state;
    is_killed(true);
    close(openat(dir, "witnesses", O_CREAT | O_WRONLY, 0600));
    open_again();
    assert_false(is_erased());
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
        TEST(without_its_mark_nothing_is_touched),
        TEST(nobody_touches_what_somebody_is_at),
        TEST(where_witnesses_are_waited_for_it_is_left),
        TEST(who_opens_next_does_it_again),
        TEST(the_next_erasure_does_it_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
