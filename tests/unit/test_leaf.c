/* tests/unit/test_leaf.c - what stands in a leaf, and what must not: audit/leaf.h. */
#include "proxy/base/base.h"
#include "audit/jcs.h"
#include "audit/leaf.h"
#include "tests/unit/frame_rig.h"

/* The raw value of a key of the leaf, or "" */
static struct slice at(const struct made_frame *m, const char *key)
{
    struct slice value;
    return gw_ok(jcs_find(m->frame.leaf, key, &value)) ? value : SLICE_LIT("");
}

static void has(const struct made_frame *m, const char *key, const char *value)
{
    struct slice got = at(m, key);
    if (!slice_is(got, slice_str(value)))
        fail_msg("%s: %.*s", key, (int)got.len, got.at);
}

/* Every type, with and without its parts, is a leaf that its reader takes. */
static void a_leaf_of_every_type_is_read_back(void **state)
{
    (void)state;
    for (unsigned type = RECORD_NONE + 1; type < RECORD_TYPE_COUNT; type++) {
        struct audit_record rec = {.type = (enum record_type)type, .sev = 1};
        struct made_frame m = frame_of(&rec, type);
        assert_true(gw_ok(segment_check(&m.frame)));
        frame_drop(&m);
        memset(rec.pol.at, 7, sizeof rec.pol.at);
        for (size_t i = 0; i < GROUP_COUNT; i++)
            rec.groups[i] = SLICE_LIT("{}");
        rec.out = "ok";
        rec.has_ref = true;
        memcpy(rec.xid, "0190a1b2-c3d4-7e5f-8a6b-0123456789ab", 37);
        m = frame_of(&rec, type);
        assert_true(gw_ok(segment_check(&m.frame)));
        has(&m, at(&m, "cfg").len > 0 ? "cfg" : "pol",
            "\"BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\"");
        assert_int_equal(at(&m, "cfg").len > 0, type == RECORD_CONFIG_CHANGE);
        assert_int_equal(at(&m, "pol").len > 0, type != RECORD_CONFIG_CHANGE);
        frame_drop(&m);
    }
}

static void an_exchange_says_what_was_looked_at_and_decided(void **state)
{
    struct audit_record rec = {.type = RECORD_EXCHANGE_END,
                               .dec = RECORD_REDACTED,
                               .dur = RECORD_SYNC,
                               .cap = RECORD_CAPTURE_REDACTED,
                               .leaves = 9,
                               .scanned = 7,
                               .exempt = 2,
                               .cls = CLEAR_LIT("public"),
                               .rules = {CLEAR_LIT("a"), CLEAR_LIT("b")},
                               .rule_count = 2,
                               .has_ref = true,
                               .ref = 4,
                               .gen = 3};
    struct made_frame m = frame_of(&rec, 5);
    (void)state;
    has(&m, "cov", "{\"exempt\":2,\"leaves\":9,\"scanned\":7}");
    has(&m, "dec", "\"redact\"");
    has(&m, "dur", "\"sync\"");
    has(&m, "cap", "\"redacted\"");
    has(&m, "rules", "[\"a\",\"b\"]");
    has(&m, "ref", "[4]");
    has(&m, "gen", "3");
    has(&m, "seq", "5");
    has(&m, "v", "1");
    static const char *const absent[] = {"xid", "pol", "cfg",  "g",  "p",
                                         "ctr", "out", "vkey", "was"};
    for (size_t i = 0; i < GW_COUNT(absent); i++)
        assert_int_equal(at(&m, absent[i]).len, 0);
    frame_drop(&m);
    rec.type = RECORD_POLICY_CHANGE; /* no exchange: nothing was decided of any */
    m = frame_of(&rec, 5);
    static const char *const exchanges[] = {"cov", "dec", "dur", "cap", "cls", "rules"};
    for (size_t i = 0; i < GW_COUNT(exchanges); i++)
        assert_int_equal(at(&m, exchanges[i]).len, 0);
    frame_drop(&m);
}

/* A forgotten verdict is a block. */
static void nothing_said_is_a_block(void **state)
{
    const struct audit_record rec = {.type = RECORD_EXCHANGE_BLOCK};
    struct made_frame m = frame_of(&rec, 0);
    (void)state;
    has(&m, "dec", "\"block\"");
    has(&m, "dur", "\"strict\"");
    has(&m, "rules", "[]");
    frame_drop(&m);
}

static void what_a_group_says_stands_beside_the_leaf_alone(void **state)
{
    struct audit_record rec = {.type = RECORD_EXCHANGE_BLOCK};
    rec.groups[GROUP_WHO] = SLICE_LIT("{\"app\":\"the-app-of-ann\"}");
    struct made_frame a = frame_of(&rec, 1), b = frame_of(&rec, 1);
    (void)state;
    assert_int_equal(slice_find(a.frame.leaf, SLICE_LIT("the-app")), SIZE_MAX);
    assert_true(slice_find(a.frame.groups, SLICE_LIT("the-app")) != SIZE_MAX);
    /* salted: the same words twice are two digests */
    assert_false(slice_is(at(&a, "g"), at(&b, "g")));
    frame_drop(&a);
    frame_drop(&b);
}

static void several_refs_are_all_there(void **state)
{
    struct buf refs;
    struct audit_record rec = {.type = RECORD_ERASE, .has_ref = true, .ref = 2};
    (void)state;
    buf_init(&refs, 1000);
    assert_true(gw_ok(record_ref_add(&refs, 5)) && gw_ok(record_ref_add(&refs, 9)));
    rec.refs = buf_slice(&refs);
    struct made_frame m = frame_of(&rec, 10);
    has(&m, "ref", "[2,5,9]");
    frame_drop(&m);
    buf_free(&refs);
}

static void counters_keys_and_what_was_before_are_for_those_that_have_them(void **state)
{
    const struct leaf_counters counters = {{{"a", 1}, {"b", 2}}, 2}, none = {.count = 0};
    struct digest was;
    struct note_key key = {.name = "log.example", .kind = NOTE_TEXT};
    struct made_frame m = {.bytes = NULL};
    const struct leaf_stamp stamp = {.seq = 1, .was = &was, .next_key = &key};
    (void)state;
    memset(was.at, 1, sizeof was.at);
    for (size_t i = 0; i < 2; i++) {
        const struct audit_record rec = {.type = i == 0 ? RECORD_KEY_ROTATE : RECORD_LOG_START};
        assert_true(gw_ok(frame_leaf(&rec, stamp, i == 0 ? &counters : &none, &m)));
        assert_true(gw_ok(frame_pack(&m, 1, 0)) && gw_ok(segment_check(&m.frame)));
        has(&m, "ctr", i == 0 ? "{\"a\":1,\"b\":2}" : "{}");
        assert_true(at(&m, "was").len > 0);
        assert_int_equal(at(&m, "vkey").len > 0, i == 0);
        frame_drop(&m);
        m = (struct made_frame){.bytes = NULL};
    }
}

/* Lengths of leaves are two bytes in the tree's bundles. */
static void a_leaf_has_at_most_65535_bytes(void **state)
{
    static char cls[70000];
    (void)state;
    memset(cls, 'c', sizeof cls);
    const struct audit_record bare = {.type = RECORD_EXCHANGE_BLOCK};
    struct made_frame m = frame_of(&bare, 1);
    size_t room = UINT16_MAX - m.frame.leaf.len;
    frame_drop(&m);
    for (size_t n = room - 1; n <= room + 1; n++) {
        struct audit_record rec = {.type = RECORD_EXCHANGE_BLOCK, .cls = {slice_of(cls, n)}};
        m = (struct made_frame){.bytes = NULL};
        gw_result r = frame_leaf(&rec, (struct leaf_stamp){.seq = 1}, NULL, &m);
        assert_int_equal(r.code, n <= room ? GW_OK : GW_TOO_BIG);
        assert_true(gw_ok(r) || m.leaf.len > UINT16_MAX);
        frame_drop(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_leaf_of_every_type_is_read_back),
        cmocka_unit_test(an_exchange_says_what_was_looked_at_and_decided),
        cmocka_unit_test(nothing_said_is_a_block),
        cmocka_unit_test(what_a_group_says_stands_beside_the_leaf_alone),
        cmocka_unit_test(several_refs_are_all_there),
        cmocka_unit_test(counters_keys_and_what_was_before_are_for_those_that_have_them),
        cmocka_unit_test(a_leaf_has_at_most_65535_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
