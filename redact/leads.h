/* redact/leads.h - with which bytes patterns begin: which of them may begin at a place of a text.
 *
 * Many patterns are asked whether a text ends in the middle of a match. Most begin with letters
 * that are written in them ("EMP-" of "\bEMP-\d{6}"): those are found by halving, and each other
 * one has the set of bytes that it may begin with. Tells too much, never too little: the engine
 * decides. Built once, in the caller's arena, and never changed; knows numbers, no rows. */
#ifndef REDACT_LEADS_H
#define REDACT_LEADS_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/slice.h"

/* By what a pattern asks of its first letters. */
enum { LEADS_KINDS = 4, LEADS_LONGEST = 32 };

struct lead {
    struct slice text; /* small letters where case says nothing */
    uint32_t row;
    uint8_t kind;
};

/* A set of bytes: bit b % 64 of [b / 64]. */
struct lead_bytes {
    uint64_t bits[4];
};

struct lead_other {
    struct lead_bytes first;
    uint32_t row;
    uint32_t same; /* so many behind it begin with the very same ones */
};

struct leads {
    struct lead *sorted; /* by kind, then text, when done */
    size_t count;
    uint32_t (*begin)[257]; /* for each kind, those from [b] up to [b + 1] begin with byte b */
    struct lead_other *others;
    size_t other_count;
};

/* Room for so many patterns. */
GW_MUST gw_result leads_init(struct leads *l, size_t patterns, struct arena *arena);
/* A pattern as the engine takes it; `first` is what it may begin with. */
GW_MUST gw_result leads_add(struct leads *l, struct slice pattern, bool caseless,
                            const struct lead_bytes *first, uint32_t row, struct arena *arena);
/* No more come. */
void leads_done(struct leads *l);

/* What stands at one place. */
struct leads_walk {
    const struct leads *leads;
    struct slice text; /* from that place to the end */
    size_t low, high;  /* those that begin with the bytes so far */
    size_t depth;
    unsigned kind;
};

/* The rows whose first letters stand at the begin of `text`; and where `text` ends in the middle of
 * first letters, one row for all that share what is there. False: no more. */
void leads_start(struct leads_walk *w, const struct leads *l, struct slice text);
bool leads_next(struct leads_walk *w, uint32_t *row);

/* The bytes of a text, for lead_other.first. */
struct lead_bytes leads_bytes(struct slice text);
static inline bool leads_meet(const struct lead_bytes *a, const struct lead_bytes *b)
{
    return ((a->bits[0] & b->bits[0]) | (a->bits[1] & b->bits[1]) | (a->bits[2] & b->bits[2]) |
            (a->bits[3] & b->bits[3])) != 0;
}

#endif
