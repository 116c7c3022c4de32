/* proxy/base/spot.c - see spot.h. Tables looked up byte by byte; with AVX2 for 32 bytes at once.
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

void spot_add_word(struct spot_table *t, unsigned g, struct slice word)
{
    struct spot_words *words = &t->words[g / 8];
    uint8_t bit = (uint8_t)(1u << g % 8);
    for (size_t i = 0; i < SPOT_WORD; i++)
        for (unsigned k = 0; k < SPOT_LETTERS; k++)
            if (i >= word.len || k == spot_letter(word.at[i]))
                words->has[i][k] |= bit;
}

/* Of eight groups, those of which a word may begin here. */
static uint8_t groups_at(const struct spot_words *words, const unsigned char *at)
{
    uint8_t groups = 0xFF;
    for (size_t k = 0; k < SPOT_WORD; k++)
        groups &= words->has[k][at[k] % SPOT_LETTERS];
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

/* The five low bits of the bytes of some blocks, and of the few behind them that a word may go on
 * in, as places in either half of a table of letters; of the half that they are not in the highest
 * bit is set, and nothing is looked up. */
struct letters {
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

/* Of `size` bytes, which are whole blocks, and the few behind them. */
WITH_AVX2 static void find_letters(const unsigned char *at, size_t size, struct letters *l)
{
    const __m256i five = _mm256_set1_epi8(31), to_low = _mm256_set1_epi8(0x70),
                  to_high = _mm256_set1_epi8(-16);
    for (size_t i = 0; i < size; i += 32) {
        __m256i letters = _mm256_and_si256(load(at + i), five);
        store(l->low + i, _mm256_add_epi8(letters, to_low));
        store(l->high + i, _mm256_add_epi8(letters, to_high));
    }
    for (size_t i = size; i < size + SPOT_WORD - 1; i++) {
        l->low[i] = (uint8_t)(at[i] % SPOT_LETTERS + 0x70);
        l->high[i] = (uint8_t)(at[i] % SPOT_LETTERS - 16);
    }
}

/* The marks of 32 bytes. */
WITH_AVX2 static inline __m256i marks_of(const unsigned char *at, __m256i low, __m256i high)
{
    const __m256i half = _mm256_set1_epi8(0x0F);
    __m256i bytes = load(at), upper = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), half);
    return _mm256_and_si256(_mm256_shuffle_epi8(low, _mm256_and_si256(bytes, half)),
                            _mm256_shuffle_epi8(high, upper));
}

/* The groups that have each of 32 letters. */
WITH_AVX2 static inline __m256i groups_of(const struct letters *l, size_t at, __m256i low,
                                          __m256i high)
{
    return _mm256_or_si256(_mm256_shuffle_epi8(low, load(l->low + at)),
                           _mm256_shuffle_epi8(high, load(l->high + at)));
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
WITH_AVX2 static void find_sets(const struct spot_table *t, const unsigned char *at,
                                struct spot_block *out, size_t n)
{
    const __m256i low = table_of(t->low), high = table_of(t->high);
    __m256i GW_UNSET wanted[SPOT_SETS];
#pragma GCC unroll 6
    for (size_t k = 0; k < SPOT_SETS; k++)
        wanted[k] = _mm256_set1_epi8((char)t->wanted[k]);
    for (size_t i = 0; i < n; i++)
        for (size_t half = 0; half < 2; half++) {
            __m256i marks = marks_of(at + i * SPOT_BLOCK + 32 * half, low, high);
#pragma GCC unroll 6
            for (size_t k = 0; k < SPOT_SETS; k++)
                put_bits(&out[i].in[k], half, _mm256_and_si256(marks, wanted[k]), false);
        }
}

/* Eight groups, as many tables as there are registers for: where a word of one of them may begin,
 * beside what others have found. */
WITH_AVX2 static void find_words(const struct spot_words *words, const struct letters *l,
                                 struct spot_block *out, size_t n)
{
    __m256i GW_UNSET low[SPOT_WORD], GW_UNSET high[SPOT_WORD];
#pragma GCC unroll 8
    for (size_t k = 0; k < SPOT_WORD; k++) {
        low[k] = table_of(words->has[k]);
        high[k] = table_of(words->has[k] + 16);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t half = 0; half < 2; half++) {
            size_t at = i * SPOT_BLOCK + 32 * half;
            __m256i found = groups_of(l, at, low[0], high[0]);
#pragma GCC unroll 8
            for (size_t k = 1; k < SPOT_WORD; k++)
                found = _mm256_and_si256(found, groups_of(l, at + k, low[k], high[k]));
            put_bits(&out[i].words, half, found, true);
        }
}

WITH_AVX2 static void blocks_avx2(const struct spot_table *t, const unsigned char *at,
                                  struct spot_block *out, size_t n)
{
    struct letters GW_UNSET l;
    for (size_t i = 0; i < n; i += AT_ONCE) {
        size_t now = n - i < AT_ONCE ? n - i : AT_ONCE;
        find_letters(at + i * SPOT_BLOCK, now * SPOT_BLOCK, &l);
        find_sets(t, at + i * SPOT_BLOCK, out + i, now);
        for (size_t k = 0; k < now; k++)
            out[i + k].words = 0;
        for (size_t k = 0; k < GW_COUNT(t->words); k++)
            find_words(&t->words[k], &l, out + i, now);
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
