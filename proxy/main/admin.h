/* proxy/main/admin.h - the admin listener: health and metrics, plain HTTP on an address of its own.
 *
 * Never on a data listener. Reads counters only; takes no command that changes anything. Labels
 * come from our own tables, so no caller can create a series. */
#ifndef PROXY_MAIN_ADMIN_H
#define PROXY_MAIN_ADMIN_H

#include "proxy/base/base.h"
#include "proxy/gate/gate.h"
#include "proxy/net/loop.h"

struct admin;
struct cert_pair;
struct gauges;

/* What it tells of; borrowed. gates: one a thread, read without a lock (each counter is one word).
 * pairs: one a listener, NULL for plain ones. */
struct admin_view {
    struct gate *const *gates;
    size_t gate_count;
    struct cert_pair *const *pairs;
    size_t pair_count;
    const struct gauges *gauges; /* of the log and its sinks; NULL: none */
};

/* NULL when memory is short. */
struct admin *admin_new(struct loop *l, int fd, const struct admin_view *view);
/* Nobody new is let in; who is there gets the answer. NULL is fine. */
void admin_drain(struct admin *a);
/* Nobody is there any more. NULL is fine. */
bool admin_is_empty(const struct admin *a);
void admin_free(struct admin *a); /* NULL is fine */

#endif
