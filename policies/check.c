/* policies/check.c - does a policy fit together? Names resolved, contradictions refused.
 *
 * Knows nothing of files and texts. Complains through load_fault(); resolves classes to ranks and
 * targets to upstreams. What passes here cannot fail while deciding. */
#include "proxy/base/base.h"
#include "policies/keyword.h"
#include "policies/model.h"

unsigned class_rank(const struct policy *p, struct slice name)
{
    for (size_t i = 0; i < p->class_count; i++)
        if (slice_is(p->classes[i], name))
            return (unsigned)i;
    return NO_CLASS;
}

static unsigned need_class(struct load *l, const struct yaml *at, struct slice name)
{
    const struct policy *p = l->policy;
    const char *known[POLICY_CLASSES + 1] = {NULL};
    unsigned rank = class_rank(p, name);
    for (size_t i = 0; i < p->class_count; i++)
        known[i] = p->classes[i].at;
    if (rank == NO_CLASS)
        load_unknown(l, at, "class", name, known);
    return rank;
}

static void check_when(struct load *l, struct when *when)
{
    for (size_t i = 0; i < when->classes.n; i++) {
        unsigned rank = need_class(l, when->classes.places[i], when->classes.at[i]);
        if (rank != NO_CLASS)
            when->class_bits |= 1u << rank;
    }
}

/* Everything that `find` may name, for suggestions; NULL-terminated. Only made for who is told:
 * going through all names takes longer than the rest of a start. */
static const char **known_names(struct load *l)
{
    const struct policy *p = l->policy;
    size_t entities = 0, n = 0, row = 0;
    struct slice entity;
    while (finding_entity_next(&row).len > 0)
        entities++;
    const char **names =
        load_array(l, entities + FAM_COUNT + p->detector_count + WATCH_KINDS + 1, sizeof *names);
    if (names == NULL)
        return NULL;
    for (size_t i = 0; i < p->detector_count; i++)
        names[n++] = p->detectors[i].name.at;
    for (unsigned i = 0; i < WATCH_KINDS; i++)
        names[n++] = watch_word((enum watch_kind)i);
    for (enum family f = FAM_NONE + 1; f < FAM_COUNT; f++)
        names[n++] = family_name(f);
    for (row = 0; (entity = finding_entity_next(&row)).len > 0;) {
        struct slice copy = arena_copy(l->arena, entity);
        if (copy.at != NULL)
            names[n++] = copy.at;
    }
    return names;
}

static bool is_findable(const struct policy *p, struct slice name)
{
    for (size_t i = 0; i < p->detector_count; i++)
        if (slice_is_nocase(p->detectors[i].name, name))
            return true;
    return finding_is_known(name) || (family_from(name) == FAM_CUSTOM && p->detector_count > 0);
}

static void tell_unknown(struct load *l, const struct yaml *at, struct slice name)
{
    const char **known = known_names(l);
    if (known != NULL)
        load_unknown(l, at, "entity, family or detector", name, known);
}

void check_name(struct load *l, const struct yaml *at, struct slice name)
{
    if (!is_findable(l->policy, name) && family_from(name) == FAM_NONE)
        tell_unknown(l, at, name);
}

/* What the gate looks for itself. A call has no text of its own: nothing can be put in its place.
 */
static void check_watched(struct load *l, const struct rule *rule, const struct yaml *at,
                          enum watch_kind kind)
{
    const char *name = watch_word(kind);
    if (kind == WATCH_CANARY && l->policy->answers.canary == CANARY_NONE)
        load_fault(l, at, "'%s' is only found with answers: { canary: app } or conversation", name);
    if (kind != WATCH_CANARY && !rule->on[FROM_ANSWER])
        load_fault(l, at, "this rule cannot act: '%s' is looked for in answers only", name);
    if ((kind == WATCH_TOOL || kind == WATCH_ARGUMENTS) && rule->action == ACT_REDACT)
        load_fault(l, at, "'%s' cannot be redacted: block it, or observe", name);
    l->policy->answers.kinds |= 1u << kind;
}

static void check_find(struct load *l, const struct rule *rule)
{
    for (size_t i = 0; i < rule->find.n; i++) {
        struct slice name = rule->find.at[i];
        enum watch_kind watched = watch_from(name);
        if (watched < WATCH_KINDS) {
            check_watched(l, rule, rule->find.places[i], watched);
            continue;
        }
        if (finding_is_name(name) && l->policy->names == NAMES_OFF) {
            load_fault(l, rule->find.places[i],
                       "'%.*s' is only found with names: low or names: high", (int)name.len,
                       name.at);
            continue;
        }
        if (finding_is_name(name) && rule->has_on && rule->on[FROM_ANSWER]) {
            load_fault(l, rule->find.places[i],
                       "'%.*s' is not looked for in answers: say on: [request], or leave 'on' out",
                       (int)name.len, name.at);
            continue;
        }
        if (is_findable(l->policy, name))
            continue;
        if (family_from(name) != FAM_NONE)
            load_fault(l, rule->find.places[i], "no detector finds '%.*s': this rule cannot act",
                       (int)name.len, name.at);
        else
            tell_unknown(l, rule->find.places[i], name);
    }
}

/* A call stands in an answer and has a name, no text: nothing else can be asked of it, and all that
 * can be done with it is to stop it. */
static void check_tools(struct load *l, const struct rule *rule)
{
    if (rule->tools.n == 0)
        return;
    if (rule->find.n > 0 || rule->has_attack)
        load_fault(l, rule->tools_place,
                   "'tools' stands alone: this rule cannot act with 'find' or 'attack' beside it");
    if (rule->action != ACT_BLOCK)
        load_fault(l, rule->tools_place, "'tools' goes with 'block' only");
    if (rule->class_place != NULL)
        load_fault(l, rule->class_place, "a rule for 'tools' comes too late to give a class");
}

/* Without 'find' it is the attack's whole text that is taken out: a label says that it was. */
static void check_redact(struct load *l, const struct rule *rule)
{
    bool takes_text = rule->action == ACT_REDACT && rule->find.n == 0;
    if (takes_text && !rule->has_attack)
        load_fault(l, rule->action_place, "'redact' needs 'find': there is nothing to take out");
    else if (takes_text && rule->style != STYLE_LABEL)
        load_fault(
            l, rule->action_place,
            "'redact' needs 'find': the text of an attack is taken out by 'redact: label' only");
    if (rule->earlier_place != NULL && (rule->action != ACT_BLOCK || !rule->has_attack))
        load_fault(l, rule->earlier_place, "'earlier' goes with 'attack' and 'block' only");
    if (rule->labels_earlier && rule->find.n > 0)
        load_fault(l, rule->earlier_place,
                   "'earlier: label' cannot go with 'find': a finding has no turn");
}

static void check_rule(struct load *l, struct rule *rule)
{
    check_when(l, &rule->when);
    if (rule->class_place != NULL)
        rule->class_rank = need_class(l, rule->class_place, rule->class_name);
    check_redact(l, rule);
    check_tools(l, rule);
    check_ask(l, rule);
    if (rule->action == ACT_NONE && rule->class_place == NULL && rule->capture == CAPTURE_UNSAID)
        load_fault(l, rule->place,
                   "this rule does nothing: it has neither 'do' nor 'class' nor 'capture'");
    if (rule->when.classes.n > 0 && rule->class_place != NULL)
        load_fault(l, rule->class_place, "a rule that asks for a class cannot give one");
    if (rule->restores &&
        (rule->action != ACT_REDACT || (rule->style != STYLE_TOKEN && rule->style != STYLE_FAKE)))
        load_fault(l, rule->place, "'restore' goes with 'redact: token' or 'redact: fake'");
}

static void check_ids(struct load *l)
{
    const struct policy *p = l->policy;
    for (size_t i = 0; i < p->rule_count; i++)
        for (size_t k = 0; k < i; k++)
            if (slice_is(p->rules[i].id, p->rules[k].id)) {
                l->file = p->rules[i].file;
                load_fault(l, p->rules[i].place, "the rule at %s:%u has the id '%.*s' too",
                           p->rules[k].file, p->rules[k].place->line, (int)p->rules[i].id.len,
                           p->rules[i].id.at);
                break;
            }
}

/* Which upstreams a target means: one by its name, or all of a trust. */
static bool is_meant(const struct policy_upstream *u, struct slice target)
{
    if (slice_is(target, SLICE_LIT("trust:local")))
        return u->trust == TRUST_LOCAL;
    if (slice_is(target, SLICE_LIT("trust:closed")))
        return u->trust == TRUST_CLOSED;
    return slice_is(u->name, target);
}

static bool is_trust_word(struct slice target)
{
    return slice_is(target, SLICE_LIT("trust:local")) ||
           slice_is(target, SLICE_LIT("trust:closed"));
}

static void unknown_target(struct load *l, const struct yaml *at, struct slice target)
{
    const char **known = load_array(l, l->upstream_count + 3, sizeof *known);
    size_t n = 0;
    if (known == NULL)
        return;
    for (size_t i = 0; i < l->upstream_count; i++)
        known[n++] = arena_copy(l->arena, l->upstreams[i].name).at;
    known[n++] = "trust:local";
    known[n] = "trust:closed";
    load_unknown(l, at, "upstream", target, known);
}

static bool has_name(const struct slice *names, size_t n, struct slice name)
{
    for (size_t i = 0; i < n; i++)
        if (slice_is(names[i], name))
            return true;
    return false;
}

static void resolve_route(struct load *l, struct route *route)
{
    struct slice *names = load_array(l, l->upstream_count, sizeof *names);
    enum trust *trusts = load_array(l, l->upstream_count, sizeof *trusts);
    size_t n = 0;
    for (size_t i = 0; i < route->to.n && !l->no_memory; i++) {
        bool found = is_trust_word(route->to.at[i]);
        for (size_t k = 0; k < l->upstream_count; k++) {
            const struct policy_upstream *u = &l->upstreams[k];
            if (!is_meant(u, route->to.at[i]))
                continue;
            found = true;
            if (has_name(names, n, u->name))
                continue;
            names[n] = arena_copy(l->arena, u->name);
            l->no_memory |= names[n].at == NULL;
            trusts[n++] = u->trust;
        }
        if (!found)
            unknown_target(l, route->to.places[i], route->to.at[i]);
    }
    route->names = names;
    route->trusts = trusts;
    route->name_count = n;
}

/* A fallback never lowers trust: what the first choice keeps in the house stays there. */
static void check_fallback(struct load *l, const struct route *route)
{
    for (size_t i = 1; i < route->to.n; i++)
        if (slice_is(route->to.at[0], SLICE_LIT("trust:local")) &&
            slice_is(route->to.at[i], SLICE_LIT("trust:closed"))) {
            load_fault(l, route->to.places[i],
                       "a route may not fall back from local to closed upstreams");
            return;
        }
    for (size_t i = 1; route->trusts != NULL && i < route->name_count; i++)
        if (route->trusts[i] < route->trusts[0]) {
            load_fault(l, route->place,
                       "a route may not fall back to an upstream of lesser trust: "
                       "'%.*s' is closed, '%.*s' is local",
                       (int)route->names[i].len, route->names[i].at, (int)route->names[0].len,
                       route->names[0].at);
            return;
        }
}

static bool takes_everything(const struct when *when)
{
    return when->app.n + when->path.n + when->model.n + when->dialect.n + when->classes.n == 0;
}

static void check_route(struct load *l, size_t i)
{
    struct route *route = &l->policy->routes[i];
    l->file = route->file;
    check_when(l, &route->when);
    if (l->upstreams != NULL)
        resolve_route(l, route);
    else
        route->names = route->to.at, route->name_count = route->to.n;
    check_fallback(l, route);
    if (i > 0 && route[-1].file == route->file && takes_everything(&route[-1].when))
        load_fault(l, route->place, "never reached: the route at line %u takes everything",
                   route[-1].place->line);
}

static void check_test(struct load *l, const struct policy_test *test)
{
    const struct policy *p = l->policy;
    struct yaml at = {.line = test->line, .column = 1};
    l->file = test->file.at;
    if (test->class_name.len > 0)
        (void)need_class(l, &at, test->class_name);
    for (size_t i = 0; i < test->rule_count; i++) {
        bool found = false;
        for (size_t k = 0; k < p->rule_count && !found; k++)
            found = slice_is(p->rules[k].id, test->rules[i]);
        if (!found)
            load_fault(l, &at, "this test expects the rule '%.*s', which there is not",
                       (int)test->rules[i].len, test->rules[i].at);
    }
}

void check_policy(struct load *l)
{
    struct policy *p = l->policy;
    for (size_t i = 0; i < p->rule_count; i++) {
        l->file = p->rules[i].file;
        check_find(l, &p->rules[i]);
        check_rule(l, &p->rules[i]);
    }
    check_ids(l);
    for (size_t i = 0; i < p->route_count; i++)
        check_route(l, i);
    for (size_t i = 0; i < p->test_count; i++)
        check_test(l, &p->tests[i]);
}
