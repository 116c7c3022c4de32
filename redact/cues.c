/* redact/cues.c - see cues.h. Refuses to know what follows from a cue. */
#include "proxy/base/base.h"
#include "redact/cues.h"

enum { LABEL_WORDS = 8 };

/* Marks that stand inside of what is said as one: apostrophes, hyphens, dots. */
static bool is_inner(const struct word *w)
{
    return w->shape == SHAPE_MARK && w->gap == GAP_NONE;
}

static bool is_word(const struct word *w)
{
    return w->shape >= SHAPE_LOWER && w->shape <= SHAPE_PLAIN;
}

static gw_result put(struct cues *c, uint32_t low, uint16_t kind)
{
    uint32_t at = low % CUE_SLOTS;
    if (low == 0 || c->count > CUE_SLOTS / 2)
        return gw_is(GW_TOO_BIG);
    while (c->slots[at].low != 0 && c->slots[at].low != low)
        at = (at + 1) % CUE_SLOTS;
    c->count += c->slots[at].low == 0;
    c->slots[at].low = low;
    c->slots[at].kind |= kind;
    return gw_is(GW_OK);
}

/* The same words as programs write them: first_name, firstName. */
static gw_result put_joined(struct cues *c, struct slice entry, uint16_t kind, bool low_line)
{
    char joined[WORD_BYTES];
    size_t n = 0;
    struct word w;
    for (size_t i = 0; i < entry.len && n < sizeof joined; i++) {
        bool is_blank = entry.at[i] == ' ';
        if (!is_blank || low_line)
            joined[n++] = is_blank ? '_' : entry.at[i];
    }
    if (!word_next(slice_of(joined, n), 0, &w) || w.end != n)
        return gw_is(GW_OK);
    return put(c, w.low, kind);
}

static gw_result put_entry(struct cues *c, struct slice entry, uint16_t kind)
{
    struct word w, last = {0};
    uint32_t low = 0;
    size_t n = 0;
    for (size_t at = 0; word_next(entry, at, &w); at = w.end) {
        if (w.shape == SHAPE_MARK)
            continue;
        low = n == 0 ? w.low : word_join(low, w.low);
        last = w;
        n++;
    }
    if (n == 0 || n > CUE_WORDS)
        return gw_is(GW_BAD);
    TRY(put(c, low, kind));
    if (n == 1)
        return gw_is(GW_OK);
    TRY(put(c, last.low, CUE_PHRASE));
    TRY(put_joined(c, entry, kind, true));
    return put_joined(c, entry, kind, false);
}

gw_result cues_new(struct arena *arena, struct cues **out)
{
    struct cues *c = arena_zalloc(arena, sizeof *c);
    const struct cue_row *row;
    *out = c;
    if (c == NULL)
        return gw_is(GW_NO_MEMORY);
    for (size_t i = 0; (row = cue_row_at(i)) != NULL; i++) {
        struct slice rest = slice_str(row->words);
        while (rest.len > 0) {
            size_t end = slice_find_byte(rest, '|');
            end = end < rest.len ? end : rest.len;
            TRY(put_entry(c, slice_cut(rest, 0, end), row->kind));
            rest = slice_from(rest, end < rest.len ? end + 1 : end);
        }
    }
    return gw_is(GW_OK);
}

/* The word before words[i], marks inside of a phrase left out; NULL: none belongs to it. */
static const struct word *word_before(const struct word *words, size_t i, size_t *at)
{
    while (i > 0 && is_inner(&words[i - 1]))
        i--;
    if (i == 0 || !is_word(&words[i - 1]))
        return NULL;
    *at = i - 1;
    return &words[i - 1];
}

uint16_t cues_at(const struct cues *c, const struct word *words, size_t i)
{
    uint16_t kind = cues_find(c, words[i].low);
    if ((kind & CUE_PHRASE) == 0)
        return kind;
    size_t at = i;
    const struct word *one = word_before(words, i, &at);
    if (one == NULL)
        return kind;
    kind |= cues_find(c, word_join(one->low, words[i].low));
    const struct word *two = word_before(words, at, &at);
    if (two != NULL)
        kind |= cues_find(c, word_join(word_join(two->low, one->low), words[i].low));
    return kind;
}

uint16_t cues_of_label(const struct cues *c, struct slice label)
{
    struct word words[LABEL_WORDS];
    size_t n = 0, last = SIZE_MAX;
    for (size_t at = 0; n < LABEL_WORDS && word_next(label, at, &words[n]); at = words[n++].end)
        if (is_word(&words[n]))
            last = n;
    return last == SIZE_MAX ? 0 : cues_at(c, words, last);
}
