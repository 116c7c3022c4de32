/* redact/attack_signs.h - a text as a row of signs: words by class, and marks that matter.
 *
 * The one reader of texts for the attack score; the trainer uses it too, through
 * tests/eval/attack_features.c. Owns nothing, allocates nothing. */
#ifndef REDACT_ATTACK_SIGNS_H
#define REDACT_ATTACK_SIGNS_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "redact/attack_lexicon.h"

struct attack_sign {
    uint32_t at, end; /* bytes of the text */
    uint32_t hash;    /* of the folded word; marks: 0 */
    uint8_t class;    /* enum attack_class; AC_NONE: a word that is not known */
    uint8_t shape;    /* SIGN_ bits; marks: none */
};
enum {
    SIGN_SHOUT = 1,
    SIGN_LEET = 2,   /* known when its digits are read as letters */
    SIGN_MIXED = 4,  /* letters and digits */
    SIGN_SINGLE = 8, /* one letter */
    SIGN_CODE = 16,  /* may be the code of a character */
    SIGN_LONG = 32,
    SIGN_SHAPES = 64
};

/* A text while it is read. */
struct attack_signs {
    struct slice text;
    size_t at;
};

/* How many are read at once at most. */
enum { ATTACK_SIGNS = 576 };

/* The next signs of the text, and `at` moved behind them; 0: it has no more. Some signs look at
 * what stands around them. */
size_t attack_signs_read(struct attack_signs *r, struct attack_sign out[ATTACK_SIGNS]);

#endif
