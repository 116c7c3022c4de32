/* tests/unit/test_answer.c - the key `answers`: policies/answer.c. */
#include "proxy/base/base.h"
#include "policies/model.h"
#include "tests/unit/policy_rig.h"

static void bad(const char *keys, const char *complaint)
{
    char text[300];
    snprintf(text, sizeof text, "answers: {%s}\n", keys);
    refused(text, complaint);
}

static void what_is_no_value_of_a_key_is_refused(void **state)
{
    (void)state;
    bad("links: {image: x}", "a number from 0 to 4000");
    bad("links: {link: 1.5}", "a number from 0 to 4000");
    bad("links: {link: ''}", "a number from 0 to 4000");
    bad("links: {link: 18446744073709551616}", "a number from 0 to 4000");
    bad("links: {hosts: []}", "an empty list");
    bad("links: {hosts: ['a.example:443']}", "a host's name alone");
    bad("links: {hosts: [a.example, 'a.example/x']}", "a.yaml:1:38: a host's name alone");
    bad("links: [x]", "'links' takes a map");
    bad("canary: App", "off, app, conversation");
    bad("canary: [app]", "'canary' takes text");
    bad("canry: app", "did you mean 'canary'?");
}

static void numbers_have_their_bounds(void **state)
{
    static const struct {
        const char *keys;
        bool holds;
    } cases[] = {
        {"prompt: 7", false},
        {"prompt: 8", true},
        {"prompt: 1000", true},
        {"prompt: 1001", false},
        {"links: {image: 0}", true},
        {"links: {image: 4000}", true},
        {"links: {image: 4001}", false},
        {"links: {link: 0}", true},
        {"links: {link: 4000}", true},
        {"links: {link: 4001}", false},
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        char text[100];
        snprintf(text, sizeof text, "answers: {%s}\n", cases[i].keys);
        struct policy *p = load_both(text, NULL);
        if ((p != NULL) != cases[i].holds)
            fail_msg("%s", text);
        policy_free(p);
    }
}

/* Nothing is planted unless it is asked for; links have their bounds all the same. */
static void what_holds_without_the_key(void **state)
{
    (void)state;
    struct policy *p = loaded("rules: []\n");
    assert_int_equal(p->answers.image, 32);
    assert_int_equal(p->answers.link, 64);
    assert_int_equal(p->answers.prompt, 0);
    assert_int_equal(p->answers.canary, CANARY_NONE);
    assert_int_equal(p->answers.host_count, 0);
    assert_null(p->answers_place);
    policy_free(p);
}

static void each_key_is_kept(void **state)
{
    (void)state;
    struct policy *p =
        loaded("answers: {links: {hosts: ['*.a.example'], image: 5}, canary: "
               "conversation, prompt: 20}\n"
               "rules: [{id: a, find: [CANARY_TOKEN, EXFILTRATION_LINK, SYSTEM_PROMPT], "
               "on: [response], do: {block: no}}]\n");
    const struct watch_rules *w = &p->answers;
    assert_int_equal(w->image, 5);
    assert_int_equal(w->link, 64); /* beside one that is given, the other stays what it was */
    assert_int_equal(w->prompt, 20);
    assert_int_equal(w->canary, CANARY_CONVERSATION);
    assert_true(w->host_count == 1 && slice_is(w->hosts[0], SLICE_LIT("*.a.example")));
    policy_free(p);
    p = loaded("answers: {canary: off}\n");
    assert_int_equal(p->answers.canary, CANARY_NONE);
    policy_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_value_of_a_key_is_refused),
        cmocka_unit_test(numbers_have_their_bounds),
        cmocka_unit_test(what_holds_without_the_key),
        cmocka_unit_test(each_key_is_kept),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
