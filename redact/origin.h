/* redact/origin.h - what a reading says beside the names in it: where someone comes from or what
 * they believe ("two Norwegians", "is Buddhist"), and the postcode behind a town.
 *
 * Refuses to know weights and policies. Pure; owns nothing. */
#ifndef REDACT_ORIGIN_H
#define REDACT_ORIGIN_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "redact/word.h"

/* How many of the words [i, n) are a nationality, religion or party; 0: none. What may as well be
 * an everyday word (polish, liberal) counts inside a sentence in capitals only, and a language
 * ("into French", "speaks Dutch") does not. */
size_t origin_of(struct slice text, const struct word *words, size_t i, size_t n);
/* Behind a place that ends with word i - 1: the bytes of a postcode (10115, 840 24, 3610-114) that
 * words[i] begins, 0: none. A year is none, nor is a number that counts something. */
size_t origin_postcode(struct slice text, const struct word *words, size_t i, size_t n);

#endif
