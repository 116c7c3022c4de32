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

static inline uint32_t hash_of(uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t h = a * 0x9E3779B97F4A7C15u;
    h = (h ^ h >> 32 ^ b) * 0xD6E8FEB86659FD93u;
    h = (h ^ h >> 32 ^ c) * 0xA0761D6478BD642Fu;
    return (uint32_t)(h >> 32);
}

/* "1gn0r3": digits that stand for letters. */
static __attribute__((noinline)) unsigned find_leet(const char *folded, size_t len)
{
    static const char letters[] = "oizeasgtbg";
    char plain[ATTACK_WORD_MAX + 16] = {0};
    unsigned class = AC_NONE;
    for (unsigned one = 0; one < 2 && class == AC_NONE; one++) {
        for (size_t i = 0; i < len; i++) {
            char c = folded[i];
            bool digit = c >= '0' && c <= '9';
            plain[i] = !digit ? c : c == '1' && one == 1 ? 'l' : letters[c - '0'];
        }
        class = attack_lexicon_find(plain, len);
    }
    return class;
}

/* A folded word's class. */
static void find_word(struct attack_sign *s, const char *folded, size_t len)
{
    if (len > ATTACK_WORD_MAX)
        return;
    s->class = (uint8_t)attack_lexicon_find(folded, len);
    if ((s->shape & SIGN_MIXED) != 0 && s->class == AC_NONE) {
        s->class = (uint8_t)find_leet(folded, len);
        s->shape |= s->class != AC_NONE ? SIGN_LEET : 0;
    }
}

/* The same constant in each of eight bytes. */
#define EACH(byte) (0x0101010101010101u * (byte))

/* Bit 7 of each byte from `first` to `last`, both ASCII, of eight that are all below 0x80. */
static inline uint64_t between(uint64_t eight, unsigned first, unsigned last)
{
    return (eight + EACH(0x80 - first)) & ~(eight + EACH(0x7F - last)) & EACH(0x80);
}

/* A word of three times eight bytes with a digit or a capital: bit 7 of each such byte, those of
 * the second eight bytes moved by one, of the third by two. */
static void shape(struct attack_sign *s, uint64_t digits, uint64_t capitals,
                  const uint64_t folded[3])
{
    uint64_t all = (folded[0] << 2 & EACH(0x80)) | (folded[1] << 2 & EACH(0x80)) >> 1 |
                   (folded[2] << 2 & EACH(0x80)) >> 2;
    uint64_t more = capitals & (capitals - 1);
    if (digits == all) {
        s->class = AC_NUMBER;
        return;
    }
    s->shape = (capitals | digits) == all && (more & (more - 1)) != 0 ? SIGN_SHOUT : 0;
    s->shape |= digits != 0 ? SIGN_MIXED : 0;
}

enum { PLAIN = 32 };

/* The length of a word of at most 23 ASCII letters and digits, from whose begin on at least PLAIN
 * bytes may be read; 0: it is another. Eight bytes at a time. */
static inline size_t take_plain_word(const char *at, struct attack_sign *s)
{
    uint64_t GW_UNSET part[4];
    uint64_t digits = 0, capitals = 0, other = 0;
    size_t len = 0;
    part[1] = part[2] = part[3] = 0;
    for (unsigned i = 0; i < 3 && other == 0; i++) {
        uint64_t x, letter, digit, kept;
        memcpy(&x, at + len, sizeof x);
        part[i] = x | EACH(0x20);
        letter = between(part[i] & EACH(0x7F), 'a', 'z');
        digit = between(x & EACH(0x7F), '0', '9');
        other = ((letter | digit) & ~x) ^ EACH(0x80);
        kept = other == 0 ? UINT64_MAX : (other & -other) / 0x80 - 1;
        part[i] &= kept;
        digits |= (digit & kept) >> i;
        capitals |= (~x << 2 & letter & kept) >> i;
        len += other == 0 ? 8 : (size_t)__builtin_ctzll(other) / 8;
    }
    if (len == 3 * sizeof part[0] || (unsigned char)at[len] >= 0x80 || at[len] == '\'' ||
        at[len] == '_')
        return 0;
    s->len = (uint16_t)len;
    s->hash = hash_of(part[0], part[1], part[2]);
    if ((digits | capitals) != 0)
        shape(s, digits, capitals, part);
    if (s->class != AC_NUMBER)
        find_word(s, (const char *)part, len);
    return len;
}

static size_t take_word(struct slice text, size_t at, struct attack_sign *s)
{
    struct word w;
    size_t end = read_word(&w, text, at);
    bool parts = end < text.len && end > at && text.at[end] == '\'' &&
                 (kind_at(text, end + 1) == L || kind_at(text, end + 1) == H);
    s->len = (uint16_t)(end - at < UINT16_MAX ? end - at : UINT16_MAX);
    uint64_t GW_UNSET part[3];
    memcpy(part, w.folded, sizeof part);
    s->hash = hash_of(part[0], part[1], part[2]);
    end += parts ? 1 : 0; /* the apostrophe between two words is no quote */
    if (w.letters == 0) {
        s->class = AC_NUMBER;
        return end;
    }
    if (w.capitals >= 3 && w.capitals == w.letters)
        s->shape |= SIGN_SHOUT;
    s->shape |= w.digits > 0 ? SIGN_MIXED : 0;
    find_word(s, w.folded, w.len);
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

/* The sign at `at`, and where it ends. Its class AC_COUNT: nothing. Apart, so that the reader of
 * plain words stays small. */
static __attribute__((noinline)) size_t take_sign(struct slice text, size_t at,
                                                  struct attack_sign *s)
{
    size_t end;
    switch (kinds[(unsigned char)text.at[at]]) {
    case L:
    case D:
    case H:
        end = take_word(text, at, s);
        return end == at ? take_other(text, at, s) : end;
    case N:
        for (end = at; kind_at(text, end) == N || kind_at(text, end) == B;)
            end++;
        s->class = AC_LINE;
        return end;
    case M:
        return take_mark(text, at, s);
    default:
        s->class = AC_COUNT;
        return at + 1;
    }
}

size_t attack_signs_read(struct attack_signs *r, size_t to, struct attack_sign *out, size_t room)
{
    struct slice text = r->text;
    struct attack_sign *s = out, *end = out + room;
    size_t at = r->at, plain = text.len < PLAIN ? 0 : text.len - PLAIN;
    to = to < text.len ? to : text.len;
    while (at < to && s < end) {
        uint8_t kind = kinds[(unsigned char)text.at[at]];
        if (kind == B || kind == O) {
            at++;
            continue;
        }
        *s = (struct attack_sign){.at = (uint32_t)at, .len = 1};
        size_t len = kind <= D && at < plain ? take_plain_word(text.at + at, s) : 0;
        at = len > 0 ? at + len : take_sign(text, at, s);
        s += s->class != AC_COUNT;
    }
    r->at = at;
    return (size_t)(s - out);
}
