/* audit/imprint.h - what a value that was found leaves in a record: 32 hex digits that only who
 * holds the log's search key can make from the value, so that all exchanges in which it occurred
 * are found without the log holding it.
 *
 * Knows no detectors: who looks for a value cannot know what it was taken for, so its sort is not
 * part of it, and one normal form serves all. The case of ASCII letters and blanks around a value
 * do not count; a run of blanks is one. Of a number (at least half of its letters and digits are
 * digits, no `@` stands in it, and it is not four numbers with dots between) only letters and
 * digits count, a `+` or 00 in front does not: 4111-1111 is 4111 1111, +49 (30) 12 is 004930/12.
 * The key is that of pseudonyms (pseudonym.h): who has it can try values, who has the log alone
 * cannot. */
#ifndef AUDIT_IMPRINT_H
#define AUDIT_IMPRINT_H

#include "audit/pseudonym.h"
#include "proxy/base/base.h"
#include "proxy/base/secret.h"
#include "proxy/base/slice.h"

enum { IMPRINT_LEN = PSEUDONYM_LEN, IMPRINT_NORMAL = 512 /* longer ones count as they stand */ };

/* False, and "" in out: there is nothing in the value. */
bool imprint_make(const struct secret_key *key, struct slice value, char out[IMPRINT_LEN + 1]);

#endif
