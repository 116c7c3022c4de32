/* proxy/base/secret.h - wiping, comparing, hashing and making secrets.
 *
 * The only file of proxy/base that uses OpenSSL. Hashes are SHA-256 (FIPS 180-4) and HMAC (RFC
 * 2104). */
#ifndef PROXY_BASE_SECRET_H
#define PROXY_BASE_SECRET_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

struct digest {
    unsigned char at[32]; /* SHA-256 or HMAC-SHA-256 */
};

/* A key in locked memory that is left out of core dumps and wiped when freed. */
struct secret_key {
    unsigned char at[32];
};

/* 4 KiB of locked memory, left out of core dumps, zeroed; wiped when freed. NULL: no memory. */
enum { SECRET_PAGE = 4096 };
void *secret_page_new(void);
void secret_page_free(void *page); /* NULL is fine */

/* Overwrites; the compiler may not remove it. */
void secret_wipe(void *at, size_t len);
/* In constant time for equal lengths. */
bool secret_is_equal(struct slice a, struct slice b);
/* Cryptographic random bytes; aborts the process when the system has none. */
void secret_random(void *at, size_t len);
/* The same, fetched in bulk: for ids and salts, of which every exchange needs some. Starts zeroed;
 * one thread, and made after any fork. At most SECRET_POOL bytes at a time. */
enum { SECRET_POOL = 1024 };
struct secret_pool {
    unsigned char at[SECRET_POOL];
    size_t left;
};
void secret_pool_take(struct secret_pool *pool, void *at, size_t len);
struct digest secret_sha256(struct slice s);
/* SHA-256 of the parts one behind the other. */
struct digest secret_sha256_of(const struct slice *parts, size_t n);
/* HMAC over the SHA-256 of each part, in order (at most SECRET_PARTS): no two different lists of
 * parts give the same input. */
enum { SECRET_PARTS = 8 };
struct digest secret_hmac(const struct secret_key *key, const struct slice *parts, size_t n);
/* Locked, wiped on free; NULL when memory is short. Contents random. */
struct secret_key *secret_key_new(void);
/* The same, derived as SHA-256 of `material`. */
struct secret_key *secret_key_from(struct slice material);
void secret_key_free(struct secret_key *key); /* NULL is fine */

/* Room for secrets of any length: locked, guarded on both sides, left out of core dumps, wiped when
 * freed. */
struct secret_store;
struct secret_store *secret_store_new(void); /* NULL when memory is short */
/* A copy with a NUL behind it; at NULL: no memory. Lives as long as the store. */
struct slice secret_store_keep(struct secret_store *s, struct slice secret);
/* False: some of it could not be locked, RLIMIT_MEMLOCK is short. */
bool secret_store_is_locked(const struct secret_store *s);
void secret_store_free(struct secret_store *s); /* NULL is fine */

/* /proc/PID/environ shows the environment that a program was started with, secrets included: moves
 * it elsewhere and wipes that. getenv() goes on. Before the first thread. */
void secret_hide_environment(void);
/* Wipes every variable in place, but for those named in `kept` (NULL at the end). Only after the
 * call before. */
void secret_drop_environment(const char *const *kept);

/* Lower-case hex of len bytes into out[2 * len + 1]. */
void secret_hex(const unsigned char *at, size_t len, char *out);

#endif
