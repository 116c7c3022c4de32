/* proxy/base/bytes.h - looking at many bytes at once: which belong to which class, where the first
 * odd one stands.
 *
 * Vector instructions (spot.c and utf8.c know some too): AVX2 when the processor has it, else words
 * of eight bytes. Plain C, a byte at a time, stands beside them under its own name, as the oracle
 * of the tests. Refuses to know what a class means. Owns nothing, allocates nothing. */
#ifndef PROXY_BASE_BYTES_H
#define PROXY_BASE_BYTES_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first byte is the lowest");

enum { BYTES_BLOCK = 64, BYTES_CLASSES = 8 };

/* Up to eight classes. Class k holds a byte when bit 7 - k (BYTES_CLASS(k)) of its entry is set;
 * entries stand by the byte's high and low half. `rows` names the rows that are looked up (bit r:
 * row r), the others count as empty; `high` is added to the entry of every byte from 0x80 on. */
struct bytes_classes {
    uint8_t row[16][16];
    uint16_t rows;
    uint8_t high;
    uint8_t count; /* classes wanted, from 0 */
};
#define BYTES_CLASS(k) (1u << (7 - (k)))

/* 64 bytes: bit i of in[k] says whether byte i belongs to class k. */
struct bytes_block {
    uint64_t in[BYTES_CLASSES];
};

/* One block for every 64 bytes of s begun; bits behind the end are 0. in[k] from `count` on is not
 * written. */
void bytes_classify(struct slice s, const struct bytes_classes *c, struct bytes_block *out);
void bytes_classify_plainly(struct slice s, const struct bytes_classes *c, struct bytes_block *out);
/* What processors without AVX2 do. */
void bytes_classify_by_words(struct slice s, const struct bytes_classes *c,
                             struct bytes_block *out);

/* Offset of the first byte that does not stand for itself in a JSON string: a control, a quote, a
 * backslash; with `wide`, one beyond ASCII too. s.len when there is none. */
size_t bytes_find_special(struct slice s, bool wide);
size_t bytes_find_special_plainly(struct slice s, bool wide);
/* Of the inside of a JSON string: offset of the first byte that is neither plain (all of UTF-8 is)
 * nor part of an escape of two bytes: its end, or what needs a closer look. *escaped is set where
 * it passes such an escape, else left as it is. */
size_t bytes_skip_string(struct slice s, bool *escaped);
size_t bytes_skip_string_plainly(struct slice s, bool *escaped);

/* Fewer than eight bytes, the first the lowest, with `fill` behind them. */
static inline uint64_t bytes_few(const char *at, size_t n, unsigned char fill)
{
    uint64_t x = UINT64_C(0x0101010101010101) * fill << n * 8;
    if (n >= 4) {
        uint32_t low, high;
        memcpy(&low, at, sizeof low);
        memcpy(&high, at + n - 4, sizeof high);
        return x | low | (uint64_t)high << (n - 4) * 8;
    }
    for (size_t i = 0; i < n; i++)
        x |= (uint64_t)(unsigned char)at[i] << i * 8;
    return x;
}

/* Eight bytes at once: the highest bit of each is set that does not stand for itself in a JSON
 * string, and of none in front of the first such one. */
static inline uint64_t bytes_special(uint64_t x)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t quotes = x ^ (ones * '"'), backslashes = x ^ (ones * '\\');
    return ((x - ones * 0x20) | (quotes - ones) | (backslashes - ones) | x) & ones * 0x80;
}

/* bytes_find_special() with `wide`, for names and words: the first 24 bytes are looked at where it
 * is asked. */
static inline size_t bytes_find_special_near(struct slice s)
{
    for (size_t i = 0, n = 8; i < 24; i += n) {
        uint64_t x;
        n = s.len - i < sizeof x ? s.len - i : sizeof x;
        if (n < sizeof x)
            x = bytes_few(s.at + i, n, ' ');
        else
            memcpy(&x, s.at + i, sizeof x);
        uint64_t odd = bytes_special(x);
        if (odd != 0)
            return i + (size_t)__builtin_ctzll(odd) / 8;
        if (n < sizeof x)
            return s.len;
    }
    return 24 + bytes_find_special(slice_from(s, 24), true);
}

/* Copies what stands in front of the first `stop` to `to`, which has room for s.len bytes and may
 * get more of s than that; its length. */
size_t bytes_copy_until(char *to, struct slice s, char stop);
/* Offset of the first byte below 0x80, or s.len. */
size_t bytes_find_ascii(struct slice s);

/* A number of at most eight bytes, the lowest first, as it stands in files and messages. */
static inline void bytes_put_int(void *at, uint64_t n, size_t bytes)
{
    memcpy(at, &n, bytes);
}
static inline uint64_t bytes_int(const void *at, size_t bytes)
{
    uint64_t n = 0;
    memcpy(&n, at, bytes);
    return n;
}

/* What a letter of base64 counts, in either alphabet (RFC 4648); -1: it is none. */
int bytes_base64(char c);

#endif
