/* proxy/base/utf8.c - see utf8.h. Whole texts are checked 32 bytes at a time where the processor
 * has AVX2: three table lookups by the halves of neighbouring bytes name the ways in which two
 * bytes may not meet. Owns nothing. */
#include "proxy/base/base.h"
#include "proxy/base/utf8.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* The range that the second byte must lie in, by the first. */
static bool is_second(unsigned char first, unsigned char second)
{
    unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    return second >= low && second <= high;
}

size_t utf8_len(struct slice s)
{
    const unsigned char *p = (const unsigned char *)s.at;
    if (s.len == 0)
        return 0;
    if (p[0] < 0x80)
        return 1;
    size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4 || s.len < n || !is_second(p[0], p[1]))
        return 0;
    for (size_t i = 2; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    return n;
}

size_t utf8_read(struct slice s, uint32_t *point)
{
    size_t n = utf8_len(s);
    if (n == 0)
        return 0;
    unsigned char first = (unsigned char)s.at[0];
    *point = n == 1 ? first : first & (0xffu >> (n + 1));
    for (size_t i = 1; i < n; i++)
        *point = *point << 6 | ((unsigned char)s.at[i] & 0x3f);
    return n;
}

size_t utf8_write(uint32_t point, char out[4])
{
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t n = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = n; i-- > 1; point >>= 6)
        out[i] = (char)(0x80 | (point & 0x3f));
    out[0] = (char)(lead[n] | point);
    return n;
}

bool utf8_is_valid_plainly(struct slice s)
{
    const uint64_t highs = 0x8080808080808080u;
    uint64_t x;
    for (size_t i = 0; i < s.len;) {
        if (s.len - i >= sizeof x && (memcpy(&x, s.at + i, sizeof x), x & highs) == 0) {
            i += sizeof x;
            continue;
        }
        size_t n = utf8_len(slice_of(s.at + i, s.len - i));
        if (n == 0)
            return false;
        i += n;
    }
    return true;
}

#if defined(__x86_64__)
#define AVX2 __attribute__((target("avx2")))

/* What may be wrong with a pair of neighbours; a pair is wrong when all three tables name it. */
enum {
    TOO_SHORT = 1 << 0,   /* a lead byte without what must follow */
    TOO_LONG = 1 << 1,    /* ASCII, then a continuation */
    OVERLONG_3 = 1 << 2,  /* E0 80..9F */
    TOO_LARGE = 1 << 3,   /* F4 90.., F5.. */
    SURROGATE = 1 << 4,   /* ED A0..BF */
    OVERLONG_2 = 1 << 5,  /* C0, C1 */
    TOO_LARGE_8 = 1 << 6, /* F5.. 80..8F */
    OVERLONG_4 = 1 << 6,  /* F0 80..8F */
    TWO_CONTS = 1 << 7,   /* two continuations: right only inside a long character */
    CARRY = TOO_SHORT | TOO_LONG | TWO_CONTS, /* does not depend on the first byte's low half */
};

AVX2 static inline __m256i twice(const uint8_t table[16])
{
    return _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)table));
}

/* x moved n bytes on, filled from the block before. */
#define BEHIND(x, before, n) \
    _mm256_alignr_epi8(x, _mm256_permute2x128_si256(before, x, 0x21), 16 - (n))

AVX2 static inline __m256i high_half(__m256i x)
{
    return _mm256_and_si256(_mm256_srli_epi16(x, 4), _mm256_set1_epi8(0x0f));
}

/* What is wrong with the pairs that end in x; nonzero bytes are faults. */
AVX2 static inline __m256i faults_of(__m256i x, __m256i before)
{
    static const uint8_t first_high[16] = {TOO_LONG,
                                           TOO_LONG,
                                           TOO_LONG,
                                           TOO_LONG,
                                           TOO_LONG,
                                           TOO_LONG,
                                           TOO_LONG,
                                           TOO_LONG,
                                           TWO_CONTS,
                                           TWO_CONTS,
                                           TWO_CONTS,
                                           TWO_CONTS,
                                           TOO_SHORT | OVERLONG_2,
                                           TOO_SHORT,
                                           TOO_SHORT | OVERLONG_3 | SURROGATE,
                                           TOO_SHORT | TOO_LARGE | TOO_LARGE_8 | OVERLONG_4};
    static const uint8_t first_low[16] = {CARRY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4,
                                          CARRY | OVERLONG_2,
                                          CARRY,
                                          CARRY,
                                          CARRY | TOO_LARGE,
                                          CARRY | TOO_LARGE | TOO_LARGE_8,
                                          CARRY | TOO_LARGE | TOO_LARGE_8,
                                          CARRY | TOO_LARGE | TOO_LARGE_8,
                                          CARRY | TOO_LARGE | TOO_LARGE_8,
                                          CARRY | TOO_LARGE | TOO_LARGE_8,
                                          CARRY | TOO_LARGE | TOO_LARGE_8,
                                          CARRY | TOO_LARGE | TOO_LARGE_8,
                                          CARRY | TOO_LARGE | TOO_LARGE_8,
                                          CARRY | TOO_LARGE | TOO_LARGE_8 | SURROGATE,
                                          CARRY | TOO_LARGE | TOO_LARGE_8,
                                          CARRY | TOO_LARGE | TOO_LARGE_8};
    static const uint8_t second_high[16] = {
        TOO_SHORT,
        TOO_SHORT,
        TOO_SHORT,
        TOO_SHORT,
        TOO_SHORT,
        TOO_SHORT,
        TOO_SHORT,
        TOO_SHORT,
        TOO_LONG | OVERLONG_2 | TWO_CONTS | OVERLONG_3 | TOO_LARGE_8 | OVERLONG_4,
        TOO_LONG | OVERLONG_2 | TWO_CONTS | OVERLONG_3 | TOO_LARGE,
        TOO_LONG | OVERLONG_2 | TWO_CONTS | SURROGATE | TOO_LARGE,
        TOO_LONG | OVERLONG_2 | TWO_CONTS | SURROGATE | TOO_LARGE,
        TOO_SHORT,
        TOO_SHORT,
        TOO_SHORT,
        TOO_SHORT};
    __m256i one = BEHIND(x, before, 1), two = BEHIND(x, before, 2), three = BEHIND(x, before, 3);
    __m256i pairs = _mm256_and_si256(
        _mm256_and_si256(
            _mm256_shuffle_epi8(twice(first_high), high_half(one)),
            _mm256_shuffle_epi8(twice(first_low), _mm256_and_si256(one, _mm256_set1_epi8(0x0f)))),
        _mm256_shuffle_epi8(twice(second_high), high_half(x)));
    /* the third byte of E0.. and the fourth of F0.. must be, and only they may be, second in a
     * pair of continuations */
    __m256i third = _mm256_subs_epu8(two, _mm256_set1_epi8((char)(0xe0 - 0x80)));
    __m256i fourth = _mm256_subs_epu8(three, _mm256_set1_epi8((char)(0xf0 - 0x80)));
    __m256i must = _mm256_and_si256(_mm256_or_si256(third, fourth), _mm256_set1_epi8((char)0x80));
    return _mm256_xor_si256(must, pairs);
}

/* Nonzero when x ends inside a character. */
AVX2 static inline __m256i unfinished(__m256i x)
{
    static const uint8_t most[32] = {255, 255, 255, 255, 255, 255,      255,      255,
                                     255, 255, 255, 255, 255, 255,      255,      255,
                                     255, 255, 255, 255, 255, 255,      255,      255,
                                     255, 255, 255, 255, 255, 0xf0 - 1, 0xe0 - 1, 0xc0 - 1};
    return _mm256_subs_epu8(x, _mm256_loadu_si256((const __m256i *)(const void *)most));
}

struct utf8_walk {
    __m256i before, left, fault; /* left: what the last block began and did not finish */
};

AVX2 static inline void walk_block(struct utf8_walk *w, const char *at)
{
    __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)at);
    if (_mm256_movemask_epi8(x) == 0) {
        w->fault = _mm256_or_si256(w->fault, w->left);
        w->left = _mm256_setzero_si256();
    } else {
        w->fault = _mm256_or_si256(w->fault, faults_of(x, w->before));
        w->left = unfinished(x);
    }
    w->before = x;
}

AVX2 static bool is_valid_by_blocks(struct slice s)
{
    struct utf8_walk w = {_mm256_setzero_si256(), _mm256_setzero_si256(), _mm256_setzero_si256()};
    size_t i = 0;
    for (; s.len - i >= 32; i += 32)
        walk_block(&w, s.at + i);
    char last[32] = {0}; /* ends in ASCII, so that nothing is left unfinished */
    memcpy(last, s.at + i, s.len - i);
    walk_block(&w, last);
    w.fault = _mm256_or_si256(w.fault, w.left);
    return _mm256_testz_si256(w.fault, w.fault) != 0;
}

bool utf8_is_valid(struct slice s)
{
    return s.len >= 64 && __builtin_cpu_supports("avx2") ? is_valid_by_blocks(s)
                                                         : utf8_is_valid_plainly(s);
}

#else

bool utf8_is_valid(struct slice s)
{
    return utf8_is_valid_plainly(s);
}

#endif
