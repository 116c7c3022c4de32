/* redact/table.h - the head of the column that a value of a written table stands in: of CSV, of
 * columns parted by tabs or semicolons, of Markdown.
 *
 * Lines with as many marks as the one in front belong together; the first of them is the head.
 * Knows bytes only; owns nothing. What was seen of a table is remembered for the next value. */
#ifndef REDACT_TABLE_H
#define REDACT_TABLE_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

/* The marks of a line, by kind: whether there are any, and how many stand outside of quotes. */
enum { TABLE_MARKS = 4 };
struct table_marks {
    bool any[TABLE_MARKS];
    size_t n[TABLE_MARKS];
};

struct table {
    size_t from, to; /* its lines, as offsets of the text; to: behind the last one that is known */
    size_t marks;    /* in each line; 0: nothing is known */
    char mark;
    const char *seen_in; /* the text whose lines they are */
    size_t seen_at[2];   /* 1 + the begin of a line that was looked at, and its marks */
    struct table_marks seen[2];
    unsigned next_seen;
    size_t row_at, row_end; /* 1 + the begin of the line that was asked for last, and its end */
    size_t row;             /* what find_row() said of it */
};

/* A value begins at `at`; nothing in front of `low` is looked at, which is where its leaf begins or
 * is not. */
struct table_place {
    size_t at, low;
    bool is_begin;
};
enum { TABLE_BACK = 8192, TABLE_LINE = 1024 }; /* how far to look: back in all, and for one line */

/* What stands above the value, in the head of its column, blanks trimmed; empty when it stands in
 * no table, or in its head, or too far from it. `text` ends where the leaf ends, or TABLE_LINE
 * behind the value. */
struct slice table_head(struct table *t, struct slice text, struct table_place at);
/* The line that the last value stood in of which it was told: all values in it have the same line
 * of heads. Empty: none was. */
void table_line(const struct table *t, size_t *from, size_t *to);
/* The whole line that such a head stands in, of whatever column; empty when table_head() is. */
struct slice table_head_line(struct table *t, struct slice text, struct table_place at);

/* The cells below a head, from the next line on. */
struct table_column {
    struct slice text;
    size_t next, marks, column;
    char mark;
};
/* The column whose head the word at `at` stands in, blanks trimmed; false: `at` stands in no line
 * of columns, or not in the first one. Nothing in front of `low` is looked at. */
bool table_column_open(struct table_column *c, struct slice text, size_t low, size_t at,
                       struct slice *head);
/* The next line's cell, blanks trimmed; false: the table ends. */
bool table_column_next(struct table_column *c, struct slice *cell);

#endif
