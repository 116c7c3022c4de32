/* proxy/gate/explain.c - see explain.h. */
#include "proxy/base/base.h"
#include "proxy/gate/explain.h"
#include "proxy/gate/outbound.h"
#include "proxy/gate/settle.h"
#include "proxy/gate/state.h"
#include "proxy/gate/turns.h"
#include "proxy/json/string.h"
#include "redact/attack.h"
#include "redact/reason.h"

struct explain {
    struct exchange *x;
    struct buf request, sent;
};

static gw_result feed(struct explain *e, struct slice path, struct slice body)
{
    size_t used;
    buf_put_str(&e->request, "POST ");
    buf_put(&e->request, path);
    buf_put_str(&e->request, " HTTP/1.1\r\nhost: explain\r\ncontent-type: application/json\r\n"
                             "content-length: ");
    buf_put_u64(&e->request, body.len);
    buf_put_str(&e->request, "\r\n\r\n");
    buf_put(&e->request, body);
    TRY(buf_result(&e->request));
    exchange_feed(e->x, SIDE_CLIENT, buf_slice(&e->request), &used);
    while ((exchange_want(e->x) & WANT_TURN) != 0)
        exchange_turn(e->x);
    if (e->x->state != XCHG_BEGIN)
        return gw_is(GW_OK);
    return outbound_body(e->x, e->x->candidates[0], &e->sent);
}

gw_result explain_new(struct gate *gate, struct slice path, struct slice body, struct explain **out)
{
    return explain_new_of(gate, NULL, path, body, out);
}

gw_result explain_new_of(struct gate *gate, const struct gate_known *caller, struct slice path,
                         struct slice body, struct explain **out)
{
    static const struct exchange_peer nobody = {.address = {"explain", 7}};
    struct explain *e = calloc(1, sizeof *e);
    gw_result r = gw_is(GW_NO_MEMORY);
    if (e == NULL)
        return r;
    buf_init(&e->request, gate->limits.request_body + 65536);
    buf_init(&e->sent, gate->limits.request_body * 2);
    e->x = exchange_new(gate, &nobody);
    if (e->x != NULL && caller != NULL) {
        e->x->app = caller->app;
        e->x->tenant = caller->tenant;
    }
    if (e->x != NULL)
        r = feed(e, path, body);
    if (!gw_ok(r)) {
        explain_free(e);
        return r;
    }
    *out = e;
    return r;
}

void explain_free(struct explain *e)
{
    if (e == NULL)
        return;
    exchange_free(e->x);
    buf_free(&e->request);
    buf_free(&e->sent);
    free(e);
}

struct slice explain_decision(const struct explain *e)
{
    if (e->x->state == XCHG_BEGIN && ask_is_wanted(e->x))
        return SLICE_LIT("ask");
    return slice_str(record_decision_word(account_decision(e->x)));
}

struct slice explain_class(const struct explain *e)
{
    return e->x->verdict.class_name;
}

struct slice explain_upstream(const struct explain *e)
{
    while ((exchange_want(e->x) & WANT_TURN) != 0)
        exchange_turn(e->x);
    if (e->x->state != XCHG_BEGIN)
        return (struct slice){NULL, 0};
    return e->x->gate->upstreams[e->x->candidates[0]].name;
}

struct slice explain_sent(const struct explain *e)
{
    return buf_slice(&e->sent);
}

bool explain_has_rule(const struct explain *e, struct slice id)
{
    for (size_t i = 0; i < e->x->verdict.rule_count; i++)
        if (slice_is(e->x->verdict.rules[i], id))
            return true;
    for (size_t i = 0; i < e->x->verdict.observed_count; i++)
        if (slice_is(e->x->verdict.observed_rules[i], id))
            return true;
    return false;
}

size_t explain_rule_count(const struct explain *e)
{
    return e->x->verdict.rule_count;
}

struct slice explain_rule(const struct explain *e, size_t i)
{
    return e->x->verdict.rules[i];
}

bool explain_is_enforced(const struct explain *e, struct slice id)
{
    for (size_t i = 0; i < e->x->verdict.rule_count; i++)
        if (slice_is(clear_name(e->x->verdict.rules[i]).s, id))
            return true;
    return false;
}

size_t explain_finding_count(const struct explain *e)
{
    return e->x->found.count;
}

static void put_text(struct buf *out, const char *name, struct slice text)
{
    if (name != NULL) {
        buf_put_str(out, "\"");
        buf_put_str(out, name);
        buf_put_str(out, "\":");
    }
    buf_put_str(out, "\"");
    if (!out->failed && !gw_ok(string_escape(out, text, 1)))
        out->failed = true;
    buf_put_str(out, "\"");
}

static void put_number(struct buf *out, const char *name, uint64_t n)
{
    buf_put_str(out, "\"");
    buf_put_str(out, name);
    buf_put_str(out, "\":");
    buf_put_u64(out, n);
}

/* A score of 0 to 1000 as 0.000 to 1.000. */
static void put_score(struct buf *out, unsigned score)
{
    char text[16];
    snprintf(text, sizeof text, "%u.%03u", score / 1000, score % 1000);
    buf_put_str(out, "\"score\":");
    buf_put_str(out, text);
}

/* Why it is one: of a leaf, with the key beside it. */
static void put_reason(struct exchange *x, struct buf *out, size_t leaf, const struct finding *f)
{
    struct reason r;
    const struct text_leaf *l = &x->text.leaves[leaf];
    struct finding here = *f;
    here.start -= l->start;
    here.end -= l->start;
    struct slice text = slice_cut(buf_slice(&x->text.flat), l->start, l->end);
    reason_of(x->gate->scanner, text, l->key, &here, &r);
    buf_put_str(out, ",\"why\":{");
    put_text(out, "by", slice_str(r.by));
    buf_put_str(out, ",");
    put_text(out, "pattern", r.pattern);
    buf_put_str(out, ",");
    put_text(out, "checks", slice_str(r.checks));
    buf_put_str(out, ",");
    put_text(out, "word", r.word);
    buf_put_str(out, r.is_key ? ",\"word_is_key\":true," : ",\"word_is_key\":false,");
    put_text(out, "form", slice_str(r.is_normal ? "normal" : "plain"));
    buf_put_str(out, ",");
    put_text(out, "about", slice_str(r.about));
    buf_put_str(out, "}");
}

static void put_findings(struct exchange *x, struct buf *out)
{
    buf_put_str(out, "\"findings\":[");
    for (size_t i = 0; i < x->found.count; i++) {
        const struct finding *f = &x->found.findings[i];
        size_t leaf = text_leaf_at(&x->text, f->start), from = 0, to = 0;
        if (leaf != SIZE_MAX) {
            const struct text_leaf *l = &x->text.leaves[leaf];
            offmap_range(&l->map, f->start - l->start, f->end - l->start, &from, &to);
        }
        buf_put_str(out, i == 0 ? "{" : ",{");
        put_text(out, "entity", f->entity);
        buf_put_str(out, ",");
        put_text(out, "detector", f->name);
        buf_put_str(out, ",");
        put_score(out, f->score);
        buf_put_str(out, ",");
        put_number(out, "start", from);
        buf_put_str(out, ",");
        put_number(out, "end", to);
        buf_put_str(out, ",");
        put_number(out, "leaf", leaf == SIZE_MAX ? 0 : leaf);
        buf_put_str(out, ",");
        put_text(out, "action",
                 slice_str(style_word(x->styles == NULL ? STYLE_NONE : x->styles[i])));
        buf_put_str(out, ",");
        put_text(out, "rule",
                 x->verdict.finding_rules == NULL ? (struct slice){NULL, 0}
                                                  : x->verdict.finding_rules[i]);
        buf_put_str(out, f->is_allowed ? ",\"allowed\":true" : "");
        if (leaf != SIZE_MAX && f->family != FAM_NONE)
            put_reason(x, out, leaf, f);
        buf_put_str(out, "}");
    }
    buf_put_str(out, "]");
}

static void put_leaves(struct exchange *x, struct buf *out)
{
    static const char *const roles[] = {"none", "system", "user", "assistant",
                                        "tool", "schema", "meta"};
    static const char *const uses[] = {
        [TEXT_INSPECT] = "inspect", [TEXT_REWRITE] = "rewrite", [TEXT_NUMBER] = "number"};
    buf_put_str(out, "\"leaves\":[");
    for (size_t i = 0; i < x->text.count; i++) {
        const struct text_leaf *l = &x->text.leaves[i];
        buf_put_str(out, i == 0 ? "{" : ",{");
        put_text(out, "key", l->key);
        buf_put_str(out, ",");
        put_text(out, "role", slice_str(roles[l->role]));
        buf_put_str(out, ",");
        put_text(out, "use", slice_str(uses[l->use]));
        buf_put_str(out, ",");
        put_number(out, "bytes", l->end - l->start);
        if (x->leaf_scores != NULL && scan_is_suspect(l->role)) {
            buf_put_str(out, ",\"attack\":{");
            put_score(out, x->leaf_scores[i]);
            buf_put_str(out, turns_of(x, i) == TURN_NEW ? "}" : "},\"earlier\":true");
            if (turns_reach(x, i, &x->verdict.removed))
                buf_put_str(out, ",\"removed\":true");
        }
        buf_put_str(out, "}");
    }
    buf_put_str(out, "],\"coverage\":{");
    put_number(out, "leaves", x->coverage.leaves);
    buf_put_str(out, ",");
    put_number(out, "scanned", x->coverage.scanned);
    buf_put_str(out, ",");
    put_number(out, "exempt", x->coverage.exempt);
    buf_put_str(out, "}");
}

struct tracing {
    struct buf *out;
    bool any;
};

static void trace_rule(void *tracing, struct slice id, bool applied, const char *reason)
{
    struct tracing *t = tracing;
    buf_put_str(t->out, t->any ? ",{" : "{");
    t->any = true;
    put_text(t->out, "id", id);
    buf_put_str(t->out, applied ? ",\"applied\":true," : ",\"applied\":false,");
    put_text(t->out, "reason", slice_str(reason));
    buf_put_str(t->out, "}");
}

/* The policy is pure: asked once more, it says the same, and tells why. */
static void put_rules(struct exchange *x, struct buf *out)
{
    struct tracing t = {.out = out};
    struct verdict again;
    const struct facts facts = decide_facts(x, FROM_REQUEST, x->found.findings, x->found.count);
    buf_put_str(out, "\"rules\":[");
    if (!gw_ok(policy_decide(x->gate->policy, &facts, x->arena, trace_rule, &t, &again)))
        out->failed = true;
    buf_put_str(out, "]");
}

static void put_reasons(const struct attack *a, struct buf *out)
{
    bool any = false;
    buf_put_str(out, ",\"reasons\":[");
    for (unsigned i = 0; i < REASON_COUNT; i++) {
        if ((a->reasons & (1u << i)) == 0)
            continue;
        buf_put_str(out, any ? ",{" : "{");
        put_text(out, "reason", slice_str(attack_reason_word((enum attack_reason)i)));
        buf_put_str(out, ",");
        put_text(out, "owasp", slice_str(attack_reason_owasp((enum attack_reason)i)));
        buf_put_str(out, ",");
        put_text(out, "atlas", slice_str(attack_reason_atlas((enum attack_reason)i)));
        buf_put_str(out, "}");
        any = true;
    }
    buf_put_str(out, "]");
}

/* What weighed most in the window that decided: classes of words, and thousandths of the logit. */
static void put_weights(struct exchange *x, struct buf *out)
{
    struct attack_weight w[8];
    const struct attack *a = &x->found.attack;
    size_t n = attack_explain(buf_slice(&x->text.flat), a->from, a->to, w, GW_COUNT(w));
    buf_put_str(out, ",\"weights\":[");
    for (size_t i = 0; i < n; i++) {
        buf_put_str(out, i > 0 ? ",{" : "{");
        put_text(out, "of", slice_str(w[i].name));
        buf_put_str(out, ",\"milli\":");
        buf_put_u64(out, (uint64_t)w[i].milli);
        buf_put_str(out, "}");
    }
    buf_put_str(out, "]");
}

/* The leaf that the window lies in, by its number, and where in it. */
static void put_window(struct exchange *x, struct buf *out)
{
    const struct attack *a = &x->found.attack;
    size_t leaf = text_leaf_at(&x->text, a->from);
    if (leaf == SIZE_MAX)
        return;
    buf_put_str(out, ",\"leaf\":");
    buf_put_u64(out, leaf);
    buf_put_str(out, ",\"start\":");
    buf_put_u64(out, a->from - x->text.leaves[leaf].start);
    buf_put_str(out, ",\"end\":");
    buf_put_u64(out, a->to - x->text.leaves[leaf].start);
}

static void put_attack(struct exchange *x, struct buf *out)
{
    const struct attack *a = &x->found.attack;
    bool any = false;
    buf_put_str(out, "\"attack\":{");
    put_score(out, a->score);
    buf_put_str(out, ",\"kinds\":[");
    for (unsigned k = 0; k < ATTACK_KINDS; k++) {
        if ((a->kinds & (1u << k)) == 0)
            continue;
        buf_put_str(out, any ? "," : "");
        put_text(out, NULL, slice_str(attack_word((enum attack_kind)k)));
        any = true;
    }
    buf_put_str(out, "]");
    if (a->kinds != 0 && a->from < a->to && x->text.arena != NULL) {
        put_window(x, out);
        if (a->view != 0) {
            buf_put_str(out, ",");
            put_text(out, "disguise", slice_str(attack_view_word(a->view)));
        }
        put_reasons(a, out);
        put_weights(x, out);
    }
    buf_put_str(out, "}");
}

/* Which guards would be asked, for which rule, and what: nobody is asked here. */
static void put_guards(struct exchange *x, struct buf *out)
{
    size_t n;
    const struct policy_guard *guards = policy_guards(x->gate->policy, &n);
    bool any = false;
    struct buf body;
    buf_init(&body, x->gate->limits.request_body);
    buf_put_str(out, "\"guards\":[");
    for (size_t i = 0; i < n; i++) {
        if (x->state != XCHG_BEGIN || !x->verdict.asks[i].is_wanted)
            continue;
        buf_put_str(out, any ? ",{" : "{");
        any = true;
        put_text(out, "rule", x->verdict.asks[i].rule);
        buf_put_str(out, ",");
        put_text(out, "upstream", guards[i].upstream);
        buf_put_str(out, ",");
        put_text(out, "model", guards[i].model);
        buf_put_str(out, ",");
        put_text(out, "format", slice_str(policy_format_word(guards[i].format)));
        buf_put_str(out, ",");
        put_number(out, "within_ms", guards[i].within_ms);
        buf_put_str(out, ",");
        out->failed |= !gw_ok(ask_preview(x, i, &body));
        put_text(out, "question", buf_slice(&body));
        buf_put_str(out, "}");
        buf_clear(&body);
    }
    buf_put_str(out, "]");
    buf_free(&body);
}

static void put_route(struct exchange *x, struct buf *out)
{
    buf_put_str(out, "\"route\":[");
    for (size_t i = 0; i < x->candidate_count; i++) {
        buf_put_str(out, i == 0 ? "" : ",");
        put_text(out, NULL, x->gate->upstreams[x->candidates[i]].name);
    }
    buf_put_str(out, "]");
}

/* What its records are waited for, on its route. */
static void put_durability(struct exchange *x, struct buf *out)
{
    bool passes;
    if (x->verdict.route_count == 0)
        return;
    put_text(out, "durability", slice_str(record_durability_word(settle_wanted(x, &passes))));
    buf_put_str(out,
                passes ? ",\"on_audit_failure\":\"pass\"," : ",\"on_audit_failure\":\"block\",");
}

gw_result explain_json(struct explain *e, struct buf *out)
{
    struct exchange *x = e->x;
    buf_put_str(out, "{");
    put_text(out, "decision", explain_decision(e));
    buf_put_str(out, ",");
    put_text(out, "class", explain_class(e));
    buf_put_str(out, ",");
    unsigned capture = x->verdict.route_capture;
    capture = x->verdict.capture > capture ? x->verdict.capture : capture;
    if (capture != CAPTURE_UNSAID) {
        put_text(out, "capture", slice_str(policy_capture_word(capture)));
        buf_put_str(out, ",");
    }
    put_durability(x, out);
    put_text(out, "upstream", explain_upstream(e));
    buf_put_str(out, ",");
    put_text(out, "why", slice_str(why_word(x->why)));
    buf_put_str(out, ",");
    put_text(out, "message", x->refusal.message);
    buf_put_str(out, ",");
    put_route(x, out);
    buf_put_str(out, ",");
    put_attack(x, out);
    buf_put_str(out, ",");
    put_guards(x, out);
    buf_put_str(out, ",");
    put_findings(x, out);
    if (x->route != NULL && x->text.arena != NULL) {
        buf_put_str(out, ",");
        put_rules(x, out);
        buf_put_str(out, ",");
        put_leaves(x, out);
    }
    buf_put_str(out, ",");
    put_text(out, "sent", explain_sent(e));
    buf_put_str(out, "}\n");
    return buf_result(out);
}
