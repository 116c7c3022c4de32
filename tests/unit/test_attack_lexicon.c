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
    assert_int_equal(find("modify"), AC_EDIT);
    assert_int_equal(find("vowels"), AC_SPELL);
    assert_int_equal(find("donate"), AC_PROMOTE);
    assert_int_equal(find("withdraw"), AC_ACTION);
    assert_int_equal(find("geburtsdatum"), AC_PERSONAL);
    assert_int_equal(find("inbox"), AC_THINGS);
    size_t len;
    assert_int_equal(
        attack_lexicon_longest(SLICE_LIT("\xe6\x8c\x87\xe4\xbb\xa4\xe3\x80\x82"), &len), AC_RULES);
    assert_int_equal(len, 6);
}

/* Each entry is found by its own word, with that class; those of a head follow each other, the
 * longest first. A stem is found whole as well as longer. */
static void every_stem_is_reached(void **state)
{
    const struct attack_lexicon *x = attack_lexicon();
    size_t stems = 0, dense = 0;
    (void)state;
    for (unsigned slot = 0; slot < ATTACK_SLOTS; slot++) {
        assert_true((x->tags[slot] == 0) == (x->starts[slot] == x->starts[slot + 1]));
        for (unsigned i = x->starts[slot]; i < x->starts[slot + 1]; i++) {
            const struct attack_entry *e = &x->entries[i];
            char word[ATTACK_WORD_MAX + 8] = {0};
            uint32_t head;
            size_t len;
            assert_true(e->len > 0 && e->len <= ATTACK_WORD_MAX &&
                        (i == x->starts[slot] || e[-1].len >= e->len));
            memcpy(word, x->pool + e->at, e->len);
            memcpy(&head, word, sizeof head);
            assert_memory_equal(word, &e->begin, sizeof e->begin);
            assert_true(e->unused == (e->len < 8 ? 64 - 8 * e->len : 0) &&
                        (e->more == 0 || e->more + e->len == 255));
            assert_true(e->class != AC_NONE && e->class < AC_WORDS);
            if (e->more == 0) {
                assert_int_equal(attack_lexicon_longest(slice_of(word, e->len), &len), e->class);
                dense++;
                continue;
            }
            assert_int_equal(attack_lexicon_find(word, e->len), e->class);
            assert_true(attack_lexicon_may_stem(head));
            memset(word + e->len, 'q', ATTACK_WORD_MAX - e->len);
            for (len = e->len + 1; len <= ATTACK_WORD_MAX; len++) {
                char longer[ATTACK_WORD_MAX + 8] = {0};
                memcpy(longer, word, len);
                assert_int_equal(attack_lexicon_find(longer, len), e->class);
            }
            stems++;
        }
    }
    assert_true(stems > 100 && dense > 500);
}

/* The class that stands where `part` does, if it is that of `word`. */
static unsigned in_the_slot_of(const uint64_t part[3], bool is_short, const char *word)
{
    uint64_t other[3];
    uint32_t hash = attack_word_hash(part[0], part[1], part[2]);
    memcpy(other, word, sizeof other);
    return is_short ? attack_lexicon_short(hash, other[0]) : attack_lexicon_long(hash, other);
}

/* A whole word is found in its own slot, and none that differs from it by a byte or its end. */
static void is_found_alone(const uint64_t part[3], unsigned class)
{
    char word[ATTACK_WORD_MAX + 8] = {0};
    memcpy(word, part, ATTACK_WORD_MAX);
    size_t len = strlen(word);
    assert_int_equal(attack_lexicon_find(word, len), class);
    assert_true(class != AC_NONE && class < AC_WORDS);
    for (size_t i = 0; i < len; i++) {
        word[i] ^= 0x10;
        assert_int_equal(in_the_slot_of(part, len <= 8, word), AC_NONE);
        word[i] ^= 0x10;
    }
    for (size_t i = len; i < (len <= 8 ? 8 : ATTACK_WORD_MAX); i++) {
        word[i] = 's'; /* ever longer */
        assert_int_equal(in_the_slot_of(part, len <= 8, word), AC_NONE);
    }
    word[len - 1] = 0; /* and without its end */
    memset(word + len, 0, ATTACK_WORD_MAX - len);
    assert_int_equal(in_the_slot_of(part, len <= 8, word), AC_NONE);
}

static void every_word_is_reached(void **state)
{
    const struct attack_lexicon *x = attack_lexicon();
    size_t found = 0;
    (void)state;
    for (unsigned i = 0; i < 1 << ATTACK_SHORT_BITS; i++)
        if (x->shorts[i] != 0) {
            is_found_alone((uint64_t[3]){x->shorts[i]}, x->short_words.marks[i] >> 8);
            found++;
        }
    for (unsigned i = 0; i < 1 << ATTACK_LONG_BITS; i++)
        if (x->longs[i][0] != 0) {
            is_found_alone(x->longs[i], x->long_words.marks[i] >> 8);
            found++;
        }
    assert_true(found > 3000);
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
        cmocka_unit_test(unknown_words_have_no_class), cmocka_unit_test(words_and_stems_are_found),
        cmocka_unit_test(every_stem_is_reached),       cmocka_unit_test(every_word_is_reached),
        cmocka_unit_test(letters_lose_marks_and_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
