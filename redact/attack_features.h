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
enum { ATTACK_FILTER = 4096 };

/* What is remembered between signs. All zero at the begin of a text. */
struct attack_trail {
    uint32_t classes;      /* the last ATTACK_TRAIL known words, a byte each, the last one lowest */
    uint32_t since;        /* words since the last known one */
    uint32_t hash;         /* of the word in front; 0: none stands there */
    uint8_t same;          /* bit i: the i-th known word back stands in this sentence */
    uint8_t mark;          /* in front of the next word: 0, or the last mark */
    bool begun;            /* the text has */
    bool behind;           /* the line in front was a row of data: much of it marks and numbers */
    uint32_t words, marks; /* of this line */
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
/* The most that one sign completes; what there is room for in a list of them. */
enum { ATTACK_FEATURES_A_SIGN = 16, ATTACK_FEATURES_KEPT = 1024 };

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
/* Mixed, then its number in one half or the other. */
static inline uint64_t attack_mix(uint64_t feature)
{
    return feature ^ feature >> 29;
}
static inline uint32_t attack_mixed_number(uint64_t mixed)
{
    return (uint32_t)(mixed * 0x9E3779B97F4A7C15u >> (65 - ATTACK_FEATURE_BITS));
}
static inline uint32_t attack_feature_number(uint64_t feature)
{
    uint32_t raw = (feature >> 48 & FEATURE_RAW) * (ATTACK_FEATURES / 2 / FEATURE_RAW);
    return attack_mixed_number(attack_mix(feature)) | raw;
}

/* Features, each once (now and then, by chance of the hash, not even that), and what they weigh
 * together. */
struct attack_tally {
    int32_t sum;
    uint32_t count;
    uint64_t *kept; /* the features, in ATTACK_FEATURES_KEPT; NULL: not wanted */
    uint8_t *seen;  /* ATTACK_FILTER; holds `turn` where a feature was met in this turn */
    uint8_t turn;   /* not 0 */
    bool ended;     /* by the limits below */
};

/* Where a row of signs ends: with a line behind byte `line` of the text or a sentence behind byte
 * `sentence`, or at byte `most`, or when a list of features is full. */
struct attack_limits {
    uint32_t line, sentence, most;
};

/* Adds the features that the signs from s on complete, as far as `stop` or where they end. The
 * first sign that was not taken. */
const struct attack_sign *attack_features_add(struct attack_trail *t, struct attack_tally *k,
                                              const struct attack_sign *s,
                                              const struct attack_sign *stop,
                                              const struct attack_limits *to);

#endif
