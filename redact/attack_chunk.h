/* redact/attack_chunk.h - a text in chunks with the features of each: up to the end of a sentence
 * or a line behind ATTACK_CHUNK_LEAST bytes, ATTACK_CHUNK bytes at most, and the word that ends
 * there.
 *
 * A text of more than ATTACK_LONG bytes is cut finer, sentences behind ATTACK_SENTENCE_LEAST and
 * lines behind ATTACK_LINE_LEAST: what somebody laid into it is a small part of it, and the nearer
 * a chunk ends to where that does, the less of what stands around is weighed with it.
 *
 * A window is a chunk, or up to ATTACK_SPAN that follow each other: an attack of some lines is one
 * wherever it stands. The trail runs through all. */
#ifndef REDACT_ATTACK_CHUNK_H
#define REDACT_ATTACK_CHUNK_H

#include "proxy/base/base.h"
#include "redact/attack_features.h"
#include "redact/attack_views.h"

enum { ATTACK_CHUNK = 160, ATTACK_CHUNK_LEAST = 64, ATTACK_SPAN = 4 };
enum { ATTACK_LONG = 1024, ATTACK_SENTENCE_LEAST = 32, ATTACK_LINE_LEAST = 16 };

struct attack_chunk {
    uint32_t from, to;  /* bytes of the text */
    int32_t sum;        /* of the weights of its features, each once */
    uint32_t count;     /* of them */
    uint64_t *features; /* NULL: not wanted; else room for ATTACK_FEATURES_KEPT */
};

struct attack_reader {
    struct attack_signs signs; /* the text and how far it was read */
    uint32_t at, next, count;  /* where the next chunk begins; in the queue */
    struct attack_trail trail;
    struct attack_hints hints; /* of what was read so far */
    uint8_t turn;
    struct attack_sign queue[ATTACK_SIGNS];
    uint8_t seen[ATTACK_FILTER];
};

void attack_chunk_begin(struct attack_reader *r, struct slice text);
/* False when the text has no more. `features` is the caller's. */
bool attack_chunk_next(struct attack_reader *r, struct attack_chunk *out);

#endif
