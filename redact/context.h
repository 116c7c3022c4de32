/* redact/context.h - what stands around a candidate: words that speak for or against it, and
 * neighbours that make it a part of something else.
 *
 * Pure functions over the bytes of one leaf; they own nothing and know no detector. */
#ifndef REDACT_CONTEXT_H
#define REDACT_CONTEXT_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

/* One of "a|b|c" (lower case) stands in text as a word of its own, in any case: camelCase and
 * snake_case end words too, a plural s is allowed. */
bool context_has_word(struct slice text, const char *words);
/* A word that says: an order, build, version or the like, not a person's number. */
bool context_is_against(struct slice text);
/* The number in leaf [start, end) is a piece of a UUID, hash, version, price, time stamp or longer
 * number. */
bool context_is_part(struct slice leaf, size_t start, size_t end);

#endif
