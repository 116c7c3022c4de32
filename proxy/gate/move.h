/* proxy/gate/move.h - an exchange goes on to its next stretch: the only place where a state
 * changes.
 *
 * For this folder only. Knows which moves are lawful, not what is done in a stretch. */
#ifndef PROXY_GATE_MOVE_H
#define PROXY_GATE_MOVE_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "proxy/base/why.h"
#include "proxy/gate/state.h"

/* "relay" for XCHG_RELAY. */
const char *move_word(enum xchg_state state);
/* Asserts that the move is lawful. */
void move_to(struct exchange *x, enum xchg_state to);
/* To SETTLE, for that reason; nothing when it is ending already. */
void move_end(struct exchange *x, enum why why);
/* The same, and the client gets the dialect's error. */
void move_refuse(struct exchange *x, enum why why, unsigned status, const char *code,
                 struct slice message);

#endif
