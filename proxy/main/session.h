/* proxy/main/session.h - the glue between sockets and the gate, one client connection each.
 *
 * A session moves bytes: client connection <-> exchange <-> upstream connection, and records to the
 * auditor. It decides nothing. One exchange after the other on one connection. A session lives in
 * its thread's list and is freed after the turn of the loop in which its connection ended. */
#ifndef PROXY_MAIN_SESSION_H
#define PROXY_MAIN_SESSION_H

#include "proxy/base/base.h"
#include "proxy/base/list.h"
#include "proxy/gate/exchange.h"
#include "proxy/net/conn.h"
#include "proxy/net/loop.h"
#include "proxy/net/pool.h"

struct session;

/* One worker thread: its loop, its gate, its pools, its channel to the auditor. */
struct session_thread {
    struct loop *loop;
    struct gate gate;
    struct pool **pools;  /* one an upstream, in the order of gate.upstreams */
    int audit_fd;         /* -1: the auditor is not there now */
    bool had_audit;       /* it was there once; before that, records wait for it */
    bool is_audit_slow;   /* a record waited for longer than record_ms, and none came back since */
    int64_t born_ns;      /* monotonic; records wait so long for a first auditor, then fail */
    uint64_t ticket;      /* of the last record sent */
    struct list sessions; /* all of them */
    size_t most_sessions; /* since memory was given back */
    struct list pending;  /* those whose record is packed or with the auditor, in order */
    struct buf packet;    /* records of this turn, for the auditor */
    unsigned packed;      /* how many */
    uint64_t
        unwaited; /* records with the auditor for which nobody waits, of which nothing is known */
    bool is_flush_due;       /* session_flush() comes after this turn */
    bool is_held;            /* or after the next */
    bool is_channel_full;    /* the packet could not be sent yet */
    bool owes_word;          /* that it has new keys */
    bool is_turn_due;        /* so do the turns */
    struct list turns;       /* those that want a turn of the loop */
    struct list graveyard;   /* freed after this turn */
    struct list shaking;     /* those whose handshake is not done, the oldest first */
    struct gate *const *all; /* the gates of all threads, ours too; read without a lock */
    size_t all_count;
    unsigned handshake_ms, idle_ms, stall_ms, record_ms;
    uint64_t max_sessions; /* of all threads, handshakes apart */
    size_t max_shaking;    /* of this thread */
    int fd_limit;          /* of the process */
    bool is_hurried;
};

/* An accepted socket; takes over fd. tls NULL: plain. */
void session_accept(struct session_thread *t, int fd, struct tls_server *tls);
/* The auditor answered: matches the ticket; or went away: all that wait have failed, and what runs
 * is broken off, for the next auditor ends it as unknown. */
void session_recorded(struct session_thread *t, uint64_t ticket, bool is_durable, uint64_t seq);
void session_audit_lost(struct session_thread *t);
/* The auditor asks for new keys: CHANNEL_RENEW. */
void session_renew(struct session_thread *t);
/* Sends the records that wait in the packet, if the channel takes them now. */
void session_flush(struct session_thread *t);
/* Deadlines of all sessions; a few times a second. */
void session_tick(struct session_thread *t);
/* Answers say Connection: close from now on; idle callers may still send one request. */
void session_drain(struct session_thread *t);
/* The program stops: idle connections are closed, now and as they become idle. */
void session_hurry(struct session_thread *t);

#endif
