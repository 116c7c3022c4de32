/* redact/lists.h - many literal words at once: which of them begins where a word of a text begins.
 *
 * For users' lists of names, to a hundred thousand and more: what a word of text costs does not
 * grow with them but for a search by halving where a first word is known. ASCII case is ignored.
 * Built once, in the caller's arena, and never changed. Knows nothing of detectors: a number each.
 */
#ifndef REDACT_LISTS_H
#define REDACT_LISTS_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/slice.h"

struct list_word {
    struct slice text; /* small letters */
    uint32_t row;
    uint32_t shorter; /* index + 1 of the longest other word that this one begins with */
};

struct lists {
    struct list_word *words; /* sorted when done */
    size_t count, room;
    uint64_t *known; /* one bit for each hash of a first word */
    uint32_t mask;
    uint64_t pairs[1024]; /* one bit for each two first bytes */
};

/* May a word begin with these bytes: asked for each word of a text. */
static inline bool lists_may_begin(const struct lists *l, unsigned char first, unsigned char second)
{
    first |= first >= 'A' && first <= 'Z' ? 0x20 : 0;
    second |= second >= 'A' && second <= 'Z' ? 0x20 : 0;
    return (l->pairs[first * 4 + second / 64] >> second % 64 & 1) != 0;
}

/* Room for so many words. */
GW_MUST gw_result lists_init(struct lists *l, size_t words, struct arena *arena);
/* True: it begins with a letter, digit or '_', as words in lists must. */
bool lists_takes(struct slice word);
/* A word that lists_takes(), for row `row`. */
GW_MUST gw_result lists_add(struct lists *l, struct slice word, uint32_t row, struct arena *arena);
/* No more words come. */
GW_MUST gw_result lists_done(struct lists *l, struct arena *arena);
/* The longest word that stands at `at`, where a word of text begins, and is no part of a longer
 * word; NULL: none. lists_next(): the next shorter one. */
const struct list_word *lists_first(const struct lists *l, struct slice text, size_t at);
/* A word that is longer than what stands from `at` to the end of the text begins so. */
bool lists_is_open(const struct lists *l, struct slice text, size_t at);
const struct list_word *lists_next(const struct lists *l, struct slice text, size_t at,
                                   const struct list_word *w);

#endif
