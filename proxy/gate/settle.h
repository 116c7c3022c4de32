/* proxy/gate/settle.h - when an exchange goes on, by what its route and the configuration say.
 *
 * Each is called by exchange.c, decide.c, account.c and explain.c only, and moves the exchange
 * where its record's fate leads. In struct exchange: has_begin, the begin is with the auditor or
 * durable; knows_begin, it is durable; passes, it may go on without a record; is_unrecorded, it
 * does; durability, enum record_durability. Nothing is owned. Errors end the exchange. */
#ifndef PROXY_GATE_SETTLE_H
#define PROXY_GATE_SETTLE_H

#include "proxy/gate/state.h"

/* What route and configuration say, for one that asks no guard. */
enum record_durability settle_wanted(const struct exchange *x, bool *passes);
void settle_choose(struct exchange *x); /* once it is decided */
void settle_sent(struct exchange *x);   /* its record is handed over */
void settle_recorded(struct exchange *x, bool is_durable, uint64_t seq);
void settle_unlogged(struct exchange *x); /* the log that had its begin is gone */
enum xchg_next settle_step(struct exchange *x);

#endif
