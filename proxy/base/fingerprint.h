/* proxy/base/fingerprint.h - 128 bits that tell texts apart, under a key that nobody knows.
 *
 * For tables of what was seen before: as hard to fool as SHA-256 and, for a long text, some ten
 * times as cheap. A text is cut into blocks of 2 KiB; each becomes two sums of products with the
 * key (NH of UMAC, 64-bit words, the second sum with the key moved on by two words); SHA-256 of
 * key, lengths, short parts and sums is the fingerprint, cut to 128 bits.
 *
 * Why nobody can make two texts alike: for any two different texts of the same lengths some block
 * differs, and then its sums are the same for 2^-128 of all keys (Black, Halevi, Krawczyk, Krovetz,
 * Rogaway: UMAC, CRYPTO 1999, theorems 1 and 2). The key is random, of this process, and neither it
 * nor any fingerprint or sum is ever shown, so nothing that a caller sees but a collision itself
 * tells of the key: he can do no better than try pairs, 2^127 of them.
 * Lists of parts of different lengths differ in what SHA-256 is given. */
#ifndef PROXY_BASE_FINGERPRINT_H
#define PROXY_BASE_FINGERPRINT_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

struct fingerprint {
    unsigned char at[16];
};

/* At most so many parts. More than so many bytes together take SHA-256 alone, and its time. */
enum { FINGERPRINT_PARTS = 6, FINGERPRINT_MOST = 1 << 20 };

struct fingerprint_key;                                 /* 2 KiB of locked memory */
struct fingerprint_key *fingerprint_key_new(void);      /* NULL: no memory */
void fingerprint_key_free(struct fingerprint_key *key); /* NULL is fine; wipes */
/* No two lists of parts alike. */
struct fingerprint fingerprint_of(const struct fingerprint_key *key, const struct slice *parts,
                                  size_t n);

#endif
