/* tests/unit/test_load.c - policy_load() and what it refuses: policies/load.c, rule.c, check.c. */
#include "proxy/base/base.h"
#include "policies/policy.h"
#include "tests/unit/policy_rig.h"

static void keys_and_shapes_are_refused(void **state)
{
    (void)state;
    refused("rulez: []\n", "a.yaml:1:1: unknown key 'rulez'; did you mean 'rules'?");
    refused("rules:\n  - id: x\n    clas: internal\n    do: {allow: true}\n",
            "a.yaml:3:5: unknown key 'clas'; did you mean 'class'?");
    refused("rules: {}\n", "'rules' takes a list");
    refused("rules: [x]\n", "a map with keys is needed");
    refused("rules:\n  - { do: {allow: true} }\n", "needs an 'id'");
    refused("rules:\n  - { id: 'a b', class: internal }\n", "an id is");
    refused("rules:\n  - { id: a, class: secret }\n", "unknown class 'secret'");
    refused("rules:\n  - { id: a, class: internl }\n", "did you mean 'internal'?");
    refused("- a\n", "a map with keys");
    refused("threshold: 2\n", "above 0 and up to 1");
    refused("names: most\n", "off, low or high");
    refused("rules: [{ id: a, find: [PERSON], do: { redact: token } }]\n", "names: high");
    refused(
        "names: high\nrules: [{ id: a, on: [response], find: [PERSON], do: { redact: token } }]\n",
        "on: [request]");
    refused("rules:\n  - { id: a, class: internal, mode: maybe }\n", "enforce, observe");
    refused("rules:\n  - { id: a, class: internal, on: [reply] }\n", "request, response");
    refused("rules:\n  - { id: a, class: internal, find: [] }\n", "an empty list");
}

static void rules_that_cannot_act_are_refused(void **state)
{
    (void)state;
    refused("rules:\n  - { id: a, find: [EMAL], do: {redact: token} }\n",
            "unknown entity, family or detector 'EMAL'; did you mean 'EMAIL'?");
    refused("rules:\n  - { id: a, do: {redact: token} }\n", "'redact' needs 'find'");
    refused("rules:\n  - { id: a, attack: {score: 0.9}, do: {redact: token} }\n",
            "'redact' needs 'find'");
    refused("rules:\n  - { id: a, attack: {score: 0.9}, on: [response], do: {block: no} }\n",
            "looks at requests only");
    refused("rules:\n  - { id: a, tools: [x], on: [request], do: {block: no} }\n",
            "'tools' looks at answers only");
    refused("rules:\n  - { id: a, tools: [x], find: [EMAIL], do: {block: no} }\n",
            "'tools' stands alone");
    refused("rules:\n  - { id: a, tools: [x], attack: {score: 0.9}, do: {block: no} }\n",
            "'tools' stands alone");
    refused("rules:\n  - { id: a, tools: [x], do: {allow: true} }\n",
            "'tools' goes with 'block' only");
    refused("rules:\n  - { id: a, tools: [x], class: public }\n", "'tools' goes with 'block' only");
    refused("rules:\n  - { id: a, tools: [x], do: {block: no}, class: public }\n",
            "comes too late to give a class");
    refused("rules:\n  - { id: a, tools: [], do: {block: no} }\n", "an empty list");
    refused("rules:\n  - { id: a, attack: {score: 1.1}, do: {block: no} }\n",
            "above 0 and up to 1");
    refused("rules:\n  - { id: a, attack: {score: 0}, do: {block: no} }\n", "above 0 and up to 1");
    refused("rules:\n  - { id: a, attack: {kinds: [injection]}, do: {block: no} }\n",
            "needs a 'score'");
    refused("rules:\n  - { id: a, attack: {score: 1, kinds: [x]}, do: {block: no} }\n",
            "injection, jailbreak");
    refused("rules:\n  - { id: a, attack: {score: 1, in: [system]}, do: {block: no} }\n",
            "user, tool_result");
    refused("rules:\n  - { id: a, attack: {score: 1, in: []}, do: {block: no} }\n",
            "an empty list");
    refused("rules:\n  - { id: a }\n", "this rule does nothing");
    refused("rules:\n  - { id: a, find: [EMAIL], capture: everything }\n",
            "meta, findings, redacted, full");
    refused("routes:\n  - { to: [cloud], capture: none }\n", "meta, findings, redacted, full");
    refused("routes:\n  - { to: [cloud], durability: none }\n", "strict, sync, async");
    refused("routes:\n  - { to: [cloud], durability: sync, on_audit_failure: no }\n",
            "block, pass");
    refused("routes:\n  - { to: [cloud], on_audit_failure: pass }\n", "needs 'durability: sync'");
    refused("routes:\n  - { to: [cloud], durability: strict, on_audit_failure: pass }\n",
            "needs 'durability: sync'");
    refused("routes:\n  - { to: [cloud], durability: async, on_audit_failure: block }\n",
            "cannot block");
    refused("rules:\n  - { id: a, find: [EMAIL], do: {redact: tokn} }\n", "token, label");
    refused("rules:\n  - { id: a, find: [EMAIL], do: {redact: token, block: x} }\n",
            "a rule does one of");
    refused("rules:\n  - { id: a, do: {allow: true, as: answer} }\n", "'as' goes with 'block'");
    refused("rules:\n  - { id: a, do: {} }\n", "'do' needs one of");
    refused("rules:\n  - { id: a, find: [SECRET], do: {redact: label}, restore: true }\n",
            "'restore' goes with");
    refused("rules:\n  - { id: a, when: {class: internal}, class: restricted }\n",
            "a rule that asks for a class cannot give one");
    refused("rules:\n  - { id: a, class: internal }\n  - { id: a, class: public }\n",
            "a.yaml:3:5: the rule at a.yaml:2 has the id 'a' too");
}

#define ASKS(more) \
    "rules:\n  - id: x\n    do: {block: no}\n    attack: {score: 0.5}\n    ask: {" more "}\n"
#define ASKS_WELL "upstream: openai, format: json"

static void a_guard_that_cannot_be_asked_is_refused(void **state)
{
    (void)state;
    refused("rules:\n  - id: x\n    do: {block: no}\n    ask: {" ASKS_WELL "}\n",
            "a.yaml:4:10: 'ask' goes with 'attack'");
    refused(ASKS("format: json"), "a.yaml:5:10: 'ask' needs an 'upstream'");
    refused(ASKS("upstream: openai"), "'ask' needs a 'format'");
    refused(ASKS("upstream: opena, format: json"), "unknown upstream 'opena'; did you mean");
    refused(ASKS("upstream: openai, format: jason"), "one of these is needed here: llama-guard");
    refused(ASKS(ASKS_WELL ", below: 0.5"), "'below' is not above the 'score'");
    refused(ASKS(ASKS_WELL ", below: 2"), "a.yaml:5:");
    refused(ASKS(ASKS_WELL ", within: 9ms"), "a time such as 750ms or 2s");
    refused(ASKS(ASKS_WELL ", within: s"), "a time such as 750ms or 2s");
    refused(ASKS(ASKS_WELL ", within: 5"), "a time such as 750ms or 2s");
    refused(ASKS(ASKS_WELL ", within: 18446744073709551615s"), "a time such as 750ms or 2s");
    refused(ASKS(ASKS_WELL ", fails: no"), "one of these is needed here: closed, open");
    refused(ASKS(ASKS_WELL ", model: ''"), "a.yaml:5:");
    refused(ASKS(ASKS_WELL ", belw: 0.9"), "unknown key 'belw'; did you mean 'below'?");
    refused("rules:\n"
            "  - {id: a, do: {block: n}, attack: {score: 0.5}, ask: {" ASKS_WELL ", model: a}}\n"
            "  - {id: b, do: {block: n}, attack: {score: 0.5}, ask: {" ASKS_WELL ", model: b}}\n"
            "  - {id: c, do: {block: n}, attack: {score: 0.5}, ask: {" ASKS_WELL ", model: c}}\n"
            "  - {id: d, do: {block: n}, attack: {score: 0.5}, ask: {" ASKS_WELL ", model: d}}\n"
            "  - {id: e, do: {block: n}, attack: {score: 0.5}, ask: {" ASKS_WELL ", model: e}}\n",
            "a.yaml:6:56: more than 4 different guards");
}

#define DOES(attack, more) "rules:\n  - id: x\n" attack "    do: {" more "}\n"
#define AT "    attack: {score: 0.5}\n"

static void what_is_taken_out_of_turns_is_read_with_care(void **state)
{
    (void)state;
    refused(DOES("", "redact: label"), "'redact' needs 'find'");
    refused(DOES(AT, "redact: drop"), "the text of an attack is taken out by 'redact: label' only");
    refused(DOES(AT, "redact: token"),
            "the text of an attack is taken out by 'redact: label' only");
    refused(DOES("    find: [EMAIL]\n", "block: no, earlier: label"),
            "'earlier' goes with 'attack' and 'block' only");
    refused(DOES(AT, "redact: label, earlier: label"), "'earlier' goes with 'attack'");
    refused(DOES(AT, "block: no, earlier: drop"), "one of these is needed here: block, label");
    refused(DOES(AT "    find: [EMAIL]\n", "block: no, earlier: label"),
            "'earlier: label' cannot go with 'find'");
    policy_free(load_both(DOES(AT, "block: no, earlier: label"), NULL));
    policy_free(load_both(DOES(AT, "block: no, earlier: block, as: answer"), NULL));
    policy_free(load_both(DOES(AT, "redact: label"), NULL));
    assert_int_equal(buf_slice(&said).len, 0);
}

static void guards_that_are_alike_are_one(void **state)
{
    size_t n;
    struct policy *p = load_both(
        "rules:\n"
        "  - {id: a, do: {block: n}, attack: {score: 0.5}, ask: {" ASKS_WELL ", model: a}}\n"
        "  - {id: b, do: {block: n}, attack: {score: 0.7}, ask: {" ASKS_WELL ", model: a,\n"
        "       below: 0.9, fails: open, within: 2000ms}}\n"
        "  - {id: c, do: {block: n}, attack: {score: 0.5}, ask: {" ASKS_WELL ", within: 60s}}\n",
        NULL);
    (void)state;
    assert_non_null(p);
    const struct policy_guard *guards = policy_guards(p, &n);
    assert_int_equal(n, 2);
    assert_int_equal(guards[0].within_ms, 2000);
    assert_int_equal(guards[1].within_ms, 60000);
    assert_int_equal(guards[1].model.len, 0);
    assert_int_equal(guards[0].format, GUARD_JSON);
    policy_free(p);
}

static void what_is_looked_for_in_answers_is_read_with_care(void **state)
{
    const char *const rule = "answers: { links: { hosts: [a.example, '*.b.example'], link: 9 }, "
                             "canary: app, prompt: 8 }\n"
                             "rules: [{ id: a, find: [canary_token, EXFILTRATION_LINK], "
                             "do: { block: no } }]\n";
    (void)state;
    refused("answers: [x]\n", "'answers' takes a map");
    refused("answers: { link: 4 }\n", "a.yaml:1:12: unknown key 'link'; did you mean 'links'?");
    refused("answers: { canary: yes }\n", "off, app, conversation");
    refused("answers: { prompt: 7 }\n", "a number from 8 to 1000");
    refused("answers: { links: { image: -1 } }\n", "a number from 0 to 4000");
    refused("answers: { links: { hosts: ['https://a.example'] } }\n", "a host's name alone");
    refused("rules: [{ id: a, find: [CANARY_TOKEN], do: { block: no } }]\n",
            "only found with answers: { canary: app }");
    refused("rules: [{ id: a, find: [EXFILTRATION_IMAGE], on: [request], do: { block: no } }]\n",
            "'EXFILTRATION_IMAGE' is looked for in answers only");
    refused("rules: [{ id: a, find: [UNKNOWN_TOOL], on: [response], do: { redact: label } }]\n",
            "'UNKNOWN_TOOL' cannot be redacted");
    refused("rules: [{ id: a, find: [EXFILTRATION_IMGE], do: { block: no } }]\n",
            "did you mean 'EXFILTRATION_IMAGE'?");
    struct policy *p = load_both(rule, NULL);
    assert_non_null(p);
    const struct watch_rules *w = policy_answers(p);
    assert_int_equal(w->kinds, 1u << WATCH_CANARY | 1u << WATCH_LINK);
    assert_int_equal(w->host_count, 2);
    assert_int_equal(w->image, 32);
    assert_int_equal(w->link, 9);
    assert_int_equal(w->prompt, 8);
    assert_int_equal(w->canary, CANARY_APP);
    policy_free(p);
    p = load_both("rules: []\n", NULL);
    assert_int_equal(policy_answers(p)->kinds, 0);
    policy_free(p);
}

static void routes_that_leak_are_refused(void **state)
{
    (void)state;
    refused("routes:\n  - { to: [opnai] }\n", "unknown upstream 'opnai'; did you mean 'openai'?");
    refused("routes:\n  - { when: {class: restricted}, to: [llama, openai] }\n",
            "may not fall back to an upstream of lesser trust: 'openai' is closed");
    refused("routes:\n  - { when: {class: restricted}, to: [trust:local, trust:closed] }\n",
            "may not fall back");
    refused("routes:\n  - { to: [llama, openai] }\n", "may not fall back to an upstream of lesser");
    refused("routes:\n  - { to: [trust:local, trust:closed] }\n", "may not fall back from local");
    refused("routes:\n  - { to: [openai] }\n  - { to: [llama] }\n",
            "never reached: the route at line 2");
    refused("routes:\n  - { when: {class: top}, to: [llama] }\n", "unknown class 'top'");
    refused("routes:\n  - { when: {class: internal} }\n", "a route needs 'to'");
}

static void detectors_and_lists_are_refused(void **state)
{
    (void)state;
    refused("lists: {s: {file: none.txt}}\n", "none.txt cannot be read: No such file");
    refused("detectors: {d: {words: {list: nine}}}\n", "unknown list 'nine'");
    refused("detectors: {d: {pattern: ''}}\n", "an empty pattern");
    refused("detectors: {d: {pattern: x, words: [y]}}\n", "one of 'words', 'pattern'");
    refused("detectors: {email: {pattern: x}}\n", "has this name");
    refused("detectors: {d: {pattern: x}, canary_token: {pattern: y}}\n",
            "a.yaml:1:44: records call so what was found in an answer");
    refused("detectors: {Tool_Call: {pattern: x}}\n", "records call so what was found");
    refused("detectors: {d: {pattern: x, near: {within: 4}}}\n", "'near' needs 'words'");
    refused("detectors: {d: {pattern: x, near: {words: [a], within: 0}}}\n", "from 1 to");
    refused("tests:\n  - { name: x, request: {user: y}, expect: {rules: [nil]} }\n",
            "expects the rule 'nil'");
    refused("tests:\n  - { name: x, expect: {decision: allow} }\n", "needs a 'request'");
    refused("tests:\n  - { name: x, request: {user: y} }\n", "needs an 'expect'");
    refused("tests:\n  - { name: x, request: {user: y}, expect: {decision: pass} }\n",
            "allow, redact, block");
}

/* Each with the place, and the nearest word where there is one. */
static void what_is_hashed_copied_or_allowed_is_read_with_care(void **state)
{
    (void)state;
    write_file("staff.txt", "one\n");
    refused("detectors: {d: {pattern: x, check: lunh}}\n",
            "a.yaml:1:36: unknown check 'lunh'; did you mean 'luhn'?");
    refused("detectors: {d: {words: [a], check: luhn}}\n", "'check' goes with a 'pattern'");
    refused("detectors: {d: {hashed: {fille: x}}}\n", "did you mean 'file'?");
    refused("detectors: {d: {hashed: {file: staff.txt, shape: number}}}\n",
            "'hashed' needs 'file', 'salt' and 'shape'");
    refused("detectors: {d: {hashed: {file: staff.txt, salt: secret, shape: number}}}\n",
            "a secret is never written here");
    refused("detectors: {d: {hashed: {file: staff.txt, salt: 'env:NO_SUCH', shape: number}}}\n",
            "NO_SUCH is not set");
    refused("detectors: {d: {hashed: {file: none, salt: 'file:none', shape: number}}}\n",
            "none cannot be read");
    refused("detectors: {d: {documents: {file: none}}}\n", "none cannot be read");
    refused("detectors: {d: {documents: {least: 9}}}\n", "'documents' needs 'file'");
    refused("detectors: {d: {documents: {file: staff.txt, least: 7}}}\n", "from 8 to 1000");
    refused("detectors: {d: {documents: {file: staff.txt}, pattern: x}}\n", "one of 'words'");
    refused("allow: yes\n", "'allow' takes a map");
    refused("allow: {}\n", "this allows nothing");
    refused("allow: [{values: [a], entities: [EMIAL]}]\n", "did you mean 'EMAIL'?");
    refused("allow: {value: a}\n", "a.yaml:1:9: unknown key 'value'; did you mean 'values'?");
    refused("allow: {file: none}\n", "none cannot be read");
}

static void what_is_hashed_copied_or_allowed_is_kept(void **state)
{
    (void)state;
    setenv("LOAD_SALT", "sixteen bytes or more", 1);
    write_file("staff.txt", "one\n# two\nthree\n");
    struct policy *p =
        load_both("detectors:\n"
                  "  a: {pattern: x, check: [luhn, entropy]}\n"
                  "  b: {hashed: {file: staff.txt, salt: 'env:LOAD_SALT', shape: number}}\n"
                  "  c: {documents: {file: staff.txt, least: 20}}\n"
                  "allow:\n"
                  "  - {values: [q], file: staff.txt, entities: [email, a]}\n",
                  "allow: {patterns: '\\d+'}\n");
    assert_true(p != NULL || says("nothing"));
    struct custom_set set = policy_custom(p);
    assert_int_equal(set.count, 3);
    assert_int_equal(set.detectors[0].check_count, 2);
    assert_true(slice_is(set.detectors[1].salt, SLICE_LIT("sixteen bytes or more")));
    assert_true(slice_is(set.detectors[1].hashed, SLICE_LIT("one\n# two\nthree\n")) &&
                set.detectors[1].pattern.len > 0);
    assert_int_equal(set.detectors[2].document_count, 1);
    assert_int_equal(set.detectors[2].least, 20);
    assert_int_equal(set.allow_count, 2);
    assert_int_equal(set.allows[0].value_count, 3);
    assert_int_equal(set.allows[0].entity_count, 2);
    assert_int_equal(set.allows[1].pattern_count, 1);
    assert_true(slice_find(policy_bundle(p), SLICE_LIT("staff.txt sha256 ")) != SIZE_MAX);
    policy_free(p);
}

static void files_that_are_not_there_are_named(void **state)
{
    const char *const files[] = {"none.yaml"};
    struct policy *p = NULL;
    (void)state;
    buf_clear(&said);
    assert_int_equal(policy_load(files, 1, NULL, 0, &said, &p).code, GW_BAD);
    assert_true(says("none.yaml: none.yaml cannot be read"));
    assert_int_equal(policy_load(files, 0, NULL, 0, &said, &p).code, GW_BAD);
    policy_free(NULL);
}

static const char contract[] =
    "# yaml-language-server: $schema=../../deploy/schema/policy.schema.json\n"
    "policy: acme\n"
    "classes: [public, internal, confidential, restricted]\n"
    "lists:     { codenames: [Aurora, Borealis], staff: { file: staff.txt } }\n"
    "detectors:\n"
    "  project:     { words: { list: codenames } }\n"
    "  employee_id: { pattern: 'E\\d{6}', near: { words: [employee, badge, staff], within: 40 } }\n"
    "rules:\n"
    "  - id: pan\n    find: [CREDIT_CARD]\n    do: { redact: token }\n    class: restricted\n"
    "    tags: [pci-dss-3.4]\n"
    "  - id: secrets\n    find: [SECRET]\n    on: [request]\n    do: { redact: label }\n"
    "    class: confidential\n"
    "  - id: injection\n    attack: { score: 0.9 }\n"
    "    do: { block: \"This prompt was stopped by policy.\" }\n    mode: observe\n"
    "  - id: hr\n    when: { app: [hr-*], path: [/v1/chat/completions] }\n    class: confidential\n"
    "routes:\n"
    "  - { when: { class: restricted }, to: [llama] }\n"
    "  - { when: { model: [claude-*] }, to: [anthropic] }\n"
    "  - { when: { model: [gemini-*] }, to: [gemini] }\n"
    "  - { to: [openai, mistral] }\n"
    "tests:\n"
    "  - name: a card number never reaches a closed API\n"
    "    request: { model: gpt-4o, user: \"charge 4111 1111 1111 1111 please\" }\n"
    "    expect:  { decision: redact, class: restricted, upstream: llama, sent_lacks: [\"4111\"], "
    "rules: [pan] }\n";

static void the_contracts_example_loads(void **state)
{
    size_t n = 0;
    (void)state;
    write_file("staff.txt", "# people\nMiller\n  Smith \n\n");
    struct policy *p = load_both(contract, NULL);
    assert_true(p != NULL || says("nothing"));
    assert_int_equal(buf_slice(&said).len, 0);
    assert_int_equal(policy_rule_count(p), 4);
    assert_true(slice_is(policy_rule_id(p, 3), SLICE_LIT("hr")));
    assert_int_equal(policy_rule_id(p, 4).len, 0);
    const struct custom_detector *d = policy_detectors(p, &n);
    assert_int_equal(n, 2);
    assert_int_equal(d[0].word_count, 2);
    assert_true(slice_is(d[1].pattern, SLICE_LIT("E\\d{6}")));
    assert_int_equal(d[1].near_count, 3);
    assert_int_equal(d[1].within, 40);
    assert_int_equal(policy_threshold(p), 500);
    assert_int_equal(policy_names(p), NAMES_OFF);
    const struct policy_test *t = policy_tests(p, &n);
    assert_int_equal(n, 1);
    assert_true(
        slice_is(t->body, SLICE_LIT("{\"messages\":[{\"role\":\"user\",\"content\":\"charge "
                                    "4111 1111 1111 1111 please\"}],\"model\":\"gpt-4o\"}")));
    assert_true(slice_is(t->upstream, SLICE_LIT("llama")));
    assert_int_equal(t->lacks_count, 1);
    struct digest digest = secret_sha256(policy_bundle(p));
    assert_memory_equal(policy_digest(p).at, digest.at, sizeof digest.at);
    assert_true(slice_has_prefix(policy_bundle(p), slice_str(contract)));
    assert_true(slice_find(policy_bundle(p), SLICE_LIT("Miller")) != SIZE_MAX);
    policy_free(p);
}

static void classes_of_several_files_merge(void **state)
{
    (void)state;
    assert_null(load_both("classes: [low, high]\n", "classes: [high, low]\n"));
    assert_true(says("b.yaml:1:17: class 'low' stands elsewhere in another order"));
    assert_null(load_both("classes: [low, low]\n", NULL));
    struct policy *p = load_both("classes: [low, high]\nrules: [{id: a, class: middle}]\n",
                                 "classes: [low, middle]\n");
    assert_non_null(p);
    policy_free(p);
}

static void the_default_pack_loads_with_any_upstreams(void **state)
{
    struct policy *p = NULL;
    size_t n = 0;
    (void)state;
    buf_clear(&said);
    gw_result r = policy_load_default(NULL, 0, &said, &p);
    assert_true(gw_ok(r) || says("nothing"));
    (void)policy_tests(p, &n);
    assert_true(n >= 5);
    assert_true(policy_has_answer_rules(p));
    policy_free(p);
    assert_true(gw_ok(policy_load_default(upstreams, 1, &said, &p)));
    policy_free(p);
    assert_int_equal(buf_slice(&said).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_and_shapes_are_refused),
        cmocka_unit_test(rules_that_cannot_act_are_refused),
        cmocka_unit_test(a_guard_that_cannot_be_asked_is_refused),
        cmocka_unit_test(what_is_taken_out_of_turns_is_read_with_care),
        cmocka_unit_test(guards_that_are_alike_are_one),
        cmocka_unit_test(what_is_looked_for_in_answers_is_read_with_care),
        cmocka_unit_test(routes_that_leak_are_refused),
        cmocka_unit_test(detectors_and_lists_are_refused),
        cmocka_unit_test(what_is_hashed_copied_or_allowed_is_read_with_care),
        cmocka_unit_test(what_is_hashed_copied_or_allowed_is_kept),
        cmocka_unit_test(files_that_are_not_there_are_named),
        cmocka_unit_test(the_contracts_example_loads),
        cmocka_unit_test(classes_of_several_files_merge),
        cmocka_unit_test(the_default_pack_loads_with_any_upstreams),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
