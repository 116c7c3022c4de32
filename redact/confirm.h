/* redact/confirm.h - one pattern with captures and look-around, run where a trigger stands.
 *
 * Hides the backtracking engine: confirm.c alone includes its API. Compiled patterns are immutable
 * and shared; a scratch belongs to one thread. Limits are ours; every error but "no match" is
 * GW_CORRUPT. */
#ifndef REDACT_CONFIRM_H
#define REDACT_CONFIRM_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

struct confirmer;
struct confirm_scratch;

/* NULL on failure: reason says why. */
struct confirmer *confirmer_new(struct slice pattern, bool caseless, char *reason, size_t size);
void confirmer_free(struct confirmer *c);          /* NULL is fine */
struct confirm_scratch *confirm_scratch_new(void); /* NULL when memory is short */
void confirm_scratch_free(struct confirm_scratch *scratch);
/* The first match in subject that begins in [from, latest]: range[CONFIRM_START] and _END are the
 * first group that took part (or the whole match), _ALL_END is the end of the whole match.
 * GW_NOT_FOUND, GW_CORRUPT. */
GW_MUST gw_result confirm_next(const struct confirmer *c, struct confirm_scratch *scratch,
                               struct slice subject, size_t from, size_t latest, size_t range[3]);
/* Makes confirm_open() fast for this one. */
void confirmer_prepare_open(struct confirmer *c);
/* The first place in [from, latest] where a match begins that runs into the end of subject: more
 * text could complete, prolong or break it. subject.len when there is none. GW_CORRUPT. */
GW_MUST gw_result confirm_open(const struct confirmer *c, struct confirm_scratch *scratch,
                               struct slice subject, size_t from, size_t latest, size_t *at);
/* The bytes that a match can begin with (bit b % 64 of bits[b / 64]); all when it cannot be told.
 */
void confirmer_first(const struct confirmer *c, uint64_t bits[4]);
/* "10.42", of the PCRE2 that runs: for --version. */
void confirm_version(char *out, size_t size);
enum confirm_range { CONFIRM_START = 0, CONFIRM_END, CONFIRM_ALL_END };

#endif
