/* proxy/json/escape.c - see escape.h. Owns nothing. */
#include "proxy/base/base.h"
#include "proxy/json/escape.h"
#include "proxy/base/utf8.h"

static int hex_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The code unit of "\uXXXX", or -1. */
static int32_t unit_of(struct slice s)
{
    int32_t unit = 0;
    if (s.len < 6 || s.at[0] != '\\' || s.at[1] != 'u')
        return -1;
    for (size_t i = 2; i < 6; i++) {
        int digit = hex_of(s.at[i]);
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

static bool read_unicode(struct slice s, struct escape *out)
{
    int32_t first = unit_of(s), second;
    if (first < 0)
        return false;
    out->src_len = 6;
    out->is_lone = first >= 0xd800 && first <= 0xdfff;
    if (first >= 0xd800 && first <= 0xdbff) {
        second = unit_of(slice_from(s, 6));
        if (second >= 0xdc00 && second <= 0xdfff) {
            first = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
            out->src_len = 12;
            out->is_lone = false;
        }
    }
    out->out_len = utf8_write((uint32_t)first, out->out);
    return true;
}

/* clang-format off */
static const char letters[256] = {
    ['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
    ['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t',
};
/* clang-format on */

char escape_letter(struct slice s, size_t at)
{
    return s.len - at < 2 ? '\0' : letters[(unsigned char)s.at[at + 1]];
}

bool escape_read(struct slice s, struct escape *out)
{
    if (s.len < 2 || s.at[0] != '\\')
        return false;
    if (s.at[1] == 'u')
        return read_unicode(s, out);
    out->out[0] = escape_letter(s, 0);
    out->out_len = 1;
    out->src_len = 2;
    out->is_lone = false;
    return out->out[0] != '\0';
}

int escape_walk_byte(struct escape_walk *w)
{
    if (w->given < w->unit.out_len)
        return (unsigned char)w->unit.out[w->given++];
    if (w->left.len == 0)
        return -1;
    if (w->left.at[0] == '\\' && escape_read(w->left, &w->unit)) {
        w->left = slice_from(w->left, w->unit.src_len);
        w->given = 1;
        return (unsigned char)w->unit.out[0];
    }
    unsigned char byte = (unsigned char)w->left.at[0];
    w->left = slice_from(w->left, 1);
    return byte;
}
