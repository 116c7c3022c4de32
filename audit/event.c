/* audit/event.c - see event.h. Field names are those of the OCSF 1.8.0 schema, class 6003 with the
 * profiles ai_operation and security_control, of CEF revision 25, and of OpenTelemetry's gen_ai.*
 * conventions, v1.41. */
#include "proxy/base/base.h"
#include "audit/event.h"
#include "audit/facet.h"
#include "audit/jcs.h"
#include "audit/tree.h"
#include "audit/wire.h"
#include "proxy/base/clock.h"
#include "proxy/base/secret.h"

enum { RULES = 40 };

static struct slice find_text(const struct segment_frame *frame, const char *group, const char *key)
{
    struct slice text = {0}, rest = frame->groups;
    struct segment_group g;
    if (group == NULL)
        return gw_ok(jcs_text(frame->leaf, key, &text)) ? text : (struct slice){0};
    while (gw_ok(segment_group_next(&rest, &g)))
        if (slice_is(g.name, slice_str(group)) && gw_ok(jcs_text(g.text, key, &text)))
            return text;
    return (struct slice){0};
}

struct slice event_text(const struct event *e, const char *group, const char *key)
{
    struct slice text = find_text(e->frame, group, key);
    return text.len > 0 || e->begin == NULL || group == NULL ? text
                                                             : find_text(e->begin, group, key);
}

static bool find_number(const struct segment_frame *frame, const char *group, const char *key,
                        uint64_t *n)
{
    struct slice rest = frame->groups;
    struct segment_group g;
    if (group == NULL)
        return gw_ok(jcs_u64(frame->leaf, key, n));
    while (gw_ok(segment_group_next(&rest, &g)))
        if (slice_is(g.name, slice_str(group)) && gw_ok(jcs_u64(g.text, key, n)))
            return true;
    return false;
}

uint64_t event_number(const struct event *e, const char *group, const char *key, uint64_t other)
{
    uint64_t n;
    if (find_number(e->frame, group, key, &n))
        return n;
    return e->begin != NULL && group != NULL && find_number(e->begin, group, key, &n) ? n : other;
}

void event_id(const struct event *e, char out[EVENT_ID])
{
    snprintf(out, EVENT_ID, "%s#%s%llu", e->origin, e->head.len > 0 ? "head-" : "",
             (unsigned long long)e->frame->seq);
}

gw_result event_head(uint64_t size, int64_t wall_us, struct buf *leaf)
{
    struct wire w;
    char t[28];
    clock_rfc3339(wall_us, t);
    wire_init(&w, leaf);
    wire_u64(&w, "seq", size);
    wire_u64(&w, "sev", 1);
    wire_text(&w, "t", clear_word(t));
    wire_text(&w, "type", CLEAR_LIT("log.checkpoint"));
    wire_u64(&w, "v", 1);
    return wire_end(&w);
}

void event_leaf_hash(const struct event *e, char out[65])
{
    struct digest d = tree_leaf(e->frame->leaf);
    secret_hex(d.at, sizeof d.at, out);
}

/* What the log holds is cleared already. */
static struct clear held(struct slice s)
{
    return (struct clear){s};
}

static void put(struct wire *w, const char *key, struct slice text)
{
    if (text.len > 0)
        wire_text(w, key, held(text));
}

static uint64_t time_ms(const struct event *e)
{
    return (uint64_t)facet_time_us(event_text(e, NULL, "t")) / 1000;
}

static bool is_exchange(const struct event *e)
{
    return slice_has_prefix(event_text(e, NULL, "type"), SLICE_LIT("exchange."));
}

/* A list of texts of the leaf, or of one key of the findings, each once. */
static void put_list(struct wire *w, const char *name, struct slice list, const char *key)
{
    struct slice item, value, seen[RULES];
    size_t n = 0;
    wire_open(w, name, '[');
    while (n < RULES && gw_ok(jcs_item(&list, &item))) {
        if (key == NULL ? item.len < 2 : !gw_ok(jcs_find(item, key, &value)))
            continue;
        value = key == NULL ? item : value;
        size_t k = 0;
        while (k < n && !slice_is(seen[k], value))
            k++;
        if (k < n || value.len < 2 || value.at[0] != '"')
            continue;
        seen[n++] = value;
        wire_text(w, NULL, held(slice_cut(value, 1, value.len - 1)));
    }
    wire_close(w);
}

static struct slice findings(const struct segment_frame *frame)
{
    struct slice rest = frame->groups, items;
    struct segment_group g;
    while (gw_ok(segment_group_next(&rest, &g)))
        if (slice_is(g.name, SLICE_LIT("find")) && gw_ok(jcs_find(g.text, "items", &items)))
            return items;
    return (struct slice){0};
}

static struct slice rules(const struct event *e)
{
    struct slice list = {0};
    return gw_ok(jcs_find(e->frame->leaf, "rules", &list)) ? list : (struct slice){0};
}

/* Only rules that observe acted: a finding says so of each. */
static bool is_observed(const struct event *e)
{
    struct slice list = findings(e->begin != NULL ? e->begin : e->frame);
    return slice_find(list, SLICE_LIT("\"obs\":true")) != SIZE_MAX;
}

/* Of AUDIT: decision to OCSF's action and disposition. */
static const struct disposition {
    const char *decision, *action, *disposition;
    unsigned action_id, disposition_id;
} dispositions[] = {
    {"allow", "Allowed", "Allowed", 1, 1},      {"observe", "Observed", "Detected", 3, 15},
    {"redact", "Modified", "Corrected", 4, 11}, {"block", "Denied", "Blocked", 2, 2},
    {"error", "Unknown", "Error", 0, 27},
};

static const struct disposition *disposition_of(const struct event *e)
{
    struct slice dec = event_text(e, NULL, "dec");
    if (slice_is(dec, SLICE_LIT("allow")) && is_observed(e))
        dec = SLICE_LIT("observe");
    size_t i = 0;
    while (i + 1 < GW_COUNT(dispositions) && !slice_is(dec, slice_str(dispositions[i].decision)))
        i++;
    return &dispositions[i];
}

static const char *severity_word(uint64_t id)
{
    static const char *const words[] = {"Unknown", "Informational", "Low",  "Medium",
                                        "High",    "Critical",      "Fatal"};
    return id < GW_COUNT(words) ? words[id] : words[0];
}

static void put_person(struct wire *w, const struct event *e)
{
    wire_open(w, "actor", '{');
    wire_text(w, "app_name",
              held(event_text(e, "who", "app").len > 0 ? event_text(e, "who", "app")
                                                       : SLICE_LIT("bulla")));
    struct slice sub = e->names_person ? event_text(e, "who", "sub") : (struct slice){NULL, 0};
    sub = sub.len > 0 ? sub : event_text(e, "who", "sub_tok");
    if (sub.len > 0) {
        wire_open(w, "user", '{');
        wire_text(w, "uid", held(sub));
        wire_close(w);
    }
    wire_close(w);
}

static void put_api(struct wire *w, const struct event *e)
{
    wire_open(w, "api", '{');
    wire_text(w, "operation",
              held(event_text(e, "what", "op").len > 0 ? event_text(e, "what", "op")
                                                       : event_text(e, NULL, "type")));
    struct slice xid = event_text(e, NULL, "xid"), why = event_text(e, "err", "why");
    if (xid.len > 0) {
        wire_open(w, "request", '{');
        wire_text(w, "uid", held(xid));
        wire_close(w);
    }
    uint64_t status = event_number(e, "use", "status", 0);
    if (status != 0) {
        wire_open(w, "response", '{');
        wire_u64(w, "code", status);
        put(w, "error",
            slice_is(event_text(e, NULL, "out"), SLICE_LIT("ok")) ? (struct slice){0} : why);
        wire_close(w);
    }
    wire_open(w, "service", '{');
    wire_text(w, "name", CLEAR_LIT("bulla"));
    wire_close(w);
    wire_close(w);
}

static void put_named(struct wire *w, const char *key, struct slice name)
{
    if (name.len == 0)
        return;
    wire_open(w, key, '{');
    wire_text(w, "name", held(name));
    wire_close(w);
}

static void put_message(struct wire *w, const struct event *e)
{
    uint64_t in = event_number(e, "use", "in", 0), out = event_number(e, "use", "out", 0);
    if (event_text(e, "who", "app").len + event_text(e, "what", "upstream").len == 0)
        return; /* one of the two is asked for */
    wire_open(w, "message_context", '{');
    put_named(w, "application", event_text(e, "who", "app"));
    wire_u64(w, "completion_tokens", out);
    wire_u64(w, "prompt_tokens", in);
    put_named(w, "service", event_text(e, "what", "upstream"));
    wire_u64(w, "total_tokens", in + out);
    put(w, "uid", event_text(e, "who", "conversation"));
    wire_close(w);
}

static void put_metadata(struct wire *w, const struct event *e)
{
    char id[EVENT_ID];
    event_id(e, id);
    wire_open(w, "metadata", '{');
    put(w, "correlation_uid", event_text(e, NULL, "xid"));
    wire_text(w, "log_name", clear_word(e->origin));
    wire_open(w, "product", '{');
    wire_text(w, "name", CLEAR_LIT("Bulla"));
    wire_text(w, "vendor_name", CLEAR_LIT("Bulla"));
    put(w, "version", event_text(e, NULL, "bld"));
    wire_close(w);
    if (is_exchange(e)) {
        wire_open(w, "profiles", '[');
        wire_text(w, NULL, CLEAR_LIT("ai_operation"));
        wire_text(w, NULL, CLEAR_LIT("security_control"));
        wire_close(w);
    }
    wire_u64(w, "sequence", e->frame->seq);
    wire_text(w, "uid", clear_word(id));
    wire_text(w, "version", CLEAR_LIT("1.8.0"));
    wire_close(w);
}

/* What OCSF has no field for, and the hash that ties the event to the log. */
static void put_unmapped(struct wire *w, const struct event *e)
{
    char hash[65];
    event_leaf_hash(e, hash);
    wire_open(w, "unmapped", '{');
    put(w, "checkpoint", e->head);
    put(w, "class", event_text(e, NULL, "cls"));
    put_list(w, "entities", findings(e->frame), "ent");
    if (e->begin != NULL)
        put_list(w, "entities_asked", findings(e->begin), "ent");
    if (e->head.len == 0)
        wire_text(w, "leaf_hash", clear_word(hash));
    put(w, "outcome", event_text(e, NULL, "out"));
    put_list(w, "rules", rules(e), NULL);
    put(w, "tenant", event_text(e, "who", "tenant"));
    put(w, "type", event_text(e, NULL, "type"));
    wire_close(w);
}

static void put_source(struct wire *w, const struct event *e)
{
    struct slice src = event_text(e, "net", "src");
    wire_open(w, "src_endpoint", '{');
    if (src.len > 0) {
        wire_text(w, "ip", held(src));
        wire_u64(w, "port", event_number(e, "net", "port", 0));
    } else {
        wire_text(w, "name", held(event_text(e, NULL, "node")));
    }
    wire_close(w);
}

static void put_status(struct wire *w, const struct event *e)
{
    struct slice out = event_text(e, NULL, "out");
    bool good = slice_is(out, SLICE_LIT("ok")), none = out.len == 0;
    uint64_t sev = event_number(e, NULL, "sev", 1);
    wire_text(w, "severity", clear_word(severity_word(sev)));
    wire_u64(w, "severity_id", sev);
    if (is_exchange(e))
        put_source(w, e);
    wire_text(w, "status", clear_word(none ? "Unknown" : good ? "Success" : "Failure"));
    put(w, "status_code", event_text(e, "err", "why"));
    wire_u64(w, "status_id", none ? 0 : good ? 1 : 2);
}

static void put_exchange(struct wire *w, const struct event *e)
{
    const struct disposition *d = disposition_of(e);
    uint64_t ms = event_number(e, "use", "total_ms", UINT64_MAX);
    wire_text(w, "action", clear_word(d->action));
    wire_u64(w, "action_id", d->action_id);
    wire_u64(w, "activity_id", 99);
    wire_text(w, "activity_name", CLEAR_LIT("Inference"));
    put_person(w, e);
    wire_open(w, "ai_model", '{');
    wire_text(w, "ai_provider",
              held(event_text(e, "what", "upstream").len > 0 ? event_text(e, "what", "upstream")
                                                             : SLICE_LIT("none")));
    wire_text(w, "name",
              held(event_text(e, "what", "model_req").len > 0 ? event_text(e, "what", "model_req")
                                                              : SLICE_LIT("unknown")));
    wire_close(w);
    put_api(w, e);
    wire_text(w, "category_name", CLEAR_LIT("Application Activity"));
    wire_u64(w, "category_uid", 6);
    wire_text(w, "class_name", CLEAR_LIT("API Activity"));
    wire_u64(w, "class_uid", 6003);
    wire_text(w, "disposition", clear_word(d->disposition));
    wire_u64(w, "disposition_id", d->disposition_id);
    if (ms != UINT64_MAX)
        wire_u64(w, "duration", ms);
    put_message(w, e);
    put_metadata(w, e);
    wire_open(w, "policy", '{');
    put(w, "uid", event_text(e, NULL, "pol"));
    wire_close(w);
    put_status(w, e);
    wire_u64(w, "time", time_ms(e));
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
                     : held(type));
    wire_open(w, "app", '{');
    wire_text(w, "name", CLEAR_LIT("Bulla"));
    wire_text(w, "vendor_name", CLEAR_LIT("Bulla"));
    put(w, "version", event_text(e, NULL, "bld"));
    wire_close(w);
    wire_text(w, "category_name", CLEAR_LIT("Application Activity"));
    wire_u64(w, "category_uid", 6);
    wire_text(w, "class_name", CLEAR_LIT("Application Lifecycle"));
    wire_u64(w, "class_uid", 6002);
    put_metadata(w, e);
    put_status(w, e);
    wire_u64(w, "time", time_ms(e));
    wire_u64(w, "type_uid", 600200 + activity);
    put_unmapped(w, e);
}

static gw_result write_ocsf(const struct event *e, struct buf *out)
{
    struct wire w;
    wire_init(&w, out);
    if (is_exchange(e))
        put_exchange(&w, e);
    else
        put_lifecycle(&w, e);
    return wire_end(&w);
}

static gw_result write_leaf(const struct event *e, struct buf *out)
{
    char id[EVENT_ID], hash[65];
    event_id(e, id);
    event_leaf_hash(e, hash);
    if (e->head.len > 0) {
        struct wire w;
        wire_init(&w, out);
        put(&w, "checkpoint", e->head);
        wire_text(&w, "id", clear_word(id));
        return wire_end(&w);
    }
    buf_put_str(out, "{\"id\":\"");
    buf_put_str(out, id);
    buf_put_str(out, "\",\"leaf\":");
    buf_put(out, e->frame->leaf);
    buf_put_str(out, ",\"leaf_hash\":\"");
    buf_put_str(out, hash);
    buf_put_str(out, "\"}");
    return buf_result(out);
}

/* CEF: in the head `|` and `\` are escaped, in the extension `=` and `\`. */
static void put_cef(struct buf *out, struct slice text, char mark)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == mark || text.at[i] == '\\')
            buf_put_str(out, "\\");
        if (text.at[i] == '\n')
            buf_put_str(out, "\\n");
        else
            buf_put(out, slice_cut(text, i, i + 1));
    }
}

static void put_cef_field(struct buf *out, const char *key, struct slice text)
{
    if (text.len == 0)
        return;
    buf_put_str(out, " ");
    buf_put_str(out, key);
    buf_put_str(out, "=");
    put_cef(out, text, '=');
}

static void put_cef_number(struct buf *out, const char *key, uint64_t n)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    put_cef_field(out, key, slice_of(digits, (size_t)len));
}

/* "a,b" of a JSON list of plain texts. */
static void put_cef_rules(const struct event *e, struct buf *out)
{
    struct slice list = rules(e), item;
    bool any = false;
    while (gw_ok(jcs_item(&list, &item)) && item.len > 2) {
        buf_put_str(out, any ? "," : " cs1Label=rules cs1=");
        put_cef(out, slice_cut(item, 1, item.len - 1), '=');
        any = true;
    }
}

static gw_result write_cef(const struct event *e, struct buf *out)
{
    static const unsigned severities[] = {0, 1, 3, 5, 7, 9, 10}; /* OCSF's to CEF's */
    char id[EVENT_ID], hash[65];
    uint64_t sev = event_number(e, NULL, "sev", 1);
    event_id(e, id);
    event_leaf_hash(e, hash);
    buf_put_str(out, "CEF:0|Bulla|Bulla|");
    put_cef(out, event_text(e, NULL, "bld"), '|');
    buf_put_str(out, "|");
    put_cef(out, event_text(e, NULL, "type"), '|');
    buf_put_str(out, is_exchange(e) ? "|LLM exchange|" : "|audit log|");
    buf_put_u64(out, severities[sev < GW_COUNT(severities) ? sev : 0]);
    buf_put_str(out, "|externalId=");
    put_cef(out, slice_str(id), '=');
    put_cef_number(out, "rt", time_ms(e));
    if (is_exchange(e))
        put_cef_field(out, "act", event_text(e, NULL, "dec"));
    put_cef_field(out, "outcome", event_text(e, NULL, "out"));
    put_cef_field(out, "reason", event_text(e, "err", "why"));
    put_cef_field(out, "src", event_text(e, "net", "src"));
    if (event_text(e, "net", "src").len > 0)
        put_cef_number(out, "spt", event_number(e, "net", "port", 0));
    put_cef_field(out, "requestMethod", event_text(e, "net", "method"));
    put_cef_field(out, "request", event_text(e, "net", "path"));
    put_cef_field(out, "sourceServiceName", event_text(e, "who", "app"));
    put_cef_field(out, "destinationServiceName", event_text(e, "what", "upstream"));
    if (e->names_person)
        put_cef_field(out, "suser", event_text(e, "who", "sub"));
    put_cef_rules(e, out);
    const struct {
        const char *label, *key;
        struct slice text;
    } more[] = {
        {" cs2Label=class", "cs2", event_text(e, NULL, "cls")},
        {" cs3Label=model", "cs3", event_text(e, "what", "model_req")},
        {" cs4Label=exchange", "cs4", event_text(e, NULL, "xid")},
        {" cs5Label=leaf_hash", "cs5", e->head.len > 0 ? (struct slice){0} : slice_str(hash)},
        {" cs5Label=checkpoint", "cs5", e->head},
        {" cs6Label=policy", "cs6", event_text(e, NULL, "pol")}};
    for (size_t i = 0; i < GW_COUNT(more); i++) {
        if (more[i].text.len == 0)
            continue;
        buf_put_str(out, more[i].label);
        put_cef_field(out, more[i].key, more[i].text);
    }
    return buf_result(out);
}

/* An attribute of an OTLP record. Keys there are sorted: "key", "value". */
static void put_attribute(struct wire *w, const char *name, struct slice text)
{
    if (text.len == 0)
        return;
    wire_open(w, NULL, '{');
    wire_text(w, "key", clear_word(name));
    wire_open(w, "value", '{');
    wire_text(w, "stringValue", held(text));
    wire_close(w);
    wire_close(w);
}

/* 64-bit numbers are strings in OTLP's JSON. */
static void put_otlp_number(struct wire *w, const char *name, uint64_t n)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    if (n == UINT64_MAX)
        return;
    wire_open(w, NULL, '{');
    wire_text(w, "key", clear_word(name));
    wire_open(w, "value", '{');
    wire_text(w, "intValue", clear_word(digits));
    wire_close(w);
    wire_close(w);
}

static void put_attributes(struct wire *w, const struct event *e)
{
    char id[EVENT_ID], hash[65];
    event_id(e, id);
    event_leaf_hash(e, hash);
    put_attribute(w, "audit.ref", slice_str(id));
    put_attribute(w, "audit.leaf_hash", e->head.len > 0 ? (struct slice){0} : slice_str(hash));
    put_attribute(w, "audit.checkpoint", e->head);
    put_attribute(w, "audit.type", event_text(e, NULL, "type"));
    if (!is_exchange(e))
        return;
    put_attribute(w, "gen_ai.operation.name", event_text(e, "what", "op"));
    put_attribute(w, "gen_ai.provider.name", event_text(e, "what", "upstream"));
    put_attribute(w, "gen_ai.request.model", event_text(e, "what", "model_req"));
    put_attribute(w, "gen_ai.agent.name", event_text(e, "who", "agent"));
    put_attribute(w, "gen_ai.conversation.id", event_text(e, "who", "conversation"));
    put_otlp_number(w, "gen_ai.usage.input_tokens", event_number(e, "use", "in", UINT64_MAX));
    put_otlp_number(w, "gen_ai.usage.output_tokens", event_number(e, "use", "out", UINT64_MAX));
    if (!slice_is(event_text(e, NULL, "out"), SLICE_LIT("ok")))
        put_attribute(w, "error.type", event_text(e, "err", "why"));
    put_attribute(w, "bulla.exchange", event_text(e, NULL, "xid"));
    put_attribute(w, "bulla.decision", event_text(e, NULL, "dec"));
    put_attribute(w, "bulla.class", event_text(e, NULL, "cls"));
    put_attribute(w, "bulla.app", event_text(e, "who", "app"));
}

/* One logRecord of OTLP/HTTP JSON. */
static gw_result write_otlp(const struct event *e, struct buf *out)
{
    static const unsigned severities[] = {9, 9, 10, 13, 17, 18, 21}; /* OCSF's to OpenTelemetry's */
    struct wire w;
    char ns[32];
    uint64_t sev = event_number(e, NULL, "sev", 1);
    snprintf(ns, sizeof ns, "%llu000", (unsigned long long)facet_time_us(event_text(e, NULL, "t")));
    wire_init(&w, out);
    wire_open(&w, "attributes", '[');
    put_attributes(&w, e);
    wire_close(&w);
    wire_open(&w, "body", '{');
    wire_text(&w, "stringValue", held(event_text(e, NULL, "type")));
    wire_close(&w);
    wire_text(&w, "eventName",
              is_exchange(e) ? CLEAR_LIT("gen_ai.client.inference.operation.details")
                             : CLEAR_LIT("bulla.audit"));
    wire_text(&w, "observedTimeUnixNano", clear_word(ns));
    wire_u64(&w, "severityNumber", severities[sev < GW_COUNT(severities) ? sev : 0]);
    wire_text(&w, "severityText", clear_word(severity_word(sev)));
    wire_text(&w, "timeUnixNano", clear_word(ns));
    return wire_end(&w);
}

const struct event_form *event_form(const char *name)
{
    static const struct event_form forms[] = {
        {"ocsf", "OCSF 1.8.0: API Activity, Application Lifecycle", write_ocsf},
        {"cef", "CEF revision 25", write_cef},
        {"leaf", "the leaf as it is, with its hash", write_leaf},
        {"otlp", "a logRecord of OTLP/HTTP JSON", write_otlp},
    };
    for (size_t i = 0; i < GW_COUNT(forms); i++)
        if (strcmp(forms[i].name, name) == 0)
            return &forms[i];
    return NULL;
}
