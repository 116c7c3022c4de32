/* tests/unit/test_ruling.c - proxy/gate/ruling.h: what a rule says of one thing in an answer is
 * done, and is what the end record will say. */
#include "proxy/base/base.h"
#include "proxy/gate/ruling.h"
#include "proxy/gate/state.h"
#include "tests/unit/gate_bench.h"

static const char policy[] =
    "policy: test\n"
    "classes: [public, internal, restricted]\n"
    "rules:\n"
    "  - { id: card, find: [CREDIT_CARD], on: [response], do: { block: 'no cards' }, class: "
    "restricted }\n"
    "  - { id: mail, find: [EMAIL_ADDRESS], on: [response], do: { redact: label }, class: internal "
    "}\n"
    "  - { id: shell, tools: ['shell*'], do: { block: 'no shells' } }\n"
    "routes: [{ to: [cloud] }]\n";

static int open_with_policy(void **state)
{
    return open_bench_with(state, policy);
}

/* An exchange whose answer is being read. */
static struct exchange *answering(struct bench *b)
{
    ask(b, CHAT, "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
    b->script.answer = SLICE_LIT("");
    rig_begin(&b->rig, &b->script);
    while (rig_turn(&b->rig))
        continue;
    struct exchange *x = b->rig.x;
    x->scratch = arena_new(1 << 20);
    assert_non_null(x->scratch);
    return x;
}

static enum style rule_on(struct exchange *x, const char *entity, enum family family, bool *stop)
{
    const struct finding f = {.start = 0,
                              .end = 4,
                              .score = 1000,
                              .family = (uint8_t)family,
                              .entity = slice_str(entity)};
    return ruling_on_finding(x, &f, SLICE_LIT("what"), stop);
}

static void a_block_stops_and_raises_the_class(void **state)
{
    struct exchange *x = answering(*state);
    bool stop = false;
    assert_int_equal(rule_on(x, "CREDIT_CARD", FAM_CREDIT_CARD, &stop), STYLE_DROP);
    assert_true(stop && x->answer_blocked);
    assert_true(slice_is(x->answer_message, SLICE_LIT("no cards")));
    assert_true(slice_is(x->verdict.class_name, SLICE_LIT("restricted")));
    assert_int_equal(x->answer_findings, 1);
    assert_true(slice_is(x->answer_entities[0], SLICE_LIT("CREDIT_CARD")));
    assert_false(x->answer_left[0]);
    /* a milder one behind it takes nothing back */
    assert_int_equal(rule_on(x, "EMAIL_ADDRESS", FAM_EMAIL, &stop), STYLE_LABEL);
    assert_false(stop);
    assert_true(x->answer_blocked);
    assert_true(slice_is(x->answer_message, SLICE_LIT("no cards")));
    assert_true(slice_is(x->verdict.class_name, SLICE_LIT("restricted")));
}

static void what_no_rule_names_is_left_and_not_told(void **state)
{
    struct exchange *x = answering(*state);
    bool stop = true;
    assert_int_equal(rule_on(x, "IBAN_CODE", FAM_IBAN, &stop), STYLE_NONE);
    assert_false(stop || x->answer_blocked);
    assert_int_equal(x->answer_findings + x->answer_rule_count, 0);
}

static void a_rule_stands_once_and_findings_have_a_most(void **state)
{
    struct exchange *x = answering(*state);
    bool stop;
    for (unsigned i = 0; i < 40; i++)
        assert_int_equal(rule_on(x, "EMAIL_ADDRESS", FAM_EMAIL, &stop), STYLE_LABEL);
    assert_int_equal(x->answer_rule_count, 1);
    assert_true(slice_is(x->answer_rules[0], SLICE_LIT("mail")));
    assert_int_equal(x->answer_findings, 40); /* counted beyond those that are kept */
    assert_true(slice_is(x->answer_entities[15], SLICE_LIT("EMAIL_ADDRESS")));
    assert_true(slice_is(x->verdict.class_name, SLICE_LIT("internal")));
}

static void a_call_is_judged_by_its_tool(void **state)
{
    struct exchange *x = answering(*state);
    assert_false(ruling_on_call(x, SLICE_LIT("search")));
    assert_int_equal(x->answer_findings, 0);
    assert_true(ruling_on_call(x, SLICE_LIT("shell_exec")));
    assert_true(slice_is(x->answer_entities[0], SLICE_LIT("TOOL_CALL")));
    assert_true(slice_is(x->answer_message, SLICE_LIT("no shells")));
    assert_int_equal(x->answer_imprints[0][0], '\0'); /* it has no value that could be looked for */
}

/* What cannot be judged does not pass. */
static void without_memory_it_stops(void **state)
{
    struct exchange *x = answering(*state);
    bool stop = false;
    arena_limit(x->scratch, 1);
    assert_int_equal(rule_on(x, "IBAN_CODE", FAM_IBAN, &stop), STYLE_DROP);
    assert_true(stop && x->answer_blocked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_block_stops_and_raises_the_class),
        TEST(what_no_rule_names_is_left_and_not_told),
        TEST(a_rule_stands_once_and_findings_have_a_most),
        TEST(a_call_is_judged_by_its_tool),
        TEST(without_memory_it_stops),
    };
    return cmocka_run_group_tests(tests, open_with_policy, close_bench);
}
