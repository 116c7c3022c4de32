/* audit/gauges.h - a page of numbers that the processes of one master share: how large the signed
 * log is and its newest checkpoint, room on its disk, how far each sink has come.
 *
 * Made before the first fork. The auditor writes what is the log's, the shipper what is the sinks',
 * the worker what it could not have recorded; the worker shows it as metrics. Nobody decides by it
 * what may be served, only what of content is kept (`cut`): whoever has taken over a process can
 * write into it. Each number is one word.
 * gauges_free(), _sign(), _signed() and
 * _sinks() take NULL for "there is none". */
#ifndef AUDIT_GAUGES_H
#define AUDIT_GAUGES_H

#include "proxy/base/base.h"
#include "proxy/base/buf.h"

enum { GAUGES_SINKS = 16, GAUGES_NAME = 64, GAUGES_NOTE = 8192 };

struct gauges_sink {
    char name[GAUGES_NAME];
    uint64_t next; /* seq of the first record that it has not taken; UINT64_MAX: not known yet */
    uint64_t failures; /* batches that were not taken, since the shipper began */
    uint64_t is_up;    /* the last attempt was taken */
};

struct gauges {
    uint64_t records;          /* under the newest checkpoint */
    uint64_t free_kib, is_low; /* of the log's disk: below the soft mark */
    uint64_t cut;              /* 1: findings are the most that is kept of content; 2: nothing is */
    uint64_t is_open;          /* the log takes records */
    uint64_t syncs;            /* how often what was appended was made durable, since the start */
    uint64_t unrecorded;       /* exchanges refused or cut because nothing could be recorded */
    uint64_t told;             /* of those, how many a `log.gap` record has told */
    uint64_t wanted; /* so many records must be cosigned before a new policy is in force; 0: none */
    uint64_t sink_count;
    struct gauges_sink sinks[GAUGES_SINKS];
    uint64_t note_turn; /* odd while the note is written */
    uint64_t note_len;
    char note[GAUGES_NOTE];
};

/* NULL when memory is short. Never freed but by gauges_free(): forked processes keep theirs. */
struct gauges *gauges_new(void);
void gauges_free(struct gauges *g);
/* The newest checkpoint, as it is signed, and its size. One process writes it. */
void gauges_sign(struct gauges *g, uint64_t size, struct slice note);
/* Both, as they belong together. GW_NOT_FOUND: none yet; GW_AGAIN: it changes all the time. */
GW_MUST gw_result gauges_signed(const struct gauges *g, uint64_t *size, struct buf *note);
/* How many sinks there are, and how many records one of them has not taken. */
size_t gauges_sinks(const struct gauges *g);
uint64_t gauges_lag(const struct gauges *g, const struct gauges_sink *s);
void gauges_set(uint64_t *word, uint64_t n);
void gauges_add(uint64_t *word, uint64_t n);
uint64_t gauges_get(const uint64_t *word);

#endif
