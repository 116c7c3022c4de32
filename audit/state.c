/* audit/state.c - see state.h. */
#include "proxy/base/base.h"
#include "audit/state.h"

void state_tell_open(struct audit_log *log, bool is_open)
{
    if (log->gauges != NULL)
        gauges_set(&log->gauges->is_open, is_open);
}

gw_result state_fault(struct audit_log *log, const char *what)
{
    if (!log->poisoned)
        snprintf(log->reason, sizeof log->reason, "%s: %s", what,
                 errno == 0 ? "refused" : strerrordesc_np(errno));
    log->poisoned = true;
    state_tell_open(log, false);
    return gw_is(GW_UNAVAILABLE);
}
