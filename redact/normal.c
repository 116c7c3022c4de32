/* redact/normal.c - see normal.h. Two ways through a text: `sight` finds the next place where
 * something might be undone, 64 bytes at a look; from there step() goes on, and consumes at least
 * one byte. What lies between is copied as a whole, or not at all when nothing changes.
 *
 * Refuses to know what the text is for. The arena frees all of it. */
#include "proxy/base/base.h"
#include "redact/normal.h"
#include "proxy/base/bytes.h"
#include "proxy/base/utf8.h"
#include "redact/encoded.h"
#include "redact/escapes.h"
#include "redact/letters.h"
#include "redact/sight.h"
#include "redact/spelled.h"

enum { NEAR = 64, BLANKS = 4, SEPARATOR = 0x1F };
/* What is shorter is left as it is. */
enum { SPACED_MIN = 5, DIGITS_MIN = 9, TAG_MIN = 8 };

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

/* Both by one look: in encoded text neither is likelier than not. */
static bool is_alnum(char c)
{
    static const uint64_t set[4] = {0x3FF000000000000u, 0x7FFFFFE07FFFFFEu, 0, 0};
    return (set[(unsigned char)c / 64] >> (unsigned char)c % 64 & 1) != 0;
}
static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}
static bool is_high(char c)
{
    return (unsigned char)c >= 0x80;
}
/* Letters, digits and "+/-_": what bytes_base64() reads. */
static bool is_token(char c)
{
    static const uint64_t set[4] = {0x3FFA80000000000u, 0x7FFFFFE87FFFFFEu, 0, 0};
    return (set[(unsigned char)c / 64] >> (unsigned char)c % 64 & 1) != 0;
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
    if (n == 1)
        w->out[w->len] = w->in.at[w->at - 1]; /* most, between two changes */
    else
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
    size_t to = w->islands[w->to->island_count - 1].to, n = from - to;
    if (n <= 1)
        return n == 0 || w->out[to] != SEPARATOR;
    return n < 2 * NORMAL_SHORE + NORMAL_CHANNEL && memchr(w->out + to, SEPARATOR, n) == NULL;
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
    if (w->plain > 0 || w->out == NULL)
        flush(w);
    if (!w->failed) {
        for (size_t i = 0; i < with_len; i++) /* never more than a few */
            w->out[w->len + i] = with[i];
        w->failed =
            !gw_ok(offmap_add_unit(&w->to->map, (uint32_t)with_len, (uint32_t)w->at, (uint32_t)n));
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

/* The ASCII character of a tag letter, U+E0020 to U+E007E; 0: it is none. */
static char tag_at(struct slice s, size_t i)
{
    const unsigned char *p = (const unsigned char *)s.at + i;
    if (s.len - i < 4 || p[0] != 0xF3 || p[1] != 0xA0 || p[2] >> 1 != 0x40 || p[3] >> 6 != 2)
        return 0;
    unsigned c = (p[2] & 1u) << 6 | (p[3] & 0x3Fu);
    return c >= 0x20 && c < 0x7F ? (char)c : 0;
}

/* A run of tag letters that is long enough to be a hidden message is read; fewer are dropped. */
static bool take_tags(struct writer *w)
{
    size_t n = 0;
    while (n < TAG_MIN && tag_at(w->in, w->at + n * 4) != 0)
        n++;
    if (n < TAG_MIN)
        return false;
    for (char c; (c = tag_at(w->in, w->at)) != 0;)
        put_char(w, 4, c);
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
    size_t n = utf8_read_at(w->in, w->at, &point);
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

/* A run of bytes beyond ASCII. */
static void take_high(struct writer *w)
{
    size_t one = letters_pass(w->in, w->at);
    if (one > 0 && !is_high(byte_at(w, w->at + one))) { /* in Latin: a run of its own */
        copy(w, one);
        return;
    }
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
}

/* An escape becomes its character. */
static bool take_escape(struct writer *w, size_t (*read)(struct slice, char[4], size_t *))
{
    char out[4];
    size_t len, n = read(slice_from(w->in, w->at), out, &len);
    if (n == 0)
        return false;
    if (len == 1)
        put_char(w, n, out[0]);
    else
        put(w, n, out, len);
    return true;
}

/* All that follow each other: none begins what is not worth a step. */
static bool take_escapes(struct writer *w, size_t (*read)(struct slice, char[4], size_t *))
{
    char lead = w->in.at[w->at];
    bool took = take_escape(w, read);
    while (took && !w->failed && byte_at(w, w->at) == lead && take_escape(w, read))
        ;
    return took;
}

/* =40 where words meet, three escapes or more in a row, and line ends that are none: in other texts
 * than quoted-printable ones an = with two digits behind it is just that. */
static bool take_quoted(struct writer *w)
{
    char out[4];
    size_t len, n = 0, at = w->at;
    bool is_inside = at > 0 && is_alnum(w->in.at[at - 1]);
    size_t end = byte_at(w, at + 1) == '\r' ? 2 : 1;
    if (byte_at(w, at + end) == '\n') {
        if (is_inside && is_alnum(byte_at(w, at + end + 1)))
            put(w, end + 1, "", 0);
        return w->at > at;
    }
    while (n < 3 && escapes_quoted(slice_from(w->in, at + 3 * n), out, &len) > 0)
        n++;
    bool is_at = n == 1 && is_inside && out[0] == '@' && is_alnum(byte_at(w, at + 3));
    if (n < 3 && !is_at)
        return false;
    while (take_escape(w, escapes_quoted))
        ;
    return true;
}

static bool take_base64(struct writer *w)
{
    char out[ENCODED_STEP];
    struct encoded e = encoded_base64(slice_from(w->in, w->at));
    size_t end = w->at + e.len, len;
    while (w->at < end) {
        size_t n = encoded_next(slice_cut(w->in, w->at, end), e.is_wide, out, &len);
        put(w, n, out, len);
    }
    if (e.len > 0)
        mark_decoded(w);
    return e.len > 0;
}

static bool take_hex(struct writer *w, size_t n)
{
    if (!encoded_is_hex(slice_cut(w->in, w->at, w->at + n)))
        return false;
    for (size_t i = 0; i < n; i += 2)
        put_char(w, 2,
                 (char)(escapes_hex(w->in.at[w->at]) * 16 + escapes_hex(w->in.at[w->at + 1])));
    mark_decoded(w);
    return true;
}

/* "4-1-1-1": single digits, with one mark or two bytes between any two. */
static bool take_digits(struct writer *w)
{
    char mark = byte_at(w, w->at + 1);
    size_t step = 2 + (byte_at(w, w->at + 2) == ' '), n = 0, i = w->at;
    if (mark == '\0' || strchr(" -._/*|,:", mark) == NULL)
        return false;
    while (is_digit(byte_at(w, i)) && !is_alnum(byte_at(w, i + 1))) {
        n++;
        if (byte_at(w, i + 1) != mark || (step == 3 && byte_at(w, i + 2) != ' ') ||
            !is_digit(byte_at(w, i + step)) || is_alnum(byte_at(w, i + step + 1)))
            break;
        i += step;
    }
    if (n < DIGITS_MIN)
        return false;
    for (; n > 1; n--) {
        copy(w, 1);
        put(w, step - 1, "", 0);
    }
    copy(w, 1);
    return true;
}

/* "four one one one": each word becomes its digit. */
static bool take_spelled(struct writer *w)
{
    unsigned digit, languages;
    size_t end, n = spelled_row(w->in, w->at, &end);
    for (size_t i = 0; i < n; i++) {
        size_t len = spelled_word(w->in, w->at);
        (void)spelled_digit(slice_cut(w->in, w->at, w->at + len), &digit, &languages);
        put_char(w, len, (char)('0' + digit));
        if (i + 1 < n)
            put(w, spelled_between(w->in, w->at), "", 0);
    }
    return n > 0;
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
    if (is_digit(w->in.at[w->at]) ? take_digits(w) : take_spelled(w))
        return;
    size_t n = sight_token_end(&w->sight, w->in, w->at) - w->at;
    if (n == 1 && take_spaced(w))
        return;
    if (take_hex(w, n) || take_base64(w))
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
    if (is_high(c)) {
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
        took = take_escapes(w, escapes_entity);
    else if (c == '%')
        took = take_escapes(w, escapes_percent);
    else if (c == '\\')
        took = take_escapes(w, escapes_backslash);
    else if (c == '=')
        took = take_quoted(w);
    else if (c == '[' || c == '(' || c == '{')
        took = take_bracket(w);
    else if (c == SEPARATOR)
        w->at_sign = 0;
    if (!took)
        copy(w, 1);
}

/* The byte at `at` stands in a word that began before it, but not before w->at. */
static bool is_inside_word(const struct writer *w, size_t at)
{
    while (at > w->at && is_token(w->in.at[at - 1]))
        if (is_alnum(w->in.at[--at]))
            return true;
    return false;
}

/* Of bytes beyond ASCII the whole run is looked at: where it begins. */
static size_t begin_of_run(const struct writer *w, size_t at)
{
    while (at > w->at && is_high(byte_at(w, at)) && is_high(w->in.at[at - 1]))
        at--;
    return at;
}

/* Copies up to the next place that is worth a step; blanks in front of it count to it. */
static void skip_plain(struct writer *w)
{
    if (w->at > 0 && is_token(w->in.at[w->at - 1]) && is_token(w->in.at[w->at]))
        return; /* the sight knows whole words only, and one of them was begun */
    size_t at = sight_find(&w->sight, w->in, w->at);
    while (is_token(byte_at(w, at))) {
        size_t from = at;
        while (is_token(byte_at(w, at)) && !is_alnum(w->in.at[at]))
            at++; /* signs in front of a word are no part of it */
        if (at == from && !is_inside_word(w, at))
            break;
        at = sight_find(&w->sight, w->in, at + (at == from));
    }
    at = begin_of_run(w, at);
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
