/* audit/cipher.h - the ciphers that sealing is made of: X25519, HKDF-SHA-256, two AEADs, the chunks
 * of the STREAM construction that age uses, and AES key wrap (RFC 3394).
 *
 * Knows nothing of files and formats. Aborts when the library cannot do its work: what should be
 * sealed must not go on unsealed. Keys are the caller's to wipe. */
#ifndef AUDIT_CIPHER_H
#define AUDIT_CIPHER_H

#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/slice.h"

enum cipher_kind { CIPHER_CHACHA = 1, CIPHER_GCM }; /* ChaCha20-Poly1305, AES-256-GCM */

enum {
    CIPHER_KEY = 32,
    CIPHER_TAG = 16,
    CIPHER_WRAPPED = CIPHER_KEY + 8, /* a key in AES key wrap */
    CIPHER_CHUNK = 65536             /* bytes of text in one chunk of a stream */
};

void cipher_public(const unsigned char secret[CIPHER_KEY], unsigned char out[CIPHER_KEY]);
/* GW_REFUSED: a point that makes the secret known to everybody. */
GW_MUST gw_result cipher_shared(const unsigned char secret[CIPHER_KEY],
                                const unsigned char other[CIPHER_KEY],
                                unsigned char out[CIPHER_KEY]);
void cipher_derive(struct slice secret, struct slice salt, const char *label,
                   unsigned char out[CIPHER_KEY]);
/* HMAC-SHA-256 (the plain one: base/secret.h hashes its parts). */
void cipher_mac(const unsigned char key[CIPHER_KEY], struct slice text,
                unsigned char out[CIPHER_KEY]);

/* One text under a key that is used once (the nonce is zero). Appends text and tag. */
void cipher_once(enum cipher_kind kind, const unsigned char key[CIPHER_KEY], struct slice text,
                 unsigned char *out);
/* GW_CORRUPT: another key, or not what was sealed. out has room for text.len - CIPHER_TAG. */
GW_MUST gw_result cipher_once_open(enum cipher_kind kind, const unsigned char key[CIPHER_KEY],
                                   struct slice sealed, unsigned char *out);

/* Bytes of a stream of len bytes of text. */
size_t cipher_stream_bytes(size_t len);
/* Chunks under numbered nonces, the last one marked; `bound` must be the same when it is opened.
 * The key is used for nothing else. GW_TOO_BIG, GW_NO_MEMORY. */
GW_MUST gw_result cipher_stream(enum cipher_kind kind, const unsigned char key[CIPHER_KEY],
                                struct slice bound, struct slice text, struct buf *out);
/* GW_CORRUPT: cut, reordered, changed, or another key; out may then hold the chunks before. */
GW_MUST gw_result cipher_stream_open(enum cipher_kind kind, const unsigned char key[CIPHER_KEY],
                                     struct slice bound, struct slice sealed, struct buf *out);

void cipher_wrap(const unsigned char by[CIPHER_KEY], const unsigned char key[CIPHER_KEY],
                 unsigned char out[CIPHER_WRAPPED]);
/* GW_CORRUPT: wrapped by another, or changed. */
GW_MUST gw_result cipher_unwrap(const unsigned char by[CIPHER_KEY],
                                const unsigned char wrapped[CIPHER_WRAPPED],
                                unsigned char out[CIPHER_KEY]);

#endif
