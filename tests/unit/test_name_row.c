/* tests/unit/test_name_row.c - redact/name_row.h: each kind of name is a row that policies can
 * name.
 */
#include "proxy/base/base.h"
#include "redact/name_row.h"
#include "redact/finding.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void each_kind_has_a_row_and_no_two_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < NAME_KINDS; i++) {
        const struct name_row *row = name_row_at(i);
        assert_non_null(row);
        assert_true(row->family != FAM_NONE && row->name[0] != '\0');
        assert_true(finding_is_name(slice_str(row->entity)));
        assert_true(finding_is_name(slice_str(family_name((enum family)row->family))));
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(name_row_at(k)->name, row->name);
    }
}

static void rows_end(void **state)
{
    (void)state;
    assert_null(name_row_at(NAME_KINDS));
    assert_null(name_row_at(SIZE_MAX));
    assert_false(finding_is_name(SLICE_LIT("EMAIL_ADDRESS")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_has_a_row_and_no_two_the_same),
        cmocka_unit_test(rows_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
