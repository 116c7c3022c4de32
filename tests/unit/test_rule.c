/* tests/unit/test_rule.c - the keys of rules and routes, and what becomes of them: policies/rule.c.
 */
#include "proxy/base/base.h"
#include "policies/model.h"
#include "tests/unit/policy_rig.h"

/* A rule of these keys that does not load, and why. */
static void bad_rule(const char *keys, const char *complaint)
{
    char text[2000];
    snprintf(text, sizeof text, "rules:\n  - {%s}\n", keys);
    refused(text, complaint);
}

static void bad_route(const char *keys, const char *complaint)
{
    char text[500];
    snprintf(text, sizeof text, "routes:\n  - {%s}\n", keys);
    refused(text, complaint);
}

static void what_is_no_value_of_a_key_is_refused(void **state)
{
    (void)state;
    bad_rule("id: '', class: internal", "an id is 1 to 64 letters");
    bad_rule("id: '?a', class: internal", "an id is");
    bad_rule("id: \"a\\0b\", class: internal", "an id is");
    bad_rule("id: a/b, class: internal", "an id is");
    bad_rule("id: [a], class: internal", "'id' takes text");
    bad_rule("class: internal", "a rule needs an 'id'");
    bad_rule("id: a, attack: x", "'attack' takes a map");
    bad_rule("id: a, attack: {score: 0.5, kinds: [jailbreak, x]}, do: {block: b}",
             "injection, jailbreak, exfiltration, encoded, system_prompt_leak, harmful_request");
    bad_rule("id: a, when: [x], class: internal", "'when' takes a map");
    bad_rule("id: a, when: {model: []}, class: internal", "an empty list");
    bad_rule("id: a, when: {modl: x}, class: internal", "did you mean 'model'?");
    bad_rule("id: a, on: [], find: [EMAIL], do: {redact: token}", "an empty list");
    bad_rule("id: a, find: [EMAIL], do: redact", "a map with keys");
    bad_rule("id: a, find: [EMAIL], do: [allow]", "a map with keys");
    bad_rule("id: a, find: [EMAIL], do: {redact: none}", "token, label, mask, hash, fake, drop");
    bad_rule("id: a, find: [EMAIL], do: {block: ''}", "1 to 500 bytes");
    bad_rule("id: a, find: [EMAIL], do: {allow: false}", "'allow: true' is the only use");
    bad_rule("id: a, find: [EMAIL], do: {allow: maybe}", "'true' or 'false'");
    bad_rule("id: a, find: [EMAIL], do: {block: x, allow: true}", "a rule does one of");
    bad_rule("id: a, find: [EMAIL], do: {block: x, as: page}", "answer, error");
    bad_rule("id: a, find: [EMAIL], do: {as: answer}", "'do' needs one of");
    bad_rule("id: a, find: [EMAIL], do: {redact: token, as: answer}", "'as' goes with 'block'");
    bad_rule("id: a, class: internal, mode: off", "enforce, observe");
    bad_rule("id: a, find: [EMAIL], do: {redact: token}, restore: 1", "'true' or 'false'");
    bad_rule("id: a, class: internal, tags: []", "an empty list");
    bad_route("to: [openai], durability: sometimes", "strict, sync, async");
    bad_route("when: {app: x}", "a route needs 'to'");
    bad_route("to: []", "an empty list");
    bad_route("to: [openai], durability: strict, on_audit_failure: pass",
              "needs 'durability: sync' or 'async'");
    bad_route("to: [openai], on_audit_failure: pass", "needs 'durability: sync' or 'async'");
}

/* Names are looked for in requests only: a rule that says nothing of it is one for them. */
static void a_rule_for_names_is_of_requests(void **state)
{
    static const char head[] = "names: high\nrules: [{id: a, find: [%s], do: {redact: token}%s}]\n";
    static const struct {
        const char *find, *more;
        bool in_answers;
    } good[] = {
        {"PERSON, ADDRESS", "", false},
        {"PERSON", ", on: [request]", false},
        {"PERSON, EMAIL", "", true},
    };
    char text[300];
    (void)state;
    for (size_t i = 0; i < GW_COUNT(good); i++) {
        snprintf(text, sizeof text, head, good[i].find, good[i].more);
        struct policy *p = load_both(text, NULL);
        assert_non_null(p);
        assert_true(p->rules[0].on[FROM_REQUEST]);
        assert_int_equal(p->rules[0].on[FROM_ANSWER], good[i].in_answers);
        policy_free(p);
    }
    snprintf(text, sizeof text, head, "PERSON", ", on: [request, response]");
    refused(text, "is not looked for in answers: say on: [request], or leave 'on' out");
}

/* n bytes and no more: of an id, of a message. */
static void lengths_have_their_bounds(void **state)
{
    char text[700], word[502];
    (void)state;
    memset(word, 'x', sizeof word);
    for (int n = 63; n <= 65; n++) {
        snprintf(text, sizeof text, "rules: [{id: %.*s, class: internal}]\n", n, word);
        struct policy *p = load_both(text, NULL);
        assert_true((p != NULL) == (n <= 64));
        policy_free(p);
    }
    for (int n = 499; n <= 501; n++) {
        snprintf(text, sizeof text, "rules: [{id: a, find: [EMAIL], do: {block: %.*s}}]\n", n,
                 word);
        struct policy *p = load_both(text, NULL);
        assert_true((p != NULL) == (n <= 500));
        policy_free(p);
    }
}

static void a_rule_is_as_it_stands(void **state)
{
    (void)state;
    struct policy *p = loaded("rules:\n"
                              "  - id: A-b_c.9\n"
                              "    find: [EMAIL, PHONE]\n"
                              "    when: {app: [a, b], path: /v1/*, model: m, dialect: openai}\n"
                              "    on: request\n"
                              "    do: {redact: mask}\n"
                              "    class: internal\n"
                              "    mode: observe\n"
                              "    tags: [one, two]\n"
                              "    capture: full\n");
    const struct rule *r = &p->rules[0];
    assert_true(slice_is(r->id, SLICE_LIT("A-b_c.9")));
    assert_int_equal(r->find.n, 2);
    assert_int_equal(r->when.app.n, 2);
    assert_int_equal(r->when.path.n + r->when.model.n + r->when.dialect.n, 3);
    assert_int_equal(r->when.classes.n, 0);
    assert_true(r->on[FROM_REQUEST] && !r->on[FROM_ANSWER] && r->has_on);
    assert_int_equal(r->action, ACT_REDACT);
    assert_int_equal(r->style, STYLE_MASK);
    assert_true(slice_is(r->class_name, SLICE_LIT("internal")));
    assert_true(r->observes && !r->restores && !r->has_attack);
    assert_int_equal(r->tags.n, 2);
    assert_int_equal(r->capture, CAPTURE_FULL);
    policy_free(p);
}

/* What is not said is the safe thing: both directions, enforced, the error, no class. */
static void what_is_left_out_is_what_is_safe(void **state)
{
    (void)state;
    struct policy *p = loaded("rules:\n  - {id: a, find: [EMAIL], do: {block: no}}\n");
    const struct rule *r = &p->rules[0];
    assert_true(r->on[FROM_REQUEST] && r->on[FROM_ANSWER] && !r->has_on);
    assert_true(!r->observes && !r->as_answer && !r->restores && !r->labels_earlier);
    assert_int_equal(r->action, ACT_BLOCK);
    assert_int_equal(r->class_rank, NO_CLASS);
    assert_int_equal(r->capture, CAPTURE_UNSAID);
    policy_free(p);
    p = loaded("routes: [{to: [openai]}]\n");
    assert_int_equal(p->routes[0].durability, DURABILITY_UNSAID);
    assert_int_equal(p->routes[0].on_failure, ON_FAILURE_UNSAID);
    policy_free(p);
}

static void each_style_is_itself(void **state)
{
    (void)state;
    for (int style = STYLE_TOKEN; style <= STYLE_DROP; style++) {
        char text[120];
        snprintf(text, sizeof text, "rules: [{id: a, find: [EMAIL], do: {redact: %s}}]\n",
                 style_word((enum style)style));
        struct policy *p = loaded(text);
        assert_int_equal(p->rules[0].style, style);
        policy_free(p);
    }
}

static void an_attack_is_of_kinds_and_of_whom(void **state)
{
    (void)state;
    struct policy *p = loaded(
        "rules:\n"
        "  - {id: a, attack: {score: 0.25, kinds: [jailbreak, harmful_request], in: tool_result}, "
        "do: {block: no, as: answer}}\n"
        "  - {id: b, attack: {score: 1}, do: {block: no}}\n");
    const struct rule *r = p->rules;
    assert_int_equal(r[0].attack_score, 250);
    assert_int_equal(r[0].attack_kinds, 1u << ATTACK_JAILBREAK | 1u << ATTACK_HARMFUL);
    assert_int_equal(r[0].attack_origins, 1u << ORIGIN_TOOL);
    assert_true(r[0].as_answer);
    assert_int_equal(r[1].attack_kinds | r[1].attack_origins, 0);
    for (size_t i = 0; i < 2; i++) /* an answer has no attack in it */
        assert_true(r[i].on[FROM_REQUEST] && !r[i].on[FROM_ANSWER]);
    policy_free(p);
}

static void tools_are_asked_about_in_answers_only(void **state)
{
    (void)state;
    struct policy *p = loaded("rules: [{id: a, tools: ['shell*'], do: {block: no}}]\n");
    assert_true(!p->rules[0].on[FROM_REQUEST] && p->rules[0].on[FROM_ANSWER]);
    policy_free(p);
}

static void routes_say_how_sure_their_record_is(void **state)
{
    static const struct {
        const char *keys;
        enum durability durability;
        enum on_failure on_failure;
    } cases[] = {
        {"durability: strict", DURABILITY_STRICT, ON_FAILURE_UNSAID},
        {"durability: strict, on_audit_failure: block", DURABILITY_STRICT, ON_FAILURE_BLOCK},
        {"durability: sync, on_audit_failure: pass", DURABILITY_SYNC, ON_FAILURE_PASS},
        {"durability: sync, on_audit_failure: block", DURABILITY_SYNC, ON_FAILURE_BLOCK},
        {"durability: async", DURABILITY_ASYNC, ON_FAILURE_UNSAID},
        {"on_audit_failure: block", DURABILITY_UNSAID, ON_FAILURE_BLOCK},
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        char text[200];
        snprintf(text, sizeof text, "routes:\n  - {to: [openai], %s}\n", cases[i].keys);
        struct policy *p = loaded(text);
        assert_int_equal(p->routes[0].durability, cases[i].durability);
        assert_int_equal(p->routes[0].on_failure, cases[i].on_failure);
        assert_true(slice_is(p->routes[0].id, SLICE_LIT("route:a.yaml:2")));
        policy_free(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_value_of_a_key_is_refused),
        cmocka_unit_test(a_rule_for_names_is_of_requests),
        cmocka_unit_test(lengths_have_their_bounds),
        cmocka_unit_test(a_rule_is_as_it_stands),
        cmocka_unit_test(what_is_left_out_is_what_is_safe),
        cmocka_unit_test(each_style_is_itself),
        cmocka_unit_test(an_attack_is_of_kinds_and_of_whom),
        cmocka_unit_test(tools_are_asked_about_in_answers_only),
        cmocka_unit_test(routes_say_how_sure_their_record_is),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
