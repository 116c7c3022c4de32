/* tests/unit/test_who.c - names and addresses in texts of many kinds; none in code, settings and
 * headings; the same each time and wherever a text is left and taken up again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proxy/base/base.h"

#include "redact/who.h"

struct seen {
    const char *text;
    char got[2000];
    size_t count;
};

static gw_result note(void *seen, const struct name *n)
{
    static const char kinds[] = "PLOANZ";
    struct seen *s = seen;
    size_t at = strlen(s->got);
    assert_true(n->end > n->start && n->kind < NAME_KINDS && n->score <= 1000);
    if (n->score >= 500) {
        snprintf(s->got + at, sizeof s->got - at, "%c:%.*s;", kinds[n->kind],
                 (int)(n->end - n->start), s->text + n->start);
        s->count++;
    }
    return gw_is(GW_OK);
}

static struct seen find(const char *text, const char *key)
{
    struct model m;
    struct seen s = {.text = text};
    size_t range[2] = {0, strlen(text)};
    assert_true(gw_ok(model_open(model_built_in(), &m)));
    assert_true(gw_ok(who_find(&m, slice_str(text), slice_str(key), range, note, &s)));
    return s;
}

static void there_is_nothing_in(void **state)
{
    static const char *const texts[] = {
        "",
        " \n\n ",
        "def open_file(path: str) -> bool:\n    return os.path.exists(path)\n",
        "static int parse_head(struct conn *c, const char *at)\n{\n    return c->len > 0;\n}\n",
        "SELECT id, name FROM users WHERE city = ? ORDER BY created_at DESC;",
        "name: build\non: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n",
        "{\"id\": 4, \"status\": \"ok\", \"items\": [1, 2, 3]}",
        "# Quick Start Guide\n\n1. Install the tool.\n2. Open Settings.\n3. Press Save.\n",
        "Write a poem about the sea. Answer in three short lines.",
        "The meeting on Monday was moved to 14 March at half past nine.",
        "I will pick it up in May, he said, and the court will be empty.",
        "The order 48291 was shipped. Drive down the road and turn left at the square.",
        "INFO 2024-03-01 12:00:03 worker[312]: connection closed after 30s",
        "Error: cannot read property 'length' of undefined (main.js:14)",
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(texts); i++) {
        struct seen s = find(texts[i], "");
        if (s.count > 0)
            fail_msg("%s: %s", texts[i], s.got);
    }
}

static void this_is_found_in(void **state)
{
    static const char *const cases[][2] = {
        {"My name is Anna Kowalska.", "P:Anna Kowalska;"},
        {"Yesterday Thomas Lindgren called me.", "P:Thomas Lindgren;"},
        {"Dear Maria,\nsee you soon.\nKind regards,\nJohn Whitaker", "P:Maria;P:John Whitaker;"},
        {"my name is peter jansen and i need help", "P:peter jansen;"},
        {"{\"first_name\": \"Sofia\", \"last_name\": \"Lindqvist\"}", "P:Sofia;P:Lindqvist;"},
        {"Sie wohnt in Hamburg.", "L:Hamburg;"},
        {"Send it to 42 Maple Street, Springfield, IL 62704.",
         "A:42 Maple Street, Springfield, IL 62704;"},
        {"Meine Adresse ist Lindenstraße 12, 80331 München.", "A:Lindenstraße 12, 80331 München;"},
        {"J'habite au 7 rue de la Paix, 75002 Paris.", "A:7 rue de la Paix, 75002 Paris;"},
        {"Vivo en Calle Mayor 15, 28013 Madrid.", "A:Calle Mayor 15, 28013 Madrid;"},
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        struct seen s = find(cases[i][0], "");
        if (strstr(s.got, cases[i][1]) == NULL)
            fail_msg("%s: %s", cases[i][0], s.got);
    }
}

/* A text of some length with names in it and long and short stretches. */
static char *long_text(void)
{
    static const char *const parts[] = {
        "Anna Kowalska met Thomas Lindgren in Berlin. ",
        "nothing to see here; ",
        "\n",
        "\n\n",
        "Please send it to 42 Maple Street, Springfield, IL 62704. ",
        "a, b, c and d ",
        "int x = 4; ",
    };
    char *text = calloc(1, 40000);
    uint64_t random = 5;
    assert_non_null(text);
    for (size_t at = 0; at < 30000; random = random * 6364136223846793005u + 1) {
        const char *part = parts[(random >> 33) % GW_COUNT(parts)];
        at += (size_t)snprintf(text + at, 40000 - at, "%s", part);
    }
    return text;
}

static void a_text_may_be_left_and_taken_up_again(void **state)
{
    char *text = long_text();
    size_t len = strlen(text);
    struct model m;
    (void)state;
    assert_true(gw_ok(model_open(model_built_in(), &m)));
    struct seen whole = {.text = text}, parts = {.text = text};
    size_t range[2] = {0, len};
    assert_true(gw_ok(who_find(&m, slice_of(text, len), slice_str(""), range, note, &whole)));
    assert_true(range[0] >= len && whole.count > 100);
    range[0] = 0;
    for (size_t until = 0; until <= len; until += 977) {
        range[1] = until;
        assert_true(gw_ok(who_find(&m, slice_of(text, len), slice_str(""), range, note, &parts)));
    }
    range[1] = len;
    assert_true(gw_ok(who_find(&m, slice_of(text, len), slice_str(""), range, note, &parts)));
    assert_int_equal(whole.count, parts.count);
    assert_string_equal(whole.got, parts.got);
    free(text);
}

static void stretches_are_bounded_and_follow_each_other(void **state)
{
    static struct word words[WHO_WORDS];
    char *text = long_text();
    size_t len = strlen(text), n = 0;
    (void)state;
    for (size_t at = 0, end; at < len; at = end, n++) {
        size_t count = who_stretch(slice_of(text, len), at, words, &end);
        assert_true(end > at && end <= len && count <= WHO_WORDS);
    }
    assert_true(n > 10);
    free(text);
}

static gw_result refuse(void *of, const struct name *n)
{
    (void)of;
    (void)n;
    return gw_is(GW_NO_MEMORY);
}

static void what_the_taker_says_is_passed_on(void **state)
{
    struct model m;
    struct slice text = SLICE_LIT("My name is Anna Kowalska.");
    size_t range[2] = {0, text.len};
    (void)state;
    assert_true(gw_ok(model_open(model_built_in(), &m)));
    assert_int_equal(who_find(&m, text, slice_str(""), range, refuse, NULL).code, GW_NO_MEMORY);
}

static void keys_are_told_apart(void **state)
{
    (void)state;
    assert_int_equal(who_key(slice_str("")), 0);
    assert_int_equal(who_key(slice_str("content")), 0);
    assert_int_equal(who_key(slice_str("file_name")), 0);
    assert_int_equal(who_key(slice_str("email_address")), 0);
    assert_int_not_equal(who_key(slice_str("full-name")), 0);
    assert_int_equal(who_key(slice_str("full-name")), who_key(slice_str("customerFullName")));
    assert_int_not_equal(who_key(slice_str("name")), who_key(slice_str("city")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_is_nothing_in),
        cmocka_unit_test(this_is_found_in),
        cmocka_unit_test(a_text_may_be_left_and_taken_up_again),
        cmocka_unit_test(stretches_are_bounded_and_follow_each_other),
        cmocka_unit_test(what_the_taker_says_is_passed_on),
        cmocka_unit_test(keys_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
