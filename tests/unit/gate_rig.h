/* tests/unit/gate_rig.h - a gate without sockets for the tests and the fuzzer of proxy/gate.
 *
 * One struct gate with two upstreams ("cloud" closed, "house" local; "spare" closed beside them),
 * open to everybody, with a fake clock. rig_run() plays one exchange from a script: request bytes
 * and answer bytes in any cut, records answered as late as possible. It asserts, on every way,
 * what holds for all exchanges: no upstream byte before the begin record is durable, the last
 * client byte after the end record, sums of coverage. Freed by rig_close(). */
#ifndef TESTS_UNIT_GATE_RIG_H
#define TESTS_UNIT_GATE_RIG_H

#include "audit/record.h"
#include "policies/policy.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/gate/exchange.h"
#include "proxy/gate/gate.h"
#include "redact/scan.h"
#include "redact/seen.h"

enum { RIG_CLOUD = 0, RIG_SPARE, RIG_HOUSE, RIG_UPSTREAMS, RIG_OUT = 256 << 20 };

/* What happens to one exchange. All zero: everything whole, everything fine. */
struct script {
    struct slice request, answer;
    size_t request_cut, answer_cut; /* bytes a piece; 0: as much as there is */
    size_t request_at, answer_at;   /* a single cut behind this byte; 0: none */
    bool client_leaves;             /* the client ends behind its request bytes */
    bool upstream_ends, is_reset;   /* the upstream ends behind its answer bytes; not cleanly */
    bool refuse_begin, refuse_end;  /* the auditor says no */
    unsigned unconnected;           /* so many connects fail first */
    unsigned stale;                 /* so many connections are idle ones that are dead */
    size_t leaves_after;            /* the client ends behind so many bytes of output; 0: never */
};

struct rig {
    struct clock clock;
    struct gate gate;
    struct policy *policy;
    struct scanner *scanner;
    struct gate_upstream upstreams[RIG_UPSTREAMS];
    struct slice models[2];
    /* of the exchange that runs or ran last */
    const struct script *script;
    struct exchange *x;
    size_t request_used, answer_used;
    struct buf client, upstream; /* what each side got */
    size_t client_at_end;        /* client bytes before the end record was durable */
    unsigned turns;              /* asked for */
    bool began, ended, answer_ended, fresh;
    unsigned connects, asked_new; /* connections made; asked for a new one */
    size_t last_upstream;
    unsigned unconnected, stale; /* left of the script's */
    enum record_type begin_type, end_type;
    enum record_decision decision; /* of the last record */
    char out[32];                  /* the same record's word */
    char xid[37];
};

/* Rules of the file at `path`, or the built-in policy when it is NULL. */
static inline void rig_open(struct rig *r, const char *path)
{
    static const char key[] = "a rig's token key";
    struct buf complaints;
    char reason[300] = "";
    *r = (struct rig){.clock = {.fake = true, .mono_ns = 1000000000, .wall_us = 1790000000000000}};
    r->models[0] = SLICE_LIT("model-a");
    r->models[1] = SLICE_LIT("model-b");
    r->upstreams[RIG_CLOUD] = (struct gate_upstream){.name = SLICE_LIT("cloud"),
                                                     .authority = SLICE_LIT("cloud.example"),
                                                     .key = SLICE_LIT("cloud-key"),
                                                     .models = r->models,
                                                     .model_count = 2,
                                                     .apis = ~0u};
    r->upstreams[RIG_SPARE] = (struct gate_upstream){
        .name = SLICE_LIT("spare"), .authority = SLICE_LIT("spare.example"), .apis = ~0u};
    r->upstreams[RIG_HOUSE] = (struct gate_upstream){.name = SLICE_LIT("house"),
                                                     .trust = TRUST_LOCAL,
                                                     .authority = SLICE_LIT("127.0.0.1:8080"),
                                                     .model = SLICE_LIT("house-model"),
                                                     .apis = ~0u};
    struct policy_upstream names[RIG_UPSTREAMS];
    for (size_t i = 0; i < RIG_UPSTREAMS; i++)
        names[i] = (struct policy_upstream){r->upstreams[i].name, r->upstreams[i].trust};
    buf_init(&complaints, 65536);
    gw_result p = path == NULL
                      ? policy_load_default(names, RIG_UPSTREAMS, &complaints, &r->policy)
                      : policy_load(&path, 1, names, RIG_UPSTREAMS, &complaints, &r->policy);
    if (!gw_ok(p))
        fprintf(stderr, "%.*s\n", (int)complaints.len, buf_slice(&complaints).at);
    buf_free(&complaints);
    assert(gw_ok(p));
    const struct custom_set custom = policy_custom(r->policy);
    gw_result s = scanner_new_for(&custom, NULL, reason, sizeof reason, &r->scanner);
    assert(gw_ok(s));
    r->gate = (struct gate){.clock = &r->clock,
                            .policy = r->policy,
                            .scanner = r->scanner,
                            .scratch = scan_scratch_new(r->scanner),
                            .seen = seen_new(1024),
                            .token_key = secret_key_from(slice_of(key, sizeof key)),
                            .search_key = secret_key_from(SLICE_LIT("a rig's search key")),
                            .upstreams = r->upstreams,
                            .upstream_count = RIG_UPSTREAMS,
                            .limits = *gate_limits_default(),
                            .auth = AUTH_OPEN,
                            .generation = 7,
                            .policy_digest = policy_digest(r->policy)};
    assert(r->gate.scratch != NULL && r->gate.token_key != NULL);
    r->gate.scope_key = fingerprint_key_from(r->gate.token_key);
    buf_init(&r->client, RIG_OUT);
    buf_init(&r->upstream, RIG_OUT);
}

static inline void rig_close(struct rig *r)
{
    exchange_free(r->x);
    buf_free(&r->client);
    buf_free(&r->upstream);
    scan_scratch_free(r->gate.scratch);
    seen_free(r->gate.seen);
    gate_free_spares(&r->gate);
    secret_key_free((struct secret_key *)(uintptr_t)r->gate.token_key);
    fingerprint_key_free((struct fingerprint_key *)(uintptr_t)r->gate.scope_key);
    secret_key_free((struct secret_key *)(uintptr_t)r->gate.search_key);
    scanner_free(r->scanner);
    policy_free(r->policy);
}

/* A fresh exchange for the script. */
static inline void rig_begin(struct rig *r, const struct script *script)
{
    static const struct exchange_peer peer = {.address = {"127.0.0.1", 9}, .port = 4000};
    exchange_free(r->x);
    r->x = exchange_new(&r->gate, &peer);
    assert(r->x != NULL);
    r->script = script;
    r->request_used = r->answer_used = r->client_at_end = 0;
    buf_clear(&r->client);
    buf_clear(&r->upstream);
    r->began = r->ended = r->answer_ended = r->fresh = false;
    r->connects = r->asked_new = r->turns = 0;
    r->unconnected = script->unconnected;
    r->stale = script->stale;
    r->begin_type = r->end_type = RECORD_NONE;
    r->out[0] = r->xid[0] = '\0';
}

/* The next piece of `all`. */
static inline struct slice rig_piece(struct slice all, size_t used, size_t cut, size_t at)
{
    struct slice left = slice_from(all, used);
    if (cut > 0)
        return slice_cut(left, 0, cut);
    return at > used ? slice_cut(left, 0, at - used) : left;
}

static inline bool rig_collect(struct rig *r, enum xchg_side side)
{
    struct slice out = exchange_output(r->x, side);
    gw_result added = buf_add(side == SIDE_CLIENT ? &r->client : &r->upstream, out);
    assert(gw_ok(added));
    assert(side == SIDE_CLIENT || r->began); /* nothing leaves before its record is durable */
    exchange_sent(r->x, side, out.len);
    return out.len > 0;
}

static inline bool rig_connect(struct rig *r)
{
    bool always_new;
    r->last_upstream = exchange_upstream(r->x, &always_new);
    assert(r->began && r->last_upstream < RIG_UPSTREAMS);
    r->connects++;
    r->asked_new += always_new;
    if (r->unconnected > 0) {
        r->unconnected--;
        exchange_unconnected(r->x, WHY_UPSTREAM_CONNECT);
        return true;
    }
    r->fresh = always_new || r->stale == 0;
    exchange_connected(r->x, r->fresh);
    return true;
}

/* Answer bytes, or the end behind them. */
static inline bool rig_answer(struct rig *r)
{
    const struct script *s = r->script;
    size_t used = 0;
    if (r->stale > 0) {
        r->stale--;
        buf_clear(&r->upstream);
        exchange_end(r->x, SIDE_UPSTREAM, true);
        return true;
    }
    if (r->answer_used < s->answer.len) {
        exchange_feed(r->x, SIDE_UPSTREAM,
                      rig_piece(s->answer, r->answer_used, s->answer_cut, s->answer_at), &used);
        r->answer_used += used;
        return used > 0;
    }
    if (!s->upstream_ends || r->answer_ended)
        return false;
    r->answer_ended = true;
    exchange_end(r->x, SIDE_UPSTREAM, !s->is_reset);
    return true;
}

static inline bool rig_request(struct rig *r)
{
    const struct script *s = r->script;
    size_t used = 0;
    if (r->request_used < s->request.len) {
        exchange_feed(r->x, SIDE_CLIENT,
                      rig_piece(s->request, r->request_used, s->request_cut, s->request_at), &used);
        r->request_used += used;
        return used > 0;
    }
    if (s->client_leaves)
        exchange_end(r->x, SIDE_CLIENT, true);
    return s->client_leaves;
}

/* The auditor's part, which no exchange pays for: by a name that its cost can be left out by. */
__attribute__((noinline)) static gw_result rig_audit(struct slice message, struct audit_record *rec)
{
    return record_decode(message, rec);
}

/* Reads the record as the auditor would, and answers it. */
static inline bool rig_record(struct rig *r)
{
    struct audit_record rec;
    gw_result read = rig_audit(exchange_record(r->x), &rec);
    assert(gw_ok(read));
    assert(rec.scanned + rec.exempt == rec.leaves);
    bool is_begin = rec.type == RECORD_EXCHANGE_BEGIN;
    bool is_durable = is_begin ? !r->script->refuse_begin : !r->script->refuse_end;
    assert(!r->ended && !(is_begin && r->begin_type != RECORD_NONE));
    *(is_begin ? &r->begin_type : &r->end_type) = rec.type;
    r->decision = rec.dec;
    snprintf(r->out, sizeof r->out, "%s", rec.out);
    memcpy(r->xid, rec.xid, sizeof r->xid);
    exchange_record_sent(r->x);
    if (!is_begin && is_durable)
        r->client_at_end = r->client.len;
    r->began = r->began || (is_begin && is_durable);
    r->ended = r->ended || !is_begin;
    exchange_recorded(r->x, is_durable, is_begin ? 41 : 42);
    return true;
}

/* One thing that can happen now; false: nothing can. Records come last, as from a slow auditor. */
static inline bool rig_turn(struct rig *r)
{
    unsigned want = exchange_want(r->x);
    const struct script *s = r->script;
    if ((want & WANT_CLIENT_OUT) != 0 && rig_collect(r, SIDE_CLIENT)) {
        if (s->leaves_after > 0 && r->client.len >= s->leaves_after)
            exchange_end(r->x, SIDE_CLIENT, false);
        return true;
    }
    if ((want & WANT_TURN) != 0) {
        exchange_turn(r->x);
        r->turns++;
        return true;
    }
    if ((want & WANT_CONNECT) != 0)
        return rig_connect(r);
    if ((want & WANT_UP_OUT) != 0 && rig_collect(r, SIDE_UPSTREAM))
        return true;
    if ((want & WANT_UP_IN) != 0 && rig_answer(r))
        return true;
    if ((want & WANT_CLIENT_IN) != 0 && rig_request(r))
        return true;
    return (want & WANT_RECORD) != 0 && rig_record(r);
}

/* Plays the script as far as it goes; true: the exchange is over. */
static inline bool rig_run(struct rig *r, const struct script *script)
{
    rig_begin(r, script);
    while (rig_turn(r))
        continue;
    bool is_over = exchange_is_over(r->x);
    bool is_whole = is_over && r->client.len > 0 && !exchange_is_cut(r->x);
    if (is_whole && r->ended && !script->refuse_end && script->leaves_after == 0)
        assert(r->client.len > r->client_at_end); /* the last bytes waited for the end record */
    return is_over;
}

/* Goes on after the test did something by hand. */
static inline void rig_go_on(struct rig *r)
{
    while (rig_turn(r))
        continue;
}

static inline void rig_later(struct rig *r, int64_t ms)
{
    r->clock.mono_ns += ms * 1000000;
    exchange_tick(r->x);
    rig_go_on(r);
}

static inline bool rig_client_has(const struct rig *r, const char *text)
{
    return slice_find(buf_slice(&r->client), slice_str(text)) != SIZE_MAX;
}

static inline bool rig_upstream_has(const struct rig *r, const char *text)
{
    return slice_find(buf_slice(&r->upstream), slice_str(text)) != SIZE_MAX;
}

#endif
