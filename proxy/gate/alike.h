/* proxy/gate/alike.h - an event of a stream that is like the one before is not read anew. For this
 * folder only.
 *
 * Kept is where the event's values stood and what they were; the next one that has the same bytes
 * around other values is read by putting them there. Freed with its exchange. */
#ifndef PROXY_GATE_ALIKE_H
#define PROXY_GATE_ALIKE_H

#include "proxy/base/base.h"
#include "proxy/http/sse.h"
#include "proxy/json/doc.h"
#include "proxy/json/mould.h"
#include "proxy/llm/dialect.h"
#include "proxy/llm/walk.h"

struct exchange;

/* What the event before said, when the next may say the same in other words: alike.c. */
enum { ALIKE_PIECES = 4, ALIKE_IDLE = 2, ALIKE_NAME = 64 };
struct alike {
    struct mould *mould; /* allocated; NULL until an event was kept; empty when none is */
    struct llm_piece pieces[ALIKE_PIECES];
    uint32_t idle[ALIKE_IDLE];                /* values that nobody reads */
    const struct walk_rule *rows[ALIKE_IDLE]; /* that exempt those; NULL: a number */
    uint8_t part, idle_parts[ALIKE_IDLE];     /* of the mould: the first piece, and those */
    bool is_alone; /* one piece, and all that is to be held against the rows is there */
    size_t piece_count, idle_count, name_len;
    char name[ALIKE_NAME]; /* of the event */
};

/* True: the event is as the one kept, and *doc and *e say what it is, as a reading would
 * have. Keeping it comes behind each reading, with x->before as it was in front of it. */
bool alike_read(struct exchange *x, const struct sse_event *in, struct json_doc *doc,
                struct llm_event *e);
/* The same for an event of a single text, which stands so in its payload; key and kind are those of
 * x->alike.pieces[0]. False: it may be alike all the same. */
bool alike_text(const struct exchange *x, const struct sse_event *in, struct slice *text);
void alike_keep(struct exchange *x, const struct sse_event *in, const struct json_doc *doc,
                const struct llm_event *e);
void alike_forget(struct exchange *x);
void alike_free(struct exchange *x);

#endif
