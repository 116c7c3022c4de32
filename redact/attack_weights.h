/* redact/attack_weights.h - what each feature weighs: made by redact/train/attack.py, never by
 * hand.
 */
#ifndef REDACT_ATTACK_WEIGHTS_H
#define REDACT_ATTACK_WEIGHTS_H

#include "proxy/base/base.h"
#include "redact/attack_features.h"

enum { ATTACK_KNOTS = 8 };

/* How the sum of a window with n features becomes a logit: bias + scale * sum / sqrt(max(n, least)
 * / usual). A text's is that of its highest window, less what is so of all its windows: `shared`
 * times what their mean is above `mean`, and `apart` times what their standard deviation is above
 * `deviation` (those of a harmless text). What stands out from its own text counts. In a text of
 * more than `several` windows, `single` of what the highest is above the highest of one chunk goes
 * too: there sentences that say little alone are high together by chance. And the highest of many
 * is high by chance, so from `many` windows on each doubling takes `per_doubling` off.
 * Between two knots the score is a line, outside them it is 0 or 1000. */
struct attack_model {
    const int8_t *weights; /* ATTACK_FEATURES */
    float bias, scale, least, usual;
    float shared, mean, apart, deviation;
    float single, per_doubling;
    uint32_t several, many;
    float at[ATTACK_KNOTS];
    uint16_t score[ATTACK_KNOTS];
};

const struct attack_model *attack_model(void);

#endif
