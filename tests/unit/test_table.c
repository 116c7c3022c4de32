/* tests/unit/test_table.c - redact/table.c: the head of a column. */
#include "proxy/base/base.h"
#include "redact/table.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* The head above the first place where `value` stands. */
static struct slice head_above(struct table *t, const char *text, const char *value)
{
    struct slice all = slice_str(text);
    size_t at = slice_find(all, slice_str(value));
    assert_true(at != SIZE_MAX);
    return table_head(t, all, (struct table_place){at, 0, true});
}

static void what_is_no_table_has_no_head(void **state)
{
    struct table t = {0};
    (void)state;
    assert_int_equal(head_above(&t, "one 4711", "4711").len, 0);
    assert_int_equal(head_above(&t, "name,4711", "4711").len, 0); /* it is the head itself */
    assert_int_equal(head_above(&t, "a, b, c\nand 4711, too", "4711").len, 0);
    assert_int_equal(head_above(&t, "name\nanna\n4711", "4711").len, 0);
}

static void a_cell_has_the_head_of_its_own_column(void **state)
{
    struct table t = {0};
    (void)state;
    assert_true(
        slice_is(head_above(&t, "name,ssn,town\nanna,4711,Rome\n", "4711"), SLICE_LIT("ssn")));
    assert_true(
        slice_is(head_above(&t, "See:\nname;ssn\nanna;12\nbert;4711", "4711"), SLICE_LIT("ssn")));
    assert_true(slice_is(head_above(&t, "name\tssn\n\"a\tb\"\t4711", "4711"), SLICE_LIT("ssn")));
    assert_true(slice_is(head_above(&t, "name,ssn\n\"Doe, Jane\",4711", "4711"), SLICE_LIT("ssn")));
    assert_true(slice_is(head_above(&t, "| name | ssn |\n|---|---|\n| anna | 4711 |", "4711"),
                         SLICE_LIT("ssn")));
    assert_true(slice_is(head_above(&t, "name,ssn\nanna,4711", "anna"), SLICE_LIT("name")));
}

static void a_long_table_is_followed_line_by_line(void **state)
{
    static char text[60000];
    struct table t = {0};
    size_t n = (size_t)snprintf(text, sizeof text, "name,ssn\n"), far = 0;
    (void)state;
    for (unsigned i = 0; i < 3000; i++) {
        far = n + 5;
        n += (size_t)snprintf(text + n, sizeof text - n, "anna,%u\n", 100000 + i);
        size_t low = far > TABLE_BACK ? far - TABLE_BACK : 0;
        struct slice head =
            table_head(&t, slice_of(text, n), (struct table_place){far, low, low == 0});
        assert_true(slice_is(head, SLICE_LIT("ssn")));
    }
    t = (struct table){0}; /* nothing remembered: the head is too far */
    assert_int_equal(
        table_head(&t, slice_of(text, n), (struct table_place){far, far - TABLE_BACK, false}).len,
        0);
}

/* The cells below the head that `word` stands in, joined by bars; NULL: no head. */
static const char *cells_below(const char *text, const char *word)
{
    static char joined[400];
    struct table_column column;
    struct slice all = slice_str(text), cell;
    size_t at = slice_find(all, slice_str(word)), n = 0;
    joined[0] = '\0';
    if (!table_column_open(&column, all, 0, at, &cell))
        return NULL;
    while (table_column_next(&column, &cell))
        n += (size_t)snprintf(joined + n, sizeof joined - n, "%.*s|", (int)cell.len, cell.at);
    return joined;
}

static void a_head_has_its_cells(void **state)
{
    (void)state;
    assert_string_equal(cells_below("user,pw\nana,a1\nbea,b2\n\nc,d", "pw"), "a1|b2|");
    assert_string_equal(cells_below("See\n| user | pw |\n|--|--|\n| ana | a1 |", "pw"), "--|a1|");
    assert_string_equal(cells_below("a\tpw\n\"x\ty\"\tb2\nend", "pw"), "b2|");
    assert_null(cells_below("ana,a1\nuser,pw\nbea,b2", "pw")); /* not the first line */
    assert_null(cells_below("pw\na1", "pw"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_table_has_no_head),
        cmocka_unit_test(a_cell_has_the_head_of_its_own_column),
        cmocka_unit_test(a_long_table_is_followed_line_by_line),
        cmocka_unit_test(a_head_has_its_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
