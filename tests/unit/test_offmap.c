/* tests/unit/test_offmap.c - proxy/base/offmap.h. */
#include "proxy/base/base.h"
#include "proxy/base/offmap.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct arena *arena;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(1u << 16);
    return arena == NULL;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static void add(struct offmap *m, uint32_t out_len, uint32_t src_at, uint32_t src_len)
{
    assert_true(gw_ok(offmap_add(m, out_len, src_at, src_len)));
}

static void comes_from(const struct offmap *m, size_t from, size_t to, size_t at, size_t end)
{
    size_t got_at = 99, got_end = 99;
    offmap_range(m, from, to, &got_at, &got_end);
    assert_int_equal(got_at, at);
    assert_int_equal(got_end, end);
}

static void an_arena_that_is_full_is_said(void **state)
{
    struct arena *small = arena_new(8);
    struct offmap m;
    (void)state;
    offmap_init(&m, small);
    add(&m, 1, 0, 2); /* one run needs no memory */
    assert_int_equal(offmap_add(&m, 1, 2, 2).code, GW_NO_MEMORY);
    comes_from(&m, 0, 1, 0, 2);
    arena_free(small);
}

/* One by one as with offmap_add(), through the room of one run, of the first ones and of more. */
static void units_are_put_down_as_any(void **state)
{
    struct offmap m, other;
    (void)state;
    offmap_init(&m, arena);
    offmap_init(&other, arena);
    for (uint32_t i = 0, at = 0; i < 200; at += i % 3 * 2 + 1, i++) {
        assert_true(gw_ok(offmap_add_unit(&m, 1, at, i % 3 * 2 + 1)));
        add(&other, 1, at, i % 3 * 2 + 1);
    }
    assert_int_equal(m.count, other.count);
    assert_int_equal(m.out_end, other.out_end);
    for (size_t from = 0; from < 200; from++) {
        size_t at, end;
        offmap_range(&other, from, from + 1, &at, &end);
        comes_from(&m, from, from + 1, at, end);
    }
}

static void an_empty_map_is_the_identity(void **state)
{
    struct offmap m;
    (void)state;
    offmap_init(&m, arena);
    comes_from(&m, 3, 7, 3, 7);
    comes_from(&m, 5, 5, 5, 5);
}

/* a\u00e9b: one byte, six for two, one byte */
static void an_escape_is_never_cut(void **state)
{
    struct offmap m;
    (void)state;
    offmap_init(&m, arena);
    add(&m, 1, 0, 1);
    add(&m, 2, 1, 6);
    add(&m, 1, 7, 1);
    comes_from(&m, 0, 1, 0, 1);
    comes_from(&m, 1, 2, 1, 7);
    comes_from(&m, 2, 3, 1, 7);
    comes_from(&m, 2, 4, 1, 8);
    comes_from(&m, 0, 4, 0, 8);
}

static void neighbours_of_the_same_kind_are_one_run(void **state)
{
    struct offmap m;
    (void)state;
    offmap_init(&m, arena);
    for (uint32_t i = 0; i < 100; i++)
        add(&m, 1, 10 + i, 1);
    assert_int_equal(m.count, 1);
    comes_from(&m, 0, 100, 10, 110);
}

static void many_runs_keep_their_order(void **state)
{
    struct offmap m, copy;
    (void)state;
    offmap_init(&m, arena);
    for (uint32_t i = 0; i < 100; i++) {
        add(&m, 1, 7 * i, 2);
        copy = m;
        for (uint32_t k = 0; k <= i; k++)
            comes_from(&copy, k, k + 1, 7 * k, 7 * k + 2);
    }
    assert_int_equal(m.count, 100);
}

static void a_text_without_bytes_has_a_place(void **state)
{
    struct offmap m;
    (void)state;
    offmap_init(&m, arena);
    offmap_nothing(&m, 17);
    comes_from(&m, 0, 0, 17, 17);
}

/* what was removed inside a range is part of it: ab<zero width>cd */
static void a_removed_character_inside_goes_with_the_rest(void **state)
{
    struct offmap m;
    (void)state;
    offmap_init(&m, arena);
    add(&m, 2, 0, 2);
    add(&m, 0, 2, 3);
    add(&m, 2, 5, 2);
    comes_from(&m, 0, 4, 0, 7);
    comes_from(&m, 0, 2, 0, 2);
    comes_from(&m, 2, 4, 5, 7);
}

/* B = a\nb decoded from a\\nb inside a string of A: maps compose */
static void maps_compose(void **state)
{
    struct offmap inner, outer, both;
    (void)state;
    offmap_init(&outer, arena);
    add(&outer, 1, 10, 1);
    add(&outer, 1, 11, 2);
    add(&outer, 2, 13, 2);
    offmap_init(&inner, arena);
    add(&inner, 1, 0, 1);
    add(&inner, 1, 1, 2);
    add(&inner, 1, 3, 1);
    offmap_init(&both, arena);
    assert_true(gw_ok(offmap_compose(&inner, &outer, &both)));
    comes_from(&both, 0, 1, 10, 11);
    comes_from(&both, 1, 2, 11, 14);
    comes_from(&both, 2, 3, 14, 15);
    comes_from(&both, 0, 3, 10, 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_arena_that_is_full_is_said),
        cmocka_unit_test(units_are_put_down_as_any),
        cmocka_unit_test(an_empty_map_is_the_identity),
        cmocka_unit_test(an_escape_is_never_cut),
        cmocka_unit_test(neighbours_of_the_same_kind_are_one_run),
        cmocka_unit_test(many_runs_keep_their_order),
        cmocka_unit_test(a_text_without_bytes_has_a_place),
        cmocka_unit_test(a_removed_character_inside_goes_with_the_rest),
        cmocka_unit_test(maps_compose),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
