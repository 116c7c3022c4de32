/* tests/unit/test_memory.c - proxy/gate/memory.h: a leaf is remembered by its bytes, its key, its
 * caller and whether its role is suspect; by nothing less. */
#include "proxy/base/base.h"
#include "proxy/gate/memory.h"
#include "proxy/gate/state.h"
#include "tests/unit/gate_bench.h"

static unsigned told; /* scores that were told */

static void tell(struct exchange *x, size_t leaf, const struct attack *attack)
{
    (void)x;
    (void)leaf;
    (void)attack;
    told++;
}

static const char long_text[] =
    "a sentence that is long enough to be worth remembering, as most of them in a talk are";

struct asked {
    const char *text, *key, *app, *tenant;
    uint8_t role;
    char suspect;
};

static struct asked usual(void)
{
    return (struct asked){long_text, "content", "pay", "eu", ROLE_USER, 's'};
}

/* Whether such a leaf is known now; then it is. */
static bool knows(struct bench *b, struct asked a)
{
    static const struct script nothing = {.client_leaves = false};
    struct text text;
    struct scan_seen seen;
    struct scan_leaf_result found = {.count = 0};
    const struct text_leaf leaf = {.role = a.role, .key = slice_str(a.key)};
    rig_begin(&b->rig, &nothing);
    struct exchange *x = b->rig.x;
    x->app = slice_str(a.app);
    x->tenant = slice_str(a.tenant);
    text_init(&text, x->arena, TEXT);
    assert_true(gw_ok(text_add(&text, slice_str(a.text), &leaf)));
    struct leaf_memory m = {
        .x = x, .text = &text, .suspect = a.suspect, .other = '-', .told = tell};
    assert_true(gw_ok(memory_start(&m, &seen)));
    bool is_known = seen.find(seen.of, 0, &found);
    if (!is_known)
        seen.keep(seen.of, 0, &found);
    text_free(&text);
    return is_known;
}

static int forget(void **state)
{
    struct bench *b = *state;
    seen_free(b->rig.gate.seen);
    b->rig.gate.seen = seen_new(1024);
    told = 0;
    return reset_bench(state);
}

static void another_leaf_is_not_known(void **state)
{
    struct bench *b = *state;
    struct asked a = usual();
    assert_false(knows(b, a));
    a.text =
        "a sentence that is long enough to be worth remembering, as most of them in a talk arE";
    assert_false(knows(b, a));
    a = usual();
    a.key = "conten";
    assert_false(knows(b, a));
    a = usual();
    a.app = "payt"; /* and no border moves */
    a.tenant = "eu";
    assert_false(knows(b, a));
    a = usual();
    a.tenant = "e";
    a.app = "upay";
    assert_false(knows(b, a));
    a = usual();
    a.tenant = "us";
    assert_false(knows(b, a));
    a = usual();
    a.role = ROLE_ASSISTANT; /* not looked at for attacks */
    assert_false(knows(b, a));
    a = usual();
    a.suspect = 'j'; /* of another kind of text */
    assert_false(knows(b, a));
}

static void the_same_leaf_is_known_and_its_score_told(void **state)
{
    struct bench *b = *state;
    assert_false(knows(b, usual()));
    assert_int_equal(told, 1);
    assert_true(knows(b, usual()));
    assert_int_equal(told, 2);
    struct asked a = usual();
    a.role = ROLE_TOOL; /* as suspect as a user */
    assert_true(knows(b, a));
}

/* Scanning it is no dearer than looking it up. */
static void a_short_leaf_is_not_remembered(void **state)
{
    struct bench *b = *state;
    struct asked a = usual();
    a.text = "short";
    assert_false(knows(b, a));
    assert_false(knows(b, a));
}

static void without_a_table_nothing_is(void **state)
{
    struct bench *b = *state;
    seen_free(b->rig.gate.seen);
    b->rig.gate.seen = NULL;
    assert_false(knows(b, usual()));
    assert_false(knows(b, usual()));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(another_leaf_is_not_known, forget),
        cmocka_unit_test_setup(the_same_leaf_is_known_and_its_score_told, forget),
        cmocka_unit_test_setup(a_short_leaf_is_not_remembered, forget),
        cmocka_unit_test_setup(without_a_table_nothing_is, forget),
    };
    return cmocka_run_group_tests(tests, open_bench, close_bench);
}
