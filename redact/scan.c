/* redact/scan.c - see scan.h. Leaf by leaf, and a long leaf piece by piece.
 *
 * Where a leaf is cut follows from its bytes alone, so what is found depends on no budget. A piece
 * looks beyond its end as far as a value may reach; what two pieces find is one finding. Refuses to
 * know bodies, policies and styles. Results live in the caller's arena. */
#include "proxy/base/base.h"
#include "redact/scan.h"
#include "redact/attack.h"
#include "redact/judge.h"
#include "redact/normal.h"
#include <ctype.h>

enum {
    PIECE = 32768,   /* a longer leaf is cut, at the next blank */
    LOOSE = 4096,    /* no blank within so many bytes: it is cut all the same */
    AHEAD = 2048,    /* the normal form and the matcher read so far into the next piece */
    BEFORE = 128,    /* and so far back: context */
    WORD_MAX = 8192, /* no word is longer */
    LEAF_COST = 64,  /* bytes of budget that a leaf costs whatever its length */
};

bool scan_is_suspect(uint8_t role)
{
    return role == ROLE_NONE || role == ROLE_USER || role == ROLE_TOOL;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_tail(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* Where the piece ends that begins at `from`. */
static size_t piece_end(struct slice leaf, size_t from)
{
    if (leaf.len - from <= PIECE + LOOSE)
        return leaf.len;
    size_t end = from + PIECE;
    while (end < from + PIECE + LOOSE && !is_blank(leaf.at[end]))
        end++;
    while (end > from + PIECE && is_tail(leaf.at[end]))
        end--;
    return end;
}

/* The part of the leaf that a piece looks at. */
static struct slice view_of(struct slice leaf, size_t from, size_t to, size_t *begin)
{
    size_t end = to + AHEAD < leaf.len ? to + AHEAD : leaf.len;
    *begin = from > BEFORE ? from - BEFORE : 0;
    while (*begin < from && is_tail(leaf.at[*begin]))
        ++*begin;
    while (end > to && end < leaf.len && is_tail(leaf.at[end]))
        end--;
    return slice_cut(leaf, *begin, end);
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
    size_t from = island->from, low = from > WORD_MAX ? from - WORD_MAX : 0;
    while (from > low && !is_blank(p->subject.at[from - 1]))
        from--;
    TRY(triggers_try(&p->scanner->triggers, p, from, island->to));
    low = from > AHEAD / 2 ? from - AHEAD / 2 : 0;
    return search(p, low, island->to + AHEAD / 2);
}

/* One piece [from, to) of p->leaf, as it is and in its normal form. */
static gw_result scan_piece(struct pass *p, size_t from, size_t to, bool attacks,
                            struct attack *attack)
{
    struct normal normal;
    struct slice view = view_of(p->leaf, from, to, &p->map_base);
    p->subject = p->leaf;
    p->map = NULL;
    judge_begin(p);
    TRY(triggers_try(&p->scanner->triggers, p, from, to));
    TRY(search(p, p->map_base, p->map_base + view.len));
    TRY(normal_make(view, p->arena, &normal));
    if (normal.changed) {
        p->subject = normal.text;
        p->map = &normal.map;
        judge_begin(p);
        for (size_t i = 0; i < normal.island_count; i++)
            TRY(scan_island(p, &normal.islands[i]));
    }
    if (attacks)
        *attack = attack_join(*attack, attack_score(normal.text, normal.decoded));
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

/* The bytes of the leaf that is next, its key, where it begins. */
static struct slice leaf_of(const struct scan_job *job, struct slice *key, size_t *start,
                            bool *suspect)
{
    *key = slice_of(NULL, 0);
    *start = 0;
    *suspect = job->options.attacks;
    if (job->text == NULL)
        return job->plain;
    const struct text_leaf *leaf = &job->text->leaves[job->leaf];
    *key = leaf->key;
    *start = leaf->start;
    *suspect = job->options.attacks && scan_is_suspect(leaf->role);
    return slice_cut(buf_slice(&job->text->flat), leaf->start, leaf->end);
}

/* The findings of a leaf join the result, as offsets of the flat text. */
static gw_result add_leaf(struct scan_job *job, const struct scan_leaf_result *leaf, size_t start)
{
    struct scan_result *to = &job->result;
    size_t need = to->count + leaf->count;
    to->attack = attack_join(to->attack, leaf->attack);
    if (need > job->room) {
        size_t room = need < 2 * job->room ? 2 * job->room : need;
        struct finding *grown = arena_array(job->arena, room, sizeof *grown);
        if (grown == NULL)
            return gw_is(GW_NO_MEMORY);
        if (to->count > 0)
            memcpy(grown, to->findings, to->count * sizeof *grown);
        to->findings = grown;
        job->room = room;
    }
    for (size_t i = 0; i < leaf->count; i++) {
        struct finding f = leaf->findings[i];
        const struct row *row = &job->scanner->rows[f.detector];
        f.start += (uint32_t)start;
        f.end += (uint32_t)start;
        f.family = row->family;
        f.entity = row->entity;
        f.name = row->name;
        to->findings[to->count++] = f;
    }
    return gw_is(GW_OK);
}

/* A remembered result that fits this scanner and this leaf. */
static bool is_remembered(const struct scan_job *job, struct slice leaf,
                          struct scan_leaf_result *out)
{
    const struct scan_seen *seen = job->options.seen;
    *out = (struct scan_leaf_result){0};
    if (seen == NULL || job->at != 0 || !seen->find(seen->of, job->leaf, out))
        return false;
    for (size_t i = 0; i < out->count; i++) {
        const struct finding *f = &out->findings[i];
        if (f->detector >= job->scanner->count || f->start >= f->end || f->end > leaf.len)
            return false;
    }
    return true;
}

static void next_leaf(struct scan_job *job)
{
    job->leaf++;
    job->at = 0;
    job->here = (struct scan_result){.findings = job->here.findings};
}

/* The next piece of the leaf; when it was the last one, the leaf's result is complete. */
static gw_result step_leaf(struct scan_job *job, size_t *used)
{
    struct slice key;
    struct scan_leaf_result out;
    size_t start;
    bool suspect;
    struct slice leaf = leaf_of(job, &key, &start, &suspect);
    *used = LEAF_COST;
    if (leaf.len == 0 || is_remembered(job, leaf, &out)) {
        if (leaf.len > 0)
            TRY(add_leaf(job, &out, start));
        next_leaf(job);
        return gw_is(GW_OK);
    }
    size_t end = piece_end(leaf, job->at);
    struct pass p = {.scanner = job->scanner,
                     .scratch = job->scratch,
                     .options = &job->options,
                     .arena = job->arena,
                     .leaf = leaf,
                     .key = key,
                     .found = job->here.findings,
                     .count = job->here.count,
                     .room = job->here_room};
    TRY(scan_piece(&p, job->at, end, suspect, &job->here.attack));
    *used += end - job->at;
    job->at = end;
    if (end == leaf.len)
        judge_select(&p);
    job->here.findings = p.found;
    job->here.count = p.count;
    job->here_room = p.room;
    if (end < leaf.len)
        return gw_is(GW_OK);
    out = (struct scan_leaf_result){p.found, p.count, job->here.attack};
    if (job->options.seen != NULL)
        job->options.seen->keep(job->options.seen->of, job->leaf, &out);
    TRY(add_leaf(job, &out, start));
    next_leaf(job);
    return gw_is(GW_OK);
}

gw_result scan_step(struct scan_job *job, size_t budget, bool *done)
{
    size_t leaves = leaf_count(job), used = 0;
    for (size_t spent = 0; job->leaf < leaves && (spent == 0 || spent < budget); spent += used)
        TRY(step_leaf(job, &used));
    *done = job->leaf == leaves;
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

/* The begin of a PEM block that has not ended; text.len when there is none. */
static size_t open_block(struct slice text)
{
    static const char begin[] = "-----BEGIN", end[] = "-----END";
    size_t at = text.len, base = 0;
    for (;;) {
        size_t k = slice_find(slice_from(text, base), slice_of(begin, sizeof begin - 1));
        if (k == SIZE_MAX)
            break;
        at = base + k;
        base = at + sizeof begin - 1;
    }
    struct slice rest = slice_from(text, at);
    size_t stop = slice_find(rest, slice_of(end, sizeof end - 1));
    if (at == text.len || stop == SIZE_MAX)
        return at;
    size_t close = slice_find(slice_from(rest, stop + sizeof end - 1), SLICE_LIT("-----"));
    return close == SIZE_MAX ? at : text.len;
}

/* A word that a number in groups may hold: with a digit, or (an IBAN's) short and all capitals. */
static bool is_group(struct slice word, bool *digit)
{
    bool capitals = word.len <= 4;
    *digit = false;
    for (size_t i = 0; i < word.len; i++) {
        *digit |= isdigit((unsigned char)word.at[i]) != 0 || word.at[i] == '+';
        capitals = capitals && isupper((unsigned char)word.at[i]) != 0;
    }
    return *digit || capitals;
}

/* The begin of the last word; of all words with digits that end the text, when the last has one. */
static size_t last_words(struct slice text)
{
    size_t at = text.len, start = text.len;
    for (unsigned words = 0; words < 12 && at > 0; words++) {
        size_t end = at, from;
        bool digit;
        while (end > 0 && is_blank(text.at[end - 1]))
            end--;
        for (from = end; from > 0 && !is_blank(text.at[from - 1]);)
            from--;
        bool touches = words == 0 && end == text.len;
        if (!is_group(slice_cut(text, from, end), &digit) && !touches)
            break;
        at = from;
        if (digit || touches)
            start = from;
        if (text.len - start > SCAN_HOLD_MAX)
            break;
    }
    return start;
}

size_t scan_undecided(const struct scanner *s, struct slice text)
{
    size_t skip = text.len > SCAN_HOLD_MAX ? text.len - SCAN_HOLD_MAX : 0;
    struct slice tail = slice_from(text, skip);
    size_t block = open_block(tail), words = last_words(tail);
    size_t start = block < words ? block : words;
    (void)s;
    while (start < tail.len && ((unsigned char)tail.at[start] & 0xC0) == 0x80)
        start++;
    return tail.len - start;
}
