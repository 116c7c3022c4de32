/* redact/attack_signs.c - see attack_signs.h. */
#include "proxy/base/base.h"
#include "redact/attack_signs.h"
#include "proxy/base/bytes.h"
#include "proxy/base/utf8.h"

/* What a byte is, a bit for each; those that are looked for many bytes at a time come first. */
enum { WORD, START, DIGIT, CAPITAL, BLANK, LOOKS };
enum {
    L = BYTES_CLASS(WORD) | BYTES_CLASS(START), /* letter */
    D = L | BYTES_CLASS(DIGIT),
    C = L | BYTES_CLASS(CAPITAL),
    M = BYTES_CLASS(START), /* mark */
    B = BYTES_CLASS(BLANK),
    N = B | M, /* line end */
    H = 1      /* beyond ASCII: starts a sign too */
};
/* clang-format off */
static const struct bytes_classes looks = {
    .row = {
        {0, 0, 0, 0, 0, 0, 0, 0, 0, B, N, 0, 0, B, 0, 0},
        {0},
        {B, M, M, M, M, 0, 0, M, 0, 0, M, M, 0, M, M, M},
        {D, D, D, D, D, D, D, D, D, D, M, M, M, M, 0, M},
        {M, C, C, C, C, C, C, C, C, C, C, C, C, C, C, C},
        {C, C, C, C, C, C, C, C, C, C, C, M, 0, 0, 0, C},
        {M, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L},
        {L, L, L, L, L, L, L, L, L, L, L, M, M, 0, M, 0},
    },
    .rows = 0xFD,
    .high = BYTES_CLASS(START),
    .count = LOOKS,
};
/* 0: no mark. ODD: what it is depends on what stands around it. AC_COUNT: it says nothing. */
enum { ODD = 0x80 };
static const uint8_t marks[256] = {
    ['"'] = AC_QUOTE, ['\''] = AC_QUOTE, [':'] = AC_COLON, ['!'] = AC_EXCLAIM | ODD, ['?'] = AC_ASK,
    ['<'] = AC_ANGLE, ['['] = AC_SQUARE, ['{'] = AC_CURLY, ['`'] = AC_TICK, ['|'] = AC_PIPE | ODD,
    [';'] = AC_CODE, ['='] = AC_CODE, ['/'] = AC_SLASH, ['.'] = AC_STOPMARK | ODD, ['-'] = AC_DASH,
    ['$'] = AC_COUNT | ODD, ['+'] = AC_COUNT | ODD, ['#'] = AC_COUNT, ['*'] = AC_COUNT,
    ['@'] = AC_COUNT, ['~'] = AC_COUNT,
};
/* What may belong to the word that it stands behind: letters, digits, apostrophes, all beyond ASCII. */
static const uint8_t goes_on[256] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0,
    0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1,
    0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
};
/* What the length of a word tells, from none to ATTACK_WORD_MAX, and its last byte does not deny. */
#define LONG SIGN_LONG
#define CODE SIGN_CODE
static const uint8_t by_length[ATTACK_WORD_MAX + 1] = {
    0, SIGN_SINGLE, CODE, CODE, CODE, CODE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG,
};
/* A code ends with a digit in base sixteen. */
#define O ((uint8_t)~SIGN_CODE)
#define A UINT8_MAX
static const uint8_t by_last[256] = {
    O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O,
    O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, A, A, A, A, A, A, A, A, A, A, O, O, O, O, O, O,
    O, A, A, A, A, A, A, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O,
    O, A, A, A, A, A, A, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O,
    O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O,
    O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O,
    O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O,
    O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O,
};
/* clang-format on */
/* A word while it is read: folded, with 0 behind it. */
struct word {
    char folded[ATTACK_WORD_MAX + 16];
    size_t len; /* of folded; more than ATTACK_WORD_MAX: too long to be known */
    size_t letters, digits, capitals;
};

static inline unsigned kind_of(char c)
{
    const uint8_t *all = (const uint8_t *)looks.row;
    return (unsigned char)c < 0x80 ? all[(unsigned char)c] : (unsigned)H;
}

/* Nothing stands behind the end. */
static unsigned kind_at(struct slice text, size_t at)
{
    return at < text.len ? kind_of(text.at[at]) : 0;
}

static inline bool is_letter(unsigned kind)
{
    return (kind & D) == L;
}

/* Of which words are made that are no number. */
static inline bool is_wordy(unsigned kind)
{
    return kind == H || is_letter(kind);
}

/* A script that writes no blanks between words: from U+3000 on, up to Hangul's end. */
static bool is_dense(uint32_t point)
{
    return point >= 0x3000 && point < 0xD7B0;
}

/* Marks of other scripts that count as ASCII ones. */
static __attribute__((noinline)) unsigned find_mark(uint32_t point)
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

static inline unsigned mark_of(uint32_t point)
{
    bool has_none = point > 0x3010 && point < 0xFF01; /* most of those that write no blanks */
    return has_none ? (unsigned)AC_COUNT : find_mark(point);
}

/* What is no letter, beyond ASCII: pictures, arrows, marks. */
static bool is_odd(uint32_t point)
{
    return (point >= 0x2000 && point < 0x2E80) || point >= 0x1F000 ||
           (point >= 0xFE00 && point < 0xFE10) || (point >= 0xE000 && point < 0xF900) ||
           point < 0xAA;
}

/* The letters of Europe beyond ASCII lie between the first two of these; between the last two those
 * of other scripts that part words by blanks, and four marks. */
enum { EUROPE = 0xC0, EUROPE_END = 0x530, LETTERS_END = 0x2000 };
static_assert((int)EUROPE_END == (int)ATTACK_FOLDS, "all of them fold");

/* Of a script that parts words by blanks. */
static inline bool is_spaced_letter(uint32_t point)
{
    if (point >= EUROPE && point < LETTERS_END)
        return point < EUROPE_END ||
               (point != 0x060C && point != 0x061F && point != 0x06D4 && point != 0x0964);
    return !is_dense(point) && !is_odd(point) && mark_of(point) == AC_COUNT;
}

/* The bytes of a character, the first one lowest; *n: how many. */
static inline uint32_t bytes_of(uint32_t point, size_t *n)
{
    char utf8[4] = {0};
    uint32_t bytes;
    *n = point < 0x80 ? 1 : 2;
    if (point < 0x80)
        return point;
    if (point < 0x800)
        return 0x80C0u | point >> 6 | (point & 0x3F) << 8;
    *n = utf8_write(point, utf8);
    memcpy(&bytes, utf8, sizeof bytes);
    return bytes;
}

/* Takes letters beyond ASCII into the word; where they end. */
static size_t take_high(struct word *w, struct slice text, size_t at)
{
    size_t len = w->len, letters = 0, capitals = 0;
    uint32_t point;
    for (size_t n, m; at < text.len && (unsigned char)text.at[at] >= 0x80; at += n) {
        n = utf8_read_at(text, at, &point);
        if (n == 0 || !is_spaced_letter(point))
            break;
        uint32_t folded = attack_lexicon_fold(point), bytes = bytes_of(folded, &m);
        if (len < ATTACK_WORD_MAX)
            memcpy(w->folded + len, &bytes, sizeof bytes); /* the rest is 0 */
        len += m;
        letters++;
        capitals += folded != point;
    }
    w->len = len;
    w->letters += letters;
    w->capitals += capitals;
    return at;
}

/* "don't" is one word, "l'instruction" two. */
static bool joins(const struct word *w, struct slice text, size_t at)
{
    return text.at[at] == '\'' && is_wordy(kind_at(text, at + 1)) && w->len >= 2 &&
           !(w->len == 2 && w->folded[0] == 'q');
}

/* The ASCII letters and digits from `at` on; where they end. */
static size_t take_ascii(struct word *w, struct slice text, size_t at)
{
    size_t len = w->len, digits = 0, capitals = 0, from = at;
    for (; at < text.len; at++) {
        unsigned kind = kind_of(text.at[at]);
        if ((kind & BYTES_CLASS(WORD)) == 0)
            break;
        digits += kind == D;
        capitals += kind == C;
        if (len < ATTACK_WORD_MAX)
            w->folded[len] = (char)(text.at[at] | 0x20);
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
        size_t from = at;
        at = take_high(w, text, take_ascii(w, text, at));
        if (at < text.len && joins(w, text, at))
            at++;
        if (at == from || at >= text.len)
            return at;
    }
}

/* "1gn0r3": digits that stand for letters. A one stands for either of two. */
static __attribute__((noinline)) unsigned find_leet(const char *folded, size_t len)
{
    static const char letters[2][16] = {"oizeasgtbg", "olzeasgtbg"};
    char plain[ATTACK_WORD_MAX + 16] = {0};
    unsigned class = AC_NONE, ones = 1;
    for (unsigned one = 0; one < 2 && class == AC_NONE && ones != 0; one++) {
        ones = 0;
        for (size_t i = 0; i < len; i++) {
            unsigned c = (unsigned char)folded[i], digit = c - '0';
            unsigned is_digit = -(unsigned)(digit < 10);
            unsigned letter = (unsigned char)letters[one][digit % 16];
            plain[i] = (char)((letter & is_digit) | (c & ~is_digit));
            ones |= digit == 1;
        }
        class = attack_lexicon_find(plain, len);
    }
    return class;
}

static void put_leet(struct attack_sign *s, const char *folded, size_t len)
{
    s->class = (uint8_t)find_leet(folded, len);
    s->shape |= s->class != AC_NONE ? SIGN_LEET : 0;
}

/* A folded word's class. */
static void find_word(struct attack_sign *s, const char *folded, size_t len)
{
    if (len > ATTACK_WORD_MAX || s->class == AC_NUMBER)
        return;
    s->class = (uint8_t)attack_lexicon_find(folded, len);
    if ((s->shape & SIGN_MIXED) != 0 && s->class == AC_NONE)
        put_leet(s, folded, len);
}

/* What the length of a word and its last byte tell. */
static inline uint8_t shape_of(size_t len, char last)
{
    return by_length[len] & by_last[(unsigned char)last];
}

static void put_number(struct attack_sign *s)
{
    size_t len = s->end - s->at;
    s->class = AC_NUMBER;
    s->shape |= len >= 2 && len <= 8 ? SIGN_CODE : 0;
}

static size_t take_word(struct slice text, size_t at, struct attack_sign *s)
{
    struct word w;
    size_t end = read_word(&w, text, at);
    bool parts =
        end < text.len && end > at && text.at[end] == '\'' && is_wordy(kind_at(text, end + 1));
    s->end = (uint32_t)end;
    uint64_t GW_UNSET part[3];
    memcpy(part, w.folded, sizeof part);
    s->hash = attack_word_hash(part[0], part[1], part[2]);
    end += parts ? 1 : 0; /* the apostrophe between two words is no quote */
    if (s->end > at)
        s->shape = shape_of(s->end - at < ATTACK_WORD_MAX ? s->end - at : ATTACK_WORD_MAX,
                            text.at[s->end - 1]);
    if (w.letters == 0) {
        put_number(s);
        return end;
    }
    if (w.capitals >= 3 && w.capitals == w.letters)
        s->shape |= SIGN_SHOUT;
    s->shape |= w.digits > 0 ? SIGN_MIXED : 0;
    s->shape |= w.letters == 1 && w.digits == 0 ? SIGN_SINGLE : 0;
    find_word(s, w.folded, w.len);
    return end;
}

/* What is no word: a mark, a picture. Its class AC_COUNT: nothing. */
static size_t take_other(struct slice text, size_t at, struct attack_sign *s)
{
    uint32_t point = 0;
    size_t n = utf8_read_at(text, at, &point);
    *s = (struct attack_sign){.at = s->at, .end = s->at, .class = AC_COUNT};
    if (n == 0)
        return at + 1;
    unsigned mark = mark_of(point);
    s->class = mark == AC_COUNT ? AC_ODD : mark == AC_NONE ? AC_COUNT : (uint8_t)mark;
    return at + n;
}

/* A word, or a character, of a script that writes no blanks. */
static size_t take_dense(struct slice text, size_t at, uint32_t point, struct attack_sign *s)
{
    enum { POINT = 3 };
    size_t len = 0;
    uint32_t head = 0;
    memcpy(&head, text.at + at, POINT);
    if (attack_lexicon_may_stem(head))
        s->class = (uint8_t)attack_lexicon_longest(slice_from(text, at), &len);
    len = s->class != AC_NONE ? len : POINT;
    s->end = (uint32_t)(at + len);
    s->hash = point * 0x9E3779B1u;
    bool alone = at == 0 || goes_on[(unsigned char)text.at[at - 1]] == 0;
    alone = alone && (at + len == text.len || goes_on[(unsigned char)text.at[at + len]] == 0);
    s->shape |= alone && len == POINT ? SIGN_SINGLE : 0;
    return at + len;
}

/* Letters without blanks between them, as far as `stop`; where they end. */
static __attribute__((noinline)) size_t take_dense_row(struct slice text, size_t at, size_t stop,
                                                       struct attack_sign **out)
{
    enum { FIRST = 0x3011, END = 0xD7B0 }; /* all of them are letters, and none a mark */
    struct attack_sign *s = *out;
    for (; at < stop && text.len - at >= 3; s++) {
        const unsigned char *p = (const unsigned char *)text.at + at;
        uint32_t point = (p[0] & 0xFu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
        bool is_whole = p[0] >> 4 == 0xE && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80;
        if (!is_whole || point < FIRST || point >= END)
            break;
        *s = (struct attack_sign){.at = (uint32_t)at};
        at = take_dense(text, at, point, s);
    }
    *out = s;
    return at;
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
    return end == at + 1 && at > 0 && is_letter(kind_at(text, at - 1)) &&
           is_letter(kind_at(text, end)) && (c == '$' || c == '+' || c == '|' || c == '!');
}

static size_t take_mark(struct slice text, size_t at, struct attack_sign *s)
{
    char c = text.at[at];
    size_t end = at + 1;
    while (end < text.len && text.at[end] == c)
        end++;
    unsigned next = kind_at(text, end), class = marks[(unsigned char)c] & ~(unsigned)ODD;
    bool ends = end == text.len || next == B || next == N || next == M;
    s->end = (uint32_t)end;
    s->class = (uint8_t) class;
    if (is_glue(text, at, end))
        s->class = AC_GLUE;
    else if (draws(c) && end - at >= (c == '#' ? 2 : 3))
        s->class = AC_RULER;
    else if (c == '.' && !ends)
        s->class = AC_COUNT;
    return end;
}

static size_t take_line(struct slice text, size_t at, struct attack_sign *s)
{
    while ((kind_at(text, at) & B) != 0)
        at++;
    s->class = AC_LINE;
    return at;
}

/* The sign at `at`, and where it ends. Its class AC_COUNT: nothing. Apart, so that the reader of
 * plain words stays small. */
static __attribute__((noinline)) size_t take_sign(struct slice text, size_t at,
                                                  struct attack_sign *s)
{
    unsigned kind = kind_of(text.at[at]);
    uint32_t point;
    *s = (struct attack_sign){.at = (uint32_t)at, .end = (uint32_t)at + 1};
    if (kind == N)
        return take_line(text, at, s);
    if (kind == M)
        return take_mark(text, at, s);
    if (kind == H && utf8_read_at(text, at, &point) != 0 && is_dense(point) &&
        mark_of(point) == AC_COUNT)
        return take_dense(text, at, point, s);
    size_t end = take_word(text, at, s);
    return end == at ? take_other(text, at, s) : end;
}

/* What is read of a text at once: its bytes, with room behind them, and what they are. */
enum { STRETCH_BLOCKS = 8, STRETCH = STRETCH_BLOCKS * BYTES_BLOCK, ROOM = 32 };
static_assert(STRETCH + ROOM <= ATTACK_SIGNS && ROOM >= ATTACK_WORD_MAX + 1, "there is room");
struct stretch {
    size_t from, to;
    const char *at;                                /* `from` of the text */
    struct bytes_block blocks[STRETCH_BLOCKS + 2]; /* behind the last one: no words */
    char last[STRETCH + 2 * ROOM];                 /* where the text ends: a copy */
};

static void look(struct stretch *h, struct slice text, size_t at)
{
    size_t left = text.len - at;
    bool is_last = left <= STRETCH + ROOM;
    size_t len = is_last ? left : STRETCH;
    if (is_last) {
        memcpy(h->last, text.at + at, left);
        memset(h->last + left, 0, ROOM);
    }
    h->from = at;
    h->to = at + len;
    h->at = is_last ? h->last : text.at + at;
    bytes_classify(slice_of(text.at + at, len), &looks, h->blocks);
    h->blocks[(len + BYTES_BLOCK - 1) / BYTES_BLOCK].in[WORD] = 0;
}

/* The same byte in each of eight. */
#define EACH(byte) (0x0101010101010101u * (byte))
/* The first n of eight bytes, from 0 on; all of them behind. */
#define FIRST(n) (1ull << 8 * (n)) - 1
static const uint64_t first_bytes[ATTACK_WORD_MAX + 1] = {
    FIRST(0),   FIRST(1),   FIRST(2),   FIRST(3),   FIRST(4),   FIRST(5),   FIRST(6),
    FIRST(7),   UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX,
    UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX,
    UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX};

/* Bits from i of block b on, those of the next block behind them. */
static inline uint64_t bits_from(const struct bytes_block *b, unsigned class, unsigned i)
{
    return b[0].in[class] >> i | b[1].in[class] << 1 << (63 - i);
}

/* What a word looks like that has digits or capitals, from bit i of b on. */
static void see_shape(struct attack_sign *s, const struct bytes_block *b, unsigned i)
{
    uint64_t whole = (1ull << (s->end - s->at)) - 1, digits = bits_from(b, DIGIT, i) & whole;
    uint64_t capitals = bits_from(b, CAPITAL, i) & whole, more = capitals & (capitals - 1);
    if (digits == whole) {
        put_number(s);
        return;
    }
    s->shape |= (capitals | digits) == whole && (more & (more - 1)) != 0 ? SIGN_SHOUT : 0;
    s->shape |= digits != 0 ? SIGN_MIXED : 0;
}

/* How long the word is that bit i of b begins, as far as ATTACK_WORD_MAX. */
static inline size_t word_length(const struct bytes_block *b, unsigned i)
{
    uint64_t stop = 1ull << ATTACK_WORD_MAX;
    uint64_t len = (uint64_t)__builtin_ctzll(~(b->in[WORD] >> i) | stop);
    return i + len < BYTES_BLOCK ? len : (uint64_t)__builtin_ctzll(~bits_from(b, WORD, i) | stop);
}

/* Eight bytes of a word folded, of which the first so many are kept; *odd: those with a digit or a
 * capital. */
static inline uint64_t fold_eight(const char *at, size_t kept, uint64_t *odd)
{
    uint64_t x, keep = first_bytes[kept];
    memcpy(&x, at, sizeof x);
    *odd |= ~x & keep;
    return (x | EACH(0x20)) & keep;
}

/* A word of more than eight bytes folded, of which the first eight are `a`; its odd bytes. */
static inline uint64_t fold_more(const char *at, size_t len, uint64_t a, uint64_t part[3])
{
    uint64_t odd = 0;
    part[0] = a;
    part[1] = len > 8 ? fold_eight(at + 8, len - 8, &odd) : 0;
    part[2] = len > 16 ? fold_eight(at + 16, len - 16, &odd) : 0;
    return odd;
}

static __attribute__((noinline)) uint64_t take_long_word(const char *at, uint64_t a,
                                                         struct attack_sign *s)
{
    uint64_t part[3], odd = fold_more(at, s->end - s->at, a, part);
    s->hash = attack_word_hash(part[0], part[1], part[2]);
    s->class = (uint8_t)attack_lexicon_long(s->hash, part);
    return odd;
}

static __attribute__((noinline)) void find_stem(const char *at, uint64_t a, struct attack_sign *s)
{
    uint64_t part[3];
    (void)fold_more(at, s->end - s->at, a, part);
    s->class = (uint8_t)attack_lexicon_stem((const char *)part, s->end - s->at);
}

/* What digits and capitals change: the shape, the class where there are none but digits, and that
 * digits may stand for letters in a word that is not known. */
static __attribute__((noinline)) void take_odd(const char *at, uint64_t a,
                                               const struct bytes_block *block, unsigned i,
                                               struct attack_sign *s)
{
    uint64_t part[3];
    see_shape(s, block, i);
    if ((s->shape & SIGN_MIXED) == 0 || s->class != AC_NONE)
        return;
    (void)fold_more(at, s->end - s->at, a, part);
    put_leet(s, (const char *)part, s->end - s->at);
}

/* The word at `at`, `len` bytes long and bit i of b, which ASCII letters and digits are all of. */
static inline void take_plain_word(const char *at, size_t len, const struct bytes_block *block,
                                   unsigned i, struct attack_sign *s)
{
    uint64_t odd = 0, a = fold_eight(at, len, &odd);
    s->end = s->at + (uint32_t)len;
    s->shape = shape_of(len, at[len - 1]);
    if (len > 8) {
        odd |= take_long_word(at, a, s);
    } else {
        s->hash = attack_word_hash(a, 0, 0);
        s->class = (uint8_t)attack_lexicon_short(s->hash, a);
    }
    if ((s->class == AC_NONE) & attack_lexicon_may_stem((uint32_t)a))
        find_stem(at, a, s);
    if ((odd & (EACH(0x60) - 0x20)) != 0) /* digits have no 0x40; capitals no 0x20: one may begin */
        take_odd(at, a, block, i, s);
}

/* The class of a mark that stands alone; 0: take_sign() knows. Behind the text stands a 0. */
static inline unsigned plain_mark(const char *at)
{
    unsigned mark = marks[(unsigned char)at[0]], next;
    if (at[0] == at[1])
        return 0;
    if ((mark & ODD) == 0)
        return mark;
    next = kind_of(at[1]);
    if (at[0] != '.')
        return is_letter(next) ? 0 : mark & ~(unsigned)ODD;
    if (at[1] == 0)
        return 0;
    return next == B || next == N || next == M ? AC_STOPMARK : AC_COUNT;
}

static inline void put_mark(struct attack_sign *s, unsigned class)
{
    s->end = s->at + 1;
    s->hash = 0;
    s->class = (uint8_t) class;
    s->shape = 0;
}

/* Where the blanks and line ends behind bit i of b end; BYTES_BLOCK: not in this block. */
static inline size_t line_end(const struct bytes_block *b, unsigned i)
{
    uint64_t others = ~(b->in[BLANK] >> i) << i;
    return others == 0 ? BYTES_BLOCK : (size_t)__builtin_ctzll(others);
}

/* The signs that begin from r->at on in its block of the stretch; there is room for all. */
static struct attack_sign *read_block(struct attack_signs *r, const struct stretch *h,
                                      struct attack_sign *s)
{
    const struct bytes_block *b = &h->blocks[(r->at - h->from) / BYTES_BLOCK];
    size_t base = r->at - (r->at - h->from) % BYTES_BLOCK, end = r->at - base;
    const char *text = h->at + (base - h->from);
    uint64_t rest = UINT64_MAX << end, words = b->in[WORD];
    uint64_t starts = b->in[START] & rest & (~(words & words << 1) | (rest & -rest));
    while (starts != 0) {
        unsigned i = (unsigned)__builtin_ctzll(starts), mark;
        starts &= starts - 1;
        s->at = (uint32_t)(base + i);
        if ((words >> i & 1) != 0) {
            size_t len = word_length(b, i);
            end = i + len;
            if (goes_on[(unsigned char)text[end]] == 0) {
                take_plain_word(text + i, len, b, i, s++);
                continue;
            }
        } else if ((mark = plain_mark(text + i)) != 0) {
            put_mark(s, mark);
            s += mark != AC_COUNT;
            continue;
        } else if ((b->in[BLANK] >> i & 1) != 0 && (end = line_end(b, i)) < BYTES_BLOCK) {
            put_mark(s++, AC_LINE);
            starts &= UINT64_MAX << end;
            continue;
        }
        end = i;
        if ((unsigned char)text[i] >= 0xE3)
            end = take_dense_row(r->text, base + i, base + BYTES_BLOCK, &s) - base;
        if (end == i) {
            end = take_sign(r->text, base + i, s) - base;
            s += s->class != AC_COUNT;
        }
        rest = end < BYTES_BLOCK ? UINT64_MAX << end : 0;
        starts = (starts | (b->in[START] & (rest & -rest))) & rest;
    }
    end += base;
    size_t next = base + BYTES_BLOCK < h->to ? base + BYTES_BLOCK : h->to;
    r->at = end > next ? end : next;
    return s;
}

size_t attack_signs_read(struct attack_signs *r, struct attack_sign out[ATTACK_SIGNS])
{
    struct stretch GW_UNSET h;
    struct attack_sign *s = out;
    while (s == out && r->at < r->text.len)
        for (look(&h, r->text, r->at); r->at < h.to;)
            s = read_block(r, &h, s);
    return (size_t)(s - out);
}
