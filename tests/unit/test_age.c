/* tests/unit/test_age.c - audit/age.h: a file that the age tool (1.1.1) wrote, and every change of
 * it. What the tool says to ours: tests/flow/test_unseal.py. */
#include "proxy/base/base.h"
#include "audit/age.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* age-keygen, made for this file; in two pieces, so that nobody takes it for a real one. */
#define IDENTITY  \
    "AGE-SECRET-" \
    "KEY-1A0GNMDV5HM9XQY92DYX8FPJKG3KSAWS83Z34N20YWUC9ZE0Q8AMSWLSAJF"
#define RECIPIENT "age1zgcwn4t8wnfy2p5tr3v937rttzyjff9e39kgw9jl4mq8w0xthytsa4fqxr"
#define TEXT "the key of an hour"

/* For it and another one. */
static const char made_by_age[] =
    "6167652d656e6372797074696f6e2e6f72672f76310a2d3e20583235353139206a446a59336865534d49"
    "356e41303645614e327465646673666b6477506a59564c6a52437335645136786b0a336c7655492b5045"
    "337a623663555a696e2b30594a7545514442704d426763746831656d2b3545313232730a2d3e20583235"
    "353139204c344e32595056357677794468376979304c454765723572414732672f556951316434775457"
    "343551796b0a39786e586d712f4662675a41426e446a6649562b446264675637506a624a49506a58736d"
    "6375624f386d730a2d2d2d205578664379684c6c6e71563633694a66754376744b4c6a333857344d6278"
    "5435685a55724c334b2b50676b0a3ce62423ac8ed0f1e6bf69b6caa1bc435d83b2a20cc75165956dab13"
    "1a5363fddea138ba9b20d2c7b75b3bc9b17d45a4a901";

struct fixture {
    char file[sizeof made_by_age / 2];
    size_t len;
    struct age_identities ids;
    struct buf out, again;
};

static struct fixture make(void)
{
    struct fixture f = {.len = sizeof made_by_age / 2};
    for (size_t i = 0; i < f.len; i++) {
        unsigned byte = 0;
        assert_int_equal(sscanf(made_by_age + 2 * i, "%2x", &byte), 1);
        f.file[i] = (char)byte;
    }
    assert_true(gw_ok(age_identities_read(SLICE_LIT("# said of it\n" IDENTITY "\n"), &f.ids)));
    buf_init(&f.out, 1 << 20);
    buf_init(&f.again, 1 << 20);
    return f;
}

static void drop(struct fixture *f)
{
    buf_free(&f->out);
    buf_free(&f->again);
}

static struct age_identities other_identity(struct age_recipient *r)
{
    struct age_identities other = {.count = 1};
    memset(other.at[0].at, 0x42, AGE_POINT);
    *r = age_recipient_of(&other.at[0]);
    return other;
}

static void other_keys_are_refused(void **state)
{
    struct age_recipient r;
    struct age_identities ids;
    (void)state;
    assert_false(gw_ok(age_recipient_read(SLICE_LIT(""), &r)));
    assert_false(gw_ok(age_recipient_read(SLICE_LIT(IDENTITY), &r)));
    assert_false(gw_ok(age_recipient_read(SLICE_LIT("ssh-ed25519 AAAA"), &r)));
    assert_false(gw_ok(age_identities_read(SLICE_LIT("# nothing\n"), &ids)));
    assert_false(gw_ok(age_identities_read(SLICE_LIT(RECIPIENT "\n"), &ids)));
    assert_false(gw_ok(age_identities_read(SLICE_LIT(IDENTITY "\nmore\n"), &ids)));
}

/* Neither cut nor changed anywhere; nobody else's key opens it. */
static void no_changed_byte_opens(void **state)
{
    struct fixture f = make();
    struct age_recipient r;
    struct age_identities other = other_identity(&r);
    (void)state;
    for (size_t i = 0; i < f.len; i++) {
        buf_clear(&f.out);
        f.file[i] ^= 1;
        assert_false(gw_ok(age_open(&f.ids, slice_of(f.file, f.len), &f.out)));
        f.file[i] ^= 1;
        assert_false(gw_ok(age_open(&f.ids, slice_of(f.file, i), &f.out)));
    }
    assert_int_equal(age_open(&other, slice_of(f.file, f.len), &f.out).code, GW_REFUSED);
    assert_int_equal(age_add(&other, slice_of(f.file, f.len), &r, 1, false, &f.out).code,
                     GW_REFUSED);
    assert_int_equal(f.out.len, 0);
    drop(&f);
}

static void a_point_that_hides_nothing_is_refused(void **state)
{
    struct fixture f = make();
    const struct age_recipient zero = {{0}};
    (void)state;
    assert_int_equal(age_seal(&zero, 1, SLICE_LIT(TEXT), &f.out).code, GW_REFUSED);
    assert_int_equal(age_seal(&zero, 0, SLICE_LIT(TEXT), &f.out).code, GW_TOO_BIG);
    drop(&f);
}

static void a_file_of_the_tool_opens(void **state)
{
    struct fixture f = make();
    struct age_recipient r, own;
    (void)state;
    assert_true(gw_ok(age_open(&f.ids, slice_of(f.file, f.len), &f.out)));
    assert_true(slice_is(buf_slice(&f.out), SLICE_LIT(TEXT)));
    own = age_recipient_of(&f.ids.at[0]);
    assert_true(gw_ok(age_recipient_read(SLICE_LIT(RECIPIENT), &r)));
    assert_memory_equal(&r, &own, sizeof r);
    buf_clear(&f.out);
    assert_true(gw_ok(age_recipient_write(&own, &f.out)));
    assert_true(slice_is(buf_slice(&f.out), SLICE_LIT(RECIPIENT)));
    drop(&f);
}

static void a_reviewer_joins_and_another_leaves(void **state)
{
    struct fixture f = make();
    struct age_recipient r;
    struct age_identities other = other_identity(&r);
    struct buf joined;
    (void)state;
    buf_init(&joined, 1 << 20);
    struct slice file = slice_of(f.file, f.len);
    assert_true(gw_ok(age_add(&f.ids, file, &r, 1, false, &joined)));
    assert_true(gw_ok(age_open(&other, buf_slice(&joined), &f.out)));
    assert_true(slice_is(buf_slice(&f.out), SLICE_LIT(TEXT)));
    assert_true(gw_ok(age_add(&other, buf_slice(&joined), &r, 1, true, &f.again)));
    buf_clear(&f.out);
    assert_int_equal(age_open(&f.ids, buf_slice(&f.again), &f.out).code, GW_REFUSED);
    assert_true(gw_ok(age_open(&other, buf_slice(&f.again), &f.out)));
    buf_free(&joined);
    drop(&f);
}

static void what_is_sealed_opens(void **state)
{
    struct fixture f = make();
    struct age_recipient both[2];
    struct age_identities other = other_identity(&both[0]);
    (void)state;
    both[1] = age_recipient_of(&f.ids.at[0]);
    assert_true(gw_ok(age_seal(both, 2, SLICE_LIT(TEXT), &f.again)));
    assert_true(gw_ok(age_open(&f.ids, buf_slice(&f.again), &f.out)));
    buf_clear(&f.out);
    assert_true(gw_ok(age_open(&other, buf_slice(&f.again), &f.out)));
    assert_true(slice_is(buf_slice(&f.out), SLICE_LIT(TEXT)));
    assert_int_equal(slice_find(buf_slice(&f.again), SLICE_LIT(TEXT)), SIZE_MAX);
    drop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_keys_are_refused),
        cmocka_unit_test(no_changed_byte_opens),
        cmocka_unit_test(a_point_that_hides_nothing_is_refused),
        cmocka_unit_test(a_file_of_the_tool_opens),
        cmocka_unit_test(a_reviewer_joins_and_another_leaves),
        cmocka_unit_test(what_is_sealed_opens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
