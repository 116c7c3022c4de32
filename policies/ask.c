/* policies/ask.c - the keys of `ask`, each a row: which guard model is asked about a score that
 * decides nothing yet, and what holds when it does not say.
 *
 * Reads what stands there; guards that are alike become one, so that an exchange asks each once.
 * Knows nothing of how a guard is asked: proxy/llm/guard.c has a row for each format. Allocates in
 * the policy's arena. */
#include "proxy/base/base.h"
#include "policies/keyword.h"
#include "policies/model.h"

enum { WITHIN_MS = 2000, WITHIN_LEAST = 10, WITHIN_MOST = 60000, MODEL_MAX = 200 };

#define X(id, word) word,
static const char *const formats[] = {GUARD_FORMATS(X) NULL};
#undef X

const char *policy_format_word(enum guard_format format)
{
    assert((size_t)format < GUARD_FORMAT_COUNT);
    return formats[format];
}

const char *policy_said_word(unsigned said)
{
    static const char *const words[] = {[SAID_NOTHING] = "nothing",
                                        [SAID_SAFE] = "safe",
                                        [SAID_UNSAFE] = "unsafe",
                                        [SAID_FAILED] = "failed"};
    assert(said < GW_COUNT(words));
    return words[said];
}

static void upstream_take(struct load *l, const struct yaml *v, void *into)
{
    struct rule *rule = into;
    (void)l;
    rule->guard.upstream = v->text;
    rule->guard_place = v;
}

static void model_take(struct load *l, const struct yaml *v, void *into)
{
    if (v->text.len == 0 || v->text.len > MODEL_MAX)
        load_fault(l, v, "a model's name has 1 to %d bytes", MODEL_MAX);
    ((struct rule *)into)->guard.model = v->text;
}

static void format_take(struct load *l, const struct yaml *v, void *into)
{
    ((struct rule *)into)->guard.format = (enum guard_format)choice_of(l, v, formats, 0);
}

static void below_take(struct load *l, const struct yaml *v, void *into)
{
    ((struct rule *)into)->ask_below = score_of(l, v);
}

/* "750ms" or "2s". */
static void within_take(struct load *l, const struct yaml *v, void *into)
{
    uint64_t n = 0;
    bool is_ms = slice_has_suffix(v->text, SLICE_LIT("ms"));
    bool is_s = !is_ms && slice_has_suffix(v->text, SLICE_LIT("s"));
    struct slice digits = slice_cut(v->text, 0, v->text.len - (is_ms ? 2 : is_s ? 1 : 0));
    bool good = (is_ms || is_s) && gw_ok(slice_u64(digits, &n)) && n <= WITHIN_MOST;
    n *= is_s ? 1000 : 1;
    if (!good || n < WITHIN_LEAST || n > WITHIN_MOST)
        load_fault(l, v, "a time such as 750ms or 2s is needed here, 10ms to 60s");
    ((struct rule *)into)->guard.within_ms = (unsigned)n;
}

static void fails_take(struct load *l, const struct yaml *v, void *into)
{
    static const char *const known[] = {"closed", "open", NULL};
    ((struct rule *)into)->ask_fails_open = choice_of(l, v, known, 0) == 1;
}

/* clang-format off */
static const struct keyword ask_keys[] = {
    {"upstream", SHAPE_TEXT, upstream_take, "the upstream that serves the guard model"},
    {"model",    SHAPE_TEXT, model_take,    "the guard's model name; the upstream's own when it is not given"},
    {"format",   SHAPE_TEXT, format_take,   "how it is asked and answers: llama-guard, granite-guardian, prompt-guard, yes-no or json"},
    {"below",    SHAPE_TEXT, below_take,    "scores from here on need no guard; all are asked about when it is not given"},
    {"within",   SHAPE_TEXT, within_take,   "how long it may take, connecting and all texts together; 2s when it is not given"},
    {"fails",    SHAPE_TEXT, fails_take,    "closed: no verdict counts as unsafe (default); open: as safe"},
    {NULL, SHAPE_ANY, NULL, NULL},
};
/* clang-format on */

void ask_take(struct load *l, const struct yaml *v, void *into)
{
    struct rule *rule = into;
    rule->asks = true;
    rule->ask_place = v;
    rule->guard.within_ms = WITHIN_MS;
    keyword_read(l, ask_keys, v, rule);
    if (v->kind != YAML_MAP)
        return;
    if (yaml_member(v, "upstream") == NULL)
        load_fault(l, v, "'ask' needs an 'upstream'");
    if (yaml_member(v, "format") == NULL)
        load_fault(l, v,
                   "'ask' needs a 'format': llama-guard, granite-guardian, prompt-guard, "
                   "yes-no or json");
}

static bool is_alike(const struct policy_guard *a, const struct policy_guard *b)
{
    return slice_is(a->upstream, b->upstream) && slice_is(a->model, b->model) &&
           a->format == b->format && a->within_ms == b->within_ms;
}

static void check_upstream(struct load *l, const struct rule *rule)
{
    const char **known = load_array(l, l->upstream_count + 1, sizeof *known);
    for (size_t i = 0; known != NULL && i < l->upstream_count; i++) {
        if (slice_is(l->upstreams[i].name, rule->guard.upstream))
            return;
        known[i] = arena_copy(l->arena, l->upstreams[i].name).at;
    }
    if (known != NULL)
        load_unknown(l, rule->guard_place, "upstream", rule->guard.upstream, known);
}

void check_ask(struct load *l, struct rule *rule)
{
    struct policy *p = l->policy;
    size_t i = 0;
    if (!rule->asks)
        return;
    if (!rule->has_attack)
        load_fault(l, rule->ask_place, "'ask' goes with 'attack': a score must be undecided");
    if (rule->has_attack && rule->ask_below != 0 && rule->ask_below <= rule->attack_score)
        load_fault(l, rule->ask_place,
                   "nothing is asked: 'below' is not above the 'score' of 'attack'");
    if (l->upstreams != NULL && rule->guard_place != NULL)
        check_upstream(l, rule);
    while (i < p->guard_count && !is_alike(&p->guards[i], &rule->guard))
        i++;
    if (i == POLICY_GUARDS) {
        load_fault(l, rule->ask_place, "more than %d different guards", POLICY_GUARDS);
        return;
    }
    if (i == p->guard_count)
        p->guards[p->guard_count++] = rule->guard;
    rule->guard_number = (unsigned)i;
}

const struct policy_guard *policy_guards(const struct policy *p, size_t *n)
{
    *n = p->guard_count;
    return p->guards;
}
