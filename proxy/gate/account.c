/* proxy/gate/account.c - the exchange's records: what the auditor is told, in cleared text only.
 *
 * Names are from the configuration, words from our tables, numbers counted here. A caller's bytes
 * (model name, tool names) go through clear_name(), which lets nothing but name characters through.
 */
#include "proxy/base/base.h"
#include "audit/wire.h"
#include "proxy/gate/detail.h"
#include "proxy/gate/price.h"
#include "proxy/gate/state.h"

enum {
    TAGS_MOST = 32,
    LISTED = 200,                            /* findings with all that is told of one */
    LISTED_BYTES = RECORD_MESSAGE_MAX / 2,   /* of them: a record can always be made */
    IMPRINTS_MORE = 500,                     /* of findings behind those */
    IMPRINTS_BYTES = RECORD_MESSAGE_MAX / 3, /* of these */
};

struct tags {
    struct slice at[TAGS_MOST];
    size_t count;
};

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
    if (b != NULL && b->agent_id.len > 0)
        wire_text(&w, "agent_id", clear_name(b->agent_id));
    if (b != NULL && b->agent_instance.len > 0)
        wire_text(&w, "agent_instance", clear_name(b->agent_instance));
    wire_text(&w, "app", clear_name(x->app));
    wire_text(&w, "auth", clear_word(words[x->gate->auth]));
    if (b != NULL && b->conversation[0] != '\0')
        wire_text(&w, "conversation", clear_word(b->conversation));
    if (x->detail.key_print.len > 0)
        wire_text(&w, "key", clear_name(x->detail.key_print));
    if (b != NULL && b->session[0] != '\0')
        wire_text(&w, "session", clear_word(b->session));
    if (b != NULL && b->person[0] != '\0') {
        wire_text(&w, "sub_by", b->is_from_header ? CLEAR_LIT("header") : CLEAR_LIT("body"));
        wire_text(&w, "sub_tok", clear_word(b->person));
    }
    wire_text(&w, "tenant", clear_name(x->tenant));
    return gw_ok(wire_end(&w));
}

/* Who may get texts of the request before it is decided. */
static void put_guards(struct exchange *x, struct wire *w)
{
    size_t n;
    const struct policy_guard *guards = policy_guards(x->gate->policy, &n);
    if (!ask_is_wanted(x))
        return;
    wire_open(w, "guards", '[');
    for (size_t i = 0; i < n; i++)
        if (x->verdict.asks[i].is_wanted)
            wire_text(w, NULL, clear_name(guards[i].upstream));
    wire_close(w);
}

/* "acme.yaml:12" of "route:/etc/bulla/acme.yaml:12": which folder says nothing to a reader. */
static struct clear route_name(struct slice id)
{
    size_t from = id.len;
    while (from > 0 && id.at[from - 1] != '/')
        from--;
    struct slice word = SLICE_LIT("route:");
    return clear_name(slice_from(id, from == 0 && slice_has_prefix(id, word) ? word.len : from));
}

static bool put_what(struct exchange *x, struct buf *out)
{
    struct wire w;
    bool has_upstream = x->candidate_count > 0;
    wire_init(&w, out);
    if (x->route != NULL) {
        detail_attachments(x, &w);
        if (x->verdict.route_is_by_class)
            wire_bool(&w, "by_class", true);
        wire_text(&w, "dialect", clear_word(x->route->dialect->name));
        put_guards(x, &w);
        wire_text(&w, "model_req", model_name(x->request.model));
        wire_u64(&w, "msgs", x->request.messages);
        wire_text(&w, "op", clear_word(api_word(x->route->api)));
        detail_params(x, &w);
        if (x->verdict.route_id.len > 0)
            wire_text(&w, "route", route_name(x->verdict.route_id));
        wire_bool(&w, "stream", x->request.is_stream);
        detail_tools(x, &w);
    }
    if (has_upstream)
        wire_text(&w, "upstream", clear_name(x->gate->upstreams[x->candidates[x->candidate]].name));
    return gw_ok(wire_end(&w));
}

/* The model's name as its answer says it: a JSON string, quotes and all. */
static struct clear model_said(const struct exchange *x)
{
    struct slice raw = slice_str(x->stream.model);
    bool is_text = raw.len > 2 && raw.at[0] == '"';
    struct slice name = is_text ? slice_cut(raw, 1, raw.len - 1) : (struct slice){NULL, 0};
    return walk_has_shape(name, SHAPE_MODEL, NULL) ? clear_name(name) : CLEAR_LIT("?");
}

/* Who got it in the end: not the one that the begin names, when that could not be reached; and what
 * it was that answered. */
static bool put_recipient(struct exchange *x, struct buf *out)
{
    struct wire w;
    wire_init(&w, out);
    if (x->stream.model[0] != '\0')
        wire_text(&w, "model_resp", model_said(x));
    if (!x->is_guards && x->detail.up.address[0] != '\0')
        wire_text(&w, "up_addr", clear_name(slice_str(x->detail.up.address)));
    if (!x->is_guards && x->detail.up.has_print)
        wire_base64(&w, "up_cert_fp", x->detail.up.print.at, sizeof x->detail.up.print.at);
    if (x->candidate_count > 0)
        wire_text(&w, "upstream", clear_name(x->gate->upstreams[x->candidates[x->candidate]].name));
    return gw_ok(wire_end(&w));
}

static bool put_net(struct exchange *x, struct buf *out)
{
    struct wire w;
    wire_init(&w, out);
    if (x->peer->print != NULL)
        wire_base64(&w, "cert_fp", x->peer->print->at, sizeof x->peer->print->at);
    if (x->route != NULL) {
        wire_text(&w, "method", clear_word(x->route->method));
        wire_text(&w, "path", clear_word(x->route->path));
    }
    wire_u64(&w, "port", x->peer->port);
    wire_text(&w, "src", clear_name(x->peer->address));
    wire_text(&w, "tls", clear_name(x->peer->tls));
    detail_sender(x, &w);
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

/* The words for reports of the rules that acted, each once: all of one kind of rule are then found
 * by one question, whatever their ids. */
static void put_tags(struct exchange *x, struct wire *w, const struct slice *rules, size_t n,
                     struct tags *seen)
{
    for (size_t i = 0; i < n; i++) {
        size_t count;
        const struct slice *tags = policy_tags(x->gate->policy, rules[i], &count);
        for (size_t t = 0; t < count && seen->count < TAGS_MOST; t++) {
            size_t k = 0;
            while (k < seen->count && !slice_is(seen->at[k], tags[t]))
                k++;
            if (k < seen->count)
                continue;
            if (seen->count == 0)
                wire_open(w, "tags", '[');
            seen->at[seen->count++] = tags[t];
            wire_text(w, NULL, clear_name(tags[t]));
        }
    }
}

static void put_all_tags(struct exchange *x, struct wire *w)
{
    struct tags seen = {.count = 0};
    put_tags(x, w, x->verdict.rules, x->verdict.rule_count, &seen);
    put_tags(x, w, x->answer_rules, x->answer_rule_count, &seen);
    if (seen.count > 0)
        wire_close(w);
}

/* What the value leaves: not of one that the policy says is no secret. */
static void put_imprint(struct exchange *x, struct wire *w, const struct finding *f)
{
    char imprint[IMPRINT_LEN + 1];
    struct slice flat = buf_slice(&x->text.flat);
    if (x->gate->search_key == NULL || f->is_allowed || f->end > flat.len)
        return;
    if (imprint_make(x->gate->search_key, slice_cut(flat, f->start, f->end), imprint))
        wire_text(w, "tok", clear_word(imprint));
}

/* What stands in its place: where that is no part of the value, nor a word for what it was. */
static struct slice stand_in(const struct exchange *x, size_t i, enum style style)
{
    bool is_told = style == STYLE_TOKEN || style == STYLE_HASH || style == STYLE_FAKE;
    return is_told && x->detail.stands != NULL ? x->detail.stands[i] : (struct slice){NULL, 0};
}

static void put_finding(struct exchange *x, struct wire *w, size_t i, struct detail_places *places)
{
    const struct finding *f = &x->found.findings[i];
    size_t leaf = text_leaf_at(&x->text, f->start);
    const char *place = detail_place(places, x, leaf);
    wire_open(w, NULL, '{');
    enum style style = x->styles == NULL ? STYLE_NONE : x->styles[i];
    wire_text(w, "act", clear_word(f->is_allowed ? "allowed" : style_word(style)));
    wire_u64(w, "conf", f->score);
    wire_text(w, "det", clear_name(f->name));
    wire_text(w, "ent", clear_name(f->entity));
    wire_u64(w, "leaf", leaf == SIZE_MAX ? 0 : leaf);
    wire_u64(w, "len", f->end - f->start);
    if (x->verdict.observed != NULL)
        wire_bool(w, "obs", x->verdict.observed[i]);
    if (leaf != SIZE_MAX)
        wire_u64(w, "off", f->start - x->text.leaves[leaf].start);
    if (place != NULL)
        wire_text(w, "ptr", clear_word(place));
    if (stand_in(x, i, style).len > 0)
        wire_text(w, "repl", clear_name(stand_in(x, i, style)));
    if (x->verdict.finding_rules != NULL && x->verdict.finding_rules[i].len > 0)
        wire_text(w, "rule", clear_name(x->verdict.finding_rules[i]));
    put_imprint(x, w, f);
    wire_close(w);
}

/* As many as fit: long names make them fewer. Those behind them are found by their values still,
 * and that list is bounded too. */
static void put_findings(struct exchange *x, struct wire *w)
{
    struct detail_places places;
    size_t i = 0, before = w->out->len;
    detail_places_init(&places);
    for (; i < x->found.count && i < LISTED && w->out->len - before < LISTED_BYTES; i++)
        put_finding(x, w, i, &places);
    before = w->out->len;
    size_t most = x->gate->search_key == NULL ? i : i + IMPRINTS_MORE;
    for (; i < x->found.count && i < most && w->out->len - before < IMPRINTS_BYTES; i++) {
        if (x->found.findings[i].is_allowed)
            continue;
        wire_open(w, NULL, '{');
        put_imprint(x, w, &x->found.findings[i]);
        wire_close(w);
    }
}

static bool put_find(struct exchange *x, struct buf *out)
{
    struct wire w;
    wire_init(&w, out);
    wire_u64(&w, "count", x->found.count);
    if (x->found.count > 0)
        wire_text(&w, "det_ver", clear_word(scanner_version(x->gate->scanner)));
    wire_open(&w, "items", '[');
    put_attack(x, &w);
    put_findings(x, &w);
    wire_close(&w);
    if (x->removed > 0)
        wire_u64(&w, "removed", x->removed); /* texts that were an attack */
    put_all_tags(x, &w);
    return gw_ok(wire_end(&w));
}

static void put_guard(const struct policy_guard *g, const struct ask_note *note, struct wire *w)
{
    wire_open(w, NULL, '{');
    if (note->category[0] != '\0')
        wire_text(w, "category", clear_name(slice_str(note->category)));
    if (note->fault != NULL)
        wire_text(w, "fault", clear_word(note->fault));
    wire_text(w, "format", clear_word(policy_format_word(g->format)));
    wire_text(w, "model", clear_name(g->model));
    wire_u64(w, "ms", note->ms);
    wire_u64(w, "questions", note->questions);
    wire_u64(w, "remembered", note->remembered);
    wire_text(w, "rule", clear_name(note->rule));
    wire_text(w, "said", clear_word(policy_said_word(ask_worst(note))));
    wire_text(w, "upstream", clear_name(g->upstream));
    wire_close(w);
}

/* What guards were asked, and said. */
static void put_asked(struct exchange *x, struct wire *w)
{
    size_t n, any = 0;
    const struct policy_guard *guards = policy_guards(x->gate->policy, &n);
    for (size_t i = 0; i < n; i++) {
        if (x->asked[i].rule.len == 0)
            continue;
        if (any++ == 0)
            wire_open(w, "guards", '[');
        put_guard(&guards[i], &x->asked[i], w);
    }
    if (any > 0)
        wire_close(w);
}

static bool put_find_answer(struct exchange *x, struct buf *out)
{
    struct wire w;
    wire_init(&w, out);
    wire_u64(&w, "count", x->answer_findings);
    put_asked(x, &w);
    wire_open(&w, "items", '[');
    for (size_t i = 0; i < x->answer_findings && i < GW_COUNT(x->answer_entities); i++) {
        wire_open(&w, NULL, '{');
        wire_text(&w, "ent", clear_name(x->answer_entities[i]));
        if (x->answer_left[i])
            wire_bool(&w, "left", true);
        if (x->answer_imprints[i][0] != '\0')
            wire_text(&w, "tok", clear_word(x->answer_imprints[i]));
        wire_close(&w);
    }
    wire_close(&w);
    wire_u64(&w, "replaced", x->replaced);
    wire_u64(&w, "restored", x->restored);
    put_all_tags(x, &w);
    return gw_ok(wire_end(&w));
}

/* Between the request's last byte and what comes of it: it was inspected, decided and recorded. */
static uint64_t own_us(const struct exchange *x, int64_t now)
{
    int64_t until = x->detail.asked_ns > 0 ? x->detail.asked_ns : now;
    return (uint64_t)(until - x->detail.whole_ns) / 1000;
}

/* Where its upstream's model has a price. */
static void put_cost(const struct exchange *x, struct wire *w)
{
    uint64_t micro;
    if (x->candidate_count == 0)
        return;
    const struct gate_upstream *u = &x->gate->upstreams[x->candidates[x->candidate]];
    struct slice model = u->model.len > 0 ? u->model : x->request.model;
    if (price_of(u->prices, u->price_count, model, &x->stream, &micro))
        wire_u64(w, "cost_micro", micro);
}

static bool put_use(struct exchange *x, struct buf *out)
{
    struct wire w;
    int64_t now = clock_mono_ns(x->gate->clock);
    wire_init(&w, out);
    wire_u64(&w, "bytes_in", x->client_bytes);
    wire_u64(&w, "bytes_out", x->answer_bytes);
    if (x->stream.tokens_cached > 0)
        wire_u64(&w, "cached", x->stream.tokens_cached);
    put_cost(x, &w);
    wire_u64(&w, "events", x->events);
    wire_text(&w, "finish", clear_name(slice_str(x->stream.finish)));
    if (x->detail.whole_ns > 0)
        wire_u64(&w, "gw_us", own_us(x, now));
    wire_u64(&w, "in", x->stream.tokens_in);
    wire_u64(&w, "out", x->stream.tokens_out);
    if (x->stream.tokens_reason > 0)
        wire_u64(&w, "reason", x->stream.tokens_reason);
    if (x->detail.retries > 0)
        wire_u64(&w, "retries", x->detail.retries);
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

enum { ACCOUNT_ROOM = 2048 };

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

/* Of the record made now: an end whose begin is nowhere is waited for. */
static enum record_durability durability_of(const struct exchange *x)
{
    return x->has_begin || x->out_is_begin ? (enum record_durability)x->durability : RECORD_STRICT;
}

static void fill(struct audit_record *rec, struct exchange *x, enum record_type type)
{
    *rec = (struct audit_record){.type = type};
    memcpy(rec->xid, x->xid, sizeof rec->xid);
    rec->out = type == RECORD_EXCHANGE_BEGIN ? "ok" : why_out(x->why);
    rec->dec = account_decision(x);
    rec->sev = rec->dec == RECORD_BLOCKED ? 3 : rec->dec == RECORD_ERROR ? 2 : 1;
    rec->cls = clear_name(x->verdict.class_name);
    put_rules(rec, x->verdict.rules, x->verdict.rule_count);
    put_rules(rec, x->answer_rules, x->answer_rule_count);
    rec->pol = x->gate->policy_digest;
    rec->gen = x->gate->generation;
    rec->dur = durability_of(x);
    rec->leaves = x->coverage.leaves;
    rec->scanned = x->coverage.scanned;
    rec->exempt = x->coverage.exempt;
}

typedef bool (*put_group)(struct exchange *x, struct buf *out); /* NULL: the group is absent */

/* The record with these groups, each written where it is sent from; `sealed` holds its payloads,
 * and is freed. */
static bool encode(struct exchange *x, const struct audit_record *rec,
                   const put_group puts[GROUP_COUNT], struct buf *sealed)
{
    buf_clear(&x->record);
    buf_reserve(&x->record, ACCOUNT_ROOM + sealed->len);
    bool is_fine = gw_ok(record_encode_head(rec, &x->record));
    for (size_t i = 0; is_fine && i < GROUP_COUNT; i++) {
        size_t opened = record_group_open(&x->record);
        is_fine = puts[i] == NULL || puts[i](x, &x->record);
        record_group_close(&x->record, opened);
    }
    is_fine = is_fine && gw_ok(record_is_whole(&x->record)) &&
              gw_ok(record_put_payloads(rec, &x->record));
    buf_free(sealed);
    return is_fine;
}

static const put_group of_request[GROUP_COUNT] = {
    [GROUP_WHO] = put_who, [GROUP_WHAT] = put_what, [GROUP_NET] = put_net, [GROUP_FIND] = put_find};

bool account_begin(struct exchange *x)
{
    struct audit_record rec;
    struct buf sealed;
    buf_init(&sealed, RECORD_SEALED_MAX);
    fill(&rec, x, RECORD_EXCHANGE_BEGIN);
    bool is_fine = capture_request(x, true, &rec, &sealed);
    return encode(x, &rec, of_request, &sealed) && is_fine;
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
    static const put_group of_answer[GROUP_COUNT] = {[GROUP_USE] = put_use,
                                                     [GROUP_ERR] = put_err,
                                                     [GROUP_FIND] = put_find_answer,
                                                     [GROUP_WHAT] = put_recipient};
    static const put_group of_both[GROUP_COUNT] = {
        [GROUP_USE] = put_use,   [GROUP_ERR] = put_err, [GROUP_WHO] = put_who,
        [GROUP_WHAT] = put_what, [GROUP_NET] = put_net, [GROUP_FIND] = put_find};
    struct audit_record rec;
    struct buf sealed;
    bool is_end = x->has_begin;
    buf_init(&sealed, RECORD_SEALED_MAX);
    fill(&rec, x, is_end ? RECORD_EXCHANGE_END : RECORD_EXCHANGE_BLOCK);
    rec.has_ref = is_end && x->knows_begin;
    rec.ref = rec.has_ref ? x->begin_seq : 0;
    count(x, rec.dec);
    bool is_fine =
        is_end ? capture_answer(x, &rec, &sealed) : capture_request(x, false, &rec, &sealed);
    return encode(x, &rec, is_end ? of_answer : of_both, &sealed) && is_fine;
}
