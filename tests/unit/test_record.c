/* tests/unit/test_record.c - audit/record.h: what a worker may send, and nothing else. */
#include "proxy/base/base.h"
#include "audit/record.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct audit_record sample(void)
{
    struct audit_record rec = {.type = RECORD_EXCHANGE_END,
                               .has_ref = true,
                               .ref = 41,
                               .out = "ok",
                               .dec = RECORD_REDACTED,
                               .sev = 1,
                               .cls = CLEAR_LIT("internal"),
                               .rules = {CLEAR_LIT("pii"), CLEAR_LIT("secrets")},
                               .rule_count = 2,
                               .gen = 3,
                               .leaves = 9,
                               .scanned = 8,
                               .exempt = 1};
    record_xid(1700000000000000, &(struct secret_pool){.left = 0}, rec.xid);
    rec.groups[GROUP_FIND] = SLICE_LIT("[{\"ent\":\"EMAIL\",\"len\":5}]");
    rec.groups[GROUP_WHO] = SLICE_LIT("{\"app\":\"hr\"}");
    return rec;
}

static bool encodes(const struct audit_record *rec)
{
    struct buf out;
    buf_init(&out, 2 * RECORD_MESSAGE_MAX);
    bool good = gw_ok(record_encode(rec, &out));
    buf_free(&out);
    return good;
}

/* What a worker may say; whether the auditor takes it. */
static bool is_taken(const struct audit_record *rec)
{
    struct buf out;
    struct audit_record got;
    buf_init(&out, 2 * RECORD_MESSAGE_MAX);
    bool good = gw_ok(record_encode(rec, &out)) && gw_ok(record_decode(buf_slice(&out), &got));
    buf_free(&out);
    return good;
}

static void bad_fields_are_refused(void **state)
{
    struct audit_record rec = sample();
    (void)state;
    assert_true(encodes(&rec));
    rec.type = RECORD_NONE;
    assert_false(encodes(&rec));
    rec = sample();
    rec.out = "maybe";
    assert_false(encodes(&rec));
    rec = sample();
    rec.xid[3] = 'X';
    assert_false(encodes(&rec));
    rec = sample();
    rec.cls = CLEAR_LIT("a\nb");
    assert_false(encodes(&rec));
    rec = sample();
    rec.groups[GROUP_ERR] = SLICE_LIT("{\"b\":1,\"a\":1}"); /* keys out of order */
    assert_false(is_taken(&rec));
    rec.groups[GROUP_ERR] = SLICE_LIT("{\"a\":1.5}");
    assert_false(is_taken(&rec));
    rec.groups[GROUP_ERR] = SLICE_LIT("{\"a\": 1}");
    assert_false(is_taken(&rec));
    rec.groups[GROUP_ERR] = SLICE_LIT("{\"a\":1}");
    assert_true(is_taken(&rec));
}

/* Every byte at every place: hex digits of the small kind, and the four lines between them. */
static void an_id_has_its_form_at_every_byte(void **state)
{
    const struct audit_record good = sample();
    (void)state;
    for (size_t at = 0; at < 36; at++) {
        bool is_line = at == 8 || at == 13 || at == 18 || at == 23;
        for (int c = 0; c < 256; c++) {
            struct audit_record rec = good;
            bool is_hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
            rec.xid[at] = (char)(unsigned char)c;
            assert_int_equal(encodes(&rec), is_line ? c == '-' : is_hex);
        }
    }
}

static void what_is_written_in_steps_is_the_same(void **state)
{
    struct audit_record rec = sample();
    struct buf whole, steps;
    (void)state;
    buf_init(&whole, RECORD_MESSAGE_MAX);
    buf_init(&steps, RECORD_MESSAGE_MAX);
    assert_true(gw_ok(record_encode(&rec, &whole)));
    assert_true(gw_ok(record_encode_head(&rec, &steps)));
    for (size_t i = 0; i < GROUP_COUNT; i++) {
        size_t opened = record_group_open(&steps);
        buf_put(&steps, rec.groups[i]);
        record_group_close(&steps, opened);
    }
    assert_true(gw_ok(record_is_whole(&steps)));
    assert_true(slice_is(buf_slice(&steps), buf_slice(&whole)));
    buf_free(&whole);
    buf_free(&steps);
}

static void steps_that_find_no_room_make_no_record(void **state)
{
    struct audit_record rec = sample();
    struct buf out;
    (void)state;
    buf_init(&out, 200);
    assert_true(gw_ok(record_encode_head(&rec, &out)));
    size_t opened = record_group_open(&out);
    for (int i = 0; i < 10; i++)
        buf_put(&out, SLICE_LIT("{\"why\":\"something longer\"}"));
    record_group_close(&out, opened);
    assert_int_equal(record_is_whole(&out).code, GW_TOO_BIG);
    buf_free(&out);
}

static void what_is_cut_or_longer_is_refused(void **state)
{
    struct audit_record rec = sample(), got;
    struct buf out;
    (void)state;
    buf_init(&out, RECORD_MESSAGE_MAX);
    assert_true(gw_ok(record_encode(&rec, &out)));
    for (size_t i = 0; i < buf_slice(&out).len; i++)
        assert_int_equal(record_decode(slice_cut(buf_slice(&out), 0, i), &got).code, GW_BAD);
    assert_true(gw_ok(buf_add_byte(&out, 0)));
    assert_int_equal(record_decode(buf_slice(&out), &got).code, GW_BAD);
    buf_free(&out);
}

static void a_record_comes_back_as_it_was(void **state)
{
    struct audit_record rec = sample(), got;
    struct buf out;
    (void)state;
    buf_init(&out, RECORD_MESSAGE_MAX);
    assert_true(gw_ok(record_encode(&rec, &out)));
    assert_true(gw_ok(record_decode(buf_slice(&out), &got)));
    assert_string_equal(got.xid, rec.xid);
    assert_int_equal(got.ref, 41);
    assert_string_equal(got.out, "ok");
    assert_int_equal(got.dec, RECORD_REDACTED);
    assert_int_equal(got.rule_count, 2);
    assert_true(slice_is(got.rules[1].s, SLICE_LIT("secrets")));
    assert_true(slice_is(got.groups[GROUP_FIND], rec.groups[GROUP_FIND]));
    assert_int_equal(got.scanned, 8);
    buf_free(&out);
}

static enum gw_code with_refs(enum record_type type, const uint64_t *seqs, size_t n, size_t cut)
{
    struct audit_record rec = {.type = type}, got;
    struct buf refs, out;
    buf_init(&refs, 1 << 16);
    buf_init(&out, 2 * RECORD_MESSAGE_MAX);
    for (size_t i = 0; i < n; i++)
        assert_true(gw_ok(record_ref_add(&refs, seqs[i])));
    rec.refs = slice_cut(buf_slice(&refs), 0, buf_slice(&refs).len - cut);
    gw_result r = record_encode(&rec, &out);
    if (gw_ok(r)) {
        r = record_decode(buf_slice(&out), &got);
        assert_int_equal(record_ref_count(&got), n);
        for (size_t i = 0; gw_ok(r) && i < n; i++)
            assert_int_equal(record_ref(&got, i), seqs[i]);
    }
    buf_free(&refs);
    buf_free(&out);
    return r.code;
}

static void references_rise_and_belong_to_few_records(void **state)
{
    static const uint64_t rising[] = {0, 7, UINT64_C(1) << 40}, twice[] = {7, 7}, falls[] = {7, 0},
                          large[] = {UINT64_C(1) << 53};
    (void)state;
    assert_int_equal(with_refs(RECORD_CASE_NOTE, rising, 3, 0), GW_BAD);
    assert_int_equal(with_refs(RECORD_ERASE, twice, 2, 0), GW_BAD);
    assert_int_equal(with_refs(RECORD_ERASE, falls, 2, 0), GW_BAD);
    assert_int_equal(with_refs(RECORD_ERASE, large, 1, 0), GW_BAD);
    assert_int_equal(with_refs(RECORD_ERASE, rising, 3, 1), GW_BAD);
    assert_int_equal(with_refs(RECORD_ERASE, rising, 3, 0), GW_OK);
    assert_int_equal(with_refs(RECORD_HOLD_SET, rising, 2, 0), GW_OK);
    assert_int_equal(with_refs(RECORD_CASE_NOTE, NULL, 0, 0), GW_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bad_fields_are_refused),
        cmocka_unit_test(an_id_has_its_form_at_every_byte),
        cmocka_unit_test(steps_that_find_no_room_make_no_record),
        cmocka_unit_test(what_is_written_in_steps_is_the_same),
        cmocka_unit_test(what_is_cut_or_longer_is_refused),
        cmocka_unit_test(a_record_comes_back_as_it_was),
        cmocka_unit_test(references_rise_and_belong_to_few_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
