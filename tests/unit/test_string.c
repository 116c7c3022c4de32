/* tests/unit/test_string.c - proxy/json/string.h: decoding with its map, escaping, splicing. */
#include "proxy/base/base.h"
#include "proxy/json/string.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct bench {
    struct arena *arena;
    struct json_doc doc;
    struct buf out;
};

static int open_bench(void **state)
{
    struct bench *b = calloc(1, sizeof *b);
    if (b == NULL)
        return 1;
    b->arena = arena_new(1u << 20);
    buf_init(&b->out, 1u << 16);
    *state = b;
    return b->arena == NULL;
}

static int close_bench(void **state)
{
    struct bench *b = *state;
    arena_free(b->arena);
    buf_free(&b->out);
    free(b);
    return 0;
}

static void scan(struct bench *b, struct slice text)
{
    struct json_limits limits = *json_limits_default();
    struct json_fault fault;
    limits.lone_surrogates = true;
    assert_true(gw_ok(json_scan(text, &limits, b->arena, &b->doc, &fault)));
}

static struct slice decoded(struct bench *b, uint32_t value, struct offmap *map)
{
    struct slice out = {NULL, 0};
    assert_true(gw_ok(string_decode(&b->doc, value, b->arena, &out, map)));
    return out;
}

static void a_number_is_not_decoded(void **state)
{
    struct bench *b = *state;
    struct slice out;
    scan(b, SLICE_LIT("[1]"));
    assert_int_equal(string_decode(&b->doc, 1, b->arena, &out, NULL).code, GW_BAD);
}

static void bad_edits_are_refused(void **state)
{
    struct bench *b = *state;
    struct slice body = SLICE_LIT("\"abcdef\"");
    const struct edit overlap[] = {{1, 3, SLICE_LIT("x"), 1}, {2, 4, SLICE_LIT("y"), 1}};
    const struct edit unsorted[] = {{4, 5, SLICE_LIT("x"), 1}, {1, 2, SLICE_LIT("y"), 1}};
    const struct edit outside = {7, 9, SLICE_LIT("x"), 1}, turned = {3, 2, SLICE_LIT("x"), 1};
    assert_int_equal(string_splice(body, overlap, 2, &b->out).code, GW_BAD);
    assert_int_equal(string_splice(body, unsorted, 2, &b->out).code, GW_BAD);
    assert_int_equal(string_splice(body, &outside, 1, &b->out).code, GW_BAD);
    assert_int_equal(string_splice(body, &turned, 1, &b->out).code, GW_BAD);
    assert_int_equal(b->out.len, 0);
    assert_int_equal(string_escape(&b->out, SLICE_LIT("\n"), 9).code, GW_BAD);
}

static void plain_strings_are_borrowed(void **state)
{
    struct bench *b = *state;
    struct offmap map;
    size_t from, to;
    struct slice text = SLICE_LIT("[\"\", \"abc\"]");
    scan(b, text);
    struct slice out = decoded(b, 2, &map);
    assert_ptr_equal(out.at, text.at + 6);
    offmap_range(&map, 1, 2, &from, &to);
    assert_int_equal(from, 7);
    assert_int_equal(to, 8);
    assert_int_equal(decoded(b, 1, &map).len, 0);
    offmap_range(&map, 0, 0, &from, &to);
    assert_int_equal(from, 2);
    assert_int_equal(to, 2);
}

static void escapes_map_as_whole_units(void **state)
{
    struct bench *b = *state;
    struct offmap map;
    size_t from, to;
    /*                      0123456 789012 345678 901234567890 */
    scan(b, SLICE_LIT("[0,\"a\\nb\\u00e9\\ud83d\\ude00c\\/\\u0000\"]"));
    struct slice out = decoded(b, 2, &map);
    assert_true(slice_is(out, SLICE_LIT("a\nb\xc3\xa9\xf0\x9f\x98\x80"
                                        "c/\0")));
    offmap_range(&map, 0, 1, &from, &to);
    assert_true(from == 4 && to == 5);
    offmap_range(&map, 1, 2, &from, &to);
    assert_true(from == 5 && to == 7);
    offmap_range(&map, 4, 5, &from, &to); /* the second byte of U+E9: the whole escape */
    assert_true(from == 8 && to == 14);
    offmap_range(&map, 6, 7, &from, &to); /* inside the pair: all twelve bytes */
    assert_true(from == 14 && to == 26);
    offmap_range(&map, 0, out.len, &from, &to);
    assert_true(from == 4 && to == 35);
}

/* Whatever the part: inside it each byte has the place that the whole map says, and so has the end.
 */
static void a_part_maps_as_the_whole_does(void **state)
{
    struct bench *b = *state;
    struct offmap whole, map;
    scan(b, SLICE_LIT("[0,\"a\\nb\\u00e9\\ud83d\\ude00cc\\/\\u0000dd\\t\",\"plain\",\"\"]"));
    for (uint32_t value = 2; value <= 4; value++) {
        size_t len = decoded(b, value, &whole).len;
        for (size_t from = 0; from <= len; from++)
            for (size_t to = from; to <= len; to++) {
                const struct string_part part = {from, to, len};
                assert_true(gw_ok(string_map_part(&b->doc, value, &part, b->arena, &map)));
                assert_int_equal(map.out_end, len);
                for (size_t i = from; i < to; i++)
                    for (size_t k = i; k <= to; k++) {
                        size_t at, end, as_at, as_end;
                        offmap_range(&map, i, k, &at, &end);
                        offmap_range(&whole, i, k, &as_at, &as_end);
                        assert_true(at == as_at && end == as_end);
                    }
                size_t at, end, as_at, as_end;
                offmap_range(&map, 0, len, &at, &end);
                offmap_range(&whole, 0, len, &as_at, &as_end);
                assert_true(at == as_at && end == as_end);
            }
    }
}

static void the_longest_is_decoded_once(void **state)
{
    struct bench *b = *state;
    struct json_known known = {.value = 0};
    scan(b, SLICE_LIT("[\"a\\nb\",\"longer\\n\",\"as it is\",\"c\\n\"]"));
    b->doc.known = &known;
    struct slice first = decoded(b, 1, NULL);
    assert_ptr_equal(decoded(b, 1, NULL).at, first.at);
    struct slice longer = decoded(b, 2, NULL);
    assert_true(slice_is(longer, SLICE_LIT("longer\n")));
    assert_true(slice_is(decoded(b, 3, NULL), SLICE_LIT("as it is")));
    assert_true(slice_is(decoded(b, 4, NULL), SLICE_LIT("c\n")));
    assert_ptr_equal(decoded(b, 2, NULL).at, longer.at);
    assert_true(slice_is(decoded(b, 1, NULL), SLICE_LIT("a\nb")));
}

static void half_pairs_go_there_and_back(void **state)
{
    struct bench *b = *state;
    scan(b, SLICE_LIT("[\"a\\ud83d\",\"\\ude00b\"]"));
    struct slice left = decoded(b, 1, NULL), right = decoded(b, 2, NULL);
    assert_true(slice_is(left, SLICE_LIT("a\xed\xa0\xbd")));
    assert_true(slice_is(right, SLICE_LIT("\xed\xb8\x80"
                                          "b")));
    assert_true(gw_ok(string_escape(&b->out, left, 1)));
    assert_true(gw_ok(string_escape(&b->out, right, 1)));
    assert_true(slice_is(buf_slice(&b->out), SLICE_LIT("a\\ud83d\\ude00b")));
}

static void escaping_follows_the_depth(void **state)
{
    struct bench *b = *state;
    struct slice text = SLICE_LIT("q\" b\\ n\n c\x01 e\xc3\xa9 s/");
    assert_true(gw_ok(string_escape(&b->out, text, 0)));
    assert_true(slice_is(buf_slice(&b->out), text));
    buf_clear(&b->out);
    assert_true(gw_ok(string_escape(&b->out, text, 1)));
    assert_true(slice_is(buf_slice(&b->out), SLICE_LIT("q\\\" b\\\\ n\\n c\\u0001 e\xc3\xa9 s/")));
    buf_clear(&b->out);
    assert_true(gw_ok(string_escape(&b->out, text, 2)));
    assert_true(slice_is(buf_slice(&b->out),
                         SLICE_LIT("q\\\\\\\" b\\\\\\\\ n\\\\n c\\\\u0001 e\xc3\xa9 s/")));
}

/* What was escaped for a depth decodes as often to the same text, for every byte and depth. */
static void every_depth_decodes_again(void **state)
{
    struct bench *b = *state;
    char all[128];
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (char)i;
    for (unsigned depth = 1; depth <= 4; depth++) {
        buf_clear(&b->out);
        buf_put_str(&b->out, "\"");
        assert_true(gw_ok(string_escape(&b->out, slice_of(all, sizeof all), depth)));
        buf_put_str(&b->out, "\"");
        struct slice text = arena_copy(b->arena, buf_slice(&b->out));
        for (unsigned i = 0; i < depth; i++) {
            if (i > 0) {
                char *quoted = arena_alloc(b->arena, text.len + 2);
                assert_non_null(quoted);
                quoted[0] = quoted[text.len + 1] = '"';
                memcpy(quoted + 1, text.at, text.len);
                text = slice_of(quoted, text.len + 2);
            }
            scan(b, text);
            text = decoded(b, 0, NULL);
        }
        assert_true(slice_is(text, slice_of(all, sizeof all)));
    }
}

static void a_splice_changes_only_its_places(void **state)
{
    struct bench *b = *state;
    struct slice body = SLICE_LIT("{ \"a\" :\"secret \\u00e9\", \"n\":1.50 }");
    const struct edit edits[] = {
        {8, 14, SLICE_LIT("<\"1\">"), 1}, {15, 21, SLICE_LIT(""), 1}, {21, 21, SLICE_LIT("!"), 1}};
    assert_true(gw_ok(string_splice(body, edits, GW_COUNT(edits), &b->out)));
    assert_true(
        slice_is(buf_slice(&b->out), SLICE_LIT("{ \"a\" :\"<\\\"1\\\"> !\", \"n\":1.50 }")));
    buf_clear(&b->out);
    assert_true(gw_ok(string_splice(body, NULL, 0, &b->out)));
    assert_true(slice_is(buf_slice(&b->out), body));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_number_is_not_decoded, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(bad_edits_are_refused, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(plain_strings_are_borrowed, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(escapes_map_as_whole_units, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(a_part_maps_as_the_whole_does, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(the_longest_is_decoded_once, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(half_pairs_go_there_and_back, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(escaping_follows_the_depth, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(every_depth_decodes_again, open_bench, close_bench),
        cmocka_unit_test_setup_teardown(a_splice_changes_only_its_places, open_bench, close_bench),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
