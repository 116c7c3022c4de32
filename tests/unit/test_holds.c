/* tests/unit/test_holds.c - audit/holds.h: what records say that may not go. */
#include "proxy/base/base.h"
#include "audit/holds.h"
#include "proxy/base/buf.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct holds h;

/* A record of that type, of that case, that names these. */
static void say(const char *type, const char *name, const char *refs)
{
    char leaf[200], what[100];
    struct buf groups;
    snprintf(leaf, sizeof leaf, "{%s\"seq\":9,\"type\":\"%s\"}", refs, type);
    snprintf(what, sizeof what, "{\"case\":\"%s\"}", name);
    const struct segment_group g = {SLICE_LIT("what"), slice_of("0123456789abcdef", SEGMENT_SALT),
                                    slice_str(what)};
    buf_init(&groups, 4096);
    segment_group_write(&groups, &g);
    const struct segment_frame frame = {.leaf = slice_str(leaf), .groups = buf_slice(&groups)};
    assert_true(gw_ok(holds_see(&h, &frame)));
    buf_free(&groups);
}

static void other_records_hold_nothing(void **state)
{
    (void)state;
    say("erase", "C", "\"ref\":[1,2],");
    say("hold.set", "C", "");
    say("holder", "C", "\"ref\":[1],");
    holds_sort(&h);
    assert_int_equal(h.count, 0);
    assert_null(holds_find(&h, 1));
}

static void a_case_lets_go_of_its_own_only(void **state)
{
    (void)state;
    say("hold.set", "A", "\"ref\":[7,5],");
    say("hold.set", "B", "\"ref\":[5,3],");
    say("hold.clear", "A", "");
    holds_sort(&h);
    assert_int_equal(h.count, 2);
    assert_null(holds_find(&h, 7));
    assert_non_null(holds_find(&h, 3));
    assert_string_equal(holds_find(&h, 5)->name, "B");
}

static void what_stays_is_counted_for_each_case(void **state)
{
    uint64_t of_a = 0, of_b = 0;
    (void)state;
    say("hold.set", "A", "\"ref\":[1,2,3],");
    say("hold.set", "B", "\"ref\":[3],");
    holds_sort(&h);
    holds_stay(&h, 2);
    holds_stay(&h, 3);
    holds_stay(&h, 4);
    for (size_t i = 0; i < h.count; i++)
        *(h.at[i].name[0] == 'A' ? &of_a : &of_b) += h.at[i].stays;
    assert_int_equal(of_a, 2);
    assert_int_equal(of_b, 1);
}

static int end(void **state)
{
    (void)state;
    holds_free(&h);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(other_records_hold_nothing, end),
        cmocka_unit_test_teardown(a_case_lets_go_of_its_own_only, end),
        cmocka_unit_test_teardown(what_stays_is_counted_for_each_case, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
