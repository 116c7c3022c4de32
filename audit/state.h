/* audit/state.h - what an open log holds: for log.c, recover.c, integrate.c, integrator.c,
 * frames.c, ballast.c, ground.c, pulse.c, adrift.c and rotate.c only.
 *
 * One thread writes records, a second one makes tiles of them. Freed by audit_log_close(). A frame
 * goes pending -> (sync) -> durable -> tree. */
#ifndef AUDIT_STATE_H
#define AUDIT_STATE_H

#include "audit/direct.h"
#include "audit/gauges.h"
#include "audit/label.h"
#include "audit/ground.h"
#include "audit/later.h"
#include "audit/leaf.h"
#include "audit/log.h"
#include "audit/note.h"
#include "audit/pairs.h"
#include "audit/pulse.h"
#include "audit/scan.h"
#include "audit/since.h"
#include "audit/spare.h"
#include "audit/tree.h"
#include "audit/unpruned.h"
#include "proxy/base/base.h"
#include <pthread.h>

enum { LOG_WORD = 200, LOG_REASON = 256, STATE_NOBODY = 0 /* owns what a crash left */ };

struct audit_log {
    const struct clock *clock;
    struct gauges *gauges; /* or NULL */
    struct pulse pulse;
    int dir, lock;
    struct direct file; /* the segment that is written, with the frames that wait to be */
    char node[LOG_WORD], build[LOG_WORD], boot[17];
    char key_path[PATH_MAX];
    char signed_path[PATH_MAX + 8]; /* what the signer last signed */
    struct note_signer *signer;
    struct note_signer *heir; /* signs beside it while the key is changed: rotate.h */
    struct ground ground;
    size_t segment_bytes;
    uint64_t segment;        /* seq of the first record of the file */
    uint64_t next;           /* seq of the next record */
    struct buf leaves;       /* not yet handed over, as in an entry bundle */
    struct buf leaf, groups; /* of the record at hand */
    uint64_t durable_count;  /* of those leaves: synced; the others are the last ones */
    uint64_t fresh_count;
    size_t fresh_bytes;

    /* the integrator's while it is busy: integrator.h */
    struct buf handed; /* leaves on their way into the tree */
    struct buf bundle; /* leaves of the partial entry bundle */
    struct tree tree;
    struct later unsynced;                       /* tiles and bundles */
    unsigned written[TREE_LEVELS];               /* width of the partial tile as last written */
    char stale[TREE_ENTRIES + 1][TREE_PATH + 4]; /* partial tiles that a full one replaced */
    uint64_t published;                          /* size of the newest checkpoint */
    uint64_t signed_size;
    struct digest signed_root;
    int signed_fd; /* signed_path, once it has its size; -1 */
    uint64_t
        anchored; /* size of the newest anchor that the log was held against; 0: there was none */
    pthread_t thread;
    pthread_mutex_t lock_of_batch; /* guards the six below */
    pthread_cond_t turn;
    bool has_thread, is_busy, is_due, is_stopping, batch_failed;
    int batch_errno;

    /* when the disk fails: adrift.h */
    int spare_dir; /* -1: none */
    bool is_adrift;
    int fault; /* errno of what failed, until a record has told it; 0: none */
    int64_t adrift_ns;
    char label[LABEL_MAX]; /* LOG */

    struct spare spare;
    struct unpruned unpruned;
    bool asked_spare; /* for the segment behind this one */

    int64_t signed_ns, beat_ns;
    struct pairs open;  /* begins without an end */
    struct since since; /* what is in force */
    uint64_t begun, ended, blocked;
    struct secret_pool salts;
    bool poisoned;
    char reason[LOG_REASON];
};

/* Poisons the log and remembers what failed, with errno's text; GW_UNAVAILABLE. */
gw_result state_fault(struct audit_log *log, const char *what);
/* For who watches: whether it takes records. */
void state_tell_open(struct audit_log *log, bool is_open);

#endif
