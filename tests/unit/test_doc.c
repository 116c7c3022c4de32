/* tests/unit/test_doc.c - proxy/json/doc.h: what is refused, what is accepted, and the tape. */
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/json/doc.h"
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static size_t randoms; /* how often random bytes were asked for: see CMakeLists.txt */

void __real_secret_random(void *at, size_t len);
void __wrap_secret_random(void *at, size_t len);

void __wrap_secret_random(void *at, size_t len)
{
    randoms++;
    __real_secret_random(at, len);
}

struct bench {
    struct arena *arena;
    struct json_doc doc;
    struct json_fault fault;
};

static gw_result scan(struct bench *b, struct slice text, const struct json_limits *limits)
{
    arena_free(b->arena);
    b->arena = arena_new(64u << 20);
    assert_non_null(b->arena);
    return json_scan(text, limits, b->arena, &b->doc, &b->fault);
}

static enum gw_code verdict(struct slice text)
{
    struct bench b = {0};
    /* a copy of exact size: reading one byte too far is then seen by the sanitizer */
    char *copy = malloc(text.len == 0 ? 1 : text.len);
    assert_non_null(copy);
    if (text.len > 0)
        memcpy(copy, text.at, text.len);
    gw_result r = scan(&b, slice_of(copy, text.len), json_limits_default());
    if (!gw_ok(r))
        assert_true(b.fault.at <= text.len && b.fault.reason != NULL);
    arena_free(b.arena);
    free(copy);
    return r.code;
}

#define T(literal)                     \
    {                                  \
        (literal), sizeof(literal) - 1 \
    }

/* clang-format off */
static const struct slice refused[] = {
    T(""), T(" "), T("\xef\xbb\xbf{}"), T("{} x"), T("[1]]"), T("[1"), T("{"), T("{\"a\""), T("{\"a\":"),
    T("{\"a\":1"), T("{\"a\":1,"), T("{\"a\":1,}"), T("{,}"), T("{a:1}"), T("{'a':1}"), T("{\"a\" 1}"),
    T("{\"a\":1 \"b\":2}"), T("{1:1}"), T("{\"a\"::1}"), T("[1,]"), T("[,1]"), T("[1,,2]"), T("[1 2]"),
    T("[1}"), T("{\"a\":1]"), T("]"), T("[\"a\",\n4\n,1,"), T("tru"), T("True"), T("nul"), T("nulls"),
    T("falsehood"), T("NaN"), T("Infinity"), T("-"), T("+1"), T("01"), T("-01"), T("1."), T(".5"), T("1e"),
    T("1e+"), T("0x10"), T("1_000"), T("--1"), T("1e5.5"), T("-a"), T("\""), T("\"a"), T("\"\\"), T("\"\\\""),
    T("\"\\x41\""), T("\"\\u12\""), T("\"\\u12g4\""), T("\"\\U0041\""), T("\"\\'\""), T("\"\x01\""),
    T("\"a\nb\""), T("\"a\tb\""), T("\"\x00\""), T("\"\\u0000"), T("/**/1"), T("1//"), T("[1]\0"), T("\0"),
    T("\"\\ud800\""), T("\"\\udc00\""), T("\"\\ud800x\""), T("\"\\ud800\\n\""), T("\"\\ud800\\ud800\""),
    T("\"\\udc00\\ud800\""), T("\"\\ud83d\\u0041\""), T("{\"\\ud800\":1}"), T("\"\\ud83d\\ude0\""),
    T("\"\xff\""), T("\"\xc0\xaf\""), T("\"\xc1\xbf\""), T("\"\xe0\x80\x80\""), T("\"\xe0\x9f\xbf\""),
    T("\"\xf0\x80\x80\x80\""), T("\"\xf0\x8f\xbf\xbf\""), T("\"\xed\xa0\x80\""), T("\"\xed\xbf\xbf\""),
    T("\"\xf4\x90\x80\x80\""), T("\"\xf5\x80\x80\x80\""), T("\"\x80\""), T("\"\xc3\""), T("\"\xe2\x82\""),
    T("\"\xe2\x82"), T("\"\xe9\""), T("\xc3\xa9"), T("[\xc2\xa0]"), T("[\f1]"), T("[\v1]"), T("{\"a\":}"),
    T("\"abcdefgh\x1fijklmnop\""), T("\"abcdefghijklmno\x80p\""), T("\xff\xfe[\x00]\x00"), T("<x>"),
};
static const struct slice accepted[] = {
    T("{}"), T("[]"), T(" [ ] "), T("\t\r\n {\t\r\n} "), T("null"), T("true"), T("false"), T("0"), T("-0"),
    T("-0.0"), T("1e5"), T("1E+5"), T("1e-5"), T("-12.5e0007"), T("123456789012345678901234567890"), T("1e999"),
    T("\"\""), T("\"a\""), T("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), T("\"\\u0000\""), T("\"\\uAbCd\""), T("\"\x7f\""),
    T("\"\\ud83d\\ude00\""), T("\"\\uD800\\uDC00\""), T("\"\\udbff\\udfff\""), T("\"\\ud7ff\\ue000\""),
    T("\"\xc3\xa9\""), T("\"\xe2\x82\xac\""), T("\"\xf0\x9f\x98\x80\""), T("\"\xf4\x8f\xbf\xbf\""),
    T("\"\xef\xbb\xbf\""), T("\"\xed\x9f\xbf\xee\x80\x80\""), T("\"\xef\xbf\xbf\""), T("\"\xc2\x80\""),
    T("\"\xe0\xa0\x80\xf0\x90\x80\x80\""), T("[1,2 , 3]"), T("[[],[[]],{}]"), T("{\"\":0}"), T("{\"a\":{\"b\":[{}]}}"),
    T("{\"a\":1,\"b\":2}"), T("{\"a\":1,\"a\":2}"), T("\"abcdefghijklmnopqrstuvwxyz0123456789\""),
    T("{\"\\u0000\":1}"), T("\"\\\\u12\""), T("[\"\\\\\"]"),
};
/* clang-format on */

static void broken_texts_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < GW_COUNT(refused); i++) {
        enum gw_code code = verdict(refused[i]);
        if (code != GW_BAD)
            print_error("case %zu\n", i);
        assert_int_equal(code, GW_BAD);
    }
}

static void lawful_texts_are_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < GW_COUNT(accepted); i++) {
        enum gw_code code = verdict(accepted[i]);
        if (code != GW_OK)
            print_error("case %zu\n", i);
        assert_int_equal(code, GW_OK);
    }
}

/* Every way of cutting a text short, but for cuts inside a number at the root, breaks it. */
/* Whether all of a text is UTF-8 is found out at once; the fault is still where it stands, and what
 * is wrong in front of it comes first. */
static void a_fault_is_named_where_it_stands(void **state)
{
    enum { LEN = 200 };
    char text[LEN];
    (void)state;
    for (size_t at = 3; at < LEN - 3; at++) {
        struct bench b = {0}; /* scan() frees what the scan before took */
        memset(text, 'a', sizeof text);
        memcpy(text, "[\"", 2);
        memcpy(text + LEN - 2, "\"]", 2);
        memcpy(text + (at > 100 ? 40 : 150), "\xc3\xa9", 2);
        text[at] = (char)0xff;
        gw_result r = scan(&b, slice_of(text, LEN), json_limits_default());
        assert_int_equal(r.code, GW_BAD);
        assert_int_equal(b.fault.at, at);
        assert_string_equal(b.fault.reason, "bad UTF-8 in string");
        text[2] = '\n';
        r = scan(&b, slice_of(text, LEN), json_limits_default());
        assert_int_equal(r.code, GW_BAD);
        assert_int_equal(b.fault.at, 2);
        assert_string_equal(b.fault.reason, "control character in string");
        arena_free(b.arena);
    }
}

static void every_cut_is_refused(void **state)
{
    struct slice text =
        SLICE_LIT("{\"a\":[1,\"\\ud83d\\ude00\xe2\x82\xac\",null,{\"b\":-1.5e3}],\"c\":\"\"}");
    (void)state;
    for (size_t n = 0; n < text.len; n++)
        assert_int_equal(verdict(slice_cut(text, 0, n)), GW_BAD);
    assert_int_equal(verdict(text), GW_OK);
}

static void limits_are_met_exactly(void **state)
{
    struct bench b = {0};
    struct json_limits few = {.depth = 2, .keys = 2, .values = 6};
    (void)state;
    assert_int_equal(scan(&b, SLICE_LIT("[[]]"), &few).code, GW_OK);
    assert_int_equal(scan(&b, SLICE_LIT("[[[]]]"), &few).code, GW_TOO_BIG);
    assert_int_equal(b.fault.at, 2);
    assert_int_equal(scan(&b, SLICE_LIT("{\"a\":{}}"), &few).code, GW_OK);
    assert_int_equal(scan(&b, SLICE_LIT("{\"a\":1,\"b\":2}"), &few).code, GW_OK);
    assert_int_equal(scan(&b, SLICE_LIT("{\"a\":1,\"b\":2,\"c\":3}"), &few).code, GW_TOO_BIG);
    assert_int_equal(scan(&b, SLICE_LIT("[1,2,3,4,5]"), &few).code, GW_OK);
    assert_int_equal(scan(&b, SLICE_LIT("[1,2,3,4,5,6]"), &few).code, GW_TOO_BIG);
    arena_free(b.arena);
}

static void too_little_memory_is_said(void **state)
{
    struct arena *small = arena_new(32);
    struct json_doc doc;
    struct json_fault fault;
    (void)state;
    assert_int_equal(json_scan(SLICE_LIT("[1]"), json_limits_default(), small, &doc, &fault).code,
                     GW_NO_MEMORY);
    arena_free(small);
}

static void deep_nesting_needs_no_stack(void **state)
{
    enum { DEEP = 200000 };
    struct bench b = {0};
    struct json_limits limits = *json_limits_default();
    char *text = malloc(2 * DEEP);
    (void)state;
    assert_non_null(text);
    memset(text, '[', DEEP);
    memset(text + DEEP, ']', DEEP);
    assert_int_equal(scan(&b, slice_of(text, 2 * DEEP), &limits).code, GW_TOO_BIG);
    assert_int_equal(b.fault.at, 64);
    limits.depth = DEEP;
    assert_int_equal(scan(&b, slice_of(text, 2 * DEEP), &limits).code, GW_OK);
    assert_int_equal(b.doc.values[DEEP - 1].end - b.doc.values[DEEP - 1].at, 2);
    arena_free(b.arena);
    free(text);
}

static void half_pairs_only_where_allowed(void **state)
{
    struct bench b = {0};
    struct json_limits answers = *json_limits_default();
    (void)state;
    answers.lone_surrogates = true;
    assert_int_equal(scan(&b, SLICE_LIT("\"\\ud83d\""), &answers).code, GW_OK);
    assert_int_equal(scan(&b, SLICE_LIT("\"\\ude00x\""), &answers).code, GW_OK);
    assert_int_equal(scan(&b, SLICE_LIT("\"\\ude00\\ud83d\""), &answers).code, GW_OK);
    assert_int_equal(scan(&b, SLICE_LIT("\"\xed\xa0\x80\""), &answers).code, GW_BAD);
    arena_free(b.arena);
}

static void duplicate_keys_are_seen_decoded(void **state)
{
    struct bench b = {0};
    (void)state;
    assert_true(gw_ok(scan(&b, SLICE_LIT("{\"ab\":1,\"\\u0061b\":2}"), json_limits_default())));
    assert_true(b.doc.has_duplicate_key);
    assert_int_equal(b.doc.duplicate_at, 8);
    assert_true(
        gw_ok(scan(&b, SLICE_LIT("[{\"a\":{\"a\":1},\"A\":2},{\"a\":3}]"), json_limits_default())));
    assert_false(b.doc.has_duplicate_key);
    assert_true(gw_ok(
        scan(&b, SLICE_LIT("{\"a\":{\"b\":1,\"c\":1,\"b\":2},\"a\":1}"), json_limits_default())));
    assert_true(b.doc.has_duplicate_key);
    assert_int_equal(b.doc.duplicate_at, 18);
    assert_true(gw_ok(scan(&b, SLICE_LIT("{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":2}"),
                           json_limits_default())));
    assert_true(b.doc.has_duplicate_key);
    assert_true(gw_ok(
        scan(&b, SLICE_LIT("{\"a\\u0000\":1,\"a\":2,\"a\\u0000b\":3}"), json_limits_default())));
    assert_false(b.doc.has_duplicate_key);
    arena_free(b.arena);
}

/* A key in plain and in escaped spelling, of every length about the words that the hash takes. */
static void a_key_is_the_same_in_any_spelling(void **state)
{
    struct bench b = {0};
    (void)state;
    for (size_t len = 0; len < 40; len++) {
        for (size_t differs = 0; differs <= len; differs++) { /* at len: not at all */
            char text[400], plain[41];
            size_t n = 0;
            for (size_t i = 0; i < len; i++)
                plain[i] = (char)('a' + i % 26);
            plain[len] = '\0';
            n += (size_t)snprintf(text + n, sizeof text - n, "{\"%s\":1,\"", plain);
            for (size_t i = 0; i < len; i++)
                n += (size_t)snprintf(text + n, sizeof text - n, "\\u%04x",
                                      i == differs ? '_' : (unsigned char)plain[i]);
            n += (size_t)snprintf(text + n, sizeof text - n, "\":2}");
            assert_true(gw_ok(scan(&b, slice_of(text, n), json_limits_default())));
            assert_int_equal(b.doc.has_duplicate_key, differs == len);
        }
    }
    arena_free(b.arena);
}

static void many_keys_keep_their_verdict(void **state)
{
    struct bench b = {0};
    struct buf text;
    (void)state;
    buf_init(&text, 1u << 20);
    for (unsigned round = 0; round < 2; round++) {
        buf_clear(&text);
        for (unsigned i = 0; i < 9000; i++)
            assert_true(gw_ok(buf_add_format(&text, "%s\"k%u\":%u", i == 0 ? "{" : ",", i, i)));
        buf_put_str(&text, round == 0 ? "}" : ",\"k\\u0034711\":0}");
        assert_true(gw_ok(scan(&b, buf_slice(&text), json_limits_default())));
        assert_int_equal(b.doc.has_duplicate_key, round == 1);
        uint32_t v = json_member(&b.doc, 0, "k8999");
        assert_true(slice_is(json_raw(&b.doc, v), SLICE_LIT("8999")));
    }
    buf_free(&text);
    arena_free(b.arena);
}

/* Keys that are made to collide do so in a small table only: who sends many does not know the seed.
 */
static void a_large_table_of_keys_has_a_seed_of_its_own(void **state)
{
    struct bench b = {0};
    struct buf text;
    (void)state;
    buf_init(&text, 1u << 20);
    for (unsigned keys = 31; keys < 200; keys++) {
        buf_clear(&text);
        for (unsigned i = 0; i < keys; i++)
            assert_true(gw_ok(buf_add_format(&text, "%s\"k%u\":%u", i == 0 ? "{" : ",", i, i)));
        buf_put_str(&text, "}");
        randoms = 0;
        assert_true(gw_ok(scan(&b, buf_slice(&text), json_limits_default())));
        assert_int_equal(randoms, keys > 32); /* once, when the first table is half full */
    }
    buf_free(&text);
    arena_free(b.arena);
}

/* The table of keys takes its seed when it grows: what stood in it before must be found after. */
static void a_key_from_before_the_table_grew_is_known(void **state)
{
    struct bench b = {0};
    struct buf text;
    (void)state;
    buf_init(&text, 1u << 16);
    for (unsigned again = 0; again < 40; again++) {
        buf_clear(&text);
        for (unsigned i = 0; i < 40; i++)
            assert_true(gw_ok(buf_add_format(&text, "%s\"k%u\":%u", i == 0 ? "{" : ",", i, i)));
        assert_true(gw_ok(buf_add_format(&text, ",\"k%u\":0}", again)));
        assert_true(gw_ok(scan(&b, buf_slice(&text), json_limits_default())));
        assert_true(b.doc.has_duplicate_key);
    }
    buf_free(&text);
    arena_free(b.arena);
}

static void the_tape_can_be_walked(void **state)
{
    struct bench b = {0};
    (void)state;
    assert_true(
        gw_ok(scan(&b, SLICE_LIT(" {\"a\":[1,{\"x\":\"y\"},\"z\"],\"e\":{},\"\\u0062\":\"q\\n\"} "),
                   json_limits_default())));
    const struct json_doc *d = &b.doc;
    uint32_t a = json_member(d, 0, "a"), e = json_member(d, 0, "e"), q = json_member(d, 0, "b");
    assert_int_equal(json_child(d, 0), a);
    assert_int_equal(json_sibling(d, a), e);
    assert_int_equal(json_sibling(d, e), q);
    assert_int_equal(json_sibling(d, q), 0);
    assert_int_equal(json_sibling(d, 0), 0);
    assert_int_equal(json_child(d, e), 0);
    assert_int_equal(json_member(d, 0, "x"), 0);
    assert_int_equal(json_member(d, a, "a"), 0);
    uint32_t one = json_child(d, a), object = json_sibling(d, one), z = json_sibling(d, object);
    assert_true(slice_is(json_raw(d, one), SLICE_LIT("1")));
    assert_true(slice_is(json_raw(d, object), SLICE_LIT("{\"x\":\"y\"}")));
    assert_true(json_is_text(d, json_member(d, object, "x"), "y"));
    assert_true(json_is_text(d, z, "z"));
    assert_false(json_is_text(d, z, "zz"));
    assert_false(json_is_text(d, one, "1"));
    assert_true(json_is_text(d, q, "q\n"));
    assert_false(json_is_text(d, q, "q"));
    assert_true(slice_is(json_inner(d, q), SLICE_LIT("q\\n")));
    assert_int_equal(d->values[one].parent, a);
    assert_true(d->values[d->values[a].key].is_key);
    assert_int_equal(d->values[0].next, d->count);
    assert_int_equal(json_sibling(d, z), 0);
    arena_free(b.arena);
}

/* The 35 documents that the RFC leaves open: numbers pass, everything else is refused. */
static bool is_expected(const char *name)
{
    return name[0] == 'y' || strncmp(name, "i_number_", 9) == 0;
}

static struct slice read_whole(const char *path)
{
    FILE *f = fopen(path, "rb");
    char *at = malloc(1u << 20);
    assert_non_null(f);
    assert_non_null(at);
    size_t n = fread(at, 1, 1u << 20, f);
    fclose(f);
    return slice_of(at, n);
}

static void the_json_test_suite_holds(void **state)
{
    const char *folder = TREE "/../shared/data/robust/JSONTestSuite/test_parsing";
    DIR *dir = opendir(folder);
    unsigned seen = 0, wrong = 0;
    (void)state;
    if (dir == NULL)
        skip();
    for (struct dirent *d = readdir(dir); d != NULL; d = readdir(dir)) {
        char path[1024];
        if (d->d_name[0] == '.' || d->d_name[1] != '_')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, d->d_name);
        struct slice text = read_whole(path);
        seen++;
        if ((verdict(text) == GW_OK) != is_expected(d->d_name)) {
            print_error("%s\n", d->d_name);
            wrong++;
        }
        free((void *)(uintptr_t)text.at);
    }
    closedir(dir);
    print_message("%u documents\n", seen);
    assert_int_equal(wrong, 0);
    assert_true(seen > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_texts_are_refused),
        cmocka_unit_test(a_fault_is_named_where_it_stands),
        cmocka_unit_test(every_cut_is_refused),
        cmocka_unit_test(limits_are_met_exactly),
        cmocka_unit_test(too_little_memory_is_said),
        cmocka_unit_test(deep_nesting_needs_no_stack),
        cmocka_unit_test(half_pairs_only_where_allowed),
        cmocka_unit_test(duplicate_keys_are_seen_decoded),
        cmocka_unit_test(a_key_is_the_same_in_any_spelling),
        cmocka_unit_test(many_keys_keep_their_verdict),
        cmocka_unit_test(a_large_table_of_keys_has_a_seed_of_its_own),
        cmocka_unit_test(a_key_from_before_the_table_grew_is_known),
        cmocka_unit_test(lawful_texts_are_accepted),
        cmocka_unit_test(the_tape_can_be_walked),
        cmocka_unit_test(the_json_test_suite_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
