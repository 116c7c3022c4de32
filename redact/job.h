/* redact/job.h - private to redact: what the steps of a scan share of its job, the text that is
 * scanned and the findings so far. */
#ifndef REDACT_JOB_H
#define REDACT_JOB_H

#include "proxy/base/base.h"
#include "redact/scan.h"

/* All that is scanned; findings are offsets in it. */
struct slice job_flat(const struct scan_job *job);
/* So many findings more have room behind the others. GW_NO_MEMORY. */
GW_MUST gw_result job_room(struct scan_job *job, size_t more);
/* A finding more, behind the others. */
GW_MUST gw_result job_add(struct scan_job *job, const struct finding *f);

#endif
