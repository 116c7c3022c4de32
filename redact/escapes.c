/* redact/escapes.c - see escapes.h. Each reader looks at no more than twelve bytes.
 *
 * Refuses to know where a text comes from. Owns nothing. */
#include "proxy/base/base.h"
#include "redact/escapes.h"
#include "proxy/base/utf8.h"
#include "redact/letters.h"

/* clang-format off */
static const struct { const char *name; char to; } entities[] = {
    {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}, {"nbsp", ' '}, {"commat", '@'}, {"period", '.'},
    {"colon", ':'}, {"sol", '/'}, {"lowbar", '_'}, {"hyphen", '-'}, {"dash", '-'}, {"num", '#'}, {"plus", '+'}, {"equals", '='},
};
/* clang-format on */

int escapes_hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool escapes_is_text(int c)
{
    return (c >= 0x20 && c < 0x7F) || c == '\n' || c == '\t' || c == '\r';
}

/* Hex digits of s from `from` to `to` as a number; UINT32_MAX when it is none. */
static uint32_t hex_number(struct slice s, size_t from, size_t to)
{
    uint32_t n = 0;
    if (to > s.len || to <= from || to - from > 6)
        return UINT32_MAX;
    for (size_t i = from; i < to; i++) {
        int v = escapes_hex(s.at[i]);
        if (v < 0)
            return UINT32_MAX;
        n = n << 4 | (uint32_t)v;
    }
    return n;
}

static bool is_character(uint32_t point)
{
    return point >= 0x20 && point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
}

enum { ENTITY = 12 }; /* bytes of one that are looked at */

/* "&#64;" or "&#x40;"; 0 when it is no number of a character that may stand in text. *n: its bytes.
 */
static uint32_t entity_number(struct slice s, size_t *n)
{
    size_t most = s.len < ENTITY ? s.len : ENTITY, i = 2;
    uint32_t cp = 0, base = 10;
    if (i < most && (s.at[i] | 0x20) == 'x') {
        base = 16;
        i++;
    }
    for (; i < most && s.at[i] != ';'; i++) {
        int v = escapes_hex(s.at[i]);
        if (v < 0 || (uint32_t)v >= base || cp > 0x10FFFF)
            return 0;
        cp = cp * base + (uint32_t)v;
    }
    *n = i + 1;
    return i < most && is_character(cp) ? cp : 0;
}

/* The same of a name. */
static uint32_t entity_name(struct slice s, size_t *n)
{
    struct slice name = slice_cut(s, 1, ENTITY);
    size_t end = slice_find_byte(name, ';');
    if (end == SIZE_MAX || end < 2)
        return 0;
    *n = end + 2;
    for (size_t i = 0; i < GW_COUNT(entities); i++)
        if (slice_is(slice_cut(name, 0, end), slice_str(entities[i].name)))
            return (unsigned char)entities[i].to;
    return 0;
}

size_t escapes_entity(struct slice s, char out[4], size_t *len)
{
    size_t n = 0;
    uint32_t cp = s.len > 1 && s.at[1] == '#' ? entity_number(s, &n) : entity_name(s, &n);
    if (cp == 0)
        return 0;
    *len = utf8_write(cp, out);
    return n;
}

size_t escapes_percent(struct slice s, char out[4], size_t *len)
{
    uint32_t c = s.len > 0 && s.at[0] == '%' ? hex_number(s, 1, 3) : UINT32_MAX;
    if (c == UINT32_MAX || (!escapes_is_text((int)c) && c < 0x80))
        return 0;
    out[0] = (char)c;
    *len = 1;
    return 3;
}

/* The character in its plain form, when it has one. */
static size_t write_plain(uint32_t point, char out[4])
{
    char c = point < 0x80 ? LETTERS_NONE : letters_plain(point);
    if (c == LETTERS_DROP)
        return 0;
    if (c == LETTERS_NONE)
        return utf8_write(point, out);
    out[0] = c;
    return 1;
}

/* \x40: text only. */
static uint32_t read_x(struct slice s, size_t *n)
{
    uint32_t c = hex_number(s, 2, 4);
    *n = 4;
    return c != UINT32_MAX && escapes_is_text((int)c) ? c : UINT32_MAX;
}

/* \u{40} */
static uint32_t read_braces(struct slice s, size_t *n)
{
    size_t end = slice_find_byte(slice_cut(s, 3, 10), '}');
    *n = end == SIZE_MAX ? 0 : end + 4;
    uint32_t point = *n == 0 ? UINT32_MAX : hex_number(s, 3, *n - 1);
    return is_character(point) ? point : UINT32_MAX;
}

/* \u0040, or two halves. */
static uint32_t read_u(struct slice s, size_t *n)
{
    uint32_t point = hex_number(s, 2, 6), low = 0;
    *n = 6;
    if (point >= 0xD800 && point < 0xDC00 && slice_is(slice_cut(s, 6, 8), SLICE_LIT("\\u")))
        low = hex_number(s, 8, 12);
    if (low >= 0xDC00 && low < 0xE000) {
        *n = 12;
        return 0x10000 + ((point & 0x3FF) << 10) + (low & 0x3FF);
    }
    return is_character(point) ? point : UINT32_MAX;
}

size_t escapes_backslash(struct slice s, char out[4], size_t *len)
{
    uint32_t point = UINT32_MAX;
    size_t n = 0;
    if (s.len > 2 && s.at[0] == '\\' && s.at[1] == 'x')
        point = read_x(s, &n);
    else if (s.len > 2 && s.at[0] == '\\' && s.at[1] == 'u')
        point = s.at[2] == '{' ? read_braces(s, &n) : read_u(s, &n);
    if (point == UINT32_MAX)
        return 0;
    *len = write_plain(point, out);
    return n;
}

static bool is_capital_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

size_t escapes_quoted(struct slice s, char out[4], size_t *len)
{
    if (s.len < 3 || s.at[0] != '=' || !is_capital_hex(s.at[1]) || !is_capital_hex(s.at[2]))
        return 0;
    uint32_t c = hex_number(s, 1, 3);
    if (!escapes_is_text((int)c) && c < 0x80)
        return 0;
    out[0] = (char)c;
    *len = 1;
    return 3;
}
