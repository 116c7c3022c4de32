/* proxy/base/spot.c - see spot.h. Two table look-ups a byte; with AVX2 for 32 bytes at once.
 *
 * Refuses to know what it looks for. Owns nothing. */
#include "proxy/base/base.h"
#include "proxy/base/spot.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

void spot_add_range(struct spot_table *t, uint8_t mark, unsigned char first, unsigned char last)
{
    assert(first >> 4 == last >> 4 && first <= last);
    t->high[first >> 4] |= mark;
    for (unsigned b = first; b <= last; b++)
        t->low[b & 15] |= mark;
}

void spot_add_word(struct spot_table *t, unsigned g, struct slice word, bool caseless)
{
    uint16_t bit = (uint16_t)(1u << g);
    for (size_t i = 0; i < SPOT_WORD && i < word.len; i++) {
        unsigned char c = (unsigned char)word.at[i], other = c ^ 0x20;
        bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
        t->word_low[i][c & 15] |= bit;
        t->word_high[i][c >> 4] |= bit;
        if (caseless && letter)
            t->word_high[i][other >> 4] |= bit;
    }
    for (size_t i = word.len; i < SPOT_WORD; i++)
        for (size_t k = 0; k < 16; k++) {
            t->word_low[i][k] |= bit;
            t->word_high[i][k] |= bit;
        }
}

static void one_block_plainly(const struct spot_table *t, const unsigned char *at,
                              struct spot_block *out)
{
    *out = (struct spot_block){0};
    for (size_t i = 0; i < SPOT_BLOCK; i++) {
        uint8_t marks = t->low[at[i] & 15] & t->high[at[i] >> 4];
        uint16_t word = 0xFFFF;
        for (size_t k = 0; k < SPOT_SETS; k++)
            out->in[k] |= (uint64_t)((marks & t->wanted[k]) != 0) << i;
        for (size_t k = 0; k < SPOT_WORD; k++)
            word &= t->word_low[k][at[i + k] & 15] & t->word_high[k][at[i + k] >> 4];
        out->words |= (uint64_t)(word != 0) << i;
    }
}

typedef void (*block_maker)(const struct spot_table *t, const unsigned char *at,
                            struct spot_block *out, size_t n);

static void blocks_plainly(const struct spot_table *t, const unsigned char *at,
                           struct spot_block *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        one_block_plainly(t, at + i * SPOT_BLOCK, &out[i]);
}

#if defined(__x86_64__)
#define WITH_AVX2 __attribute__((target("avx2")))

WITH_AVX2 static inline __m256i table_of(const uint8_t *sixteen)
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)sixteen));
}

/* One half of the groups: the low bytes of such a row, or the high ones. */
WITH_AVX2 static inline __m256i groups_of(const uint16_t *sixteen, int shift)
{
    const __m128i byte = _mm_set1_epi16(0xFF);
    const __m128i *from = (const __m128i *)(const void *)sixteen;
    __m128i a = _mm_srli_epi16(_mm_loadu_si128(from), shift);
    __m128i b = _mm_srli_epi16(_mm_loadu_si128(from + 1), shift);
    return _mm256_broadcastsi128_si256(
        _mm_packus_epi16(_mm_and_si128(a, byte), _mm_and_si128(b, byte)));
}

/* The low halves of 32 bytes, and the high ones. */
struct halves {
    __m256i low, high;
};

WITH_AVX2 static inline struct halves halves_of(__m256i bytes)
{
    const __m256i half = _mm256_set1_epi8(0x0F);
    return (struct halves){_mm256_and_si256(bytes, half),
                           _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half)};
}

/* The marks of 32 bytes. */
WITH_AVX2 static inline __m256i look_up(struct halves h, __m256i low, __m256i high)
{
    return _mm256_and_si256(_mm256_shuffle_epi8(low, h.low), _mm256_shuffle_epi8(high, h.high));
}

/* A bit for each of 64 bytes that has one of the marks. */
WITH_AVX2 static inline uint64_t bits_of(__m256i a, __m256i b, __m256i marks)
{
    const __m256i zero = _mm256_setzero_si256();
    __m256i no_a = _mm256_cmpeq_epi8(_mm256_and_si256(a, marks), zero);
    __m256i no_b = _mm256_cmpeq_epi8(_mm256_and_si256(b, marks), zero);
    return ~((uint64_t)(uint32_t)_mm256_movemask_epi8(no_a) |
             (uint64_t)(uint32_t)_mm256_movemask_epi8(no_b) << 32);
}

WITH_AVX2 static inline __m256i load(const unsigned char *at)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)at);
}

enum { GROUP_HALVES = SPOT_GROUPS / 8 };
struct tables {
    __m256i low, high, wanted[SPOT_SETS];
    __m256i word_low[SPOT_WORD][GROUP_HALVES], word_high[SPOT_WORD][GROUP_HALVES];
};

/* Not 0 at each of 32 bytes where a word of some group may begin. */
WITH_AVX2 static inline __m256i words_at(const struct tables *t, const unsigned char *at)
{
    __m256i first = _mm256_set1_epi8(-1), second = first;
#pragma GCC unroll 4
    for (unsigned k = 0; k < SPOT_WORD; k++) {
        struct halves h = halves_of(load(at + k));
        first = _mm256_and_si256(first, look_up(h, t->word_low[k][0], t->word_high[k][0]));
        second = _mm256_and_si256(second, look_up(h, t->word_low[k][1], t->word_high[k][1]));
    }
    return _mm256_or_si256(first, second);
}

/* Written out: the compiler keeps these in registers and unrolls nothing by itself. */
WITH_AVX2 static inline void one_block(const struct tables *t, const unsigned char *at,
                                       struct spot_block *out)
{
    __m256i a = look_up(halves_of(load(at)), t->low, t->high);
    __m256i b = look_up(halves_of(load(at + 32)), t->low, t->high);
    out->in[0] = bits_of(a, b, t->wanted[0]);
    out->in[1] = bits_of(a, b, t->wanted[1]);
    out->in[2] = bits_of(a, b, t->wanted[2]);
    out->in[3] = bits_of(a, b, t->wanted[3]);
    out->in[4] = bits_of(a, b, t->wanted[4]);
    out->in[5] = bits_of(a, b, t->wanted[5]);
    out->words = bits_of(words_at(t, at), words_at(t, at + 32), _mm256_set1_epi8(-1));
}
_Static_assert(SPOT_SETS == 6 && GROUP_HALVES == 2, "one_block() and words_at() are written out");

WITH_AVX2 static void blocks_avx2(const struct spot_table *t, const unsigned char *at,
                                  struct spot_block *out, size_t n)
{
    struct tables v = {.low = table_of(t->low), .high = table_of(t->high)};
    for (size_t k = 0; k < SPOT_WORD; k++)
        for (int half = 0; half < GROUP_HALVES; half++) {
            v.word_low[k][half] = groups_of(t->word_low[k], 8 * half);
            v.word_high[k][half] = groups_of(t->word_high[k], 8 * half);
        }
    for (size_t k = 0; k < SPOT_SETS; k++)
        v.wanted[k] = _mm256_set1_epi8((char)t->wanted[k]);
    for (size_t i = 0; i < n; i++)
        one_block(&v, at + i * SPOT_BLOCK, &out[i]);
}

static block_maker best_maker(void)
{
    return __builtin_cpu_supports("avx2") ? blocks_avx2 : blocks_plainly;
}
#else
static block_maker best_maker(void)
{
    return blocks_plainly;
}
#endif

/* Whole blocks straight from s; the rest by way of a copy with zeros behind it. */
static size_t fill(const struct spot_table *t, struct slice s, size_t from, struct spot_block *out,
                   size_t most, block_maker make)
{
    enum { TAIL = SPOT_WORD - 1 };
    const unsigned char *at = (const unsigned char *)s.at + from;
    size_t left = from < s.len ? s.len - from : 0;
    size_t whole = left > TAIL ? (left - TAIL) / SPOT_BLOCK : 0, n = 0;
    n = whole < most ? whole : most;
    if (n > 0)
        make(t, at, out, n);
    for (; n < most && n * SPOT_BLOCK < left; n++) {
        unsigned char copy[SPOT_BLOCK + TAIL] = {0};
        size_t rest = left - n * SPOT_BLOCK;
        memcpy(copy, at + n * SPOT_BLOCK, rest < sizeof copy ? rest : sizeof copy);
        make(t, copy, &out[n], 1);
        if (rest >= SPOT_BLOCK)
            continue;
        uint64_t inside = ((uint64_t)1 << rest) - 1;
        for (size_t k = 0; k < SPOT_SETS; k++)
            out[n].in[k] &= inside;
        out[n].words &= inside;
    }
    return n;
}

size_t spot_blocks(const struct spot_table *t, struct slice s, size_t from, struct spot_block *out,
                   size_t most)
{
    return fill(t, s, from, out, most, best_maker());
}

size_t spot_blocks_plainly(const struct spot_table *t, struct slice s, size_t from,
                           struct spot_block *out, size_t most)
{
    return fill(t, s, from, out, most, blocks_plainly);
}
