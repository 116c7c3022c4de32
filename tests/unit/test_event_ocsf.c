/* tests/unit/test_event_ocsf.c - a record as OCSF has it: audit/event_ocsf.h. Whether the names are
 * OCSF's is for tests/flow/test_export.py, which has the schema. */
#include "proxy/base/base.h"
#include "audit/event_ocsf.h"
#include "audit/jcs.h"
#include "tests/unit/frame_rig.h"

/* The event of `end` behind `begin` (NULL: none), as text. */
static void written(const struct audit_record *end, const struct audit_record *begin,
                    bool is_finding, struct buf *out)
{
    struct made_frame e = frame_of(end, 8), b = {.bytes = NULL};
    if (begin != NULL)
        b = frame_of(begin, 7);
    const struct event event = {.origin = "o/1",
                                .frame = &e.frame,
                                .begin = begin != NULL ? &b.frame : NULL,
                                .is_finding = is_finding};
    buf_clear(out);
    assert_true(gw_ok(event_ocsf_write(&event, out)));
    assert_true(gw_ok(jcs_check(buf_slice(out))));
    frame_drop(&e);
    if (begin != NULL)
        frame_drop(&b);
}

static bool has(const struct buf *out, const char *part)
{
    return slice_find(buf_slice(out), slice_str(part)) != SIZE_MAX;
}

static struct audit_record ended(enum record_decision dec, const char *out)
{
    return (struct audit_record){.type = RECORD_EXCHANGE_END, .dec = dec, .out = out, .sev = 1};
}

/* What is not known is not there: no zeros that look like facts. */
static void what_is_not_known_is_left_out(void **state)
{
    static const char *const absent[] = {
        "\"duration\"",     "\"response\"",       "\"message_context\"",
        "\"http_request\"", "\"dst_endpoint\"",   "\"policy\"",
        "\"user\"",         "\"cached_tokens\"",  "\"x_forwarded_for\"",
        "\"retries\"",      "\"entities_asked\"", "\"tools\"",
        "\"status_code\"",  "\"checkpoint\"",
    };
    const struct audit_record rec = ended(RECORD_ALLOWED, NULL);
    struct buf out;
    (void)state;
    buf_init(&out, EVENT_MAX);
    written(&rec, NULL, false, &out);
    for (size_t i = 0; i < GW_COUNT(absent); i++)
        if (has(&out, absent[i]))
            fail_msg("%s", absent[i]);
    assert_true(has(&out, "\"app_name\":\"bulla\"") && has(&out, "\"name\":\"n\"") &&
                has(&out, "\"ai_provider\":\"none\"") && has(&out, "\"name\":\"unknown\"") &&
                has(&out, "\"status\":\"Unknown\"") && has(&out, "\"status_id\":0"));
    buf_free(&out);
}

static void an_outcome_is_success_or_failure(void **state)
{
    struct audit_record rec = ended(RECORD_ERROR, "ok");
    struct buf out;
    (void)state;
    buf_init(&out, EVENT_MAX);
    rec.groups[GROUP_ERR] = SLICE_LIT("{\"why\":\"stall\"}");
    rec.groups[GROUP_USE] = SLICE_LIT("{\"status\":502}");
    written(&rec, NULL, false, &out);
    assert_true(has(&out, "\"status\":\"Success\"") && has(&out, "\"status_id\":1"));
    assert_true(has(&out, "\"response\":{\"code\":502}"));
    rec.out = "upstream_failed";
    written(&rec, NULL, false, &out);
    assert_true(has(&out, "\"status\":\"Failure\"") && has(&out, "\"status_id\":2"));
    assert_true(has(&out, "\"response\":{\"code\":502,\"error\":\"stall\"}"));
    buf_free(&out);
}

/* Addresses that were none, "?", are not told as addresses. */
static void only_addresses_are_forwarded_ones(void **state)
{
    static const struct {
        const char *net, *want;
    } cases[] = {
        {"{\"method\":\"POST\",\"xff\":[\"10.0.0.1\",\"?\",\"::1\"]}",
         "\"x_forwarded_for\":[\"10.0.0.1\",\"::1\"]"},
        {"{\"method\":\"POST\",\"xff\":[\"?\"]}", NULL},
        {"{\"method\":\"POST\",\"xff\":[]}", NULL},
        {"{\"method\":\"POST\",\"xff\":7}", NULL},
    };
    struct buf out;
    (void)state;
    buf_init(&out, EVENT_MAX);
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        struct audit_record rec = ended(RECORD_ALLOWED, "ok");
        rec.groups[GROUP_NET] = slice_str(cases[i].net);
        written(&rec, NULL, false, &out);
        assert_true(has(&out, "\"http_method\":\"POST\""));
        assert_true(has(&out, cases[i].want != NULL ? cases[i].want : "\"http_request\""));
        assert_int_equal(has(&out, "x_forwarded_for"), cases[i].want != NULL);
    }
    buf_free(&out);
}

static void a_finding_says_what_found_it(void **state)
{
    static const struct {
        enum record_decision dec;
        bool has_rule, is_observed;
        const char *analytic, *title;
    } cases[] = {
        {RECORD_BLOCKED, true, false, "{\"name\":\"pan\",\"type\":\"Rule\",\"type_id\":1}",
         "Policy blocked an exchange with a model"},
        {RECORD_ALLOWED, false, true,
         "{\"name\":\"a rule that observes\",\"type\":\"Rule\",\"type_id\":1}",
         "A rule that observes found something"},
        {RECORD_ALLOWED, false, false,
         "{\"name\":\"attack score\",\"type\":\"Learning (ML/DL)\",\"type_id\":4}",
         "An exchange with a model looked like an attack"},
    };
    struct buf out;
    (void)state;
    buf_init(&out, EVENT_MAX);
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        struct audit_record rec = ended(cases[i].dec, "ok"),
                            begin = {.type = RECORD_EXCHANGE_BEGIN};
        rec.sev = i == 0 ? 5 : 1;
        if (cases[i].has_rule)
            rec.rules[rec.rule_count++] = CLEAR_LIT("pan");
        if (cases[i].is_observed)
            begin.groups[GROUP_FIND] =
                SLICE_LIT("{\"count\":1,\"items\":[{\"ent\":\"IBAN_CODE\",\"obs\":true}]}");
        written(&rec, &begin, true, &out);
        assert_true(has(&out, cases[i].analytic) && has(&out, cases[i].title));
        assert_true(has(&out, i == 0 ? "\"severity_id\":5" : "\"severity_id\":2")); /* never less */
        assert_true(has(&out, "\"uid\":\"o/1#8\"") && has(&out, "\"uid\":\"o/1#finding-8\""));
        assert_false(has(&out, "ai_operation")); /* the class has no such profile */
    }
    buf_free(&out);
}

static void a_log_begins_ends_and_says_other_things(void **state)
{
    static const struct {
        enum record_type type;
        const char *activity, *name, *type_uid;
    } cases[] = {
        {RECORD_LOG_START, "\"activity_id\":3,", "\"Start\"", "\"type_uid\":600203"},
        {RECORD_LOG_STOP, "\"activity_id\":4,", "\"Stop\"", "\"type_uid\":600204"},
        {RECORD_ERASE, "\"activity_id\":99,", "\"activity_name\":\"erase\"", "\"type_uid\":600299"},
    };
    struct buf out;
    (void)state;
    buf_init(&out, EVENT_MAX);
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        const struct audit_record rec = {.type = cases[i].type};
        written(&rec, NULL, false, &out);
        assert_true(has(&out, cases[i].activity) && has(&out, cases[i].name) &&
                    has(&out, cases[i].type_uid));
        assert_false(has(&out, "security_control"));
    }
    buf_free(&out);
}

/* The hash ties a record to the log; a checkpoint is no record and has none. */
static void a_checkpoint_has_no_leaf(void **state)
{
    struct made_frame m = {.bytes = NULL};
    struct buf out;
    (void)state;
    buf_init(&m.leaf, 4096);
    buf_init(&m.groups, 16);
    buf_init(&out, EVENT_MAX);
    assert_true(gw_ok(event_head(9, 1000000, &m.leaf)));
    assert_true(gw_ok(frame_pack(&m, 9, 0)));
    const struct event e = {.origin = "o/1", .frame = &m.frame, .head = SLICE_LIT("o/1\n9\n")};
    assert_true(gw_ok(event_ocsf_write(&e, &out)));
    assert_true(has(&out, "\"checkpoint\":\"o/1\\n9\\n\"") && !has(&out, "leaf_hash"));
    assert_true(has(&out, "\"uid\":\"o/1#head-9\""));
    frame_drop(&m);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_known_is_left_out),
        cmocka_unit_test(an_outcome_is_success_or_failure),
        cmocka_unit_test(only_addresses_are_forwarded_ones),
        cmocka_unit_test(a_finding_says_what_found_it),
        cmocka_unit_test(a_log_begins_ends_and_says_other_things),
        cmocka_unit_test(a_checkpoint_has_no_leaf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
