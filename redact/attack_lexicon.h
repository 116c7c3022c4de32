/* redact/attack_lexicon.h - classes of words that mean the same, in twenty languages, and how a
 * word is folded before it is looked up.
 *
 * The table is made by redact/train/attack.py from redact/train/lexicon.txt; the order here is the
 * order of the numbers. Refuses to know what classes mean together. Owns nothing. */
#ifndef REDACT_ATTACK_LEXICON_H
#define REDACT_ATTACK_LEXICON_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

/* clang-format off */
#define ATTACK_CLASSES(X) \
    X(OVERRIDE) X(PRIOR) X(RULES) X(PROMPT) X(SYSTEM) X(REVEAL) X(SAY) X(ONLY) X(SECRET) X(KEY) \
    X(YOU) X(YOUR) X(I) X(WE) X(USER) X(AI) X(BE) X(WILL) X(NOW) X(ACT) X(ROLE) X(FREE) X(NO) \
    X(LONGER) X(LIMITS) X(REFUSE) X(MUST) X(DEVELOPER) X(SEND) X(URL) X(HIDE) X(NEW) X(INSTEAD) \
    X(STOP) X(START) X(PWN) X(DONE) X(HYPO) X(EDU) X(URGENT) X(END) X(TEXT) X(TRANSLATE) \
    X(SUMMARIZE) X(TASKVERB) X(WH) X(CAN) X(PLEASE) X(IF) X(EXEC) X(DECODE) X(TOOL) X(LEAKABLE) \
    X(EDIT) X(SPELL) X(PROMOTE) X(ACTION) X(PERSONAL) X(THINGS) \
    X(ABOUT) X(HACK) X(WEAPON) X(DRUG) X(VIOLENCE) X(CRIME) X(HATE) X(SEX) X(MISINFO) \
    X(GROUP) X(INSULT) X(ROT) X(REV) X(FUNC) ATTACK_TOPICS(X)
/* What ordinary tasks and texts are about: weighed alone, and in nobody's way. */
#define ATTACK_TOPICS(X) \
    X(PROGRAM) X(MATHS) X(PIECE) X(FIGURE) X(NATURE) X(LAND) X(PAST) X(TIME) X(TRADE) X(HOME)
/* Signs that are no words: a line, a sentence, quotes and so on; made by the reader alone. */
#define ATTACK_MARKS(X) \
    X(LINE) X(STOPMARK) X(QUOTE) X(COLON) X(EXCLAIM) X(ASK) X(ANGLE) X(SQUARE) X(CURLY) X(TICK) \
    X(PIPE) X(RULER) X(CODE) X(SLASH) X(NUMBER) X(SHOUT) X(LEET) X(ODD) X(DASH) \
    X(GLUE) X(MIXED)
/* clang-format on */
#define X(name) AC_##name,
enum attack_class { AC_NONE, ATTACK_CLASSES(X) AC_WORDS, ATTACK_MARKS(X) AC_COUNT };
#undef X

enum { ATTACK_WORD_MAX = 24 };

/* A stem, or a word of a script that has no blanks between words, folded. Those that have the same
 * head (the first four bytes, three in such a script) follow each other, the longest first. */
struct attack_entry {
    uint64_t begin; /* its first eight bytes, 0 behind its end */
    uint16_t at;    /* in the pool, the whole of it */
    uint8_t len;
    uint8_t more;   /* bytes that a word may be longer: none, or it is a stem */
    uint8_t unused; /* bits of `begin` behind its end */
    uint8_t class;
};

/* "OVERRIDE" for AC_OVERRIDE. */
const char *attack_class_name(unsigned class);
/* The class of a folded word, in ATTACK_WORD_MAX bytes with 0 behind its end; AC_NONE: not known.
 */
unsigned attack_lexicon_find(const char *word, size_t len);
/* The same of the stem that a word begins with. */
unsigned attack_lexicon_stem(const char *word, size_t len);
/* The same in a script without blanks: the longest entry that begins at s; *len bytes of it. */
unsigned attack_lexicon_longest(struct slice s, size_t *len);
enum { ATTACK_SLOT_BITS = 13, ATTACK_SLOTS = 1 << ATTACK_SLOT_BITS, ATTACK_HEAD_BITS = 16 };
enum { ATTACK_FOLDS = 0x530, ATTACK_FOLDS_MORE = 0x1E00 };
enum { ATTACK_SHIFTS = 1 << 10, ATTACK_SHORT_BITS = 12, ATTACK_LONG_BITS = 11 };

/* Where whole words stand: each in a slot of its own, which its hash gives, times the shift that
 * the lowest bits of it give. */
struct attack_words {
    const uint16_t *shifts;
    const uint16_t *marks; /* by slot: the class, and below it the lowest byte of the hash */
};

/* Generated. A head stands in its slot or the next free one behind it: tags[slot] is a byte of its
 * hash, 0 where none stands, the first again behind the last, and its entries are from starts[slot]
 * to starts[slot + 1]. folds: code points from 0 on; folds_more: from ATTACK_FOLDS_MORE on. */
struct attack_lexicon {
    const struct attack_entry *entries;
    const uint8_t *tags;
    const uint8_t *heads; /* a bit for each head, by its hash; now and then another has the same */
    const uint16_t *starts, *folds, *folds_more;
    const unsigned char *pool;
    struct attack_words short_words, long_words; /* up to eight bytes; more */
    const uint64_t *shorts;                      /* by slot: the word, 0 where none stands */
    const uint64_t (*longs)[3];
};
const struct attack_lexicon *attack_lexicon(void);
/* AC_NONE; a call, so that it stays a way of its own. */
unsigned attack_lexicon_none(void);

/* The lower-case letter without its marks for a code point below U+0530 or in U+1E00..1EFF. */
static inline uint32_t attack_lexicon_fold(uint32_t point)
{
    if (point < ATTACK_FOLDS)
        return attack_lexicon()->folds[point];
    if (point >= ATTACK_FOLDS_MORE && point < ATTACK_FOLDS_MORE + 0x100)
        return attack_lexicon()->folds_more[point - ATTACK_FOLDS_MORE];
    return point;
}

/* Of a folded word, 0 behind its end. */
static inline uint32_t attack_word_hash(uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t h = a * 0x9E3779B97F4A7C15u;
    h = (h ^ h >> 32 ^ b) * 0xD6E8FEB86659FD93u;
    h = (h ^ h >> 32 ^ c) * 0xA0761D6478BD642Fu;
    return (uint32_t)(h >> 32);
}
static inline uint32_t attack_word_slot(const struct attack_words *w, uint32_t hash, unsigned bits)
{
    return hash * w->shifts[hash % ATTACK_SHIFTS] >> (32 - bits);
}
/* The class by that mark; the word itself may be another. */
static inline unsigned attack_word_class(const struct attack_words *w, uint32_t hash, uint32_t slot)
{
    unsigned mark = w->marks[slot];
    return mark >> 8 & -(unsigned)(((mark ^ hash) & 0xFF) == 0);
}
/* The class of a whole word of up to eight bytes with that hash, and of a longer one. The words lie
 * in tables that no nearest cache holds: they are asked when the mark fits, and what comes next
 * does not wait for the answer, which is nearly always yes. */
static inline unsigned attack_lexicon_short(uint32_t hash, uint64_t word)
{
    const struct attack_lexicon *x = attack_lexicon();
    uint32_t slot = attack_word_slot(&x->short_words, hash, ATTACK_SHORT_BITS);
    unsigned class = attack_word_class(&x->short_words, hash, slot);
    uint64_t is = -(uint64_t)(class != 0);
    if (__builtin_expect(((x->shorts[slot & is] ^ word) & is) != 0, 0))
        return attack_lexicon_none();
    return class;
}
static inline unsigned attack_lexicon_long(uint32_t hash, const uint64_t word[3])
{
    const struct attack_lexicon *x = attack_lexicon();
    uint32_t slot = attack_word_slot(&x->long_words, hash, ATTACK_LONG_BITS);
    unsigned class = attack_word_class(&x->long_words, hash, slot);
    uint64_t is = -(uint64_t)(class != 0);
    const uint64_t *at = x->longs[slot & is];
    uint64_t other = (at[0] ^ word[0]) | (at[1] ^ word[1]) | (at[2] ^ word[2]);
    if (__builtin_expect((other & is) != 0, 0))
        return attack_lexicon_none();
    return class;
}

static inline uint32_t attack_head_hash(uint32_t head)
{
    return head * 0x9E3779B1u;
}
static inline uint32_t attack_head_slot(uint32_t hash)
{
    return hash >> (32 - ATTACK_SLOT_BITS);
}
static inline uint8_t attack_head_tag(uint32_t hash)
{
    return (uint8_t)(hash >> (24 - ATTACK_SLOT_BITS) | 1);
}
/* False: no stem has this head. */
static inline bool attack_lexicon_may_stem(uint32_t head)
{
    uint32_t bit = attack_head_hash(head) >> (32 - ATTACK_HEAD_BITS);
    return (attack_lexicon()->heads[bit / 8] >> bit % 8 & 1) != 0;
}

#endif
