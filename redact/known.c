/* redact/known.c - see known.h. Lengths are looked at first: most candidates are never hashed.
 *
 * Refuses to know what the values are. The arena frees the table. */
#include "proxy/base/base.h"
#include "redact/known.h"
#include <ctype.h>

static const char head[] = "bulla-hashed 1";

/* The letters and digits of a value in lower case; bytes of other scripts stay. 0: too many, or too
 * few. */
static size_t plain_of(struct slice value, char plain[KNOWN_MOST])
{
    size_t n = 0;
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.at[i];
        if (!isalnum(c) && c < 0x80)
            continue;
        if (n == KNOWN_MOST)
            return 0;
        plain[n++] = (char)(c < 0x80 ? tolower(c) : c);
    }
    return n < KNOWN_LEAST ? 0 : n;
}

/* Never 0: that is an empty slot. */
static uint64_t hash_of(const struct secret_key *key, struct slice plain)
{
    uint64_t bits = 0;
    struct digest d = secret_hmac(key, &plain, 1);
    for (size_t i = 0; i < sizeof bits; i++)
        bits = bits << 8 | d.at[i];
    return bits == 0 ? 1 : bits;
}

/* Tells one salt from another; no value has this form. */
static uint64_t check_of(const struct secret_key *key)
{
    return hash_of(key, SLICE_LIT("!"));
}

static bool has_length(const struct known *k, size_t n)
{
    return (k->lengths[n / 64] >> n % 64 & 1) != 0;
}

static void add_length(struct known *k, size_t n)
{
    k->lengths[n / 64] |= (uint64_t)1 << n % 64;
}

static void put(struct known *k, uint64_t hash)
{
    size_t at = hash & k->mask;
    while (k->slots[at] != 0 && k->slots[at] != hash)
        at = (at + 1) & k->mask;
    k->slots[at] = hash;
}

bool known_has(const struct known *k, struct slice value)
{
    char plain[KNOWN_MOST];
    size_t n = plain_of(value, plain);
    if (n == 0 || !has_length(k, n))
        return false;
    uint64_t hash = hash_of(k->key, slice_of(plain, n));
    for (size_t at = hash & k->mask; k->slots[at] != 0; at = (at + 1) & k->mask)
        if (k->slots[at] == hash)
            return true;
    return false;
}

static struct slice next_line(struct slice *rest)
{
    size_t end = slice_find_byte(*rest, '\n');
    struct slice line = slice_cut(*rest, 0, end);
    *rest = end == SIZE_MAX ? slice_of(NULL, 0) : slice_from(*rest, end + 1);
    return slice_trim(line);
}

static bool read_hex(struct slice s, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < s.len; i++) {
        int c = tolower((unsigned char)s.at[i]);
        if (!isxdigit(c))
            return false;
        *out = *out << 4 | (unsigned)(isdigit(c) ? c - '0' : c - 'a' + 10);
    }
    return s.len == 16;
}

/* "lengths 8 10" */
static bool read_lengths(struct known *k, struct slice line)
{
    bool any = false;
    if (!slice_has_prefix(line, SLICE_LIT("lengths ")))
        return false;
    for (struct slice rest = slice_from(line, 8); rest.len > 0;) {
        uint64_t n;
        size_t end = slice_find_byte(rest, ' ');
        if (!gw_ok(slice_u64(slice_cut(rest, 0, end), &n)) || n < KNOWN_LEAST || n > KNOWN_MOST)
            return false;
        add_length(k, (size_t)n);
        any = true;
        rest = end == SIZE_MAX ? slice_of(NULL, 0) : slice_from(rest, end + 1);
    }
    return any;
}

static gw_result make_table(struct known *k, size_t most, struct arena *arena)
{
    size_t slots = 16;
    while (slots < most * 2)
        slots *= 2;
    k->mask = slots - 1;
    k->slots = arena_array(arena, slots, sizeof *k->slots);
    return gw_is(k->slots == NULL ? GW_NO_MEMORY : GW_OK);
}

gw_result known_read(struct known *k, struct slice file, struct slice salt, struct arena *arena,
                     const char **why)
{
    static const char form[] = "not a file of hashed values: `bulla policy hash` makes them";
    struct slice rest = file;
    uint64_t bits;
    *k = (struct known){.key = secret_key_from(salt)};
    *why = form;
    if (k->key == NULL)
        return gw_is(GW_NO_MEMORY);
    struct slice first = next_line(&rest), check = next_line(&rest), lengths = next_line(&rest);
    if (!slice_is(first, slice_str(head)) || !slice_has_prefix(check, SLICE_LIT("check ")) ||
        !read_hex(slice_from(check, 6), &bits) || !read_lengths(k, lengths))
        return gw_is(GW_BAD);
    *why = "the file was made with another salt";
    if (bits != check_of(k->key))
        return gw_is(GW_BAD);
    TRY(make_table(k, rest.len / 16 + 1, arena));
    *why = form;
    while (rest.len > 0) {
        struct slice line = next_line(&rest);
        if (line.len > 0 && !read_hex(line, &bits))
            return gw_is(GW_BAD);
        if (line.len > 0)
            put(k, bits == 0 ? 1 : bits);
        k->count += line.len > 0;
    }
    return gw_is(k->count > 0 ? GW_OK : GW_BAD);
}

void known_free(struct known *k)
{
    secret_key_free(k->key);
    k->key = NULL;
}

static int by_value(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static void put_hex(struct buf *out, uint64_t bits)
{
    char hex[20];
    snprintf(hex, sizeof hex, "%016llx", (unsigned long long)bits);
    buf_put_str(out, hex);
    buf_put_str(out, "\n");
}

/* The hash of each line; GW_BAD: that of *line cannot be made. */
static gw_result hash_lines(struct known *k, struct slice list, size_t *line, const char **why)
{
    char plain[KNOWN_MOST];
    for (*line = 1; list.len > 0; ++*line) {
        struct slice value = next_line(&list);
        size_t n = plain_of(value, plain);
        if (value.len == 0 || value.at[0] == '#')
            continue;
        *why = "a value has 4 to 64 letters and digits";
        if (n == 0)
            return gw_is(GW_BAD);
        add_length(k, n);
        k->slots[k->count++] = hash_of(k->key, slice_of(plain, n));
    }
    secret_wipe(plain, sizeof plain);
    *why = "the list is empty";
    return gw_is(k->count > 0 ? GW_OK : GW_BAD);
}

static void write_all(struct known *k, struct buf *out, size_t *count)
{
    *count = 0;
    qsort(k->slots, k->count, sizeof *k->slots, by_value);
    buf_put_str(out, head);
    buf_put_str(out, "\ncheck ");
    put_hex(out, check_of(k->key));
    buf_put_str(out, "lengths");
    for (size_t n = KNOWN_LEAST; n <= KNOWN_MOST; n++)
        if (has_length(k, n)) {
            buf_put_str(out, " ");
            buf_put_u64(out, n);
        }
    buf_put_str(out, "\n");
    for (size_t i = 0; i < k->count; i++)
        if (i == 0 || k->slots[i] != k->slots[i - 1]) {
            put_hex(out, k->slots[i]);
            ++*count;
        }
}

gw_result known_write(struct slice list, struct slice salt, struct buf *out, size_t *count,
                      size_t *line, const char **why)
{
    struct known k = {.key = secret_key_from(salt)};
    size_t lines = 1;
    for (size_t i = 0; i < list.len; i++)
        lines += list.at[i] == '\n';
    k.slots = calloc(lines, sizeof *k.slots);
    gw_result r = gw_is(k.slots == NULL || k.key == NULL ? GW_NO_MEMORY : GW_OK);
    *why = "memory is short";
    *line = 0;
    if (gw_ok(r))
        r = hash_lines(&k, list, line, why);
    if (gw_ok(r)) {
        write_all(&k, out, count);
        r = buf_result(out);
    }
    free(k.slots);
    known_free(&k);
    return r;
}
