/* proxy/gate/gate.h - what all exchanges of one worker thread share: the immutable configuration as
 * the gate sees it, this thread's scratch, counters, and the graveyard.
 *
 * Owned by the worker's glue. Everything behind const is shared by threads and never changes: a new
 * configuration is a new worker. Nothing here opens a file or a socket. */
#ifndef PROXY_GATE_GATE_H
#define PROXY_GATE_GATE_H

#include "audit/record.h"
#include "policies/policy.h"
#include "proxy/base/base.h"
#include "proxy/base/arena.h"
#include "proxy/base/clock.h"
#include "proxy/base/fingerprint.h"
#include "proxy/base/list.h"
#include "proxy/base/secret.h"
#include "proxy/base/slice.h"
#include "proxy/base/why.h"
#include "proxy/json/doc.h"
#include "proxy/llm/dialect.h"
#include "redact/scan.h"

/* One backend of the configuration. Borrowed slices. */
struct gate_upstream {
    struct slice name;
    enum trust trust;
    struct slice authority;     /* Host header: "api.openai.com" or "127.0.0.1:8080" */
    struct slice prefix;        /* path in front of ours, no slash at its end; mostly empty */
    struct slice key;           /* credential; empty: none is sent */
    struct slice model;         /* replaces the request's model; empty: left as asked */
    const struct slice *models; /* names for /v1/models */
    size_t model_count;
    unsigned apis;              /* bit 1 << enum api: what it speaks */
    const struct price *prices; /* of its models; the first that fits counts */
    size_t price_count;
};

struct gate_limits {
    size_t head;                             /* bytes of a request's; 0: HEAD_BYTES_MAX */
    size_t request_body, answer_body, event; /* bytes */
    size_t json_keys;                        /* of a request's body; 0: json_limits_default() */
    uint64_t memory;                         /* bytes of all exchanges of all threads: burden.h */
    unsigned head_ms, body_ms, first_byte_ms, between_ms, stream_ms, keep_alive_ms;
};

/* Headers in which an application may say whom it asks for: names in lower case, empty: none. */
struct gate_claims {
    struct slice app; /* "*": any that has no row of its own */
    struct slice person, session, agent, agent_id, agent_instance;
};

enum gate_auth { AUTH_KEYS = 0, AUTH_OPEN, AUTH_PASSTHROUGH };

/* Whose an application key is, and the first digits of its hash, as `bulla key list` shows them.
 * Slices live as long as the gate. */
struct gate_known {
    struct slice app, tenant, print;
};
/* Finds the caller of an application key; false: unknown. */
typedef bool (*gate_caller)(void *caller_of, struct slice secret, struct gate_known *out);

struct seen;
struct sealer;
struct exchange;

struct gate_counters {
    uint64_t begun, allowed, redacted, blocked, errors, findings, restored;
    uint64_t bytes_in, bytes_out, streams;
    uint64_t leaves_scanned, leaves_seen; /* of requests: scanned now, and remembered */
    uint64_t excess;                      /* answers with bytes behind their end */
    uint64_t held, callers;         /* now: bytes of exchanges; connections past their handshake */
    uint64_t turned_away, unshaken; /* connections closed for want of room; for half a handshake */
    uint64_t guard_safe, guard_unsafe, guard_failed, guard_questions;
    uint64_t unrecorded; /* nothing of them could be recorded, not even that they began */
    uint64_t why[WHY_COUNT];
};

struct gate {
    const struct clock *clock;
    const struct policy *policy;
    const struct scanner *scanner;
    struct scan_scratch *scratch; /* this thread's */
    struct seen *seen;            /* shared by threads; NULL: every leaf is scanned each time */
    const struct secret_key *token_key;
    const struct fingerprint_key *scope_key; /* made of it: tells conversations apart */
    const struct secret_key *search_key;     /* of pseudonyms; NULL: nobody is recorded */
    const struct gate_claims *claims;
    size_t claim_count;
    struct sealer *sealer;             /* this thread's; NULL: no content is kept */
    enum record_capture capture;       /* how much of it */
    enum record_durability durability; /* of exchanges whose route says none */
    size_t capture_bytes;              /* of one payload: CAPTURE_MOST at most */
    uint8_t short_of_room; /* of the log's disk. 1: findings are the most that is kept of new
                              exchanges; 2: nothing of their content */
    const struct gate_upstream *upstreams;
    size_t upstream_count;
    struct gate_limits limits;
    enum gate_auth auth;
    gate_caller caller;
    void *caller_of;
    uint64_t generation; /* of the policy, as x-bulla-policy */
    struct digest policy_digest;
    uint8_t guards_say;            /* enum guard_said: where no guard is asked (explain), else 0 */
    bool is_draining;              /* answers say Connection: close */
    uint64_t *held_by_all;         /* counters.held of all threads; NULL: there is no other */
    struct gate_counters counters; /* this thread's */
    struct arena_pool arenas;      /* this thread's: blocks for exchanges to come */
    struct buf_pool bufs;          /* the same for their buffers */
    struct exchange *spares;       /* this thread's: ended ones, wiped, for those to come */
    size_t spare_count;
    struct secret_pool random; /* this thread's: ids of exchanges */
};

/* The limits of CONTRACT.md and robustness promise P7, P8. */
const struct gate_limits *gate_limits_default(void); /* never NULL */
/* How a request's body is read, before its edits and after them. */
struct json_limits gate_json_limits(const struct gate *g);
/* What it keeps for exchanges to come, not the struct. */
void gate_free_spares(struct gate *g);
/* Index of the upstream with that name, or SIZE_MAX. */
size_t gate_upstream_index(const struct gate *g, struct slice name);

#endif
