/* tests/unit/test_origin.c - peoples, beliefs and postcodes beside names: what is one, and the
 * everyday words, languages, years and counts that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proxy/base/base.h"

#include "redact/model.h"
#include "redact/origin.h"

enum { MOST = 40 };

static size_t words_of(const char *text, struct word words[MOST])
{
    struct model m;
    size_t n = 0;
    assert_true(gw_ok(model_open(model_built_in(), &m)));
    for (size_t at = 0; n < MOST && word_next(slice_str(text), at, &words[n]); n++)
        at = words[n].end;
    model_look(&m, words, n);
    return n;
}

static void assert_origin(const char *text, const char *want)
{
    struct word words[MOST];
    char got[200] = "";
    size_t n = words_of(text, words);
    for (size_t i = 0; i < n; i++) {
        size_t some = origin_of(slice_str(text), words, i, n);
        if (some == 0)
            continue;
        size_t at = strlen(got);
        snprintf(got + at, sizeof got - at, "%.*s;",
                 (int)(words[i + some - 1].end - words[i].start), text + words[i].start);
        i += some - 1;
    }
    assert_string_equal(got, want);
}

static void everyday_words_and_languages_are_no_origin(void **state)
{
    (void)state;
    assert_origin("polish the shoes", "");
    assert_origin("Polish the shoes", "");
    assert_origin("a conservative estimate, a liberal license", "");
    assert_origin("translate it into French", "");
    assert_origin("she speaks Dutch.", "");
    assert_origin("a wooden pole", "");
    assert_origin("Christian called her. Christian wrote.", "");
    assert_origin("", "");
}

static void peoples_and_beliefs_are(void **state)
{
    (void)state;
    assert_origin("the Norwegian one is a Buddhist", "Norwegian;Buddhist;");
    assert_origin("we are proud paraguayans", "paraguayans;");
    assert_origin("an Icelandic firm", "Icelandic;");
    assert_origin("the Christian church", "Christian;");
    assert_origin("he is Polish, from Gdansk", "Polish;");
    assert_origin("speaks Dutch cheese fluently", "Dutch;");
    assert_origin("the African American voters", "African American;");
}

/* The word that begins behind "@" in the text may begin a postcode. */
static void assert_code(const char *text, const char *want)
{
    struct word words[MOST];
    char plain[200] = "", got[40] = "";
    size_t at = strcspn(text, "@");
    snprintf(plain, sizeof plain, "%.*s%s", (int)at, text, text + at + 1);
    size_t n = words_of(plain, words), i = 0;
    while (i < n && words[i].start < at)
        i++;
    size_t len = origin_postcode(slice_str(plain), words, i, n);
    snprintf(got, sizeof got, "%.*s", (int)len, plain + at);
    assert_string_equal(got, want);
}

static void a_number_that_counts_or_dates_is_no_postcode(void **state)
{
    (void)state;
    assert_code("in Berlin @2024.", "");
    assert_code("in Berlin @1989 and later", "");
    assert_code("in Berlin @30000 people", "");
    assert_code("in Berlin @123", "");
    assert_code("in Berlin @1234567", "");
    assert_code("in Berlin @10115.5", "");
    assert_code("in Berlin @10115%", "");
    assert_code("in Berlin @0812 today", "");
    assert_code("in Berlin @", "");
    assert_code("in Berlin,@10115", "");
}

static void a_postcode_is_one(void **state)
{
    (void)state;
    assert_code("Berlin @10115", "10115");
    assert_code("Costamezzana @43015 in its mission", "43015");
    assert_code("Malmo @211 20.", "211 20");
    assert_code("Porto @3610-114 is", "3610-114");
    assert_code("Arendal @4844, Norway", "4844");
    assert_code("Arendal @4844\nNorway", "4844");
    assert_code("Pune @411001 India", "411001");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everyday_words_and_languages_are_no_origin),
        cmocka_unit_test(peoples_and_beliefs_are),
        cmocka_unit_test(a_number_that_counts_or_dates_is_no_postcode),
        cmocka_unit_test(a_postcode_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
