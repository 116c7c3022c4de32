/* tests/unit/test_mode.c - proxy/base/mode.h: a table of modes and owners, and what may start. */
#include "proxy/base/base.h"
#include "proxy/base/mode.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>
#include <cmocka.h>

enum { US = 1000, OTHER = 1001 };

struct row {
    mode_t mode;
    uid_t uid;
    bool as_secret, as_rule; /* believed by US */
};

static void modes_and_owners(void **state)
{
    static const struct row rows[] = {
        {0666, US, false, false},   {0606, US, false, false}, {0602, US, false, false},
        {0777, 0, false, false},    {0402, 0, false, false},  {0660, US, false, true},
        {0620, US, false, true},    {0420, 0, false, true},   {0664, US, false, true},
        {0644, US, false, true},    {0604, US, false, true},  {0444, 0, false, true},
        {0640, US, false, true},    {0440, US, false, true},  {0640, OTHER, false, true},
        {0600, OTHER, false, true}, {0440, 0, true, true},    {0640, 0, true, true},
        {0600, US, true, true},     {0400, US, true, true},   {0400, 0, true, true},
        {0700, US, true, true},
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(rows); i++) {
        const struct stat facts = {.st_mode = S_IFREG | rows[i].mode, .st_uid = rows[i].uid};
        const char *secret = mode_judge(&facts, MODE_SECRET, US);
        const char *rule = mode_judge(&facts, MODE_RULE, US);
        if ((secret == NULL) != rows[i].as_secret || (rule == NULL) != rows[i].as_rule)
            fail_msg("row %zu: %s, %s", i, secret == NULL ? "-" : secret,
                     rule == NULL ? "-" : rule);
    }
}

static void root_reads_a_groups_secret_only_where_nobody_may_write(void **state)
{
    struct stat facts = {.st_mode = S_IFREG | 0640, .st_uid = 0};
    (void)state;
    assert_string_equal(mode_judge(&facts, MODE_SECRET, 0), "its group may read it: chmod 600 it");
    facts.st_mode = S_IFREG | 0440; /* as a service manager leaves it */
    assert_null(mode_judge(&facts, MODE_SECRET, 0));
    facts.st_uid = OTHER; /* a folder of the host's user, shown in a container */
    assert_non_null(mode_judge(&facts, MODE_SECRET, 0));
    facts.st_mode = S_IFREG | 0600;
    assert_null(mode_judge(&facts, MODE_SECRET, 0));
}

static void of_an_open_file(void **state)
{
    char path[] = "/tmp/bulla-mode-XXXXXX";
    int fd = mkstemp(path);
    (void)state;
    assert_true(fd >= 0);
    assert_null(mode_fault(fd, MODE_SECRET));
    assert_int_equal(fchmod(fd, 0622), 0);
    assert_string_equal(mode_fault(fd, MODE_RULE), "others may change it: chmod o-w it");
    close(fd);
    assert_non_null(mode_fault(fd, MODE_RULE));
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(modes_and_owners),
        cmocka_unit_test(root_reads_a_groups_secret_only_where_nobody_may_write),
        cmocka_unit_test(of_an_open_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
