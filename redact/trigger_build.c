/* redact/trigger_build.c - the tables of trigger.h out of what the rows say.
 *
 * Refuses to know texts. All memory is the caller's arena's. */
#include "proxy/base/base.h"
#include "redact/trigger.h"

/* --- classes of bytes ------------------------------------------------------------------------- */

static void build_classes(struct spot_table *t)
{
    enum {
        DIGIT = 1,
        UPPER_HALF = 2,
        LOWER_HALF = 4,
        LINE = 8,
        AT = 16,
        COLON = 32,
        DOT = 64,
        PLUS = 128
    };
    spot_add_range(t, DIGIT, '0', '9');
    spot_add_range(t, UPPER_HALF, 'A', 'O');
    spot_add_range(t, UPPER_HALF, 'a', 'o');
    spot_add_range(t, LOWER_HALF, 'P', 'Z');
    spot_add_range(t, LOWER_HALF, 'p', 'z');
    spot_add_range(t, LINE, '_', '_');
    spot_add_range(t, AT, '@', '@');
    spot_add_range(t, COLON, ':', ':');
    spot_add_range(t, DOT, '-', '.');
    spot_add_range(t, PLUS, '+', '+');
    spot_add_range(t, PLUS, '/', '/');
    t->wanted[TRIGGER_IN_DIGIT] = DIGIT;
    t->wanted[TRIGGER_IN_WORD] = DIGIT | UPPER_HALF | LOWER_HALF | LINE;
    t->wanted[TRIGGER_IN_TOKEN] = DIGIT | UPPER_HALF | LOWER_HALF | LINE | DOT;
    t->wanted[TRIGGER_IN_BASE64] = DIGIT | UPPER_HALF | LOWER_HALF | PLUS;
    t->wanted[TRIGGER_IN_AT] = AT;
    t->wanted[TRIGGER_IN_COLON] = COLON;
}

/* --- what a row says -------------------------------------------------------------------------- */

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* The next of "a|b|c"; false behind the last. */
static bool next_part(struct slice *rest, struct slice *part)
{
    if (rest->len == 0)
        return false;
    size_t bar = slice_find_byte(*rest, '|');
    *part = slice_cut(*rest, 0, bar);
    *rest = bar == SIZE_MAX ? slice_of(NULL, 0) : slice_from(*rest, bar + 1);
    return true;
}

/* The number at the begin of `at`, and a colon behind it when more follows. */
static size_t take_least(struct slice *at)
{
    size_t n = 0, value = 0;
    for (; n < at->len && n < 4 && at->at[n] >= '0' && at->at[n] <= '9'; n++)
        value = value * 10 + (size_t)(at->at[n] - '0');
    *at = slice_from(*at, n < at->len && at->at[n] == ':' ? n + 1 : n);
    return value;
}

static struct trigger_head head_of(struct slice s, bool caseless, uint32_t row)
{
    struct trigger_head h = {.row = row};
    unsigned char want[8] = {0}, mask[8] = {0}, fold[8] = {0};
    for (size_t i = 0; i < s.len && i < 8; i++) {
        char c = caseless ? lower(s.at[i]) : s.at[i];
        want[i] = (unsigned char)c;
        mask[i] = 0xFF;
        fold[i] = caseless && c >= 'a' && c <= 'z' ? 0x20 : 0;
    }
    memcpy(&h.want, want, 8);
    memcpy(&h.mask, mask, 8);
    memcpy(&h.fold, fold, 8);
    return h;
}

/* The values that byte k of a head may have, in whatever case; 0 of them: any. */
static size_t values_at(const struct trigger_head *h, unsigned k, unsigned char values[2])
{
    unsigned char want = (unsigned char)(h->want >> 8 * k),
                  fold = (unsigned char)(h->fold >> 8 * k);
    values[0] = want;
    values[1] = want ^ fold;
    return (h->mask >> 8 * k & 0xFF) == 0 ? 0 : fold == 0 ? 1 : 2;
}

/* The places that a head's first two bytes may give, whatever their case; how many. It stands once
 * in each. */
enum { PLACES_MOST = 512 };
static size_t places_of(const struct trigger_head *h, uint16_t places[PLACES_MOST])
{
    uint64_t seen[TRIGGER_TWOS / 64] = {0};
    unsigned char first[2], second[2];
    size_t firsts = values_at(h, 0, first), seconds = values_at(h, 1, second), n = 0;
    for (size_t i = 0; i < firsts; i++)
        for (unsigned k = 0; k < (seconds > 0 ? seconds : 256); k++) {
            unsigned char other = seconds > 0 ? second[k] : (unsigned char)k;
            unsigned place = triggers_two(first[i], other);
            if ((seen[place / 64] >> place % 64 & 1) == 0)
                places[n++] = (uint16_t)place;
            seen[place / 64] |= (uint64_t)1 << place % 64;
        }
    return n;
}

/* `from` sorted by the first two bytes. */
static gw_result sort_heads(struct triggers *t, const struct trigger_head *from, size_t n,
                            struct arena *arena)
{
    uint16_t places[PLACES_MOST];
    uint32_t *ends = arena_array(arena, TRIGGER_TWOS + 1, sizeof *ends);
    if (ends == NULL)
        return gw_is(GW_NO_MEMORY);
    for (size_t i = 0; i < n; i++)
        for (size_t k = places_of(&from[i], places); k > 0; k--)
            ends[places[k - 1] + 1]++;
    for (size_t k = 0; k < TRIGGER_TWOS; k++)
        ends[k + 1] += ends[k];
    t->head_count = ends[TRIGGER_TWOS];
    if (t->head_count > UINT16_MAX)
        return gw_is(GW_TOO_BIG);
    t->heads = arena_array(arena, t->head_count + 1, sizeof *t->heads);
    if (t->heads == NULL)
        return gw_is(GW_NO_MEMORY);
    for (size_t k = 0; k <= TRIGGER_TWOS; k++)
        t->by_two[k] = (uint16_t)ends[k];
    for (size_t i = 0; i < n; i++)
        for (size_t k = places_of(&from[i], places); k > 0; k--)
            t->heads[ends[places[k - 1]]++] = from[i];
    return gw_is(GW_OK);
}

/* How common a byte is in texts, code and JSON, in no unit. */
static unsigned commonness(char c)
{
    static const char letters[] = "zqjxkvbywgpfmucdlhrsnioate", signs[] = "<>(){}/=-_.:,\"";
    const char *letter = c == '\0' ? NULL : strchr(letters, lower(c));
    const char *sign = c == '\0' ? NULL : strchr(signs, c);
    if (letter != NULL)
        return 4 + (unsigned)(letter - letters) * 2;
    if (sign != NULL)
        return 8 + (unsigned)(sign - signs) * 3;
    return c == ' ' ? 60 : c >= '0' && c <= '9' ? 20 : 3;
}

static struct slice spot_of(const struct trigger_word *w)
{
    return slice_cut(w->text, w->rare, w->rare + SPOT_WORD);
}

static gw_result add_word(struct triggers *t, const struct detector *d, uint32_t row,
                          struct slice part, size_t least, struct arena *arena)
{
    struct trigger_word *w = &t->words[t->word_count];
    bool caseless = d->trigger == TRIGGER_NAME || d->trigger == TRIGGER_NAME_QUOTED ||
                    d->trigger == TRIGGER_NAME_RUN || (d->flags & DET_CASELESS) != 0;
    char *copy = arena_alloc(arena, part.len + 1);
    if (copy == NULL)
        return gw_is(GW_NO_MEMORY);
    for (size_t i = 0; i < part.len; i++)
        copy[i] = caseless ? lower(part.at[i]) : part.at[i];
    *w = (struct trigger_word){.text = slice_of(copy, part.len),
                               .row = row,
                               .least = (uint16_t)least,
                               .trigger = d->trigger,
                               .caseless = caseless,
                               .ends_head = (d->flags & DET_COLUMN) != 0};
    struct trigger_head head = head_of(w->text, caseless, row);
    w->want = head.want;
    w->mask = head.mask;
    w->fold = head.fold;
    return gw_is(++t->word_count > UINT16_MAX ? GW_TOO_BIG : GW_OK);
}

/* How often a text has a letter (spot_letter()) of a set, in no unit; a quarter of the set each
 * look. */
struct shares {
    unsigned of[4][256];
};

static void fill_shares(struct shares *s)
{
    static const char usual[] = "abcdefghijklmnopqrstuvwxyz _-.:,=/<>(){}\"0123456789";
    *s = (struct shares){{{0}}};
    for (const char *c = usual; *c != '\0'; c++) {
        unsigned letter = spot_letter(*c);
        for (unsigned set = 0; set < 256; set++)
            if ((set >> letter % 8 & 1) != 0)
                s->of[letter / 8][set] += commonness(*c);
    }
}

/* The letters that a group of words takes at each of its places. */
struct places {
    uint32_t letters[SPOT_WORD];
};

static unsigned share_of(const struct shares *s, uint32_t letters)
{
    return 3 /* what is no usual byte comes too */ + s->of[0][letters & 255] +
           s->of[1][letters >> 8 & 255] + s->of[2][letters >> 16 & 255] + s->of[3][letters >> 24];
}

/* The bytes of the word from `at` on; behind its end stands anything. */
static struct places places_at(const struct trigger_word *w, size_t at)
{
    struct places p;
    for (size_t i = 0; i < SPOT_WORD; i++)
        p.letters[i] =
            at + i < w->text.len ? UINT32_C(1) << spot_letter(w->text.at[at + i]) : UINT32_MAX;
    return p;
}

static void join_places(struct places *p, const struct places *other)
{
    for (size_t i = 0; i < SPOT_WORD; i++)
        p->letters[i] |= other->letters[i];
}

/* The words as they are shared out among the groups. */
struct sharing {
    struct shares shares;
    struct places groups[SPOT_GROUPS];
    unsigned parts[SPOT_GROUPS][SPOT_WORD]; /* what share_of() says of each */
    double sizes[SPOT_GROUPS];
    uint8_t *group_of;  /* of each word; SPOT_GROUPS: none yet */
    struct places *own; /* what each word takes by those of its bytes that it is shared out by */
};

/* How often a text shows a word of group g when it takes these, in no unit: what they have in
 * common with it is not counted again. */
static double size_with(const struct sharing *s, unsigned g, const struct places *p,
                        unsigned parts[SPOT_WORD])
{
    const struct places *now = &s->groups[g];
    double all = 1;
    for (size_t i = 0; i < SPOT_WORD; i++) {
        bool is_same = p->letters[i] == now->letters[i];
        parts[i] = is_same ? s->parts[g][i] : share_of(&s->shares, p->letters[i]);
        all *= parts[i];
    }
    return all;
}

static void set_group(struct sharing *s, unsigned g, const struct places *p)
{
    unsigned parts[SPOT_WORD];
    s->sizes[g] = size_with(s, g, p, parts);
    memcpy(s->parts[g], parts, sizeof parts);
    s->groups[g] = *p;
}

/* The group without word i. */
static void leave_group(const struct triggers *t, struct sharing *s, size_t i)
{
    unsigned g = s->group_of[i];
    s->group_of[i] = SPOT_GROUPS;
    if (g == SPOT_GROUPS)
        return;
    struct places left = {{0}};
    for (size_t k = 0; k < t->word_count; k++)
        if (s->group_of[k] == g)
            join_places(&left, &s->own[k]);
    set_group(s, g, &left);
}

/* Word i joins the group that takes the least more with it than without, by those of its bytes that
 * suit best. */
static void join_group(struct triggers *t, struct sharing *s, size_t i)
{
    struct trigger_word *w = &t->words[i];
    size_t last = w->text.len > SPOT_WORD ? w->text.len - SPOT_WORD : 0;
    struct places best = {{0}};
    unsigned parts[SPOT_WORD];
    double least = 0;
    for (size_t at = 0; at <= last && at < UINT8_MAX; at++) {
        struct places own = places_at(w, at);
        for (unsigned g = 0; g < SPOT_GROUPS; g++) {
            struct places with = s->groups[g];
            join_places(&with, &own);
            double more = size_with(s, g, &with, parts) - s->sizes[g];
            if (s->group_of[i] != SPOT_GROUPS && more >= least)
                continue;
            least = more;
            best = with;
            w->rare = (uint8_t)at;
            s->group_of[i] = (uint8_t)g;
        }
    }
    set_group(s, s->group_of[i], &best);
    s->own[i] = places_at(w, w->rare);
}

/* Word i can be looked up. */
static void add_to_chain(struct triggers *t, size_t i)
{
    struct trigger_word *w = &t->words[i];
    struct slice spot = spot_of(w);
    bool is_short = spot.len < SPOT_WORD;
    uint32_t four = 0;
    memcpy(&four, spot.at, spot.len < sizeof four ? spot.len : sizeof four);
    unsigned hash = is_short ? triggers_hash_three(four) : triggers_hash_four(four);
    uint16_t *chain = is_short ? &t->by_three[hash] : &t->by_four[hash];
    *(is_short ? &t->threes[hash] : &t->fours[hash]) = 1;
    w->next = *chain;
    *chain = (uint16_t)(i + 1);
}

/* Shares the words out among the groups, those first that say the least, and again with all the
 * others known: fewer places of a text look like one. */
static gw_result spot_words(struct triggers *t, struct arena *arena)
{
    enum { ROUNDS = 2, LONG = 16 };
    struct sharing *s = arena_zalloc(arena, sizeof *s);
    if (s == NULL || (s->group_of = arena_alloc(arena, t->word_count + 1)) == NULL ||
        (s->own = arena_array(arena, t->word_count + 1, sizeof *s->own)) == NULL)
        return gw_is(GW_NO_MEMORY);
    memset(s->group_of, SPOT_GROUPS, t->word_count + 1);
    fill_shares(&s->shares);
    for (unsigned g = 0; g < SPOT_GROUPS; g++)
        for (size_t i = 0; i < SPOT_WORD; i++)
            s->parts[g][i] = share_of(&s->shares, 0);
    for (unsigned round = 0; round < ROUNDS; round++)
        for (size_t len = TRIGGER_LEAST; len <= LONG; len++)
            for (size_t i = 0; i < t->word_count; i++) {
                size_t own = t->words[i].text.len;
                if ((own < LONG ? own : LONG) != len)
                    continue;
                leave_group(t, s, i);
                join_group(t, s, i);
            }
    for (size_t i = 0; i < t->word_count; i++) {
        spot_add_word(&t->spot, s->group_of[i], spot_of(&t->words[i]));
        add_to_chain(t, i);
    }
    return gw_is(GW_OK);
}

/* "3-2-4|3-7" */
static gw_result add_groups(struct triggers *t, struct slice at, uint32_t row)
{
    struct slice part;
    while (next_part(&at, &part)) {
        struct trigger_digits *d = &t->digits[t->digits_count++];
        *d = (struct trigger_digits){.row = row, .trigger = TRIGGER_GROUPS};
        while (part.len > 0) {
            size_t len = take_least(&part);
            if (len == 0 || d->groups == GW_COUNT(d->len))
                return gw_is(GW_BAD);
            d->len[d->groups++] = (uint8_t)len;
            part = slice_from(part, 1);
        }
    }
    return gw_is(GW_OK);
}

/* Does the kind say all? */
static bool is_plain(unsigned kind)
{
    return (kind >= TRIGGER_AT && kind <= TRIGGER_PAIRS) ||
           (kind >= TRIGGER_DOTTED && kind <= TRIGGER_MONTH);
}

static gw_result add_row(struct triggers *t, const struct detector *d, uint32_t row,
                         struct trigger_head *heads, size_t *head_count, struct arena *arena)
{
    struct slice at = slice_str(d->at), part;
    size_t least = 0;
    if (at.len == 0 && d->trigger != TRIGGER_SEARCH && !is_plain(d->trigger))
        return gw_is(GW_BAD); /* it would be tried nowhere */
    switch ((enum trigger)d->trigger) {
    case TRIGGER_HEAD:
        while (next_part(&at, &part)) {
            if (part.len == 0)
                return gw_is(GW_BAD);
            heads[(*head_count)++] = head_of(part, (d->flags & DET_CASELESS) != 0, row);
        }
        return gw_is(GW_OK);
    case TRIGGER_NAME:
    case TRIGGER_NAME_QUOTED:
    case TRIGGER_NAME_RUN:
        least = take_least(&at);
        if (at.len == 0)
            return gw_is(GW_BAD);
        __attribute__((fallthrough));
    case TRIGGER_WORD:
    case TRIGGER_URL:
        while (next_part(&at, &part)) {
            if (part.len < TRIGGER_LEAST)
                return gw_is(GW_BAD);
            TRY(add_word(t, d, row, part, least, arena));
        }
        return gw_is(GW_OK);
    case TRIGGER_GROUPS:
        return add_groups(t, at, row);
    case TRIGGER_DIGITS:
    case TRIGGER_PLUS:
        least = take_least(&at);
        t->digits[t->digits_count++] =
            (struct trigger_digits){.row = row, .least = (uint16_t)least, .trigger = d->trigger};
        return gw_is(least > 0 ? GW_OK : GW_BAD);
    case TRIGGER_NEAR_DIGITS:
    case TRIGGER_NEAR_TOKEN:
        t->least[row] = (uint16_t)take_least(&at);
        t->longest[row] = d->max_len;
        return gw_is(t->least[row] > 0 && d->max_len <= TRIGGER_NEAR_MAX && d->words != NULL
                         ? GW_OK
                         : GW_BAD);
    default:
        return gw_is(d->trigger < TRIGGERS ? GW_OK : GW_BAD);
    }
}

/* Rows whose trigger says all, by kind. */
static void sort_plain(struct triggers *t, const struct detector *const *rows, size_t n)
{
    uint32_t at = 0;
    for (unsigned k = 0; k < TRIGGERS; k++) {
        t->plain_at[k] = at;
        for (size_t i = 0; i < n; i++)
            if (rows[i]->trigger == k)
                t->plain[at++] = (uint32_t)i;
    }
    t->plain_at[TRIGGERS] = at;
}

/* No row says more than so many words, heads or groups in all. */
static size_t parts_of(const struct detector *const *rows, size_t n)
{
    size_t parts = 0;
    for (size_t i = 0; i < n; i++) {
        struct slice at = slice_str(rows[i]->at), part;
        parts++;
        while (next_part(&at, &part))
            parts++;
    }
    return parts;
}

static size_t least_digits(const struct triggers *t)
{
    size_t least = SIZE_MAX;
    for (size_t i = t->plain_at[TRIGGER_NEAR_DIGITS]; i < t->plain_at[TRIGGER_NEAR_DIGITS + 1]; i++)
        least = t->least[t->plain[i]] < least ? t->least[t->plain[i]] : least;
    for (size_t i = 0; i < t->digits_count; i++) {
        size_t n = t->digits[i].least;
        for (size_t k = 0; k < t->digits[i].groups; k++)
            n += t->digits[i].len[k];
        least = n < least ? n : least;
    }
    return least;
}

/* Rows that wait for groups come first; others stay in order. */
static void sort_digits(struct triggers *t)
{
    for (size_t i = 0; i < t->digits_count; i++) {
        const struct trigger_digits d = t->digits[i];
        if (d.trigger != TRIGGER_GROUPS)
            continue;
        size_t at = t->groups_count++;
        memmove(t->digits + at + 1, t->digits + at, (i - at) * sizeof d);
        t->digits[at] = d;
    }
}

gw_result triggers_build(struct triggers *t, const struct detector *const *rows, size_t n,
                         struct arena *arena, size_t *bad)
{
    size_t parts = parts_of(rows, n), heads = 0;
    *t = (struct triggers){0};
    struct trigger_head *unsorted = arena_array(arena, parts, sizeof *unsorted);
    t->words = arena_array(arena, parts, sizeof *t->words);
    t->digits = arena_array(arena, parts, sizeof *t->digits);
    t->plain = arena_array(arena, n, sizeof *t->plain);
    t->least = arena_array(arena, n, sizeof *t->least);
    t->longest = arena_array(arena, n, sizeof *t->longest);
    if (unsorted == NULL || t->words == NULL || t->digits == NULL || t->plain == NULL ||
        t->least == NULL || t->longest == NULL)
        return gw_is(GW_NO_MEMORY);
    build_classes(&t->spot);
    for (*bad = 0; *bad < n; ++*bad)
        TRY(add_row(t, rows[*bad], (uint32_t)*bad, unsorted, &heads, arena));
    TRY(sort_heads(t, unsorted, heads, arena));
    sort_plain(t, rows, n);
    sort_digits(t);
    t->least_digits = least_digits(t);
    return spot_words(t, arena);
}

static gw_result sort_near(struct triggers *t, enum trigger kind, const unsigned *list_of,
                           struct arena *arena, struct trigger_near *near)
{
    const uint32_t *rows = t->plain + t->plain_at[kind];
    size_t n = t->plain_at[kind + 1] - t->plain_at[kind];
    uint32_t *sorted = arena_array(arena, n + 1, sizeof *sorted), end[CONTEXT_LISTS] = {0};
    if (sorted == NULL)
        return gw_is(GW_NO_MEMORY);
    *near = (struct trigger_near){.rows = sorted, .least = SIZE_MAX};
    for (size_t i = 0; i < n; i++)
        near->at[list_of[rows[i]] + 1]++;
    for (size_t k = 0; k < CONTEXT_LISTS; k++) {
        near->at[k + 1] += near->at[k];
        end[k] = near->at[k];
    }
    for (size_t i = 0; i < n; i++) {
        unsigned list = list_of[rows[i]], least = t->least[rows[i]];
        size_t longest = t->longest[rows[i]];
        sorted[end[list]++] = rows[i];
        near->least = least < near->least ? least : near->least;
        near->longest = longest > near->longest ? longest : near->longest;
        for (size_t size = least; size < TRIGGER_SIZES; size++)
            context_set_add(&near->waits[size], list);
        context_set_add(&near->waits[TRIGGER_SIZES - 1], list);
    }
    return gw_is(GW_OK);
}

gw_result triggers_sort_near(struct triggers *t, const unsigned *list_of, struct arena *arena)
{
    TRY(sort_near(t, TRIGGER_NEAR_DIGITS, list_of, arena, &t->near_digits));
    return sort_near(t, TRIGGER_NEAR_TOKEN, list_of, arena, &t->near_token);
}
