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

/* gates[0..n): one a thread, read without a lock (each counter is one word). NULL when memory is
 * short. */
struct admin *admin_new(struct loop *l, int fd, struct gate *const *gates, size_t n);
void admin_free(struct admin *a); /* NULL is fine */

#endif
