/* tests/unit/test_policy_bench.c - a policy with a gate to try it in: proxy/main/policy_bench.h. */
#include "proxy/base/base.h"
#include "proxy/main/policy_bench.h"
#include "tests/unit/folder_rig.h"
#include "tests/unit/stdio_rig.h"
#include <sys/stat.h>

/* What is made of these; *said: the complaints. */
static struct policy_bench *made(const char *config, bool is_open, const char *file,
                                 const char **said)
{
    static struct stdio_rig r;
    stdio_begin(&r, 2);
    struct policy_bench *b = policy_bench_new(config, is_open, &file, file != NULL);
    *said = stdio_end(&r);
    return b;
}

static bool has_upstream(const struct policy_bench *b, const char *name)
{
    for (size_t i = 0; i < b->gate.upstream_count; i++)
        if (slice_is(b->gate.upstreams[i].name, slice_str(name)))
            return true;
    return false;
}

static void what_cannot_be_made_is_told(void **state)
{
    const char *said;
    (void)state;
    assert_null(made(NULL, true, "none.yaml", &said));
    assert_non_null(strstr(said, "none.yaml cannot be read"));
    assert_null(made("none.yaml", true, NULL, &said));
    assert_non_null(strstr(said, "none.yaml"));
    folder_write("bad.yaml", "rulez: []\n");
    assert_null(made(NULL, true, "bad.yaml", &said));
    assert_non_null(strstr(said, "did you mean 'rules'?"));
    folder_write("pattern.yaml", "detectors: {d: {pattern: 'a(b'}}\n");
    assert_null(made(NULL, true, "pattern.yaml", &said));
    assert_non_null(strstr(said, "bulla policy: pattern.yaml:1:"));
    policy_bench_free(NULL);
}

static void without_files_it_is_the_default_one(void **state)
{
    const char *said;
    struct policy_bench *b = made(NULL, true, NULL, &said);
    (void)state;
    assert_non_null(b);
    assert_string_equal(said, "");
    assert_true(has_upstream(b, "openai") && has_upstream(b, "llama"));
    assert_true(policy_rule_count(b->policy) > 0);
    assert_int_equal(b->gate.auth, AUTH_OPEN);
    assert_int_equal(b->gate.durability, RECORD_STRICT);
    assert_true(b->gate.scanner != NULL && b->gate.scratch != NULL && b->gate.token_key != NULL);
    policy_bench_free(b);
}

/* Whatever the routes of files name is there: they are tried, not served. */
static void files_alone_bring_their_upstreams(void **state)
{
    const char *said;
    (void)state;
    folder_write("good.yaml", "routes: [{to: [mine, other]}]\n");
    struct policy_bench *b = made(NULL, true, "good.yaml", &said);
    assert_non_null(b);
    assert_true(has_upstream(b, "mine") && has_upstream(b, "other"));
    policy_bench_free(b);
}

#define CONFIG                                                                           \
    "listen: [{address: '127.0.0.1:8443'}]\n"                                            \
    "upstreams: {mine: {dialect: openai, url: 'http://127.0.0.1:1', trust: local, key: " \
    "'env:NO_SUCH_KEY'}}\n"                                                              \
    "policies: [routed.yaml]\n"                                                          \
    "audit: {dir: audit, durability: sync}\n"

/* A configuration's upstreams are all that there are; open, it needs no secret. */
static void a_configuration_brings_its_own(void **state)
{
    const char *said;
    (void)state;
    unsetenv("NO_SUCH_KEY");
    folder_write("routed.yaml", "routes: [{to: [mine]}]\n");
    folder_write("bulla.yaml", CONFIG);
    struct policy_bench *b = made("bulla.yaml", true, NULL, &said);
    if (b == NULL)
        fail_msg("%s", said);
    assert_int_equal(b->gate.upstream_count, 1);
    assert_true(has_upstream(b, "mine"));
    assert_int_equal(b->gate.durability, RECORD_SYNC);
    policy_bench_free(b);
    assert_null(made("bulla.yaml", false, NULL, &said));
    assert_non_null(strstr(said, "NO_SUCH_KEY"));
    folder_write("other.yaml", "routes: [{to: [openai]}]\n"); /* a file in place of its own */
    assert_null(made("bulla.yaml", true, "other.yaml", &said));
    assert_non_null(strstr(said, "unknown upstream 'openai'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_made_is_told),
        cmocka_unit_test(without_files_it_is_the_default_one),
        cmocka_unit_test(files_alone_bring_their_upstreams),
        cmocka_unit_test(a_configuration_brings_its_own),
    };
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
