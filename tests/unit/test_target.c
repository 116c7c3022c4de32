/* tests/unit/test_target.c - proxy/http/target.h: of many spellings of a path only one is a path.
 */
#include "proxy/base/base.h"
#include "proxy/http/target.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static bool splits(const char *target, struct head *out)
{
    struct head_fault fault = {0};
    *out = (struct head){.target = slice_str(target)};
    gw_result r = target_split(out, &fault);
    assert_true(gw_ok(r) || (r.code == GW_BAD && fault.status == 400 && fault.reason != NULL));
    return gw_ok(r);
}

static void other_spellings_are_refused_or_stay_different(void **state)
{
    static const char *const spellings[] = {
        "//v1/messages",
        "/v1//messages",
        "/v1/./messages",
        "/./v1/messages",
        "/v1/x/../messages",
        "/v1/%2e/messages",
        "/v1/%2E%2e/x",
        "/v1%2fmessages",
        "/v1%2Fmessages",
        "/v1%5cmessages",
        "/v1\\messages",
        "/v1/messages;a=b",
        "/v1;/messages",
        "/v1/messages%00",
        "/v1/messages%0a",
        "/v1/messages%0D%0A",
        "/v1/messages%09",
        "/v1/messages%7F",
        "/v1/messages%1f",
        "/v1/messages#x",
        "/v1/messages?a#x",
        "/v1/messages/..",
        "/v1/messages/.",
        "/v1/messages//",
        "/..",
        "/.",
        "/../v1/messages",
        "http://a/v1/messages",
        "HTTP://a/v1/messages",
        "a:443",
        "*",
        "",
        "v1/messages",
        "?/v1/messages",
        "/v1/mess ages",
        "/v1/messages\x7f",
        "/v1/messages%",
        "/v1/messages%4",
        "/v1/messages%g0",
        "/v1/m\"e",
        "/v1/<x>",
        "/v1/{x}",
        "/v1/a|b",
        "/v1/a^b",
        "/v1/`",
        "/v1/[x]",
    };
    static const char *const different[] = {
        "/V1/messages",  "/v1/messages/",   "/v1/Messages",      "/v1/m%65ssages",
        "/v1/messages.", "/v1/messages%20", "/v1/%252fmessages", "/v1/.../messages",
    };
    struct head head;
    (void)state;
    for (size_t i = 0; i < GW_COUNT(spellings); i++)
        if (splits(spellings[i], &head))
            fail_msg("accepted: %s", spellings[i]);
    for (size_t i = 0; i < GW_COUNT(different); i++) {
        assert_true(splits(different[i], &head));
        assert_false(slice_is(head.path, SLICE_LIT("/v1/messages")));
        assert_true(slice_is(head.path, head.target));
    }
}

static void a_path_ends_at_the_first_question_mark(void **state)
{
    struct head head;
    (void)state;
    assert_true(splits("/v1/messages?a=b?c&d=/../%2f", &head));
    assert_true(slice_is(head.path, SLICE_LIT("/v1/messages")));
    assert_true(slice_is(head.query, SLICE_LIT("a=b?c&d=/../%2f")));
    assert_true(splits("/?", &head));
    assert_true(slice_is(head.path, SLICE_LIT("/")));
    assert_int_equal(head.query.len, 0);
    assert_true(splits("/", &head));
    assert_int_equal(head.query.len, 0);
}

static void an_authority_is_one_host(void **state)
{
    static const char *const bad[] = {
        "",        ":",        ":80",      "a:",        "a:0",
        "a:65536", "a:000080", "a:8o",     "a:-1",      "a:80:1",
        "u@a",     "a/",       "a?",       "a#",        "a,b",
        "a b",     "[",        "[]",       "[::1",      "::1",
        "[::1]a",  "[::1]:",   "[::1]:x",  "[1.2.3.4]", "[fe80::1%25eth0]",
        "[g::]",   "a\tb",     "\xc3\xa4", "a%41",      ".a",
        "a\\b",    "a[b]",
    };
    static const char *const good[] = {
        "a",       "localhost:8080",        "127.0.0.1",        "127.0.0.1:65535", "[::1]",
        "[::1]:1", "[::ffff:127.0.0.1]:80", "api.example.com.", "my_service-1:80",
    };
    char name[300];
    (void)state;
    for (size_t i = 0; i < GW_COUNT(bad); i++)
        if (target_is_authority(slice_str(bad[i])))
            fail_msg("accepted: %s", bad[i]);
    for (size_t i = 0; i < GW_COUNT(good); i++)
        if (!target_is_authority(slice_str(good[i])))
            fail_msg("refused: %s", good[i]);
    memset(name, 'a', sizeof name);
    assert_false(target_is_authority(slice_of(name, 256)));
    assert_true(target_is_authority(slice_of(name, 255)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_spellings_are_refused_or_stay_different),
        cmocka_unit_test(a_path_ends_at_the_first_question_mark),
        cmocka_unit_test(an_authority_is_one_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
