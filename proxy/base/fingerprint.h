/* proxy/base/fingerprint.h - bits that tell texts apart, under a key that nobody knows.
 *
 * For tables of what was seen before: as hard to fool as a hash of 128 bits and, for a long text,
 * some ten times as cheap as SHA-256. A text is cut into blocks of 2 KiB; each becomes two sums of
 * products with the key (NH of UMAC, 64-bit words, the second sum with the key moved on by two
 * words). Where all parts and their lengths fit into one block, its two sums are the fingerprint;
 * else it is SHA-256 of key, lengths, short parts and all sums.
 *
 * Why nobody can make two lists of parts alike: for any two different ones of the same lengths some
 * block differs, and then its sums are the same for 2^-128 of all keys (Black, Halevi, Krawczyk,
 * Krovetz, Rogaway: UMAC, CRYPTO 1999, theorems 1 and 2). Of different lengths within one block,
 * the longer one has a last pair whose key words the shorter one has not in the same sum: each of
 * the two products takes the one value that would hide the difference for at most 2^-63 of all
 * keys. The key is random, of this process, and neither it nor any fingerprint or sum is ever
 * shown, so nothing that a caller sees but a collision itself tells of the key: he can do no better
 * than try pairs, 2^125 of them. */
#ifndef PROXY_BASE_FINGERPRINT_H
#define PROXY_BASE_FINGERPRINT_H

#include "proxy/base/base.h"
#include "proxy/base/secret.h"
#include "proxy/base/slice.h"

struct fingerprint {
    unsigned char at[32];
};

/* At most so many parts. More than so many bytes together take SHA-256 alone, and its time. */
enum { FINGERPRINT_PARTS = 6, FINGERPRINT_MOST = 1 << 20 };

struct fingerprint_key;                            /* 2 KiB of locked memory */
struct fingerprint_key *fingerprint_key_new(void); /* NULL: no memory */
/* The same for the same secret: every process that has it tells texts apart alike. Of NULL: NULL.
 */
struct fingerprint_key *fingerprint_key_from(const struct secret_key *key);
void fingerprint_key_free(struct fingerprint_key *key); /* NULL is fine; wipes */
/* No two lists of parts alike. */
struct fingerprint fingerprint_of(const struct fingerprint_key *key, const struct slice *parts,
                                  size_t n);

#endif
