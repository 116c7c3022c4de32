/* audit/cipher.c - see cipher.h. */
#include "proxy/base/base.h"
#include "audit/cipher.h"
#include "proxy/base/secret.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

enum { NONCE = 12 };

static void must(bool is_done)
{
    if (!is_done)
        abort();
}

void cipher_public(const unsigned char secret[CIPHER_KEY], unsigned char out[CIPHER_KEY])
{
    size_t len = CIPHER_KEY;
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, secret, CIPHER_KEY);
    must(key != NULL && EVP_PKEY_get_raw_public_key(key, out, &len) == 1 && len == CIPHER_KEY);
    EVP_PKEY_free(key);
}

gw_result cipher_shared(const unsigned char secret[CIPHER_KEY],
                        const unsigned char other[CIPHER_KEY], unsigned char out[CIPHER_KEY])
{
    static const unsigned char zero[CIPHER_KEY];
    size_t len = CIPHER_KEY;
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, secret, CIPHER_KEY);
    EVP_PKEY *peer = EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, other, CIPHER_KEY);
    EVP_PKEY_CTX *c = key == NULL ? NULL : EVP_PKEY_CTX_new(key, NULL);
    must(c != NULL && peer != NULL && EVP_PKEY_derive_init(c) == 1 &&
         EVP_PKEY_derive_set_peer(c, peer) == 1);
    bool is_fine = EVP_PKEY_derive(c, out, &len) == 1 && len == CIPHER_KEY &&
                   !secret_is_equal(slice_of(out, CIPHER_KEY), slice_of(zero, CIPHER_KEY));
    EVP_PKEY_CTX_free(c);
    EVP_PKEY_free(peer);
    EVP_PKEY_free(key);
    return gw_is(is_fine ? GW_OK : GW_REFUSED);
}

static void mac_of(struct slice key, struct slice text, unsigned char out[CIPHER_KEY])
{
    static const char none[1] = "";
    unsigned len = 0;
    must(HMAC(EVP_sha256(), key.len == 0 ? none : key.at, (int)key.len,
              (const unsigned char *)(text.len == 0 ? none : text.at), text.len, out,
              &len) != NULL &&
         len == CIPHER_KEY);
}

void cipher_mac(const unsigned char key[CIPHER_KEY], struct slice text,
                unsigned char out[CIPHER_KEY])
{
    mac_of(slice_of(key, CIPHER_KEY), text, out);
}

/* RFC 5869, one block of output. */
void cipher_derive(struct slice secret, struct slice salt, const char *label,
                   unsigned char out[CIPHER_KEY])
{
    unsigned char middle[CIPHER_KEY];
    char text[64];
    int len = snprintf(text, sizeof text, "%s\x01", label);
    must(len > 0 && (size_t)len < sizeof text);
    mac_of(salt, secret, middle);
    mac_of(slice_of(middle, sizeof middle), slice_of(text, (size_t)len), out);
    secret_wipe(middle, sizeof middle);
}

static const EVP_CIPHER *method(enum cipher_kind kind)
{
    return kind == CIPHER_GCM ? EVP_aes_256_gcm() : EVP_chacha20_poly1305();
}

/* One chunk: text to text and tag. */
static void seal(EVP_CIPHER_CTX *c, const unsigned char nonce[NONCE], struct slice bound,
                 struct slice text, unsigned char *out)
{
    int n = 0, end = 0;
    must(EVP_EncryptInit_ex(c, NULL, NULL, NULL, nonce) == 1);
    if (bound.len > 0)
        must(EVP_EncryptUpdate(c, NULL, &n, (const unsigned char *)bound.at, (int)bound.len) == 1);
    n = 0;
    if (text.len > 0)
        must(EVP_EncryptUpdate(c, out, &n, (const unsigned char *)text.at, (int)text.len) == 1);
    must(EVP_EncryptFinal_ex(c, out + n, &end) == 1 && (size_t)(n + end) == text.len &&
         EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, CIPHER_TAG, out + text.len) == 1);
}

static bool open_chunk(EVP_CIPHER_CTX *c, const unsigned char nonce[NONCE], struct slice bound,
                       struct slice sealed, unsigned char *out)
{
    unsigned char tag[CIPHER_TAG];
    size_t len = sealed.len - CIPHER_TAG;
    int n = 0, end = 0;
    memcpy(tag, sealed.at + len, sizeof tag);
    must(EVP_DecryptInit_ex(c, NULL, NULL, NULL, nonce) == 1);
    if (bound.len > 0)
        must(EVP_DecryptUpdate(c, NULL, &n, (const unsigned char *)bound.at, (int)bound.len) == 1);
    n = 0;
    if (len > 0)
        must(EVP_DecryptUpdate(c, out, &n, (const unsigned char *)sealed.at, (int)len) == 1);
    must(EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, CIPHER_TAG, tag) == 1);
    return EVP_DecryptFinal_ex(c, out + n, &end) == 1 && (size_t)(n + end) == len;
}

static EVP_CIPHER_CTX *begin(enum cipher_kind kind, const unsigned char *key, bool is_sealing)
{
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    must(c != NULL && EVP_CipherInit_ex(c, method(kind), NULL, key, NULL, is_sealing ? 1 : 0) == 1);
    return c;
}

void cipher_once(enum cipher_kind kind, const unsigned char key[CIPHER_KEY], struct slice text,
                 unsigned char *out)
{
    static const unsigned char nonce[NONCE];
    EVP_CIPHER_CTX *c = begin(kind, key, true);
    seal(c, nonce, slice_of(NULL, 0), text, out);
    EVP_CIPHER_CTX_free(c);
}

gw_result cipher_once_open(enum cipher_kind kind, const unsigned char key[CIPHER_KEY],
                           struct slice sealed, unsigned char *out)
{
    static const unsigned char nonce[NONCE];
    if (sealed.len < CIPHER_TAG)
        return gw_is(GW_CORRUPT);
    EVP_CIPHER_CTX *c = begin(kind, key, false);
    bool is_fine = open_chunk(c, nonce, slice_of(NULL, 0), sealed, out);
    EVP_CIPHER_CTX_free(c);
    return gw_is(is_fine ? GW_OK : GW_CORRUPT);
}

size_t cipher_stream_bytes(size_t len)
{
    size_t chunks = len == 0 ? 1 : (len - 1) / CIPHER_CHUNK + 1;
    return len + chunks * CIPHER_TAG;
}

/* Eleven bytes of a number, one that says whether it is the last. */
static void number(unsigned char nonce[NONCE], uint64_t n, bool is_last)
{
    memset(nonce, 0, NONCE);
    for (unsigned i = 0; i < 8; i++)
        nonce[NONCE - 2 - i] = (unsigned char)(n >> (8 * i));
    nonce[NONCE - 1] = is_last ? 1 : 0;
}

gw_result cipher_stream(enum cipher_kind kind, const unsigned char key[CIPHER_KEY],
                        struct slice bound, struct slice text, struct buf *out)
{
    unsigned char nonce[NONCE];
    char *at;
    uint64_t n = 0;
    TRY(buf_room(out, cipher_stream_bytes(text.len), &at));
    EVP_CIPHER_CTX *c = begin(kind, key, true);
    bool is_last;
    do {
        struct slice chunk = slice_cut(text, 0, CIPHER_CHUNK);
        text = slice_from(text, chunk.len);
        is_last = text.len == 0;
        number(nonce, n++, is_last);
        seal(c, nonce, bound, chunk, (unsigned char *)at);
        at += chunk.len + CIPHER_TAG;
        buf_wrote(out, chunk.len + CIPHER_TAG);
    } while (!is_last);
    EVP_CIPHER_CTX_free(c);
    return gw_is(GW_OK);
}

gw_result cipher_stream_open(enum cipher_kind kind, const unsigned char key[CIPHER_KEY],
                             struct slice bound, struct slice sealed, struct buf *out)
{
    unsigned char nonce[NONCE];
    char *at;
    uint64_t n = 0;
    bool is_fine = sealed.len >= CIPHER_TAG, is_last = false;
    TRY(buf_room(out, sealed.len, &at));
    EVP_CIPHER_CTX *c = begin(kind, key, false);
    while (is_fine && !is_last) {
        struct slice chunk = slice_cut(sealed, 0, CIPHER_CHUNK + CIPHER_TAG);
        sealed = slice_from(sealed, chunk.len);
        is_last = sealed.len == 0;
        number(nonce, n++, is_last);
        /* only a stream without any text has a chunk without any */
        is_fine = (chunk.len > CIPHER_TAG || (n == 1 && chunk.len == CIPHER_TAG)) &&
                  open_chunk(c, nonce, bound, chunk, (unsigned char *)at);
        if (is_fine) {
            at += chunk.len - CIPHER_TAG;
            buf_wrote(out, chunk.len - CIPHER_TAG);
        }
    }
    EVP_CIPHER_CTX_free(c);
    return gw_is(is_fine ? GW_OK : GW_CORRUPT);
}

/* Wrapping and unwrapping differ in one bit. */
static bool wrap(const unsigned char *by, const unsigned char *in, int len, unsigned char *out,
                 bool is_sealing)
{
    int n = 0, end = 0;
    EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
    must(c != NULL);
    EVP_CIPHER_CTX_set_flags(c, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    must(EVP_CipherInit_ex(c, EVP_aes_256_wrap(), NULL, by, NULL, is_sealing ? 1 : 0) == 1);
    bool is_fine = EVP_CipherUpdate(c, out, &n, in, len) == 1 &&
                   EVP_CipherFinal_ex(c, out + n, &end) == 1 &&
                   n + end == (is_sealing ? CIPHER_WRAPPED : CIPHER_KEY);
    EVP_CIPHER_CTX_free(c);
    return is_fine;
}

void cipher_wrap(const unsigned char by[CIPHER_KEY], const unsigned char key[CIPHER_KEY],
                 unsigned char out[CIPHER_WRAPPED])
{
    must(wrap(by, key, CIPHER_KEY, out, true));
}

gw_result cipher_unwrap(const unsigned char by[CIPHER_KEY],
                        const unsigned char wrapped[CIPHER_WRAPPED], unsigned char out[CIPHER_KEY])
{
    unsigned char room[CIPHER_WRAPPED + 8]; /* the library writes more than it tells */
    bool is_fine = wrap(by, wrapped, CIPHER_WRAPPED, room, false);
    if (is_fine)
        memcpy(out, room, CIPHER_KEY);
    secret_wipe(room, sizeof room);
    return gw_is(is_fine ? GW_OK : GW_CORRUPT);
}
