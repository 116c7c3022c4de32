/* tests/unit/test_since.c - audit/since.h: what is in force, in memory and in a log of its own. */
#include "proxy/base/base.h"
#include "audit/since.h"
#include "audit/base64.h"
#include "audit/jcs.h"
#include "audit/show.h"
#include "tests/unit/log_rig.h"

static const struct clock real;

static struct audit_record change(enum record_type type, char letter, uint64_t gen)
{
    struct audit_record rec = {.type = type, .gen = gen};
    memset(rec.pol.at, letter, sizeof rec.pol.at);
    return rec;
}

static void what_says_nothing_changes_nothing(void **state)
{
    struct since s = {.policy = {.seq = 0}};
    struct audit_record rec = change(RECORD_POLICY_CHANGE, 0, 1);
    uint64_t seq = 99;
    (void)state;
    assert_false(since_is_known(&s, &rec, &seq)); /* no hash */
    since_note(&s, &rec, 7);
    rec = change(RECORD_EXCHANGE_BEGIN, 'a', 1);
    assert_false(since_is_known(&s, &rec, &seq));
    since_note(&s, &rec, 7);
    since_read(&s, SLICE_LIT("{\"seq\":7,\"type\":\"policy.change\"}"));
    since_read(&s, SLICE_LIT("{\"pol\":\"AAAA\",\"seq\":7,\"type\":\"policy.change\"}"));
    since_read(&s, SLICE_LIT("{\"pol\":\"YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=\",\"seq\":7,"
                             "\"type\":\"exchange.begin\"}"));
    rec = change(RECORD_POLICY_CHANGE, 'a', 1);
    assert_false(since_is_known(&s, &rec, &seq));
    assert_null(since_before(&s, &rec));
    assert_int_equal(seq, 99);
}

static void a_worker_that_was_replaced_is_not_heard(void **state)
{
    struct since s = {.policy = {.seq = 0}};
    struct audit_record newer = change(RECORD_POLICY_CHANGE, 'b', 2);
    struct audit_record older = change(RECORD_POLICY_CHANGE, 'a', 1);
    uint64_t seq = 0;
    (void)state;
    since_note(&s, &newer, 5);
    assert_true(since_is_known(&s, &older, &seq));
    assert_int_equal(seq, 5);
    older.gen = 3;
    assert_false(since_is_known(&s, &older, &seq));
    older.type = RECORD_CONFIG_CHANGE; /* the two go apart */
    older.gen = 1;
    assert_false(since_is_known(&s, &older, &seq));
}

static uint64_t append(struct audit_log *log, enum record_type type, char letter, uint64_t gen)
{
    struct audit_record rec = change(type, letter, gen);
    uint64_t seq;
    assert_true(gw_ok(audit_log_append(log, &rec, 1, &seq)));
    assert_true(gw_ok(audit_log_sync(log)));
    return seq;
}

/* The hash in that member of the record's leaf is of those letters; 0: there is none. */
static void assert_hash(uint64_t seq, const char *key, char letter)
{
    struct buf out;
    struct slice leaf, text;
    struct digest d, want;
    size_t len;
    buf_init(&out, SHOW_MAX);
    assert_true(gw_ok(show_record(dir, seq, &out)));
    struct slice all = buf_slice(&out);
    assert_true(gw_ok(jcs_find(all, "leaf", &leaf)) || (leaf = all).len > 0);
    gw_result r = jcs_text(leaf, key, &text);
    assert_int_equal(r.code, letter == 0 ? GW_NOT_FOUND : GW_OK);
    if (letter != 0) {
        memset(want.at, letter, sizeof want.at);
        assert_true(gw_ok(base64_read(text, d.at, sizeof d.at, &len)));
        assert_memory_equal(d.at, want.at, sizeof d.at);
    }
    buf_free(&out);
}

static void each_change_is_one_record_that_names_what_was_before(void **state)
{
    struct audit_log *log = rig_log(dir, &real, 0);
    (void)state;
    uint64_t first = append(log, RECORD_POLICY_CHANGE, 'a', 1);
    assert_int_equal(append(log, RECORD_POLICY_CHANGE, 'a', 1), first); /* a second thread */
    uint64_t config = append(log, RECORD_CONFIG_CHANGE, 'c', 1);
    assert_int_equal(config, first + 1);
    assert_int_equal(append(log, RECORD_CONFIG_CHANGE, 'c', 2), config); /* a reload */
    uint64_t second = append(log, RECORD_POLICY_CHANGE, 'b', 2);
    assert_int_equal(second, config + 1);
    assert_int_equal(append(log, RECORD_POLICY_CHANGE, 'a', 1), second); /* the old worker */
    audit_log_close(log);
    log = rig_log(dir, &real, 0); /* and after a restart all of that is still known */
    assert_int_equal(append(log, RECORD_POLICY_CHANGE, 'b', 1), second);
    assert_int_equal(append(log, RECORD_CONFIG_CHANGE, 'c', 1), config);
    uint64_t third = append(log, RECORD_CONFIG_CHANGE, 'd', 2);
    audit_log_close(log);
    assert_hash(first, "pol", 'a');
    assert_hash(first, "was", 0);
    assert_hash(second, "pol", 'b');
    assert_hash(second, "was", 'a');
    assert_hash(config, "cfg", 'c');
    assert_hash(config, "pol", 0);
    assert_hash(third, "cfg", 'd');
    assert_hash(third, "was", 'c');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_says_nothing_changes_nothing),
        cmocka_unit_test(a_worker_that_was_replaced_is_not_heard),
        cmocka_unit_test_setup_teardown(each_change_is_one_record_that_names_what_was_before,
                                        rig_memory, rig_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
