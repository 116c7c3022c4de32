/* tests/unit/test_cues_table.c - the rows of cues are well formed: redact/cues_table.c. What they
 * say is for test_cues.c. */
#include "proxy/base/base.h"
#include "redact/cues.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* Behind the last row there is none, however far behind. */
static void rows_have_an_end(void **state)
{
    size_t n = 0;
    (void)state;
    while (cue_row_at(n) != NULL)
        n++;
    assert_true(n > 30);
    assert_null(cue_row_at(n + 1));
    assert_null(cue_row_at(SIZE_MAX));
}

/* Of known kinds, without empty words, capitals of ASCII, or more words than are looked up. */
static void every_word_can_be_met(void **state)
{
    (void)state;
    for (size_t i = 0; cue_row_at(i) != NULL; i++) {
        const struct cue_row *row = cue_row_at(i);
        struct slice rest = slice_str(row->words);
        assert_true(row->kind != 0);
        assert_true(rest.len > 0 && rest.at[rest.len - 1] != '|');
        while (rest.len > 0) {
            size_t bar = slice_find_byte(rest, '|');
            struct slice word = slice_cut(rest, 0, bar);
            size_t words = 1;
            bool good = word.len > 0 && word.at[0] != ' ' && word.at[word.len - 1] != ' ';
            for (size_t k = 0; k < word.len; k++) {
                good = good && !(word.at[k] >= 'A' && word.at[k] <= 'Z');
                words += word.at[k] == ' ' || word.at[k] == '-';
            }
            if (!good || words > 2 * CUE_WORDS)
                fail_msg("row %zu: '%.*s'", i, (int)word.len, word.len > 0 ? word.at : "");
            rest = bar == SIZE_MAX ? slice_of(NULL, 0) : slice_from(rest, bar + 1);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_have_an_end),
        cmocka_unit_test(every_word_can_be_met),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
