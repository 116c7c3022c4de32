/* redact/who.h - persons, places, organisations and addresses in a text, without a network of
 * neurons: words, their traits, a linear model, the best reading.
 *
 * A text is read stretch by stretch: to an empty line, or to the end of a sentence when it is long.
 * Where a stretch begins follows from the bytes before it, what is found in one from nothing else.
 * Refuses to know leaves, rows and styles. Pure; owns nothing. */
#ifndef REDACT_WHO_H
#define REDACT_WHO_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "redact/model.h"

enum name_kind {
    NAME_PERSON = 0,
    NAME_PLACE,
    NAME_ORG,
    NAME_ADDRESS,
    NAME_ORIGIN,   /* nationality, religion or party */
    NAME_POSTCODE, /* of the place in front of it */
    NAME_KINDS
};

struct name {
    uint32_t start, end; /* bytes of the text */
    uint16_t score;      /* 0 to 1000; 500 is as likely as not */
    uint8_t kind;        /* enum name_kind */
};

/* Told of each name, in the order of the text. */
typedef gw_result (*who_take)(void *of, const struct name *name);

/* The stretches of `text` that begin in [from, until), where `from` is the begin of one: 0, or what
 * *next was before. `key`: the member key beside the text. */
GW_MUST gw_result who_find(const struct model *m, struct slice text, struct slice key,
                           size_t range[2], who_take take, void *of);

/* Words of the stretch that begins at `at`: at most WHO_WORDS; *end is where the next one begins.
 */
enum { WHO_WORDS = 320 };
size_t who_stretch(struct slice text, size_t at, struct word words[WHO_WORDS], size_t *end);
/* What trait_fill() wants of a member key: whose value it is by its name, 0 when that says nothing.
 */
uint32_t who_key(struct slice key);

#endif
