/* audit/event_ocsf.c - see event_ocsf.h. Field names and numbers are those of the OCSF 1.8.0
 * schema: tests/flow/ocsf-1.8.0.json says which, and test_export.py holds every event against it.
 */
#include "proxy/base/base.h"
#include "audit/event_ocsf.h"
#include "audit/jcs.h"

/* Of AUDIT: decision to OCSF's action and disposition. */
static const struct disposition {
    const char *decision, *action, *disposition;
    unsigned action_id, disposition_id;
} dispositions[] = {
    {"allow", "Allowed", "Allowed", 1, 1},           {"observe", "Observed", "Detected", 3, 15},
    {"redact", "Modified", "Corrected", 4, 11},      {"block", "Denied", "Blocked", 2, 2},
    {"elsewhere", "Allowed", "Custom Action", 1, 7}, {"error", "Unknown", "Error", 0, 27},
};

static const struct disposition *disposition_of(const struct event *e)
{
    struct slice dec = event_text(e, NULL, "dec");
    if (slice_is(dec, SLICE_LIT("allow")) && event_is_observed(e))
        dec = SLICE_LIT("observe");
    else if (slice_is(dec, SLICE_LIT("allow")) && event_value(e, "what", "by_class").len > 0)
        dec = SLICE_LIT("elsewhere"); /* its class chose where it was sent */
    size_t i = 0;
    while (i + 1 < GW_COUNT(dispositions) && !slice_is(dec, slice_str(dispositions[i].decision)))
        i++;
    return &dispositions[i];
}

static struct slice or_else(struct slice text, struct slice other)
{
    return text.len > 0 ? text : other;
}

/* An object of one member; none of nothing. */
static void put_one(struct wire *w, const char *key, const char *member, struct slice text)
{
    if (text.len == 0)
        return;
    wire_open(w, key, '{');
    wire_text(w, member, event_clear(text));
    wire_close(w);
}

static void put_person(struct wire *w, const struct event *e)
{
    wire_open(w, "actor", '{');
    wire_text(w, "app_name", event_clear(or_else(event_text(e, "who", "app"), SLICE_LIT("bulla"))));
    put_one(w, "user", "uid", event_text(e, "who", "sub_tok"));
    wire_close(w);
}

static void put_api(struct wire *w, const struct event *e)
{
    wire_open(w, "api", '{');
    wire_text(w, "operation",
              event_clear(or_else(event_text(e, "what", "op"), event_text(e, NULL, "type"))));
    put_one(w, "request", "uid", event_text(e, NULL, "xid"));
    uint64_t status = event_number(e, "use", "status", 0);
    if (status != 0) {
        wire_open(w, "response", '{');
        wire_u64(w, "code", status);
        event_put(w, "error",
                  slice_is(event_text(e, NULL, "out"), SLICE_LIT("ok"))
                      ? (struct slice){0}
                      : event_text(e, "err", "why"));
        wire_close(w);
    }
    put_one(w, "service", "name", SLICE_LIT("bulla"));
    wire_close(w);
}

static void put_message(struct wire *w, const struct event *e)
{
    uint64_t in = event_number(e, "use", "in", 0), out = event_number(e, "use", "out", 0);
    if (event_text(e, "who", "app").len + event_text(e, "what", "upstream").len == 0)
        return; /* one of the two is asked for */
    wire_open(w, "message_context", '{');
    put_one(w, "application", "name", event_text(e, "who", "app"));
    wire_u64(w, "completion_tokens", out);
    wire_u64(w, "prompt_tokens", in);
    put_one(w, "service", "name", event_text(e, "what", "upstream"));
    wire_u64(w, "total_tokens", in + out);
    event_put(w, "uid", event_text(e, "who", "conversation"));
    wire_close(w);
}

static void put_metadata(struct wire *w, const struct event *e)
{
    char id[EVENT_ID];
    event_id(e, id);
    wire_open(w, "metadata", '{');
    event_put(w, "correlation_uid", event_text(e, NULL, "xid"));
    wire_text(w, "log_name", clear_word(e->origin));
    wire_open(w, "product", '{');
    wire_text(w, "name", CLEAR_LIT("Bulla"));
    wire_text(w, "vendor_name", CLEAR_LIT("Bulla"));
    event_put(w, "version", event_text(e, NULL, "bld"));
    wire_close(w);
    if (event_is_exchange(e)) {
        wire_open(w, "profiles", '[');
        if (!e->is_finding) /* the class has no such profile */
            wire_text(w, NULL, CLEAR_LIT("ai_operation"));
        wire_text(w, NULL, CLEAR_LIT("security_control"));
        wire_close(w);
    }
    wire_u64(w, "sequence", e->frame->seq);
    wire_text(w, "uid", clear_word(id));
    wire_text(w, "version", CLEAR_LIT("1.8.0"));
    wire_close(w);
}

static void put_used(struct wire *w, const char *name, const struct event *e, const char *key)
{
    uint64_t n = event_number(e, "use", key, UINT64_MAX);
    if (n != UINT64_MAX)
        wire_put_u64(w, slice_str(name), n);
}

/* What OCSF has no field for, and the hash that ties the event to the log. */
static void put_unmapped(struct wire *w, const struct event *e)
{
    char hash[65];
    event_leaf_hash(e, hash);
    wire_open(w, "unmapped", '{');
    event_put(w, "agent_instance", event_text(e, "who", "agent_instance"));
    put_used(w, "cached_tokens", e, "cached");
    event_put(w, "checkpoint", e->head);
    event_put(w, "class", event_text(e, NULL, "cls"));
    put_used(w, "cost_micro", e, "cost_micro");
    event_put(w, "detectors", event_text(e, "find", "det_ver"));
    event_put_list(w, "entities", event_findings(e->frame), "ent");
    if (e->begin != NULL)
        event_put_list(w, "entities_asked", event_findings(e->begin), "ent");
    put_used(w, "gateway_us", e, "gw_us");
    event_put(w, "key", event_text(e, "who", "key"));
    if (e->head.len == 0)
        wire_text(w, "leaf_hash", clear_word(hash));
    event_put(w, "outcome", event_text(e, NULL, "out"));
    put_used(w, "reasoning_tokens", e, "reason");
    put_used(w, "retries", e, "retries");
    event_put(w, "route", event_text(e, "what", "route"));
    event_put_list(w, "rules", event_rules(e), NULL);
    event_put(w, "tenant", event_text(e, "who", "tenant"));
    if (event_value(e, "what", "tools").len > 0)
        event_put_list(w, "tools", event_value(e, "what", "tools"), NULL);
    event_put(w, "type", event_text(e, NULL, "type"));
    event_put(w, "upstream_certificate", event_text(e, "what", "up_cert_fp"));
    wire_close(w);
}

static void put_source(struct wire *w, const struct event *e)
{
    struct slice src = event_text(e, "net", "src");
    wire_open(w, "src_endpoint", '{');
    if (src.len > 0) {
        wire_text(w, "ip", event_clear(src));
        wire_u64(w, "port", event_number(e, "net", "port", 0));
    } else {
        wire_text(w, "name", event_clear(event_text(e, NULL, "node")));
    }
    wire_close(w);
}

static void put_destination(struct wire *w, const struct event *e)
{
    struct slice at = event_text(e, "what", "up_addr");
    if (at.len == 0)
        return;
    wire_open(w, "dst_endpoint", '{');
    wire_text(w, "ip", event_clear(at));
    event_put(w, "svc_name", event_text(e, "what", "upstream"));
    wire_close(w);
}

/* Addresses that a proxy in front of us named; what was none is a mark of ours. */
static void put_forwarded_for(struct wire *w, const struct event *e)
{
    struct slice list = event_value(e, "net", "xff"), item;
    bool any = false;
    while (gw_ok(jcs_item(&list, &item))) {
        if (item.len < 4) /* "?" */
            continue;
        if (!any)
            wire_open(w, "x_forwarded_for", '[');
        any = true;
        wire_text(w, NULL, event_clear(slice_cut(item, 1, item.len - 1)));
    }
    if (any)
        wire_close(w);
}

static void put_http(struct wire *w, const struct event *e)
{
    struct slice method = event_text(e, "net", "method");
    if (method.len == 0)
        return;
    wire_open(w, "http_request", '{');
    wire_text(w, "http_method", event_clear(method));
    event_put(w, "user_agent", event_text(e, "net", "ua"));
    put_forwarded_for(w, e);
    wire_close(w);
}

static void put_status(struct wire *w, const struct event *e)
{
    struct slice out = event_text(e, NULL, "out");
    bool good = slice_is(out, SLICE_LIT("ok")), none = out.len == 0;
    wire_text(w, "status", clear_word(none ? "Unknown" : good ? "Success" : "Failure"));
    event_put(w, "status_code", event_text(e, "err", "why"));
    wire_u64(w, "status_id", none ? 0 : good ? 1 : 2);
}

static void put_severity(struct wire *w, uint64_t id)
{
    wire_text(w, "severity", clear_word(event_severity(id)));
    wire_u64(w, "severity_id", id);
}

static void put_action(struct wire *w, const struct event *e)
{
    const struct disposition *d = disposition_of(e);
    wire_text(w, "action", clear_word(d->action));
    wire_u64(w, "action_id", d->action_id);
}

static void put_disposition(struct wire *w, const struct event *e)
{
    const struct disposition *d = disposition_of(e);
    wire_text(w, "disposition", clear_word(d->disposition));
    wire_u64(w, "disposition_id", d->disposition_id);
}

static void put_exchange(struct wire *w, const struct event *e)
{
    uint64_t ms = event_number(e, "use", "total_ms", UINT64_MAX);
    put_action(w, e);
    wire_u64(w, "activity_id", 99);
    wire_text(w, "activity_name", CLEAR_LIT("Inference"));
    put_person(w, e);
    wire_open(w, "ai_model", '{');
    wire_text(w, "ai_provider",
              event_clear(or_else(event_text(e, "what", "upstream"), SLICE_LIT("none"))));
    wire_text(w, "name",
              event_clear(or_else(event_text(e, "what", "model_req"), SLICE_LIT("unknown"))));
    event_put(w, "version", event_text(e, "what", "model_resp"));
    wire_close(w);
    put_api(w, e);
    wire_text(w, "category_name", CLEAR_LIT("Application Activity"));
    wire_u64(w, "category_uid", 6);
    wire_text(w, "class_name", CLEAR_LIT("API Activity"));
    wire_u64(w, "class_uid", 6003);
    put_disposition(w, e);
    put_destination(w, e);
    if (ms != UINT64_MAX)
        wire_u64(w, "duration", ms);
    put_http(w, e);
    put_message(w, e);
    put_metadata(w, e);
    put_one(w, "policy", "uid", event_text(e, NULL, "pol")); /* none: refused before it was asked */
    put_severity(w, event_number(e, NULL, "sev", 1));
    put_source(w, e);
    put_status(w, e);
    wire_u64(w, "time", event_time_ms(e));
    wire_text(w, "type_name", CLEAR_LIT("API Activity: Other"));
    wire_u64(w, "type_uid", 600399);
    put_unmapped(w, e);
}

/* The log about itself: Application Lifecycle. */
static void put_lifecycle(struct wire *w, const struct event *e)
{
    struct slice type = event_text(e, NULL, "type");
    bool start = slice_is(type, SLICE_LIT("log.start")),
         stop = slice_is(type, SLICE_LIT("log.stop"));
    unsigned activity = start ? 3 : stop ? 4 : 99;
    wire_u64(w, "activity_id", activity);
    wire_text(w, "activity_name",
              start  ? CLEAR_LIT("Start")
              : stop ? CLEAR_LIT("Stop")
                     : event_clear(type));
    wire_open(w, "app", '{');
    wire_text(w, "name", CLEAR_LIT("Bulla"));
    wire_text(w, "vendor_name", CLEAR_LIT("Bulla"));
    event_put(w, "version", event_text(e, NULL, "bld"));
    wire_close(w);
    wire_text(w, "category_name", CLEAR_LIT("Application Activity"));
    wire_u64(w, "category_uid", 6);
    wire_text(w, "class_name", CLEAR_LIT("Application Lifecycle"));
    wire_u64(w, "class_uid", 6002);
    put_metadata(w, e);
    put_severity(w, event_number(e, NULL, "sev", 1));
    put_status(w, e);
    wire_u64(w, "time", event_time_ms(e));
    wire_u64(w, "type_uid", 600200 + activity);
    put_unmapped(w, e);
}

static struct slice asked_findings(const struct event *e)
{
    return event_findings(e->begin != NULL ? e->begin : e->frame);
}

/* What found it: the first rule that acted; records do not name one that only observes; where there
 * is neither, the attack score. */
static void put_analytic(struct wire *w, const struct event *e)
{
    struct slice list = event_rules(e), rule = {NULL, 0};
    if (gw_ok(jcs_item(&list, &rule)) && rule.len > 2)
        rule = slice_cut(rule, 1, rule.len - 1);
    else if (event_is_observed(e))
        rule = SLICE_LIT("a rule that observes");
    bool has_rule = rule.len > 0;
    wire_open(w, "analytic", '{');
    wire_text(w, "name", event_clear(or_else(rule, SLICE_LIT("attack score"))));
    wire_text(w, "type", has_rule ? CLEAR_LIT("Rule") : CLEAR_LIT("Learning (ML/DL)"));
    wire_u64(w, "type_id", has_rule ? 1 : 4);
    wire_close(w);
}

static void put_finding_info(struct wire *w, const struct event *e)
{
    const struct event whole = {.origin = e->origin, .frame = e->frame};
    bool is_blocked = slice_is(event_text(e, NULL, "dec"), SLICE_LIT("block"));
    char id[EVENT_ID], of[EVENT_ID];
    event_id(e, id);
    event_id(&whole, of);
    wire_open(w, "finding_info", '{');
    put_analytic(w, e);
    wire_u64(w, "created_time", event_time_ms(e));
    wire_open(w, "related_events", '[');
    wire_open(w, NULL, '{');
    wire_text(w, "type_name", CLEAR_LIT("API Activity: Other"));
    wire_u64(w, "type_uid", 600399);
    wire_text(w, "uid", clear_word(of));
    wire_close(w);
    wire_close(w);
    wire_text(w, "title",
              is_blocked             ? CLEAR_LIT("Policy blocked an exchange with a model")
              : event_is_observed(e) ? CLEAR_LIT("A rule that observes found something")
                                     : CLEAR_LIT("An exchange with a model looked like an attack"));
    event_put_list(w, "types", asked_findings(e), "ent");
    wire_text(w, "uid", clear_word(id));
    wire_close(w);
}

/* The call that was looked at. */
static void put_evidence(struct wire *w, const struct event *e)
{
    wire_open(w, "evidences", '[');
    wire_open(w, NULL, '{');
    put_person(w, e);
    put_api(w, e);
    put_source(w, e);
    wire_close(w);
    wire_close(w);
}

static void put_model(struct wire *w, const struct event *e)
{
    struct slice model = event_text(e, "what", "model_req");
    if (model.len == 0)
        return;
    wire_open(w, "resources", '[');
    wire_open(w, NULL, '{');
    wire_text(w, "name", event_clear(model));
    wire_text(w, "type", CLEAR_LIT("AI model"));
    wire_close(w);
    wire_close(w);
}

static void put_finding(struct wire *w, const struct event *e)
{
    uint64_t sev = event_number(e, NULL, "sev", 1);
    put_action(w, e);
    wire_u64(w, "activity_id", 1);
    wire_text(w, "activity_name", CLEAR_LIT("Create"));
    wire_text(w, "category_name", CLEAR_LIT("Findings"));
    wire_u64(w, "category_uid", 2);
    wire_text(w, "class_name", CLEAR_LIT("Detection Finding"));
    wire_u64(w, "class_uid", 2004);
    put_disposition(w, e);
    put_evidence(w, e);
    put_finding_info(w, e);
    wire_bool(w, "is_alert", true);
    put_metadata(w, e);
    put_one(w, "policy", "uid", event_text(e, NULL, "pol")); /* none: refused before it was asked */
    put_model(w, e);
    put_severity(w, sev < 2 ? 2 : sev);
    wire_text(w, "status", CLEAR_LIT("New"));
    event_put(w, "status_code", event_text(e, "err", "why"));
    wire_u64(w, "status_id", 1);
    wire_u64(w, "time", event_time_ms(e));
    wire_text(w, "type_name", CLEAR_LIT("Detection Finding: Create"));
    wire_u64(w, "type_uid", 200401);
    put_unmapped(w, e);
}

gw_result event_ocsf_write(const struct event *e, struct buf *out)
{
    struct wire w;
    wire_init(&w, out);
    if (e->is_finding)
        put_finding(&w, e);
    else if (event_is_exchange(e))
        put_exchange(&w, e);
    else
        put_lifecycle(&w, e);
    return wire_end(&w);
}
