/* redact/attack_words.h - the words and phrases that the attack score knows, and how to find them.
 *
 * Tables in order of bytes; two indexes over them, made beforehand: a change of a table needs new
 * ones (test_attack_words.c prints them). Refuses to know what words mean together. Owns nothing.
 */
#ifndef REDACT_ATTACK_WORDS_H
#define REDACT_ATTACK_WORDS_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

/* What a word may do in a sentence; many at once. */
enum word_class {
    W_OVERRIDE = 1 << 0,
    W_PRIOR = 1 << 1,
    W_RULES = 1 << 2,
    W_REVEAL = 1 << 3,
    W_OWN = 1 << 4,
    W_PROMPT = 1 << 5,
    W_PERSONA = 1 << 6,
    W_FREE = 1 << 7,
    W_NO = 1 << 8,
    W_LIMITS = 1 << 9,
    W_SEND = 1 << 10,
    W_LOOT = 1 << 11,
    W_MAKE = 1 << 12,
    W_HARM = 1 << 13,
    W_ABOUT = 1 << 14,
    W_CLASSES = 15
};

enum { ATTACK_WORD_MAX = 24, ATTACK_SLOTS = 1024 };

struct attack_word {
    const char *word; /* lower case (ASCII); other scripts as they are */
    uint16_t classes;
};
struct attack_phrase {
    const char *text; /* lower case, single blanks; at least three bytes */
    uint16_t score;
    uint8_t kind; /* enum attack_kind */
};
/* The first word of a phrase, folded, up to eight bytes; `spare`: bytes it is short of eight. */
struct attack_head {
    uint64_t folded;
    uint8_t spare;
};
struct attack_range {
    uint8_t from, to;
};

const struct attack_word *attack_words_all(size_t *n);
const struct attack_phrase *attack_words_phrases(size_t *n);

/* In what follows, head: the first eight bytes at some place, little end first, 0 behind the end of
 * the text; bytes behind a word do not matter. */

/* 1: a known word of that length may begin so; 0: none does. */
uint64_t attack_words_may_be(uint64_t head, size_t len);
/* The classes of a word (at most ATTACK_WORD_MAX bytes) in any case; 0: not known. */
unsigned attack_words_classes(struct slice word, uint64_t head);
/* 1: a phrase may begin so; 0: none does. */
uint64_t attack_words_may_begin(uint64_t head);
/* The phrases among which those that begin with the first byte are. */
struct attack_range attack_words_phrases_of(uint64_t head);
/* The first word of that phrase, up to eight bytes of it, stands there. */
bool attack_words_begins(uint64_t head, size_t phrase);

#endif
