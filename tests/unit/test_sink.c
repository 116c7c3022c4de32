/* tests/unit/test_sink.c - proxy/main/sink.h: files that others wrote into, that are full, or are
 * none. Sinks at the other end of a connection: tests/flow/test_export.py. */
#include "proxy/base/base.h"
#include "proxy/main/option.h"
#include "proxy/main/sink.h"
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#define LEAF \
    "{\"node\":\"n\",\"seq\":1,\"t\":\"2026-01-01T00:00:00.000000Z\",\"type\":\"log.start\"}"

static char dir[64], path[96], reason[SINK_REASON];
static struct sink *sink;

static int fresh(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "/tmp/bulla-unit-XXXXXX");
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/log", dir);
    reason[0] = '\0';
    sink = NULL;
    return 0;
}

static int gone(void **state)
{
    (void)state;
    sink_close(sink);
    (void)unlink(path);
    return rmdir(dir);
}

static gw_result opened(const char *kind, const char *to)
{
    const struct sink_settings settings = {.kind = kind, .to = to, .wait_s = 1};
    return sink_open(&settings, reason, &sink);
}

static void add(const char *leaf)
{
    const struct segment_frame frame = {.seq = 1, .leaf = slice_str(leaf)};
    const struct event e = {.origin = "bulla/n", .frame = &frame};
    assert_true(gw_ok(sink_add(sink, &e)));
}

static void write_file(const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0 && fclose(f) == 0);
}

static size_t read_file(char *room, size_t size)
{
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    size_t n = fread(room, 1, size - 1, f);
    room[n] = '\0';
    fclose(f);
    return n;
}

static void a_pipe_that_nobody_reads_is_refused_and_not_waited_for(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(path, 0600), 0);
    alarm(20);
    assert_int_equal(opened("jsonl", path).code, GW_BAD);
    alarm(0);
    assert_non_null(strstr(reason, "no regular file"));
    assert_int_equal(opened("jsonl", "/dev/null").code, GW_BAD);
    assert_int_equal(opened("jsonl", dir).code, GW_BAD);
}

static void a_line_that_was_cut_is_not_gone_on_with(void **state)
{
    char text[4096];
    (void)state;
    write_file("{\"half\":");
    assert_true(gw_ok(opened("jsonl", path)));
    add(LEAF);
    assert_true(gw_ok(sink_flush(sink)));
    read_file(text, sizeof text);
    assert_int_equal(strncmp(text, "{\"half\":\n{", 10), 0);
    sink_close(sink);
    sink = NULL;
    size_t before = strlen(text);
    assert_true(gw_ok(opened("jsonl", path)));
    assert_int_equal(read_file(text, sizeof text), before); /* a whole one is */
}

static void what_was_not_taken_leaves_no_half_of_a_line(void **state)
{
    char text[4096];
    struct rlimit was, few;
    (void)state;
    write_file("{}\n");
    assert_true(gw_ok(opened("jsonl", path)));
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    few = was;
    few.rlim_cur = 50; /* room for a part of it */
    add(LEAF);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &few), 0);
    gw_result r = sink_flush(sink);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    assert_int_equal(r.code, GW_UNAVAILABLE);
    read_file(text, sizeof text);
    assert_string_equal(text, "{}\n");
    add(LEAF);
    assert_true(gw_ok(sink_flush(sink)));
    size_t n = read_file(text, sizeof text);
    assert_true(n > 4 && strncmp(text, "{}\n{", 4) == 0 && text[n - 1] == '\n');
}

static void a_name_that_is_too_long_for_syslog_is_cut(void **state)
{
    char leaf[2048], node[1000];
    (void)state;
    memset(node, 'n', sizeof node);
    node[sizeof node - 1] = '\0';
    snprintf(leaf, sizeof leaf, "{\"node\":\"%s\",\"seq\":1,\"t\":\"\",\"type\":\"log.start\"}",
             node);
    assert_true(gw_ok(opened("syslog", "tcp://127.0.0.1:9")));
    add(leaf); /* the sanitizer sees what is read behind it */
}

static void there_is_a_kind_for_each_word_of_the_option(void **state)
{
    static const char words[] = "jsonl|syslog|otlp|splunk|elastic|kafka|spans";
    const struct option_row *row;
    char all[80] = "";
    size_t at = 0;
    (void)state;
    for (size_t i = 0; sink_kind(i) != NULL; i++)
        at += (size_t)snprintf(all + at, sizeof all - at, "%s%s", i > 0 ? "|" : "", sink_kind(i));
    assert_string_equal(all, words);
    for (size_t i = 0; (row = option_at(i)) != NULL; i++)
        if (row->section == SECTION_SINK && strcmp(row->name, "kind") == 0)
            assert_string_equal(row->choices, all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_pipe_that_nobody_reads_is_refused_and_not_waited_for,
                                        fresh, gone),
        cmocka_unit_test_setup_teardown(a_line_that_was_cut_is_not_gone_on_with, fresh, gone),
        cmocka_unit_test_setup_teardown(what_was_not_taken_leaves_no_half_of_a_line, fresh, gone),
        cmocka_unit_test_setup_teardown(a_name_that_is_too_long_for_syslog_is_cut, fresh, gone),
        cmocka_unit_test(there_is_a_kind_for_each_word_of_the_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
