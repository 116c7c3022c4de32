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
    uint32_t classes; /* the last ATTACK_TRAIL known words, a byte each, the last one lowest */
    uint32_t number;  /* of the last known word, counted in words */
    uint32_t words, cuts;
    uint32_t last_hash;
    uint8_t same; /* bit i: the i-th known word back stands in this sentence */
    uint8_t mark; /* in front of the next word: 0, or the last mark */
    bool begun;
};

enum {
    FEATURE_WORD = 1,
    FEATURE_MARKED,
    FEATURE_PAIR,
    FEATURE_FAR,
    FEATURE_THREE,
    FEATURE_MARK,
    FEATURE_PLACE,
    FEATURE_RAW = 8, /* words as they are: from the upper half of the numbers */
    FEATURE_RAWS
};
enum { ATTACK_FEATURES_A_SIGN = 16 };

/* A feature in one word: its kind, then classes, for people, or for RAW and RAWS a hash. */
static inline uint64_t attack_feature(unsigned kind, uint32_t a, unsigned b, unsigned c)
{
    return (uint64_t)kind << 48 | (uint64_t)c << 40 | (uint64_t)b << 32 | a;
}
static inline unsigned attack_feature_kind(uint64_t feature)
{
    return (unsigned)(feature >> 48);
}
/* Its i-th class, from 0. */
static inline unsigned attack_feature_class(uint64_t feature, unsigned i)
{
    return (unsigned)(feature >> (i == 0 ? 0 : 24 + 8 * i)) & 0xFF;
}
static inline uint32_t attack_feature_number(uint64_t feature)
{
    uint64_t h = (feature ^ feature >> 29) * 0x9E3779B97F4A7C15u;
    uint32_t raw = (feature >> 48 & FEATURE_RAW) * (ATTACK_FEATURES / 2 / FEATURE_RAW);
    return (uint32_t)(h >> (65 - ATTACK_FEATURE_BITS)) | raw;
}

/* The features that this sign completes; at most ATTACK_FEATURES_A_SIGN. */
size_t attack_features_add(struct attack_trail *t, const struct attack_sign *s,
                           uint64_t out[ATTACK_FEATURES_A_SIGN]);

#endif
