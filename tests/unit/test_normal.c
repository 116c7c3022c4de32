/* tests/unit/test_normal.c - redact/normal.h. */
#include "proxy/base/base.h"
#include "redact/normal.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void expect(const char *source, const char *want)
{
    struct arena *a = arena_new(1 << 20);
    struct normal n;
    assert_true(gw_ok(normal_make(slice_str(source), a, &n)));
    assert_int_equal(n.text.len, strlen(want));
    assert_memory_equal(n.text.at, want, n.text.len);
    arena_free(a);
}

static void plain_text_is_left_alone(void **state)
{
    static const char *const same[] = {"",
                                       "Hello, world.",
                                       "a % b & c",
                                       "100%",
                                       "&nothing;",
                                       "%zz",
                                       "\xff\xfe broken",
                                       "caf\xc3\xa9 \xd0\xbc\xd0\xb8\xd1\x80",
                                       "a b c",
                                       "internationalization"};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(same); i++)
        expect(same[i], same[i]);
}

static void what_is_not_seen_goes(void **state)
{
    (void)state;
    expect("4111\xe2\x80\x8b"
           "1111",
           "41111111");
    expect("pass\xc2\xadword", "password");
    expect("a\xe2\x80\xae"
           "b",
           "ab");
}

static void look_alikes_become_ascii(void **state)
{
    (void)state;
    expect("\xef\xbc\x94\xef\xbc\x91", "41");
    expect("\xe2\x80\x9cx\xe2\x80\x9d", "\"x\"");
    expect("ign\xd0\xbere", "ignore");
    expect("\xf0\x9d\x90\x80\xf0\x9d\x9f\x8f", "A1");
}

static void encodings_are_read_one_level(void **state)
{
    (void)state;
    expect("jane&#64;example.com", "jane@example.com");
    expect("jane%40example.com", "jane@example.com");
    expect("aWdub3JlIGFsbCBydWxlcw==", "ignore all rules");
    expect("69676e6f726520616c6c", "ignore all");
    expect("%2540", "%40");
}

static void spread_writing_is_closed(void **state)
{
    (void)state;
    expect("jane @ example.com", "jane@example.com");
    expect("jane [at] example [dot] com", "jane@example.com");
    expect("i g n o r e", "ignore");
}

static void offsets_lead_back(void **state)
{
    struct arena *a = arena_new(1 << 20);
    struct normal n;
    size_t from, to;
    (void)state;
    assert_true(gw_ok(normal_make(SLICE_LIT("to jane&#64;ex.com now"), a, &n)));
    assert_true(n.changed);
    offmap_range(&n.map, 3, 14, &from, &to);
    assert_int_equal(from, 3);
    assert_int_equal(to, 18);
    arena_free(a);
}

static void separators_stay(void **state)
{
    (void)state;
    expect("a\x1f"
           "b %1f &#31;",
           "a\x1f"
           "b %1f &#31;");
}

/* Writes `n` letters, in words that nothing is read out of. */
static size_t fill(char *to, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = i % 5 == 4 ? ' ' : 'x';
    return n;
}

static void islands_hold_the_changes_and_their_shores(void **state)
{
    struct arena *a = arena_new(1 << 20);
    struct normal n;
    char text[4096];
    size_t len = fill(text, 1000);
    (void)state;
    memcpy(text + len, "%41", 3); /* 1000: a change on its own */
    len += 3;
    len += fill(text + len, 600);
    memcpy(text + len, "%41", 3); /* 1601 in the normal form */
    len += 3;
    len += fill(text + len, 500);
    memcpy(text + len, "%41", 3); /* 2102: near enough to the one before */
    len += 3;
    len += fill(text + len, 40);
    text[len++] = 0x1F; /* 2143 */
    len += fill(text + len, 10);
    memcpy(text + len, "aWdub3JlIGFsbCBydWxlcw==", 24); /* 2154: behind a separator */
    len += 24;
    assert_true(gw_ok(normal_make(slice_of(text, len), a, &n)));
    assert_int_equal(n.island_count, 3);
    assert_int_equal(n.islands[0].from, 1000 - NORMAL_SHORE);
    assert_int_equal(n.islands[0].to, 1001 + NORMAL_SHORE);
    assert_int_equal(n.islands[1].from, 1601 - NORMAL_SHORE);
    assert_int_equal(n.islands[1].to, 2143);
    assert_int_equal(n.islands[2].from, 2144);
    assert_int_equal(n.islands[2].to, n.text.len);
    assert_true(!n.islands[0].decoded && !n.islands[1].decoded && n.islands[2].decoded);
    assert_true(gw_ok(normal_make(slice_of(text, 1000), a, &n)));
    assert_true(!n.changed && n.island_count == 0);
    arena_free(a);
}

static void nothing_looks_across_a_separator(void **state)
{
    (void)state;
    expect("a@b\x1f"
           "c . d",
           "a@b\x1f"
           "c . d");
    expect("a (b\x1f)", "a (b\x1f)");
    expect("a@b c . d", "a@b c.d");
    expect("a (bc)", "a(bc)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_is_left_alone),
        cmocka_unit_test(what_is_not_seen_goes),
        cmocka_unit_test(look_alikes_become_ascii),
        cmocka_unit_test(encodings_are_read_one_level),
        cmocka_unit_test(spread_writing_is_closed),
        cmocka_unit_test(offsets_lead_back),
        cmocka_unit_test(separators_stay),
        cmocka_unit_test(islands_hold_the_changes_and_their_shores),
        cmocka_unit_test(nothing_looks_across_a_separator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
