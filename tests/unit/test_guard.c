/* tests/unit/test_guard.c - proxy/llm/guard.c: what guard models are asked, and which of their
 * answers are verdicts. */
#include "proxy/base/base.h"
#include "proxy/llm/guard.h"
#include "policies/policy.h"
#include "proxy/json/doc.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct arena *arena;
static struct guard_verdict verdict;

static int begin(void **state)
{
    (void)state;
    arena = arena_new(1 << 24);
    return arena == NULL;
}

static int finish(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

enum { NOTHING = 0, SAFE, UNSAFE };

static int of_body(const char *format, const char *body)
{
    verdict = (struct guard_verdict){.category = ""};
    gw_result r = guard_from(format)->read(slice_str(body), arena, &verdict);
    assert_true(gw_ok(r) || r.code == GW_BAD);
    return !gw_ok(r) ? NOTHING : verdict.is_unsafe ? UNSAFE : SAFE;
}

/* Of a chat answer with this text, written as the inside of a JSON string. */
static int of_text(const char *format, const char *text)
{
    char body[2000];
    int n = snprintf(body, sizeof body,
                     "{\"id\":\"c\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                     "\"content\":\"%s\"},\"finish_reason\":\"stop\"}]}",
                     text);
    assert_true(n > 0 && n < (int)sizeof body);
    return of_body(format, body);
}

static void what_is_no_chat_answer_is_no_verdict(void **state)
{
    static const char *const bodies[] = {
        "",
        "safe",
        "[]",
        "{}",
        "{\"choices\":\"safe\"}",
        "{\"choices\":[]}",
        "{\"choices\":[\"safe\"]}",
        "{\"choices\":[{\"message\":\"safe\"}]}",
        "{\"choices\":[{\"message\":{\"content\":null}}]}",
        "{\"choices\":[{\"message\":{\"content\":[\"safe\"]}}]}",
        "{\"choices\":[{\"text\":\"safe\"}]}",
        "{\"choices\":[{\"message\":{\"content\":\"safe\"}}]} safe",
        "{\"choices\":[{\"message\":{\"content\":\"safe\",\"content\":\"unsafe\"}}]}",
        "{\"choices\":[{\"message\":{\"content\":\"safe\"}},{\"message\":{\"content\":\"no\"}}]}",
        "{\"choices\":[{\"message\":{\"content\":\"safe\"}}]",
    };
    (void)state;
    for (size_t i = 0; guard_at(i) != NULL; i++)
        for (size_t k = 0; k < GW_COUNT(bodies); k++)
            assert_int_equal(of_body(guard_at(i)->name, bodies[k]), NOTHING);
}

static void words_that_are_no_verdict_are_none(void **state)
{
    static const char *const none[] = {
        "",          " ",           "maybe",          "I cannot say.",
        "yesterday", "not unsafe",  "safely",         "nothing",
        "unsafer",   "yes-or-no",   "no one is safe", "yes and no",
        "{",         "{}",          "<score>",        "<think> yes",
        "```json",   "\\u0000safe", "n\\u006f\\u006f"};
    (void)state;
    for (size_t i = 0; guard_at(i) != NULL; i++)
        for (size_t k = 0; k < GW_COUNT(none); k++)
            if (of_text(guard_at(i)->name, none[k]) != NOTHING)
                fail_msg("%s took '%s' for a verdict", guard_at(i)->name, none[k]);
}

static void llama_guard_says_safe_or_unsafe(void **state)
{
    static const char llama[] = "llama-guard";
    (void)state;
    assert_int_equal(of_text(llama, "safe"), SAFE);
    assert_int_equal(of_text(llama, "\\n\\nsafe\\n"), SAFE);
    assert_int_equal(of_text(llama, "safe\\nunsafe"), NOTHING);
    assert_int_equal(of_text(llama, "safe\\nS1"), NOTHING);
    assert_int_equal(of_text(llama, "safe unsafe"), NOTHING);
    assert_int_equal(of_text(llama, "yes"), NOTHING);
    assert_int_equal(of_text(llama, "unsafe"), UNSAFE);
    assert_string_equal(verdict.category, "");
    assert_int_equal(of_text(llama, "\\n\\nUnsafe\\nS1,S14"), UNSAFE);
    assert_string_equal(verdict.category, "S1 S14");
    /* what is no name of a category is kept from the record; the verdict stands */
    assert_int_equal(of_text(llama, "unsafe\\nthe mail of jo@example.org"), UNSAFE);
    assert_string_equal(verdict.category, "");
    assert_int_equal(of_text(llama, "unsafe\\nSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSSS"),
                     UNSAFE);
    assert_string_equal(verdict.category, "");
}

static void granite_guardian_says_yes_or_no_in_several_ways(void **state)
{
    static const char granite[] = "granite-guardian";
    (void)state;
    assert_int_equal(of_text(granite, "No"), SAFE);
    assert_int_equal(of_text(granite, "No\\n<confidence> Low </confidence>"), SAFE);
    assert_int_equal(of_text(granite, "Yes"), UNSAFE);
    assert_string_equal(verdict.category, "jailbreak");
    assert_int_equal(of_text(granite, "<think>no no</think>\\n<score> yes </score>"), UNSAFE);
    assert_int_equal(of_text(granite, "<think>yes</think><score>no</score>"), SAFE);
    assert_int_equal(of_text(granite, "<score> yes"), NOTHING);
    assert_int_equal(of_text(granite, "<think>yes <score> yes </score>"), NOTHING);
    assert_int_equal(of_text(granite, "{\\\"score\\\": \\\"yes\\\"}"), UNSAFE);
    assert_int_equal(of_text(granite, "{\\\"score\\\": \\\"no\\\"}"), SAFE);
    assert_int_equal(of_text(granite, "{\\\"score\\\": 1}"), NOTHING);
    assert_int_equal(of_text(granite, "safe"), NOTHING);
}

static void a_plain_model_says_yes_or_no(void **state)
{
    (void)state;
    assert_int_equal(of_text("yes-no", "no"), SAFE);
    assert_int_equal(of_text("yes-no", "No."), SAFE);
    assert_int_equal(of_text("yes-no", "**No**"), SAFE);
    assert_int_equal(of_text("yes-no", "YES!"), UNSAFE);
    assert_int_equal(of_text("yes-no", "\\\"yes\\\""), UNSAFE);
    assert_int_equal(of_text("yes-no", "Yes, it is."), UNSAFE);
    assert_int_equal(of_text("yes-no", "no, it is not"), SAFE);
    assert_int_equal(of_text("yes-no", "unsafe"), NOTHING);
}

static void a_plain_model_may_say_it_in_json(void **state)
{
    (void)state;
    assert_int_equal(of_text("json", "{\\\"unsafe\\\":false}"), SAFE);
    assert_int_equal(of_text("json", "{\\\"unsafe\\\":true,\\\"category\\\":\\\"leak\\\"}"),
                     UNSAFE);
    assert_string_equal(verdict.category, "leak");
    assert_int_equal(of_text("json", "```json\\n{\\\"unsafe\\\": true}\\n```"), UNSAFE);
    assert_int_equal(of_text("json", "```json\\n{\\\"unsafe\\\": false}"), NOTHING);
    assert_int_equal(of_text("json", "{\\\"unsafe\\\":\\\"false\\\"}"), NOTHING);
    assert_int_equal(of_text("json", "{\\\"unsafe\\\":false,\\\"unsafe\\\":true}"), NOTHING);
    assert_int_equal(of_text("json", "{\\\"unsafe\\\":false,\\\"score\\\":\\\"yes\\\"}"), NOTHING);
    assert_int_equal(of_text("json", "{\\\"unsafe\\\":false} {\\\"unsafe\\\":true}"), NOTHING);
    assert_int_equal(of_text("json", "{\\\"x\\\":{\\\"unsafe\\\":false}}"), NOTHING);
    assert_int_equal(of_text("json", "false"), NOTHING);
}

static void a_classifier_gives_one_label(void **state)
{
    static const char one[] = "prompt-guard";
    (void)state;
    assert_int_equal(of_body(one, "{\"list\":[{\"label\":\"BENIGN\"}]}"), NOTHING);
    assert_int_equal(of_body(one, "{\"data\":[{\"label\":\"Default\"}]}"), NOTHING);
    assert_int_equal(of_body(one, "{\"data\":[{\"label\":0}]}"), NOTHING);
    assert_int_equal(of_body(one, "{\"data\":[{\"label\":\"BENIGN\"},{\"label\":\"BENIGN\"}]}"),
                     NOTHING);
    assert_int_equal(of_body(one, "{\"data\":[{\"index\":0,\"label\":\"benign\"}]}"), SAFE);
    assert_int_equal(of_body(one, "{\"data\":[{\"label\":\"LABEL_0\"}]}"), SAFE);
    assert_int_equal(of_body(one, "{\"data\":[{\"label\":\"LABEL_1\"}]}"), UNSAFE);
    assert_string_equal(verdict.category, "LABEL_1");
    assert_int_equal(of_body(one, "{\"data\":[{\"label\":\"INJECTION\",\"probs\":[1]}]}"), UNSAFE);
}

static void a_question_is_json_whatever_the_text(void **state)
{
    static const char text[] = "a \"quoted\" \\ line\n\x01 and \xE2\x98\x83";
    const struct guard_question q = {SLICE_LIT("m\"1"), SLICE_LIT(text), true, SLICE_LIT("MARK")};
    (void)state;
    for (size_t i = 0; guard_at(i) != NULL; i++) {
        struct buf out;
        struct json_doc doc;
        struct json_fault fault;
        buf_init(&out, 65536);
        assert_true(gw_ok(guard_at(i)->put(&q, &out)));
        assert_true(gw_ok(json_scan(buf_slice(&out), json_limits_default(), arena, &doc, &fault)));
        assert_true(json_is_text(&doc, json_member(&doc, 0, "model"), "m\"1"));
        assert_true(slice_find(buf_slice(&out), SLICE_LIT("\\\"quoted\\\" \\\\ line\\n")) <
                    SIZE_MAX);
        buf_free(&out);
    }
}

static void every_word_of_a_policy_has_its_row(void **state)
{
    (void)state;
    for (unsigned i = 0; i < GUARD_FORMAT_COUNT; i++) {
        const struct guard_row *row = guard_from(policy_format_word((enum guard_format)i));
        assert_non_null(row);
        assert_ptr_equal(row, guard_at(i));
        assert_true(row->most >= GUARD_LEAST && row->path[0] == '/');
    }
    assert_null(guard_at(GUARD_FORMAT_COUNT));
    assert_null(guard_from("safe"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_chat_answer_is_no_verdict),
        cmocka_unit_test(words_that_are_no_verdict_are_none),
        cmocka_unit_test(llama_guard_says_safe_or_unsafe),
        cmocka_unit_test(granite_guardian_says_yes_or_no_in_several_ways),
        cmocka_unit_test(a_plain_model_says_yes_or_no),
        cmocka_unit_test(a_plain_model_may_say_it_in_json),
        cmocka_unit_test(a_classifier_gives_one_label),
        cmocka_unit_test(a_question_is_json_whatever_the_text),
        cmocka_unit_test(every_word_of_a_policy_has_its_row),
    };
    return cmocka_run_group_tests_name("guard", tests, begin, finish);
}
