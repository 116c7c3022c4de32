/* tests/unit/test_dialect.c - proxy/llm/dialect.h: routes and the list of rows. */
#include "proxy/base/base.h"
#include "proxy/llm/dialect.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const struct route *route(const char *method, const char *path, bool version, bool *differs)
{
    static struct head h;
    h = (struct head){.method = slice_str(method), .path = slice_str(path)};
    if (version)
        h.fields[h.count++] =
            (struct head_field){SLICE_LIT("Anthropic-Version"), SLICE_LIT("2023-06-01")};
    return dialect_route(&h, differs);
}

static void unknown_paths_and_methods_have_no_route(void **state)
{
    bool differs = true;
    (void)state;
    assert_null(route("POST", "/v1/chat/completions/", false, &differs));
    assert_false(differs);
    assert_null(route("POST", "/V1/messages", false, &differs));
    assert_null(route("GET", "/v1/chat/completions", false, &differs));
    assert_true(differs);
    assert_null(route("post", "/v1/messages", false, &differs));
    assert_true(differs);
}

static void paths_decide_the_dialect(void **state)
{
    bool differs;
    (void)state;
    assert_string_equal(route("POST", "/v1/chat/completions", true, &differs)->dialect->name,
                        "openai");
    assert_string_equal(route("POST", "/v1/messages", false, &differs)->dialect->name, "anthropic");
    assert_int_equal(route("POST", "/v1/messages/count_tokens", false, &differs)->api,
                     API_COUNT_TOKENS);
    assert_string_equal(route("GET", "/v1/models", false, &differs)->dialect->name, "openai");
    assert_string_equal(route("GET", "/v1/models", true, &differs)->dialect->name, "anthropic");
    assert_false(differs);
}

static void words_go_both_ways(void **state)
{
    (void)state;
    assert_int_equal(api_from(SLICE_LIT("none")), API_NONE);
    assert_int_equal(api_from(SLICE_LIT("x")), API_NONE);
    for (unsigned i = 1; i < API_KINDS; i++)
        assert_int_equal(api_from(slice_str(api_word((enum api)i))), i);
}

static void every_row_is_whole(void **state)
{
    (void)state;
    assert_null(dialect_from(SLICE_LIT("gemini")));
    for (size_t i = 0; dialect_at(i) != NULL; i++) {
        const struct dialect *d = dialect_at(i);
        assert_ptr_equal(dialect_from(slice_str(d->name)), d);
        assert_true(d->routes != NULL && d->forward != NULL && d->keep_alive != NULL);
        assert_true(d->request_rules != NULL && d->answer_rules != NULL);
        assert_true(d->read_request && d->read_event && d->read_answer && d->put_piece);
        assert_true(d->put_error && d->put_stream_error && d->put_stream_stop && d->put_answer);
        assert_true(d->put_models && d->put_credential && d->content_type_stream != NULL);
        for (const struct route *r = d->routes; r->path != NULL; r++)
            assert_ptr_equal(r->dialect, d);
        for (const struct walk_rule *r = d->request_rules->rules; r->key != NULL; r++) {
            assert_true(r->use != LEAF_EXEMPT || (r->reason != NULL && r->shape != SHAPE_NONE));
            assert_int_equal(r->code, WALK_CODE(r->key[0], r->key[1], strlen(r->key)));
        }
    }
    assert_null(dialect_at(99));
    assert_string_equal(dialect_fallback()->name, "openai");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_paths_and_methods_have_no_route),
        cmocka_unit_test(paths_decide_the_dialect),
        cmocka_unit_test(words_go_both_ways),
        cmocka_unit_test(every_row_is_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
