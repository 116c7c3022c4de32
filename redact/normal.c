/* redact/normal.c - see normal.h. Two ways through a text: `sight` finds the next place where
 * something might be undone, 64 bytes at a look; from there step() goes on, and consumes at least
 * one byte. What lies between is copied as a whole, or not at all when nothing changes.
 *
 * Refuses to know what the text is for. The arena frees all of it. */
#include "proxy/base/base.h"
#include "redact/normal.h"
#include "proxy/base/bytes.h"
#include "proxy/base/utf8.h"
#include "redact/letters.h"

enum {
    RUN_MAX = 65536,
    BASE64_MIN = 16,
    HEX_MIN = 16,
    SPACED_MIN = 5,
    TAG_MIN = 8,
    NEAR = 64,
    BLANKS = 4,
    SEPARATOR = 0x1F
};

/* What the first look sorts bytes into. */
enum { TOKENS, WORDS, BLANK, SIGNS, OPENING, CLOSING, HIGH, SIGHTS };
enum {
    T = BYTES_CLASS(TOKENS), /* letters, digits and the four signs of base64 */
    W = BYTES_CLASS(WORDS) | T,
    B = BYTES_CLASS(BLANK),
    S = BYTES_CLASS(SIGNS),
    O = BYTES_CLASS(OPENING),
    C = BYTES_CLASS(CLOSING)
};
/* clang-format off */
static const struct bytes_classes sights = {
    .row = {
        [2] = {B, 0, 0, 0, 0, S, S, 0, O, C, 0, T, 0, T, 0, T}, /* blank % & ( ) + - / */
        [3] = {W, W, W, W, W, W, W, W, W, W, 0, 0, 0, 0, 0, 0},
        [4] = {S, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W}, /* @ */
        [5] = {W, W, W, W, W, W, W, W, W, W, W, O, 0, C, 0, T}, /* [ ] _ */
        [6] = {0, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W},
        [7] = {W, W, W, W, W, W, W, W, W, W, W, O, 0, C, 0, 0}, /* { } */
    },
    .rows = 0xFC,
    .high = BYTES_CLASS(HIGH),
    .count = SIGHTS,
};
/* clang-format on */

/* A stretch of the source: a bit for each place where something might be undone. */
enum { SIGHT_BLOCKS = 32, SIGHT_BYTES = SIGHT_BLOCKS * BYTES_BLOCK };
struct sight {
    size_t from, to; /* what of the source was looked at */
    uint64_t places[SIGHT_BLOCKS];
};

struct writer {
    struct slice in;
    size_t at;    /* next byte of in */
    size_t plain; /* bytes in front of `at` that are copied as they are, not yet written */
    char *out;
    size_t len;
    struct normal *to;
    size_t at_sign; /* behind the last @ written, in `out`; 0: none */
    struct arena *arena;
    struct normal_island *islands; /* until the end: the changes alone, without their shores */
    size_t island_room;
    struct sight sight;
    bool failed;
};

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
/* What a byte counts in base64 (either alphabet), -1: nothing. */
/* clang-format off */
static const int8_t base64[128] = {
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 62, -1, 62, -1, 63,
    52, 53, 54, 55, 56, 57, 58, 59, 60, 61, -1, -1, -1, -1, -1, -1,
    -1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
    15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, -1, -1, -1, -1, 63,
    -1, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40,
    41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, -1, -1, -1, -1, -1,
};
/* clang-format on */

static int base64_value(char c)
{
    return (unsigned char)c < 0x80 ? base64[(unsigned char)c] : -1;
}

static char byte_at(const struct writer *w, size_t i)
{
    return i < w->in.len ? w->in.at[i] : 0;
}

static void flush(struct writer *w)
{
    size_t n = w->plain;
    if (w->out == NULL)
        w->out = arena_alloc(w->arena, w->in.len + 4); /* room for the text unchanged */
    w->failed |= w->out == NULL;
    if (n == 0 || w->failed)
        return;
    memcpy(w->out + w->len, w->in.at + (w->at - n), n);
    w->failed |= !gw_ok(offmap_add(&w->to->map, (uint32_t)n, (uint32_t)(w->at - n), (uint32_t)n));
    w->len += n;
    w->plain = 0;
}

static void copy(struct writer *w, size_t n)
{
    w->at += n;
    w->plain += n;
}

static struct normal_island *new_island(struct writer *w)
{
    if (w->to->island_count == w->island_room) {
        size_t room = w->island_room == 0 ? 8 : w->island_room * 2;
        struct normal_island *islands = arena_alloc(w->arena, room * sizeof *islands);
        if (islands == NULL)
            return NULL;
        if (w->island_room > 0)
            memcpy(islands, w->islands, w->island_room * sizeof *islands);
        w->islands = islands;
        w->island_room = room;
    }
    return &w->islands[w->to->island_count++];
}

/* The last island reaches so far that a change at `from` belongs to it. */
static bool is_reached(const struct writer *w, size_t from)
{
    if (w->to->island_count == 0)
        return false;
    size_t to = w->islands[w->to->island_count - 1].to;
    return from - to < 2 * NORMAL_SHORE + NORMAL_CHANNEL &&
           memchr(w->out + to, SEPARATOR, from - to) == NULL;
}

/* Notes a change of [from, to) of the output. */
static void note(struct writer *w, size_t from, size_t to)
{
    bool reached = is_reached(w, from);
    struct normal_island *island = reached ? &w->islands[w->to->island_count - 1] : new_island(w);
    if (island == NULL) {
        w->failed = true;
        return;
    }
    if (!reached)
        *island = (struct normal_island){.from = (uint32_t)from};
    island->to = (uint32_t)to;
}

/* Gives the islands their shores, which end at a separator. A change that left nothing between two
 * separators is no island. */
static void widen(struct writer *w)
{
    size_t kept = 0;
    for (size_t i = 0; i < w->to->island_count; i++) {
        struct normal_island island = w->islands[i];
        for (size_t n = 0; n < NORMAL_SHORE && island.from > 0; n++, island.from--)
            if (w->out[island.from - 1] == SEPARATOR)
                break;
        for (size_t n = 0; n < NORMAL_SHORE && island.to < w->len; n++, island.to++)
            if (w->out[island.to] == SEPARATOR)
                break;
        if (island.from < island.to)
            w->islands[kept++] = island;
    }
    w->to->islands = w->islands;
    w->to->island_count = kept;
}

static void mark_decoded(struct writer *w)
{
    w->to->decoded = true;
    if (w->to->island_count > 0)
        w->islands[w->to->island_count - 1].decoded = true;
}

/* The next n bytes of the source become `with`. */
static void put(struct writer *w, size_t n, const char *with, size_t with_len)
{
    flush(w);
    if (!w->failed) {
        memcpy(w->out + w->len, with, with_len);
        w->failed =
            !gw_ok(offmap_add(&w->to->map, (uint32_t)with_len, (uint32_t)w->at, (uint32_t)n));
        note(w, w->len, w->len + with_len);
    }
    w->len += with_len;
    w->at += n;
    w->to->changed = true;
}

static void put_char(struct writer *w, size_t n, char c)
{
    put(w, n, &c, 1);
    if (c == '@')
        w->at_sign = w->len;
}

/* clang-format off */
static const struct { const char *name; char to; } entities[] = {
    {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}, {"nbsp", ' '}, {"commat", '@'}, {"period", '.'},
    {"colon", ':'}, {"sol", '/'}, {"lowbar", '_'}, {"hyphen", '-'}, {"dash", '-'}, {"num", '#'}, {"plus", '+'}, {"equals", '='},
};
/* clang-format on */

/* A run of tag letters that is long enough to be a hidden message is read; fewer are dropped. */
static bool take_tags(struct writer *w)
{
    size_t n = 0;
    uint32_t cp = 0;
    while (w->in.len - w->at >= (n + 1) * 4 &&
           utf8_read(slice_from(w->in, w->at + n * 4), &cp) == 4 && cp >= 0xE0020 && cp <= 0xE007E)
        n++;
    if (n < TAG_MIN)
        return false;
    for (size_t i = 0; i < n; i++) {
        (void)utf8_read(slice_from(w->in, w->at), &cp);
        put_char(w, 4, (char)(cp - 0xE0000));
    }
    mark_decoded(w);
    return true;
}

/* The letters around a run of bytes beyond ASCII: an ASCII one makes look-alikes of its word ASCII.
 */
struct run {
    size_t from, to;
    bool before, after;
};

static bool is_in_ascii_word(const struct writer *w, const struct run *r)
{
    return (r->before && w->at - (r->from - 1) < NEAR) || (r->after && r->to - w->at < NEAR);
}

/* One character that may have a plain form. */
static void take_letter(struct writer *w, const struct run *r)
{
    uint32_t point = 0;
    size_t n = utf8_read(slice_from(w->in, w->at), &point);
    if (n == 0) {
        copy(w, 1);
        return;
    }
    if (point >= 0xE0020 && point <= 0xE007E && take_tags(w))
        return;
    char c = letters_plain(point);
    if (c == LETTERS_NONE && is_in_ascii_word(w, r))
        c = letters_alike(point);
    if (c == LETTERS_DROP)
        put(w, n, "", 0);
    else if (c != LETTERS_NONE)
        put_char(w, n, c);
    else
        copy(w, n);
}

/* A run of bytes beyond ASCII. Where words of another script follow each other, all of them. */
static void take_high(struct writer *w)
{
    do {
        struct run r = {.from = w->at,
                        .to = w->at + bytes_find_ascii(slice_from(w->in, w->at)),
                        .before = w->at > 0 && is_alnum(w->in.at[w->at - 1])};
        r.after = is_alnum(byte_at(w, r.to));
        while (w->at < r.to) {
            struct slice left = slice_cut(w->in, w->at, r.to);
            copy(w, letters_skip(left, r.before || r.after));
            if (w->at < r.to)
                take_letter(w, &r);
        }
        if (byte_at(w, w->at) != ' ' || (unsigned char)byte_at(w, w->at + 1) < 0x80)
            return;
        copy(w, 1);
    } while (true);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
static bool is_text(int c)
{
    return (c >= 0x20 && c < 0x7F) || c == '\n' || c == '\t' || c == '\r';
}

static bool take_named(struct writer *w, struct slice name)
{
    for (size_t i = 0; i < GW_COUNT(entities); i++)
        if (slice_is(name, slice_str(entities[i].name))) {
            put_char(w, name.len + 2, entities[i].to);
            return true;
        }
    return false;
}

/* "#64" or "#x40"; 0 when it is no number of a character that may stand in text. */
static uint32_t entity_number(struct slice s)
{
    uint32_t cp = 0;
    bool hex = (s.at[1] | 0x20) == 'x';
    for (size_t i = hex ? 2 : 1; i < s.len; i++) {
        int v = hex_value(s.at[i]);
        if (v < 0 || (!hex && v > 9) || cp > 0x10FFFF)
            return 0;
        cp = cp * (hex ? 16 : 10) + (uint32_t)v;
    }
    return cp < 0x20 || cp > 0x10FFFF || (cp >= 0xD800 && cp < 0xE000) ? 0 : cp;
}

/* &#64; &#x40; &commat; */
static bool take_entity(struct writer *w)
{
    struct slice s = slice_cut(w->in, w->at + 1, w->at + 12);
    size_t end = slice_find_byte(s, ';');
    char utf8[4];
    if (end == SIZE_MAX || end < 2)
        return false;
    s = slice_cut(s, 0, end);
    if (s.at[0] != '#')
        return take_named(w, s);
    uint32_t cp = entity_number(s);
    if (cp == 0)
        return false;
    put(w, end + 2, utf8, utf8_write(cp, utf8));
    return true;
}

static bool take_percent(struct writer *w)
{
    int high = hex_value(byte_at(w, w->at + 1)), low = hex_value(byte_at(w, w->at + 2));
    if (high < 0 || low < 0 || w->at + 2 >= w->in.len)
        return false;
    int c = high * 16 + low;
    if (!is_text(c) && c < 0x80)
        return false;
    put_char(w, 3, (char)c);
    return true;
}

/* Bytes of up to four base64 letters into out[3]; how many. */
static size_t quantum(const char *at, size_t n, char out[3])
{
    uint32_t bits = 0;
    for (size_t i = 0; i < 4; i++)
        bits = (bits << 6) | (i < n ? (uint32_t)base64_value(at[i]) : 0);
    for (size_t i = 0; i < 3; i++)
        out[i] = (char)(bits >> (16 - 8 * i) & 0xFF);
    return n == 0 ? 0 : n - 1;
}

static bool take_base64(struct writer *w, size_t n)
{
    const char *at = w->in.at + w->at;
    char three[3];
    if (n < BASE64_MIN || n > RUN_MAX || n % 4 == 1)
        return false;
    for (size_t i = 0; i < n; i += 4) {
        size_t got = quantum(at + i, n - i < 4 ? n - i : 4, three);
        for (size_t k = 0; k < got; k++)
            if (!is_text((unsigned char)three[k]))
                return false;
    }
    size_t end = w->at + n;
    while (w->at < end) {
        size_t left = end - w->at < 4 ? end - w->at : 4;
        size_t got = quantum(w->in.at + w->at, left, three);
        size_t pad = 0;
        while (left < 4 && pad < 4 - left && byte_at(w, w->at + left + pad) == '=')
            pad++;
        put(w, left + pad, three, got);
        end += pad;
    }
    mark_decoded(w);
    return true;
}

static bool take_hex(struct writer *w, size_t n)
{
    if (n < HEX_MIN || n > RUN_MAX || n % 2 != 0)
        return false;
    for (size_t i = 0; i < n; i += 2) {
        int high = hex_value(w->in.at[w->at + i]), low = hex_value(w->in.at[w->at + i + 1]);
        if (high < 0 || low < 0 || !is_text(high * 16 + low))
            return false;
    }
    for (size_t i = 0; i < n; i += 2)
        put_char(w, 2, (char)(hex_value(w->in.at[w->at]) * 16 + hex_value(w->in.at[w->at + 1])));
    mark_decoded(w);
    return true;
}

/* "i g n o r e": single characters with single blanks. */
static bool take_spaced(struct writer *w)
{
    size_t n = 0, i = w->at;
    while (is_alnum(byte_at(w, i)) && !is_alnum(byte_at(w, i + 1))) {
        n++;
        if (byte_at(w, i + 1) != ' ' || !is_alnum(byte_at(w, i + 2)) || is_alnum(byte_at(w, i + 3)))
            break;
        i += 2;
    }
    if (n < SPACED_MIN)
        return false;
    for (; n > 1; n--) {
        copy(w, 1);
        put(w, 1, "", 0);
    }
    copy(w, 1);
    return true;
}

/* A run of letters and digits: encoded text, spaced-out writing, or just a word. */
static void take_word(struct writer *w)
{
    const uint64_t hex_digits = 0x3FFull << 52 | 0x3Full << 26 | 0x3F;
    size_t n = 0, core = 0;
    uint64_t hex = 1;
    for (int v; (v = base64_value(byte_at(w, w->at + n))) >= 0; n++) {
        hex &= hex_digits >> v;
        core += v < 62;
    }
    if (n == 1 && take_spaced(w))
        return;
    if (hex != 0 && take_hex(w, n))
        return;
    if (core * 10 >= n * 8 && take_base64(w, n))
        return;
    copy(w, n > 0 ? n : 1);
}

/* "[at]", "(at)", "[dot]": obfuscated addresses. */
static bool take_bracket(struct writer *w)
{
    struct slice s = slice_from(w->in, w->at + 1);
    bool at = s.len > 2 && slice_is_nocase(slice_cut(s, 0, 2), SLICE_LIT("at"));
    bool dot = s.len > 3 && slice_is_nocase(slice_cut(s, 0, 3), SLICE_LIT("dot"));
    size_t n = at ? 2 : 3;
    if ((!at && !dot) || (s.at[n] != ']' && s.at[n] != ')' && s.at[n] != '}'))
        return false;
    put_char(w, n + 2, at ? '@' : '.');
    while (byte_at(w, w->at) == ' ')
        put(w, 1, "", 0);
    return true;
}

/* "[at]" or "(dot)" may begin at i. */
static bool is_bracket(const struct writer *w, size_t i)
{
    char c = byte_at(w, i), two = byte_at(w, i + 3), three = byte_at(w, i + 4);
    return (c == '[' || c == '(') && (two == ']' || two == ')' || three == ']' || three == ')') &&
           memchr(w->in.at + i, SEPARATOR, 4) == NULL;
}

/* So little was written behind the last @ that an address may still go on. */
static bool is_behind_at(const struct writer *w)
{
    return w->at_sign != 0 && w->len + w->plain - w->at_sign < NEAR;
}

/* Blanks in front of an @, or of a dot soon behind one, and those behind it, go. */
static bool take_blank(struct writer *w)
{
    size_t n = 0;
    while (byte_at(w, w->at + n) == ' ' && n < BLANKS)
        n++;
    char c = byte_at(w, w->at + n);
    bool bracket = is_bracket(w, w->at + n);
    bool dot = c == '.' && is_behind_at(w) && byte_at(w, w->at + n + 1) == ' ';
    if (c != '@' && !dot && !bracket)
        return false;
    put(w, n, "", 0);
    if (bracket)
        return true;
    copy(w, 1);
    w->at_sign = c == '@' ? w->len + w->plain : w->at_sign;
    while (byte_at(w, w->at) == ' ')
        put(w, 1, "", 0);
    return true;
}

static void take_at(struct writer *w)
{
    copy(w, 1);
    w->at_sign = w->len + w->plain;
    while (byte_at(w, w->at) == ' ')
        put(w, 1, "", 0);
}

static void step(struct writer *w)
{
    char c = w->in.at[w->at];
    bool took = false;
    if ((unsigned char)c >= 0x80) {
        take_high(w);
        return;
    }
    if (is_alnum(c)) {
        take_word(w);
        return;
    }
    if (c == '@') {
        take_at(w);
        return;
    }
    if (c == ' ')
        took = take_blank(w);
    else if (c == '&')
        took = take_entity(w);
    else if (c == '%')
        took = take_percent(w);
    else if (c == '[' || c == '(' || c == '{')
        took = take_bracket(w);
    else if (c == SEPARATOR)
        w->at_sign = 0;
    if (!took)
        copy(w, 1);
}

/* Bits that begin a row of 2, 4, 8 and then 16 bits; `next` goes on where `bits` ends. */
static uint64_t sixteens(uint64_t bits, uint64_t next)
{
    for (unsigned n = 1; n < 16; n *= 2) {
        bits &= bits >> n | next << (64 - n);
        next &= next >> n;
    }
    return bits;
}

/* Single letters with single blanks, five of them. */
static uint64_t fives(const struct bytes_block *b, const struct bytes_block *next)
{
    uint64_t words = b->in[WORDS], words_more = next->in[WORDS];
    uint64_t single = words & ~(words >> 1 | words_more << 63);
    uint64_t single_more = words_more & ~(words_more >> 1);
    uint64_t row = single & (b->in[BLANK] >> 1 | next->in[BLANK] << 63);
    uint64_t row_more = single_more & next->in[BLANK] >> 1;
    uint64_t twos = row & (row >> 2 | row_more << 62);
    if (twos == 0)
        return 0;
    uint64_t twos_more = row_more & row_more >> 2;
    return twos & (twos >> 4 | twos_more << 60) & (single >> 8 | single_more << 56);
}

/* The places of a block; the one behind it is looked ahead into. */
static uint64_t places_of(const struct bytes_block *b)
{
    const struct bytes_block *next = b + 1;
    uint64_t shut3 = b->in[CLOSING] >> 3 | next->in[CLOSING] << 61;
    uint64_t shut4 = b->in[CLOSING] >> 4 | next->in[CLOSING] << 60;
    return b->in[HIGH] | b->in[SIGNS] | (b->in[OPENING] & (shut3 | shut4)) |
           sixteens(b->in[TOKENS], next->in[TOKENS]) | fives(b, next);
}

/* Finds the places of the stretch that begins at `from`. */
static void look(struct writer *w, size_t from)
{
    struct bytes_block block[SIGHT_BLOCKS + 1];
    struct slice rest = slice_cut(w->in, from, from + SIGHT_BYTES + BYTES_BLOCK);
    size_t blocks = (rest.len + BYTES_BLOCK - 1) / BYTES_BLOCK;
    bytes_classify(rest, &sights, block);
    if (blocks <= SIGHT_BLOCKS)
        block[blocks] = (struct bytes_block){0};
    else
        blocks = SIGHT_BLOCKS;
    for (size_t k = 0; k < blocks; k++)
        w->sight.places[k] = places_of(&block[k]);
    w->sight.from = from;
    w->sight.to = from + blocks * BYTES_BLOCK;
}

/* The first place not before `at`; the end of the source if there is none. */
static size_t find_place(struct writer *w, size_t at)
{
    while (at < w->in.len) {
        if (at >= w->sight.to)
            look(w, at);
        size_t k = (at - w->sight.from) / BYTES_BLOCK;
        uint64_t bits = w->sight.places[k] & UINT64_MAX << (at - w->sight.from) % BYTES_BLOCK;
        if (bits != 0)
            return w->sight.from + k * BYTES_BLOCK + (size_t)__builtin_ctzll(bits);
        at = w->sight.from + (k + 1) * BYTES_BLOCK;
    }
    return w->in.len;
}

static bool is_token(char c)
{
    return base64_value(c) >= 0;
}

/* The byte at `at` stands in a word that began before it, but not before w->at. */
static bool is_inside_word(const struct writer *w, size_t at)
{
    while (at > w->at && is_token(w->in.at[at - 1]))
        if (is_alnum(w->in.at[--at]))
            return true;
    return false;
}

/* Copies up to the next place that is worth a step; blanks in front of it count to it. */
static void skip_plain(struct writer *w)
{
    if (w->at > 0 && is_token(w->in.at[w->at - 1]) && is_token(w->in.at[w->at]))
        return; /* the sight knows whole words only, and one of them was begun */
    size_t at = find_place(w, w->at);
    while (is_token(byte_at(w, at))) {
        size_t from = at;
        while (is_token(byte_at(w, at)) && !is_alnum(w->in.at[at]))
            at++; /* signs in front of a word are no part of it */
        if (at == from && !is_inside_word(w, at))
            break;
        at = find_place(w, at + (at == from));
    }
    char c = byte_at(w, at);
    bool closes = c == '@' || c == '[' || c == '(';
    for (size_t n = 0; closes && n < BLANKS && at > w->at && w->in.at[at - 1] == ' '; n++)
        at--;
    copy(w, at - w->at);
}

gw_result normal_make(struct slice source, struct arena *arena, struct normal *out)
{
    struct writer w = {.in = source, .to = out, .arena = arena};
    *out = (struct normal){.text = source};
    offmap_init(&out->map, arena);
    if (source.len > UINT32_MAX / 2)
        return gw_is(GW_TOO_BIG);
    while (w.at < source.len && !w.failed) {
        if (!is_behind_at(&w))
            skip_plain(&w);
        if (w.at < source.len)
            step(&w);
    }
    if (out->changed)
        flush(&w);
    if (w.failed)
        return gw_is(GW_NO_MEMORY);
    widen(&w);
    if (out->changed)
        out->text = slice_of(w.out, w.len);
    return gw_is(GW_OK);
}
