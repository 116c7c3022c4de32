/* audit/record.h - one record on its way from a worker to the log.
 *
 * A worker fills struct audit_record (all borrowed) and encodes it into one message; the auditor
 * decodes it (the worker is not trusted: every length, word and character is checked), adds seq,
 * times, salts and digests, and writes the leaf (AUDIT.md section 4). Group bodies are JCS JSON
 * made with audit/wire.h; they carry cleared text only. A forgotten verdict fails closed:
 * RECORD_BLOCKED is 0. */
#ifndef AUDIT_RECORD_H
#define AUDIT_RECORD_H

#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/secret.h"
#include "proxy/base/slice.h"

/* clang-format off */
#define RECORD_TYPES(X) \
    X(EXCHANGE_BEGIN, "exchange.begin") X(EXCHANGE_END, "exchange.end") X(EXCHANGE_BLOCK, "exchange.block") \
    X(POLICY_CHANGE, "policy.change") X(CONFIG_CHANGE, "config.change") \
    X(LOG_START, "log.start") X(LOG_STOP, "log.stop") X(LOG_RECOVER, "log.recover") \
    X(LOG_FAULT, "log.fault") X(LOG_HEARTBEAT, "log.heartbeat") \
    X(LOG_CLOCK, "log.clock") X(LOG_UNAVAILABLE, "log.unavailable") \
    X(LOG_DISK, "log.disk") X(LOG_GAP, "log.gap") X(SINK_STATE, "sink.state") \
    X(KEY_EPOCH, "key.epoch") \
    /* from here on: what people do, through the door (audit/door.h) */ \
    X(REVIEW_READ, "review.read") X(REVIEW_EXPORT, "review.export") \
    X(CASE_OPEN, "case.open") X(CASE_NOTE, "case.note") X(CASE_CLOSE, "case.close") \
    X(HOLD_SET, "hold.set") X(HOLD_CLEAR, "hold.clear") X(ERASE, "erase") \
    X(REVIEW_UNSEAL, "review.unseal") X(PRUNE, "prune") X(KEY_ROTATE, "key.rotate") \
    X(REVIEW_REPLAY, "review.replay")
#define RECORD_GROUPS(X) X(ERR, "err") X(FIND, "find") X(NET, "net") X(USE, "use") X(WHAT, "what") X(WHO, "who")
/* What of the content is kept beside the leaf, each level with those before it; kinds of it. */
#define RECORD_CAPTURES(X) X(META, "meta") X(FINDINGS, "findings") X(REDACTED, "redacted") X(FULL, "full")
/* When an exchange goes on, as its record says it (AUDIT.md, section 7): begin and end durable
 * first; only the end waited for; neither. */
#define RECORD_DURABILITIES(X) X(STRICT, "strict") X(SYNC, "sync") X(ASYNC, "async")
#define RECORD_PAYLOADS(X) X(MATCH, "match") X(REQ_ORIG, "req.orig") X(REQ_SENT, "req.sent") \
    X(RESP_ORIG, "resp.orig") X(RESP_SENT, "resp.sent")
/* clang-format on */
#define X(id, word) RECORD_##id,
enum record_type { RECORD_NONE = 0, RECORD_TYPES(X) RECORD_TYPE_COUNT };
#undef X
#define X(id, word) GROUP_##id,
enum record_group { RECORD_GROUPS(X) GROUP_COUNT }; /* in the order of their names */
#undef X

#define X(id, word) RECORD_CAPTURE_##id,
enum record_capture { RECORD_CAPTURES(X) RECORD_CAPTURE_COUNT };
#undef X
#define X(id, word) RECORD_##id,
enum record_durability { RECORD_DURABILITIES(X) RECORD_DURABILITY_COUNT };
#undef X
#define X(id, word) PAYLOAD_##id,
enum record_payload_kind { PAYLOAD_NONE = 0, RECORD_PAYLOADS(X) PAYLOAD_COUNT };
#undef X

enum record_decision { RECORD_BLOCKED = 0, RECORD_REDACTED, RECORD_ALLOWED, RECORD_ERROR };

enum {
    RECORD_RULES = 32,
    RECORD_REFS = 4000,
    RECORD_MESSAGE_MAX = 60000, /* bytes of a message, its payloads not counted */
    RECORD_SEALED_MAX = 120000, /* bytes of a record's payloads */
    RECORD_EPOCH = 27,          /* characters of an epoch's name: 2026112820-0123456789abcdef */
    RECORD_UNIT = 8
};

/* Bytes that only audit/sealer.h makes. */
struct sealed {
    struct slice s;
};

struct record_payload {
    enum record_payload_kind kind;
    char epoch[RECORD_EPOCH + 1];
    unsigned char unit[RECORD_UNIT]; /* of erasure, within the epoch */
    uint64_t all;                    /* bytes of the text; some of a long one are not in it */
    struct sealed sealed;
};

struct audit_record {
    enum record_type type;
    char xid[37]; /* UUIDv7 text; empty for log.* records */
    bool has_ref;
    uint64_t ref;      /* seq of the begin, for an end; an end without: the begin sent before it */
    struct slice refs; /* of other records: more of them, see record_ref_add(); empty: none */
    const char *out;   /* why_out() word, or "unknown_after_crash" */
    enum record_decision dec;
    unsigned sev;                     /* OCSF severity id 0-6 */
    struct clear cls;                 /* data class */
    struct clear rules[RECORD_RULES]; /* ids of the rules that decided */
    size_t rule_count;
    struct digest pol;                /* of the policy bundle; of a config.change: of that file */
    uint64_t gen;                     /* policy generation */
    uint64_t leaves, scanned, exempt; /* coverage of the body */
    struct slice groups[GROUP_COUNT]; /* JCS JSON text, empty: absent */
    enum record_capture cap;
    enum record_durability dur;
    struct record_payload
        payloads[PAYLOAD_COUNT]; /* of exchanges; each kind once, in their order */
    size_t payload_count;
};

/* One message (without a length in front), at most RECORD_MESSAGE_MAX bytes and its payloads:
 * GW_TOO_BIG beyond. */
GW_MUST gw_result record_encode(const struct audit_record *rec, struct buf *out);
/* The same in steps, for who writes the groups where they are to stand: what is in front of them,
 * from *rec, whose own groups are not looked at; then for each of GROUP_COUNT record_group_open(),
 * its text, or none, and record_group_close() with what that gave. Then record_is_whole(). */
GW_MUST gw_result record_encode_head(const struct audit_record *rec, struct buf *out);
size_t record_group_open(struct buf *out);
void record_group_close(struct buf *out, size_t opened);
GW_MUST gw_result record_is_whole(const struct buf *out); /* GW_TOO_BIG: it is none */
/* Behind all that: the payloads of *rec, of which the head has spoken. */
GW_MUST gw_result record_put_payloads(const struct audit_record *rec, struct buf *out);
/* Borrowed from message. GW_BAD for anything that record_encode() would not write. */
GW_MUST gw_result record_decode(struct slice message, struct audit_record *out);
/* Adds a seq to a list of them; ascending, at most RECORD_REFS. */
GW_MUST gw_result record_ref_add(struct buf *refs, uint64_t seq);
size_t record_ref_count(const struct audit_record *rec);
uint64_t record_ref(const struct audit_record *rec, size_t i);
const char *record_type_word(enum record_type type);
const char *record_capture_word(enum record_capture cap);
const char *record_durability_word(enum record_durability dur);
const char *record_payload_word(enum record_payload_kind kind);
/* GW_BAD: no name that audit/sealer.h gives. */
GW_MUST gw_result record_epoch_check(struct slice name);
const char *record_decision_word(enum record_decision dec); /* block redact allow error */
/* A fresh UUIDv7 (RFC 9562) for an exchange. */
void record_xid(int64_t wall_us, struct secret_pool *pool, char out[37]);

#endif
