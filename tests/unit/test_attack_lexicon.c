/* tests/unit/test_attack_lexicon.c - redact/attack_lexicon.h: the generated table is whole, and
 * what is in it is found. */
#include "proxy/base/base.h"
#include "redact/attack_lexicon.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static unsigned find(const char *word)
{
    char room[ATTACK_WORD_MAX + 8] = {0};
    memcpy(room, word, strlen(word));
    return attack_lexicon_find(room, strlen(word));
}

static void unknown_words_have_no_class(void **state)
{
    static const char *const words[] = {"",         "x",      "ign",        "ignor",
                                        "ignoreth", "qwertz", "tablecloth", "\xd0\xb8\xd0\xb3"};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(words); i++)
        assert_int_equal(find(words[i]), AC_NONE);
    size_t len;
    assert_int_equal(attack_lexicon_longest(SLICE_LIT("\xe5\xbf"), &len), AC_NONE);
    assert_int_equal(attack_lexicon_longest(SLICE_LIT(""), &len), AC_NONE);
}

static void words_and_stems_are_found(void **state)
{
    (void)state;
    assert_int_equal(find("ignore"), AC_OVERRIDE);
    assert_int_equal(find("instructions"), AC_RULES);
    assert_int_equal(find("you"), AC_YOU);
    assert_int_equal(
        find("\xd0\xb8\xd0\xbd\xd1\x81\xd1\x82\xd1\x80\xd1\x83\xd0\xba\xd1\x86\xd0\xb8"),
        AC_RULES); /* a stem, and so its longer forms */
    size_t len;
    assert_int_equal(
        attack_lexicon_longest(SLICE_LIT("\xe6\x8c\x87\xe4\xbb\xa4\xe3\x80\x82"), &len), AC_RULES);
    assert_int_equal(len, 6);
}

/* Each entry is found by its own word, with that class or a longer one's; those of a head follow
 * each other, the longest first. */
static void every_entry_is_reached(void **state)
{
    const struct attack_lexicon *x = attack_lexicon();
    size_t found = 0;
    (void)state;
    for (unsigned slot = 0; slot < ATTACK_SLOTS; slot++) {
        assert_true((x->tags[slot] == 0) == (x->starts[slot] == x->starts[slot + 1]));
        for (unsigned i = x->starts[slot]; i < x->starts[slot + 1]; i++) {
            const struct attack_entry *e = &x->entries[i];
            char word[ATTACK_WORD_MAX + 8] = {0};
            size_t len;
            assert_true(e->len > 0 && e->len <= ATTACK_WORD_MAX &&
                        (i == x->starts[slot] || e[-1].len >= e->len));
            memcpy(word, x->pool + e->at, e->len);
            assert_memory_equal(word, &e->begin, sizeof e->begin);
            assert_true(e->unused == (e->len < 8 ? 64 - 8 * e->len : 0) &&
                        (e->more == 0 || e->more + e->len == 255));
            unsigned class = attack_lexicon_find(word, e->len);
            if (class == AC_NONE)
                class = attack_lexicon_longest(slice_of(word, e->len), &len);
            assert_int_equal(class, e->class);
            assert_true(class != AC_NONE && class < AC_WORDS);
            found++;
        }
    }
    assert_true(found > 2000);
}

static void letters_lose_marks_and_size(void **state)
{
    (void)state;
    assert_int_equal(attack_lexicon_fold(0xC9), 'e');
    assert_int_equal(attack_lexicon_fold(0x131), 'i');
    assert_int_equal(attack_lexicon_fold(0x1EA4), 'a');
    assert_int_equal(attack_lexicon_fold(0x418), 0x438);
    assert_int_equal(attack_lexicon_fold(0x439), 0x438);
    assert_int_equal(attack_lexicon_fold(0x4E00), 0x4E00);
    assert_string_equal(attack_class_name(AC_OVERRIDE), "OVERRIDE");
    assert_string_equal(attack_class_name(AC_LINE), "LINE");
    assert_string_equal(attack_class_name(AC_COUNT), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_words_have_no_class),
        cmocka_unit_test(words_and_stems_are_found),
        cmocka_unit_test(every_entry_is_reached),
        cmocka_unit_test(letters_lose_marks_and_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
