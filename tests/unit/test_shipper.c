/* tests/unit/test_shipper.c - the shipper's process with files for sinks: proxy/main/shipper.h.
 * Sinks that are reached by a network are for tests/flow/test_shipper.py. */
#include "proxy/base/base.h"
#include "proxy/main/shipper.h"
#include "tests/unit/log_rig.h"
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

static const struct clock real;
static struct gauges *gauges;
static struct audit_log *log_of;
static int control[2];
static pid_t child;

/* A sink "copy", and more. */
static void write_config(const char *more)
{
    char path[100];
    snprintf(path, sizeof path, "%s/bulla.yaml", base);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f,
            "listen: [{address: '127.0.0.1:8443'}]\n"
            "upstreams: {mine: {dialect: openai, url: 'http://127.0.0.1:1', trust: local}}\n"
            "audit: {dir: audit}\n"
            "sinks: {copy: {kind: jsonl, to: '%s/copy.jsonl'}%s}\n",
            base, more);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(path, 0600), 0);
}

static int begin(void **state)
{
    int failed = rig_folder(state);
    gauges = gauges_new();
    log_of = NULL;
    assert_int_equal(pipe(control), 0);
    return failed || gauges == NULL;
}

static int end(void **state)
{
    audit_log_close(log_of);
    gauges_free(gauges);
    if (child > 0) {
        (void)kill(child, SIGKILL);
        (void)waitpid(child, NULL, 0);
    }
    child = 0;
    return rig_gone(state);
}

static void open_log(void)
{
    log_of = rig_opened((struct audit_settings){.clock = &real, .gauges = gauges});
}

static void start(void)
{
    child = fork();
    if (child != 0)
        return;
    char path[100];
    struct buf complaints;
    struct config *config = NULL;
    close(control[1]);
    buf_init(&complaints, 65536);
    snprintf(path, sizeof path, "%s/bulla.yaml", base);
    if (!gw_ok(config_load(path, &config, &complaints))) {
        fprintf(stderr, "%.*s", (int)complaints.len, buf_slice(&complaints).at);
        _exit(99);
    }
    const struct shipper_start how = {
        .config = config, .dir = dir, .gauges = gauges, .control_fd = control[0]};
    _exit(shipper_run(&how));
}

/* The master says so, and it ends: with what code. */
static int stopped(void)
{
    int status = 0;
    close(control[1]);
    assert_int_equal(waitpid(child, &status, 0), child);
    child = 0;
    close(control[0]);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static uint64_t append(unsigned n)
{
    uint64_t seq = 0;
    const struct audit_record rec = {.type = RECORD_CONFIG_CHANGE};
    for (unsigned i = 0; i < n; i++)
        assert_true(gw_ok(audit_log_append(log_of, &rec, 1, &seq)));
    assert_true(gw_ok(audit_log_sync(log_of)));
    assert_true(gw_ok(audit_log_tick(log_of, true)));
    return seq;
}

static bool has_come_to(uint64_t next)
{
    for (int i = 0; i < 3000; i++) {
        if (gauges_sinks(gauges) > 0 && gauges_get(&gauges->sinks[0].next) == next)
            return true;
        usleep(20000);
        (void)gw_ok(audit_log_tick(log_of, true));
    }
    return false;
}

/* Lines of a sink's file that hold the text. */
static unsigned lines_with(const char *name, const char *text)
{
    char path[100], line[8192];
    unsigned n = 0;
    snprintf(path, sizeof path, "%s/%s", base, name);
    FILE *f = fopen(path, "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        n += strstr(line, text) != NULL;
    if (f != NULL)
        fclose(f);
    return n;
}

/* A log that never opened has nothing to send, and that is no fault. */
static void it_ends_before_there_is_a_log(void **state)
{
    (void)state;
    write_config("");
    start();
    usleep(200000);
    assert_int_equal(stopped(), 0);
    assert_int_equal(lines_with("copy.jsonl", "{"), 0);
}

static void all_that_is_signed_goes_out_once(void **state)
{
    (void)state;
    write_config("");
    open_log();
    uint64_t last = append(20);
    start();
    assert_true(has_come_to(last + 1));
    assert_int_equal(gauges_get(&gauges->sinks[0].is_up), 1);
    assert_int_equal(gauges_get(&gauges->sinks[0].failures), 0);
    assert_string_equal(gauges->sinks[0].name, "copy");
    assert_int_equal(stopped(), 0);
    assert_int_equal(lines_with("copy.jsonl", "\"config.change\""), 20);
    assert_true(lines_with("copy.jsonl", "checkpoint") >= 1);
}

/* The next one goes on where the last one was: nothing twice, nothing left out. */
static void a_new_one_goes_on_behind_the_old_one(void **state)
{
    (void)state;
    write_config("");
    open_log();
    uint64_t last = append(20);
    start();
    assert_true(has_come_to(last + 1));
    assert_int_equal(stopped(), 0);
    last = append(300); /* more than a batch has */
    assert_int_equal(pipe(control), 0);
    start();
    assert_true(has_come_to(last + 1));
    assert_int_equal(stopped(), 0);
    assert_int_equal(lines_with("copy.jsonl", "\"config.change\""), 320);
}

/* One that cannot be opened is idle, and the others go on. */
static void a_sink_that_cannot_be_opened_harms_no_other(void **state)
{
    (void)state;
    write_config(", lost: {kind: jsonl, to: /no/such/folder/x}");
    open_log();
    uint64_t last = append(5);
    start();
    assert_true(has_come_to(last + 1));
    assert_int_equal(gauges_sinks(gauges), 2);
    for (int i = 0; i < 3000 && gauges_get(&gauges->sinks[1].failures) == 0; i++)
        usleep(20000);
    assert_int_equal(gauges_get(&gauges->sinks[1].failures), 1);
    assert_int_equal(gauges_get(&gauges->sinks[1].is_up), 0);
    assert_int_equal(gauges_get(&gauges->sinks[1].next), 0); /* it has nothing yet */
    assert_int_equal(stopped(), 0);
}

/* clang-format off */
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
/* clang-format on */

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(it_ends_before_there_is_a_log),
        TEST(all_that_is_signed_goes_out_once),
        TEST(a_new_one_goes_on_behind_the_old_one),
        TEST(a_sink_that_cannot_be_opened_harms_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
