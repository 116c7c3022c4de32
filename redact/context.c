/* redact/context.c - see context.h. Refuses to know detectors and scores; owns nothing. */
#include "proxy/base/base.h"
#include "redact/context.h"
#include <ctype.h>

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
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

static unsigned hash(char first, char second)
{
    return ((unsigned)(unsigned char)first * 37 + (unsigned char)second) & 511;
}
static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static const char against[] = "order|invoice|sku|build|commit|sha|version|port|uuid|guid|timestamp|"
                              "isbn|tracking|ticket|issue|"
                              "item|serial|revision|line|page|pid|epoch|offset|size|bytes|amount|"
                              "total|price|hash|checksum|id|"
                              "index|seed|case|part";

size_t context_count(const char *words)
{
    size_t n = words == NULL ? 0 : 1;
    for (const char *at = words; at != NULL && (at = strchr(at, '|')) != NULL; at++)
        n++;
    return n;
}

gw_result context_table_init(struct context_table *t, size_t words, struct arena *arena)
{
    *t = (struct context_table){.room = words + context_count(against)};
    t->words = arena_array(arena, t->room, sizeof *t->words);
    if (t->words == NULL)
        return gw_is(GW_NO_MEMORY);
    return context_table_add(t, CONTEXT_AGAINST, against);
}

gw_result context_table_add(struct context_table *t, unsigned k, const char *words)
{
    struct slice rest = slice_str(words);
    while (rest.len > 0) {
        size_t bar = slice_find_byte(rest, '|');
        struct slice word = slice_cut(rest, 0, bar);
        rest = bar == SIZE_MAX ? slice_of(NULL, 0) : slice_from(rest, bar + 1);
        if (word.len < 2 || k >= CONTEXT_LISTS)
            return gw_is(GW_BAD);
        if (t->count == t->room)
            return gw_is(GW_TOO_BIG);
        uint32_t *chain = &t->by_hash[hash(word.at[0], word.at[1])];
        t->words[t->count] = (struct context_word){word, (uint64_t)1 << k, *chain};
        *chain = (uint32_t)++t->count;
    }
    return gw_is(GW_OK);
}

/* The lists that have a word which begins at i. */
static uint64_t lists_at(const struct context_table *t, struct slice text, size_t i)
{
    uint64_t lists = 0;
    uint32_t next = t->by_hash[hash(lower(text.at[i]), lower(text.at[i + 1]))];
    while (next != 0) {
        const struct context_word *w = &t->words[next - 1];
        size_t end = i + w->text.len;
        if (end <= text.len && (lists & w->lists) != w->lists && is_begin(text, i) &&
            slice_is_nocase(slice_of(text.at + i, w->text.len), w->text) && is_end(text, end))
            lists |= w->lists;
        next = w->next;
    }
    return lists;
}

uint64_t context_lists_in(const struct context_table *t, struct slice text)
{
    uint64_t lists = 0;
    char before = ' ';
    for (size_t i = 0; i + 1 < text.len; i++) { /* most bytes go on with a word in small letters */
        char c = text.at[i];
        bool inside = c >= 'a' && c <= 'z' && is_letter(before);
        before = c;
        if (!inside && is_letter(c))
            lists |= lists_at(t, text, i);
    }
    return lists;
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
