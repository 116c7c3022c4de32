/* redact/column.c - see column.h. Refuses to know what the cells mean: rows of the catalogue say.
 */
#include "proxy/base/base.h"
#include "redact/column.h"

#include <ctype.h>

enum { HEAD_BYTES = 40, TAIL_BYTES = 24, WORDS_BEFORE = 2, LONG_WORD = 6, CELL_MOST = 64 };

/* The leaf around `at`, as far as a head or a cell of its column may lie. */
static struct slice leaf_around(const struct pass *p, size_t at, size_t *low)
{
    size_t from = at > TABLE_LINE ? at - TABLE_LINE : 0;
    const char *left = memrchr(p->subject.at + from, TEXT_SEPARATOR, at - from);
    struct slice right = slice_cut(p->subject, at, at + TABLE_BACK);
    size_t end = slice_find_byte(right, TEXT_SEPARATOR);
    *low = left != NULL ? (size_t)(left + 1 - p->subject.at) : from;
    return slice_cut(p->subject, 0, at + (end < right.len ? end : right.len));
}

/* What may stand behind the word in a head: "passport no.", "PIN-Code". */
static bool is_tail(struct slice tail)
{
    static const char *const words[] = {
        "no", "nr",      "number", "num",     "nummer",    "numero",   "code",     "id",
        "#",  "initial", "plain",  "text",    "cleartext", "temp",     "klartext", "provisoire",
        "nº", "n°",      "номер",  "inicial", "iniziale",  "initiale", "temporal"};
    while (tail.len > 0 && slice_find_byte(SLICE_LIT(" _-.(:#*`\""), tail.at[0]) != SIZE_MAX)
        tail = slice_from(tail, 1);
    while (tail.len > 0 &&
           slice_find_byte(SLICE_LIT(" .):#*`\""), tail.at[tail.len - 1]) != SIZE_MAX)
        tail.len--;
    return tail.len == 0 || slice_is_any(tail, words, GW_COUNT(words));
}

/* Does the head end with the word at `at` of it, and do few words stand in front? */
static bool is_head(struct slice head, size_t at, size_t len)
{
    size_t words = 0;
    if (head.len > HEAD_BYTES || at > head.len || len > head.len - at)
        return false;
    for (size_t i = 0; i < at; i++) {
        unsigned char c = (unsigned char)head.at[i];
        if (c < 0x80 && !isalnum(c) && slice_find_byte(SLICE_LIT(" _-.*`\"/"), (char)c) == SIZE_MAX)
            return false;
        words += isalpha(c) != 0 && (i + 1 == at || isalpha((unsigned char)head.at[i + 1]) == 0);
    }
    return words <= WORDS_BEFORE && is_tail(slice_from(head, at + len));
}

/* What parts columns, and the end of a line. */
static bool is_mark(char c)
{
    enum { LOW = 1 << '\t' | 1 << '\n' | 1 << '\r' };
    unsigned at = (unsigned char)c;
    return at < 32 ? (LOW >> at & 1) != 0 : c == '|' || c == ';' || c == ',';
}

bool column_may_end(struct slice behind)
{
    size_t n = 0, most = behind.len < TAIL_BYTES ? behind.len : TAIL_BYTES;
    while (n < most && !is_mark(behind.at[n]))
        n++;
    return n < most && is_tail(slice_cut(behind, 0, n));
}

/* How long the longest of the row's words is that stands at the begin of s; 0: none. */
static size_t word_at(const struct detector *d, struct slice s)
{
    size_t longest = 0;
    for (struct slice rest = slice_str(d->at); rest.len > 0;) {
        size_t bar = slice_find_byte(rest, '|');
        struct slice word = slice_cut(rest, 0, bar);
        rest = bar == SIZE_MAX ? slice_of(NULL, 0) : slice_from(rest, bar + 1);
        if (word.len > longest && slice_is_nocase(slice_cut(s, 0, word.len), word))
            longest = word.len;
    }
    return longest;
}

/* Quotes, code marks and stars around a value are no part of it. */
static struct slice bare(struct slice cell)
{
    while (cell.len >= 2 && cell.at[0] == cell.at[cell.len - 1] &&
           slice_find_byte(SLICE_LIT("\"'`*"), cell.at[0]) != SIZE_MAX)
        cell = slice_trim(slice_cut(cell, 1, cell.len - 1));
    return cell;
}

static gw_result try_cell(struct pass *p, uint32_t id, struct slice cell)
{
    size_t range[3];
    cell = bare(cell);
    if (cell.len == 0 || cell.len > p->scanner->rows[id].max_len)
        return gw_is(GW_OK);
    gw_result r =
        confirm_next(p->scanner->rows[id].confirmer, p->scratch->confirm, cell, 0, 0, range);
    if (r.code == GW_NOT_FOUND)
        return gw_is(GW_OK);
    TRY(r);
    if (range[CONFIRM_START] != 0 || range[CONFIRM_END] != cell.len)
        return gw_is(GW_OK);
    size_t at = (size_t)(cell.at - p->subject.at);
    return judge_word(p, id, at, at + cell.len);
}

/* Of the last three bytes, in any case. */
static unsigned ending_of(struct slice word)
{
    const unsigned char *end = (const unsigned char *)word.at + word.len;
    unsigned three = end[-3] | (unsigned)end[-2] << 8 | (unsigned)end[-1] << 16;
    return ((three | 0x202020u) * 0x9E3779B1u) >> 22;
}

gw_result column_build(struct columns *c, const struct row *rows, size_t count, struct arena *arena)
{
    c->rows = arena_array(arena, count + 1, sizeof *c->rows);
    if (c->rows == NULL)
        return gw_is(GW_NO_MEMORY);
    for (size_t i = 0; i < count; i++) {
        if ((rows[i].flags & DET_COLUMN) == 0)
            continue;
        c->rows[c->count++] = (uint32_t)i;
        for (struct slice rest = slice_str(rows[i].built_in->at); rest.len > 0;) {
            size_t bar = slice_find_byte(rest, '|');
            unsigned bit = ending_of(slice_cut(rest, 0, bar));
            rest = bar == SIZE_MAX ? slice_of(NULL, 0) : slice_from(rest, bar + 1);
            c->endings[bit / 64] |= (uint64_t)1 << bit % 64;
        }
    }
    return gw_is(GW_OK);
}

/* Does a word begin at `at` of a key, alone or in camelCase? A long one may end a longer one. */
static bool is_begun(struct slice key, size_t at)
{
    unsigned char c = (unsigned char)key.at[at],
                  before = at > 0 ? (unsigned char)key.at[at - 1] : 0;
    return key.len - at >= LONG_WORD || isalnum(before) == 0 ||
           (isupper(c) != 0 && islower(before) != 0);
}

/* Where one of the row's words begins that ends the key; the key's length: none does. */
static size_t word_of_key(const struct detector *d, struct slice key)
{
    for (size_t at = 0; at + 3 <= key.len && at <= HEAD_BYTES; at++)
        if (is_begun(key, at) && word_at(d, slice_from(key, at)) == key.len - at)
            return at;
    return key.len;
}

gw_result column_try_leaf(struct pass *p, size_t leaf)
{
    const struct columns *c = &p->scanner->columns;
    const struct text_leaf *l = &p->text->leaves[leaf];
    struct slice text = slice_cut(p->flat, l->start, l->end);
    unsigned bit = l->key.len >= 3 ? ending_of(l->key) : 0;
    bool may_be = l->key.len >= 3 && (c->endings[bit / 64] >> bit % 64 & 1) != 0;
    if (!may_be || text.len == 0 || text.len > CELL_MOST || slice_is(text, l->key))
        return gw_is(GW_OK); /* the last: the key is a leaf itself */
    for (size_t i = 0; i < c->count; i++) {
        const struct detector *d = p->scanner->rows[c->rows[i]].built_in;
        size_t at = word_of_key(d, l->key);
        if (at < l->key.len && is_head(l->key, at, l->key.len - at))
            TRY(try_cell(p, c->rows[i], text));
    }
    return gw_is(GW_OK);
}

gw_result column_try(struct pass *p, uint32_t id, size_t start)
{
    struct table_column column;
    struct slice cell;
    size_t low, len = word_at(p->scanner->rows[id].built_in, slice_from(p->subject, start));
    if (len == 0 || !column_may_end(slice_from(p->subject, start + len)))
        return gw_is(GW_OK);
    struct slice text = leaf_around(p, start, &low);
    if (!table_column_open(&column, text, low, start, &cell))
        return gw_is(GW_OK);
    if (!is_head(cell, (size_t)(text.at + start - cell.at), len))
        return gw_is(GW_OK);
    while (table_column_next(&column, &cell))
        TRY(try_cell(p, id, cell));
    return gw_is(GW_OK);
}
