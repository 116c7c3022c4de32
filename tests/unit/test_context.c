/* tests/unit/test_context.c - all lists of words at once say what each word says alone. */
#include "proxy/base/base.h"
#include "redact/context.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { TEXTS = 20000, ROOM = 96, LISTS = 12 };

/* One list each; those with a star may go on. */
static const char *const words[LISTS] = {"no",     "nic",     "p.iva",           "cf",
                                         "number", "secret*", "passe*",          "id*",
                                         "tax id", "áfa",     "rechnungsnummer", "ндс"};
static const char *const pieces[] = {
    "no",        "No",  "NO",     "nic",    "Nic",    "NIC",     "p.iva",
    "P.IVA",     "cf",  "number", "Number", "secret", "Secrets", "passe",
    "PASSEPORT", "id",  "Id",     "tax id", "TAX ID", "áfa",     "rechnungsnummer",
    "Rechnungs", "ндс", " ",      " ",      "_",      "-",       ".",
    "s",         "x",   "7",      "\n",     "é",      "ni",      "n",
    "A"};

static unsigned next_random(unsigned *state)
{
    *state = *state * 1103515245u + 12345u;
    return *state >> 16;
}

static size_t make_text(unsigned *state, char text[ROOM])
{
    size_t len = 0, least = next_random(state) % 48;
    while (len <= least) {
        const char *piece = pieces[next_random(state) % GW_COUNT(pieces)];
        memcpy(text + len, piece, strlen(piece));
        len += strlen(piece);
    }
    return len;
}

/* Does the word of a list stand somewhere in the text? One with a star also where more letters
 * follow: then a text that ends behind it says the same. */
static bool stands_in(struct slice text, const char *word)
{
    struct slice w = slice_str(word);
    bool open = word[w.len - 1] == '*';
    w.len -= open ? 1 : 0;
    for (size_t at = 0; at < text.len; at++)
        if (context_has_word(open ? slice_cut(text, 0, at + w.len) : text, at, w))
            return true;
    return false;
}

static void all_lists_at_once_say_what_each_word_says(void **state)
{
    unsigned random = 7, there = 0;
    struct arena *arena = arena_new(1 << 20);
    struct context_table *t = arena_zalloc(arena, sizeof *t);
    char text[ROOM];
    (void)state;
    assert_non_null(t);
    assert_true(gw_ok(context_table_init(t, (size_t)4 * LISTS, arena)));
    for (unsigned k = 0; k < LISTS; k++)
        assert_true(gw_ok(context_table_add(t, k + 1, words[k])));
    for (unsigned i = 0; i < TEXTS; i++) {
        struct slice s = slice_of(text, make_text(&random, text));
        struct context_set lists = {{0}};
        context_add_lists(t, s, &lists);
        for (unsigned k = 0; k < LISTS; k++) {
            bool stands = stands_in(s, words[k]);
            there += stands;
            if (context_set_has(&lists, k + 1) != stands)
                fail_msg("'%s' in '%.*s'", words[k], (int)s.len, s.at);
        }
    }
    assert_true(there > TEXTS);
    arena_free(arena);
}

/* The value stands between bars. */
static bool is_part(const char *text)
{
    char plain[80];
    size_t n = 0, bars[2] = {0}, seen = 0;
    for (; *text != '\0'; text++)
        if (*text == '|')
            bars[seen++] = n;
        else
            plain[n++] = *text;
    return context_part_of(slice_of(plain, n), bars[0], bars[1]) != CONTEXT_ALONE;
}

static void a_comma_joins_thousands_but_not_the_fields_of_a_table(void **state)
{
    (void)state;
    assert_true(is_part("total 12,|345|"));
    assert_true(is_part("|12|,345 items"));
    assert_false(is_part("7,|(415) 555-0132|,078-05-1120"));
    assert_false(is_part("2024,|536228145|,12"));
    assert_true(is_part("kr. |1.234.567|,89"));
    assert_false(is_part("Ann,|415-555-0132|,34"));
    assert_true(is_part("1.|536228145|"));
}

static void a_name_may_touch_a_number_and_a_hash_may_not(void **state)
{
    static const struct {
        const char *text;
        size_t start;
        enum context_part part;
    } cases[] = {{"a 536-90-4399 b", 2, CONTEXT_ALONE},   {"ssn_536-90-4399", 4, CONTEXT_JOINED},
                 {"ssn536-90-4399", 3, CONTEXT_LETTERED}, {"536-90-4399_x", 0, CONTEXT_JOINED},
                 {"s_536-90-4399", 2, CONTEXT_PIECE},     {"a1_536-90-4399", 3, CONTEXT_PIECE},
                 {"7_536-90-4399", 2, CONTEXT_PIECE},     {"b7ssn_536-90-4399", 6, CONTEXT_PIECE},
                 {"\\ssn_536-90-4399", 5, CONTEXT_PIECE}, {"536-90-4399x", 0, CONTEXT_PIECE}};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++)
        if (context_part_of(slice_str(cases[i].text), cases[i].start, cases[i].start + 11) !=
            cases[i].part)
            fail_msg("%s", cases[i].text);
}

/* A phrase speaks as it is written in keys, too. */
static void a_phrase_may_be_a_key(void **state)
{
    static const char *const texts[] = {
        "the account number is", "account_number",  "account-number",
        "\"accountNumber\":",    "ACCOUNT_NUMBER=", "myAccountNumber"};
    static const char *const others[] = {"account", "accounts number", "account.number",
                                         "accountnumbering"};
    struct arena *arena = arena_new(1 << 20);
    struct context_table *t = arena_zalloc(arena, sizeof *t);
    (void)state;
    assert_int_equal(context_count("account number|iban"), 5);
    assert_true(gw_ok(context_table_init(t, context_count("account number|iban"), arena)));
    assert_true(gw_ok(context_table_add(t, 1, "account number|iban")));
    for (size_t i = 0; i < GW_COUNT(texts); i++) {
        struct context_set set = {{0}};
        context_add_lists(t, slice_str(texts[i]), &set);
        assert_true(context_set_has(&set, 1));
    }
    for (size_t i = 0; i < GW_COUNT(others); i++) {
        struct context_set set = {{0}};
        context_add_lists(t, slice_str(others[i]), &set);
        assert_false(context_set_has(&set, 1));
    }
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_phrase_may_be_a_key),
        cmocka_unit_test(all_lists_at_once_say_what_each_word_says),
        cmocka_unit_test(a_name_may_touch_a_number_and_a_hash_may_not),
        cmocka_unit_test(a_comma_joins_thousands_but_not_the_fields_of_a_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
