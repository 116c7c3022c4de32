/* redact/context.c - see context.h. Refuses to know detectors and scores; owns nothing. */
#include "proxy/base/base.h"
#include "redact/context.h"
#include "proxy/base/bytes.h"
#include <ctype.h>

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}
static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Of ASCII: whatever the locale, and without asking for it. */
static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}
static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

/* A word may begin at i. */
static bool is_begin(struct slice s, size_t i)
{
    if (i == 0 || !is_letter(s.at[i - 1]) || (unsigned char)s.at[i] >= 0x80)
        return true;
    return is_upper(s.at[i]) && is_lower(s.at[i - 1]);
}
/* A word may end in front of i. */
static bool is_end(struct slice s, size_t i)
{
    if (i >= s.len || !is_letter(s.at[i]) || (unsigned char)s.at[i - 1] >= 0x80)
        return true;
    if (is_upper(s.at[i]) && is_lower(s.at[i - 1]))
        return true;
    return s.at[i] == 's' && (i + 1 == s.len || !is_letter(s.at[i + 1]));
}

static unsigned hash_of_two(char first, char second)
{
    return ((unsigned)(unsigned char)first * 67 + (unsigned char)second) & 1023;
}
/* Of the first four bytes, or three, ASCII letters in any case: of a number whose lowest byte is
 * the first one. */
static unsigned hash_of_four(uint32_t four)
{
    return (four | 0x20202020u) * 0x9E3779B1u >> 16;
}
/* Of the first six. */
static unsigned hash_of_six(uint64_t six)
{
    return (unsigned)(((six | 0x202020202020u) << 16) * 0x9E3779B97F4A7C15u >> 48);
}
/* Of three; the third one as it is. */
static unsigned hash_of_three(uint32_t three)
{
    return ((three & 0xFFFFFF) | 0x2020u) * 0x9E3779B1u >> 16;
}
static bool has_bit(const uint64_t bits[1024], unsigned hash)
{
    return (bits[hash / 64] >> hash % 64 & 1) != 0;
}
static void set_bit(uint64_t bits[1024], unsigned hash)
{
    bits[hash / 64] |= (uint64_t)1 << hash % 64;
}

/* What the look at a text sorts bytes into. */
enum { LETTERS, SMALL, CAPITALS, KINDS };
enum {
    L = BYTES_CLASS(LETTERS),
    S = BYTES_CLASS(SMALL) | L,
    C = BYTES_CLASS(CAPITALS) | L,
};
/* clang-format off */
static const struct bytes_classes kinds = {
    .row = {
        [4] = {0, C, C, C, C, C, C, C, C, C, C, C, C, C, C, C},
        [5] = {C, C, C, C, C, C, C, C, C, C, C, 0, 0, 0, 0, 0},
        [6] = {0, S, S, S, S, S, S, S, S, S, S, S, S, S, S, S},
        [7] = {S, S, S, S, S, S, S, S, S, S, S, 0, 0, 0, 0, 0},
    },
    .rows = 0xF0,
    .high = L,
    .count = KINDS,
};
/* clang-format on */

static const char against[] = "order|invoice|sku|build|commit|sha|version|port|uuid|guid|timestamp|"
                              "isbn|tracking|ticket|issue|"
                              "item|serial|revision|line|page|pid|epoch|offset|size|bytes|amount|"
                              "total|price|hash|checksum|id|"
                              "index|seed|case|part";

/* How a phrase is written where no blank may stand: account_number, account-number, accountNumber
 * (which is read as "accountnumber", since case does not count). */
static const char joints[] = {'_', '-', '\0'};

static bool is_phrase(struct slice word)
{
    return slice_find_byte(word, ' ') != SIZE_MAX && slice_find_byte(word, '-') == SIZE_MAX &&
           slice_find_byte(word, '_') == SIZE_MAX && (unsigned char)word.at[0] < 0x80;
}

size_t context_count(const char *words)
{
    size_t n = 0;
    for (struct slice rest = slice_str(words != NULL ? words : ""); rest.len > 0;) {
        size_t bar = slice_find_byte(rest, '|');
        n += is_phrase(slice_cut(rest, 0, bar)) ? 1 + sizeof joints : 1;
        rest = bar == SIZE_MAX ? slice_of(NULL, 0) : slice_from(rest, bar + 1);
    }
    return n;
}

gw_result context_table_init(struct context_table *t, size_t words, struct arena *arena)
{
    *t = (struct context_table){.arena = arena, .room = words + context_count(against)};
    t->words = arena_array(arena, t->room, sizeof *t->words);
    if (t->words == NULL)
        return gw_is(GW_NO_MEMORY);
    return context_table_add(t, CONTEXT_AGAINST, against);
}

/* Eight bytes, capitals made small. */
static uint64_t small_of(uint64_t head)
{
    const uint64_t ones = 0x0101010101010101u;
    uint64_t low = head & ones * 0x7F; /* no sum below runs over into the next byte */
    uint64_t from_a = low + ones * (0x80 - 'A'), beyond_z = low + ones * (0x7F - 'Z');
    return head | (from_a & ~beyond_z & ~head & ones << 7) >> 2;
}

static uint64_t head_of(struct slice word)
{
    uint64_t head = 0;
    memcpy(&head, word.at, word.len < sizeof head ? word.len : sizeof head);
    return small_of(head);
}

static uint32_t *chain_of(struct context_table *t, struct slice word)
{
    if (word.len == 2)
        return &t->by_two[hash_of_two(word.at[0], word.at[1])];
    uint64_t head = head_of(word);
    if (word.len == 3)
        return &t->by_three[hash_of_three((uint32_t)head) & 1023];
    return word.len < 6 ? &t->by_four[hash_of_four((uint32_t)head) & 1023]
                        : &t->by_six[hash_of_six(head) & 4095];
}

/* The third byte of a word, or what may stand behind a word of two. */
static bool may_be_third(struct slice word, char c, bool open)
{
    if (word.len >= 3)
        return c == word.at[2] || (is_letter(c) && (c | 0x20) == word.at[2]);
    return open || !is_letter(c) || (c >= 'A' && c <= 'Z') || c == 's' ||
           (unsigned char)word.at[1] >= 0x80;
}

/* The entry of a word; a new one when no list has it yet. */
static gw_result entry_of(struct context_table *t, struct slice word, bool open,
                          struct context_word **out)
{
    uint32_t *chain = chain_of(t, word);
    char head[8] = {0};
    unsigned char mask[8] = {0};
    for (uint32_t next = *chain; next != 0; next = t->words[next - 1].next) {
        *out = &t->words[next - 1];
        if ((*out)->open == open && slice_is((*out)->text, word))
            return gw_is(GW_OK);
    }
    if (t->count == t->room)
        return gw_is(GW_TOO_BIG);
    *out = &t->words[t->count];
    **out = (struct context_word){.text = word, .open = open, .next = *chain};
    for (size_t i = 0; i < word.len && i < sizeof head; i++) {
        head[i] = word.at[i];
        mask[i] = 0xFF;
    }
    memcpy(&(*out)->head, head, sizeof head);
    memcpy(&(*out)->mask, mask, sizeof mask);
    *chain = (uint32_t)++t->count;
    uint32_t first = (uint32_t)(*out)->head;
    if (word.len >= 6)
        set_bit(t->sixes, hash_of_six((*out)->head));
    else if (word.len >= 4)
        set_bit(t->fours, hash_of_four(first));
    bool is_short = word.len < 3; /* of a longer word the third byte is known, in either case */
    uint32_t low = is_short ? 0 : (unsigned char)word.at[2] & ~0x20u;
    for (uint32_t third = low; third < 256; third += is_short ? 1 : 0x20)
        if (may_be_third(word, (char)third, open)) {
            unsigned hash = hash_of_three((first & 0xFFFF) | third << 16);
            set_bit(t->firsts, hash);
            if (word.len <= 3)
                set_bit(t->threes, hash);
        }
    return gw_is(GW_OK);
}

/* The phrase as it is written with a joint in place of each blank. */
static gw_result join_phrase(struct context_table *t, struct slice word, char joint,
                             struct slice *out)
{
    size_t n = 0;
    char *copy = arena_alloc(t->arena, word.len);
    if (copy == NULL)
        return gw_is(GW_NO_MEMORY);
    for (size_t i = 0; i < word.len; i++) {
        if (word.at[i] == ' ' && joint == '\0')
            continue;
        copy[n++] = word.at[i] == ' ' ? joint : word.at[i];
    }
    *out = slice_of(copy, n);
    return gw_is(GW_OK);
}

/* The word joins list k, and a phrase as it is written in keys too. */
static gw_result add_to_list(struct context_table *t, unsigned k, struct slice word, bool open)
{
    struct context_word *entry = NULL;
    TRY(entry_of(t, word, open, &entry));
    context_set_add(&entry->lists, k);
    for (size_t i = 0; i < sizeof joints && is_phrase(word); i++) {
        struct slice joined;
        TRY(join_phrase(t, word, joints[i], &joined));
        TRY(entry_of(t, joined, open, &entry));
        context_set_add(&entry->lists, k);
    }
    return gw_is(GW_OK);
}

gw_result context_table_add(struct context_table *t, unsigned k, const char *words)
{
    struct slice rest = slice_str(words);
    while (rest.len > 0) {
        size_t bar = slice_find_byte(rest, '|');
        struct slice word = slice_cut(rest, 0, bar);
        rest = bar == SIZE_MAX ? slice_of(NULL, 0) : slice_from(rest, bar + 1);
        bool open = word.len > 0 && word.at[word.len - 1] == '*';
        word.len -= open ? 1 : 0;
        if (word.len < 2 || k >= CONTEXT_LISTS)
            return gw_is(GW_BAD);
        TRY(add_to_list(t, k, word, open));
    }
    return gw_is(GW_OK);
}

/* Letters of a number in hex, digits on both sides: no word. */
static inline bool is_amid_digits(struct slice s, size_t i)
{
    size_t end = i;
    if (i == 0 || !is_digit(s.at[i - 1]))
        return false;
    while (end < s.len && (s.at[end] | 0x20) >= 'a' && (s.at[end] | 0x20) <= 'f')
        end++;
    return end > i && end < s.len && is_digit(s.at[end]);
}

bool context_has_word(struct slice text, size_t at, struct slice word)
{
    size_t end = at + word.len;
    return word.len >= 2 && end <= text.len && is_begin(text, at) && !is_amid_digits(text, at) &&
           slice_is_nocase(slice_of(text.at + at, word.len), word) && is_end(text, end);
}

/* The lists of those words of a chain that begin at i, where `head` stands. */
static inline void lists_of_chain(const struct context_table *t, uint32_t next, struct slice text,
                                  size_t i, uint64_t head, struct context_set *lists)
{
    while (next != 0) {
        const struct context_word *w = &t->words[next - 1];
        size_t end = i + w->text.len;
        next = w->next;
        if ((head & w->mask) != w->head || end > text.len ||
            (w->text.len > sizeof head &&
             !slice_is_nocase(slice_of(text.at + i, w->text.len), w->text)) ||
            !(w->open || is_end(text, end)))
            continue;
        context_set_join(lists, &w->lists);
    }
}

/* Adds the lists that have a word which begins at i, where one may. The first bytes tell of most
 * places that there is none. */
static inline void lists_at(const struct context_table *t, struct slice text, size_t i,
                            struct context_set *lists)
{
    uint64_t eight = 0;
    size_t n = text.len - i;
    if (n >= sizeof eight)
        memcpy(&eight, text.at + i, sizeof eight);
    else
        memcpy(&eight, text.at + i, n);
    if (!has_bit(t->firsts, hash_of_three((uint32_t)eight)))
        return;
    if (is_amid_digits(text, i))
        return;
    unsigned four = hash_of_four((uint32_t)eight), six = hash_of_six(eight);
    bool is_four = has_bit(t->fours, four), is_six = has_bit(t->sixes, six);
    bool is_short = has_bit(t->threes, hash_of_three((uint32_t)eight));
    if (!is_four && !is_six && !is_short)
        return;
    uint64_t head = small_of(eight);
    if (is_six)
        lists_of_chain(t, t->by_six[hash_of_six(head) & 4095], text, i, head, lists);
    if (is_four)
        lists_of_chain(t, t->by_four[hash_of_four((uint32_t)head) & 1023], text, i, head, lists);
    if (!is_short)
        return;
    lists_of_chain(t, t->by_three[hash_of_three((uint32_t)head) & 1023], text, i, head, lists);
    lists_of_chain(t, t->by_two[hash_of_two((char)head, (char)(head >> 8))], text, i, head, lists);
}

/* Where words may begin: at letters; a small one behind a letter goes on with a word, and so does a
 * capital behind one that is not small. `last`: the classes of the byte in front. */
static inline uint64_t begins_of(const struct bytes_block *b, const uint64_t last[KINDS])
{
    uint64_t letters = b->in[LETTERS], behind = letters << 1 | last[LETTERS];
    uint64_t behind_small = b->in[SMALL] << 1 | last[SMALL];
    return letters & ~(b->in[SMALL] & behind) & ~(b->in[CAPITALS] & behind & ~behind_small);
}

void context_add_between(const struct context_table *t, struct slice text, size_t from, size_t to,
                         struct context_set *lists)
{
    enum { BLOCKS = 8 };
    char front = from > 0 && from < text.len ? text.at[from - 1] : ' ';
    uint64_t last[KINDS] = {[LETTERS] = is_letter(front), [SMALL] = front >= 'a' && front <= 'z'};
    to = to < text.len ? to : text.len;
    for (; from < to && from + 1 < text.len; from += BLOCKS * BYTES_BLOCK) {
        struct bytes_block GW_UNSET block[BLOCKS];
        size_t end = from + BLOCKS * BYTES_BLOCK;
        struct slice part = slice_cut(text, from, end < to ? end : to);
        bytes_classify(part, &kinds, block);
        for (size_t at = 0; at < part.len; at += BYTES_BLOCK) {
            const struct bytes_block *b = &block[at / BYTES_BLOCK];
            uint64_t begins = begins_of(b, last);
            last[LETTERS] = b->in[LETTERS] >> 63;
            last[SMALL] = b->in[SMALL] >> 63;
            for (; begins != 0; begins &= begins - 1)
                lists_at(t, text, from + at + (size_t)__builtin_ctzll(begins), lists);
        }
    }
}

void context_add_lists(const struct context_table *t, struct slice text, struct context_set *lists)
{
    context_add_between(t, text, 0, text.len, lists);
}

void context_add_whole(const struct context_table *t, struct slice text, size_t from, size_t to,
                       struct context_set *lists)
{
    to = to < text.len ? to : text.len;
    while (to > from && !is_end(text, to))
        to--;
    context_add_between(t, slice_cut(text, 0, to), from, to, lists);
}

static bool is_hex(char c)
{
    return isxdigit((unsigned char)c) != 0;
}

/* Letters in front of `end`, more than a name of a tool or file would have. */
enum { NAME_MOST = 24 };

static bool is_ascii_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A name that ends at `end`: two letters or more, and nothing of a hash or path in front. */
static bool is_name(struct slice s, size_t end)
{
    size_t at = end;
    while (at > 0 && end - at < NAME_MOST && is_ascii_letter(s.at[at - 1]))
        at--;
    char before = at > 0 ? s.at[at - 1] : ' ';
    return end - at >= 2 && !is_digit(before) && !is_ascii_letter(before) && before != '\\';
}

/* What touches it: letters, digits, '_' and signs make it a piece of something. */
static enum context_part touched(struct slice s, size_t start, size_t end)
{
    char before = start > 0 ? s.at[start - 1] : ' ', behind = end < s.len ? s.at[end] : ' ';
    bool is_word = isalnum((unsigned char)before) != 0;
    if (before == '#' || before == '$' || before == '\\' || behind == '%' ||
        isalnum((unsigned char)behind) != 0)
        return CONTEXT_PIECE;
    if (is_word || before == '_')
        return !is_name(s, is_word ? start : start - 1) ? CONTEXT_PIECE
               : is_word                                ? CONTEXT_LETTERED
                                                        : CONTEXT_JOINED;
    return behind == '_' ? CONTEXT_JOINED : CONTEXT_ALONE;
}

static bool is_one_of(char c, const char *set)
{
    return c != 0 && strchr(set, c) != NULL;
}

/* A separator and a digit (or a dash and a hex digit, as in a UUID) go on from here. */
static bool goes_on(char near, char far, const char *marks)
{
    return is_one_of(near, marks) && (is_digit(far) || (near == '-' && is_hex(far)));
}

/* Digits from `at` on, four at most. */
static size_t digits_from(struct slice s, size_t at)
{
    size_t n = 0;
    while (n < 4 && at + n < s.len && is_digit(s.at[at + n]))
        n++;
    return n;
}
/* Digits in front of `at`, four at most. */
static size_t digits_before(struct slice s, size_t at)
{
    size_t n = 0;
    while (n < 4 && n < at && is_digit(s.at[at - 1 - n]))
        n++;
    return n;
}

/* Two groups of one number: 12,345. The next field of a table is none. */
static bool are_thousands(struct slice s, size_t comma)
{
    size_t before = digits_before(s, comma);
    return comma < s.len && s.at[comma] == ',' && before >= 1 && before <= 3 &&
           digits_from(s, comma + 1) == 3 && (comma + 4 >= s.len || s.at[comma + 4] != '-');
}

/* A comma and cents: 1.234,56. A field of a table has a comma in front, too. */
static bool has_cents(struct slice s, size_t start, size_t end)
{
    return end < s.len && s.at[end] == ',' && digits_from(s, end + 1) == 2 &&
           (start == 0 || s.at[start - 1] != ',');
}

/* A currency sign in front, perhaps one blank away. */
static bool is_price(struct slice leaf, size_t start)
{
    struct slice left = slice_cut(leaf, start > 4 ? start - 4 : 0, start);
    return slice_find(left, SLICE_LIT("\xe2\x82\xac")) != SIZE_MAX ||
           slice_find(left, SLICE_LIT("\xc2\xa3")) != SIZE_MAX ||
           slice_find_byte(left, '$') != SIZE_MAX;
}

enum context_part context_part_of(struct slice leaf, size_t start, size_t end)
{
    char near_left = start > 0 ? leaf.at[start - 1] : ' ',
         far_left = start > 1 ? leaf.at[start - 2] : ' ';
    char near_right = end < leaf.len ? leaf.at[end] : ' ',
         far_right = end + 1 < leaf.len ? leaf.at[end + 1] : ' ';
    if (goes_on(near_left, far_left, ".-:/") || goes_on(near_right, far_right, ".-:") ||
        are_thousands(leaf, end) || has_cents(leaf, start, end) ||
        (start > 0 && are_thousands(leaf, start - 1)) ||
        (near_left == '=' && is_one_of(far_left, "=<>")) || is_price(leaf, start))
        return CONTEXT_PIECE;
    return touched(leaf, start, end);
}
