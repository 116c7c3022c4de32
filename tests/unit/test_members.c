/* tests/unit/test_members.c - proxy/llm/members.h. */
#include "proxy/base/base.h"
#include "proxy/llm/members.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static bool have(const char *key)
{
    return members_have(slice_str(key));
}

static void a_name_is_known_as_it_is_written(void **state)
{
    static char huge[1 << 16];
    (void)state;
    assert_true(have("role") && have("messages") && have("properties") && have("n"));
    assert_false(have("Role") || have("roles") || have("rol") || have("") || have("m"));
    assert_false(have("alice@example.com") || have("rule"));
    memset(huge, 'r', sizeof huge);
    assert_false(members_have(slice_of(huge, sizeof huge)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_name_is_known_as_it_is_written)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
