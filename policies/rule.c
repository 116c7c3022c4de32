/* policies/rule.c - the keys of rules and routes, each a row: see keyword.h.
 *
 * Reads what stands there and judges single values; what must fit together is check.c's. Knows
 * nothing of how rules are applied. Allocates in the policy's arena. */
#include "proxy/base/base.h"
#include "policies/keyword.h"
#include "policies/model.h"

enum { ID_MAX = 64, MESSAGE_MAX = 500 };

static void id_take(struct load *l, const struct yaml *v, void *into)
{
    struct rule *rule = into;
    bool good = v->text.len > 0 && v->text.len <= ID_MAX && v->text.at[0] != '?';
    for (size_t i = 0; good && i < v->text.len; i++)
        good = strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.",
                      v->text.at[i]) != NULL &&
               v->text.at[i] != '\0';
    if (!good)
        load_fault(l, v, "an id is 1 to %d letters, digits, '-', '_' or '.'", ID_MAX);
    rule->id = v->text;
}

static void find_take(struct load *l, const struct yaml *v, void *into)
{
    ((struct rule *)into)->find = words_of(l, v);
}

static void attack_score_take(struct load *l, const struct yaml *v, void *into)
{
    ((struct rule *)into)->attack_score = score_of(l, v);
}

/* The words of a list as bits by their place in `known`, which ends with NULL after n words. */
static uint32_t bits_of(struct load *l, const struct yaml *v, const char *const *known, size_t n)
{
    struct words words = words_of(l, v);
    uint32_t bits = 0;
    for (size_t i = 0; i < words.n; i++) {
        size_t bit = choice_of(l, words.places[i], known, n);
        bits |= bit < n ? 1u << bit : 0;
    }
    return bits;
}

static void attack_kinds_take(struct load *l, const struct yaml *v, void *into)
{
    const char *known[ATTACK_KINDS + 1] = {NULL};
    for (size_t i = 0; i < ATTACK_KINDS; i++)
        known[i] = attack_word((enum attack_kind)i);
    ((struct rule *)into)->attack_kinds = bits_of(l, v, known, ATTACK_KINDS);
}

static void attack_in_take(struct load *l, const struct yaml *v, void *into)
{
    const char *known[ORIGIN_COUNT + 1] = {NULL};
    for (size_t i = 0; i < ORIGIN_COUNT; i++)
        known[i] = attack_origin_word((enum attack_origin)i);
    ((struct rule *)into)->attack_origins = bits_of(l, v, known, ORIGIN_COUNT);
}

/* clang-format off */
static const struct keyword attack_keys[] = {
    {"score", SHAPE_TEXT,  attack_score_take, "the lowest score that counts, above 0 and up to 1"},
    {"kinds", SHAPE_WORDS, attack_kinds_take, "which kinds of attack; all when it is not given"},
    {"in",    SHAPE_WORDS, attack_in_take,    "whose words: user, tool_result; both when it is not given"},
    {NULL, SHAPE_ANY, NULL, NULL},
};
/* clang-format on */

static void attack_take(struct load *l, const struct yaml *v, void *into)
{
    struct rule *rule = into;
    rule->has_attack = true;
    keyword_read(l, attack_keys, v, rule);
    if (yaml_member(v, "score") == NULL)
        load_fault(l, v, "'attack' needs a 'score', such as 0.9");
}

static void tools_take(struct load *l, const struct yaml *v, void *into)
{
    struct rule *rule = into;
    rule->tools = words_of(l, v);
    rule->tools_place = v;
}

static void app_take(struct load *l, const struct yaml *v, void *into)
{
    ((struct when *)into)->app = words_of(l, v);
}
static void path_take(struct load *l, const struct yaml *v, void *into)
{
    ((struct when *)into)->path = words_of(l, v);
}
static void model_take(struct load *l, const struct yaml *v, void *into)
{
    ((struct when *)into)->model = words_of(l, v);
}
static void dialect_take(struct load *l, const struct yaml *v, void *into)
{
    ((struct when *)into)->dialect = words_of(l, v);
}
static void classes_take(struct load *l, const struct yaml *v, void *into)
{
    ((struct when *)into)->classes = words_of(l, v);
}

/* clang-format off */
static const struct keyword when_keys[] = {
    {"app",     SHAPE_WORDS, app_take,     "names of application keys; * stands for anything"},
    {"path",    SHAPE_WORDS, path_take,    "paths, such as /v1/chat/completions; * stands for anything"},
    {"model",   SHAPE_WORDS, model_take,   "model names; * stands for anything"},
    {"dialect", SHAPE_WORDS, dialect_take, "openai, anthropic, gemini, ollama; * stands for anything"},
    {"class",   SHAPE_WORDS, classes_take, "classes, exactly these"},
    {NULL, SHAPE_ANY, NULL, NULL},
};
/* clang-format on */

static void when_take(struct load *l, const struct yaml *v, void *into)
{
    keyword_read(l, when_keys, v, &((struct rule *)into)->when);
}

static void on_take(struct load *l, const struct yaml *v, void *into)
{
    static const char *const known[] = {"request", "response", NULL};
    struct rule *rule = into;
    struct words on = words_of(l, v);
    rule->has_on = true;
    rule->on[FROM_REQUEST] = rule->on[FROM_ANSWER] = false;
    for (size_t i = 0; i < on.n; i++)
        rule->on[choice_of(l, on.places[i], known, 0) == 0 ? FROM_REQUEST : FROM_ANSWER] = true;
}

static void act(struct load *l, const struct yaml *v, struct rule *rule, enum action action)
{
    if (rule->action != ACT_NONE)
        load_fault(l, v, "a rule does one of 'redact', 'block' and 'allow'");
    rule->action = action;
    rule->action_place = v;
}

static void redact_take(struct load *l, const struct yaml *v, void *into)
{
    static const char *const styles[] = {"token", "label", "mask", "hash", "fake", "drop", NULL};
    struct rule *rule = into;
    act(l, v, rule, ACT_REDACT);
    rule->style = (enum style)(STYLE_TOKEN + choice_of(l, v, styles, 0));
}

static void block_take(struct load *l, const struct yaml *v, void *into)
{
    struct rule *rule = into;
    act(l, v, rule, ACT_BLOCK);
    if (v->text.len == 0 || v->text.len > MESSAGE_MAX)
        load_fault(l, v, "'block' takes the message for the caller, 1 to %d bytes", MESSAGE_MAX);
    rule->message = v->text;
}

static void allow_take(struct load *l, const struct yaml *v, void *into)
{
    act(l, v, into, ACT_ALLOW);
    if (!flag_of(l, v))
        load_fault(l, v, "'allow: true' is the only use of 'allow'");
}

static void as_take(struct load *l, const struct yaml *v, void *into)
{
    static const char *const known[] = {"answer", "error", NULL};
    ((struct rule *)into)->as_answer = choice_of(l, v, known, 1) == 0;
}

static void earlier_take(struct load *l, const struct yaml *v, void *into)
{
    static const char *const known[] = {"block", "label", NULL};
    ((struct rule *)into)->labels_earlier = choice_of(l, v, known, 0) == 1;
    ((struct rule *)into)->earlier_place = v;
}

/* clang-format off */
static const struct keyword do_keys[] = {
    {"redact", SHAPE_TEXT, redact_take, "token, label, mask, hash, fake or drop"},
    {"block",  SHAPE_TEXT, block_take,  "the message that the caller gets"},
    {"allow",  SHAPE_TEXT, allow_take,  "true: the findings may stay, unless another rule takes them out"},
    {"as",     SHAPE_TEXT, as_take,     "how a block looks: error (403) or answer (a normal 200 answer)"},
    {"earlier", SHAPE_TEXT, earlier_take, "what is done with an attack in turns that were answered already: block, or label (it is taken out)"},
    {NULL, SHAPE_ANY, NULL, NULL},
};
/* clang-format on */

static void do_take(struct load *l, const struct yaml *v, void *into)
{
    struct rule *rule = into;
    if (v->kind == YAML_TEXT && slice_is(v->text, SLICE_LIT("allow"))) {
        act(l, v, rule, ACT_ALLOW);
        return;
    }
    keyword_read(l, do_keys, v, rule);
    if (v->kind == YAML_MAP && rule->action == ACT_NONE)
        load_fault(l, v, "'do' needs one of 'redact', 'block' and 'allow'");
    if (rule->as_answer && rule->action != ACT_BLOCK)
        load_fault(l, v, "'as' goes with 'block' only");
}

static void class_take(struct load *l, const struct yaml *v, void *into)
{
    (void)l;
    ((struct rule *)into)->class_name = v->text;
    ((struct rule *)into)->class_place = v;
}

static void mode_take(struct load *l, const struct yaml *v, void *into)
{
    static const char *const known[] = {"enforce", "observe", NULL};
    ((struct rule *)into)->observes = choice_of(l, v, known, 0) == 1;
}

static uint8_t capture_of(struct load *l, const struct yaml *v)
{
#define X(id, word) word,
    static const char *const known[] = {CAPTURE_TABLE(X) NULL};
#undef X
    return (uint8_t)(choice_of(l, v, known, 0) + CAPTURE_META);
}

static void capture_take(struct load *l, const struct yaml *v, void *into)
{
    ((struct rule *)into)->capture = capture_of(l, v);
}

static void tags_take(struct load *l, const struct yaml *v, void *into)
{
    ((struct rule *)into)->tags = words_of(l, v);
}

static void restore_take(struct load *l, const struct yaml *v, void *into)
{
    ((struct rule *)into)->restores = flag_of(l, v);
}

/* clang-format off */
static const struct keyword rule_keys[] = {
    {"id",      SHAPE_TEXT,  id_take,      "the rule's name in records, unique in the whole policy"},
    {"find",    SHAPE_WORDS, find_take,    "entities, families or detectors of which one must be found"},
    {"attack",  SHAPE_MAP,   attack_take,  "how much the request must look like an attack"},
    {"ask",     SHAPE_MAP,   ask_take,     "which guard model decides while the score of 'attack' does not"},
    {"tools",   SHAPE_WORDS, tools_take,   "tools of which the model must call one in its answer; * stands for anything"},
    {"when",    SHAPE_MAP,   when_take,    "which exchanges the rule is for; all when it is not given"},
    {"on",      SHAPE_WORDS, on_take,      "request, response; both when it is not given"},
    {"do",      SHAPE_ANY,   do_take,      "what is done; nothing when it is not given (class only)"},
    {"class",   SHAPE_TEXT,  class_take,   "the class that the exchange then has at least"},
    {"mode",    SHAPE_TEXT,  mode_take,    "enforce, or observe: recorded and without effect"},
    {"tags",    SHAPE_WORDS, tags_take,    "words for reports, such as pci-dss-3.4"},
    {"capture", SHAPE_TEXT,  capture_take, "of such an exchange at least this much content is kept: meta, findings, redacted, full"},
    {"restore", SHAPE_TEXT,  restore_take, "true: secrets of this rule may be put back into answers"},
    {NULL, SHAPE_ANY, NULL, NULL},
};
/* clang-format on */

/* Names are looked for in requests only. */
static bool finds_only_names(const struct rule *rule)
{
    for (size_t i = 0; i < rule->find.n; i++)
        if (!finding_is_name(rule->find.at[i]))
            return false;
    return rule->find.n > 0;
}

void rule_read(struct load *l, const struct yaml *v, struct rule *into)
{
    *into = (struct rule){.file = l->file, .place = v, .class_rank = NO_CLASS};
    into->on[FROM_REQUEST] = into->on[FROM_ANSWER] = true;
    keyword_read(l, rule_keys, v, into);
    if (v->kind == YAML_MAP && into->id.len == 0)
        load_fault(l, v, "a rule needs an 'id'");
    if (into->has_attack && into->has_on && !into->on[FROM_REQUEST])
        load_fault(l, v, "this rule cannot act: 'attack' looks at requests only");
    if (into->tools.n > 0 && into->has_on && !into->on[FROM_ANSWER])
        load_fault(l, v, "this rule cannot act: 'tools' looks at answers only");
    if (into->has_attack)
        into->on[FROM_ANSWER] = false;
    if (into->tools.n > 0)
        into->on[FROM_REQUEST] = false;
    if (!into->has_on && finds_only_names(into))
        into->on[FROM_ANSWER] = false;
}

static void route_when_take(struct load *l, const struct yaml *v, void *into)
{
    keyword_read(l, when_keys, v, &((struct route *)into)->when);
}

static void to_take(struct load *l, const struct yaml *v, void *into)
{
    ((struct route *)into)->to = words_of(l, v);
}

static void route_capture_take(struct load *l, const struct yaml *v, void *into)
{
    ((struct route *)into)->capture = capture_of(l, v);
}

static void durability_take(struct load *l, const struct yaml *v, void *into)
{
#define X(id, word) word,
    static const char *const known[] = {DURABILITY_TABLE(X) NULL};
#undef X
    ((struct route *)into)->durability = (uint8_t)(choice_of(l, v, known, 0) + DURABILITY_STRICT);
}

static void on_failure_take(struct load *l, const struct yaml *v, void *into)
{
    static const char *const known[] = {"block", "pass", NULL};
    ((struct route *)into)->on_failure =
        (uint8_t)(choice_of(l, v, known, 0) + (int)ON_FAILURE_BLOCK);
}

/* A route says both where it says that it passes: what it gives up is then read in one place. */
static void check_failure(struct load *l, const struct yaml *v, const struct route *route)
{
    if (route->on_failure == ON_FAILURE_PASS && route->durability < DURABILITY_SYNC)
        load_fault(l, v,
                   "'on_audit_failure: pass' needs 'durability: sync' or 'async' beside it: strict "
                   "exchanges never go on without a record");
    if (route->on_failure == ON_FAILURE_BLOCK && route->durability == DURABILITY_ASYNC)
        load_fault(
            l, v, "'durability: async' waits for no record, so it cannot block when there is none");
}

/* clang-format off */
static const struct keyword route_keys[] = {
    {"when", SHAPE_MAP,   route_when_take, "which exchanges the route is for; all when it is not given"},
    {"to",   SHAPE_WORDS, to_take,         "upstreams in order, or trust:local, trust:closed for all of that trust"},
    {"capture", SHAPE_TEXT, route_capture_take, "how much content of its exchanges is kept, in place of audit.capture"},
    {"durability", SHAPE_TEXT, durability_take, "in place of audit.durability: strict (begin and end on disk first), sync (the end), async (neither; goes on without a record)"},
    {"on_audit_failure", SHAPE_TEXT, on_failure_take, "block, or pass: its exchanges go on while nothing can be recorded; they are counted"},
    {NULL, SHAPE_ANY, NULL, NULL},
};
/* clang-format on */

void route_read(struct load *l, const struct yaml *v, struct route *into)
{
    char id[300];
    *into = (struct route){.file = l->file, .place = v};
    int n = snprintf(id, sizeof id, "route:%.250s:%u", l->file, v->line);
    into->id = arena_copy(l->arena, slice_of(id, n > 0 ? (size_t)n : 0));
    keyword_read(l, route_keys, v, into);
    if (v->kind == YAML_MAP && into->to.n == 0)
        load_fault(l, v, "a route needs 'to'");
    check_failure(l, v, into);
}
