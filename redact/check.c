/* redact/check.c - see check.h. Letters and separators are skipped where a formula is about digits.
 *
 * Sources of the formulas: ISO/IEC 7812-1 (Luhn), ISO 7064 (mod 97-10, mod 11-2), Verhoeff 1969. */
#include "proxy/base/base.h"
#include "redact/check.h"
#include "redact/valid.h"
#include "redact/valid_secret.h"
#include <ctype.h>

enum { DIGITS_MAX = 64, ENTROPY_LEAST = 3000 };

/* The digits of v; SIZE_MAX: fewer than two, or too many. */
static size_t digits_of(struct slice v, unsigned char digits[DIGITS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < v.len; i++) {
        if (!isdigit((unsigned char)v.at[i]))
            continue;
        if (n == DIGITS_MAX)
            return SIZE_MAX;
        digits[n++] = (unsigned char)(v.at[i] - '0');
    }
    return n < 2 ? SIZE_MAX : n;
}

static int answer(bool holds)
{
    return holds ? VALID_YES : VALID_NO;
}

static int luhn(struct slice *v)
{
    unsigned char digits[DIGITS_MAX];
    return answer(digits_of(*v, digits) != SIZE_MAX && valid_luhn(*v));
}

/* Digits, and letters as 10 to 35: the whole leaves 1. */
static int mod97(struct slice *v)
{
    unsigned rest = 0;
    size_t n = 0;
    for (size_t i = 0; i < v->len; i++) {
        int c = toupper((unsigned char)v->at[i]);
        if (isdigit(c))
            rest = (rest * 10 + (unsigned)(c - '0')) % 97;
        else if (c >= 'A' && c <= 'Z')
            rest = (rest * 100 + (unsigned)(c - 'A') + 10) % 97;
        else
            continue;
        n++;
    }
    return answer(n >= 3 && rest == 1);
}

/* Digits with a last one that may be X for 10: the sum with the weights 2 to the power of the place
 * leaves 1. */
static int mod11(struct slice *v)
{
    unsigned char digits[DIGITS_MAX];
    size_t n = digits_of(*v, digits);
    bool is_x = v->len > 0 && toupper((unsigned char)v->at[v->len - 1]) == 'X';
    unsigned sum = 0;
    if (n == SIZE_MAX)
        return VALID_NO;
    for (size_t i = 0; i < n; i++)
        sum = (sum + digits[i]) * (i + 1 < n || is_x ? 2 : 1) % 11;
    return answer((is_x ? sum + 10 : sum) % 11 == 1);
}

/* The dihedral group of ten: reflections and rotations of a pentagon. */
static unsigned turn(unsigned a, unsigned b)
{
    if (a < 5)
        return b < 5 ? (a + b) % 5 : 5 + (a + b - 5) % 5;
    return b < 5 ? 5 + (a - 5 + 5 - b) % 5 : (a + 5 - b) % 5;
}

static int verhoeff(struct slice *v)
{
    static const unsigned char next[10] = {1, 5, 7, 6, 2, 8, 3, 0, 9, 4};
    unsigned char digits[DIGITS_MAX];
    size_t n = digits_of(*v, digits);
    unsigned sum = 0;
    for (size_t i = 0; n != SIZE_MAX && i < n; i++) {
        unsigned digit = digits[n - 1 - i];
        for (size_t k = 0; k < i % 8; k++)
            digit = next[digit];
        sum = turn(sum, digit);
    }
    return answer(n != SIZE_MAX && sum == 0);
}

static int entropy(struct slice *v)
{
    return answer(valid_entropy(*v) >= ENTROPY_LEAST);
}

static int placeholder(struct slice *v)
{
    return answer(!valid_is_placeholder(*v));
}

/* clang-format off */
static const struct check checks[] = {
    {"luhn",        luhn,           "the Luhn check digit"},
    {"mod97",       mod97,          "ISO 7064 mod 97-10"},
    {"mod11",       mod11,          "ISO 7064 mod 11-2"},
    {"verhoeff",    verhoeff,       "the Verhoeff check digit"},
    {"entropy",     entropy,        "at least 3 bits of entropy a character"},
    {"placeholder", placeholder,    "no xxxx, ${...}, EXAMPLE"},
    {"card",        valid_card,     "issuer, length and Luhn of a payment card"},
    {"iban",        valid_iban,     "length of the country and mod 97 of an IBAN"},
    {"email",       valid_email,    "form of an e-mail address"},
    {"phone",       valid_phone,    "7 to 15 digits, no date"},
    {"phone_us",    valid_phone_us, "the North American numbering plan"},
    {"ssn",         valid_ssn,      "area, group and serial of a US social security number"},
    {"ipv4",        valid_ipv4,     "an IPv4 address"},
    {"ipv6",        valid_ipv6,     "an IPv6 address"},
    {"mac",         valid_mac,      "a hardware address"},
    {"date",        valid_date,     "a date of the calendar"},
    {"base58",      valid_base58,   "Base58Check"},
    {"bech32",      valid_bech32,   "Bech32 or Bech32m"},
    {"eth",         valid_eth,      "an Ethereum address"},
    {"jwt",         valid_jwt,      "a header that says alg or enc"},
    {"pem",         valid_pem,      "a PEM block with a body"},
    {"token",       valid_token,    "entropy of a random token"},
    {"random",      valid_random,   "mixed and of high entropy"},
    {"password",    valid_password, "what could be a password"},
    {"github",      valid_github,   "entropy, and the CRC-32 of a GitHub token"},
    {"aws_secret",  valid_aws_secret, "the form of an AWS secret key"},
};
/* clang-format on */

const struct check *check_at(size_t i)
{
    return i < GW_COUNT(checks) ? &checks[i] : NULL;
}

const struct check *check_named(struct slice name)
{
    for (size_t i = 0; i < GW_COUNT(checks); i++)
        if (slice_is(name, slice_str(checks[i].name)))
            return &checks[i];
    return NULL;
}

const char *check_word(int (*run)(struct slice *value))
{
    for (size_t i = 0; i < GW_COUNT(checks); i++)
        if (checks[i].run == run)
            return checks[i].name;
    return NULL;
}
