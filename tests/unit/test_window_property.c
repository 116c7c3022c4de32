/* tests/unit/test_window_property.c - redact/window.h under random texts, values, tokens and cuts.
 *
 * One text fed whole and fed in pieces must give the same; what is out at any moment is a beginning
 * of that, so nothing leaks before it is judged; what is held is bounded. The seed is fixed;
 * BULLA_SEED tries another, BULLA_LONG=1 a hundred times as many. */
#include "proxy/base/base.h"
#include "redact/hold.h"
#include "redact/window.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { TEXT_MOST = 700, ROUNDS = 120, CUTS = 3 };

struct world {
    struct scanner *scanner;
    struct scan_scratch *scratch;
    struct secret_key *key;
    uint64_t seed;
    /* of a round */
    struct arena *arena;
    struct vault *vault;
    char text[TEXT_MOST + 256];
    size_t len;
    bool stops; /* a card ends the text; else it becomes a label */
};

static unsigned pick(struct world *w, unsigned n)
{
    w->seed = w->seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(w->seed >> 33) % n;
}

/* Of K4711471 under the salt below. */
static const char hashed[] =
    "bulla-hashed 1\ncheck 7ff99c46a188d8e9\nlengths 8\n01483e0d670f6f4b\n";

static int begin(void **state)
{
    const struct slice memo[] = {
        SLICE_LIT("The board has decided to sell the ferry terminal in Port Ellis to three buyers "
                  "of whom nobody outside may hear before the end of the quarter.")};
    const struct slice phrases[] = {SLICE_LIT("Project Aurora"), SLICE_LIT("Anna B. Schmidt"),
                                    SLICE_LIT("zeta")};
    const struct slice near[] = {SLICE_LIT("badge")};
    const struct custom_detector custom[] = {
        {.name = SLICE_LIT("NAMES"), .words = phrases, .word_count = GW_COUNT(phrases)},
        {.name = SLICE_LIT("QUOTED"), .pattern = SLICE_LIT("<<[^>]{1,60}>>")},
        {.name = SLICE_LIT("BADGE"),
         .pattern = SLICE_LIT("\\bE[0-9]{6}\\b"),
         .near = near,
         .near_count = 1},
        {.name = SLICE_LIT("MEMO"), .documents = memo, .document_count = 1, .least = 8},
        {.name = SLICE_LIT("CUSTOMER"),
         .pattern = SLICE_LIT("\\bK ?[0-9]{7}\\b"),
         .hashed = SLICE_LIT(hashed),
         .salt = SLICE_LIT("a salt of the tests")},
    };
    char reason[200];
    struct world *w = calloc(1, sizeof *w);
    const char *seed = getenv("BULLA_SEED");
    if (w == NULL)
        return 1;
    *state = w;
    w->seed = seed == NULL ? 20261124 : strtoull(seed, NULL, 10);
    w->key = secret_key_from(SLICE_LIT("a property's key"));
    if (!gw_ok(scanner_new(custom, GW_COUNT(custom), NULL, reason, sizeof reason, &w->scanner))) {
        print_error("%s\n", reason);
        return 1;
    }
    w->scratch = scan_scratch_new(w->scanner);
    return w->scratch == NULL || w->key == NULL;
}

static int finish(void **state)
{
    struct world *w = *state;
    scan_scratch_free(w->scratch);
    scanner_free(w->scanner);
    secret_key_free(w->key);
    free(w);
    return 0;
}

static void add(struct world *w, struct slice s)
{
    size_t n = s.len < TEXT_MOST - w->len ? s.len : TEXT_MOST - w->len;
    memcpy(w->text + w->len, s.at, n);
    w->len += n;
}

static void add_digits(struct world *w, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        add(w, slice_of(&"0123456789"[pick(w, 10)], 1));
}

/* What a rule means. The test looks for `mark` in what comes out. */
static const struct planted {
    const char *text, *mark;
} planted[] = {
    {"5555 5555 5555 4444", "5555 4444"},
    {"5555555555554444", "55555555"},
    {"grace.hopper@example.org", "hopper"},
    {"pay IBAN DE89 3704 0044 0532 0130 00", "0532 0130"},
    {"GB29 NWBK 6016 1331 9268 19", "NWBK"},
    {"Project Aurora", "Aurora"},
    {"project aurora", "aurora"},
    {"Proj\xe2\x80\x8b"
     "ect Aurora",
     "Aurora"},
    {"Anna B. Schmidt", "Schmidt"},
    {"zeta", "zeta"},
    {"<<a value of many words>>", "many"},
    {"E314159 is the badge", "E314159"},
    {"the badge is E314159", "E314159"},
    {"key AK"
     "IAQYLPMN5HHHFPZAM2",
     "HHHFPZ"},
    {"the board has decided to sell the ferry terminal in port ellis to three buyers of whom",
     "ferry terminal"},
    {"sell the ferry terminal in Port Ellis to four buyers of whom nobody outside may hear before "
     "the end of the quarter",
     "outside may"},
    {"K4711471", "4711471"},
    {"K 4711471", "4711471"},
    {"five five five five five five five five five five five five four four four four",
     "five five five"},
    {"FOUR-ONE-ONE-ONE-ONE-ONE-ONE-ONE-ONE-ONE-ONE-ONE-ONE-ONE-ONE-ONE", "ONE-ONE"},
    {"vier eins eins eins eins eins eins eins eins eins eins eins eins eins eins eins",
     "eins eins eins"},
    {"grace.hopper\\u0040example.org", "hopper"},
    {"grace.hopper=40example.org", "hopper"},
    {"5-5-5-5-5-5-5-5-5-5-5-5-4-4-4-4", "5-5-5"},
    {"536-22-8145", "22-8145"},
    {"ssn 536228145", "36228145"},
    {"536228145 is my ssn", "36228145"},
    {"\xef\xbc\x95\xef\xbc\x95\xef\xbc\x95\xef\xbc\x95 5555 5555 4444", "5555 4444"},
};

static const char *const harmless[] = {
    "plain",
    "Project",
    "one",
    "two of the",
    "four one",
    "six.",
    "Anna",
    "B.",
    "<",
    "<<",
    ">>",
    ">",
    "badge",
    "E31415",
    "2024",
    "4111",
    "v1.2.3",
    "IBAN",
    "de",
    "so",
    "\xc3\xa9t\xc3\xa9",
    "\xf0\x9f\x98\x80",
    "\xed\xa0\xbd",
    "\xed\xb8\x80",
    "\xff",
    "EMAIL",
    "EMAIL_",
    "EMAIL\\_",
    "-----BEGIN",
    "@",
    "\\",
    "\"",
    "\xe2\x80\x8b",
    "-----BEGIN PRIVATE KEY-----",
    "-----END PRIVATE KEY-----",
    "12",
    "7",
    "+49",
    "USD",
    "ssn",
};

/* A text of everything at random. `clean`: values stand between blanks, so that each is one. */
static void make_text(struct world *w, const struct slice *tokens, size_t n, bool clean)
{
    w->len = 0;
    while (w->len < TEXT_MOST - 200) {
        unsigned kind = pick(w, 10);
        if (kind < 3) {
            add(w, slice_str(planted[pick(w, GW_COUNT(planted))].text));
        } else if (kind < 5) {
            struct slice token = tokens[pick(w, (unsigned)n)];
            add(w, pick(w, 3) > 0 ? token : slice_cut(token, 0, pick(w, (unsigned)token.len)));
        } else if (kind < 6) {
            add_digits(w, 1 + pick(w, 9));
        } else {
            add(w, slice_str(harmless[pick(w, GW_COUNT(harmless))]));
        }
        static const char *const between[] = {" ", ", ", ". ", "\n", "", "-", "/"};
        add(w, slice_str(clean ? "; and " : between[pick(w, GW_COUNT(between))]));
    }
    w->text[w->len] = '\0';
}

static enum style judge(void *judge_of, const struct finding *f, struct slice value, bool *stop)
{
    const struct world *w = judge_of;
    assert_int_equal(value.len, f->end - f->start);
    *stop = w->stops && f->family == FAM_CREDIT_CARD;
    return f->family == FAM_EMAIL ? STYLE_MASK : f->family == FAM_CUSTOM ? STYLE_DROP : STYLE_LABEL;
}

static void differ(const struct world *w, struct slice whole, struct slice out)
{
    size_t at = 0;
    while (at < whole.len && at < out.len && whole.at[at] == out.at[at])
        at++;
    at = at > 40 ? at - 40 : 0;
    for (size_t i = 0; i < w->len; i++)
        if (w->text[i] == '\n') /* one line each */
            ((struct world *)(uintptr_t)w)->text[i] = '~';
    whole = slice_cut(whole, at, at + 90);
    out = slice_cut(out, at, at + 90);
    fail_msg("text %s\nwhole ...%.*s\ncut   ...%.*s", w->text, (int)whole.len, whole.at,
             (int)out.len, out.at);
}

/* Now and then the window may look at what comes next. */
static void look_ahead(struct world *w, struct window *window, struct slice text)
{
    if (pick(w, 2) == 0 && window->foreseen == 0)
        assert_true(gw_ok(window_foresee(window, slice_cut(text, 0, 1 + pick(w, 300)))));
}

/* Feeds the text in pieces of at most `most` bytes (0: whole). `whole` is what it must become, or
 * NULL. */
static void feed(struct world *w, unsigned depth, unsigned most, const struct buf *whole,
                 struct buf *out)
{
    struct window window;
    struct window_rules rules = {
        .scanner = w->scanner, .scratch = w->scratch, .judge = judge, .judge_of = w};
    struct slice text = slice_of(w->text, w->len);
    window_init(&window, w->vault, &rules, depth, 1 << 16);
    buf_clear(out);
    do {
        struct arena *arena = arena_new(1 << 24);
        size_t take = most == 0 ? text.len : 1 + pick(w, most);
        struct slice piece = slice_cut(text, 0, take);
        rules.arena = w->arena; /* what is foreseen outlives a feed */
        if (most > 0)
            look_ahead(w, &window, text);
        rules.arena = arena;
        text = slice_from(text, piece.len);
        gw_result r = window_feed(&window, piece, text.len == 0, out);
        assert_true(gw_ok(r) || r.code == GW_REFUSED);
        assert_true(window_is_sane(&window));
        assert_true(buf_slice(&window.hold).len <= HOLD_MAX + piece.len);
        arena_free(arena);
        if (whole != NULL && !slice_has_prefix(buf_slice(whole), buf_slice(out)))
            differ(w, buf_slice(whole), buf_slice(out));
    } while (text.len > 0);
    assert_int_equal(buf_slice(&window.hold).len + window.cut_len, 0);
    window_free(&window);
    if (whole != NULL && !slice_is(buf_slice(whole), buf_slice(out)))
        differ(w, buf_slice(whole), buf_slice(out));
}

static size_t rounds(void)
{
    return getenv("BULLA_LONG") == NULL ? ROUNDS : 100 * ROUNDS;
}

static void begin_round(struct world *w, struct slice tokens[4], bool clean)
{
    w->arena = arena_new(1 << 26);
    w->vault = vault_new(w->arena, w->key, secret_sha256(SLICE_LIT("scope")), SLICE_LIT(""));
    assert_true(gw_ok(vault_token(w->vault, FAM_EMAIL, SLICE_LIT("a\"b\\c\n"), &tokens[0])));
    assert_true(
        gw_ok(vault_token(w->vault, FAM_PERSON, SLICE_LIT("\xf0\x9f\x98\x80 Eva"), &tokens[1])));
    assert_true(gw_ok(vault_put(w->vault, SLICE_LIT("Annabel_Lee"), SLICE_LIT("Zoe"))));
    tokens[2] = SLICE_LIT("Annabel_Lee");
    tokens[3] = SLICE_LIT("Annabel\\_Lee");
    make_text(w, tokens, 4, clean);
    w->stops = pick(w, 4) == 0;
}

static void cuts_change_nothing(void **state)
{
    struct world *w = *state;
    struct slice tokens[4];
    struct buf whole, cut;
    buf_init(&whole, 1 << 20);
    buf_init(&cut, 1 << 20);
    for (size_t round = 0; round < rounds(); round++) {
        begin_round(w, tokens, true);
        unsigned depth = pick(w, 2);
        feed(w, depth, 0, NULL, &whole);
        for (unsigned i = 0; i < CUTS; i++)
            feed(w, depth, 4 + pick(w, 60), &whole, &cut);
        if (round % 16 == 0)
            feed(w, depth, 1, &whole, &cut);
        arena_free(w->arena);
    }
    buf_free(&whole);
    buf_free(&cut);
}

/* A text with which little happens, as most are: looking ahead changes no moment at which a byte of
 * it goes out. */
static void what_is_foreseen_goes_out_as_ever(void **state)
{
    struct world *w = *state;
    struct slice tokens[4];
    struct buf a, b;
    size_t spared = 0;
    buf_init(&a, 1 << 20);
    buf_init(&b, 1 << 20);
    for (size_t round = 0; round < rounds() / 6; round++) {
        begin_round(w, tokens, true);
        for (w->len = 0; w->len < TEXT_MOST - 200;) {
            bool is_word = pick(w, 60) > 0;
            add(w, slice_str(is_word ? harmless[pick(w, GW_COUNT(harmless))]
                                     : planted[pick(w, GW_COUNT(planted))].text));
            add(w, pick(w, 60) == 0 ? tokens[pick(w, 4)] : SLICE_LIT(" and "));
        }
        struct window_rules rules = {.scanner = w->scanner,
                                     .scratch = w->scratch,
                                     .judge = judge,
                                     .judge_of = w,
                                     .arena = w->arena};
        struct window ever, ahead;
        window_init(&ever, w->vault, &rules, 0, 1 << 16);
        window_init(&ahead, w->vault, &rules, 0, 1 << 16);
        buf_clear(&a);
        buf_clear(&b);
        for (struct slice text = slice_of(w->text, w->len); text.len > 0;) {
            struct slice piece = slice_cut(text, 0, 1 + pick(w, 12));
            look_ahead(w, &ahead, text);
            spared += ahead.foreseen >= piece.len;
            text = slice_from(text, piece.len);
            gw_result r = window_feed(&ever, piece, false, &a);
            assert_int_equal(window_feed(&ahead, piece, false, &b).code, r.code);
            if (!slice_is(buf_slice(&a), buf_slice(&b)))
                differ(w, buf_slice(&a), buf_slice(&b));
        }
        window_free(&ever);
        window_free(&ahead);
        arena_free(w->arena);
    }
    assert_true(spared > rounds() / 6); /* it is not for nothing */
    buf_free(&a);
    buf_free(&b);
}

/* Values glued to one another: which of them wins may depend on what has come; bounds may not. */
static void whatever_comes_is_held_within_bounds(void **state)
{
    struct world *w = *state;
    struct slice tokens[4];
    struct buf out;
    buf_init(&out, 1 << 20);
    for (size_t round = 0; round < rounds(); round++) {
        begin_round(w, tokens, false);
        feed(w, pick(w, 2), 1 + pick(w, 60), NULL, &out);
        arena_free(w->arena);
    }
    buf_free(&out);
}

/* A run came out whole, each of its bytes as `times` bytes; 0: a rule wrote something else. */
static void assert_all_out(struct slice out, const char *run, size_t fed, unsigned times)
{
    size_t unit = strlen(run);
    assert_true(slice_has_suffix(out, SLICE_LIT(" end")) && out.len > strlen(" end"));
    if (times > 0 && out.len != fed * times + strlen(" end"))
        fail_msg("%s: of %zu bytes %zu came out", run, fed, out.len);
    for (size_t i = 0; times == 1 && i < fed; i++)
        assert_int_equal(out.at[i], run[i % unit]);
}

/* Text without an end of anything, ever so long: what waits stays within bounds, and all comes out
 * whatever room the window was given for what comes at a time. */
static void a_run_without_end_is_no_fault(void **state)
{
    static const struct {
        const char *text;
        unsigned times; /* how many bytes become of one; 0: a rule says */
    } runs[] = {{"a", 1},
                {"7", 1},
                {"Zm9v", 1},
                {"eyJ", 1},
                {"\"", 1},
                {"\\", 1},
                {"\x01", 1},
                {"@", 1},
                {"sk-", 1},
                {"-----BEGIN", 1},
                {"\xc3\xa9", 1},
                {"\xe2\x80\x8b", 1},
                {"a.", 1},
                {"7-", 1},
                {"one", 1},
                {"ssn7", 1},
                {"4111 ", 1},
                {"\xff", 3 /* U+FFFD */},
                {"sk-ant-api03-", 0}};
    struct world *w = *state;
    struct slice tokens[4];
    struct buf out;
    begin_round(w, tokens, true);
    w->stops = false;
    buf_init(&out, 1 << 20);
    for (size_t i = 0; i < GW_COUNT(runs); i++)
        for (unsigned depth = 0; depth < 2; depth++) {
            struct window window;
            struct window_rules rules = {
                .scanner = w->scanner, .scratch = w->scratch, .judge = judge, .judge_of = w};
            size_t fed = 0;
            window_init(&window, w->vault, &rules, depth, 1 << 10);
            while (fed < 4 * HOLD_MAX) {
                char piece[600];
                size_t n = 0, unit = strlen(runs[i].text), most = 1 + pick(w, 500);
                for (; n + unit <= most; n += unit)
                    memcpy(piece + n, runs[i].text, unit);
                rules.arena = arena_new(1 << 24);
                if (!gw_ok(window_feed(&window, slice_of(piece, n), false, &out)))
                    fail_msg("%s, depth %u, after %zu bytes", runs[i].text, depth, fed);
                arena_free(rules.arena);
                assert_true(buf_slice(&window.hold).len <= HOLD_MAX + 3 * n);
                fed += n;
            }
            rules.arena = arena_new(1 << 24);
            assert_true(gw_ok(window_feed(&window, SLICE_LIT(" end"), true, &out)));
            arena_free(rules.arena);
            assert_all_out(buf_slice(&out), runs[i].text, fed, runs[i].times);
            window_free(&window);
            buf_clear(&out);
        }
    buf_free(&out);
    arena_free(w->arena);
}

static void no_value_comes_out(void **state)
{
    struct world *w = *state;
    struct slice tokens[4];
    struct buf out;
    buf_init(&out, 1 << 20);
    for (size_t round = 0; round < rounds(); round++) {
        begin_round(w, tokens, true);
        feed(w, 0, 1 + pick(w, 40), NULL, &out);
        for (size_t i = 0; i < GW_COUNT(planted); i++)
            if (slice_find(buf_slice(&out), slice_str(planted[i].mark)) != SIZE_MAX)
                fail_msg("%s came out\ntext %s\nout  %.*s", planted[i].mark, w->text, (int)out.len,
                         buf_slice(&out).at);
        arena_free(w->arena);
    }
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_change_nothing),
        cmocka_unit_test(what_is_foreseen_goes_out_as_ever),
        cmocka_unit_test(whatever_comes_is_held_within_bounds),
        cmocka_unit_test(a_run_without_end_is_no_fault),
        cmocka_unit_test(no_value_comes_out),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
