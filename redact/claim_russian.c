/* redact/claim_russian.c - see claim.h. Russian names by their shape: a patronymic says where one
 * stands, initials beside a surname do. Refuses to know lists of names. */
#include "proxy/base/base.h"
#include "redact/claim.h"

enum { CYRILLIC_FIRST = 0xD0, CYRILLIC_LAST = 0xD3, PATRONYMIC_BYTES = 12, SURNAME_BYTES = 8 };

struct ending {
    const char *text;
};

/* Of patronymics, in all cases; those in capitals the model reads. */
static const struct ending patronymics[] = {
    {"ович"},   {"евич"},    {"овича"}, {"евича"}, {"овичу"}, {"евичу"}, {"овичем"},
    {"евичем"}, {"овиче"},   {"евиче"}, {"овна"},  {"евна"},  {"овны"},  {"евны"},
    {"овне"},   {"евне"},    {"овну"},  {"евну"},  {"овной"}, {"евной"}, {"ична"},
    {"ичны"},   {"ичне"},    {"ичну"},  {"ичной"}, {"ьич"},   {"ьича"},  {"ьичу"},
    {"ьичем"},  {"кузьмич"}, {"лукич"}, {"фомич"}, {"йович"}, {"йовна"},
};

/* Of surnames, in all cases. */
static const struct ending surnames[] = {
    {"ов"},   {"ев"},    {"ёв"},   {"ин"},   {"ын"},   {"ова"},  {"ева"},  {"ёва"},  {"ина"},
    {"ына"},  {"ский"},  {"цкий"}, {"ская"}, {"цкая"}, {"ской"}, {"цкой"}, {"ого"},  {"ому"},
    {"ову"},  {"еву"},   {"ину"},  {"овым"}, {"евым"}, {"иным"}, {"овой"}, {"евой"}, {"иной"},
    {"енко"}, {"ко"},    {"чук"},  {"юк"},   {"ук"},   {"як"},   {"ых"},   {"их"},   {"ян"},
    {"дзе"},  {"швили"}, {"ый"},   {"ой"},   {"ая"},   {"ец"},   {"ель"},  {"ич"},   {"ман"},
};

static struct slice word_of(const struct claims *c, size_t i)
{
    return slice_cut(c->text, c->words[i].start, c->words[i].end);
}

static bool ends_as(struct slice word, const struct ending *all, size_t n)
{
    for (size_t k = 0; k < n; k++)
        if (slice_has_suffix(word, slice_str(all[k].text)))
            return true;
    return false;
}

/* A capitalised Cyrillic word, one blank behind the one before. */
static bool is_name(const struct claims *c, size_t i, uint8_t shape)
{
    const struct word *w = &c->words[i];
    unsigned char first = (unsigned char)c->text.at[w->start];
    return w->shape == shape && first >= CYRILLIC_FIRST && first <= CYRILLIC_LAST &&
           claim_is_name(c, i);
}

static bool follows(const struct claims *c, size_t i)
{
    return i < c->count && c->words[i].gap == GAP_BLANK;
}

/* A surname beside a name: by how it ends. */
static bool is_surname(const struct claims *c, size_t i, uint8_t shape)
{
    struct slice word = word_of(c, i);
    return is_name(c, i, shape) && (c->cues[i] & ~CUE_PHRASE) == 0 && word.len >= SURNAME_BYTES &&
           ends_as(word, surnames, GW_COUNT(surnames));
}

bool claim_is_surname(const struct claims *c, size_t i)
{
    return is_surname(c, i, c->words[i].shape);
}

/* Two initials from words[i] on: where they end. 0: they are none. */
static size_t initials(const struct claims *c, size_t i)
{
    size_t n = 0;
    for (; n < 2; n++) {
        if (i + 1 >= c->count || !is_name(c, i, SHAPE_ONE) || !claim_is_mark(c, i + 1, '.') ||
            c->words[i + 1].gap != GAP_NONE || (n > 0 && c->words[i].gap == GAP_WIDE))
            return 0;
        i += 2;
    }
    return i;
}

static void take_initials(struct claims *c, size_t i)
{
    size_t end = initials(c, i), from = i;
    if (end == 0)
        return;
    bool before = i > 0 && follows(c, i) && is_name(c, i - 1, SHAPE_TITLE);
    bool behind = end < c->count && c->words[end].gap != GAP_WIDE && is_name(c, end, SHAPE_TITLE);
    if (before && (!behind || is_surname(c, i - 1, SHAPE_TITLE)))
        from--;
    else if (behind)
        end++;
    else
        return;
    claim_words(c, from, end, NAME_PERSON, CLAIM_GOOD);
}

/* Where a double surname ends whose first half ends at `end`. */
static size_t double_end(const struct claims *c, size_t end, uint8_t shape)
{
    bool joined = end + 1 < c->count && claim_is_mark(c, end, '-') &&
                  c->words[end].gap == GAP_NONE && is_name(c, end + 1, shape);
    return joined ? end + 2 : end;
}

static void take_patronymic(struct claims *c, size_t i)
{
    uint8_t shape = c->words[i].shape;
    struct slice word = word_of(c, i);
    if (i == 0 || word.len < PATRONYMIC_BYTES || !follows(c, i) || !is_name(c, i, shape) ||
        !is_name(c, i - 1, shape) || !ends_as(word, patronymics, GW_COUNT(patronymics)))
        return;
    size_t from = i - 1, end = i + 1;
    if (from > 0 && follows(c, from) && is_surname(c, from - 1, shape))
        from--;
    else if (follows(c, end) && is_surname(c, end, shape))
        end++;
    claim_words(c, from, double_end(c, end, shape), NAME_PERSON, CLAIM_SURE);
}

void claims_patronymic(struct claims *c, size_t i)
{
    unsigned char first = (unsigned char)c->text.at[c->words[i].start];
    if (first < CYRILLIC_FIRST || first > CYRILLIC_LAST)
        return;
    if (c->words[i].shape == SHAPE_ONE)
        take_initials(c, i);
    else
        take_patronymic(c, i);
}
