/* redact/attack_reasons.h - which families of attack a window shows, for people and for policies.
 *
 * Asked only where the score speaks already. Knows classes of words in order and close together,
 * and what chat templates, tool calls and hidden markup look like. Owns nothing. */
#ifndef REDACT_ATTACK_REASONS_H
#define REDACT_ATTACK_REASONS_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "redact/finding.h"

/* Bits 1 << enum attack_reason. */
uint32_t attack_reasons_find(struct slice window);

#endif
