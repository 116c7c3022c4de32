/* redact/trait.h - what speaks for a word being part of a name: hashes of the word and of what
 * stands around it.
 *
 * The same function for finding and for training. Looks two words ahead and TRAIT_BACK words back,
 * no further. Refuses to know weights. Pure; owns nothing. */
#ifndef REDACT_TRAIT_H
#define REDACT_TRAIT_H

#include "proxy/base/base.h"
#include "redact/word.h"

enum { TRAIT_MOST = 50, TRAIT_BACK = 8, TRAIT_AHEAD = 2 };

/* Traits of words[i] of n; `key` says what the member key of the text
 * tells of it (who_key()), 0: nothing. How many
 * were filled. */
size_t trait_fill(const struct word *words, size_t n, size_t i, uint32_t key,
                  uint32_t out[TRAIT_MOST]);

#endif
