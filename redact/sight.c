/* redact/sight.c - see sight.h. Bitmaps of classes of bytes, and what of them stands out.
 *
 * Refuses to know what is undone and how. Owns nothing. */
#include "proxy/base/base.h"
#include "redact/sight.h"
#include "redact/spelled.h"

/* What the first look sorts bytes into. */
enum { SCRIPT = 16 }; /* so many bytes of 64 beyond ASCII: a text in another script */
enum { TOKENS, WORDS, ESCAPES, SIGNS, OPENING, CLOSING, HIGH, SIGHTS };
enum {
    T = BYTES_CLASS(TOKENS), /* letters, digits and the four signs of base64 */
    W = BYTES_CLASS(WORDS) | T,
    E = BYTES_CLASS(ESCAPES),
    S = BYTES_CLASS(SIGNS),
    O = BYTES_CLASS(OPENING),
    C = BYTES_CLASS(CLOSING),
    D = BYTES_CLASS(0) /* the one class of odd_leads */
};
/* clang-format off */
static const struct bytes_classes sights = {
    .row = {
        [0] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, C, 0, 0, C, 0, 0}, /* line ends: they close a soft break */
        [2] = {0, 0, 0, 0, 0, S, S, 0, O, C, 0, T, 0, T, 0, T}, /* % & ( ) + - / */
        [3] = {W, W, W, W, W, W, W, W, W, W, 0, 0, 0, E, 0, 0}, /* = */
        [4] = {S, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W}, /* @ */
        [5] = {W, W, W, W, W, W, W, W, W, W, W, O, E, C, 0, T}, /* [ \\ ] _ */
        [6] = {0, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W},
        [7] = {W, W, W, W, W, W, W, W, W, W, W, O, 0, C, 0, 0}, /* { } */
    },
    .rows = 0xFD,
    .high = BYTES_CLASS(HIGH),
    .count = SIGHTS,
};
/* The first bytes of characters that may be drawings of ASCII (letters_plain()); a test holds them
 * against each other. */
static const struct bytes_classes odd_leads = {
    .row = {
        [0xC] = {0, 0, D, 0, 0, 0, 0, 0, 0, 0, 0, 0, D, D, 0, 0},
        [0xD] = {0, 0, 0, 0, 0, 0, 0, 0, D, D, 0, D, 0, 0, 0, 0},
        [0xE] = {D, D, D, D, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, D},
        [0xF] = {D, D, D, D, D, D, D, D, D, D, D, D, D, D, D, D},
    },
    .rows = 0xF000,
    .count = 1,
};
/* clang-format on */

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Bits that begin a row of 2, 4, 8 and then 16 bits; `next` goes on where `bits` ends. Such a row
 * fills an eight, and few blocks have one that is full. */
static uint64_t sixteens(uint64_t bits, uint64_t next)
{
    uint64_t fours = bits & bits >> 1 & bits >> 2 & bits >> 3;
    if ((fours & fours >> 4 & 0x0101010101010101u) == 0 && (next & 0xFF) != 0xFF)
        return 0;
#pragma GCC unroll 4
    for (unsigned n = 1; n < 16; n *= 2) {
        bits &= bits >> n | next << (64 - n);
        next &= next >> n;
    }
    return bits;
}

/* Single letters or digits, five of them, with one byte or two between. */
static uint64_t fives(const struct bytes_block *b, const struct bytes_block *next)
{
    uint64_t words = b->in[WORDS], more = next->in[WORDS];
    uint64_t single = words & ~(words >> 1 | more << 63);
    uint64_t single_more = more & ~(more >> 1);
    uint64_t twos = single & (single >> 2 | single_more << 62);
    uint64_t threes = single & ~(words >> 2 | more << 62) & (single >> 3 | single_more << 61);
    uint64_t twos_more = single_more & single_more >> 2;
    uint64_t rows = twos & (twos >> 4 | twos_more << 60) & (single >> 8 | single_more << 56);
    return rows | (threes & (single >> 6 | single_more << 58));
}

/* An escape with two letters or digits behind it, or one that ends a line. */
static uint64_t escapes(const struct bytes_block *b, const struct bytes_block *next)
{
    uint64_t sign = b->in[ESCAPES], words = b->in[WORDS], more = next->in[WORDS];
    if (sign == 0)
        return 0;
    words |= b->in[OPENING]; /* \u{40} */
    more |= next->in[OPENING];
    uint64_t two = (words >> 1 | more << 63) & (words >> 2 | more << 62);
    return sign & (two | b->in[CLOSING] >> 1 | next->in[CLOSING] << 63 | 1ull << 63);
}

/* The places of a block; the one behind it is looked ahead into. */
static uint64_t places_of(const struct bytes_block *b)
{
    const struct bytes_block *next = b + 1;
    uint64_t shut3 = b->in[CLOSING] >> 3 | next->in[CLOSING] << 61;
    uint64_t shut4 = b->in[CLOSING] >> 4 | next->in[CLOSING] << 60;
    return b->in[HIGH] | b->in[SIGNS] | (b->in[OPENING] & (shut3 | shut4)) |
           sixteens(b->in[TOKENS], next->in[TOKENS]) | fives(b, next) | escapes(b, next);
}

/* Of the bits of each sixteen the lowest; none where `no` has one of the same sixteen. */
static uint64_t lowest_of_sixteens(uint64_t bits, uint64_t no)
{
    const uint64_t ones = 0x0001000100010001u, highs = ones << 15;
    uint64_t below = (bits | highs) - ones; /* nothing is borrowed from the next sixteen */
    uint64_t shut = ((((no & ~highs) + (highs - ones)) | no) & highs) >> 15;
    return bits & ~below & ~(shut * 0xFFFF);
}

/* Looks at one word in each sixteen bytes: no row of digit words is so short that it has none. Not
 * where a word is too long. */
static void find_spelled(struct sight *sight, struct slice in, const struct bytes_block *b,
                         size_t at, bool in_word)
{
    uint64_t words = b->in[WORDS], letters = words | b->in[HIGH];
    uint64_t begin = letters & ~(letters << 1 | in_word), eight = words & words >> 1;
    eight &= eight >> 2;
    eight &= eight >> 4;
    uint64_t rest = lowest_of_sixteens(begin, eight);
    if (in.len >= at + SPELLED_AHEAD && !spelled_any_may_begin(in.at + at, rest))
        return;
    for (; rest != 0; rest &= rest - 1) {
        size_t place = at + (size_t)__builtin_ctzll(rest);
        if (!spelled_may_begin(in, place) || place < sight->spelled)
            continue;
        size_t end, start = spelled_start(in, place, sight->from, &end);
        if (start == SIZE_MAX || start >= sight->to) /* the next sight will meet it */
            continue;
        sight->spelled = end;
        start -= sight->from;
        sight->places[start / BYTES_BLOCK] |= (uint64_t)1 << start % BYTES_BLOCK;
    }
}

/* So many of a block's bytes are beyond ASCII that it is in another script: two letters in a row
 * are asked for first. */
static bool is_script(uint64_t high)
{
    uint64_t twos = high & high >> 1;
    return (twos & twos >> 2) != 0 && __builtin_popcountll(high) > SCRIPT;
}

/* Where the text of a block is in another script, a byte beyond ASCII is a place only when it may
 * begin a drawing or touches an ASCII word, in which there may be look-alikes. `part` is what the
 * blocks are about. */
static void leave_scripts(struct sight *sight, struct slice part, const struct bytes_block *block,
                          bool in_word)
{
    struct bytes_block GW_UNSET odd[SIGHT_BLOCKS];
    bytes_classify(part, &odd_leads, odd);
    for (size_t k = 0; k * BYTES_BLOCK < part.len; k++) {
        uint64_t high = block[k].in[HIGH], words = block[k].in[WORDS];
        uint64_t beside = (words << 1 | in_word) | (words >> 1 | block[k + 1].in[WORDS] << 63);
        if (is_script(high))
            sight->places[k] &= ~high | odd[k].in[0] | beside;
        in_word = words >> 63 != 0;
    }
}

/* Finds the places of the stretch that begins at `from`. */
static void look(struct sight *sight, struct slice in, size_t from)
{
    struct bytes_block GW_UNSET block[SIGHT_BLOCKS + 1];
    struct slice rest = slice_cut(in, from, from + SIGHT_BYTES + BYTES_BLOCK);
    size_t blocks = (rest.len + BYTES_BLOCK - 1) / BYTES_BLOCK;
    bytes_classify(rest, &sights, block);
    if (blocks <= SIGHT_BLOCKS)
        block[blocks] = (struct bytes_block){0};
    else
        blocks = SIGHT_BLOCKS;
    bool any_script = false;
    for (size_t k = 0; k < blocks; k++) {
        sight->places[k] = places_of(&block[k]);
        sight->tokens[k] = block[k].in[TOKENS];
        any_script |= is_script(block[k].in[HIGH]);
    }
    if (any_script)
        leave_scripts(sight, slice_cut(rest, 0, SIGHT_BYTES), block,
                      from > 0 && is_alnum(in.at[from - 1]));
    sight->from = from;
    sight->to = from + blocks * BYTES_BLOCK;
    bool in_word = from > 0 && (is_alnum(in.at[from - 1]) || in.at[from - 1] & 0x80);
    for (size_t k = 0; k <= blocks; k++) {
        find_spelled(sight, in, &block[k], from + k * BYTES_BLOCK, in_word);
        in_word = (block[k].in[WORDS] | block[k].in[HIGH]) >> 63 != 0;
    }
}

size_t sight_find(struct sight *sight, struct slice in, size_t at)
{
    while (at < in.len) {
        if (at >= sight->to)
            look(sight, in, at);
        size_t k = (at - sight->from) / BYTES_BLOCK;
        uint64_t bits = sight->places[k] & UINT64_MAX << (at - sight->from) % BYTES_BLOCK;
        if (bits != 0)
            return sight->from + k * BYTES_BLOCK + (size_t)__builtin_ctzll(bits);
        at = sight->from + (k + 1) * BYTES_BLOCK;
    }
    return in.len;
}

size_t sight_token_end(const struct sight *sight, struct slice in, size_t at)
{
    while (at >= sight->from && at < sight->to && at < in.len) {
        size_t i = at - sight->from, k = i / BYTES_BLOCK;
        uint64_t others = ~sight->tokens[k] >> i % BYTES_BLOCK;
        if (others != 0)
            return at + (size_t)__builtin_ctzll(others);
        at = sight->from + (k + 1) * BYTES_BLOCK;
    }
    while (at < in.len && bytes_base64(in.at[at]) >= 0)
        at++;
    return at < in.len ? at : in.len;
}
