/* redact/attack_hidden.c - see attack_hidden.h. */
#include "proxy/base/base.h"
#include "redact/attack_hidden.h"
#include "proxy/base/utf8.h"

enum { ODD_FROM = 3, ROW_FROM = 8, FLAG = 0x1F3F4 };

static bool is_selector(uint32_t point)
{
    return (point >= 0xFE00 && point <= 0xFE0F) || (point >= 0xE0100 && point <= 0xE01EF);
}

/* Has no width and no ink: blanks of no width, directions, joiners, selectors, tags. */
static bool is_invisible(uint32_t point)
{
    return (point >= 0x200B && point <= 0x200F) || (point >= 0x202A && point <= 0x202E) ||
           (point >= 0x2060 && point <= 0x2069) || point == 0xFEFF || is_selector(point) ||
           (point >= 0xE0000 && point <= 0xE007F);
}

/* Invisible characters that follow each other. */
struct row {
    size_t from, to, count, selectors;
};

/* Whether bytes of `eight` are `byte`: never no where one is. */
static inline bool may_hold(uint64_t eight, uint8_t byte)
{
    const uint64_t ones = 0x0101010101010101u;
    uint64_t x = eight ^ ones * byte;
    return ((x - ones) & ~x & ones << 7) != 0;
}

/* Each of them begins with one of three bytes and one of two behind it. */
static bool may_begin(struct slice s, size_t at)
{
    unsigned char c = (unsigned char)s.at[at];
    unsigned char next = at + 1 < s.len ? (unsigned char)s.at[at + 1] : 0;
    return (c == 0xE2 && (next == 0x80 || next == 0x81)) ||
           (c == 0xEF && (next == 0xB8 || next == 0xBB)) || (c == 0xF3 && next == 0xA0);
}

/* The eight bytes from `at` on hold none of the three. */
static inline bool eight_hold_none(struct slice s, size_t at)
{
    uint64_t eight;
    memcpy(&eight, s.at + at, sizeof eight);
    return (eight & 0x8080808080808080u) == 0 ||
           !(may_hold(eight, 0xE2) || may_hold(eight, 0xEF) || may_hold(eight, 0xF3));
}

/* The first place at or behind `at` where one may stand. */
static size_t find_begin(struct slice s, size_t at)
{
    while (at < s.len) {
        size_t stop = s.len - at < 8 ? s.len : at + 8;
        if (stop == at + 8 && eight_hold_none(s, at))
            at = stop;
        for (; at < stop; at++)
            if (may_begin(s, at))
                return at;
    }
    return at;
}

/* The first row at or behind `at`. */
static bool find_row(struct slice s, size_t at, struct row *r)
{
    *r = (struct row){0};
    for (; (at = find_begin(s, at)) < s.len; at++) {
        uint32_t point = 0;
        r->from = r->to = at;
        for (size_t n; (n = utf8_read(slice_from(s, r->to), &point)) > 0 && is_invisible(point);
             r->to += n) {
            r->count++;
            r->selectors += is_selector(point);
        }
        if (r->count > 0)
            return true;
    }
    return false;
}

static bool is_letter_at(struct slice s, size_t at)
{
    char c = at < s.len ? (char)(s.at[at] | 0x20) : 0;
    return c >= 'a' && c <= 'z';
}

static bool is_behind_flag(struct slice s, size_t at)
{
    uint32_t point = 0;
    return at >= 4 && utf8_read(slice_cut(s, at - 4, at), &point) == 4 && point == FLAG;
}

bool attack_hidden_is_there(struct slice source)
{
    struct row r;
    size_t odd = 0;
    for (size_t at = 0; odd < ODD_FROM && find_row(source, at, &r); at = r.to) {
        bool inside = r.from > 0 && is_letter_at(source, r.from - 1) && is_letter_at(source, r.to);
        if (inside || (r.count >= ODD_FROM && !is_behind_flag(source, r.from)))
            odd += r.count;
    }
    return odd >= ODD_FROM;
}

/* Bytes of a selector begin somewhere. */
static bool may_hold_selectors(struct slice s)
{
    static const unsigned char leads[2][2] = {{0xEF, 0xB8}, {0xF3, 0xA0}};
    for (unsigned k = 0; k < GW_COUNT(leads); k++) {
        const char *end = s.at + s.len;
        for (const char *p = s.at; end - p >= 3; p++) {
            p = memchr(p, leads[k][0], (size_t)(end - p - 2));
            if (p == NULL)
                break;
            unsigned next = (unsigned char)p[1], third = (unsigned char)p[2];
            if (next == leads[k][1] && (k == 0 ? third < 0x90 : third >= 0x84))
                return true;
        }
    }
    return false;
}

size_t attack_hidden_read(struct slice source, char *out, size_t room)
{
    struct row r;
    size_t len = 0;
    if (!may_hold_selectors(source)) /* most texts */
        return 0;
    for (size_t at = 0; len < room && find_row(source, at, &r); at = r.to) {
        if (r.selectors < ROW_FROM)
            continue;
        for (size_t i = r.from; i < r.to && len < room;) {
            uint32_t point = 0;
            i += utf8_read(slice_from(source, i), &point);
            if (is_selector(point))
                out[len++] = (char)(point < 0xE0100 ? point - 0xFE00 : point - 0xE0100 + 16);
        }
    }
    return len;
}
