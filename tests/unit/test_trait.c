/* tests/unit/test_trait.c - what a word's traits depend on, and on what they do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proxy/base/base.h"

#include "redact/trait.h"

enum { MOST = 40 };

struct row {
    struct word words[MOST];
    size_t n;
};

static struct row words_of(const char *text)
{
    struct row r = {.n = 0};
    for (size_t at = 0; r.n < MOST && word_next(slice_str(text), at, &r.words[r.n]); r.n++)
        at = r.words[r.n].end;
    return r;
}

/* How many traits the two words share, place by place. */
static size_t shared(const char *a, size_t i, const char *b, size_t k, uint32_t key)
{
    uint32_t x[TRAIT_MOST], y[TRAIT_MOST];
    struct row p = words_of(a), q = words_of(b);
    size_t n = trait_fill(p.words, p.n, i, key, x), m = trait_fill(q.words, q.n, k, key, y),
           same = 0;
    assert_true(n <= TRAIT_MOST && m <= TRAIT_MOST && n > 20);
    for (size_t j = 0; j < n && j < m; j++)
        same += x[j] == y[j];
    return n == m ? same : 0;
}

static size_t count_of(const char *a, size_t i, uint32_t key)
{
    uint32_t x[TRAIT_MOST];
    struct row p = words_of(a);
    return trait_fill(p.words, p.n, i, key, x);
}

static void far_words_do_not_matter(void **state)
{
    const char *a = "x a b c d e f g h I met Anna in Rome today",
               *b = "y a b c d e f g h I met Anna in Rome now";
    (void)state;
    assert_int_equal(shared(a, 11, b, 11, 0), count_of(a, 11, 0));
}

static void near_words_matter(void **state)
{
    const char *a = "I met Anna in Rome", *b = "I saw Anna in Rome", *c = "I met Anna on Rome";
    (void)state;
    assert_true(shared(a, 2, b, 2, 0) < count_of(a, 2, 0));
    assert_true(shared(a, 2, c, 2, 0) < count_of(a, 2, 0));
    assert_true(shared(a, 2, b, 2, 0) > 5); /* the word itself is the same */
}

static void a_key_adds_its_own(void **state)
{
    (void)state;
    assert_true(count_of("Anna", 0, 77) == count_of("Anna", 0, 0) + 2);
}

static void lists_add_their_own(void **state)
{
    uint32_t x[TRAIT_MOST], y[TRAIT_MOST];
    struct row p = words_of("Anna");
    size_t n = trait_fill(p.words, p.n, 0, 0, x);
    (void)state;
    p.words[0].lists = 0xFFFF; /* the most that there can be */
    size_t m = trait_fill(p.words, p.n, 0, 1, y);
    assert_true(m > n && m <= TRAIT_MOST);
}

static void kinds_are_not_mixed_up(void **state)
{
    uint32_t x[TRAIT_MOST];
    struct row p = words_of("a a a a a");
    size_t n = trait_fill(p.words, p.n, 2, 0, x);
    (void)state;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < i; k++)
            assert_int_not_equal(x[i], x[k]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(far_words_do_not_matter), cmocka_unit_test(near_words_matter),
        cmocka_unit_test(a_key_adds_its_own),      cmocka_unit_test(lists_add_their_own),
        cmocka_unit_test(kinds_are_not_mixed_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
