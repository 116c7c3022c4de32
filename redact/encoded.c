/* redact/encoded.c - see encoded.h. Bytes go through a sieve as they are decoded, so what holds no
 * text is left at its first odd byte.
 *
 * Refuses to know where a text comes from. Owns nothing. */
#include "proxy/base/base.h"
#include "redact/encoded.h"
#include "proxy/base/bytes.h"
#include "proxy/base/utf8.h"
#include "redact/escapes.h"

enum { LEAST = 16, MOST = 65536, LINE_LEAST = 40, CHARACTER = 4, LATIN = 0xA0 };

/* Bytes that come one by one: are they text? */
struct sieve {
    char held[CHARACTER]; /* of a character that is not whole yet */
    size_t count, seen;
    bool is_wide;
};

static bool is_latin(char c)
{
    return escapes_is_text((unsigned char)c) || (unsigned char)c >= LATIN;
}

static bool is_text_so_far(struct sieve *s, char c)
{
    size_t i = s->seen++;
    if (i == 1 && c == '\0') {
        s->is_wide = true;
        s->count = 0;
    }
    if (s->is_wide)
        return i % 2 == 1 ? c == '\0' : is_latin(c);
    if (s->count == 0 && (unsigned char)c < 0x80)
        return escapes_is_text(c);
    s->held[s->count++] = c;
    if (utf8_len(slice_of(s->held, s->count)) == s->count)
        s->count = 0; /* it is whole */
    return s->count < CHARACTER && (unsigned char)s->held[0] >= 0xC2;
}

static bool is_whole(const struct sieve *s)
{
    return s->is_wide ? s->seen % 2 == 0 : s->count == 0;
}

/* Letters that s begins with, no more than `most`. */
static size_t letters_in(struct slice s, size_t most)
{
    size_t n = 0;
    while (n < s.len && n < most && bytes_base64(s.at[n]) >= 0)
        n++;
    return n;
}

static size_t letters_of(struct slice s)
{
    return letters_in(s, MOST + 1);
}

/* Bytes of one to four letters into out[3]; how many. */
static size_t quantum(const char *at, size_t n, char out[3])
{
    uint32_t bits = (uint32_t)bytes_base64(at[0]) << 18;
    bits |= n > 1 ? (uint32_t)bytes_base64(at[1]) << 12 : 0;
    bits |= n > 2 ? (uint32_t)bytes_base64(at[2]) << 6 : 0;
    bits |= n > 3 ? (uint32_t)bytes_base64(at[3]) : 0;
    out[0] = (char)(bits >> 16 & 0xFF);
    out[1] = (char)(bits >> 8 & 0xFF);
    out[2] = (char)(bits & 0xFF);
    return n - 1;
}

static bool is_line_text(struct sieve *sieve, struct slice line)
{
    char three[3];
    for (size_t i = 0; i < line.len; i += 4) {
        size_t got = quantum(line.at + i, line.len - i < 4 ? line.len - i : 4, three);
        for (size_t k = 0; k < got; k++)
            if (!is_text_so_far(sieve, three[k]))
                return false;
    }
    return true;
}

static size_t signs_in(struct slice line)
{
    size_t n = 0;
    for (size_t i = 0; i < line.len; i++)
        n += strchr("+/-_", line.at[i]) != NULL;
    return n;
}

/* Bytes of a line end that s begins with. */
static size_t line_end(struct slice s)
{
    size_t n = s.len > 0 && s.at[0] == '\r' ? 1 : 0;
    return n < s.len && s.at[n] == '\n' ? n + 1 : 0;
}

/* A line that goes on with base64 has nothing else in it: it ends here, or its text does. */
static bool is_all_of_line(struct slice rest)
{
    return rest.len == 0 || (rest.at[0] != '\0' && strchr("=\r\n\"'<\x1f", rest.at[0]) != NULL);
}

/* Padding behind `letters` letters, as much as belongs to them. */
static size_t padding_of(struct slice s, size_t letters)
{
    size_t n = 0;
    while (letters % 4 + n < 4 && letters % 4 > 0 && n < s.len && s.at[n] == '=')
        n++;
    return n;
}

/* The first letters tell of most that they hold no text. */
static bool may_be_text(struct slice s)
{
    struct sieve sieve = {0};
    return letters_in(s, LEAST) == LEAST && is_line_text(&sieve, slice_cut(s, 0, LEAST));
}

struct encoded encoded_base64(struct slice s)
{
    struct sieve sieve = {0};
    if (!may_be_text(s))
        return (struct encoded){0};
    size_t line = letters_of(s), n = line, at = 0, letters = 0, signs = 0, good = 0;
    if (line > MOST)
        return (struct encoded){0};
    while (n > 0 && n <= line && n % 4 != 1 && letters + n <= MOST) {
        struct slice now = slice_cut(s, at, at + n);
        if (!is_line_text(&sieve, now))
            break;
        letters += n;
        signs += signs_in(now);
        at += n;
        if (is_whole(&sieve) && signs * 5 <= letters) /* mostly letters and digits */
            good = at + padding_of(slice_from(s, at), n);
        size_t end = line_end(slice_from(s, at));
        if (end == 0 || n < line || line % 4 != 0 || line < LINE_LEAST)
            break;
        at += end;
        n = letters_of(slice_from(s, at));
        if (!is_all_of_line(slice_from(s, at + n)))
            break;
    }
    return (struct encoded){good, sieve.is_wide};
}

/* Wide characters lose their zeros. */
static size_t narrow(const char *bytes, size_t n, char out[ENCODED_STEP])
{
    size_t len = 0;
    for (size_t i = 0; i < n; i++)
        if (bytes[i] != '\0')
            len += utf8_write((unsigned char)bytes[i], out + len);
    return len;
}

size_t encoded_next(struct slice s, bool is_wide, char out[ENCODED_STEP], size_t *len)
{
    char three[3];
    size_t n = letters_of(slice_cut(s, 0, 4)), got = quantum(s.at, n, three);
    *len = is_wide ? narrow(three, got, out) : got;
    if (!is_wide)
        memcpy(out, three, sizeof three);
    n += padding_of(slice_from(s, n), n);
    return n + line_end(slice_from(s, n));
}

bool encoded_is_hex(struct slice letters)
{
    struct sieve sieve = {0};
    if (letters.len < LEAST || letters.len > MOST || letters.len % 2 != 0)
        return false;
    for (size_t i = 0; i < letters.len; i += 2) {
        int high = escapes_hex(letters.at[i]), low = escapes_hex(letters.at[i + 1]);
        if (high < 0 || low < 0 || (i == 2 && high + low == 0) ||
            !is_text_so_far(&sieve, (char)(high * 16 + low)))
            return false;
    }
    return is_whole(&sieve);
}
