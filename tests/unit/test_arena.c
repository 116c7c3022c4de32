/* tests/unit/test_arena.c - proxy/base/arena.h. */
#include "proxy/base/base.h"
#include "proxy/base/arena.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void the_ceiling_gives_nothing(void **state)
{
    struct arena *a = arena_new(64);
    (void)state;
    assert_non_null(arena_alloc(a, 48));
    assert_null(arena_alloc(a, 17));
    assert_non_null(arena_alloc(a, 16));
    assert_null(arena_alloc(a, 1));
    assert_null(arena_alloc(a, SIZE_MAX));
    arena_free(a);
    arena_free(NULL);
}

static void a_limit_gives_nothing_beyond_it_and_may_be_lifted(void **state)
{
    struct arena *a = arena_new(128);
    (void)state;
    assert_non_null(arena_alloc(a, 32));
    arena_limit(a, 32);
    assert_false(arena_was_limited(a));
    assert_null(arena_alloc(a, 33));
    assert_true(arena_was_limited(a));
    assert_non_null(arena_alloc(a, 32));
    arena_limit(a, 0);
    assert_null(arena_alloc(a, 1));
    arena_limit(a, SIZE_MAX);
    assert_non_null(arena_alloc(a, 64));
    assert_null(arena_alloc(a, 1));
    arena_free(a);
    a = arena_new(64);
    arena_limit(a, 65);
    assert_null(arena_alloc(a, 65));
    assert_false(arena_was_limited(a)); /* it was the ceiling */
    arena_free(a);
}

static void a_product_that_overflows_gives_nothing(void **state)
{
    struct arena *a = arena_new(SIZE_MAX);
    (void)state;
    assert_null(arena_array(a, SIZE_MAX / 2, 3));
    assert_null(arena_copy(a, (struct slice){"", SIZE_MAX}).at);
    assert_int_equal(arena_used(a), 0);
    arena_free(a);
}

/* only the end of what was handed out last, and only when it lies in the newest block */
static void nothing_else_is_trimmed(void **state)
{
    struct arena *a = arena_new(1u << 20);
    (void)state;
    char *first = arena_alloc(a, 64), *second = arena_alloc(a, 64);
    arena_trim(a, first, 16);
    arena_trim(a, NULL, 16);
    arena_trim(a, second, 65);
    assert_int_equal(arena_used(a), 128);
    char *large = arena_alloc(a, 100000);
    arena_trim(a, second, 16);
    arena_trim(a, large, 16);
    assert_int_equal(arena_used(a), 128 + 100000);
    assert_ptr_equal(arena_alloc(a, 16), second + 64);
    arena_free(a);
}

static void what_was_trimmed_is_handed_out_again(void **state)
{
    struct arena *a = arena_new(1u << 20);
    (void)state;
    char *at = arena_alloc(a, 1000);
    arena_trim(a, at, 17);
    assert_int_equal(arena_used(a), 32);
    assert_ptr_equal(arena_alloc(a, 1), at + 32);
    arena_free(a);
}

static void pieces_do_not_overlap_and_are_aligned(void **state)
{
    enum { PIECES = 300 };
    struct arena *a = arena_new(1u << 20);
    unsigned char *at[PIECES];
    (void)state;
    for (size_t i = 0; i < PIECES; i++) {
        at[i] = arena_alloc(a, i * 7 % 5000 + 1);
        assert_non_null(at[i]);
        assert_int_equal((uintptr_t)at[i] % 16, 0);
        memset(at[i], (int)(i % 251), i * 7 % 5000 + 1);
    }
    for (size_t i = 0; i < PIECES; i++)
        for (size_t k = 0; k < i * 7 % 5000 + 1; k++)
            assert_int_equal(at[i][k], i % 251);
    arena_free(a);
}

static void a_copy_ends_with_nul_that_is_not_counted(void **state)
{
    struct arena *a = arena_new(1000);
    struct slice s = arena_copy(a, SLICE_LIT("abc"));
    (void)state;
    assert_int_equal(s.len, 3);
    assert_int_equal(s.at[3], '\0');
    assert_non_null(arena_copy(a, (struct slice){NULL, 0}).at);
    arena_free(a);
}

static void an_array_is_zeroed(void **state)
{
    struct arena *a = arena_new(1u << 20);
    (void)state;
    memset(arena_alloc(a, 4000), 0xff, 4000);
    uint64_t *numbers = arena_array(a, 100, sizeof *numbers);
    for (int i = 0; i < 100; i++)
        assert_int_equal(numbers[i], 0);
    arena_free(a);
}

/* What grew comes along; a large old piece is given back, a small one shares its block and stays.
 */
static void what_grows_costs_its_size_and_not_its_history(void **state)
{
    struct arena *a = arena_new(100000);
    char *at = NULL, *other = arena_alloc(a, 16);
    size_t had = 0;
    (void)state;
    memset(other, 'o', 16);
    for (size_t want = 64; want <= 32768; want *= 2) {
        at = arena_grow(a, at, had, want);
        assert_non_null(at);
        for (size_t i = 0; i < had; i++)
            assert_int_equal(at[i], 'x');
        memset(at, 'x', want);
        had = want;
    }
    assert_in_range(arena_used(a), 32768, 32768 + 8192);
    assert_memory_equal(other, "oooooooooooooooo", 16);
    assert_null(arena_grow(a, at, had, 100000)); /* beyond the ceiling: it is as it was */
    assert_int_equal(at[32767], 'x');
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ceiling_gives_nothing),
        cmocka_unit_test(a_limit_gives_nothing_beyond_it_and_may_be_lifted),
        cmocka_unit_test(a_product_that_overflows_gives_nothing),
        cmocka_unit_test(nothing_else_is_trimmed),
        cmocka_unit_test(what_was_trimmed_is_handed_out_again),
        cmocka_unit_test(pieces_do_not_overlap_and_are_aligned),
        cmocka_unit_test(a_copy_ends_with_nul_that_is_not_counted),
        cmocka_unit_test(an_array_is_zeroed),
        cmocka_unit_test(what_grows_costs_its_size_and_not_its_history),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
