/* redact/choose.c - see choose.h. A value that is allowed wins over what lies in it. Refuses to
 * know texts and patterns. */
#include "proxy/base/base.h"
#include "redact/choose.h"

static int by_start(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    if (x->end != y->end)
        return x->end < y->end ? -1 : 1;
    return x->detector < y->detector ? -1 : x->detector > y->detector;
}

void choose_sort(struct finding *f, size_t n)
{
    bool sorted = true;
    for (size_t i = 1; i < n && sorted; i++)
        sorted = by_start(&f[i - 1], &f[i]) <= 0;
    if (!sorted)
        qsort(f, n, sizeof *f, by_start);
}

/* Score, then length, then the more specific detector. */
static int by_rank(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;
    uint32_t x_len = x->end - x->start, y_len = y->end - y->start;
    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    if (x_len != y_len)
        return x_len > y_len ? -1 : 1;
    return x->detector < y->detector ? -1 : x->detector > y->detector;
}

/* Keeps the best of n findings that hang together; they come to the front. How many stay. */
static size_t best_of(struct finding *f, size_t n)
{
    size_t kept = 0;
    if (n > 1)
        qsort(f, n, sizeof *f, by_rank);
    for (size_t i = 0; i < n; i++) {
        bool free_place = true;
        for (size_t k = 0; k < kept && free_place; k++)
            free_place = f[i].end <= f[k].start || f[k].end <= f[i].start;
        if (free_place)
            f[kept++] = f[i];
    }
    return kept;
}

/* Takes out what has lost its score. */
static size_t sweep(struct finding *f, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (f[i].score > 0)
            f[kept++] = f[i];
    return kept;
}

/* Does f stay beside k, which it meets, one of them allowed? Not allowed wins at the same place. */
static bool stays_beside(const struct finding *f, const struct finding *k)
{
    bool is_within = k->start <= f->start && f->end <= k->end;
    bool is_around = f->start <= k->start && k->end <= f->end;
    if (k->is_allowed)
        return !is_within || is_around;
    return !f->is_allowed || (is_around && !is_within);
}

/* Of n that hang together: a value that is allowed wins over what lies in it, and loses to what
 * does not. */
static size_t settle_allowed(struct finding *f, size_t n)
{
    bool any = false;
    for (size_t i = 0; i < n; i++)
        any |= f[i].is_allowed;
    for (size_t i = 0; i < n && any; i++)
        for (size_t k = 0; k < n; k++)
            if (f[k].start < f[i].end && f[i].start < f[k].end && !stays_beside(&f[i], &f[k]))
                f[i].score = 0;
    return any ? sweep(f, n) : n;
}

/* Drops what overlaps something better; the rest is sorted by start. */
static size_t select_best(struct finding *f, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n;) {
        size_t end = f[i].end, k = i + 1;
        while (k < n && f[k].start < end) {
            end = f[k].end > end ? f[k].end : end;
            k++;
        }
        size_t stay = best_of(f + i, settle_allowed(f + i, k - i));
        memmove(f + kept, f + i, stay * sizeof *f);
        kept += stay;
        i = k;
    }
    choose_sort(f, kept);
    return kept;
}

/* The same range by the same detector, found twice (in both forms, at a seam): once. */
static size_t without_doubles(struct finding *f, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || by_start(&f[kept - 1], &f[i]) != 0)
            f[kept++] = f[i];
    return kept;
}

/* What is open comes behind what is closed; how many are closed. */
static size_t part_open(struct finding *f, size_t n)
{
    size_t closed = 0;
    for (size_t i = 0; i < n; i++)
        if (!f[i].is_open) {
            struct finding swap = f[closed];
            f[closed++] = f[i];
            f[i] = swap;
        }
    return closed;
}

static bool is_same(const struct finding *a, const struct finding *b)
{
    return a->start == b->start && a->end == b->end && a->detector == b->detector;
}

/* Of what is open there stays what would win where it stands, if its word came, and has not won
 * already. */
static size_t keep_open(struct finding *f, size_t kept, size_t from, size_t n)
{
    size_t closed = kept;
    for (size_t i = from; i < n; i++) {
        bool wins = true;
        for (size_t k = 0; k < closed && wins; k++)
            wins = f[i].end <= f[k].start || f[k].end <= f[i].start ||
                   (!is_same(&f[i], &f[k]) && by_rank(&f[i], &f[k]) < 0);
        if (wins)
            f[kept++] = f[i];
    }
    return kept;
}

/* What two looks found of one stretch of a document is one finding. `f` is sorted by start. */
static size_t join_stretches(const struct scanner *s, struct finding *f, size_t n)
{
    for (size_t d = 0; d < s->document_count; d++) {
        struct finding *last = NULL;
        for (size_t i = 0; i < n; i++) {
            if (f[i].detector != s->documents[d])
                continue;
            bool is_one = last != NULL && last->end >= f[i].start && last->is_open == f[i].is_open;
            if (is_one && f[i].end > last->end)
                last->end = f[i].end;
            if (is_one)
                f[i].score = 0;
            else
                last = &f[i];
        }
    }
    return sweep(f, n);
}

void choose_best(struct pass *p)
{
    if (p->count == 0)
        return;
    choose_sort(p->found, p->count);
    if (p->scanner->document_count > 0)
        p->count = join_stretches(p->scanner, p->found, p->count);
    if (p->options->candidates) {
        p->count = without_doubles(p->found, p->count);
        return;
    }
    size_t n = p->count, closed = p->options->is_open ? part_open(p->found, n) : n;
    choose_sort(p->found, closed);
    p->count = keep_open(p->found, select_best(p->found, closed), closed, n);
    choose_sort(p->found, p->count);
}
