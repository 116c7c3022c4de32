/* proxy/gate/series.h - events of a stream that came together, each as the one before it but for
 * its words. For this folder only.
 *
 * They wait for each other no longer than the bytes that they came in are looked at: then their
 * texts are looked at as one, and they go out as one piece. Each becomes what it would have become
 * alone. Knows no dialect. Nothing of it lives on between two calls of relay_feed(). */
#ifndef PROXY_GATE_SERIES_H
#define PROXY_GATE_SERIES_H

#include "proxy/base/base.h"
#include "proxy/http/sse.h"

struct exchange;

/* So many events, and bytes of them, go together. */
enum { SERIES_MOST = 128, SERIES_BYTES = 16384 };

/* True: the event is alike (alike.h), lies in the bytes that are just being fed, and waits for
 * series_end(). False: it is to be read, after series_end(). */
bool series_take(struct exchange *x, const struct sse_event *in);
/* All that wait go out, or into what is held. Results as of one event: GW_REFUSED never, for what a
 * rule stops has ended then. */
GW_MUST gw_result series_end(struct exchange *x);
void series_free(struct exchange *x);

#endif
