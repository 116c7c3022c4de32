/* tests/unit/test_log.c - proxy/base/log.h. */
#include "proxy/base/base.h"
#include "proxy/base/log.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <unistd.h>

static char said[4096];

/* What is written between log_init() and this, as one string. */
static const char *hear(int fds[2])
{
    close(fds[1]);
    ssize_t n = read(fds[0], said, sizeof said - 1);
    said[n > 0 ? n : 0] = '\0';
    close(fds[0]);
    return said;
}

static void an_unknown_level_is_refused(void **state)
{
    enum log_level level = LOG_WARN;
    (void)state;
    assert_false(gw_ok(log_level_from(SLICE_LIT("loud"), &level)));
    assert_int_equal(level, LOG_WARN);
    assert_true(gw_ok(log_level_from(SLICE_LIT("silent"), &level)));
    assert_int_equal(level, LOG_SILENT);
}

static void what_is_below_the_level_is_not_written(void **state)
{
    int fds[2];
    (void)state;
    assert_int_equal(pipe(fds), 0);
    log_init(LOG_WARN, "test", fds[1]);
    LOGI("quiet.event", LOG_NUM("n", 1));
    assert_string_equal(hear(fds), "");
}

static void a_long_text_does_not_break_the_line(void **state)
{
    char text[5000];
    int fds[2];
    (void)state;
    memset(text, '"', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    assert_int_equal(pipe(fds), 0);
    log_init(LOG_INFO, "test", fds[1]);
    LOGW("long.event", LOG_TEXT("a", clear_word(text)), LOG_TEXT("b", clear_word(text)));
    const char *line = hear(fds);
    assert_true(strlen(line) < 2048);
    assert_true(slice_has_suffix(slice_str(line), SLICE_LIT("}\n")));
}

static void a_line_is_one_object(void **state)
{
    int fds[2];
    (void)state;
    assert_int_equal(pipe(fds), 0);
    log_init(LOG_INFO, "test", fds[1]);
    LOGI("worker.ready", LOG_NUM("threads", -2), LOG_TEXT("name", clear_word("a\nb\"c")));
    const char *line = hear(fds);
    assert_non_null(strstr(line, "\"event\":\"worker.ready\""));
    assert_non_null(strstr(line, "\"threads\":-2"));
    assert_non_null(strstr(line, "\"name\":\"a?b\\\"c\"}\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unknown_level_is_refused),
        cmocka_unit_test(what_is_below_the_level_is_not_written),
        cmocka_unit_test(a_long_text_does_not_break_the_line),
        cmocka_unit_test(a_line_is_one_object),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
