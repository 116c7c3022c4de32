/* tests/unit/test_prints.c - stretches of documents: short ones and strange ones are none; copied
 * ones are found whatever stands around them, and whatever was done to their marks. */
#include "proxy/base/base.h"
#include "redact/prints.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const char memo[] =
    "The board has decided to sell the ferry terminal to a consortium of three buyers before the "
    "end of the third quarter, and nobody outside of this room may hear of the price, which is "
    "forty one million, or of the names of those who will lose their posts by it.";
static struct arena *arena;
static struct prints prints;

static int begin(void **state)
{
    (void)state;
    arena = arena_new(1 << 24);
    return arena == NULL || !gw_ok(prints_init(&prints, sizeof memo, 16, arena)) ||
           !gw_ok(prints_add(&prints, slice_str(memo)));
}

static int finish(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

/* Words of the longest stretch; its bytes in *out. */
static size_t longest(struct slice text, struct slice *out)
{
    struct prints_walk w;
    struct prints_stretch s;
    size_t words = 0;
    *out = slice_of("", 0);
    prints_start(&w, &prints, text, 0);
    while (prints_next(&w, &s)) {
        assert_true(s.start < s.end && s.end <= text.len && s.words >= PRINTS_GRAM);
        if (s.words > words) {
            words = s.words;
            *out = slice_cut(text, s.start, s.end);
        }
    }
    return words;
}

static void strange_texts_have_no_stretch(void **state)
{
    struct slice out;
    (void)state;
    assert_int_equal(longest(SLICE_LIT(""), &out), 0);
    assert_int_equal(longest(SLICE_LIT("the price of the ferry is forty one million"), &out), 0);
    assert_int_equal(longest(SLICE_LIT("\xe2\x80"), &out), 0);
    assert_int_equal(longest(SLICE_LIT("\xff\xfe\xe4\xb8"), &out), 0);
}

static void short_documents_and_damaged_files_are_refused(void **state)
{
    struct prints p;
    (void)state;
    assert_true(gw_ok(prints_init(&p, 1000, 16, arena)));
    assert_int_equal(prints_add(&p, SLICE_LIT("one two three four five six seven eight")).code,
                     GW_BAD);
    assert_int_equal(prints_add(&p, SLICE_LIT("bulla-prints 2 6 4\n0123456789abcdef\n")).code,
                     GW_BAD);
    assert_int_equal(prints_add(&p, SLICE_LIT("bulla-prints 1 6 4\n0123456789abcde\n")).code,
                     GW_BAD);
    assert_int_equal(prints_add(&p, SLICE_LIT("bulla-prints 1 6 4\n")).code, GW_BAD);
}

/* Every run of 16 words of the document, in a text of other words: at most three words of it are
 * not covered at either end. */
static void each_copied_run_is_found(void **state)
{
    size_t starts[80], n = 0;
    (void)state;
    for (size_t i = 0; i + 1 < sizeof memo; i++)
        if (i == 0 || memo[i - 1] == ' ')
            starts[n++] = i;
    for (size_t i = 0; i + 16 < n; i++) {
        char text[600];
        struct slice out;
        struct slice run = slice_of(memo + starts[i], starts[i + 16] - starts[i]);
        snprintf(text, sizeof text, "please make this shorter: %.*s thanks a lot", (int)run.len,
                 run.at);
        size_t words = longest(slice_str(text), &out);
        if (words < 16 - 6)
            fail_msg("%zu words of: %.*s", words, (int)run.len, run.at);
        assert_true(slice_find(run, out) != SIZE_MAX);
    }
}

static void marks_case_and_lines_do_not_matter(void **state)
{
    static const char text[] = "THE BOARD \xe2\x80\x94 has decided,\n> to sell the \xe2\x80\x9c"
                               "ferry terminal\xe2\x80\x9d"
                               " to a\xc2\xa0"
                               "consortium of (three) buyers before the end of the third quarter";
    struct slice out;
    (void)state;
    assert_true(longest(slice_str(text), &out) >= 18);
}

static void a_changed_word_parts_no_stretch(void **state)
{
    struct slice out;
    (void)state;
    assert_true(
        longest(SLICE_LIT("The board has decided to sell the ferry terminal to a consortium "
                          "of four buyers before the end of the third quarter, and nobody "
                          "outside of this room"),
                &out) >= 22);
}

static void a_separator_parts_it(void **state)
{
    char text[sizeof memo];
    struct slice out;
    (void)state;
    memcpy(text, memo, sizeof memo);
    text[slice_find(slice_str(memo), SLICE_LIT(", and"))] = 0x1F;
    longest(slice_str(text), &out);
    assert_true(slice_find_byte(out, 0x1F) == SIZE_MAX);
    assert_true(out.len > 0);
}

static void what_is_written_is_read_again(void **state)
{
    struct buf file;
    struct prints again, more;
    struct slice out;
    (void)state;
    buf_init(&file, 1 << 16);
    assert_true(gw_ok(prints_init(&again, sizeof memo, 16, arena)));
    assert_true(gw_ok(prints_add(&again, slice_str(memo))));
    size_t count = again.count;
    assert_true(gw_ok(prints_write(&again, &file)));
    assert_true(prints_is_file(buf_slice(&file)) && !prints_is_file(slice_str(memo)));
    assert_true(slice_find(buf_slice(&file), SLICE_LIT("ferry")) == SIZE_MAX);
    assert_true(gw_ok(prints_init(&more, buf_slice(&file).len, 16, arena)));
    assert_true(gw_ok(prints_add(&more, buf_slice(&file))));
    assert_int_equal(more.count, count);
    struct prints kept = prints;
    prints = more;
    assert_true(longest(slice_str(memo), &out) >= 45);
    prints = kept;
    buf_free(&file);
}

/* Whatever comes behind the cut, nothing that is found begins before where the walk said that it
 * waits, unless it was found without what comes. */
static void what_may_still_begin_waits(void **state)
{
    (void)state;
    for (size_t cut = 1; cut < sizeof memo; cut++) {
        struct prints_walk w;
        struct prints_stretch s;
        size_t waits = cut;
        prints_start(&w, &prints, slice_of(memo, cut), 0);
        while (prints_next(&w, &s))
            if (s.is_open && s.start < waits)
                waits = s.start;
        size_t tail = prints_tail(&w);
        waits = tail < waits ? tail : waits;
        prints_start(&w, &prints, slice_str(memo), 0);
        assert_true(prints_next(&w, &s));
        assert_true(s.start >= waits || s.end <= waits);
    }
}

static void ideographs_are_words(void **state)
{
    static const char text[] =
        "\xe6\x88\x91\xe4\xbb\xac\xe5\x86\xb3\xe5\xae\x9a\xe5\x87\xba\xe5\x94\xae\xe6\xb8\xa1\xe8"
        "\xbd\xae\xe7\xa0\x81\xe5\xa4\xb4\xe7\xbb\x99\xe4\xb8\x89\xe5\xae\xb6\xe4\xb9\xb0\xe4\xb8"
        "\xbb";
    struct prints p, kept = prints;
    struct slice out;
    (void)state;
    assert_true(gw_ok(prints_init(&p, 1000, 8, arena)) && gw_ok(prints_add(&p, slice_str(text))));
    prints = p;
    assert_true(longest(slice_str(text), &out) >= 10);
    prints = kept;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strange_texts_have_no_stretch),
        cmocka_unit_test(short_documents_and_damaged_files_are_refused),
        cmocka_unit_test(each_copied_run_is_found),
        cmocka_unit_test(marks_case_and_lines_do_not_matter),
        cmocka_unit_test(a_changed_word_parts_no_stretch),
        cmocka_unit_test(a_separator_parts_it),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(what_may_still_begin_waits),
        cmocka_unit_test(ideographs_are_words),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
