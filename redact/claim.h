/* redact/claim.h - names that a text itself points at: by a label, a title, a greeting, the head of
 * a column, a patronymic, the parts of an address. They stand beside what the model reads and win.
 *
 * A stretch of words is looked through once; claims come in the order of the text and share no
 * byte. Pure; owns nothing. */
#ifndef REDACT_CLAIM_H
#define REDACT_CLAIM_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "redact/cues.h"
#include "redact/model.h"
#include "redact/table.h"
#include "redact/who.h"

struct claim {
    uint32_t start, end; /* bytes of the text */
    uint16_t from, to;   /* the words in which it lies */
    uint16_t score;
    uint8_t kind; /* enum name_kind */
};

enum {
    CLAIMS_MOST = 128,
    CLAIM_SURE = 880, /* what a label says that stands for nothing else */
    CLAIM_GOOD = 820  /* what two signs say together */
};

/* What is looked through, and what was found. */
struct claims {
    const struct model *model; /* its lists and cues */
    const uint8_t *tags;       /* what it reads: enum tag for each word */
    const struct cues *cues_table;
    struct slice text;
    const struct word *words;
    size_t count;
    uint16_t key;             /* what the member key says of the text: bits of enum cue */
    uint16_t cues[WHO_WORDS]; /* what each word says */
    struct table *table;
    struct claim at[CLAIMS_MOST];
    size_t n;
};

/* Fills at[0, n). */
void claims_find(struct claims *c);
/* Does the text say that words [from, to), which the model takes for a name of this kind, are none?
 */
bool claims_deny(const struct claims *c, size_t from, size_t to, uint8_t kind);

/* For the files that make claims: words [from, to) are one, in whole. */
void claim_words(struct claims *c, size_t from, size_t to, uint8_t kind, uint16_t score);
/* Bytes [start, end) of words[i] and what follows it. */
void claim_bytes(struct claims *c, size_t i, size_t start, size_t end, uint8_t kind,
                 uint16_t score);
/* Is words[i] this ASCII mark, once? */
bool claim_is_mark(const struct claims *c, size_t i, char mark);
/* Could words[i] be a word of a person's name? */
bool claim_is_name(const struct claims *c, size_t i);
bool claim_is_number(const struct word *w);
/* Is it written without case, in Chinese, Japanese or Korean? */
bool claim_is_wide(const struct claims *c, size_t i);

/* How a name is read that begins at words[i]: where it ends, and what speaks for it. */
struct claim_reading {
    size_t end;      /* words behind it; its begin: there is none */
    unsigned words;  /* particles and initials not counted */
    unsigned listed; /* of them on lists of names */
    unsigned common; /* of them everyday words that stand on no such list */
};
struct claim_reading claim_person(const struct claims *c, size_t i, unsigned most, bool comma);
/* Where an address ends that begins at words[i]: i when there is none. */
size_t claim_address_end(const struct claims *c, size_t i);
/* An address in words [from, to): where it ends with the postcode, town and flat behind it. */
size_t claim_address_more(const struct claims *c, size_t from, size_t to);
/* Claims of Russian names and of names and addresses in Chinese, Japanese and Korean. */
void claims_patronymic(struct claims *c, size_t i);
/* A given name of the lists and a surname, which the model passes by. */
void claims_listed(struct claims *c, size_t i);
/* words[i] is an @: whom the address in front of it names, wherever the stretch names them. */
void claims_mailed(struct claims *c, size_t i);
/* Does words[i] end as Russian surnames do? */
bool claim_is_surname(const struct claims *c, size_t i);
void claims_wide(struct claims *c, size_t i);
/* A label asks for what begins at words[i], which is written in one of those. */
void claims_wide_value(struct claims *c, size_t i, uint16_t cue);

#endif
