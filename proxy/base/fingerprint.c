/* proxy/base/fingerprint.c - see fingerprint.h. Plain 64-bit multiplications: any processor has
 * them.
 *
 * Refuses to know what is told apart. Freed by fingerprint_key_free(), wiped. */
#include "proxy/base/base.h"
#include "proxy/base/fingerprint.h"
#include "proxy/base/secret.h"

enum { WORDS = 256, BLOCK = WORDS * 8, PAIR = 16, SHORT = 128 };

struct fingerprint_key {
    unsigned char head[32];
    uint64_t words[WORDS + 2];
};
_Static_assert(sizeof(struct fingerprint_key) <= SECRET_PAGE, "it has one page");

/* The two sums of a block, 128 bits each. */
struct sums {
    uint64_t at[4];
};
_Static_assert(sizeof(struct sums) == sizeof(struct fingerprint), "they are one");

struct fingerprint_key *fingerprint_key_new(void)
{
    struct fingerprint_key *key = secret_page_new();
    if (key != NULL)
        secret_random(key, sizeof *key);
    return key;
}

struct fingerprint_key *fingerprint_key_from(const struct secret_key *secret)
{
    struct fingerprint_key *key = secret == NULL ? NULL : secret_page_new();
    char *at = (char *)key;
    for (uint64_t i = 0; key != NULL && i * sizeof(struct digest) < sizeof *key; i++) {
        const struct slice parts[] = {SLICE_LIT("fingerprint"), slice_of(&i, sizeof i)};
        struct digest d = secret_hmac(secret, parts, GW_COUNT(parts));
        size_t from = i * sizeof d, left = sizeof *key - from;
        memcpy(at + from, d.at, left < sizeof d ? left : sizeof d);
        secret_wipe(&d, sizeof d);
    }
    return key;
}

void fingerprint_key_free(struct fingerprint_key *key)
{
    secret_page_free(key);
}

/* (low, high) += a * b */
static inline void add_product(uint64_t sum[2], uint64_t a, uint64_t b)
{
    __extension__ unsigned __int128 all = sum[1], product = a;
    product *= b;
    all = (all << 64 | sum[0]) + product;
    sum[0] = (uint64_t)all;
    sum[1] = (uint64_t)(all >> 64);
}

/* The pairs of a block from `from` up to `to`, the first of which stands at `at`. */
static void add_pairs(const struct fingerprint_key *key, const char *at, size_t from, size_t to,
                      struct sums *s)
{
    uint64_t first[2] = {s->at[0], s->at[1]}, second[2] = {s->at[2], s->at[3]}, w[2];
    for (size_t i = from; i < to; i++, at += PAIR) {
        const uint64_t *k = &key->words[2 * i];
        memcpy(w, at, sizeof w);
        add_product(first, w[0] + k[0], w[1] + k[1]);
        add_product(second, w[0] + k[2], w[1] + k[3]);
    }
    *s = (struct sums){{first[0], first[1], second[0], second[1]}};
}

/* A part from pair `from` of a block on; the pair behind it. A last pair that is not full is filled
 * with zeros: the length says so. */
static size_t add_part(const struct fingerprint_key *key, struct slice part, size_t from,
                       struct sums *s)
{
    size_t whole = part.len / PAIR, to = from + whole;
    add_pairs(key, part.at, from, to, s);
    if (part.len % PAIR == 0)
        return to;
    char last[PAIR] = {0};
    memcpy(last, part.at + whole * PAIR, part.len % PAIR);
    add_pairs(key, last, to, to + 1, s);
    return to + 1;
}

/* The sums of all blocks of a part; how many. */
static size_t sum_up(const struct fingerprint_key *key, struct slice part, struct sums *out)
{
    size_t n = 0;
    for (size_t at = 0; at < part.len; at += BLOCK, n++) {
        out[n] = (struct sums){0};
        add_part(key, slice_cut(part, at, at + BLOCK), 0, &out[n]);
    }
    return n;
}

static size_t pairs_of(size_t len)
{
    return len / PAIR + (len % PAIR != 0);
}

/* Lengths first, which say where each part begins and ends. False: it is more than a block. */
static bool sum_one(const struct fingerprint_key *key, const struct slice *parts, size_t n,
                    struct sums *out)
{
    uint64_t lengths[FINGERPRINT_PARTS + 1] = {n};
    struct slice head = slice_of(lengths, (n + 1) * sizeof lengths[0]);
    size_t pairs = pairs_of(head.len), left = WORDS / 2 - pairs, at;
    for (size_t i = 0; i < n; i++) {
        if (parts[i].len > BLOCK || pairs_of(parts[i].len) > left)
            return false;
        left -= pairs_of(parts[i].len);
        lengths[i + 1] = parts[i].len;
    }
    *out = (struct sums){0};
    at = add_part(key, head, 0, out);
    for (size_t i = 0; i < n; i++)
        at = add_part(key, parts[i], at, out);
    return true;
}

static struct digest hash_sums(const struct fingerprint_key *key, const struct slice *parts,
                               size_t n)
{
    GW_UNSET struct sums sums[FINGERPRINT_MOST / BLOCK + FINGERPRINT_PARTS]; /* `used` are set */
    uint64_t lengths[FINGERPRINT_PARTS] = {0};
    struct slice all[FINGERPRINT_PARTS + 2];
    size_t used = 0, left = FINGERPRINT_MOST;
    all[0] = slice_of(key->head, sizeof key->head);
    all[1] = slice_of(lengths, n * sizeof lengths[0]);
    for (size_t i = 0; i < n; i++) {
        lengths[i] = parts[i].len;
        all[i + 2] = parts[i];
        if (parts[i].len < SHORT || parts[i].len > left) /* as the lengths say */
            continue;
        left -= parts[i].len;
        size_t blocks = sum_up(key, parts[i], sums + used);
        all[i + 2] = slice_of(sums + used, blocks * sizeof sums[0]);
        used += blocks;
    }
    return secret_sha256_of(all, n + 2);
}

struct fingerprint fingerprint_of(const struct fingerprint_key *key, const struct slice *parts,
                                  size_t n)
{
    struct fingerprint f;
    struct sums one;
    assert(n <= FINGERPRINT_PARTS);
    if (sum_one(key, parts, n, &one)) {
        memcpy(f.at, one.at, sizeof f.at);
        return f;
    }
    struct digest d = hash_sums(key, parts, n);
    memcpy(f.at, d.at, sizeof f.at);
    return f;
}
