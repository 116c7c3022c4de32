/* redact/known.h - values that are known only as keyed hashes: customer numbers and the like.
 *
 * A file holds, for each value, the first 64 bits of HMAC-SHA-256 under a salt that is a secret of
 * its own. Whoever has the file alone learns how many values there are and how long they are, no
 * more: without the salt no guess can be tried. Whoever has both can try guesses: eight digits are
 * a minute's work, so the salt is kept as a key is. 64 bits are enough: with a million values in
 * the file and a thousand million candidates looked at, chance makes one false finding with a
 * probability of 5 in 100,000. Longer hashes would only make the file longer.
 *
 * Values are compared by their letters and digits, in lower case: "12-34 AB" is "1234ab".
 * Format: "bulla-hashed 1", "check HEX", "lengths N N ...", then one hash a line in hex, sorted.
 * Immutable once read; the salt's key is owned, known_free() wipes it. */
#ifndef REDACT_KNOWN_H
#define REDACT_KNOWN_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/secret.h"
#include "proxy/base/slice.h"

enum { KNOWN_LEAST = 4, KNOWN_MOST = 64 }; /* letters and digits of a value */

struct known {
    uint64_t *slots; /* open addressing; 0 is empty */
    size_t mask, count;
    uint64_t lengths[2]; /* bit n: some value has n letters and digits */
    struct secret_key *key;
};

/* Room in the arena. GW_BAD: *why says what is wrong with the file or that the salt is another. */
GW_MUST gw_result known_read(struct known *k, struct slice file, struct slice salt,
                             struct arena *arena, const char **why);
void known_free(struct known *k); /* the key; what was never read is fine */
bool known_has(const struct known *k, struct slice value);
/* The file for a list with one value a line; *count of them, each once. GW_BAD: *why, and *line
 * where. */
GW_MUST gw_result known_write(struct slice list, struct slice salt, struct buf *out, size_t *count,
                              size_t *line, const char **why);

#endif
