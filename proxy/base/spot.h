/* proxy/base/spot.h - 64 bytes at a time: which belong to which class, and where one of many short
 * words may begin.
 *
 * Classes by the two halves of a byte: each says which high and which low halves it takes. Words by
 * the five low bits of their bytes, in which a capital is its small letter. Vector instructions
 * when the processor has them, else plain C, which the tests hold against each other. Refuses to
 * know what classes and words mean. Pure; owns nothing. */
#ifndef PROXY_BASE_SPOT_H
#define PROXY_BASE_SPOT_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

enum { SPOT_BLOCK = 64, SPOT_SETS = 6, SPOT_WORD = 4, SPOT_GROUPS = 16, SPOT_LETTERS = 32 };

/* Eight groups of words, a bit for each: the bytes that they may have, place by place, of each byte
 * its five low bits. */
struct spot_words {
    uint8_t has[SPOT_WORD][SPOT_LETTERS];
};
static inline unsigned spot_letter(char c)
{
    return (unsigned char)c % SPOT_LETTERS;
}

/* Byte b has the marks low[b % 16] & high[b / 16] and belongs to set k when one of wanted[k] is
 * among them. A word of group g may begin at b when the next SPOT_WORD bytes all have bit g in the
 * same way: no word is overlooked, some that are none are spotted; the more groups there are, the
 * fewer. */
struct spot_table {
    uint8_t low[16], high[16];
    uint8_t wanted[SPOT_SETS];
    struct spot_words words[SPOT_GROUPS / 8];
};

/* Bit i is byte i. */
struct spot_block {
    uint64_t in[SPOT_SETS];
    uint64_t words;
};

/* A mark for the bytes from `first` to `last`, which share a high half. */
void spot_add_range(struct spot_table *t, uint8_t mark, unsigned char first, unsigned char last);
/* The first SPOT_WORD bytes of `word` are spotted as of group g, in any ASCII case; behind a
 * shorter one anything may stand. */
void spot_add_word(struct spot_table *t, unsigned g, struct slice word);
/* Blocks of s, from `from` on, until `most` are filled or s ends: how many. Bits behind the end of
 * s are 0. A word may go on in the bytes of s behind the last block. */
size_t spot_blocks(const struct spot_table *t, struct slice s, size_t from, struct spot_block *out,
                   size_t most);
/* The same without vector instructions. */
size_t spot_blocks_plainly(const struct spot_table *t, struct slice s, size_t from,
                           struct spot_block *out, size_t most);

#endif
