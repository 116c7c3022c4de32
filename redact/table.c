/* redact/table.c - see table.h. Refuses to know what a column means. Owns nothing. */
#include "proxy/base/base.h"
#include "redact/table.h"

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

/* How many marks stand in the line, those in quotes left out. */
static size_t count_marks(struct slice line, char mark)
{
    size_t n = 0;
    bool quoted = false;
    for (size_t i = 0; i < line.len; i++) {
        quoted ^= line.at[i] == '"' && mark != '|';
        n += line.at[i] == mark && !quoted ? 1 : 0;
    }
    return n;
}

static char mark_of(struct slice line)
{
    static const char marks[] = "|\t;,";
    for (size_t i = 0; i + 1 < sizeof marks; i++)
        if (slice_find_byte(line, marks[i]) != SIZE_MAX)
            return marks[i];
    return '\0';
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
        is_head = count_marks(line_at(text, above), mark) != marks;
        first = is_head ? first : above;
    }
    is_head |= first == at->low && at->is_begin;
    *t = (struct table){.from = first, .to = to, .marks = is_head ? marks : 0, .mark = mark};
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

struct slice table_head(struct table *t, struct slice text, struct table_place at)
{
    size_t from = line_begin(text, at.low, at.at);
    if (from == SIZE_MAX || from == at.low)
        return slice_of(NULL, 0);
    struct slice line = line_at(text, from);
    char mark = mark_of(line);
    size_t marks = mark == '\0' ? 0 : count_marks(line, mark);
    if (marks == 0 || marks > MARKS_MAX || at.at > from + line.len ||
        !find_lines(t, text, &at, from, mark, marks) || t->from == from)
        return slice_of(NULL, 0);
    struct slice cell =
        cell_of(line_at(text, t->from), mark, count_marks(slice_cut(line, 0, at.at - from), mark));
    return slice_cut(cell, 0, HEAD_MAX);
}
