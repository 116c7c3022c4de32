/* tests/unit/test_imprint.c - audit/imprint.h: two ways to write one value leave one imprint, two
 * values or two keys leave two. */
#include "proxy/base/base.h"
#include "audit/imprint.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct secret_key *key;

static int begin(void **state)
{
    (void)state;
    key = secret_key_from(SLICE_LIT("one"));
    return key == NULL;
}

static int finish(void **state)
{
    (void)state;
    secret_key_free(key);
    return 0;
}

static bool is_same(struct slice a, struct slice b)
{
    char x[IMPRINT_LEN + 1], y[IMPRINT_LEN + 1];
    assert_true(imprint_make(key, a, x));
    assert_true(imprint_make(key, b, y));
    assert_true(pseudonym_is(slice_str(x)));
    return strcmp(x, y) == 0;
}

static void nothing_leaves_no_imprint(void **state)
{
    static const char *const empty[] = {"", " ", "\n\t \r"};
    char out[IMPRINT_LEN + 1] = "x";
    (void)state;
    for (size_t i = 0; i < GW_COUNT(empty); i++) {
        assert_false(imprint_make(key, slice_str(empty[i]), out));
        assert_string_equal(out, "");
    }
}

static void other_values_leave_others(void **state)
{
    static const char *const pairs[][2] = {
        {"4111 1111 1111 1111", "4111 1111 1111 1112"},
        {"10.1.2.3", "1.0.12.3"},                /* the dots of an address count */
        {"a-b@corp.example", "ab@corp.example"}, /* and all of a mail address */
        {"a1234.5678@x.example", "a12345678@x.example"},
        {"Ann Lee", "AnnLee"},
        {"Ann-Lena", "Annlena"},
        {"+49 30 1234567", "030 1234567"}, /* without its country it is another number */
        {"12", "0012x"},
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(pairs); i++)
        assert_false(is_same(slice_str(pairs[i][0]), slice_str(pairs[i][1])));
}

static void the_key_is_part_of_it(void **state)
{
    char a[IMPRINT_LEN + 1], b[IMPRINT_LEN + 1];
    struct secret_key *other = secret_key_from(SLICE_LIT("two"));
    (void)state;
    assert_true(imprint_make(key, SLICE_LIT("ann@corp.example"), a));
    assert_true(imprint_make(other, SLICE_LIT("ann@corp.example"), b));
    assert_string_not_equal(a, b);
    assert_true(pseudonym_make(key, "person", SLICE_LIT("ann@corp.example"), b));
    assert_string_not_equal(a, b); /* what she sent and what was said of her are two questions */
    secret_key_free(other);
}

static void ways_to_write_a_value_are_one(void **state)
{
    static const char *const pairs[][2] = {
        {"4111 1111 1111 1111", "4111-1111-1111-1111"},
        {"4111111111111111", " 4111\xe2\x80\x91"
                             "1111\xc2\xa0"
                             "1111\xe2\x80\x93"
                             "1111\n"},
        {"DE89 3704 0044 0532 0130 00", "de89370400440532013000"},
        {"+49 (30) 12 34-567", "0049 30/1234567"},
        {"+33 1.23.45.67.89", "0033 123456789"},
        {"123.456.789-09", "12345678909"},
        {"Ann@Corp.Example", "ann@corp.example "},
        {"Ann  Lee", " ann\tlee"},
        {"300.1.2.3", "300123"}, /* no address */
        {"1.2.3", "123"},
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(pairs); i++)
        assert_true(is_same(slice_str(pairs[i][0]), slice_str(pairs[i][1])));
}

static void long_values_count_as_they_stand(void **state)
{
    char a[IMPRINT_NORMAL + 3], b[sizeof a];
    (void)state;
    memset(a, '1', sizeof a);
    memcpy(b, a, sizeof a);
    b[5] = '-';
    assert_false(is_same(slice_of(a, sizeof a), slice_of(b, sizeof b)));
    a[sizeof a - 1] = b[0] = ' '; /* but for blanks around them */
    b[5] = '1';
    assert_true(is_same(slice_of(a, sizeof a), slice_of(b, sizeof b)));
    b[5] = '-'; /* so long, and still one with a normal form */
    assert_false(is_same(slice_of(b, IMPRINT_NORMAL), slice_of(a, IMPRINT_NORMAL)));
    assert_true(is_same(slice_of(b, IMPRINT_NORMAL + 1), slice_of(a, IMPRINT_NORMAL - 1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_leaves_no_imprint),
        cmocka_unit_test(other_values_leave_others),
        cmocka_unit_test(the_key_is_part_of_it),
        cmocka_unit_test(ways_to_write_a_value_are_one),
        cmocka_unit_test(long_values_count_as_they_stand),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
