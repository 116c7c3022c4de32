/* proxy/gate/capture.h - what of an exchange's content is kept for reviewers: sealed, in its
 * records, and nowhere else.
 *
 * How much: the configuration says it, the route that an exchange takes in its place, and rules
 * that matched may ask for more. What a guard or an answer makes a violation is one late: the
 * request is then kept with the end record if nothing of it was sent, of an answer its two ends
 * always are.
 *
 * When the log's disk runs short, less of new exchanges is kept, and their records say so (`cap`);
 * what is decided is recorded all the same.
 *
 * Bounded: a payload holds gate.capture_bytes of its text at most, of a longer one the two ends.
 * Does nothing where the gate has no sealer. */
#ifndef PROXY_GATE_CAPTURE_H
#define PROXY_GATE_CAPTURE_H

#include "audit/record.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/slice.h"

struct exchange;

enum { CAPTURE_MOST = 57344, CAPTURE_MATCH = 4096, CAPTURE_CONTEXT = 75 };

/* The two ends of a text that comes bit by bit. */
struct capture_tape {
    struct buf head, tail;
    uint64_t all; /* bytes that came */
    uint32_t key; /* of the text that came last */
};

/* What was found in an answer, as lines: see capture_found(). */
struct capture_lines {
    struct buf text;
    char before[CAPTURE_CONTEXT], after[CAPTURE_CONTEXT]; /* around what is judged now */
    size_t before_len, after_len;
};

void capture_init(struct exchange *x);
void capture_free(struct exchange *x); /* wipes */
size_t capture_held(const struct exchange *x);

/* Bytes of an answer as the upstream sent it. */
void capture_heard(struct exchange *x, struct slice bytes);
/* Text of an answer as it is said to the caller, with tokens in place: a window_tap. */
void capture_said(void *exchange, struct slice text);
void capture_new_text(struct exchange *x, uint32_t key); /* another text of the answer begins */
void capture_unsay(struct exchange *x);                  /* nothing of it was said after all */

/* Is it kept what stands around findings of the answer? Then capture_near() is told of it before
 * each is judged (a window_near), and capture_found() of each that counts. */
bool capture_wants_found(const struct exchange *x);
void capture_near(void *exchange, struct slice before, struct slice after);
void capture_found(struct exchange *x, struct slice entity, struct slice value);

/* The payloads of a record; their bytes lie in `sealed`, which the caller frees once the record is
 * encoded. False: they cannot be sealed, so the record cannot be made. is_sent: the request
 * leaves. */
bool capture_request(struct exchange *x, bool is_sent, struct audit_record *rec,
                     struct buf *sealed);
bool capture_answer(struct exchange *x, struct audit_record *rec, struct buf *sealed);

#endif
