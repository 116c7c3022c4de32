/* redact/prints.h - fingerprints of documents, and the stretches of a text that were taken from
 * one.
 *
 * A text is a row of words, in lower case and without marks. Each PRINTS_GRAM words one behind the
 * other have a hash that rolls from word to word; of each PRINTS_WINDOW hashes in a row the least
 * is kept (winnowing: Schleimer, Wilkerson and Aiken, 2003). So of a copied stretch of
 * PRINTS_GRAM + PRINTS_WINDOW - 1 words one hash at least is known, whatever stands around it, and
 * the document itself is not needed. Whoever has the fingerprints can tell whether a text that he
 * already has was in a document; he cannot read it.
 *
 * Format: "bulla-prints 1 6 4", then one hash a line in hex, sorted. Immutable once read; all of it
 * lies in the caller's arena. */
#ifndef REDACT_PRINTS_H
#define REDACT_PRINTS_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/slice.h"

enum {
    PRINTS_GRAM = 6,    /* words */
    PRINTS_WINDOW = 4,  /* hashes */
    PRINTS_GAP = 8,     /* words that may be others inside a stretch */
    PRINTS_LEAST = 16,  /* words of a stretch, when nothing is said */
    PRINTS_FEWEST = 8,  /* that may be asked for */
    PRINTS_MOST = 1000, /* that may be asked for */
};

struct prints {
    uint64_t *slots; /* open addressing; 0 is empty */
    size_t mask, count, room;
    size_t least; /* words that make a stretch a finding */
};

/* Room for so many bytes of documents (or of fingerprint files), in the arena. */
GW_MUST gw_result prints_init(struct prints *p, size_t bytes, size_t least, struct arena *arena);
/* True: a file that prints_write() made, to be read and not to be taken as a document. */
bool prints_is_file(struct slice text);
/* A document, or such a file. GW_BAD: it is no such file, or has too few words. */
GW_MUST gw_result prints_add(struct prints *p, struct slice text);
/* The same with every hash and not the least of some: for one short text of which the first words
 * count too. GW_BAD: it has fewer than PRINTS_GRAM words. */
GW_MUST gw_result prints_add_all(struct prints *p, struct slice text);
GW_MUST gw_result prints_write(struct prints *p, struct buf *out); /* p is of no use any more */

/* One stretch, bytes of the text. */
struct prints_stretch {
    size_t start, end;
    size_t words; /* from its first to its last */
    bool is_open; /* more text could make it longer, or long enough */
};
/* A walk over a text; starts at `at`, all else zero. */
struct prints_walk {
    const struct prints *prints;
    struct slice text;
    size_t at;
    size_t words;  /* since the last separator or other break */
    uint64_t hash; /* of the last words, up to PRINTS_GRAM */
    uint64_t ring[PRINTS_GRAM];
    size_t starts[PRINTS_GRAM];
    struct prints_stretch now; /* words 0: none */
    size_t first, last;        /* its words, counted from the break */
};
void prints_start(struct prints_walk *w, const struct prints *p, struct slice text, size_t at);
/* The next stretch, short ones too; false: there is none. */
bool prints_next(struct prints_walk *w, struct prints_stretch *out);
/* Where the last PRINTS_GRAM words begin, in which a stretch may begin that is not seen yet. Asked
 * when prints_next() has said false. */
size_t prints_tail(const struct prints_walk *w);

#endif
