/* tests/unit/test_tally.c - audit/tally.h: one row a name, the busiest first. */
#include "proxy/base/base.h"
#include "audit/tally.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void many_names_have_one_row_each(void **state)
{
    struct tally t = {0};
    struct tally_row *row;
    char name[16];
    (void)state;
    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 1000; i++) {
            int len = snprintf(name, sizeof name, "n%d", i);
            assert_true(gw_ok(tally_row(&t, slice_of(name, (size_t)len), &row)));
            row->exchanges += i == 700 ? 2 : 1;
        }
    assert_int_equal(t.count, 1000);
    tally_sort(&t);
    assert_string_equal(t.rows[0].name, "n700");
    assert_int_equal(t.rows[0].exchanges, 6);
    assert_string_equal(t.rows[1].name, "n0");
    assert_int_equal(t.rows[999].exchanges, 3);
    tally_free(&t);
    tally_free(&t);
}

static void an_empty_name_is_one_too(void **state)
{
    struct tally t = {0};
    struct tally_row *row;
    (void)state;
    tally_sort(&t);
    assert_true(gw_ok(tally_row(&t, SLICE_LIT(""), &row)));
    assert_string_equal(row->name, "");
    tally_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_names_have_one_row_each),
        cmocka_unit_test(an_empty_name_is_one_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
