/* redact/attack_signs.c - see attack_signs.h. */
#include "proxy/base/base.h"
#include "redact/attack_signs.h"
#include "proxy/base/utf8.h"

/* What a byte is: other, letter, digit, beyond ASCII, line end, blank, mark. */
enum { O, L, D, H, N, B, M };
/* clang-format off */
static const uint8_t kinds[256] = {
    O, O, O, O, O, O, O, O, O, B, N, O, O, B, O, O,
    O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O,
    B, M, M, M, M, O, O, M, O, O, M, M, O, M, M, M,
    D, D, D, D, D, D, D, D, D, D, M, M, M, M, O, M,
    M, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    L, L, L, L, L, L, L, L, L, L, L, M, O, O, O, L,
    M, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    L, L, L, L, L, L, L, L, L, L, L, M, M, O, M, O,
    H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
    H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
    H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
    H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
    H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
    H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
    H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
    H, H, H, H, H, H, H, H, H, H, H, H, H, H, H, H,
};
static const uint8_t marks[128] = {
    ['"'] = AC_QUOTE, ['\''] = AC_QUOTE, [':'] = AC_COLON, ['!'] = AC_EXCLAIM, ['?'] = AC_ASK,
    ['<'] = AC_ANGLE, ['['] = AC_SQUARE, ['{'] = AC_CURLY, ['`'] = AC_TICK, ['|'] = AC_PIPE,
    [';'] = AC_CODE, ['='] = AC_CODE, ['/'] = AC_SLASH, ['.'] = AC_STOPMARK,
    ['-'] = AC_DASH,
};
/* clang-format on */

/* A word while it is read: folded, with 0 behind it. */
struct word {
    char folded[ATTACK_WORD_MAX + 16];
    size_t len; /* of folded; more than ATTACK_WORD_MAX: too long to be known */
    size_t letters, digits, capitals;
};

static uint8_t kind_at(struct slice text, size_t at)
{
    return at < text.len ? kinds[(unsigned char)text.at[at]] : O;
}

static void put(struct word *w, char c)
{
    if (w->len < ATTACK_WORD_MAX)
        w->folded[w->len] = c;
    w->len++;
}

/* A script that writes no blanks between words: from U+3000 on, up to Hangul's end. */
static bool is_dense(uint32_t point)
{
    return point >= 0x3000 && point < 0xD7B0;
}

/* Marks of other scripts that count as ASCII ones. */
static unsigned mark_of(uint32_t point)
{
    switch (point) {
    case 0x3001:
    case 0xFF0C:
    case 0x060C:
        return AC_NONE;
    case 0x3002:
    case 0xFF61:
    case 0x06D4:
    case 0x0964:
        return AC_STOPMARK;
    case 0x300C:
    case 0x300D:
    case 0x300E:
    case 0x00AB:
    case 0x00BB:
    case 0x201C:
    case 0x201D:
    case 0x2018:
    case 0x201E:
        return AC_QUOTE;
    case 0xFF1A:
        return AC_COLON;
    case 0xFF01:
    case 0x00A1:
        return AC_EXCLAIM;
    case 0xFF1F:
    case 0x061F:
    case 0x00BF:
        return AC_ASK;
    case 0x3010:
        return AC_SQUARE;
    default:
        return AC_COUNT;
    }
}

/* What is no letter, beyond ASCII: pictures, arrows, marks. */
static bool is_odd(uint32_t point)
{
    return (point >= 0x2000 && point < 0x2E80) || point >= 0x1F000 ||
           (point >= 0xFE00 && point < 0xFE10) || (point >= 0xE000 && point < 0xF900) ||
           point < 0xAA;
}

/* Takes one character beyond ASCII into the word; 0: it does not belong to one. */
static size_t take_high(struct word *w, struct slice text, size_t at)
{
    uint32_t point = 0;
    char utf8[4];
    size_t n = utf8_read(slice_from(text, at), &point);
    if (n == 0 || is_dense(point) || is_odd(point) || mark_of(point) != AC_COUNT)
        return 0;
    uint32_t folded = attack_lexicon_fold(point);
    w->capitals += folded != point ? 1 : 0;
    w->letters++;
    size_t m = utf8_write(folded, utf8);
    for (size_t i = 0; i < m; i++)
        put(w, utf8[i]);
    return n;
}

/* "don't" is one word, "l'instruction" two. */
static bool joins(const struct word *w, struct slice text, size_t at)
{
    uint8_t next = kind_at(text, at + 1);
    return text.at[at] == '\'' && (next == L || next == H) && w->len >= 2 &&
           !(w->len == 2 && w->folded[0] == 'q');
}

/* The ASCII letters and digits from `at` on; where they end. */
static size_t take_ascii(struct word *w, struct slice text, size_t at)
{
    size_t len = w->len, digits = 0, capitals = 0, from = at;
    for (; at < text.len; at++) {
        unsigned char c = (unsigned char)text.at[at];
        uint8_t kind = kinds[c];
        if (kind != L && kind != D)
            break;
        digits += kind == D;
        capitals += (c & 0x20) == 0;
        if (len < ATTACK_WORD_MAX)
            w->folded[len] = (char)(c | 0x20);
        len++;
    }
    w->len = len;
    w->digits += digits;
    w->letters += at - from - digits;
    w->capitals += capitals;
    return at;
}

static size_t read_word(struct word *w, struct slice text, size_t at)
{
    memset(w, 0, sizeof *w);
    while (true) {
        at = take_ascii(w, text, at);
        if (at >= text.len)
            return at;
        size_t n = (unsigned char)text.at[at] >= 0x80 ? take_high(w, text, at)
                   : joins(w, text, at)               ? 1
                                                      : 0;
        if (n == 0)
            return at;
        at += n;
    }
}

static uint32_t hash_of(const struct word *w)
{
    uint64_t part[3];
    memcpy(part, w->folded, sizeof part);
    uint64_t h = part[0] * 0x9E3779B97F4A7C15u;
    h = (h ^ h >> 32 ^ part[1]) * 0xD6E8FEB86659FD93u;
    h = (h ^ h >> 32 ^ part[2]) * 0xA0761D6478BD642Fu;
    return (uint32_t)(h >> 32);
}

/* "1gn0r3": digits that stand for letters. */
static unsigned find_leet(const struct word *w)
{
    static const char letters[] = "oizeasgtbg";
    char plain[ATTACK_WORD_MAX + 16] = {0};
    unsigned class = AC_NONE;
    for (unsigned one = 0; one < 2 && class == AC_NONE; one++) {
        for (size_t i = 0; i < w->len; i++) {
            char c = w->folded[i];
            bool digit = c >= '0' && c <= '9';
            plain[i] = !digit ? c : c == '1' && one == 1 ? 'l' : letters[c - '0'];
        }
        class = attack_lexicon_find(plain, w->len);
    }
    return class;
}

static size_t take_word(struct slice text, size_t at, struct attack_sign *s)
{
    struct word w;
    size_t end = read_word(&w, text, at);
    bool parts = end < text.len && end > at && text.at[end] == '\'' &&
                 (kind_at(text, end + 1) == L || kind_at(text, end + 1) == H);
    s->len = (uint16_t)(end - at < UINT16_MAX ? end - at : UINT16_MAX);
    s->hash = hash_of(&w);
    end += parts ? 1 : 0; /* the apostrophe between two words is no quote */
    if (w.letters == 0) {
        s->class = AC_NUMBER;
        return end;
    }
    if (w.capitals >= 3 && w.capitals == w.letters)
        s->shape |= SIGN_SHOUT;
    s->shape |= w.digits > 0 ? SIGN_MIXED : 0;
    if (w.len > ATTACK_WORD_MAX)
        return end;
    s->class = (uint8_t)attack_lexicon_find(w.folded, w.len);
    if (s->class == AC_NONE && w.digits > 0) {
        s->class = (uint8_t)find_leet(&w);
        s->shape |= s->class != AC_NONE ? SIGN_LEET : 0;
    }
    return end;
}

/* What is no word of a spaced script: a mark, a dense word, a picture. Its class AC_COUNT: nothing.
 */
static size_t take_other(struct slice text, size_t at, struct attack_sign *s)
{
    uint32_t point = 0;
    size_t n = utf8_read(slice_from(text, at), &point), len;
    s->class = AC_COUNT;
    if (n == 0)
        return at + 1;
    unsigned mark = mark_of(point);
    if (mark != AC_COUNT) {
        s->class = (uint8_t)(mark == AC_NONE ? AC_COUNT : mark);
        return at + n;
    }
    if (!is_dense(point)) {
        s->class = AC_ODD;
        return at + n;
    }
    s->class = (uint8_t)attack_lexicon_longest(slice_from(text, at), &len);
    n = s->class != AC_NONE ? len : n;
    s->len = (uint16_t)n;
    s->hash = point * 0x9E3779B1u;
    return at + n;
}

/* What draws a line when it stands three times. */
static bool draws(char c)
{
    return c == '#' || c == '-' || c == '=' || c == '*' || c == '~';
}

/* "u$er": one mark inside a word. */
static bool is_glue(struct slice text, size_t at, size_t end)
{
    char c = text.at[at];
    return end == at + 1 && at > 0 && kind_at(text, at - 1) == L && kind_at(text, end) == L &&
           (c == '$' || c == '+' || c == '|' || c == '!');
}

static size_t take_mark(struct slice text, size_t at, struct attack_sign *s)
{
    char c = text.at[at];
    size_t end = at + 1;
    while (end < text.len && text.at[end] == c)
        end++;
    uint8_t next = kind_at(text, end), class = marks[(unsigned char)c];
    bool ends = end == text.len || next == B || next == N || next == M;
    s->len = (uint16_t)(end - at < UINT16_MAX ? end - at : UINT16_MAX);
    s->class = class != 0 ? class : AC_COUNT;
    if (is_glue(text, at, end))
        s->class = AC_GLUE;
    else if (draws(c) && end - at >= (c == '#' ? 2 : 3))
        s->class = AC_RULER;
    else if (c == '.' && !ends)
        s->class = AC_COUNT;
    return end;
}

size_t attack_signs_read(struct slice text, size_t *at, size_t to, struct attack_sign *out,
                         size_t room)
{
    size_t n = 0;
    while (*at < to && *at < text.len && n < room) {
        struct attack_sign s = {.at = (uint32_t)*at, .len = 1};
        size_t from = *at;
        uint8_t kind = kinds[(unsigned char)text.at[from]];
        switch (kind) {
        case L:
        case D:
        case H:
            *at = take_word(text, from, &s);
            if (*at == from)
                *at = take_other(text, from, &s);
            break;
        case N:
            while (*at < text.len && kind_at(text, *at) >= N && kind_at(text, *at) <= B)
                ++*at;
            s.class = AC_LINE;
            break;
        case M:
            *at = take_mark(text, from, &s);
            break;
        default:
            ++*at;
            continue;
        }
        if (s.class != AC_COUNT)
            out[n++] = s;
    }
    return n;
}
