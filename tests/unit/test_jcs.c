/* tests/unit/test_jcs.c - a stored byte has one meaning: audit/jcs.h. */
#include "proxy/base/base.h"
#include "audit/jcs.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void what_wire_would_not_write_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        " {}",
        "{} ",
        "{}\n",
        "{",
        "}",
        "[",
        "1",
        "\"a\"",
        "null",
        "{}{}",
        "{\"a\" :1}",
        "{\"a\": 1}",
        "{\"a\":1,}",
        "{,}",
        "[1,]",
        "[,1]",
        "{\"a\"}",
        "{a:1}",
        "{\"b\":1,\"a\":2}", /* not ascending */
        "{\"a\":1,\"a\":2}", /* twice */
        "{\"\":1,\"\":2}",
        "{\"ab\":1,\"a\":2}",
        "{\"a\\n\":1}", /* a key has no escapes */
        "[01]",
        "[-1]",
        "[1.0]",
        "[1e3]",
        "[+1]",
        "[9007199254740992]",
        "[99999999999999999]",
        "[18446744073709551616]",
        "[True]",
        "[nul]",
        "[nulll]",
        "[\"\\/\"]",     /* an escape that JSON knows and JCS does not write */
        "[\"\\u0041\"]", /* has a shorter form */
        "[\"\\u000a\"]",
        "[\"\\u0008\"]",
        "[\"\\u001F\"]", /* capital */
        "[\"\\u00e9\"]",
        "[\"\\u002\"]",
        "[\"\\x\"]",
        "[\"\\",
        "[\"a",
        "[\"\x01\"]",
        "[\"\xff\"]",
        "[\"\xc0\x80\"]",
        "[\"\xed\xa0\x80\"]",
        "[\"\xe2\x82\"]",
        "[[[[[[[[[1]]]]]]]]]", /* nine deep */
        "{\"a\":[{\"a\":[{\"a\":[{\"a\":[{}]}]}]}]}",
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(bad); i++)
        if (jcs_check(slice_str(bad[i])).code != GW_BAD)
            fail_msg("%s", bad[i]);
    assert_int_equal(jcs_check(SLICE_LIT("[\"a\0\"]")).code, GW_BAD);
    assert_int_equal(jcs_check(SLICE_LIT("[\"\\\0\"]")).code, GW_BAD);
    assert_int_equal(jcs_check(SLICE_LIT("[\"\\u000\0\"]")).code, GW_BAD);
}

static void what_it_writes_is_read(void **state)
{
    static const char *const good[] = {
        "{}",
        "[]",
        "{\"\":1}",
        "{\"A\":1,\"a\":2,\"ab\":3,\"b\":4,\"\xc3\xa9\":5}",
        "[0,9,10,9007199254740991]",
        "[true,false,null]",
        "[\"\\\"\\\\\\b\\f\\n\\r\\t\\u0000\\u000b\\u001f\x7f/\xe2\x82\xac\"]",
        "[[[[[[[[]]]]]]]]", /* eight deep */
        "{\"a\":{\"b\":[{\"c\":\"\"}]}}",
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(good); i++)
        if (!gw_ok(jcs_check(slice_str(good[i]))))
            fail_msg("%s", good[i]);
}

/* No byte of a text can be left out or changed into a mark without its being another text. */
static void a_cut_text_is_none(void **state)
{
    const struct slice whole = SLICE_LIT("{\"a\":[1,\"x\\n\xc3\xa9\",true],\"b\":{\"c\":null}}");
    (void)state;
    assert_true(gw_ok(jcs_check(whole)));
    for (size_t n = 0; n < whole.len; n++)
        assert_int_equal(jcs_check(slice_cut(whole, 0, n)).code, GW_BAD);
}

static void members_are_found_by_name_and_by_place(void **state)
{
    const struct slice o = SLICE_LIT("{\"a\":1,\"b\":[\"x\",{\"a\":9}],\"c\":\"t\",\"d\":{}}");
    struct slice key, value;
    (void)state;
    assert_true(gw_ok(jcs_find(o, "a", &value)) && slice_is(value, SLICE_LIT("1")));
    assert_true(gw_ok(jcs_find(o, "d", &value)) && slice_is(value, SLICE_LIT("{}")));
    assert_int_equal(jcs_find(o, "x", &value).code, GW_NOT_FOUND);
    assert_int_equal(jcs_find(o, "", &value).code, GW_NOT_FOUND);
    assert_int_equal(jcs_find(SLICE_LIT("{}"), "a", &value).code, GW_NOT_FOUND);
    assert_int_equal(jcs_find(SLICE_LIT("[]"), "a", &value).code, GW_BAD);
    assert_int_equal(jcs_find(SLICE_LIT(""), "a", &value).code, GW_BAD);
    static const char *const names[] = {"a", "b", "c", "d"};
    for (size_t i = 0; i < GW_COUNT(names); i++)
        assert_true(gw_ok(jcs_member(o, i, &key, &value)) && slice_is(key, slice_str(names[i])));
    assert_int_equal(jcs_member(o, 4, &key, &value).code, GW_NOT_FOUND);
}

static void a_value_is_of_the_kind_that_is_asked_for(void **state)
{
    const struct slice o = SLICE_LIT("{\"e\":\"a\\n\",\"empty\":\"\",\"n\":7,\"t\":\"x\"}");
    struct slice text;
    uint64_t n;
    (void)state;
    assert_true(gw_ok(jcs_text(o, "t", &text)) && slice_is(text, SLICE_LIT("x")));
    assert_true(gw_ok(jcs_text(o, "empty", &text)) && text.len == 0);
    assert_int_equal(jcs_text(o, "e", &text).code, GW_BAD);
    assert_int_equal(jcs_text(o, "n", &text).code, GW_BAD);
    assert_int_equal(jcs_text(o, "z", &text).code, GW_NOT_FOUND);
    assert_true(gw_ok(jcs_u64(o, "n", &n)) && n == 7);
    assert_false(gw_ok(jcs_u64(o, "t", &n)));
    assert_int_equal(jcs_u64(o, "z", &n).code, GW_NOT_FOUND);
}

static void a_list_is_taken_apart_in_order(void **state)
{
    static const char *const items[] = {"1", "\"a,]\"", "[2,3]", "{\"a\":[]}"};
    struct slice rest = SLICE_LIT("[1,\"a,]\",[2,3],{\"a\":[]}]"), item;
    (void)state;
    for (size_t i = 0; i < GW_COUNT(items); i++)
        assert_true(gw_ok(jcs_item(&rest, &item)) && slice_is(item, slice_str(items[i])));
    assert_int_equal(jcs_item(&rest, &item).code, GW_NOT_FOUND);
    assert_int_equal(jcs_item(&rest, &item).code, GW_NOT_FOUND);
    rest = SLICE_LIT("[]");
    assert_int_equal(jcs_item(&rest, &item).code, GW_NOT_FOUND);
    rest = SLICE_LIT("7");
    assert_int_equal(jcs_item(&rest, &item).code, GW_NOT_FOUND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_wire_would_not_write_is_refused),
        cmocka_unit_test(what_it_writes_is_read),
        cmocka_unit_test(a_cut_text_is_none),
        cmocka_unit_test(members_are_found_by_name_and_by_place),
        cmocka_unit_test(a_value_is_of_the_kind_that_is_asked_for),
        cmocka_unit_test(a_list_is_taken_apart_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
