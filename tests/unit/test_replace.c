/* tests/unit/test_replace.c - redact/replace.h and the stand-ins of redact/fake.h. */
#include "proxy/base/base.h"
#include "redact/fake.h"
#include "redact/replace.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct room {
    struct arena *arena;
    struct secret_key *key;
    struct vault *v;
};

static struct room enter(struct slice input)
{
    struct room r = {.arena = arena_new(1 << 22), .key = secret_key_from(SLICE_LIT("test key"))};
    r.v = vault_new(r.arena, r.key, secret_sha256(SLICE_LIT("scope")), input);
    return r;
}

static void leave(struct room *r)
{
    arena_free(r->arena);
    secret_key_free(r->key);
}

static struct finding found(enum family family, uint32_t start, uint32_t end)
{
    return (struct finding){
        .start = start, .end = end, .family = (uint8_t)family, .entity = SLICE_LIT("SOME_ENTITY")};
}

static struct slice styled(struct room *r, enum style style, enum family family, const char *value)
{
    struct finding f = found(family, 0, 0);
    struct slice out;
    assert_true(gw_ok(replace_value(r->v, r->arena, style, &f, slice_str(value), &out)));
    return out;
}

static void reversible_styles_need_a_vault(void **state)
{
    struct room r = enter(SLICE_LIT(""));
    struct finding f = found(FAM_EMAIL, 0, 0);
    struct slice out;
    (void)state;
    assert_false(gw_ok(replace_value(NULL, r.arena, STYLE_TOKEN, &f, SLICE_LIT("x"), &out)));
    assert_false(gw_ok(replace_value(NULL, r.arena, STYLE_FAKE, &f, SLICE_LIT("x"), &out)));
    assert_false(gw_ok(replace_value(NULL, r.arena, STYLE_HASH, &f, SLICE_LIT("x"), &out)));
    assert_false(gw_ok(replace_value(r.v, r.arena, STYLE_NONE, &f, SLICE_LIT("x"), &out)));
    leave(&r);
}

static void six_styles(void **state)
{
    struct room r = enter(SLICE_LIT(""));
    struct slice value;
    (void)state;
    assert_true(
        slice_is(styled(&r, STYLE_LABEL, FAM_EMAIL, "a@b.org"), SLICE_LIT("[SOME_ENTITY]")));
    assert_int_equal(styled(&r, STYLE_DROP, FAM_EMAIL, "a@b.org").len, 0);
    assert_true(slice_is(styled(&r, STYLE_MASK, FAM_CREDIT_CARD, "4111-1111 1111 1234"),
                         SLICE_LIT("****-**** **** 1234")));
    assert_true(slice_is(styled(&r, STYLE_MASK, FAM_PERSON, "\xC3\x84nne K\xC3\xB6hl"),
                         SLICE_LIT("**** K\xC3\xB6hl")));
    assert_true(slice_is(styled(&r, STYLE_MASK, FAM_PERSON, "1234"), SLICE_LIT("****")));
    struct slice hash = styled(&r, STYLE_HASH, FAM_EMAIL, "a@b.org");
    assert_int_equal(hash.len, 18);
    assert_true(slice_has_prefix(hash, SLICE_LIT("EMAIL_")));
    assert_false(vault_find(r.v, hash, &value));
    assert_true(vault_find(r.v, styled(&r, STYLE_TOKEN, FAM_EMAIL, "a@b.org"), &value));
    leave(&r);
}

static void fakes_are_restored_and_differ(void **state)
{
    static const enum family families[] = {
        FAM_PERSON,  FAM_EMAIL,       FAM_PHONE, FAM_IP_ADDRESS,  FAM_URL, FAM_ORG,
        FAM_ADDRESS, FAM_MAC_ADDRESS, FAM_IBAN,  FAM_CREDIT_CARD, FAM_DATE};
    struct room r = enter(SLICE_LIT(""));
    char text[32];
    (void)state;
    for (size_t k = 0; k < GW_COUNT(families); k++)
        for (int i = 0; i < 40; i++) {
            struct slice value;
            snprintf(text, sizeof text, "real %d", i);
            struct slice fake = styled(&r, STYLE_FAKE, families[k], text);
            assert_true(vault_find(r.v, fake, &value));
            assert_true(slice_is(value, slice_str(text)));
            assert_true(slice_is(fake, styled(&r, STYLE_FAKE, families[k], text)));
        }
    leave(&r);
}

static void fakes_keep_their_checks(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 50; i++) {
        struct digest seed = secret_sha256(slice_of(&i, sizeof i));
        char text[FAKE_MAX];
        unsigned sum = 0, n = 0, rest = 0;
        assert_true(fake_write(FAM_CREDIT_CARD, SLICE_LIT(""), &seed, text));
        for (size_t k = strlen(text); k-- > 0;)
            if (text[k] != ' ') {
                unsigned d = (unsigned)(text[k] - '0') * (n++ % 2 == 1 ? 2 : 1);
                sum += d > 9 ? d - 9 : d;
            }
        assert_int_equal(n, 16);
        assert_int_equal(sum % 10, 0);
        assert_true(fake_write(FAM_IBAN, SLICE_LIT(""), &seed, text));
        size_t len = strlen(text);
        assert_int_equal(len, 22);
        for (size_t k = 0; k < len; k++) {
            char c = text[(k + 4) % len];
            rest =
                c >= 'A' ? rest * 100 + (unsigned)(c - 'A' + 10) : rest * 10 + (unsigned)(c - '0');
            rest %= 97;
        }
        assert_int_equal(rest, 1);
    }
}

/* Body: "a\u0040b" and "cd", leaves at 0 and 10. */
static void build(struct text *t, struct arena *arena, enum text_use second)
{
    struct text_leaf leaf = {.use = TEXT_REWRITE, .depth = 1};
    text_init(t, arena, 1 << 16);
    offmap_init(&leaf.map, arena);
    assert_true(gw_ok(offmap_add(&leaf.map, 1, 0, 1)));
    assert_true(gw_ok(offmap_add(&leaf.map, 1, 1, 6)));
    assert_true(gw_ok(offmap_add(&leaf.map, 1, 7, 1)));
    assert_true(gw_ok(text_add(t, SLICE_LIT("a@b"), &leaf)));
    offmap_init(&leaf.map, arena);
    leaf.use = (uint8_t)second;
    assert_true(gw_ok(offmap_add(&leaf.map, 2, 10, 2)));
    assert_true(gw_ok(text_add(t, SLICE_LIT("cd"), &leaf)));
}

static void a_leaf_that_is_only_inspected_refuses(void **state)
{
    struct room r = enter(SLICE_LIT(""));
    struct text t;
    struct finding f[] = {found(FAM_EMAIL, 0, 1), found(FAM_EMAIL, 4, 6)};
    enum style styles[] = {STYLE_LABEL, STYLE_LABEL};
    struct replace_list list;
    (void)state;
    build(&t, r.arena, TEXT_INSPECT);
    assert_int_equal(replace_edits(&t, f, styles, 2, r.v, &list).code, GW_REFUSED);
    assert_int_equal(list.refused, 1);
    styles[1] = STYLE_NONE;
    assert_true(gw_ok(replace_edits(&t, f, styles, 2, r.v, &list)));
    assert_int_equal(list.count, 1);
    text_free(&t);
    leave(&r);
}

/* Body: 41111111111111 at 20, a number. */
static struct replace_list numbered(struct room *r, struct text *t, enum style style,
                                    const struct finding *f, size_t n, gw_result *out)
{
    struct text_leaf leaf = {.use = TEXT_NUMBER, .depth = 1};
    enum style styles[] = {style, style};
    struct replace_list list;
    text_init(t, r->arena, 1 << 16);
    offmap_init(&leaf.map, r->arena);
    assert_true(gw_ok(offmap_add(&leaf.map, 15, 20, 15)));
    assert_true(gw_ok(text_add(t, SLICE_LIT("-41111111111111"), &leaf)));
    *out = replace_edits(t, f, styles, n, r->v, &list);
    return list;
}

static void a_number_becomes_another_number_and_comes_back(void **state)
{
    static const enum style styles[] = {STYLE_TOKEN, STYLE_FAKE, STYLE_HASH};
    const struct finding f = found(FAM_CREDIT_CARD, 1, 15);
    (void)state;
    for (size_t i = 0; i < GW_COUNT(styles); i++) {
        struct room r = enter(SLICE_LIT(""));
        struct text t, again;
        gw_result done;
        struct replace_list list = numbered(&r, &t, styles[i], &f, 1, &done);
        struct slice with, value;
        assert_true(gw_ok(done));
        assert_int_equal(list.count, 1);
        assert_int_equal(list.edits[0].at, 21);
        assert_int_equal(list.edits[0].end, 35);
        assert_int_equal(list.edits[0].depth, 0);
        with = list.edits[0].with;
        assert_int_equal(with.len, 14);
        assert_true(with.at[0] >= '1' && with.at[0] <= '9');
        for (size_t k = 1; k < with.len; k++)
            assert_true(with.at[k] >= '0' && with.at[k] <= '9');
        assert_false(slice_is(with, SLICE_LIT("41111111111111")));
        assert_int_equal(vault_find(r.v, with, &value), styles[i] != STYLE_HASH);
        assert_true(styles[i] == STYLE_HASH || slice_is(value, SLICE_LIT("41111111111111")));
        list = numbered(&r, &again, styles[i], &f, 1, &done); /* the same one for the same value */
        assert_true(slice_is(list.edits[0].with, with));
        text_free(&again);
        text_free(&t);
        leave(&r);
    }
}

static void a_number_that_no_other_stands_for_becomes_a_string(void **state)
{
    const struct finding two[] = {found(FAM_CREDIT_CARD, 1, 8), found(FAM_CREDIT_CARD, 8, 15)};
    struct room r = enter(SLICE_LIT(""));
    struct text t, u, w;
    gw_result done;
    (void)state;
    struct replace_list list = numbered(&r, &t, STYLE_LABEL, two, 2, &done);
    assert_int_equal(list.count, 1); /* in place of the number, sign and all, once */
    assert_int_equal(list.edits[0].at, 20);
    assert_int_equal(list.edits[0].end, 35);
    assert_true(slice_is(list.edits[0].with, SLICE_LIT("\"[SOME_ENTITY]\"")));
    list = numbered(&r, &u, STYLE_DROP, two, 1, &done);
    assert_true(slice_is(list.edits[0].with, SLICE_LIT("\"\"")));
    const struct finding few = found(FAM_POSTCODE, 1, 6);
    list = numbered(&r, &w, STYLE_TOKEN, &few, 1, &done); /* five digits are anybody's */
    assert_int_equal(done.code, GW_REFUSED);
    assert_int_equal(list.refused, 0);
    text_free(&t);
    text_free(&u);
    text_free(&w);
    leave(&r);
}

/* A stand-in that the input holds already could not be told from it. */
static void a_number_of_the_input_is_no_stand_in(void **state)
{
    const struct finding f = found(FAM_CREDIT_CARD, 1, 15);
    struct room r = enter(SLICE_LIT(""));
    struct text t, u;
    gw_result done;
    (void)state;
    struct slice first = numbered(&r, &t, STYLE_TOKEN, &f, 1, &done).edits[0].with;
    struct room other = enter(first);
    struct slice second = numbered(&other, &u, STYLE_TOKEN, &f, 1, &done).edits[0].with;
    assert_true(gw_ok(done) && second.len == 14 && !slice_is(second, first));
    text_free(&t);
    text_free(&u);
    leave(&other);
    leave(&r);
}

static void a_finding_across_leaves_is_replaced_once(void **state)
{
    struct room r = enter(SLICE_LIT(""));
    struct text t;
    struct finding f = found(FAM_EMAIL, 1, 5);
    enum style style = STYLE_TOKEN;
    struct replace_list list;
    struct slice value;
    (void)state;
    build(&t, r.arena, TEXT_REWRITE);
    assert_true(gw_ok(replace_edits(&t, &f, &style, 1, r.v, &list)));
    assert_int_equal(list.count, 2);
    assert_int_equal(list.edits[0].at, 1);
    assert_int_equal(list.edits[0].end, 8);
    assert_int_equal(list.edits[0].depth, 1);
    assert_true(vault_find(r.v, list.edits[0].with, &value));
    assert_true(slice_is(value, SLICE_LIT("@bc")));
    assert_int_equal(list.edits[1].at, 10);
    assert_int_equal(list.edits[1].end, 11);
    assert_int_equal(list.edits[1].with.len, 0);
    text_free(&t);
    leave(&r);
}

/* Body: 10 digits and a fraction at 3, in JSON in a string. */
static void a_string_stands_for_a_number_once(void **state)
{
    struct room r = enter(SLICE_LIT(""));
    struct text t;
    struct text_leaf leaf = {.use = TEXT_NUMBER, .depth = 2};
    struct finding f[] = {found(FAM_PHONE, 0, 4), found(FAM_PHONE, 5, 9)};
    enum style styles[] = {STYLE_DROP, STYLE_LABEL};
    struct replace_list list;
    (void)state;
    text_init(&t, r.arena, 1 << 16);
    offmap_init(&leaf.map, r.arena);
    assert_true(gw_ok(offmap_add(&leaf.map, 10, 3, 12)));
    assert_true(gw_ok(text_add(&t, SLICE_LIT("0123456789"), &leaf)));
    assert_true(gw_ok(replace_edits(&t, f, styles, 2, r.v, &list)));
    assert_int_equal(list.count, 1);
    assert_int_equal(list.edits[0].at, 3);
    assert_int_equal(list.edits[0].end, 15);
    assert_int_equal(list.edits[0].depth, 1);
    assert_true(slice_is(list.edits[0].with, SLICE_LIT("\"\"")));
    assert_true(gw_ok(replace_edits(&t, f + 1, styles + 1, 1, r.v, &list)));
    assert_true(slice_has_prefix(list.edits[0].with, SLICE_LIT("\"[")) &&
                slice_has_suffix(list.edits[0].with, SLICE_LIT("]\"")));
    text_free(&t);
    leave(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reversible_styles_need_a_vault),
        cmocka_unit_test(six_styles),
        cmocka_unit_test(fakes_are_restored_and_differ),
        cmocka_unit_test(fakes_keep_their_checks),
        cmocka_unit_test(a_leaf_that_is_only_inspected_refuses),
        cmocka_unit_test(a_number_becomes_another_number_and_comes_back),
        cmocka_unit_test(a_number_that_no_other_stands_for_becomes_a_string),
        cmocka_unit_test(a_number_of_the_input_is_no_stand_in),
        cmocka_unit_test(a_finding_across_leaves_is_replaced_once),
        cmocka_unit_test(a_string_stands_for_a_number_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
