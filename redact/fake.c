/* redact/fake.c - see fake.h. One writer a family, in a table.
 *
 * Refuses to know whether a stand-in is taken: the caller asks the vault and tries another seed. */
#include "proxy/base/base.h"
#include "redact/fake.h"

static const char *const first_names[] = {"Alba",  "Bruno", "Clara",  "Dario", "Edith", "Felix",
                                          "Greta", "Hugo",  "Ingrid", "Jonas", "Karla", "Linus",
                                          "Mona",  "Nils",  "Olga",   "Pavel"};
static const char *const last_names[] = {
    "Ashdown", "Birkholm", "Castellor", "Dunmere",  "Elsworn", "Farnleigh", "Grevall", "Holtby",
    "Isaksen", "Jarnvik",  "Kestrelin", "Lorimund", "Marwood", "Norvane",   "Oskarby", "Penhallow"};
static const char *const places[] = {"Exampleton",  "Sampleford", "Placeholm",  "Mockbury",
                                     "Dummerville", "Testerby",   "Fakenstead", "Nowherton"};

enum { DIGITS_LEAST = 6, DIGITS_MOST = 32 }; /* a byte of the seed each */

/* The i-th number of the seed, below n. */
static unsigned pick(const struct digest *seed, unsigned i, unsigned n)
{
    unsigned a = seed->at[(2 * i) % 32], b = seed->at[(2 * i + 1) % 32];
    return (a * 256 + b) % n;
}

static void write_digits(const struct digest *seed, size_t n, char *to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = (char)('0' + seed->at[(i + 7) % 32] % 10);
    to[n] = '\0';
}

/* Lower-case letters and digits that no one misreads. */
static void write_id(const struct digest *seed, size_t n, char *to)
{
    static const char letters[] = "23456789abcdefghjkmnpqrstuvwxyz";
    for (size_t i = 0; i < n; i++)
        to[i] = letters[seed->at[i] % (sizeof letters - 1)];
    to[n] = '\0';
}

static void fake_person(struct slice value, const struct digest *seed, char *to)
{
    const char *first = first_names[pick(seed, 0, GW_COUNT(first_names))];
    const char *last = last_names[pick(seed, 1, GW_COUNT(last_names))];
    if (slice_find_byte(value, ' ') == SIZE_MAX)
        snprintf(to, FAKE_MAX, "%s", last);
    else
        snprintf(to, FAKE_MAX, "%s %s", first, last);
}

static void fake_place(struct slice value, const struct digest *seed, char *to)
{
    (void)value;
    snprintf(to, FAKE_MAX, "%s", places[pick(seed, 0, GW_COUNT(places))]);
}

static void fake_address(struct slice value, const struct digest *seed, char *to)
{
    (void)value;
    snprintf(to, FAKE_MAX, "%u Example Street, %s", 100 + pick(seed, 0, 900),
             places[pick(seed, 1, GW_COUNT(places))]);
}

static void fake_org(struct slice value, const struct digest *seed, char *to)
{
    (void)value;
    snprintf(to, FAKE_MAX, "%s Example Ltd", last_names[pick(seed, 0, GW_COUNT(last_names))]);
}

static void fake_email(struct slice value, const struct digest *seed, char *to)
{
    char id[9];
    (void)value;
    write_id(seed, 8, id);
    snprintf(to, FAKE_MAX, "%s@example.com", id);
}

static void fake_url(struct slice value, const struct digest *seed, char *to)
{
    char id[9];
    (void)value;
    write_id(seed, 8, id);
    snprintf(to, FAKE_MAX, "https://example.com/%s", id);
}

static void fake_phone(struct slice value, const struct digest *seed, char *to)
{
    (void)value;
    snprintf(to, FAKE_MAX, "+1-%u-555-01%02u", 200 + pick(seed, 0, 800), pick(seed, 1, 100));
}

static void fake_ip(struct slice value, const struct digest *seed, char *to)
{
    static const char *const nets[] = {"192.0.2", "198.51.100", "203.0.113"};
    if (slice_find_byte(value, ':') != SIZE_MAX)
        snprintf(to, FAKE_MAX, "2001:db8::%04x:%04x", 0x1000 + pick(seed, 0, 0xe000),
                 0x1000 + pick(seed, 1, 0xe000));
    else
        snprintf(to, FAKE_MAX, "%s.%u", nets[pick(seed, 0, 3)], 100 + pick(seed, 1, 155));
}

static void fake_mac(struct slice value, const struct digest *seed, char *to)
{
    (void)value;
    snprintf(to, FAKE_MAX, "00:00:5E:00:53:%02X", pick(seed, 0, 256));
}

/* 4000 00dd dddd dddc: a range that card networks keep for tests, Luhn-valid. */
static void fake_card(struct slice value, const struct digest *seed, char *to)
{
    char digits[17] = "400000";
    unsigned sum = 0;
    (void)value;
    write_digits(seed, 9, digits + 6);
    for (unsigned i = 0; i < 15; i++) {
        unsigned d = (unsigned)(digits[i] - '0') * (i % 2 == 0 ? 2 : 1);
        sum += d > 9 ? d - 9 : d;
    }
    digits[15] = (char)('0' + (10 - sum % 10) % 10);
    snprintf(to, FAKE_MAX, "%.4s %.4s %.4s %.4s", digits, digits + 4, digits + 8, digits + 12);
}

/* GBkk TEST dddd dddd dddd dd, with the right check digits. "TEST" is 29 14 28 29, "GB" 16 11. */
static void fake_iban(struct slice value, const struct digest *seed, char *to)
{
    char digits[15], whole[40];
    unsigned rest = 0;
    (void)value;
    write_digits(seed, 14, digits);
    snprintf(whole, sizeof whole, "29142829%s161100", digits);
    for (const char *c = whole; *c != '\0'; c++)
        rest = (rest * 10 + (unsigned)(*c - '0')) % 97;
    snprintf(to, FAKE_MAX, "GB%02uTEST%s", 98 - rest, digits);
}

struct writer {
    enum family family;
    void (*write)(struct slice value, const struct digest *seed, char *to);
};

static const struct writer writers[] = {
    {FAM_PERSON, fake_person},    {FAM_LOCATION, fake_place}, {FAM_ADDRESS, fake_address},
    {FAM_ORG, fake_org},          {FAM_EMAIL, fake_email},    {FAM_URL, fake_url},
    {FAM_PHONE, fake_phone},      {FAM_IP_ADDRESS, fake_ip},  {FAM_MAC_ADDRESS, fake_mac},
    {FAM_CREDIT_CARD, fake_card}, {FAM_IBAN, fake_iban},
};

bool fake_digits(struct slice value, const struct digest *seed, char *to)
{
    size_t digits = 0;
    if (value.len >= FAKE_MAX)
        return false;
    for (size_t i = 0; i < value.len; i++) {
        to[i] = value.at[i];
        if (value.at[i] < '0' || value.at[i] > '9')
            continue;
        unsigned n = seed->at[digits++ % DIGITS_MOST];
        if (i > 0)
            to[i] = (char)('0' + n % 10);
        else if (value.at[i] != '0')
            to[i] = (char)('1' + n % 9);
    }
    to[value.len] = '\0';
    return digits >= DIGITS_LEAST && digits <= DIGITS_MOST;
}

bool fake_write(enum family family, struct slice value, const struct digest *seed, char *to)
{
    for (size_t i = 0; i < GW_COUNT(writers); i++) {
        if (writers[i].family != family)
            continue;
        writers[i].write(value, seed, to);
        return true;
    }
    return false;
}
