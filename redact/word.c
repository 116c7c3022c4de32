/* redact/word.c - see word.h. Cuts where the kind of character changes.
 *
 * Lower case is that of Latin, Greek and Cyrillic letters in two bytes; of all others there is one
 * form. Refuses to know languages. Pure; owns nothing. */
#include "proxy/base/base.h"
#include "redact/word.h"
#include "proxy/base/utf8.h"

enum { KIND_BLANK, KIND_LINE, KIND_MARK, KIND_LETTER, KIND_DIGIT };

/* One character of the text: eight bytes, handed on in a register. */
struct letter {
    uint32_t low; /* its lower case */
    uint8_t len, kind;
    bool is_upper, is_lower;
};

struct range {
    uint32_t first, last;
};

static bool is_in(uint32_t c, const struct range *ranges, size_t n)
{
    bool in = false;
    for (size_t i = 0; i < n; i++)
        in |= c >= ranges[i].first && c <= ranges[i].last;
    return in;
}

/* Characters beyond ASCII that part words. */
static bool is_mark(uint32_t c)
{
    static const struct range marks[] = {{0x80, 0xBF},       {0xD7, 0xD7},     {0xF7, 0xF7},
                                         {0x2000, 0x2BFF},   {0x3000, 0x3004}, {0x3007, 0x303F},
                                         {0xE000, 0xF8FF},   {0xFE00, 0xFE6F}, {0xFF00, 0xFF65},
                                         {0x1F000, 0x10FFFF}};
    bool is_letter = c == 0xAA || c == 0xB5 || c == 0xBA;
    return !is_letter && is_in(c, marks, GW_COUNT(marks));
}

/* Lower case of a letter from U+00C0 to U+0557; the letter itself when it is none or has no such.
 */
static uint32_t lower_of(uint32_t c)
{
    /* so far behind the upper case stands the lower one */
    static const struct range by_32[] = {{0xC0, 0xDE}, {0x391, 0x3A9}, {0x410, 0x42F}};
    /* upper case is even, lower case odd; and the other way round */
    static const struct range even[] = {
        {0x100, 0x137}, {0x14A, 0x177}, {0x460, 0x481}, {0x48A, 0x52F}};
    static const struct range odd[] = {{0x139, 0x148}, {0x179, 0x17E}};
    if (is_in(c, by_32, GW_COUNT(by_32)))
        return c + 0x20;
    if (is_in(c, even, GW_COUNT(even)))
        return c | 1;
    if (is_in(c, odd, GW_COUNT(odd)))
        return c + (c & 1);
    if (c >= 0x400 && c <= 0x40F)
        return c + 0x50;
    return c >= 0x531 && c <= 0x556 ? c + 0x30 : c;
}

static inline bool is_small(char c)
{
    return c >= 'a' && c <= 'z';
}

static inline bool is_large(char c)
{
    return c >= 'A' && c <= 'Z';
}

/* What each ASCII character is; most of a text is told by it alone. */
/* clang-format off */
enum { B = KIND_BLANK, E = KIND_LINE, M = KIND_MARK, L = KIND_LETTER, D = KIND_DIGIT };
static const uint8_t ascii_kinds[128] = {
    M, M, M, M, M, M, M, M, M, B, E, M, M, B, M, M,
    M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M,
    B, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M,
    D, D, D, D, D, D, D, D, D, D, M, M, M, M, M, M,
    M, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    L, L, L, L, L, L, L, L, L, L, L, M, M, M, M, L,
    M, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    L, L, L, L, L, L, L, L, L, L, L, M, M, M, M, M,
};
/* clang-format on */

static inline struct letter ascii_letter(unsigned char c)
{
    bool is_upper = is_large((char)c);
    return (struct letter){.len = 1,
                           .low = is_upper ? c | 0x20u : c,
                           .kind = ascii_kinds[c],
                           .is_upper = is_upper,
                           .is_lower = is_small((char)c)};
}

static struct letter wide_letter(struct slice text, size_t at)
{
    uint32_t c;
    size_t len = utf8_read(slice_from(text, at), &c);
    if (len == 0)
        return (struct letter){.len = 1, .low = 0xFFFD, .kind = KIND_MARK};
    struct letter l = {.len = (uint8_t)len, .low = c, .kind = KIND_MARK};
    if (c == 0xA0 || (c >= 0x2000 && c <= 0x200A))
        l.kind = KIND_BLANK;
    else if (!is_mark(c))
        l.kind = KIND_LETTER;
    if (l.kind != KIND_LETTER || c >= 0x558)
        return l;
    l.low = lower_of(c);
    l.is_upper = l.low != c;
    l.is_lower = !l.is_upper;
    return l;
}

static inline struct letter letter_at(struct slice text, size_t at)
{
    unsigned char c = (unsigned char)text.at[at];
    return c < 0x80 ? ascii_letter(c) : wide_letter(text, at);
}

static inline uint8_t kind_at(struct slice text, size_t at)
{
    unsigned char c = (unsigned char)text.at[at];
    return c < 0x80 ? ascii_kinds[c] : wide_letter(text, at).kind;
}

static uint32_t add_letter(uint32_t hash, uint32_t c)
{
    return (hash ^ c) * 0x01000193u;
}

/* What has been seen of a word. */
struct sum {
    uint32_t hash, head, tail;
    unsigned letters, upper, lower, digits;
    bool first_upper, line, inner_upper;
};

static void add_to(struct sum *s, const struct letter *l)
{
    unsigned n = s->letters + s->digits;
    s->hash = add_letter(s->hash, l->low);
    if (n < 3)
        s->head = s->head << 8 | (l->low & 0xFF);
    s->tail = (s->tail << 8 | (l->low & 0xFF)) & 0xFFFFFF;
    s->first_upper = n == 0 ? l->is_upper : s->first_upper;
    s->inner_upper |= n > 0 && l->is_upper;
    s->upper += l->is_upper;
    s->lower += l->is_lower;
    s->line |= l->low == '_';
    s->letters += l->kind == KIND_LETTER;
    s->digits += l->kind == KIND_DIGIT;
}

static uint8_t number_shape(unsigned digits)
{
    static const uint8_t shapes[] = {SHAPE_NONE, SHAPE_DIGIT, SHAPE_TENS,
                                     SHAPE_SOME, SHAPE_SOME,  SHAPE_SOME};
    return digits < GW_COUNT(shapes) ? shapes[digits] : SHAPE_MANY;
}

static uint8_t letters_shape(const struct sum *s)
{
    if (s->upper + s->lower == 0)
        return SHAPE_PLAIN;
    if (s->upper == 0)
        return SHAPE_LOWER;
    if (s->letters == 1)
        return SHAPE_ONE;
    if (s->lower == 0)
        return SHAPE_UPPER;
    return s->first_upper && !s->inner_upper ? SHAPE_TITLE : SHAPE_MIXED;
}

static uint8_t shape_of(const struct sum *s, bool first_digit)
{
    if (s->letters == 0)
        return number_shape(s->digits);
    if (first_digit)
        return s->letters <= 3 && !s->line ? SHAPE_COUNT : SHAPE_CODE;
    return s->line || s->digits > 0 ? SHAPE_CODE : letters_shape(s);
}

/* Bytes of an apostrophe that belongs to a name: O'Brien, D'Angelo. */
static size_t inner_apostrophe(struct slice text, size_t at, const struct sum *s)
{
    if (s->letters != 1 || s->upper != 1 || s->digits != 0 || at >= text.len)
        return 0;
    size_t len = text.at[at] == '\'' ? 1 : 0;
    if (at + 3 < text.len && memcmp(text.at + at, "\xE2\x80\x99", 3) == 0)
        len = 3;
    return len > 0 && at + len < text.len && letter_at(text, at + len).is_upper ? len : 0;
}

/* Small ASCII letters from `at` on, behind the first three characters of a word: what most words
 * are made of. Where they end. */
static size_t take_lower(struct slice text, size_t at, size_t end, struct sum *s)
{
    size_t from = at;
    for (; at < end && is_small(text.at[at]); at++) {
        s->hash = add_letter(s->hash, (unsigned char)text.at[at]);
        s->tail = s->tail << 8 | (unsigned char)text.at[at];
    }
    s->tail &= 0xFFFFFF;
    s->letters += (unsigned)(at - from);
    s->lower += (unsigned)(at - from);
    return at;
}

/* Most words are an ASCII letter, large or small, and small ones behind it. Where such a one ends;
 * `at` when more may belong to it: the next character says, and nothing was taken. */
static size_t take_plain(struct slice text, size_t at, size_t end, struct sum *s)
{
    bool is_upper = is_large(text.at[at]);
    size_t to = at;
    uint32_t hash = s->hash, head = 0, tail = 0;
    do {
        unsigned char c = (unsigned char)text.at[to] | 0x20;
        hash = add_letter(hash, c);
        tail = tail << 8 | c;
        head = to - at < 3 ? tail : head;
        to++;
    } while (to < end && is_small(text.at[to]));
    uint8_t next = to < end ? kind_at(text, to) : KIND_BLANK;
    bool is_cut = next == KIND_MARK && is_upper && to == at + 1; /* an apostrophe? */
    if (next == KIND_LETTER || next == KIND_DIGIT || is_cut)
        return at;
    unsigned letters = (unsigned)(to - at), upper = is_upper ? 1 : 0;
    *s = (struct sum){.hash = hash,
                      .head = head,
                      .tail = tail & 0xFFFFFF,
                      .letters = letters,
                      .upper = upper,
                      .lower = letters - upper,
                      .first_upper = is_upper};
    return to;
}

static bool is_plain(struct slice text, size_t at)
{
    return is_small(text.at[at]) || is_large(text.at[at]);
}

static void take_word(struct slice text, struct word *w)
{
    struct sum s = {.hash = 0x811C9DC5u};
    size_t at = w->start;
    bool first_digit = text.at[at] >= '0' && text.at[at] <= '9';
    size_t end = w->start + WORD_BYTES < text.len ? w->start + WORD_BYTES : text.len;
    if (is_plain(text, at))
        at = take_plain(text, at, end, &s);
    bool is_whole = at > w->start;
    while (!is_whole && at < end) {
        if (s.letters + s.digits >= 3 && is_small(text.at[at])) {
            at = take_lower(text, at, end, &s);
            continue;
        }
        struct letter l = letter_at(text, at);
        size_t mark = l.kind == KIND_MARK ? inner_apostrophe(text, at, &s) : 0;
        if (l.kind != KIND_LETTER && l.kind != KIND_DIGIT && mark == 0)
            break;
        if (mark == 0) {
            add_to(&s, &l);
            at += l.len;
            continue;
        }
        s.hash = add_letter(s.hash, '\'');
        s.letters = s.upper = 0; /* judged by what follows */
        s.lower = 0;
        at += mark;
    }
    w->end = (uint32_t)at;
    w->low = word_join(s.hash, 1);
    w->head = s.head;
    w->tail = s.tail;
    w->shape = shape_of(&s, first_digit);
}

/* A run of line ends and the blanks between them. */
static void take_lines(struct slice text, struct word *w)
{
    size_t at = w->start + 1, last = at;
    while (at < text.len) {
        uint8_t kind = letter_at(text, at).kind;
        if (kind != KIND_LINE && kind != KIND_BLANK)
            break;
        at += letter_at(text, at).len;
        if (kind == KIND_LINE) {
            last = at;
            w->empty = true;
        }
    }
    w->end = (uint32_t)last;
    w->low = word_join('\n', w->empty ? 3 : 2);
    w->shape = SHAPE_LINE;
}

static void take_mark(struct slice text, struct word *w)
{
    struct letter first = letter_at(text, w->start);
    size_t at = w->start + first.len;
    while (at < text.len && at - w->start < WORD_BYTES && first.low < 0x80 &&
           (unsigned char)text.at[at] == first.low)
        at++;
    w->end = (uint32_t)at;
    w->low = word_join(first.low, at - w->start > first.len ? 5 : 4);
    w->shape = SHAPE_MARK;
}

bool word_next(struct slice text, size_t at, struct word *out)
{
    size_t begin = at;
    struct letter l = {0};
    bool tab = false;
    while (at < text.len && text.at[at] == ' ')
        at++;
    for (; at < text.len; at += l.len) {
        l = letter_at(text, at);
        if (l.kind != KIND_BLANK)
            break;
        tab |= text.at[at] == '\t';
    }
    if (at >= text.len)
        return false;
    *out = (struct word){.start = (uint32_t)at};
    out->gap = at == begin ? GAP_NONE : at - begin > 2 || tab ? GAP_WIDE : GAP_BLANK;
    if (l.kind == KIND_LINE)
        take_lines(text, out);
    else if (l.kind == KIND_MARK)
        take_mark(text, out);
    else
        take_word(text, out);
    return true;
}
