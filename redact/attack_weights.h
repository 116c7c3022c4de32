/* redact/attack_weights.h - what each feature weighs: made by redact/train/attack.py, never by
 * hand.
 */
#ifndef REDACT_ATTACK_WEIGHTS_H
#define REDACT_ATTACK_WEIGHTS_H

#include "proxy/base/base.h"
#include "redact/attack_features.h"

enum { ATTACK_KNOTS = 8 };

/* How the sum of a window with n features becomes a score: logit = bias + scale * sum /
 * sqrt(max(n, least) / usual), in very long texts less what attack.c takes off for chance; between
 * two knots the score is a line, outside them it is 0 or 1000. */
struct attack_model {
    const int8_t *weights; /* ATTACK_FEATURES */
    float bias, scale, least, usual;
    float at[ATTACK_KNOTS];
    uint16_t score[ATTACK_KNOTS];
};

const struct attack_model *attack_model(void);

#endif
