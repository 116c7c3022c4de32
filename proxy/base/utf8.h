/* proxy/base/utf8.h - UTF-8: what is well-formed, reading and writing one character.
 *
 * Well-formed is table 3-7 of the Unicode standard: no overlong forms, no surrogates, nothing
 * beyond U+10FFFF. The only place in the tree that knows it. Owns nothing. */
#ifndef PROXY_BASE_UTF8_H
#define PROXY_BASE_UTF8_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

/* Bytes (1 to 4) of the well-formed character that s begins with; 0: there is none. */
size_t utf8_len(struct slice s);
/* The same, and which character it is. */
size_t utf8_read(struct slice s, uint32_t *point);
/* The same of the character at byte `at`; those of two and of three bytes are read where it is
 * asked. */
static inline size_t utf8_read_at(struct slice s, size_t at, uint32_t *point)
{
    const unsigned char *p = (const unsigned char *)s.at + at;
    size_t left = s.len - at;
    if (left >= 2 && p[0] >= 0xC2 && p[0] <= 0xDF && (p[1] & 0xC0) == 0x80) {
        *point = (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
        return 2;
    }
    if (left >= 3 && p[0] >> 4 == 0xE && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80) {
        *point = (p[0] & 0xFu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
        if (*point >= 0x800 && *point >> 11 != 0x1B) /* not overlong, no surrogate */
            return 3;
    }
    return utf8_read(slice_from(s, at), point);
}
/* Bytes written. Half a surrogate pair gets its three-byte form (WTF-8). */
size_t utf8_write(uint32_t point, char out[4]);
/* True when all of s is well-formed. Much faster than character by character. */
bool utf8_is_valid(struct slice s);
/* The same character by character: the oracle of the tests. */
bool utf8_is_valid_plainly(struct slice s);

/* A byte that goes on with a character which begins before it. */
static inline bool utf8_is_tail(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

#endif
