/* audit/event_form.c - see event_form.h: CEF (revision 25), OpenTelemetry (gen_ai.* conventions
 * v1.41) and the leaf as it is; OCSF is event_ocsf.c's. */
#include "proxy/base/base.h"
#include "audit/event_form.h"
#include "audit/event_ocsf.h"
#include "audit/facet.h"
#include "audit/jcs.h"
#include "audit/wire.h"

static gw_result write_leaf(const struct event *e, struct buf *out)
{
    char id[EVENT_ID], hash[65];
    event_id(e, id);
    event_leaf_hash(e, hash);
    if (e->head.len > 0) {
        struct wire w;
        wire_init(&w, out);
        event_put(&w, "checkpoint", e->head);
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
    struct slice list = event_rules(e), item;
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
    buf_put_str(out, event_is_exchange(e) ? "|LLM exchange|" : "|audit log|");
    buf_put_u64(out, severities[sev < GW_COUNT(severities) ? sev : 0]);
    buf_put_str(out, "|externalId=");
    put_cef(out, slice_str(id), '=');
    put_cef_number(out, "rt", event_time_ms(e));
    if (event_is_exchange(e))
        put_cef_field(out, "act", event_text(e, NULL, "dec"));
    put_cef_field(out, "outcome", event_text(e, NULL, "out"));
    put_cef_field(out, "reason", event_text(e, "err", "why"));
    put_cef_field(out, "src", event_text(e, "net", "src"));
    put_cef_field(out, "dst", event_text(e, "what", "up_addr"));
    if (event_text(e, "net", "src").len > 0)
        put_cef_number(out, "spt", event_number(e, "net", "port", 0));
    put_cef_field(out, "requestMethod", event_text(e, "net", "method"));
    put_cef_field(out, "request", event_text(e, "net", "path"));
    put_cef_field(out, "requestClientApplication", event_text(e, "net", "ua"));
    put_cef_field(out, "sourceServiceName", event_text(e, "who", "app"));
    put_cef_field(out, "destinationServiceName", event_text(e, "what", "upstream"));
    put_cef_field(out, "suid", event_text(e, "who", "sub_tok"));
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
static void put_value(struct wire *w, const char *name, const char *kind, struct slice text)
{
    if (text.len == 0)
        return;
    wire_open(w, NULL, '{');
    wire_text(w, "key", clear_word(name));
    wire_open(w, "value", '{');
    wire_text(w, kind, event_clear(text));
    wire_close(w);
    wire_close(w);
}

static void put_attribute(struct wire *w, const char *name, struct slice text)
{
    put_value(w, name, "stringValue", text);
}

/* 64-bit numbers are strings in OTLP's JSON. UINT64_MAX: there is none. */
static void put_count(struct wire *w, const char *name, uint64_t n)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
    if (n != UINT64_MAX)
        put_value(w, name, "intValue", slice_of(digits, (size_t)len));
}

static void put_truth(struct wire *w, const char *name, bool is_so)
{
    wire_open(w, NULL, '{');
    wire_text(w, "key", clear_word(name));
    wire_open(w, "value", '{');
    wire_bool(w, "boolValue", is_so);
    wire_close(w);
    wire_close(w);
}

/* Milliseconds as the seconds that OTel wants. UINT64_MAX: there are none. */
static void put_seconds(struct wire *w, const char *name, uint64_t ms)
{
    char digits[32];
    int len = snprintf(digits, sizeof digits, "%llu.%03u", (unsigned long long)(ms / 1000),
                       (unsigned)(ms % 1000));
    if (ms != UINT64_MAX)
        put_value(w, name, "doubleValue", slice_of(digits, (size_t)len));
}

/* What was asked with, and what was used beside the plain counts. */
static void put_numbers(struct wire *w, const struct event *e)
{
    struct slice params = event_value(e, "what", "params"), text;
    static const struct {
        const char *name, *key;
    } counts[] = {{"gen_ai.usage.input_tokens", "in"},
                  {"gen_ai.usage.output_tokens", "out"},
                  {"gen_ai.usage.reasoning.output_tokens", "reason"},
                  {"gen_ai.usage.cache_read.input_tokens", "cached"},
                  {"bulla.gateway_us", "gw_us"},
                  {"bulla.retries", "retries"},
                  {"bulla.cost_micro", "cost_micro"}};
    uint64_t n;
    for (size_t i = 0; i < GW_COUNT(counts); i++)
        put_count(w, counts[i].name, event_number(e, "use", counts[i].key, UINT64_MAX));
    if (gw_ok(jcs_u64(params, "max_tokens", &n)))
        put_count(w, "gen_ai.request.max_tokens", n);
    if (gw_ok(jcs_u64(params, "seed", &n)))
        put_count(w, "gen_ai.request.seed", n);
    if (gw_ok(jcs_text(params, "temperature", &text)))
        put_value(w, "gen_ai.request.temperature", "doubleValue", text);
    put_seconds(w, "gen_ai.response.time_to_first_chunk",
                event_number(e, "use", "ttfb_ms", UINT64_MAX));
    text = event_value(e, "what", "stream");
    if (text.len > 0)
        put_truth(w, "gen_ai.request.stream", slice_is(text, SLICE_LIT("true")));
}

/* A list of one text. */
static void put_only(struct wire *w, const char *name, struct slice text)
{
    if (text.len == 0)
        return;
    wire_open(w, NULL, '{');
    wire_text(w, "key", clear_word(name));
    wire_open(w, "value", '{');
    wire_open(w, "arrayValue", '{');
    wire_open(w, "values", '[');
    wire_open(w, NULL, '{');
    wire_text(w, "stringValue", event_clear(text));
    for (int i = 0; i < 5; i++)
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
    if (!event_is_exchange(e))
        return;
    put_attribute(w, "gen_ai.operation.name", event_text(e, "what", "op"));
    put_attribute(w, "gen_ai.provider.name", event_text(e, "what", "upstream"));
    put_attribute(w, "gen_ai.request.model", event_text(e, "what", "model_req"));
    put_attribute(w, "gen_ai.response.model", event_text(e, "what", "model_resp"));
    put_only(w, "gen_ai.response.finish_reasons", event_text(e, "use", "finish"));
    put_attribute(w, "gen_ai.agent.name", event_text(e, "who", "agent"));
    put_attribute(w, "gen_ai.agent.id", event_text(e, "who", "agent_id"));
    put_attribute(w, "enduser.pseudo.id", event_text(e, "who", "sub_tok"));
    put_attribute(w, "gen_ai.conversation.id", event_text(e, "who", "conversation"));
    put_numbers(w, e);
    put_attribute(w, "server.address", event_text(e, "what", "up_addr"));
    if (!slice_is(event_text(e, NULL, "out"), SLICE_LIT("ok")))
        put_attribute(w, "error.type", event_text(e, "err", "why"));
    put_attribute(w, "bulla.exchange", event_text(e, NULL, "xid"));
    put_attribute(w, "bulla.decision", event_text(e, NULL, "dec"));
    put_attribute(w, "bulla.class", event_text(e, NULL, "cls"));
    put_attribute(w, "bulla.app", event_text(e, "who", "app"));
    put_attribute(w, "bulla.route", event_text(e, "what", "route"));
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
    wire_text(&w, "stringValue", event_clear(event_text(e, NULL, "type")));
    wire_close(&w);
    wire_text(&w, "eventName",
              event_is_exchange(e) ? CLEAR_LIT("gen_ai.client.inference.operation.details")
                                   : CLEAR_LIT("bulla.audit"));
    wire_text(&w, "observedTimeUnixNano", clear_word(ns));
    wire_u64(&w, "severityNumber", severities[sev < GW_COUNT(severities) ? sev : 0]);
    wire_text(&w, "severityText", clear_word(event_severity(sev)));
    wire_text(&w, "timeUnixNano", clear_word(ns));
    return wire_end(&w);
}

static struct slice time_of(const struct segment_frame *frame)
{
    struct slice t = {NULL, 0};
    return gw_ok(jcs_text(frame->leaf, "t", &t)) ? t : (struct slice){NULL, 0};
}

static void put_nanoseconds(struct wire *w, const char *key, struct slice t)
{
    char ns[32];
    snprintf(ns, sizeof ns, "%llu000", (unsigned long long)facet_time_us(t));
    wire_text(w, key, clear_word(ns));
}

/* "chat gpt-4o", as the conventions want it. */
static void put_span_name(struct wire *w, const struct event *e)
{
    char name[200];
    struct slice op = event_text(e, "what", "op"), model = event_text(e, "what", "model_req");
    int len = snprintf(name, sizeof name, "%.*s%s%.*s", (int)op.len, op.at,
                       model.len > 0 ? " " : "", (int)model.len, model.at);
    bool is_whole = len > 0 && (size_t)len < sizeof name;
    wire_text(w, "name",
              is_whole ? event_clear(slice_of(name, (size_t)len)) : CLEAR_LIT("exchange"));
}

/* An exchange is over: one span of OTLP/HTTP JSON, from its begin to its end. Its trace is the
 * exchange's id, the span's own the beginning of its record's hash. Of other records nothing. */
static gw_result write_span(const struct event *e, struct buf *out)
{
    char hash[65], trace[33];
    size_t n = 0;
    struct wire w;
    struct slice xid = event_text(e, NULL, "xid"), type = event_text(e, NULL, "type");
    bool is_over =
        slice_is(type, SLICE_LIT("exchange.end")) || slice_is(type, SLICE_LIT("exchange.block"));
    for (size_t i = 0; i < xid.len && n < 32; i++)
        if (xid.at[i] != '-')
            trace[n++] = xid.at[i];
    if (!is_over || n != 32 || e->is_finding)
        return gw_is(GW_OK);
    event_leaf_hash(e, hash);
    bool is_ok = slice_is(event_text(e, NULL, "out"), SLICE_LIT("ok"));
    wire_init(&w, out);
    wire_open(&w, "attributes", '[');
    put_attributes(&w, e);
    wire_close(&w);
    put_nanoseconds(&w, "endTimeUnixNano", time_of(e->frame));
    wire_u64(&w, "kind", 3); /* CLIENT: of the model */
    put_span_name(&w, e);
    wire_text(&w, "spanId", event_clear(slice_of(hash, 16)));
    put_nanoseconds(&w, "startTimeUnixNano", time_of(e->begin != NULL ? e->begin : e->frame));
    wire_open(&w, "status", '{');
    wire_u64(&w, "code", is_ok ? 0 : 2); /* unset, as they want it; error */
    wire_close(&w);
    wire_text(&w, "traceId", event_clear(slice_of(trace, sizeof trace - 1)));
    return wire_end(&w);
}

const struct event_form *event_form(const char *name)
{
    static const struct event_form forms[] = {
        {"ocsf", "OCSF 1.8.0: API Activity, Application Lifecycle, Detection Finding", true,
         event_ocsf_write},
        {"cef", "CEF revision 25", false, write_cef},
        {"leaf", "the leaf as it is, with its hash", false, write_leaf},
        {"otlp", "a logRecord of OTLP/HTTP JSON", false, write_otlp},
        {"span", "a span of OTLP/HTTP JSON, of an exchange that is over", false, write_span},
    };
    for (size_t i = 0; i < GW_COUNT(forms); i++)
        if (strcmp(forms[i].name, name) == 0)
            return &forms[i];
    return NULL;
}
