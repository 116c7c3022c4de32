/* redact/who.c - see who.h. From tags to names, and how sure of them one may be.
 *
 * Refuses to know weights, traits and policies. Owns nothing: a stretch is on the stack. */
#include "proxy/base/base.h"
#include "redact/who.h"
#include "redact/claim.h"
#include "redact/origin.h"
#include "redact/trait.h"

enum {
    KEY_BYTES = 48,
    STREET_SCORE = 700,
    BESIDE_SCORE = 600, /* of what is found beside names */
    ENOUGH = 256
}; /* words; a stretch ends with the next sentence */

/* A stretch of text and what the model says of it. */
struct reading {
    const struct model *model;
    struct slice text;
    struct word words[WHO_WORDS];
    int16_t sums[WHO_WORDS][TAGS];
    uint8_t tags[WHO_WORDS];
    size_t count;
    struct claims *claims; /* what the text itself points at; NULL: nobody asked */
};

static bool ends_sentence(struct slice text, const struct word *w)
{
    if (w->shape == SHAPE_LINE)
        return true;
    char c = text.at[w->start];
    return w->shape == SHAPE_MARK && (c == '.' || c == '!' || c == '?' || c == ';');
}

size_t who_stretch(struct slice text, size_t at, struct word words[WHO_WORDS], size_t *end)
{
    size_t n = 0;
    *end = text.len;
    while (n < WHO_WORDS && word_next(text, at, &words[n])) {
        at = words[n++].end;
        bool is_end = words[n - 1].shape == SHAPE_LINE && words[n - 1].empty;
        if (is_end || n == WHO_WORDS || (n >= ENOUGH && ends_sentence(text, &words[n - 1]))) {
            *end = at;
            break;
        }
    }
    return n;
}

/* Letters of a member key, small, without what stands between them. */
static struct slice plain_key(struct slice key, char out[KEY_BYTES])
{
    size_t n = 0;
    for (size_t i = 0; i < key.len && n < KEY_BYTES; i++) {
        char c = key.at[i];
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
            out[n++] = (char)(c | 0x20);
    }
    return slice_of(out, n);
}

uint32_t who_key(struct slice key)
{
    static const struct {
        const char *part;
        uint32_t kind;
    } parts[] = {
        {"mail", 0},       {"file", 0},     {"user", 0},      {"ipaddr", 0},  {"macaddr", 0},
        {"firstname", 1},  {"lastname", 1}, {"fullname", 1},  {"surname", 1}, {"givenname", 1},
        {"familyname", 1}, {"customer", 1}, {"contact", 1},   {"patient", 1}, {"author", 1},
        {"owner", 1},      {"employee", 1}, {"recipient", 1}, {"sender", 1},  {"street", 2},
        {"address", 2},    {"city", 3},     {"town", 3},      {"country", 3}, {"location", 3},
        {"company", 4},    {"organi", 4},   {"employer", 4},
    };
    char plain[KEY_BYTES];
    struct slice letters = plain_key(key, plain);
    uint32_t there = 0; /* of most parts not even the first letter is */
    for (size_t i = 0; i < letters.len; i++)
        there |= 1u << (letters.at[i] - 'a');
    for (size_t i = 0; i < GW_COUNT(parts); i++)
        if ((there >> (parts[i].part[0] - 'a') & 1) != 0 &&
            slice_find(letters, slice_str(parts[i].part)) != SIZE_MAX)
            return parts[i].kind;
    return slice_is(letters, SLICE_LIT("name")) ? 5 : 0;
}

static bool is_outer(const struct word *w)
{
    return w->shape == SHAPE_MARK || w->shape == SHAPE_LINE;
}

/* By how much this reading of words [from, to) is better than that they are no name. */
static int32_t lead_of(const struct reading *r, size_t from, size_t to)
{
    const int8_t *steps = r->model->steps;
    uint8_t before = from > 0 ? r->tags[from - 1] : TAG_NONE;
    uint8_t behind = to < r->count ? r->tags[to] : TAG_NONE, last = before, none = before;
    int32_t lead = 0;
    for (size_t i = from; i < to; i++) {
        lead += r->sums[i][r->tags[i]] - r->sums[i][TAG_NONE];
        lead += MODEL_STEP * (steps[last * TAGS + r->tags[i]] - steps[none * TAGS + TAG_NONE]);
        last = r->tags[i];
        none = TAG_NONE;
    }
    return lead + MODEL_STEP * (steps[last * TAGS + behind] - steps[TAG_NONE * TAGS + behind]);
}

/* A lead of no bytes is 500, one of two units of a natural logarithm 750. */
static uint16_t score_of(int32_t lead)
{
    int32_t size = lead < 0 ? -lead : lead;
    return (uint16_t)(500 + 500 * lead / (size + 2 * MODEL_UNIT));
}

/* Is there a word of letters in it, and none of a program? */
static bool is_name(const struct reading *r, size_t from, size_t to, bool is_address)
{
    bool letters = false;
    for (size_t i = from; i < to; i++) {
        const struct word *w = &r->words[i];
        if (!is_address && w->shape == SHAPE_CODE)
            return false;
        letters |= w->shape >= SHAPE_LOWER && w->shape <= SHAPE_PLAIN && w->shape != SHAPE_ONE &&
                   w->end - w->start > 1;
    }
    return letters;
}

/* Does the word say street: by itself, or (`whole`) with the name of the street in it? */
static bool is_street(const struct reading *r, size_t i, bool *whole)
{
    static const char *const words[] = {"street",  "avenue", "ave", "road",   "lane",   "drive",
                                        "blvd",    "rue",    "via", "calle",  "rua",    "ulica",
                                        "avenida", "viale",  "str", "straße", "strasse"};
    static const char *const ends[] = {"straße", "strasse", "straat", "gatan", "vägen",
                                       "gata",   "katu",    "utca",   "gade",  "vej"};
    const struct word *w = &r->words[i];
    struct slice text = slice_cut(r->text, w->start, w->end);
    *whole = false;
    if (w->shape != SHAPE_TITLE && w->shape != SHAPE_LOWER)
        return false;
    for (size_t k = 0; k < GW_COUNT(words); k++)
        if ((text.at[0] | 0x20) == words[k][0] && slice_is_nocase(text, slice_str(words[k])))
            return true;
    for (size_t k = 0; k < GW_COUNT(ends); k++)
        *whole |= text.len > strlen(ends[k]) + 2 && slice_has_suffix(text, slice_str(ends[k]));
    return *whole;
}

/* A street is an address, whatever else its name may be. */
static uint8_t kind_of(const struct reading *r, size_t from, size_t to, uint8_t kind)
{
    bool whole;
    if (kind == NAME_ADDRESS || (to - from < 2 && (!is_street(r, from, &whole) || !whole)))
        return kind;
    return is_street(r, from, &whole) || is_street(r, to - 1, &whole) ? NAME_ADDRESS : kind;
}

static gw_result take_name(const struct reading *r, size_t from, size_t to, uint8_t kind,
                           who_take take, void *of)
{
    while (from < to && is_outer(&r->words[from]))
        from++;
    while (from < to && is_outer(&r->words[to - 1]))
        to--;
    if (from == to || !is_name(r, from, to, kind == NAME_ADDRESS) ||
        (r->claims != NULL && claims_deny(r->claims, from, to, kind)))
        return gw_is(GW_OK);
    struct name name = {.start = r->words[from].start,
                        .end = r->words[to - 1].end,
                        .score = score_of(lead_of(r, from, to)),
                        .kind = kind_of(r, from, to, kind)};
    return take(of, &name);
}

static bool is_number(const struct word *w)
{
    return w->shape == SHAPE_DIGIT || w->shape == SHAPE_TENS || w->shape == SHAPE_SOME ||
           w->shape == SHAPE_COUNT;
}

/* What the model has passed by: a street and its number, in one word and another. */
static gw_result take_street(const struct reading *r, size_t i, who_take take, void *of)
{
    bool whole;
    if (i + 1 >= r->count || r->words[i].shape != SHAPE_TITLE || !is_street(r, i, &whole) ||
        !whole || !is_number(&r->words[i + 1]) || r->words[i + 1].gap != GAP_BLANK)
        return gw_is(GW_OK);
    struct name name = {.start = r->words[i].start,
                        .end = r->words[i + 1].end,
                        .score = STREET_SCORE,
                        .kind = NAME_ADDRESS};
    return take(of, &name);
}

/* What stands outside all names and says something of a person all the same; *next is behind it. */
static gw_result take_origin(const struct reading *r, size_t i, size_t *next, who_take take,
                             void *of)
{
    size_t words = origin_of(r->text, r->words, i, r->count);
    if (words == 0)
        return gw_is(GW_OK);
    *next = i + words;
    struct name name = {.start = r->words[i].start,
                        .end = r->words[i + words - 1].end,
                        .score = BESIDE_SCORE,
                        .kind = NAME_ORIGIN};
    return take(of, &name);
}

static gw_result take_postcode(const struct reading *r, size_t i, who_take take, void *of)
{
    size_t len = origin_postcode(r->text, r->words, i, r->count);
    if (len == 0)
        return gw_is(GW_OK);
    struct name name = {.start = r->words[i].start,
                        .end = r->words[i].start + (uint32_t)len,
                        .score = BESIDE_SCORE,
                        .kind = NAME_POSTCODE};
    return take(of, &name);
}

static size_t behind_tag(const struct reading *r, size_t at, uint8_t tag)
{
    while (at < r->count && r->tags[at] == tag)
        at++;
    return at;
}

/* The model reads what a claim says, and more: a name with its title, an address with its town. */
static void join_claim(const struct reading *r, struct claim *c)
{
    size_t from = c->from, to = c->to;
    uint8_t tag = r->tags[to - 1];
    if (c->kind == NAME_ADDRESS && tag == TAG_ADDRESS)
        to = behind_tag(r, to, TAG_ADDRESS);
    if (c->kind == NAME_PERSON && (tag == TAG_PERSON || tag == TAG_PERSON_ON)) {
        to = behind_tag(r, to, TAG_PERSON_ON);
        while (from > 0 && r->tags[from] == TAG_PERSON_ON)
            from--;
        if (r->tags[from] != TAG_PERSON || r->words[from].shape == SHAPE_LOWER)
            return; /* the claim knows more */
    }
    while (to > c->to && is_outer(&r->words[to - 1]))
        to--;
    if (from < c->from)
        c->start = r->words[from].start;
    if (to > c->to)
        c->end = r->words[to - 1].end;
    c->from = (uint16_t)from;
    c->to = (uint16_t)to;
}

static gw_result take_claims(const struct reading *r, who_take take, void *of)
{
    for (size_t k = 0; r->claims != NULL && k < r->claims->n; k++) {
        struct claim *c = &r->claims->at[k];
        if (c->score < CLAIM_SURE || c->kind == NAME_ADDRESS)
            join_claim(r, c);
        struct name name = {.start = c->start, .end = c->end, .score = c->score, .kind = c->kind};
        TRY(take(of, &name));
    }
    return gw_is(GW_OK);
}

/* What the model reads in words [*from, *to) and a claim does not: nothing of a name that a claim
 * touches, the longer rest of an address. */
static bool leave_claims(const struct reading *r, uint8_t kind, size_t *from, size_t *to)
{
    for (size_t k = 0; r->claims != NULL && k < r->claims->n; k++) {
        const struct claim *c = &r->claims->at[k];
        if (c->to <= *from || c->from >= *to)
            continue;
        if (kind != NAME_ADDRESS || c->kind == NAME_ADDRESS)
            return false;
        if (c->from > *from + (*to > c->to ? *to - c->to : 0))
            *to = c->from;
        else
            *from = c->to;
        if (*from >= *to)
            return false;
    }
    return true;
}

/* "Anna Schmidt, Lindenweg 3": how many words of an address are a person's. */
static size_t addressee(const struct reading *r, size_t from, size_t to)
{
    const struct word *w = &r->words[from];
    bool whole;
    if (to - from < 5 || w[0].shape != SHAPE_TITLE || w[1].shape != SHAPE_TITLE ||
        (w[0].lists & LIST_GIVEN) == 0 || (w[0].lists & (LIST_COMMON | LIST_STREET)) != 0 ||
        w[1].gap != GAP_BLANK || w[2].shape != SHAPE_MARK || r->text.at[w[2].start] != ',' ||
        (w[1].lists & (LIST_STREET | LIST_UNIT)) != 0 || is_street(r, from + 1, &whole))
        return 0;
    return 2;
}

static gw_result take_address(const struct reading *r, size_t from, size_t *to, who_take take,
                              void *of)
{
    size_t person = r->claims != NULL ? addressee(r, from, *to) : 0;
    if (person > 0) {
        struct name name = {.start = r->words[from].start,
                            .end = r->words[from + person - 1].end,
                            .score = STREET_SCORE,
                            .kind = NAME_PERSON};
        TRY(take(of, &name));
        from += person + 1;
    }
    size_t end = r->claims != NULL ? claim_address_more(r->claims, from, *to) : *to;
    if (end == *to)
        return take_name(r, from, *to, NAME_ADDRESS, take, of);
    if (claims_deny(r->claims, from, *to, NAME_ADDRESS))
        return gw_is(GW_OK);
    struct name name = {.start = r->words[from].start,
                        .end = r->words[end - 1].end,
                        .score = score_of(lead_of(r, from, *to)),
                        .kind = NAME_ADDRESS};
    *to = end;
    return take(of, &name);
}

/* Names of a reading. A second tag of a pair goes on with the first. */
static gw_result take_all(const struct reading *r, who_take take, void *of)
{
    static const uint8_t kinds[TAGS] = {NAME_KINDS, NAME_PERSON, NAME_PERSON, NAME_PLACE,
                                        NAME_PLACE, NAME_ORG,    NAME_ORG,    NAME_ADDRESS};
    TRY(take_claims(r, take, of));
    for (size_t i = 0, next; i < r->count; i = next) {
        uint8_t tag = r->tags[i];
        next = i + 1;
        if (tag == TAG_NONE) {
            if (next == r->count || r->tags[next] == TAG_NONE)
                TRY(take_street(r, i, take, of));
            TRY(take_origin(r, i, &next, take, of));
            continue;
        }
        bool paired = tag != TAG_ADDRESS;
        uint8_t on = !paired || tag % 2 == 0 ? tag : (uint8_t)(tag + 1);
        while (next < r->count && r->tags[next] == on)
            next++;
        size_t from = i, to = next;
        if (!leave_claims(r, kinds[tag], &from, &to))
            continue;
        if (tag == TAG_ADDRESS)
            TRY(take_address(r, from, &to, take, of));
        else
            TRY(take_name(r, from, to, kinds[tag], take, of));
        next = to > next ? to : next;
        if (kinds[tag] == NAME_PLACE && next < r->count && r->tags[next] == TAG_NONE)
            TRY(take_postcode(r, next, take, of));
    }
    return gw_is(GW_OK);
}

/* Words that begin no name and are in the middle of none but for their neighbours' sake: common
 * ones in lower case, numbers, marks, what programs are written in; and words that nobody knows,
 * in lower case, unless something in front of them asks for a name. */
static bool is_cold(const struct reading *r, size_t i)
{
    const struct word *w = &r->words[i];
    switch (w->shape) {
    case SHAPE_LOWER:
        if (w->lists == 0)
            return (((i > 0 ? w[-1].lists : 0) | (i > 1 ? w[-2].lists : 0)) & LIST_CUE) == 0;
        return (w->lists & LIST_COMMON) != 0 && (w->lists & (LIST_STREET | LIST_UNIT)) == 0;
    case SHAPE_TITLE:
    case SHAPE_UPPER:
    case SHAPE_ONE:
    case SHAPE_MIXED:
    case SHAPE_PLAIN:
        return false;
    default:
        return true;
    }
}

/* So near to a word that is not cold a word is asked about all the same: next to it; one further
 * for marks and numbers. */
static size_t reach_of(const struct word *w)
{
    return w->shape == SHAPE_LOWER ? 1 : 2;
}

/* A word that is asked about. */
struct asked {
    size_t word, n;
    uint32_t traits[TRAIT_MOST];
};

/* A word's weights are on their way while the traits of the next one are gathered. */
static void read_stretch(struct reading *r, uint32_t key)
{
    struct asked GW_UNSET asked[2];
    size_t count = 0;
    size_t behind = SIZE_MAX, ahead = 0; /* the nearest words that are not cold */
    model_look(r->model, r->words, r->count);
    for (size_t i = 0; i < r->count; i++) {
        size_t reach = reach_of(&r->words[i]);
        for (ahead = ahead < i ? i : ahead; ahead < r->count && is_cold(r, ahead);)
            ahead++;
        behind = ahead == i ? i : behind;
        bool is_near = ahead < r->count && ahead - i <= reach;
        if (!is_near && (behind == SIZE_MAX || i - behind > reach)) {
            r->sums[i][TAG_NONE] = MODEL_PASSED;
            continue;
        }
        struct asked *now = &asked[count % 2], *last = &asked[(count + 1) % 2];
        now->word = i;
        now->n = trait_fill(r->words, r->count, i, key, now->traits);
        model_foresee(r->model, now->traits, now->n);
        if (count++ > 0)
            model_sum(r->model, last->traits, last->n, r->sums[last->word]);
    }
    if (count > 0) {
        const struct asked *last = &asked[(count - 1) % 2];
        model_sum(r->model, last->traits, last->n, r->sums[last->word]);
    }
    model_read(r->model, r->sums, r->count, r->tags);
}

static void find_claims(struct reading *r, uint16_t key, struct table *table)
{
    struct claims *c = r->claims;
    c->model = r->model;
    c->tags = r->tags;
    c->cues_table = r->model->cues;
    c->text = r->text;
    c->words = r->words;
    c->count = r->count;
    c->key = key;
    c->table = table;
    claims_find(c);
}

gw_result who_find(const struct model *m, struct slice text, struct slice key, size_t range[2],
                   who_take take, void *of)
{
    struct reading r;
    struct claims claims;
    struct table table = {0};
    uint32_t hash = who_key(key);
    uint16_t cue = m->cues != NULL ? cues_of_label(m->cues, key) : 0;
    size_t at = range[0], end;
    r.model = m;
    r.text = text;
    r.claims = m->cues != NULL ? &claims : NULL;
    for (; at < range[1] && at < text.len; at = end) {
        r.count = who_stretch(text, at, r.words, &end);
        read_stretch(&r, hash);
        if (m->cues != NULL)
            find_claims(&r, at == 0 ? cue : 0, &table);
        TRY(take_all(&r, take, of));
    }
    range[0] = at;
    return gw_is(GW_OK);
}
