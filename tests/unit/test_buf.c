/* tests/unit/test_buf.c - proxy/base/buf.h. */
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void the_ceiling_wipes_and_empties(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 8);
    assert_true(gw_ok(buf_add(&b, SLICE_LIT("12345678"))));
    assert_int_equal(buf_add_byte(&b, '9').code, GW_TOO_BIG);
    assert_int_equal(buf_slice(&b).len, 0);
    assert_int_equal(buf_result(&b).code, GW_TOO_BIG);
    buf_free(&b);
    buf_free(&b);
}

static void room_beyond_any_size_is_refused(void **state)
{
    struct buf b;
    char *at = NULL;
    (void)state;
    buf_init(&b, 100);
    assert_true(gw_ok(buf_add(&b, SLICE_LIT("abc"))));
    assert_int_equal(buf_room(&b, SIZE_MAX, &at).code, GW_TOO_BIG);
    assert_int_equal(buf_room(&b, 101, &at).code, GW_TOO_BIG);
    assert_null(at);
    buf_free(&b);
}

static void put_remembers_the_first_failure(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 4);
    buf_put_str(&b, "ab");
    buf_put_u64(&b, 12345);
    buf_put_str(&b, "c");
    assert_false(gw_ok(buf_result(&b)));
    assert_int_equal(buf_slice(&b).len, 0);
    buf_free(&b);
}

/* memory changes hands only when there is nothing to keep and it is not too much */
static void what_cannot_be_handed_over_is_copied(void **state)
{
    char lent[64];
    struct buf b, from, small;
    (void)state;
    buf_init(&b, 4096);
    buf_init(&from, 4096);
    buf_init(&small, 4);
    buf_put_str(&b, "ab");
    buf_put_str(&from, "cd");
    assert_true(gw_ok(buf_take(&b, &from)));
    assert_true(slice_is(buf_slice(&b), SLICE_LIT("abcd")));
    assert_int_equal(from.len, 0);
    buf_clear(&b);
    buf_lend(&from, lent, sizeof lent);
    buf_put_str(&from, "lent");
    assert_true(gw_ok(buf_take(&b, &from)));
    assert_true(slice_is(buf_slice(&b), SLICE_LIT("lent")));
    assert_ptr_not_equal(buf_slice(&b).at, lent);
    assert_int_equal(lent[0], 0); /* wiped */
    assert_int_equal(buf_take(&small, &b).code, GW_OK);
    assert_true(slice_is(buf_slice(&small), SLICE_LIT("lent")));
    buf_put_str(&b, "five!");
    buf_clear(&small);
    assert_int_equal(buf_take(&small, &b).code, GW_TOO_BIG);
    assert_int_equal(b.len, 0);
    buf_free(&b);
    buf_free(&from);
    buf_free(&small);
}

static void memory_is_handed_over(void **state)
{
    struct buf b, from;
    (void)state;
    buf_init(&b, 4096);
    buf_init(&from, 4096);
    buf_put_str(&from, "xcontent");
    buf_consume(&from, 1);
    const char *at = buf_slice(&from).at;
    assert_true(gw_ok(buf_take(&b, &from)));
    assert_ptr_equal(buf_slice(&b).at, at);
    assert_true(slice_is(buf_slice(&b), SLICE_LIT("content")));
    assert_null(buf_slice(&from).at);
    buf_put_str(&from, "again");
    buf_free(&from);
    buf_free(&b);
}

static void what_is_consumed_makes_room(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 512);
    for (int i = 0; i < 1000; i++) {
        assert_true(gw_ok(buf_add_format(&b, "%03d,", i)));
        if (buf_slice(&b).len > 400)
            buf_consume(&b, 396);
    }
    assert_true(slice_has_suffix(buf_slice(&b), SLICE_LIT("998,999,")));
    assert_true(b.cap <= 512);
    buf_free(&b);
}

static void numbers_are_written_whole(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 64);
    assert_true(gw_ok(buf_add_u64(&b, 0)));
    assert_true(gw_ok(buf_add_u64(&b, UINT64_MAX)));
    assert_true(slice_is(buf_slice(&b), SLICE_LIT("018446744073709551615")));
    buf_free(&b);
}

static void a_long_format_is_not_cut(void **state)
{
    struct buf b;
    char text[2000];
    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    buf_init(&b, 4096);
    assert_true(gw_ok(buf_add_format(&b, "<%s>", text)));
    assert_int_equal(buf_slice(&b).len, 2001);
    assert_true(slice_has_suffix(buf_slice(&b), SLICE_LIT("x>")));
    buf_free(&b);
}

static void lent_memory_is_wiped_and_not_freed(void **state)
{
    struct buf b;
    char lent[64], zeros[64] = {0};
    (void)state;
    memset(lent, 0, sizeof lent);
    buf_init(&b, 1000);
    buf_lend(&b, lent, sizeof lent);
    buf_put_str(&b, "not for long");
    assert_memory_equal(lent, "not for long", 12);
    buf_consume(&b, 4);
    assert_true(gw_ok(buf_own(&b)));
    assert_memory_equal(lent, zeros, sizeof lent);
    assert_true(slice_is(buf_slice(&b), SLICE_LIT("for long")));
    assert_true(gw_ok(buf_own(&b)));
    buf_free(&b);
    buf_lend(&b, lent, sizeof lent);
    for (int i = 0; i < 100; i++) /* more than was lent: then it is memory of its own */
        buf_put_u64(&b, 1);
    assert_memory_equal(lent, zeros, sizeof lent);
    assert_int_equal(buf_slice(&b).len, 100);
    buf_free(&b);
    buf_lend(&b, lent, sizeof lent);
    assert_true(gw_ok(buf_own(&b)));
    assert_null(b.at);
    buf_lend(&b, lent, sizeof lent);
    buf_put_str(&b, "gone");
    buf_free(&b);
    assert_memory_equal(lent, zeros, sizeof lent);
}

/* Piece by piece to the last byte that fits, and one more: nothing behind the memory is touched. */
static void puts_end_where_the_room_ends(void **state)
{
    struct buf b;
    (void)state;
    for (size_t step = 1; step < 9; step++) {
        buf_init(&b, 1024);
        size_t n = 0;
        for (; n + step <= 1024; n += step) {
            buf_put(&b, slice_of("12345678", step));
            assert_int_equal(b.len, n + step);
            assert_true(b.len <= b.cap);
        }
        assert_true(gw_ok(buf_result(&b)));
        for (size_t i = 0; i < n; i++)
            assert_int_equal(b.at[i], '1' + (int)(i % step));
        buf_put(&b, slice_of("123456789", 1024 - n + 1));
        assert_int_equal(buf_result(&b).code, GW_TOO_BIG);
        buf_put_str(&b, "late");
        assert_int_equal(b.len, 0);
        buf_free(&b);
    }
}

/* In builds with sanitizers nothing is kept, so that they see what is used after it is gone. */
static void a_pool_keeps_no_more_than_it_may(void **state)
{
    struct buf_pool pool = {.bytes = 0};
    struct buf bufs[300], odd;
    (void)state;
    for (size_t i = 0; i < GW_COUNT(bufs); i++) {
        buf_init(&bufs[i], 1 << 20);
        buf_use(&bufs[i], &pool);
        buf_reserve(&bufs[i], 8192);
        assert_int_equal(bufs[i].cap, 8192);
    }
    for (size_t i = 0; i < GW_COUNT(bufs); i++)
        buf_free(&bufs[i]);
    assert_int_equal(pool.bytes, BULLA_SANITIZED ? 0 : 2 << 20);
    buf_pool_free(&pool);
    assert_int_equal(pool.bytes, 0);
    static const size_t sizes[][2] = {{1, 512},     {512, 512},   {513, 1024},
                                      {1024, 1024}, {1025, 2048}, {4097, 8192}};
    for (size_t i = 0; i < GW_COUNT(sizes); i++) {
        buf_init(&odd, 1 << 20);
        buf_use(&odd, &pool);
        buf_reserve(&odd, sizes[i][0]);
        assert_int_equal(odd.cap, BULLA_SANITIZED ? sizes[i][0] : sizes[i][1]);
        buf_free(&odd);
    }
    buf_pool_free(&pool);
    const size_t odds[] = {700, 8193}; /* above its ceiling a buffer gets no size of the pool */
    for (size_t i = 0; i < GW_COUNT(odds); i++) {
        buf_init(&odd, odds[i]);
        buf_use(&odd, &pool);
        buf_reserve(&odd, odds[i]);
        assert_int_equal(odd.cap, odds[i]);
        buf_free(&odd);
        assert_int_equal(pool.bytes, 0);
    }
}

static void a_pool_gives_what_came_last_and_it_is_wiped(void **state)
{
    struct buf_pool pool = {.bytes = 0};
    struct buf a, b, c;
    struct buf *all[] = {&a, &b, &c};
    (void)state;
    if (BULLA_SANITIZED)
        skip();
    for (size_t i = 0; i < GW_COUNT(all); i++) {
        buf_init(all[i], 4096);
        buf_use(all[i], &pool);
    }
    for (size_t i = 0; i < 60; i++) {
        buf_put_str(&a, "0123456789");
        buf_put_str(&b, "abcdefghij");
    }
    const char *of_a = a.at, *of_b = b.at;
    assert_int_equal(a.cap, 1024);
    assert_int_equal(pool.bytes, 2 * 512); /* what they grew out of */
    buf_free(&a);
    buf_free(&b);
    assert_int_equal(pool.bytes, 2 * 512 + 2 * 1024);
    for (size_t i = sizeof(char *); i < 600; i++)
        assert_int_equal(of_a[i] | of_b[i], 0);
    buf_reserve(&c, 1000);
    assert_ptr_equal(c.at, of_b);
    buf_reserve(&a, 513);
    assert_ptr_equal(a.at, of_a);
    buf_put_str(&b, "x");
    assert_int_equal(pool.bytes, 512);
    assert_true(gw_ok(buf_take(&c, &b))); /* and memory may change hands */
    assert_int_equal(pool.bytes, 512 + 1024);
    buf_free(&a);
    buf_free(&c);
    assert_int_equal(pool.bytes, 2 * 512 + 2 * 1024);
    buf_pool_free(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_ceiling_wipes_and_empties),
        cmocka_unit_test(a_pool_keeps_no_more_than_it_may),
        cmocka_unit_test(a_pool_gives_what_came_last_and_it_is_wiped),
        cmocka_unit_test(room_beyond_any_size_is_refused),
        cmocka_unit_test(put_remembers_the_first_failure),
        cmocka_unit_test(puts_end_where_the_room_ends),
        cmocka_unit_test(what_cannot_be_handed_over_is_copied),
        cmocka_unit_test(memory_is_handed_over),
        cmocka_unit_test(what_is_consumed_makes_room),
        cmocka_unit_test(numbers_are_written_whole),
        cmocka_unit_test(a_long_format_is_not_cut),
        cmocka_unit_test(lent_memory_is_wiped_and_not_freed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
