/* audit/log.h - the log on disk: segments, group commit, C2SP tree, checkpoints, recovery.
 *
 * One process, one thread (the auditor) opens it; it holds the lock. Append many, sync once: a
 * record is durable when log_sync() returned GW_OK. A failed write or sync poisons the log: every
 * later call is GW_UNAVAILABLE and `reason` says why. Format: audit/README.md. */
#ifndef AUDIT_LOG_H
#define AUDIT_LOG_H

#include "audit/label.h"
#include "audit/record.h"
#include "proxy/base/base.h"
#include "proxy/base/clock.h"
#include "proxy/base/slice.h"

struct audit_log;
struct gauges;

struct audit_settings {
    const char *dir;    /* created (0700) when absent */
    const char *origin; /* checkpoint origin and key name, such as "bulla.example/node1" */
    const char *node, *build;
    const char
        *key_file; /* Ed25519 private key (PEM, 0600), made when absent; beside dir, not in tile/ */
    /* Where it goes on when its disk fails: adrift.h; "": nowhere; NULL: as it was said last. */
    const char *spare_dir;
    struct label_retention retention; /* for LOG, at its birth */
    bool accept_loss;
    bool mends_tiles;          /* all records are read, and the tree's files made again: retile.h */
    size_t segment_bytes;      /* of a new segment file; 0: SEGMENT_BYTES */
    const struct clock *clock; /* borrowed */
    struct gauges *gauges;     /* where it says how it is: gauges.h; NULL: nowhere */
};

/* Opens or creates, recovers, writes log.start (and log.recover, unknown_after_crash ends). */
GW_MUST gw_result audit_log_open(const struct audit_settings *settings, char *reason, size_t size,
                                 struct audit_log **out);
/* Appends (not yet durable); *seq is its index. The owner is any number but 0 that its caller keeps
 * apart from others: an end must name an open begin of the same owner and exchange, or, when it
 * names none, there must be one, which it then names; else GW_REFUSED and nothing is written. So no
 * exchange ends twice, whatever a worker says. A change that is in force already makes no record:
 * *seq is then that of the one that told of it (audit/since.h). */
GW_MUST gw_result audit_log_append(struct audit_log *log, const struct audit_record *rec,
                                   uint64_t owner, uint64_t *seq);
/* The owner is gone: each of its begins without an end gets `unknown_after_crash` (appended, not
 * yet durable). */
GW_MUST gw_result audit_log_abandon(struct audit_log *log, uint64_t owner);
/* Makes all appended records durable: one fdatasync. */
GW_MUST gw_result audit_log_sync(struct audit_log *log);
/* Stores a policy bundle once under policy/<sha256>. */
GW_MUST gw_result audit_log_policy(struct audit_log *log, struct slice bundle);
/* Stores wrapped keys of payloads (audit/keyring.h), and a `key.epoch` record for each new epoch:
 * durable when GW_OK. GW_BAD, GW_REFUSED: no such keys are taken. */
GW_MUST gw_result audit_log_keys(struct audit_log *log, struct slice message);
/* Lets durable records be integrated into tiles, and once a second (force: now) a checkpoint be
 * signed; writes the heartbeat record each 60 s. Call after each sync, and about ten times a second
 * when there is none. */
GW_MUST gw_result audit_log_tick(struct audit_log *log, bool force);
/* Where the log has witnesses (audit/cosigned.h): has a quorum of them cosigned a checkpoint over
 * that record? Where it has none: true. Looks on the disk. */
bool audit_log_is_cosigned(const struct audit_log *log, uint64_t seq);
/* So many records must be cosigned, or none (0), for whoever asks witnesses. */
void audit_log_want_cosigned(struct audit_log *log, uint64_t records);
const char *audit_log_reason(const struct audit_log *log); /* why it is poisoned, or "" */
/* log.stop, sync, last checkpoint, unlock, free. NULL is fine. */
void audit_log_close(struct audit_log *log);

#endif
