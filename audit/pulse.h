/* audit/pulse.h - what the gauges say of others becomes records: exchanges that nothing could be
 * recorded of (`log.gap`), sinks that are away or back (`sink.state`).
 *
 * The auditor's. It believes no number further than to write it down. */
#ifndef AUDIT_PULSE_H
#define AUDIT_PULSE_H

#include "audit/gauges.h"
#include "proxy/base/base.h"

struct audit_log;

struct pulse {
    char names[GAUGES_SINKS]
              [GAUGES_NAME]; /* of sinks that were told of as away; "": a free place */
};

/* Once a second: a record when exchanges went without one since the last look. */
GW_MUST gw_result pulse_look(struct audit_log *log);
/* With each heartbeat: a record for each sink that is away or back since the last one. */
GW_MUST gw_result pulse_beat(struct audit_log *log);
/* Exchanges of which nothing could be recorded, since the program began. */
uint64_t pulse_dropped(const struct gauges *g);
/* How many records the sink that is furthest behind has not taken; 0 without sinks. */
uint64_t pulse_lag(const struct gauges *g);

#endif
