/* redact/origin.c - see origin.h. */
#include "proxy/base/base.h"
#include "redact/origin.h"
#include "redact/model.h"

/* SHORTEST_SMALL: bytes of a people written small ("we are proud cubans"). YEARS: below it four
 * digits are a year. */
enum { SHORTEST_SMALL = 5, YEARS = 2100 };

static bool is_one_of(struct slice text, const struct word *w, const char *const *all, size_t n)
{
    struct slice word = slice_cut(text, w->start, w->end);
    for (size_t k = 0; k < n; k++)
        if (slice_is_nocase(word, slice_str(all[k])))
            return true;
    return false;
}

static bool ends(const struct word *words, size_t i, size_t n)
{
    return i >= n || words[i].shape == SHAPE_MARK || words[i].shape == SHAPE_LINE;
}

/* "translate it into French", "she speaks Dutch". */
static bool is_language(struct slice text, const struct word *words, size_t i, size_t n)
{
    static const char *const before[] = {"in",    "into",  "to",     "from",     "speak", "speaks",
                                         "spoke", "learn", "fluent", "learning", "write", "read"};
    return i > 0 && is_one_of(text, &words[i - 1], before, GW_COUNT(before)) &&
           ends(words, i + 1, n);
}

/* "Polish the shoes", where a sentence begins. */
static bool is_order(struct slice text, const struct word *words, size_t i, size_t n)
{
    static const char *const behind[] = {"the", "a", "my", "your", "our", "this", "these", "it"};
    return (i == 0 || ends(words, i - 1, n)) && i + 1 < n &&
           is_one_of(text, &words[i + 1], behind, GW_COUNT(behind));
}

/* Is it written as peoples are: with a capital, or small and in the plural? What may as well be an
 * everyday word or a name of someone needs the capital where no sentence begins. */
static bool is_written_so(struct slice text, const struct word *words, size_t i, size_t n)
{
    const struct word *w = &words[i];
    bool small = w->shape == SHAPE_LOWER;
    if (small && (w->end - w->start < SHORTEST_SMALL || text.at[w->end - 1] != 's'))
        return false;
    if ((w->lists & (LIST_COMMON | LIST_GIVEN | LIST_SURNAME)) == 0)
        return true;
    return w->shape == SHAPE_TITLE && i > 0 && !ends(words, i - 1, n);
}

size_t origin_of(struct slice text, const struct word *words, size_t i, size_t n)
{
    const struct word *w = &words[i], *on = i + 1 < n ? w + 1 : NULL;
    if ((w->lists & LIST_NATION) == 0 || w->shape < SHAPE_LOWER || w->shape > SHAPE_UPPER ||
        !is_written_so(text, words, i, n) || is_language(text, words, i, n) ||
        is_order(text, words, i, n))
        return 0;
    return on != NULL && (on->lists & LIST_NATION) != 0 && on->gap == GAP_BLANK &&
                   on->shape == w->shape
               ? 2
               : 1;
}

static size_t digits_at(struct slice text, size_t at)
{
    size_t n = 0;
    while (at + n < text.len && text.at[at + n] >= '0' && text.at[at + n] <= '9')
        n++;
    return n;
}

/* Bytes of digits as postcodes have them: two groups, or five or six, or four that are no year. */
static size_t code_at(struct slice text, size_t at)
{
    static const struct {
        char mark;
        uint8_t first, least, most;
    } pairs[] = {{' ', 3, 2, 2}, {'-', 4, 3, 3}, {'-', 5, 3, 4}, {'-', 2, 3, 3}};
    size_t first = digits_at(text, at), end = at + first;
    char mark = end < text.len ? text.at[end] : '\0';
    size_t second = mark == ' ' || mark == '-' ? digits_at(text, end + 1) : 0;
    for (size_t i = 0; i < GW_COUNT(pairs); i++)
        if (mark == pairs[i].mark && first == pairs[i].first && second >= pairs[i].least &&
            second <= pairs[i].most)
            return first + 1 + second;
    uint64_t value = YEARS;
    if (second > 0 || first < 4 || first > 6)
        return 0;
    if (first == 4 && !gw_ok(slice_u64(slice_cut(text, at, end), &value)))
        return 0;
    return value >= YEARS ? first : 0;
}

/* Does what follows say that the number counts or measures something? */
static bool is_counting(struct slice text, size_t end)
{
    char mark = end < text.len ? text.at[end] : '\0';
    return mark == '%' || (mark == '.' && digits_at(text, end + 1) > 0);
}

size_t origin_postcode(struct slice text, const struct word *words, size_t i, size_t n)
{
    static const char *const on[] = {"in", "is",  "to",  "and", "for",  "on",
                                     "by", "was", "has", "at",  "with", "near"};
    if (i >= n || words[i].gap != GAP_BLANK)
        return 0;
    size_t len = code_at(text, words[i].start), end = words[i].start + len;
    if (len == 0 || is_counting(text, end))
        return 0;
    while (i < n && words[i].start < end)
        i++;
    if (i > 0 && words[i - 1].end > end)
        return 0;
    return ends(words, i, n) || words[i].shape == SHAPE_TITLE ||
                   is_one_of(text, &words[i], on, GW_COUNT(on))
               ? len
               : 0;
}
