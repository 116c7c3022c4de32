/* redact/valid.c - see valid.h. Pure: no state, no memory, no engine. */
#include "proxy/base/base.h"
#include "redact/valid.h"
#include "proxy/base/bytes.h"
#include "proxy/base/secret.h"
#include <arpa/inet.h>
#include <ctype.h>
#include <math.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}
static bool is_alnum(char c)
{
    return isalnum((unsigned char)c) != 0;
}

/* The digits of s into out (room bytes and a NUL); SIZE_MAX when there are more. */
static size_t digits_of(struct slice s, char *out, size_t room)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (!is_digit(s.at[i]))
            continue;
        if (n == room)
            return SIZE_MAX;
        out[n++] = s.at[i];
    }
    out[n] = 0;
    return n;
}

static unsigned number_at(const char *digits, size_t n)
{
    unsigned value = 0;
    for (size_t i = 0; i < n; i++)
        value = value * 10 + (unsigned)(digits[i] - '0');
    return value;
}

static bool is_all_same(struct slice s)
{
    for (size_t i = 1; i < s.len; i++)
        if (s.at[i] != s.at[0])
            return false;
    return true;
}

bool valid_luhn(struct slice v)
{
    unsigned sum = 0, at = 0;
    for (size_t i = v.len; i-- > 0;) {
        if (!is_digit(v.at[i]))
            continue;
        unsigned d = (unsigned)(v.at[i] - '0') * (1 + at++ % 2);
        sum += d > 9 ? d - 9 : d;
    }
    return at > 0 && sum % 10 == 0;
}

static bool is_calendar(unsigned y, unsigned m, unsigned d)
{
    return y >= 1900 && y <= 2099 && m >= 1 && m <= 12 && d >= 1 && d <= 31;
}

/* YYYYMMDDhhmmss, perhaps with a fraction behind it. */
static bool is_stamp(const char *d, size_t n)
{
    return n >= 14 && is_calendar(number_at(d, 4), number_at(d + 4, 2), number_at(d + 6, 2)) &&
           number_at(d + 8, 2) < 24 && number_at(d + 10, 2) < 60 && number_at(d + 12, 2) < 61;
}

/* clang-format off */
static const struct issuer {
    uint16_t from, to; /* the first four digits */
    uint8_t shortest, longest;
} issuers[] = {
    {4000, 4999, 13, 19}, {5100, 5599, 16, 16}, {2221, 2720, 16, 16}, {3400, 3499, 15, 15}, {3700, 3799, 15, 15},
    {6011, 6011, 16, 19}, {6440, 6599, 16, 19}, {3000, 3059, 14, 19}, {3095, 3095, 14, 19}, {3600, 3699, 14, 19},
    {3800, 3999, 14, 19}, {3500, 3599, 16, 19}, {2131, 2131, 15, 15}, {1800, 1800, 15, 15}, {6200, 6299, 16, 19},
    {8100, 8171, 16, 19}, {2200, 2204, 16, 19}, {5018, 5018, 12, 19}, {5020, 5020, 12, 19}, {5038, 5038, 12, 19},
    {5600, 5899, 12, 19}, {6304, 6304, 12, 19}, {6390, 6390, 12, 19}, {6700, 6799, 12, 19}, {6050, 6099, 16, 19},
    {9792, 9792, 16, 16}, {5000, 5099, 12, 19}, {6300, 6399, 12, 19}, {6000, 6010, 16, 19}, {1000, 1999, 15, 15},
};
/* clang-format on */

/* Different separators stand between the digits. */
static bool is_mixed(struct slice v)
{
    char separator = 0;
    for (size_t i = 0; i < v.len; i++) {
        if (is_digit(v.at[i]))
            continue;
        if (separator != 0 && separator != v.at[i])
            return true;
        separator = v.at[i];
    }
    return false;
}

/* 2.718281828459045: a point behind few digits, and no other. */
static bool is_fraction(struct slice v)
{
    size_t point = slice_find_byte(v, '.');
    return point < 4 && slice_find_byte(slice_from(v, point + 1), '.') == SIZE_MAX;
}

static int card_score(struct slice v)
{
    char d[24];
    size_t n = digits_of(v, d, 19);
    if (is_mixed(v) || is_fraction(v) || n == SIZE_MAX || n < 12 || !valid_luhn(v) ||
        is_stamp(d, n))
        return VALID_NO;
    unsigned head = number_at(d, 4);
    for (size_t i = 0; i < GW_COUNT(issuers); i++)
        if (head >= issuers[i].from && head <= issuers[i].to && n >= issuers[i].shortest &&
            n <= issuers[i].longest)
            return n < 14 && n == v.len ? VALID_YES : 100;
    return VALID_NO;
}

/* Do cards of any length begin so? Of most numbers that tells enough. */
static bool is_issued(struct slice v)
{
    unsigned head = 0, n = 0;
    for (size_t i = 0; i < v.len && n < 4; i++)
        if (is_digit(v.at[i])) {
            head = head * 10 + (unsigned)(v.at[i] - '0');
            n++;
        }
    for (size_t i = 0; i < GW_COUNT(issuers); i++)
        if (head >= issuers[i].from && head <= issuers[i].to)
            return true;
    return false;
}

/* Groups behind that do not belong to it, as of the month it expires, are cut off. */
int valid_card(struct slice *v)
{
    if (!is_issued(*v))
        return VALID_NO;
    int score = card_score(*v);
    for (size_t len = v->len; score == VALID_NO && len > 12;) {
        while (len > 0 && is_digit(v->at[len - 1]))
            len--;
        while (len > 0 && !is_digit(v->at[len - 1]))
            len--;
        score = card_score(slice_cut(*v, 0, len));
        if (score != VALID_NO)
            v->len = len;
    }
    return score;
}

/* clang-format off */
static const struct { char country[3]; uint8_t len; } ibans[] = {
    {"AD",24},{"AE",23},{"AL",28},{"AT",20},{"AZ",28},{"BA",20},{"BE",16},{"BG",22},{"BH",22},{"BI",27},{"BR",29},
    {"BY",28},{"CH",21},{"CR",22},{"CY",28},{"CZ",24},{"DE",22},{"DJ",27},{"DK",18},{"DO",28},{"EE",20},{"EG",29},
    {"ES",24},{"FI",18},{"FK",18},{"FO",18},{"FR",27},{"GB",22},{"GE",22},{"GI",23},{"GL",18},{"GR",27},{"GT",28},
    {"HR",21},{"HU",28},{"IE",22},{"IL",23},{"IQ",23},{"IR",26},{"DZ",26},{"AO",25},{"BF",28},{"BJ",28},{"CF",27},{"CG",27},{"CI",28},{"CM",27},{"CV",25},{"GA",27},{"GQ",27},
    {"GW",25},{"HN",28},{"KM",27},{"MA",28},{"MG",27},{"ML",28},{"MZ",25},{"NE",28},{"SN",28},{"TD",27},{"TG",28},{"IS",26},{"IT",27},{"JO",30},{"KW",30},{"KZ",20},{"LB",28},
    {"LC",32},{"LI",21},{"LT",20},{"LU",20},{"LV",21},{"LY",25},{"MC",27},{"MD",24},{"ME",22},{"MK",19},{"MN",20},
    {"MR",27},{"MT",31},{"MU",30},{"NI",28},{"NL",18},{"NO",15},{"OM",23},{"PK",24},{"PL",28},{"PS",29},{"PT",25},
    {"QA",29},{"RO",24},{"RS",22},{"RU",33},{"SA",24},{"SC",31},{"SD",18},{"SE",24},{"SI",19},{"SK",24},{"SM",27},
    {"SO",23},{"ST",25},{"SV",28},{"TL",23},{"TN",24},{"TR",26},{"UA",29},{"VA",22},{"VG",24},{"XK",20},{"YE",30},
};
/* clang-format on */

static size_t iban_length(struct slice v)
{
    for (size_t i = 0; i < GW_COUNT(ibans); i++)
        if (v.len > 2 && slice_is_nocase(slice_cut(v, 0, 2), slice_of(ibans[i].country, 2)))
            return ibans[i].len;
    return 0;
}

int valid_iban(struct slice *v)
{
    char a[40];
    size_t want = iban_length(*v), n = 0, end = 0;
    while (end < v->len && n < want) {
        if (is_alnum(v->at[end]))
            a[n++] = (char)toupper((unsigned char)v->at[end]);
        end++;
    }
    if (want == 0 || n < want || (end < v->len && is_alnum(v->at[end])))
        return VALID_NO;
    unsigned rest = 0;
    for (size_t i = 0; i < n; i++) {
        char c = a[(i + 4) % n];
        rest = is_digit(c) ? (rest * 10 + (unsigned)(c - '0')) % 97
                           : (rest * 100 + (unsigned)(c - 'A' + 10)) % 97;
    }
    v->len = end;
    return rest == 1 ? 100 : VALID_NO;
}

int valid_ssn(struct slice *v)
{
    char d[12];
    if (digits_of(*v, d, 9) != 9 || is_all_same(slice_of(d, 9)))
        return VALID_NO;
    unsigned area = number_at(d, 3), group = number_at(d + 3, 2), serial = number_at(d + 5, 4);
    if (area == 0 || area == 666 || area >= 900 || group == 0 || serial == 0)
        return VALID_NO;
    if (slice_is(slice_of(d, 9), SLICE_LIT("078051120")) ||
        slice_is(slice_of(d, 9), SLICE_LIT("219099999")) ||
        slice_is(slice_of(d, 9), SLICE_LIT("123456789")) ||
        slice_is(slice_of(d, 9), SLICE_LIT("987654321")))
        return VALID_NO;
    return VALID_YES;
}

/* The number at the begin of s: its value, its digits in *len; s is shortened. */
static unsigned take_number(struct slice *s, size_t *len)
{
    unsigned value = 0;
    for (*len = 0; *len < s->len && *len < 5 && is_digit(s->at[*len]); (*len)++)
        value = value * 10 + (unsigned)(s->at[*len] - '0');
    *s = slice_from(*s, *len);
    return value;
}

/* 1985-04-12, 12.04.1985, 4/12/85 and nothing else. */
static bool is_numeric_date(struct slice s)
{
    unsigned part[3];
    size_t len[3];
    for (size_t i = 0; i < 3; i++) {
        part[i] = take_number(&s, &len[i]);
        bool mark = s.len > 0 && (s.at[0] == '.' || s.at[0] == '/' || s.at[0] == '-');
        if (len[i] == 0 || mark != (i < 2))
            return false;
        s = slice_from(s, i < 2 ? 1 : 0);
    }
    if (s.len > 0 || len[1] > 2)
        return false;
    if (len[0] == 4)
        return len[2] <= 2 && is_calendar(part[0], part[1], part[2]);
    unsigned year = len[2] == 2 ? 1900 + part[2] : part[2];
    return len[0] <= 2 &&
           (is_calendar(year, part[1], part[0]) || is_calendar(year, part[0], part[1]));
}

static size_t digits_before_extension(struct slice v, char *d, size_t room)
{
    size_t x = slice_find_byte(v, 'x');
    size_t e = slice_find_byte(v, 'e');
    return digits_of(slice_cut(v, 0, x < e ? x : e), d, room);
}

static bool has(struct slice v, char c)
{
    return slice_find_byte(v, c) != SIZE_MAX;
}

static bool is_grouped(struct slice v)
{
    return has(v, ' ') || has(v, '-');
}

static bool is_year(unsigned number)
{
    return number >= 1900 && number <= 2099;
}

/* One point and no other mark: 10123.45, and not the 555.1234 of a short number. */
static bool is_decimal(struct slice v)
{
    size_t point = slice_find_byte(v, '.'), marks = 0;
    for (size_t i = 0; i < v.len; i++)
        marks += is_digit(v.at[i]) ? 0 : 1;
    return point != SIZE_MAX && marks == 1 && (point != 3 || v.len != 8);
}

/* A ZIP+4, a year and its day, a day: so many digits with such marks. */
static bool is_other_number(struct slice v, const char *d, size_t n)
{
    if (n == 9 && v.len == 10 && v.at[5] == '-')
        return true;
    if (n == 7 && v.len == 8 && v.at[4] == '-' && is_year(number_at(d, 4)))
        return true;
    return n == 8 && is_calendar(number_at(d, 4), number_at(d + 4, 2), number_at(d + 6, 2));
}

/* Decimals, half a bracket, a date, zeros: written like no phone number. */
static bool is_written_otherwise(struct slice v, const char *d, size_t n)
{
    bool open = has(v, '(');
    if ((has(v, '.') && has(v, ' ') && !open) || open != has(v, ')') || is_decimal(v))
        return true;
    if (is_other_number(v, d, n) || slice_find(slice_of(d, n), SLICE_LIT("00000000")) != SIZE_MAX)
        return true;
    return is_numeric_date(v);
}

/* Country codes whose numbers have four digits: Saint Helena, Ascension, Niue, Tokelau. */
static bool has_island(const char *d)
{
    unsigned code = number_at(d, 3);
    return code == 290 || code == 247 || code == 683 || code == 690;
}

/* Seven digits are an island's code of three and its four. A plus sign is hardly anything else. */
static int abroad_score(const char *d, size_t n, bool plus)
{
    if (n < 7 || (n == 7 && !has_island(d)))
        return VALID_NO;
    return plus ? 160 : VALID_YES;
}

/* With a country code: a plus sign, or 00 in its place. */
static bool is_abroad(struct slice v)
{
    return v.at[0] == '+' || slice_has_prefix(v, SLICE_LIT("00"));
}

int valid_phone(struct slice *v)
{
    char d[24];
    size_t n = digits_before_extension(*v, d, 17), most = v->at[0] == '0' ? 17 : 15;
    if (n > most || n < 7 || is_all_same(slice_of(d, n)) || is_stamp(d, n))
        return VALID_NO;
    if (is_abroad(*v))
        return abroad_score(d, n, v->at[0] == '+');
    if (n > 15 || is_written_otherwise(*v, d, n))
        return VALID_NO;
    bool trunk = d[0] == '0' && d[1] != '0' && n >= 9 && n <= 11;
    return trunk && is_grouped(*v) ? 160 : VALID_YES; /* a trunk 0 and groups */
}

int valid_phone_us(struct slice *v)
{
    char d[24];
    size_t n = digits_before_extension(*v, d, 11);
    if (n != 10 && (n != 11 || d[0] != '1'))
        return VALID_NO;
    const char *area = d + (n - 10);
    if (is_all_same(slice_of(area, 10)) || area[0] < '2' || area[3] < '2' ||
        (area[1] == '1' && area[2] == '1'))
        return VALID_NO;
    return VALID_YES;
}

int valid_ipv4(struct slice *v)
{
    char text[INET_ADDRSTRLEN];
    unsigned char ip[4];
    if (v->len >= sizeof text)
        return VALID_NO;
    memcpy(text, v->at, v->len);
    text[v->len] = 0;
    if (inet_pton(AF_INET, text, ip) != 1)
        return VALID_NO;
    bool mask = ip[0] == 255 && (ip[3] == 0 || ip[3] == 255);
    bool small = ip[0] < 10 && ip[1] < 10 && ip[2] < 20 && ip[3] < 20; /* 1.2.3.4: versions */
    if (ip[0] == 0 || mask)
        return VALID_NO;
    return small ? VALID_LESS : VALID_YES;
}

static bool is_short_v6(struct slice v, size_t groups, size_t digits, size_t first)
{
    if (slice_is(v, SLICE_LIT("::1")))
        return true;
    return digits > 0 && (groups >= 3 || (first >= 3 && groups >= 1));
}

/* Not "a::b", "12:30:45" or the eight pairs of a 64-bit MAC. */
static bool is_real_v6(struct slice v)
{
    size_t groups = 0, digits = 0, run = 0, longest = 0;
    for (size_t i = 0; i <= v.len; i++) {
        bool in = i < v.len && v.at[i] != ':';
        digits += in && is_digit(v.at[i]) ? 1 : 0;
        groups += !in && run > 0 ? 1 : 0;
        run = in ? run + 1 : 0;
        longest = run > longest ? run : longest;
    }
    if (groups == 8)
        return longest > 2;
    return is_short_v6(v, groups, digits, slice_find_byte(v, ':'));
}

int valid_ipv6(struct slice *v)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char ip[16];
    if (v->len >= sizeof text || v->len < 3)
        return VALID_NO;
    memcpy(text, v->at, v->len);
    text[v->len] = 0;
    if (inet_pton(AF_INET6, text, ip) != 1)
        return VALID_NO;
    if (is_real_v6(*v))
        return VALID_YES;
    return slice_has_prefix(*v, SLICE_LIT("::")) && v->len > 2 ? VALID_NOBODY : VALID_NO;
}

int valid_mac(struct slice *v)
{
    size_t zeros = 0, ones = 0, n = 0, letters = 0;
    for (size_t i = 0; i < v->len; i++) {
        if (!is_alnum(v->at[i]))
            continue;
        n++;
        zeros += v->at[i] == '0' ? 1 : 0;
        ones += v->at[i] == 'f' || v->at[i] == 'F' ? 1 : 0;
        letters += is_digit(v->at[i]) ? 0 : 1;
    }
    if (zeros == n || (ones == n && n == 12)) /* nobody's; everybody's */
        return VALID_NO;
    return slice_find_byte(*v, '.') != SIZE_MAX && letters == 0 ? VALID_NO : VALID_YES;
}

int valid_date(struct slice *v)
{
    for (size_t i = 0; i < v->len; i++)
        if (isalpha((unsigned char)v->at[i]) != 0)
            return VALID_YES; /* a month's name: the pattern said it all */
    return is_numeric_date(*v) ? VALID_YES : VALID_NO;
}

int valid_moment(struct slice *v)
{
    size_t end = 0;
    if (slice_find_byte(*v, ':') == SIZE_MAX)
        return valid_date(v);
    while (end < v->len && v->at[end] != ' ' && v->at[end] != 'T' && v->at[end] != 't')
        end++;
    struct slice day = slice_cut(*v, 0, end);
    return valid_date(&day);
}

unsigned valid_entropy(struct slice v)
{
    unsigned count[256] = {0};
    double bits = 0;
    for (size_t i = 0; i < v.len; i++)
        count[(unsigned char)v.at[i]]++;
    for (size_t i = 0; i < 256; i++) {
        if (count[i] == 0)
            continue;
        double p = (double)count[i] / (double)v.len;
        bits -= p * log2(p);
    }
    return bits > 0 ? (unsigned)(bits * 1000) : 0;
}

static bool has_nocase(struct slice v, struct slice word)
{
    for (size_t i = 0; i + word.len <= v.len; i++)
        if (((v.at[i] ^ word.at[0]) & ~0x20) == 0 &&
            slice_is_nocase(slice_cut(v, i, i + word.len), word))
            return true;
    return false;
}

bool valid_is_placeholder(struct slice v)
{
    static const char *const words[] = {
        "EXAMPLE",     "xxxxx",    "*****",   "your_", "your-",        "changeme", "change_me",
        "placeholder", "REDACTED", "insert_", "....",  "000000000000", "<your",    "my_secret"};
    static const char *const heads[] = {"${", "{{",          "$(",  "<",    "%(", "%{",
                                        "$",  "process.env", "os.", "ENV[", "%s", "{"};
    for (size_t i = 0; i < GW_COUNT(words); i++)
        if (has_nocase(v, slice_str(words[i])))
            return true;
    for (size_t i = 0; i < GW_COUNT(heads); i++)
        if (slice_has_prefix(v, slice_str(heads[i])) && v.len < 60)
            return true;
    return v.len > 2 && is_all_same(v);
}

int valid_token(struct slice *v)
{
    return valid_entropy(*v) >= 2600 ? VALID_YES : VALID_NO;
}

int valid_marked(struct slice *v)
{
    return valid_entropy(*v) >= 800 ? VALID_YES : VALID_NO;
}

int valid_aws_id(struct slice *v)
{
    return valid_entropy(*v) >= 2400 ? VALID_YES : VALID_NO;
}

int valid_aws_secret(struct slice *v)
{
    bool upper = false, lower = false, digit = false, hex = true;
    for (size_t i = 0; i < v->len; i++) {
        unsigned char c = (unsigned char)v->at[i];
        upper |= isupper(c) != 0;
        lower |= islower(c) != 0;
        digit |= isdigit(c) != 0;
        hex &= isxdigit(c) != 0;
    }
    return upper && lower && digit && !hex && valid_entropy(*v) >= 3800 ? VALID_YES : VALID_NO;
}

static uint32_t crc32_of(struct slice s)
{
    uint32_t crc = 0xFFFFFFFFU;
    for (size_t i = 0; i < s.len; i++) {
        crc ^= (unsigned char)s.at[i];
        for (int k = 0; k < 8; k++)
            crc = (crc >> 1) ^ (0xEDB88320U & (0U - (crc & 1U)));
    }
    return ~crc;
}

int valid_github(struct slice *v)
{
    static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    if (valid_token(v) == VALID_NO)
        return VALID_NO;
    if (v->len != 40)
        return VALID_YES;
    uint32_t crc = crc32_of(slice_cut(*v, 4, 34));
    for (size_t i = 40; i-- > 34; crc /= 62)
        if (v->at[i] != base62[crc % 62])
            return VALID_YES;
    return 140;
}

int valid_random(struct slice *v)
{
    size_t digits = 0, letters = 0, breaks = 0;
    for (size_t i = 0; i < v->len; i++) {
        digits += is_digit(v->at[i]) ? 1 : 0;
        letters += isalpha((unsigned char)v->at[i]) != 0 ? 1 : 0;
        breaks += v->at[i] == '/' || v->at[i] == '.' ? 1 : 0;
    }
    if (digits < 2 || letters < 2 || breaks * 8 > v->len || valid_entropy(*v) < 3000)
        return VALID_NO;
    return VALID_YES;
}

/* out += value * 58^..: big-endian 25 bytes. */
static bool base58_decode(struct slice v, unsigned char out[25])
{
    static const char set[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    memset(out, 0, 25);
    for (size_t i = 0; i < v.len; i++) {
        size_t digit = slice_find_byte(slice_of(set, 58), v.at[i]);
        if (digit == SIZE_MAX)
            return false;
        uint32_t carry = (uint32_t)digit;
        for (size_t k = 25; k-- > 0; carry >>= 8) {
            carry += 58U * out[k];
            out[k] = (unsigned char)(carry & 0xFF);
        }
        if (carry != 0)
            return false;
    }
    return true;
}

int valid_base58(struct slice *v)
{
    unsigned char raw[25];
    if (v->len < 26 || v->len > 35 || !base58_decode(*v, raw))
        return VALID_NO;
    struct digest once = secret_sha256(slice_of(raw, 21));
    struct digest twice = secret_sha256(slice_of(once.at, sizeof once.at));
    return memcmp(twice.at, raw + 21, 4) == 0 ? VALID_SURE : VALID_NO;
}

static uint32_t bech32_step(uint32_t sum, uint32_t value)
{
    static const uint32_t gen[5] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    uint32_t top = sum >> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    for (unsigned i = 0; i < 5; i++)
        sum ^= ((top >> i) & 1) != 0 ? gen[i] : 0;
    return sum;
}

int valid_bech32(struct slice *v)
{
    static const char set[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    size_t one = slice_find_byte(*v, '1');
    bool upper = false, lower = false;
    uint32_t sum = 1;
    if (one == SIZE_MAX || v->len < one + 7 || v->len > 90)
        return VALID_NO;
    for (size_t i = 0; i < v->len; i++) {
        upper |= isupper((unsigned char)v->at[i]) != 0;
        lower |= islower((unsigned char)v->at[i]) != 0;
    }
    for (size_t i = 0; i < one; i++)
        sum = bech32_step(sum, (uint32_t)(tolower((unsigned char)v->at[i]) >> 5));
    sum = bech32_step(sum, 0);
    for (size_t i = 0; i < one; i++)
        sum = bech32_step(sum, (uint32_t)(tolower((unsigned char)v->at[i]) & 31));
    for (size_t i = one + 1; i < v->len; i++) {
        size_t value = slice_find_byte(slice_of(set, 32), (char)tolower((unsigned char)v->at[i]));
        if (value == SIZE_MAX)
            return VALID_NO;
        sum = bech32_step(sum, (uint32_t)value);
    }
    return !(upper && lower) && (sum == 1 || sum == 0x2bc830a3) ? VALID_SURE : VALID_NO;
}

int valid_eth(struct slice *v)
{
    return valid_entropy(slice_from(*v, 2)) >= 2600 ? VALID_YES : VALID_NO;
}

int valid_jwt(struct slice *v)
{
    char head[1024];
    size_t dot = slice_find_byte(*v, '.'), n = 0;
    uint32_t bits = 0;
    unsigned have = 0;
    if (dot == SIZE_MAX)
        return VALID_NO;
    for (size_t i = 0; i < dot && n < sizeof head; i++) {
        int six = bytes_base64(v->at[i]);
        if (six < 0)
            return VALID_NO;
        bits = (bits << 6) | (uint32_t)six;
        have += 6;
        if (have >= 8) {
            have -= 8;
            head[n++] = (char)((bits >> have) & 0xFF);
        }
    }
    struct slice json = slice_trim(slice_of(head, n));
    bool object = json.len > 2 && json.at[0] == '{' && json.at[json.len - 1] == '}';
    bool named = slice_find(json, SLICE_LIT("\"alg\"")) != SIZE_MAX ||
                 slice_find(json, SLICE_LIT("\"enc\"")) != SIZE_MAX;
    while (v->len > 0 && v->at[v->len - 1] == '.')
        v->len--;
    return object && named ? 50 : VALID_NO;
}

int valid_pem(struct slice *v)
{
    size_t from = slice_find(*v, SLICE_LIT("KEY")), body = 0;
    struct slice rest = slice_from(*v, from == SIZE_MAX ? 0 : from);
    rest = slice_cut(rest, 0, slice_find(rest, SLICE_LIT("-----END")));
    for (size_t i = 0; i < rest.len; i++)
        body += is_alnum(rest.at[i]) ? 1 : 0;
    return body >= 24 && valid_entropy(rest) >= 3000 ? VALID_YES : VALID_NO;
}

int valid_url(struct slice *v)
{
    while (v->len > 0 && slice_find_byte(SLICE_LIT(".,;:!?)]}*_"), v->at[v->len - 1]) != SIZE_MAX)
        v->len--;
    size_t from = slice_find(*v, SLICE_LIT("://"));
    struct slice host = slice_from(*v, from == SIZE_MAX ? v->len : from + 3);
    host = slice_cut(host, 0, slice_find_byte(host, '/'));
    bool is_named = slice_find_byte(host, '.') != SIZE_MAX || slice_find_byte(host, '[') == 0;
    return is_named ? VALID_YES : VALID_NO;
}

int valid_age(struct slice *v)
{
    unsigned years = 0;
    for (size_t i = 0; i < v->len && is_digit(v->at[i]); i++)
        years = years * 10 + (unsigned)(v->at[i] - '0');
    return years >= 1 && years <= 120 ? VALID_YES : VALID_NO;
}
