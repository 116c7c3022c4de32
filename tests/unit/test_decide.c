/* tests/unit/test_decide.c - policies/decide.c: facts in, verdict out. */
#include "proxy/base/base.h"
#include "policies/policy.h"
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>
#include <cmocka.h>

static struct buf said;
static struct arena *arena;
static const struct policy_upstream upstreams[] = {
    {{"openai", 6}, TRUST_CLOSED}, {{"llama", 5}, TRUST_LOCAL}, {{"vllm", 4}, TRUST_LOCAL}};

static int begin(void **state)
{
    (void)state;
    buf_init(&said, 65536);
    arena = arena_new(1 << 20);
    return arena == NULL;
}

static int finish(void **state)
{
    (void)state;
    buf_free(&said);
    arena_free(arena);
    return 0;
}

static struct policy *policy_of(const char *text)
{
    char path[] = "/tmp/bulla-decide-XXXXXX";
    const char *file = path;
    struct policy *p = NULL;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    gw_result r = policy_load(&file, 1, upstreams, GW_COUNT(upstreams), &said, &p);
    unlink(path);
    if (!gw_ok(r))
        fail_msg("%.*s", (int)buf_slice(&said).len, buf_slice(&said).at);
    return p;
}

static struct finding found(const char *entity, enum family family, uint16_t score)
{
    return (struct finding){.start = 0,
                            .end = 4,
                            .family = (uint8_t)family,
                            .score = score,
                            .entity = slice_str(entity),
                            .name = slice_str("x")};
}

static struct verdict decide(const struct policy *p, const struct facts *facts)
{
    struct verdict v;
    assert_true(gw_ok(policy_decide(p, facts, arena, NULL, NULL, &v)));
    return v;
}

static const char rules[] =
    "rules:\n"
    "  - { id: mail, find: [EMAIL], do: {redact: token}, class: internal }\n"
    "  - { id: card, find: [CREDIT_CARD], do: {redact: mask}, class: restricted }\n"
    "  - { id: let, find: [PHONE], do: {allow: true} }\n"
    "  - { id: stop, attack: {score: 0.9, kinds: [injection]}, do: {block: Stopped, as: answer} }\n"
    "  - { id: watch, find: [EMAIL], do: {block: no}, mode: observe, class: restricted }\n"
    "  - { id: hr, when: {app: [hr-*], path: [/v1/chat/*]}, class: confidential }\n"
    "  - { id: top, when: {class: restricted, model: evil}, do: {block: Never} }\n"
    "routes:\n"
    "  - { when: {class: restricted}, to: [trust:local] }\n"
    "  - { when: {model: [claude-*]}, to: [openai] }\n"
    "  - { when: {dialect: [openai]}, to: [openai, trust:local, llama] }\n";

static void what_is_allowed_is_no_finding(void **state)
{
    struct policy *p =
        policy_of("rules:\n"
                  "  - { id: mail, find: [EMAIL], do: { block: no }, class: restricted }\n");
    struct finding f = found("EMAIL_ADDRESS", FAM_EMAIL, 990);
    const struct facts facts = {.findings = &f, .finding_count = 1};
    (void)state;
    assert_int_equal(decide(p, &facts).decision, DECISION_BLOCK);
    f.is_allowed = true;
    struct verdict v = decide(p, &facts);
    assert_int_equal(v.decision, DECISION_ALLOW);
    assert_int_equal(v.class_rank, 0);
    policy_free(p);
}

static const char guarded[] =
    "rules:\n"
    "  - { id: ask, attack: {score: 0.5, in: [user]}, do: {block: Stopped},\n"
    "      ask: {upstream: llama, format: llama-guard, below: 0.9} }\n"
    "  - { id: open, attack: {score: 0.6}, class: internal,\n"
    "      ask: {upstream: llama, format: llama-guard, fails: open} }\n"
    "  - { id: other, when: {model: strict}, attack: {score: 0.7}, do: {block: Never},\n"
    "      ask: {upstream: vllm, format: yes-no} }\n"
    "routes: [{ to: [openai] }]\n";

static void a_guard_is_wanted_only_where_the_score_decides_nothing(void **state)
{
    struct policy *p = policy_of(guarded);
    struct facts facts = {.attack = {.score = 499, .in = {[ORIGIN_USER] = 499}}};
    (void)state;
    assert_false(decide(p, &facts).asks[0].is_wanted);
    facts.attack = (struct attack){.score = 500, .in = {[ORIGIN_USER] = 500}};
    struct verdict v = decide(p, &facts);
    assert_int_equal(v.decision, DECISION_ALLOW);
    assert_true(v.asks[0].is_wanted && !v.asks[1].is_wanted);
    for (unsigned t = 0; t < TURN_COUNT; t++) {
        assert_int_equal(v.asks[0].scope.from[t][ORIGIN_USER], 500);
        assert_int_equal(v.asks[0].scope.from[t][ORIGIN_TOOL], 0);
    }
    assert_true(slice_is(v.asks[0].rule, SLICE_LIT("ask")));
    facts.attack = (struct attack){.score = 800, .in = {[ORIGIN_USER] = 800}};
    facts.model = SLICE_LIT("strict");
    v = decide(p, &facts);
    assert_true(v.asks[0].is_wanted && v.asks[1].is_wanted);
    assert_int_equal(v.asks[0].scope.from[TURN_NEW][ORIGIN_TOOL], 600);
    /* at the end of the band the score decides, and a block needs nobody's word */
    facts.attack = (struct attack){.score = 900, .in = {[ORIGIN_USER] = 900}};
    v = decide(p, &facts);
    assert_int_equal(v.decision, DECISION_BLOCK);
    assert_false(v.asks[0].is_wanted || v.asks[1].is_wanted);
    /* a tool's words are not this rule's */
    facts.attack = (struct attack){.score = 550, .in = {[ORIGIN_TOOL] = 550}};
    assert_false(decide(p, &facts).asks[0].is_wanted);
    policy_free(p);
}

static void said_in(struct facts *facts, enum guard_said fresh, enum guard_said earlier)
{
    facts->guards[0][TURN_NEW] = (uint8_t)fresh;
    facts->guards[0][TURN_EARLIER] = (uint8_t)earlier;
}

static void what_the_guard_says_counts_and_silence_as_the_rule_says(void **state)
{
    struct policy *p = policy_of(guarded);
    struct facts facts = {.attack = {.score = 800, .in = {[ORIGIN_USER] = 800}}};
    (void)state;
    said_in(&facts, SAID_SAFE, SAID_SAFE);
    struct verdict v = decide(p, &facts);
    assert_int_equal(v.decision, DECISION_ALLOW);
    assert_int_equal(v.class_rank, 0);
    assert_false(v.asks[0].is_wanted);
    said_in(&facts, SAID_UNSAFE, SAID_UNSAFE);
    v = decide(p, &facts);
    assert_int_equal(v.decision, DECISION_BLOCK);
    assert_int_equal(v.class_rank, 1);
    said_in(&facts, SAID_FAILED, SAID_FAILED); /* `ask` fails closed, `open` does not */
    v = decide(p, &facts);
    assert_int_equal(v.decision, DECISION_BLOCK);
    assert_int_equal(v.class_rank, 0);
    assert_int_equal(v.rule_count, 1);
    said_in(&facts, SAID_SAFE, SAID_SAFE); /* one guard's word is not another's */
    facts.model = SLICE_LIT("strict");
    v = decide(p, &facts);
    assert_true(v.asks[1].is_wanted && !v.asks[0].is_wanted);
    policy_free(p);
}

static struct facts scores(uint16_t fresh, uint16_t earlier)
{
    uint16_t most = fresh > earlier ? fresh : earlier;
    return (struct facts){
        .attack = {.score = most, .in = {[ORIGIN_USER] = most}},
        .turns = {
            [TURN_NEW] = {[ORIGIN_USER] = fresh}, [TURN_EARLIER] = {[ORIGIN_USER] = earlier}}};
}

static void an_attack_in_an_earlier_turn_is_taken_out_where_the_rule_says_so(void **state)
{
    struct policy *p = policy_of("rules:\n"
                                 "  - { id: a, attack: {score: 0.5, in: [user]}, do: {block: No, "
                                 "earlier: label}, class: internal }\n"
                                 "routes: [{ to: [openai] }]\n");
    struct facts facts = scores(499, 499);
    (void)state;
    assert_int_equal(decide(p, &facts).decision, DECISION_ALLOW);
    facts = scores(499, 500);
    struct verdict v = decide(p, &facts);
    assert_int_equal(v.decision, DECISION_REDACT);
    assert_int_equal(v.class_rank, 1);
    assert_int_equal(v.rule_count, 1);
    assert_int_equal(v.removed.from[TURN_EARLIER][ORIGIN_USER], 500);
    assert_int_equal(v.removed.from[TURN_EARLIER][ORIGIN_TOOL], 0);
    assert_int_equal(v.removed.from[TURN_NEW][ORIGIN_USER], 0);
    facts = scores(500, 0);
    assert_int_equal(decide(p, &facts).decision, DECISION_BLOCK);
    facts = scores(500, 900); /* both: a new one is never excused by an old one */
    v = decide(p, &facts);
    assert_int_equal(v.decision, DECISION_BLOCK);
    assert_true(slice_is(v.message, SLICE_LIT("No")));
    policy_free(p);
}

static void a_rule_may_take_the_whole_text_out_in_every_turn(void **state)
{
    struct policy *p =
        policy_of("rules:\n"
                  "  - { id: a, attack: {score: 0.8, in: [tool_result]}, do: {redact: label} }\n"
                  "  - { id: b, attack: {score: 0.6, in: [tool_result]}, when: {model: m}, do: "
                  "{redact: label} }\n"
                  "  - { id: c, attack: {score: 0.1}, do: {redact: label}, mode: observe }\n"
                  "routes: [{ to: [openai] }]\n");
    struct facts facts = {.attack = {.score = 900, .in = {[ORIGIN_TOOL] = 900}}};
    (void)state;
    struct verdict v = decide(p, &facts);
    assert_int_equal(v.decision, DECISION_REDACT);
    for (unsigned t = 0; t < TURN_COUNT; t++) {
        assert_int_equal(v.removed.from[t][ORIGIN_TOOL], 800);
        assert_int_equal(v.removed.from[t][ORIGIN_USER], 0);
    }
    facts.model = SLICE_LIT("m");
    assert_int_equal(decide(p, &facts).removed.from[TURN_NEW][ORIGIN_TOOL], 600);
    facts.attack.in[ORIGIN_TOOL] = 500; /* only the observing one is left */
    v = decide(p, &facts);
    assert_int_equal(v.decision, DECISION_ALLOW);
    assert_int_equal(v.removed.from[TURN_NEW][ORIGIN_TOOL], 0);
    policy_free(p);
}

static void a_guards_word_on_an_earlier_turn_does_not_stop_a_new_one(void **state)
{
    struct policy *p =
        policy_of("rules:\n"
                  "  - { id: a, attack: {score: 0.5}, do: {block: No, earlier: label},\n"
                  "      ask: {upstream: llama, format: json, below: 0.9} }\n"
                  "routes: [{ to: [openai] }]\n");
    struct facts facts = scores(600, 700);
    (void)state;
    assert_true(decide(p, &facts).asks[0].is_wanted);
    said_in(&facts, SAID_SAFE, SAID_UNSAFE);
    assert_int_equal(decide(p, &facts).decision, DECISION_REDACT);
    said_in(&facts, SAID_SAFE, SAID_FAILED);
    assert_int_equal(decide(p, &facts).decision, DECISION_REDACT);
    said_in(&facts, SAID_SAFE, SAID_SAFE);
    assert_int_equal(decide(p, &facts).decision, DECISION_ALLOW);
    said_in(&facts, SAID_UNSAFE, SAID_UNSAFE);
    assert_int_equal(decide(p, &facts).decision, DECISION_BLOCK);
    facts = scores(600, 950); /* an old one above the band decides nothing about the new one */
    struct verdict v = decide(p, &facts);
    assert_true(v.asks[0].is_wanted);
    said_in(&facts, SAID_SAFE, SAID_SAFE);
    assert_int_equal(decide(p, &facts).decision, DECISION_REDACT);
    facts = scores(950, 600);
    said_in(&facts, SAID_NOTHING, SAID_NOTHING);
    assert_true(decide(p, &facts).asks[0].is_wanted ||
                decide(p, &facts).decision == DECISION_BLOCK);
    policy_free(p);
}

static void without_memory_it_blocks(void **state)
{
    struct policy *p = policy_of(rules);
    struct arena *none = arena_new(8);
    struct verdict v = {.decision = DECISION_ALLOW};
    struct facts facts = {.direction = FROM_REQUEST};
    (void)state;
    assert_int_equal(policy_decide(p, &facts, none, NULL, NULL, &v).code, GW_NO_MEMORY);
    assert_int_equal(v.decision, DECISION_BLOCK);
    assert_int_equal(v.route_count, 0);
    arena_free(none);
    policy_free(p);
}

static void an_attack_blocks_and_block_beats_redact(void **state)
{
    struct policy *p = policy_of(rules);
    struct finding f = found("EMAIL_ADDRESS", FAM_EMAIL, 900);
    struct facts facts = {.findings = &f,
                          .finding_count = 1,
                          .attack = {.score = 900, .kinds = 1u << ATTACK_INJECTION}};
    (void)state;
    struct verdict v = decide(p, &facts);
    assert_int_equal(v.decision, DECISION_BLOCK);
    assert_true(slice_is(v.message, SLICE_LIT("Stopped")));
    assert_true(v.as_answer);
    facts.attack.score = 899;
    assert_int_equal(decide(p, &facts).decision, DECISION_REDACT);
    facts.attack = (struct attack){.score = 1000, .kinds = 1u << ATTACK_JAILBREAK};
    assert_int_equal(decide(p, &facts).decision, DECISION_REDACT);
    facts.attack = (struct attack){.score = 1000, .kinds = 1u << ATTACK_INJECTION};
    facts.direction = FROM_ANSWER;
    assert_int_equal(decide(p, &facts).decision, DECISION_REDACT);
    policy_free(p);
}

static void who_speaks_may_weigh(void **state)
{
    struct policy *p =
        policy_of("rules:\n"
                  "  - { id: data, attack: {score: 0.6, in: [tool_result]}, do: {block: Data} }\n"
                  "  - { id: user, attack: {score: 0.9, in: user}, do: {block: User} }\n"
                  "routes:\n  - { to: [openai] }\n");
    struct facts facts = {.attack = {.score = 800, .in = {[ORIGIN_USER] = 800}}};
    (void)state;
    assert_int_equal(decide(p, &facts).decision, DECISION_ALLOW);
    facts.attack.in[ORIGIN_TOOL] = 599;
    assert_int_equal(decide(p, &facts).decision, DECISION_ALLOW);
    facts.attack.in[ORIGIN_TOOL] = 600;
    assert_true(slice_is(decide(p, &facts).message, SLICE_LIT("Data")));
    facts.attack.in[ORIGIN_TOOL] = 0;
    facts.attack.in[ORIGIN_USER] = 900;
    assert_true(slice_is(decide(p, &facts).message, SLICE_LIT("User")));
    policy_free(p);
}

static void a_rule_about_a_class_sees_the_final_class(void **state)
{
    struct policy *p = policy_of(rules);
    struct finding f = found("CREDIT_CARD", FAM_CREDIT_CARD, 900);
    struct facts facts = {.findings = &f,
                          .finding_count = 1,
                          .model = SLICE_LIT("evil"),
                          .app = SLICE_LIT("hr-1"),
                          .path = SLICE_LIT("/v1/chat/completions")};
    (void)state;
    struct verdict v = decide(p, &facts);
    assert_int_equal(v.decision, DECISION_BLOCK);
    assert_true(slice_is(v.message, SLICE_LIT("Never")));
    assert_int_equal(v.rule_count, 3);
    assert_true(slice_is(v.rules[0], SLICE_LIT("card")));
    assert_true(slice_is(v.rules[1], SLICE_LIT("hr")));
    assert_true(slice_is(v.class_name, SLICE_LIT("restricted")));
    assert_int_equal(v.class_rank, 3);
    policy_free(p);
}

static void what_only_observes_changes_nothing(void **state)
{
    struct policy *p = policy_of(rules);
    struct finding f[] = {found("EMAIL_ADDRESS", FAM_EMAIL, 900), found("PHONE", FAM_PHONE, 900),
                          found("CREDIT_CARD", FAM_CREDIT_CARD, 499)};
    struct facts facts = {.findings = f, .finding_count = 3, .dialect = SLICE_LIT("openai")};
    (void)state;
    struct verdict v = decide(p, &facts);
    assert_int_equal(v.decision, DECISION_REDACT);
    assert_true(slice_is(v.class_name, SLICE_LIT("internal")));
    assert_int_equal(v.observed_count, 1);
    assert_true(slice_is(v.observed_rules[0], SLICE_LIT("watch")));
    assert_true(v.observed[0] && !v.observed[1]);
    assert_int_equal(v.styles[0], STYLE_TOKEN);
    assert_int_equal(v.styles[1], STYLE_NONE);
    assert_int_equal(v.styles[2], STYLE_NONE); /* below the threshold */
    assert_true(slice_is(v.finding_rules[0], SLICE_LIT("mail")));
    assert_true(slice_is(v.finding_rules[1], SLICE_LIT("let"))); /* which decides nothing of it */
    assert_int_equal(v.finding_rules[2].len, 0);
    assert_int_equal(v.route_count, 3);
    assert_true(slice_is(v.route[0], SLICE_LIT("openai")));
    assert_true(slice_is(v.route[1], SLICE_LIT("llama")));
    assert_true(slice_is(v.route[2], SLICE_LIT("vllm")));
    policy_free(p);
}

/* By the rule that replaces it, else by one that decided, else by one that only observes. */
static void a_finding_is_named_after_a_rule_that_means_it(void **state)
{
    struct policy *p = policy_of(
        "rules:\n"
        "  - { id: seen, find: [EMAIL, PHONE, CREDIT_CARD], do: {block: no}, mode: observe }\n"
        "  - { id: stop, find: [PHONE], do: {block: no} }\n"
        "  - { id: late, find: [PHONE], do: {block: no}, mode: observe }\n"
        "  - { id: hide, find: [CREDIT_CARD], do: {redact: label} }\n"
        "  - { id: also, find: [CREDIT_CARD], do: {block: no} }\n");
    struct finding f[] = {found("EMAIL_ADDRESS", FAM_EMAIL, 900), found("PHONE", FAM_PHONE, 900),
                          found("CREDIT_CARD", FAM_CREDIT_CARD, 900),
                          found("SECRET_X", FAM_SECRET, 900)};
    const struct facts facts = {.findings = f, .finding_count = GW_COUNT(f)};
    (void)state;
    struct verdict v = decide(p, &facts);
    assert_true(slice_is(v.finding_rules[0], SLICE_LIT("seen")));
    assert_true(slice_is(v.finding_rules[1], SLICE_LIT("stop")));
    assert_true(slice_is(v.finding_rules[2], SLICE_LIT("hide")));
    assert_int_equal(v.finding_rules[3].len, 0);
    policy_free(p);
}

static void restricted_stays_local_whatever_the_model(void **state)
{
    struct policy *p = policy_of(rules);
    struct finding f = found("CREDIT_CARD", FAM_CREDIT_CARD, 900);
    struct facts facts = {.findings = &f, .finding_count = 1, .model = SLICE_LIT("claude-3")};
    (void)state;
    struct verdict v = decide(p, &facts);
    assert_int_equal(v.decision, DECISION_REDACT);
    assert_int_equal(v.route_count, 2);
    assert_true(slice_is(v.route[0], SLICE_LIT("llama")) && v.route_is_by_class);
    facts.finding_count = 0;
    v = decide(p, &facts);
    assert_int_equal(v.decision, DECISION_ALLOW);
    assert_true(slice_is(v.class_name, SLICE_LIT("public")));
    assert_true(slice_is(v.route[0], SLICE_LIT("openai")) && !v.route_is_by_class);
    facts.model = SLICE_LIT("other");
    assert_int_equal(decide(p, &facts).route_count, 0);
    facts.direction = FROM_ANSWER;
    facts.model = SLICE_LIT("claude-3");
    assert_int_equal(decide(p, &facts).route_count, 0);
    policy_free(p);
}

static void no_local_upstream_means_no_route(void **state)
{
    struct policy *p = NULL;
    struct finding f = found("CREDIT_CARD", FAM_CREDIT_CARD, 900);
    struct facts facts = {.findings = &f, .finding_count = 1};
    (void)state;
    assert_true(gw_ok(policy_load_default(upstreams, 1, &said, &p)));
    assert_int_equal(decide(p, &facts).route_count, 0);
    facts.finding_count = 0;
    assert_int_equal(decide(p, &facts).route_count, 1);
    f = found("SECRET_GITHUB_TOKEN", FAM_SECRET, 900);
    facts.finding_count = 1;
    facts.direction = FROM_ANSWER;
    struct verdict v = decide(p, &facts);
    assert_int_equal(v.decision, DECISION_REDACT);
    assert_int_equal(v.styles[0], STYLE_LABEL);
    assert_false(v.restores_secrets);
    policy_free(p);
}

static void the_last_rule_gives_the_style_and_may_restore(void **state)
{
    struct policy *p =
        policy_of("detectors: {staff: {words: [Miller]}}\nrules:\n"
                  "  - {id: a, find: [SECRET, staff], do: {redact: label}}\n"
                  "  - {id: b, find: [secret], do: {redact: token}, restore: true}\n");
    struct finding f[] = {found("SECRET_X", FAM_SECRET, 900), found("staff", FAM_CUSTOM, 900)};
    struct facts facts = {.findings = f, .finding_count = 2};
    (void)state;
    struct verdict v = decide(p, &facts);
    assert_int_equal(v.styles[0], STYLE_TOKEN);
    assert_true(slice_is(v.finding_rules[0], SLICE_LIT("b")));
    assert_int_equal(v.styles[1], STYLE_LABEL);
    assert_true(v.restores_secrets);
    policy_free(p);
}

struct tally {
    size_t calls, applied;
};

static void count_calls(void *trace_of, struct slice id, bool applied, const char *reason)
{
    struct tally *tally = trace_of;
    assert_true(id.len > 0 && reason != NULL);
    tally->calls++;
    tally->applied += applied;
}

static void every_rule_is_traced_once(void **state)
{
    struct policy *p = policy_of(rules);
    struct facts facts = {.model = SLICE_LIT("claude-3")};
    struct tally tally = {0};
    struct verdict v;
    (void)state;
    assert_true(gw_ok(policy_decide(p, &facts, arena, count_calls, &tally, &v)));
    assert_int_equal(tally.calls, 7 + 2);
    assert_int_equal(tally.applied, 1);
    policy_free(p);
}

static void a_tool_that_is_called_may_be_forbidden(void **state)
{
    (void)state;
    struct policy *p =
        policy_of("rules:\n"
                  "  - { id: shell, tools: [bash, 'exec_*'], do: {block: No shells.} }\n"
                  "  - { id: watch, tools: ['*'], do: {block: x}, mode: observe }\n"
                  "  - { id: mail, find: [EMAIL], do: {redact: label} }\n");
    assert_true(policy_has_tool_rules(p));
    struct facts facts = {
        .direction = FROM_ANSWER, .has_call = true, .tool = SLICE_LIT("exec_sql")};
    struct verdict v = decide(p, &facts);
    assert_int_equal(v.decision, DECISION_BLOCK);
    assert_true(slice_is(v.message, SLICE_LIT("No shells.")));
    assert_int_equal(v.rule_count, 1);
    assert_true(slice_is(v.rules[0], SLICE_LIT("shell")));
    assert_int_equal(v.observed_count, 1);
    const char *const others[] = {"", "Bash", "bashful", "my_exec_sql", "EMAIL"};
    for (size_t i = 0; i < GW_COUNT(others); i++) {
        facts.tool = slice_str(others[i]);
        v = decide(p, &facts);
        assert_int_equal(v.decision, DECISION_ALLOW);
        assert_int_equal(v.observed_count, 1);
    }
    facts.tool = SLICE_LIT("bash"); /* a name alone is no call */
    facts.has_call = false;
    assert_int_equal(decide(p, &facts).decision, DECISION_ALLOW);
    facts.has_call = true;
    facts.direction = FROM_REQUEST;
    assert_int_equal(decide(p, &facts).decision, DECISION_ALLOW);
    policy_free(p);
    p = policy_of("rules:\n  - { id: shell, tools: bash, do: {block: No.} }\n");
    assert_true(policy_has_tool_rules(p) && !policy_has_answer_rules(p));
    policy_free(p);
    p = policy_of("rules:\n  - { id: mail, find: [EMAIL], do: {redact: label} }\n");
    assert_true(!policy_has_tool_rules(p) && policy_has_answer_rules(p));
    policy_free(p);
}

static void an_answer_has_the_class_of_its_request(void **state)
{
    (void)state;
    struct policy *p =
        policy_of("rules:\n"
                  "  - { id: quiet, when: {class: restricted}, tools: ['*'], do: {block: x} }\n");
    struct facts facts = {.direction = FROM_ANSWER, .has_call = true};
    assert_int_equal(decide(p, &facts).decision, DECISION_ALLOW);
    facts.class_rank = 3;
    assert_int_equal(decide(p, &facts).decision, DECISION_BLOCK);
    policy_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_allowed_is_no_finding),
        cmocka_unit_test(a_guard_is_wanted_only_where_the_score_decides_nothing),
        cmocka_unit_test(what_the_guard_says_counts_and_silence_as_the_rule_says),
        cmocka_unit_test(an_attack_in_an_earlier_turn_is_taken_out_where_the_rule_says_so),
        cmocka_unit_test(a_rule_may_take_the_whole_text_out_in_every_turn),
        cmocka_unit_test(a_guards_word_on_an_earlier_turn_does_not_stop_a_new_one),
        cmocka_unit_test(without_memory_it_blocks),
        cmocka_unit_test(an_attack_blocks_and_block_beats_redact),
        cmocka_unit_test(who_speaks_may_weigh),
        cmocka_unit_test(a_rule_about_a_class_sees_the_final_class),
        cmocka_unit_test(what_only_observes_changes_nothing),
        cmocka_unit_test(a_finding_is_named_after_a_rule_that_means_it),
        cmocka_unit_test(restricted_stays_local_whatever_the_model),
        cmocka_unit_test(no_local_upstream_means_no_route),
        cmocka_unit_test(the_last_rule_gives_the_style_and_may_restore),
        cmocka_unit_test(every_rule_is_traced_once),
        cmocka_unit_test(a_tool_that_is_called_may_be_forbidden),
        cmocka_unit_test(an_answer_has_the_class_of_its_request),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
