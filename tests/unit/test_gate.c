/* tests/unit/test_gate.c - proxy/gate/gate.h: what all exchanges of a worker share. */
#include "proxy/base/base.h"
#include "proxy/gate/gate.h"
#include "proxy/gate/state.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void an_upstream_is_found_by_its_whole_name(void **state)
{
    const struct gate_upstream two[] = {{.name = SLICE_LIT("cloud")},
                                        {.name = SLICE_LIT("clouds")}};
    const struct gate g = {.upstreams = two, .upstream_count = 2};
    (void)state;
    assert_int_equal(gate_upstream_index(&g, SLICE_LIT("cloud")), 0);
    assert_int_equal(gate_upstream_index(&g, SLICE_LIT("clouds")), 1);
    assert_int_equal(gate_upstream_index(&g, SLICE_LIT("clou")), SIZE_MAX);
    assert_int_equal(gate_upstream_index(&g, SLICE_LIT("Cloud")), SIZE_MAX);
    assert_int_equal(gate_upstream_index(&g, (struct slice){NULL, 0}), SIZE_MAX);
}

static void keys_of_json_have_the_configured_ceiling(void **state)
{
    struct gate g = {.limits = *gate_limits_default()};
    (void)state;
    assert_int_equal(gate_json_limits(&g).keys, json_limits_default()->keys);
    g.limits.json_keys = 7;
    assert_int_equal(gate_json_limits(&g).keys, 7);
    assert_int_equal(gate_json_limits(&g).depth, json_limits_default()->depth);
}

/* A limit of 0 would be none, or would let nothing through. */
static void no_default_is_missing(void **state)
{
    const struct gate_limits *l = gate_limits_default();
    (void)state;
    assert_true(l->request_body > 0 && l->answer_body > 0 && l->event > 0 && l->memory > 0);
    assert_true(l->head_ms > 0 && l->body_ms > 0 && l->first_byte_ms > 0);
    assert_true(l->between_ms > 0 && l->stream_ms > 0 && l->keep_alive_ms > 0);
}

static void spares_can_be_freed_twice(void **state)
{
    struct gate g = {.spare_count = 0};
    (void)state;
    g.spares = calloc(1, sizeof *g.spares);
    assert_non_null(g.spares);
    g.spare_count = 1;
    gate_free_spares(&g);
    assert_null(g.spares);
    assert_int_equal(g.spare_count, 0);
    gate_free_spares(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_upstream_is_found_by_its_whole_name),
        cmocka_unit_test(keys_of_json_have_the_configured_ceiling),
        cmocka_unit_test(no_default_is_missing),
        cmocka_unit_test(spares_can_be_freed_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
