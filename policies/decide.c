/* policies/decide.c - facts in, verdict out: which rules match, what follows, where it goes.
 *
 * Pure: no clock, no I/O, no memory but the caller's arena, nothing kept. Knows findings as ranges
 * and names, never the text. The line that decides a block is marked THE DECISION. */
#include "proxy/base/base.h"
#include "policies/model.h"
#include "policies/policy.h"

/* One run: what is asked, and which rules match. */
struct asking {
    const struct policy *policy;
    const struct facts *facts;
    policy_trace trace;
    void *trace_of;
    bool *matched; /* one per rule */
    unsigned rank; /* highest class so far */
    bool blocks, redacts;
    struct verdict_ask asks[POLICY_GUARDS];
};

/* The one reason not to match that may pass. */
static const char guard_waits[] = "the guard was not asked yet";

static bool has_match(struct words globs, struct slice text)
{
    for (size_t i = 0; i < globs.n; i++)
        if (slice_has_glob(text, globs.at[i]))
            return true;
    return globs.n == 0;
}

/* NULL when everything that `when` asks holds, else what does not. */
static const char *when_misses(const struct when *when, const struct facts *facts, unsigned rank)
{
    if (!has_match(when->app, facts->app))
        return "another app";
    if (!has_match(when->path, facts->path))
        return "another path";
    if (!has_match(when->model, facts->model))
        return "another model";
    if (!has_match(when->dialect, facts->dialect))
        return "another dialect";
    if (when->class_bits != 0 && (when->class_bits & (1u << rank)) == 0)
        return "another class";
    return NULL;
}

static bool is_found(const struct asking *a, const struct rule *rule, size_t finding)
{
    const struct finding *f = &a->facts->findings[finding];
    if (f->score < a->policy->threshold || f->is_allowed)
        return false;
    for (size_t i = 0; i < rule->find.n; i++)
        if (finding_has_name(f->entity, (enum family)f->family, rule->find.at[i]))
            return true;
    return false;
}

static bool finds_any(const struct asking *a, const struct rule *rule)
{
    for (size_t i = 0; i < a->facts->finding_count; i++)
        if (is_found(a, rule, i))
            return true;
    return false;
}

/* The highest score among the words that the rule means. */
static uint16_t attack_score_in(const struct rule *rule, const struct attack *attack)
{
    uint16_t score = 0;
    if (rule->attack_origins == 0)
        return attack->score;
    for (unsigned i = 0; i < ORIGIN_COUNT; i++)
        if ((rule->attack_origins >> i & 1) != 0 && attack->in[i] > score)
            score = attack->in[i];
    return score;
}

static uint32_t origins_of(const struct rule *rule)
{
    return rule->attack_origins != 0 ? rule->attack_origins : (1u << ORIGIN_COUNT) - 1;
}

/* The highest score of one turn's words that the rule means. */
static uint16_t score_of_turn(const struct asking *a, const struct rule *rule, enum turn turn)
{
    uint16_t score = 0;
    for (unsigned i = 0; i < ORIGIN_COUNT; i++)
        if ((origins_of(rule) >> i & 1) != 0 && a->facts->turns[turn][i] > score)
            score = a->facts->turns[turn][i];
    return score;
}

/* What a guard said, where the score alone does not decide: NULL when the rule matches. */
static const char *said_misses(const struct rule *rule, enum guard_said said)
{
    switch (said) {
    case SAID_UNSAFE:
        return NULL;
    case SAID_SAFE:
        return "the guard says that it is safe";
    case SAID_FAILED:
        return rule->ask_fails_open ? "the guard failed, and the rule fails open" : NULL;
    default:
        return guard_waits;
    }
}

/* Does an attack stand in this turn, for a rule that tells turns apart? */
static const char *turn_misses(const struct asking *a, const struct rule *rule, enum turn turn)
{
    uint16_t score = score_of_turn(a, rule, turn);
    if (score < rule->attack_score)
        return "attack score too low";
    if (!rule->asks || (rule->ask_below != 0 && score >= rule->ask_below))
        return NULL;
    return said_misses(rule, (enum guard_said)a->facts->guards[rule->guard_number][turn]);
}

/* Of all turns: the worst that the guard has said, when the score is in the band. */
static const char *guard_misses(const struct asking *a, const struct rule *rule)
{
    static const uint8_t worst[] = {SAID_UNSAFE, SAID_FAILED, SAID_SAFE};
    const uint8_t *said = a->facts->guards[rule->guard_number];
    if (rule->ask_below != 0 && attack_score_in(rule, &a->facts->attack) >= rule->ask_below)
        return NULL;
    for (size_t i = 0; i < GW_COUNT(worst); i++)
        if (memchr(said, worst[i], TURN_COUNT) != NULL)
            return said_misses(rule, (enum guard_said)worst[i]);
    return guard_waits;
}

/* A rule that tells turns apart matches by either, and waits while one of them is undecided. */
static const char *either_misses(const struct asking *a, const struct rule *rule)
{
    const char *fresh = turn_misses(a, rule, TURN_NEW);
    const char *earlier = turn_misses(a, rule, TURN_EARLIER);
    if (fresh == guard_waits || earlier == guard_waits)
        return guard_waits;
    return fresh == NULL ? NULL : earlier;
}

static const char *attack_misses(const struct asking *a, const struct rule *rule)
{
    if (rule->labels_earlier)
        return either_misses(a, rule);
    return rule->asks ? guard_misses(a, rule) : NULL;
}

/* NULL when the rule matches, else why it does not. */
static const char *rule_misses(const struct asking *a, const struct rule *rule)
{
    const struct attack *attack = &a->facts->attack;
    if (!rule->on[a->facts->direction])
        return "another direction";
    const char *miss = when_misses(&rule->when, a->facts, a->rank);
    if (miss != NULL)
        return miss;
    if (rule->has_attack && attack_score_in(rule, attack) < rule->attack_score)
        return "attack score too low";
    if (rule->attack_kinds != 0 && (rule->attack_kinds & attack->kinds) == 0)
        return "another kind of attack";
    if (rule->find.n > 0 && !finds_any(a, rule))
        return "nothing found";
    if (rule->tools.n > 0 && !(a->facts->has_call && has_match(rule->tools, a->facts->tool)))
        return "no such tool called";
    return rule->has_attack ? attack_misses(a, rule) : NULL;
}

/* Most rules ask for a finding and most exchanges have none: then there is nothing to ask of each,
 * unless somebody wants to hear why. */
static bool is_out_of_question(const struct asking *a, const struct rule *rule)
{
    return a->trace == NULL && rule->find.n > 0 && a->facts->finding_count == 0;
}

/* The scope grows to what the rule means, of one turn. */
static void widen(struct attack_scope *scope, const struct rule *rule, enum turn turn)
{
    for (unsigned i = 0; i < ORIGIN_COUNT; i++) {
        uint16_t *from = &scope->from[turn][i];
        if ((origins_of(rule) >> i & 1) != 0 && (*from == 0 || rule->attack_score < *from))
            *from = rule->attack_score;
    }
}

/* Several rules may want the same guard: it is asked about the texts of all of them. */
static void want_guard(struct asking *a, const struct rule *rule)
{
    struct verdict_ask *ask = &a->asks[rule->guard_number];
    if (!ask->is_wanted)
        ask->rule = rule->id;
    ask->is_wanted = true;
    widen(&ask->scope, rule, TURN_NEW);
    widen(&ask->scope, rule, TURN_EARLIER);
}

/* Rules without (then with) a condition on the class; the former settle the class. */
static void match_rules(struct asking *a, bool with_class)
{
    unsigned highest = a->rank;
    for (size_t i = 0; i < a->policy->rule_count; i++) {
        const struct rule *rule = &a->policy->rules[i];
        if ((rule->when.class_bits != 0) != with_class || is_out_of_question(a, rule))
            continue;
        const char *miss = rule_misses(a, rule);
        a->matched[i] = miss == NULL;
        if (miss == guard_waits)
            want_guard(a, rule);
        if (a->trace != NULL)
            a->trace(a->trace_of, rule->id, miss == NULL,
                     miss != NULL     ? miss
                     : rule->observes ? "observed"
                                      : "matched");
        if (miss == NULL && !rule->observes && rule->class_rank != NO_CLASS &&
            rule->class_rank > highest)
            highest = rule->class_rank;
    }
    a->rank = highest;
}

/* What is done to each finding that the rule means. The last rule in the order of the files counts,
 * so that a company's own file wins over a pack. It is named after the rule that replaces it, else
 * after one that decided something else, else after one that only observes. */
static void mark_findings(const struct asking *a, const struct rule *rule, struct verdict *out)
{
    for (size_t i = 0; i < a->facts->finding_count; i++) {
        if (!is_found(a, rule, i))
            continue;
        bool names = rule->observes ? out->finding_rules[i].len == 0
                                    : rule->action == ACT_REDACT || out->styles[i] == STYLE_NONE;
        if (names)
            out->finding_rules[i] = rule->id;
        if (rule->observes)
            out->observed[i] = true;
        else if (rule->action == ACT_REDACT)
            out->styles[i] = rule->style;
    }
}

static void apply_rule(struct asking *a, const struct rule *rule, struct verdict *out)
{
    mark_findings(a, rule, out);
    if (rule->observes) {
        if (out->observed_count < VERDICT_RULES)
            out->observed_rules[out->observed_count++] = rule->id;
        return;
    }
    if (out->rule_count < VERDICT_RULES)
        out->rules[out->rule_count++] = rule->id;
    bool blocks = rule->action == ACT_BLOCK;
    if (rule->labels_earlier) {
        bool is_new = turn_misses(a, rule, TURN_NEW) == NULL;
        if (!is_new)
            widen(&out->removed, rule, TURN_EARLIER);
        blocks = is_new;
        a->redacts |= !is_new;
    } else if (rule->action == ACT_REDACT && rule->find.n == 0) {
        widen(&out->removed, rule, TURN_NEW);
        widen(&out->removed, rule, TURN_EARLIER);
    }
    if (blocks && !a->blocks) {
        out->message = rule->message;
        out->as_answer = rule->as_answer;
    }
    a->blocks |= blocks;
    a->redacts |= rule->action == ACT_REDACT;
    out->restores_secrets |= rule->restores;
    if (rule->capture > out->capture)
        out->capture = rule->capture;
}

/* The first route that matches, even when it leads nowhere: then nothing may be sent. */
static void choose_route(const struct asking *a, struct verdict *out)
{
    for (size_t i = 0; i < a->policy->route_count; i++) {
        const struct route *route = &a->policy->routes[i];
        const char *miss = when_misses(&route->when, a->facts, a->rank);
        if (a->trace != NULL)
            a->trace(a->trace_of, route->id, miss == NULL, miss != NULL ? miss : "chosen");
        if (miss != NULL)
            continue;
        for (size_t k = 0; k < route->name_count && out->route_count < VERDICT_ROUTE; k++)
            out->route[out->route_count++] = route->names[k];
        out->route_id = route->id;
        out->route_is_by_class = route->when.classes.n > 0;
        out->route_capture = route->capture;
        out->route_durability = route->durability;
        out->route_on_failure = route->on_failure;
        return;
    }
}

gw_result policy_decide(const struct policy *p, const struct facts *facts, struct arena *arena,
                        policy_trace trace, void *trace_of, struct verdict *out)
{
    struct asking a = {.policy = p,
                       .facts = facts,
                       .trace = trace,
                       .trace_of = trace_of,
                       .rank = facts->class_rank};
    size_t n = facts->finding_count + 1; /* never an array of nothing */
    *out = (struct verdict){.decision = DECISION_BLOCK};
    a.matched = arena_array(arena, p->rule_count + 1, sizeof *a.matched);
    out->styles = arena_array(arena, n, sizeof *out->styles);
    out->observed = arena_array(arena, n, sizeof *out->observed);
    out->finding_rules = arena_array(arena, n, sizeof *out->finding_rules);
    if (a.matched == NULL || out->styles == NULL || out->observed == NULL ||
        out->finding_rules == NULL)
        return gw_is(GW_NO_MEMORY);
    match_rules(&a, false);
    match_rules(&a, true);
    for (size_t i = 0; i < p->rule_count; i++)
        if (a.matched[i])
            apply_rule(&a, &p->rules[i], out);
    out->class_rank = a.rank;
    out->class_name = p->classes[a.rank];
    if (facts->direction == FROM_REQUEST)
        choose_route(&a, out);
    /* THE DECISION: block beats redact beats allow. */
    out->decision = a.blocks ? DECISION_BLOCK : a.redacts ? DECISION_REDACT : DECISION_ALLOW;
    if (!a.blocks)
        memcpy(out->asks, a.asks, sizeof out->asks);
    return gw_is(GW_OK);
}

struct custom_set policy_custom(const struct policy *p)
{
    return (struct custom_set){p->detectors, p->detector_count, p->allows, p->allow_count};
}

const struct custom_detector *policy_detectors(const struct policy *p, size_t *n)
{
    *n = p->detector_count;
    return p->detectors;
}

struct digest policy_digest(const struct policy *p)
{
    return p->digest;
}

struct slice policy_bundle(const struct policy *p)
{
    return p->bundle;
}

enum names policy_names(const struct policy *p)
{
    return (enum names)p->names;
}

uint16_t policy_threshold(const struct policy *p)
{
    return p->threshold;
}

const struct watch_rules *policy_answers(const struct policy *p)
{
    return &p->answers;
}

bool policy_passes(const struct verdict *v)
{
    return v->route_durability == DURABILITY_ASYNC || v->route_on_failure == ON_FAILURE_PASS;
}

const char *policy_capture_word(unsigned capture)
{
#define X(id, word) word,
    static const char *const words[] = {"unsaid", CAPTURE_TABLE(X)};
#undef X
    return words[capture < CAPTURE_COUNT ? capture : CAPTURE_UNSAID];
}

enum capture policy_capture_most_late(const struct policy *p)
{
    enum capture most = CAPTURE_UNSAID;
    for (size_t i = 0; i < p->rule_count; i++) {
        const struct rule *rule = &p->rules[i];
        if (rule->on[FROM_ANSWER] && !rule->observes && rule->capture > most)
            most = (enum capture)rule->capture;
    }
    return most;
}

enum capture policy_capture_most(const struct policy *p)
{
    unsigned most = CAPTURE_UNSAID;
    for (size_t i = 0; i < p->rule_count; i++)
        most = p->rules[i].capture > most ? p->rules[i].capture : most;
    for (size_t i = 0; i < p->route_count; i++)
        most = p->routes[i].capture > most ? p->routes[i].capture : most;
    return (enum capture)most;
}

bool policy_has_answer_rules(const struct policy *p)
{
    for (size_t i = 0; i < p->rule_count; i++)
        if (p->rules[i].on[FROM_ANSWER] && p->rules[i].tools.n == 0)
            return true;
    return false;
}

bool policy_has_tool_rules(const struct policy *p)
{
    for (size_t i = 0; i < p->rule_count; i++)
        if (p->rules[i].tools.n > 0)
            return true;
    return false;
}

size_t policy_rule_count(const struct policy *p)
{
    return p->rule_count;
}

struct slice policy_rule_id(const struct policy *p, size_t i)
{
    return i < p->rule_count ? p->rules[i].id : (struct slice){NULL, 0};
}

const struct slice *policy_tags(const struct policy *p, struct slice id, size_t *n)
{
    for (size_t i = 0; i < p->rule_count; i++) {
        if (!slice_is(p->rules[i].id, id))
            continue;
        *n = p->rules[i].tags.n;
        return p->rules[i].tags.at;
    }
    *n = 0;
    return NULL;
}

struct slice policy_target(const struct policy *p, size_t i)
{
    for (size_t r = 0; r < p->route_count; r++) {
        if (i < p->routes[r].name_count)
            return p->routes[r].names[i];
        i -= p->routes[r].name_count;
    }
    return (struct slice){NULL, 0};
}
