/* redact/catalog.h - the table of built-in detectors: one row each, constant.
 *
 * Knows patterns and words; refuses to know how they are searched. Nobody frees it.
 * A row is tried where its trigger stands, confirmed by `confirm` (PCRE2; group 1, if it took part,
 * is the value), then `valid` may drop it, shorten it or lift its score. Earlier rows are more
 * specific: they win a tie. */
#ifndef REDACT_CATALOG_H
#define REDACT_CATALOG_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "redact/finding.h"

enum detector_flag {
    DET_CASELESS = 1, /* ASCII case is ignored in both patterns */
    DET_NUMBER =
        2, /* neighbours decide: no part of a UUID, hash, version, price or longer number */
    DET_SECRET = 4,   /* placeholders (xxxx, ${...}, EXAMPLE) are dropped */
    DET_DIGITS = 8,   /* words for order numbers, builds and the like lower the score */
    DET_GROUPED = 16, /* groups in front that do not belong to it are left out, one by one */
    DET_UNREAL = 32,  /* `confirm` begins with UNREAL: what it passes over, or the word that holds
                         the  trigger, is all that may stand in front of that */
    DET_COLUMN = 64,  /* the words of TRIGGER_WORD end the head of a column of a written table, and
                         `confirm` is a whole cell below */
    DET_JOINED = 128, /* with DET_NUMBER: '_' may join a name to it, its check is enough; other rows
                         want one of their words for that */
};

/* What a row is tried at. One look at the text finds the places of all of them, however many rows
 * there are; a row with TRIGGER_SEARCH costs a pass of the pattern engine. `at` says more. Token
 * characters are letters, digits, '_', '-' and '.'. */
enum trigger {
    TRIGGER_SEARCH =
        0,        /* where the pattern `at` (Hyperscan: no look-around) is met; NULL: `confirm` */
    TRIGGER_HEAD, /* "AKIA|ASIA": a word begins so, and 14 or more token characters with it */
    TRIGGER_WORD, /* "BEGIN |END ": one of these, of three bytes or more, anywhere, as written */
    TRIGGER_NAME, /* "16:key|token": one of these in any case; then = or : or "is"; then at least
                     16 bytes without blanks and quotes */
    TRIGGER_NAME_QUOTED, /* as TRIGGER_NAME, and behind the sign a quote opens */
    TRIGGER_NAME_RUN,    /* as TRIGGER_NAME; the bytes are letters, digits or "_-.+/~%=:", and no
                            bracket opens behind them */
    TRIGGER_URL,         /* as TRIGGER_WORD; then a colon before the host ends */
    TRIGGER_AT, /* the begin of what stands in front of an @, when something does on both sides */
    TRIGGER_FORTY,   /* a run of exactly 40 letters of base64 */
    TRIGGER_COUNTRY, /* a word, or what '_' joins to one, begins with two letters and two digits */
    TRIGGER_COLONS, /* six colons or two side by side, four hex digits between; where these begin */
    TRIGGER_PAIRS,  /* four pairs of hex digits, or three groups of four with dots */
    TRIGGER_DIGITS, /* "12": so many digits, with no more than three bytes of " ()./-" between two
                     */
    TRIGGER_GROUPS, /* "3-2-4|3-7": so long groups of such digits, the first and last or longer */
    TRIGGER_DOTTED, /* four groups of up to three digits with dots */
    TRIGGER_DATE,   /* three short groups with the marks of a date, or a month's name and a year */
    TRIGGER_MONTH,  /* a month's name and a year */
    TRIGGER_PLUS,   /* "7": so many digits behind + or 00 */
    TRIGGER_NEAR_DIGITS, /* as TRIGGER_DIGITS, where one of the row's words is near */
    TRIGGER_NEAR_TOKEN,  /* "9": so many bytes that begin with five token characters, go on with
                            such or "+/~%=" and have a digit among the first 64, where one of the
                            row's words is near; not "in 2024." at the end of a sentence. No value
                            begins behind a letter or digit, and of a row with DET_UNREAL none
                            behind one of "_+/.%@#-" */
    TRIGGERS
};
enum { TRIGGER_NEAR_MAX = 256 }; /* the longest value of a row that waits for its words */

struct detector {
    const char *name;    /* "email" */
    const char *entity;  /* "EMAIL_ADDRESS" */
    uint8_t family;      /* enum family */
    uint8_t flags;       /* enum detector_flag */
    uint16_t base;       /* score without a context word */
    uint16_t with_words; /* score with one; 0: base */
    uint16_t back;       /* bytes in front of the trigger where `confirm` may begin */
    uint16_t max_len;    /* no value is longer */
    uint8_t trigger;     /* enum trigger */
    const char *at;      /* what the trigger is about */
    const char *confirm;
    int (*valid)(struct slice *value); /* what is added to the score; NULL: `check` says it */
    const char *check;                 /* check digits, in the words of valid_check.h; NULL: none */
    const char *words;                 /* "a|b|c", lower case; NULL: none */
    const char *about;                 /* one sentence for people */
    const char *country;               /* "de"; NULL: no country's own */
    const char *source;                /* who says that it is so written; NULL: common knowledge */
};

size_t catalog_count(void);
/* Row i; NULL behind the last. */
const struct detector *catalog_at(size_t i);

#endif
