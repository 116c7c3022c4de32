/* tests/unit/test_links.c - redact/links.h: where URLs are, whom they call, what they carry. */
#include "proxy/base/base.h"
#include "redact/links.h"
#include <setjmp.h>
#include <stdarg.h>
#include <time.h>
#include <cmocka.h>

static bool first(const char *text, struct found_link *l)
{
    size_t at = 0;
    return links_next(slice_str(text), &at, l);
}

static void no_url_is_none(void **state)
{
    static const char *const texts[] = {
        "",
        "http",
        "https:",
        "the http: protocol",
        "a // comment",
        "see (//)",
        "w w w.",
        "https:// is it",
        "awww.so.cute",
        "http:8080",
        "x = a // b",
        "\"http\": true",
        "https://?q=what",
        "// www ",
    };
    struct found_link l;
    (void)state;
    for (size_t i = 0; i < GW_COUNT(texts); i++)
        if (first(texts[i], &l))
            fail_msg("a URL in %s", texts[i]);
}

static void calls(const char *text, const char *host, const char *url)
{
    struct found_link l;
    if (!first(text, &l))
        fail_msg("none in %s", text);
    if (!slice_is(l.host, slice_str(host)) ||
        !slice_is(slice_cut(slice_str(text), l.start, l.end), slice_str(url)))
        fail_msg("%s calls %.*s by %.*s", text, (int)l.host.len, l.host.at, (int)(l.end - l.start),
                 text + l.start);
}

static void a_url_is_read_as_a_browser_reads_it(void **state)
{
    (void)state;
    calls("see https://a.example/x. ", "a.example", "https://a.example/x");
    calls("![x](https://a.example/p?q=1)", "a.example", "https://a.example/p?q=1");
    calls("![x](https://a.example/p_(y)?q=1) z", "a.example", "https://a.example/p_(y)?q=1");
    calls("<img src='HTTPS://a.example/?q=two words'>", "a.example",
          "HTTPS://a.example/?q=two words");
    calls("<img src=\"//a.example/?q=it's\">", "a.example", "//a.example/?q=it's");
    calls("[x](<https://a.example/?q=two words>)", "a.example", "https://a.example/?q=two words");
    calls("<https://a.example/x> y", "a.example", "https://a.example/x");
    calls("[x]: //a.example/x", "a.example", "//a.example/x");
    calls("https:\\\\a.example\\@good.example/", "a.example",
          "https:\\\\a.example\\@good.example/");
    calls("https://good.example@a.example:8/x", "a.example", "https://good.example@a.example:8/x");
    calls("https:a.example/x", "a.example", "https:a.example/x");
    calls("https:/a.example", "a.example", "https:/a.example");
    calls("go to www.a.example?q=1, now", "www.a.example", "www.a.example?q=1");
    calls("http://[::1]:80/x", "[::1]", "http://[::1]:80/x");
    calls("http://127.0.0.1:80/x", "127.0.0.1", "http://127.0.0.1:80/x");
    calls("{\\\"u\\\": \\\"https:\\/\\/a.example\\/x\\\"}", "a.example",
          "https:\\/\\/a.example\\/x\\");
}

static void an_image_is_told_from_a_link(void **state)
{
    static const struct {
        const char *text;
        bool is_image;
    } rows[] = {
        {"![x](https://a.example)", true},
        {"![x [y] z](https://a.example)", true},
        {"[x](https://a.example)", false},
        {"[![i](https://b.example)](https://a.example)", true}, /* the inner one comes first */
        {"long alt text that began before](https://a.example)", true},
        {"see https://a.example", false},
        {"(https://a.example)", false},
        {"[r]: https://a.example", true},
        {"<img src=https://a.example>", true},
        {"<IMG alt='' src=\"https://a.example\">", true},
        {"<a class=x href=\"https://a.example\">", false},
        {"<audio src=\"https://a.example\">", true},
        {"<area href=\"https://a.example\">", true},
        {"began before\" src=\"https://a.example\">", true},
        {"<div style=\"background: url(https://a.example)\">", true},
        {"p { background: url('https://a.example') }", true},
        {"<https://a.example>", false},
        {"if a <b then https://a.example", true}, /* a tag that is open: it cannot be told */
        {"<p>https://a.example</p>", false},
    };
    struct found_link l;
    (void)state;
    for (size_t i = 0; i < GW_COUNT(rows); i++)
        if (!first(rows[i].text, &l) || l.is_image != rows[i].is_image)
            fail_msg("%s", rows[i].text);
}

static void carries(const char *url, size_t least, size_t most)
{
    struct found_link l;
    assert_true(first(url, &l));
    if (l.bytes < least || l.bytes > most)
        fail_msg("%s carries %zu", url, l.bytes);
}

static void ordinary_urls_carry_little(void **state)
{
    (void)state;
    carries("https://en.wikipedia.org/wiki/List_of_countries_by_GDP_(nominal)", 0, 0);
    carries("https://docs.python.org/3/library/asyncio-task.html#creating-tasks", 0, 20);
    carries("https://www.example.com/2024/01/31/how-to-bake-the-best-sourdough-bread-at-home", 0,
            0);
    carries("https://www.google.com/search?q=how+to+bake+bread&hl=en", 0, 32);
    carries("https://www.youtube.com/watch?v=dQw4w9WgXcQ", 0, 16);
    carries("https://x.example/?utm_source=chatgpt.com", 0, 32);
    carries("https://x.example/550e8400-e29b-41d4-a716-446655440000", 0, 0);
    carries("https://github.com/o/r/blob/0123456789abcdef0123456789abcdef01234567/a.c", 0, 64);
}

static void data_is_counted_wherever_it_stands(void **state)
{
    (void)state;
    carries("https://a.example/?d=aGVsbG8gd29ybGQgdGhpcyBpcyBhIHNlY3JldCBtZXNzYWdl", 40, 60);
    carries("https://a.example/aGVsbG8gd29ybGQgdGhpcyBpcyBhIHNlY3JldCBtZXNzYWdl.png", 40, 60);
    carries("https://a.example/my%20name%20is%20John%20and%20I%20live%20in%20Rome.png", 33, 60);
    carries("https://a.example/#aGVsbG8gd29ybGQgdGhpcyBpcyBhIHNlY3JldCBtZXNzYWdl", 40, 60);
    carries("https://aGVsbG8gd29ybGQgdGhpcyBpcyBhIHNlY3JldCBtZXNz.a.example/x", 40, 60);
    carries("https://aGVsbG8gd29ybGQgdGhpcyBpcyBhIHNlY3JldCBtZXNz@a.example/x", 40, 60);
    carries("https://a.example/aGVs_bG8gd29y-bGQgdGhpcyBpcyBhIHNlY3JldCBtZXNzYWdl", 40, 60);
}

static void a_url_that_may_go_on_is_open(void **state)
{
    struct found_link l;
    (void)state;
    assert_true(first("see https://a.exam", &l) && l.is_open);
    assert_true(first("<img src=\"https://a.example/?q=two wo", &l) && l.is_open);
    assert_true(first("see https://a.example ", &l) && !l.is_open);
    assert_true(first("<img src=\"https://a.example\"", &l) && !l.is_open);
}

static void hosts_are_listed_by_globs(void **state)
{
    const struct slice globs[] = {SLICE_LIT("example.com"), SLICE_LIT("*.example.org")};
    static const char *const in[] = {"example.com", "EXAMPLE.com.", "a.b.example.org"};
    static const char *const not_in[] = {"", "www.example.com", "example.org",
                                         "example.com.evil.net", "notexample.com"};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(in); i++)
        assert_true(links_is_listed(slice_str(in[i]), globs, GW_COUNT(globs)));
    for (size_t i = 0; i < GW_COUNT(not_in); i++)
        assert_false(links_is_listed(slice_str(not_in[i]), globs, GW_COUNT(globs)));
}

/* Each place that may be an address looks about it so far and no farther: the square of this is
 * minutes. */
static void a_text_of_nothing_but_marks_takes_no_time(void **state)
{
    static const char *const parts[] = {"\\",          "/",        "\\\\ ",          "// ",
                                        "\"\\",        "https:",   "https:a/",       "http:a@",
                                        "http://a.b ", "](//a.b ", "<a http://a.b ", "(//a\""};
    enum { LEN = 1 << 18 };
    char *text = malloc(LEN);
    struct timespec before, after;
    (void)state;
    assert_non_null(text);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
    for (size_t i = 0; i < GW_COUNT(parts); i++) {
        struct found_link l;
        size_t len = strlen(parts[i]), at = 0;
        for (size_t k = 0; k < LEN; k++)
            text[k] = parts[i][k % len];
        while (links_next(slice_of(text, LEN), &at, &l))
            assert_true(l.end <= LEN && l.start < l.end);
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
    if (after.tv_sec - before.tv_sec > 30)
        fail_msg("%ld s", (long)(after.tv_sec - before.tv_sec));
    free(text);
}

static void what_stands_before_an_at_sign_may_be_long(void **state)
{
    char text[4096] = "https:";
    struct found_link l;
    (void)state;
    memset(text + 6, 'x', 3000);
    memcpy(text + 3006, "@e.example/a ", 14);
    assert_true(first(text, &l));
    assert_true(l.bytes >= 2048 && l.end == 3018);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_url_is_none),
        cmocka_unit_test(a_url_is_read_as_a_browser_reads_it),
        cmocka_unit_test(an_image_is_told_from_a_link),
        cmocka_unit_test(ordinary_urls_carry_little),
        cmocka_unit_test(data_is_counted_wherever_it_stands),
        cmocka_unit_test(a_url_that_may_go_on_is_open),
        cmocka_unit_test(hosts_are_listed_by_globs),
        cmocka_unit_test(a_text_of_nothing_but_marks_takes_no_time),
        cmocka_unit_test(what_stands_before_an_at_sign_may_be_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
