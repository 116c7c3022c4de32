/* redact/digits.h - numbers in groups: how many digits, so long groups, with which marks between.
 *
 * One walk over the groups for all rows that wait for digits. Part of trigger.c's work; owns
 * nothing. */
#ifndef REDACT_DIGITS_H
#define REDACT_DIGITS_H

#include "proxy/base/base.h"
#include "redact/trigger.h"

/* Tries the rows at the groups that hang together from the digit at `at` of p->subject on, those at
 * least that begin before `to`: the rest is tried with what follows. *done: groups that begin
 * before it have been seen. */
GW_MUST gw_result digits_try(const struct triggers *t, struct pass *p, size_t at, size_t to,
                             size_t *done);

#endif
