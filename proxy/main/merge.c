/* proxy/main/merge.c - see merge.h. */
#include "proxy/base/base.h"
#include "proxy/main/merge.h"

static gw_result keep_row(void *log, const struct index_row *row)
{
    struct merge_log *m = log;
    m->seqs[m->count] = row->seq;
    m->us[m->count++] = row->wall_us;
    return gw_is(GW_OK);
}

/* The next page of a log whose page was used up. */
static gw_result refill(struct merge_log *m)
{
    if (m->is_over || m->at < m->count)
        return gw_is(GW_OK);
    if (m->count > 0) {
        uint64_t last = m->seqs[m->count - 1];
        *(m->query.newest_first ? &m->query.has_before : &m->query.has_after) = true;
        *(m->query.newest_first ? &m->query.before : &m->query.after) = last;
    }
    m->at = m->count = 0;
    m->query.limit = MERGE_PAGE;
    TRY(index_find(m->index, &m->query, keep_row, m));
    m->is_over = m->count == 0;
    return gw_is(GW_OK);
}

/* The log whose row comes next; n: none has any. */
static size_t choose(const struct merge_log *logs, size_t n)
{
    size_t best = n;
    for (size_t i = 0; i < n; i++) {
        const struct merge_log *m = &logs[i];
        if (m->is_over)
            continue;
        int64_t us = m->us[m->at];
        int64_t least = best == n ? 0 : logs[best].us[logs[best].at];
        if (best == n || (m->query.newest_first ? us > least : us < least))
            best = i;
    }
    return best;
}

/* To whom the row goes. */
struct one {
    gw_result (*each)(void *owner, size_t log, const struct index_row *row);
    void *owner;
    size_t log;
};

static gw_result pass_on(void *to, const struct index_row *row)
{
    const struct one *o = to;
    return o->each(o->owner, o->log, row);
}

gw_result merge_each(struct merge_log *logs, size_t n, uint64_t limit,
                     gw_result (*each)(void *owner, size_t log, const struct index_row *row),
                     void *owner)
{
    for (uint64_t given = 0; limit == 0 || given < limit; given++) {
        for (size_t i = 0; i < n; i++)
            TRY(refill(&logs[i]));
        struct one to = {each, owner, choose(logs, n)};
        if (to.log == n)
            return gw_is(GW_OK);
        struct merge_log *m = &logs[to.log];
        uint64_t seq = m->seqs[m->at++];
        struct index_query q = m->query; /* the row once more, with its words */
        q.limit = 1;
        index_only(&q, seq);
        TRY(index_find(m->index, &q, pass_on, &to));
    }
    return gw_is(GW_OK);
}
