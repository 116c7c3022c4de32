/* tests/unit/test_seen.c - what is remembered of leaves, and what must not be taken for another. */
#include "proxy/base/base.h"
#include "redact/seen.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct seen_mark mark_of(const struct seen *s, const char *a, const char *b)
{
    const struct slice parts[] = {slice_str(a), slice_str(b)};
    return seen_mark(s, parts, 2);
}

static bool is_known(struct seen *s, const struct seen_mark *mark)
{
    struct finding f[SEEN_FINDINGS];
    struct attack attack;
    size_t n;
    return seen_find(s, mark, f, &n, &attack);
}

static void test_parts_that_join_alike_are_not_alike(void **state)
{
    struct seen *s = seen_new(100);
    (void)state;
    struct seen_mark ab = mark_of(s, "ab", "c"), a = mark_of(s, "a", "bc"),
                     no = mark_of(s, "", "abc");
    assert_memory_not_equal(&ab, &a, sizeof a);
    assert_memory_not_equal(&ab, &no, sizeof a);
    seen_keep(s, &ab, NULL, 0, (struct attack){0});
    assert_true(is_known(s, &ab));
    assert_false(is_known(s, &a));
    seen_free(s);
}

static void test_another_process_has_other_marks(void **state)
{
    struct seen *s = seen_new(100), *t = seen_new(100);
    (void)state;
    struct seen_mark a = mark_of(s, "a", "b"), b = mark_of(t, "a", "b");
    assert_memory_not_equal(&a, &b, sizeof a);
    seen_free(s);
    seen_free(t);
}

static void test_what_was_kept_comes_back(void **state)
{
    struct seen *s = seen_new(100);
    struct finding in[SEEN_FINDINGS + 1] = {{.start = 3, .end = 9, .detector = 7, .score = 990}};
    struct finding out[SEEN_FINDINGS];
    struct attack attack = {.score = 712, .kinds = 5};
    size_t n = 99;
    (void)state;
    struct seen_mark m = mark_of(s, "leaf", "key"), many = mark_of(s, "many", "key");
    in[1] =
        (struct finding){.start = 20, .end = 24, .detector = 2, .score = 1000, .is_allowed = true};
    seen_keep(s, &m, in, 2, attack);
    seen_keep(s, &many, in, SEEN_FINDINGS + 1, attack);
    assert_false(is_known(s, &many)); /* too many: scanned each time */
    attack = (struct attack){0};
    assert_true(seen_find(s, &m, out, &n, &attack));
    assert_int_equal(n, 2);
    assert_true(attack.score == 712 && attack.kinds == 5);
    assert_true(out[0].start == 3 && out[0].end == 9 && out[0].detector == 7 &&
                out[0].score == 990);
    assert_true(out[1].start == 20 && out[1].end == 24 && out[1].detector == 2);
    assert_true(out[1].score == 1000 && out[1].is_allowed && !out[0].is_allowed);
    seen_keep(s, &m, in, 1, attack); /* once more: no second entry */
    assert_true(seen_find(s, &m, out, &n, &attack));
    assert_int_equal(n, 1);
    seen_free(s);
}

/* However many come, what was just used stays and the oldest go. */
static void test_the_oldest_make_way(void **state)
{
    struct seen *s = seen_new(1); /* one set a shard */
    char text[16];
    size_t known = 0;
    (void)state;
    struct seen_mark hot = mark_of(s, "hot", "");
    seen_keep(s, &hot, NULL, 0, (struct attack){0});
    for (unsigned i = 0; i < 5000; i++) {
        snprintf(text, sizeof text, "%u", i);
        struct seen_mark m = mark_of(s, text, "");
        seen_keep(s, &m, NULL, 0, (struct attack){0});
        assert_true(is_known(s, &m));
        assert_true(is_known(s, &hot));
    }
    for (unsigned i = 0; i < 5000; i++) {
        snprintf(text, sizeof text, "%u", i);
        struct seen_mark m = mark_of(s, text, "");
        known += is_known(s, &m);
    }
    assert_true(known > 16 && known < 16 * 8);
    seen_free(s);
}

static void *use_it(void *seen)
{
    char text[16];
    for (unsigned i = 0; i < 20000; i++) {
        snprintf(text, sizeof text, "%u", i % 300);
        struct seen_mark m = mark_of(seen, text, "");
        struct finding f[SEEN_FINDINGS];
        struct attack attack = {0};
        size_t n = 0;
        if (!seen_find(seen, &m, f, &n, &attack))
            seen_keep(seen, &m, &(struct finding){.start = i % 300, .end = i % 300 + 1}, 1,
                      (struct attack){.score = (uint16_t)(i % 300)});
        else if (n != 1 || f[0].start != i % 300 || attack.score != i % 300)
            return seen;
    }
    return NULL;
}

static void test_threads_share_it(void **state)
{
    struct seen *s = seen_new(128);
    pthread_t threads[3];
    void *wrong;
    (void)state;
    for (size_t i = 0; i < GW_COUNT(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use_it, s), 0);
    for (size_t i = 0; i < GW_COUNT(threads); i++) {
        pthread_join(threads[i], &wrong);
        assert_null(wrong);
    }
    seen_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parts_that_join_alike_are_not_alike),
        cmocka_unit_test(test_another_process_has_other_marks),
        cmocka_unit_test(test_what_was_kept_comes_back),
        cmocka_unit_test(test_the_oldest_make_way),
        cmocka_unit_test(test_threads_share_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
