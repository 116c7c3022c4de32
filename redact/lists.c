/* redact/lists.c - see lists.h. A bit says whether a text's word begins anything; then halving.
 *
 * All words that a text begins with are found behind the last one that sorts before the text: it,
 * or the words that it begins with. The arena frees all of it. */
#include "proxy/base/base.h"
#include "redact/lists.h"

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (slice_lower(c) >= 'a' && slice_lower(c) <= 'z') || c == '_';
}

/* Of the letters, digits and '_' from `at` on. */
static uint32_t hash_word(struct slice s, size_t at)
{
    uint32_t h = 2166136261u;
    for (; at < s.len && is_word(s.at[at]); at++)
        h = (h ^ (unsigned char)slice_lower(s.at[at])) * 16777619u;
    return h ^ h >> 15;
}

gw_result lists_init(struct lists *l, size_t words, struct arena *arena)
{
    size_t bits = 4096;
    *l = (struct lists){.room = words};
    if (words == 0)
        return gw_is(GW_OK);
    if (words > UINT32_MAX / 64)
        return gw_is(GW_TOO_BIG);
    while (bits < words * 16)
        bits *= 2;
    l->mask = (uint32_t)bits - 1;
    l->words = arena_array(arena, words, sizeof *l->words);
    l->known = arena_array(arena, bits / 64, sizeof *l->known);
    return gw_is(l->words == NULL || l->known == NULL ? GW_NO_MEMORY : GW_OK);
}

bool lists_takes(struct slice word)
{
    return word.len > 0 && is_word(word.at[0]);
}

gw_result lists_add(struct lists *l, struct slice word, uint32_t row, struct arena *arena)
{
    char *copy = arena_alloc(arena, word.len);
    assert(l->count < l->room && lists_takes(word));
    if (copy == NULL)
        return gw_is(GW_NO_MEMORY);
    for (size_t i = 0; i < word.len; i++)
        copy[i] = slice_lower(word.at[i]);
    uint32_t h = hash_word(word, 0) & l->mask;
    l->known[h / 64] |= (uint64_t)1 << h % 64;
    unsigned char first = (unsigned char)copy[0], second = (unsigned char)copy[word.len > 1];
    if (word.len > 1)
        l->pairs[first * 4 + second / 64] |= (uint64_t)1 << second % 64;
    else
        memset(&l->pairs[first * 4], 0xFF, 4 * sizeof l->pairs[0]);
    l->words[l->count++] = (struct list_word){.text = slice_of(copy, word.len), .row = row};
    return gw_is(GW_OK);
}

static int by_text(const void *a, const void *b)
{
    const struct list_word *x = a, *y = b;
    int order = slice_order(x->text, y->text);
    return order != 0 ? order : x->row < y->row ? -1 : x->row > y->row;
}

gw_result lists_done(struct lists *l, struct arena *arena)
{
    uint32_t *open =
        arena_array(arena, l->count + 1, sizeof *open); /* each begins with those below */
    size_t depth = 0;
    if (open == NULL)
        return gw_is(GW_NO_MEMORY);
    if (l->count > 0)
        qsort(l->words, l->count, sizeof *l->words, by_text);
    for (size_t i = 0; i < l->count; i++) {
        while (depth > 0 && !slice_has_prefix(l->words[i].text, l->words[open[depth - 1]].text))
            depth--;
        l->words[i].shorter = depth > 0 ? open[depth - 1] + 1 : 0;
        open[depth++] = (uint32_t)i;
    }
    return gw_is(GW_OK);
}

/* The order of a word and what stands at `at`; 0: the text goes on as the word says. */
static int order_at(struct slice word, struct slice text, size_t at)
{
    for (size_t i = 0; i < word.len; i++) {
        if (at + i >= text.len)
            return 1;
        unsigned char w = (unsigned char)word.at[i],
                      t = (unsigned char)slice_lower(text.at[at + i]);
        if (w != t)
            return w < t ? -1 : 1;
    }
    return 0;
}

/* w, or the longest shorter one, that stands at `at` as a word of its own. */
static const struct list_word *fitting(const struct lists *l, struct slice text, size_t at,
                                       const struct list_word *w)
{
    while (w != NULL) {
        size_t end = at + w->text.len;
        bool cut = end < text.len && is_word(text.at[end]) && is_word(text.at[end - 1]);
        if (order_at(w->text, text, at) == 0 && !cut)
            return w;
        w = w->shorter == 0 ? NULL : &l->words[w->shorter - 1];
    }
    return NULL;
}

const struct list_word *lists_first(const struct lists *l, struct slice text, size_t at)
{
    size_t low = 0, high = l->count;
    if (l->count == 0)
        return NULL;
    uint32_t h = hash_word(text, at) & l->mask;
    if ((l->known[h / 64] >> h % 64 & 1) == 0)
        return NULL;
    while (low < high) { /* the last word that is not behind the text */
        size_t mid = low + (high - low) / 2;
        if (order_at(l->words[mid].text, text, at) <= 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low == 0 ? NULL : fitting(l, text, at, &l->words[low - 1]);
}

const struct list_word *lists_next(const struct lists *l, struct slice text, size_t at,
                                   const struct list_word *w)
{
    return w->shorter == 0 ? NULL : fitting(l, text, at, &l->words[w->shorter - 1]);
}

bool lists_is_open(const struct lists *l, struct slice text, size_t at)
{
    size_t low = 0, high = l->count, left = text.len - at;
    if (l->count == 0)
        return false;
    while (low <
           high) { /* the first word behind the text: those that go on as it does come first */
        size_t mid = low + (high - low) / 2;
        if (order_at(l->words[mid].text, text, at) <= 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low < l->count && l->words[low].text.len > left &&
           order_at(slice_cut(l->words[low].text, 0, left), text, at) == 0;
}
