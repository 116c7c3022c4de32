/* redact/claim.c - see claim.h. What all claims share: the reading of a name, the list of claims,
 * what speaks against a name. Refuses to know weights. */
#include "proxy/base/base.h"
#include "redact/claim.h"

#include <ctype.h>

enum {
    LABELS = CUE_PART | CUE_NAME | CUE_ROLE | CUE_ADDRESS | CUE_PLACE | CUE_COMPANY,
    NO_NAME = LABELS | CUE_NOT | CUE_ID | CUE_CLOSING,
    NAMED = LIST_GIVEN | LIST_GIVEN_RARE | LIST_SURNAME | LIST_SURNAME_RARE,
    LONG_NUMBER = 9,  /* digits that no house and no postcode has */
    NAME_BYTES = 4,   /* of the shortest word that names a street or a town */
    UPPER_BYTES = 6,  /* of one in capitals: what is shorter is short for something */
    FIRST_CJK = 0xE3, /* first bytes of kana, ideographs and Hangul */
    LAST_CJK = 0xED
};

bool claim_is_mark(const struct claims *c, size_t i, char mark)
{
    return i < c->count && c->words[i].shape == SHAPE_MARK && c->text.at[c->words[i].start] == mark;
}

bool claim_is_number(const struct word *w)
{
    return w->shape >= SHAPE_DIGIT && w->shape <= SHAPE_COUNT;
}

bool claim_is_wide(const struct claims *c, size_t i)
{
    unsigned char first = (unsigned char)c->text.at[c->words[i].start];
    uint8_t shape = c->words[i].shape;
    return (shape == SHAPE_PLAIN || shape == SHAPE_CODE) && first >= FIRST_CJK && first <= LAST_CJK;
}

void claim_bytes(struct claims *c, size_t i, size_t start, size_t end, uint8_t kind, uint16_t score)
{
    size_t to = i, at = c->n;
    while (to < c->count && c->words[to].start < end)
        to++;
    struct claim new = {(uint32_t)start, (uint32_t)end, (uint16_t)i, (uint16_t)to, score, kind};
    for (size_t k = 0; k < c->n; k++) {
        struct claim *old = &c->at[k];
        if (old->start >= end || start >= old->end)
            continue;
        if (old->score > score || (old->score == score && old->end - old->start >= end - start))
            return;
        at = k; /* the better one takes its place; what else it touches goes */
        break;
    }
    if (at == c->n && c->n++ == CLAIMS_MOST) {
        c->n = CLAIMS_MOST;
        return;
    }
    c->at[at] = new;
}

void claim_words(struct claims *c, size_t from, size_t to, uint8_t kind, uint16_t score)
{
    if (to > from)
        claim_bytes(c, from, c->words[from].start, c->words[to - 1].end, kind, score);
}

static bool is_particle(const struct word *w)
{
    return w->shape == SHAPE_LOWER && (w->lists & LIST_PARTICLE) != 0;
}

static bool is_large(const struct claims *c, size_t i)
{
    uint8_t shape = c->words[i].shape;
    return shape == SHAPE_TITLE || shape == SHAPE_UPPER || shape == SHAPE_ONE ||
           shape == SHAPE_MIXED || (shape == SHAPE_PLAIN && !claim_is_wide(c, i));
}

/* Does the table of cues say that it is none? Particles are in both: "La Rosa". */
static bool is_barred(const struct claims *c, size_t i)
{
    bool particle = (c->words[i].lists & LIST_PARTICLE) != 0;
    return (c->cues[i] & (particle ? LABELS | CUE_ID : NO_NAME)) != 0;
}

bool claim_is_name(const struct claims *c, size_t i)
{
    if (i >= c->count)
        return false;
    const struct word *w = &c->words[i];
    if (w->shape == SHAPE_ONE && claim_is_mark(c, i + 1, '.'))
        return true;
    bool is_date = (w->lists & LIST_DATE) != 0 && (w->lists & NAMED) == 0;
    bool is_call = claim_is_mark(c, i + 1, '(') && c->words[i + 1].gap == GAP_NONE;
    return is_large(c, i) && !is_barred(c, i) && !is_date && !is_call;
}

/* An apostrophe or a hyphen between two parts of one word. */
static bool is_joint(const struct claims *c, size_t i)
{
    if (i + 1 >= c->count || c->words[i].shape != SHAPE_MARK || c->words[i].gap != GAP_NONE ||
        c->words[i + 1].gap != GAP_NONE)
        return false;
    struct slice mark = slice_cut(c->text, c->words[i].start, c->words[i].end);
    return slice_is(mark, SLICE_LIT("-")) || slice_is(mark, SLICE_LIT("'")) ||
           slice_is(mark, SLICE_LIT("\xE2\x80\x99"));
}

static void count_word(struct claim_reading *r, const struct word *w)
{
    bool listed = (w->lists & NAMED) != 0;
    r->words += w->shape != SHAPE_ONE;
    r->listed += listed && w->shape != SHAPE_ONE;
    r->common += (w->lists & LIST_COMMON) != 0 && !listed;
}

/* Behind a word of a name at `at` - 1: where its next one may begin; 0: nowhere. */
static size_t next_of(const struct claims *c, size_t at, size_t *end, bool *comma)
{
    const struct word *last = &c->words[at - 1];
    if (at >= c->count || c->words[at].shape != SHAPE_MARK)
        return at;
    if (is_joint(c, at))
        return at + 1;
    if (claim_is_mark(c, at, '.') && c->words[at].gap == GAP_NONE && last->shape == SHAPE_ONE) {
        *end = at + 1;
        return at + 1;
    }
    if (*comma && claim_is_mark(c, at, ',') && at + 1 < c->count &&
        c->words[at + 1].gap == GAP_BLANK) {
        *comma = false;
        return at + 1;
    }
    return 0;
}

struct claim_reading claim_person(const struct claims *c, size_t i, unsigned most, bool comma)
{
    struct claim_reading r = {.end = i};
    size_t at = i, n = 0;
    while (n < most && at < c->count) {
        if (at > i && c->words[at].gap == GAP_WIDE)
            break;
        if (is_particle(&c->words[at]) && at + 1 < c->count) {
            at++;
            continue;
        }
        if (!claim_is_name(c, at))
            break;
        count_word(&r, &c->words[at]);
        comma &= n == 0;
        n++;
        r.end = ++at;
        at = next_of(c, at, &r.end, &comma);
        if (at == 0)
            break;
    }
    return r;
}

/* Does a line, a sentence or a value begin at words[i]? */
static bool opens(const struct claims *c, size_t i)
{
    return i == 0 || c->words[i - 1].shape == SHAPE_LINE || (c->cues[i - 1] & CUE_GREETING) != 0 ||
           (c->words[i - 1].shape == SHAPE_MARK &&
            strchr(":.!?|", c->text.at[c->words[i - 1].start]) != NULL);
}

static bool is_planet(const struct claims *c, size_t i)
{
    static const char *const words[] = {"mercury", "venus",  "earth",   "mars", "jupiter",
                                        "saturn",  "uranus", "neptune", "pluto"};
    struct slice word = slice_cut(c->text, c->words[i].start, c->words[i].end);
    for (size_t k = 0; k < GW_COUNT(words); k++)
        if (slice_is_nocase(word, slice_str(words[k])))
            return true;
    return false;
}

/* A planet that another stands beside: some are names of people, too. */
static bool is_among_planets(const struct claims *c, size_t i)
{
    enum { BESIDE = 6 };
    if (!is_planet(c, i))
        return false;
    for (size_t k = i > BESIDE ? i - BESIDE : 0; k < c->count && k <= i + BESIDE; k++)
        if (k != i && is_planet(c, k))
            return true;
    return false;
}

/* A label, or what stands instead of a name: it is large because it stands first. */
static bool is_no_name(const struct claims *c, size_t from, size_t to, uint8_t kind)
{
    const struct word *w = &c->words[from];
    if (to - from == 1 && (c->cues[from] & (LABELS | CUE_ID)) != 0 &&
        (claim_is_mark(c, to, ':') || (w->shape == SHAPE_UPPER && (c->cues[from] & CUE_ID) != 0)))
        return true;
    if (to - from == 1 && is_among_planets(c, from))
        return true;
    if ((kind != NAME_PERSON && to - from > 1) || !opens(c, from))
        return false;
    for (size_t i = from; i < to; i++)
        if ((c->cues[i] & CUE_NOT) == 0 ||
            (c->words[i].lists & (LIST_GIVEN | LIST_GIVEN_RARE | LIST_SURNAME)) != 0)
            return false;
    return true;
}

/* A word that a street or a town may be called by: long enough, no everyday word and no label. */
static bool is_place_word(const struct claims *c, size_t i)
{
    const struct word *w = &c->words[i];
    size_t len = w->end - w->start, least = w->shape == SHAPE_UPPER ? UPPER_BYTES : NAME_BYTES;
    if (w->shape < SHAPE_LOWER || w->shape > SHAPE_PLAIN || (c->cues[i] & (CUE_NOT | LABELS)) != 0)
        return false;
    return (w->lists & (LIST_STREET | LIST_UNIT)) != 0 ||
           (len >= least && (w->shape != SHAPE_LOWER || (w->lists & LIST_COMMON) == 0));
}

/* The first part of 6.02: a point and digits touch it. */
static bool is_decimal(const struct claims *c, size_t i)
{
    return claim_is_mark(c, i + 1, '.') && c->words[i + 1].gap == GAP_NONE && i + 2 < c->count &&
           c->words[i + 2].gap == GAP_NONE &&
           isdigit((unsigned char)c->text.at[c->words[i + 2].start]) != 0;
}

/* A number of its own at the end of a line: the last cell of a row. Or one that no house has. */
static bool is_other_number(const struct claims *c, size_t from, size_t i, size_t to)
{
    const struct word *w = &c->words[i];
    bool is_last = i == from && i + 1 < to && c->words[i + 1].shape == SHAPE_LINE;
    return claim_is_number(w) && (is_last || w->end - w->start >= LONG_NUMBER);
}

/* A word that a number of something else stands behind: of laws, books, roads, trains. */
static bool is_counted(const struct claims *c, size_t i)
{
    static const char *const words[] = {
        "article",  "articles", "artikel", "artículo",   "articolo",  "artigo",    "artykuł",
        "статья",   "статьи",   "section", "sections",   "abschnitt", "paragraph", "absatz",
        "ziffer",   "chapter",  "kapitel", "capítulo",   "capitolo",  "chapitre",  "глава",
        "recital",  "recitals", "annex",   "annexe",     "anhang",    "anlage",    "appendix",
        "schedule", "clause",   "klausel", "figure",     "fig",       "abbildung", "рис",
        "table",    "tabelle",  "page",    "pages",      "seite",     "página",    "pagina",
        "step",     "schritt",  "exit",    "interstate", "highway",   "route",     "hwy",
        "line",     "zeile",    "row",     "column",     "item",      "issue",     "ticket",
        "version",  "release",  "build",   "rule",       "regel",     "level",     "phase",
        "teil",     "volume",   "band",    "episode",    "season",    "staffel",   "scene",
        "verse",    "lesson",   "gate",    "gleis",      "platform",  "terminal",  "flight"};
    struct slice word = slice_cut(c->text, c->words[i].start, c->words[i].end);
    for (size_t k = 0; k < GW_COUNT(words); k++)
        if (slice_is_nocase(word, slice_str(words[k])))
            return true;
    return false;
}

/* An address holds a number or a street, and other words than those of forms and ids. */
static bool is_no_address(const struct claims *c, size_t from, size_t to)
{
    bool number = false, street = false, word = false;
    for (size_t i = from; i < to; i++) {
        const struct word *w = &c->words[i];
        if ((c->cues[i] & CUE_ID) != 0 || is_other_number(c, from, i, to))
            return true;
        bool is_of_thing = i > 0 && claim_is_number(w) && is_counted(c, i - 1);
        bool counts = i + 1 < c->count && claim_is_number(&c->words[i + 1]) && is_counted(c, i);
        number |= claim_is_number(w) && !is_decimal(c, i) && !is_of_thing;
        street |= !counts && ((w->lists & LIST_STREET) != 0 || (c->cues[i] & CUE_STREET) != 0);
        word |= is_place_word(c, i);
    }
    return (!number && !street) || !word;
}

bool claims_deny(const struct claims *c, size_t from, size_t to, uint8_t kind)
{
    return kind == NAME_ADDRESS ? is_no_address(c, from, to) : is_no_name(c, from, to, kind);
}
