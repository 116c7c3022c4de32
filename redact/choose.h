/* redact/choose.h - of findings that meet, those that stay: the higher score, then the longer one,
 * then the earlier row.
 *
 * Works in place on what judge.c has gathered; owns nothing. */
#ifndef REDACT_CHOOSE_H
#define REDACT_CHOOSE_H

#include "redact/judge.h"

/* Sorted by start; without doubles, or (candidates not asked for) only the best of what overlaps.
 */
void choose_best(struct pass *p);
/* By their starts. */
void choose_sort(struct finding *f, size_t n);

#endif
