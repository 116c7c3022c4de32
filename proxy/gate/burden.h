/* proxy/gate/burden.h - what the exchanges of a worker hold in memory, and whether there is room
 * for more: limits.memory. From 90 % of it on, new work is refused (503, retry-after); what runs
 * goes on.
 *
 * Counts the bytes that grow with what others send: buffers and arenas of exchanges, not our fixed
 * costs. Each thread counts its own; what the others hold is looked up a few times a second by the
 * owner of the gates. For the files of this folder and for proxy/main. */
#ifndef PROXY_GATE_BURDEN_H
#define PROXY_GATE_BURDEN_H

#include "proxy/base/base.h"
#include "proxy/gate/gate.h"

struct exchange;

/* Something of x grew or shrank; with is_over, all of it goes. */
void burden_note(struct exchange *x, bool is_over);
/* May a request come in whose body says this length? */
bool burden_has_room(const struct gate *g, uint64_t body_bytes);
/* No byte more of a request that is coming in. */
bool burden_is_full(const struct gate *g);
/* The others' share, from the gates of all threads; read without a lock. */
void burden_look(struct gate *g, struct gate *const *all, size_t n);

#endif
