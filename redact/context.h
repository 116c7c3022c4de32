/* redact/context.h - what stands around a candidate: words that speak for or against it, and
 * neighbours that make it a part of something else.
 *
 * Pure functions over the bytes of one leaf; they own nothing and know no detector. The table of
 * words lives in the caller's arena. */
#ifndef REDACT_CONTEXT_H
#define REDACT_CONTEXT_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/slice.h"

/* A set of lists. */
enum { CONTEXT_AGAINST = 0, CONTEXT_LISTS = 384, CONTEXT_PARTS = CONTEXT_LISTS / 64 };
struct context_set {
    uint64_t parts[CONTEXT_PARTS];
};

static inline void context_set_add(struct context_set *s, unsigned list)
{
    s->parts[list / 64] |= (uint64_t)1 << list % 64;
}
static inline bool context_set_has(const struct context_set *s, unsigned list)
{
    return (s->parts[list / 64] >> list % 64 & 1) != 0;
}
/* Is a list in both? */
static inline bool context_set_meets(const struct context_set *s, const struct context_set *other)
{
    uint64_t both = 0;
#pragma GCC unroll 6
    for (size_t i = 0; i < CONTEXT_PARTS; i++)
        both |= s->parts[i] & other->parts[i];
    return both != 0;
}
static inline void context_set_join(struct context_set *restrict s,
                                    const struct context_set *restrict other)
{
#pragma GCC unroll 6
    for (size_t i = 0; i < CONTEXT_PARTS; i++)
        s->parts[i] |= other->parts[i];
}

/* Lists of words, all looked for at once. Built with the scanner, in its arena; never changed. */
struct context_word {
    struct slice text;        /* lower case, without the star */
    uint64_t head, mask;      /* its first eight bytes */
    struct context_set lists; /* those that have it */
    uint32_t next;            /* index + 1 of the next one with the same hash */
    bool open;                /* more letters may follow: "secret*" */
};
struct context_table {
    struct arena *arena; /* of words that are written in several ways */
    struct context_word *words;
    size_t count, room;
    uint32_t by_six[4096];   /* index + 1, by the first six bytes */
    uint32_t by_four[1024];  /* the same of words of four bytes and of five */
    uint32_t by_three[1024]; /* of three, and of two: they are few */
    uint32_t by_two[1024];
    uint64_t fours[1024];  /* a bit for each four bytes of a word of four or five, hashed */
    uint64_t sixes[1024];  /* for the first six bytes of each longer one */
    uint64_t threes[1024]; /* for each three bytes that a word of three or two may begin with */
    uint64_t firsts[1024]; /* for each three bytes that any word may begin with */
};

/* List CONTEXT_AGAINST says: an order, build, version or the like, not a person's number.
 * `words` words in all lists at most; it is there at once. */
GW_MUST gw_result context_table_init(struct context_table *t, size_t words, struct arena *arena);
/* "a|b|c" (lower case, words of two bytes or more) as list k; with a star behind it, a word may go
 * on; "account number" is account_number, account-number and accountNumber, too. GW_BAD,
 * GW_TOO_BIG. */
GW_MUST gw_result context_table_add(struct context_table *t, unsigned k, const char *words);
/* How many words "a|b|c" holds, phrases counted as often as they are written. */
size_t context_count(const char *words);
/* Adds to *lists each list of which a word stands in text as a word of its own, in any case:
 * camelCase and snake_case end words too, a plural s is allowed; letters of hex with digits on both
 * sides are none. */
void context_add_lists(const struct context_table *t, struct slice text, struct context_set *lists);
/* The same of the words that begin in [from, to) of the text. */
void context_add_between(const struct context_table *t, struct slice text, size_t from, size_t to,
                         struct context_set *lists);
/* The same of the words that lie in [from, to) whole: a part of one is none. */
void context_add_whole(const struct context_table *t, struct slice text, size_t from, size_t to,
                       struct context_set *lists);
/* The word (lower case) stands at `at` of text as such a word. */
bool context_has_word(struct slice text, size_t at, struct slice word);
/* Whose the number in leaf [start, end) is. */
enum context_part {
    CONTEXT_PIECE = 0, /* a piece of a UUID, hash, version, price, time stamp or longer number */
    CONTEXT_LETTERED,  /* the letters of a name touch it: card4111111111111111 */
    CONTEXT_JOINED,    /* '_' joins it to a name: ssn_536-90-4399 */
    CONTEXT_ALONE
};
enum context_part context_part_of(struct slice leaf, size_t start, size_t end);

#endif
