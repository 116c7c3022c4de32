/* proxy/base/secret.c - see secret.h. */
#include "proxy/base/base.h"
#include "proxy/base/secret.h"
#define OPENSSL_SUPPRESS_DEPRECATED /* SHA256_Update: no allocation, no lock, no lookup for each \
                                       hash */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { HASH_JOINS = 128, WIPE_PIECE = 1984, WIPE_SHORT = 8192 };

/* What is wiped is mostly a few KiB, for which many processors need twice the time when told to
 * fill them in one instruction, as the C library does from 2 KiB on: those go in pieces below that.
 */
void secret_wipe(void *at, size_t len)
{
    char *to = at;
    if (len <= WIPE_SHORT)
        for (; len > WIPE_PIECE; to += WIPE_PIECE, len -= WIPE_PIECE)
            explicit_bzero(to, WIPE_PIECE);
    if (len > 0)
        explicit_bzero(to, len);
}

bool secret_is_equal(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || CRYPTO_memcmp(a.at, b.at, a.len) == 0);
}

void secret_random(void *at, size_t len)
{
    if (len > INT_MAX || RAND_bytes(at, (int)len) != 1)
        abort(); /* without randomness nothing that follows is safe */
}

void secret_pool_take(struct secret_pool *pool, void *at, size_t len)
{
    assert(len <= sizeof pool->at);
    if (pool->left < len) {
        secret_random(pool->at, sizeof pool->at);
        pool->left = sizeof pool->at;
    }
    pool->left -= len;
    memcpy(at, pool->at + pool->left, len);
    secret_wipe(pool->at + pool->left, len); /* what was given out is known to its taker alone */
}

/* Short parts go in together: each piece that ends within one of the hash's blocks costs more than
 * its bytes. */
struct digest secret_sha256_of(const struct slice *parts, size_t n)
{
    struct digest d;
    SHA256_CTX sha;
    GW_UNSET char joined[HASH_JOINS];
    size_t len = 0;
    bool is_fine = SHA256_Init(&sha) == 1;
    for (size_t i = 0; i < n; i++) {
        if (parts[i].len <= sizeof joined - len) {
            if (parts[i].len > 0)
                memcpy(joined + len, parts[i].at, parts[i].len);
            len += parts[i].len;
            continue;
        }
        is_fine = SHA256_Update(&sha, joined, len) == 1 &&
                  SHA256_Update(&sha, parts[i].at, parts[i].len) == 1 && is_fine;
        len = 0;
    }
    is_fine = SHA256_Update(&sha, joined, len) == 1 && is_fine;
    if (SHA256_Final(d.at, &sha) != 1 || !is_fine)
        abort();                   /* a log without its hash must not go on */
    secret_wipe(&sha, sizeof sha); /* of a keyed hash it is as good as the key */
    secret_wipe(joined, sizeof joined);
    return d;
}

struct digest secret_sha256(struct slice s)
{
    return secret_sha256_of(&s, 1);
}

/* One half of HMAC (RFC 2104): the key in a block of `pad`, then the parts. */
static struct digest hmac_half(const struct secret_key *key, unsigned char pad, struct slice text)
{
    unsigned char block[SHA256_CBLOCK];
    for (size_t i = 0; i < sizeof block; i++)
        block[i] = i < sizeof key->at ? key->at[i] ^ pad : pad;
    const struct slice parts[] = {slice_of(block, sizeof block), text};
    struct digest d = secret_sha256_of(parts, GW_COUNT(parts));
    secret_wipe(block, sizeof block);
    return d;
}

struct digest secret_hmac(const struct secret_key *key, const struct slice *parts, size_t n)
{
    struct digest sums[SECRET_PARTS];
    assert(n <= SECRET_PARTS);
    for (size_t i = 0; i < n; i++)
        sums[i] = secret_sha256(parts[i]);
    struct digest inner = hmac_half(key, 0x36, slice_of(sums, n * sizeof sums[0]));
    struct digest d = hmac_half(key, 0x5c, slice_of(inner.at, sizeof inner.at));
    secret_wipe(&inner, sizeof inner);
    secret_wipe(sums, sizeof sums);
    return d;
}

void *secret_page_new(void)
{
    void *at = mmap(NULL, SECRET_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        return NULL;
    (void)mlock(at, SECRET_PAGE); /* best effort: RLIMIT_MEMLOCK may be 0 */
    (void)madvise(at, SECRET_PAGE, MADV_DONTDUMP);
    return at;
}

void secret_page_free(void *page)
{
    if (page == NULL)
        return;
    secret_wipe(page, SECRET_PAGE);
    munmap(page, SECRET_PAGE);
}

struct secret_key *secret_key_new(void)
{
    struct secret_key *key = secret_page_new();
    if (key != NULL)
        secret_random(key->at, sizeof key->at);
    return key;
}

struct secret_key *secret_key_from(struct slice material)
{
    struct secret_key *key = secret_page_new();
    if (key != NULL) {
        struct digest d = secret_sha256(material);
        memcpy(key->at, d.at, sizeof key->at);
        secret_wipe(&d, sizeof d);
    }
    return key;
}

void secret_key_free(struct secret_key *key)
{
    secret_page_free(key);
}

enum { STORE_PAGE = 4096, STORE_ROOM = 16 * STORE_PAGE };

struct secret_store {
    struct secret_store *older; /* one that is full */
    size_t used;
    bool is_locked;
    char at[];
};

/* Between two pages that cannot be touched. */
static struct secret_store *new_block(void)
{
    size_t whole = STORE_ROOM + 2 * STORE_PAGE;
    char *at = mmap(NULL, whole, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED)
        return NULL;
    if (mprotect(at + STORE_PAGE, STORE_ROOM, PROT_READ | PROT_WRITE) != 0) {
        munmap(at, whole);
        return NULL;
    }
    struct secret_store *s = (void *)(at + STORE_PAGE);
    s->is_locked = mlock(s, STORE_ROOM) == 0;
    (void)madvise(s, STORE_ROOM, MADV_DONTDUMP);
    return s;
}

/* The first block is the handle: the one that is filled stands behind it. */
struct secret_store *secret_store_new(void)
{
    return new_block();
}

struct slice secret_store_keep(struct secret_store *s, struct slice secret)
{
    struct secret_store *filled = s->older != NULL ? s->older : s;
    size_t room = STORE_ROOM - sizeof *s;
    if (secret.len >= room)
        return slice_of(NULL, 0);
    if (room - filled->used <= secret.len) {
        filled = new_block();
        if (filled == NULL)
            return slice_of(NULL, 0);
        filled->older = s->older;
        s->older = filled;
        s->is_locked = s->is_locked && filled->is_locked;
    }
    char *at = filled->at + filled->used;
    memcpy(at, secret.at, secret.len);
    at[secret.len] = '\0';
    filled->used += secret.len + 1;
    return slice_of(at, secret.len);
}

bool secret_store_is_locked(const struct secret_store *s)
{
    return s->is_locked;
}

void secret_store_free(struct secret_store *s)
{
    for (struct secret_store *older; s != NULL; s = older) {
        older = s->older;
        secret_wipe(s, STORE_ROOM);
        munmap((char *)s - STORE_PAGE, STORE_ROOM + 2 * STORE_PAGE);
    }
}

void secret_hide_environment(void)
{
    for (char **at = environ; at != NULL && *at != NULL; at++) {
        char *copy = strdup(*at);
        if (copy == NULL)
            continue; /* better shown than lost */
        secret_wipe(*at, strlen(*at));
        *at = copy;
    }
}

static bool is_kept(const char *entry, const char *const *kept)
{
    for (; *kept != NULL; kept++)
        if (strncmp(entry, *kept, strlen(*kept)) == 0 && entry[strlen(*kept)] == '=')
            return true;
    return false;
}

void secret_drop_environment(const char *const *kept)
{
    for (char **at = environ; at != NULL && *at != NULL; at++)
        if (!is_kept(*at, kept))
            secret_wipe(*at, strlen(*at));
}

void secret_hex(const unsigned char *at, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[at[i] >> 4];
        out[2 * i + 1] = digits[at[i] & 15];
    }
    out[2 * len] = '\0';
}
