/* proxy/gate/price.h - what an exchange costs, by the prices of the configuration: of an upstream's
 * models, for a million tokens each.
 *
 * Knows no currency: what comes out is in millionths of what the prices are in. Tokens that are
 * written into a provider's cache are priced as others are. Borrows; nothing to free. */
#ifndef GATE_PRICE_H
#define GATE_PRICE_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "proxy/llm/dialect.h"

struct price {
    struct slice model;       /* glob */
    uint64_t in, out, cached; /* of a million tokens, in millionths */
};

/* "gpt-4o* 2.50 10 1.25": which models, asked, answered, read from a cache (as asked when it is not
 * given); at most six places behind the point. GW_BAD. */
GW_MUST gw_result price_read(struct slice words, struct price *out);
/* The first row that fits. False: there is none, and *micro is not touched. */
bool price_of(const struct price *prices, size_t n, struct slice model, const struct llm_stream *s,
              uint64_t *micro);

#endif
