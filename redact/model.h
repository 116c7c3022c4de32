/* redact/model.h - the weights and word lists that names are found with, and the best reading of a
 * row of words.
 *
 * A model is one run of bytes, made by train/names.py and borrowed here: model_built_in() gives the
 * one in the program. Each word has traits (trait.h); a trait has a weight for each tag, and each
 * pair of tags that follow each other has one; the best sum wins. Weights are in parts of a natural
 * logarithm (MODEL_UNIT). Constant; shared by threads; nobody frees it. */
#ifndef REDACT_MODEL_H
#define REDACT_MODEL_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "redact/word.h"

/* What a word is part of; the second of a pair goes on with what the first began. */
enum tag {
    TAG_NONE = 0,
    TAG_PERSON,
    TAG_PERSON_ON,
    TAG_PLACE,
    TAG_PLACE_ON,
    TAG_ORG,
    TAG_ORG_ON,
    TAG_ADDRESS,
    TAGS
};

/* Lists that a word may stand in, as bits of word.lists. */
enum list {
    LIST_GIVEN = 1,      /* given names that many have */
    LIST_GIVEN_RARE = 2, /* and all others */
    LIST_SURNAME = 4,
    LIST_SURNAME_RARE = 8,
    LIST_CITY = 16,
    LIST_TOWN = 32,
    LIST_LAND = 64,    /* countries and their parts */
    LIST_STREET = 128, /* street, rue, straat */
    LIST_UNIT = 256,   /* apartment, floor, box */
    LIST_ORG = 512,    /* Inc, GmbH, university */
    LIST_HONORIFIC = 1024,
    LIST_CUE = 2048, /* dear, regards, contact */
    LIST_NATION = 4096,
    LIST_COMMON = 8192, /* words that running text writes small */
    LIST_DATE = 16384,  /* months and days */
    LIST_PARTICLE = 32768,
};

enum {
    MODEL_UNIT = 32,
    MODEL_STEP = 4,
    MODEL_LAG = 8,
    MODEL_WALL = 12 * MODEL_UNIT,
    MODEL_PASSED = INT16_MAX, /* more than any sum of weights: no word to ask about */
    MODEL_MAGIC = 0x324D4E42
};

struct cues;
struct model {
    const uint8_t *rows;       /* 2^bits rows of TAGS weights, each with 128 added */
    const uint32_t *slots;     /* the lists: 2^list_bits of hash << 16 | bits; 0: empty */
    const int8_t *steps;       /* TAGS * TAGS, from and to, in MODEL_STEP units */
    int16_t costs[TAGS][TAGS]; /* the same in units of a weight */
    unsigned bits, list_bits;
    const struct cues *cues; /* words that say what stands beside them; NULL: nobody asks them */
};

/* A model in `bytes`, which must be aligned to 8; GW_CORRUPT when they are none. */
GW_MUST gw_result model_open(struct slice bytes, struct model *out);
/* The bytes that the program was built with. */
struct slice model_built_in(void);
/* Lists that a hash stands in. */
uint16_t model_lists(const struct model *m, uint32_t low);
/* Fills `lists` of words that come one after the other; of two that stand in a list together both
 * have its bits. */
void model_look(const struct model *m, struct word *words, size_t n);
/* Tells the processor that model_sum() will be asked soon: the weights lie in no near cache. */
void model_foresee(const struct model *m, const uint32_t *traits, size_t n);
/* Sums of the weights of `n` traits for each tag. */
void model_sum(const struct model *m, const uint32_t *traits, size_t n, int16_t sums[TAGS]);
/* The best reading of n words by their sums: a tag for each. What a word is does not depend on
 * those more than MODEL_LAG behind it. Where MODEL_WALL speaks against all names there is none, nor
 * where the sum for TAG_NONE is MODEL_PASSED, whatever the others are. */
void model_read(const struct model *m, int16_t (*sums)[TAGS], size_t n, uint8_t *tags);

#endif
