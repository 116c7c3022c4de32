/* tests/unit/test_ruled_out.c - which values stand and which fall by what is around them, where it
 * is told early that nothing can come of a place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proxy/base/base.h"
#include "redact/scan.h"
#include "tests/unit/scan_rig.h"

/* How many findings of an entity the text has. */
static size_t count(struct rig *r, const char *text, const char *entity)
{
    const struct scan_options options = {0};
    struct scan_result found;
    size_t n = 0;
    assert_true(
        gw_ok(scan_plain(r->scanner, r->scratch, slice_str(text), &options, r->arena, &found)));
    for (size_t i = 0; i < found.count; i++)
        n += slice_is(found.findings[i].entity, slice_str(entity)) ? 1 : 0;
    return n;
}

/* What shows a date may begin in the column in front of it, and the head be far. */
static void a_date_stands_under_the_head_of_its_own_column(void **state)
{
#define ROW "Ann of the long name that parts all,14 March 1985,and more,far\n"
#define ROWS ROW ROW ROW ROW ROW ROW ROW ROW ROW ROW ROW ROW
    struct rig r = rig_new();
    (void)state;
    assert_int_equal(count(&r, "name,birth,remark,how\n" ROWS, "DATE_OF_BIRTH"), 12);
    assert_int_equal(count(&r, "name,day,remark,how\n" ROWS, "DATE_OF_BIRTH"), 0);
    rig_free(&r);
}

/* The words beside a number are looked at so far and no farther; a part of a word is none. */
static void a_word_that_goes_on_beyond_the_reach_speaks_for_nothing(void **state)
{
    struct rig r = rig_new();
    (void)state;
    assert_int_equal(
        count(&r, "It took 1000 - 100, and so it went on and on, call back", "PHONE_NUMBER"), 1);
    assert_int_equal(
        count(&r, "It took 1000 - 100, and so it went on and on, called back", "PHONE_NUMBER"), 0);
    assert_int_equal(
        count(&r, "I re call, and so it went on and on and on until the very end, what  1000 - 100",
              "PHONE_NUMBER"),
        1);
    assert_int_equal(
        count(&r, "I recall, and so it went on and on and on until the very end, what  1000 - 100",
              "PHONE_NUMBER"),
        0);
    rig_free(&r);
}

static void letters_amid_digits_are_no_word(void **state)
{
    struct rig r = rig_new();
    (void)state;
    assert_int_equal(count(&r, "of 9 cc 1, 709818871457", "PT_CC"), 1);
    assert_int_equal(count(&r, "of 9cc, 1, 709818871457", "PT_CC"), 1);
    assert_int_equal(count(&r, "of 9cc1, 709818871457", "PT_CC"), 0);
    rig_free(&r);
}

/* Lines of JSON name each value; what stands above it is another one. */
static void lines_of_json_are_no_table(void **state)
{
#define LINE "\"d\":\"14 March 1985\",\"b\":\"twenty letters and twenty more behind them\"}\n"
#define LINES(begin) begin LINE begin LINE begin LINE begin LINE begin LINE begin LINE
    struct rig r = rig_new();
    (void)state;
    assert_int_equal(count(&r, "\"birth\":1,\"b\":1}\n" LINES(""), "DATE_OF_BIRTH"), 6);
    assert_int_equal(count(&r, "{\"birth\":1,\"b\":1}\n" LINES("{"), "DATE_OF_BIRTH"), 1);
    rig_free(&r);
}

/* Most of what has colons between hex digits is a clock, and goes no further. */
static void an_address_has_two_colons_together_or_six(void **state)
{
    struct rig r = rig_new();
    (void)state;
    assert_int_equal(count(&r, "at 2001:db8:85a3:1:2:8a2e:370:7334 now", "IP_ADDRESS"), 1);
    assert_int_equal(count(&r, "at 2001:db8:85a3:1:2:8a2e:192.0.2.33 now", "IP_ADDRESS"), 1);
    assert_int_equal(count(&r, "at fe80:1::7 now", "IP_ADDRESS"), 1);
    assert_int_equal(count(&r, "at 12:30:45:10:11:12 now", "IP_ADDRESS"), 0);
    rig_free(&r);
}

/* The bitmaps know most of a token's characters, not all. */
static void a_token_goes_on_behind_a_rare_character(void **state)
{
    struct rig r = rig_new();
    (void)state;
    assert_int_equal(
        count(&r, "The api key of us, seen by all (QwgrtAyuXkPmnBzT~7aQ9).", "SECRET_API_KEY"), 1);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_date_stands_under_the_head_of_its_own_column),
        cmocka_unit_test(a_word_that_goes_on_beyond_the_reach_speaks_for_nothing),
        cmocka_unit_test(letters_amid_digits_are_no_word),
        cmocka_unit_test(lines_of_json_are_no_table),
        cmocka_unit_test(an_address_has_two_colons_together_or_six),
        cmocka_unit_test(a_token_goes_on_behind_a_rare_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
