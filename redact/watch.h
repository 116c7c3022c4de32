/* redact/watch.h - what an answer must not say of its own exchange: links that carry it away, a
 * canary, the system prompt's own words.
 *
 * Beside the detectors of a scanner, which know no exchange. In a text and in its normal form.
 * Findings have the family FAM_NONE and a name of WATCH_TABLE. Owns nothing. */
#ifndef REDACT_WATCH_H
#define REDACT_WATCH_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "redact/finding.h"
#include "redact/prints.h"
#include "redact/vault.h"

enum { WATCH_VALUE_LEAST = 6 };

/* One exchange's; what it names lives as long as the answer. */
struct watch {
    const struct watch_rules *rules;
    struct slice canary;         /* as it was planted; empty: none was */
    const struct prints *prints; /* of the system prompt; NULL: there is none to be told */
    const struct vault *vault;   /* its tokens stand for values of the exchange; NULL: none */
    const struct slice *values;  /* more of them, squeezed: watch_squeeze() */
    size_t value_count;
};

struct watch_found {
    struct finding *findings; /* sorted by start; may overlap */
    size_t count;
    size_t open; /* from here on more text may make a finding; the text's length: nowhere */
};

/* All in text[from, ..); what lies before is context. last: no more text follows. GW_NO_MEMORY. */
GW_MUST gw_result watch_find(const struct watch *w, struct slice text, size_t from, bool last,
                             struct arena *arena, struct watch_found *out);
/* The letters and digits of a value in lower case, at most out_size of them: how values are
 * compared. */
size_t watch_squeeze(struct slice value, char *out, size_t out_size);

#endif
