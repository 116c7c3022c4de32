/* redact/digits.c - see digits.h. Groups hang together when no more than three bytes of " ()./-"
 * (or a no-break blank) part them.
 *
 * Refuses to know what a number means: cards, phones and dates are the rows' business. */
#include "proxy/base/base.h"
#include "redact/digits.h"
#include "redact/judge.h"

enum {
    GAP = 3,
    CHAIN_MAX = 512,
    LONGEST = 40,
    YEAR = 4,
    KEPT = 4,
    MONTH_BACK = 30,
    MONTH_LEAST = 4
};

struct group {
    uint32_t begin;
    uint16_t len;
    uint8_t gap; /* bytes in front of it, 0 for the first of a chain */
    char mark;   /* the first of them */
};

struct chain {
    const struct triggers *t;
    struct pass *p;
    struct slice s;
    size_t to; /* what begins from here on is somebody else's */
    size_t begin, digits, count;
    size_t plus, last_plus;  /* a number with a country code may begin in between; SIZE_MAX: none */
    struct group last[KEPT]; /* last[0] is the newest */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}
static bool is_letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}
static bool is_gap(char c)
{
    enum { MARKS = 1 << 0 | 1 << 8 | 1 << 9 | 1 << 13 | 1 << 14 | 1 << 15 }; /* " ()-./" */
    unsigned at = (unsigned char)c - 0x20u;
    return at < 16 ? (MARKS >> at & 1) != 0 : at == 0xC2 - 0x20 || at == 0xA0 - 0x20;
}
static char before(const struct chain *c, size_t at, size_t n)
{
    return at >= n ? c->s.at[at - n] : '\n';
}

static gw_result try_plain(const struct chain *c, enum trigger kind, size_t start, size_t last)
{
    for (uint32_t i = c->t->plain_at[kind]; i < c->t->plain_at[kind + 1]; i++)
        TRY(judge_trigger(c->p, c->t->plain[i], start, last));
    return gw_is(GW_OK);
}

/* The newest groups are as long as the row says: the first and the last one at least. */
static bool has_groups(const struct chain *c, const struct trigger_digits *d)
{
    if (c->count < d->groups)
        return false;
    for (unsigned i = 0; i < d->groups; i++) {
        size_t have = c->last[d->groups - 1 - i].len;
        bool outer = i == 0 || i + 1 == d->groups;
        if (have < d->len[i] || (!outer && have > d->len[i]))
            return false;
    }
    return true;
}

static gw_result try_groups(const struct chain *c)
{
    for (size_t i = 0; i < c->t->groups_count; i++) {
        const struct trigger_digits *d = &c->t->digits[i];
        if (!has_groups(c, d))
            continue;
        const struct group *first = &c->last[d->groups - 1];
        TRY(judge_trigger(c->p, d->row, first->begin, first->begin + first->len - 1));
    }
    return gw_is(GW_OK);
}

static bool is_single(const struct group *g, const char *marks)
{
    return g->gap == 1 && strchr(marks, g->mark) != NULL;
}

/* Three bytes as a number; a capital letter as its small one. */
#define THREE(a, b, c) ((a) | (b) << 8 | (c) << 16 | 0x202020)

/* A name of a month (MONTHS of catalog_rows.h) begins with these; an accent begins with 0xC3. */
static bool is_month(struct slice word)
{
    if (word.len < 3)
        return false;
    unsigned char at[3];
    memcpy(at, word.at, sizeof at);
    switch (THREE(at[0], at[1], at[2])) {
    case THREE('j', 'a', 'n'):
    case THREE('e', 'n', 'e'):
    case THREE('f', 'e', 'b'):
    case THREE('f', 0xC3, 0xA9):
    case THREE('m', 'a', 'r'):
    case THREE('m', 0xC3, 0xA4):
    case THREE('a', 'p', 'r'):
    case THREE('a', 'b', 'r'):
    case THREE('a', 'v', 'r'):
    case THREE('m', 'a', 'y'):
    case THREE('m', 'a', 'i'):
    case THREE('j', 'u', 'n'):
    case THREE('j', 'u', 'i'):
    case THREE('j', 'u', 'l'):
    case THREE('a', 'u', 'g'):
    case THREE('a', 'g', 'o'):
    case THREE('a', 'o', 0xC3):
    case THREE('s', 'e', 'p'):
    case THREE('o', 'c', 't'):
    case THREE('o', 'k', 't'):
    case THREE('n', 'o', 'v'):
    case THREE('d', 'e', 'c'):
    case THREE('d', 'e', 'z'):
    case THREE('d', 'i', 'c'):
    case THREE('d', 0xC3, 0xA9):
        return true;
    default:
        return false;
    }
}

static bool is_between(char c)
{
    return c == ' ' || c == ',' || c == '.' || c == '-' || c == '/';
}

/* The word that ends at *at, blanks and commas left out; *at moves to its begin. */
static struct slice word_before(const struct chain *c, size_t *at)
{
    size_t end = *at, low = end > MONTH_BACK ? end - MONTH_BACK : 0;
    while (end > low && is_between(c->s.at[end - 1]))
        end--;
    size_t from = end;
    while (from > low && (is_letter(c->s.at[from - 1]) || is_digit(c->s.at[from - 1]) ||
                          (unsigned char)c->s.at[from - 1] >= 0x80))
        from--;
    *at = from;
    return slice_cut(c->s, from, end);
}

/* A digit stands where the day of a date would. */
static bool has_day(const struct chain *c, size_t at)
{
    for (size_t i = at > MONTH_BACK ? at - MONTH_BACK : 0; i < at; i++)
        if (is_digit(c->s.at[i]))
            return true;
    return false;
}

static gw_result try_month(const struct chain *c, size_t start, size_t last)
{
    TRY(try_plain(c, TRIGGER_DATE, start, last));
    return try_plain(c, TRIGGER_MONTH, start, last);
}

/* "12 April 1985", "April 12th, 1985", "12 de abril de 1985", "12-APR-85": the year is `g`. */
static gw_result try_year(const struct chain *c, const struct group *g)
{
    size_t at = g->begin, from = at;
    char mark = before(c, at, 1);
    bool is_joined = (mark == '-' || mark == '/') && is_letter(before(c, at, 2));
    if (!is_joined && (mark != ' ' || g->len != YEAR))
        return gw_is(GW_OK);
    for (unsigned i = 0; i < 2; i++)
        if (is_month(word_before(c, &from)) && (i == 0 || has_day(c, at)))
            return try_month(c, at > MONTH_BACK ? at - MONTH_BACK : 0, at - 1);
    return gw_is(GW_OK);
}

/* 2024-1-31, 31.1.2024, 1/31/24: a version is mostly none. */
static bool is_date_long(size_t first, size_t second, size_t third)
{
    return second <= 2 &&
           (first == YEAR ? third <= 2 : first <= 2 && (third == YEAR || third == 2));
}

static gw_result try_date(const struct chain *c)
{
    const struct group *third = &c->last[0], *second = &c->last[1], *first = &c->last[2];
    if (c->count >= 3 && is_single(third, "./-") && third->mark == second->mark &&
        is_single(second, "./-") && is_date_long(first->len, second->len, third->len))
        TRY(try_plain(c, TRIGGER_DATE, first->begin, first->begin));
    return third->len == YEAR || third->len == 2 ? try_year(c, third) : gw_is(GW_OK);
}

static gw_result try_dotted(const struct chain *c)
{
    const struct group *first = &c->last[3];
    if (c->count < 4 || first->len > 3)
        return gw_is(GW_OK);
    for (unsigned i = 0; i < 3; i++)
        if (!is_single(&c->last[i], ".") || c->last[i].len > 3)
            return gw_is(GW_OK);
    return try_plain(c, TRIGGER_DOTTED, first->begin, first->begin);
}

/* A + or 00 in front of the group. */
static void note_plus(struct chain *c, const struct group *g)
{
    if (c->plus != SIZE_MAX)
        return;
    for (size_t n = 1; g->gap == 0 && n <= GAP; n++) {
        char mark = before(c, g->begin, n);
        if (mark == '+')
            c->plus = c->last_plus = g->begin - n;
        if (mark != ' ' && mark != '(')
            break;
    }
    const char *at = c->s.at + g->begin;
    if (c->plus == SIZE_MAX && g->len > 2 && at[0] == '0' && at[1] == '0' && at[2] != '0') {
        c->plus = g->begin;
        c->last_plus = SIZE_MAX; /* to the end of the chain */
    }
}

/* The group [at, end) joins the chain. */
static gw_result add_group(struct chain *c, struct group g)
{
    memmove(c->last + 1, c->last, (KEPT - 1) * sizeof c->last[0]);
    c->last[0] = g;
    c->count++;
    c->digits += g.len;
    note_plus(c, &g);
    if (c->count > 1)
        TRY(try_groups(c));
    TRY(try_dotted(c));
    return try_date(c);
}

/* The chain is complete: it ends in front of `end`. */
static gw_result end_chain(const struct chain *c, size_t end)
{
    if (c->digits < c->t->least_digits)
        return gw_is(GW_OK);
    TRY(judge_near(c->p, &c->t->near_digits, c->digits, c->begin, end - 1));
    for (size_t i = c->t->groups_count; i < c->t->digits_count; i++) {
        const struct trigger_digits *d = &c->t->digits[i];
        if (c->digits < d->least)
            continue;
        bool plus = d->trigger == TRIGGER_PLUS;
        if (plus && c->plus == SIZE_MAX)
            continue;
        size_t last = plus && c->last_plus != SIZE_MAX ? c->last_plus : end - 1;
        TRY(judge_trigger(c->p, d->row, plus ? c->plus : c->begin, last));
    }
    return gw_is(GW_OK);
}

static void begin_chain(struct chain *c, size_t at)
{
    c->begin = at;
    c->digits = c->count = 0;
    c->plus = c->last_plus = SIZE_MAX;
}

static size_t digits_end(struct slice s, size_t at)
{
    while (at < s.len && is_digit(s.at[at]))
        at++;
    return at;
}

/* Where the group begins that hangs together with one that ends at `end`; 0: there is none. */
static inline size_t next_group(struct slice s, size_t end)
{
    if (end >= s.len || !is_gap(s.at[end]))
        return 0;
    size_t at = end;
    while (at < s.len && at - end < GAP && is_gap(s.at[at]))
        at++;
    return at > end && at < s.len && is_digit(s.at[at]) ? at : 0;
}

/* The chain that begins with the group [at, end); `next`: where its second group begins, or 0. */
static gw_result walk_chain(struct chain *c, size_t at, size_t end, size_t next, size_t *done)
{
    size_t begin = at, gap = 0;
    begin_chain(c, at);
    for (;;) {
        if (end - begin > LONGEST) /* no number of anything, nor is a part of it */
            return c->count > 0 ? end_chain(c, begin - gap) : gw_is(GW_OK);
        struct group g = {.begin = (uint32_t)begin,
                          .len = (uint16_t)(end - begin),
                          .gap = (uint8_t)gap,
                          .mark = c->s.at[begin - gap]};
        TRY(add_group(c, g));
        if (next == 0)
            return end_chain(c, end);
        if (end - c->begin > CHAIN_MAX) { /* its last group begins the next one */
            TRY(end_chain(c, end));
            if (begin >= c->to)
                return gw_is(GW_OK);
            begin_chain(c, begin);
            g.gap = 0;
            TRY(add_group(c, g));
        }
        begin = next;
        gap = begin - end;
        end = *done = digits_end(c->s, begin);
        next = next_group(c->s, end);
    }
}

/* A chain of its own, or one number that may be a year. */
__attribute__((noinline)) static gw_result
try_chain(const struct triggers *t, struct pass *p, size_t at, size_t next, size_t to, size_t *done)
{
    struct chain c = {.t = t, .p = p, .s = p->subject, .to = to};
    if (next == 0 && *done - at < t->least_digits)
        return try_year(&c, &(struct group){.begin = (uint32_t)at, .len = (uint16_t)(*done - at)});
    return walk_chain(&c, at, *done, next, done);
}

/* May a lone number be the year of a date: behind a blank, or joined to a month? */
static bool is_year(const char *text, size_t at, size_t len)
{
    if ((len != YEAR && len != 2) || at < MONTH_LEAST)
        return false;
    char mark = text[at - 1];
    if (mark == ' ')
        return len == YEAR;
    if (mark != '-' && mark != '/')
        return false;
    size_t end = at - 1, from = end;
    while (from > 0 && at - from < MONTH_BACK &&
           (is_letter(text[from - 1]) || (unsigned char)text[from - 1] >= 0x80))
        from--;
    return is_month(slice_of(text + from, end - from));
}

gw_result digits_try(const struct triggers *t, struct pass *p, size_t at, size_t to, size_t *done)
{
    const char *text = p->subject.at;
    size_t end = digits_end(p->subject, at), next = next_group(p->subject, end);
    *done = end;
    if (next == 0 && end - at < t->least_digits && !is_year(text, at, end - at))
        return gw_is(GW_OK); /* most numbers */
    return try_chain(t, p, at, next, to, done);
}
