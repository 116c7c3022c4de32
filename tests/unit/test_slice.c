/* tests/unit/test_slice.c - proxy/base/slice.h. */
#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void numbers_refuse_signs_and_overflow(void **state)
{
    uint64_t n = 7;
    (void)state;
    assert_false(gw_ok(slice_u64(SLICE_LIT("-1"), &n)));
    assert_false(gw_ok(slice_u64(SLICE_LIT(""), &n)));
    assert_false(gw_ok(slice_u64(SLICE_LIT("18446744073709551616"), &n)));
    assert_int_equal(n, 7);
    assert_true(gw_ok(slice_u64(SLICE_LIT("18446744073709551615"), &n)));
    assert_true(n == UINT64_MAX);
}

static void a_cut_never_leaves_the_slice(void **state)
{
    struct slice s = SLICE_LIT("abc");
    (void)state;
    assert_int_equal(slice_cut(s, 5, 9).len, 0);
    assert_int_equal(slice_cut(s, 2, 1).len, 0);
    assert_int_equal(slice_from(s, 1).len, 2);
    assert_int_equal(slice_find(s, SLICE_LIT("bc")), 1);
    assert_true(slice_find(s, SLICE_LIT("abcd")) == SIZE_MAX);
}

static void globs_match_like_a_shell_without_the_rest(void **state)
{
    (void)state;
    assert_true(slice_has_glob(SLICE_LIT("claude-3-opus"), SLICE_LIT("claude-*")));
    assert_true(slice_has_glob(SLICE_LIT("hr-bot"), SLICE_LIT("*")));
    assert_true(slice_has_glob(SLICE_LIT("axbxc"), SLICE_LIT("a*b*c")));
    assert_false(slice_has_glob(SLICE_LIT("claude"), SLICE_LIT("claude-*")));
    assert_false(slice_has_glob(SLICE_LIT("HR-bot"), SLICE_LIT("hr-*")));
}

static void a_name_with_other_bytes_is_not_cleared(void **state)
{
    (void)state;
    assert_true(slice_is(clear_name(SLICE_LIT("gpt-4o:mini")).s, SLICE_LIT("gpt-4o:mini")));
    for (unsigned c = 0; c < 256; c++) {
        const char name[2] = {'a', (char)c};
        bool is_among = c != 0 && strchr(" ._:/@+-", name[1]) != NULL;
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        struct slice s = slice_of(name, sizeof name);
        assert_true(slice_is(clear_name(s).s, is_among || is_letter ? s : SLICE_LIT("?")));
    }
    assert_true(slice_is(clear_name(SLICE_LIT("a\"b")).s, SLICE_LIT("?")));
    assert_true(slice_is(clear_name(SLICE_LIT("a\nb")).s, SLICE_LIT("?")));
}

static void a_word_of_a_list_is_found_in_whole_and_in_any_case(void **state)
{
    static const char *const words[] = {"pdf", "p", "#", "n\xc2\xba", "docx"};
    (void)state;
    assert_false(slice_is_any(SLICE_LIT(""), words, GW_COUNT(words)));
    assert_false(slice_is_any(SLICE_LIT("doc"), words, GW_COUNT(words)));
    assert_false(slice_is_any(SLICE_LIT("pdfx"), words, GW_COUNT(words)));
    assert_false(slice_is_any(SLICE_LIT("pdf"), words, 0));
    assert_true(slice_is_any(SLICE_LIT("PdF"), words, GW_COUNT(words)));
    assert_true(slice_is_any(SLICE_LIT("P"), words, GW_COUNT(words)));
    assert_true(slice_is_any(SLICE_LIT("#"), words, GW_COUNT(words)));
    assert_true(slice_is_any(SLICE_LIT("N\xc2\xba"), words, GW_COUNT(words)));
    assert_true(slice_is_any(SLICE_LIT("docx"), words, GW_COUNT(words)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_of_a_list_is_found_in_whole_and_in_any_case),
        cmocka_unit_test(numbers_refuse_signs_and_overflow),
        cmocka_unit_test(a_cut_never_leaves_the_slice),
        cmocka_unit_test(globs_match_like_a_shell_without_the_rest),
        cmocka_unit_test(a_name_with_other_bytes_is_not_cleared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
