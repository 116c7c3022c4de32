/* tests/unit/test_attack_words.c - redact/attack_words.h: the indexes are those of the tables. Who
 * changes a table runs this; it prints the indexes that are wanted. */
#include "proxy/base/base.h"
#include "redact/attack_words.h"
#include "redact/finding.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { GATE = 128, PHRASE_GATE = 64, STARTS = 64 };

/* The indexes, made the slow way. */
struct indexes {
    uint16_t slots[ATTACK_SLOTS];
    uint64_t words[GATE], phrases[PHRASE_GATE];
    uint8_t from[STARTS], to[STARTS];
};

static uint64_t head_of(struct slice s)
{
    uint64_t head = 0;
    memcpy(&head, s.at, s.len < 8 ? s.len : 8);
    return head;
}

static uint32_t hash_of(struct slice word)
{
    uint64_t key = 0;
    for (size_t i = 0; i < word.len && i < 8; i++)
        key |= (uint64_t)((unsigned char)word.at[i] | 0x20) << 8 * i;
    return (uint32_t)((key ^ word.len * 0x9E3779B97F4A7C15u) * 0xD6E8FEB86659FD93u >> 32);
}

static void index_word(struct indexes *x, size_t number, struct slice word)
{
    uint32_t hash = hash_of(word);
    size_t at = hash % ATTACK_SLOTS;
    while (x->slots[at] != 0)
        at = (at + 1) % ATTACK_SLOTS;
    x->slots[at] = (uint16_t)(number | (hash >> 26 & 63) << 10);
    x->words[hash >> 6 & (GATE - 1)] |= 1ull << (hash & 63);
}

static void index_phrase(struct indexes *x, size_t number, const char *text)
{
    unsigned first = (unsigned char)text[0], at = (first & 31) | (first >> 7 << 5);
    for (const char *third = text[2] == ' ' ? " \n\r" : text + 2; *third != 0; third++) {
        uint32_t three = (uint32_t)(first | ((unsigned char)text[1] | 0u) << 8) |
                         (uint32_t)(unsigned char)*third << 16;
        uint32_t hash = (three | 0x202020) * 0x9E3779B1u >> 20;
        x->phrases[hash >> 6] |= 1ull << (hash & 63);
        if (text[2] != ' ')
            break;
    }
    if (x->to[at] == 0)
        x->from[at] = (uint8_t)(number);
    x->to[at] = (uint8_t)(number + 1);
}

static void make_indexes(struct indexes *x)
{
    size_t words, phrases;
    const struct attack_word *word = attack_words_all(&words);
    const struct attack_phrase *phrase = attack_words_phrases(&phrases);
    memset(x, 0, sizeof *x);
    for (size_t i = 0; i < words; i++)
        index_word(x, i + 1, slice_str(word[i].word));
    for (size_t i = 0; i < phrases; i++)
        index_phrase(x, i, phrase[i].text);
}

static void print_indexes(const struct indexes *x)
{
    size_t n;
    const struct attack_phrase *phrase = attack_words_phrases(&n);
    printf("slots:");
    for (size_t i = 0; i < ATTACK_SLOTS; i++)
        printf("%s0x%04X,", i % 16 == 0 ? "\n    " : " ", x->slots[i]);
    printf("\nword_gate:");
    for (size_t i = 0; i < GATE; i++)
        printf("%s0x%016llX,", i % 4 == 0 ? "\n    " : " ", (unsigned long long)x->words[i]);
    printf("\nphrase_gate:");
    for (size_t i = 0; i < PHRASE_GATE; i++)
        printf("%s0x%016llX,", i % 4 == 0 ? "\n    " : " ", (unsigned long long)x->phrases[i]);
    printf("\nstarts:");
    for (size_t i = 0; i < STARTS; i++)
        printf("%s{%d, %d},", i % 16 == 0 ? "\n    " : " ", x->from[i], x->to[i]);
    printf("\nheads:");
    for (size_t i = 0; i < n; i++) {
        size_t len = strcspn(phrase[i].text, " ");
        uint64_t head = head_of(slice_of(phrase[i].text, len)), fold = 0x2020202020202020u;
        len = len < 8 ? len : 8;
        printf("%s{0x%016llX, %d},", i % 4 == 0 ? "\n    " : " ",
               (unsigned long long)(head | fold >> 8 * (8 - len)), (int)(8 - len));
    }
    printf("\n");
}

static void tables_are_sorted_and_folded(void **state)
{
    size_t words, phrases;
    const struct attack_word *word = attack_words_all(&words);
    const struct attack_phrase *phrase = attack_words_phrases(&phrases);
    (void)state;
    assert_true(words < 1024 && phrases < 256);
    for (size_t i = 0; i < words; i++) {
        assert_true(i == 0 || strcmp(word[i - 1].word, word[i].word) < 0);
        assert_true(strlen(word[i].word) <= ATTACK_WORD_MAX && strlen(word[i].word) > 1);
        for (const char *c = word[i].word; *c != 0; c++)
            assert_false(*c >= 'A' && *c <= 'Z');
    }
    for (size_t i = 0; i < phrases; i++) {
        assert_true(i == 0 || strcmp(phrase[i - 1].text, phrase[i].text) < 0);
        assert_true(strlen(phrase[i].text) > 2 && phrase[i].text[0] != ' ' &&
                    phrase[i].text[1] != ' ' && strstr(phrase[i].text, "  ") == NULL);
        for (const char *c = phrase[i].text; *c != 0; c++)
            assert_false(*c >= 'A' && *c <= 'Z');
    }
}

/* Everything the tables hold is found, in capitals too, and the gates let it through. */
static bool holds(const struct indexes *x)
{
    size_t words, phrases;
    const struct attack_word *word = attack_words_all(&words);
    const struct attack_phrase *phrase = attack_words_phrases(&phrases);
    bool good = true;
    for (size_t i = 0; i < words; i++) {
        char loud[ATTACK_WORD_MAX + 1];
        struct slice quiet = slice_str(word[i].word);
        for (size_t k = 0; k <= quiet.len; k++)
            loud[k] = (char)(quiet.at[k] - (quiet.at[k] >= 'a' && quiet.at[k] <= 'z' ? 32 : 0));
        struct slice s = slice_of(loud, quiet.len);
        good &= attack_words_may_be(head_of(quiet), quiet.len) == 1;
        good &= attack_words_classes(quiet, head_of(quiet)) == word[i].classes;
        good &= attack_words_may_be(head_of(s), s.len) == 1;
        good &= attack_words_classes(s, head_of(s)) == word[i].classes;
    }
    for (size_t i = 0; i < phrases; i++) {
        uint64_t head = head_of(slice_str(phrase[i].text));
        struct attack_range r = attack_words_phrases_of(head);
        good &= attack_words_may_begin(head) == 1 && i >= r.from && i < r.to;
        good &= attack_words_begins(head, i) && !attack_words_begins(head ^ 0x1, i);
    }
    for (unsigned c = 0; c < STARTS; c++) {
        uint64_t first = c < 32 ? c | 0x20 : c | 0xE0;
        struct attack_range r = attack_words_phrases_of(first);
        good &= r.from == x->from[c] && r.to == x->to[c];
    }
    return good;
}

static void indexes_are_those_of_the_tables(void **state)
{
    struct indexes x;
    (void)state;
    make_indexes(&x);
    bool good = holds(&x);
    if (!good)
        print_indexes(&x);
    assert_true(good);
}

static void few_other_words_pass_the_gate(void **state)
{
    size_t passed = 0;
    (void)state;
    for (unsigned i = 0; i < 26 * 26 * 26; i++) {
        char text[5] = {(char)('a' + i % 26), (char)('a' + i / 26 % 26), (char)('a' + i / 676),
                        'q'};
        passed += attack_words_may_be(head_of(slice_str(text)), 4);
    }
    assert_true(passed < 26 * 26 * 26 / 10);
    assert_int_equal(attack_words_classes(SLICE_LIT("ignored"), head_of(SLICE_LIT("ignored"))), 0);
    assert_int_equal(attack_words_classes(SLICE_LIT("ign"), head_of(SLICE_LIT("ign"))), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_sorted_and_folded),
        cmocka_unit_test(indexes_are_those_of_the_tables),
        cmocka_unit_test(few_other_words_pass_the_gate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
