/* tests/unit/test_detect.c - a scanner for verbs, files read and output written:
 * proxy/main/detect.h. */
#include "proxy/base/base.h"
#include "proxy/main/detect.h"
#include "tests/unit/folder_rig.h"
#include "tests/unit/stdio_rig.h"
#include <fcntl.h>

/* What is said of a policy that cannot be used; nothing is held then. */
static void refuses(const char *file, const char *why)
{
    struct stdio_rig said;
    struct detect d;
    stdio_begin(&said, 2);
    bool good = detect_open("scan", file, &d);
    const char *text = stdio_end(&said);
    assert_false(good);
    assert_true(d.policy == NULL && d.scanner == NULL && d.scratch == NULL);
    if (strstr(text, why) == NULL)
        fail_msg("%s", text);
}

static void a_policy_that_cannot_be_used_is_told(void **state)
{
    (void)state;
    refuses("none.yaml", "none.yaml cannot be read");
    folder_write("bad.yaml", "rulez: []\n");
    refuses("bad.yaml", "did you mean 'rules'?");
    folder_write("bad.yaml", "detectors: {d: {pattern: 'a(b'}}\n");
    refuses("bad.yaml", "the detectors did not compile: bad bad.yaml:1:");
}

static void a_policy_says_how_hard_to_look(void **state)
{
    struct detect d;
    (void)state;
    assert_true(detect_open("scan", NULL, &d));
    assert_true(d.policy == NULL && d.threshold == 0 && d.names == NAMES_HIGH);
    detect_close(&d);
    folder_write("good.yaml", "threshold: 0.25\nnames: low\n");
    assert_true(detect_open("scan", "good.yaml", &d));
    assert_int_equal(d.threshold, 250);
    assert_int_equal(d.names, NAMES_LOW);
    detect_close(&d);
    assert_null(d.scanner);
    detect_close(&d); /* closed twice: nothing more */
}

static void files_are_read_whole_or_told(void **state)
{
    struct buf into;
    (void)state;
    buf_init(&into, 1 << 20);
    assert_int_equal(detect_read("none", &into).code, GW_IO);
    assert_string_equal(detect_why(gw_is(GW_IO)), strerror(ENOENT));
    assert_int_equal(detect_read(".", &into).code, GW_IO); /* a folder */
    folder_write("text", "some text\n");
    assert_true(gw_ok(detect_read("text", &into)));
    assert_true(slice_is(buf_slice(&into), SLICE_LIT("some text\n")));
    folder_write("nothing", "");
    buf_clear(&into);
    assert_true(gw_ok(detect_read("nothing", &into)));
    assert_int_equal(into.len, 0);
    stdio_give("from the pipe");
    assert_true(gw_ok(detect_read("-", &into)));
    assert_true(slice_is(buf_slice(&into), SLICE_LIT("from the pipe")));
    buf_free(&into);
    buf_init(&into, 70000); /* larger than there is room for */
    int fd = open("big", O_CREAT | O_WRONLY, 0600);
    assert_true(fd >= 0 && ftruncate(fd, 200000) == 0);
    close(fd);
    assert_int_equal(detect_read("big", &into).code, GW_TOO_BIG);
    assert_non_null(strstr(detect_why(gw_is(GW_TOO_BIG)), "256 MiB"));
    assert_string_equal(detect_why(gw_is(GW_NO_MEMORY)), "no-memory");
    buf_free(&into);
}

static void output_is_written_or_told(void **state)
{
    struct stdio_rig out;
    struct buf text;
    (void)state;
    buf_init(&text, 100);
    buf_put_str(&text, "a line\n");
    stdio_begin(&out, 1);
    gw_result r = detect_print(&text);
    assert_string_equal(stdio_end(&out), "a line\n");
    assert_true(gw_ok(r) && text.len == 0);
    for (int i = 0; i < 20; i++)
        buf_put_str(&text, "too much");
    stdio_begin(&out, 1);
    r = detect_print(&text);
    assert_string_equal(stdio_end(&out), "");
    assert_int_equal(r.code, GW_TOO_BIG);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_policy_that_cannot_be_used_is_told),
        cmocka_unit_test(a_policy_says_how_hard_to_look),
        cmocka_unit_test(files_are_read_whole_or_told),
        cmocka_unit_test(output_is_written_or_told),
    };
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
