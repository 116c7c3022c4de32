/* tests/unit/test_hold.c - redact/hold.h: what must wait, and what need not. */
#include "proxy/base/base.h"
#include "redact/hold.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct scanner *s;
static struct scan_scratch *scratch;
static struct arena *arena;

static int begin(void **state)
{
    const struct slice phrases[] = {SLICE_LIT("Project Aurora"), SLICE_LIT("Anna Schmidt")};
    const struct custom_detector custom[] = {
        {.name = SLICE_LIT("NAMES"), .words = phrases, .word_count = GW_COUNT(phrases)},
        {.name = SLICE_LIT("QUOTED"), .pattern = SLICE_LIT("<<[^>]{1,80}>>")},
    };
    char reason[200];
    (void)state;
    if (!gw_ok(scanner_new(custom, GW_COUNT(custom), NULL, reason, sizeof reason, &s))) {
        print_error("%s\n", reason);
        return 1;
    }
    scratch = scan_scratch_new(s);
    arena = arena_new(1 << 26);
    return scratch == NULL || arena == NULL;
}

static int finish(void **state)
{
    (void)state;
    scan_scratch_free(scratch);
    scanner_free(s);
    arena_free(arena);
    return 0;
}

static void waits_from(const char *text, size_t from, size_t wanted)
{
    size_t undecided;
    assert_true(gw_ok(hold_undecided(s, scratch, slice_str(text), from, arena, &undecided)));
    assert_int_equal(undecided, wanted);
}

static void waits(const char *text, const char *wanted)
{
    waits_from(text, 0, strlen(wanted));
}

static void plain_words_do_not_wait(void **state)
{
    (void)state;
    waits("", "");
    waits("plain words ", "");
    waits("they met in Aurora. ", "");
    waits("see <a>b</a> ", "");
    waits("Project Aurora is on ", "");
    waits("Project Management ", "");
}

static void what_may_go_on_waits(void **state)
{
    (void)state;
    waits("mail jane@exam", "jane@exam");
    waits("card 4111 1111 ", "4111 1111 ");
    waits("pay GB29 NWBK ", "GB29 NWBK ");
    waits("k -----BEGIN PRIVATE KEY-----\nMIIE\n", "-----BEGIN PRIVATE KEY-----\nMIIE\n");
    waits("of Project ", "Project ");
    waits("of project aur", "project aur");
    waits("so <<a value with many words, ", "<<a value with many words, ");
    waits("with Anna", "Anna");
}

static void a_disguise_waits_too(void **state)
{
    (void)state;
    waits("of \xef\xbc\xb0roject ", "\xef\xbc\xb0roject "); /* fullwidth P */
    waits("of Proj\xe2\x80\x8b"
          "ect ",
          "Proj\xe2\x80\x8b"
          "ect ");
}

static void what_went_out_is_context_only(void **state)
{
    (void)state;
    waits_from("of Project Au", 4, 2); /* its begin is out already: only the word waits */
    waits_from("-----BEGIN PRIVATE KEY-----\nMIIE ", 30, 0);
    waits_from("?zwo", 2, 2); /* a digit word that begins in what went out */
}

static void nothing_waits_for_ever(void **state)
{
    static char text[20000];
    size_t undecided;
    (void)state;
    memset(text, 'a', sizeof text);
    assert_true(
        gw_ok(hold_undecided(s, scratch, slice_of(text, sizeof text), 0, arena, &undecided)));
    assert_int_equal(undecided, HOLD_MAX);
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = "<< "[i < 2 ? i : 2];
    assert_true(
        gw_ok(hold_undecided(s, scratch, slice_of(text, sizeof text), 0, arena, &undecided)));
    assert_int_equal(undecided, 0); /* longer than a value may be */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_words_do_not_wait), cmocka_unit_test(what_may_go_on_waits),
        cmocka_unit_test(a_disguise_waits_too),    cmocka_unit_test(what_went_out_is_context_only),
        cmocka_unit_test(nothing_waits_for_ever),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
