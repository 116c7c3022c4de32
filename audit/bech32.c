/* audit/bech32.c - see bech32.h. */
#include "proxy/base/base.h"
#include "audit/bech32.h"
#include "proxy/base/secret.h"

static const char letters[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

enum { SUM = 6, PREFIX_MOST = 32, FIVES = (BECH32_MOST * 8 + 4) / 5 };

static uint32_t step(uint32_t sum, unsigned five)
{
    static const uint32_t g[] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    uint32_t top = sum >> 25;
    sum = (sum & 0x1ffffff) << 5 ^ five;
    for (unsigned i = 0; i < 5; i++)
        sum ^= (top >> i & 1) != 0 ? g[i] : 0;
    return sum;
}

static uint32_t begin(struct slice prefix)
{
    uint32_t sum = 1;
    for (size_t i = 0; i < prefix.len; i++)
        sum = step(sum, (unsigned char)prefix.at[i] >> 5);
    sum = step(sum, 0);
    for (size_t i = 0; i < prefix.len; i++)
        sum = step(sum, (unsigned char)prefix.at[i] & 31);
    return sum;
}

gw_result bech32_write(struct slice prefix, const unsigned char *at, size_t len, struct buf *out)
{
    uint32_t sum = begin(prefix), bits = 0;
    unsigned waiting = 0;
    if (len > BECH32_MOST || prefix.len == 0 || prefix.len > PREFIX_MOST)
        return gw_is(GW_TOO_BIG);
    TRY(buf_add(out, prefix));
    TRY(buf_add_byte(out, '1'));
    for (size_t i = 0; i < len || waiting > 0;) {
        if (waiting < 5 && i < len) {
            bits = bits << 8 | at[i++];
            waiting += 8;
        } else if (waiting < 5) {
            bits <<= 5 - waiting;
            waiting = 5;
        }
        unsigned five = bits >> (waiting - 5) & 31;
        waiting -= 5;
        sum = step(sum, five);
        TRY(buf_add_byte(out, letters[five]));
    }
    for (unsigned i = 0; i < SUM; i++)
        sum = step(sum, 0);
    sum ^= 1;
    for (unsigned i = 0; i < SUM; i++)
        TRY(buf_add_byte(out, letters[sum >> 5 * (5 - i) & 31]));
    return gw_is(GW_OK);
}

/* The whole of it in lower case: false when it is mixed, or no such text. */
static bool lower(struct slice text, char *out)
{
    bool has_upper = false, has_lower = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        bool is_upper = c >= 'A' && c <= 'Z';
        has_upper |= is_upper;
        has_lower |= c >= 'a' && c <= 'z';
        out[i] = is_upper ? (char)(c + 'a' - 'A') : c;
    }
    return !has_upper || !has_lower;
}

/* Fives as bytes; what is left over must be zeros, and less than a five. */
static bool unpack(struct slice fives, unsigned char *out, size_t len)
{
    uint32_t bits = 0;
    unsigned waiting = 0;
    size_t n = 0;
    for (size_t i = 0; i < fives.len; i++) {
        const char *at = memchr(letters, fives.at[i], sizeof letters - 1);
        bits = bits << 5 | (unsigned)(at - letters);
        waiting += 5;
        if (waiting < 8)
            continue;
        if (n == len)
            return false;
        waiting -= 8;
        out[n++] = (unsigned char)(bits >> waiting);
    }
    return n == len && waiting < 5 && (bits & ((1u << waiting) - 1)) == 0;
}

gw_result bech32_read(struct slice text, struct slice prefix, unsigned char *out, size_t len)
{
    char room[PREFIX_MOST + 1 + FIVES + SUM];
    if (text.len > sizeof room || text.len < prefix.len + 1 + SUM || !lower(text, room))
        return gw_is(GW_BAD);
    struct slice all = slice_of(room, text.len);
    struct slice fives = slice_from(all, prefix.len + 1);
    uint32_t sum = begin(prefix);
    bool is_fine = slice_has_prefix(all, prefix) && room[prefix.len] == '1';
    for (size_t i = 0; is_fine && i < fives.len; i++) {
        const char *at = memchr(letters, fives.at[i], sizeof letters - 1);
        is_fine = at != NULL;
        sum = is_fine ? step(sum, (unsigned)(at - letters)) : sum;
    }
    is_fine = is_fine && sum == 1 && unpack(slice_cut(fives, 0, fives.len - SUM), out, len);
    secret_wipe(room, sizeof room);
    return gw_is(is_fine ? GW_OK : GW_BAD);
}
