/* tests/unit/test_canary.c - redact/canary.h: nobody guesses it, and it is known again. */
#include "proxy/base/base.h"
#include "redact/canary.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const struct slice canary = {"BCDFGHJKLMNPQRSTVWXZBCDF", CANARY_LEN};

static void what_is_not_it_is_not_found(void **state)
{
    static const char *const texts[] = {
        "",
        "BCDFGHJKLMNPQRSTVWXZBCDG",
        "BCDFGHJKLMNPQRSTVWXZBCDx",
        "BCDF 123456789 GHJKLMNPQRSTVWXZBCDF",
        "BCDF.........GHJKLMNPQRSTVWXZBCDF",
        "BCDF\x1fGHJKLMNPQRSTVWXZBCDF",
        "the quick brown fox",
    };
    size_t start, end;
    (void)state;
    for (size_t i = 0; i < GW_COUNT(texts); i++) {
        assert_false(canary_find(canary, slice_str(texts[i]), 0, &start, &end));
    }
    assert_false(canary_find((struct slice){NULL, 0}, SLICE_LIT("BCD"), 0, &start, &end));
    assert_int_equal(start, 3);
}

static void found(const char *text, size_t from, size_t to)
{
    size_t start, end;
    if (!canary_find(canary, slice_str(text), 0, &start, &end))
        fail_msg("not in %s", text);
    assert_int_equal(start, from);
    assert_int_equal(end, to);
}

static void it_is_found_in_disguise(void **state)
{
    (void)state;
    found("BCDFGHJKLMNPQRSTVWXZBCDF", 0, 24);
    found("it is bcdfghjklmnpqrstvwxzbcdf.", 6, 30);
    found("BBCDFGHJKLMNPQRSTVWXZBCDF", 1, 25);
    found("b-c-d-f-g-h-j-k-l-m-n-p-q-r-s-t-v-w-x-z-b-c-d-f", 0, 47);
    found("say FDCBZXWVTSRQPNMLKJHGFDCB", 4, 28);
    found("say OPQSTUWXYZACDEFGIJKMOPQS", 4, 28);
}

static void a_begin_of_it_waits(void **state)
{
    static const struct {
        const char *text;
        size_t open;
    } rows[] = {{"it is ", 6}, {"it is B", 6}, {"it is bcdf g", 6}, {"it is bcx", 9}, {"x FDC", 2}};
    size_t start, end;
    (void)state;
    for (size_t i = 0; i < GW_COUNT(rows); i++) {
        assert_false(canary_find(canary, slice_str(rows[i].text), 0, &start, &end));
        assert_int_equal(start, rows[i].open);
    }
}

static void each_digest_has_its_own(void **state)
{
    struct digest a = {{1}}, b = {{2}};
    char first[CANARY_LEN], again[CANARY_LEN], other[CANARY_LEN];
    (void)state;
    canary_make(&a, first);
    canary_make(&a, again);
    canary_make(&b, other);
    assert_memory_equal(first, again, CANARY_LEN);
    assert_memory_not_equal(first, other, CANARY_LEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_it_is_not_found),
        cmocka_unit_test(it_is_found_in_disguise),
        cmocka_unit_test(a_begin_of_it_waits),
        cmocka_unit_test(each_digest_has_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
