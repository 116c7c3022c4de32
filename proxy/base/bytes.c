/* proxy/base/bytes.c - see bytes.h. Reads never leave the slice: what is left of a last block is
 * copied to the stack first. Owns nothing. */
#include "proxy/base/base.h"
#include "proxy/base/bytes.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define HAS_AVX2 __builtin_cpu_supports("avx2")
#define AVX2 __attribute__((target("avx2")))
#define ALWAYS __attribute__((always_inline))
#else
#define HAS_AVX2 false
#endif

static uint8_t entry_of(const struct bytes_classes *c, unsigned char byte)
{
    uint8_t entry = (c->rows >> (byte >> 4) & 1) != 0 ? c->row[byte >> 4][byte & 15] : 0;
    return byte >= 0x80 ? entry | c->high : entry;
}

static void block_plainly(const unsigned char *at, size_t n, const struct bytes_classes *c,
                          struct bytes_block *out)
{
    for (unsigned k = 0; k < c->count; k++)
        out->in[k] = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t entry = entry_of(c, at[i]);
        for (unsigned k = 0; entry != 0 && k < c->count; k++)
            out->in[k] |= (uint64_t)(entry >> (7 - k) & 1) << i;
    }
}

void bytes_classify_plainly(struct slice s, const struct bytes_classes *c, struct bytes_block *out)
{
    for (size_t i = 0; i < s.len; i += BYTES_BLOCK, out++)
        block_plainly((const unsigned char *)s.at + i,
                      s.len - i < BYTES_BLOCK ? s.len - i : BYTES_BLOCK, c, out);
}

static bool is_special(unsigned char c, bool wide)
{
    return c < 0x20 || (wide && c >= 0x80) || c == '"' || c == '\\';
}

size_t bytes_find_special_plainly(struct slice s, bool wide)
{
    size_t i = 0;
    while (i < s.len && !is_special((unsigned char)s.at[i], wide))
        i++;
    return i;
}

size_t bytes_skip_string_plainly(struct slice s, bool *escaped)
{
    size_t i = 0;
    for (; i < s.len; i++) {
        if (!is_special((unsigned char)s.at[i], false))
            continue;
        if (s.at[i] != '\\' || i + 1 == s.len || memchr("\"\\/bfnrt", s.at[i + 1], 8) == NULL)
            break;
        *escaped = true;
        i++;
    }
    return i;
}

/* Bit i of byte k becomes bit k of byte i. */
static inline uint64_t turn_bits(uint64_t x)
{
    uint64_t t = (x ^ x >> 7) & 0x00AA00AA00AA00AAu;
    x ^= t ^ t << 7;
    t = (x ^ x >> 14) & 0x0000CCCC0000CCCCu;
    x ^= t ^ t << 14;
    t = (x ^ x >> 28) & 0x00000000F0F0F0F0u;
    return x ^ t ^ t << 28;
}

/* Whole blocks, eight bytes at a time. */
static void whole_by_words(struct slice s, const struct bytes_classes *c, struct bytes_block *out)
{
    uint8_t wanted[16], high[16];
    for (unsigned r = 0; r < 16; r++) {
        wanted[r] = (c->rows >> r & 1) != 0 ? UINT8_MAX : 0;
        high[r] = r >= 8 ? c->high : 0;
    }
    for (size_t i = 0; i + BYTES_BLOCK <= s.len; i += BYTES_BLOCK, out++) {
        uint64_t in[BYTES_CLASSES] = {0};
        for (unsigned k = 0; k < BYTES_BLOCK; k += 8) {
            uint64_t entries = 0;
            for (unsigned n = 0; n < 8; n++) {
                unsigned byte = (unsigned char)s.at[i + k + n], r = byte >> 4;
                uint64_t entry = (c->row[r][byte & 15] & wanted[r]) | high[r];
                entries |= entry << 8 * n;
            }
            entries = turn_bits(entries);
            for (unsigned n = 0; n < BYTES_CLASSES; n++)
                in[n] |= (entries >> (56 - 8 * n) & 0xFF) << k;
        }
        memcpy(out->in, in, c->count * sizeof *in);
    }
}

/* What is left of a last block is copied first. */
void bytes_classify_by_words(struct slice s, const struct bytes_classes *c, struct bytes_block *out)
{
    size_t whole = s.len / BYTES_BLOCK * BYTES_BLOCK, left = s.len - whole;
    whole_by_words(slice_cut(s, 0, whole), c, out);
    if (left == 0)
        return;
    char last[BYTES_BLOCK] = {0};
    memcpy(last, s.at + whole, left);
    out += whole / BYTES_BLOCK;
    whole_by_words(slice_of(last, sizeof last), c, out);
    for (unsigned k = 0; k < c->count; k++)
        out->in[k] &= ~(UINT64_MAX << left);
}

/* The high bit of each byte that may be special; of the lowest such bit it is certain: what is
 * borrowed from a byte changes those above it only. */
static inline uint64_t special_in_word(const char *at, bool wide)
{
    const uint64_t ones = 0x0101010101010101u, highs = ones << 7;
    uint64_t x;
    memcpy(&x, at, sizeof x);
    uint64_t quotes = x ^ (ones * '"'), backslashes = x ^ (ones * '\\');
    uint64_t low = (x - ones * 0x20) & ~x;
    uint64_t odd = low | ((quotes - ones) & ~quotes) | ((backslashes - ones) & ~backslashes);
    return (wide ? odd | x : odd) & highs;
}

/* Eight bytes at a time, the last eight once more where they are not whole words. */
static size_t find_special_by_words(struct slice s, bool wide)
{
    size_t i = 0;
    uint64_t hits;
    if (s.len < sizeof hits)
        return bytes_find_special_plainly(s, wide);
    for (;; i += sizeof hits) {
        if (i + sizeof hits > s.len)
            i = s.len - sizeof hits;
        hits = special_in_word(s.at + i, wide);
        if (hits != 0)
            return i + (unsigned)__builtin_ctzll(hits) / 8;
        if (i + sizeof hits == s.len)
            return s.len;
    }
}

/* Eight at a time to begin with: the stretches between the escapes of a text are mostly short. */
static size_t copy_until_by_words(char *to, struct slice s, char stop)
{
    enum { NEAR = 32 };
    const uint64_t ones = 0x0101010101010101u, highs = ones << 7;
    const uint64_t stops = ones * (unsigned char)stop;
    size_t i = 0;
    for (uint64_t x; i < NEAR && s.len - i >= sizeof x; i += sizeof x) {
        memcpy(&x, s.at + i, sizeof x);
        memcpy(to + i, &x, sizeof x);
        uint64_t odd = x ^ stops;
        odd = (odd - ones) & ~odd & highs;
        if (odd != 0)
            return i + (size_t)__builtin_ctzll(odd) / 8;
    }
    if (i == s.len)
        return i;
    const char *at = memchr(s.at + i, stop, s.len - i);
    size_t n = at == NULL ? s.len : (size_t)(at - s.at);
    memcpy(to + i, s.at + i, n - i);
    return n;
}

/* What stands behind the backslash of an escape of two bytes (RFC 8259, 7). */
static inline bool is_escape_letter(unsigned char c)
{
    /* clang-format off */
    static const bool letters[256] = {['"'] = true, ['\\'] = true, ['/'] = true, ['b'] = true,
                                      ['f'] = true, ['n'] = true, ['r'] = true, ['t'] = true};
    /* clang-format on */
    return letters[c];
}

static inline bool is_escape(struct slice s, size_t at)
{
    return s.at[at] == '\\' && at + 1 < s.len && is_escape_letter((unsigned char)s.at[at + 1]);
}

static size_t skip_string_by_words(struct slice s, bool *escaped)
{
    size_t i = find_special_by_words(s, false);
    for (; i < s.len && is_escape(s, i);
         i += find_special_by_words(slice_of(s.at + i, s.len - i), false)) {
        *escaped = true;
        i += 2;
    }
    return i;
}

#if defined(__x86_64__)

/* What the classes look like to the processor: only the rows that are wanted. */
struct lanes {
    __m256i table[16], turn[16];
    unsigned rows;
    __m256i high;
};

AVX2 static void lanes_set(struct lanes *l, const struct bytes_classes *c)
{
    l->rows = 0;
    l->high = _mm256_set1_epi8((char)c->high);
    for (unsigned rows = c->rows; rows != 0; rows &= rows - 1) {
        unsigned r = (unsigned)__builtin_ctz(rows);
        __m128i row = _mm_loadu_si128((const __m128i *)(const void *)c->row[r]);
        l->table[l->rows] = _mm256_broadcastsi128_si256(row);
        l->turn[l->rows++] = _mm256_set1_epi8((char)(r << 4));
    }
}

/* The entries of 32 bytes. A byte of row r has a high half of 0 after the turn; every other is
 * pushed beyond 0x7F, for which the shuffle gives 0. */
AVX2 ALWAYS static inline __m256i entries(const struct lanes *l, unsigned rows, __m256i x)
{
    const __m256i push = _mm256_set1_epi8(0x70);
    __m256i e = _mm256_and_si256(_mm256_cmpgt_epi8(_mm256_setzero_si256(), x), l->high);
#pragma GCC unroll 8
    for (unsigned r = 0; r < rows; r++) {
        __m256i at = _mm256_adds_epu8(_mm256_xor_si256(x, l->turn[r]), push);
        e = _mm256_or_si256(e, _mm256_shuffle_epi8(l->table[r], at));
    }
    return e;
}

AVX2 ALWAYS static inline void blocks_by_lanes(struct slice s, const struct lanes *l, unsigned rows,
                                               unsigned count, struct bytes_block *out)
{
    for (size_t i = 0; i + BYTES_BLOCK <= s.len; i += BYTES_BLOCK, out++) {
        const __m256i *from = (const void *)(s.at + i);
        __m256i a = entries(l, rows, _mm256_loadu_si256(from));
        __m256i b = entries(l, rows, _mm256_loadu_si256(from + 1));
#pragma GCC unroll 8
        for (unsigned k = 0; k < count; k++) {
            uint64_t low = (uint32_t)_mm256_movemask_epi8(a);
            out->in[k] = low | (uint64_t)(uint32_t)_mm256_movemask_epi8(b) << 32;
            a = _mm256_add_epi8(a, a);
            b = _mm256_add_epi8(b, b);
        }
    }
}

/* Whole blocks. What is asked for on every way through a text is compiled with its numbers known:
 * the loops over rows and classes fall away. */
AVX2 static void whole_by_lanes(struct slice s, const struct lanes *l, unsigned count,
                                struct bytes_block *out)
{
    if (l->rows == 7 && count == 7)
        blocks_by_lanes(s, l, 7, 7, out);
    else if (l->rows == 7 && count == 5)
        blocks_by_lanes(s, l, 7, 5, out);
    else if (l->rows == 4 && count == 3)
        blocks_by_lanes(s, l, 4, 3, out);
    else if (l->rows == 4 && count == 5)
        blocks_by_lanes(s, l, 4, 5, out);
    else
        blocks_by_lanes(s, l, l->rows, count, out);
}

AVX2 static void classify_by_lanes(struct slice s, const struct bytes_classes *c,
                                   struct bytes_block *out)
{
    struct lanes GW_UNSET l; /* of which `rows` are set */
    size_t whole = s.len / BYTES_BLOCK * BYTES_BLOCK, left = s.len - whole;
    lanes_set(&l, c);
    whole_by_lanes(s, &l, c->count, out);
    if (left > 0) {
        char last[BYTES_BLOCK] = {0};
        memcpy(last, s.at + whole, left);
        out += whole / BYTES_BLOCK;
        whole_by_lanes(slice_of(last, sizeof last), &l, c->count, out);
        for (unsigned k = 0; k < c->count; k++)
            out->in[k] &= ~(UINT64_MAX << left);
    }
}

AVX2 static inline unsigned special_by_lanes(const char *at, __m256i wide)
{
    __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)at);
    __m256i quotes = _mm256_cmpeq_epi8(x, _mm256_set1_epi8('"'));
    __m256i slashes = _mm256_cmpeq_epi8(x, _mm256_set1_epi8('\\'));
    __m256i low = _mm256_cmpeq_epi8(_mm256_min_epu8(x, _mm256_set1_epi8(0x1f)), x);
    __m256i odd = _mm256_or_si256(_mm256_or_si256(quotes, slashes), low);
    return (unsigned)_mm256_movemask_epi8(_mm256_or_si256(odd, _mm256_and_si256(x, wide)));
}

AVX2 static size_t find_special_by_lanes(struct slice s, bool wide)
{
    __m256i mask = _mm256_set1_epi8(wide ? (char)0x80 : 0);
    size_t i = 0;
    for (; s.len - i >= 32; i += 32) {
        unsigned hits = special_by_lanes(s.at + i, mask);
        if (hits != 0)
            return i + (size_t)__builtin_ctz(hits);
    }
    return i + find_special_by_words(slice_of(s.at + i, s.len - i), wide);
}

/* A block of 32 bytes once, whatever escapes stand in it; of one that is cut at its end, the rest
 * is the begin of the next. */
AVX2 static size_t skip_string_by_lanes(struct slice s, bool *escaped)
{
    const __m256i narrow = _mm256_setzero_si256();
    size_t i = 0, next;
    for (; s.len - i > 32; i = next) {
        unsigned hits = special_by_lanes(s.at + i, narrow);
        for (next = i + 32; hits != 0;) {
            unsigned k = (unsigned)__builtin_ctz(hits);
            if (!is_escape(s, i + k))
                return i + k;
            *escaped = true;
            next += k == 31;
            hits &= k == 31 ? 0 : ~(3u << k);
        }
    }
    return i + skip_string_by_words(slice_of(s.at + i, s.len - i), escaped);
}

AVX2 static size_t copy_until_by_lanes(char *to, struct slice s, char stop)
{
    const __m256i stops = _mm256_set1_epi8(stop);
    size_t i = 0;
    for (; s.len - i >= 32; i += 32) {
        __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)(s.at + i));
        _mm256_storeu_si256((__m256i *)(void *)(to + i), x);
        unsigned hits = (unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi8(x, stops));
        if (hits != 0)
            return i + (size_t)__builtin_ctz(hits);
    }
    return i + copy_until_by_words(to + i, slice_of(s.at + i, s.len - i), stop);
}

void bytes_classify(struct slice s, const struct bytes_classes *c, struct bytes_block *out)
{
    if (HAS_AVX2)
        classify_by_lanes(s, c, out);
    else
        bytes_classify_by_words(s, c, out);
}

size_t bytes_find_special(struct slice s, bool wide)
{
    return s.len >= 32 && HAS_AVX2 ? find_special_by_lanes(s, wide)
                                   : find_special_by_words(s, wide);
}

size_t bytes_skip_string(struct slice s, bool *escaped)
{
    return HAS_AVX2 ? skip_string_by_lanes(s, escaped) : skip_string_by_words(s, escaped);
}

size_t bytes_copy_until(char *to, struct slice s, char stop)
{
    return HAS_AVX2 ? copy_until_by_lanes(to, s, stop) : copy_until_by_words(to, s, stop);
}

#else

void bytes_classify(struct slice s, const struct bytes_classes *c, struct bytes_block *out)
{
    bytes_classify_by_words(s, c, out);
}

size_t bytes_find_special(struct slice s, bool wide)
{
    return find_special_by_words(s, wide);
}

size_t bytes_skip_string(struct slice s, bool *escaped)
{
    return skip_string_by_words(s, escaped);
}

size_t bytes_copy_until(char *to, struct slice s, char stop)
{
    return copy_until_by_words(to, s, stop);
}

#endif

/* Eight at a time: for the letters of other scripts, whose runs are short. */
size_t bytes_find_ascii(struct slice s)
{
    const uint64_t highs = 0x8080808080808080u;
    size_t i = 0;
    uint64_t x;
    for (; s.len - i >= sizeof x; i += sizeof x) {
        memcpy(&x, s.at + i, sizeof x);
        if ((x & highs) != highs)
            break;
    }
    while (i < s.len && (unsigned char)s.at[i] >= 0x80)
        i++;
    return i;
}

/* clang-format off */
static const int8_t base64[128] = {
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 62, -1, 62, -1, 63,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, -1, -1, -1, -1, -1, -1,
    -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, -1, -1, -1, -1, 63,
    -1, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, -1, -1, -1, -1, -1,
};
/* clang-format on */

int bytes_base64(char c)
{
    return (unsigned char)c < 0x80 ? base64[(unsigned char)c] : -1;
}
