/* redact/told.c - claims of what stands beside a cue: label and value, head and column, title,
 * greeting, closing, "my name is". Refuses to know languages: the words are in cues_table.c. */
#include "proxy/base/base.h"
#include "redact/claim.h"

enum {
    LABELS = CUE_PART | CUE_NAME | CUE_ROLE | CUE_ADDRESS | CUE_PLACE | CUE_COMPANY,
    NAME_WORDS = 5,   /* of a person, at most, behind a label */
    TITLED_WORDS = 3, /* behind a title */
    FIRM_WORDS = 8,
    PLACE_WORDS = 4,
    LONG_TITLE = 5, /* bytes: a title written small that is no everyday word */
    SHORT_TITLE = 3
};

static bool is_line(const struct claims *c, size_t i)
{
    return i >= c->count || c->words[i].shape == SHAPE_LINE;
}

/* Does a sentence or a line begin at words[i]? */
static bool begins(const struct claims *c, size_t i)
{
    return i == 0 || is_line(c, i - 1) || c->words[i - 1].shape == SHAPE_MARK;
}

static bool is_quote(const struct claims *c, size_t i)
{
    static const char *const quotes[] = {
        "\"",           "'",           "\\", "*", "**", "__", "`", "\xC2\xAB", "\xE2\x80\x9C",
        "\xE2\x80\x9E", "\xE3\x80\x8C"};
    if (i >= c->count || c->words[i].shape != SHAPE_MARK)
        return false;
    struct slice mark = slice_cut(c->text, c->words[i].start, c->words[i].end);
    for (size_t k = 0; k < GW_COUNT(quotes); k++)
        if (slice_is(mark, slice_str(quotes[k])))
            return true;
    return false;
}

static bool is_separator(const struct claims *c, size_t i)
{
    if (i >= c->count || c->words[i].shape != SHAPE_MARK)
        return false;
    struct slice mark = slice_cut(c->text, c->words[i].start, c->words[i].end);
    return slice_is(mark, SLICE_LIT(":")) || slice_is(mark, SLICE_LIT("=")) ||
           slice_is(mark, SLICE_LIT("\xEF\xBC\x9A"));
}

/* "is": between a label and a name. */
static bool is_copula(const struct claims *c, size_t i)
{
    static const char *const words[] = {"is", "ist", "est", "es", "è", "é", "jest", "to"};
    if (i >= c->count || c->words[i].shape != SHAPE_LOWER)
        return false;
    struct slice word = slice_cut(c->text, c->words[i].start, c->words[i].end);
    for (size_t k = 0; k < GW_COUNT(words); k++)
        if (slice_is(word, slice_str(words[k])))
            return true;
    return false;
}

static size_t skip_quotes(const struct claims *c, size_t i)
{
    while (is_quote(c, i))
        i++;
    return i;
}

/* Where the value of the label words[i] begins; 0: it has none. */
static size_t value_of(const struct claims *c, size_t i)
{
    size_t at = skip_quotes(c, i + 1);
    while (claim_is_mark(c, at, ')') || claim_is_mark(c, at, ']'))
        at++;
    if (claim_is_mark(c, at, '>') && i > 0 && claim_is_mark(c, i - 1, '<'))
        return at + 1 < c->count ? at + 1 : 0; /* <surname>Lee</surname> */
    if (!is_separator(c, at))
        return (c->cues[i] & CUE_PART) != 0 && is_copula(c, at) ? at + 1 : 0;
    at = skip_quotes(c, at + 1);
    if (at < c->count && is_line(c, at) && (c->cues[i] & (CUE_PART | CUE_ADDRESS)) != 0)
        at++; /* an empty line ends the stretch, so nothing stands behind one */
    return at < c->count ? at : 0;
}

/* Titles and their dots. */
static size_t skip_titles(const struct claims *c, size_t i)
{
    while (i < c->count && (c->cues[i] & CUE_TITLE) != 0 && c->words[i].gap != GAP_WIDE) {
        size_t at = i + 1;
        if (claim_is_mark(c, at, '.') && c->words[at].gap == GAP_NONE)
            at++;
        if (at < c->count && c->words[at].gap == GAP_NONE && c->words[at].shape == SHAPE_LOWER &&
            (c->cues[at] & CUE_TITLE) != 0)
            at++; /* "Sig.ra" */
        if (at >= c->count || !claim_is_name(c, at) || c->words[at].shape == SHAPE_LINE)
            return (c->cues[i] & CUE_PHRASE) != 0 && at < c->count ? at : i;
        i = at;
    }
    return i;
}

/* Is a name that something asks for good enough? */
static bool is_sure(const struct claim_reading *r)
{
    return r->words > 0 && (r->listed > 0 || r->common == 0) && r->common < r->words + 1;
}

/* And one that a weaker word asks for? */
static bool is_good(const struct claims *c, size_t i, const struct claim_reading *r)
{
    bool plain = c->words[i].shape == SHAPE_PLAIN;
    return r->words > 0 && r->common == 0 && (r->listed > 0 || plain);
}

/* "name" in settings and programs is that of anything. */
static bool is_english(const struct claims *c, size_t label)
{
    const struct word *w = &c->words[label];
    struct slice word = slice_cut(c->text, w->start, w->end);
    return slice_is_nocase(word, SLICE_LIT("name")) || slice_is_nocase(word, SLICE_LIT("names"));
}

/* A label that begins with a capital, and a member of JSON that is no English "name". */
static bool is_form(const struct claims *c, size_t label)
{
    if (label >= c->count)
        return false;
    return c->words[label].shape != SHAPE_LOWER ||
           (claim_is_mark(c, label + 1, '"') && !is_english(c, label));
}

/* One word in capitals: PERSON, in programs and templates. */
static bool is_constant(const struct claims *c, size_t from, size_t to)
{
    return to - from == 1 && c->words[from].shape == SHAPE_UPPER;
}

/* May a name stand behind a label that asks for more than persons? */
static bool is_doubtful(const struct claims *c, size_t at, const struct claim_reading *r,
                        size_t label)
{
    bool goes_on = r->end < c->count && c->words[r->end].gap == GAP_BLANK &&
                   c->words[r->end].shape == SHAPE_TITLE; /* "Core Team" */
    return !is_good(c, at, r) || (r->words < 2 && !is_form(c, label)) || goes_on;
}

static void tell_person(struct claims *c, size_t i, uint16_t cue, size_t label)
{
    size_t at = skip_titles(c, i);
    struct claim_reading r = claim_person(c, at, NAME_WORDS, true);
    bool is_part = (cue & CUE_PART) != 0 || at > i;
    if ((cue & CUE_NAME) != 0 && is_form(c, label) && !is_english(c, label))
        is_part = r.common == 0;
    if (is_part ? !is_sure(&r) : is_doubtful(c, at, &r, label))
        return;
    if (!is_constant(c, at, r.end) || (r.listed > 0 && is_part))
        claim_words(c, at, r.end, NAME_PERSON, is_part ? CLAIM_SURE : CLAIM_GOOD);
}

static void tell_place(struct claims *c, size_t i)
{
    struct claim_reading r = claim_person(c, i, PLACE_WORDS, false);
    bool goes_on = r.end < c->count &&
                   (c->words[r.end].shape == SHAPE_LOWER || claim_is_number(&c->words[r.end]));
    if (r.words > 0 && r.common == 0 && !goes_on && !is_constant(c, i, r.end))
        claim_words(c, i, r.end, NAME_PLACE, CLAIM_GOOD);
}

/* A dot behind a word that is not short: the end of a sentence. */
static bool is_full_stop(const struct claims *c, size_t i, size_t first)
{
    return i > first && claim_is_mark(c, i, '.') &&
           (i + 1 >= c->count || c->words[i + 1].gap != GAP_NONE) &&
           c->words[i - 1].end - c->words[i - 1].start > 2;
}

static bool is_large(const struct word *w)
{
    return w->shape == SHAPE_TITLE || w->shape == SHAPE_UPPER || w->shape == SHAPE_MIXED;
}

static bool ends_firm(const struct claims *c, size_t i, size_t first)
{
    const struct word *w = &c->words[i];
    if (w->shape == SHAPE_MARK)
        return strchr(",;|\"<(:", c->text.at[w->start]) != NULL || is_full_stop(c, i, first);
    return w->shape == SHAPE_LINE || (w->gap == GAP_WIDE && i > first) ||
           (c->cues[i] & CUE_ID) != 0;
}

/* A firm's name goes to the end of the line, the cell or the quotes; to `until`, unless that is 0.
 */
static void tell_firm(struct claims *c, size_t i, size_t until)
{
    size_t end = i;
    unsigned words = 0, common = 0;
    for (size_t at = i; at < c->count && at < i + 2 * FIRM_WORDS && !ends_firm(c, at, i); at++) {
        const struct word *w = &c->words[at];
        if (w->shape == SHAPE_MARK && (!claim_is_mark(c, at, '.') || w->gap != GAP_NONE))
            continue;
        words += is_large(w);
        common += (w->lists & LIST_COMMON) != 0 || (c->cues[at] & CUE_NOT) != 0;
        end = at + 1;
    }
    if (end > i && is_large(&c->words[i]) && common < words && (until == 0 || end == until) &&
        (c->cues[i] & (CUE_NOT | LABELS)) == 0)
        claim_words(c, i, end, NAME_ORG, CLAIM_GOOD);
}

/* Words in front of a label that make it one of something else: file name, product name. */
static bool is_bound(const struct claims *c, size_t i)
{
    return i > 0 && c->words[i - 1].shape >= SHAPE_LOWER && c->words[i - 1].shape <= SHAPE_CODE &&
           c->words[i].gap != GAP_WIDE && (c->cues[i - 1] & (LABELS & ~CUE_COMPANY)) == 0;
}

static bool holds_street(const struct claims *c, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if ((c->words[i].lists & (LIST_STREET | LIST_UNIT | LIST_CITY)) != 0 ||
            (c->cues[i] & CUE_STREET) != 0)
            return true;
    return false;
}

/* May an address begin at words[i], behind a name and a comma? */
static bool opens_address(const struct claims *c, size_t i)
{
    bool is_house =
        i + 1 < c->count && claim_is_number(&c->words[i]) && c->words[i + 1].shape == SHAPE_TITLE;
    return i < c->count && (is_house || c->words[i].shape == SHAPE_TITLE) &&
           claim_address_end(c, i) > i;
}

/* A person in front of an address, with a comma or a line behind: "Ann Lee, 12 Oak Lane". Where the
 * address begins. */
static size_t tell_resident(struct claims *c, size_t i)
{
    size_t at = skip_titles(c, i);
    struct claim_reading r = claim_person(c, at, TITLED_WORDS, false);
    bool parted = claim_is_mark(c, r.end, ',') || is_line(c, r.end);
    bool named = r.words > 1 && r.common == 0 && (r.listed > 0 || at > i);
    if (!named || !parted || holds_street(c, at, r.end) || !opens_address(c, r.end + 1))
        return i;
    claim_words(c, at, r.end, NAME_PERSON, CLAIM_SURE);
    return r.end + 1;
}

static void tell_value(struct claims *c, size_t at, uint16_t cue, size_t label)
{
    if (claim_is_wide(c, at)) {
        claims_wide_value(c, at, cue);
    } else if ((cue & CUE_ADDRESS) != 0) {
        at = tell_resident(c, at);
        size_t end = claim_address_end(c, at);
        if (end > at)
            claim_words(c, at, end, NAME_ADDRESS, CLAIM_SURE);
    } else if ((cue & CUE_COMPANY) != 0) {
        tell_firm(c, at, 0);
    } else if ((cue & CUE_PLACE) != 0) {
        tell_place(c, at);
    } else if ((cue & (CUE_PART | CUE_NAME | CUE_ROLE)) != 0) {
        tell_person(c, at, cue, label);
    }
}

static void tell_label(struct claims *c, size_t i)
{
    uint16_t cue = c->cues[i];
    size_t at = value_of(c, i);
    if (at == 0 && (cue & CUE_ADDRESS) != 0 && (cue & CUE_INTRO) != 0 && i + 1 < c->count)
        at = i + 1; /* "wohnhaft in", "residente in" */
    if (at == 0)
        return;
    if ((cue & CUE_PART) == 0 && (cue & CUE_NAME) != 0 && is_bound(c, i))
        return;
    tell_value(c, at, cue, i);
}

/* Is the title words[i] more than an everyday word or a part of a street: "pan", "12 Oak Dr"? */
static bool is_title(const struct claims *c, size_t i)
{
    const struct word *w = &c->words[i];
    bool dot = claim_is_mark(c, i + 1, '.') && c->words[i + 1].gap == GAP_NONE;
    size_t len = w->end - w->start;
    if (w->shape == SHAPE_LOWER && !dot && (unsigned char)c->text.at[w->start] < 0x80 &&
        len < LONG_TITLE)
        return false;
    return len > SHORT_TITLE || i == 0 || c->words[i - 1].shape != SHAPE_TITLE ||
           c->cues[i - 1] != 0;
}

static void tell_title(struct claims *c, size_t i)
{
    size_t at = is_title(c, i) ? skip_titles(c, i) : i;
    if (at == i || c->words[at].gap == GAP_WIDE || c->words[at].shape == SHAPE_ONE)
        return;
    bool plain = c->words[at].shape == SHAPE_PLAIN;
    if (plain && c->words[i].shape != SHAPE_PLAIN)
        return; /* in another script */
    struct claim_reading r = claim_person(c, at, plain ? 2 : TITLED_WORDS, false);
    if (is_sure(&r) && c->words[at].shape != SHAPE_UPPER)
        claim_words(c, at, r.end, NAME_PERSON, CLAIM_GOOD);
}

/* Kemal Bey, Şükran Hanım. */
static void tell_behind(struct claims *c, size_t i)
{
    if (i == 0 || c->words[i].shape != SHAPE_TITLE || c->words[i].gap != GAP_BLANK ||
        c->words[i - 1].shape != SHAPE_TITLE || !claim_is_name(c, i - 1))
        return;
    size_t from = i - 1;
    if (from > 0 && c->words[from].gap == GAP_BLANK && c->words[from - 1].shape == SHAPE_TITLE &&
        claim_is_name(c, from - 1) && (c->words[from - 1].lists & (LIST_GIVEN | LIST_SURNAME)) != 0)
        from--;
    claim_words(c, from, i, NAME_PERSON, CLAIM_GOOD);
}

/* Does the greeting that words[i] is or ends stand where a line or a sentence begins? */
static bool opens_line(const struct claims *c, size_t i)
{
    size_t from = i;
    bool is_phrase = (cues_find(c->cues_table, c->words[i].low) & CUE_GREETING) == 0;
    if (is_phrase && i > 0)
        from--;
    return c->words[from].shape == SHAPE_TITLE && begins(c, from);
}

static void tell_greeting(struct claims *c, size_t i)
{
    if (!opens_line(c, i))
        return;
    size_t at = skip_titles(c, i + 1);
    if (at >= c->count || c->words[at].gap != GAP_BLANK || !claim_is_name(c, at) ||
        (c->cues[at] & CUE_TITLE) != 0)
        return;
    struct claim_reading r = claim_person(c, at, TITLED_WORDS, false);
    bool ends = r.end >= c->count || c->words[r.end].shape == SHAPE_MARK || is_line(c, r.end);
    if (is_sure(&r) && (r.listed > 0 || c->words[i].end - c->words[i].start > sizeof "hello" - 1) &&
        ends && c->words[at].shape == SHAPE_TITLE)
        claim_words(c, at, r.end, NAME_PERSON, CLAIM_GOOD);
}

/* A line of its own behind "regards". */
static void tell_closing(struct claims *c, size_t i)
{
    size_t at = i + 1;
    if (claim_is_mark(c, at, ',') || claim_is_mark(c, at, '.') || claim_is_mark(c, at, '!'))
        at++;
    if (at + 1 >= c->count || c->words[at].shape != SHAPE_LINE)
        return;
    if (claim_is_wide(c, at + 1)) {
        if (is_line(c, at + 2))
            claims_wide_value(c, at + 1, CUE_ROLE);
        return;
    }
    at = skip_titles(c, at + 1);
    struct claim_reading r = claim_person(c, at, NAME_WORDS - 1, false);
    if (is_sure(&r) && is_line(c, r.end))
        claim_words(c, at, r.end, NAME_PERSON, CLAIM_SURE);
}

/* Behind words that say more than who speaks: a given name of the lists, and the words open a
 * sentence. */
static bool is_caller(const struct claims *c, size_t i, size_t at, const struct claim_reading *r)
{
    size_t from = i;
    while ((c->cues[i] & CUE_PHRASE) != 0 && i - from + 1 < CUE_WORDS && !begins(c, from))
        from--;
    bool is_given = (c->words[at].lists & (LIST_GIVEN | LIST_GIVEN_RARE)) != 0 &&
                    (c->words[at].lists & (LIST_CITY | LIST_COMMON)) == 0;
    return begins(c, from) && r->common == 0 && (is_given || (from < i && r->words > 1));
}

static void tell_intro(struct claims *c, size_t i)
{
    size_t at = i + 1 < c->count ? skip_titles(c, i + 1) : i;
    if (at == i || c->words[at].shape == SHAPE_UPPER)
        return;
    unsigned most = c->words[at].shape == SHAPE_PLAIN ? 2 : TITLED_WORDS;
    struct claim_reading r = claim_person(c, at, most, false);
    bool is_told = (c->cues[i] & CUE_CALL) == 0 || is_caller(c, i, at, &r);
    if (is_told && is_sure(&r) && c->words[at].gap == GAP_BLANK)
        claim_words(c, at, r.end, NAME_PERSON, CLAIM_SURE);
}

/* Where the cell ends that begins at words[i]. */
static size_t cell_end(const struct claims *c, size_t i)
{
    char mark = c->table->mark;
    size_t at = i;
    while (at < c->count && c->words[at].shape != SHAPE_LINE && !claim_is_mark(c, at, mark) &&
           !(mark == '\t' && at > i && c->words[at].gap == GAP_WIDE))
        at++;
    return at;
}

static bool is_parted(const struct claims *c, size_t i)
{
    const struct word *before = i > 0 ? &c->words[i - 1] : NULL;
    return before == NULL || before->shape == SHAPE_LINE ||
           (before->shape == SHAPE_MARK && strchr(",;|", c->text.at[before->start]) != NULL);
}

/* May a cell of a table begin with words[i]? In quotes: where nothing stands between them and the
 * mark in front, which is not so in JSON. */
static bool is_cell(const struct claims *c, size_t i)
{
    const struct word *w = &c->words[i];
    if (w->shape == SHAPE_MARK || w->shape == SHAPE_LINE || w->shape == SHAPE_LOWER)
        return false;
    if (w->gap == GAP_WIDE || is_parted(c, i))
        return true;
    return claim_is_mark(c, i - 1, '"') && c->words[i - 1].gap == GAP_NONE && is_parted(c, i - 1);
}

/* Has a table with a column "name" others that only people have? */
static bool is_of_people(const struct claims *c, const struct table_place *place)
{
    struct slice line = table_head_line(c->table, c->text, *place);
    struct word w;
    uint16_t cue = 0;
    for (size_t at = 0; word_next(line, at, &w); at = w.end)
        cue |= cues_find(c->cues_table, w.low);
    return (cue & (CUE_ID | CUE_PART | CUE_ADDRESS | CUE_PLACE)) != 0;
}

static void tell_named_cell(struct claims *c, size_t i, size_t end, uint16_t cue)
{
    struct table_place place = {c->words[i].start, 0, true};
    struct claim_reading r = claim_person(c, i, NAME_WORDS, false);
    bool is_place = (cue & CUE_PLACE) != 0;
    if (r.end != end || !is_sure(&r) || is_constant(c, i, end))
        return;
    if (is_place || (cue & CUE_PART) != 0 || r.listed > 0 ||
        (r.common == 0 && r.words > 1 && c->words[i].shape == SHAPE_TITLE &&
         is_of_people(c, &place)))
        claim_words(c, i, end, is_place ? NAME_PLACE : NAME_PERSON, CLAIM_GOOD);
}

/* Columns of a program have no heads. */
static bool is_head(struct slice head)
{
    for (size_t i = 0; i < head.len; i++)
        if (strchr("`:={}()<>[]", head.at[i]) != NULL)
            return false;
    return head.len > 0;
}

static bool is_english_head(struct slice head)
{
    size_t len = sizeof "name" - 1;
    struct slice last = slice_cut(head, head.len > len ? head.len - len : 0, head.len);
    return slice_is_nocase(last, SLICE_LIT("name"));
}

/* A value of a written table, by the head of its column. */
static void tell_cell(struct claims *c, size_t i)
{
    struct table_place place = {c->words[i].start, 0, true};
    struct slice head = table_head(c->table, c->text, place);
    uint16_t cue = is_head(head) ? cues_of_label(c->cues_table, head) : 0;
    if ((cue & LABELS) == 0)
        return;
    if (claim_is_wide(c, i)) {
        claims_wide_value(c, i, cue);
        return;
    }
    bool is_name = (cue & (CUE_NAME | CUE_PART)) == CUE_NAME, is_english = is_english_head(head);
    if (is_name && is_english && head.len > sizeof "name" - 1)
        return; /* "product name" */
    if (is_name && !is_english)
        cue |= CUE_PART; /* in English alone it is that of anything */
    size_t end = cell_end(c, i);
    while (end > i && is_quote(c, end - 1))
        end--;
    if ((cue & CUE_COMPANY) != 0)
        tell_firm(c, i, end);
    else if ((cue & CUE_ADDRESS) == 0)
        tell_named_cell(c, i, end, cue);
    else if (claim_address_end(c, i) >= end)
        claim_words(c, i, end, NAME_ADDRESS, CLAIM_SURE);
}

static void tell(struct claims *c, size_t i)
{
    uint16_t cue = c->cues[i];
    if ((cue & LABELS) != 0)
        tell_label(c, i);
    if ((cue & CUE_TITLE) != 0)
        tell_title(c, i);
    if ((cue & CUE_BEHIND) != 0)
        tell_behind(c, i);
    if ((cue & CUE_GREETING) != 0)
        tell_greeting(c, i);
    if ((cue & CUE_CLOSING) != 0)
        tell_closing(c, i);
    if ((cue & (CUE_INTRO | CUE_ADDRESS)) == CUE_INTRO)
        tell_intro(c, i);
}

static void sort(struct claims *c)
{
    for (size_t i = 1; i < c->n; i++) {
        struct claim one = c->at[i];
        size_t at = i;
        for (; at > 0 && c->at[at - 1].start > one.start; at--)
            c->at[at] = c->at[at - 1];
        c->at[at] = one;
    }
    size_t n = 0; /* of those that touch the better one stays */
    for (size_t i = 0; i < c->n; i++) {
        if (n > 0 && c->at[i].start < c->at[n - 1].end) {
            if (c->at[i].score > c->at[n - 1].score)
                c->at[n - 1] = c->at[i];
            continue;
        }
        c->at[n++] = c->at[i];
    }
    c->n = n;
}

static void find_cues(struct claims *c)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct word *w = &c->words[i];
        bool is_word = w->shape >= SHAPE_LOWER && w->shape <= SHAPE_PLAIN;
        c->cues[i] = is_word ? cues_find(c->cues_table, w->low) : 0;
        if ((c->cues[i] & CUE_PHRASE) != 0)
            c->cues[i] = cues_at(c->cues_table, c->words, i);
    }
}

void claims_find(struct claims *c)
{
    c->n = 0;
    find_cues(c);
    if (c->key != 0 && c->count > 0)
        tell_value(c, 0, c->key, SIZE_MAX);
    for (size_t i = 0; i < c->count; i++) {
        uint8_t shape = c->words[i].shape;
        if (shape == SHAPE_MARK && claim_is_mark(c, i, '@'))
            claims_mailed(c, i);
        if (c->cues[i] == 0 && shape <= SHAPE_LOWER)
            continue; /* most words: they begin nothing */
        if ((c->cues[i] & ~(CUE_NOT | CUE_ID | CUE_PHRASE | CUE_STREET)) != 0)
            tell(c, i);
        if (claim_is_wide(c, i))
            claims_wide(c, i);
        else if (shape == SHAPE_TITLE || shape == SHAPE_ONE)
            claims_patronymic(c, i);
        if (shape == SHAPE_TITLE)
            claims_listed(c, i);
        if (is_cell(c, i))
            tell_cell(c, i);
    }
    sort(c);
}
