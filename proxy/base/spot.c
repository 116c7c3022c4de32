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

void spot_add_word(struct spot_table *t, unsigned g, const char *word, bool caseless)
{
    uint8_t bit = (uint8_t)(1u << g);
    for (size_t i = 0; i < SPOT_WORD; i++) {
        unsigned char c = (unsigned char)word[i], other = c ^ 0x20;
        bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
        t->word_low[i][c & 15] |= bit;
        t->word_high[i][c >> 4] |= bit;
        if (caseless && letter)
            t->word_high[i][other >> 4] |= bit;
    }
}

static void one_block_plainly(const struct spot_table *t, const unsigned char *at,
                              struct spot_block *out)
{
    *out = (struct spot_block){0};
    for (size_t i = 0; i < SPOT_BLOCK; i++) {
        uint8_t marks = t->low[at[i] & 15] & t->high[at[i] >> 4], word = 0xFF;
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

/* The marks of 32 bytes. */
WITH_AVX2 static inline __m256i look_up(__m256i bytes, __m256i low, __m256i high)
{
    const __m256i half = _mm256_set1_epi8(0x0F);
    __m256i upper = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half);
    return _mm256_and_si256(_mm256_shuffle_epi8(low, _mm256_and_si256(bytes, half)),
                            _mm256_shuffle_epi8(high, upper));
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

struct tables {
    __m256i low, high, word_low[SPOT_WORD], word_high[SPOT_WORD], wanted[SPOT_SETS];
};

/* The groups that may have a word at each of 32 bytes. */
WITH_AVX2 static inline __m256i words_at(const struct tables *t, const unsigned char *at)
{
    return _mm256_and_si256(
        _mm256_and_si256(look_up(load(at), t->word_low[0], t->word_high[0]),
                         look_up(load(at + 1), t->word_low[1], t->word_high[1])),
        look_up(load(at + 2), t->word_low[2], t->word_high[2]));
}

/* Written out: the compiler keeps these in registers and unrolls nothing by itself. */
WITH_AVX2 static inline void one_block(const struct tables *t, const unsigned char *at,
                                       struct spot_block *out)
{
    __m256i a = look_up(load(at), t->low, t->high), b = look_up(load(at + 32), t->low, t->high);
    out->in[0] = bits_of(a, b, t->wanted[0]);
    out->in[1] = bits_of(a, b, t->wanted[1]);
    out->in[2] = bits_of(a, b, t->wanted[2]);
    out->in[3] = bits_of(a, b, t->wanted[3]);
    out->in[4] = bits_of(a, b, t->wanted[4]);
    out->in[5] = bits_of(a, b, t->wanted[5]);
    out->words = bits_of(words_at(t, at), words_at(t, at + 32), _mm256_set1_epi8(-1));
}
_Static_assert(SPOT_SETS == 6 && SPOT_WORD == 3, "one_block() is written out");

WITH_AVX2 static void blocks_avx2(const struct spot_table *t, const unsigned char *at,
                                  struct spot_block *out, size_t n)
{
    struct tables v = {.low = table_of(t->low), .high = table_of(t->high)};
    for (size_t k = 0; k < SPOT_WORD; k++) {
        v.word_low[k] = table_of(t->word_low[k]);
        v.word_high[k] = table_of(t->word_high[k]);
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
