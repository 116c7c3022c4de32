/* redact/hold.c - see hold.h.
 *
 * Built-in detectors: their values are words, or groups with digits in a row, or a PEM block: one
 * look at the end of the text tells. A policy's own: the engine says where their patterns could
 * still match if more came. Refuses to know what is done with findings. */
#include "proxy/base/base.h"
#include "redact/hold.h"
#include "proxy/base/utf8.h"
#include "redact/normal.h"
#include "redact/spelled.h"
#include "redact/scanner.h"

/* The begin of a PEM block that has not ended; text.len when there is none. */
static size_t open_block(struct slice text)
{
    static const char begin[] = "-----BEGIN", end[] = "-----END";
    size_t at = text.len, base = 0;
    for (;;) {
        size_t k = slice_find(slice_from(text, base), slice_of(begin, sizeof begin - 1));
        if (k == SIZE_MAX)
            break;
        at = base + k;
        base = at + sizeof begin - 1;
    }
    struct slice rest = slice_from(text, at);
    size_t stop = slice_find(rest, slice_of(end, sizeof end - 1));
    if (at == text.len || stop == SIZE_MAX)
        return at;
    size_t close = slice_find(slice_from(rest, stop + sizeof end - 1), SLICE_LIT("-----"));
    return close == SIZE_MAX ? at : text.len;
}

/* A word that a number in groups may hold: with a digit, or (an IBAN's) short and all capitals. */
static bool is_group(struct slice word, bool *digit)
{
    bool capitals = word.len <= 4;
    *digit = false;
    for (size_t i = 0; i < word.len; i++) {
        char c = word.at[i];
        *digit |= (c >= '0' && c <= '9') || c == '+';
        capitals = capitals && c >= 'A' && c <= 'Z';
    }
    return *digit || capitals;
}

/* The begin of the last word; of all words with digits that end the text, when the last has one. */
static size_t last_words(struct slice text)
{
    size_t at = text.len, start = text.len;
    for (unsigned words = 0; words < 12 && at > 0; words++) {
        size_t end = at, from;
        bool digit;
        while (end > 0 && slice_is_blank(text.at[end - 1]))
            end--;
        for (from = end; from > 0 && !slice_is_blank(text.at[from - 1]);)
            from--;
        bool touches = words == 0 && end == text.len;
        if (!is_group(slice_cut(text, from, end), &digit) && !touches)
            break;
        at = from;
        if (digit || touches)
            start = from;
        if (text.len - start > HOLD_MAX)
            break;
    }
    return start;
}

/* The first word in text[from, ..) with which a word of a policy's lists begins that is longer than
 * the text. */
static size_t open_phrase(const struct scanner *s, struct slice text, size_t from)
{
    for (size_t at = from; at < text.len && s->lists.count > 0; at++)
        if ((at == 0 || !lists_takes(slice_cut(text, at - 1, at))) &&
            lists_takes(slice_cut(text, at, at + 1)) && lists_is_open(&s->lists, text, at))
            return at;
    return text.len;
}

/* Where a value of that row may begin: behind what a longer one would have begun in, and at a
 * letter. */
static size_t first_for(const struct row *row, struct slice text, size_t from)
{
    size_t first = text.len > row->max_len ? text.len - row->max_len : 0;
    first = first < from ? from : first;
    while (first < text.len && utf8_is_tail(text.at[first]))
        first++;
    return first;
}

/* Of the patterns that begin with letters: the first place whose letters they may be. */
static gw_result open_lead(const struct scanner *s, struct scan_scratch *scratch, struct slice text,
                           size_t from, size_t *start)
{
    struct leads_walk walk;
    uint32_t i;
    for (size_t at = from; at < *start; at++) {
        leads_start(&walk, &s->leads, slice_from(text, at));
        while (leads_next(&walk, &i)) {
            const struct row *row = &s->rows[i];
            size_t open = text.len;
            if (at >= first_for(row, text, from))
                TRY(confirm_open(row->confirmer, scratch->confirm, text, at, at, &open));
            *start = open < *start ? open : *start;
        }
    }
    return gw_is(GW_OK);
}

/* The first place in text[from, ..) where a policy's own pattern could match if more came. */
static gw_result open_pattern(const struct scanner *s, struct scan_scratch *scratch,
                              struct slice text, size_t from, size_t *start)
{
    *start = text.len;
    if (s->leads.other_count + s->leads.count == 0)
        return gw_is(GW_OK);
    const struct lead_bytes bytes = leads_bytes(slice_from(text, from));
    for (size_t i = 0; i < s->leads.other_count; i++) {
        const struct lead_other *other = &s->leads.others[i];
        const struct row *row = &s->rows[other->row];
        size_t at;
        if (!leads_meet(&other->first, &bytes)) {
            i += other->same;
            continue;
        }
        TRY(confirm_open(row->confirmer, scratch->confirm, text, first_for(row, text, from),
                         text.len, &at));
        *start = at < *start ? at : *start;
    }
    return s->leads.count > 0 ? open_lead(s, scratch, text, from, start) : gw_is(GW_OK);
}

static bool is_letter(char c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c & 0x80) != 0;
}

/* The begin of the digit words that end the text, and of the word that is cut behind them; text.len
 * when none does. */
static size_t open_spelled(struct slice text, size_t from)
{
    size_t end = text.len, low = from;
    unsigned digit, languages;
    while (end > low && is_letter(text.at[end - 1]))
        end--;
    size_t start = end, before;
    do { /* by so many words at a time */
        before = start;
        start = spelled_back(text, before);
    } while (start < before && start > low);
    if (start < end)
        return start < low ? low : start;
    if (end > low && end < text.len && !spelled_digit(slice_from(text, end), &digit, &languages))
        return text.len;                         /* as most words are none */
    size_t whole = spelled_back(text, text.len); /* or the last word is one */
    return whole < low ? low : whole;
}

/* Where a stretch of a policy's documents may begin, or goes on, that more text could complete. */
static size_t open_stretch(const struct scanner *s, struct slice text, size_t from)
{
    size_t start = text.len;
    for (size_t i = 0; i < s->document_count; i++) {
        struct prints_walk walk;
        struct prints_stretch found;
        prints_start(&walk, s->rows[s->documents[i]].prints, text, from);
        while (prints_next(&walk, &found))
            if (found.is_open && found.start < start)
                start = found.start;
        size_t tail = prints_tail(&walk);
        start = tail < start ? tail : start;
    }
    return start;
}

/* Where what is undecided begins in text[from, ..); text.len when all is decided. */
static gw_result open_from(const struct scanner *s, struct scan_scratch *scratch, struct slice text,
                           size_t from, size_t *start)
{
    struct slice tail = slice_from(text, from);
    const size_t others[] = {from + open_block(tail), from + last_words(tail),
                             open_phrase(s, text, from), open_stretch(s, text, from),
                             open_spelled(text, from)};
    TRY(open_pattern(s, scratch, text, from, start));
    for (size_t i = 0; i < GW_COUNT(others); i++)
        *start = others[i] < *start ? others[i] : *start;
    return gw_is(GW_OK);
}

/* The same in the normal form, where it is another. */
static gw_result open_normal(const struct scanner *s, struct scan_scratch *scratch,
                             struct slice text, size_t from, struct arena *arena, size_t *start)
{
    struct normal normal;
    size_t at, behind;
    *start = text.len;
    if (arena == NULL)
        return gw_is(GW_OK);
    TRY(normal_make(slice_from(text, from), arena, &normal));
    if (!normal.changed)
        return gw_is(GW_OK);
    TRY(open_from(s, scratch, normal.text, 0, &at));
    if (at == normal.text.len)
        return gw_is(GW_OK);
    offmap_range(&normal.map, at, at + 1, start, &behind);
    *start += from;
    return gw_is(GW_OK);
}

gw_result hold_undecided(const struct scanner *s, struct scan_scratch *scratch, struct slice text,
                         size_t from, struct arena *arena, size_t *undecided)
{
    size_t start, normal;
    if (text.len - from > HOLD_MAX)
        from = text.len - HOLD_MAX;
    TRY(open_from(s, scratch, text, from, &start));
    TRY(open_normal(s, scratch, text, from, arena, &normal));
    start = normal < start ? normal : start;
    while (start < text.len && utf8_is_tail(text.at[start]))
        start++;
    *undecided = text.len - start;
    return gw_is(GW_OK);
}
