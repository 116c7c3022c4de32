/* proxy/gate/burden.h - what the exchanges of a worker hold in memory, and whether there is room
 * for more: limits.memory. From 90 % of it on, new work is refused (503, retry-after), and what has
 * not begun takes no byte that would lead beyond it; what runs goes on.
 *
 * Counts the bytes that grow with what others send: buffers and arenas of exchanges, not our fixed
 * costs. One sum for all threads, changed as soon as an exchange has had its turn. For the files of
 * this folder. */
#ifndef PROXY_GATE_BURDEN_H
#define PROXY_GATE_BURDEN_H

#include "proxy/base/base.h"
#include "proxy/gate/gate.h"

struct exchange;

/* Something of x grew or shrank; `beside`: bytes that others hold for it, guards and captures.
 * is_over: all of it goes. */
void burden_note(struct exchange *x, uint64_t beside, bool is_over);
/* May a request come in whose body says this length? */
bool burden_has_room(const struct gate *g, uint64_t body_bytes);
/* So many bytes more x may take, with what it has taken in this turn. */
size_t burden_room(const struct exchange *x);
/* Refuses x, for which memory was not to be had: the machine has none, or all exchanges together
 * have what they may. */
void burden_refuse(struct exchange *x);

#endif
