/* tests/unit/test_identity.c - a reviewer's identity is his alone: proxy/main/identity.h. */
#include "proxy/base/base.h"
#include "proxy/main/identity.h"
#include "tests/unit/stdio_rig.h"
#include <sys/stat.h>

/* Of the C2SP test vectors: nobody's. */
#define KEY           \
    "AGE-SECRET-KEY-" \
    "1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"

static char path[] = "/tmp/bulla-identity-XXXXXX";

static void is_read(const char *text, mode_t mode, bool good, const char *says)
{
    struct age_identities ids = {.count = 0};
    struct stdio_rig said;
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(path, mode), 0);
    stdio_begin(&said, 2);
    bool got = identity_read("unseal", path, &ids);
    const char *words = stdio_end(&said);
    if (got != good || strstr(words, says) == NULL)
        fail_msg("%s", words);
    assert_null(strstr(words, "GFPYY"));
    assert_true(!got || ids.count > 0);
}

static void what_is_no_identity_is_told(void **state)
{
    static char many[20000];
    (void)state;
    is_read("", 0600, false, "unseal: ");
    is_read("age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq\n", 0600, false,
            "holds no age identity");
    is_read("# nothing\n", 0600, false, "holds no age identity");
    is_read("AGE-SECRET-KEY-1QQ\n", 0600, false, "holds no age identity");
    memset(many, '#', sizeof many - 1);
    is_read(many, 0600, false, "holds no age identity"); /* more than such a file has */
    memcpy(many, KEY "\n", sizeof KEY);
    many[16384] = '\0';
    is_read(many, 0600, false, "holds no age identity"); /* it may go on */
    many[16383] = '\0';
    is_read(many, 0600, true, "");
    struct age_identities ids;
    struct stdio_rig said;
    stdio_begin(&said, 2);
    bool got = identity_read("unseal", "/nowhere/key", &ids);
    assert_non_null(strstr(stdio_end(&said), "/nowhere/key: cannot be opened"));
    assert_false(got);
}

static void one_that_others_may_read_is_none(void **state)
{
    (void)state;
    is_read(KEY "\n", 0644, false, "others may read it");
    is_read(KEY "\n", 0600, true, "");
    is_read("# mine\n" KEY "\n", 0400, true, "");
}

static int begin(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    close(fd);
    return fd < 0;
}

static int finish(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_identity_is_told),
        cmocka_unit_test(one_that_others_may_read_is_none),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
