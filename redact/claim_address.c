/* redact/claim_address.c - see claim.h. Where an address ends that something asked for: a label, a
 * key, the head of a column. One line, and the next one when it begins with a postcode. */
#include "proxy/base/base.h"
#include "redact/claim.h"

enum {
    LABELS = CUE_PART | CUE_NAME | CUE_ROLE | CUE_ADDRESS | CUE_PLACE | CUE_COMPANY,
    ADDRESS_WORDS = 40,
    POSTCODE = 6, /* digits */
    SHORT = 4     /* bytes of an ASCII word that a dot makes short; twice as many of others */
};

/* A line that begins with a postcode and the town behind it. */
static bool is_postcode_line(const struct claims *c, size_t i)
{
    size_t at = i + 1;
    if (at + 1 >= c->count || c->words[i].empty || !claim_is_number(&c->words[at]))
        return false;
    size_t len = c->words[at].end - c->words[at].start;
    if (len == 2 && claim_is_mark(c, at + 1, '-') && at + 3 < c->count &&
        claim_is_number(&c->words[at + 2]))
        at += 2; /* 00-590 */
    else if (len < SHORT || len > POSTCODE)
        return false;
    uint8_t next = c->words[at + 1].shape;
    return next == SHAPE_TITLE || next == SHAPE_UPPER || next == SHAPE_PLAIN;
}

/* The dot at `i` ends a sentence: what stands before it is no short word. */
static bool ends_sentence(const struct claims *c, size_t i)
{
    if (i == 0 || i + 1 >= c->count || c->words[i + 1].shape == SHAPE_LINE)
        return true;
    const struct word *w = &c->words[i - 1];
    bool is_short = w->end - w->start <=
                    ((unsigned char)c->text.at[w->start] < 0x80 ? SHORT : (size_t)2 * SHORT);
    return c->words[i + 1].gap != GAP_NONE && (!is_short || claim_is_number(w)) &&
           (c->cues[i - 1] & CUE_STREET) == 0 && (w->lists & (LIST_STREET | LIST_UNIT)) == 0;
}

static bool is_known_part(const struct claims *c, size_t i)
{
    return (c->words[i].lists &
            (LIST_STREET | LIST_UNIT | LIST_PARTICLE | LIST_TOWN | LIST_CITY)) != 0 ||
           (c->cues[i] & CUE_STREET) != 0;
}

/* Does the address end in front of mark `i`? */
static bool stops_at_mark(const struct claims *c, size_t i)
{
    const struct word *w = &c->words[i];
    char mark = c->text.at[w->start];
    if ((unsigned char)mark >= 0x80)
        return c->text.len - w->start >= 3 &&
               (memcmp(c->text.at + w->start, "\xE2\x80\x9D", 3) == 0 ||
                memcmp(c->text.at + w->start, "\xE2\x80\x93", 3) == 0) &&
               w->gap != GAP_NONE;
    switch (mark) {
    case ',':
        return false;
    case '-':
    case '/':
    case '\'':
    case '#':
        return false;
    case '.':
        return ends_sentence(c, i);
    case ':':
        return i == 0 || (c->cues[i - 1] & CUE_STREET) == 0;
    case '(':
        return c->words[i].gap == GAP_NONE;
    case ')':
        return false;
    default:
        return true;
    }
}

/* A word of a program, a label. */
static bool is_foreign(const struct claims *c, size_t i)
{
    const struct word *w = &c->words[i];
    bool id = (c->cues[i] & CUE_ID) != 0 && w->shape != SHAPE_LOWER;
    bool label = claim_is_mark(c, i + 1, ':') && (c->cues[i] & CUE_STREET) == 0;
    return id || label || (w->shape == SHAPE_CODE && w->end - w->start > SHORT);
}

/* ... and in front of word `i`? */
static bool stops_at_word(const struct claims *c, size_t i)
{
    const struct word *w = &c->words[i];
    if (is_foreign(c, i) || w->gap == GAP_WIDE)
        return true;
    bool beyond = (unsigned char)c->text.at[w->start] >= 0xD0;
    return w->shape == SHAPE_LOWER && !is_known_part(c, i) && !beyond &&
           (c->words[i - 1].shape == SHAPE_MARK || (w->lists & LIST_COMMON) != 0);
}

/* A postcode, or what such a word asks for: "apto 502". */
static bool is_anchor(const struct claims *c, size_t i)
{
    const struct word *w = &c->words[i];
    if (!claim_is_number(w) && !(w->shape == SHAPE_CODE && w->end - w->start <= SHORT))
        return false;
    bool dot = i > 0 && (claim_is_mark(c, i - 1, '.') || claim_is_mark(c, i - 1, ':'));
    size_t before = i > 0 ? i - 1 - (dot && i > 1) : 0;
    return w->end - w->start >= SHORT || (i > 0 && is_known_part(c, before)) ||
           (i > 1 && claim_is_mark(c, i - 1, '-') && claim_is_number(&c->words[i - 2]));
}

size_t claim_address_more(const struct claims *c, size_t from, size_t to)
{
    size_t end = claim_address_end(c, from), last = to;
    for (size_t i = to; i < end; i++) {
        const struct word *w = &c->words[i];
        bool town = claim_is_mark(c, i, '.') && (c->cues[i - 1] & CUE_STREET) != 0 && i + 1 < end;
        if (is_anchor(c, i) || town)
            last = town ? i + 2 : i + 1;
        else if (last == i && i > to && w->shape == SHAPE_TITLE && w->gap == GAP_BLANK)
            last = i + 1; /* the town behind its postcode */
    }
    return last;
}

/* Does the address end in front of words[i]? `first`: it begins there. */
static bool stops(const struct claims *c, size_t i, bool first, bool *more_lines)
{
    if (c->words[i].shape == SHAPE_MARK)
        return stops_at_mark(c, i);
    if (c->words[i].shape != SHAPE_LINE)
        return !first && stops_at_word(c, i);
    bool ends = first || !*more_lines || !is_postcode_line(c, i);
    *more_lines = false;
    return ends;
}

static bool has_letters(const struct claims *c, size_t i)
{
    const struct word *w = &c->words[i];
    bool large = w->shape == SHAPE_TITLE || w->shape == SHAPE_UPPER || w->shape == SHAPE_MIXED ||
                 w->shape == SHAPE_PLAIN;
    return (large || is_known_part(c, i)) && (c->cues[i] & CUE_ID) == 0 && w->end - w->start > 1;
}

size_t claim_address_end(const struct claims *c, size_t i)
{
    size_t at = i, end = i;
    bool number = false, letters = false, more_lines = true;
    if (i >= c->count || c->words[i].shape == SHAPE_CODE)
        return i;
    for (; at < c->count && at < i + ADDRESS_WORDS; at++) {
        if (stops(c, at, at == i, &more_lines))
            break;
        if (c->words[at].shape == SHAPE_MARK || c->words[at].shape == SHAPE_LINE)
            continue;
        number |= claim_is_number(&c->words[at]);
        letters |= has_letters(c, at);
        end = at + 1;
    }
    bool is_bound = claim_is_mark(c, at, '@') || claim_is_mark(c, at, '=');
    return number && letters && !is_bound ? end : i;
}
