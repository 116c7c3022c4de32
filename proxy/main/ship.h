/* proxy/main/ship.h - one sink and its cursor: records go into a batch, the batch goes out, the
 * cursor moves when it was taken. So each record arrives at least once.
 *
 * The cursor is also the sink's receipt, as far as it gives one: the last record and the newest
 * signed head that it has taken, and whether it said so itself.
 *
 * For the verb that exports and for the shipper; which records, and in what order, is theirs. */
#ifndef PROXY_MAIN_SHIP_H
#define PROXY_MAIN_SHIP_H

#include "audit/note.h"
#include "proxy/base/base.h"
#include "proxy/main/sink.h"

enum { SHIP_BATCH = 1000, SHIP_CURSOR = 96 };

struct ship {
    struct sink *sink;        /* the caller's */
    int dir;                  /* of the log; the caller's */
    char origin[NOTE_NAME];   /* of the log */
    char cursor[SHIP_CURSOR]; /* a path in dir; "": none is kept */
    bool with_heads, with_findings;
    uint64_t sent, last; /* records in the batch; the seq it ends with */
    uint64_t head,
        taken;    /* size of the head in the batch, and of the newest that was taken; or 0 */
    bool is_full; /* the sink takes no more into this batch */
};

/* NULL, or why there can be no cursor of that name. */
const char *ship_name(struct ship *s, const char *name);
/* *has: there is one, and *after is the last seq that was taken. */
GW_MUST gw_result ship_begin(struct ship *s, bool *has, uint64_t *after);
/* A new batch. */
void ship_clear(struct ship *s);
/* A record with its begin (or NULL), and its finding where those are wanted. GW_TOO_BIG: the batch
 * is full, without it; or, when is_full is not set, it fits into none. */
GW_MUST gw_result ship_record(struct ship *s, const struct segment_frame *frame,
                              const struct segment_frame *begin);
/* The head that signs the last of them, when heads are wanted and there is room. */
GW_MUST gw_result ship_head(struct ship *s, uint64_t size, struct slice note);
/* Sends, then moves the cursor. GW_UNAVAILABLE: sink_reason() says why, nothing has moved. */
GW_MUST gw_result ship_send(struct ship *s);

#endif
