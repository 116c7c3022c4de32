/* tests/unit/test_outlet.c - proxy/gate/outlet.h: windows of texts, and events on their way out,
 * into what is held, or as the end. */
#include "proxy/base/base.h"
#include "proxy/gate/outlet.h"
#include "proxy/gate/state.h"
#include "redact/window.h"
#include "tests/unit/gate_bench.h"

/* An exchange whose stream is under way, and nothing of it is out yet. */
static struct exchange *streaming(struct bench *b)
{
    ask(b, CHAT, CHAT_STREAM);
    b->script.answer = SLICE_LIT("");
    rig_begin(&b->rig, &b->script);
    while (rig_turn(&b->rig))
        continue;
    struct exchange *x = b->rig.x;
    assert_true(b->rig.began);
    x->state = XCHG_RELAY;
    x->is_streaming = x->answered = true;
    x->minor = 1;
    buf_clear(&x->to_client);
    return x;
}

static gw_result put(struct exchange *x, gw_result r, bool was_holding, const char *events,
                     bool is_last)
{
    struct buf out;
    buf_init(&out, TEXT);
    assert_true(gw_ok(buf_add(&out, slice_str(events))));
    gw_result got = outlet_put(x, r, was_holding, &out, is_last);
    buf_free(&out);
    return got;
}

static bool is_out(const struct exchange *x, const char *text)
{
    return slice_find(buf_slice(&x->to_client), slice_str(text)) != SIZE_MAX;
}

static void a_text_has_one_window_and_there_is_a_most(void **state)
{
    struct exchange *x = streaming(*state);
    struct window *first = outlet_window(x, 100, false);
    assert_non_null(first);
    for (uint32_t key = 1; key < XCHG_WINDOWS; key++)
        assert_true(outlet_window(x, 100 + key, false) != first);
    assert_ptr_equal(outlet_window(x, 100, false), first);
    assert_null(outlet_window(x, 9999, false));
    assert_non_null(outlet_window(x, 101, false)); /* those that are there stay */
}

/* Hex length, bytes, line end; HTTP/1.0 knows no chunks. */
static void bytes_are_framed_as_the_head_said(void **state)
{
    struct exchange *x = streaming(*state);
    uint64_t before = x->answer_bytes;
    assert_true(gw_ok(outlet_chunk(x, SLICE_LIT("data: a\n\n"), &x->to_client)));
    assert_true(slice_is(buf_slice(&x->to_client), SLICE_LIT("9\r\ndata: a\n\n\r\n")));
    assert_int_equal(x->answer_bytes, before + 9);
    buf_clear(&x->to_client);
    x->minor = 0;
    assert_true(gw_ok(outlet_chunk(x, SLICE_LIT("data: a\n\n"), &x->to_client)));
    assert_true(slice_is(buf_slice(&x->to_client), SLICE_LIT("data: a\n\n")));
}

static void what_is_held_goes_out_first_and_only_when_it_is_judged(void **state)
{
    struct exchange *x = streaming(*state);
    x->is_holding = true;
    assert_true(gw_ok(put(x, gw_is(GW_OK), false, "data: call\n\n", false)));
    assert_int_equal(x->to_client.len, 0);
    x->is_holding = false;
    assert_true(gw_ok(put(x, gw_is(GW_OK), true, "data: more\n\n", false)));
    assert_int_equal(x->call_hold.len, 0);
    size_t call = slice_find(buf_slice(&x->to_client), SLICE_LIT("call"));
    size_t more = slice_find(buf_slice(&x->to_client), SLICE_LIT("more"));
    assert_true(call < more && more != SIZE_MAX);
}

/* Nothing of a call that a rule stops was seen, nor of what stood behind its begin. */
static void a_stop_drops_what_is_held(void **state)
{
    struct exchange *x = streaming(*state);
    x->is_holding = true;
    assert_true(gw_ok(put(x, gw_is(GW_OK), false, "data: call\n\n", false)));
    assert_true(gw_ok(put(x, gw_is(GW_REFUSED), true, "data: args\n\n", false)));
    assert_int_equal(x->why, WHY_POLICY_BLOCK);
    assert_false(is_out(x, "call") || is_out(x, "args"));
    assert_true(slice_find(buf_slice(&x->tail), SLICE_LIT("args")) == SIZE_MAX);
    assert_true(slice_find(buf_slice(&x->tail), SLICE_LIT("[DONE]")) != SIZE_MAX);
}

static void a_stop_keeps_what_stands_before_it(void **state)
{
    struct exchange *x = streaming(*state);
    assert_true(gw_ok(put(x, gw_is(GW_REFUSED), false, "data: before\n\n", false)));
    assert_int_equal(x->why, WHY_POLICY_BLOCK);
    assert_true(slice_find(buf_slice(&x->tail), SLICE_LIT("before")) != SIZE_MAX);
    assert_false(x->is_cut); /* it ends as the API's streams do */
}

/* The last bytes wait in the tail, which goes when the end record is durable. */
static void the_end_waits_in_the_tail(void **state)
{
    struct exchange *x = streaming(*state);
    assert_true(gw_ok(put(x, gw_is(GW_OK), false, "data: [DONE]\n\n", true)));
    assert_int_equal(x->to_client.len, 0);
    assert_true(slice_has_suffix(buf_slice(&x->tail), SLICE_LIT("0\r\n\r\n")));
    assert_int_equal(x->why, WHY_DONE);
    assert_int_equal(x->state, XCHG_SETTLE);
}

static void an_error_is_handed_on_and_nothing_goes_out(void **state)
{
    struct exchange *x = streaming(*state);
    assert_int_equal(put(x, gw_is(GW_BAD), false, "data: half\n\n", false).code, GW_BAD);
    assert_int_equal(x->to_client.len + x->tail.len, 0);
    assert_int_equal(x->state, XCHG_RELAY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_text_has_one_window_and_there_is_a_most),
        TEST(bytes_are_framed_as_the_head_said),
        TEST(what_is_held_goes_out_first_and_only_when_it_is_judged),
        TEST(a_stop_drops_what_is_held),
        TEST(a_stop_keeps_what_stands_before_it),
        TEST(the_end_waits_in_the_tail),
        TEST(an_error_is_handed_on_and_nothing_goes_out),
    };
    return cmocka_run_group_tests(tests, open_bench, close_bench);
}
