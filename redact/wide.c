/* redact/wide.c - see wide.h. What the three languages share. */
#include "proxy/base/base.h"
#include "redact/wide.h"

enum wide_script wide_at(struct slice text, size_t at)
{
    if (at + WIDE > text.len)
        return WIDE_NONE;
    const unsigned char *p = (const unsigned char *)text.at + at;
    if (p[0] < 0xE3 || p[0] > 0xED || (p[1] & 0xC0) != 0x80)
        return WIDE_NONE;
    uint32_t point = (p[0] & 0xFu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    if ((point >= 0x3400 && point <= 0x9FFF) || point == 0x3005)
        return WIDE_HAN;
    if (point >= 0x3041 && point <= 0x30FE && point != 0x30FB)
        return WIDE_KANA;
    return point >= 0xAC00 && point <= 0xD7A3 ? WIDE_HANGUL : WIDE_NONE;
}

enum wide_script wide_before(struct slice text, size_t at)
{
    return at >= WIDE ? wide_at(text, at - WIDE) : WIDE_NONE;
}

size_t wide_run(struct slice text, size_t at, bool kana)
{
    enum wide_script first = wide_at(text, at), script;
    size_t n = 0;
    while (n < 64 && (script = wide_at(text, at + n * WIDE)) != WIDE_NONE &&
           (script == first || (kana && script != WIDE_HANGUL)))
        n++;
    return n;
}

bool wide_is_of(struct slice text, size_t at, const char *all)
{
    if (at + WIDE > text.len)
        return false;
    for (; *all != '\0'; all += WIDE)
        if (memcmp(text.at + at, all, WIDE) == 0)
            return true;
    return false;
}

bool wide_has(struct slice text, size_t at, const char *what)
{
    return at < text.len && slice_has_prefix(slice_from(text, at), slice_str(what));
}

size_t wide_any(struct slice text, size_t at, const char *all)
{
    struct slice rest = slice_str(all), here = slice_from(text, at < text.len ? at : text.len);
    size_t most = 0;
    while (rest.len > 0) {
        size_t len = slice_find_byte(rest, '|');
        struct slice one = slice_cut(rest, 0, len);
        if (one.len > most && slice_has_prefix(here, one))
            most = one.len;
        rest = slice_from(rest, len < rest.len ? len + 1 : rest.len);
    }
    return most;
}

void wide_claim(struct claims *c, size_t i, size_t start, size_t end, uint8_t kind, uint16_t score)
{
    while (i > 0 && c->words[i].start > start)
        i--;
    while (i + 1 < c->count && c->words[i].end <= start)
        i++;
    claim_bytes(c, i, start, end, kind, score);
}
