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
    struct spot_words *words = &t->words[g / 8];
    uint8_t bit = (uint8_t)(1u << g % 8);
    for (size_t i = 0; i < SPOT_WORD && i < word.len; i++) {
        unsigned char c = (unsigned char)word.at[i], other = c ^ 0x20;
        bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
        words->low[i][c & 15] |= bit;
        words->high[i][c >> 4] |= bit;
        if (caseless && letter)
            words->high[i][other >> 4] |= bit;
    }
    for (size_t i = word.len; i < SPOT_WORD; i++)
        for (size_t k = 0; k < 16; k++) {
            words->low[i][k] |= bit;
            words->high[i][k] |= bit;
        }
}

/* Of eight groups, those of which a word may begin here. */
static uint8_t groups_at(const struct spot_words *words, const unsigned char *at)
{
    uint8_t groups = 0xFF;
    for (size_t k = 0; k < SPOT_WORD; k++)
        groups &= words->low[k][at[k] & 15] & words->high[k][at[k] >> 4];
    return groups;
}

static void one_block_plainly(const struct spot_table *t, const unsigned char *at,
                              struct spot_block *out)
{
    *out = (struct spot_block){0};
    for (size_t i = 0; i < SPOT_BLOCK; i++) {
        uint8_t marks = t->low[at[i] & 15] & t->high[at[i] >> 4];
        bool word = false;
        for (size_t k = 0; k < SPOT_SETS; k++)
            out->in[k] |= (uint64_t)((marks & t->wanted[k]) != 0) << i;
        for (size_t half = 0; half < GW_COUNT(t->words); half++)
            word |= groups_at(&t->words[half], at + i) != 0;
        out->words |= (uint64_t)word << i;
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

enum { AT_ONCE = 36 };

/* The halves of the bytes of some blocks, and of the few behind them that a word may go on in: a
 * look-up takes them from any place. */
struct halves {
    uint8_t low[AT_ONCE * SPOT_BLOCK + 32], high[AT_ONCE * SPOT_BLOCK + 32];
};

WITH_AVX2 static inline __m256i load(const uint8_t *at)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)at);
}

WITH_AVX2 static inline void store(uint8_t *at, __m256i bytes)
{
    _mm256_storeu_si256((__m256i *)(void *)at, bytes);
}

/* Of `size` bytes, which are whole blocks, and the three behind them. */
WITH_AVX2 static void halve(const unsigned char *at, size_t size, struct halves *h)
{
    const __m256i half = _mm256_set1_epi8(0x0F);
    for (size_t i = 0; i < size; i += 32) {
        __m256i bytes = load(at + i);
        store(h->low + i, _mm256_and_si256(bytes, half));
        store(h->high + i, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half));
    }
    for (size_t i = size; i < size + SPOT_WORD - 1; i++) {
        h->low[i] = at[i] & 15;
        h->high[i] = at[i] >> 4;
    }
}

/* The marks of 32 bytes. */
WITH_AVX2 static inline __m256i look_up(const struct halves *h, size_t at, __m256i low,
                                        __m256i high)
{
    return _mm256_and_si256(_mm256_shuffle_epi8(low, load(h->low + at)),
                            _mm256_shuffle_epi8(high, load(h->high + at)));
}

/* A bit for each of 32 bytes that is not 0: half of the bits of a block, which go to memory at
 * once. Were they put together in a register, the compiler would have too many on its hands. */
WITH_AVX2 static inline void put_bits(uint64_t *bits, size_t half, __m256i bytes, bool beside)
{
    __m256i none = _mm256_cmpeq_epi8(bytes, _mm256_setzero_si256());
    uint32_t found = ~(uint32_t)_mm256_movemask_epi8(none), others = 0;
    char *at = (char *)bits + half * sizeof found;
    if (beside)
        memcpy(&others, at, sizeof others);
    found |= others;
    memcpy(at, &found, sizeof found);
}

/* The sets that blocks belong to. */
WITH_AVX2 static void find_sets(const struct spot_table *t, const struct halves *h,
                                struct spot_block *out, size_t n)
{
    const __m256i low = table_of(t->low), high = table_of(t->high);
    __m256i GW_UNSET wanted[SPOT_SETS];
#pragma GCC unroll 6
    for (size_t k = 0; k < SPOT_SETS; k++)
        wanted[k] = _mm256_set1_epi8((char)t->wanted[k]);
    for (size_t i = 0; i < n; i++)
        for (size_t half = 0; half < 2; half++) {
            __m256i marks = look_up(h, i * SPOT_BLOCK + 32 * half, low, high);
#pragma GCC unroll 6
            for (size_t k = 0; k < SPOT_SETS; k++)
                put_bits(&out[i].in[k], half, _mm256_and_si256(marks, wanted[k]), false);
        }
}

/* Eight groups, as many tables as there are registers for: where a word of one of them may begin,
 * beside what others have found. */
WITH_AVX2 static void find_words(const struct spot_words *words, const struct halves *h,
                                 struct spot_block *out, size_t n)
{
    __m256i GW_UNSET low[SPOT_WORD], GW_UNSET high[SPOT_WORD];
#pragma GCC unroll 4
    for (size_t k = 0; k < SPOT_WORD; k++) {
        low[k] = table_of(words->low[k]);
        high[k] = table_of(words->high[k]);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t half = 0; half < 2; half++) {
            size_t at = i * SPOT_BLOCK + 32 * half;
            __m256i found = look_up(h, at, low[0], high[0]);
#pragma GCC unroll 3
            for (size_t k = 1; k < SPOT_WORD; k++)
                found = _mm256_and_si256(found, look_up(h, at + k, low[k], high[k]));
            put_bits(&out[i].words, half, found, true);
        }
}

WITH_AVX2 static void blocks_avx2(const struct spot_table *t, const unsigned char *at,
                                  struct spot_block *out, size_t n)
{
    struct halves GW_UNSET h;
    for (size_t i = 0; i < n; i += AT_ONCE) {
        size_t now = n - i < AT_ONCE ? n - i : AT_ONCE;
        halve(at + i * SPOT_BLOCK, now * SPOT_BLOCK, &h);
        find_sets(t, &h, out + i, now);
        for (size_t k = 0; k < now; k++)
            out[i + k].words = 0;
        for (size_t k = 0; k < GW_COUNT(t->words); k++)
            find_words(&t->words[k], &h, out + i, now);
    }
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
