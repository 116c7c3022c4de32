/* proxy/gate/exchange.h - one request with its answer, from the first byte to the last record.
 *
 * Sans-I/O: the owner feeds bytes and is told what is wanted. The owner (proxy/main/session.c, a
 * unit test, a fuzzer) moves bytes between sockets and these calls, sends the records, and
 * connects:
 *
 *     exchange_feed(x, SIDE_CLIENT, bytes)  ->  exchange_want(x)  ->  exchange_output(x, SIDE_...)
 *
 * Nothing dies inside a call: exchange_free() is the owner's, after exchange_is_over(). Never
 * blocks, never logs content. Source: ARCHITECTURE section 3; STYLE habits 2 to 6. */
#ifndef PROXY_GATE_EXCHANGE_H
#define PROXY_GATE_EXCHANGE_H

#include "proxy/base/base.h"
#include "proxy/base/reached.h"
#include "proxy/base/slice.h"
#include "proxy/base/why.h"
#include "proxy/gate/gate.h"

enum xchg_side { SIDE_CLIENT = 0, SIDE_UPSTREAM };

/* What an exchange waits for: a set, computed anew each time it is asked. */
enum xchg_want {
    WANT_CLIENT_IN = 1,  /* bytes of the request */
    WANT_CLIENT_OUT = 2, /* its output to the client be written */
    WANT_CONNECT = 4,    /* a connection to exchange_upstream(x) */
    WANT_UP_IN = 8,      /* bytes of the answer */
    WANT_UP_OUT = 16,    /* its output to the upstream be written */
    WANT_RECORD = 32,    /* exchange_record() be sent to the auditor */
    WANT_TURN = 64, /* exchange_turn(), after others had theirs: a body is read then, in bits */
};

/* Who is at the other end of the client's connection; borrowed for the exchange's life. */
struct exchange_peer {
    struct slice address; /* "127.0.0.1", for the record */
    unsigned port;
    struct slice tls;           /* "TLSv1.3", empty for plain */
    bool is_excess;             /* one connection too many: its request is refused with 503 */
    const struct digest *print; /* of the certificate that it has shown; NULL: none */
};

struct exchange;

/* NULL when memory is short. */
struct exchange *exchange_new(struct gate *gate, const struct exchange_peer *peer);
void exchange_free(struct exchange *x); /* NULL is fine; wipes */

/* Takes what it can of the bytes: *used of them. What is left belongs to the next exchange, or
 * waits until WANT_..._IN is there again. */
void exchange_feed(struct exchange *x, enum xchg_side from, struct slice bytes, size_t *used);
/* That side ended; clean: by FIN or close_notify, not by a reset. */
void exchange_end(struct exchange *x, enum xchg_side side, bool is_clean);
unsigned exchange_want(const struct exchange *x);
/* Bytes to write to a side, and how many were. */
struct slice exchange_output(const struct exchange *x, enum xchg_side to);
void exchange_sent(struct exchange *x, enum xchg_side to, size_t n);

/* Where to say whom the connection leads to, for the record: before exchange_connected(). */
struct reached *exchange_reached(struct exchange *x);
/* WANT_CONNECT: index in gate->upstreams; always_new: no idle connection, please. Then either: */
size_t exchange_upstream(const struct exchange *x, bool *always_new);
void exchange_connected(struct exchange *x, bool is_fresh);
void exchange_unconnected(struct exchange *x,
                          enum why why); /* tries the next of the route, or fails */

/* WANT_RECORD: the encoded record (audit/record.h); after it was handed over, exchange_recorded()
 * says once whether it is durable, and under which seq. */
struct slice exchange_record(const struct exchange *x);
void exchange_record_sent(struct exchange *x);
/* It waits for that word; else nobody does (durability: sync, of a begin whose end went out; async,
 * of an end), and exchange_recorded() must not be called. */
bool exchange_awaits_record(const struct exchange *x);
/* Where a record cannot be handed over now, exchange_recorded(x, false, 0) does no harm: it goes on
 * and is counted (durability: async). */
bool exchange_may_go_unrecorded(const struct exchange *x);
/* That its begin is durable was said. */
bool exchange_knows_begin(const struct exchange *x);
void exchange_recorded(struct exchange *x, bool is_durable, uint64_t seq);
/* The log that knows of this exchange is gone, and no record of it is under way: what was begun can
 * no longer be ended there, so it is broken off now and not at its end. */
void exchange_unlogged(struct exchange *x);

/* Its begin is in the log, so an end must follow. */
bool exchange_is_begun(const struct exchange *x);
/* The program ends soon: a stream says so in a comment, which clients pass over; others need not
 * know. */
void exchange_tell_drain(struct exchange *x);

/* WANT_TURN: goes on with what was put off. */
void exchange_turn(struct exchange *x);

/* Deadlines and keep-alives; call about ten times a second. */
void exchange_tick(struct exchange *x);
/* Ends it for a reason from every state; does nothing when it is ending already. */
void exchange_kill(struct exchange *x, enum why why);

/* All is done: recorded, and written or given up. */
bool exchange_is_over(const struct exchange *x);
/* Nothing was fed yet: an idle keep-alive connection. */
bool exchange_is_idle(const struct exchange *x);
/* After it is over: may the client's / the upstream's connection be used again? */
bool exchange_keeps(const struct exchange *x, enum xchg_side side);
/* The answer must look cut: close the client's connection without goodbye. */
bool exchange_is_cut(const struct exchange *x);
/* The answer streams: pad its TLS records. */
bool exchange_is_stream(const struct exchange *x);
/* Of the upstream's answer; 0: its head is not there. */
unsigned exchange_status(const struct exchange *x);
enum why exchange_why(const struct exchange *x);
/* "intake", "decide", ...: for the log. */
const char *exchange_state_word(const struct exchange *x);

#endif
