/* redact/judge.c - see judge.h. Candidates from triggers, confirmed and judged.
 *
 * Refuses to know bodies, policies and styles: ranges in, ranges out. Results live in the caller's
 * arena. */
#include "proxy/base/base.h"
#include "redact/judge.h"
#include "redact/column.h"
#include "redact/context.h"
#include "redact/valid.h"
#include "redact/valid_check.h"

#include <ctype.h>

enum {
    WORDS_BEFORE = 64,
    WORDS_BEHIND = 32,
    NEAR_BACK = WORDS_BEFORE + 32, /* no row with such a trigger looks back further */
    THRESHOLD = 500,
    FREE_MORE = 4096,
    UNREAL_GAP = 4, /* a quote and blanks between a sign and a value */
    AGAINST = 300,
    SCORE_MAX = 1000
};

gw_result judge_add(struct pass *p, const struct finding *f)
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

static int threshold_of(const struct pass *p)
{
    return p->options->threshold > 0 ? p->options->threshold : THRESHOLD;
}

/* A range of the subject in the flat text. */
static void to_flat(const struct pass *p, size_t from, size_t to, size_t *flat_from,
                    size_t *flat_to)
{
    *flat_from = from;
    *flat_to = to;
    if (p->map == NULL)
        return;
    offmap_range(p->map, from, to, flat_from, flat_to);
    *flat_from += p->map_base;
    *flat_to += p->map_base;
}

/* Custom detectors: one of the near words within reach. */
static bool is_near(const struct row *row, struct slice around, size_t start, size_t end)
{
    struct slice reach =
        slice_cut(around, start > row->within ? start - row->within : 0, end + row->within);
    for (size_t i = 0; i < row->near_count; i++)
        for (size_t k = 0; k + row->near[i].len <= reach.len; k++)
            if (slice_is_nocase(slice_cut(reach, k, k + row->near[i].len), row->near[i]))
                return true;
    return row->near_count == 0;
}

/* Lists of words in front of `start` of the text around it; asked for once for all rows. */
static const struct context_set *lists_before(struct pass *p, struct slice around, size_t at,
                                              size_t start)
{
    if (p->before_at != at + start + 1) {
        p->before = (struct context_set){{0}};
        context_add_whole(&p->scanner->words, around,
                          start > WORDS_BEFORE ? start - WORDS_BEFORE : 0, start, &p->before);
        p->before_at = at + start + 1;
    }
    return &p->before;
}

/* The lists of the words that begin in a stretch of the subject; asked for again and again, since
 * where a number stands there stand many. */
static const struct context_set *lists_of_stretch(struct pass *p, size_t number)
{
    size_t i = number % JUDGE_NEAR, from = number * JUDGE_STRETCH;
    if (p->near_at[i] != number + 1) {
        p->near_at[i] = number + 1;
        p->near[i] = (struct context_set){{0}};
        context_add_between(&p->scanner->words, p->subject, from, from + JUDGE_STRETCH,
                            &p->near[i]);
    }
    return &p->near[i];
}

/* The places where a value may begin, and how far its row looks back from there and the value
 * reaches at most. */
struct reach {
    size_t start, last, back, ahead;
};

/* The numbers of the stretches where words stand that may speak for such a value. */
static void stretches_around(const struct pass *p, const struct reach *r, size_t range[2])
{
    size_t back = NEAR_BACK + r->back, end = r->last + r->ahead + WORDS_BEHIND;
    end = end < p->subject.len ? end : p->subject.len;
    range[0] = (r->start > back ? r->start - back : 0) / JUDGE_STRETCH;
    range[1] = (end - 1) / JUDGE_STRETCH;
}

/* All lists of words in a range of stretches. */
__attribute__((noinline)) static void join_around(struct pass *p, struct judge_around *around,
                                                  const size_t range[2])
{
    around->from = range[0] + 1;
    around->to = range[1];
    around->lists = (struct context_set){{0}};
    for (size_t n = range[0]; n <= range[1]; n++)
        context_set_join(&around->lists, lists_of_stretch(p, n));
}

/* Values that are close to each other share it. */
static inline const struct context_set *lists_around(struct pass *p, unsigned asker,
                                                     const size_t range[2])
{
    struct judge_around *around = &p->around[asker];
    if (around->from != range[0] + 1 || around->to != range[1])
        join_around(p, around, range);
    return &around->lists;
}

/* May one of a list's words stand by such a value? Where other values have had the stretches looked
 * at, they tell of most that there is none. */
static bool may_stand_by(struct pass *p, unsigned list, const struct reach *r)
{
    size_t range[2];
    stretches_around(p, r, range);
    for (size_t n = range[0]; n <= range[1]; n++)
        if (p->near_at[n % JUDGE_NEAR] != n + 1)
            return true;
    return context_set_has(lists_around(p, JUDGE_ROW, range), list);
}

__attribute__((noinline)) static const struct context_set *find_key(struct pass *p, size_t at)
{
    size_t from, to;
    to_flat(p, at, at + 1, &from, &to);
    size_t leaf = text_leaf_at(p->text, from);
    if (leaf == SIZE_MAX)
        return NULL;
    if (p->key_at != leaf + 1) {
        p->key_lists = (struct context_set){{0}};
        context_add_lists(&p->scanner->words, p->text->leaves[leaf].key, &p->key_lists);
        p->key_at = leaf + 1;
    }
    return &p->key_lists;
}

/* Lists of words in the key beside the leaf that holds `at` of the subject; NULL: it has none. */
static inline const struct context_set *lists_of_key(struct pass *p, size_t at)
{
    return p->text != NULL ? find_key(p, at) : NULL; /* a plain text has no keys */
}

/* *low and *high move to the bounds of the leaf that holds `at` when they lie beyond them. No byte
 * is searched for a separator again and again: a stretch known to hold none is remembered, and it
 * grows by more than is asked for. */
static void bound_by_leaf(struct pass *p, size_t at, size_t *low, size_t *high)
{
    const char *text = p->subject.at, *found;
    if (*low >= p->free_from && *high <= p->free_to && at >= p->free_from && at < p->free_to)
        return;
    if (at < p->free_from || at >= p->free_to)
        p->free_from = p->free_to = at;
    if (*low < p->free_from) {
        found = memrchr(text + *low, TEXT_SEPARATOR, p->free_from - *low);
        p->free_from = *low = found != NULL ? (size_t)(found + 1 - text) : *low;
    }
    if (*high > p->free_to) {
        size_t end = *high + FREE_MORE < p->subject.len ? *high + FREE_MORE : p->subject.len;
        found = memchr(text + p->free_to, TEXT_SEPARATOR, end - p->free_to);
        p->free_to = found != NULL ? (size_t)(found - text) : end;
        *high = *high < p->free_to ? *high : p->free_to;
    }
}

/* The leaf around `at` of the subject, as far as a table is looked for; what it ends with. */
static struct slice table_around(struct pass *p, size_t at, struct table_place *place)
{
    size_t low = at > TABLE_BACK ? at - TABLE_BACK : 0, high = at + TABLE_LINE;
    bound_by_leaf(p, at, &low, &high);
    bool is_begin = low == 0 || p->subject.at[low - 1] == TEXT_SEPARATOR;
    *place = (struct table_place){at, low, is_begin};
    return slice_cut(p->subject, 0, high);
}

/* Lists of words in the head of the column that `at` of the subject stands in. */
static const struct context_set *lists_of_column(struct pass *p, size_t at)
{
    if (p->column_at == at + 1)
        return &p->column;
    struct table_place place;
    struct slice text = table_around(p, at, &place);
    p->column_at = at + 1;
    p->column = (struct context_set){{0}};
    context_add_lists(&p->scanner->words, table_head(&p->table, text, place), &p->column);
    return &p->column;
}

__attribute__((noinline)) static const struct context_set *find_heads(struct pass *p, size_t at)
{
    struct table_place place;
    struct slice text = table_around(p, at, &place);
    struct slice line = table_head_line(&p->table, text, place);
    table_line(&p->table, &p->line_from, &p->line_to);
    p->heads = NULL;
    if (line.len == 0)
        return NULL;
    p->heads = &p->head;
    if (p->head_at != line.at) {
        p->head_at = line.at;
        p->head = (struct context_set){{0}};
        context_add_lists(&p->scanner->words, line, &p->head);
    }
    return &p->head;
}

/* Lists of words in the line of heads above `at` of the subject: no column has others. NULL: there
 * is no such line. */
static inline const struct context_set *lists_of_heads(struct pass *p, size_t at)
{
    bool is_same = p->line_from <= at && at < p->line_to; /* the line that was asked for last */
    return is_same ? p->heads : find_heads(p, at);
}

/* Has the head of the column that `at` of the subject stands in a word of the list? */
static bool has_column(struct pass *p, size_t at, unsigned list)
{
    const struct context_set *heads = lists_of_heads(p, at);
    return heads != NULL && context_set_has(heads, list) &&
           context_set_has(lists_of_column(p, at), list);
}

/* Does one of the row's words stand where it could lift a value that begins in [start, last]? Of a
 * table all heads are asked: a value may begin in any column between. To ask costs more than many
 * a pattern, so a row with a check of its own is only ruled out by what is known. */
static bool is_spoken_for(struct pass *p, const struct row *row, size_t start, size_t last)
{
    size_t range[2];
    const struct reach r = {start, last, row->back, row->max_len};
    bool is_checked = row->most > row->base;
    stretches_around(p, &r, range);
    if (is_checked ? may_stand_by(p, row->words, &r)
                   : context_set_has(lists_around(p, JUDGE_ROW, range), row->words))
        return true;
    const struct context_set *key = lists_of_key(p, start), *heads;
    if (key != NULL && context_set_has(key, row->words))
        return true;
    heads = lists_of_heads(p, last);
    return heads != NULL && context_set_has(heads, row->words);
}

/* A value in the text around it, which begins at `at` of the subject. */
struct candidate {
    const struct row *row;
    struct slice around;
    size_t at, start;
    bool is_lifted; /* judged as if the words that it needs stood behind it */
};

/* Does a word of the row's list stand in front of the value, or behind it, which ends at `end`? */
static bool stands_by(struct pass *p, const struct candidate *c, size_t end)
{
    struct context_set behind = {{0}};
    if (context_set_has(lists_before(p, c->around, c->at, c->start), c->row->words))
        return true;
    context_add_whole(&p->scanner->words, c->around, end, end + WORDS_BEHIND, &behind);
    return context_set_has(&behind, c->row->words);
}

/* A word for numbers of other kinds stands by the value, or in the key. */
static bool speaks_against(struct pass *p, const struct candidate *c, const struct context_set *key)
{
    const struct reach r = {.start = c->at + c->start, .last = c->at + c->start};
    return (key != NULL && context_set_has(key, CONTEXT_AGAINST)) ||
           (may_stand_by(p, CONTEXT_AGAINST, &r) &&
            context_set_has(lists_before(p, c->around, c->at, c->start), CONTEXT_AGAINST));
}

/* The score that the words around the value, which ends at `end`, the key beside it and the head
 * above it give; `added` will come to it. */
static int in_context(struct pass *p, const struct candidate *c, size_t end, int added)
{
    const struct row *row = c->row;
    bool is_against = (row->flags & DET_DIGITS) != 0;
    if (row->words == 0 && !is_against)
        return row->base;
    size_t at = c->at + c->start;
    const struct reach whole = {.start = at, .last = c->at + end};
    const struct context_set *key = lists_of_key(p, at);
    if (row->words != 0 && ((key != NULL && context_set_has(key, row->words)) ||
                            (may_stand_by(p, row->words, &whole) && stands_by(p, c, end)) ||
                            has_column(p, at, row->words)))
        return row->with_words > 0 ? row->with_words : row->base;
    bool is_lost = row->base + added < threshold_of(p) && row->base + added > AGAINST;
    if (!is_against || (is_lost && !p->options->candidates)) /* it falls either way */
        return row->base;
    return speaks_against(p, c, key) ? row->base - AGAINST : row->base;
}

/* Custom detectors: all their checks hold (one may shorten the value), and where only the hashes
 * of values are known, its own is among them. */
static bool is_own_value(const struct row *row, struct slice *value)
{
    for (size_t i = 0; i < row->check_count; i++)
        if (row->checks[i]->run(value) == VALID_NO || value->len == 0)
            return false;
    return row->known == NULL || known_has(row->known, *value);
}

/* Of a policy's own detector. */
static int judge_own(const struct candidate *c, struct slice *value)
{
    const struct row *row = c->row;
    size_t end = c->start + value->len;
    bool holds = c->is_lifted || is_near(row, c->around, c->start, end);
    return holds && is_own_value(row, value) ? row->base : 0;
}

/* What the row's validator and its check digits add. */
static int proved(const struct detector *d, struct slice *value)
{
    int added = d->valid != NULL ? d->valid(value) : VALID_YES;
    return d->check == NULL || added == VALID_NO ? added : added + valid_check(d->check, *value);
}

/* Whether the value, which ends at `end`, is a piece of something. */
static enum context_part part_of(const struct candidate *c, size_t end)
{
    return (c->row->flags & DET_NUMBER) != 0 ? context_part_of(c->around, c->start, end)
                                             : CONTEXT_ALONE;
}

/* May a value with that score be joined to a name? One of its words must say what it is; where '_'
 * joins them a check is enough. */
static bool stands_alone(const struct row *row, enum context_part part, int score)
{
    return part == CONTEXT_ALONE || score == row->with_words ||
           (part == CONTEXT_JOINED && (row->flags & DET_JOINED) != 0);
}

/* The score of a value; 0 or less: none. */
static int judge(struct pass *p, const struct candidate *c, struct slice *value)
{
    const struct row *row = c->row;
    const struct detector *d = row->built_in;
    size_t end;
    if (d == NULL)
        return judge_own(c, value);
    const struct slice whole = *value;
    int added = proved(d, value);
    if (added <= VALID_NO || value->len == 0)
        return 0;
    if ((row->flags & DET_SECRET) != 0 && valid_is_placeholder(whole))
        return 0;
    end = c->start + value->len;
    enum context_part part = part_of(c, end);
    if (part == CONTEXT_PIECE)
        return 0;
    int score =
        c->is_lifted && row->with_words > 0 ? row->with_words : in_context(p, c, end, added);
    if (!stands_alone(row, part, score))
        return 0;
    score = score <= 0 ? 0 : score + added;
    return score > SCORE_MAX ? SCORE_MAX : score;
}

/* May a word that comes only with the next text lift a value that ends at `end` of the subject? */
static bool is_liftable(const struct pass *p, const struct row *row, size_t end)
{
    bool needs_words = row->built_in == NULL ? row->near_count > 0 : row->with_words > 0;
    size_t reach = row->built_in == NULL ? row->within : WORDS_BEHIND;
    return needs_words &&
           (p->options->is_ahead || (p->options->is_open && p->subject.len - end < reach));
}

/* The score without the last word behind the value: it may go on and be another. */
static int score_so_far(struct pass *p, struct candidate c, struct slice value)
{
    size_t stop = c.start + value.len, end = c.around.len;
    while (end > stop && c.around.at[end - 1] != ' ' && c.around.at[end - 1] != '\n')
        end--;
    c.around = slice_cut(c.around, 0, end);
    return judge(p, &c, &value);
}

/* A value with that score, when it reaches the threshold. */
static gw_result keep_scored(struct pass *p, uint32_t id, size_t at, struct slice value, int score,
                             bool is_open)
{
    const struct row *row = &p->scanner->rows[id];
    size_t from = 0, to = 0;
    if (score <= 0 || (!p->options->candidates && score < threshold_of(p)))
        return gw_is(GW_OK);
    to_flat(p, at, at + value.len, &from, &to);
    if (to <= from || slice_find_byte(slice_cut(p->flat, from, to), TEXT_SEPARATOR) != SIZE_MAX)
        return gw_is(GW_OK);
    bool is_allowed = false;
    TRY(allow_has(&p->scanner->allow, p->scratch->confirm, value, row->entity,
                  (enum family)row->family, &is_allowed));
    struct finding f = {.start = (uint32_t)from,
                        .end = (uint32_t)to,
                        .detector = (uint16_t)id,
                        .family = row->family,
                        .score = (uint16_t)score,
                        .is_open = is_open,
                        .is_allowed = is_allowed,
                        .entity = row->entity,
                        .name = row->name};
    return judge_add(p, &f);
}

/* Where the second group of what was confirmed begins; its end when it is all one group. */
static size_t next_group(struct slice around, const size_t range[3])
{
    size_t i = range[CONFIRM_START];
    while (i < range[CONFIRM_END] && isalnum((unsigned char)around.at[i]))
        i++;
    while (i < range[CONFIRM_END] && !isalnum((unsigned char)around.at[i]))
        i++;
    return i < range[CONFIRM_END] ? i : range[CONFIRM_ALL_END];
}

/* One confirmed range of `around`, which begins at `at` of the subject. Its end moves to where the
 * next one may begin: a value that its check cuts short, or refuses, may hide another behind it. */
static gw_result consider(struct pass *p, uint32_t id, struct slice around, size_t at,
                          size_t range[3])
{
    const struct row *row = &p->scanner->rows[id];
    struct slice value = slice_cut(around, range[CONFIRM_START], range[CONFIRM_END]);
    size_t start = range[CONFIRM_START];
    if (value.len == 0)
        return gw_is(GW_OK);
    struct candidate c = {.row = row, .around = around, .at = at, .start = start};
    struct slice lifted = value;
    bool may_lift = is_liftable(p, row, at + start + value.len);
    int so_far = may_lift ? score_so_far(p, c, value) : 0;
    int score = judge(p, &c, &value);
    if (score > 0 && start + value.len < range[CONFIRM_END])
        range[CONFIRM_ALL_END] = start + value.len;
    else if (score <= 0 && (row->flags & DET_GROUPED) != 0)
        range[CONFIRM_ALL_END] = next_group(around, range);
    TRY(keep_scored(p, id, at + start, value, may_lift ? so_far : score, false));
    if (!may_lift)
        return gw_is(GW_OK);
    c.is_lifted = true;
    score = judge(p, &c, &lifted);
    return score > so_far ? keep_scored(p, id, at + start, lifted, score, true) : gw_is(GW_OK);
}

void judge_begin(struct pass *p)
{
    struct scan_scratch *scratch = p->scratch;
    p->head_at = NULL;
    p->before_at = p->free_from = p->free_to = p->column_at = 0;
    p->line_from = p->line_to = 0;
    p->begins[0].start = p->begins[1].start = 0;
    for (unsigned i = 0; i < JUDGE_ASKERS; i++)
        p->around[i].from = 0;
    memset(p->near_at, 0, sizeof p->near_at);
    p->table = (struct table){0};
    scratch->round++;
    if (scratch->round == 0) { /* the marks of four thousand million rounds ago would count */
        memset(scratch->done, 0, p->scanner->count * sizeof *scratch->done);
        scratch->round = 1;
    }
}

static bool is_of_value(char c)
{
    return isalnum((unsigned char)c) != 0 || (c != '\0' && strchr("_.+/~%=-", c) != NULL);
}

/* Where a row with DET_UNREAL is tried from: where the word begins that holds `start`. When a name
 * and a sign stand in front of that, they may be what the row passes over: from `from` on. */
static size_t begin_of_word(struct slice s, size_t from, size_t start)
{
    size_t at = start, i;
    while (at > from && is_of_value(s.at[at - 1]))
        at--;
    for (i = at; i > from && at - i < UNREAL_GAP && strchr("\"'` \t\r\n", s.at[i - 1]) != NULL; i--)
        continue;
    bool is_named = i == from || s.at[i - 1] == ':' || s.at[i - 1] == '=';
    return is_named ? from : at;
}

/* The last place in [start, last] where a value of a row that waits for a token may begin: not
 * behind a letter or digit, with DET_UNREAL not behind any byte of a word. */
static size_t last_in_token(struct slice s, bool is_unreal, size_t start, size_t last)
{
    const char *others = is_unreal ? "_+/.%@#-" : "";
    while (last > start && (isalnum((unsigned char)s.at[last - 1]) != 0 ||
                            memchr(others, s.at[last - 1], strlen(others)) != NULL))
        last--;
    return last;
}

/* The last place in [start, last] where a value of the row may begin. Many rows ask at one token.
 */
static size_t last_begin(struct pass *p, const struct row *row, size_t start, size_t last)
{
    bool is_token = row->built_in != NULL && row->built_in->trigger == TRIGGER_NEAR_TOKEN;
    struct judge_last *known = &p->begins[(row->flags & DET_UNREAL) != 0];
    if (!is_token)
        return last;
    if (known->start != start + 1 || known->last != last)
        *known = (struct judge_last){start + 1, last,
                                     last_in_token(p->subject, known != p->begins, start, last)};
    return known->found;
}

/* judge_trigger() inside one leaf, which begins at or before low and ends at or behind high. */
static gw_result try_in(struct pass *p, uint32_t id, size_t start, size_t last, size_t low,
                        size_t high)
{
    const struct row *row = &p->scanner->rows[id];
    struct scan_done *done = &p->scratch->done[id];
    struct slice around = slice_cut(p->subject, low, high);
    size_t from = start > low + row->back ? start - row->back : low, range[3];
    if ((row->flags & DET_UNREAL) != 0)
        from = low + begin_of_word(around, from - low, start - low);
    if (done->round == p->scratch->round && done->end > from)
        from = done->end;
    size_t stop = last_begin(p, row, start, last) - low;
    while (from <= last && from < high) {
        gw_result r = gw_is(GW_NOT_FOUND);
        if (from - low <= stop)
            r = confirm_next(row->confirmer, p->scratch->confirm, around, from - low, stop, range);
        if (r.code == GW_NOT_FOUND) { /* nor will it be for the next place */
            *done = (struct scan_done){p->scratch->round, (uint32_t)last + 1};
            break;
        }
        TRY(r);
        TRY(consider(p, id, around, low, range));
        size_t next = low + range[CONFIRM_ALL_END];
        from = next > from ? next : from + 1;
        *done = (struct scan_done){p->scratch->round, (uint32_t)from};
    }
    return gw_is(GW_OK);
}

/* A text that ends soon behind `last` and may go on: words may come. */
static bool is_cut(const struct pass *p, size_t last, size_t max_len)
{
    return p->options->is_ahead ||
           (p->options->is_open && p->subject.len < last + max_len + WORDS_BEHIND);
}

gw_result judge_trigger(struct pass *p, uint32_t id, size_t start, size_t last)
{
    const struct row *row = &p->scanner->rows[id];
    if ((row->flags & DET_COLUMN) != 0)
        return column_try(p, id, start);
    if (row->needs_words && !p->options->candidates && row->most < threshold_of(p) &&
        !is_cut(p, last, row->max_len) && !is_spoken_for(p, row, start, last))
        return gw_is(GW_OK);
    size_t before = row->back + row->margin, behind = row->max_len + row->margin;
    for (size_t at = start; at <= last && at < p->subject.len;) {
        size_t low = at > before ? at - before : 0, high = last + behind;
        bound_by_leaf(p, at, &low, &high);
        TRY(try_in(p, id, at, last < high ? last : high, low, high));
        at = high + 1; /* the next leaf, when the places go on into it */
    }
    return gw_is(GW_OK);
}

static gw_result try_rows(struct pass *p, const struct trigger_near *near, const unsigned list[2],
                          size_t size, const size_t place[2])
{
    for (uint32_t i = near->at[list[0]]; i < near->at[list[1]]; i++)
        if (size >= p->scanner->triggers.least[near->rows[i]])
            TRY(judge_trigger(p, near->rows[i], place[0], place[1]));
    return gw_is(GW_OK);
}

gw_result judge_near(struct pass *p, const struct trigger_near *near, size_t size, size_t start,
                     size_t last)
{
    const struct context_set *waits = &near->waits[size < TRIGGER_SIZES ? size : TRIGGER_SIZES - 1];
    const size_t place[2] = {start, last};
    if (size < near->least)
        return gw_is(GW_OK);
    if (p->options->candidates || is_cut(p, last, TRIGGER_NEAR_MAX))
        return try_rows(p, near, (unsigned[2]){0, CONTEXT_LISTS}, size, place);
    size_t range[2];
    stretches_around(p, &(struct reach){start, last, 0, near->longest}, range);
    unsigned asker = near == &p->scanner->triggers.near_token ? JUDGE_TOKEN : JUDGE_DIGITS;
    const struct context_set *around = lists_around(p, asker, range), *key = lists_of_key(p, start);
    const struct context_set *heads = lists_of_heads(p, start);
    bool has_heads = heads != NULL && context_set_meets(heads, waits);
    if (!has_heads && !context_set_meets(around, waits) &&
        (key == NULL || !context_set_meets(key, waits)))
        return gw_is(GW_OK); /* most places */
    struct context_set spoken = *around;
    if (key != NULL)
        context_set_join(&spoken, key);
    if (has_heads) /* next to a table's head stand words like those in it */
        context_set_join(&spoken, lists_of_column(p, start));
    for (unsigned k = 0; k < CONTEXT_PARTS; k++) /* hundreds of rows: few of them are spoken for */
        for (uint64_t rest = spoken.parts[k] & waits->parts[k]; rest != 0; rest &= rest - 1) {
            unsigned list = 64 * k + (unsigned)__builtin_ctzll(rest);
            TRY(try_rows(p, near, (unsigned[2]){list, list + 1}, size, place));
        }
    return gw_is(GW_OK);
}

gw_result judge_alone(struct pass *p, size_t from, size_t to)
{
    const struct triggers *t = &p->scanner->triggers;
    const size_t place[2] = {from, to - 1};
    TRY(try_rows(p, &t->near_token, (unsigned[2]){0, CONTEXT_LISTS}, SIZE_MAX, place));
    return try_rows(p, &t->near_digits, (unsigned[2]){0, CONTEXT_LISTS}, SIZE_MAX, place);
}

gw_result judge_word(struct pass *p, uint32_t id, size_t start, size_t end)
{
    size_t margin = p->scanner->rows[id].margin, low = start > margin ? start - margin : 0;
    size_t high = end + margin;
    bound_by_leaf(p, start, &low, &high);
    size_t range[3] = {start - low, end - low, end - low};
    return consider(p, id, slice_cut(p->subject, low, high), low, range);
}
