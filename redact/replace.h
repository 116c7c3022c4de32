/* redact/replace.h - findings and their styles become edits in the body's bytes.
 *
 * token: vault_token(); label: "[EMAIL_ADDRESS]"; mask: all but the last 4 letters or digits become
 * '*'; hash: "EMAIL_" and 12 hex of the keyed hash, never restored; fake: a plausible value from
 * reserved ranges (RFC 2606, 5737, 3849; test cards; 555-01xx), restored like a token; drop:
 * nothing. In a number of JSON (TEXT_NUMBER) token, hash and fake are as many other digits, so that
 * it stays a number; the others make a string of it. */
#ifndef REDACT_REPLACE_H
#define REDACT_REPLACE_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/edit.h"
#include "redact/finding.h"
#include "redact/text.h"
#include "redact/vault.h"

/* What stands for `value` in this style. v may be NULL for label, mask, drop. */
GW_MUST gw_result replace_value(struct vault *v, struct arena *arena, enum style style,
                                const struct finding *f, struct slice value, struct slice *out);
/* What replace_edits() fills. */
struct replace_list {
    struct edit *edits; /* sorted, one per finding and leaf; in the text's arena */
    size_t count;
    struct slice *stands; /* one a finding: what stands for it; NULL: nothing is replaced */
    size_t refused;       /* on GW_REFUSED: index of the finding that nothing may stand for */
};

/* styles[i] belongs to findings[i]; STYLE_NONE leaves it. GW_REFUSED when a finding with a style
 * lies where nothing may be put in its place: in a leaf that is only inspected, over the end of a
 * number, or in digits too few to stand for. */
GW_MUST gw_result replace_edits(const struct text *t, const struct finding *findings,
                                const enum style *styles, size_t n, struct vault *v,
                                struct replace_list *out);

#endif
