/* proxy/base/slice.c - see slice.h. Owns nothing. */
#include "proxy/base/base.h"
#include "proxy/base/slice.h"

bool slice_has_letters(const char *a, const char *b, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (a[i] != b[i] && slice_lower(a[i]) != slice_lower(b[i]))
            return false;
    return true;
}

bool slice_has_prefix(struct slice s, struct slice prefix)
{
    return s.len >= prefix.len && slice_is(slice_of(s.at, prefix.len), prefix);
}

bool slice_has_suffix(struct slice s, struct slice suffix)
{
    return s.len >= suffix.len && slice_is(slice_from(s, s.len - suffix.len), suffix);
}

size_t slice_find_byte(struct slice s, char byte)
{
    const char *p = s.len == 0 ? NULL : memchr(s.at, byte, s.len);
    return p == NULL ? SIZE_MAX : (size_t)(p - s.at);
}

size_t slice_find(struct slice s, struct slice needle)
{
    if (needle.len == 0)
        return 0;
    for (size_t i = 0; i + needle.len <= s.len; i++) {
        size_t step = slice_find_byte(slice_cut(s, i, s.len - needle.len + 1), needle.at[0]);
        if (step == SIZE_MAX)
            return SIZE_MAX;
        i += step;
        if (memcmp(s.at + i, needle.at, needle.len) == 0)
            return i;
    }
    return SIZE_MAX;
}

bool slice_is_any(struct slice s, const char *const *words, size_t n)
{
    char first = s.len > 0 ? slice_lower(s.at[0]) : '\0';
    for (size_t i = 0; i < n; i++)
        if (words[i][0] == first && slice_is_nocase(s, slice_str(words[i])))
            return true;
    return false;
}

struct slice slice_trim(struct slice s)
{
    while (s.len > 0 && slice_is_blank(s.at[0]))
        s = slice_from(s, 1);
    while (s.len > 0 && slice_is_blank(s.at[s.len - 1]))
        s.len--;
    return s;
}

gw_result slice_u64(struct slice s, uint64_t *out)
{
    uint64_t n = 0;
    if (s.len == 0)
        return gw_is(GW_BAD);
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] < '0' || s.at[i] > '9')
            return gw_is(GW_BAD);
        unsigned digit = (unsigned)(s.at[i] - '0');
        if (n > (UINT64_MAX - digit) / 10)
            return gw_is(GW_TOO_BIG);
        n = n * 10 + digit;
    }
    *out = n;
    return gw_is(GW_OK);
}

/* Linear: on a mismatch only the last star is tried again one byte further on. */
bool slice_has_glob(struct slice s, struct slice pattern)
{
    size_t i = 0, p = 0, star = SIZE_MAX, mark = 0;
    while (i < s.len) {
        if (p < pattern.len && pattern.at[p] == '*') {
            star = p++;
            mark = i;
        } else if (p < pattern.len && pattern.at[p] == s.at[i]) {
            p++;
            i++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            i = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.at[p] == '*')
        p++;
    return p == pattern.len;
}

int slice_order(struct slice a, struct slice b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n == 0 ? 0 : memcmp(a.at, b.at, n);
    if (order != 0)
        return order;
    return a.len < b.len ? -1 : a.len > b.len;
}

struct clear clear_name(struct slice name)
{
    /* letters, digits and  +-./:@_ */
    const struct slice_set plain = {UINT64_C(0x07ffe80100000000), UINT64_C(0x07fffffe87ffffff)};
    return name.len <= 200 && slice_is_of(name, plain) ? (struct clear){name} : CLEAR_LIT("?");
}
