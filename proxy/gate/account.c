/* proxy/gate/account.c - the exchange's records: what the auditor is told, in cleared text only.
 *
 * Names are from the configuration, words from our tables, numbers counted here. A caller's bytes
 * (model name, tool names) go through clear_name(), which lets nothing but name characters through.
 */
#include "proxy/base/base.h"
#include "audit/wire.h"
#include "proxy/gate/state.h"

enum record_decision account_decision(const struct exchange *x)
{
    if (x->why == WHY_POLICY_BLOCK || x->why == WHY_UNPLACEABLE || x->why == WHY_NO_ROUTE ||
        x->answer_blocked)
        return RECORD_BLOCKED;
    if (x->why != WHY_NONE && x->why != WHY_DONE && x->why != WHY_CLIENT_GONE)
        return RECORD_ERROR;
    if (x->edit_count > 0 || x->replaced > 0)
        return RECORD_REDACTED;
    return RECORD_ALLOWED;
}

/* A client's name is recorded only when it is a plain model name. */
static struct clear model_name(struct slice model)
{
    bool is_plain = model.len > 0 && model.len <= 128;
    for (size_t i = 0; is_plain && i < model.len; i++)
        is_plain = model.at[i] != '@' && model.at[i] != ' ';
    return is_plain ? clear_name(model) : CLEAR_LIT("?");
}

static bool put_who(struct exchange *x, struct buf *out)
{
    struct wire w;
    static const char *const words[] = {"key", "open", "passthrough"};
    const struct behalf *b = x->behalf;
    wire_init(&w, out);
    if (b != NULL && b->agent.len > 0)
        wire_text(&w, "agent", clear_name(b->agent));
    wire_text(&w, "app", clear_name(x->app));
    wire_text(&w, "auth", clear_word(words[x->gate->auth]));
    if (b != NULL && b->conversation[0] != '\0')
        wire_text(&w, "conversation", clear_word(b->conversation));
    if (b != NULL && b->session[0] != '\0')
        wire_text(&w, "session", clear_word(b->session));
    if (b != NULL && b->person[0] != '\0') {
        wire_text(&w, "sub_by", b->is_from_header ? CLEAR_LIT("header") : CLEAR_LIT("body"));
        wire_text(&w, "sub_tok", clear_word(b->person));
    }
    wire_text(&w, "tenant", clear_name(x->tenant));
    return gw_ok(wire_end(&w));
}

static bool put_what(struct exchange *x, struct buf *out)
{
    struct wire w;
    bool has_upstream = x->candidate_count > 0;
    wire_init(&w, out);
    if (x->route != NULL) {
        wire_text(&w, "dialect", clear_word(x->route->dialect->name));
        wire_text(&w, "model_req", model_name(x->request.model));
        wire_u64(&w, "msgs", x->request.messages);
        wire_text(&w, "op", clear_word(api_word(x->route->api)));
        wire_bool(&w, "stream", x->request.is_stream);
        wire_u64(&w, "tools", x->request.tools);
    }
    if (has_upstream)
        wire_text(&w, "upstream", clear_name(x->gate->upstreams[x->candidates[x->candidate]].name));
    return gw_ok(wire_end(&w));
}

/* Who got it in the end: not the one that the begin names, when that could not be reached. */
static bool put_recipient(struct exchange *x, struct buf *out)
{
    struct wire w;
    wire_init(&w, out);
    wire_text(&w, "upstream", clear_name(x->gate->upstreams[x->candidates[x->candidate]].name));
    return gw_ok(wire_end(&w));
}

static bool put_net(struct exchange *x, struct buf *out)
{
    struct wire w;
    wire_init(&w, out);
    if (x->route != NULL) {
        wire_text(&w, "method", clear_word(x->route->method));
        wire_text(&w, "path", clear_word(x->route->path));
    }
    wire_u64(&w, "port", x->peer->port);
    wire_text(&w, "src", clear_name(x->peer->address));
    wire_text(&w, "tls", clear_name(x->peer->tls));
    return gw_ok(wire_end(&w));
}

static void put_attack(struct exchange *x, struct wire *w)
{
    if (x->found.attack.score < 500)
        return;
    for (unsigned kind = 0; kind < ATTACK_KINDS; kind++) {
        if ((x->found.attack.kinds & (1u << kind)) == 0)
            continue;
        wire_open(w, NULL, '{');
        wire_u64(w, "conf", x->found.attack.score);
        wire_text(w, "ent", clear_word(attack_word((enum attack_kind)kind)));
        wire_close(w);
    }
}

static bool put_find(struct exchange *x, struct buf *out)
{
    struct wire w;
    size_t most = x->found.count < 200 ? x->found.count : 200, before = out->len;
    wire_init(&w, out);
    wire_u64(&w, "count", x->found.count);
    wire_open(&w, "items", '[');
    put_attack(x, &w);
    /* long names: fewer are listed, so that the record can always be made */
    for (size_t i = 0; i < most && out->len - before < RECORD_MESSAGE_MAX / 2; i++) {
        const struct finding *f = &x->found.findings[i];
        size_t leaf = text_leaf_at(&x->text, f->start);
        wire_open(&w, NULL, '{');
        enum style style = x->styles == NULL ? STYLE_NONE : x->styles[i];
        wire_text(&w, "act", clear_word(f->is_allowed ? "allowed" : style_word(style)));
        wire_u64(&w, "conf", f->score);
        wire_text(&w, "det", clear_name(f->name));
        wire_text(&w, "ent", clear_name(f->entity));
        wire_u64(&w, "leaf", leaf == SIZE_MAX ? 0 : leaf);
        wire_u64(&w, "len", f->end - f->start);
        if (x->verdict.observed != NULL)
            wire_bool(&w, "obs", x->verdict.observed[i]);
        if (x->verdict.finding_rules != NULL)
            wire_text(&w, "rule", clear_name(x->verdict.finding_rules[i]));
        wire_close(&w);
    }
    wire_close(&w);
    return gw_ok(wire_end(&w));
}

static bool put_find_answer(struct exchange *x, struct buf *out)
{
    struct wire w;
    wire_init(&w, out);
    wire_u64(&w, "count", x->answer_findings);
    wire_open(&w, "items", '[');
    for (size_t i = 0; i < x->answer_findings && i < GW_COUNT(x->answer_entities); i++) {
        wire_open(&w, NULL, '{');
        wire_text(&w, "ent", clear_name(x->answer_entities[i]));
        if (x->answer_left[i])
            wire_bool(&w, "left", true);
        wire_close(&w);
    }
    wire_close(&w);
    wire_u64(&w, "replaced", x->replaced);
    wire_u64(&w, "restored", x->restored);
    return gw_ok(wire_end(&w));
}

static bool put_use(struct exchange *x, struct buf *out)
{
    struct wire w;
    int64_t now = clock_mono_ns(x->gate->clock);
    wire_init(&w, out);
    wire_u64(&w, "bytes_in", x->client_bytes);
    wire_u64(&w, "bytes_out", x->answer_bytes);
    wire_u64(&w, "events", x->events);
    wire_text(&w, "finish", clear_name(slice_str(x->stream.finish)));
    wire_u64(&w, "in", x->stream.tokens_in);
    wire_u64(&w, "out", x->stream.tokens_out);
    wire_u64(&w, "status", x->refusal.status != 0 ? x->refusal.status : x->answer_status);
    wire_u64(&w, "total_ms", (uint64_t)(now - x->born_ns) / 1000000);
    if (x->first_byte_ns > 0)
        wire_u64(&w, "ttfb_ms", (uint64_t)(x->first_byte_ns - x->born_ns) / 1000000);
    if (x->is_streaming && x->why == WHY_DONE && !x->stream.finished)
        wire_bool(&w, "unended", true); /* the body ended in order, without its terminator */
    return gw_ok(wire_end(&w));
}

static bool put_err(struct exchange *x, struct buf *out)
{
    struct wire w;
    wire_init(&w, out);
    wire_text(&w, "why", clear_word(why_word(x->why)));
    return gw_ok(wire_end(&w));
}

/* A record in the making. The groups are written one behind the other; where each stands is kept
 * as a range, since the buffer may move while it grows. */
struct account {
    struct audit_record rec;
    struct buf text;
    size_t from[GROUP_COUNT], to[GROUP_COUNT];
};

enum { ACCOUNT_ROOM = 2048 };

static bool add_group(struct account *a, struct exchange *x, enum record_group group,
                      bool (*put)(struct exchange *, struct buf *))
{
    a->from[group] = a->text.len;
    bool is_fine = put(x, &a->text);
    a->to[group] = a->text.len;
    return is_fine;
}

/* Those of the request, then those of its answer; a rule that acted on both stands once. */
static void put_rules(struct audit_record *rec, const struct slice *rules, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < rec->rule_count && !slice_is(rec->rules[k].s, clear_name(rules[i]).s))
            k++;
        if (k == rec->rule_count && k < RECORD_RULES)
            rec->rules[rec->rule_count++] = clear_name(rules[i]);
    }
}

static void begin_account(struct account *a, struct exchange *x, enum record_type type)
{
    *a = (struct account){.rec = {.type = type}};
    buf_init(&a->text, GROUP_COUNT * RECORD_MESSAGE_MAX);
    buf_reserve(&a->text, ACCOUNT_ROOM);
    memcpy(a->rec.xid, x->xid, sizeof a->rec.xid);
    a->rec.out = type == RECORD_EXCHANGE_BEGIN ? "ok" : why_out(x->why);
    a->rec.dec = account_decision(x);
    a->rec.sev = a->rec.dec == RECORD_BLOCKED ? 3 : a->rec.dec == RECORD_ERROR ? 2 : 1;
    a->rec.cls = clear_name(x->verdict.class_name);
    put_rules(&a->rec, x->verdict.rules, x->verdict.rule_count);
    put_rules(&a->rec, x->answer_rules, x->answer_rule_count);
    a->rec.pol = x->gate->policy_digest;
    a->rec.gen = x->gate->generation;
    a->rec.leaves = x->coverage.leaves;
    a->rec.scanned = x->coverage.scanned;
    a->rec.exempt = x->coverage.exempt;
}

static bool finish_account(struct account *a, struct exchange *x, bool is_fine)
{
    for (size_t i = 0; i < GROUP_COUNT; i++)
        a->rec.groups[i] = slice_cut(buf_slice(&a->text), a->from[i], a->to[i]);
    buf_clear(&x->record);
    buf_reserve(&x->record, ACCOUNT_ROOM);
    is_fine = is_fine && gw_ok(record_encode(&a->rec, &x->record));
    buf_free(&a->text);
    return is_fine;
}

bool account_begin(struct exchange *x)
{
    struct account a;
    begin_account(&a, x, RECORD_EXCHANGE_BEGIN);
    bool is_fine = add_group(&a, x, GROUP_WHO, put_who) && add_group(&a, x, GROUP_WHAT, put_what) &&
                   add_group(&a, x, GROUP_NET, put_net) && add_group(&a, x, GROUP_FIND, put_find);
    return finish_account(&a, x, is_fine);
}

static void count(struct exchange *x, enum record_decision dec)
{
    struct gate_counters *c = &x->gate->counters;
    c->why[x->why]++;
    c->restored += x->restored;
    c->streams += x->is_streaming;
    c->allowed += dec == RECORD_ALLOWED;
    c->redacted += dec == RECORD_REDACTED;
    c->blocked += dec == RECORD_BLOCKED;
    c->errors += dec == RECORD_ERROR;
}

bool account_end(struct exchange *x)
{
    struct account a;
    bool is_end = x->has_begin;
    begin_account(&a, x, is_end ? RECORD_EXCHANGE_END : RECORD_EXCHANGE_BLOCK);
    a.rec.has_ref = is_end;
    a.rec.ref = x->begin_seq;
    count(x, a.rec.dec);
    bool is_fine = add_group(&a, x, GROUP_USE, put_use) && add_group(&a, x, GROUP_ERR, put_err);
    if (is_end)
        is_fine = is_fine && add_group(&a, x, GROUP_FIND, put_find_answer) &&
                  add_group(&a, x, GROUP_WHAT, put_recipient);
    else
        is_fine = is_fine && add_group(&a, x, GROUP_WHO, put_who) &&
                  add_group(&a, x, GROUP_WHAT, put_what) && add_group(&a, x, GROUP_NET, put_net) &&
                  add_group(&a, x, GROUP_FIND, put_find);
    return finish_account(&a, x, is_fine);
}
