/* redact/job.c - see job.h. */
#include "proxy/base/base.h"
#include "redact/job.h"

struct slice job_flat(const struct scan_job *job)
{
    return job->text != NULL ? buf_slice(&job->text->flat) : job->plain;
}

gw_result job_room(struct scan_job *job, size_t more)
{
    struct scan_result *to = &job->result;
    size_t need = to->count + more;
    if (need <= job->room)
        return gw_is(GW_OK);
    size_t room = need < 2 * job->room ? 2 * job->room : need;
    struct finding *grown =
        arena_grow(job->arena, to->findings, to->count * sizeof *grown, room * sizeof *grown);
    if (grown == NULL)
        return gw_is(GW_NO_MEMORY);
    to->findings = grown;
    job->room = room;
    return gw_is(GW_OK);
}

gw_result job_add(struct scan_job *job, const struct finding *f)
{
    TRY(job_room(job, 1));
    job->result.findings[job->result.count++] = *f;
    return gw_is(GW_OK);
}
