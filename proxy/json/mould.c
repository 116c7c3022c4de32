/* proxy/json/mould.c - see mould.h. Refuses to know what a value means. */
#include "proxy/base/base.h"
#include "proxy/json/mould.h"
#include "proxy/base/bytes.h"
#include "proxy/base/secret.h"
#include "proxy/base/utf8.h"

/* A free value: where it stands in the kept text. */
struct gap {
    uint32_t at, end;
    bool is_number;
};

struct mould {
    uint32_t count; /* of the tape; 0: empty */
    uint32_t len;   /* of the text */
    size_t gap_count;
    struct gap gaps[MOULD_FREE]; /* in the order of the text */
    struct json_value values[MOULD_VALUES];
    char text[MOULD_TEXT];
};

struct mould *mould_new(void)
{
    return calloc(1, sizeof(struct mould));
}

void mould_free(struct mould *m)
{
    if (m == NULL)
        return;
    secret_wipe(m, sizeof *m);
    free(m);
}

void mould_empty(struct mould *m)
{
    m->count = 0;
}

static bool may_be_free(const struct json_value *v)
{
    return v->kind == JSON_NUMBER || (v->kind == JSON_STRING && !v->is_key);
}

static void add_gap(struct mould *m, const struct json_value *v)
{
    size_t to = m->gap_count++;
    for (; to > 0 && m->gaps[to - 1].at > v->at; to--)
        m->gaps[to] = m->gaps[to - 1];
    m->gaps[to] = (struct gap){v->at, v->end, v->kind == JSON_NUMBER};
}

bool mould_take(struct mould *m, const struct json_doc *doc, const uint32_t *free, size_t n)
{
    m->count = 0;
    m->gap_count = 0;
    if (doc->text.len > MOULD_TEXT || doc->count > MOULD_VALUES || n > MOULD_FREE ||
        doc->has_duplicate_key)
        return false;
    memcpy(m->values, doc->values, doc->count * sizeof *m->values);
    for (size_t i = 0; i < n; i++) {
        if (free[i] >= doc->count || !may_be_free(&doc->values[free[i]]))
            return false;
        struct json_value *v = &m->values[free[i]];
        v->has_escape = false; /* what fits has none */
        add_gap(m, v);
    }
    memcpy(m->text, doc->text.at, doc->text.len);
    m->len = (uint32_t)doc->text.len;
    m->count = doc->count;
    return true;
}

/* The number of a few digits that rest begins with; its length, 0: none. */
static size_t number_len(struct slice rest)
{
    size_t n = 0;
    while (n < rest.len && rest.at[n] >= '0' && rest.at[n] <= '9')
        n++;
    return n > 1 && rest.at[0] == '0' ? 0 : n;
}

/* The string without escapes that rest begins with, quotes included; 0: none. */
static size_t string_len(struct slice rest)
{
    if (rest.len < 2 || rest.at[0] != '"')
        return 0;
    struct slice inner = slice_from(rest, 1);
    size_t n = bytes_find_special(inner, false);
    if (n == inner.len || inner.at[n] != '"' || !utf8_is_valid(slice_cut(inner, 0, n)))
        return 0;
    return n + 2;
}

/* Where each free value stands in text; false: something else differs. */
static bool find_gaps(const struct mould *m, struct slice text, struct gap *found)
{
    size_t from = 0, at = 0; /* in the kept text, in this one */
    for (size_t i = 0; i < m->gap_count; i++) {
        const struct gap *g = &m->gaps[i];
        size_t same = g->at - from;
        if (text.len - at < same || memcmp(text.at + at, m->text + from, same) != 0)
            return false;
        at += same;
        struct slice rest = slice_from(text, at);
        size_t len = g->is_number ? number_len(rest) : string_len(rest);
        if (len == 0)
            return false;
        found[i] = (struct gap){(uint32_t)at, (uint32_t)(at + len), g->is_number};
        at += len;
        from = g->end;
    }
    return text.len - at == m->len - from &&
           memcmp(text.at + at, m->text + from, m->len - from) == 0;
}

/* Moves the tape's places by what the free values in front of them have grown or shrunk. */
static void move_places(const struct mould *m, const struct gap *found, struct json_value *values)
{
    size_t passed = 0; /* free values that end in front of this one */
    uint32_t moved = 0;
    for (uint32_t i = 0; i < m->count; i++) {
        struct json_value *v = &values[i];
        while (passed < m->gap_count && m->gaps[passed].end <= v->at) {
            moved = found[passed].end - m->gaps[passed].end; /* modulo 2^32, as the sum below */
            passed++;
        }
        size_t inside = passed;
        uint32_t grown = moved;
        for (; inside < m->gap_count && m->gaps[inside].end <= v->end; inside++)
            grown = found[inside].end - m->gaps[inside].end;
        v->at += moved;
        v->end += grown;
    }
}

bool mould_fits(const struct mould *m, struct slice text, struct arena *arena, struct json_doc *out)
{
    struct gap found[MOULD_FREE];
    if (m->count == 0 || text.len > 2 * MOULD_TEXT || !find_gaps(m, text, found))
        return false;
    struct json_value *values = arena_alloc(arena, m->count * sizeof *values);
    if (values == NULL)
        return false;
    memcpy(values, m->values, m->count * sizeof *values);
    move_places(m, found, values);
    *out = (struct json_doc){.text = text, .values = values, .count = m->count};
    return true;
}

bool mould_parts(const struct mould *m, struct slice text, struct slice parts[MOULD_FREE])
{
    struct gap found[MOULD_FREE];
    if (m->count == 0 || text.len > 2 * MOULD_TEXT || !find_gaps(m, text, found))
        return false;
    for (size_t i = 0; i < m->gap_count; i++) {
        size_t quote = found[i].is_number ? 0 : 1;
        parts[i] = slice_cut(text, found[i].at + quote, found[i].end - quote);
    }
    return true;
}

size_t mould_part(const struct mould *m, uint32_t value)
{
    for (size_t i = 0; value < m->count && i < m->gap_count; i++)
        if (m->gaps[i].at == m->values[value].at && m->gaps[i].end == m->values[value].end)
            return i;
    return MOULD_FREE;
}
