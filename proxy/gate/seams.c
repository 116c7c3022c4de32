/* proxy/gate/seams.c - see seams.h. Texts are taken in the body's order, so what they give is
 * sorted as they are. All but the joined text lies in the exchange's arena. */
#include "proxy/base/base.h"
#include "proxy/gate/seams.h"
#include "proxy/base/utf8.h"
#include "redact/attack.h"
#include <ctype.h>

/* A joint ends with the leaf that makes it so long, and the next one begins there: what was joined
 * of a conversation's past is the same text again, and known. */
enum { JOINT = 2048, JOINT_ROOM = JOINT + 2 * SEAMS_REACH + 1 };

/* A stretch of a leaf, and where it stands in the joined text. */
struct piece {
    uint32_t leaf;
    uint32_t from, at, len; /* from: in the body's flat text */
};

struct seams {
    struct text text;     /* a leaf a joint: those without, then those with blanks at their seams */
    struct piece *pieces; /* sorted by `at` */
    size_t count;
    size_t spaced_from; /* in the text: where joints with blanks begin */
    struct scan_job job;
    struct scan_seen seen;
    struct leaf_memory memory;
};

static bool is_part(const struct text_leaf *l)
{
    return slice_is(l->key, SLICE_LIT("text"));
}

/* What somebody said in the body itself: the texts of parts and messages. */
static bool is_said(const struct text_leaf *l)
{
    bool is_somebody = l->role == ROLE_SYSTEM || l->role == ROLE_USER ||
                       l->role == ROLE_ASSISTANT || l->role == ROLE_TOOL;
    return is_somebody && l->use == TEXT_REWRITE && l->depth == 1 && l->end > l->start &&
           (is_part(l) || slice_is(l->key, SLICE_LIT("content")));
}

/* The array in which a part stands. */
static uint32_t list_of(const struct exchange *x, const struct text_leaf *l)
{
    return x->doc.values[x->doc.values[l->value].parent].parent;
}

/* Does a model read b behind a as one text? Of tools and past answers parts of one message only:
 * what two tools say is not one text. */
static bool is_seam(const struct exchange *x, const struct text_leaf *a, const struct text_leaf *b)
{
    if (a->role != b->role)
        return false;
    return a->role == ROLE_SYSTEM || a->role == ROLE_USER ||
           (is_part(a) && is_part(b) && list_of(x, a) == list_of(x, b));
}

/* The next said leaf from `i` on; count: none. */
static size_t next_said(const struct text *t, size_t i)
{
    while (i < t->count && !is_said(&t->leaves[i]))
        i++;
    return i;
}

/* The first leaf with a seam behind it, from `i` on; *next is the one behind the seam. */
static size_t next_seam(const struct exchange *x, size_t i, size_t *next)
{
    const struct text *t = &x->text;
    for (i = next_said(t, i); i < t->count; i = *next) {
        *next = next_said(t, i + 1);
        if (*next < t->count && is_seam(x, &t->leaves[i], &t->leaves[*next]))
            return i;
    }
    return t->count;
}

/* The last bytes of a leaf that are joined, from a character's begin on. */
static uint32_t tail_of(struct slice flat, const struct text_leaf *l)
{
    uint32_t from = l->end - l->start > 2 * SEAMS_REACH ? l->end - SEAMS_REACH : l->start;
    while (from < l->end && utf8_is_tail(flat.at[from]))
        from++;
    return from;
}

/* The end of its first bytes that are: those before the tail, or all of a short one. */
static uint32_t head_of(struct slice flat, const struct text_leaf *l)
{
    uint32_t to = l->end - l->start > 2 * SEAMS_REACH ? l->start + SEAMS_REACH : l->end;
    while (to > l->start && to < l->end && utf8_is_tail(flat.at[to]))
        to--;
    return to;
}

struct joint {
    char *bytes; /* JOINT_ROOM */
    size_t len;
    bool is_spaced;  /* a blank is put where two words meet */
    bool has_blanks; /* and was somewhere */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

static void join(struct exchange *x, struct joint *j, size_t leaf, uint32_t from, uint32_t to)
{
    struct seams *s = x->seams;
    struct slice part = slice_cut(buf_slice(&x->text.flat), from, to);
    if (part.len == 0)
        return;
    if (j->is_spaced && j->len > 0 && !is_blank(j->bytes[j->len - 1]) && !is_blank(part.at[0])) {
        j->bytes[j->len++] = ' ';
        j->has_blanks = true;
    }
    memcpy(j->bytes + j->len, part.at, part.len);
    s->pieces[s->count++] = (struct piece){
        .leaf = (uint32_t)leaf, .from = from, .at = (uint32_t)j->len, .len = (uint32_t)part.len};
    j->len += part.len;
}

/* Joins from leaf `i`, behind which is a seam, up to the first long leaf, the last one or so many
 * bytes; the number of the last that is joined. */
static size_t join_run(struct exchange *x, struct joint *j, size_t i)
{
    struct slice flat = buf_slice(&x->text.flat);
    const struct text_leaf *leaves = x->text.leaves;
    size_t next = next_said(&x->text, i + 1);
    join(x, j, i, tail_of(flat, &leaves[i]), leaves[i].end);
    while (next < x->text.count && is_seam(x, &leaves[i], &leaves[next])) {
        uint32_t to = head_of(flat, &leaves[next]);
        join(x, j, next, leaves[next].start, to);
        i = next;
        if (to < leaves[i].end || j->len >= JOINT)
            break;
        next = next_said(&x->text, i + 1);
    }
    return i;
}

/* All joints, each a leaf of the text that is scanned. With blanks: only those that have any. */
static gw_result join_all(struct exchange *x, size_t first, bool is_spaced)
{
    struct seams *s = x->seams;
    size_t next;
    struct joint j = {.bytes = arena_alloc(x->arena, JOINT_ROOM), .is_spaced = is_spaced};
    if (j.bytes == NULL)
        return gw_is(GW_NO_MEMORY);
    for (size_t i = first; i < x->text.count; i = next_seam(x, i, &next)) {
        size_t begin = s->count;
        const struct text_leaf of = {.role = x->text.leaves[i].role};
        j.len = 0;
        j.has_blanks = false;
        i = join_run(x, &j, i);
        if (is_spaced && !j.has_blanks) {
            s->count = begin;
            continue;
        }
        TRY(text_add(&s->text, slice_of(j.bytes, j.len), &of));
        for (size_t k = begin; k < s->count; k++)
            s->pieces[k].at += s->text.leaves[s->text.count - 1].start;
    }
    return gw_is(GW_OK);
}

/* The first piece that ends behind `at`. */
static size_t piece_from(const struct seams *s, size_t at)
{
    size_t low = 0, high = s->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (s->pieces[mid].at + s->pieces[mid].len > at)
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

static bool is_touched(const struct seams *s, size_t piece, size_t end)
{
    return piece < s->count && s->pieces[piece].at < end;
}

/* A joint's score: where its window lies across a seam, and is higher than what each of the texts
 * has by itself, it is theirs. */
static void tell_score(struct exchange *x, size_t leaf, const struct attack *attack)
{
    const struct seams *s = x->seams;
    size_t start = s->text.leaves[leaf].start, n = 0;
    size_t from = start + attack->from, to = start + attack->to;
    if (attack->from == attack->to)
        return;
    for (size_t k = piece_from(s, from); is_touched(s, k, to); k++, n++)
        if (x->leaf_scores[s->pieces[k].leaf] >= attack->score)
            return;
    if (n < 2)
        return;
    const struct piece *p = &s->pieces[piece_from(s, from)];
    struct attack found = *attack;
    found.from = p->from + (uint32_t)(from > p->at ? from - p->at : 0);
    found.to = p->from + p->len;
    found.in[x->text.leaves[p->leaf].role == ROLE_TOOL ? ORIGIN_TOOL : ORIGIN_USER] = found.score;
    x->job->result.attack = attack_join(x->job->result.attack, found);
    for (size_t k = piece_from(s, from); is_touched(s, k, to); k++)
        x->leaf_scores[s->pieces[k].leaf] = attack->score;
}

static gw_result start(struct exchange *x, size_t first)
{
    struct seams *s = x->seams = arena_zalloc(x->arena, sizeof *s);
    size_t said = 0;
    if (s == NULL)
        return gw_is(GW_NO_MEMORY);
    text_init(&s->text, x->arena, 4 * (buf_slice(&x->text.flat).len + x->text.count));
    for (size_t i = next_said(&x->text, 0); i < x->text.count; i = next_said(&x->text, i + 1))
        said++;
    s->pieces = arena_array(x->arena, 4 * said, sizeof *s->pieces); /* two a leaf and a joining */
    if (s->pieces == NULL)
        return gw_is(GW_NO_MEMORY);
    TRY(join_all(x, first, false));
    s->spaced_from = buf_slice(&s->text.flat).len;
    TRY(join_all(x, first, true));
    s->memory = (struct leaf_memory){
        .x = x, .text = &s->text, .suspect = 'S', .other = '_', .told = tell_score};
    struct scan_options options = x->job->options;
    options.names = 0;
    options.repeats = false;
    options.seen = &s->seen;
    TRY(memory_start(&s->memory, &s->seen));
    return scan_start(&s->job, x->gate->scanner, x->gate->scratch, &s->text, &options, x->arena);
}

/* Sorted by start and without overlaps: of two that overlap the better stands. */
static void put(struct scan_result *out, const struct finding *f)
{
    struct finding *last = out->count > 0 ? &out->findings[out->count - 1] : NULL;
    if (last == NULL || last->end <= f->start)
        out->findings[out->count++] = *f;
    else if (f->score > last->score)
        *last = *f;
}

/* What of a finding across a seam lies in one leaf. */
static struct finding part_of(const struct finding *f, const struct piece *p)
{
    struct finding part = *f;
    part.start = p->from + (f->start > p->at ? f->start - p->at : 0);
    part.end = p->from + (f->end < p->at + p->len ? f->end - p->at : p->len);
    return part;
}

/* The first of the leaves' own findings that ends behind `at`. */
static size_t own_from(const struct scan_result *own, size_t at)
{
    size_t low = 0, high = own->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (own->findings[mid].end > at)
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}

static bool is_found(const struct scan_result *own, const struct finding *part)
{
    size_t i = own_from(own, part->start);
    while (i < own->count && own->findings[i].start < part->end)
        if (own->findings[i++].family == part->family)
            return true;
    return false;
}

static bool is_word(struct slice flat, const struct finding *part)
{
    for (size_t i = part->start; i < part->end; i++)
        if (!isalpha((unsigned char)flat.at[i]))
            return false;
    return true;
}

/* A word that only touches a value which its own leaf shows whole: "write to" and "bob@acme.com"
 * are no address together. */
static bool is_glued(const struct exchange *x, const struct finding *f, size_t first,
                     const struct finding *part)
{
    const struct seams *s = x->seams;
    const struct scan_result *own = &x->job->result;
    if (is_found(own, part) ||
        (f->family == FAM_SECRET && !is_word(buf_slice(&x->text.flat), part)))
        return false;
    for (size_t k = first; is_touched(s, k, f->end); k++) {
        struct finding other = part_of(f, &s->pieces[k]);
        if (is_found(own, &other))
            return true;
    }
    return false;
}

/* Findings across seams, a part in each leaf that they touch, among those of the leaves. */
static gw_result merge(struct exchange *x)
{
    const struct seams *s = x->seams;
    const struct scan_result *own = &x->job->result, *across = &s->job.result;
    struct scan_result all = {.attack = own->attack};
    size_t at = 0, room = own->count + 1;
    size_t found = 0; /* without blanks: those with some are for words, which attacks are made of */
    while (found < across->count && across->findings[found].end <= s->spaced_from)
        found++;
    for (size_t i = 0; i < found; i++)
        for (size_t k = piece_from(s, across->findings[i].start);
             is_touched(s, k, across->findings[i].end); k++)
            room++;
    all.findings = arena_array(x->arena, room, sizeof *all.findings);
    if (all.findings == NULL)
        return gw_is(GW_NO_MEMORY);
    for (size_t i = 0; i < found; i++) {
        const struct finding *f = &across->findings[i];
        size_t k = piece_from(s, f->start);
        if (!is_touched(s, k + 1, f->end))
            continue; /* the leaf's own scan has had it */
        for (size_t first = k; is_touched(s, k, f->end); k++) {
            struct finding part = part_of(f, &s->pieces[k]);
            if (is_glued(x, f, first, &part))
                continue;
            while (at < own->count && own->findings[at].start <= part.start)
                put(&all, &own->findings[at++]);
            put(&all, &part);
        }
    }
    while (at < own->count)
        put(&all, &own->findings[at++]);
    x->job->result = all;
    return gw_is(GW_OK);
}

gw_result seams_step(struct exchange *x, size_t budget, bool *done)
{
    size_t next, first;
    *done = true;
    if (x->seams == NULL) {
        first = next_seam(x, 0, &next);
        if (first == x->text.count)
            return gw_is(GW_OK);
        TRY(start(x, first));
    }
    TRY(scan_step(&x->seams->job, budget, done));
    if (!*done)
        return gw_is(GW_OK);
    TRY(merge(x));
    text_free(&x->seams->text);
    return gw_is(GW_OK);
}

void seams_free(struct seams *s)
{
    if (s != NULL)
        text_free(&s->text);
}
