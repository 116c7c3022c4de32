/* redact/attack_features.h - what of a row of signs the score weighs: words of a class, two of them
 * in order and by distance, and what stands in front of them.
 *
 * A feature is a number below ATTACK_FEATURES: a hash of what it is made of. Two may share a
 * number; training knows no other numbers. Owns nothing, allocates nothing. */
#ifndef REDACT_ATTACK_FEATURES_H
#define REDACT_ATTACK_FEATURES_H

#include "proxy/base/base.h"
#include "redact/attack_signs.h"

enum { ATTACK_FEATURE_BITS = 17, ATTACK_FEATURES = 1 << ATTACK_FEATURE_BITS, ATTACK_TRAIL = 4 };

/* What is remembered between signs. All zero at the begin of a text. */
struct attack_trail {
    uint8_t class[ATTACK_TRAIL];   /* known words, the last one first */
    uint32_t number[ATTACK_TRAIL]; /* counted in words */
    uint32_t cut[ATTACK_TRAIL];    /* sentences before it */
    uint32_t words, cuts;
    uint32_t last_hash;
    uint8_t mark;  /* in front of the next word: 0, or the last mark */
    uint8_t pipes; /* in this line */
    bool row;      /* the line before was a row of a table */
};

/* Called for each feature that a sign brings. a, b, c: classes, for people; kind: FEATURE_. */
enum {
    FEATURE_WORD = 1,
    FEATURE_MARKED,
    FEATURE_PAIR,
    FEATURE_FAR,
    FEATURE_THREE,
    FEATURE_MARK,
    FEATURE_PLACE,
    FEATURE_RAW,
    FEATURE_RAWS
};
struct attack_feature {
    uint32_t number;
    uint8_t kind, a, b, c;
};
enum { ATTACK_FEATURES_A_SIGN = 12 };

/* The features that this sign completes; at most ATTACK_FEATURES_A_SIGN. */
size_t attack_features_add(struct attack_trail *t, const struct attack_sign *s,
                           struct attack_feature out[ATTACK_FEATURES_A_SIGN]);

#endif
