/* redact/judge.c - see judge.h. Candidates from triggers, confirmed, judged, the best ones kept.
 *
 * Refuses to know bodies, policies and styles: ranges in, ranges out. Results live in the caller's
 * arena. */
#include "proxy/base/base.h"
#include "redact/judge.h"
#include "redact/context.h"
#include "redact/valid.h"
#include "redact/valid_check.h"

#include <ctype.h>

enum {
    WORDS_BEFORE = 64,
    WORDS_BEHIND = 32,
    NEAR_BACK = WORDS_BEFORE + 32, /* no row with such a trigger looks back further */
    THRESHOLD = 500,
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
        context_add_lists(&p->scanner->words,
                          slice_cut(around, start > WORDS_BEFORE ? start - WORDS_BEFORE : 0, start),
                          &p->before);
        p->before_at = at + start + 1;
    }
    return &p->before;
}

/* Lists of words in the key beside the leaf that holds `at` of the subject; NULL: it has none. */
static const struct context_set *lists_of_key(struct pass *p, size_t at)
{
    size_t from, to;
    if (p->text == NULL)
        return NULL;
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

/* *low and *high move to the bounds of the leaf that holds `at` when they lie beyond them. No byte
 * is searched for a separator again and again: a stretch known to hold none is remembered. */
static void bound_by_leaf(struct pass *p, size_t at, size_t *low, size_t *high)
{
    const char *text = p->subject.at, *found;
    *high = *high < p->subject.len ? *high : p->subject.len;
    if (at < p->free_from || at >= p->free_to)
        p->free_from = p->free_to = at;
    if (*low < p->free_from) {
        found = memrchr(text + *low, TEXT_SEPARATOR, p->free_from - *low);
        *low = found != NULL ? (size_t)(found + 1 - text) : *low;
        p->free_from = *low;
    }
    if (*high > p->free_to) {
        found = memchr(text + p->free_to, TEXT_SEPARATOR, *high - p->free_to);
        *high = found != NULL ? (size_t)(found - text) : *high;
        p->free_to = *high;
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

/* Adds the lists of the column to what is spoken of already, unless no column could add one that
 * somebody waits for: next to a table's head stand words like those in it. */
static void add_column(struct pass *p, size_t at, const struct context_set *waits,
                       struct context_set *spoken)
{
    struct table_place place;
    struct slice text = table_around(p, at, &place);
    struct slice line = table_head_line(&p->table, text, place);
    if (line.len == 0)
        return;
    if (p->head_at != line.at) {
        p->head_at = line.at;
        p->head = (struct context_set){{0}};
        context_add_lists(&p->scanner->words, line, &p->head);
    }
    uint64_t more = 0;
    for (size_t k = 0; k < CONTEXT_PARTS; k++)
        more |= p->head.parts[k] & waits->parts[k] & ~spoken->parts[k];
    if (more != 0)
        context_set_join(spoken, lists_of_column(p, at));
}

/* The score that the words around [start, end), the key beside it and the head above it give. */
static int in_context(struct pass *p, const struct row *row, struct slice around, size_t at,
                      size_t start, size_t end)
{
    bool is_against = (row->flags & DET_DIGITS) != 0;
    if (row->words == 0 && !is_against)
        return row->base;
    int with_words = row->with_words > 0 ? row->with_words : row->base;
    const struct context_set *key = lists_of_key(p, at + start);
    const struct context_set *before = lists_before(p, around, at, start);
    if (row->words != 0) {
        struct context_set behind = {{0}};
        if ((key != NULL && context_set_has(key, row->words)) ||
            context_set_has(before, row->words))
            return with_words;
        context_add_lists(&p->scanner->words, slice_cut(around, end, end + WORDS_BEHIND), &behind);
        if (context_set_has(&behind, row->words) ||
            context_set_has(lists_of_column(p, at + start), row->words))
            return with_words;
    }
    is_against = is_against && ((key != NULL && context_set_has(key, CONTEXT_AGAINST)) ||
                                context_set_has(before, CONTEXT_AGAINST));
    return is_against ? row->base - AGAINST : row->base;
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

/* A value in the text around it, which begins at `at` of the subject. */
struct candidate {
    const struct row *row;
    struct slice around;
    size_t at, start;
    bool is_lifted; /* judged as if the words that it needs stood behind it */
};

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
    if ((row->flags & DET_NUMBER) != 0 && context_is_part(c->around, c->start, end))
        return 0;
    int score = c->is_lifted && row->with_words > 0
                    ? row->with_words
                    : in_context(p, row, c->around, c->at, c->start, end);
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

static int threshold_of(const struct pass *p)
{
    return p->options->threshold > 0 ? p->options->threshold : THRESHOLD;
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

/* The last place in [start, last] where a value of the row may begin: of one that waits for a token
 * not behind a letter or digit, with DET_UNREAL not behind any byte of a word. */
static size_t last_begin(const struct row *row, struct slice s, size_t start, size_t last)
{
    bool is_token = row->built_in != NULL && row->built_in->trigger == TRIGGER_NEAR_TOKEN;
    const char *others = (row->flags & DET_UNREAL) != 0 ? "_+/.%@#-" : "";
    while (is_token && last > start &&
           (isalnum((unsigned char)s.at[last - 1]) != 0 ||
            memchr(others, s.at[last - 1], strlen(others)) != NULL))
        last--;
    return last;
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
    size_t stop = last_begin(row, around, start - low, last - low);
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

/* Adds all lists of words that begin in [from, to) of the subject, and some around it. */
static void add_between(struct pass *p, size_t from, size_t to, struct context_set *lists)
{
    to = to < p->subject.len ? to : p->subject.len;
    for (size_t n = from / JUDGE_STRETCH; n * JUDGE_STRETCH < to; n++)
        context_set_join(lists, lists_of_stretch(p, n));
}

/* Adds all lists that may speak for a value which begins in [start, last]: those of the words from
 * NEAR_BACK in front of it to as far behind it as the longest value and its words reach. */
static void add_near(struct pass *p, size_t start, size_t last, struct context_set *lists)
{
    add_between(p, start > NEAR_BACK ? start - NEAR_BACK : 0,
                last + TRIGGER_NEAR_MAX + WORDS_BEHIND, lists);
}

/* Does one of the row's words stand where it could lift a value that this place shows? */
static bool is_spoken_for(struct pass *p, const struct row *row, size_t start, size_t last)
{
    struct context_set spoken = {{0}};
    size_t back = row->back + NEAR_BACK;
    add_between(p, start > back ? start - back : 0, last + row->max_len + WORDS_BEHIND, &spoken);
    const struct context_set *key = lists_of_key(p, start);
    return context_set_has(&spoken, row->words) ||
           (key != NULL && context_set_has(key, row->words)) ||
           context_set_has(lists_of_column(p, start), row->words);
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
    if (row->needs_words && !p->options->candidates && row->base < threshold_of(p) &&
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
    struct context_set spoken = {{0}};
    if (size < near->least)
        return gw_is(GW_OK);
    if (p->options->candidates || is_cut(p, last, TRIGGER_NEAR_MAX))
        return try_rows(p, near, (unsigned[2]){0, CONTEXT_LISTS}, size, place);
    add_near(p, start, last, &spoken);
    const struct context_set *key = lists_of_key(p, start);
    if (key != NULL)
        context_set_join(&spoken, key);
    add_column(p, start, waits, &spoken);
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

static int by_start(const void *a, const void *b)
{
    const struct finding *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    if (x->end != y->end)
        return x->end < y->end ? -1 : 1;
    return x->detector < y->detector ? -1 : x->detector > y->detector;
}

void judge_sort(struct finding *f, size_t n)
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
    judge_sort(f, kept);
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

void judge_select(struct pass *p)
{
    if (p->count == 0)
        return;
    judge_sort(p->found, p->count);
    if (p->scanner->document_count > 0)
        p->count = join_stretches(p->scanner, p->found, p->count);
    if (p->options->candidates) {
        p->count = without_doubles(p->found, p->count);
        return;
    }
    size_t n = p->count, closed = p->options->is_open ? part_open(p->found, n) : n;
    judge_sort(p->found, closed);
    p->count = keep_open(p->found, select_best(p->found, closed), closed, n);
    judge_sort(p->found, p->count);
}
