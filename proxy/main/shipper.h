/* proxy/main/shipper.h - the shipper process: sends the signed log to the sinks of the
 * configuration, and asks the log's witnesses when a policy waits for them (herald.h).
 *
 * A thread a sink, so that one that hangs holds up no other; none of them is ever waited for by
 * who serves. Reads the segments of the log, and for witnesses its tiles, LOG and `rotate/`, and no
 * other file; writes `sink/` and `anchor/` and no other, reaches the ports that `to` names (a Kafka
 * broker that tells another one is not reached) and name servers at port 53, holds the sinks'
 * tokens and no other key. What it has sent is behind a cursor on the disk: it may die at any time.
 * Returns within a few seconds when the master says so; is killed when the master is gone. */
#ifndef PROXY_MAIN_SHIPPER_H
#define PROXY_MAIN_SHIPPER_H

#include "audit/gauges.h"
#include "proxy/base/base.h"
#include "proxy/main/config.h"

struct shipper_start {
    struct config *config; /* its secrets are forgotten, but for the sinks' */
    const char *dir;       /* of the log */
    struct gauges *gauges;
    int control_fd; /* readable: the end */
};

/* Is there anything for it to do? */
bool shipper_is_needed(const struct config *c);
/* The process's exit code. */
int shipper_run(const struct shipper_start *start);

#endif
