/* tests/unit/test_test.c - the tests that stand in policy files: policies/test.c. */
#include "proxy/base/base.h"
#include "policies/model.h"
#include "tests/unit/policy_rig.h"

static void bad(const char *test, const char *complaint)
{
    char text[600];
    snprintf(text, sizeof text, "tests:\n  - {%s}\n", test);
    refused(text, complaint);
}

static void what_is_no_test_is_refused(void **state)
{
    (void)state;
    bad("name: x", "a test needs a 'request'");
    bad("request: {user: a}", "a test needs an 'expect'");
    bad("request: {user: a}, expect: {}", "'expect' expects nothing");
    bad("request: {}, expect: {class: public}", "a request needs 'user', 'system' or 'body'");
    bad("request: {model: m}, expect: {class: public}", "a request needs 'user'");
    bad("request: {body: '{}', user: a}, expect: {class: public}", "'body' stands alone");
    bad("request: {body: '{}', model: a}, expect: {class: public}", "'body' stands alone");
    bad("request: {user: \"a\\0b\"}, expect: {class: public}", "a NUL byte cannot stand here");
    bad("request: {user: a}, expect: {decision: deny}", "allow, redact, block");
    bad("request: {user: a}, expect: {sent_lacks: []}", "an empty list");
    bad("request: {user: a}, expect: {class: public}, guard: perhaps", "safe, unsafe, failed");
    bad("request: {usr: a}, expect: {class: public}", "did you mean 'user'?");
    bad("request: a, expect: {class: public}", "'request' takes a map");
    refused("tests: [x]\n", "a map with keys");
}

static void a_body_has_the_shape_of_its_path(void **state)
{
    static const struct {
        const char *request, *body, *path;
    } cases[] = {
        {"user: a", "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}",
         "/v1/chat/completions"},
        {"user: 'say \"a\"', system: s, model: m",
         "{\"messages\":[{\"role\":\"system\",\"content\":\"s\"},{\"role\":\"user\",\"content\":"
         "\"say \\\"a\\\"\"}],\"model\":\"m\"}",
         "/v1/chat/completions"},
        {"user: a, system: s, path: /v1/messages",
         "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}],\"max_tokens\":256,\"system\":"
         "\"s\"}",
         "/v1/messages"},
        {"system: s", "{\"messages\":[{\"role\":\"system\",\"content\":\"s\"}]}",
         "/v1/chat/completions"},
        {"body: '{\"a\":1}', path: /v1/messages", "{\"a\":1}", "/v1/messages"},
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        char text[400];
        size_t n;
        snprintf(text, sizeof text, "tests:\n  - {request: {%s}, expect: {class: public}}\n",
                 cases[i].request);
        struct policy *p = loaded(text);
        const struct policy_test *t = policy_tests(p, &n);
        assert_int_equal(n, 1);
        if (!slice_is(t->body, slice_str(cases[i].body)))
            fail_msg("%.*s", (int)t->body.len, t->body.at);
        assert_true(slice_is(t->path, slice_str(cases[i].path)));
        assert_int_equal(t->guard, SAID_FAILED); /* a guard that nobody speaks for has failed */
        policy_free(p);
    }
}

static void what_is_expected_is_kept(void **state)
{
    size_t n;
    (void)state;
    struct policy *p = loaded("rules: [{id: r, find: [EMAIL], do: {redact: token}}]\n"
                              "tests:\n"
                              "  - name: one\n"
                              "    request: {user: a}\n"
                              "    guard: unsafe\n"
                              "    expect: {decision: redact, class: public, upstream: openai, "
                              "sent_lacks: [x, y], sent_has: z, rules: [r]}\n"
                              "  - {request: {user: a}, guard: safe, expect: {decision: allow}}\n");
    const struct policy_test *t = policy_tests(p, &n);
    assert_int_equal(n, 2);
    assert_true(slice_is(t->name, SLICE_LIT("one")) && slice_is(t->file, SLICE_LIT("a.yaml")));
    assert_int_equal(t->line, 3);
    assert_int_equal(t->guard, SAID_UNSAFE);
    assert_true(slice_is(t->decision, SLICE_LIT("redact")));
    assert_true(slice_is(t->class_name, SLICE_LIT("public")));
    assert_true(slice_is(t->upstream, SLICE_LIT("openai")));
    assert_true(t->lacks_count == 2 && t->has_count == 1 && t->rule_count == 1);
    assert_int_equal(t[1].guard, SAID_SAFE);
    policy_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_test_is_refused),
        cmocka_unit_test(a_body_has_the_shape_of_its_path),
        cmocka_unit_test(what_is_expected_is_kept),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
