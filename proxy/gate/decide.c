/* proxy/gate/decide.c - what is known of the exchange becomes facts, the policy's verdict becomes
 * deeds.
 *
 * The decision itself is policy_decide() in policies/decide.c: pure. Here its block is carried out
 * (block_by_policy), its styles become edits, its route becomes a list of upstreams to try. */
#include "proxy/base/base.h"
#include "proxy/gate/burden.h"
#include "proxy/gate/move.h"
#include "proxy/gate/state.h"
#include "proxy/gate/turns.h"

enum { UNPLACEABLE = 320, ENTITY_MOST = 100 };

static struct slice path_of(const struct exchange *x)
{
    return slice_str(x->route->path);
}

/* What guards have said so far, as the policy wants to know it. */
static void fill_guards(const struct exchange *x, struct facts *facts)
{
    uint8_t given = x->gate->guards_say;
    for (size_t i = 0; i < POLICY_GUARDS; i++)
        for (size_t t = 0; t < TURN_COUNT; t++)
            facts->guards[i][t] = given != SAID_NOTHING ? given : x->asked[i].said[t];
}

struct facts decide_facts(const struct exchange *x, enum direction direction,
                          const struct finding *findings, size_t n)
{
    bool is_request = direction == FROM_REQUEST;
    struct facts facts = {
        .direction = direction,
        .app = x->app,
        .tenant = x->tenant,
        .path = path_of(x),
        .model = x->request.model,
        .dialect = slice_str(x->route->dialect->name),
        .findings = findings,
        .finding_count = n,
        .class_rank = is_request ? 0 : x->verdict.class_rank,
        .attack = is_request ? x->found.attack : (struct attack){.score = 0},
    };
    fill_guards(x, &facts);
    if (is_request)
        turns_fill(x, &facts);
    return facts;
}

static gw_result ask_policy(struct exchange *x, policy_trace trace, void *trace_of)
{
    const struct facts facts = decide_facts(x, FROM_REQUEST, x->found.findings, x->found.count);
    return policy_decide(x->gate->policy, &facts, x->arena, trace, trace_of, &x->verdict);
}

/* A refusal by rule: 403 in the dialect's error shape, or a normal answer where the rule says so.
 */
static gw_result block_by_policy(struct exchange *x)
{
    struct slice message = x->verdict.message.len > 0
                               ? x->verdict.message
                               : SLICE_LIT("This request was stopped by policy.");
    move_refuse(x, WHY_POLICY_BLOCK, x->verdict.as_answer ? 200 : 403, "policy_blocked", message);
    return gw_is(GW_REFUSED);
}

/* A secret is restored only where a rule says so: its token becomes a hash, which nothing restores.
 */
static enum style style_for(const struct exchange *x, size_t i)
{
    enum style style = x->verdict.styles[i];
    bool is_secret =
        x->found.findings[i].family == FAM_SECRET || x->found.findings[i].family == FAM_JWT;
    bool is_restorable = style == STYLE_TOKEN || style == STYLE_FAKE;
    return is_secret && is_restorable && !x->verdict.restores_secrets ? STYLE_HASH : style;
}

static struct digest scope_of(const struct exchange *x)
{
    const struct slice begun[] = {x->request.system, x->request.first_user};
    const struct fingerprint f = fingerprint_of(x->gate->scope_key, begun, GW_COUNT(begun));
    const struct slice parts[] = {x->tenant, x->app, slice_of(f.at, sizeof f.at)};
    return secret_hmac(x->gate->token_key, parts, GW_COUNT(parts));
}

/* A canary may lie in what a detector found: the one edit takes both. */
static bool overlaps(const struct exchange *x, size_t i)
{
    const struct finding *f = x->found.findings;
    return f[i].family == FAM_NONE && ((i > 0 && f[i - 1].end > f[i].start) ||
                                       (i + 1 < x->found.count && f[i + 1].start < f[i].end));
}

/* In words: what it was, and in what kind of place; not the place's own name, which is the
 * caller's.
 */
static void refuse_place(struct exchange *x, struct slice entity)
{
    char *text = arena_alloc(x->arena, UNPLACEABLE);
    if (text == NULL) {
        burden_refuse(x);
        return;
    }
    int n = snprintf(text, UNPLACEABLE,
                     "%.*s must be redacted and stands where nothing can be put in its place: in "
                     "a name or a key. Send it as text.",
                     (int)(entity.len < ENTITY_MOST ? entity.len : ENTITY_MOST), entity.at);
    move_refuse(x, WHY_UNPLACEABLE, 403, "policy_blocked", slice_of(text, (size_t)n));
}

static gw_result make_edits(struct exchange *x)
{
    struct replace_list list = {.edits = NULL};
    if (x->found.count == 0)
        return gw_is(GW_OK); /* nothing to take out, so nothing to put back */
    x->styles = arena_array(x->arena, x->found.count + 1, sizeof *x->styles);
    x->vault = vault_new(x->arena, x->gate->token_key, scope_of(x), buf_slice(&x->text.flat));
    if (x->styles == NULL || x->vault == NULL)
        return gw_is(GW_NO_MEMORY);
    for (size_t i = 0; i < x->found.count; i++)
        x->styles[i] = overlaps(x, i) ? STYLE_NONE : style_for(x, i);
    gw_result r =
        replace_edits(&x->text, x->found.findings, x->styles, x->found.count, x->vault, &list);
    x->edits = list.edits;
    x->detail.stands = list.stands;
    x->edit_count = list.count;
    if (r.code == GW_REFUSED)
        refuse_place(x, x->found.findings[list.refused].entity);
    return r;
}

static bool may_serve(const struct exchange *x, size_t i)
{
    return (x->gate->upstreams[i].apis & (1u << x->route->api)) != 0;
}

/* The upstreams of the route that speak this API; never one of lesser trust than the route's first.
 */
static void choose_upstreams(struct exchange *x)
{
    enum trust floor = TRUST_CLOSED;
    for (size_t i = 0; i < x->verdict.route_count; i++) {
        size_t k = gate_upstream_index(x->gate, x->verdict.route[i]);
        if (k == SIZE_MAX)
            continue;
        if (i == 0)
            floor = x->gate->upstreams[k].trust;
        bool is_named =
            x->only_upstream.len == 0 || slice_is(x->only_upstream, x->gate->upstreams[k].name);
        if (may_serve(x, k) && is_named && x->gate->upstreams[k].trust >= floor)
            x->candidates[x->candidate_count++] = k;
    }
}

gw_result decide_request(struct exchange *x, policy_trace trace, void *trace_of)
{
    gw_result r = ask_policy(x, trace, trace_of);
    x->candidate_count = x->candidate = x->edit_count = 0;
    if (gw_ok(r) && x->verdict.decision == DECISION_BLOCK)
        return block_by_policy(x);
    if (gw_ok(r))
        r = make_edits(x);
    if (gw_ok(r)) {
        r = turns_remove(x);
        if (r.code == GW_REFUSED)
            refuse_place(x, SLICE_LIT("An attack"));
    }
    if (gw_ok(r))
        r = keep_plant(x);
    if (r.code == GW_REFUSED)
        return r;
    if (!gw_ok(r)) {
        burden_refuse(x);
        return r;
    }
    choose_upstreams(x);
    if (x->candidate_count == 0) {
        move_refuse(x, WHY_NO_ROUTE, 403, "policy_blocked",
                    SLICE_LIT("No backend that this data may go to serves this API."));
        return gw_is(GW_REFUSED);
    }
    return gw_is(GW_OK);
}
