/* audit/imprint.h - what a value that was found leaves in a record: 32 hex digits that only who
 * holds the log's search key can make from the value, so that the exchanges in which it was found
 * are found again without the log holding it. How many of one exchange leave something: see
 * audit/README.md, "Looking for a value".
 *
 * Knows no detectors: who looks for a value cannot know what it was taken for, so its sort is not
 * part of it, and one normal form serves all. Blanks around a value do not count.
 * - Of a number (at least half of its ASCII letters and digits are digits, no `@` stands in it, and
 *   it is not four numbers with dots between) blanks, dashes and all other ASCII marks do not
 *   count, nor a `+` or 00 in front: 4111-1111 is 4111 1111, +49 (30) 12 is 004930/12.
 * - Of anything else a run of blanks is one.
 * The case of ASCII letters counts in neither; a value of more than IMPRINT_NORMAL bytes counts as
 * it stands. The key is that of pseudonyms (pseudonym.h): who has it can try values, who has the
 * log alone cannot. */
#ifndef AUDIT_IMPRINT_H
#define AUDIT_IMPRINT_H

#include "audit/pseudonym.h"
#include "proxy/base/base.h"
#include "proxy/base/secret.h"
#include "proxy/base/slice.h"

enum { IMPRINT_LEN = PSEUDONYM_LEN, IMPRINT_NORMAL = 512 };

/* False, and "" in out: there is nothing in the value. */
bool imprint_make(const struct secret_key *key, struct slice value, char out[IMPRINT_LEN + 1]);

#endif
