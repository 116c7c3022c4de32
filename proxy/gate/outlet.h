/* proxy/gate/outlet.h - where a streamed answer leaves: windows of its texts, room to look at an
 * event, and what events have become on its way to the client, into what is held, or as the end.
 *
 * For this folder only: stream.c and series.c bring events. Knows no dialect beside its table. */
#ifndef PROXY_GATE_OUTLET_H
#define PROXY_GATE_OUTLET_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"

struct exchange;
struct window;

/* The window of a text; a new one for a key not seen yet; NULL when there are too many. */
struct window *outlet_window(struct exchange *x, uint32_t key, bool is_json);
/* Bytes that a text may be when it goes out: what its window held before comes with it. */
size_t outlet_text_most(const struct exchange *x);
/* Room to look at an event, and `more`; NULL: no memory. */
struct arena *outlet_scratch(struct exchange *x, size_t more);
/* Bytes of the body, framed as its head said. */
GW_MUST gw_result outlet_chunk(struct exchange *x, struct slice bytes, struct buf *out);
/* What events have become goes out, or with GW_REFUSED what stands before the end that a rule gave
 * them; `was_holding`: a call was held when they came. is_last: the answer ends behind them. */
GW_MUST gw_result outlet_put(struct exchange *x, gw_result r, bool was_holding, struct buf *out,
                             bool is_last);
/* The same of some in the middle; empties out. */
GW_MUST gw_result outlet_more(struct exchange *x, gw_result r, struct buf *out);

#endif
