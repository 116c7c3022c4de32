/* redact/cues.h - words of many languages that say what stands beside them: labels of forms,
 * titles, greetings, closings, and words that are no names.
 *
 * A word is known by its hash (word.h), a phrase by those of its words. Built once with the
 * scanner, in its arena; never changed, shared by threads. The words are in cues_table.c, a row for
 * each kind and language. */
#ifndef REDACT_CUES_H
#define REDACT_CUES_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "redact/word.h"

/* What a word says, as bits. */
enum cue {
    CUE_PART = 1,       /* label of a part of a name: surname */
    CUE_NAME = 2,       /* label of names of anything: name */
    CUE_ROLE = 4,       /* label of whom or which firm: customer */
    CUE_ADDRESS = 8,    /* label of an address */
    CUE_PLACE = 16,     /* label of a town */
    CUE_COMPANY = 32,   /* label of a firm */
    CUE_TITLE = 64,     /* stands before a name: Mr */
    CUE_BEHIND = 128,   /* stands behind one */
    CUE_GREETING = 256, /* dear */
    CUE_CLOSING = 512,  /* regards */
    CUE_INTRO = 1024,   /* my name is */
    CUE_NOT = 2048,     /* never a name, never a part of one */
    CUE_ID = 4096,      /* label of a number: never a part of a name or an address */
    CUE_PHRASE = 8192,  /* ends a phrase: what stands before it says more */
    CUE_STREET = 16384, /* part of an address */
    CUE_CALL = 32768,   /* with CUE_INTRO: says other things than who speaks, too: "this is" */
};

struct cue_row {
    uint16_t kind;     /* bits of enum cue */
    const char *words; /* "word|two words|..." in lower case */
};

struct cue_slot {
    uint32_t low; /* hash of a word or a phrase; 0: empty */
    uint16_t kind;
};

enum { CUE_SLOTS = 8192, CUE_WORDS = 3 /* in a phrase, at most */ };

struct cues {
    struct cue_slot slots[CUE_SLOTS];
    size_t count;
};

/* The table's rows; NULL behind the last. */
const struct cue_row *cue_row_at(size_t i);
/* All rows in one table of the arena. */
GW_MUST gw_result cues_new(struct arena *arena, struct cues **out);
/* What a word says by its hash; 0: nothing. */
static inline uint16_t cues_find(const struct cues *c, uint32_t low)
{
    uint32_t at = low % CUE_SLOTS;
    while (c->slots[at].low != 0 && c->slots[at].low != low)
        at = (at + 1) % CUE_SLOTS;
    return c->slots[at].low == low ? c->slots[at].kind : 0;
}
/* What words[i] says, alone and with those before it. */
uint16_t cues_at(const struct cues *c, const struct word *words, size_t i);
/* What a label says that stands for itself: a member key, the head of a column. */
uint16_t cues_of_label(const struct cues *c, struct slice label);

#endif
