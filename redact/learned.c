/* redact/learned.c - see learned.h. Refuses to know leaves and roles. */
#include "proxy/base/base.h"
#include "redact/learned.h"
#include "redact/job.h"
#include "redact/scanner.h"
#include "redact/who.h"
#include "redact/wide.h"

enum {
    SURE = 800,     /* the least score of a name that is learned, and that of what it finds */
    SHORTEST = 3,   /* bytes of a word */
    LEAST_WIDE = 3, /* characters of a name whose language parts no words: fewer stand in others */
    MOST_WIDE = 4,
    NOT_ALONE = LIST_COMMON | LIST_DATE | LIST_CUE | LIST_STREET | LIST_ORG | LIST_NATION |
                LIST_HONORIFIC | LIST_PARTICLE | LIST_UNIT,
};

static size_t person_row(const struct scan_job *job)
{
    return job->scanner->count - NAME_KINDS + NAME_PERSON;
}

/* The slot of a hash: its own, or an empty one. */
static uint32_t *slot_of(struct learned *l, uint32_t low)
{
    size_t i = low % GW_COUNT(l->low);
    while (l->low[i] != 0 && l->low[i] != low)
        i = (i + 1) % GW_COUNT(l->low);
    return &l->low[i];
}

static bool is_written_large(const struct word *w)
{
    return w->shape == SHAPE_TITLE || w->shape == SHAPE_UPPER || w->shape == SHAPE_MIXED;
}

static uint32_t hash_of(struct slice s)
{
    uint32_t hash = 0x811C9DC5u;
    for (size_t i = 0; i < s.len; i++)
        hash = (hash ^ (unsigned char)s.at[i]) * 0x01000193u;
    return hash | 1;
}

/* A whole name of a language that parts no words. */
static void learn_wide(struct learned *l, struct slice name)
{
    size_t n = name.len / WIDE;
    uint32_t hash = hash_of(name);
    if (n < LEAST_WIDE || n > MOST_WIDE || wide_run(name, 0, true) * WIDE != name.len ||
        l->count >= LEARNED_MOST || *slot_of(l, hash) != 0)
        return;
    *slot_of(l, hash) = hash;
    l->wide |= (uint32_t)1 << n;
    l->count++;
}

/* The words of a name that can stand for it alone. */
static void learn(struct learned *l, const struct model *m, struct slice name)
{
    struct word w;
    learn_wide(l, name);
    for (size_t at = 0; word_next(name, at, &w) && l->count < LEARNED_MOST; at = w.end) {
        uint32_t *slot = slot_of(l, w.low);
        if (!is_written_large(&w) || w.end - w.start < SHORTEST || w.low == 0 || *slot != 0 ||
            (model_lists(m, w.low) & NOT_ALONE) != 0)
            continue;
        *slot = w.low;
        l->count++;
    }
}

static gw_result begin(struct scan_job *job)
{
    struct learned *l = arena_zalloc(job->arena, sizeof *l);
    if (l == NULL)
        return gw_is(GW_NO_MEMORY);
    job->learned = l;
    l->known = job->result.count;
    for (size_t i = 0; i < l->known; i++) {
        const struct finding *f = &job->result.findings[i];
        if (f->detector == person_row(job) && f->score >= SURE && !f->is_allowed)
            learn(l, &job->scanner->model, slice_cut(job_flat(job), f->start, f->end));
    }
    return gw_is(GW_OK);
}

/* Does it touch what belongs to an address of the net, a path or a program's name? */
static bool is_bound(struct slice text, const struct word *w)
{
    char before = w->start > 0 ? text.at[w->start - 1] : ' ';
    char behind = w->end < text.len ? text.at[w->end] : ' ';
    char then = w->end + 1 < text.len ? text.at[w->end + 1] : ' ';
    if (strchr("/@\\=&#$.-_", before) != NULL && before != '\0')
        return true;
    if (strchr("/@\\=&#$_(", behind) != NULL && behind != '\0')
        return true;
    return behind == '.' && then != ' ' && then != '\n' && then != '"' && then != '\'';
}

/* Does a finding that was there before stand at [start, end)? */
static bool is_taken(const struct scan_job *job, struct learned *l, const struct word *w)
{
    const struct finding *f = job->result.findings;
    while (l->next < l->known && f[l->next].end <= w->start)
        l->next++;
    return l->next < l->known && f[l->next].start < w->end;
}

/* A word that was learned: a finding, or more of the one in front of it. */
static gw_result mention(struct scan_job *job, const struct word *w)
{
    struct scan_result *r = &job->result;
    const struct row *row = &job->scanner->rows[person_row(job)];
    struct finding *last = r->count > job->learned->known ? &r->findings[r->count - 1] : NULL;
    if (last != NULL && last->end + 1 == w->start && w->gap == GAP_BLANK) {
        last->end = w->end;
        return gw_is(GW_OK);
    }
    struct finding f = {.start = w->start,
                        .end = w->end,
                        .detector = (uint16_t)person_row(job),
                        .family = row->family,
                        .score = SURE,
                        .entity = row->entity,
                        .name = row->name};
    TRY(allow_has(&job->scanner->allow, job->scratch->confirm,
                  slice_cut(job_flat(job), f.start, f.end), f.entity, FAM_PERSON, &f.is_allowed));
    return job_add(job, &f);
}

/* Names inside of words[i]: such a word is a piece of a sentence. */
static gw_result mention_wide(struct scan_job *job, const struct word *w)
{
    struct slice text = job_flat(job);
    struct learned *l = job->learned;
    for (size_t at = w->start; at < w->end; at += WIDE) {
        if (wide_at(text, at) == WIDE_NONE) {
            at -= WIDE - 1; /* a digit or a letter */
            continue;
        }
        for (size_t n = MOST_WIDE; n >= LEAST_WIDE; n--) {
            struct slice name = slice_cut(text, at, at + n * WIDE);
            uint32_t hash = (l->wide >> n & 1) != 0 && name.len == n * WIDE ? hash_of(name) : 0;
            struct word part = {.start = (uint32_t)at, .end = (uint32_t)(at + n * WIDE)};
            if (hash == 0 || *slot_of(l, hash) == 0 || is_taken(job, l, &part))
                continue;
            TRY(mention(job, &part));
            at += (n - 1) * WIDE;
            break;
        }
    }
    return gw_is(GW_OK);
}

gw_result learned_step(struct scan_job *job, size_t budget, bool *done)
{
    struct word w;
    struct slice text = job_flat(job);
    if (job->learned == NULL)
        TRY(begin(job));
    struct learned *l = job->learned;
    size_t until = text.len - l->at > budget ? l->at + budget : text.len;
    *done = l->count == 0;
    while (!*done && l->at < until) {
        if (!word_next(text, l->at, &w)) {
            l->at = text.len;
            break;
        }
        l->at = w.end;
        if (w.shape >= SHAPE_LOWER && w.shape <= SHAPE_MIXED && *slot_of(l, w.low) != 0 &&
            !is_bound(text, &w) && !is_taken(job, l, &w))
            TRY(mention(job, &w));
        else if (l->wide != 0 && wide_at(text, w.start) != WIDE_NONE)
            TRY(mention_wide(job, &w));
    }
    *done = *done || l->at >= text.len;
    return gw_is(GW_OK);
}
