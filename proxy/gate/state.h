/* proxy/gate/state.h - the exchange's insides, for the files of this folder only.
 *
 * One struct, one arena, one mover (move.h). Each file works on one stretch.
 */
#ifndef PROXY_GATE_STATE_H
#define PROXY_GATE_STATE_H

#include "audit/imprint.h"
#include "audit/record.h"
#include "policies/policy.h"
#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/edit.h"
#include "proxy/gate/alike.h"
#include "proxy/gate/ask.h"
#include "proxy/gate/behalf.h"
#include "proxy/gate/calls.h"
#include "proxy/gate/capture.h"
#include "proxy/gate/detail.h"
#include "proxy/gate/exchange.h"
#include "proxy/gate/gate.h"
#include "proxy/gate/memory.h"
#include "proxy/http/body.h"
#include "proxy/http/head.h"
#include "proxy/http/sse.h"
#include "proxy/json/doc.h"
#include "proxy/json/mould.h"
#include "proxy/llm/dialect.h"
#include "redact/hold.h"
#include "redact/replace.h"
#include "redact/scan.h"
#include "redact/seen.h"
#include "redact/text.h"
#include "redact/canary.h"
#include "redact/vault.h"
#include "redact/watch.h"
#include "redact/window.h"

enum xchg_state {
    XCHG_INTAKE = 0, /* waits on the client: head and body */
    XCHG_INSPECT,    /* waits on its turn of the loop: the body is read in bits */
    XCHG_DECIDE,     /* waits on nobody: policy runs to an end */
    XCHG_BEGIN,      /* waits on audit: the begin record is durable */
    XCHG_ASK,        /* waits on a guard model: its verdict, or its time is over */
    XCHG_FORWARD,    /* waits on the upstream: a connection, room to write */
    XCHG_RELAY,      /* waits on either side: bytes in, room out */
    XCHG_SETTLE,     /* waits on audit: the end record is durable */
    XCHG_FLUSH,      /* waits on the client: the last bytes are written */
    XCHG_DEAD,       /* waits on the reaper, and on nothing else */
    XCHG_STATES
};

enum xchg_next { XCHG_MORE = 0, XCHG_WAIT, XCHG_DONE };

enum { EXCHANGE_MAGIC = 0x78636867, XCHG_WINDOWS = 64, XCHG_RELAY_ROOM = 65536 };
/* What all windows of a stream hold at most, as JSON writes it: up to six bytes for one. */
enum { XCHG_HELD = XCHG_WINDOWS * HOLD_MAX * 6 };

/* One text of a streamed answer: made when its key is first seen. */
struct xchg_window {
    struct xchg_window *next; /* in order of their keys' first appearance */
    uint32_t key;
    struct window window;
};

struct exchange {
    struct exchange *spare; /* of one that ended: the next that the gate keeps */
    uint32_t magic;
    enum xchg_state state;
    enum why why; /* set once, by move_end or at the end */
    struct gate *gate;
    struct arena *arena; /* of the request until the answer begins, then of what relaying needs */
    const struct exchange_peer *peer;
    char xid[37];
    uint64_t held, held_beside; /* bytes, as last noted: burden.c */
    int64_t born_ns, entered_ns, moved_ns, first_byte_ns;
    int64_t heard_ns;       /* the upstream's last progress: relay.c says what counts */
    uint64_t unheard_bytes; /* of it since then */
    int64_t body_ns;        /* the last whole KiB of the request's body */
    uint64_t body_mark;     /* client_bytes then */
    int64_t told_ns;        /* last byte of a stream queued for the client */

    /* intake */
    struct buf head_bytes; /* the request's head, as it came */
    struct head *head;     /* borrows from head_bytes; NULL before and after the request is held */
    bool has_head, is_head_method;
    unsigned minor; /* of the request's HTTP/1.x */
    struct body body;
    struct buf body_bytes;
    struct buf decoded;   /* the same without its content coding */
    struct slice content; /* body_bytes or decoded */
    uint64_t client_bytes;
    struct slice app, tenant;   /* the caller; empty when open */
    struct behalf *behalf;      /* behalf.h; arena; NULL: nothing was read */
    struct slice credential;    /* what it showed; passthrough only */
    struct slice only_upstream; /* /u/NAME/ */
    const struct route *route;
    struct detail detail; /* what its records tell besides */

    /* inspect, decide */
    struct json_doc doc;
    struct json_known known; /* of doc: the gate reads texts before it walks them */
    struct llm_request request;
    struct text text;
    struct scan_job *job;
    struct scan_seen seen;
    struct leaf_memory memory;
    struct seams *seams; /* seams.h; arena; NULL: there is none, or not yet */
    struct finding seen_findings[SEEN_FINDINGS];
    struct scan_result found;
    struct walk_count coverage;
    struct verdict verdict;
    enum style *styles; /* one a finding: what is done, after decide.c */
    struct vault *vault;
    struct edit *edits;
    size_t edit_count;
    char canary[CANARY_LEN]; /* planted, and looked for; has_canary: the policy wants one */
    bool has_canary;
    struct edit plant;        /* of the canary; nothing in it: none is planted */
    uint16_t *leaf_scores;    /* attack score of each leaf; arena */
    size_t new_from, removed; /* the first leaf of the new turns; texts that are taken out */
    struct ask *ask;          /* of the guard that is asked now */
    struct ask_note asked[POLICY_GUARDS];
    bool is_guards, guard_keeps; /* the connection is a guard's; may be used again */
    unsigned guard_status;
    size_t candidates[VERDICT_ROUTE], candidate_count, candidate; /* upstreams to try, in order */

    /* forward, relay */
    struct buf to_upstream;
    struct slice body_rest; /* what of the body follows to_upstream, where it stands anyway */
    struct buf edited;      /* the body with its edits, while body_rest is in it */
    struct buf to_client;
    struct buf tail; /* last bytes, held until the end record is durable */
    bool connected, is_fresh, sent_any, always_new, upstream_done, upstream_broken;
    struct buf answer_head_bytes;
    struct head *answer_head; /* arena; NULL before it comes and while a stream runs */
    unsigned answer_status;
    bool has_answer_head, answer_keeps;
    struct body answer_body;
    struct buf answer; /* a whole answer */
    struct sse sse;
    bool is_streaming, is_cut, client_gone;
    struct llm_stream stream;
    struct llm_stream before; /* stream as it was before the event at hand */
    struct alike alike;
    struct series *series;       /* series.c; NULL between two feeds */
    struct xchg_window *windows; /* at most XCHG_WINDOWS */
    size_t window_count;
    struct xchg_call *calls; /* kept only when the policy has rules for tools */
    size_t call_count;
    struct offered_tools offered;
    bool is_holding;               /* a call is not complete: what the client gets waits in: */
    struct buf call_hold;          /* whole events */
    struct llm_stream held_before; /* the stream as it was before the first of them */
    struct window_rules rules;
    struct capture_tape heard, said; /* of the answer, for its record */
    struct capture_lines lines;      /* likewise: what was found in it */
    uint8_t answer_capture;          /* enum capture: as rules said of the answer */
    uint8_t begin_capture, short_of_room, durability; /* of the begin; the gate's then; settle.c */
    char kept_for[PSEUDONYM_LEN + 1]; /* the person, where one is known: whose texts are kept */
    struct watch watch;    /* what the answer is held against; rules name it when there is any */
    struct arena *scratch; /* of one event or one whole answer */
    size_t answer_findings;
    bool answer_blocked, answer_as_answer;
    struct slice answer_message; /* of the rule that stopped the answer */
    struct slice answer_entities[16];
    char answer_imprints[16][IMPRINT_LEN + 1]; /* of what was found, in the same order */
    bool answer_left[16];                      /* one an entity: told, and left as it is */
    struct slice answer_rules[16];             /* ids of the rules that acted on the answer */
    size_t answer_rule_count;
    uint64_t events, restored, replaced, answer_bytes;

    /* settle */
    struct buf record;             /* encoded, waiting to be sent */
    bool record_waits, record_out; /* to be sent; sent and not yet answered */
    bool out_is_begin, end_built;
    bool has_begin, knows_begin, passes, is_unrecorded; /* settle.c */
    uint64_t begin_seq;
    struct llm_refusal refusal; /* status 0: none */
    bool answered, keep_client; /* bytes of an answer were queued for the client */
};

/* intake.c */
enum xchg_next intake_step(struct exchange *x);
void intake_feed(struct exchange *x, struct slice bytes, size_t *used);
/* inspect.c */
enum xchg_next inspect_step(struct exchange *x);
/* decide.c: the policy's verdict on the request, and what follows of it. GW_REFUSED: x is. */
GW_MUST gw_result decide_request(struct exchange *x, policy_trace trace, void *trace_of);
/* What the policy is asked with: by decide.c for both directions, and once more by explain.c. */
struct facts decide_facts(const struct exchange *x, enum direction direction,
                          const struct finding *findings, size_t n);
/* keep.c: what of a request its answer is held against. All do nothing when no rule asks for it. */
/* The canary of this exchange, and where the caller says it already: a finding of the request. */
GW_MUST gw_result keep_canary(struct exchange *x);
/* Where it is planted. */
GW_MUST gw_result keep_plant(struct exchange *x);
/* x->watch, in the arena of what outlives the request. */
GW_MUST gw_result keep_watch(struct exchange *x, struct arena *arena);
enum xchg_next ask_step(struct exchange *x);     /* ask.c */
enum xchg_next forward_step(struct exchange *x); /* forward.c, with what follows */
bool forward_owes(const struct exchange *x);     /* there is more for the upstream */
struct slice forward_output(const struct exchange *x);
void forward_sent(struct exchange *x, size_t n);
void forward_drop(struct exchange *x); /* nothing of it goes out any more */
/* No connection: on to the next upstream (true), or the exchange is refused. */
bool forward_to_next(struct exchange *x, enum why why);
/* Gives back what only the request needed, once its answer has begun: nothing is sent again then.
 * False: no memory for what must be kept. */
GW_MUST bool forward_forget(struct exchange *x);
/* relay.c, stream.c */
enum xchg_next relay_step(struct exchange *x);
void relay_feed(struct exchange *x, struct slice bytes, size_t *used);
void relay_upstream_ended(struct exchange *x, bool is_clean);
void stream_begin(struct exchange *x);
GW_MUST gw_result stream_feed(struct exchange *x, struct slice bytes);
void stream_finish(struct exchange *x, bool is_whole);
/* The API's own event that says why the stream breaks off here; no terminator follows. */
void stream_fail(struct exchange *x, const struct llm_refusal *why);
void stream_note(struct exchange *x, struct slice line); /* of ours, between two events */
void stream_tick(struct exchange *x, int64_t now_ns);
/* reply.c */
void reply_head(struct exchange *x, unsigned status, const char *content_type, int64_t length,
                struct buf *out);
void reply_refusal(struct exchange *x);
bool reply_models(struct exchange *x); /* false: memory is short, nothing was said */
/* account.c: builds x->record; false when it cannot be built. */
bool account_begin(struct exchange *x);
bool account_end(struct exchange *x);
/* "allow", "redact", "block", "error", as x-bulla-decision. */
enum record_decision account_decision(const struct exchange *x);

#endif
