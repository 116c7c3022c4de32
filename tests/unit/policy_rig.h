/* tests/unit/policy_rig.h - policy files in a folder of the test's own, which it works in, and what
 * is said of them. begin() and finish() are the group's setup and teardown. */
#ifndef TESTS_UNIT_POLICY_RIG_H
#define TESTS_UNIT_POLICY_RIG_H

#include "proxy/base/base.h"
#include "policies/policy.h"
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>
#include <cmocka.h>

static char dir[] = "/tmp/bulla-policy-XXXXXX";
static struct buf said;
static const struct policy_upstream upstreams[] = {
    {{"openai", 6}, TRUST_CLOSED}, {{"llama", 5}, TRUST_LOCAL},    {{"anthropic", 9}, TRUST_CLOSED},
    {{"gemini", 6}, TRUST_CLOSED}, {{"mistral", 7}, TRUST_CLOSED},
};

static inline int begin(void **state)
{
    (void)state;
    buf_init(&said, 65536);
    return mkdtemp(dir) == NULL || chdir(dir) != 0;
}

static inline int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st;
    (void)kind;
    (void)at;
    return remove(path);
}

static inline int finish(void **state)
{
    (void)state;
    buf_free(&said);
    (void)!chdir("/");
    return nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static inline void write_file(const char *name, const char *text)
{
    FILE *f = fopen(name, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static inline bool says(const char *text)
{
    bool found = slice_find(buf_slice(&said), slice_str(text)) != SIZE_MAX;
    if (!found)
        print_message("said: %.*s\n", (int)buf_slice(&said).len, buf_slice(&said).at);
    return found;
}

/* b.yaml behind a.yaml, when there is one. NULL: refused, and why is in `said`. */
static inline struct policy *load_both(const char *a, const char *b)
{
    const char *const files[] = {"a.yaml", "b.yaml"};
    struct policy *p = NULL;
    write_file("a.yaml", a);
    if (b != NULL)
        write_file("b.yaml", b);
    buf_clear(&said);
    gw_result r = policy_load(files, b != NULL ? 2 : 1, upstreams, GW_COUNT(upstreams), &said, &p);
    assert_true(gw_ok(r) == (p != NULL));
    return p;
}

static inline void refused(const char *text, const char *complaint)
{
    struct policy *p = load_both(text, NULL);
    assert_null(p);
    assert_true(says(complaint));
}

/* It loads, with nothing to complain about. */
static inline struct policy *loaded(const char *text)
{
    struct policy *p = load_both(text, NULL);
    assert_true(p != NULL || says("nothing"));
    assert_int_equal(buf_slice(&said).len, 0);
    return p;
}

#endif
