/* proxy/llm/binary.c - see binary.h. An image is told from its first bytes; only text is decoded to
 * its end.
 *
 * Refuses to know of members, APIs and media types beyond "text/". */
#include "proxy/base/base.h"
#include "proxy/llm/binary.h"
#include "proxy/base/bytes.h"
#include "proxy/base/utf8.h"

enum { LEAST = 32, BLOCK = 252, LONGEST_CHARACTER = 4, LONGEST_TYPE = 64 };

static struct slice without_padding(struct slice s)
{
    while (s.len > 0 && s.at[s.len - 1] == '=')
        s.len--;
    return s;
}

/* Decodes from *at on into out, which has BLOCK bytes behind the `had` that are there; how many are
 * there then. */
static size_t decode(struct slice s, size_t *at, char *out, size_t had)
{
    uint32_t bits = 0;
    unsigned n = 0;
    size_t len = had;
    while (*at < s.len && (len + 3 <= had + BLOCK || n > 0)) {
        int value = bytes_base64(s.at[(*at)++]);
        if (value < 0)
            continue; /* a line end */
        bits = bits << 6 | (uint32_t)value;
        if (n++ > 0)
            out[len++] = (char)(bits >> (2 * (4 - n)) & 0xff);
        n %= 4;
    }
    return len;
}

static bool is_control(char c)
{
    return ((unsigned char)c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f') ||
           c == 0x7f;
}

/* Bytes of text that s begins with. */
static size_t text_len(struct slice s)
{
    size_t i = 0, n = 1;
    for (; i < s.len && n > 0; i += n) {
        n = (unsigned char)s.at[i] < 0x80 ? 1 : utf8_len(slice_from(s, i));
        if (n == 1 && is_control(s.at[i]))
            break;
    }
    return i;
}

/* Blocks of text, with what is left of a character between them. */
static bool is_text(struct slice s)
{
    char block[LONGEST_CHARACTER + BLOCK];
    size_t at = 0, left = 0;
    while (at < s.len) {
        size_t len = decode(s, &at, block, left), read = text_len(slice_of(block, len));
        left = len - read;
        if (left >= LONGEST_CHARACTER)
            return false;
        memmove(block, block + read, left);
    }
    return left == 0;
}

bool binary_is_base64(struct slice s)
{
    if (s.len < LEAST)
        return false;
    s = without_padding(s);
    for (size_t i = 0; i < s.len; i++)
        if (bytes_base64(s.at[i]) < 0 && s.at[i] != '\r' && s.at[i] != '\n')
            return false;
    return !is_text(s);
}

bool binary_is_url(struct slice s)
{
    if (!slice_has_prefix(s, SLICE_LIT("data:")) || slice_has_prefix(s, SLICE_LIT("data:text/")))
        return false;
    size_t comma = slice_find_byte(s, ',');
    if (comma == SIZE_MAX || comma > LONGEST_TYPE)
        return false;
    return slice_has_suffix(slice_cut(s, 0, comma), SLICE_LIT(";base64")) &&
           binary_is_base64(slice_from(s, comma + 1));
}
