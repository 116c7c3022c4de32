/* audit/ground.h - what an open log stands on: its directory and files as they are named, room on
 * the disk, the wall clock. Looked at once a second, by the thread that writes.
 *
 * When the disk is full the log is closed until there is room: with that of its ballast (ballast.h)
 * it gets its last record and a checkpoint over all.
 * Knows nothing of records but those that it writes itself. Embedded in the log; nothing to free.
 */
#ifndef AUDIT_GROUND_H
#define AUDIT_GROUND_H

#include "proxy/base/base.h"
#include <limits.h>

struct audit_log;

struct ground {
    char path[PATH_MAX];        /* of the directory, absolute */
    uint64_t least, ballast;    /* bytes: below the one it is full, the other is kept; 0: unknown */
    uint64_t soft;              /* bytes: below it somebody is told, and nothing else happens */
    bool is_low;                /* that was told */
    unsigned cut;               /* what was told to be kept of content: gauges.h */
    int64_t ahead_us;           /* the wall clock before the other one, at the last look */
    bool has_ahead, is_steered; /* so it was at the last look */
    bool is_full;               /* the next look ends the log */
};

/* Before anything is written. GW_UNAVAILABLE: there is no room, log->reason says so. */
GW_MUST gw_result ground_open(struct audit_log *log, const char *path);
/* When the log is open: makes the ballast. That there is none is no error: it is logged. */
void ground_settle(struct audit_log *log);
/* Clock steps become a record, and so does a disk that fills (`log.disk`, before it is full), and
 * that it has room again. GW_UNAVAILABLE, the log poisoned: the directory, the segment or the
 * lock is no longer the one that was opened, or the disk is read-only or full; with the last, all
 * records are under a checkpoint. */
GW_MUST gw_result ground_look(struct audit_log *log);
/* Room enough that some of it may lie ready for later. */
bool ground_has_much(const struct audit_log *log);

#endif
