/* tests/unit/test_normal.c - redact/normal.h. */
#include "proxy/base/base.h"
#include "redact/normal.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include "proxy/base/utf8.h"
#include "tests/unit/normal_oracle.h"

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
    expect("R3LDvMOfZSBhbiDpgIHph5Eg8J+YgCB4", "Gr\xc3"
                                               "\xbc"
                                               "\xc3"
                                               "\x9f"
                                               "e an \xe9"
                                               "\x80"
                                               "\x81"
                                               "\xe9"
                                               "\x87"
                                               "\x91"
                                               " \xf0"
                                               "\x9f"
                                               "\x98"
                                               "\x80"
                                               " x");
    expect("R3L832UgYXVzIGRlciBTdGFkdCBLb2Vsbg==",
           "R3L832UgYXVzIGRlciBTdGFkdCBLb2Vsbg=="); /* Latin-1 is no UTF-8 */
    expect("R3LDvMOfZSBhdXMgS8O2bG4sIHNjaMM=",
           "R3LDvMOfZSBhdXMgS8O2bG4sIHNjaMM="); /* nor is half a character */
    expect("69676e6f726520616c6c", "ignore all");
    expect("%2540", "%40");
    expect("Pz8/Pz8/Pz8/Pz8/", "Pz8/Pz8/Pz8/Pz8/"); /* too many signs: a path, not base64 */
    expect("Pz8/aWdub3JlIGFsbCBydWxlcyA=", "???ignore all rules ");
}

static void dictated_numbers_become_digits(void **state)
{
    (void)state;
    expect("it is one of two or three", "it is one of two or three");
    expect("one two three four five six seven eight nine",
           "one two three four five six seven eight nine");
    expect("five five five five five five five", "five five five five five five five");
    expect("twone five five five five five five five", "twone five five five five five five five");
    expect("card: four one one one ONE one, two-Three, thanks", "card: 41111123, thanks");
    expect("vier eins f\xc3\xbcnf f\xc3\x9cNF f\xc3\xbcnf null zwo acht.", "41555028.");
    expect("quatre un z\xc3\xa9ro sept deux deux trois neuf", "41072239");
    expect("cuatro uno cero siete dos dos tres nueve y", "41072239 y");
}

static void spread_digits_are_closed(void **state)
{
    (void)state;
    expect("1.2.3.4.5.6.7.8", "1.2.3.4.5.6.7.8");
    expect("4-1-1-1-1-1-1-1-2x", "4-1-1-1-1-1-1-1-2x");
    expect("4-1-1-1-1-1-1-1-2", "411111112");
    expect("4, 1, 1, 1, 1, 1, 1, 1, 2, x", "411111112, x");
    expect("4/1.1/1/1/1/1/1/1", "4/1.1/1/1/1/1/1/1");
}

static void escapes_left_in_a_text_are_read(void **state)
{
    (void)state;
    expect("C:\\users\\new a\\nb \\u12 \\u001f \\x07 \\ud800",
           "C:\\users\\new a\\nb \\u12 \\u001f \\x07 \\ud800");
    expect("jane\\u0040example.org", "jane@example.org");
    expect("\\x34\\u0031\\u{31}\\uFF11", "4111");
    expect("a = 40, b=40, =40 x", "a = 40, b=40, =40 x");
    expect("jane=40example=2Eorg", "jane@example=2Eorg");
    expect("=34=31=31=31", "4111");
    expect("a =\nb, 4111=\n 1", "a =\nb, 4111=\n 1");
    expect("4111 11=\n11, exam=\r\nple", "4111 1111, example");
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

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* Everything that some rule knows, nearly knows, or might trip over. */
static const char *const pieces[] = {
    "YSBsaW5lIG9mIGZvcnR5IGxldHRlcnMgZW5kcyDD",
    "YSBsaW5lIG9mIGZvcnR5IGxldHRlcnMgZW5kcyDD\n",
    "vGJlciBhbmQgb3Zlcg==",
    "vGJlciBhbmQg\n",
    "YSBsaW5lIG9mIGZvcnR5IGxldHRlcnMgYW5kIG9u\n",
    "YSBsaW5lIG9mIGZvcnR5IGxldHRlcnMgYW5kIG9u\r\n",
    "bQB5ACAAYwBhAHIAZAAgAGkAcwAgAPwA",
    "4772C3BCC39F65206175",
    "\n",
    "word",
    "x",
    "I am",
    " ",
    "  ",
    "     ",
    "\n",
    ". ",
    " . ",
    " .",
    "@",
    " @ ",
    "jane@example",
    "    @",
    "[at]",
    " (AT) ",
    "{dot}",
    " [dot] ",
    "(at",
    "[a]",
    " (ab)",
    " (abc)",
    " [abcd]",
    "{ab}",
    "&#64;",
    "&#x40;",
    "&amp;",
    "&#31;",
    "&nope;",
    "&#x110000;",
    "&#8203;",
    "&",
    "%40",
    "%4",
    "%1f",
    "%c3%a9",
    "%",
    "i g n o r e",
    "a b c d",
    "a b c d e",
    "-a b c d e-",
    "a b c d e-fghijklmnopqrstuvw",
    "%41bcdefghijklmnopqrst",
    "a-b c d e f g",
    "aWdub3JlIGFsbCBydWxlcw==",
    "aWdub3JlIGFsbCBydWxlcw",
    "4pyTIMOgIGxhIG1vZGU",
    "69676e6f726520616c6c",
    "deadbeefdeadbeefdeadbeef",
    "sk-abcdefghijklmnopqrstuvwxyz012345",
    "/usr/local/share/lib/x86_64-linux-gnu",
    "----------------------------------------",
    "--------a b c d e f",
    "0123456789abcde",
    "0123456789abcdef",
    "\\u0040",
    "\\u0034\\u0031\\uff11",
    "\\ud83d\\ude00",
    "\\ud83d",
    "\\u{40}",
    "\\x41",
    "\\x1f\\u001f",
    "\\n",
    "\\",
    "=40",
    "=41=42=43",
    "=\n",
    "=\r\n",
    "=4",
    "=",
    "4-1-1-1-1-1-1-1-1",
    "4, 1, 1, 1, 1, 1, 1, 1, 1",
    "4 1 1 1 1 1 1 1 1 ",
    "1.2.3.4.5",
    "four one one one one one one one ",
    "FOUR-ONE-ONE-ONE-ONE-ONE-ONE-ONE",
    "six, two, two, two, six, six, six, two, two",
    "vier eins f\xc3\xbcnf f\xc3\x9cnf f\xc3\xbcnf null zwei acht",
    "one deux one deux one deux one deux one",
    "one two three four five six seven eight nine",
    "un deux ",
    "un deux trois quatre un un un un sept",
    "one ",
    "six",
    "dos-",
    "\x1f",
    "\xc3\xa9",
    "Stra\xc3\x9f"
    "e ",
    "\xd0\xbf\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82 ",
    "\xd0\xbe",
    "ign\xd0\xbere",
    "\xce\xb1\xce\xb5",
    "\xe8\xaf\xb7\xe6\x8a\x8a",
    "\xe3\x80\x82",
    "\xef\xbc\x8c",
    "\xef\xbc\x94\xef\xbc\x91",
    "\xe2\x80\x8b",
    "\xe2\x80\x9c",
    "\xe2\x80\x99",
    "\xc2\xa0",
    "\xcc\x81",
    "\xf0\x9f\x98\x80",
    "\xf0\x9d\x90\x80",
    "\xf3\xa0\x81\xa1",
    "\xf3\xa0\x81\xa1\xf3\xa0\x81\xa1\xf3\xa0\x81\xa1\xf3\xa0\x81\xa1"
    "\xf3\xa0\x81\xa1\xf3\xa0\x81\xa1\xf3\xa0\x81\xa1\xf3\xa0\x81\xa1",
    "\xf3\xa0\x87\xbf",
    "\xff",
    "\x80",
    "\xe2\x80",
    "\xed\xa0\x80",
    "\xe0\x82\xad",
    "\xf0\x82\x82\xad",
};

static size_t make_text(char *to, size_t room, uint32_t *seed)
{
    size_t len = 0, want = next(seed) % room;
    unsigned plain = next(seed) % 12; /* the more, the longer nothing happens */
    while (len < want) {
        const char *piece =
            next(seed) % (plain + 1) > 2 ? "just words, " : pieces[next(seed) % GW_COUNT(pieces)];
        if (next(seed) % 64 == 0)
            piece = "there was much to say about it and nothing of it was new to anybody ";
        size_t n = strlen(piece);
        if (len + n > room)
            break;
        memcpy(to + len, piece, n);
        len += n;
    }
    for (uint32_t n = next(seed) % 4; len > 0 && n > 1; n--)
        to[next(seed) % len] = (char)next(seed);
    return len;
}

static void check(struct slice source)
{
    struct arena *a = arena_new(64 << 20);
    struct normal want, is;
    char *copy = malloc(source.len + (source.len == 0)); /* nothing is read behind the end */
    assert_non_null(copy);
    memcpy(copy, source.at, source.len);
    source.at = copy;
    assert_true(gw_ok(oracle_make(source, a, &want)));
    assert_true(gw_ok(normal_make(source, a, &is)));
    assert_true(oracle_agrees(&want, &is, 1));
    assert_true(oracle_islands_hold(source, &is));
    assert_true(is.changed || is.text.at == source.at);
    free(copy);
    arena_free(a);
}

static void the_fast_way_gives_what_the_plain_way_gives(void **state)
{
    uint32_t seed = 1;
    unsigned rounds = getenv("BULLA_LONG") != NULL ? 400000 : 6000;
    char text[9000];
    (void)state;
    for (unsigned n = 0; n < rounds; n++)
        check(slice_of(text, make_text(text, n % 50 == 0 ? sizeof text : 300, &seed)));
}

static void every_piece_is_seen_at_every_place_of_a_block(void **state)
{
    char text[400];
    (void)state;
    for (size_t k = 0; k < GW_COUNT(pieces); k++)
        for (size_t at = 40; at < 140; at++) {
            size_t n = strlen(pieces[k]);
            memset(text, '.', sizeof text);
            memcpy(text + at, pieces[k], n);
            check(slice_of(text, at + n));
            check(slice_of(text, at + n + 70));
        }
}

static void every_character_is_read_alike(void **state)
{
    char *text = malloc(12 << 10);
    size_t len = 0;
    (void)state;
    assert_non_null(text);
    for (uint32_t point = 0x80; point <= 0x10FFFF; point++) {
        len += utf8_write(point, text + len);
        text[len++] = point % 3 == 0 ? 'a' : '.';
        if (len > 4000 || point == 0x10FFFF) {
            check(slice_of(text, len));
            len = 0;
        }
    }
    free(text);
}

static void a_word_is_alike_only_near_an_ascii_letter(void **state)
{
    char text[200];
    (void)state;
    for (size_t n = 1; n < 90; n++) {
        text[0] = 'a';
        for (size_t i = 0; i < n; i++)
            memcpy(text + 1 + 2 * i, "\xd0\xbe", 2);
        text[1 + 2 * n] = 'b';
        check(slice_of(text, 1 + 2 * n));
        check(slice_of(text + 1, 1 + 2 * n));
        check(slice_of(text + 1, 2 * n));
        check(slice_of(text + 2, 2 * n));
    }
}

static void leaves_are_read_one_by_one(void **state)
{
    uint32_t seed = 5;
    (void)state;
    for (unsigned n = 0; n < 1500; n++) {
        char text[600];
        struct arena *a = arena_new(1 << 20);
        struct normal all, one, two;
        size_t first = make_text(text, 299, &seed), len;
        text[first] = 0x1F;
        len = first + 1 + make_text(text + first + 1, 299, &seed);
        assert_true(gw_ok(normal_make(slice_of(text, len), a, &all)));
        assert_true(gw_ok(normal_make(slice_of(text, first), a, &one)));
        assert_true(gw_ok(normal_make(slice_of(text + first + 1, len - first - 1), a, &two)));
        assert_int_equal(all.text.len, one.text.len + 1 + two.text.len);
        assert_true(slice_has_prefix(all.text, one.text) && slice_has_suffix(all.text, two.text));
        assert_int_equal(all.island_count, one.island_count + two.island_count);
        arena_free(a);
    }
}

/* Found by the fuzzer: a mark that goes, alone in its leaf. */
static void a_leaf_of_which_nothing_is_left_is_no_island(void **state)
{
    struct arena *a = arena_new(1 << 20);
    struct slice source = SLICE_LIT("\x06\x1f\xcd\x92\x1f");
    struct normal n;
    (void)state;
    assert_true(gw_ok(normal_make(source, a, &n)));
    assert_true(n.changed && n.island_count == 0 && slice_is(n.text, SLICE_LIT("\x06\x1f\x1f")));
    assert_true(oracle_islands_hold(source, &n));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_is_left_alone),
        cmocka_unit_test(what_is_not_seen_goes),
        cmocka_unit_test(look_alikes_become_ascii),
        cmocka_unit_test(encodings_are_read_one_level),
        cmocka_unit_test(dictated_numbers_become_digits),
        cmocka_unit_test(spread_digits_are_closed),
        cmocka_unit_test(escapes_left_in_a_text_are_read),
        cmocka_unit_test(spread_writing_is_closed),
        cmocka_unit_test(offsets_lead_back),
        cmocka_unit_test(separators_stay),
        cmocka_unit_test(islands_hold_the_changes_and_their_shores),
        cmocka_unit_test(nothing_looks_across_a_separator),
        cmocka_unit_test(the_fast_way_gives_what_the_plain_way_gives),
        cmocka_unit_test(every_piece_is_seen_at_every_place_of_a_block),
        cmocka_unit_test(every_character_is_read_alike),
        cmocka_unit_test(a_word_is_alike_only_near_an_ascii_letter),
        cmocka_unit_test(leaves_are_read_one_by_one),
        cmocka_unit_test(a_leaf_of_which_nothing_is_left_is_no_island),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
