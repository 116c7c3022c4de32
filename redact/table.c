/* redact/table.c - see table.h. Refuses to know what a column means. Owns nothing. */
#include "proxy/base/base.h"
#include "redact/table.h"
#include "proxy/base/bytes.h"

enum { LINE_MAX_BYTES = TABLE_LINE, HEAD_MAX = 64, MARKS_MAX = 64 };

/* The begin of the line that holds `at`; SIZE_MAX: too far. */
static size_t line_begin(struct slice text, size_t low, size_t at)
{
    size_t from = at > low + LINE_MAX_BYTES ? at - LINE_MAX_BYTES : low;
    const char *end = memrchr(text.at + from, '\n', at - from);
    if (end != NULL)
        return (size_t)(end + 1 - text.at);
    return from == low ? low : SIZE_MAX;
}

static struct slice line_at(struct slice text, size_t from)
{
    struct slice rest = slice_cut(text, from, from + LINE_MAX_BYTES);
    size_t end = slice_find_byte(rest, '\n');
    return slice_cut(rest, 0, end < rest.len ? end : rest.len);
}

/* What may part columns; the first of them that a line has does. */
enum { BARS, TABS, SEMICOLONS, COMMAS, MARKS, QUOTES = MARKS, LOOKS };
_Static_assert((int)MARKS == TABLE_MARKS, "each has its count");
static const char marks_by_rank[MARKS] = "|\t;,";
static const struct bytes_classes looks = {
    .row = {[0] = {[0x9] = BYTES_CLASS(TABS)},
            [2] = {[0x2] = BYTES_CLASS(QUOTES), [0xC] = BYTES_CLASS(COMMAS)},
            [3] = {[0xB] = BYTES_CLASS(SEMICOLONS)},
            [7] = {[0xC] = BYTES_CLASS(BARS)}},
    .rows = 1 << 0 | 1 << 2 | 1 << 3 | 1 << 7,
    .count = LOOKS,
};

/* Each bit becomes the parity of those up to it. */
static uint64_t parities(uint64_t bits)
{
    for (unsigned n = 1; n < 64; n *= 2)
        bits ^= bits << n;
    return bits;
}

/* How many bits are set; processors that can count them are not asked for. */
static inline size_t count_bits(uint64_t bits)
{
    bits -= bits >> 1 & 0x5555555555555555u;
    bits = (bits & 0x3333333333333333u) + (bits >> 2 & 0x3333333333333333u);
    bits = (bits + (bits >> 4)) & 0x0F0F0F0F0F0F0F0Fu;
    return (size_t)(bits * 0x0101010101010101u >> 56);
}

/* Of the `len` bytes at `from`, which are a line or a part of one. Whole blocks are sorted, and
 * what lies behind is left out. */
static struct table_marks marks_in(struct slice text, size_t from, size_t len)
{
    struct bytes_block GW_UNSET block[LINE_MAX_BYTES / BYTES_BLOCK];
    struct table_marks m = {{false}, {0}};
    uint64_t quoted = 0; /* all ones inside of quotes */
    size_t blocks = (len + BYTES_BLOCK - 1) / BYTES_BLOCK;
    bytes_classify(slice_cut(text, from, from + blocks * BYTES_BLOCK), &looks, block);
    for (size_t at = 0; at < len; at += BYTES_BLOCK) {
        const struct bytes_block *b = &block[at / BYTES_BLOCK];
        uint64_t here = len - at < BYTES_BLOCK ? ((uint64_t)1 << (len - at)) - 1 : UINT64_MAX;
        uint64_t inside = quoted ^ (b->in[QUOTES] != 0 ? parities(b->in[QUOTES]) : 0);
        quoted = inside >> 63 != 0 ? UINT64_MAX : 0;
        for (unsigned k = 0; k < MARKS; k++) {
            uint64_t there = b->in[k] & here;
            if (there == 0)
                continue;
            m.any[k] = true;
            m.n[k] += count_bits(there & (k == BARS ? UINT64_MAX : ~inside));
        }
    }
    return m;
}

static unsigned rank_of(char mark)
{
    unsigned k = 0;
    while (k + 1 < MARKS && marks_by_rank[k] != mark)
        k++;
    return k;
}

/* The marks of the line that begins at `from`: of most lines they are asked for twice. */
static struct table_marks marks_at(struct table *t, struct slice text, size_t from)
{
    for (unsigned i = 0; i < GW_COUNT(t->seen); i++)
        if (t->seen_at[i] == from + 1)
            return t->seen[i];
    unsigned i = t->next_seen++ % GW_COUNT(t->seen);
    t->seen_at[i] = from + 1;
    return t->seen[i] = marks_in(text, from, line_at(text, from).len);
}

/* The table moves to the one that the line at `from` belongs to; false: its head is too far. */
static bool find_lines(struct table *t, struct slice text, const struct table_place *at,
                       size_t from, char mark, size_t marks)
{
    size_t first = from, to = from + line_at(text, from).len + 1;
    bool is_known = t->marks == marks && t->mark == mark, is_head = false;
    while (first > at->low && !is_head) {
        if (is_known && first <= t->to && first > t->from) {
            first = t->from;
            is_head = true;
            break;
        }
        size_t above = line_begin(text, at->low, first - 1);
        if (above == SIZE_MAX || (above == at->low && !at->is_begin))
            break; /* too far, or the rest of a line */
        is_head = marks_at(t, text, above).n[rank_of(mark)] != marks;
        first = is_head ? first : above;
    }
    is_head |= first == at->low && at->is_begin;
    t->from = first;
    t->to = to;
    t->marks = is_head ? marks : 0;
    t->mark = mark;
    return is_head;
}

static struct slice cell_of(struct slice line, char mark, size_t column)
{
    size_t from = 0, i = 0;
    bool quoted = false;
    for (; i < line.len; i++) {
        quoted ^= line.at[i] == '"' && mark != '|';
        if (line.at[i] != mark || quoted)
            continue;
        if (column == 0)
            break;
        column--;
        from = i + 1;
    }
    return column == 0 ? slice_trim(slice_cut(line, from, i)) : slice_of(NULL, 0);
}

/* Is the line [from, end) one of a table, below its head? The table moves to that one. */
static bool is_row(struct table *t, struct slice text, const struct table_place *at, size_t from)
{
    if (slice_has_prefix(slice_from(text, from), SLICE_LIT("{\"")))
        return false; /* JSON: each value has its name beside it */
    struct table_marks all = marks_at(t, text, from);
    unsigned k = 0;
    while (k < MARKS && !all.any[k])
        k++;
    size_t marks = k < MARKS ? all.n[k] : 0;
    return marks > 0 && marks <= MARKS_MAX &&
           find_lines(t, text, at, from, marks_by_rank[k], marks) && t->from != from;
}

static void look_into(struct table *t, struct slice text)
{
    if (t->seen_in != text.at)
        *t = (struct table){.seen_in = text.at};
}

/* Where the line of a value begins that stands in a table below its head; SIZE_MAX: it does not.
 * The table moves to that one. A line is asked for again and again. Of one that begins too far in
 * front, the value begins what is remembered. */
static size_t find_row(struct table *t, struct slice text, const struct table_place *at)
{
    size_t from = line_begin(text, at->low, at->at);
    bool is_far = from == SIZE_MAX;
    from = is_far ? at->at : from;
    look_into(t, text);
    if (t->row_at != from + 1) {
        t->row_at = from + 1;
        t->row_end = from + line_at(text, from).len;
        t->row = !is_far && from != at->low && is_row(t, text, at, from) ? from : SIZE_MAX;
    }
    return at->at > t->row_end ? SIZE_MAX : t->row;
}

void table_line(const struct table *t, size_t *from, size_t *to)
{
    *from = t->row_at > 0 ? t->row_at - 1 : 0;
    *to = t->row_at > 0 ? t->row_end : 0;
}

struct slice table_head_line(struct table *t, struct slice text, struct table_place at)
{
    return find_row(t, text, &at) == SIZE_MAX ? slice_of(NULL, 0) : line_at(text, t->from);
}

struct slice table_head(struct table *t, struct slice text, struct table_place at)
{
    size_t from = find_row(t, text, &at);
    if (from == SIZE_MAX)
        return slice_of(NULL, 0);
    size_t column = marks_in(text, from, at.at - from).n[rank_of(t->mark)];
    return slice_cut(cell_of(line_at(text, t->from), t->mark, column), 0, HEAD_MAX);
}

bool table_column_open(struct table_column *c, struct slice text, size_t low, size_t at,
                       struct slice *head)
{
    size_t from = line_begin(text, low, at);
    if (from == SIZE_MAX)
        return false;
    struct slice line = line_at(text, from);
    struct table_marks all = marks_in(text, from, line.len);
    unsigned k = 0;
    while (k < MARKS && !all.any[k])
        k++;
    if (k == MARKS || all.n[k] == 0 || all.n[k] > MARKS_MAX || at > from + line.len)
        return false;
    size_t above = from > low ? line_begin(text, low, from - 1) : SIZE_MAX;
    if (above != SIZE_MAX && marks_in(text, above, from - 1 - above).n[k] == all.n[k])
        return false; /* a line like others */
    *c = (struct table_column){.text = text,
                               .next = from + line.len + 1,
                               .mark = marks_by_rank[k],
                               .marks = all.n[k],
                               .column = marks_in(text, from, at - from).n[k]};
    *head = cell_of(line, c->mark, c->column);
    return true;
}

bool table_column_next(struct table_column *c, struct slice *cell)
{
    if (c->next >= c->text.len)
        return false;
    struct slice line = line_at(c->text, c->next);
    if (marks_in(c->text, c->next, line.len).n[rank_of(c->mark)] != c->marks)
        return false;
    c->next += line.len + 1;
    *cell = cell_of(line, c->mark, c->column);
    return true;
}
