/* redact/context.c - see context.h. Refuses to know detectors and scores; owns nothing. */
#include "proxy/base/base.h"
#include "redact/context.h"
#include <ctype.h>

static bool is_letter(char c)
{
    return isalpha((unsigned char)c) != 0 || (unsigned char)c >= 0x80;
}
static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A word may begin at i. */
static bool is_begin(struct slice s, size_t i)
{
    if (i == 0 || !is_letter(s.at[i - 1]) || (unsigned char)s.at[i] >= 0x80)
        return true;
    return isupper((unsigned char)s.at[i]) != 0 && islower((unsigned char)s.at[i - 1]) != 0;
}
/* A word may end in front of i. */
static bool is_end(struct slice s, size_t i)
{
    if (i >= s.len || !is_letter(s.at[i]) || (unsigned char)s.at[i - 1] >= 0x80)
        return true;
    if (isupper((unsigned char)s.at[i]) != 0 && islower((unsigned char)s.at[i - 1]) != 0)
        return true;
    return s.at[i] == 's' && (i + 1 == s.len || !is_letter(s.at[i + 1]));
}

static bool has_one(struct slice text, struct slice word)
{
    for (size_t i = 0; i + word.len <= text.len; i++) {
        if (tolower((unsigned char)text.at[i]) != (unsigned char)word.at[0] || !is_begin(text, i))
            continue;
        if (slice_is_nocase(slice_cut(text, i, i + word.len), word) && is_end(text, i + word.len))
            return true;
    }
    return false;
}

bool context_has_word(struct slice text, const char *words)
{
    struct slice rest = slice_str(words);
    while (rest.len > 0) {
        size_t bar = slice_find_byte(rest, '|');
        struct slice word = slice_cut(rest, 0, bar);
        if (word.len > 0 && has_one(text, word))
            return true;
        rest = bar == SIZE_MAX ? slice_of(NULL, 0) : slice_from(rest, bar + 1);
    }
    return false;
}

bool context_is_against(struct slice text)
{
    return context_has_word(
        text, "order|invoice|sku|build|commit|sha|version|port|uuid|guid|timestamp|isbn|"
              "tracking|ticket|issue|item|serial|revision|line|page|pid|epoch|offset|"
              "size|bytes|amount|total|price|hash|checksum|id|index|seed|case|part");
}

static bool is_hex(char c)
{
    return isxdigit((unsigned char)c) != 0;
}

/* Letters, digits and underscores touch it. */
static bool is_glued(struct slice s, size_t start, size_t end)
{
    char before = start > 0 ? s.at[start - 1] : ' ', behind = end < s.len ? s.at[end] : ' ';
    return isalnum((unsigned char)before) != 0 || before == '_' || before == '#' || before == '$' ||
           isalnum((unsigned char)behind) != 0 || behind == '_' || behind == '%' || before == '\\';
}

static bool is_one_of(char c, const char *set)
{
    return c != 0 && strchr(set, c) != NULL;
}

/* A separator and a digit (or a dash and a hex digit, as in a UUID) go on from here. */
static bool goes_on(char near, char far, const char *marks)
{
    return is_one_of(near, marks) && (is_digit(far) || (near == '-' && is_hex(far)));
}

/* A currency sign in front, perhaps one blank away. */
static bool is_price(struct slice leaf, size_t start)
{
    struct slice left = slice_cut(leaf, start > 4 ? start - 4 : 0, start);
    return slice_find(left, SLICE_LIT("\xe2\x82\xac")) != SIZE_MAX ||
           slice_find(left, SLICE_LIT("\xc2\xa3")) != SIZE_MAX ||
           slice_find_byte(left, '$') != SIZE_MAX;
}

bool context_is_part(struct slice leaf, size_t start, size_t end)
{
    char near_left = start > 0 ? leaf.at[start - 1] : ' ',
         far_left = start > 1 ? leaf.at[start - 2] : ' ';
    char near_right = end < leaf.len ? leaf.at[end] : ' ',
         far_right = end + 1 < leaf.len ? leaf.at[end + 1] : ' ';
    return is_glued(leaf, start, end) || goes_on(near_left, far_left, ".,-:/") ||
           goes_on(near_right, far_right, ".,-:") ||
           (near_left == '=' && is_one_of(far_left, "=<>")) || is_price(leaf, start);
}
