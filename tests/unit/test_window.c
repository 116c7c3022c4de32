/* tests/unit/test_window.c - redact/window.h: what comes out does not depend on the cuts. */
#include "proxy/base/base.h"
#include "redact/window.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct room {
    struct arena *arena;
    struct secret_key *key;
    struct vault *v;
    struct buf out;
};

static struct room enter(void)
{
    struct room r = {.arena = arena_new(1 << 26), .key = secret_key_from(SLICE_LIT("test key"))};
    r.v = vault_new(r.arena, r.key, secret_sha256(SLICE_LIT("scope")), SLICE_LIT(""));
    buf_init(&r.out, 1 << 20);
    return r;
}

static void leave(struct room *r)
{
    buf_free(&r->out);
    arena_free(r->arena);
    secret_key_free(r->key);
}

static struct slice token_of(struct room *r, enum family family, const char *value)
{
    struct slice token;
    assert_true(gw_ok(vault_token(r->v, family, slice_str(value), &token)));
    return token;
}

/* Feeds `text` in two pieces, or (cut == SIZE_MAX) byte by byte; the result stands in r->out. */
static struct slice fed(struct room *r, const struct window_rules *rules, unsigned depth,
                        struct slice text, size_t cut)
{
    struct window w;
    size_t step = cut == SIZE_MAX ? 1 : cut;
    buf_clear(&r->out);
    window_init(&w, r->v, rules, depth, 1 << 16);
    for (size_t at = 0; at < text.len; at += step, step = cut == SIZE_MAX ? 1 : text.len) {
        gw_result fine = window_feed(&w, slice_cut(text, at, at + step), false, &r->out);
        assert_true(gw_ok(fine) || fine.code == GW_REFUSED);
        assert_true(window_is_sane(&w));
    }
    gw_result fine = window_feed(&w, SLICE_LIT(""), true, &r->out);
    assert_true(gw_ok(fine) || fine.code == GW_REFUSED);
    assert_int_equal(buf_slice(&w.hold).len, 0);
    assert_int_equal(w.cut_len, 0);
    window_free(&w);
    return buf_slice(&r->out);
}

static void gives(struct room *r, unsigned depth, struct slice text, struct slice wanted)
{
    for (size_t cut = 1; cut <= text.len; cut++)
        assert_true(slice_is(fed(r, NULL, depth, text, cut), wanted));
    assert_true(slice_is(fed(r, NULL, depth, text, SIZE_MAX), wanted));
}

static void lost_halves_and_broken_bytes_become_replacement_characters(void **state)
{
    struct room r = enter();
    (void)state;
    gives(&r, 0, SLICE_LIT("a\xED\xA0\xBD"), SLICE_LIT("a\xEF\xBF\xBD"));
    gives(&r, 0, SLICE_LIT("a\xED\xB8\x80z"), SLICE_LIT("a\xEF\xBF\xBDz"));
    gives(&r, 0, SLICE_LIT("\xED\xA0\xBD\xED\xA0\xBD\xED\xB8\x80"),
          SLICE_LIT("\xEF\xBF\xBD\xF0\x9F\x98\x80"));
    gives(&r, 0, SLICE_LIT("\xC3"), SLICE_LIT("\xEF\xBF\xBD"));
    gives(&r, 0, SLICE_LIT("\xFF\xC0x"), SLICE_LIT("\xEF\xBF\xBD\xEF\xBF\xBDx"));
    leave(&r);
}

static void halves_meet(void **state)
{
    struct room r = enter();
    (void)state;
    gives(&r, 0, SLICE_LIT("x\xED\xA0\xBD\xED\xB8\x80y\xC3\xA9"),
          SLICE_LIT("x\xF0\x9F\x98\x80y\xC3\xA9"));
    leave(&r);
}

static void half_a_token_at_the_end_goes_out_as_it_is(void **state)
{
    struct room r = enter();
    char text[32];
    (void)state;
    struct slice token = token_of(&r, FAM_EMAIL, "a@b.org");
    for (size_t n = 1; n < token.len; n++) {
        snprintf(text, sizeof text, "to %.*s", (int)n, token.at);
        gives(&r, 0, slice_str(text), slice_str(text));
    }
    leave(&r);
}

static void plain_text_is_never_held(void **state)
{
    struct room r = enter();
    struct window w;
    (void)state;
    (void)token_of(&r, FAM_EMAIL, "a@b.org");
    window_init(&w, r.v, NULL, 0, 1 << 12);
    assert_true(gw_ok(window_feed(&w, SLICE_LIT("plain words, EMA but not EM."), false, &r.out)));
    assert_int_equal(buf_slice(&w.hold).len, 0);
    assert_true(gw_ok(window_feed(&w, SLICE_LIT(" an EMAIL_"), false, &r.out)));
    assert_int_equal(buf_slice(&w.hold).len, 6);
    window_free(&w);
    leave(&r);
}

static void values_are_escaped_for_their_depth(void **state)
{
    struct room r = enter();
    char text[64];
    (void)state;
    struct slice t = token_of(&r, FAM_CUSTOM, "a\"b\\c\n\x01");
    snprintf(text, sizeof text, "{\\\"%.*s\\\"}", (int)t.len, t.at);
    gives(&r, 0, slice_str(text), SLICE_LIT("{\\\"a\"b\\c\n\x01\\\"}"));
    gives(&r, 1, slice_str(text), SLICE_LIT("{\\\"a\\\"b\\\\c\\n\\u0001\\\"}"));
    gives(&r, 2, t, SLICE_LIT("a\\\\\\\"b\\\\\\\\c\\\\n\\\\u0001"));
    leave(&r);
}

static void an_escape_is_no_begin_of_a_token(void **state)
{
    struct room r = enter();
    (void)state;
    assert_true(gw_ok(vault_put(r.v, SLICE_LIT("nora"), SLICE_LIT("V"))));
    gives(&r, 1, SLICE_LIT("x\\nora \\\\nora nora"), SLICE_LIT("x\\nora \\\\V V"));
    gives(&r, 0, SLICE_LIT("x\\nora"), SLICE_LIT("x\\V"));
    leave(&r);
}

/* Random texts of tokens, halves of tokens, drifted forms and noise. */
static void cuts_change_nothing(void **state)
{
    struct room r = enter();
    struct slice tokens[5];
    unsigned seed = 42;
    char text[256], whole[1024];
    (void)state;
    tokens[0] = token_of(&r, FAM_EMAIL, "anna@b.org");
    tokens[1] = token_of(&r, FAM_PERSON, "Anna \"B\"");
    tokens[2] = token_of(&r, FAM_EMAIL, "c@d.org");
    assert_true(gw_ok(vault_put(r.v, SLICE_LIT("Ann"), SLICE_LIT("Eva"))));
    assert_true(gw_ok(vault_put(r.v, SLICE_LIT("Annabel_Lee"), SLICE_LIT("Zoe"))));
    tokens[3] = SLICE_LIT("Annabel\\_Lee");
    tokens[4] = SLICE_LIT("\xF0\x9F\x98\x80 EMAIL_\\");
    for (int round = 0; round < 300; round++) {
        size_t n = 0;
        while (n < 120) {
            seed = seed * 1664525u + 1013904223u;
            struct slice t = tokens[(seed >> 8) % GW_COUNT(tokens)];
            size_t take = (seed >> 16) % 3 == 0 ? (seed >> 20) % t.len : t.len;
            if ((seed >> 12) % 4 == 0) {
                text[n++] = " a_\\EAP2"[(seed >> 24) % 8];
                continue;
            }
            for (size_t i = 0; i < take; i++)
                text[n++] =
                    (char)((seed >> 28) % 2 == 0 && t.at[i] >= 'A' && t.at[i] <= 'Z' ? t.at[i] + 32
                                                                                     : t.at[i]);
        }
        struct slice all = slice_of(text, n);
        for (unsigned depth = 0; depth < 2; depth++) {
            struct slice one = fed(&r, NULL, depth, all, n);
            assert_true(one.len < sizeof whole);
            memcpy(whole, one.at, one.len);
            gives(&r, depth, all, slice_of(whole, one.len));
        }
    }
    leave(&r);
}

static enum style labels(void *judge_of, const struct finding *f, struct slice value, bool *stop)
{
    size_t *asked = judge_of;
    *asked += 1;
    assert_int_equal(value.len, f->end - f->start);
    *stop = f->family == FAM_CREDIT_CARD;
    return f->family == FAM_EMAIL ? STYLE_TOKEN : STYLE_NONE;
}

static void findings_are_judged_and_tokens_are_not(void **state)
{
    struct room r = enter();
    struct scanner *scanner;
    char reason[128], text[128];
    size_t asked = 0;
    (void)state;
    assert_true(gw_ok(scanner_new(NULL, 0, NULL, reason, sizeof reason, &scanner)));
    struct scan_scratch *scratch = scan_scratch_new(scanner);
    struct window_rules rules = {.scanner = scanner,
                                 .scratch = scratch,
                                 .judge = labels,
                                 .judge_of = &asked,
                                 .arena = r.arena};
    struct slice t = token_of(&r, FAM_EMAIL, "real@caller.org");
    assert_true(gw_ok(vault_put(r.v, SLICE_LIT("k2@example.com"), SLICE_LIT("me@caller.org"))));
    snprintf(text, sizeof text, "write to bob@acme.org, %.*s, k2@example.com now.", (int)t.len,
             t.at);
    struct slice all = slice_str(text);
    struct slice wanted =
        SLICE_LIT("write to [EMAIL_ADDRESS], real@caller.org, me@caller.org now.");
    for (size_t cut = 1; cut <= all.len; cut++) {
        asked = 0;
        assert_true(slice_is(fed(&r, &rules, 0, all, cut), wanted));
        assert_int_equal(asked, 1);
    }
    assert_true(slice_is(fed(&r, &rules, 0, all, SIZE_MAX), wanted));
    all = SLICE_LIT("The card is 4111 1111 1111 1111, bob@acme.org");
    for (size_t cut = 1; cut <= all.len; cut++)
        assert_true(slice_is(fed(&r, &rules, 0, all, cut), SLICE_LIT("The card is ")));
    assert_true(slice_is(fed(&r, &rules, 0, all, SIZE_MAX), SLICE_LIT("The card is ")));
    scan_scratch_free(scratch);
    scanner_free(scanner);
    leave(&r);
}

static enum style drops(void *judge_of, const struct finding *f, struct slice value, bool *stop)
{
    (void)judge_of;
    (void)value;
    (void)stop;
    return f->family == FAM_EMAIL ? STYLE_DROP : STYLE_LABEL;
}

/* A finding that is a number of the JSON, or a name that a model put there without quotes. */
static void what_takes_a_numbers_place_is_a_string(void **state)
{
    static const struct {
        const char *text, *wanted;
    } cases[] = {
        {"{\"n\": 4111111111111111}", "{\"n\": \"[CREDIT_CARD]\"}"},
        {"[4111111111111111,4111111111111111]", "[\"[CREDIT_CARD]\",\"[CREDIT_CARD]\"]"},
        {"{\"n\":\"is 4111111111111111\"}", "{\"n\":\"is [CREDIT_CARD]\"}"},
        {"{\"a\\\"\":\"4111111111111111\"}", "{\"a\\\"\":\"[CREDIT_CARD]\"}"},
        {"{\"a\\\\\":4111111111111111}", "{\"a\\\\\":\"[CREDIT_CARD]\"}"},
        {"{\"to\":\"bob@acme.org\",\"n\":4111111111111111}",
         "{\"to\":\"\",\"n\":\"[CREDIT_CARD]\"}"},
        {"{\"n\":5500005555555559}", "{\"n\":4222222222222}"},
        {"{\"b\":\"{\\\"n\\\":4111111111111111}\"}",
         "{\"b\":\"{\\\"n\\\":\\\"[CREDIT_CARD]\\\"}\"}"},
        {"{\"b\":\"{\\\"n\\\":\\\"5105105105105100\\\"}\",\"c\":\"5105105105105100\"}",
         "{\"b\":\"{\\\"n\\\":\\\"a\\\\\\\"b\\\"}\",\"c\":\"a\\\"b\"}"},
        {"{\"n\":5105105105105100}", "{\"n\":\"a\\\"b\"}"},
    };
    struct room r = enter();
    struct scanner *scanner;
    char reason[128];
    (void)state;
    assert_true(gw_ok(scanner_new(NULL, 0, NULL, reason, sizeof reason, &scanner)));
    struct scan_scratch *scratch = scan_scratch_new(scanner);
    struct window_rules rules = {
        .scanner = scanner, .scratch = scratch, .judge = drops, .arena = r.arena};
    assert_true(gw_ok(vault_put(r.v, SLICE_LIT("5500005555555559"), SLICE_LIT("4222222222222"))));
    assert_true(gw_ok(vault_put(r.v, SLICE_LIT("5105105105105100"), SLICE_LIT("a\"b"))));
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        struct slice text = slice_str(cases[i].text);
        for (size_t cut = 1; cut <= text.len; cut++)
            assert_true(slice_is(fed(&r, &rules, 1, text, cut), slice_str(cases[i].wanted)));
        assert_true(slice_is(fed(&r, &rules, 1, text, SIZE_MAX), slice_str(cases[i].wanted)));
    }
    assert_true(slice_is(fed(&r, &rules, 0, SLICE_LIT("n: 4111111111111111"), 3),
                         SLICE_LIT("n: [CREDIT_CARD]")));
    scan_scratch_free(scratch);
    scanner_free(scanner);
    leave(&r);
}

/* Found by the fuzzer: more backslashes than the window remembers of what is decided. */
static void a_run_of_backslashes_counts_however_long_it_is(void **state)
{
    struct room r = enter();
    char text[400], wanted[400];
    (void)state;
    assert_true(gw_ok(vault_put(r.v, SLICE_LIT("nEve"), SLICE_LIT("Zoe"))));
    for (size_t n = 126; n < 132; n++) {
        memset(text, '\\', n);
        memcpy(wanted, text, n);
        memcpy(text + n, "nEve", 4);
        bool is_escaped = n % 2 == 1; /* \n is a line's end then, and no name begins in it */
        size_t len = is_escaped ? 4 : 3;
        memcpy(wanted + n, is_escaped ? "nEve" : "Zoe", len);
        gives(&r, 1, slice_of(text, n + 4), slice_of(wanted, n + len));
    }
    leave(&r);
}

static void a_token_in_the_address_of_an_image_stays_one(void **state)
{
    struct room r = enter();
    struct slice token = token_of(&r, FAM_EMAIL, "ada@example.org");
    char text[300], want[300];
    (void)state;
    snprintf(text, sizeof text, "for %.*s: ![%.*s](https://e.example/?q=%.*s) to %.*s",
             (int)token.len, token.at, (int)token.len, token.at, (int)token.len, token.at,
             (int)token.len, token.at);
    snprintf(want, sizeof want,
             "for ada@example.org: ![ada@example.org](https://e.example/?q=%.*s) to "
             "ada@example.org",
             (int)token.len, token.at);
    gives(&r, 0, slice_str(text), slice_str(want));
    leave(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lost_halves_and_broken_bytes_become_replacement_characters),
        cmocka_unit_test(halves_meet),
        cmocka_unit_test(half_a_token_at_the_end_goes_out_as_it_is),
        cmocka_unit_test(plain_text_is_never_held),
        cmocka_unit_test(values_are_escaped_for_their_depth),
        cmocka_unit_test(an_escape_is_no_begin_of_a_token),
        cmocka_unit_test(what_takes_a_numbers_place_is_a_string),
        cmocka_unit_test(a_run_of_backslashes_counts_however_long_it_is),
        cmocka_unit_test(a_token_in_the_address_of_an_image_stays_one),
        cmocka_unit_test(cuts_change_nothing),
        cmocka_unit_test(findings_are_judged_and_tokens_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
