/* redact/repeated.c - see repeated.h. Refuses to know leaves, roles and patterns. */
#include "proxy/base/base.h"
#include "redact/repeated.h"
#include "redact/choose.h"
#include "redact/job.h"
#include "redact/judge.h"
#include "redact/scanner.h"
#include "redact/valid.h"
#include <ctype.h>

enum { LEAST_ENTROPY = 2500 };

static struct slice value_of(const struct scan_job *job, const struct finding *f)
{
    return slice_cut(job_flat(job), f->start, f->end);
}

/* Letters and digits that no word, number or date is. */
static bool is_telling(struct slice v)
{
    size_t letters = 0, digits = 0;
    for (size_t i = 0; i < v.len; i++) {
        letters += isalpha((unsigned char)v.at[i]) != 0 ? 1 : 0;
        digits += isdigit((unsigned char)v.at[i]) != 0 ? 1 : 0;
    }
    return v.len >= REPEATED_SHORTEST && letters > 0 && (digits > 0 || v.len >= 20) &&
           valid_entropy(v) >= LEAST_ENTROPY;
}

static bool is_listed(const struct scan_job *job, const struct repeated *r, struct slice v)
{
    for (size_t i = 0; i < r->count; i++)
        if (slice_is(value_of(job, &r->values[i]), v))
            return true;
    return false;
}

static gw_result begin(struct scan_job *job)
{
    struct repeated *r = arena_zalloc(job->arena, sizeof *r);
    if (r == NULL)
        return gw_is(GW_NO_MEMORY);
    job->repeated = r;
    r->known = job->result.count;
    for (size_t i = 0; i < r->known && r->count < REPEATED_MOST; i++) {
        const struct finding *f = &job->result.findings[i];
        struct slice v = value_of(job, f);
        if ((f->family == FAM_SECRET || f->family == FAM_JWT) && !f->is_allowed && !f->is_open &&
            is_telling(v) && !is_listed(job, r, v))
            r->values[r->count++] = *f;
    }
    return gw_is(GW_OK);
}

/* The first of the sorted findings that were there before which ends behind `start`. */
static size_t first_behind(const struct scan_job *job, size_t start)
{
    size_t low = 0, high = job->repeated->known;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (job->result.findings[middle].end <= start)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Is there something already? */
static bool is_taken(const struct scan_job *job, size_t start, size_t end)
{
    size_t i = first_behind(job, start);
    return i < job->repeated->known && job->result.findings[i].start < end;
}

static bool is_within_word(struct slice text, size_t start, size_t end)
{
    return (start > 0 && isalnum((unsigned char)text.at[start - 1]) != 0) ||
           (end < text.len && isalnum((unsigned char)text.at[end]) != 0);
}

/* The places of one value that begin in [r->at, until). */
static gw_result look_for(struct scan_job *job, const struct finding *value, size_t until)
{
    struct repeated *r = job->repeated;
    struct slice text = job_flat(job), v = value_of(job, value);
    const char *at = text.at + r->at, *stop = text.at + until + v.len - 1;
    stop = stop < text.at + text.len ? stop : text.at + text.len;
    size_t behind = until;
    while (at < stop && (at = memmem(at, (size_t)(stop - at), v.at, v.len)) != NULL) {
        struct finding f = *value;
        f.start = (uint32_t)(at - text.at);
        f.end = f.start + (uint32_t)v.len;
        at += v.len;
        behind = f.end > until ? f.end : until;
        if (!is_within_word(text, f.start, f.end) && !is_taken(job, f.start, f.end))
            TRY(job_add(job, &f));
    }
    r->at = behind; /* the last one may reach beyond */
    return gw_is(GW_OK);
}

/* What one value gave joins the others, in their order. */
static void next_value(struct scan_job *job)
{
    struct repeated *r = job->repeated;
    if (job->result.count > r->known)
        choose_sort(job->result.findings, job->result.count);
    r->known = job->result.count;
    r->at = 0;
    r->next++;
}

gw_result repeated_step(struct scan_job *job, size_t budget, bool *done)
{
    struct slice text = job_flat(job);
    if (job->repeated == NULL)
        TRY(begin(job));
    struct repeated *r = job->repeated;
    for (size_t spent = 0; r->next < r->count && spent < budget;) {
        size_t left = budget - spent, from = r->at;
        size_t until = text.len - from > left ? from + left : text.len;
        TRY(look_for(job, &r->values[r->next], until));
        spent += until - from + 1;
        if (r->at >= text.len)
            next_value(job);
    }
    *done = r->next == r->count;
    return gw_is(GW_OK);
}
