/* redact/attack_chunk.h - a text in chunks of ATTACK_CHUNK bytes with the features of each.
 *
 * Two chunks that follow each other are a window. The trail runs through all of them. */
#ifndef REDACT_ATTACK_CHUNK_H
#define REDACT_ATTACK_CHUNK_H

#include "proxy/base/base.h"
#include "redact/attack_features.h"
#include "redact/attack_views.h"

enum { ATTACK_CHUNK = 160, ATTACK_CHUNK_FEATURES = 1024, ATTACK_FILTER = 8192 };

struct attack_chunk {
    uint32_t from, to;  /* bytes of the text */
    int32_t sum;        /* of the weights of its features, each once */
    uint32_t count;     /* of them */
    uint64_t *features; /* NULL: not wanted; else room for ATTACK_CHUNK_FEATURES */
};

struct attack_reader {
    struct attack_signs signs; /* the text and how far it was read */
    struct attack_trail trail;
    struct attack_hints hints; /* of what was read so far */
};

/* False when the text has no more. `features` is the caller's. */
bool attack_chunk_next(struct attack_reader *r, struct attack_chunk *out);

#endif
