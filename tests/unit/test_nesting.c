/* tests/unit/test_nesting.c - redact/nesting.h: strings in strings of JSON, in any cut. */
#include "proxy/base/base.h"
#include "redact/nesting.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct nesting followed(const char *text, size_t cut)
{
    struct nesting n = {.at[0].in_string = false};
    struct slice all = slice_str(text);
    nesting_follow(&n, slice_cut(all, 0, cut));
    nesting_follow(&n, slice_from(all, cut));
    return n;
}

static void what_is_no_json_within_is_one_string(void **state)
{
    static const struct {
        const char *text;
        unsigned depth;
        bool is_bare;
    } cases[] = {
        {"", 0, true},
        {"{", 0, true},
        {"{\"a", 1, false},
        {"{\"a\": ", 0, true},
        {"{\"a\\\"", 1, false},
        {"{\"a\\\\\"", 0, true},
        {"[\"\", 4", 0, true},
        {"[\"", 1, false},
        {"[\"say \\\"{", 1, false}, /* prose that has a brace in it */
        {"[\"{", 1, true},          /* JSON within */
        {"[\"  \\n [", 1, true},
        {"[\"{\\\"a", 2, false},
        {"[\"{\\\"a\\\"", 1, true},
        {"[\"{\\\"a\\\": 4", 1, true},
        {"[\"{\\\"a\\\\\\\"", 2, false}, /* an escaped quote of the JSON within */
        {"[\"{\\\"a\\\\\\\\\\\"", 1, true},
        {"[\"{\\\"a\\\":1}\"", 0, true},
        {"[\"{\\\"a\\\":1}\", \"b", 1, false},
        {"[\"{\\\"a\\\":1}\", \"{\\\"b", 2, false},
        {"[\"{\\\"a\\\":\\\"{\\\\\\\"b", 3, false},
        {"[\"{\\\"a\\\":\\\"{\\\\\\\"b\\\\\\\"", 2, true},
        {"[\"{\\\"a\\\":\\\"x", 2, false},
        {"[\"{\\\"a\\\":\\\"{\\\\\\\"b\\\\\\\":\\\\\\\"{\\\\\\\\\\\\\\\"c", 3,
         false}, /* no deeper */
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++)
        for (size_t cut = 0; cut <= strlen(cases[i].text); cut++) {
            struct nesting n = followed(cases[i].text, cut);
            if (nesting_depth(&n) != cases[i].depth || nesting_is_bare(&n) != cases[i].is_bare)
                fail_msg("%s at %zu: %u, %d", cases[i].text, cut, nesting_depth(&n),
                         nesting_is_bare(&n));
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_json_within_is_one_string),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
