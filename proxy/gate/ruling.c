/* proxy/gate/ruling.c - see answer.h. */
#include "proxy/base/base.h"
#include "proxy/gate/ruling.h"
#include "proxy/gate/state.h"

/* Keeps the names of the rules that acted, each once. */
static void note_rules(struct exchange *x, const struct verdict *v)
{
    for (size_t i = 0; i < v->rule_count; i++) {
        size_t k = 0;
        while (k < x->answer_rule_count && !slice_is(x->answer_rules[k], v->rules[i]))
            k++;
        if (k == x->answer_rule_count && k < GW_COUNT(x->answer_rules))
            x->answer_rules[x->answer_rule_count++] = v->rules[i];
    }
}

/* The exchange has the class of what its answer showed, for its end record. */
static void raise_class(struct exchange *x, const struct verdict *v)
{
    if (v->styles == NULL || v->class_rank <= x->verdict.class_rank)
        return;
    x->verdict.class_rank = v->class_rank;
    x->verdict.class_name = v->class_name;
}

/* Left as it is, and told: a rule names it, or would if it were enforced. */
static bool is_flagged(const struct facts *facts, const struct verdict *v)
{
    bool is_watched = facts->finding_count > 0 && facts->findings[0].family == FAM_NONE;
    return is_watched && v->rule_count + v->observed_count > 0;
}

/* Asks the policy about one thing in the answer. True: the answer stops before it. */
static bool judge_answer(struct exchange *x, const struct facts *facts, struct slice entity,
                         struct slice value, enum style *style)
{
    struct verdict v = {.decision = DECISION_BLOCK};
    gw_result r = policy_decide(x->gate->policy, facts, x->scratch, NULL, NULL, &v);
    bool stop = !gw_ok(r) || v.decision == DECISION_BLOCK;
    *style = stop ? STYLE_DROP : facts->finding_count > 0 ? v.styles[0] : STYLE_NONE;
    raise_class(x, &v);
    if (v.capture > x->answer_capture)
        x->answer_capture = v.capture;
    if (*style == STYLE_NONE && !is_flagged(facts, &v))
        return false;
    if (x->answer_findings < GW_COUNT(x->answer_entities)) {
        x->answer_entities[x->answer_findings] = entity;
        x->answer_left[x->answer_findings] = *style == STYLE_NONE;
        if (x->gate->search_key != NULL)
            (void)imprint_make(x->gate->search_key, value, x->answer_imprints[x->answer_findings]);
    }
    x->answer_findings++;
    capture_found(x, entity, value);
    note_rules(x, &v);
    if (stop && !x->answer_blocked) {
        x->answer_blocked = true;
        x->answer_message = v.message;
        x->answer_as_answer = v.as_answer;
    }
    return stop;
}

enum style ruling_on_finding(void *exchange, const struct finding *f, struct slice value,
                             bool *stop)
{
    struct exchange *x = exchange;
    enum style style;
    const struct facts facts = decide_facts(x, FROM_ANSWER, f, 1);
    *stop = judge_answer(x, &facts, f->entity, value, &style);
    return style;
}

bool ruling_on_call(struct exchange *x, struct slice name)
{
    enum style style;
    struct facts facts = decide_facts(x, FROM_ANSWER, NULL, 0);
    facts.has_call = true;
    facts.tool = name;
    return judge_answer(x, &facts, SLICE_LIT("TOOL_CALL"), (struct slice){NULL, 0}, &style);
}
