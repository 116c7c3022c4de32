/* audit/resume.h - from which record on a log is read when it is opened: not from the first one, or
 * a large log would take minutes.
 *
 * The last RESUME_SEGMENTS segments are read, and what lies before them as far as something may be
 * open there: each `log.start` and `log.heartbeat` says which begin is the oldest without an end,
 * and where what is in force was said. Logs whose records do not say so are read whole. */
#ifndef AUDIT_RESUME_H
#define AUDIT_RESUME_H

#include "audit/leaf.h"
#include "audit/pairs.h"
#include "audit/since.h"
#include "proxy/base/base.h"

enum { RESUME_SEGMENTS = 16 };

/* What such a record says. */
struct resume_word {
    uint64_t open_from;            /* its own seq when nothing is open */
    uint64_t policy_at, config_at; /* 0: nobody has said */
};

/* Adds a number to a record's counters, in the order of their names. */
void resume_add(struct leaf_counters *counters, const char *name, uint64_t n);
/* The same for such a record. */
void resume_say(const struct pairs *open, const struct since *since, uint64_t next,
                struct leaf_counters *counters);
/* False: the leaf is of another sort, or says none of it. */
bool resume_read(struct slice leaf, struct resume_word *out);
/* A seq from which on to read, at most `size`, which is signed. GW_IO, GW_NO_MEMORY. */
GW_MUST gw_result resume_from(int dir, uint64_t size, uint64_t *from);

#endif
