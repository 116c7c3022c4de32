/* tests/unit/test_text.c - redact/text.h. */
#include "proxy/base/base.h"
#include "redact/text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void a_ceiling_refuses_and_empties(void **state)
{
    struct arena *arena = arena_new(1 << 16);
    struct text t;
    struct text_leaf leaf = {0};
    (void)state;
    text_init(&t, arena, 8);
    assert_true(gw_ok(text_add(&t, SLICE_LIT("1234"), &leaf)));
    assert_int_equal(text_add(&t, SLICE_LIT("56789"), &leaf).code, GW_TOO_BIG);
    text_free(&t);
    arena_free(arena);
}

static void separators_belong_to_no_leaf(void **state)
{
    struct arena *arena = arena_new(1 << 20);
    struct text t;
    struct text_leaf leaf = {.role = ROLE_USER, .value = 7};
    (void)state;
    text_init(&t, arena, 1 << 16);
    assert_true(text_leaf_at(&t, 0) == SIZE_MAX);
    assert_true(gw_ok(text_add(&t, SLICE_LIT("ab"), &leaf)));
    assert_true(gw_ok(text_add(&t, SLICE_LIT(""), &leaf)));
    for (int i = 0; i < 40; i++)
        assert_true(gw_ok(text_add(&t, SLICE_LIT("cd"), &leaf)));
    assert_true(slice_has_prefix(buf_slice(&t.flat), SLICE_LIT("ab\x1F\x1F"
                                                               "cd\x1F"
                                                               "cd")));
    assert_int_equal(text_leaf_at(&t, 0), 0);
    assert_int_equal(text_leaf_at(&t, 1), 0);
    assert_true(text_leaf_at(&t, 2) == SIZE_MAX);
    assert_true(text_leaf_at(&t, 3) == SIZE_MAX);
    assert_int_equal(text_leaf_at(&t, 4), 2);
    assert_int_equal(text_leaf_at(&t, 5), 2);
    assert_true(text_leaf_at(&t, 6) == SIZE_MAX);
    assert_int_equal(text_leaf_at(&t, 7), 3);
    assert_int_equal(text_leaf_from(&t, 2), 1);
    assert_int_equal(text_leaf_from(&t, 3), 2);
    assert_int_equal(text_leaf_from(&t, 6), 3);
    assert_int_equal(text_leaf_from(&t, buf_slice(&t.flat).len), t.count);
    assert_int_equal(t.leaves[41].value, 7);
    assert_true(text_leaf_at(&t, buf_slice(&t.flat).len) == SIZE_MAX);
    text_free(&t);
    arena_free(arena);
}

static void a_separator_inside_a_leaf_splits_nothing(void **state)
{
    struct arena *arena = arena_new(1 << 16);
    struct text t;
    const struct text_leaf leaf = {.use = TEXT_REWRITE};
    (void)state;
    text_init(&t, arena, 1 << 12);
    assert_true(gw_ok(text_add(&t,
                               SLICE_LIT("4111\x1f"
                                         "1111"),
                               &leaf)));
    assert_true(slice_is(buf_slice(&t.flat), SLICE_LIT("4111 1111")));
    text_free(&t);
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_separator_inside_a_leaf_splits_nothing),
        cmocka_unit_test(a_ceiling_refuses_and_empties),
        cmocka_unit_test(separators_belong_to_no_leaf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
