/* tests/unit/test_schema.c - proxy/json/schema.h: what a tool's schema does not allow. */
#include "proxy/base/base.h"
#include "proxy/json/schema.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static enum gw_code holds(const char *schema, const char *value)
{
    struct arena *arena = arena_new(1 << 24);
    struct json_doc s, v;
    struct json_fault fault;
    assert_non_null(arena);
    assert_true(gw_ok(json_scan(slice_str(schema), json_limits_default(), arena, &s, &fault)));
    assert_true(gw_ok(json_scan(slice_str(value), json_limits_default(), arena, &v, &fault)));
    gw_result r = schema_holds(&s, 0, &v, 0, arena);
    arena_free(arena);
    return r.code;
}

#define MAIL                                                                              \
    "{\"type\":\"object\",\"properties\":{\"to\":{\"type\":\"string\"},\"copies\":{"      \
    "\"type\":\"integer\"},\"how\":{\"enum\":[\"fast\",\"slow\",3,null]},\"tags\":{"      \
    "\"type\":\"array\",\"items\":{\"type\":\"string\"}},\"from\":{\"type\":[\"string\"," \
    "\"null\"]},\"at\":{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"number\"}]}},"       \
    "\"required\":[\"to\"],\"additionalProperties\":false}"

static void what_a_schema_forbids_does_not_hold(void **state)
{
    static const char *const bad[] = {
        "{}",
        "[]",
        "\"to\"",
        "{\"to\":1}",
        "{\"to\":\"a\",\"cc\":\"b\"}",
        "{\"to\":\"a\",\"copies\":1.5}",
        "{\"to\":\"a\",\"copies\":\"1\"}",
        "{\"to\":\"a\",\"copies\":1e-3}",
        "{\"to\":\"a\",\"how\":\"Fast\"}",
        "{\"to\":\"a\",\"how\":4}",
        "{\"to\":\"a\",\"how\":{}}",
        "{\"to\":\"a\",\"tags\":[\"x\",1]}",
        "{\"to\":\"a\",\"tags\":\"x\"}",
        "{\"to\":\"a\",\"from\":1}",
        "{\"to\":\"a\",\"at\":true}",
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(bad); i++)
        if (holds(MAIL, bad[i]) != GW_BAD)
            fail_msg("%s holds", bad[i]);
    assert_int_equal(holds("false", "1"), GW_BAD);
    assert_int_equal(holds("{\"const\":\"a\"}", "\"b\""), GW_BAD);
    assert_int_equal(holds("{\"allOf\":[{\"type\":\"object\"},{\"required\":[\"a\"]}]}", "{}"),
                     GW_BAD);
    assert_int_equal(holds("{\"additionalProperties\":{\"type\":\"string\"}}", "{\"a\":1}"),
                     GW_BAD);
    assert_int_equal(holds("{\"type\":\"boolean\"}", "null"), GW_BAD);
}

static void what_it_allows_or_does_not_say_holds(void **state)
{
    static const char *const good[] = {
        "{\"to\":\"a\"}",
        "{\"t\\u006f\":\"a\"}",
        "{\"to\":\"a\",\"copies\":2,\"how\":\"fast\",\"tags\":[],\"from\":null,\"at\":1.5}",
        "{\"to\":\"a\",\"copies\":2.0,\"how\":3.0,\"from\":\"b\",\"at\":\"x\"}",
        "{\"to\":\"a\",\"how\":null}",
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(good); i++)
        if (holds(MAIL, good[i]) != GW_OK)
            fail_msg("%s does not hold", good[i]);
    assert_int_equal(holds("{}", "[1]"), GW_OK);
    assert_int_equal(holds("true", "1"), GW_OK);
    assert_int_equal(holds("{\"$ref\":\"#/x\",\"format\":\"date\"}", "1"), GW_OK);
    assert_int_equal(holds("{\"type\":\"string\",\"nullable\":true}", "null"), GW_OK);
    assert_int_equal(holds("{\"type\":\"word\"}", "1"), GW_OK);
    assert_int_equal(
        holds("{\"patternProperties\":{},\"additionalProperties\":false}", "{\"a\":1}"), GW_OK);
}

static void what_is_deep_holds_and_what_is_too_much_does_not(void **state)
{
    char schema[4096] = "", value[4096] = "";
    size_t s = 0, v = 0;
    (void)state;
    for (unsigned i = 0; i < 30; i++) {
        s += (size_t)snprintf(schema + s, sizeof schema - s, "{\"items\":");
        v += (size_t)snprintf(value + v, sizeof value - v, "[");
    }
    s += (size_t)snprintf(schema + s, sizeof schema - s, "false");
    for (unsigned i = 0; i < 30; i++) {
        s += (size_t)snprintf(schema + s, sizeof schema - s, "}");
        v += (size_t)snprintf(value + v, sizeof value - v, "]");
    }
    assert_int_equal(holds(schema, value), GW_OK);
    size_t n = SCHEMA_STEPS / 4 + 10, len = 0;
    char *many = malloc(2 * n + 3);
    assert_non_null(many);
    many[len++] = '[';
    for (size_t i = 0; i < n; i++) {
        many[len++] = '1';
        many[len++] = i + 1 < n ? ',' : ']';
    }
    many[len] = '\0';
    assert_int_equal(holds("{\"items\":{\"type\":\"number\"}}", many), GW_BAD);
    free(many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_schema_forbids_does_not_hold),
        cmocka_unit_test(what_it_allows_or_does_not_say_holds),
        cmocka_unit_test(what_is_deep_holds_and_what_is_too_much_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
