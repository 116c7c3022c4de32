/* tests/unit/test_move.c - proxy/gate/move.h: an exchange ends once, for its first reason, from
 * wherever it is. */
#include "proxy/base/base.h"
#include "proxy/gate/move.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "tests/unit/gate_rig.h"

static struct rig rig;

static int set_up(void **state)
{
    (void)state;
    rig_open(&rig, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rig_close(&rig);
    return 0;
}

/* A fresh exchange that stands there; states are walked in no lawful order. */
static struct exchange *standing(enum xchg_state state)
{
    static const struct script nothing = {.client_leaves = false};
    rig_begin(&rig, &nothing);
    rig.x->state = state;
    return rig.x;
}

static void every_stretch_can_end_and_has_a_word(void **state)
{
    (void)state;
    for (enum xchg_state s = XCHG_INTAKE; s < XCHG_SETTLE; s++) {
        struct exchange *x = standing(s);
        assert_true(strlen(move_word(s)) > 0);
        move_end(x, WHY_INTERNAL);
        assert_int_equal(x->state, XCHG_SETTLE);
        assert_int_equal(x->why, WHY_INTERNAL);
    }
    assert_string_equal(move_word(XCHG_RELAY), "relay");
    assert_string_equal(move_word(XCHG_DEAD), "dead");
}

static void the_first_reason_stays(void **state)
{
    (void)state;
    struct exchange *x = standing(XCHG_RELAY);
    move_end(x, WHY_CLIENT_GONE);
    move_end(x, WHY_INTERNAL);
    move_refuse(x, WHY_POLICY_BLOCK, 403, "policy_blocked", SLICE_LIT("no"));
    assert_int_equal(x->why, WHY_CLIENT_GONE);
    assert_int_equal(x->refusal.status, 0);
}

static void a_refusal_is_kept_for_the_client(void **state)
{
    (void)state;
    struct exchange *x = standing(XCHG_DECIDE);
    move_refuse(x, WHY_POLICY_BLOCK, 403, "policy_blocked", SLICE_LIT("no"));
    assert_int_equal(x->state, XCHG_SETTLE);
    assert_int_equal(x->refusal.status, 403);
    assert_string_equal(x->refusal.code, "policy_blocked");
    assert_true(slice_is(x->refusal.message, SLICE_LIT("no")));
    assert_false(x->is_cut);
}

/* What had begun to go out looks cut, whatever ended it; so do last bytes that nobody takes. */
static void what_was_begun_is_cut(void **state)
{
    (void)state;
    struct exchange *x = standing(XCHG_RELAY);
    x->answered = true;
    move_end(x, WHY_UPSTREAM_TIMEOUT);
    assert_true(x->is_cut);
    x = standing(XCHG_FLUSH);
    move_end(x, WHY_CLIENT_SLOW);
    assert_false(x->is_cut);
    assert_true(gw_ok(buf_add(&x->to_client, SLICE_LIT("last"))));
    move_end(x, WHY_CLIENT_SLOW);
    assert_true(x->is_cut && x->client_gone);
    assert_int_equal(x->state, XCHG_FLUSH);
}

/* The rest of a body would be read as the next request. */
static void a_body_that_is_not_whole_ends_its_connection(void **state)
{
    (void)state;
    struct exchange *x = standing(XCHG_INTAKE);
    x->keep_client = true;
    move_end(x, WHY_BAD_BODY);
    assert_false(x->keep_client);
    x = standing(XCHG_INTAKE);
    x->keep_client = x->body.done = true;
    move_end(x, WHY_BAD_BODY);
    assert_true(x->keep_client);
}

static void times_of_moves_are_kept(void **state)
{
    (void)state;
    struct exchange *x = standing(XCHG_INTAKE);
    rig.clock.mono_ns += 5000;
    move_to(x, XCHG_INSPECT);
    assert_int_equal(x->detail.whole_ns, rig.clock.mono_ns);
    move_to(x, XCHG_DECIDE);
    move_to(x, XCHG_BEGIN);
    rig.clock.mono_ns += 7000;
    move_to(x, XCHG_FORWARD);
    assert_int_equal(x->detail.asked_ns, rig.clock.mono_ns);
    assert_int_equal(x->entered_ns, rig.clock.mono_ns);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_stretch_can_end_and_has_a_word),
        TEST(the_first_reason_stays),
        TEST(a_refusal_is_kept_for_the_client),
        TEST(what_was_begun_is_cut),
        TEST(a_body_that_is_not_whole_ends_its_connection),
        TEST(times_of_moves_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
