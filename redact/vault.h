/* redact/vault.h - token <-> value for one exchange.
 *
 * Tokens are derived: HMAC of (scope, family, canonical value), written FAMILYWORD_XXXXXX: five
 * base-32 characters and a check character; lengthened on a clash inside the exchange or with a
 * look-alike in the input, in order of first appearance. Only what this exchange put in is
 * restored. Arena lifetime; the arena wipes it. */
#ifndef REDACT_VAULT_H
#define REDACT_VAULT_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/secret.h"
#include "proxy/base/slice.h"
#include "redact/finding.h"

struct vault;

/* scope: the digest of the conversation; key: process-wide token key (borrowed). input: the flat
 * text of the request, searched for look-alikes (borrowed while tokens are made). NULL when memory
 * is short. */
struct vault *vault_new(struct arena *arena, const struct secret_key *key, struct digest scope,
                        struct slice input);
/* The token for a value; the same value (canonical: case of e-mails, blanks and dashes of numbers)
 * gives the same token; the first written form is what is restored. */
GW_MUST gw_result vault_token(struct vault *v, enum family family, struct slice value,
                              struct slice *token);
/* Registers a made-up stand-in (style fake) so that it is restored too. */
GW_MUST gw_result vault_put(struct vault *v, struct slice stand_in, struct slice value);
/* The value of a token, case-insensitively and with \_ for _; false when it is not ours. */
bool vault_find(const struct vault *v, struct slice token, struct slice *value);
size_t vault_count(const struct vault *v);
/* A copy in `arena` that restores as v does and borrows nothing of v's arena or input: what an
 * answer needs while the request is given back. Tokens made by it are not held against the input.
 * GW_NO_MEMORY. */
GW_MUST gw_result vault_keep(const struct vault *v, struct arena *arena, struct vault **out);
/* The keyed hash of (scope, family, canonical value): what tokens, hashes and fakes derive from. */
struct digest vault_digest(const struct vault *v, enum family family, struct slice value);
/* True when the text stands in the input, ASCII case ignored: it cannot serve as a stand-in. */
bool vault_is_in_input(const struct vault *v, struct slice text);
/* Length of the longest entry as it may be written; 0 when empty. */
size_t vault_longest(const struct vault *v);
/* The longest live token (written form tolerated as in vault_find) at the begin of `text`: its
 * written length in *len and its value; GW_NOT_FOUND: no token begins here; GW_AGAIN: text is a
 * proper prefix of a live token, or a whole token that a longer text could still continue: more is
 * needed to decide; *len and *value are then the longest whole token so far (*len 0: none), for
 * when no more comes. */
GW_MUST gw_result vault_match(const struct vault *v, struct slice text, size_t *len,
                              struct slice *value);

#endif
