/* redact/attack_views.c - see attack_views.h. */
#include "proxy/base/base.h"
#include "redact/attack_views.h"
#include "proxy/base/bytes.h"
#include "proxy/base/utf8.h"

struct writer {
    char *out;
    size_t len, room;
};

static void put(struct writer *w, char c)
{
    if (w->len < w->room)
        w->out[w->len++] = c;
}

static void put_all(struct writer *w, struct slice s)
{
    size_t n = s.len < w->room - w->len ? s.len : w->room - w->len;
    memcpy(w->out + w->len, s.at, n);
    w->len += n;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char at(struct slice s, size_t i)
{
    return i < s.len ? s.at[i] : 0;
}

static inline int hex_value(char c)
{
    unsigned digit = (unsigned)(unsigned char)c - '0', letter = (unsigned)(c | 0x20) - 'a';
    return digit < 10 ? (int)digit : letter < 6 ? (int)letter + 10 : -1;
}

const char *attack_view_name(unsigned view)
{
#define X(id, word) word,
    static const char *const names[] = {"plain", ATTACK_VIEWS_TABLE(X)};
#undef X
    return view < VIEW_COUNT ? names[view] : "?";
}

/* The first eight letters of a long word, read as base64, give plain text. */
static bool begins_encoded(struct slice s)
{
    uint32_t bits = 0;
    for (size_t i = 0; i < 8; i++) {
        int v = bytes_base64(s.at[i]);
        bits = bits << 6 | (uint32_t)v;
        char c = (char)(bits >> (6 - 2 * (i % 4)) & 0xFF);
        if (v < 0 || (i % 4 != 0 && (c < 0x20 || c == 0x7F) && c != '\n'))
            return false;
    }
    return true;
}

/* One in the byte of a hint. */
#define ONE(hint) (1ull << 8 * HINT_##hint)
static_assert(HINTS == sizeof(uint64_t), "a byte for each hint");

static const uint64_t by_class[AC_COUNT] = {
#define X(name) \
    [AC_##name] = ONE(WORDS) + (AC_##name == AC_ROT) * ONE(ROT) + (AC_##name == AC_REV) * ONE(REV),
    [AC_NONE] = ONE(WORDS),
    ATTACK_CLASSES(X)
#undef X
        [AC_NUMBER] = ONE(WORDS),
    [AC_STOPMARK] = ONE(DASHES),
    [AC_DASH] = ONE(DASHES),
    [AC_GLUE] = ONE(GLUE),
};

/* By what of a sign's shape counts: SIGN_MIXED is the lowest bit. */
#define BY_SHAPE(k) \
    (((k)&1) * ONE(MIXED) + ((k) >> 1 & 1) * ONE(SINGLES) + ((k) >> 2 & 1) * ONE(CODES))
static const uint64_t by_shape[8] = {0,           BY_SHAPE(1), BY_SHAPE(2), BY_SHAPE(3),
                                     BY_SHAPE(4), BY_SHAPE(5), BY_SHAPE(6), BY_SHAPE(7)};
static_assert(SIGN_SINGLE == 2 * SIGN_MIXED && SIGN_CODE == 4 * SIGN_MIXED, "in this order");

/* Fewer than 256 signs. */
static void add_some(struct attack_hints *h, struct slice text, const struct attack_sign *s,
                     const struct attack_sign *stop)
{
    uint64_t some = 0;
    uint8_t shapes = 0;
#pragma GCC unroll 2
    for (const struct attack_sign *i = s; i < stop; i++) {
        shapes |= i->shape;
        some += by_class[i->class] + by_shape[i->shape / SIGN_MIXED % GW_COUNT(by_shape)];
    }
    for (; shapes >= SIGN_LONG && s < stop; s++)
        if (s->shape >= SIGN_LONG)
            h->runs += begins_encoded(slice_from(text, s->at));
    h->shapes |= shapes;
    for (unsigned i = 0; i < HINTS; i++)
        h->of[i] += (uint8_t)(some >> 8 * i);
}

void attack_hints_add(struct attack_hints *h, struct slice text, const struct attack_sign *signs,
                      size_t n)
{
    for (size_t i = 0, some; i < n; i += some) {
        some = n - i < UINT8_MAX ? n - i : UINT8_MAX;
        add_some(h, text, signs + i, signs + i + some);
    }
}

/* The bytes of the mark that ends sentences at the begin of s; 0: there is none. The others are
 * those of Chinese, Hindi and Arabic. */
static size_t stop_width(struct slice s)
{
    static const char *const stops[] = {".", "!", "?", "\xE3\x80\x82", "\xE0\xA5\xA4", "\xD8\x9F"};
    for (size_t i = 0; i < GW_COUNT(stops); i++) {
        size_t len = strlen(stops[i]);
        if (s.len > len && memcmp(s.at, stops[i], len) == 0)
            return len;
    }
    return 0;
}

static bool is_small(char c)
{
    return c >= 'a' && c <= 'z';
}

/* The last word is small letters and a capital behind them: "erongI". Base64 has no such words. */
static bool ends_with_capital(struct slice s)
{
    size_t i = s.len - 1;
    if (s.at[i] < 'A' || s.at[i] > 'Z')
        return false;
    while (i > 0 && is_small(s.at[i - 1]))
        i--;
    return i == 0 || s.at[i - 1] == ' ' || s.at[i - 1] == '\n';
}

/* The same in Cyrillic, two letters of it. */
static bool ends_with_cyrillic_capital(struct slice s)
{
    const unsigned char *p = (const unsigned char *)s.at + s.len - 4;
    bool small = p[0] == 0xD1 || (p[0] == 0xD0 && p[1] >= 0xB0);
    return small && p[2] == 0xD0 && p[3] >= 0x90 && p[3] < 0xB0;
}

bool attack_looks_backwards(struct slice text)
{
    while (text.len > 0 && (unsigned char)text.at[0] <= ' ')
        text = slice_from(text, 1);
    while (text.len > 0 && (unsigned char)text.at[text.len - 1] <= ' ')
        text.len--;
    if (text.len < 8)
        return false;
    char next = text.at[stop_width(text)];
    bool stops = stop_width(text) > 0 && (is_letter(next) || (unsigned char)next >= 0x80);
    return stops || ends_with_capital(text) || ends_with_cyrillic_capital(text);
}

/* Without a branch each: there is nothing to guess. */
uint32_t attack_views_likely(const struct attack_hints *h)
{
    const uint32_t *of = h->of, words = of[HINT_WORDS];
    const uint32_t leets = of[HINT_MIXED] + of[HINT_GLUE];
    uint32_t out = 0;
    out |= (uint32_t)((of[HINT_ROT] >= 2) & (of[HINT_ROT] * 12 >= words)) << VIEW_ROT13;
    bool backwards = ((of[HINT_REV] >= 2) & (of[HINT_REV] * 12 >= words)) | h->backwards;
    out |= (uint32_t)backwards << VIEW_REVERSED;
    out |= (uint32_t)((of[HINT_SINGLES] >= 8) & (of[HINT_SINGLES] * 3 >= words)) << VIEW_SPREAD;
    out |= (uint32_t)((of[HINT_CODES] >= 8) & (of[HINT_CODES] * 2 >= words)) << VIEW_CODES;
    out |= (uint32_t)((of[HINT_DASHES] >= 12) & (of[HINT_DASHES] >= words)) << VIEW_MORSE;
    /* ids have letters and digits too, but spell no word */
    bool spells = (of[HINT_GLUE] > 0) | ((h->shapes & SIGN_LEET) != 0);
    out |= (uint32_t)((leets >= 2) & (leets * 10 >= words) & spells) << VIEW_LEET;
    out |= (uint32_t)(h->runs > 0) << VIEW_BASE64;
    return out;
}

static void rot13(struct slice s, struct writer *w)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i], low = (char)(c | 0x20);
        put(w, !is_letter(c) ? c : low < 'n' ? (char)(c + 13) : (char)(c - 13));
    }
}

static void reversed(struct slice s, struct writer *w)
{
    size_t to = s.len < w->room ? s.len : w->room;
    for (size_t i = to; i > 0;) {
        size_t from = i - 1;
        while (from > 0 && i - from < 4 && utf8_is_tail(s.at[from]))
            from--;
        for (size_t k = from; k < i; k++)
            put(w, s.at[k]);
        i = from;
    }
}

/* Bytes of the character at i. */
static size_t width(struct slice s, size_t i)
{
    uint32_t point;
    size_t n = (unsigned char)s.at[i] < 0x80 ? 1 : utf8_read(slice_from(s, i), &point);
    return n == 0 ? 1 : n;
}

/* How many characters from i on are parted by `sep` (n bytes), which is no letter. */
static size_t count_spread(struct slice s, size_t i, const char *sep, size_t n)
{
    size_t count = 0;
    while (i < s.len) {
        count++;
        i += width(s, i);
        if (s.len - i < n + 1 || memcmp(s.at + i, sep, n) != 0)
            break;
        i += n;
    }
    return count;
}

static size_t find_separator(struct slice s, size_t i, const char **sep)
{
    size_t from = i + width(s, i);
    for (size_t n = 1; n <= 3 && from + n < s.len; n++) {
        char c = s.at[from + n - 1];
        if (is_letter(c) || is_digit(c) || (unsigned char)c >= 0x80)
            break;
        *sep = s.at + from;
        if (count_spread(s, i, *sep, n) >= 5)
            return n;
    }
    return 0;
}

static bool is_wordy(char c)
{
    return is_letter(c) || is_digit(c) || (unsigned char)c >= 0x80;
}

/* "i-g-n-o-r-e", "i  g  n  o  r  e", "\i\g\n\o\r\e" */
static void spread(struct slice s, struct writer *w)
{
    size_t from = 0;
    for (size_t i = 0, wide; i < s.len; i += wide) {
        char c = s.at[i];
        const char *sep = NULL;
        wide = width(s, i);
        if (!is_wordy(c) || is_digit(c) || (i + wide < s.len && is_wordy(s.at[i + wide])))
            continue;
        size_t n = find_separator(s, i, &sep);
        if (n == 0)
            continue;
        put_all(w, slice_cut(s, from, i));
        for (size_t count = count_spread(s, i, sep, n); count > 1; count--, i += wide + n) {
            wide = width(s, i);
            put_all(w, slice_cut(s, i, i + wide));
        }
        from = i;
        wide = width(s, i);
    }
    put_all(w, slice_from(s, from));
}

/* What stands in front of a code: "\\x", "0x", "\\u" or nothing. */
static size_t skip_lead(struct slice s, size_t i, bool *is_wide)
{
    bool escape = at(s, i) == '\\';
    *is_wide = escape && at(s, i + 1) == 'u';
    if (*is_wide)
        return i + 2;
    return (escape || at(s, i) == '0') && (at(s, i + 1) | 0x20) == 'x' ? i + 2 : i;
}

static bool is_between_codes(char c)
{
    return c == ' ' || c == ',' || c == ';' || c == '\n';
}

/* One code at *i: "\\x69", "0x69", "69", "105", "01101001"; 0: none. *i behind it. */
static char read_code(struct slice s, size_t *i, unsigned base)
{
    bool is_wide;
    size_t from = skip_lead(s, *i, &is_wide), n = 0;
    size_t most = base == 2 ? 8 : base == 10 ? 3 : is_wide ? 4 : 2;
    unsigned v = 0;
    for (int d; n < most && (d = hex_value(at(s, from + n))) >= 0 && (unsigned)d < base; n++)
        v = v * base + (unsigned)d;
    bool enough = base == 10 ? n >= 2 : n == most;
    if (!enough || (v != '\n' && v != '\t' && (v < 0x20 || v > 0x7E)))
        return 0;
    *i = from + n;
    while (is_between_codes(at(s, *i)))
        ++*i;
    return (char)v;
}

/* Rows of eight codes and more. */
static bool take_codes(struct slice s, size_t *i, unsigned base, struct writer *w)
{
    size_t end = *i, before = w->len, n = 0, letters = 0;
    for (char c; n < w->room && (c = read_code(s, &end, base)) != 0; n++) {
        letters += is_letter(c) || c == ' ' ? 1 : 0;
        put(w, c);
    }
    if (n < 8 || letters * 10 < n * 6) {
        w->len = before;
        return false;
    }
    *i = end;
    return true;
}

/* Codes of any base from i on; where they end, i: there are none. What cannot begin one is not
 * tried. */
static size_t take_any_codes(struct slice s, size_t i, struct writer *w)
{
    char c = s.at[i];
    size_t end = i;
    bool escape = c == '\\';
    if (((escape || c == '0' || c == '1') && take_codes(s, &end, 2, w)) ||
        take_codes(s, &end, 16, w) || ((escape || is_digit(c)) && take_codes(s, &end, 10, w)))
        return end;
    return i;
}

static void codes(struct slice s, struct writer *w)
{
    size_t from = 0, tries = 0;
    for (size_t i = 0; i < s.len && tries < 256; i++) {
        bool begins = i == 0 || !(is_letter(s.at[i - 1]) || is_digit(s.at[i - 1]));
        if (!begins || !(hex_value(s.at[i]) >= 0 || s.at[i] == '\\'))
            continue;
        tries++;
        put_all(w, slice_cut(s, from, i));
        from = take_any_codes(s, i, w);
        i = from > i ? from - 1 : i;
    }
    put_all(w, slice_from(s, from));
}

/* Dots and dashes of each letter as bits behind a leading 1. */
static void morse(struct slice s, struct writer *w)
{
    static const char letters[64] = {
        [2] = 'e',  [3] = 't',  [4] = 'i',  [5] = 'a',  [6] = 'n',  [7] = 'm',
        [8] = 's',  [9] = 'u',  [10] = 'r', [11] = 'w', [12] = 'd', [13] = 'k',
        [14] = 'g', [15] = 'o', [16] = 'h', [17] = 'v', [18] = 'f', [20] = 'l',
        [22] = 'p', [23] = 'j', [24] = 'b', [25] = 'x', [26] = 'c', [27] = 'y',
        [28] = 'z', [29] = 'q', [63] = '0', [47] = '1', [39] = '2', [35] = '3',
        [33] = '4', [32] = '5', [48] = '6', [56] = '7', [60] = '8', [62] = '9'};
    unsigned bits = 1, blanks = 0;
    for (size_t i = 0; i <= s.len; i++) {
        char c = at(s, i);
        if (c == '.' || c == '-') {
            bits = bits < 64 ? bits << 1 | (c == '-') : 64;
            blanks = 0;
            continue;
        }
        if (bits > 1 && bits < 64 && letters[bits] != 0)
            put(w, letters[bits]);
        bits = 1;
        blanks += c == ' ';
        if (c == '/' || c == '\n' || blanks == 3)
            put(w, ' ');
        else if (is_letter(c))
            put(w, c);
    }
}

/* What a byte is to leet: a letter, a sign for one, or the first byte of what may be both. */
enum { L = 1, S = 2, E = 4 };
/* clang-format off */
static const uint8_t leets[256] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, S, 0, 0, S, 0, 0, 0, S, 0, 0, S, 0, 0, 0, 0,
    S, S, S, S, S, S, S, S, S, S, 0, 0, 0, 0, 0, 0,
    S, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    L, L, L, L, L, L, L, L, L, L, L, 0, 0, 0, 0, 0,
    0, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    L, L, L, L, L, L, L, L, L, L, L, 0, S, 0, 0, 0,
    L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
    L, L, E, L, L, L, L, L, L, L, L, L, L, L, L, L,
    L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
};
/* clang-format on */
/* What a sign is drawn for. */
static const char leet_letters[128] = {
    ['0'] = 'o', ['1'] = 'i', ['2'] = 'z', ['3'] = 'e', ['4'] = 'a', ['5'] = 's',
    ['6'] = 'g', ['7'] = 't', ['8'] = 'b', ['9'] = 'g', ['@'] = 'a', ['$'] = 's',
    ['|'] = 'i', ['!'] = 'i', ['+'] = 't', ['('] = 'c',
};

static bool is_euro(struct slice s, size_t i)
{
    return s.len - i >= 3 && memcmp(s.at + i, "\xE2\x82\xAC", 3) == 0;
}

/* Which of both there are in a word that has an E. */
static unsigned leet_all(struct slice word)
{
    unsigned all = 0;
    for (size_t i = 0; i < word.len; i++) {
        bool euro = is_euro(word, i);
        unsigned what = leets[(unsigned char)word.at[i]];
        all |= euro ? S : what == E ? L : what;
        i += euro ? 2 : 0;
    }
    return all;
}

/* A word of letters and signs as it is read. */
static void take_leet(struct slice word, struct writer *w)
{
    char last = word.at[word.len - 1];
    size_t closes = last == '!' || last == '+' ? 1 : 0;
    for (size_t i = 0; i < word.len - closes; i++) {
        char c = word.at[i];
        unsigned what = leets[(unsigned char)c];
        if (what == E && is_euro(word, i)) {
            c = 'e';
            i += 2;
        }
        put(w, what == S ? leet_letters[(unsigned char)c % 128] : c);
    }
    if (closes != 0)
        put(w, last);
}

static void leet(struct slice s, struct writer *w)
{
    size_t from = 0;
    for (size_t i = 0; i < s.len && w->len < w->room;) {
        size_t begin = i;
        unsigned all = 0;
        for (unsigned what; i < s.len && (what = leets[(unsigned char)s.at[i]]) != 0; i++)
            all |= what;
        struct slice word = slice_cut(s, begin, i);
        if ((all & E) != 0)
            all = leet_all(word);
        if (all == (L | S)) {
            put_all(w, slice_cut(s, from, begin));
            take_leet(word, w);
            from = i;
        }
        while (i < s.len && leets[(unsigned char)s.at[i]] == 0)
            i++;
    }
    put_all(w, slice_from(s, from));
}

/* Decodes a run of base64 if what comes out reads like text. */
static bool take_base64(struct slice run, struct writer *w)
{
    size_t before = w->len;
    uint32_t bits = 0;
    for (size_t i = 0; i < run.len; i++) {
        bits = bits << 6 | (uint32_t)bytes_base64(run.at[i]);
        if (i % 4 == 0)
            continue;
        char c = (char)(bits >> (6 - 2 * (i % 4)) & 0xFF);
        bool bad = (unsigned char)c < 0x20 ? c != '\n' && c != '\t' && c != '\r' : c == 0x7F;
        if (bad) {
            w->len = before;
            return false;
        }
        put(w, c);
    }
    size_t blanks = 0;
    for (size_t i = before; i < w->len; i++)
        blanks += w->out[i] == ' ' || is_letter(w->out[i]);
    if (blanks * 10 >= (w->len - before) * 7)
        return true;
    w->len = before;
    return false;
}

static void base64(struct slice s, struct writer *w)
{
    for (size_t i = 0; i < s.len;) {
        size_t end = i;
        while (end < s.len && bytes_base64(s.at[end]) >= 0)
            end++;
        if (end - i < 16 || !take_base64(slice_cut(s, i, end), w))
            for (size_t k = i; k < end; k++)
                put(w, s.at[k]);
        i = end;
        while (i < s.len && bytes_base64(s.at[i]) < 0)
            put(w, s.at[i++]);
    }
}

size_t attack_view_make(struct slice text, unsigned view, char *out, size_t room)
{
    static void (*const makers[VIEW_COUNT])(struct slice, struct writer *) = {
        [VIEW_ROT13] = rot13,  [VIEW_REVERSED] = reversed, [VIEW_SPREAD] = spread,
        [VIEW_CODES] = codes,  [VIEW_MORSE] = morse,       [VIEW_LEET] = leet,
        [VIEW_BASE64] = base64};
    struct writer w = {.out = out, .room = room};
    if (view >= VIEW_COUNT || makers[view] == NULL)
        return 0;
    makers[view](text, &w);
    bool same = (w.len == text.len || w.len == room) && memcmp(out, text.at, w.len) == 0;
    return same ? 0 : w.len;
}
