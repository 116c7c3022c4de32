/* tests/unit/test_trigger.c - where each kind of row is tried: redact/trigger.h. */
#include "proxy/base/base.h"
#include "redact/trigger.h"
#include "tests/unit/trigger_rig.h"

gw_result __wrap_judge_word(struct pass *p, uint32_t id, size_t start, size_t end);
gw_result __wrap_judge_word(struct pass *p, uint32_t id, size_t start, size_t end)
{
    (void)p;
    tell("word/", id, start, end);
    return told_says;
}

struct place {
    const char *text, *places;
};

static void tried_at(const struct detector *rows, size_t n, const struct place *all, size_t count)
{
    struct trigger_rig r = trigger_rig_new(rows, n);
    for (size_t i = 0; i < count; i++) {
        const char *got = places_of_text(&r, all[i].text);
        if (strcmp(got, all[i].places) != 0)
            fail_msg("%s: %s, not %s", all[i].text, got, all[i].places);
    }
    trigger_rig_free(&r);
}

#define TRIED_AT(rows, cases) tried_at(rows, GW_COUNT(rows), cases, GW_COUNT(cases))

static void a_head_begins_a_long_word(void **state)
{
    static const struct detector rows[] = {
        {.trigger = TRIGGER_HEAD, .at = "AKIA|sk-"},
        {.trigger = TRIGGER_HEAD, .at = "ghp_", .flags = DET_CASELESS},
    };
    static const struct place cases[] = {
        {"", ""},
        {"AKIA", ""},
        {"AKIA012345678", ""}, /* thirteen */
        {"AKIA0123456789", "0:0-0;"},
        {"xAKIA0123456789", ""}, /* inside a word */
        {"_AKIA0123456789", ""},
        {"-AKIA0123456789", "0:1-1;"},
        {"key=AKIA0123456789;", "0:4-4;"},
        {"AKIB0123456789", ""},
        {"sk-0123456789abc", "0:0-0;"},
        {"Sk-0123456789abc", ""}, /* as it is written */
        {"GhP_0123456789", "1:0-0;"},
        {"AKIA012345678+9/", "0:0-0;"}, /* base64 is a token too */
    };
    (void)state;
    TRIED_AT(rows, cases);
}

static void a_word_stands_anywhere_as_it_is_written(void **state)
{
    static const struct detector rows[] = {
        {.trigger = TRIGGER_WORD, .at = "BEGIN |abc"},
        {.trigger = TRIGGER_WORD, .at = "tag", .flags = DET_CASELESS},
    };
    static const struct place cases[] = {
        {"BEGIN", ""},
        {"BEGIN x", "0:0-0;"},
        {"xBEGIN x", "0:1-1;"},
        {"Begin x", ""},
        {"abc", "0:0-0;"},
        {"xxabc", "0:2-2;"},
        {"ABC", ""},
        {"abcabc", "0:0-0;0:3-3;"},
        {"ab", ""},
        {"TAG", "1:0-0;"},
        {"a Tag tag", "1:2-2;1:6-6;"},
    };
    (void)state;
    TRIED_AT(rows, cases);
}

/* Behind the last word of a head stands a mark or the end of the line, soon. */
static void a_head_of_a_column_ends_at_a_mark(void **state)
{
    static const struct detector rows[] = {
        {.trigger = TRIGGER_WORD, .at = "pin|pin code", .flags = DET_CASELESS | DET_COLUMN},
    };
    static const struct place cases[] = {
        {"name,pin\n", "0:5-5;"},
        {"| PIN | b |", "0:2-2;"},
        {"pin\tx", "0:0-0;"},
        {"pin no.;x", "0:0-0;"},
        {"\"pin\",x", "0:1-1;"},
        {"pin code,x", "0:0-0;0:0-0;"}, /* either word may end it */
        {"spinning, x", ""},
        {"a pin in a cushion, x", ""},
        {"pin", ""}, /* no line ends there */
        {"pin                     \n", "0:0-0;"},
        {"pin                        \n", ""}, /* too far */
        {"pin\x1f,", ""},                      /* another text begins */
    };
    (void)state;
    TRIED_AT(rows, cases);
}

/* A name, what may follow it, a sign, and so many bytes of a value. */
static void a_name_asks_for_a_value(void **state)
{
    static const struct detector rows[] = {{.trigger = TRIGGER_NAME, .at = "8:secret"}};
    static const struct place cases[] = {
        {"secret", ""},
        {"secret 12345678", ""}, /* no sign */
        {"secret=12345678", "0:0-0;"},
        {"secret=1234567", ""},
        {"SECRET = 12345678", "0:0-0;"},
        {"secret: \"12345678\"", "0:0-0;"},
        {"secret is 12345678", "0:0-0;"},
        {"secret isn 12345678", ""},
        {"secret_PROD-1.x\"]: 12345678", "0:0-0;"},
        {"secret != 12345678", "0:0-0;"},
        {"secret -> 12345678", "0:0-0;"},
        {"secret->field 12345678", "0:0-0;"},
        {"\"secret\",\"12345678\"", "0:1-1;"}, /* a pair of a list */
        {"secret,12345678", ""},
        {"secret=    1234 5678", ""},
        {"secret=Bearer 12345678", "0:0-0;"},     /* soon is enough */
        {"secret=                 12345678", ""}, /* and this is too far */
    };
    (void)state;
    TRIED_AT(rows, cases);
}

static void some_names_ask_for_quotes_or_for_a_run(void **state)
{
    static const struct detector rows[] = {
        {.trigger = TRIGGER_NAME_QUOTED, .at = "4:pass"},
        {.trigger = TRIGGER_NAME_RUN, .at = "6:code"},
    };
    static const struct place cases[] = {
        {"pass=\"1234\"", "0:0-0;"},  {"pass=1234", ""},
        {"pass: '1234'", "0:0-0;"},   {"pass=\\\"1234\\\"", "0:0-0;"},
        {"auth pass=1234", "0:5-5;"}, {"code=ab_-.+", "1:0-0;"},
        {"code=ab_-.", ""},           {"code=abcdef(", ""},
        {"code=abcdef[0]", ""},       {"code=abc:def(", "1:0-0;"},
        {"code=abcdef{", ""},         {"code=abcdef;", "1:0-0;"},
    };
    (void)state;
    TRIED_AT(rows, cases);
}

static void a_url_has_a_colon_in_front_of_its_host(void **state)
{
    static const struct detector rows[] = {{.trigger = TRIGGER_URL, .at = "://"}};
    static const struct place cases[] = {
        {"http://a:b@host", "0:4-4;"}, {"http://host/a:b", ""}, {"http://host", ""},
        {"http://u@host:80", ""},      {"http://a b:c", ""},    {"://:", "0:0-0;"},
    };
    (void)state;
    TRIED_AT(rows, cases);
}

static void marks_show_addresses(void **state)
{
    static const struct detector rows[] = {
        {.trigger = TRIGGER_AT},
        {.trigger = TRIGGER_COLONS},
        {.trigger = TRIGGER_PAIRS},
    };
    static const struct place cases[] = {
        {"a@b", "0:0-0;"},
        {"@b", ""},
        {"a@", ""},
        {"a@ b", ""},
        {"mail jane.doe+x@host", "0:5-14;"},
        {"<a@[127.0.0.1]", "0:1-1;"},
        {"a@\xc3\xa9", "0:0-0;"},
        {"fe80::1", "1:0-0;"},
        {"::1", "1:0-0;"},
        {"12345:::", ""}, /* a word of five in front */
        {"a:b", ""},
        {"a:12345:b", ""}, /* five between */
        {"x.::1", ""},
        {"00:1b:44:11:3a:b7", "2:0-0;"},
        {"00:1b:44:1x:3a:b7", ""},
        {"00-1b-44-11-3a-b7", "2:0-0;"},
        {"x00-1b-44-11-3a-b7", ""},
        {"-00-1b-44-11-3a-b7", ""},
        {"001b.4411.3ab7", "2:0-0;"},
        {"001b.4411.3ab", ""},
        {"001b.4411.3abz", ""},
    };
    (void)state;
    TRIED_AT(rows, cases);
}

#define FORTY "0123456789012345678901234567890123456789"

static void runs_and_countries(void **state)
{
    static const struct detector rows[] = {
        {.trigger = TRIGGER_FORTY},
        {.trigger = TRIGGER_COUNTRY},
    };
    static const struct place cases[] = {
        {FORTY, "0:0-0;"},
        {FORTY "0", ""},
        /* forty-five over the end of a block of 64: the last forty are no run */
        {"                                                           " FORTY "01234", ""},
        {"                                                           " FORTY, "0:59-59;"},
        {"x " FORTY " ", "0:2-2;"},
        {"0123456789", ""},
        {"+" FORTY, ""}, /* forty-one */
        {"-" FORTY, "0:1-1;"},
        {"DE89", "1:0-0;"},
        {"xDE89", ""},
        {"D889", ""},
        {"DE8x", ""},
        {"de89", "1:0-0;"},
        {"DE8", ""},
        {" DE89 GB29", "1:1-1;1:6-6;"},
    };
    (void)state;
    TRIED_AT(rows, cases);
}

/* A token with a digit, as long as somebody waits for. */
static void a_token_waits_for_its_words(void **state)
{
    static const struct detector rows[] = {
        {.trigger = TRIGGER_NEAR_TOKEN, .at = "7", .max_len = 40, .words = "key"}};
    static const struct place cases[] = {
        {"abcdefg", ""},
        {"abcdef1", "near/7:0-6;"},
        {"abcde1", ""},
        {"ab-cd.1", "near/7:0-6;"},
        {"abcd/12", ""}, /* five token characters first */
        {"abcde/1", "near/7:0-6;"},
        {"the year was in 2024. So", ""}, /* five */
        {"x abcdef12+/~%= y", "near/13:2-14;"},
    };
    (void)state;
    TRIED_AT(rows, cases);
}

/* However long it is and wherever it lies in blocks and strips of them, with and without a
 * character that the bitmaps do not know; behind so many bytes it counts as no longer. */
static void a_long_token_is_known_to_its_end(void **state)
{
    static const struct detector rows[] = {
        {.trigger = TRIGGER_NEAR_TOKEN, .at = "5", .max_len = 40, .words = "key"}};
    enum { STRIP = TRIGGER_STRIP * SPOT_BLOCK, ROOM = STRIP + 700 };
    static char text[ROOM], want[60];
    struct trigger_rig r = trigger_rig_new(rows, GW_COUNT(rows));
    (void)state;
    for (size_t at = 0; at < STRIP + 70; at += at == 130 ? STRIP - 330 : 1)
        for (size_t len = 5; len <= 300; len += len < 70 || at % 16 == 1 ? 1 : 59)
            for (unsigned odd = 0; odd < 2; odd++) {
                memset(text, ' ', at);
                memset(text + at, 'b', len);
                text[at + 2] = '7';
                if (odd == 1 && len > 9)
                    text[at + len - 3] = '!';
                text[at + len] = at % 2 == 0 ? '\0' : ' ';
                text[at + len + 1] = '\0';
                size_t end = at + (len < TRIGGER_NEAR_MAX ? len : TRIGGER_NEAR_MAX);
                snprintf(want, sizeof want, "near/%zu:%zu-%zu;", end - at, at, end - 1);
                assert_string_equal(places_of_text(&r, text), want);
            }
    trigger_rig_free(&r);
}

/* The end of a sentence is none; a date or a name in front makes it one. */
static void a_year_at_the_end_of_a_sentence_is_no_token(void **state)
{
    static const struct detector rows[] = {
        {.trigger = TRIGGER_NEAR_TOKEN, .at = "5", .max_len = 40, .words = "key"}};
    static const struct place cases[] = {
        {"and so it was in 2024. But", ""},
        {"and so it was AB 2024. But", "near/5:17-21;"},
        {"and so it was 1, 2024. But", "near/5:17-21;"},
        {"and so it was in 2024, But", ""},
        {"and so it was in 20a4. But", "near/5:17-21;"},
    };
    (void)state;
    TRIED_AT(rows, cases);
}

/* Wherever a text is cut into looks, every place is told once, and the same. */
static void no_cut_changes_what_is_told(void **state)
{
    static const struct detector rows[] = {
        {.trigger = TRIGGER_HEAD, .at = "AKIA"},
        {.trigger = TRIGGER_WORD, .at = "abc"},
        {.trigger = TRIGGER_AT},
        {.trigger = TRIGGER_COUNTRY},
        {.trigger = TRIGGER_FORTY},
        {.trigger = TRIGGER_PAIRS},
        {.trigger = TRIGGER_NEAR_TOKEN, .at = "9", .max_len = 40, .words = "key"},
    };
    static const char text[] =
        "AKIA0123456789ABCD abc x@y DE89 " FORTY " 00:1b:44:11:3a:b7 token-1234567 abc"
        " and much more prose that says nothing at all but words, AKIA9876543210 jane@doe.example"
        " GB29 abc 001b.4411.3ab7 " FORTY;
    struct trigger_rig r = trigger_rig_new(rows, GW_COUNT(rows));
    size_t len = sizeof text - 1;
    char all[4000], sum[8000];
    (void)state;
    snprintf(all, sizeof all, "%s", places_of_text(&r, text));
    assert_true(strlen(all) > 60);
    for (size_t cut = 1; cut < len; cut++) {
        snprintf(sum, sizeof sum, "%s", places_in(&r, text, 0, cut));
        snprintf(sum + strlen(sum), sizeof sum - strlen(sum), "%s", places_in(&r, text, cut, len));
        size_t a = 0, b = 0;
        for (size_t i = 0; all[i] != '\0'; i++)
            a += all[i] == ';';
        for (size_t i = 0; sum[i] != '\0'; i++)
            b += sum[i] == ';';
        for (char *rest = sum, *one; (one = strsep(&rest, ";")) != NULL && *one != '\0';)
            if (strstr(all, one) == NULL)
                fail_msg("cut at %zu: %s", cut, one);
        if (a != b)
            fail_msg("cut at %zu: %zu places, not %zu", cut, b, a);
    }
    trigger_rig_free(&r);
}

/* An error of a place is one of the text: never "nothing found". */
static void an_error_ends_the_look(void **state)
{
    static const struct detector rows[] = {{.trigger = TRIGGER_WORD, .at = "abc"}};
    struct trigger_rig r = trigger_rig_new(rows, 1);
    (void)state;
    (void)places_of_text(&r, "");
    r.pass.subject = SLICE_LIT("abc abc");
    told_says = gw_is(GW_CORRUPT);
    told.text[0] = '\0';
    assert_int_equal(triggers_try(r.triggers, &r.pass, 0, 7).code, GW_CORRUPT);
    assert_string_equal(told.text, "0:0-0;");
    trigger_rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_begins_a_long_word),
        cmocka_unit_test(a_word_stands_anywhere_as_it_is_written),
        cmocka_unit_test(a_head_of_a_column_ends_at_a_mark),
        cmocka_unit_test(a_name_asks_for_a_value),
        cmocka_unit_test(some_names_ask_for_quotes_or_for_a_run),
        cmocka_unit_test(a_url_has_a_colon_in_front_of_its_host),
        cmocka_unit_test(marks_show_addresses),
        cmocka_unit_test(runs_and_countries),
        cmocka_unit_test(a_token_waits_for_its_words),
        cmocka_unit_test(a_long_token_is_known_to_its_end),
        cmocka_unit_test(a_year_at_the_end_of_a_sentence_is_no_token),
        cmocka_unit_test(no_cut_changes_what_is_told),
        cmocka_unit_test(an_error_ends_the_look),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
