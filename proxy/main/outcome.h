/* proxy/main/outcome.h - how the words of `bulla audit` end, and what they say: complaints with
 * their exit codes (audit/verify.h), what was asked for, leaves. Keeps nothing. */
#ifndef PROXY_MAIN_OUTCOME_H
#define PROXY_MAIN_OUTCOME_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "proxy/main/asked.h"

/* A word used wrongly: said on stderr; the exit code. */
int outcome_misused(const char *reason);
/* Why `word` could not be done: said on stderr; the exit code. */
int outcome_explain(gw_result r, const char *word);
/* A leaf on standard output: as it is, or as columns. */
void outcome_leaf(struct slice leaf, bool json);
/* "app=pay rule=pan", or "all records": control bytes as '?'. False: there is no filter. */
enum { OUTCOME_FILTERS = 1024 };
bool outcome_filters(const struct asked *a, char out[OUTCOME_FILTERS]);

#endif
