/* audit/event.h - what a record says to other systems, whatever form it is written in
 * (event_form.h).
 *
 * One event a record, with the id `<origin>#<seq>` (a checkpoint: `<origin>#head-<size>`; what was
 * found in one, beside its own event: `<origin>#finding-<seq>`) and the hash of its leaf, so that
 * what arrived can be held against the log. An end's event also says what its begin said. Cleared
 * text only: no content, and of who it was only what the table says. Knows nothing of sinks. */
#ifndef AUDIT_EVENT_H
#define AUDIT_EVENT_H

#include "audit/segment.h"
#include "audit/wire.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"

enum { EVENT_ID = 160, EVENT_MAX = 256 * 1024 };

struct event {
    const char *origin;
    const struct segment_frame *frame;
    const struct segment_frame *begin; /* of an end; NULL: there is none */
    bool is_finding;                   /* of what event_has_finding() */
    struct slice head; /* a signed checkpoint: then the event is of it, not of a record; the frame
                          is event_head()'s. Else empty */
};

/* The leaf of a checkpoint's event, "log.checkpoint", for the size that it signs; no record. */
GW_MUST gw_result event_head(uint64_t size, int64_t wall_us, struct buf *leaf);
void event_id(const struct event *e, char out[EVENT_ID]);
/* Lower-case hex of the leaf's hash in the tree: SHA-256(0x00, leaf). */
void event_leaf_hash(const struct event *e, char out[65]);
/* A text of the leaf (group NULL), or of a group of the record or its begin; empty: there is none.
 */
struct slice event_text(const struct event *e, const char *group, const char *key);
/* The same for a number: `other` when there is none. */
uint64_t event_number(const struct event *e, const char *group, const char *key, uint64_t other);

/* The same for a value of any kind, as JSON. */
struct slice event_value(const struct event *e, const char *group, const char *key);

/* An exchange that is over and that policy blocked, that a rule would have acted on (`observe`), or
 * that looked like an attack: somebody should look at it. */
bool event_has_finding(const struct event *e);
/* Whose rules only observe acted. */
bool event_is_observed(const struct event *e);

/* For who writes forms: parts that they share. */
bool event_is_exchange(const struct event *e);
uint64_t event_time_ms(const struct event *e);
const char *event_severity(uint64_t id); /* OCSF's caption */
struct slice event_rules(const struct event *e);
struct slice event_findings(const struct segment_frame *frame); /* the list, as JSON */
struct clear event_clear(struct slice s);                       /* what the log holds is cleared */
void event_put(struct wire *w, const char *key, struct slice text); /* unless it is empty */
/* A list of texts of the leaf, or of one key of findings, each once. */
void event_put_list(struct wire *w, const char *name, struct slice list, const char *key);

#endif
