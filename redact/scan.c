/* redact/scan.c - see scan.h. Candidates from the matcher, confirmed, judged, the best ones kept.
 *
 * Refuses to know bodies, policies and styles: ranges in, ranges out. Results live in the caller's
 * arena. */
#include "proxy/base/base.h"
#include "redact/scan.h"
#include "redact/attack.h"
#include "redact/context.h"
#include "redact/normal.h"
#include "redact/scanner.h"
#include "redact/valid.h"
#include <ctype.h>

enum {
    MARGIN = 128,
    WORDS_BEFORE = 64,
    WORDS_BEHIND = 32,
    THRESHOLD = 500,
    AGAINST = 300,
    SCORE_MAX = 1000
};

/* One pass over one subject: the flat text or its normal form. */
struct pass {
    const struct scanner *s;
    struct scan_scratch *scratch;
    const struct text *t; /* NULL: a plain text */
    const struct scan_options *options;
    struct arena *arena;
    struct slice subject;
    const struct offmap *map; /* NULL: the subject is the flat text */
    struct slice flat;
    struct finding *found;
    size_t count, room;
};

static gw_result keep(struct pass *p, const struct finding *f)
{
    if (p->count == p->room) {
        size_t room = p->room == 0 ? 32 : p->room * 2;
        struct finding *grown = arena_array(p->arena, room, sizeof *grown);
        if (grown == NULL)
            return gw_is(GW_NO_MEMORY);
        if (p->count > 0)
            memcpy(grown, p->found, p->count * sizeof *grown);
        p->found = grown;
        p->room = room;
    }
    p->found[p->count++] = *f;
    return gw_is(GW_OK);
}

/* The member key beside a value that stands at `at` of the flat text. */
static struct slice key_at(const struct pass *p, size_t at)
{
    size_t leaf = p->t == NULL ? SIZE_MAX : text_leaf_at(p->t, at);
    return leaf == SIZE_MAX ? slice_of(NULL, 0) : p->t->leaves[leaf].key;
}

/* A range of the subject in the flat text. */
static void to_flat(const struct pass *p, size_t from, size_t to, size_t *flat_from,
                    size_t *flat_to)
{
    *flat_from = from;
    *flat_to = to;
    if (p->map != NULL)
        offmap_range(p->map, from, to, flat_from, flat_to);
}

/* Custom detectors: one of the near words within reach. */
static bool is_near(const struct row *row, struct slice leaf, size_t start, size_t end)
{
    struct slice around =
        slice_cut(leaf, start > row->within ? start - row->within : 0, end + row->within);
    for (size_t i = 0; i < row->near_count; i++)
        for (size_t k = 0; k + row->near[i].len <= around.len; k++)
            if (slice_is_nocase(slice_cut(around, k, k + row->near[i].len), row->near[i]))
                return true;
    return row->near_count == 0;
}

/* The score that the words around [start, end) and the key beside it give. */
static int in_context(const struct row *row, struct slice leaf, size_t start, size_t end,
                      struct slice key)
{
    const char *words = row->built_in->words;
    struct slice before = slice_cut(leaf, start > WORDS_BEFORE ? start - WORDS_BEFORE : 0, start);
    struct slice behind = slice_cut(leaf, end, end + WORDS_BEHIND);
    if (words != NULL && (context_has_word(key, words) || context_has_word(before, words) ||
                          context_has_word(behind, words)))
        return row->with_words > 0 ? row->with_words : row->base;
    if ((row->flags & DET_DIGITS) != 0 && (context_is_against(before) || context_is_against(key)))
        return row->base - AGAINST;
    return row->base;
}

/* The score of a value at [start, start + value.len) of a leaf; 0 or less: none. */
static int judge(const struct row *row, struct slice leaf, size_t start, struct slice *value,
                 struct slice key)
{
    const struct detector *d = row->built_in;
    if (d == NULL)
        return is_near(row, leaf, start, start + value->len) ? row->base : 0;
    if ((row->flags & DET_NUMBER) != 0 && context_is_part(leaf, start, start + value->len))
        return 0;
    if ((row->flags & DET_SECRET) != 0 && valid_is_placeholder(*value))
        return 0;
    int added = d->valid != NULL ? d->valid(value) : VALID_YES;
    if (added == VALID_NO || value->len == 0)
        return 0;
    int score = in_context(row, leaf, start, start + value->len, key);
    return score <= 0 ? 0 : score + added;
}

/* One confirmed range of `leaf`, which begins at leaf_at of the subject. */
static gw_result consider(struct pass *p, size_t id, struct slice leaf, size_t leaf_at,
                          const size_t range[3])
{
    const struct row *row = &p->s->rows[id];
    struct slice value = slice_cut(leaf, range[CONFIRM_START], range[CONFIRM_END]);
    size_t from = 0, to = 0, start = range[CONFIRM_START];
    if (value.len == 0)
        return gw_is(GW_OK);
    to_flat(p, leaf_at + start, leaf_at + start + value.len, &from, &to);
    int score = judge(row, leaf, start, &value, key_at(p, from));
    if (score <= 0)
        return gw_is(GW_OK);
    to_flat(p, leaf_at + start, leaf_at + start + value.len, &from, &to);
    score = score > SCORE_MAX ? SCORE_MAX : score;
    int threshold = p->options->threshold > 0 ? p->options->threshold : THRESHOLD;
    if (!p->options->candidates && score < threshold)
        return gw_is(GW_OK);
    if (to <= from || slice_find_byte(slice_cut(p->flat, from, to), TEXT_SEPARATOR) != SIZE_MAX)
        return gw_is(GW_OK);
    struct finding f = {.start = (uint32_t)from,
                        .end = (uint32_t)to,
                        .detector = (uint16_t)id,
                        .family = row->family,
                        .score = (uint16_t)score,
                        .entity = row->entity,
                        .name = row->name};
    return keep(p, &f);
}

/* Where a leaf, as far as it matters for a trigger at [start, end), begins and ends in the subject.
 */
static void leaf_around(struct slice subject, size_t start, size_t low, size_t high, size_t *from,
                        size_t *to)
{
    const char *before =
        start > low ? memrchr(subject.at + low, TEXT_SEPARATOR, start - low) : NULL;
    const char *behind =
        high > start ? memchr(subject.at + start, TEXT_SEPARATOR, high - start) : NULL;
    *from = before == NULL ? low : (size_t)(before + 1 - subject.at);
    *to = behind == NULL ? high : (size_t)(behind - subject.at);
}

/* All values of one detector that begin near one trigger. */
static gw_result confirm(struct pass *p, const struct match *m)
{
    const struct row *row = &p->s->rows[m->id];
    size_t reach = (size_t)m->end + row->max_len + MARGIN;
    size_t high = reach < p->subject.len ? reach : p->subject.len;
    size_t low = m->start > row->back + MARGIN ? m->start - row->back - MARGIN : 0;
    uint32_t *done = &p->scratch->done[m->id];
    for (size_t at = m->start; at < m->end;) {
        size_t leaf_from, leaf_to, range[3];
        leaf_around(p->subject, at, low, high, &leaf_from, &leaf_to);
        struct slice leaf = slice_cut(p->subject, leaf_from, leaf_to);
        size_t from = at > leaf_from + row->back ? at - row->back : leaf_from;
        from = from > *done ? from : *done;
        while (from < m->end && from < leaf_to) {
            gw_result r = confirm_next(row->confirmer, p->scratch->confirm, leaf, from - leaf_from,
                                       m->end - leaf_from, range);
            if (r.code == GW_NOT_FOUND)
                break;
            TRY(r);
            TRY(consider(p, m->id, leaf, leaf_from, range));
            size_t next = leaf_from + range[CONFIRM_ALL_END];
            from = next > from ? next : from + 1;
            *done = (uint32_t)from;
        }
        at = leaf_to + 1;
    }
    return gw_is(GW_OK);
}

static gw_result run(struct pass *p)
{
    struct match *matches;
    size_t n;
    memset(p->scratch->done, 0, p->s->count * sizeof *p->scratch->done);
    TRY(match_all(p->s->matcher, p->scratch->match, p->subject, p->arena, &matches, &n));
    for (size_t i = 0; i < n; i++)
        TRY(confirm(p, &matches[i]));
    return gw_is(GW_OK);
}

static int by_start(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    if (x->end != y->end)
        return x->end < y->end ? -1 : 1;
    return x->detector < y->detector ? -1 : x->detector > y->detector;
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
        size_t stay = best_of(f + i, k - i);
        memmove(f + kept, f + i, stay * sizeof *f);
        kept += stay;
        i = k;
    }
    qsort(f, kept, sizeof *f, by_start);
    return kept;
}

/* The same range by the same detector, found in both forms: once. */
static size_t without_doubles(struct finding *f, size_t n)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || by_start(&f[kept - 1], &f[i]) != 0)
            f[kept++] = f[i];
    return kept;
}

/* Whose words may be an attack: not our own prompts, schemas and past answers. */
static bool is_suspect(const struct text *t, size_t at)
{
    size_t leaf = t == NULL ? SIZE_MAX : text_leaf_at(t, at);
    uint8_t role = leaf == SIZE_MAX ? ROLE_NONE : t->leaves[leaf].role;
    return role == ROLE_NONE || role == ROLE_USER || role == ROLE_TOOL;
}

static struct attack attack_of(const struct text *t, struct slice flat, const struct normal *n)
{
    struct attack worst = {0};
    size_t at = 0, normal_at = 0;
    while (at <= flat.len && normal_at <= n->text.len) {
        size_t len = slice_find_byte(slice_from(flat, at), TEXT_SEPARATOR);
        size_t normal_len = slice_find_byte(slice_from(n->text, normal_at), TEXT_SEPARATOR);
        if (len != 0 && is_suspect(t, at)) {
            struct slice rest = slice_from(n->text, normal_at);
            worst = attack_join(worst, attack_score(slice_cut(rest, 0, normal_len), n->decoded));
        }
        if (len == SIZE_MAX || normal_len == SIZE_MAX)
            break;
        at += len + 1;
        normal_at += normal_len + 1;
    }
    return worst;
}

static gw_result scan(struct pass *p, struct scan_result *out)
{
    struct normal normal;
    *out = (struct scan_result){0};
    if (p->flat.len == 0)
        return gw_is(GW_OK);
    p->subject = p->flat;
    TRY(run(p));
    TRY(normal_make(p->flat, p->arena, &normal));
    if (normal.changed) {
        p->subject = normal.text;
        p->map = &normal.map;
        TRY(run(p));
    }
    if (p->count > 0) {
        qsort(p->found, p->count, sizeof *p->found, by_start);
        p->count = p->options->candidates ? without_doubles(p->found, p->count)
                                          : select_best(p->found, p->count);
    }
    out->findings = p->found;
    out->count = p->count;
    if (p->options->attacks)
        out->attack = attack_of(p->t, p->flat, &normal);
    return gw_is(GW_OK);
}

gw_result scan_text(const struct scanner *s, struct scan_scratch *scratch, const struct text *t,
                    const struct scan_options *options, struct arena *arena,
                    struct scan_result *out)
{
    struct pass p = {.s = s,
                     .scratch = scratch,
                     .t = t,
                     .options = options,
                     .arena = arena,
                     .flat = buf_slice(&t->flat)};
    return scan(&p, out);
}

gw_result scan_plain(const struct scanner *s, struct scan_scratch *scratch, struct slice text,
                     const struct scan_options *options, struct arena *arena,
                     struct scan_result *out)
{
    struct pass p = {.s = s, .scratch = scratch, .options = options, .arena = arena, .flat = text};
    return scan(&p, out);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
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
