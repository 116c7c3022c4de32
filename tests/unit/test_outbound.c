/* tests/unit/test_outbound.c - proxy/gate/outbound.h: a body as an upstream gets it, edits, its own
 * name for the model and the canary in it, whichever stands first. */
#include "proxy/base/base.h"
#include "proxy/gate/outbound.h"
#include "proxy/gate/state.h"
#include "tests/unit/gate_bench.h"

/* An exchange whose body was read. */
static struct exchange *reading(struct bench *b, const char *body)
{
    ask(b, CHAT, body);
    b->script.answer = SLICE_LIT("");
    rig_begin(&b->rig, &b->script);
    while (!b->rig.began && rig_turn(&b->rig))
        continue;
    assert_true(b->rig.x->doc.values != NULL);
    return b->rig.x;
}

static void sends(struct exchange *x, size_t upstream, const char *want)
{
    struct buf out;
    buf_init(&out, TEXT);
    assert_true(gw_ok(outbound_splice(x, upstream, &out)));
    assert_true(slice_is(buf_slice(&out), slice_str(want)));
    buf_clear(&out);
    assert_true(gw_ok(outbound_body(x, upstream, &out)));
    assert_true(slice_is(buf_slice(&out), slice_str(want)));
    buf_free(&out);
}

#define BODY(model, text) \
    "{\"messages\":[{\"role\":\"user\",\"content\":\"" text "\"}],\"model\":\"" model "\"}"

static void what_nobody_edits_stays_byte_for_byte(void **state)
{
    struct exchange *x = reading(*state, "{ \"model\" : \"gpt-4o\",\n\"messages\":[{\"role\":"
                                         "\"user\",\"content\":\"h\\u0069\"}] }");
    sends(x, RIG_CLOUD,
          "{ \"model\" : \"gpt-4o\",\n\"messages\":[{\"role\":\"user\",\"content\":"
          "\"h\\u0069\"}] }");
}

static void an_upstream_has_its_own_name_for_the_model(void **state)
{
    struct exchange *x = reading(*state, BODY("gpt-4o", "hi"));
    sends(x, RIG_HOUSE, BODY("house-model", "hi"));
    sends(x, RIG_CLOUD, BODY("gpt-4o", "hi"));
    x = reading(*state,
                "{\"model\":\"gpt\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
    sends(x, RIG_HOUSE,
          "{\"model\":\"house-model\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}");
}

/* Edits in front of the name, within it and behind it: within it, it goes as a whole. */
static void edits_stand_around_the_name(void **state)
{
    static const char body[] = "{\"user\":\"ann\",\"model\":\"gpt\",\"messages\":[{\"role\":"
                               "\"user\",\"content\":\"ben\"}]}";
    struct exchange *x = reading(*state, body);
    size_t ann = slice_find(x->content, SLICE_LIT("ann"));
    size_t gpt = slice_find(x->content, SLICE_LIT("gpt"));
    size_t ben = slice_find(x->content, SLICE_LIT("ben"));
    struct edit edits[] = {{ann, ann + 3, SLICE_LIT("A\""), 1},
                           {gpt, gpt + 1, SLICE_LIT("x"), 1},
                           {ben, ben + 3, SLICE_LIT(""), 1}};
    x->edits = edits;
    x->edit_count = GW_COUNT(edits);
    sends(x, RIG_HOUSE,
          "{\"user\":\"A\\\"\",\"model\":\"house-model\",\"messages\":[{\"role\":"
          "\"user\",\"content\":\"\"}]}");
    sends(x, RIG_CLOUD,
          "{\"user\":\"A\\\"\",\"model\":\"xpt\",\"messages\":[{\"role\":\"user\","
          "\"content\":\"\"}]}");
}

static void the_canary_joins_in_its_place(void **state)
{
    static const char body[] = "{\"model\":\"gpt\",\"messages\":[{\"role\":\"system\",\"content\":"
                               "\"be\"},{\"role\":\"user\",\"content\":\"ben\"}]}";
    struct exchange *x = reading(*state, body);
    size_t be = slice_find(x->content, SLICE_LIT("be")) + 2;
    size_t ben = slice_find(x->content, SLICE_LIT("ben"));
    struct edit edits[] = {{ben, ben + 3, SLICE_LIT("B"), 1}};
    x->edits = edits;
    x->edit_count = 1;
    x->plant = (struct edit){be, be, SLICE_LIT(" [c]"), 1};
    sends(x, RIG_HOUSE,
          "{\"model\":\"house-model\",\"messages\":[{\"role\":\"system\","
          "\"content\":\"be [c]\"},{\"role\":\"user\",\"content\":\"B\"}]}");
    x->plant = (struct edit){0};
}

/* An edit that breaks the body is not sent. */
static void what_is_no_json_any_more_does_not_leave(void **state)
{
    struct exchange *x = reading(*state, BODY("gpt", "ben"));
    size_t ben = slice_find(x->content, SLICE_LIT("ben"));
    struct edit edits[] = {{ben, ben + 3, SLICE_LIT("\""), 0}};
    struct buf out;
    x->edits = edits;
    x->edit_count = 1;
    buf_init(&out, TEXT);
    assert_int_equal(outbound_body(x, RIG_CLOUD, &out).code, GW_BAD);
    edits[0] = (struct edit){ben - 1, ben + 4, SLICE_LIT("\"\",\"content\":\"\""), 0};
    buf_clear(&out);
    assert_int_equal(outbound_body(x, RIG_CLOUD, &out).code, GW_BAD); /* a key stands twice */
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_nobody_edits_stays_byte_for_byte),
        TEST(an_upstream_has_its_own_name_for_the_model),
        TEST(edits_stand_around_the_name),
        TEST(the_canary_joins_in_its_place),
        TEST(what_is_no_json_any_more_does_not_leave),
    };
    return cmocka_run_group_tests(tests, open_bench, close_bench);
}
