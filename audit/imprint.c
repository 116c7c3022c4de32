/* audit/imprint.c - see imprint.h. The normal form stands in a buffer that is wiped. */
#include "proxy/base/base.h"
#include "audit/imprint.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* 10.1.2.3 and 1.0.12.3 are two: the dots of an address count. */
static bool is_address(struct slice value)
{
    unsigned parts = 1, number = 0, digits = 0;
    for (size_t i = 0; i < value.len; i++) {
        char c = value.at[i];
        if (c == '.' && digits > 0) {
            parts++;
            number = digits = 0;
        } else if (is_digit(c) && digits < 3) {
            number = number * 10 + (unsigned)(c - '0');
            digits++;
        } else {
            return false;
        }
        if (number > 255)
            return false;
    }
    return parts == 4 && digits > 0;
}

static bool is_number(struct slice value)
{
    size_t digits = 0, letters = 0;
    for (size_t i = 0; i < value.len; i++) {
        if (value.at[i] == '@')
            return false;
        digits += is_digit(value.at[i]);
        letters += is_letter(value.at[i]);
    }
    return digits > 0 && digits >= letters && !is_address(value);
}

/* Bytes of a dash or a blank that is not ASCII: no-break spaces, and U+2010 to U+2015. */
static size_t wide_separator(struct slice rest)
{
    static const char *const blanks[] = {"\xc2\xa0", "\xe2\x80\xaf"};
    for (size_t i = 0; i < GW_COUNT(blanks); i++)
        if (slice_has_prefix(rest, slice_str(blanks[i])))
            return strlen(blanks[i]);
    bool is_dash = slice_has_prefix(rest, SLICE_LIT("\xe2\x80")) && rest.len > 2 &&
                   (unsigned char)rest.at[2] >= 0x90 && (unsigned char)rest.at[2] <= 0x95;
    return is_dash ? 3 : 0;
}

static struct slice write_number(struct slice value, char *to)
{
    size_t n = 0;
    for (size_t i = 0; i < value.len;) {
        size_t skip = wide_separator(slice_from(value, i));
        char c = value.at[i];
        if (skip == 0 && (is_digit(c) || is_letter(c) || (unsigned char)c >= 0x80))
            to[n++] = slice_lower(c);
        i += skip == 0 ? 1 : skip;
    }
    size_t zeros = n > 2 && to[0] == '0' && to[1] == '0' ? 2 : 0;
    return slice_of(to + zeros, n - zeros);
}

static struct slice write_text(struct slice value, char *to)
{
    size_t n = 0;
    for (size_t i = 0; i < value.len; i++)
        if (!slice_is_blank(value.at[i]))
            to[n++] = slice_lower(value.at[i]);
        else if (to[n - 1] != ' ') /* the first one is no blank */
            to[n++] = ' ';
    return slice_of(to, n);
}

bool imprint_make(const struct secret_key *key, struct slice value, char out[IMPRINT_LEN + 1])
{
    char normal[IMPRINT_NORMAL];
    out[0] = '\0';
    value = slice_trim(value);
    if (value.len == 0)
        return false;
    bool is_long = value.len > sizeof normal;
    struct slice parts[] = {SLICE_LIT("value"), value};
    if (!is_long)
        parts[1] = is_number(value) ? write_number(value, normal) : write_text(value, normal);
    pseudonym_of(key, parts, GW_COUNT(parts), out);
    if (!is_long)
        secret_wipe(normal, value.len);
    return true;
}
