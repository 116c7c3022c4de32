/* tests/unit/test_changes.c - what is different in two texts: audit/changes.h. */
#include "proxy/base/base.h"
#include "audit/changes.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* The second text, put together of the first and the changes; and "at:old>now;" of each. */
struct walk {
    struct slice first;
    size_t done;
    char made[20000], said[2000];
    size_t len;
};

static void copy(struct walk *w, struct slice s)
{
    assert_true(w->len + s.len < sizeof w->made);
    if (s.len > 0)
        memcpy(w->made + w->len, s.at, s.len);
    w->len += s.len;
}

static void see(void *owner, const struct change *c)
{
    struct walk *w = owner;
    size_t n = strlen(w->said);
    assert_true(c->at >= w->done && c->old.len + c->now.len > 0);
    assert_true(slice_is(slice_cut(w->first, c->at, c->at + c->old.len), c->old));
    copy(w, slice_cut(w->first, w->done, c->at));
    copy(w, c->now);
    w->done = c->at + c->old.len;
    if (n + c->old.len + c->now.len + 40 < sizeof w->said)
        snprintf(w->said + n, sizeof w->said - n, "%zu:%.*s>%.*s;", c->at, (int)c->old.len,
                 c->old.len > 0 ? c->old.at : "", (int)c->now.len, c->now.len > 0 ? c->now.at : "");
}

static struct walk *walked(struct slice first, struct slice second)
{
    static struct walk w;
    w = (struct walk){.first = first};
    changes_each(first, second, see, &w);
    copy(&w, slice_from(first, w.done));
    assert_true(slice_is(slice_of(w.made, w.len), second));
    return &w;
}

static void texts_that_are_alike_have_none(void **state)
{
    static const char *const texts[] = {"", "a", "a text that is long enough to be one"};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(texts); i++)
        assert_string_equal(walked(slice_str(texts[i]), slice_str(texts[i]))->said, "");
}

static void places_are_told_with_both_words(void **state)
{
    static const struct {
        const char *first, *second, *said;
    } cases[] = {
        {"", "a", "0:>a;"},
        {"a", "", "0:a>;"},
        {"write to ann@x.example please, and then to nobody",
         "write to EMAIL_1 please, and then to nobody", "9:ann@x.example>EMAIL_1;"},
        {"the same words here and more of them", "more: the same words here and more of them",
         "0:>more: ;"},
        {"the same words here and more of them", "the same words here and more", "28: of them>;"},
        {"abc", "xyz", "0:abc>xyz;"},
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        const struct walk *w = walked(slice_str(cases[i].first), slice_str(cases[i].second));
        if (strcmp(w->said, cases[i].said) != 0)
            fail_msg("%s -> %s: %s", cases[i].first, cases[i].second, w->said);
    }
}

/* Whatever the two are: one is made of the other and what is told; walked() asserts it. */
static void one_is_made_of_the_other(void **state)
{
    uint32_t seed = 7;
    char a[300], b[300];
    (void)state;
    for (int round = 0; round < 3000; round++) {
        size_t n = 0, m = 0;
        for (size_t i = 0; i < 200; i++) {
            seed = seed * 1664525u + 1013904223u;
            char c = (char)('a' + (seed >> 16) % (round % 2 == 0 ? 3 : 26));
            unsigned what = seed >> 24;
            if (what > 8)
                a[n++] = c;
            if (what < 248)
                b[m++] = what == 100 ? '#' : c;
        }
        (void)walked(slice_of(a, n), slice_of(b, m));
    }
}

/* Nothing alike for very long: all the rest is one change. */
static void far_apart_all_the_rest_is_other(void **state)
{
    static char a[9000], b[9000];
    (void)state;
    memset(a, 'a', sizeof a);
    memset(b, 'b', sizeof b);
    struct walk *w = walked(slice_of(a, sizeof a), slice_of(b, sizeof b));
    assert_string_equal(w->said, ""); /* too long to be written down: and it was one */
    assert_int_equal(w->done, sizeof a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_that_are_alike_have_none),
        cmocka_unit_test(places_are_told_with_both_words),
        cmocka_unit_test(one_is_made_of_the_other),
        cmocka_unit_test(far_apart_all_the_rest_is_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
