/* redact/prints.c - see prints.h.
 *
 * A word is a run of ASCII letters and digits and of other scripts' characters; an ideograph or a
 * kana is a word of its own. Refuses to know what documents are about. */
#include "proxy/base/base.h"
#include "redact/prints.h"
#include "redact/text.h"
#include <ctype.h>

static const char head[] = "bulla-prints 1 6 4";
static const uint64_t step = 0x9E3779B97F4A7C15ull | 1;

/* --- words ------------------------------------------------------------------------------------ */

/* Bytes of a character of three that is no part of a word: general punctuation, marks of CJK. */
static bool is_mark(const unsigned char *c)
{
    return (c[0] == 0xE2 && (c[1] == 0x80 || c[1] == 0x81)) || (c[0] == 0xE3 && c[1] == 0x80);
}

/* A kana or an ideograph. */
static bool is_sign(const unsigned char *c)
{
    return c[0] == 0xE3 || (c[0] >= 0xE4 && c[0] <= 0xE9);
}

/* Length of the word character at `at`; 0: none stands there. *alone: it is a word by itself. */
static size_t char_at(struct slice s, size_t at, bool *alone)
{
    const unsigned char *c = (const unsigned char *)s.at + at;
    size_t left = s.len - at;
    *alone = false;
    if (c[0] < 0x80)
        return isalnum(c[0]) != 0;
    if (c[0] == 0xC2) /* no-break space, quotes and the like */
        return 0;
    if (c[0] < 0xE0 || left < 3)
        return 1;
    if (c[0] < 0xF0 && is_mark(c))
        return 0;
    *alone = c[0] < 0xF0 && is_sign(c);
    return *alone ? 3 : 1;
}

/* What is passed over at `at`, where no word begins. */
static size_t skip_at(struct slice s, size_t at)
{
    unsigned char c = (unsigned char)s.at[at];
    size_t len = c < 0x80 ? 1 : c < 0xE0 ? 2 : 3;
    return at + len <= s.len ? len : 1;
}

static uint64_t mix(uint64_t h)
{
    h ^= h >> 33;
    h *= 0xFF51AFD7ED558CCDull;
    h ^= h >> 33;
    return h;
}

/* The next word from *at on: its hash and range; false: none. *broke: a separator came before it.
 */
static bool next_word(struct slice s, size_t *at, uint64_t *hash, size_t *start, bool *broke)
{
    uint64_t h = 14695981039346656037ull;
    bool alone = false;
    size_t len = 0;
    for (*broke = false; *at < s.len && (len = char_at(s, *at, &alone)) == 0;) {
        *broke |= s.at[*at] == TEXT_SEPARATOR;
        *at += skip_at(s, *at);
    }
    if (*at >= s.len)
        return false;
    *start = *at;
    do {
        for (size_t i = 0; i < len; i++)
            h = (h ^ (unsigned char)tolower((unsigned char)s.at[*at + i])) * 1099511628211ull;
        *at += len;
        if (alone || *at >= s.len)
            break;
        len = char_at(s, *at, &alone);
    } while (len > 0 && !alone);
    *hash = mix(h);
    return true;
}

/* --- the table -------------------------------------------------------------------------------- */

static bool has(const struct prints *p, uint64_t hash)
{
    for (size_t at = hash & p->mask; p->slots[at] != 0; at = (at + 1) & p->mask)
        if (p->slots[at] == hash)
            return true;
    return false;
}

static gw_result put(struct prints *p, uint64_t hash)
{
    size_t at = hash & p->mask;
    while (p->slots[at] != 0 && p->slots[at] != hash)
        at = (at + 1) & p->mask;
    if (p->slots[at] == hash)
        return gw_is(GW_OK);
    if (p->count == p->room)
        return gw_is(GW_TOO_BIG);
    p->slots[at] = hash;
    p->count++;
    return gw_is(GW_OK);
}

gw_result prints_init(struct prints *p, size_t bytes, size_t least, struct arena *arena)
{
    size_t slots = 64;
    *p = (struct prints){.room = bytes / 2 + 1, .least = least}; /* a word has two bytes or more */
    while (slots < p->room + p->room / 2)
        slots *= 2;
    p->mask = slots - 1;
    p->slots = arena_array(arena, slots, sizeof *p->slots);
    return gw_is(p->slots == NULL ? GW_NO_MEMORY : GW_OK);
}

bool prints_is_file(struct slice text)
{
    return slice_has_prefix(text, SLICE_LIT("bulla-prints "));
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
    return s.len == 16 && *out != 0;
}

static gw_result read_file(struct prints *p, struct slice text)
{
    bool is_first = true;
    while (text.len > 0) {
        uint64_t hash;
        size_t end = slice_find_byte(text, '\n');
        struct slice line = slice_trim(slice_cut(text, 0, end));
        text = end == SIZE_MAX ? slice_of(NULL, 0) : slice_from(text, end + 1);
        if (is_first && !slice_is(line, slice_str(head)))
            return gw_is(GW_BAD);
        if (!is_first && line.len > 0) {
            if (!read_hex(line, &hash))
                return gw_is(GW_BAD);
            TRY(put(p, hash));
        }
        is_first = false;
    }
    return gw_is(p->count > 0 ? GW_OK : GW_BAD);
}

/* --- rolling ---------------------------------------------------------------------------------- */

static uint64_t highest(void)
{
    uint64_t power = 1;
    for (size_t i = 0; i < PRINTS_GRAM; i++)
        power *= step;
    return power;
}

void prints_start(struct prints_walk *w, const struct prints *p, struct slice text, size_t at)
{
    *w = (struct prints_walk){.prints = p, .text = text, .at = at};
}

/* Takes a word in. True: the last PRINTS_GRAM have a hash. */
static bool roll(struct prints_walk *w, uint64_t word, size_t start, uint64_t *gram)
{
    size_t at = w->words % PRINTS_GRAM;
    uint64_t old = w->words >= PRINTS_GRAM ? w->ring[at] : 0;
    w->hash = w->hash * step + word - old * highest();
    w->ring[at] = word;
    w->starts[at] = start;
    w->words++;
    *gram = mix(w->hash);
    *gram += *gram == 0;
    return w->words >= PRINTS_GRAM;
}

static void forget(struct prints_walk *w)
{
    w->words = 0;
    w->hash = 0;
}

gw_result prints_add(struct prints *p, struct slice text)
{
    struct prints_walk w;
    uint64_t last[PRINTS_WINDOW], word, gram, kept = 0;
    size_t grams = 0, start;
    bool broke;
    if (prints_is_file(text))
        return read_file(p, text);
    prints_start(&w, p, text, 0);
    while (next_word(text, &w.at, &word, &start, &broke)) {
        if (!roll(&w, word, start, &gram))
            continue;
        last[grams++ % PRINTS_WINDOW] = gram;
        uint64_t least = gram;
        size_t n = grams < PRINTS_WINDOW ? grams : PRINTS_WINDOW;
        for (size_t i = 0; i < n; i++)
            least = last[i] < least ? last[i] : least;
        if (grams >= PRINTS_WINDOW && least != kept)
            TRY(put(p, least));
        kept = grams >= PRINTS_WINDOW ? least : 0;
    }
    return gw_is(grams >= PRINTS_WINDOW ? GW_OK : GW_BAD);
}

gw_result prints_add_all(struct prints *p, struct slice text)
{
    struct prints_walk w;
    uint64_t word, gram;
    size_t start;
    bool broke;
    prints_start(&w, p, text, 0);
    while (next_word(text, &w.at, &word, &start, &broke))
        if (roll(&w, word, start, &gram))
            TRY(put(p, gram));
    return gw_is(p->count > 0 ? GW_OK : GW_BAD);
}

static int by_value(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

gw_result prints_write(struct prints *p, struct buf *out)
{
    buf_put_str(out, head);
    buf_put_str(out, "\n");
    qsort(p->slots, p->mask + 1, sizeof *p->slots, by_value);
    for (size_t i = 0; i <= p->mask; i++) {
        char hex[20];
        if (p->slots[i] == 0)
            continue;
        snprintf(hex, sizeof hex, "%016llx\n", (unsigned long long)p->slots[i]);
        buf_put_str(out, hex);
    }
    return buf_result(out);
}

/* --- stretches -------------------------------------------------------------------------------- */

/* The stretch that is under way is over. */
static bool finish(struct prints_walk *w, bool is_open, struct prints_stretch *out)
{
    if (w->now.words == 0)
        return false;
    *out = w->now;
    out->is_open = is_open;
    w->now = (struct prints_stretch){0};
    return true;
}

/* The last PRINTS_GRAM words, which end at w->at, are known. */
static void extend(struct prints_walk *w)
{
    if (w->now.words == 0) {
        w->first = w->words - PRINTS_GRAM;
        w->now.start = w->starts[w->first % PRINTS_GRAM];
    }
    w->last = w->words - 1;
    w->now.end = w->at;
    w->now.words = w->last - w->first + 1;
}

bool prints_next(struct prints_walk *w, struct prints_stretch *out)
{
    uint64_t word, gram;
    size_t start = 0, at = w->at;
    bool broke;
    while (next_word(w->text, &at, &word, &start, &broke)) {
        if (broke && w->words > 0) {
            forget(w);
            if (finish(w, false, out))
                return true; /* and the same word again, behind a break that is forgotten */
        }
        w->at = at;
        bool is_known = roll(w, word, start, &gram) && has(w->prints, gram);
        bool is_far = w->now.words > 0 && w->words > w->last + PRINTS_GAP + PRINTS_GRAM + 1;
        if (is_far && finish(w, false, out)) {
            if (is_known)
                extend(w);
            return true;
        }
        if (is_known)
            extend(w);
    }
    if (broke)
        forget(w);
    w->at = w->text.len;
    return finish(w, !broke, out);
}

size_t prints_tail(const struct prints_walk *w)
{
    if (w->words == 0)
        return w->text.len;
    return w->starts[w->words < PRINTS_GRAM ? 0 : w->words % PRINTS_GRAM];
}
