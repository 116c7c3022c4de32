/* redact/valid_check.c - see valid_check.h. Pure: no state, no memory, no engine. */
#include "proxy/base/base.h"
#include "redact/valid_check.h"
#include "redact/valid.h"
#include <ctype.h>

enum { LONGEST = 48, ALNUM = 36 };

/* What the terms of one alternative look at, and what is left to read of them. */
struct check {
    char at[LONGEST];
    size_t len;
    struct slice args; /* of the term */
    bool doubts;
};

static int value_of(char c)
{
    return isdigit((unsigned char)c) != 0 ? c - '0' : c - 'A' + 10;
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool take_char(struct slice *s, char c)
{
    if (s->len == 0 || s->at[0] != c)
        return false;
    *s = slice_from(*s, 1);
    return true;
}

static long take_number(struct slice *s)
{
    long sign = take_char(s, '-') ? -1 : 1, value = 0;
    while (s->len > 0 && isdigit((unsigned char)s->at[0]) != 0) {
        value = value * 10 + (s->at[0] - '0');
        *s = slice_from(*s, 1);
    }
    return sign * value;
}

static long digit_sum(long n)
{
    long sum = 0;
    for (n = n < 0 ? -n : n; n > 0; n /= 10)
        sum += n % 10;
    return sum;
}

/* "3,7,1%10": the sum's remainder; *n weights, *mod the divisor. -1: it does not fit. */
static long take_sum(struct check *c, bool digits, size_t *n, long *mod)
{
    long sum = 0;
    for (*n = 0;; ++*n) {
        long weight = take_number(&c->args);
        if (*n >= c->len)
            return -1;
        long product = weight * value_of(c->at[*n]);
        sum += digits ? digit_sum(product) : product;
        if (!take_char(&c->args, ','))
            break;
    }
    ++*n;
    if (!take_char(&c->args, '%'))
        return -1;
    *mod = take_number(&c->args);
    return *mod > 0 ? (sum % *mod + *mod) % *mod : -1;
}

/* The number that n digits from `at` on make, modulo mod; -1: they are no digits. */
static long number_mod(const struct check *c, size_t at, size_t n, long mod)
{
    long value = 0;
    if (at + n > c->len || mod <= 0)
        return -1;
    for (size_t i = at; i < at + n; i++) {
        if (isdigit((unsigned char)c->at[i]) == 0)
            return -1;
        value = (value * 10 + (c->at[i] - '0')) % mod;
    }
    return value;
}

/* --- terms ------------------------------------------------------------------------------------ */

static bool term_luhn(struct check *c)
{
    return valid_luhn(slice_of(c->at, c->len));
}

static bool term_verhoeff(struct check *c)
{
    static const char times[] = "01234567891234067895234017895634012895674012395678"
                                "59876043216598710432765982104387659321049876543210";
    static const char moved[] = "0123456789157628309458037961428916043527"
                                "9453126870428657390127938064157046913258";
    int state = 0;
    for (size_t i = 0; i < c->len; i++) {
        int d = value_of(c->at[c->len - 1 - i]);
        if (d > 9)
            return false;
        state = times[state * 10 + (moved[(i % 8) * 10 + (size_t)d] - '0')] - '0';
    }
    return state == 0;
}

/* ISO 7064, mod 11,10 and mod 37,36: one check character. */
static bool hybrid(const struct check *c, int mod)
{
    int p = mod;
    for (size_t i = 0; i + 1 < c->len; i++) {
        int d = value_of(c->at[i]);
        if (d >= mod)
            return false;
        p = (p + d) % mod;
        p = (p == 0 ? mod : p) * 2 % (mod + 1);
    }
    return c->len > 1 && (p + value_of(c->at[c->len - 1])) % mod == 1;
}

static bool term_iso1110(struct check *c)
{
    return hybrid(c, 10);
}

static bool term_iso3736(struct check *c)
{
    return hybrid(c, ALNUM);
}

/* ISO 7064, mod 11-2: X is ten. */
static bool term_iso112(struct check *c)
{
    int p = 0;
    for (size_t i = 0; i < c->len; i++) {
        bool last = i + 1 == c->len;
        int d = last && c->at[i] == 'X' ? 10 : value_of(c->at[i]);
        if (d > (last ? 10 : 9))
            return false;
        p = last ? (p + d) % 11 : (p + d) * 2 % 11;
    }
    return p == 1;
}

static bool term_len(struct check *c)
{
    long from = take_number(&c->args), to = take_char(&c->args, '-') ? take_number(&c->args) : from;
    return (long)c->len >= from && (long)c->len <= to;
}

static bool term_skip(struct check *c)
{
    size_t n = (size_t)take_number(&c->args);
    if (n > c->len)
        return false;
    memmove(c->at, c->at + n, c->len - n);
    c->len -= n;
    return true;
}

static bool term_pad(struct check *c)
{
    size_t to = (size_t)take_number(&c->args);
    if (to > LONGEST || c->len > to)
        return false;
    memmove(c->at + (to - c->len), c->at, c->len);
    memset(c->at, '0', to - c->len);
    c->len = to;
    return true;
}

static bool term_front(struct check *c)
{
    size_t n = (size_t)take_number(&c->args);
    bool fits = n <= c->len;
    c->len = fits ? n : c->len;
    return fits;
}

static bool term_after(struct check *c)
{
    if (c->args.len + c->len > LONGEST)
        return false;
    memmove(c->at + c->args.len, c->at, c->len);
    memcpy(c->at, c->args.at, c->args.len);
    c->len += c->args.len;
    return true;
}

static bool term_digits(struct check *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->len; i++)
        if (isdigit((unsigned char)c->at[i]) != 0)
            c->at[n++] = c->at[i];
    c->len = n;
    return n > 0;
}

static bool sum_leaves(struct check *c, bool digits)
{
    size_t n;
    long mod, rest = take_sum(c, digits, &n, &mod);
    long want = take_char(&c->args, '=') ? take_number(&c->args) : 0;
    return rest == want;
}

static bool term_sum(struct check *c)
{
    return sum_leaves(c, false);
}

static bool term_dsum(struct check *c)
{
    return sum_leaves(c, true);
}

static bool next_digit_is(struct check *c, bool digits, bool lacks)
{
    size_t n;
    long mod, rest = take_sum(c, digits, &n, &mod);
    if (rest < 0 || n >= c->len)
        return false;
    rest = lacks ? (mod - rest) % mod : rest;
    return value_of(c->at[n]) == rest % 10;
}

static bool term_dig(struct check *c)
{
    return next_digit_is(c, false, false);
}

static bool term_ddig(struct check *c)
{
    return next_digit_is(c, true, false);
}

static bool term_neg(struct check *c)
{
    return next_digit_is(c, false, true);
}

static bool next_letter_is(const struct check *c, size_t n, long place)
{
    return place >= 0 && n < c->len && (size_t)place < c->args.len && c->at[n] == c->args.at[place];
}

static bool by_table(struct check *c, bool lacks)
{
    size_t n;
    long mod, rest = take_sum(c, false, &n, &mod);
    if (rest < 0 || !take_char(&c->args, ':'))
        return false;
    return next_letter_is(c, n, lacks ? (mod - rest) % mod : rest);
}

static bool term_tab(struct check *c)
{
    return by_table(c, false);
}

static bool term_ntab(struct check *c)
{
    return by_table(c, true);
}

static bool term_num(struct check *c)
{
    size_t n = (size_t)take_number(&c->args);
    long mod = take_char(&c->args, '%') ? take_number(&c->args) : 0;
    return take_char(&c->args, ':') && next_letter_is(c, n, number_mod(c, 0, n, mod));
}

static bool rest_is(struct check *c, bool lacks)
{
    size_t n = (size_t)take_number(&c->args);
    long mod = take_char(&c->args, '%') ? take_number(&c->args) : 0;
    long rest = number_mod(c, 0, n, mod);
    if (rest < 0 || n >= c->len)
        return false;
    return number_mod(c, n, c->len - n, 1000000) == (lacks ? mod - rest : rest);
}

static bool term_mod(struct check *c)
{
    return rest_is(c, false);
}

static bool term_nmod(struct check *c)
{
    return rest_is(c, true);
}

static bool term_all(struct check *c)
{
    long mod = take_number(&c->args), want = take_char(&c->args, '=') ? take_number(&c->args) : 0;
    return number_mod(c, 0, c->len, mod) == want;
}

struct day {
    long year, month, day;
    bool moved; /* the month may have 20, 40, 50 ... added */
};

static void add_digit(struct day *d, char form, long digit)
{
    long *part = form == 'Y' ? &d->year : form == 'D' ? &d->day : &d->month;
    *part = *part * 10 + digit;
    d->moved = d->moved || form == 'X';
}

static bool is_day(const struct day *d)
{
    static const unsigned char days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    long month = d->month;
    if (d->moved)
        month = month > 50 && month <= 62   ? month - 50
                : month > 70 && month <= 82 ? month - 70
                                            : month % 20;
    return month >= 1 && month <= 12 && d->day >= 1 && d->day <= days[month - 1];
}

static bool term_date(struct check *c)
{
    size_t mark = slice_find_byte(c->args, '@');
    struct slice form = slice_cut(c->args, 0, mark), from = slice_from(c->args, mark + 1);
    size_t at = (size_t)take_number(&from);
    struct day d = {.day = 0};
    if (at + form.len > c->len)
        return false;
    for (size_t i = 0; i < form.len; i++) {
        if (isdigit((unsigned char)c->at[at + i]) == 0)
            return false;
        add_digit(&d, form.at[i], c->at[at + i] - '0');
    }
    bool is_whole = slice_find(form, SLICE_LIT("YYYY")) != SIZE_MAX;
    return is_day(&d) && (!is_whole || (d.year >= 1850 && d.year < 2100));
}

static bool term_range(struct check *c)
{
    size_t at = (size_t)take_number(&c->args);
    size_t n = take_char(&c->args, '+') ? (size_t)take_number(&c->args) : 0;
    long value = number_mod(c, at, n, 1000000000);
    for (char before = '='; value >= 0 && take_char(&c->args, before); before = ',') {
        long from = take_number(&c->args);
        long to = take_char(&c->args, '-') ? take_number(&c->args) : from;
        if (value >= from && value <= to)
            return true;
    }
    return false;
}

/* 1234567, as samples in documentation have it: doubtful. */
static bool term_sample(struct check *c)
{
    c->doubts = true;
    return slice_find(slice_of(c->at, c->len), SLICE_LIT("1234567")) != SIZE_MAX;
}

/* The whole, with letters as two digits, leaves so much modulo 97. */
static bool term_letters97(struct check *c)
{
    long rest = 0;
    for (size_t i = 0; i < c->len; i++) {
        int value = value_of(c->at[i]);
        rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
    }
    return rest == take_number(&c->args);
}

static bool term_less(struct check *c)
{
    c->doubts = true;
    return true;
}

/* clang-format off */
static const struct {
    const char *name;
    bool (*holds)(struct check *c);
} terms[] = {
    {"luhn", term_luhn}, {"verhoeff", term_verhoeff}, {"iso1110", term_iso1110}, {"iso112", term_iso112},
    {"iso3736", term_iso3736}, {"len", term_len}, {"skip", term_skip}, {"pad", term_pad}, {"front", term_front},
    {"after", term_after}, {"digits", term_digits}, {"sum", term_sum}, {"dsum", term_dsum}, {"dig", term_dig},
    {"ddig", term_ddig}, {"neg", term_neg}, {"tab", term_tab}, {"ntab", term_ntab}, {"num", term_num},
    {"mod", term_mod}, {"nmod", term_nmod}, {"all", term_all}, {"date", term_date}, {"range", term_range},
    {"less", term_less}, {"sample", term_sample}, {"letters97", term_letters97},
};
/* clang-format on */

/* --- a whole check ---------------------------------------------------------------------------- */

static struct slice take_to(struct slice *rest, char mark)
{
    size_t at = slice_find_byte(*rest, mark);
    struct slice part = slice_cut(*rest, 0, at);
    *rest = at == SIZE_MAX ? slice_of(NULL, 0) : slice_from(*rest, at + 1);
    return part;
}

static bool term_holds(struct check *c, struct slice term)
{
    c->args = term;
    struct slice name = take_to(&c->args, ':');
    for (size_t i = 0; i < GW_COUNT(terms); i++)
        if (slice_is(name, slice_str(terms[i].name)))
            return terms[i].holds(c);
    return false;
}

static bool is_one_digit(const struct check *c)
{
    for (size_t i = 1; i < c->len; i++)
        if (c->at[i] != c->at[0])
            return false;
    return true;
}

int valid_check(const char *check, struct slice v)
{
    struct check whole = {.len = 0};
    for (size_t i = 0; i < v.len; i++) {
        unsigned char c = (unsigned char)v.at[i];
        if (isalnum(c) == 0)
            continue;
        if (whole.len == LONGEST)
            return VALID_NO;
        whole.at[whole.len++] = (char)toupper(c);
    }
    if (whole.len == 0 || is_one_digit(&whole))
        return VALID_NO;
    for (struct slice rest = slice_str(check); rest.len > 0;) {
        struct slice alternative = take_to(&rest, '|');
        struct check c = whole;
        bool holds = true;
        while (holds && alternative.len > 0)
            holds = term_holds(&c, take_to(&alternative, '&'));
        if (holds)
            return c.doubts ? VALID_LESS : VALID_YES;
    }
    return VALID_NO;
}
