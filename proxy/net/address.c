/* proxy/net/address.c - see address.h. Allocates nothing; the first row that fits decides. */
#include "proxy/base/base.h"
#include "proxy/net/address.h"
#include <netinet/in.h>
#include <sys/socket.h>

enum { V4 = 4, V6 = 16, INSIDE = 16 }; /* INSIDE + n: an IPv4 address stands at byte n */

struct prefix {
    unsigned char at[16];
    unsigned bits;
    unsigned kind; /* enum address_kind, or INSIDE + offset */
};

/* clang-format off */
static const struct prefix v4_rows[] = {
    {{169, 254},           16, ADDRESS_FORBIDDEN}, /* link-local, and most clouds' metadata */
    {{100, 100, 100, 200}, 32, ADDRESS_FORBIDDEN}, /* metadata of Alibaba */
    {{192, 0, 0, 192},     32, ADDRESS_FORBIDDEN}, /* metadata of Oracle */
    {{168, 63, 129, 16},   32, ADDRESS_FORBIDDEN}, /* the host's agent at Azure */
    {{0},                   8, ADDRESS_FORBIDDEN},
    {{224},                 3, ADDRESS_FORBIDDEN}, /* multicast, reserved, broadcast */
    {{127},                 8, ADDRESS_PRIVATE},
    {{10},                  8, ADDRESS_PRIVATE},
    {{172, 16},            12, ADDRESS_PRIVATE},
    {{192, 168},           16, ADDRESS_PRIVATE},
    {{100, 64},            10, ADDRESS_PRIVATE},
    {{192, 0, 0},          24, ADDRESS_PRIVATE},
    {{198, 18},            15, ADDRESS_PRIVATE},
    {{0},                   0, ADDRESS_PUBLIC},
};
static const struct prefix v6_rows[] = {
    {{[10] = 0xff, [11] = 0xff},                  96, INSIDE + 12}, /* mapped */
    {{0x00, 0x64, 0xff, 0x9b},                    96, INSIDE + 12}, /* NAT64 */
    {{0x20, 0x02},                                16, INSIDE + 2},  /* 6to4 */
    {{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01},        48, ADDRESS_PRIVATE},
    {{[15] = 1},                                 128, ADDRESS_PRIVATE}, /* loopback */
    {{0xfd, 0x00, 0x0e, 0xc2, [14] = 2, 0x54},   128, ADDRESS_FORBIDDEN}, /* metadata of Amazon */
    {{0xfd, 0x20, 0x00, 0xce, [14] = 2, 0x54},   128, ADDRESS_FORBIDDEN}, /* metadata of Google */
    {{0xfc},                                       7, ADDRESS_PRIVATE},
    {{0x20, 0x01, 0x00, 0x00},                    32, ADDRESS_FORBIDDEN}, /* Teredo hides its address */
    {{0x20},                                       3, ADDRESS_PUBLIC},
    {{0},                                          0, ADDRESS_FORBIDDEN}, /* fe80::/10, ff00::/8, :: and all that is unknown */
};
/* clang-format on */

static bool fits(const struct prefix *row, const unsigned char *at)
{
    unsigned whole = row->bits / 8, rest = row->bits % 8;
    if (memcmp(row->at, at, whole) != 0)
        return false;
    return rest == 0 || (row->at[whole] ^ at[whole]) >> (8 - rest) == 0;
}

static enum address_kind judge_v4(const unsigned char *at)
{
    size_t i = 0;
    while (!fits(&v4_rows[i], at))
        i++; /* the last row fits all */
    return (enum address_kind)v4_rows[i].kind;
}

static enum address_kind judge_v6(const unsigned char *at)
{
    size_t i = 0;
    while (!fits(&v6_rows[i], at))
        i++;
    unsigned kind = v6_rows[i].kind;
    return kind >= INSIDE ? judge_v4(at + kind - INSIDE) : (enum address_kind)kind;
}

enum address_kind address_judge(const struct conn_address *a)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    unsigned char bytes[V6];
    if (a->len == sizeof v4) {
        memcpy(&v4, a->at, sizeof v4);
        memcpy(bytes, &v4.sin_addr, V4);
        return v4.sin_family == AF_INET ? judge_v4(bytes) : ADDRESS_FORBIDDEN;
    }
    if (a->len == sizeof v6) {
        memcpy(&v6, a->at, sizeof v6);
        memcpy(bytes, &v6.sin6_addr, V6);
        return v6.sin6_family == AF_INET6 ? judge_v6(bytes) : ADDRESS_FORBIDDEN;
    }
    return ADDRESS_FORBIDDEN;
}

bool address_make(struct slice bytes, unsigned port, struct conn_address *out)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    memset(out, 0, sizeof *out);
    if (bytes.len == V4) {
        memcpy(&v4.sin_addr, bytes.at, V4);
        memcpy(out->at, &v4, sizeof v4);
        out->len = sizeof v4;
    } else if (bytes.len == V6) {
        memcpy(&v6.sin6_addr, bytes.at, V6);
        memcpy(out->at, &v6, sizeof v6);
        out->len = sizeof v6;
    }
    return out->len > 0;
}
