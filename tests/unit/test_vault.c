/* tests/unit/test_vault.c - redact/vault.h. */
#include "proxy/base/base.h"
#include "redact/vault.h"
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct room {
    struct arena *arena;
    struct secret_key *key;
    struct vault *v;
};

static struct room enter(const char *scope, struct slice input)
{
    struct room r = {.arena = arena_new(1 << 24), .key = secret_key_from(SLICE_LIT("test key"))};
    r.v = vault_new(r.arena, r.key, secret_sha256(slice_str(scope)), input);
    assert_non_null(r.v);
    return r;
}

static void leave(struct room *r)
{
    arena_free(r->arena);
    secret_key_free(r->key);
}

static struct slice token_of(struct room *r, enum family family, const char *value)
{
    struct slice token;
    assert_true(gw_ok(vault_token(r->v, family, slice_str(value), &token)));
    return token;
}

static void what_is_not_ours_is_not_found(void **state)
{
    struct room r = enter("a", SLICE_LIT(""));
    struct slice value;
    size_t len;
    (void)state;
    assert_false(vault_find(r.v, SLICE_LIT("EMAIL_222222"), &value));
    assert_int_equal(vault_match(r.v, SLICE_LIT("EMAIL_222222"), &len, &value).code, GW_NOT_FOUND);
    assert_int_equal(vault_longest(r.v), 0);
    struct slice token = token_of(&r, FAM_EMAIL, "a@b.org");
    assert_false(vault_find(r.v, slice_cut(token, 0, token.len - 1), &value));
    assert_false(vault_find(r.v, slice_from(token, 1), &value));
    assert_false(vault_find(r.v, SLICE_LIT(""), &value));
    assert_false(gw_ok(vault_token(r.v, FAM_EMAIL, SLICE_LIT(""), &token)));
    assert_int_equal(vault_count(r.v), 1);
    leave(&r);
}

static void a_token_is_one_plain_word_with_a_check(void **state)
{
    struct room r = enter("a", SLICE_LIT(""));
    struct slice token = token_of(&r, FAM_EMAIL, "anna@b.org"), value;
    (void)state;
    assert_int_equal(token.len, 6 + 6);
    assert_true(slice_has_prefix(token, SLICE_LIT("EMAIL_")));
    for (size_t i = 6; i < token.len; i++)
        assert_non_null(strchr("23456789ABCDEFGHJKLMNPQRSTUVWXYZ", token.at[i]));
    assert_true(vault_find(r.v, token, &value));
    assert_true(slice_is(value, SLICE_LIT("anna@b.org")));
    leave(&r);
}

static void same_value_same_token_first_form_restored(void **state)
{
    struct room r = enter("a", SLICE_LIT(""));
    struct slice value, token = token_of(&r, FAM_EMAIL, "Anna@B.org");
    (void)state;
    assert_true(slice_is(token, token_of(&r, FAM_EMAIL, "anna@b.ORG")));
    assert_true(vault_find(r.v, token, &value));
    assert_true(slice_is(value, SLICE_LIT("Anna@B.org")));
    assert_true(slice_is(token_of(&r, FAM_PHONE, "0049 (170) 123-45"),
                         token_of(&r, FAM_PHONE, "+4917012345")));
    assert_true(slice_is(token_of(&r, FAM_CREDIT_CARD, "4111 1111 1111 1111"),
                         token_of(&r, FAM_CREDIT_CARD, "4111-1111-1111-1111")));
    assert_true(slice_is(token_of(&r, FAM_PERSON, "Jo  Doe"), token_of(&r, FAM_PERSON, "Jo\nDoe")));
    assert_false(slice_is(token_of(&r, FAM_SECRET, "abcDEF"), token_of(&r, FAM_SECRET, "ABCDEF")));
    leave(&r);
}

static void scopes_families_and_keys_are_apart(void **state)
{
    struct room a = enter("a", SLICE_LIT("")), b = enter("b", SLICE_LIT(""));
    (void)state;
    struct slice one = token_of(&a, FAM_PHONE, "12345"), two = token_of(&b, FAM_PHONE, "12345");
    assert_false(slice_is(one, two));
    assert_false(slice_is(slice_from(one, 6), slice_from(token_of(&a, FAM_IMEI, "12345"), 5)));
    leave(&a);
    leave(&b);
}

static void a_look_alike_in_the_input_lengthens(void **state)
{
    struct room first = enter("a", SLICE_LIT(""));
    char input[64];
    (void)state;
    struct slice plain = token_of(&first, FAM_EMAIL, "a@b.org");
    for (size_t i = 0; i < 2; i++) {
        int n = snprintf(input, sizeof input, i == 0 ? "say %.*s\\_%.*s twice" : "%.*s_%.*s", 5,
                         i == 0 ? "email" : "EMAIL", 6, plain.at + 6);
        struct room r = enter("a", slice_of(input, (size_t)n));
        struct slice token = token_of(&r, FAM_EMAIL, "a@b.org"), value;
        assert_int_equal(token.len, plain.len + 2);
        assert_false(vault_find(r.v, plain, &value));
        leave(&r);
    }
    leave(&first);
}

/* Every letter in either case: of forty tokens each is in some of them. */
static void a_look_alike_in_small_letters_does_too(void **state)
{
    struct room first = enter("a", SLICE_LIT(""));
    char value[32], input[64];
    (void)state;
    for (unsigned k = 0; k < 40; k++) {
        snprintf(value, sizeof value, "a%u@b.org", k);
        struct slice plain = token_of(&first, FAM_EMAIL, value);
        for (size_t i = 0; i < plain.len; i++)
            input[i] = (char)tolower((unsigned char)plain.at[i]);
        struct room r = enter("a", slice_of(input, plain.len));
        assert_int_equal(token_of(&r, FAM_EMAIL, value).len, plain.len + 2);
        leave(&r);
    }
    leave(&first);
}

static void written_forms_match(void **state)
{
    struct room r = enter("a", SLICE_LIT(""));
    struct slice token = token_of(&r, FAM_EMAIL, "a@b.org"), value;
    char text[64];
    size_t len;
    (void)state;
    int n = snprintf(text, sizeof text, "email\\_%.*ss!", 6, token.at + 6);
    for (int i = 0; i < n; i++)
        text[i] = (char)(text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32 : text[i]);
    struct slice all = slice_of(text, (size_t)n);
    assert_true(gw_ok(vault_match(r.v, all, &len, &value)));
    assert_int_equal(len, token.len + 1);
    assert_true(slice_is(value, SLICE_LIT("a@b.org")));
    for (size_t cut = 1; cut < token.len + 1; cut++)
        assert_int_equal(vault_match(r.v, slice_cut(all, 0, cut), &len, &value).code, GW_AGAIN);
    assert_true(vault_longest(r.v) >= token.len + 1);
    assert_int_equal(vault_match(r.v, SLICE_LIT("emai "), &len, &value).code, GW_NOT_FOUND);
    assert_int_equal(vault_match(r.v, SLICE_LIT("EMAIL\\x"), &len, &value).code, GW_NOT_FOUND);
    leave(&r);
}

static void the_longer_live_token_wins(void **state)
{
    struct room r = enter("a", SLICE_LIT(""));
    struct slice value;
    size_t len;
    (void)state;
    assert_true(gw_ok(vault_put(r.v, SLICE_LIT("Ann"), SLICE_LIT("1"))));
    assert_true(gw_ok(vault_put(r.v, SLICE_LIT("Annabel"), SLICE_LIT("2"))));
    assert_false(gw_ok(vault_put(r.v, SLICE_LIT("ANN"), SLICE_LIT("3"))));
    assert_int_equal(vault_match(r.v, SLICE_LIT("Anna"), &len, &value).code, GW_AGAIN);
    assert_int_equal(len, 3);
    assert_true(gw_ok(vault_match(r.v, SLICE_LIT("Annabe."), &len, &value)));
    assert_int_equal(len, 3);
    assert_true(gw_ok(vault_match(r.v, SLICE_LIT("Annabels"), &len, &value)));
    assert_int_equal(len, 7);
    assert_true(vault_find(r.v, SLICE_LIT("ann"), &value));
    leave(&r);
}

static void thousands_stay_apart(void **state)
{
    struct room r = enter("a", SLICE_LIT(""));
    char text[32];
    (void)state;
    for (int i = 0; i < 5000; i++) {
        snprintf(text, sizeof text, "u%d@b.org", i);
        (void)token_of(&r, FAM_EMAIL, text);
    }
    assert_int_equal(vault_count(r.v), 5000);
    for (int i = 0; i < 5000; i++) {
        struct slice value;
        snprintf(text, sizeof text, "u%d@b.org", i);
        assert_true(vault_find(r.v, token_of(&r, FAM_EMAIL, text), &value));
        assert_true(slice_is(value, slice_str(text)));
    }
    assert_int_equal(vault_count(r.v), 5000);
    leave(&r);
}

/* The arena of the request is given back while the answer is still restored. */
static void what_is_kept_outlives_the_arena(void **state)
{
    struct room r = enter("a", SLICE_LIT("EMAIL_222222 stood in the text"));
    struct arena *kept = arena_new(1 << 24);
    struct vault *k = NULL;
    struct slice value, token = {NULL, 0};
    char text[32], tokens[200][40];
    (void)state;
    assert_true(gw_ok(vault_keep(r.v, kept, &k))); /* with nothing in it, too */
    assert_int_equal(vault_count(k), 0);
    assert_true(gw_ok(vault_token(k, FAM_EMAIL, SLICE_LIT("a@b.org"), &token)));
    for (int i = 0; i < 200; i++) {
        snprintf(text, sizeof text, "u%d@b.org", i);
        token = token_of(&r, FAM_EMAIL, text);
        snprintf(tokens[i], sizeof tokens[i], "%.*s", (int)token.len, token.at);
    }
    assert_true(gw_ok(vault_put(r.v, SLICE_LIT("Anna"), SLICE_LIT("Berta"))));
    struct arena *tight = arena_new(64);
    assert_int_equal(vault_keep(r.v, tight, &k).code, GW_NO_MEMORY);
    arena_free(tight);
    assert_true(gw_ok(vault_keep(r.v, kept, &k)));
    arena_free(r.arena);
    assert_int_equal(vault_count(k), 201);
    for (int i = 0; i < 200; i++) {
        snprintf(text, sizeof text, "u%d@b.org", i);
        assert_true(vault_find(k, slice_str(tokens[i]), &value));
        assert_true(slice_is(value, slice_str(text)));
    }
    assert_true(gw_ok(vault_token(k, FAM_EMAIL, SLICE_LIT("u7@b.org"), &token)));
    assert_true(slice_is(token, slice_str(tokens[7])));
    assert_true(gw_ok(vault_token(k, FAM_EMAIL, SLICE_LIT("new@b.org"), &token)));
    assert_true(vault_find(k, token, &value) && slice_is(value, SLICE_LIT("new@b.org")));
    assert_int_equal(vault_count(k), 202);
    arena_free(kept);
    secret_key_free(r.key);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_ours_is_not_found),
        cmocka_unit_test(a_token_is_one_plain_word_with_a_check),
        cmocka_unit_test(same_value_same_token_first_form_restored),
        cmocka_unit_test(scopes_families_and_keys_are_apart),
        cmocka_unit_test(a_look_alike_in_the_input_lengthens),
        cmocka_unit_test(a_look_alike_in_small_letters_does_too),
        cmocka_unit_test(written_forms_match),
        cmocka_unit_test(the_longer_live_token_wins),
        cmocka_unit_test(thousands_stay_apart),
        cmocka_unit_test(what_is_kept_outlives_the_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
