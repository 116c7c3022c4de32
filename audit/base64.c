/* audit/base64.c - see base64.h. */
#include "proxy/base/base.h"
#include "audit/base64.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_write(const void *at, size_t len, char *out)
{
    const unsigned char *p = at;
    for (size_t i = 0; i < len; i += 3) {
        size_t left = len - i;
        uint32_t v = (uint32_t)p[i] << 16;
        v |= left > 1 ? (uint32_t)p[i + 1] << 8 : 0;
        v |= left > 2 ? (uint32_t)p[i + 2] : 0;
        *out++ = letters[v >> 18];
        *out++ = letters[v >> 12 & 63];
        *out++ = left > 1 ? letters[v >> 6 & 63] : '=';
        *out++ = left > 2 ? letters[v & 63] : '=';
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
