/* redact/leads.c - see leads.h.
 *
 * The first letters of a pattern are read out of its text, as PCRE2 writes patterns
 * (pcre2pattern(3)): an option for case, a word's edge, then bytes that stand for themselves.
 * Whatever else it begins with leaves it to the set of its first bytes. Refuses to match anything.
 */
#include "proxy/base/base.h"
#include "redact/leads.h"

enum { ANY_CASE = 1, AT_EDGE = 2 };

gw_result leads_init(struct leads *l, size_t patterns, struct arena *arena)
{
    *l = (struct leads){0};
    l->sorted = arena_array(arena, patterns + 1, sizeof *l->sorted);
    l->others = arena_array(arena, patterns + 1, sizeof *l->others);
    l->begin = arena_array(arena, LEADS_KINDS, sizeof *l->begin);
    bool is_short = l->sorted == NULL || l->others == NULL || l->begin == NULL;
    return gw_is(is_short ? GW_NO_MEMORY : GW_OK);
}

static char small(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool is_letter_or_digit(char c)
{
    return (small(c) >= 'a' && small(c) <= 'z') || (c >= '0' && c <= '9');
}

/* The end of a class that begins at `at`; p.len when it holds a bracket, which may mean a named
 * one. */
static size_t class_end(struct slice p, size_t at)
{
    size_t i = at + 1;
    i += i < p.len && p.at[i] == '^';
    i += i < p.len && p.at[i] == ']';
    for (; i < p.len && p.at[i] != ']'; i++) {
        if (p.at[i] == '[')
            return p.len;
        i += p.at[i] == '\\';
    }
    return i;
}

/* A group, and no option, comment or verb: those may change what the rest means. */
static bool is_plain_group(struct slice p, size_t at)
{
    char first = at + 1 < p.len ? p.at[at + 1] : '\0',
         second = at + 2 < p.len ? p.at[at + 2] : '\0';
    return first != '*' && (first != '?' || (second != '\0' && strchr(":=!<>|P'", second) != NULL));
}

/* Every match begins as the pattern does: it is no choice of several, and nothing in it says that
 * brackets and bars are something else. */
static bool begins_one_way(struct slice p)
{
    size_t depth = 0;
    for (size_t i = 0; i < p.len; i++) {
        if (p.at[i] == '\\') {
            if (i + 1 < p.len && p.at[++i] == 'Q')
                return false;
        } else if (p.at[i] == '[') {
            i = class_end(p, i);
            if (i >= p.len)
                return false;
        } else if (p.at[i] == '(') {
            if (!is_plain_group(p, i))
                return false;
            depth++;
        } else if (p.at[i] == ')') {
            depth--;
        } else if (p.at[i] == '|' && depth == 0) {
            return false;
        }
    }
    return true;
}

/* The bytes that stand for themselves from `at` on, at most LEADS_LONGEST. */
static size_t read_letters(struct slice p, size_t at, char *out)
{
    size_t n = 0;
    while (at < p.len && n < LEADS_LONGEST) {
        bool is_escaped = p.at[at] == '\\';
        if (is_escaped && (at + 1 == p.len || is_letter_or_digit(p.at[at + 1])))
            break;
        if (!is_escaped && strchr("[](){}.^$|?*+#", p.at[at]) != NULL)
            break;
        out[n++] = p.at[at + is_escaped];
        at += 1U + is_escaped;
    }
    return n - (n > 0 && at < p.len && strchr("?*{", p.at[at]) != NULL);
}

gw_result leads_add(struct leads *l, struct slice pattern, bool caseless,
                    const struct lead_bytes *first, uint32_t row, struct arena *arena)
{
    char letters[LEADS_LONGEST];
    uint8_t kind = caseless ? ANY_CASE : 0;
    struct slice p = pattern;
    if (slice_has_prefix(p, SLICE_LIT("(?i)"))) {
        kind |= ANY_CASE;
        p = slice_from(p, 4);
    }
    if (slice_has_prefix(p, SLICE_LIT("\\b"))) {
        kind |= AT_EDGE;
        p = slice_from(p, 2);
    }
    size_t n = begins_one_way(p) ? read_letters(p, 0, letters) : 0;
    if (n == 0) {
        l->others[l->other_count++] = (struct lead_other){*first, row, 0};
        return gw_is(GW_OK);
    }
    for (size_t i = 0; i < n && (kind & ANY_CASE) != 0; i++)
        letters[i] = small(letters[i]);
    char *kept = arena_alloc(arena, n);
    if (kept == NULL)
        return gw_is(GW_NO_MEMORY);
    memcpy(kept, letters, n);
    l->sorted[l->count++] = (struct lead){slice_of(kept, n), row, kind};
    return gw_is(GW_OK);
}

static int by_kind_and_text(const void *a, const void *b)
{
    const struct lead *x = a, *y = b;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    size_t n = x->text.len < y->text.len ? x->text.len : y->text.len;
    int order = memcmp(x->text.at, y->text.at, n);
    if (order == 0 && x->text.len != y->text.len)
        return x->text.len < y->text.len ? -1 : 1;
    return order != 0 ? order : (x->row > y->row) - (x->row < y->row);
}

static int by_first(const void *a, const void *b)
{
    const struct lead_other *x = a, *y = b;
    int order = memcmp(&x->first, &y->first, sizeof x->first);
    return order != 0 ? order : (x->row > y->row) - (x->row < y->row);
}

void leads_done(struct leads *l)
{
    uint32_t i = 0;
    qsort(l->others, l->other_count, sizeof *l->others, by_first);
    for (size_t k = l->other_count; k-- > 1;)
        if (memcmp(&l->others[k - 1].first, &l->others[k].first, sizeof l->others[k].first) == 0)
            l->others[k - 1].same = l->others[k].same + 1;
    qsort(l->sorted, l->count, sizeof *l->sorted, by_kind_and_text);
    for (unsigned kind = 0; kind < LEADS_KINDS; kind++)
        for (unsigned b = 0; b <= 256; b++) {
            while (i < l->count && l->sorted[i].kind == kind &&
                   (unsigned char)l->sorted[i].text.at[0] < b)
                i++;
            l->begin[kind][b] = i;
        }
}

/* The first one in [low, high) whose byte at w->depth is `least` or more. */
static size_t first_from(const struct leads_walk *w, unsigned least)
{
    size_t low = w->low, high = w->high;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if ((unsigned char)w->leads->sorted[mid].text.at[w->depth] < least)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static unsigned byte_of(const struct leads_walk *w)
{
    char c = w->text.at[w->depth];
    return (unsigned char)((w->kind & ANY_CASE) != 0 ? small(c) : c);
}

/* Those of w->kind that begin with the first byte. */
static void begin_kind(struct leads_walk *w)
{
    w->depth = 0;
    w->low = w->high = 0;
    if (w->kind == LEADS_KINDS || w->text.len == 0)
        return;
    unsigned b = byte_of(w);
    w->low = w->leads->begin[w->kind][b];
    w->high = w->leads->begin[w->kind][b + 1];
    w->depth = 1;
}

void leads_start(struct leads_walk *w, const struct leads *l, struct slice text)
{
    *w = (struct leads_walk){.leads = l, .text = text};
    begin_kind(w);
}

bool leads_next(struct leads_walk *w, uint32_t *row)
{
    while (w->kind < LEADS_KINDS) {
        if (w->low == w->high) {
            w->kind++;
            begin_kind(w);
            continue;
        }
        const struct lead *lead = &w->leads->sorted[w->low];
        *row = lead->row;
        if (lead->text.len == w->depth) {
            w->low++;
            return true;
        }
        if (w->depth == w->text.len) { /* one tells of all that go on from here */
            w->low = w->high;
            return true;
        }
        unsigned b = byte_of(w);
        w->low = first_from(w, b);
        w->high = first_from(w, b + 1);
        w->depth++;
    }
    return false;
}

struct lead_bytes leads_bytes(struct slice text)
{
    struct lead_bytes set = {{0}};
    for (size_t i = 0; i < text.len; i++) {
        unsigned char b = (unsigned char)text.at[i];
        set.bits[b / 64] |= UINT64_C(1) << b % 64;
    }
    return set;
}
