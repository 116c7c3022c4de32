/* audit/facet.h - what a record can be asked for: one row of a table for each facet.
 *
 * A facet is a name (also the option of `bulla audit query`), the group it stands in and its key
 * there. Reads a checked frame; stores nothing. Values are borrowed from the frame: cleared text.
 */
#ifndef AUDIT_FACET_H
#define AUDIT_FACET_H

#include "audit/segment.h"
#include "proxy/base/base.h"
#include "proxy/base/slice.h"

enum facet_id {
    FACET_TYPE =
        0, /* those up to FACET_WHY are a record's own; an end has the others of its begin */
    FACET_DECISION,
    FACET_OUTCOME,
    FACET_STATUS,
    FACET_WHY,
    FACET_CLASS,
    FACET_RULE,
    FACET_ENTITY,
    FACET_APP,
    FACET_TENANT,
    FACET_PERSON,
    FACET_SESSION,
    FACET_CONVERSATION,
    FACET_AGENT,
    FACET_MODEL,
    FACET_UPSTREAM,
    FACET_DIALECT,
    FACET_OP,
    FACET_SOURCE,
    FACET_CASE,
    FACET_TAG,
    FACET_FOUND, /* what a value leaves: audit/imprint.h */
    FACET_KEY,
    FACET_INSTANCE,
    FACET_ROUTE,
    FACET_TOOL,
    FACET_COUNT
};

enum { FACET_VALUE = 200 }; /* longer values are not kept */

/* What is counted of an exchange. */
struct facet_sums {
    uint64_t tokens_in, tokens_out, bytes_in, bytes_out, ms;
};

const char *facet_name(enum facet_id facet);
/* FACET_COUNT: none of that name. */
enum facet_id facet_named(const char *name);
/* Whether an end takes this one from its begin, unless it says its own. */
bool facet_is_inherited(enum facet_id facet);
/* Calls each() for every value of every facet; a value may come twice. */
GW_MUST gw_result facet_each(const struct segment_frame *frame,
                             gw_result (*each)(void *owner, enum facet_id facet,
                                               struct slice value),
                             void *owner);
/* From the group `use`; zeros where there is none. */
struct facet_sums facet_sums(const struct segment_frame *frame);
/* Microseconds since the epoch of the leaf's `t`; 0 when it is none. */
int64_t facet_time_us(struct slice rfc3339);

#endif
