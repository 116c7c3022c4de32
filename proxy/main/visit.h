/* proxy/main/visit.h - a verb's own record in the log: through the auditor that runs, or, when
 * nobody writes the log, by opening it.
 *
 * Who does it stands in the record: the user of the process, and who became root. */
#ifndef PROXY_MAIN_VISIT_H
#define PROXY_MAIN_VISIT_H

#include "audit/record.h"
#include "proxy/base/base.h"
#include "proxy/main/asked.h"

struct audit_log;
enum { VISIT_REASON = 300 };

struct visit {
    const char *op;        /* "query" */
    const char *query;     /* the filters as they were typed; NULL: none */
    const char *case_name; /* NULL: none */
    const char *reason;    /* why, or a note; NULL: none */
    uint64_t count;        /* of records that are shown, held, erased */
    const uint64_t *refs;  /* those records, ascending; at most RECORD_REFS */
    size_t ref_count;
};

/* Durable when GW_OK; *seq is where. Else `reason` says why in words. GW_UNAVAILABLE: nobody can
 * record it here: a reading where no auditor runs, an unsealing from a copy of the log. */
GW_MUST gw_result visit_record(const char *dir, enum record_type type, const struct visit *v,
                               uint64_t *seq, char reason[VISIT_REASON]);
/* Opens the log, which nobody else writes, as its auditor would: with the spare directory and the
 * --accept-loss of `a`, when it is not NULL. Else `reason` says why not. */
GW_MUST gw_result visit_open(const struct asked *a, const char *dir, char reason[VISIT_REASON],
                             struct audit_log **log);
/* Waits until that record is under a signed checkpoint, half a minute at most: what it says counts
 * from then on (audit/verify.h), so what it tells of is done after it. */
GW_MUST gw_result visit_signed(const char *dir, uint64_t seq);
/* Before something is shown or handed out: what, how much, for which case and why. Where no auditor
 * runs it is only said on standard error that there is no record. False: the auditor refused, and
 * nothing may be shown. */
bool visit_before_reading(const struct asked *a, enum record_type type, uint64_t count);

#endif
