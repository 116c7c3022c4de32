/* redact/catalog.h - the table of built-in detectors: one row each, constant.
 *
 * Knows patterns and words; refuses to know how they are searched. Nobody frees it.
 * A row is found by `find` (Hyperscan: no look-around), confirmed by `confirm` (PCRE2; group 1, if
 * it took part, is the value; NULL: `find` again), then `valid` may drop it, shorten it or lift its
 * score. Earlier rows are more specific: they win a tie. */
#ifndef REDACT_CATALOG_H
#define REDACT_CATALOG_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "redact/finding.h"

enum detector_flag {
    DET_CASELESS = 1, /* ASCII case is ignored in both patterns */
    DET_NUMBER =
        2, /* neighbours decide: no part of a UUID, hash, version, price or longer number */
    DET_SECRET = 4, /* placeholders (xxxx, ${...}, EXAMPLE) are dropped */
    DET_DIGITS = 8, /* words for order numbers, builds and the like lower the score */
};

struct detector {
    const char *name;    /* "email" */
    const char *entity;  /* "EMAIL_ADDRESS" */
    uint8_t family;      /* enum family */
    uint8_t flags;       /* enum detector_flag */
    uint16_t base;       /* score without a context word */
    uint16_t with_words; /* score with one; 0: base */
    uint16_t back;       /* bytes in front of what `find` met where `confirm` may begin */
    uint16_t max_len;    /* no value is longer */
    const char *find;
    const char *confirm;
    int (*valid)(struct slice *value); /* what is added to the score */
    const char *words;                 /* "a|b|c", lower case; NULL: none */
    const char *about;                 /* one sentence for people */
};

size_t catalog_count(void);
/* Row i; NULL behind the last. */
const struct detector *catalog_at(size_t i);

#endif
