/* tests/unit/test_mould.c - proxy/json/mould.h: what fits is what the scanner would have read. */
#include "proxy/base/base.h"
#include "proxy/json/mould.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const char event[] = "{\"id\":\"c-1\",\"created\":1712,\"choices\":[{\"index\":0,\"delta\":"
                            "{\"content\":\" word\"},\"finish\":null}],\"pad\":\"xy\"}";

struct bench {
    struct arena *arena;
    struct json_doc doc;
    struct mould *mould;
    uint32_t free[3]; /* content, created, pad: not in the order of the text */
};

static gw_result scan(struct bench *b, struct slice text, struct json_doc *doc)
{
    struct json_fault fault;
    return json_scan(text, json_limits_default(), b->arena, doc, &fault);
}

static void open_bench(struct bench *b)
{
    b->arena = arena_new(64u << 20);
    b->mould = mould_new();
    assert_true(b->arena != NULL && b->mould != NULL);
    assert_true(gw_ok(scan(b, slice_str(event), &b->doc)));
    uint32_t choice = json_child(&b->doc, json_member(&b->doc, 0, "choices"));
    b->free[0] = json_member(&b->doc, json_member(&b->doc, choice, "delta"), "content");
    b->free[1] = json_member(&b->doc, 0, "created");
    b->free[2] = json_member(&b->doc, 0, "pad");
}

static void close_bench(struct bench *b)
{
    mould_free(b->mould);
    arena_free(b->arena);
}

static void assert_same(const struct json_doc *a, const struct json_doc *b)
{
    assert_true(slice_is(a->text, b->text));
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->has_duplicate_key, b->has_duplicate_key);
    for (uint32_t i = 0; i < a->count; i++) {
        const struct json_value *v = &a->values[i], *w = &b->values[i];
        assert_true(v->at == w->at && v->end == w->end && v->parent == w->parent &&
                    v->key == w->key && v->next == w->next && v->kind == w->kind &&
                    v->is_key == w->is_key && v->has_escape == w->has_escape);
    }
}

/* The free values without a tape are those of the tape; NULL: it does not fit. */
static void assert_parts(const struct bench *b, struct slice text, const struct json_doc *doc)
{
    struct slice parts[MOULD_FREE];
    assert_true(mould_parts(b->mould, text, parts) == (doc != NULL));
    for (size_t i = 0; doc != NULL && i < GW_COUNT(b->free); i++) {
        size_t part = mould_part(b->mould, b->free[i]);
        bool is_string = doc->values[b->free[i]].kind == JSON_STRING;
        if (part == MOULD_FREE) /* kept without it */
            continue;
        assert_true(slice_is(parts[part],
                             is_string ? json_inner(doc, b->free[i]) : json_raw(doc, b->free[i])));
    }
}

/* Does it fit? If so, the scanner must say the same of it. */
static bool fits(struct bench *b, struct slice text)
{
    struct json_doc guessed, read;
    char *copy = malloc(text.len + 1); /* of exact size: a byte too far is seen */
    assert_non_null(copy);
    memcpy(copy, text.at, text.len);
    bool is_fit = mould_fits(b->mould, slice_of(copy, text.len), b->arena, &guessed);
    if (is_fit) {
        assert_true(gw_ok(scan(b, slice_of(copy, text.len), &read)));
        assert_same(&guessed, &read);
    }
    assert_parts(b, slice_of(copy, text.len), is_fit ? &guessed : NULL);
    free(copy);
    return is_fit;
}

static void what_is_no_value_of_its_own_is_not_free(void **state)
{
    struct bench b;
    (void)state;
    open_bench(&b);
    uint32_t key = b.doc.values[b.free[0]].key, list = json_member(&b.doc, 0, "choices");
    uint32_t behind = b.doc.count, many[MOULD_FREE + 1] = {0};
    assert_false(fits(&b, slice_str(event))); /* empty */
    assert_false(mould_take(b.mould, &b.doc, &key, 1));
    assert_false(mould_take(b.mould, &b.doc, &list, 1));
    assert_false(mould_take(b.mould, &b.doc, &behind, 1));
    assert_false(mould_take(b.mould, &b.doc, many, GW_COUNT(many)));
    assert_false(fits(&b, slice_str(event)));
    assert_true(mould_take(b.mould, &b.doc, b.free, 3));
    assert_true(fits(&b, slice_str(event)));
    mould_empty(b.mould);
    assert_false(fits(&b, slice_str(event)));
    close_bench(&b);
}

static void what_is_large_or_says_a_key_twice_is_not_kept(void **state)
{
    struct bench b;
    struct json_doc doc;
    char large[MOULD_TEXT + 1], dense[2 * MOULD_VALUES + 3];
    (void)state;
    open_bench(&b);
    memset(large, ' ', sizeof large);
    large[0] = '1';
    assert_true(gw_ok(scan(&b, slice_of(large, sizeof large), &doc)));
    assert_false(mould_take(b.mould, &doc, NULL, 0));
    assert_true(gw_ok(scan(&b, slice_of(large, sizeof large - 1), &doc)));
    assert_true(mould_take(b.mould, &doc, NULL, 0));
    dense[0] = '[';
    for (size_t i = 0; i < MOULD_VALUES; i++)
        memcpy(dense + 1 + 2 * i, "1,", 2);
    dense[2 * MOULD_VALUES] = ']';
    assert_true(gw_ok(scan(&b, slice_of(dense, 2 * MOULD_VALUES + 1), &doc)));
    assert_false(mould_take(b.mould, &doc, NULL, 0));
    dense[2 * MOULD_VALUES - 2] = ']';
    assert_true(gw_ok(scan(&b, slice_of(dense, 2 * MOULD_VALUES - 1), &doc)));
    assert_true(mould_take(b.mould, &doc, NULL, 0));
    assert_true(gw_ok(scan(&b, SLICE_LIT("{\"a\":1,\"a\":1}"), &doc)));
    assert_false(mould_take(b.mould, &doc, NULL, 0));
    close_bench(&b);
}

static void other_words_and_numbers_fit(void **state)
{
    static const char *const fine[] = {
        "{\"id\":\"c-1\",\"created\":9,\"choices\":[{\"index\":0,\"delta\":"
        "{\"content\":\"\"},\"finish\":null}],\"pad\":\"a much longer padding\"}",
        "{\"id\":\"c-1\",\"created\":0,\"choices\":[{\"index\":0,\"delta\":"
        "{\"content\":\"gr\xc3\xbc\xc3\x9f\x65 \xe4\xbd\xa0\xe5\xa5\xbd\"},\"finish\":null}],"
        "\"pad\":\"\"}",
    };
    static const char *const others[] = {
        "01712", "-1", "1.5", "1e9", "", "null", "\"1\"", "1 ", " 1",
    };
    static const char *const words[] = {
        "a\\nb", "a\nb",    "\\\"", "a\"b",         "\xff",
        "\xc3",  "\\u0041", "\x1f", "\xed\xa0\x80", "\",\"x\":\"y",
    };
    struct bench b;
    char text[256];
    (void)state;
    open_bench(&b);
    assert_true(mould_take(b.mould, &b.doc, b.free, 3));
    for (size_t i = 0; i < GW_COUNT(fine); i++)
        assert_true(fits(&b, slice_str(fine[i])));
    for (size_t i = 0; i < GW_COUNT(others); i++) {
        snprintf(text, sizeof text,
                 "{\"id\":\"c-1\",\"created\":%s,\"choices\":[{\"index\":0,\"delta\":"
                 "{\"content\":\"x\"},\"finish\":null}],\"pad\":\"\"}",
                 others[i]);
        assert_false(fits(&b, slice_str(text)));
    }
    for (size_t i = 0; i < GW_COUNT(words); i++) {
        snprintf(text, sizeof text,
                 "{\"id\":\"c-1\",\"created\":1,\"choices\":[{\"index\":0,\"delta\":"
                 "{\"content\":\"%s\"},\"finish\":null}],\"pad\":\"\"}",
                 words[i]);
        assert_false(fits(&b, slice_str(text)));
    }
    close_bench(&b);
}

/* Every byte becomes every byte of some, goes, or comes twice: what fits then is what is read. */
static void whatever_fits_is_what_the_scanner_reads(void **state)
{
    static const char bytes[] = "\"\\,:{}[]0179-.eE truefalsnx\x01\x7f\xc3\xa9\xff";
    struct bench b;
    char text[sizeof event + 1];
    size_t len = sizeof event - 1, fitted = 0;
    (void)state;
    open_bench(&b);
    assert_true(mould_take(b.mould, &b.doc, b.free, 3));
    for (size_t at = 0; at < len; at++) {
        for (size_t k = 0; k < sizeof bytes; k++) {
            memcpy(text, event, len);
            text[at] = bytes[k];
            fitted += fits(&b, slice_of(text, len));
            memcpy(text + at + 1, event + at, len - at); /* one more in front of it */
            fitted += fits(&b, slice_of(text, len + 1));
        }
        memcpy(text, event, at);
        memcpy(text + at, event + at + 1, len - at - 1);
        fitted += fits(&b, slice_of(text, len - 1));
        assert_false(fits(&b, slice_of(event, at))); /* cut off */
    }
    assert_true(fitted > 400);
    close_bench(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_value_of_its_own_is_not_free),
        cmocka_unit_test(what_is_large_or_says_a_key_twice_is_not_kept),
        cmocka_unit_test(other_words_and_numbers_fit),
        cmocka_unit_test(whatever_fits_is_what_the_scanner_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
