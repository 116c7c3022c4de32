/* redact/valid_people.c - see valid_people.h. Pure: no state, no memory, no engine. */
#include "proxy/base/base.h"
#include "redact/valid_people.h"
#include "redact/valid.h"
#include "redact/valid_check.h"
#include <ctype.h>

enum { ROOM = 32 };
static const char digits_and_letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/* Letters and digits of v, capitals, into out; how many, 0: too many. */
static size_t take_all(struct slice v, char out[ROOM])
{
    size_t n = 0;
    for (size_t i = 0; i < v.len; i++) {
        if (isalnum((unsigned char)v.at[i]) == 0)
            continue;
        if (n + 1 == ROOM)
            return 0;
        out[n++] = (char)toupper((unsigned char)v.at[i]);
    }
    out[n] = 0;
    return n;
}

/* Where c stands in the table; -1: nowhere. */
static int place_in(const char *table, char c)
{
    const char *at = c == 0 ? NULL : strchr(table, c);
    return at == NULL ? -1 : (int)(at - table);
}

static int value_of(char c)
{
    return place_in(digits_and_letters, c);
}

static int weigh(const char *s, const signed char *weights, size_t n)
{
    int sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += weights[i] * value_of(s[i]);
    return sum;
}

static int number_at(const char *s, size_t n)
{
    int value = 0;
    for (size_t i = 0; i < n; i++)
        value = value * 10 + value_of(s[i]);
    return value;
}

static bool are_digits(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isdigit((unsigned char)s[i]) == 0)
            return false;
    return true;
}

static int yes_if(bool holds)
{
    return holds ? VALID_YES : VALID_NO;
}

/* --- Europe ----------------------------------------------------------------------------------- */

int valid_it_fiscal(struct slice *v)
{
    static const signed char odd[] = {1,  0,  5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
                                      20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
    char s[ROOM];
    int sum = 0;
    if (take_all(*v, s) != 16)
        return VALID_NO;
    for (size_t i = 0; i < 15; i++) {
        int value = isdigit((unsigned char)s[i]) != 0 ? s[i] - '0' : s[i] - 'A';
        sum += i % 2 == 0 ? odd[value] : value;
    }
    return yes_if(s[15] == 'A' + sum % 26);
}

int valid_fi_hetu(struct slice *v)
{
    static const char letters[] = "0123456789ABCDEFHJKLMNPRSTUVWXY";
    if (v->len != 11 || valid_check("date:DDMMYY@0", *v) == VALID_NO || !are_digits(v->at, 6) ||
        !are_digits(v->at + 7, 3))
        return VALID_NO;
    int number = number_at(v->at, 6) * 1000 + number_at(v->at + 7, 3);
    return yes_if(toupper((unsigned char)v->at[10]) == letters[number % 31]);
}

int valid_dk_cpr(struct slice *v)
{
    char s[ROOM];
    if (take_all(*v, s) != 10 || !are_digits(s, 10) || valid_check("date:DDMMYY@0", *v) == VALID_NO)
        return VALID_NO;
    int year = number_at(s + 4, 2), century = s[6] - '0';
    if (century < 4 || ((century == 4 || century == 9) && year > 36))
        year += 1900;
    else
        year += century >= 5 && century <= 8 && year > 57 ? 1800 : 2000;
    if (year > 2030)
        return VALID_NO;
    return year >= 2007 ? VALID_YES : valid_check("sum:4,3,2,7,6,5,4,3,2,1%11", *v);
}

int valid_fr_nir(struct slice *v)
{
    char s[ROOM];
    unsigned long long number = 0;
    if (take_all(*v, s) != 15)
        return VALID_NO;
    if (s[6] == 'A' || s[6] == 'B') { /* 2A and 2B count as 19 and 18 */
        s[5] = '1';
        s[6] = s[6] == 'A' ? '9' : '8';
    }
    if (!are_digits(s, 15))
        return VALID_NO;
    for (size_t i = 0; i < 13; i++)
        number = number * 10 + (unsigned)(s[i] - '0');
    return yes_if(97 - (int)(number % 97) == number_at(s + 13, 2));
}

int valid_baltic(struct slice *v)
{
    static const signed char first[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 1},
                             second[] = {3, 4, 5, 6, 7, 8, 9, 1, 2, 3};
    char s[ROOM];
    if (take_all(*v, s) != 11 || !are_digits(s, 11))
        return VALID_NO;
    if (s[0] != '9' && valid_check("date:YYMMDD@1", *v) == VALID_NO)
        return VALID_NO;
    int rest = weigh(s, first, 10) % 11;
    rest = rest == 10 ? weigh(s, second, 10) % 11 % 10 : rest;
    return yes_if(rest == s[10] - '0');
}

int valid_ro_cnp(struct slice *v)
{
    static const signed char weights[] = {2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9};
    char s[ROOM];
    if (take_all(*v, s) != 13 || !are_digits(s, 13) || s[0] == '0')
        return VALID_NO;
    if (s[0] == '9') /* foreigners */
        return VALID_LESS;
    int rest = weigh(s, weights, 12) % 11;
    return yes_if((rest == 10 ? 1 : rest) == s[12] - '0' &&
                  valid_check("date:YYMMDD@1", *v) != VALID_NO);
}

int valid_es_cif(struct slice *v)
{
    static const char letters[] = "JABCDEFGHI";
    char s[ROOM];
    int sum = 0;
    if (take_all(*v, s) != 9 || place_in("ABCDEFGHJNPQRSUVW", s[0]) < 0 || !are_digits(s + 1, 7))
        return VALID_NO;
    for (size_t i = 1; i < 8; i++) {
        int d = (s[i] - '0') * (i % 2 == 1 ? 2 : 1);
        sum += d > 9 ? d - 9 : d;
    }
    int check = (10 - sum % 10) % 10;
    return yes_if(s[8] == '0' + check || s[8] == letters[check]);
}

int valid_es_nie(struct slice *v)
{
    static const char letters[] = "TRWAGMYFPDXBNJZSQVHLCKE";
    char s[ROOM];
    size_t n = take_all(*v, s);
    int front = n > 0 ? place_in("XYZ", s[0]) : -1;
    if (n != 9 || (front < 0 && place_in("KLM", s[0]) < 0) || !are_digits(s + 1, 7))
        return VALID_NO;
    int number = (front > 0 ? front : 0) * 10000000 + number_at(s + 1, 7);
    return yes_if(s[8] == letters[number % 23]);
}

int valid_pt_cc(struct slice *v)
{
    char s[ROOM];
    int sum = 0;
    if (take_all(*v, s) != 12)
        return VALID_NO;
    for (size_t i = 0; i < 12; i++) {
        int d = value_of(s[i]) * (i % 2 == 0 ? 2 : 1);
        sum += i % 2 == 0 && d > 9 ? d - 9 : d;
    }
    return yes_if(sum % 10 == 0);
}

/* The sum of the digit sums of products. */
static int weigh_digits(const char *s, const signed char *weights, size_t n)
{
    int sum = 0;
    for (size_t i = 0; i < n; i++) {
        int d = weights[i] * (s[i] - '0');
        sum += d / 10 + d % 10;
    }
    return sum;
}

int valid_de_social(struct slice *v)
{
    static const signed char weights[] = {2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1};
    char s[ROOM], d[ROOM];
    if (take_all(*v, s) != 12 || isalpha((unsigned char)s[8]) == 0 || !are_digits(s, 8) ||
        !are_digits(s + 9, 3) || number_at(s, 2) < 2)
        return VALID_NO;
    snprintf(d, sizeof d, "%.8s%02d%.2s", s, s[8] - 'A' + 1, s + 9);
    return yes_if(weigh_digits(d, weights, 12) % 10 == s[11] - '0' &&
                  valid_check("date:DDMMYY@2", *v) != VALID_NO);
}

int valid_de_health(struct slice *v)
{
    static const signed char weights[] = {1, 2, 1, 2, 1, 2, 1, 2, 1, 2};
    char s[ROOM], d[ROOM];
    if (take_all(*v, s) != 10 || isalpha((unsigned char)s[0]) == 0 || !are_digits(s + 1, 9))
        return VALID_NO;
    snprintf(d, sizeof d, "%02d%.8s", s[0] - 'A' + 1, s + 1);
    return yes_if(weigh_digits(d, weights, 10) % 10 == s[9] - '0');
}

int valid_de_card(struct slice *v)
{
    static const signed char weights[] = {7, 3, 1, 7, 3, 1, 7, 3, 1};
    char s[ROOM];
    size_t n = take_all(*v, s);
    if (n > 9 && weigh(s, weights, 9) % 10 == value_of(s[9]))
        return VALID_YES;
    return yes_if(n == 9 && weigh(s, weights, 8) % 10 == value_of(s[8]));
}

int valid_ie_pps(struct slice *v)
{
    static const signed char weights[] = {8, 7, 6, 5, 4, 3, 2};
    static const char letters[] = "WABCDEFGHIJKLMNOPQRSTUV";
    char s[ROOM];
    size_t n = take_all(*v, s);
    if ((n != 8 && n != 9) || !are_digits(s, 7))
        return VALID_NO;
    int sum = weigh(s, weights, 7), extra = n == 9 ? place_in(letters, s[8]) : 0;
    if (n == 9 && (s[8] == 'W' || s[8] == 'T' || s[8] == 'X'))
        extra = 0;
    if (extra < 0)
        return VALID_NO;
    sum += extra * 9;
    return yes_if(s[7] == letters[sum % 23]);
}

int valid_cy_tin(struct slice *v)
{
    static const signed char odd[] = {1, 0, 5, 7, 9, 13, 15, 17, 19, 21};
    char s[ROOM];
    int sum = 0;
    size_t n = take_all(*v, s), from = n == 11 && s[0] == 'C' && s[1] == 'Y' ? 2 : 0;
    if (n - from != 9 || !are_digits(s + from, 8))
        return VALID_NO;
    for (size_t i = 0; i < 8; i++)
        sum += i % 2 == 0 ? odd[s[from + i] - '0'] : s[from + i] - '0';
    return yes_if(s[from + 8] == 'A' + sum % 26);
}

/* What stands behind a country's letters, when they are there. */
static struct slice behind_country(struct slice v, struct slice country)
{
    struct slice rest = slice_has_prefix(v, country) ? slice_from(v, country.len) : v;
    while (rest.len > 0 && isalnum((unsigned char)rest.at[0]) == 0)
        rest = slice_from(rest, 1);
    return rest;
}

int valid_es_vat(struct slice *v)
{
    struct slice rest = behind_country(*v, SLICE_LIT("ES"));
    bool known = valid_es_cif(&rest) == VALID_YES || valid_es_nie(&rest) == VALID_YES ||
                 valid_check("pad:9&num:8%23:TRWAGMYFPDXBNJZSQVHLCKE", rest) == VALID_YES;
    return known ? VALID_YES : valid_check("digits&sample", rest);
}

int valid_fr_vat(struct slice *v)
{
    char s[ROOM];
    struct slice rest = behind_country(*v, SLICE_LIT("FR"));
    if (take_all(rest, s) != 11 || !are_digits(s + 2, 9))
        return VALID_NO;
    if (valid_check("skip:2&luhn", rest) == VALID_NO && number_at(s + 2, 3) != 0)
        return VALID_NO;
    long firm = number_at(s + 2, 9);
    if (!are_digits(s, 2)) /* the newer keys hold letters */
        return VALID_LESS;
    return yes_if((firm * 100 + 12) % 97 == number_at(s, 2));
}

int valid_ie_vat(struct slice *v)
{
    char s[ROOM], old[ROOM];
    struct slice rest = behind_country(*v, SLICE_LIT("IE"));
    size_t n = take_all(rest, s);
    if (n == 8 && isalpha((unsigned char)s[1]) != 0) { /* the older form */
        snprintf(old, sizeof old, "0%.5s%c%c", s + 2, s[0], s[7]);
        rest = slice_str(old);
    }
    return valid_ie_pps(&rest);
}

int valid_uk_driver(struct slice *v)
{
    char s[ROOM];
    if (take_all(*v, s) != 16 || !are_digits(s + 5, 6))
        return VALID_NO;
    int month = number_at(s + 6, 2), day = number_at(s + 8, 2);
    month = month > 50 ? month - 50 : month; /* women */
    return yes_if(month >= 1 && month <= 12 && day >= 1 && day <= 31);
}

int valid_uk_vat(struct slice *v)
{
    static const signed char weights[] = {8, 7, 6, 5, 4, 3, 2, 10, 1};
    char s[ROOM];
    size_t n = take_all(*v, s), from = s[0] == 'G' && s[1] == 'B' ? 2 : 0;
    if (n < from + 5)
        return VALID_NO;
    if (n - from == 5) { /* offices of the state and of health */
        int number = number_at(s + from + 2, 3);
        bool state = s[from] == 'G' && s[from + 1] == 'D',
             health = s[from] == 'H' && s[from + 1] == 'A';
        return yes_if((state && number < 500) || (health && number >= 500));
    }
    if ((n - from != 9 && n - from != 12) || !are_digits(s + from, n - from))
        return VALID_NO;
    int rest = weigh(s + from, weights, 9) % 97;
    return yes_if(rest == 0 || rest == 42);
}

int valid_ua_edrpou(struct slice *v)
{
    static const signed char rising[] = {1, 2, 3, 4, 5, 6, 7}, seven[] = {7, 1, 2, 3, 4, 5, 6},
                             rising2[] = {3, 4, 5, 6, 7, 8, 9}, seven2[] = {9, 3, 4, 5, 6, 7, 8};
    char s[ROOM];
    if (take_all(*v, s) != 8 || !are_digits(s, 8))
        return VALID_NO;
    bool middle = s[0] >= '3' && s[0] < '6';
    int rest = weigh(s, middle ? seven : rising, 7) % 11;
    rest = rest == 10 ? weigh(s, middle ? seven2 : rising2, 7) % 11 : rest;
    return yes_if(rest % 10 == s[7] - '0');
}

int valid_tr_vkn(struct slice *v)
{
    char s[ROOM];
    int sum = 0;
    if (take_all(*v, s) != 10 || !are_digits(s, 10))
        return VALID_NO;
    for (int i = 0; i < 9; i++) {
        int c = (s[i] - '0' + 9 - i) % 10, times = 1;
        for (int k = 0; k < 9 - i; k++)
            times = times * 2 % 9;
        int d = c * times % 9;
        sum += c != 0 && d == 0 ? 9 : d;
    }
    return yes_if((10 - sum % 10) % 10 == s[9] - '0');
}

/* --- Asia ------------------------------------------------------------------------------------- */

int valid_hk_id(struct slice *v)
{
    char s[ROOM];
    size_t n = take_all(*v, s), letters = n == 9 ? 2 : 1;
    if ((n != 8 && n != 9) || !are_digits(s + letters, 6))
        return VALID_NO;
    int sum = letters == 1 ? 36 * 9 : value_of(s[0]) * 9, weight = 8;
    for (size_t i = letters - 1; i + 1 < n; i++)
        sum += value_of(s[i]) * weight--;
    return yes_if((sum + value_of(s[n - 1])) % 11 == 0);
}

int valid_tw_id(struct slice *v)
{
    static const char order[] = "ABCDEFGHJKLMNPQRSTUVXYWZIO"; /* from 10 on */
    char s[ROOM];
    if (take_all(*v, s) != 10)
        return VALID_NO;
    int first = place_in(order, s[0]) + 10, sum = first / 10 + first % 10 * 9;
    int second = isdigit((unsigned char)s[1]) != 0 ? s[1] - '0' : (place_in(order, s[1]) + 10) % 10;
    if (first < 10 || !are_digits(s + 2, 8))
        return VALID_NO;
    sum += second * 8;
    for (int i = 2; i < 9; i++)
        sum += (s[i] - '0') * (9 - i);
    return yes_if((sum + s[9] - '0') % 10 == 0);
}

int valid_tw_ubn(struct slice *v)
{
    static const signed char weights[] = {1, 2, 1, 2, 1, 2, 4, 1};
    char s[ROOM];
    if (take_all(*v, s) != 8 || !are_digits(s, 8))
        return VALID_NO;
    int sum = weigh_digits(s, weights, 8);
    return yes_if(sum % 5 == 0 || (s[6] == '7' && (sum + 1) % 5 == 0));
}

int valid_kr_brn(struct slice *v)
{
    static const signed char weights[] = {1, 3, 7, 1, 3, 7, 1, 3, 5};
    char s[ROOM];
    if (take_all(*v, s) != 10 || !are_digits(s, 10))
        return VALID_NO;
    int sum = weigh(s, weights, 9) + (s[8] - '0') * 5 / 10;
    return yes_if((10 - sum % 10) % 10 == s[9] - '0');
}

int valid_sg_nric(struct slice *v)
{
    static const signed char weights[] = {2, 7, 6, 5, 4, 3, 2};
    char s[ROOM];
    if (take_all(*v, s) != 9 || !are_digits(s + 1, 7))
        return VALID_NO;
    int sum = weigh(s + 1, weights, 7);
    sum += s[0] == 'T' || s[0] == 'G' ? 4 : s[0] == 'M' ? 3 : 0;
    const char *letters = s[0] == 'S' || s[0] == 'T' ? "JZIHGFEDCBA"
                          : s[0] == 'M'              ? "KLJNPQRTUWX"
                                                     : "XWUTRQPNMLK";
    int place = s[0] == 'M' ? 10 - sum % 11 : sum % 11;
    return yes_if(s[8] == letters[place]);
}

int valid_sg_uen(struct slice *v)
{
    static const char set[] = "ABCDEFGHJKLMNPQRSTUVWX0123456789";
    static const signed char weights[] = {4, 3, 5, 3, 10, 2, 2, 5, 7};
    char s[ROOM];
    int sum = 0;
    size_t n = take_all(*v, s);
    if (n == 9)
        return valid_check("tab:10,4,9,3,8,2,7,1%11:XMKECAWLJDB", *v);
    if (n == 10 && isdigit((unsigned char)s[0]) != 0)
        return valid_check("tab:10,8,6,4,9,7,5,3,1%11:ZKCMDNERGWH", *v);
    if (n != 10)
        return VALID_NO;
    for (size_t i = 0; i < 9; i++)
        sum += weights[i] * place_in(set, s[i]);
    return yes_if(s[9] == set[((sum - 5) % 11 + 11) % 11]);
}

int valid_jp_corporate(struct slice *v)
{
    char s[ROOM];
    int sum = 0;
    if (take_all(*v, s) != 13 || !are_digits(s, 13))
        return VALID_NO;
    for (int i = 1; i < 13; i++)
        sum += (s[i] - '0') * (i % 2 == 1 ? 2 : 1);
    return yes_if(9 - sum % 9 == s[0] - '0');
}

int valid_cn_credit(struct slice *v)
{
    static const char set[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    char s[ROOM];
    int sum = 0, weight = 1;
    if (take_all(*v, s) != 18)
        return VALID_NO;
    for (size_t i = 0; i < 17; i++, weight = weight * 3 % 31) {
        int value = place_in(set, s[i]);
        if (value < 0)
            return VALID_NO;
        sum += value * weight;
    }
    return yes_if(s[17] == set[(31 - sum % 31) % 31]);
}

/* --- the Americas ----------------------------------------------------------------------------- */

int valid_mx_curp(struct slice *v)
{
    static const char set[] = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ";
    char s[ROOM];
    int sum = 0;
    if (take_all(*v, s) != 18)
        return VALID_NO;
    for (int i = 0; i < 17; i++)
        sum += place_in(set, s[i]) * (18 - i);
    return yes_if((10 - sum % 10) % 10 == value_of(s[17]) &&
                  valid_check("date:YYMMDD@4", *v) != VALID_NO);
}

int valid_mx_rfc(struct slice *v)
{
    static const char set[] = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ";
    char s[ROOM];
    size_t n = take_all(*v, s), letters = n == 13 || n == 10 ? 4 : 3;
    if (n < 9 || n == 11 || n > 13)
        return VALID_NO;
    if (valid_check(letters == 4 ? "date:YYMMDD@4" : "date:YYMMDD@3", *v) == VALID_NO)
        return VALID_NO;
    if (n < 12)
        return VALID_LESS;
    int sum = letters == 3 ? 37 * 13 : 0, weight = letters == 3 ? 12 : 13;
    for (size_t i = 0; i + 1 < n; i++)
        sum += place_in(set, s[i]) * weight--;
    int check = (11 - sum % 11) % 11;
    return yes_if(s[n - 1] == (check == 10 ? 'A' : (char)('0' + check)));
}

int valid_sv_nit(struct slice *v)
{
    static const signed char falling[] = {14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2},
                             newer[] = {2, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2};
    char s[ROOM];
    if (take_all(*v, s) != 14 || !are_digits(s, 14))
        return VALID_NO;
    int check = number_at(s + 10, 3) <= 100 ? weigh(s, falling, 13) % 11 % 10
                                            : (11 - weigh(s, newer, 13) % 11) % 11 % 10;
    return yes_if(check == s[13] - '0');
}

int valid_ve_rif(struct slice *v)
{
    static const signed char weights[] = {3, 2, 7, 6, 5, 4, 3, 2};
    static const char letters[] = "VEJPG";
    char s[ROOM];
    if (take_all(*v, s) != 10 || place_in(letters, s[0]) < 0 || !are_digits(s + 1, 9))
        return VALID_NO;
    int sum = (place_in(letters, s[0]) + 1) * 4 + weigh(s + 1, weights, 8);
    return yes_if(s[9] == "00987654321"[sum % 11]);
}

int valid_br_cnpj(struct slice *v)
{
    static const signed char weights[] = {6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2};
    char s[ROOM];
    if (take_all(*v, s) != 14 || !are_digits(s + 12, 2))
        return VALID_NO;
    for (size_t n = 12; n < 14; n++) {
        int sum = 0;
        for (size_t i = 0; i < n; i++) /* letters count by their code */
            sum += weights[13 - n + i] * (s[i] - '0');
        int rest = sum % 11;
        if (s[n] - '0' != (rest < 2 ? 0 : 11 - rest))
            return VALID_NO;
    }
    return valid_check("len:14", *v);
}

/* --- others ----------------------------------------------------------------------------------- */

int valid_bic(struct slice *v)
{
    static const char countries[] =
        "ADAEAFAGAIALAMAOARATAUAWAZBABBBDBEBFBGBHBIBJBMBNBOBRBSBTBWBYBZCACDCFCGCHCICKCLCMCNCOCRCUCV"
        "CWCY"
        "CZDEDJDKDMDODZECEEEGERESETFIFJFKFOFRGAGBGDGEGFGGGHGIGLGMGNGPGQGRGTGUGWGYHKHNHRHTHUIDIEILIM"
        "INIQ"
        "IRISITJEJMJOJPKEKGKHKMKNKPKRKWKYKZLALBLCLILKLRLSLTLULVLYMAMCMDMEMGMKMLMMMNMOMQMRMSMTMUMVMW"
        "MXMY"
        "MZNANCNENGNINLNONPNRNZOMPAPEPFPGPHPKPLPRPSPTPYQARERORSRURWSASBSCSDSESGSISKSLSMSNSOSRSSSTSV"
        "SXSY"
        "SZTCTDTGTHTJTLTMTNTOTRTTTVTWTZUAUGUSUYUZVAVCVEVGVIVNVUWSXKYEYTZAZMZW";
    char s[ROOM];
    size_t n = take_all(*v, s);
    if (n != 8 && n != 11)
        return VALID_NO;
    for (size_t i = 0; i + 1 < sizeof countries; i += 2)
        if (s[4] == countries[i] && s[5] == countries[i + 1])
            return VALID_YES;
    return VALID_NO;
}

int valid_vin(struct slice *v)
{
    static const signed char weights[] = {8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2};
    static const char letters[] = "ABCDEFGHJKLMNPRSTUVWXYZ", values[] = "12345678123457923456789";
    char s[ROOM];
    int sum = 0, digits = 0;
    if (take_all(*v, s) != 17)
        return VALID_NO;
    for (size_t i = 0; i < 17; i++) {
        int at = place_in(letters, s[i]);
        bool digit = isdigit((unsigned char)s[i]) != 0;
        if (!digit && at < 0)
            return VALID_NO;
        digits += digit ? 1 : 0;
        sum += weights[i] * (digit ? s[i] - '0' : values[at] - '0');
    }
    if (digits < 5)
        return VALID_NO;
    return s[8] == "0123456789X"[sum % 11] ? VALID_YES : VALID_LESS;
}

int valid_dea(struct slice *v)
{
    char s[ROOM];
    if (take_all(*v, s) != 9 || !are_digits(s + 2, 7))
        return VALID_NO;
    int sum = s[2] + s[4] + s[6] - 3 * '0' + 2 * (s[3] + s[5] + s[7] - 3 * '0');
    return yes_if(sum % 10 == s[8] - '0');
}
