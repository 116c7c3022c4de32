/* redact/attack.h - how much a text tries to command the model: prompt injection, jailbreak, leak.
 *
 * Works on the normal form of one text. Families of words in several languages, met in order and
 * close together, give a score; text that talks about attacks lowers it. Pure; owns nothing. */
#ifndef REDACT_ATTACK_H
#define REDACT_ATTACK_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "redact/finding.h"

/* Scores one text. decoded: its normal form was read out of an encoding; lifts what is found. */
struct attack attack_score(struct slice text, bool decoded);
/* The higher score and all kinds of both. */
struct attack attack_join(struct attack a, struct attack b);

#endif
