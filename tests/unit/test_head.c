/* tests/unit/test_head.c - proxy/http/head.h: fields by their name, and words of their lists. */
#include "proxy/base/base.h"
#include "proxy/http/head.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void add(struct head *h, const char *name, const char *value)
{
    h->fields[h->count++] = (struct head_field){slice_str(name), slice_str(value)};
}

static void a_field_said_twice_is_nobodys(void **state)
{
    struct head h = {.count = 0};
    (void)state;
    assert_null(head_field(&h, "host"));
    add(&h, "Host", "one");
    add(&h, "Hos", "short");
    assert_true(slice_is(head_field(&h, "hOST")->value, SLICE_LIT("one")));
    assert_int_equal(head_field_count(&h, "host"), 1);
    add(&h, "HOST", "two");
    assert_null(head_field(&h, "host"));
    assert_int_equal(head_field_count(&h, "host"), 2);
    assert_int_equal(head_field_count(&h, "hostess"), 0);
}

static void a_word_stands_in_any_of_the_lists(void **state)
{
    struct head h = {.count = 0};
    (void)state;
    add(&h, "Accept", "a");
    add(&h, "X-Accept", "z");
    add(&h, "accept", " b ,, C\t,d e");
    assert_true(head_has_word(&h, "accept", "A") && head_has_word(&h, "ACCEPT", "b"));
    assert_true(head_has_word(&h, "accept", "c") && head_has_word(&h, "accept", "d e"));
    assert_false(head_has_word(&h, "accept", "d") || head_has_word(&h, "accept", "z"));
    assert_false(head_has_word(&h, "none", "a"));
}

static void only_what_is_used_counts(void **state)
{
    struct head h = {.count = 0};
    (void)state;
    assert_int_equal(head_size(&h), offsetof(struct head, fields));
    add(&h, "a", "b");
    assert_int_equal(head_size(&h), offsetof(struct head, fields) + sizeof h.fields[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_field_said_twice_is_nobodys),
        cmocka_unit_test(a_word_stands_in_any_of_the_lists),
        cmocka_unit_test(only_what_is_used_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
