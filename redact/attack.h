/* redact/attack.h - how much a text tries to command the model: prompt injection, jailbreak, leak.
 *
 * Works on the normal form of one text and on what disguises of it hide. A linear model over
 * classes of words in order (attack_features.h) scores windows of one sentence or two neighbours,
 * and a short text as a whole (attack_chunk.h); the highest decides. Pure; owns nothing. */
#ifndef REDACT_ATTACK_H
#define REDACT_ATTACK_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "redact/finding.h"

/* Scores one text; the window is in bytes of it. decoded: its normal form was read out of an
 * encoding. */
struct attack attack_score(struct slice text, bool decoded);
/* The score of a text whose normal form gave `a`, when what its source hides from a reader is
 * looked at too. `at`: where the source begins in the leaf, which a's window is counted in. Needed
 * only where the normal form is another text than the source. */
struct attack attack_look_behind(struct attack a, struct slice source, size_t at);
/* The higher score with its window, and all kinds and reasons of both. */
struct attack attack_join(struct attack a, struct attack b);

/* The features that weigh most in [from, to) of a text, heaviest first: for people. */
struct attack_weight {
    char name[64]; /* "OVERRIDE PRIOR" */
    int32_t milli; /* of the logit */
};
size_t attack_explain(struct slice text, size_t from, size_t to, struct attack_weight *out,
                      size_t room);

#endif
