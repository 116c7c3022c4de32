/* audit/pseudonym.h - what stands in a record for a person or a session: 32 hex digits that only
 * who holds the log's search key can make from the name, so that a record names nobody and can be
 * found by whoever knows the name.
 *
 * The key is `search.key` beside the log, 64 hex digits, 0600, made at the first start. It is not
 * the key of replacement tokens. One key for the log, not one a tenant and quarter: whoever asks
 * what is recorded of somebody asks once. Knows nothing of requests. */
#ifndef AUDIT_PSEUDONYM_H
#define AUDIT_PSEUDONYM_H

#include "proxy/base/base.h"
#include "proxy/base/secret.h"
#include "proxy/base/slice.h"

enum { PSEUDONYM_LEN = 32, PSEUDONYM_NAME = 512, PSEUDONYM_REASON = 300 };

/* Of a name of that kind ("person", "session"), blanks around it and the case of ASCII letters
 * aside. False, and "" in out: the name is empty or longer than PSEUDONYM_NAME. */
bool pseudonym_make(const struct secret_key *key, const char *kind, struct slice name,
                    char out[PSEUDONYM_LEN + 1]);
/* Of several parts as they stand, at most SECRET_PARTS: for every request, so one SHA-256 with the
 * key in front of it. Only half of the digest is shown, so nothing can be hung on behind. */
void pseudonym_of(const struct secret_key *key, const struct slice *parts, size_t n,
                  char out[PSEUDONYM_LEN + 1]);
/* Is it one already? */
bool pseudonym_is(struct slice text);

/* The key of the log in `dir`; with `make`, the directory and the key are made when they are not
 * there. GW_NOT_FOUND; GW_REFUSED: others may read it; GW_CORRUPT: it is no key; GW_IO. The reason
 * says it in words. */
GW_MUST gw_result pseudonym_key(const char *dir, bool make, char reason[PSEUDONYM_REASON],
                                struct secret_key **out);

#endif
