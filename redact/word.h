/* redact/word.h - a text as words, numbers, marks and line ends: what names are looked for in.
 *
 * Any bytes are taken; what is not well-formed UTF-8 is a mark. A cut depends on the bytes around
 * it alone. Refuses to know what words mean. Pure; owns nothing. */
#ifndef REDACT_WORD_H
#define REDACT_WORD_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

/* How a word is written. */
enum word_shape {
    SHAPE_NONE = 0,
    SHAPE_MARK,  /* anything that is no word; a run of the same one is one */
    SHAPE_LINE,  /* the end of a line, of several when `empty` is set */
    SHAPE_LOWER, /* smith */
    SHAPE_TITLE, /* Smith */
    SHAPE_UPPER, /* SMITH */
    SHAPE_ONE,   /* S */
    SHAPE_MIXED, /* MacArthur, fooBar */
    SHAPE_CODE,  /* with a low line, or letters before digits: a_b, x86 */
    SHAPE_PLAIN, /* letters that have no case */
    SHAPE_DIGIT, /* 1 */
    SHAPE_TENS,  /* 12 */
    SHAPE_SOME,  /* 123 to 12345 */
    SHAPE_MANY,  /* longer */
    SHAPE_COUNT, /* digits before letters: 12b, 3rd */
    SHAPES
};

enum word_gap { GAP_NONE = 0, GAP_BLANK, GAP_WIDE };

enum { WORD_BYTES = 64 }; /* a longer one is cut */

struct word {
    uint32_t start, end; /* bytes of the text */
    uint32_t low;        /* a hash of its letters in lower case */
    uint32_t head, tail; /* its first three letters in lower case, and its last three */
    uint16_t lists;      /* which lists it stands in: filled by model_look() */
    uint8_t shape;       /* enum word_shape */
    uint8_t gap;         /* enum word_gap, in front of it */
    bool empty;          /* SHAPE_LINE: an empty line at least */
};

/* The word that begins at `at` or behind it; false: only blanks follow. */
bool word_next(struct slice text, size_t at, struct word *out);
/* Two hashes as one: for two words that belong together. */
static inline uint32_t word_join(uint32_t a, uint32_t b)
{
    uint32_t h = a * 0x9E3779B1u ^ (b + 0x7F4A7C15u);
    h = (h ^ (h >> 15)) * 0x85EBCA6Bu;
    return h ^ (h >> 13);
}

#endif
