/* tests/unit/attack_oracle.h - the attack score word by word and phrase by phrase: what
 * redact/attack.c must give too.
 *
 * Slow and plain on purpose: looks every word up in the whole table. The rules of the families are
 * written down here once more. */
#ifndef TESTS_ATTACK_ORACLE_H
#define TESTS_ATTACK_ORACLE_H

#include "redact/attack.h"
#include "redact/attack_words.h"

enum { ORACLE_WORD = 40 };

struct oracle {
    size_t last[W_CLASSES];
    size_t words, about;
    unsigned miss[ATTACK_KINDS];
};

static inline unsigned oracle_classes(struct slice word)
{
    size_t n;
    const struct attack_word *all = attack_words_all(&n);
    for (size_t i = 0; i < n; i++)
        if (slice_is(slice_str(all[i].word), word))
            return all[i].classes;
    return 0;
}

static inline void oracle_add(struct oracle *o, unsigned kind, unsigned score)
{
    if (1000 - score < o->miss[kind])
        o->miss[kind] = 1000 - score;
}

static inline size_t oracle_ago(const struct oracle *o, unsigned class)
{
    size_t at = o->last[__builtin_ctz(class)];
    return at == 0 ? SIZE_MAX : o->words - at;
}

static inline void oracle_rule(struct oracle *o, bool now, unsigned near, size_t near_by,
                               unsigned far, size_t far_by, unsigned kind_and_score)
{
    if (now && oracle_ago(o, near) <= near_by && oracle_ago(o, far) <= far_by)
        oracle_add(o, kind_and_score / 1000, kind_and_score % 1000);
}

static inline void oracle_meet(struct oracle *o, unsigned c)
{
    size_t verb = oracle_ago(o, W_OVERRIDE), rules = oracle_ago(o, W_RULES);
    if ((c & W_RULES) != 0 && verb <= 8)
        oracle_add(o, ATTACK_INJECTION, oracle_ago(o, W_PRIOR) <= 6 ? 850 : 450);
    if ((c & W_PRIOR) != 0 && verb <= 4)
        oracle_add(o, ATTACK_INJECTION, rules <= 3 && rules < verb ? 850 : 350);
    oracle_rule(o, (c & W_PROMPT) != 0, W_OWN, 3, W_REVEAL, 8, ATTACK_LEAK * 1000 + 700);
    oracle_rule(o, (c & W_LIMITS) != 0, W_NO, 4, W_PERSONA, 30, ATTACK_JAILBREAK * 1000 + 650);
    oracle_rule(o, (c & W_FREE) != 0, W_PERSONA, 20, W_PERSONA, 20, ATTACK_JAILBREAK * 1000 + 700);
    oracle_rule(o, (c & W_LOOT) != 0, W_SEND, 6, W_SEND, 6, ATTACK_EXFILTRATION * 1000 + 300);
    oracle_rule(o, (c & W_HARM) != 0, W_MAKE, 8, W_MAKE, 8, ATTACK_HARMFUL * 1000 + 550);
    o->about += (c & W_ABOUT) != 0;
}

static inline void oracle_take(struct oracle *o, struct slice word)
{
    static const char letters[] = "oizeasbtbg";
    char plain[ORACLE_WORD];
    unsigned classes = oracle_classes(word);
    size_t digits = 0;
    for (size_t i = 0; i < word.len; i++) {
        bool digit = word.at[i] >= '0' && word.at[i] <= '9';
        plain[i] = digit ? letters[word.at[i] - '0'] : word.at[i];
        digits += digit;
    }
    if (classes == 0 && digits > 0 && digits < word.len)
        classes = oracle_classes(slice_of(plain, word.len));
    o->words++;
    oracle_meet(o, classes);
    for (unsigned i = 0; i < W_CLASSES; i++)
        if ((classes & (1U << i)) != 0)
            o->last[i] = o->words;
}

static inline bool oracle_in_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

static inline char oracle_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static inline void oracle_words(struct oracle *o, struct slice text)
{
    char word[ORACLE_WORD];
    size_t n = 0;
    for (size_t i = 0; i <= text.len; i++) {
        char c = i < text.len ? oracle_lower(text.at[i]) : ' ';
        if (oracle_in_word(c) || (c == '-' && n > 0)) {
            if (n < ORACLE_WORD)
                word[n] = c;
            n++;
            continue;
        }
        if (n > 0 && n <= ORACLE_WORD)
            oracle_take(o, slice_of(word, n));
        else if (n > 0)
            o->words++;
        n = 0;
    }
}

static inline bool oracle_is_phrase(struct slice text, size_t at, const char *phrase)
{
    for (; *phrase != 0; phrase++) {
        size_t from = at;
        if (*phrase == ' ') {
            while (at < text.len &&
                   (text.at[at] == ' ' || text.at[at] == '\n' || text.at[at] == '\r'))
                at++;
            if (at == from)
                return false;
        } else if (at >= text.len || oracle_lower(text.at[at++]) != *phrase) {
            return false;
        }
    }
    return true;
}

static inline void oracle_phrases(struct oracle *o, struct slice text)
{
    size_t n;
    const struct attack_phrase *all = attack_words_phrases(&n);
    for (size_t i = 0; i < text.len; i++) {
        char c = oracle_lower(text.at[i]);
        bool inside = i > 0 && (unsigned char)c < 0x80 && oracle_in_word(c) &&
                      oracle_in_word(oracle_lower(text.at[i - 1]));
        for (size_t k = 0; !inside && k < n; k++)
            if (oracle_is_phrase(text, i, all[k].text))
                oracle_add(o, all[k].kind, all[k].score);
    }
}

static inline struct attack oracle_score(struct slice text, bool decoded)
{
    struct oracle o = {0};
    struct attack a = {0};
    unsigned miss = 1000;
    for (unsigned i = 0; i < ATTACK_KINDS; i++)
        o.miss[i] = 1000;
    oracle_words(&o, text);
    oracle_phrases(&o, text);
    for (unsigned i = 0; i < ATTACK_KINDS; i++) {
        miss = miss * o.miss[i] / 1000;
        if (o.miss[i] <= 600)
            a.kinds |= 1U << i;
    }
    unsigned score = 1000 - miss;
    if (o.about * 40 > o.words && o.about >= 2)
        score = score * 55 / 100;
    if (decoded && score >= 400) {
        a.kinds |= 1U << ATTACK_ENCODED;
        score += (1000 - score) / 2;
    }
    a.score = (uint16_t)score;
    a.kinds = score < 400 ? 0 : a.kinds;
    return a;
}

#endif
