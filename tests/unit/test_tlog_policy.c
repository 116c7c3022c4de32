/* tests/unit/test_tlog_policy.c - proxy/main/tlog_policy.h: a file of witnesses, or why it is none.
 */
#include "proxy/base/base.h"
#include "proxy/main/tlog_policy.h"
#include "tests/unit/folder_rig.h"
#include "tests/unit/stdio_rig.h"

static struct stdio_rig said;

static const char *refused(const char *path)
{
    static struct tlog_policy policy; /* large */
    stdio_begin(&said, 2);
    bool is_one = tlog_policy_load(path, &policy);
    const char *text = stdio_end(&said);
    assert_false(is_one);
    return text;
}

static void what_is_wrong_is_told_with_its_line(void **state)
{
    (void)state;
    assert_non_null(strstr(refused("nowhere"), "nowhere: cannot be read"));
    folder_write("empty", "");
    assert_non_null(strstr(refused("empty"), "empty: is empty"));
    folder_write("bad", "# ours\nquorum none\nquorum none\n");
    assert_non_null(strstr(refused("bad"), "bad:3: no tlog-policy"));
}

static void who_reads_one_has_it_until_the_text_is_freed(void **state)
{
    static struct tlog_policy policy;
    (void)state;
    folder_write("good", "# nobody is asked\nquorum none\n");
    assert_true(tlog_policy_load("good", &policy));
    assert_true(slice_has_prefix(buf_slice(&policy.text), SLICE_LIT("# nobody")));
    assert_true(policy.quorum.top >= policy.quorum.count);
    buf_free(&policy.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_is_told_with_its_line),
        cmocka_unit_test(who_reads_one_has_it_until_the_text_is_freed),
    };
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
