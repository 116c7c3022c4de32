/* redact/canary.h - a word that nobody can guess, and that word in a text, disguised or not.
 *
 * The gate plants it in a system prompt; whoever says it has read that prompt. Letters without
 * vowels, so that it is no word of any language. Knows nothing of prompts. */
#ifndef REDACT_CANARY_H
#define REDACT_CANARY_H

#include "proxy/base/base.h"
#include "proxy/base/secret.h"
#include "proxy/base/slice.h"

enum { CANARY_LEN = 24, CANARY_GAP = 8 };

/* The canary of a keyed digest: 24 of 20 letters, 103 bits. */
void canary_make(const struct digest *from, char out[CANARY_LEN]);
/* The first canary at or behind `at`, in any case, with at most CANARY_GAP other bytes between two
 * letters, forwards, backwards or by rot13: *start to *end. False: there is none; *start is where
 * one may have begun of which more must come, or text.len. */
bool canary_find(struct slice canary, struct slice text, size_t at, size_t *start, size_t *end);

#endif
