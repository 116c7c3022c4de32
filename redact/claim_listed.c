/* redact/claim_listed.c - see claim.h. A given name of the lists and a word behind it that may be a
 * surname, where the model reads nothing: in languages that it hardly knows. Russian ones in all
 * cases. */
#include "proxy/base/base.h"
#include "redact/claim.h"

enum {
    GIVEN = LIST_GIVEN | LIST_GIVEN_RARE,
    SURNAME = LIST_SURNAME | LIST_SURNAME_RARE,
    OTHERS = LIST_COMMON | LIST_DATE | LIST_STREET | LIST_UNIT | LIST_ORG | LIST_NATION |
             LIST_LAND | LIST_HONORIFIC | LIST_CUE,
    LIKELY = 700, /* both are on lists */
    MAYBE = 600,  /* the given name is */
    NAME_BYTES = 32,
    AROUND = 7, /* words on each side that tell of a language */
    FIRST_CYRILLIC = 0xD0,
    LAST_CYRILLIC = 0xD1
};

static struct slice word_of(const struct claims *c, size_t i)
{
    return slice_cut(c->text, c->words[i].start, c->words[i].end);
}

static bool is_plain_name(const struct claims *c, size_t i)
{
    return i < c->count && c->words[i].shape == SHAPE_TITLE && c->tags[i] == TAG_NONE &&
           (c->cues[i] & ~CUE_PHRASE) == 0 && (c->words[i].lists & OTHERS) == 0 &&
           claim_is_name(c, i);
}

/* "Karl Marxstraße" is a place. */
static bool is_street(struct slice word)
{
    static const char *const ends[] = {"straße", "strasse", "str",    "platz", "weg",
                                       "allee",  "gasse",   "straat", "plein"};
    for (size_t k = 0; k < GW_COUNT(ends); k++)
        if (slice_has_suffix(word, slice_str(ends[k])))
            return true;
    return false;
}

/* Lists of a Russian given name in another case: Мариной, Ефиму. */
static uint16_t lists_of_stem(const struct claims *c, size_t i)
{
    static const struct {
        const char *ending, *instead;
    } cases[] = {{"ой", "а"}, {"ей", "я"}, {"ом", ""}, {"ем", "й"}, {"у", ""},
                 {"у", "а"},  {"ю", "я"},  {"ю", "й"}, {"е", "а"},  {"ы", "а"},
                 {"и", "я"},  {"а", ""},   {"я", "й"}};
    struct slice word = word_of(c, i);
    char name[2 * NAME_BYTES];
    struct word w;
    uint16_t lists = 0;
    for (size_t k = 0; k < GW_COUNT(cases) && word.len < NAME_BYTES; k++) {
        struct slice ending = slice_str(cases[k].ending), instead = slice_str(cases[k].instead);
        if (!slice_has_suffix(word, ending))
            continue;
        size_t stem = word.len - ending.len;
        memcpy(name, word.at, stem);
        memcpy(name + stem, instead.at, instead.len);
        if (word_next(slice_of(name, stem + instead.len), 0, &w))
            lists |= model_lists(c->model, w.low);
    }
    return lists;
}

static void take_russian(struct claims *c, size_t i)
{
    uint16_t lists = c->words[i].lists;
    if (c->words[i + 1].gap != GAP_BLANK || !is_plain_name(c, i + 1) || !claim_is_surname(c, i + 1))
        return;
    if ((lists & GIVEN) == 0)
        lists = lists_of_stem(c, i);
    if ((lists & GIVEN) != 0 && (lists & OTHERS) == 0)
        claim_words(c, i, i + 2, NAME_PERSON, LIKELY);
}

/* The word behind the given name words[i], particles left out; 0: there is none. */
static size_t surname_of(const struct claims *c, size_t i)
{
    size_t at = i + 1;
    while (at + 1 < c->count && at < i + 3 && c->words[at].gap == GAP_BLANK &&
           c->words[at].shape == SHAPE_LOWER &&
           (c->words[at].lists & (LIST_PARTICLE | LIST_COMMON)) == LIST_PARTICLE)
        at++;
    return c->words[at].gap == GAP_BLANK && is_plain_name(c, at) && !is_street(word_of(c, at)) ? at
                                                                                               : 0;
}

/* Are most of the small words around words[i] none that English has? */
static bool is_foreign(const struct claims *c, size_t i)
{
    size_t from = i > AROUND ? i - AROUND : 0, to = i + AROUND < c->count ? i + AROUND : c->count;
    size_t small = 0, foreign = 0;
    for (size_t k = from; k < to; k++) {
        bool is_small = c->words[k].shape == SHAPE_LOWER;
        small += is_small;
        foreign += is_small && (c->words[k].lists & LIST_COMMON) == 0;
    }
    return small >= 3 && 2 * foreign > small;
}

/* A given name alone, in the midst of a sentence that is not English: "hat Ulrike angerufen". */
static void take_single(struct claims *c, size_t i)
{
    uint8_t next = i + 1 < c->count ? c->words[i + 1].shape : SHAPE_LINE;
    bool ends = next == SHAPE_LOWER || next == SHAPE_LINE ||
                (next == SHAPE_MARK && strchr(",.!?;", c->text.at[c->words[i + 1].start]) != NULL);
    bool is_within = i > 0 && c->words[i].gap == GAP_BLANK && c->words[i - 1].shape == SHAPE_LOWER;
    uint16_t lists = c->words[i].lists;
    if (is_within && ends && (lists & LIST_GIVEN) != 0 && (lists & (LIST_CITY | LIST_TOWN)) == 0 &&
        is_foreign(c, i))
        claim_words(c, i, i + 1, NAME_PERSON, MAYBE);
}

void claims_listed(struct claims *c, size_t i)
{
    if (i + 1 >= c->count || !is_plain_name(c, i))
        return;
    unsigned char first = (unsigned char)c->text.at[c->words[i].start];
    if (first >= FIRST_CYRILLIC && first <= LAST_CYRILLIC) {
        take_russian(c, i);
        return;
    }
    size_t at = (c->words[i].lists & GIVEN) != 0 ? surname_of(c, i) : 0;
    if (at == 0) {
        take_single(c, i);
        return;
    }
    bool listed = (c->words[at].lists & SURNAME) != 0;
    bool common = (c->words[i].lists & LIST_GIVEN) != 0;
    bool town = ((c->words[i].lists | c->words[at].lists) & (LIST_CITY | LIST_TOWN)) != 0;
    bool inside = i > 0 && c->words[i - 1].shape == SHAPE_LOWER; /* no sentence begins */
    if (listed ? common || !town : common && !town && inside)
        claim_words(c, i, at + 1, NAME_PERSON, listed ? LIKELY : MAYBE);
}

/* Is words[i] the name that stands in an address as `small`, perhaps its first letter alone? */
static bool is_part(const struct claims *c, size_t i, const struct word *small)
{
    const struct word *w = &c->words[i];
    bool is_large = w->shape == SHAPE_TITLE || w->shape == SHAPE_UPPER;
    bool is_initial = small->end - small->start == 1 &&
                      (c->text.at[w->start] | 0x20) == (c->text.at[small->start] | 0x20);
    return is_large && (is_initial || w->low == small->low) && claim_is_name(c, i);
}

void claims_mailed(struct claims *c, size_t i)
{
    if (i < 3 || c->words[i].gap != GAP_NONE || c->words[i - 1].gap != GAP_NONE ||
        strchr("._-", c->text.at[c->words[i - 2].start]) == NULL || c->words[i - 2].gap != GAP_NONE)
        return;
    const struct word *first = &c->words[i - 3], *last = &c->words[i - 1];
    if (last->end - last->start < 3)
        return;
    for (size_t k = 0; k + 1 < c->count; k++) {
        bool is_one = is_part(c, k, first) && c->words[k + 1].low == last->low;
        if (is_one && is_part(c, k + 1, last) && c->words[k + 1].gap == GAP_BLANK &&
            (c->words[k].lists & c->words[k + 1].lists & LIST_COMMON) == 0)
            claim_words(c, k, k + 2, NAME_PERSON, CLAIM_GOOD);
    }
}
