/* redact/trigger.h - one look at a text that shows where each row is worth trying.
 *
 * Classes of bytes as bitmaps (proxy/base/spot.h); from them words that begin like a vendor's
 * token, groups of digits, @, colons; and short words out of the rows by four of
 * their bytes. What this costs does not grow with the number of rows. The tables are built once,
 * with the scanner, live in its arena and are never changed. Refuses to know what a row makes of
 * its place. */
#ifndef REDACT_TRIGGER_H
#define REDACT_TRIGGER_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "proxy/base/spot.h"
#include "redact/catalog.h"
#include "redact/context.h"

struct pass;

/* The first bytes, at most eight, of what a row may begin with. */
struct trigger_head {
    uint64_t want, mask, fold; /* (bytes | fold) & mask == want */
    uint32_t row;
};

/* A word of a row; found by the bytes at `rare`: spotted by SPOT_WORD, looked up by four of them,
 * or by three when there are no more. */
struct trigger_word {
    uint64_t want, mask, fold; /* of the first bytes, as of a head: most places end here */
    struct slice text;         /* lower case when caseless */
    uint32_t row, next;        /* next: index + 1 of another one with the same hash */
    uint16_t least;            /* TRIGGER_NAME: bytes of a value */
    uint8_t rare, trigger;
    bool caseless, ends_head; /* ends_head: of a row with DET_COLUMN */
};

/* A row that waits for digits: at least so many, or so long groups. */
struct trigger_digits {
    uint32_t row;
    uint16_t least;
    uint8_t trigger, groups, len[4];
};

/* The rows of a kind that wait for their words, by the list that has them. */
enum { TRIGGER_SIZES = 32 };
struct trigger_near {
    const uint32_t *rows;                    /* those of list k: from at[k] to at[k + 1] */
    uint32_t at[CONTEXT_LISTS + 1];          /* lists without a row have none */
    size_t least;                            /* no row waits for fewer digits or bytes */
    size_t longest;                          /* no value is longer */
    struct context_set waits[TRIGGER_SIZES]; /* of rows that wait for so many or fewer; the last
                                                one: of all */
};

enum { TRIGGER_TWOS = 4096, TRIGGER_FOURS = 8192, TRIGGER_THREES = 4096 };
enum { TRIGGER_LEAST = 3 }; /* no word is shorter than three bytes */
struct triggers {
    struct spot_table spot;
    struct trigger_head *heads; /* by their first two bytes: from by_two[h] to by_two[h + 1] */
    uint16_t by_two[TRIGGER_TWOS + 1];
    struct trigger_word *words;
    uint16_t
        by_four[TRIGGER_FOURS]; /* index + 1 of the first word with the hash of its four bytes */
    uint16_t by_three[TRIGGER_THREES];
    uint8_t fours[TRIGGER_FOURS]; /* 1: by_four has one; asked for first, and half as large */
    uint8_t threes[TRIGGER_THREES];
    struct trigger_digits *digits;
    uint32_t *plain; /* rows of the other kinds, by kind: from plain_at[k] to plain_at[k + 1] */
    uint32_t plain_at[TRIGGERS + 1];
    uint16_t *least;   /* of a row that waits for words: digits, or bytes of a token */
    uint16_t *longest; /* and of its value */
    struct trigger_near near_digits, near_token;
    size_t head_count, word_count, digits_count;
    size_t groups_count; /* of the digits, those that come first: TRIGGER_GROUPS */
    size_t least_digits; /* no row waits for fewer digits */
};

/* The sets of a block. */
enum trigger_set {
    TRIGGER_IN_DIGIT = 0,
    TRIGGER_IN_WORD,   /* letters, digits, '_' */
    TRIGGER_IN_TOKEN,  /* and '-', '.' */
    TRIGGER_IN_BASE64, /* letters, digits, '+', '/' */
    TRIGGER_IN_AT,
    TRIGGER_IN_COLON
};
enum { TRIGGER_STRIP = 32 }; /* blocks that are looked at together */

/* Does the row wait for its words: TRIGGER_NEAR_DIGITS or TRIGGER_NEAR_TOKEN. */
static inline bool triggers_is_near(const struct detector *d)
{
    return d->trigger == TRIGGER_NEAR_DIGITS || d->trigger == TRIGGER_NEAR_TOKEN;
}

/* Of the first two bytes of a head. Few pairs share a place, so that what a word costs that is none
 * does not grow with the heads. */
static inline unsigned triggers_two(unsigned char first, unsigned char second)
{
    return (first * 32u ^ second) % TRIGGER_TWOS;
}
/* Of four bytes in any ASCII case, and of the first three of them. */
static inline unsigned triggers_hash_four(uint32_t four)
{
    return (four | 0x20202020u) * 0x9E3779B1u >> 19;
}
static inline unsigned triggers_hash_three(uint32_t four)
{
    return ((four & 0xFFFFFFu) | 0x202020u) * 0x9E3779B1u >> 20;
}

/* Tables for n rows of the catalogue (row i of the scanner is rows[i]). GW_NO_MEMORY; GW_BAD: a
 * row's `at` cannot be read, *bad says whose. */
GW_MUST gw_result triggers_build(struct triggers *t, const struct detector *const *rows, size_t n,
                                 struct arena *arena, size_t *bad);
/* Sorts the rows that wait for their words; list_of[i] is the list of row i. GW_NO_MEMORY. */
GW_MUST gw_result triggers_sort_near(struct triggers *t, const unsigned *list_of,
                                     struct arena *arena);
/* Tries each row at each of its places that begin in [from, to) of p->subject; a row's
 * places come in order. */
GW_MUST gw_result triggers_try(const struct triggers *t, struct pass *p, size_t from, size_t to);

#endif
