/* tests/unit/test_compliance.c - the table of controls is well formed and names what there is:
 * audit/compliance.h. What a log really holds of it is for tests/flow/test_compliance.py. */
#include "proxy/base/base.h"
#include "audit/compliance.h"
#include "audit/record.h"
#include "proxy/json/doc.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static bool is_type(struct slice word)
{
    for (unsigned i = RECORD_NONE + 1; i < RECORD_TYPE_COUNT; i++)
        if (slice_is(word, slice_str(record_type_word((enum record_type)i))))
            return true;
    return false;
}

static bool is_known(struct slice by)
{
    static const char *const places[] = {"leaf.", "verb.", "file.", "err.", "find.",
                                         "net.",  "use.",  "what.", "who."};
    if (slice_has_prefix(by, SLICE_LIT("type.")))
        return is_type(slice_from(by, 5));
    for (size_t i = 0; i < GW_COUNT(places); i++)
        if (slice_has_prefix(by, slice_str(places[i])) && by.len > strlen(places[i]))
            return true;
    return false;
}

/* Each line is a document: a control, what it asks, and what answers it. */
static void every_line_is_a_control(void **state)
{
    struct arena *arena = arena_new(1 << 20);
    struct buf out;
    size_t lines = 0;
    (void)state;
    buf_init(&out, COMPLIANCE_MAX);
    assert_true(gw_ok(compliance_json(&out)));
    for (struct slice rest = buf_slice(&out); rest.len > 0; lines++) {
        struct json_doc doc;
        struct json_fault fault;
        size_t end = slice_find_byte(rest, '\n');
        assert_true(end != SIZE_MAX);
        assert_true(
            gw_ok(json_scan(slice_cut(rest, 0, end), json_limits_default(), arena, &doc, &fault)));
        uint32_t by = json_member(&doc, 0, "by"), n = 0;
        assert_true(json_inner(&doc, json_member(&doc, 0, "control")).len > 0);
        assert_true(json_inner(&doc, json_member(&doc, 0, "asks")).len > 0);
        for (uint32_t v = json_child(&doc, by); v != 0; v = json_sibling(&doc, v), n++)
            if (!is_known(json_inner(&doc, v)))
                fail_msg("%.*s", (int)json_inner(&doc, v).len, json_inner(&doc, v).at);
        assert_true(n > 0);
        rest = slice_from(rest, end + 1);
    }
    assert_true(lines > 20);
    buf_free(&out);
    arena_free(arena);
}

/* Four bars a row, a star where somebody should look at the wording, and the note that says so. */
static void the_page_is_a_table_of_as_many_rows(void **state)
{
    struct buf json, page;
    size_t rows = 0, lines = 0, stars = 0, checked = 0;
    (void)state;
    buf_init(&json, COMPLIANCE_MAX);
    buf_init(&page, COMPLIANCE_MAX);
    assert_true(gw_ok(compliance_json(&json)) && gw_ok(compliance_page(&page)));
    for (struct slice rest = buf_slice(&json); rest.len > 0; lines++) {
        size_t end = slice_find_byte(rest, '\n');
        checked +=
            slice_find(slice_cut(rest, 0, end), SLICE_LIT("\"check_wording\":true")) < SIZE_MAX;
        rest = slice_from(rest, end + 1);
    }
    for (struct slice rest = buf_slice(&page); rest.len > 0;) {
        size_t end = slice_find_byte(rest, '\n'), bars = 0;
        struct slice line = slice_cut(rest, 0, end);
        for (size_t i = 0; i < line.len; i++)
            bars += line.at[i] == '|';
        assert_true(bars == 4 || bars == 0);
        rows += bars == 4;
        stars += bars == 4 && slice_find(line, SLICE_LIT(" * |")) != SIZE_MAX;
        rest = slice_from(rest, end + 1);
    }
    assert_int_equal(rows, lines + 2);
    assert_int_equal(stars, checked);
    assert_true(slice_find(buf_slice(&page), SLICE_LIT("check the issuer's wording")) != SIZE_MAX);
    buf_free(&json);
    buf_free(&page);
}

static void a_page_that_does_not_fit_is_told(void **state)
{
    struct buf out;
    (void)state;
    buf_init(&out, 100);
    assert_false(gw_ok(compliance_page(&out)));
    buf_free(&out);
    buf_init(&out, 100);
    assert_false(gw_ok(compliance_json(&out)));
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_is_a_control),
        cmocka_unit_test(the_page_is_a_table_of_as_many_rows),
        cmocka_unit_test(a_page_that_does_not_fit_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
