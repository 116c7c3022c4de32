/* tests/unit/test_event_form.c - audit/event_form.h: what leaves in each form, and what does not.
 */
#include "proxy/base/base.h"
#include "audit/event_form.h"
#include "audit/jcs.h"
#include "tests/unit/event_rig.h"

static void begun_at(struct made *m, bool observed, struct slice what)
{
    struct audit_record rec = {.type = RECORD_EXCHANGE_BEGIN, .dec = RECORD_ALLOWED, .sev = 1};
    rec.groups[GROUP_WHO] = SLICE_LIT(
        "{\"app\":\"pay=1\",\"sub\":\"Ann Lee\",\"sub_tok\":\"5ab0c0de\",\"tenant\":\"t\"}");
    rec.groups[GROUP_WHAT] = what;
    rec.groups[GROUP_NET] = SLICE_LIT("{\"port\":4711,\"src\":\"10.0.0.9\"}");
    rec.groups[GROUP_FIND] =
        observed ? SLICE_LIT("{\"count\":1,\"items\":[{\"ent\":\"IBAN_CODE\",\"obs\":true}]}")
                 : SLICE_LIT("{\"count\":1,\"items\":[{\"ent\":\"IBAN_CODE\",\"obs\":false}]}");
    event_make(m, &rec, 7);
}

static void begun(struct made *m, bool observed)
{
    begun_at(m, observed,
             SLICE_LIT("{\"model_req\":\"gpt-4o\",\"op\":\"chat\",\"stream\":true,"
                       "\"upstream\":\"near\"}"));
}

static void ended(struct made *m, enum record_decision dec)
{
    struct audit_record rec = {
        .type = RECORD_EXCHANGE_END, .dec = dec, .sev = 3, .has_ref = true, .ref = 7, .out = "ok"};
    rec.rules[rec.rule_count++] = CLEAR_LIT("pan");
    rec.cls = CLEAR_LIT("restricted");
    rec.groups[GROUP_USE] = SLICE_LIT("{\"in\":11,\"out\":5,\"status\":200,\"total_ms\":42,"
                                      "\"ttfb_ms\":1017}");
    event_make(m, &rec, 8);
}

static bool has(const struct buf *text, const char *part)
{
    return slice_find(buf_slice(text), slice_str(part)) != SIZE_MAX;
}

static void written(const char *form, const struct event *e, struct buf *out)
{
    buf_clear(out);
    assert_non_null(event_form(form));
    assert_true(gw_ok(event_form(form)->write(e, out)));
    assert_int_equal(slice_find_byte(buf_slice(out), '\n'), SIZE_MAX);
}

static void a_person_leaves_as_a_pseudonym_alone(void **state)
{
    static const char *const forms[] = {"ocsf", "cef", "otlp", "leaf"};
    struct made begin, end;
    struct buf out;
    (void)state;
    begun(&begin, false);
    ended(&end, RECORD_ALLOWED);
    buf_init(&out, EVENT_MAX);
    struct event e = {.origin = "o/1", .frame = &end.frame, .begin = &begin.frame};
    for (size_t i = 0; i < GW_COUNT(forms); i++) {
        written(forms[i], &e, &out);
        assert_false(has(&out, "Ann Lee"));
    }
    for (size_t i = 0; i + 1 < GW_COUNT(forms); i++) { /* an end's leaf holds no disclosure */
        written(forms[i], &e, &out);
        assert_true(has(&out, "5ab0c0de"));
    }
    buf_free(&out);
    event_drop(&begin);
    event_drop(&end);
}

static void every_form_names_the_record_and_its_hash(void **state)
{
    static const char *const forms[] = {"ocsf", "cef", "otlp", "leaf"};
    char hash[65], id[EVENT_ID];
    struct made end;
    struct buf out;
    (void)state;
    ended(&end, RECORD_ALLOWED);
    buf_init(&out, EVENT_MAX);
    const struct event e = {.origin = "o/1", .frame = &end.frame};
    event_id(&e, id);
    event_leaf_hash(&e, hash);
    assert_string_equal(id, "o/1#8");
    for (size_t i = 0; i < GW_COUNT(forms); i++) {
        written(forms[i], &e, &out);
        assert_true(has(&out, id) && has(&out, hash) && has(&out, "leaf_hash"));
    }
    assert_null(event_form("yaml"));
    buf_free(&out);
    event_drop(&end);
}

static void decisions_have_ocsfs_numbers(void **state)
{
    static const struct {
        enum record_decision dec;
        bool observed;
        const char *action, *disposition;
    } rows[] = {{RECORD_ALLOWED, false, "\"action_id\":1,", "\"disposition_id\":1,"},
                {RECORD_ALLOWED, true, "\"action_id\":3,", "\"disposition_id\":15,"},
                {RECORD_REDACTED, false, "\"action_id\":4,", "\"disposition_id\":11,"},
                {RECORD_BLOCKED, false, "\"action_id\":2,", "\"disposition_id\":2,"},
                {RECORD_ERROR, false, "\"action_id\":0,", "\"disposition_id\":27,"}};
    struct buf out;
    (void)state;
    buf_init(&out, EVENT_MAX);
    for (size_t i = 0; i < GW_COUNT(rows); i++) {
        struct made begin, end;
        begun(&begin, rows[i].observed);
        ended(&end, rows[i].dec);
        const struct event e = {.origin = "o/1", .frame = &end.frame, .begin = &begin.frame};
        written("ocsf", &e, &out);
        assert_true(gw_ok(jcs_check(buf_slice(&out))));
        assert_true(has(&out, rows[i].action) && has(&out, rows[i].disposition));
        assert_true(has(&out, "\"class_uid\":6003") && has(&out, "\"activity_id\":99,") &&
                    has(&out, "\"type_uid\":600399,") && has(&out, "\"ip\":\"10.0.0.9\"") &&
                    has(&out, "\"service\":{\"name\":\"near\"},\"total_tokens\":16") &&
                    has(&out, "\"time\":1700000000123") &&
                    has(&out, "\"entities_asked\":[\"IBAN_CODE\"]"));
        event_drop(&begin);
        event_drop(&end);
    }
    buf_free(&out);
}

/* Its class chose where it went: that is something that was done. */
static void who_was_sent_elsewhere_has_a_number_of_its_own(void **state)
{
    struct made begin, end;
    struct buf out;
    (void)state;
    begun_at(
        &begin, false,
        SLICE_LIT("{\"by_class\":true,\"model_req\":\"m\",\"op\":\"chat\",\"upstream\":\"near\"}"));
    buf_init(&out, EVENT_MAX);
    for (int i = 0; i < 2; i++) {
        ended(&end, i == 0 ? RECORD_ALLOWED : RECORD_REDACTED);
        const struct event e = {.origin = "o/1", .frame = &end.frame, .begin = &begin.frame};
        written("ocsf", &e, &out);
        assert_true(has(&out, i == 0 ? "\"action_id\":1," : "\"action_id\":4,"));
        assert_true(has(&out, i == 0 ? "\"disposition_id\":7," : "\"disposition_id\":11,"));
        event_drop(&end);
    }
    buf_free(&out);
    event_drop(&begin);
}

static void otlp_has_seconds_and_truths(void **state)
{
    struct made begin, end;
    struct buf out;
    (void)state;
    begun(&begin, false);
    ended(&end, RECORD_ALLOWED);
    buf_init(&out, EVENT_MAX);
    const struct event e = {.origin = "o/1", .frame = &end.frame, .begin = &begin.frame};
    written("otlp", &e, &out);
    assert_true(has(&out, "{\"key\":\"gen_ai.response.time_to_first_chunk\",\"value\":{"
                          "\"doubleValue\":\"1.017\"}}"));
    assert_true(has(&out, "{\"key\":\"gen_ai.request.stream\",\"value\":{\"boolValue\":true}}"));
    buf_free(&out);
    event_drop(&begin);
    event_drop(&end);
}

static void cef_escapes_its_marks(void **state)
{
    struct made begin, end;
    struct buf out;
    (void)state;
    begun(&begin, false);
    ended(&end, RECORD_BLOCKED);
    buf_init(&out, EVENT_MAX);
    const struct event e = {.origin = "o/1", .frame = &end.frame, .begin = &begin.frame};
    written("cef", &e, &out);
    assert_true(
        slice_has_prefix(buf_slice(&out), SLICE_LIT("CEF:0|Bulla|Bulla|b\\|1|exchange.end|LLM "
                                                    "exchange|5|externalId=o/1#8 rt=")));
    assert_true(has(&out, " sourceServiceName=pay\\=1 ") && has(&out, " act=block ") &&
                has(&out, " cs1Label=rules cs1=pan "));
    buf_free(&out);
    event_drop(&begin);
    event_drop(&end);
}

static void what_the_log_says_of_itself_is_no_exchange(void **state)
{
    struct audit_record rec = {.type = RECORD_LOG_START};
    struct made start;
    struct buf out;
    (void)state;
    event_make(&start, &rec, 0);
    buf_init(&out, EVENT_MAX);
    const struct event e = {.origin = "o/1", .frame = &start.frame};
    written("ocsf", &e, &out);
    assert_false(has(&out, "src_endpoint")); /* the class has none */
    assert_true(has(&out, "\"class_uid\":6002") && has(&out, "\"activity_id\":3") &&
                has(&out, "\"type_uid\":600203"));
    written("otlp", &e, &out);
    assert_false(has(&out, "gen_ai."));
    assert_true(has(&out, "\"severityNumber\":9,")); /* 0 would be none */
    buf_free(&out);
    event_drop(&start);
}

/* A finding is an event of what somebody should look at, under another name than the record's. */
static void what_was_found_is_an_event_of_its_own(void **state)
{
    static const struct {
        enum record_decision dec;
        bool observed, is_found;
    } rows[] = {{RECORD_ALLOWED, false, false},
                {RECORD_REDACTED, false, false},
                {RECORD_ERROR, false, false},
                {RECORD_BLOCKED, false, true},
                {RECORD_ALLOWED, true, true}};
    struct buf out;
    (void)state;
    buf_init(&out, EVENT_MAX);
    for (size_t i = 0; i < GW_COUNT(rows); i++) {
        struct made begin, end;
        begun(&begin, rows[i].observed);
        ended(&end, rows[i].dec);
        struct event e = {.origin = "o/1", .frame = &begin.frame};
        assert_false(event_has_finding(&e)); /* what began is not over */
        e = (struct event){.origin = "o/1", .frame = &end.frame, .begin = &begin.frame};
        assert_true(event_has_finding(&e) == rows[i].is_found);
        e.is_finding = true;
        written("ocsf", &e, &out);
        assert_true(gw_ok(jcs_check(buf_slice(&out))));
        assert_true(has(&out, "\"type_uid\":200401") && has(&out, "\"activity_id\":1,") &&
                    has(&out, "\"uid\":\"o/1#finding-8\"") &&
                    has(&out, "\"analytic\":{\"name\":\"pan\"") &&
                    has(&out, "\"types\":[\"IBAN_CODE\"]") && has(&out, "\"severity_id\":3,"));
        assert_false(has(&out, "Ann Lee"));
        event_drop(&begin);
        event_drop(&end);
    }
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_person_leaves_as_a_pseudonym_alone),
        cmocka_unit_test(every_form_names_the_record_and_its_hash),
        cmocka_unit_test(decisions_have_ocsfs_numbers),
        cmocka_unit_test(who_was_sent_elsewhere_has_a_number_of_its_own),
        cmocka_unit_test(otlp_has_seconds_and_truths),
        cmocka_unit_test(cef_escapes_its_marks),
        cmocka_unit_test(what_the_log_says_of_itself_is_no_exchange),
        cmocka_unit_test(what_was_found_is_an_event_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
