/* redact/scan.c - see scan.h. Leaf by leaf, and a long leaf piece by piece.
 *
 * Where a leaf is cut follows from its bytes alone, so what is found depends on no budget. A piece
 * looks beyond its end as far as a value may reach; what two pieces find is one finding. Refuses to
 * know bodies, policies and styles. Results live in the caller's arena. */
#include "proxy/base/base.h"
#include "redact/scan.h"
#include "proxy/base/utf8.h"
#include "redact/attack.h"
#include "redact/choose.h"
#include "redact/column.h"
#include "redact/job.h"
#include "redact/judge.h"
#include "redact/learned.h"
#include "redact/named.h"
#include "redact/normal.h"
#include "redact/repeated.h"
#include <ctype.h>

enum {
    PIECE = 32768,    /* a longer leaf is cut, at the next blank */
    LOOSE = 4096,     /* no blank within so many bytes: it is cut all the same */
    AHEAD = 2048,     /* the normal form and the matcher read so far into the next piece */
    BEFORE = 128,     /* and so far back: context */
    WORD_MAX = 8192,  /* no word is longer */
    ALONE_BYTES = 40, /* a longer text is no value alone */
    LEAF_COST = 64,   /* bytes of budget that a leaf costs whatever its length */
};

bool scan_is_suspect(uint8_t role)
{
    return role == ROLE_NONE || role == ROLE_USER || role == ROLE_TOOL;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct range {
    size_t from, to;
};

/* Where the piece ends that begins at `from` of a leaf that ends at `to`. */
static size_t piece_end(struct slice flat, size_t from, size_t to)
{
    if (to - from <= PIECE + LOOSE)
        return to;
    size_t end = from + PIECE;
    while (end < from + PIECE + LOOSE && !is_blank(flat.at[end]))
        end++;
    while (end > from + PIECE && utf8_is_tail(flat.at[end]))
        end--;
    return end;
}

/* The part of a leaf that a piece [from, to) of it looks at. */
static struct slice view_of(struct slice flat, const struct range *leaf, size_t from, size_t to,
                            size_t *begin)
{
    size_t end = to + AHEAD < leaf->to ? to + AHEAD : leaf->to;
    *begin = from > leaf->from + BEFORE ? from - BEFORE : leaf->from;
    while (*begin < from && utf8_is_tail(flat.at[*begin]))
        ++*begin;
    while (end > to && end < leaf->to && utf8_is_tail(flat.at[end]))
        end--;
    return slice_cut(flat, *begin, end);
}

/* Rows without a trigger of their own. */
static gw_result search(struct pass *p, size_t from, size_t to)
{
    const struct scanner *s = p->scanner;
    struct match *matches;
    size_t n;
    if (s->matcher == NULL)
        return gw_is(GW_OK);
    struct slice part = slice_cut(p->subject, from, to);
    TRY(match_all(s->matcher, p->scratch->match, part, p->arena, &matches, &n));
    for (size_t i = 0; i < n; i++)
        TRY(judge_trigger(p, s->searched[matches[i].id], from + matches[i].start,
                          from + matches[i].end));
    return gw_is(GW_OK);
}

/* A stretch of the normal form around a change, from the begin of the word that it lies in: all
 * else has been looked at in the leaf itself. */
static gw_result scan_island(struct pass *p, const struct normal_island *island)
{
    struct slice s = p->subject;
    size_t from = island->from, low = from > WORD_MAX ? from - WORD_MAX : 0;
    while (from > low && !is_blank(s.at[from - 1]) && s.at[from - 1] != TEXT_SEPARATOR)
        from--;
    TRY(triggers_try(&p->scanner->triggers, p, from, island->to));
    if (p->scanner->matcher == NULL)
        return gw_is(GW_OK);
    low = from > AHEAD / 2 ? from - AHEAD / 2 : 0;
    const char *left = memrchr(s.at + low, TEXT_SEPARATOR, from - low);
    struct slice right = slice_cut(s, island->to, island->to + AHEAD / 2);
    size_t end = slice_find_byte(right, TEXT_SEPARATOR);
    return search(p, left != NULL ? (size_t)(left + 1 - s.at) : low,
                  island->to + (end < right.len ? end : right.len));
}

/* Stretches of a policy's documents in [from, to) of the subject. */
static gw_result search_documents(struct pass *p, size_t from, size_t to)
{
    const struct scanner *s = p->scanner;
    for (size_t i = 0; i < s->document_count; i++) {
        struct prints_walk walk;
        struct prints_stretch found;
        const struct prints *prints = s->rows[s->documents[i]].prints;
        prints_start(&walk, prints, slice_cut(p->subject, 0, to), from);
        while (prints_next(&walk, &found))
            if (found.words >= prints->least)
                TRY(judge_word(p, s->documents[i], found.start, found.end));
    }
    return gw_is(GW_OK);
}

/* Whole leaves, or a piece of one, as they are and in their normal form, which is that of `view`.
 * The engine for rows without a trigger has been at the flat text before. */
static gw_result scan_stretch(struct pass *p, struct range r, struct slice view,
                              struct normal *normal)
{
    p->map_base = (size_t)(view.at - p->flat.at);
    TRY(search_documents(p, p->map_base, p->map_base + view.len));
    TRY(triggers_try(&p->scanner->triggers, p, r.from, r.to));
    TRY(normal_make(view, p->arena, normal));
    if (!normal->changed)
        return gw_is(GW_OK);
    p->subject = normal->text;
    p->map = &normal->map;
    judge_begin(p);
    TRY(search_documents(p, 0, p->subject.len));
    for (size_t i = 0; i < normal->island_count; i++)
        TRY(scan_island(p, &normal->islands[i]));
    return gw_is(GW_OK);
}

gw_result scan_start(struct scan_job *job, const struct scanner *s, struct scan_scratch *scratch,
                     const struct text *t, const struct scan_options *options, struct arena *arena)
{
    *job = (struct scan_job){
        .scanner = s, .scratch = scratch, .text = t, .options = *options, .arena = arena};
    return gw_is(t != NULL && buf_slice(&t->flat).len > UINT32_MAX / 2 ? GW_TOO_BIG : GW_OK);
}

static size_t leaf_count(const struct scan_job *job)
{
    return job->text != NULL ? job->text->count : 1;
}

static struct range leaf_at(const struct scan_job *job, size_t leaf)
{
    if (job->text == NULL)
        return (struct range){0, job->plain.len};
    return (struct range){job->text->leaves[leaf].start, job->text->leaves[leaf].end};
}

static bool is_suspect(const struct scan_job *job, size_t leaf)
{
    return job->options.attacks &&
           (job->text == NULL || scan_is_suspect(job->text->leaves[leaf].role));
}

/* The score of one leaf, or of a piece of one, whose normal form is the `len` bytes at `at` of n.
 * The window becomes a range of the leaf, which begins at leaf_from; n's source at `base`. */
static struct attack score_leaf(const struct normal *n, size_t at, size_t len, bool decoded,
                                size_t base, size_t leaf_from)
{
    struct attack a = attack_score(slice_cut(n->text, at, at + len), decoded);
    size_t from, to;
    if (a.from == a.to)
        return a;
    offmap_range(&n->map, at + a.from, at + a.to, &from, &to);
    a.from = (uint32_t)(base + from - leaf_from);
    a.to = (uint32_t)(base + to - leaf_from);
    return a;
}

/* What one leaf gave joins the whole, under the name of who speaks; its window becomes a range of
 * the flat text. */
static void join_attack(struct scan_job *job, struct attack attack, size_t leaf)
{
    size_t start = leaf_at(job, leaf).from;
    bool is_tool = job->text != NULL && job->text->leaves[leaf].role == ROLE_TOOL;
    attack.in[is_tool ? ORIGIN_TOOL : ORIGIN_USER] = attack.score;
    if (attack.from != attack.to) {
        attack.from += (uint32_t)start;
        attack.to += (uint32_t)start;
    }
    job->result.attack = attack_join(job->result.attack, attack);
}

/* The remembered findings of a leaf join the result, as offsets of the flat text. */
static gw_result add_remembered(struct scan_job *job, const struct scan_leaf_result *leaf,
                                size_t number)
{
    size_t start = leaf_at(job, number).from;
    TRY(job_room(job, leaf->count));
    join_attack(job, leaf->attack, number);
    for (size_t i = 0; i < leaf->count; i++) {
        struct finding f = leaf->findings[i];
        const struct row *row = &job->scanner->rows[f.detector];
        f.start += (uint32_t)start;
        f.end += (uint32_t)start;
        f.family = row->family;
        f.entity = row->entity;
        f.name = row->name;
        job->result.findings[job->result.count++] = f;
    }
    return gw_is(GW_OK);
}

/* A remembered result that fits this scanner and this leaf. */
static bool is_remembered(const struct scan_job *job, size_t leaf, size_t len,
                          struct scan_leaf_result *out)
{
    const struct scan_seen *seen = job->options.seen;
    *out = (struct scan_leaf_result){0};
    if (seen == NULL || !seen->find(seen->of, leaf, out))
        return false;
    for (size_t i = 0; i < out->count; i++) {
        const struct finding *f = &out->findings[i];
        if (f->detector >= job->scanner->count || f->start >= f->end || f->end > len)
            return false;
    }
    return true;
}

static struct slice key_of(const struct scan_job *job, size_t leaf)
{
    return job->text != NULL ? job->text->leaves[leaf].key : slice_of(NULL, 0);
}

/* Names of whole leaves. */
static gw_result find_names(const struct scan_job *job, struct pass *p, size_t first, size_t end)
{
    for (size_t leaf = first; leaf < end && job->options.names != NAMES_OFF; leaf++) {
        struct range r = leaf_at(job, leaf);
        size_t at = 0;
        TRY(named_scan(p, (size_t[2]){r.from, r.to}, key_of(job, leaf), r.to, &at));
    }
    return gw_is(GW_OK);
}

static void pass_begin(struct pass *p, const struct scan_job *job)
{
    *p = (struct pass){.scanner = job->scanner,
                       .scratch = job->scratch,
                       .options = &job->options,
                       .arena = job->arena,
                       .text = job->text,
                       .flat = job_flat(job)};
    p->subject = p->flat;
    judge_begin(p);
}

/* The findings [*next, ...) that lie in the leaf join the result; the leaf's own are told. `found`
 * is sorted and is changed. */
static gw_result finish_leaf(struct scan_job *job, size_t leaf, const struct pass *p, size_t *next,
                             struct attack attack)
{
    const struct scan_seen *seen = job->options.seen;
    struct range r = leaf_at(job, leaf);
    size_t n = 0;
    while (*next + n < p->count && p->found[*next + n].start < r.to)
        n++;
    struct finding *own = p->found + *next;
    *next += n;
    join_attack(job, attack, leaf);
    TRY(job_room(job, n));
    if (n > 0)
        memcpy(job->result.findings + job->result.count, own, n * sizeof *own);
    job->result.count += n;
    if (seen == NULL || r.from == r.to)
        return gw_is(GW_OK);
    for (size_t i = 0; i < n; i++) {
        own[i].start -= (uint32_t)r.from;
        own[i].end -= (uint32_t)r.from;
    }
    struct scan_leaf_result out = {own, n, attack};
    seen->keep(seen->of, leaf, &out);
    return gw_is(GW_OK);
}

/* The next piece of a long leaf; when it was the last one, the leaf's result is complete. */
static gw_result step_piece(struct scan_job *job, size_t *used)
{
    struct pass p;
    struct normal normal;
    size_t begin, next = 0;
    struct range leaf = leaf_at(job, job->leaf), r = {leaf.from + job->at, 0};
    pass_begin(&p, job);
    p.found = job->here;
    p.count = job->here_count;
    p.room = job->here_room;
    r.to = piece_end(p.flat, r.from, leaf.to);
    struct slice view = view_of(p.flat, &leaf, r.from, r.to, &begin);
    TRY(search(&p, begin, begin + view.len));
    TRY(scan_stretch(&p, r, view, &normal));
    TRY(named_scan(&p, (size_t[2]){leaf.from, leaf.to}, key_of(job, job->leaf), r.to,
                   &job->names_at));
    if (is_suspect(job, job->leaf)) {
        struct attack attack =
            score_leaf(&normal, 0, normal.text.len, normal.decoded, begin, leaf.from);
        if (normal.changed)
            attack = attack_look_behind(attack, view, begin - leaf.from);
        job->here_attack = attack_join(job->here_attack, attack);
    }
    *used = r.to - r.from;
    job->at += r.to - r.from;
    bool is_last = r.to == leaf.to;
    if (is_last) {
        choose_best(&p);
        TRY(finish_leaf(job, job->leaf, &p, &next, job->here_attack));
        job->here_attack = (struct attack){0};
        p.count = 0;
        job->leaf++;
        job->at = job->names_at = 0;
    }
    job->here = p.found;
    job->here_count = p.count;
    job->here_room = p.room;
    return gw_is(GW_OK);
}

/* Leaves from `first` to `end` that are next to each other: what they gave, one by one. */
static gw_result finish_leaves(struct scan_job *job, size_t first, size_t end, struct pass *p,
                               const struct normal *n)
{
    size_t next = 0, at = 0, island = 0, base = leaf_at(job, first).from;
    choose_best(p);
    for (size_t leaf = first; leaf < end; leaf++) {
        struct attack attack = {0};
        struct slice rest = slice_from(n->text, at);
        size_t len = job->text == NULL ? rest.len : slice_find_byte(rest, TEXT_SEPARATOR);
        struct slice text = slice_cut(rest, 0, len);
        bool decoded = false;
        size_t before = island;
        for (; island < n->island_count && n->islands[island].from < at + text.len; island++)
            decoded |= n->islands[island].decoded;
        struct range r = leaf_at(job, leaf);
        if (text.len > 0 && is_suspect(job, leaf))
            attack = score_leaf(n, at, text.len, decoded, base, r.from);
        if (island > before && is_suspect(job, leaf))
            attack = attack_look_behind(attack, slice_cut(job_flat(job), r.from, r.to), 0);
        at += text.len + 1;
        TRY(finish_leaf(job, leaf, p, &next, attack));
    }
    return gw_is(GW_OK);
}

/* Scans leaves from `first` to `end`, all of them next to each other. */
static gw_result scan_leaves(struct scan_job *job, size_t first, size_t end)
{
    struct pass p;
    struct normal normal;
    struct range r = {leaf_at(job, first).from, leaf_at(job, end - 1).to};
    if (r.from == r.to)
        return gw_is(GW_OK);
    pass_begin(&p, job);
    if (!job->scanner->anchored)
        TRY(search(&p, r.from, r.to));
    for (size_t leaf = first; leaf < end && job->scanner->anchored; leaf++)
        TRY(search(&p, leaf_at(job, leaf).from, leaf_at(job, leaf).to));
    for (size_t leaf = first; leaf < end && p.text != NULL; leaf++)
        TRY(column_try_leaf(&p, leaf));
    TRY(scan_stretch(&p, r, slice_cut(p.flat, r.from, r.to), &normal));
    if (job->options.candidates && r.to - r.from <= ALONE_BYTES)
        TRY(judge_alone(&p, r.from, r.to));
    TRY(find_names(job, &p, first, end));
    return finish_leaves(job, first, end, &p, &normal);
}

/* May a leaf of `len` bytes join those from `first` to `end`, which have cost `used` of `most`? */
static bool may_join(size_t first, size_t end, size_t used, size_t most, size_t len)
{
    if (end == first)
        return true;
    return end - first < SCAN_TOGETHER && used < most && used + len <= PIECE + LOOSE;
}

/* As many leaves as are short together, up to one that is remembered; that one too. */
static gw_result step_leaves(struct scan_job *job, size_t budget, size_t *used)
{
    size_t first = job->leaf, end = first, leaves = leaf_count(job);
    size_t most = budget < PIECE ? budget : PIECE;
    struct scan_leaf_result out;
    bool remembered = false;
    for (*used = 0; end < leaves && !remembered; end++) {
        struct range r = leaf_at(job, end);
        size_t len = r.to - r.from;
        if (!may_join(first, end, *used, most, len))
            break;
        remembered = len > 0 && is_remembered(job, end, len, &out);
        if (!remembered && len > PIECE + LOOSE) /* a long one, alone: piece by piece */
            return step_piece(job, used);
        if (remembered)
            TRY(add_remembered(job, &out, end));
        *used += LEAF_COST + (remembered ? 0 : len);
    }
    job->leaf = end;
    end -= remembered ? 1 : 0;
    return end > first ? scan_leaves(job, first, end) : gw_is(GW_OK);
}

gw_result scan_step(struct scan_job *job, size_t budget, bool *done)
{
    size_t leaves = leaf_count(job), used = 0;
    for (size_t spent = 0; job->leaf < leaves && (spent == 0 || spent < budget); spent += used)
        TRY(job->at > 0 ? step_piece(job, &used) : step_leaves(job, budget - spent, &used));
    *done = false;
    if (job->leaf < leaves)
        return gw_is(GW_OK);
    if (job->repeated == NULL && job->learned == NULL)
        choose_sort(job->result.findings, job->result.count);
    if (job->options.repeats && !job->options.candidates) {
        bool looked = false;
        TRY(repeated_step(job, budget, &looked));
        if (!looked)
            return gw_is(GW_OK);
    }
    *done = job->options.names == NAMES_OFF || job->options.candidates;
    if (*done)
        return gw_is(GW_OK);
    TRY(learned_step(job, budget, done));
    if (*done)
        choose_sort(job->result.findings, job->result.count);
    return gw_is(GW_OK);
}

static gw_result run(struct scan_job *job, struct scan_result *out)
{
    bool done = false;
    *out = (struct scan_result){0};
    TRY(scan_step(job, SIZE_MAX, &done));
    *out = job->result;
    return gw_is(done ? GW_OK : GW_CORRUPT);
}

gw_result scan_text(const struct scanner *s, struct scan_scratch *scratch, const struct text *t,
                    const struct scan_options *options, struct arena *arena,
                    struct scan_result *out)
{
    struct scan_job job;
    TRY(scan_start(&job, s, scratch, t, options, arena));
    return run(&job, out);
}

gw_result scan_plain(const struct scanner *s, struct scan_scratch *scratch, struct slice text,
                     const struct scan_options *options, struct arena *arena,
                     struct scan_result *out)
{
    struct scan_job job;
    if (text.len > UINT32_MAX / 2)
        return gw_is(GW_TOO_BIG);
    TRY(scan_start(&job, s, scratch, NULL, options, arena));
    job.plain = text;
    return run(&job, out);
}
