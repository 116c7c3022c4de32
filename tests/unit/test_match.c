/* tests/unit/test_match.c - what does not compile is named; what meets twice is one match; a kept
 * database that was damaged is made anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proxy/base/base.h"

#include <fcntl.h>
#include <glob.h>
#include <unistd.h>

#include "redact/match.h"

static const struct match_pattern two[] = {{{"[0-9]+", 6}, false}, {{"badge", 5}, true}};

static struct matcher *made(const char *dir)
{
    struct match_fault fault;
    struct matcher *m = NULL;
    assert_true(gw_ok(matcher_new(two, GW_COUNT(two), dir, &fault, &m)));
    return m;
}

/* The matches in `text` as "id:start-end " each. */
static void expect(const struct matcher *m, struct slice text, const char *wanted)
{
    char got[300] = "";
    struct match *found = NULL;
    size_t n = 0, at = 0;
    struct match_scratch *scratch = match_scratch_new(m);
    struct arena *arena = arena_new(1 << 20);
    assert_non_null(scratch);
    assert_non_null(arena);
    assert_true(gw_ok(match_all(m, scratch, text, arena, &found, &n)));
    for (size_t i = 0; i < n && at < sizeof got; i++)
        at += (size_t)snprintf(got + at, sizeof got - at, "%u:%u-%u ", found[i].id, found[i].start,
                               found[i].end);
    assert_string_equal(got, wanted);
    arena_free(arena);
    match_scratch_free(scratch);
}

static void a_pattern_that_does_not_compile_is_named(void **state)
{
    const struct match_pattern bad[] = {{SLICE_LIT("fine"), false}, {SLICE_LIT("(a"), false}};
    struct match_fault fault = {.pattern = 7};
    struct matcher *m = NULL;
    (void)state;
    assert_int_equal(matcher_new(bad, GW_COUNT(bad), NULL, &fault, &m).code, GW_BAD);
    assert_int_equal(fault.pattern, 1);
    assert_true(fault.reason[0] != '\0');
    assert_null(m);
}

static void what_meets_twice_is_one(void **state)
{
    struct matcher *m = made(NULL);
    (void)state;
    expect(m, SLICE_LIT(""), "");
    expect(m, SLICE_LIT("none here"), "");
    expect(m, SLICE_LIT("BADGE 123 and 4"), "1:0-5 0:6-9 0:14-15 ");
    matcher_free(m);
    matcher_free(NULL);
}

static void the_seams_of_a_long_text_do_not_show(void **state)
{
    struct matcher *m = made(NULL);
    size_t len = 200000;
    char *text = malloc(len), wanted[64];
    (void)state;
    assert_non_null(text);
    for (size_t at = 65536 - 8; at < 65536 + 8; at++) {
        memset(text, ' ', len);
        memcpy(text + at, "badge", 5);
        snprintf(wanted, sizeof wanted, "1:%zu-%zu ", at, at + 5);
        expect(m, slice_of(text, len), wanted);
    }
    free(text);
    matcher_free(m);
}

static void a_damaged_copy_is_made_anew(void **state)
{
    char dir[] = "/tmp/test_match_XXXXXX", pattern[100];
    glob_t kept;
    (void)state;
    assert_non_null(mkdtemp(dir));
    matcher_free(made(dir));
    snprintf(pattern, sizeof pattern, "%s/*", dir);
    assert_int_equal(glob(pattern, 0, NULL, &kept), 0);
    assert_int_equal(kept.gl_pathc, 1);
    int fd = open(kept.gl_pathv[0], O_WRONLY);
    assert_int_equal(pwrite(fd, "damage", 6, 200), 6);
    close(fd);
    for (int i = 0; i < 2; i++) { /* the damaged one; the one that took its place */
        struct matcher *m = made(dir);
        expect(m, SLICE_LIT("badge 9"), "1:0-5 0:6-7 ");
        matcher_free(m);
    }
    assert_int_equal(unlink(kept.gl_pathv[0]), 0);
    globfree(&kept);
    assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_that_does_not_compile_is_named),
        cmocka_unit_test(what_meets_twice_is_one),
        cmocka_unit_test(the_seams_of_a_long_text_do_not_show),
        cmocka_unit_test(a_damaged_copy_is_made_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
