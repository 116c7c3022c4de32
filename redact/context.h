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

/* Lists of words, all looked for at once. Built with the scanner, in its arena; never changed. */
struct context_word {
    struct slice text; /* lower case */
    uint64_t lists;    /* bit k: list k has it */
    uint32_t next;     /* index + 1 of the next one with the same hash */
};
struct context_table {
    struct context_word *words;
    size_t count, room;
    uint32_t by_hash[512]; /* index + 1, by the first two bytes */
};

/* The list of words that say: an order, build, version or the like, not a person's number. */
enum { CONTEXT_AGAINST = 0, CONTEXT_LISTS = 64 };

/* `words` words in all lists at most; list CONTEXT_AGAINST is there at once. */
GW_MUST gw_result context_table_init(struct context_table *t, size_t words, struct arena *arena);
/* "a|b|c" (lower case, words of two bytes or more) as list k. GW_BAD, GW_TOO_BIG. */
GW_MUST gw_result context_table_add(struct context_table *t, unsigned k, const char *words);
/* How many words "a|b|c" holds. */
size_t context_count(const char *words);
/* Bit k: a word of list k stands in text as a word of its own, in any case: camelCase and
 * snake_case end words too, a plural s is allowed. */
uint64_t context_lists_in(const struct context_table *t, struct slice text);
/* The number in leaf [start, end) is a piece of a UUID, hash, version, price, time stamp or longer
 * number. */
bool context_is_part(struct slice leaf, size_t start, size_t end);

#endif
