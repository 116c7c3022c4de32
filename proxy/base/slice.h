/* proxy/base/slice.h - a borrowed run of bytes, and text that may be shown to people.
 *
 * A slice is always borrowed and may hold anything: what a peer sent, a secret, binary. It is not
 * NUL-terminated. No log, metric, error or record function takes one: they take struct clear, which
 * only the makers below produce (literals, numbers, names that passed a character check).
 * C strings stop at the door: slice_str() on the way in, nothing on the way out. */
#ifndef PROXY_BASE_SLICE_H
#define PROXY_BASE_SLICE_H

#include "proxy/base/base.h"

struct slice {
    const char *at; /* may be NULL when len is 0 */
    size_t len;     /* bytes */
};

/* Text that holds nothing of a caller's content: may be logged, recorded and sent in headers. */
struct clear {
    struct slice s;
};

#define SLICE_LIT(literal) ((struct slice){(literal), sizeof(literal) - 1})
#define CLEAR_LIT(literal) ((struct clear){{(literal), sizeof(literal) - 1}})

static inline struct slice slice_of(const void *at, size_t len)
{
    return (struct slice){(const char *)at, len};
}
/* A C string of our own, or NULL (an empty slice). */
static inline struct slice slice_str(const char *text)
{
    return (struct slice){text, text == NULL ? 0 : strlen(text)};
}
static inline bool slice_is(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}
/* A space, a tab, an end of a line. */
static inline bool slice_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
/* Of ASCII letters; others stay. */
static inline char slice_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}
/* Equal but for ASCII case. */
bool slice_has_letters(const char *a, const char *b, size_t len);
static inline bool slice_is_nocase(struct slice a, struct slice b)
{
    if (a.len != b.len || a.len == 0)
        return a.len == b.len;
    return ((a.at[0] ^ b.at[0]) & ~0x20) == 0 && slice_has_letters(a.at, b.at, a.len);
}
bool slice_has_prefix(struct slice s, struct slice prefix);
bool slice_has_suffix(struct slice s, struct slice suffix);
/* From byte `from` to the end, or to `to`; clamped to the slice, never out of it. */
static inline struct slice slice_cut(struct slice s, size_t from, size_t to)
{
    if (to > s.len)
        to = s.len;
    if (from > to)
        from = to;
    return (struct slice){s.at == NULL ? NULL : s.at + from, to - from};
}
static inline struct slice slice_from(struct slice s, size_t from)
{
    return slice_cut(s, from, s.len);
}
/* A set of ASCII bytes: bit b of low is the byte b, of high the byte 64 + b. */
struct slice_set {
    uint64_t low, high;
};
/* Is each byte of s in the set? */
static inline bool slice_is_of(struct slice s, struct slice_set set)
{
    bool is_fine = true;
    for (size_t i = 0; is_fine && i < s.len; i++) {
        unsigned c = (unsigned char)s.at[i];
        is_fine = c < 0x80 && ((c < 64 ? set.low : set.high) >> (c & 63) & 1) != 0;
    }
    return is_fine;
}
/* Offset of the first such byte or run, or SIZE_MAX. */
size_t slice_find_byte(struct slice s, char byte);
size_t slice_find(struct slice s, struct slice needle);
/* Without spaces and tabs (and CR, LF) at both ends. */
/* One of n words in whole, which are written small: ASCII case of s does not matter. */
bool slice_is_any(struct slice s, const char *const *words, size_t n);
struct slice slice_trim(struct slice s);
/* Decimal digits only, whole slice, no sign; GW_BAD or GW_TOO_BIG. */
GW_MUST gw_result slice_u64(struct slice s, uint64_t *out);
/* Glob with `*` only, ASCII case kept: for names in policies ("hr-*"). */
bool slice_has_glob(struct slice s, struct slice pattern);
/* Order of bytes, then of lengths: <0, 0, >0. */
int slice_order(struct slice a, struct slice b);

/* Cleared text from a name: [A-Za-z0-9 ._:/@+-] up to 200 bytes; anything else gives "?".
 * For names from the configuration and for words that were looked up in one of our tables. */
struct clear clear_name(struct slice name);
/* Cleared text from a C string that the program itself holds (a table's word). */
static inline struct clear clear_word(const char *word)
{
    return (struct clear){slice_str(word)};
}

#endif
