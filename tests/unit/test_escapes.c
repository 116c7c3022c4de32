/* tests/unit/test_escapes.c - escapes of one character: what is none, and what each gives. */
#include "proxy/base/base.h"
#include "redact/escapes.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

typedef size_t (*reader)(struct slice, char[4], size_t *);

static void gives(reader read, const char *text, size_t taken, const char *want)
{
    char out[4];
    size_t len = 0, n = read(slice_str(text), out, &len);
    assert_int_equal(n, taken);
    if (n > 0)
        assert_true(slice_is(slice_of(out, len), slice_str(want)));
    if (n > 0)
        assert_true(len <= n);
}

static void what_is_no_escape_is_none(void **state)
{
    static const char *const none[] = {
        "",     "&",     "&;",    "&#;",   "&#31;",       "&nope;",       "&#xD800;", "%",
        "%4",   "%4g",   "%1f",   "\\",    "\\u",         "\\u12",        "\\u001f",  "\\ud800",
        "\\x1", "\\x07", "\\xff", "\\u{}", "\\u{110000}", "\\u{0000040}", "=",        "=4",
        "=4a",  "=1F",   "=\n"};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(none); i++) {
        gives(escapes_entity, none[i], 0, "");
        gives(escapes_percent, none[i], 0, "");
        gives(escapes_backslash, none[i], 0, "");
        gives(escapes_quoted, none[i], 0, "");
    }
}

static void each_gives_its_character(void **state)
{
    (void)state;
    gives(escapes_entity, "&#64;x", 5, "@");
    gives(escapes_entity, "&#xE9;", 6, "\xc3\xa9");
    gives(escapes_entity, "&commat;", 8, "@");
    gives(escapes_percent, "%40", 3, "@");
    gives(escapes_percent, "%c3", 3, "\xc3");
    gives(escapes_backslash, "\\u0040x", 6, "@");
    gives(escapes_backslash, "\\u00e9", 6, "\xc3\xa9");
    gives(escapes_backslash, "\\uff14", 6, "4"); /* fullwidth */
    gives(escapes_backslash, "\\u200b", 6, "");  /* nothing is seen of it */
    gives(escapes_backslash, "\\ud83d\\ude00", 12, "\xf0\x9f\x98\x80");
    gives(escapes_backslash, "\\u{1F600}", 9, "\xf0\x9f\x98\x80");
    gives(escapes_backslash, "\\x40", 4, "@");
    gives(escapes_quoted, "=40", 3, "@");
    gives(escapes_quoted, "=C3=A9", 3, "\xc3");
}

static void signs_count_what_they_are_worth(void **state)
{
    (void)state;
    assert_true(escapes_hex('g') < 0 && escapes_hex('\0') < 0 && escapes_hex('F') == 15);
    assert_false(escapes_is_text(0x1F) || escapes_is_text(0x7F) || !escapes_is_text('\n'));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_escape_is_none),
        cmocka_unit_test(each_gives_its_character),
        cmocka_unit_test(signs_count_what_they_are_worth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
