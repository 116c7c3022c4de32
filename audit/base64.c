/* audit/base64.c - see base64.h. */
#include "proxy/base/base.h"
#include "audit/base64.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static char *write_four(char *out, uint32_t v)
{
    out[0] = letters[v >> 18];
    out[1] = letters[v >> 12 & 63];
    out[2] = letters[v >> 6 & 63];
    out[3] = letters[v & 63];
    return out + 4;
}

void base64_write(const void *at, size_t len, char *out)
{
    const unsigned char *p = at;
    for (; len >= 3; len -= 3, p += 3)
        out = write_four(out, (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2]);
    if (len > 0) {
        out = write_four(out, (uint32_t)p[0] << 16 | (len > 1 ? (uint32_t)p[1] << 8 : 0));
        out[-1] = '=';
        if (len == 1)
            out[-2] = '=';
    }
    *out = '\0';
}

static int value_of(char c)
{
    const char *p = c == '\0' ? NULL : strchr(letters, c);
    return p == NULL ? -1 : (int)(p - letters);
}

/* Four letters, of which the last 4 - `use` are padding; false for anything a writer would not have
 * written, bits left over included. */
static bool read_four(const char *at, size_t use, uint32_t *out)
{
    uint32_t v = 0;
    for (size_t k = 0; k < 4; k++) {
        int bits = k < use ? value_of(at[k]) : 0;
        if (bits < 0)
            return false;
        v = v << 6 | (uint32_t)bits;
    }
    *out = v;
    return !(use == 2 && (v & 0xffff) != 0) && !(use == 3 && (v & 0xff) != 0);
}

gw_result base64_read(struct slice text, void *out, size_t room, size_t *len)
{
    unsigned char *to = out;
    size_t pad = 0, n = 0;
    if (text.len % 4 != 0)
        return gw_is(GW_BAD);
    while (pad < 2 && text.len > 0 && text.at[text.len - 1 - pad] == '=')
        pad++;
    if (text.len / 4 * 3 - pad > room)
        return gw_is(GW_TOO_BIG);
    for (size_t i = 0; i < text.len; i += 4) {
        size_t use = i + 4 == text.len ? 4 - pad : 4;
        uint32_t v;
        if (!read_four(text.at + i, use, &v))
            return gw_is(GW_BAD);
        for (size_t k = 0; k + 1 < use; k++)
            to[n++] = (unsigned char)(v >> (16 - 8 * k));
    }
    *len = n;
    return gw_is(GW_OK);
}
