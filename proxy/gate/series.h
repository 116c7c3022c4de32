/* proxy/gate/series.h - events of a stream that came together, each as the one before it but for
 * its words. For this folder only.
 *
 * They wait for each other no longer than the bytes that they came in are looked at: then their
 * texts are looked at as one, and they go out as one piece. Each becomes what it would have become
 * alone. Knows no dialect. Nothing of it lives on between two calls of relay_feed(). */
#ifndef PROXY_GATE_SERIES_H
#define PROXY_GATE_SERIES_H

#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/http/sse.h"

struct exchange;
struct window;

/* So many events, and bytes of them, go together. */
enum { SERIES_MOST = 64, SERIES_BYTES = 16384 };

/* True: the event is alike (alike.h), lies in the bytes that are just being fed, and waits for
 * series_end(). False: it is to be read, after series_end(). */
bool series_take(struct exchange *x, const struct sse_event *in);
/* All that wait go out, or into what is held. Results as of one event: GW_REFUSED never, for what a
 * rule stops has ended then. */
GW_MUST gw_result series_end(struct exchange *x);
void series_free(struct exchange *x);
/* Of stream.c: the window of a text, NULL when there are too many; what a text may be when it goes
 * out; room to look at an event, and `more` (NULL: no memory); and what events have become goes
 * out, or (GW_REFUSED) is the last before the answer ends. */
struct window *stream_window(struct exchange *x, uint32_t key, bool is_json);
size_t stream_text_most(const struct exchange *x);
struct arena *stream_scratch(struct exchange *x, size_t more);
GW_MUST gw_result stream_put(struct exchange *x, gw_result r, struct buf *out);

#endif
