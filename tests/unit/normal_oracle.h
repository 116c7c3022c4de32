/* tests/unit/normal_oracle.h - the normal form byte by byte: what redact/normal.c must give too.
 *
 * Slow and plain on purpose: every rule stands here once, and nothing is skipped. Knows nothing of
 * islands. Offsets lead back through the same struct normal. */
#ifndef TESTS_NORMAL_ORACLE_H
#define TESTS_NORMAL_ORACLE_H

#include "proxy/base/arena.h"
#include "proxy/base/utf8.h"
#include "redact/escapes.h"
#include "redact/normal.h"
#include "redact/spelled.h"

enum {
    RUN_MAX = 65536,
    BASE64_MIN = 16,
    LINE_MIN = 40,
    HEX_MIN = 16,
    SPACED_MIN = 5,
    DIGITS_MIN = 9,
    TAG_MIN = 8,
    NEAR = 64,
    SEPARATOR = 0x1F
};

struct writer {
    struct slice in;
    size_t at;    /* next byte of in */
    size_t plain; /* bytes in front of `at` that are copied as they are, not yet written */
    char *out;
    size_t len;
    struct normal *to;
    size_t at_sign; /* behind the last @ written, in `out`; 0: none */
    bool failed;
};

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
static char byte_at(const struct writer *w, size_t i)
{
    return i < w->in.len ? w->in.at[i] : 0;
}

static void flush(struct writer *w)
{
    size_t n = w->plain;
    if (n == 0)
        return;
    memcpy(w->out + w->len, w->in.at + (w->at - n), n);
    w->failed |= !gw_ok(offmap_add(&w->to->map, (uint32_t)n, (uint32_t)(w->at - n), (uint32_t)n));
    w->len += n;
    w->plain = 0;
}

static void copy(struct writer *w, size_t n)
{
    w->at += n;
    w->plain += n;
}

/* The next n bytes of the source become `with`. */
static void put(struct writer *w, size_t n, const char *with, size_t with_len)
{
    flush(w);
    memcpy(w->out + w->len, with, with_len);
    w->failed |= !gw_ok(offmap_add(&w->to->map, (uint32_t)with_len, (uint32_t)w->at, (uint32_t)n));
    w->len += with_len;
    w->at += n;
    w->to->changed = true;
}

static void put_char(struct writer *w, size_t n, char c)
{
    put(w, n, &c, 1);
    if (c == '@')
        w->at_sign = w->len;
}

/* One code point at s: its length, 0 when malformed. */
static size_t oracle_read(struct slice s, uint32_t *cp)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char c = (unsigned char)s.at[0];
    size_t n = c < 0x80 ? 1 : c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC2 ? 2 : 0;
    if (n == 0 || n > s.len || c > 0xF4)
        return 0;
    *cp = n == 1 ? c : c & (0xFFU >> (n + 1));
    for (size_t i = 1; i < n; i++) {
        unsigned char next = (unsigned char)s.at[i];
        if ((next & 0xC0) != 0x80)
            return 0;
        *cp = (*cp << 6) | (next & 0x3F);
    }
    return *cp >= least[n] && *cp <= 0x10FFFF ? n : 0;
}

static size_t oracle_write(uint32_t cp, char out[4])
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    for (size_t i = n; i-- > 1; cp >>= 6)
        out[i] = (char)(0x80 | (cp & 0x3F));
    out[0] = (char)((0xF00U >> n & 0xFF) | cp);
    return n;
}

/* clang-format off */
struct range { uint32_t from, to; };
static const struct range invisible[] = {
    {0x00AD, 0x00AD}, {0x0300, 0x036F}, {0x061C, 0x061C}, {0x115F, 0x1160}, {0x17B4, 0x17B5}, {0x180B, 0x180F},
    {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x206F}, {0x20D0, 0x20F0}, {0x3164, 0x3164}, {0xFE00, 0xFE0F},
    {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0xFFA0, 0xFFA0}, {0xFFF9, 0xFFFB}, {0xE0000, 0xE01EF},
};
/* Ranges of look-alikes: `first` stands for `from`; in blocks of `wrap` when not 0. */
static const struct { uint32_t from, to; char first; uint8_t wrap; } styled[] = {
    {0x00B9, 0x00B9, '1', 0}, {0x00B2, 0x00B3, '2', 0}, {0x0660, 0x0669, '0', 0}, {0x06F0, 0x06F9, '0', 0}, {0x0966, 0x096F, '0', 0},
    {0x09E6, 0x09EF, '0', 0}, {0x0E50, 0x0E59, '0', 0}, {0x2070, 0x2070, '0', 0}, {0x2074, 0x2079, '4', 0}, {0x2080, 0x2089, '0', 0},
    {0x2460, 0x2468, '1', 0}, {0x24B6, 0x24CF, 'A', 0}, {0x24D0, 0x24E9, 'a', 0}, {0xFF01, 0xFF5E, '!', 0},
    {0x1D7CE, 0x1D7FF, '0', 10}, {0x1F130, 0x1F149, 'A', 0}, {0x1F150, 0x1F169, 'A', 0}, {0x1F170, 0x1F189, 'A', 0},
    {0x1F1E6, 0x1F1FF, 'A', 0},
};
static const struct { uint32_t cp; char to; } signs[] = {
    {0x00A0, ' '}, {0x2010, '-'}, {0x2011, '-'}, {0x2012, '-'}, {0x2013, '-'}, {0x2014, '-'}, {0x2015, '-'}, {0x2018, '\''},
    {0x2019, '\''}, {0x201A, '\''}, {0x201B, '\''}, {0x201C, '"'}, {0x201D, '"'}, {0x201E, '"'}, {0x201F, '"'}, {0x2024, '.'},
    {0x202F, ' '}, {0x2044, '/'}, {0x205F, ' '}, {0x2212, '-'}, {0x2215, '/'}, {0x3000, ' '}, {0x3002, '.'}, {0xFE52, '.'},
    {0xFE58, '-'}, {0xFE63, '-'}, {0xFE6B, '@'}, {0xFF61, '.'},
};
static const struct { uint32_t cp; char to; } likeness[] = { /* only in a word that has ASCII letters */
    {0x0410,'A'},{0x0412,'B'},{0x0415,'E'},{0x0417,'3'},{0x041A,'K'},{0x041C,'M'},{0x041D,'H'},{0x041E,'O'},{0x0420,'P'},{0x0421,'C'},
    {0x0422,'T'},{0x0425,'X'},{0x0430,'a'},{0x0435,'e'},{0x043A,'k'},{0x043E,'o'},{0x0440,'p'},{0x0441,'c'},{0x0443,'y'},{0x0445,'x'},
    {0x0455,'s'},{0x0456,'i'},{0x0458,'j'},{0x04BB,'h'},{0x0501,'d'},{0x051B,'q'},{0x051D,'w'},{0x0391,'A'},{0x0392,'B'},{0x0395,'E'},
    {0x0396,'Z'},{0x0397,'H'},{0x0399,'I'},{0x039A,'K'},{0x039C,'M'},{0x039D,'N'},{0x039F,'O'},{0x03A1,'P'},{0x03A4,'T'},{0x03A5,'Y'},
    {0x03A7,'X'},{0x03B1,'a'},{0x03B5,'e'},{0x03B9,'i'},{0x03BA,'k'},{0x03BD,'v'},{0x03BF,'o'},{0x03C1,'p'},{0x03C4,'t'},{0x03C5,'u'},
    {0x03C7,'x'},{0x0131,'i'},{0x0251,'a'},{0x0261,'g'},{0x026A,'i'},{0x0585,'o'},{0x0578,'n'},{0x057D,'u'},{0x1D0F,'o'},{0x0274,'n'},
};
static const struct { const char *name; char to; } entities[] = {
    {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}, {"nbsp", ' '}, {"commat", '@'}, {"period", '.'},
    {"colon", ':'}, {"sol", '/'}, {"lowbar", '_'}, {"hyphen", '-'}, {"dash", '-'}, {"num", '#'}, {"plus", '+'}, {"equals", '='},
};
/* clang-format on */

static bool is_invisible(uint32_t cp)
{
    for (size_t i = 0; i < GW_COUNT(invisible); i++)
        if (cp >= invisible[i].from && cp <= invisible[i].to)
            return true;
    return false;
}

/* The ASCII character that cp is a drawing of; 0: none. */
static char styled_char(uint32_t cp)
{
    if (cp >= 0x1D400 && cp <= 0x1D6A3) {
        uint32_t k = (cp - 0x1D400) % 52;
        return (char)(k < 26 ? 'A' + (int)k : 'a' + (int)k - 26);
    }
    if (cp >= 0x2000 && cp <= 0x200A)
        return ' ';
    for (size_t i = 0; i < GW_COUNT(styled); i++)
        if (cp >= styled[i].from && cp <= styled[i].to) {
            uint32_t k = cp - styled[i].from;
            return (char)(styled[i].first + (char)(styled[i].wrap != 0 ? k % styled[i].wrap : k));
        }
    for (size_t i = 0; i < GW_COUNT(signs); i++)
        if (signs[i].cp == cp)
            return signs[i].to;
    return 0;
}

static bool in_word_byte(char c)
{
    return is_alnum(c) || (unsigned char)c >= 0x80;
}

/* An ASCII letter stands in the same word. */
static bool is_in_ascii_word(const struct writer *w, size_t n)
{
    for (size_t i = w->at; i-- > 0 && w->at - i < NEAR && in_word_byte(w->in.at[i]);)
        if (is_alnum(w->in.at[i]))
            return true;
    for (size_t i = w->at + n; i < w->in.len && i - w->at < NEAR && in_word_byte(w->in.at[i]); i++)
        if (is_alnum(w->in.at[i]))
            return true;
    return false;
}

static char like_char(const struct writer *w, uint32_t cp, size_t n)
{
    for (size_t i = 0; i < GW_COUNT(likeness); i++)
        if (likeness[i].cp == cp)
            return is_in_ascii_word(w, n) ? likeness[i].to : 0;
    return 0;
}

/* A run of tag letters that is long enough to be a hidden message is read; fewer are dropped. */
static bool take_tags(struct writer *w)
{
    size_t n = 0;
    uint32_t cp = 0;
    while (w->in.len - w->at >= (n + 1) * 4 &&
           oracle_read(slice_from(w->in, w->at + n * 4), &cp) == 4 && cp >= 0xE0020 &&
           cp <= 0xE007E)
        n++;
    if (n < TAG_MIN)
        return false;
    for (size_t i = 0; i < n; i++) {
        (void)oracle_read(slice_from(w->in, w->at), &cp);
        put_char(w, 4, (char)(cp - 0xE0000));
    }
    w->to->decoded = true;
    return true;
}

static void take_high(struct writer *w)
{
    uint32_t cp = 0;
    size_t n = oracle_read(slice_from(w->in, w->at), &cp);
    if (n == 0) {
        copy(w, 1);
        return;
    }
    if (cp >= 0xE0020 && cp <= 0xE007E && take_tags(w))
        return;
    if (is_invisible(cp)) {
        put(w, n, "", 0);
        return;
    }
    char c = styled_char(cp);
    c = c != 0 ? c : like_char(w, cp, n);
    if (c != 0)
        put_char(w, n, c);
    else
        copy(w, n);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
static bool is_text(int c)
{
    return (c >= 0x20 && c < 0x7F) || c == '\n' || c == '\t' || c == '\r';
}

static bool take_named(struct writer *w, struct slice name)
{
    for (size_t i = 0; i < GW_COUNT(entities); i++)
        if (slice_is(name, slice_str(entities[i].name))) {
            put_char(w, name.len + 2, entities[i].to);
            return true;
        }
    return false;
}

/* "#64" or "#x40"; 0 when it is no number of a character that may stand in text. */
static uint32_t entity_number(struct slice s)
{
    uint32_t cp = 0;
    bool hex = (s.at[1] | 0x20) == 'x';
    for (size_t i = hex ? 2 : 1; i < s.len; i++) {
        int v = hex_value(s.at[i]);
        if (v < 0 || (!hex && v > 9) || cp > 0x10FFFF)
            return 0;
        cp = cp * (hex ? 16 : 10) + (uint32_t)v;
    }
    return cp < 0x20 || cp > 0x10FFFF || (cp >= 0xD800 && cp < 0xE000) ? 0 : cp;
}

/* &#64; &#x40; &commat; */
static bool take_entity(struct writer *w)
{
    struct slice s = slice_cut(w->in, w->at + 1, w->at + 12);
    size_t end = slice_find_byte(s, ';');
    char utf8[4];
    if (end == SIZE_MAX || end < 2)
        return false;
    s = slice_cut(s, 0, end);
    if (s.at[0] != '#')
        return take_named(w, s);
    uint32_t cp = entity_number(s);
    if (cp == 0)
        return false;
    if (cp < 0x80)
        put_char(w, end + 2, (char)cp);
    else
        put(w, end + 2, utf8, oracle_write(cp, utf8));
    return true;
}

static bool take_percent(struct writer *w)
{
    int high = hex_value(byte_at(w, w->at + 1)), low = hex_value(byte_at(w, w->at + 2));
    if (high < 0 || low < 0 || w->at + 2 >= w->in.len)
        return false;
    int c = high * 16 + low;
    if (!is_text(c) && c < 0x80)
        return false;
    put_char(w, 3, (char)c);
    return true;
}

/* \\u0040, \\x40 and their like; what they are worth is escapes.c's, which has a test of its own.
 */
static bool take_backslash(struct writer *w)
{
    char out[4];
    size_t len, n = escapes_backslash(slice_from(w->in, w->at), out, &len);
    if (n > 0 && len == 1)
        put_char(w, n, out[0]);
    else if (n > 0)
        put(w, n, out, len);
    return n > 0;
}

static bool is_quoted(const struct writer *w, size_t at, char *to)
{
    static const char digits[] = "0123456789ABCDEF";
    char high = byte_at(w, at + 1), low = byte_at(w, at + 2);
    if (byte_at(w, at) != '=' || high == 0 || low == 0 || strchr(digits, high) == NULL ||
        strchr(digits, low) == NULL)
        return false;
    int c = hex_value(high) * 16 + hex_value(low);
    *to = (char)c;
    return is_text(c) || c >= 0x80;
}

/* Of quoted-printable: =40 inside a word, three in a row, and a line end that is none. */
static bool take_quoted(struct writer *w)
{
    char to[3] = {0}, before = w->at > 0 ? w->in.at[w->at - 1] : ' ';
    size_t at = w->at, line = byte_at(w, at + 1) == '\r' ? 2 : 1;
    bool one = is_quoted(w, at, &to[0]);
    bool three = one && is_quoted(w, at + 3, &to[1]) && is_quoted(w, at + 6, &to[2]);
    if (is_alnum(before) && byte_at(w, at + line) == '\n' && is_alnum(byte_at(w, at + line + 1))) {
        put(w, line + 1, "", 0);
        return true;
    }
    if (!three && !(one && to[0] == '@' && is_alnum(before) && is_alnum(byte_at(w, at + 3))))
        return false;
    while (is_quoted(w, w->at, &to[0]))
        put_char(w, 3, to[0]);
    return true;
}

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

/* Bytes of up to four base64 letters into out[3]; how many. */
static size_t quantum(const char *at, size_t n, char out[3])
{
    uint32_t bits = 0;
    for (size_t i = 0; i < 4; i++)
        bits = (bits << 6) | (i < n ? (uint32_t)base64_value(at[i]) : 0);
    for (size_t i = 0; i < 3; i++)
        out[i] = (char)(bits >> (16 - 8 * i) & 0xFF);
    return n == 0 ? 0 : n - 1;
}

/* Text in UTF-8, or in UTF-16LE of Latin letters. */
static bool is_encoded_text(const char *all, size_t len, bool *is_wide)
{
    *is_wide = len > 1 && all[1] == 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)all[i];
        if (*is_wide && (i % 2 == 1 ? c != 0 : !is_text(c) && c < 0xA0))
            return false;
        if (!*is_wide && c < 0x80 && !is_text(c))
            return false;
    }
    unsigned char first = len > 0 ? (unsigned char)all[0] : 0;
    return *is_wide ? len % 2 == 0 && (first < 0x80 || first >= 0xC2)
                    : utf8_is_valid_plainly(slice_of(all, len));
}

/* What the first `lines` lines of `line` letters say; SIZE_MAX: they are not there. *end: behind
 * them. */
static size_t decode_lines(const struct writer *w, size_t line, size_t lines, char *all,
                           size_t *end)
{
    size_t at = w->at, len = 0, letters = 0, core = 0;
    for (size_t k = 0; k < lines; k++) {
        size_t n = 0;
        if (k > 0) {
            if (line % 4 != 0 || line < LINE_MIN)
                return SIZE_MAX;
            at += byte_at(w, at) == '\r' ? 1 : 0;
            if (at >= w->in.len || byte_at(w, at++) != '\n')
                return SIZE_MAX;
        }
        while (at + n < w->in.len && base64_value(w->in.at[at + n]) >= 0)
            n++;
        letters += n;
        char behind = byte_at(w, at + n);
        if (k > 0 && at + n < w->in.len && (behind == 0 || strchr("=\r\n\"'<\x1f", behind) == NULL))
            return SIZE_MAX;
        if (n == 0 || n > line || (n < line && k + 1 < lines) || n % 4 == 1 || letters > RUN_MAX)
            return SIZE_MAX;
        for (size_t i = 0; i < n; i++)
            core += is_alnum(w->in.at[at + i]) ? 1 : 0;
        for (size_t i = 0; i < n; i += 4)
            len += quantum(w->in.at + at + i, n - i < 4 ? n - i : 4, all + len);
        at += n;
    }
    *end = at;
    return core * 10 >= letters * 8 ? len : SIZE_MAX - 1;
}

static bool take_base64(struct writer *w, size_t n)
{
    static char all[RUN_MAX + 4];
    size_t end = 0;
    bool is_wide = false, wide = false;
    if (n < BASE64_MIN)
        return false;
    for (size_t lines = 1, at;; lines++) {
        size_t len = decode_lines(w, n, lines, all, &at);
        if (len == SIZE_MAX)
            break;
        if (len != SIZE_MAX - 1 && is_encoded_text(all, len, &is_wide)) {
            end = at;
            wide = is_wide;
        }
    }
    if (end == 0)
        return false;
    while (w->at < end) {
        char three[3], out[6];
        size_t left = 0, len = 0, pad = 0;
        while (left < 4 && w->at + left < end && base64_value(byte_at(w, w->at + left)) >= 0)
            left++;
        size_t got = quantum(w->in.at + w->at, left, three);
        while (left < 4 && pad < 4 - left && byte_at(w, w->at + left + pad) == '=')
            pad++;
        size_t after = left + pad;
        if (w->at + after < end && byte_at(w, w->at + after) == '\r')
            after++;
        if (w->at + after < end && byte_at(w, w->at + after) == '\n')
            after++;
        for (size_t i = 0; i < got; i++)
            if (!wide)
                out[len++] = three[i];
            else if (three[i] != 0)
                len += utf8_write((unsigned char)three[i], out + len);
        put(w, after, out, len);
        end += pad;
    }
    w->to->decoded = true;
    return true;
}

static bool take_hex(struct writer *w, size_t n)
{
    static char all[RUN_MAX];
    if (n < HEX_MIN || n > RUN_MAX || n % 2 != 0)
        return false;
    for (size_t i = 0; i < n; i += 2) {
        int high = hex_value(w->in.at[w->at + i]), low = hex_value(w->in.at[w->at + i + 1]);
        int c = high * 16 + low;
        if (high < 0 || low < 0 || (c < 0x80 && !is_text(c)))
            return false;
        all[i / 2] = (char)c;
    }
    if (!utf8_is_valid_plainly(slice_of(all, n / 2)))
        return false;
    for (size_t i = 0; i < n; i += 2)
        put_char(w, 2, (char)(hex_value(w->in.at[w->at]) * 16 + hex_value(w->in.at[w->at + 1])));
    w->to->decoded = true;
    return true;
}

/* "4-1-1-1", "4, 1, 1, 1". */
static bool take_digits(struct writer *w)
{
    char mark = byte_at(w, w->at + 1);
    size_t gap = byte_at(w, w->at + 2) == ' ' ? 2 : 1, n = 1, i = w->at;
    if (mark == 0 || strchr(" -._/*|,:", mark) == NULL || is_alnum(byte_at(w, i + 1)))
        return false;
    for (;; n++) {
        char next = byte_at(w, i + 1 + gap);
        if (byte_at(w, i + 1) != mark || (gap == 2 && byte_at(w, i + 2) != ' ') || next < '0' ||
            next > '9' || is_alnum(byte_at(w, i + 2 + gap)))
            break;
        i += 1 + gap;
    }
    if (n < DIGITS_MIN)
        return false;
    for (; n > 1; n--) {
        copy(w, 1);
        put(w, gap, "", 0);
    }
    copy(w, 1);
    return true;
}

/* Digit words; which are some, and how many make a row, is spelled.c's, which has its own test. */
static bool take_spelled(struct writer *w)
{
    size_t end = 0, rows = spelled_row(w->in, w->at, &end);
    while (rows > 0 && w->at < end) {
        unsigned digit = 0, languages;
        size_t n = spelled_word(w->in, w->at);
        if (!spelled_digit(slice_cut(w->in, w->at, w->at + n), &digit, &languages))
            return true;
        put_char(w, n, "0123456789"[digit]);
        n = spelled_between(w->in, w->at);
        if (w->at < end)
            put(w, n, "", 0);
    }
    return rows > 0;
}

/* "i g n o r e": single characters with single blanks. */
static bool take_spaced(struct writer *w)
{
    size_t n = 0, i = w->at;
    while (is_alnum(byte_at(w, i)) && !is_alnum(byte_at(w, i + 1))) {
        n++;
        if (byte_at(w, i + 1) != ' ' || !is_alnum(byte_at(w, i + 2)) || is_alnum(byte_at(w, i + 3)))
            break;
        i += 2;
    }
    if (n < SPACED_MIN)
        return false;
    for (; n > 1; n--) {
        copy(w, 1);
        put(w, 1, "", 0);
    }
    copy(w, 1);
    return true;
}

/* A run of letters and digits: encoded text, spaced-out writing, or just a word. */
static void take_word(struct writer *w)
{
    size_t n = 0;
    bool hex = true;
    while (w->at + n < w->in.len && base64_value(w->in.at[w->at + n]) >= 0) {
        hex &= hex_value(w->in.at[w->at + n]) >= 0;
        n++;
    }
    char c = w->in.at[w->at];
    if (c >= '0' && c <= '9' && take_digits(w))
        return;
    if ((c < '0' || c > '9') && take_spelled(w))
        return;
    if (n == 1 && take_spaced(w))
        return;
    if (hex && take_hex(w, n))
        return;
    if (take_base64(w, n))
        return;
    copy(w, n > 0 ? n : 1);
}

/* "[at]", "(at)", "[dot]": obfuscated addresses. */
static bool take_bracket(struct writer *w)
{
    struct slice s = slice_from(w->in, w->at + 1);
    bool at = s.len > 2 && slice_is_nocase(slice_cut(s, 0, 2), SLICE_LIT("at"));
    bool dot = s.len > 3 && slice_is_nocase(slice_cut(s, 0, 3), SLICE_LIT("dot"));
    size_t n = at ? 2 : 3;
    if ((!at && !dot) || (s.at[n] != ']' && s.at[n] != ')' && s.at[n] != '}'))
        return false;
    put_char(w, n + 2, at ? '@' : '.');
    while (byte_at(w, w->at) == ' ')
        put(w, 1, "", 0);
    return true;
}

/* "[at]" or "(dot)" may begin at i. */
static bool is_bracket(const struct writer *w, size_t i)
{
    char c = byte_at(w, i), two = byte_at(w, i + 3), three = byte_at(w, i + 4);
    return (c == '[' || c == '(') && (two == ']' || two == ')' || three == ']' || three == ')') &&
           memchr(w->in.at + i, SEPARATOR, 4) == NULL;
}

/* Blanks in front of an @, or of a dot soon behind one, and those behind it, go. */
static bool take_blank(struct writer *w)
{
    size_t n = 0;
    while (byte_at(w, w->at + n) == ' ' && n < 4)
        n++;
    char c = byte_at(w, w->at + n);
    size_t behind = w->len + w->plain - w->at_sign;
    bool bracket = is_bracket(w, w->at + n);
    bool dot = c == '.' && w->at_sign != 0 && behind < NEAR && byte_at(w, w->at + n + 1) == ' ';
    if (c != '@' && !dot && !bracket)
        return false;
    put(w, n, "", 0);
    if (bracket)
        return true;
    copy(w, 1);
    flush(w);
    w->at_sign = c == '@' ? w->len : w->at_sign;
    while (byte_at(w, w->at) == ' ')
        put(w, 1, "", 0);
    return true;
}

static void take_at(struct writer *w)
{
    copy(w, 1);
    flush(w);
    w->at_sign = w->len;
    while (byte_at(w, w->at) == ' ')
        put(w, 1, "", 0);
}

static void step(struct writer *w)
{
    char c = w->in.at[w->at];
    bool took = false;
    if ((unsigned char)c >= 0x80) {
        take_high(w);
        return;
    }
    if (is_alnum(c)) {
        take_word(w);
        return;
    }
    if (c == '@') {
        take_at(w);
        return;
    }
    if (c == ' ')
        took = take_blank(w);
    else if (c == '&')
        took = take_entity(w);
    else if (c == '%')
        took = take_percent(w);
    else if (c == '\\')
        took = take_backslash(w);
    else if (c == '=')
        took = take_quoted(w);
    else if (c == '[' || c == '(' || c == '{')
        took = take_bracket(w);
    else if (c == SEPARATOR)
        w->at_sign = 0;
    if (!took)
        copy(w, 1);
}

static inline gw_result oracle_make(struct slice source, struct arena *arena, struct normal *out)
{
    *out = (struct normal){.text = source};
    offmap_init(&out->map, arena);
    if (source.len == 0)
        return gw_is(GW_OK);
    if (source.len > UINT32_MAX / 2)
        return gw_is(GW_TOO_BIG);
    struct writer w = {.in = source, .to = out, .out = arena_alloc(arena, source.len + 4)};
    if (w.out == NULL)
        return gw_is(GW_NO_MEMORY);
    while (w.at < source.len && !w.failed)
        step(&w);
    flush(&w);
    if (w.failed)
        return gw_is(GW_NO_MEMORY);
    if (out->changed)
        out->text = slice_of(w.out, w.len);
    return gw_is(GW_OK);
}

/* True when both have the same text, flags, and offsets for every range of `reach` bytes. */
static inline bool oracle_agrees(const struct normal *want, const struct normal *is, size_t reach)
{
    if (!slice_is(want->text, is->text) || want->changed != is->changed ||
        want->decoded != is->decoded)
        return false;
    for (size_t i = 0; i < want->text.len; i++) {
        size_t from[2], to[2], end = i + reach < want->text.len ? i + reach : want->text.len;
        offmap_range(&want->map, i, end, &from[0], &to[0]);
        offmap_range(&is->map, i, end, &from[1], &to[1]);
        if (from[0] != from[1] || to[0] != to[1])
            return false;
    }
    return true;
}

/* True when n.text from `at` to `stop` is the source's own text, leaf by leaf. Of a leaf that held
 * nothing but what is dropped, nothing is left: there is nothing to compare. */
static inline bool oracle_is_own(struct slice source, const struct normal *n, size_t at,
                                 size_t stop)
{
    while (at < stop) {
        const char *mark = memchr(n->text.at + at, SEPARATOR, stop - at);
        size_t end = mark == NULL ? stop : (size_t)(mark - n->text.at), from, to;
        if (at < end) {
            offmap_range(&n->map, at, end, &from, &to);
            if (!slice_is(slice_cut(n->text, at, end), slice_cut(source, from, to)))
                return false;
        }
        at = end + 1;
    }
    return true;
}

/* True when the islands are sorted, apart, without separators, and what lies outside is the
 * source's own text. */
static inline bool oracle_islands_hold(struct slice source, const struct normal *n)
{
    size_t at = 0;
    for (size_t k = 0; k <= n->island_count; k++) {
        size_t stop = k < n->island_count ? n->islands[k].from : n->text.len;
        if (stop < at || (k > 0 && k < n->island_count && stop == at))
            return false;
        if (!oracle_is_own(source, n, at, stop))
            return false;
        if (k == n->island_count)
            break;
        if (n->islands[k].to <= stop || n->islands[k].to > n->text.len ||
            memchr(n->text.at + stop, SEPARATOR, n->islands[k].to - stop) != NULL)
            return false;
        at = n->islands[k].to;
    }
    return n->changed || n->island_count == 0;
}

#endif
