/* tests/unit/test_column.c - redact/column.h: heads of columns and keys of members, by the rows of
 * the catalogue that wait for them. */
#include "proxy/base/base.h"
#include "redact/column.h"
#include "redact/scan.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct room {
    struct scanner *scanner;
    struct scan_scratch *scratch;
    struct arena *arena;
    struct text text;
    struct scan_result result;
};

static struct room enter(void)
{
    struct room r = {.arena = arena_new(1 << 24)};
    char reason[200];
    assert_true(gw_ok(scanner_new(NULL, 0, NULL, reason, sizeof reason, &r.scanner)));
    r.scratch = scan_scratch_new(r.scanner);
    text_init(&r.text, r.arena, 1 << 20);
    return r;
}

static void leave(struct room *r)
{
    text_free(&r->text);
    scan_scratch_free(r->scratch);
    scanner_free(r->scanner);
    arena_free(r->arena);
}

/* What the rows for heads find in one text: the n-th value; empty: there are fewer. */
static struct slice found(struct room *r, const char *text, size_t n)
{
    const struct scan_options options = {0};
    struct slice s = slice_str(text);
    assert_true(gw_ok(scan_plain(r->scanner, r->scratch, s, &options, r->arena, &r->result)));
    for (size_t i = 0; i < r->result.count; i++) {
        const struct finding *f = &r->result.findings[i];
        if (slice_has_suffix(f->name, SLICE_LIT("_column")) && n-- == 0)
            return slice_cut(s, f->start, f->end);
    }
    return slice_of(NULL, 0);
}

/* What stands in a leaf of such a key, as the detector that says so; empty: nothing. */
static struct slice keyed(struct room *r, const char *key, const char *value)
{
    const struct scan_options options = {0};
    struct text_leaf leaf = {.role = ROLE_ASSISTANT, .key = slice_str(key)};
    text_free(&r->text);
    text_init(&r->text, r->arena, 1 << 20);
    assert_true(gw_ok(text_add(&r->text, slice_str(key), &leaf)));
    assert_true(gw_ok(text_add(&r->text, slice_str(value), &leaf)));
    assert_true(gw_ok(scan_text(r->scanner, r->scratch, &r->text, &options, r->arena, &r->result)));
    return r->result.count == 0 ? slice_of(NULL, 0) : r->result.findings[0].name;
}

static void every_cell_below_a_head_is_tried(void **state)
{
    struct room r = enter();
    const char *csv = "user,password\nann,Zamek!2931x\nbob,Fuchs-Bau.88\n";
    (void)state;
    assert_true(slice_is(found(&r, csv, 0), SLICE_LIT("Zamek!2931x")));
    assert_true(slice_is(found(&r, csv, 1), SLICE_LIT("Fuchs-Bau.88")));
    assert_int_equal(found(&r, csv, 2).len, 0);
    leave(&r);
}

static void a_head_ends_with_the_word_and_has_few_in_front(void **state)
{
    static const struct {
        const char *head;
        bool is_head;
    } heads[] = {{"password", true},
                 {"Wi-Fi password", true},
                 {"`user_password`", true},
                 {"password (initial)", true},
                 {"password no.", true},
                 {"password policy", false},
                 {"what the password is", false},
                 {"password@host", false},
                 {"the longest name that a column may have with password", false}};
    struct room r = enter();
    (void)state;
    for (size_t i = 0; i < GW_COUNT(heads); i++) {
        char text[200];
        snprintf(text, sizeof text, "%s,user\nZamek!2931x,ann\n", heads[i].head);
        if ((found(&r, text, 0).len > 0) != heads[i].is_head)
            fail_msg("%s", heads[i].head);
    }
    leave(&r);
}

static void a_cell_is_one_value_in_whole_or_none(void **state)
{
    struct room r = enter();
    (void)state;
    assert_int_equal(found(&r, "user,password\nann,Zamek!2931x or so\n", 0).len, 0);
    assert_int_equal(found(&r, "card,PIN\n11,4829 or 4830\n", 0).len, 0);
    assert_true(slice_is(found(&r, "card,PIN\n11,\"4829\"\n", 0), SLICE_LIT("4829")));
    assert_true(
        slice_is(found(&r, "|user|PIN|\n|---|---|\n|ann|**4829**|\n", 0), SLICE_LIT("4829")));
    assert_int_equal(found(&r, "user,password\nann,\n", 0).len, 0);
    leave(&r);
}

static void a_member_key_is_a_head(void **state)
{
    struct room r = enter();
    (void)state;
    assert_true(slice_is(keyed(&r, "password", "Zamek!2931x"), SLICE_LIT("password_column")));
    assert_true(slice_is(keyed(&r, "dbPassword", "Zamek!2931x"), SLICE_LIT("password_column")));
    assert_true(slice_is(keyed(&r, "userpassword", "Zamek!2931x"), SLICE_LIT("password_column")));
    assert_true(slice_is(keyed(&r, "password", "hush-puppy"), SLICE_LIT("password_word_column")));
    assert_true(slice_is(keyed(&r, "password", "sunshine"), SLICE_LIT("password_word_column")));
    assert_true(slice_is(keyed(&r, "card_pin", "4829"), SLICE_LIT("pin_column")));
    assert_true(slice_is(keyed(&r, "pin", "4829"), SLICE_LIT("pin_column")));
    leave(&r);
}

static void a_key_that_goes_on_or_only_ends_alike_is_none(void **state)
{
    struct room r = enter();
    (void)state;
    assert_int_equal(keyed(&r, "password_hint", "Zamek!2931x").len, 0);
    assert_int_equal(keyed(&r, "spin", "4829").len, 0);
    assert_int_equal(keyed(&r, "we_never_store_a_password", "Zamek!2931x").len, 0);
    assert_int_equal(keyed(&r, "password", "required").len, 0);
    assert_int_equal(keyed(&r, "password", "string").len, 0);
    assert_int_equal(keyed(&r, "password", "password").len, 0); /* the key is a leaf, too */
    assert_int_equal(keyed(&r, "pw", "4829").len, 0);
    assert_int_equal(keyed(&r, "pin", "12").len, 0);
    leave(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_below_a_head_is_tried),
        cmocka_unit_test(a_head_ends_with_the_word_and_has_few_in_front),
        cmocka_unit_test(a_cell_is_one_value_in_whole_or_none),
        cmocka_unit_test(a_member_key_is_a_head),
        cmocka_unit_test(a_key_that_goes_on_or_only_ends_alike_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
