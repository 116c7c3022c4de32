/* redact/trigger.c - see trigger.h. Bitmaps of a strip of blocks, then only what stands out in
 * them.
 *
 * Refuses to know rows, patterns and scores: places go to judge_trigger(). Owns nothing. */
#include "proxy/base/base.h"
#include "redact/trigger.h"
#include "proxy/base/bytes.h"
#include "redact/column.h"
#include "redact/digits.h"
#include "redact/judge.h"

enum {
    RUN = 14,
    FORTY = 40,
    LOCAL_MAX = 64,
    HOST_MAX = 64,
    VALUE_GAP = 16,
    NAME_TAIL = 24,
    RUN_MAX = 200,
    BEFORE_YEAR = 12,
    ADDRESS_MAX = 46 /* an IPv6 address */
};

/* A walk over [from, to) of one text; `block` and `next` stand at `at`. */
struct walk {
    const struct triggers *t;
    struct pass *p;
    struct slice s;
    size_t at, to;
    const struct spot_block *block, *next;
    const struct spot_block *last;               /* of those that are known */
    bool in_word, in_digit, in_base64, in_token; /* of the byte in front of the block */
    size_t digits_done; /* groups of digits that begin before this have been looked at */
};

static const struct spot_block no_block;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}
static bool is_word(char c)
{
    return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
}
static bool is_hex(char c)
{
    return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}
static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}
static bool is_quote(char c)
{
    return c == '"' || c == '\'' || c == '`';
}
static char byte_at(const struct walk *w, size_t i)
{
    return i < w->s.len ? w->s.at[i] : ' ';
}
static char byte_before(const struct walk *w, size_t i)
{
    return i > 0 ? w->s.at[i - 1] : ' ';
}

/* The rows of a kind that needs no more words: they may begin in [start, last]. */
static gw_result try_plain(const struct walk *w, enum trigger kind, size_t start, size_t last)
{
    for (uint32_t i = w->t->plain_at[kind]; i < w->t->plain_at[kind + 1]; i++)
        TRY(judge_trigger(w->p, w->t->plain[i], start, last));
    return gw_is(GW_OK);
}

/* --- bits ------------------------------------------------------------------------------------- */

/* Two blocks: bit i of `low` is byte i, bit i of `high` is byte 64 + i. */
struct bits {
    uint64_t low, high;
};

/* Each bit stays whose k-th follower is set too. */
static struct bits and_ahead(struct bits b, unsigned k)
{
    return (struct bits){b.low & (b.low >> k | b.high << (64 - k)), b.high & b.high >> k};
}

/* Where runs of at least RUN set bits go on. Such a run fills two neighbouring fours, and few
 * blocks have such. */
static uint64_t long_runs(struct bits b)
{
    const uint64_t firsts = 0x1111111111111111u;
    uint64_t fours = b.low & b.low >> 1, more = b.high & 0xFF;
    fours &= fours >> 2 & firsts;
    if ((fours & fours >> 4) == 0 && (more != 0xFF) && (fours >> 60 == 0 || (more & 15) != 15))
        return 0;
    b = and_ahead(b, 1);
    b = and_ahead(b, 2);
    b = and_ahead(b, 4);
    return and_ahead(b, RUN - 8).low;
}

/* Where runs of at least five begin. */
static uint64_t begins_of_five(struct bits b, bool before)
{
    uint64_t begin = b.low & ~(b.low << 1 | (before ? 1 : 0));
    return begin & and_ahead(and_ahead(b, 1), 2).low & (b.low >> 4 | b.high << 60);
}

static uint64_t ahead(uint64_t low, uint64_t high, unsigned k)
{
    return low >> k | high << (64 - k);
}

/* The same where k may be 0: what begins with byte k. */
static uint64_t from_here(uint64_t low, uint64_t high, unsigned k)
{
    return k == 0 ? low : ahead(low, high, k);
}

/* The bits of a set one byte later; the first one tells of the byte in front of the block. */
static uint64_t behind(uint64_t set, bool before)
{
    return set << 1 | (before ? 1 : 0);
}

/* --- one kind of place after the other -------------------------------------------------------- */

static gw_result take_head(const struct walk *w, size_t at)
{
    unsigned two = triggers_two((unsigned char)w->s.at[at], (unsigned char)w->s.at[at + 1]);
    uint32_t i = w->t->by_two[two], end = w->t->by_two[two + 1];
    uint64_t eight;
    if (i == end)
        return gw_is(GW_OK);
    memcpy(&eight, w->s.at + at, 8); /* RUN bytes are there */
    for (; i < end; i++) {
        const struct trigger_head *h = &w->t->heads[i];
        if (((eight | h->fold) & h->mask) == h->want)
            TRY(judge_trigger(w->p, h->row, at, at));
    }
    return gw_is(GW_OK);
}

static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

/* = or : or "is", also != ?= |= -> */
static bool is_sign_at(const struct walk *w, size_t i)
{
    char c = byte_at(w, i), next = byte_at(w, i + 1);
    if ((c | 0x20) == 'i')
        return (next | 0x20) == 's' && is_blank(byte_at(w, i + 2));
    return c == ':' || c == '=' || (is_one_of(c, "!?|-") && is_one_of(next, "=>|"));
}

/* The end of what belongs to a name: "_PROD", then quotes and brackets. */
static size_t name_end(const struct walk *w, size_t at)
{
    size_t i = at, from;
    while (i < at + NAME_TAIL && byte_at(w, i + 1) != '>' &&
           (is_word(byte_at(w, i)) || is_one_of(byte_at(w, i), ".-")))
        i++;
    for (from = i; i < from + 4 && is_one_of(byte_at(w, i), "\"'`\\])}"); i++)
        continue;
    return i;
}

/* Behind a name: blanks, then a sign; or a comma behind a quote. */
static bool is_sign(const struct walk *w, size_t at, size_t *behind_it)
{
    size_t i = name_end(w, at);
    *behind_it = i + 1;
    if (i > at && byte_at(w, i) == ',' && is_quote(byte_at(w, i - 1)))
        return true;
    for (size_t from = i; i < from + 3 && is_blank(byte_at(w, i)); i++)
        continue;
    *behind_it = i + 1;
    return is_sign_at(w, i);
}

/* From behind the sign on: `least` bytes of a value, soon; a longer sign, blanks, quotes and a word
 * such as "bearer" may stand before it. */
static bool is_assigned(const struct walk *w, size_t from, size_t least)
{
    for (size_t i = from; i < from + VALUE_GAP && i < w->s.len; i++) {
        size_t n = 0;
        while (n < least && i + n < w->s.len && !is_blank(w->s.at[i + n]) &&
               !is_quote(w->s.at[i + n]))
            n++;
        if (n == least)
            return true;
        i += n;
    }
    return false;
}

/* Behind the sign, its rest, blanks and a backslash: a quote. Or "auth" in front, whose own value
 * may hold the word. */
static bool is_quoted(const struct walk *w, size_t start, size_t from)
{
    size_t i = from;
    for (; i < from + VALUE_GAP; i++) {
        char c = byte_at(w, i);
        if (is_quote(c))
            return true;
        if (!is_blank(c) && !is_one_of(c, "=:>?!|-\\sS"))
            break;
    }
    for (i = start > NAME_TAIL ? start - NAME_TAIL : 0; i < start; i++)
        if ((w->s.at[i] | 0x20) == 'a' &&
            slice_is_nocase(slice_cut(w->s, i, i + 4), slice_of("auth", 4)))
            return true;
    return false;
}

/* Letters, digits and "_-.+/~%=". */
static bool is_token(char c)
{
    static const uint64_t set[4] = {0x23FFE82000000000u, 0x47FFFFFE87FFFFFEu, 0, 0};
    return (set[(unsigned char)c / 64] >> (unsigned char)c % 64 & 1) != 0;
}

/* Those, and marks that people put into passwords: "!#$&*@^". */
static bool is_told(char c)
{
    static const uint64_t set[4] = {0x23FFEC7A00000000u, 0x47FFFFFEC7FFFFFFu, 0, 0};
    return (set[(unsigned char)c / 64] >> (unsigned char)c % 64 & 1) != 0;
}

/* Behind the sign, soon: a run of `least` token characters that no bracket ends. */
static bool is_run(const struct walk *w, size_t from, size_t least)
{
    for (size_t i = from; i < from + VALUE_GAP && i < w->s.len; i++) {
        size_t n = 0;
        bool colon = false;
        for (; n < RUN_MAX && (is_token(byte_at(w, i + n)) || byte_at(w, i + n) == ':'); n++)
            colon = colon || byte_at(w, i + n) == ':';
        if (n >= least && (n == RUN_MAX || colon || !is_one_of(byte_at(w, i + n), "({[")))
            return true;
        i += n;
    }
    return false;
}

/* "://", and a colon before the host ends. */
static bool is_credential(const struct walk *w, size_t at)
{
    for (size_t i = at; i < at + HOST_MAX + 1 && i < w->s.len; i++) {
        char c = w->s.at[i];
        if (c == ':')
            return true;
        if (c == '/' || c == '@' || c == '"' || c == '<' || c == '>' || c == '?' || is_blank(c))
            return false;
    }
    return false;
}

/* A sign behind a name that ends at `end`: whether there is one, and what is behind it. Words of
 * several rows end at one place. */
struct sign {
    size_t end, from;
    bool is_there;
};

static bool has_sign(const struct walk *w, size_t end, struct sign *sign)
{
    if (sign->end != end) {
        sign->end = end;
        sign->is_there = is_sign(w, end, &sign->from);
    }
    return sign->is_there;
}

/* Whether behind the word stands what its row waits for. */
static bool goes_on(const struct walk *w, const struct trigger_word *word, size_t start, size_t end,
                    struct sign *sign)
{
    switch (word->trigger) {
    case TRIGGER_NAME:
        return has_sign(w, end, sign) && is_assigned(w, sign->from, word->least);
    case TRIGGER_NAME_QUOTED:
        return has_sign(w, end, sign) && is_assigned(w, sign->from, word->least) &&
               is_quoted(w, start, sign->from);
    case TRIGGER_NAME_RUN:
        return has_sign(w, end, sign) && is_run(w, sign->from, word->least);
    case TRIGGER_URL:
        return is_credential(w, end);
    default:
        return !word->ends_head || column_may_end(slice_from(w->s, end));
    }
}

static bool is_word_at(const struct walk *w, const struct trigger_word *word, size_t start)
{
    uint64_t eight;
    if (w->s.len - start >= sizeof eight) {
        memcpy(&eight, w->s.at + start, sizeof eight);
        if (((eight | word->fold) & word->mask) != word->want)
            return false;
        if (word->text.len <= sizeof eight)
            return true;
    }
    struct slice here = slice_cut(w->s, start, start + word->text.len);
    return word->caseless ? slice_is_nocase(here, word->text) : slice_is(here, word->text);
}

/* The words of a chain whose bytes at `rare` stand at `at`. */
static gw_result take_chain(const struct walk *w, uint32_t next, size_t at)
{
    struct sign sign = {0};
    while (next != 0) {
        const struct trigger_word *word = &w->t->words[next - 1];
        next = word->next;
        if (at < word->rare || !is_word_at(w, word, at - word->rare))
            continue;
        size_t start = at - word->rare, end = start + word->text.len;
        if (goes_on(w, word, start, end, &sign))
            TRY(judge_trigger(w->p, word->row, start, start));
    }
    return gw_is(GW_OK);
}

/* Users' words that stand where a word begins. */
static gw_result take_listed(const struct walk *w, size_t at)
{
    const struct lists *lists = &w->p->scanner->lists;
    if (!lists_may_begin(lists, (unsigned char)w->s.at[at], (unsigned char)byte_at(w, at + 1)))
        return gw_is(GW_OK);
    const struct list_word *word = lists_first(lists, w->s, at);
    for (; word != NULL; word = lists_next(lists, w->s, at, word))
        TRY(judge_word(w->p, word->row, at, at + word->text.len));
    return gw_is(GW_OK);
}

/* What else an RFC allows there stands in URLs, settings and code around an address, not in one. */
static bool is_local(char c)
{
    return is_word(c) || (c != '\0' && strchr(".%+'~-", c) != NULL);
}

/* From the begin of what may be an address's local part. */
static gw_result take_at_sign(const struct walk *w, size_t at)
{
    char next = byte_at(w, at + 1);
    size_t start = at;
    if (!is_word(next) && (unsigned char)next < 0x80 && next != '[')
        return gw_is(GW_OK);
    while (start > 0 && at - start < LOCAL_MAX && is_local(w->s.at[start - 1]))
        start--;
    return start == at ? gw_is(GW_OK) : try_plain(w, TRIGGER_AT, start, at - 1);
}

/* Hex digits, colons and dots from `at` on are no IPv6 address, but a clock or the like: they have
 * neither two colons together nor six. */
static bool is_clock(const struct walk *w, size_t at)
{
    size_t colons = 0;
    for (size_t i = at; i < at + ADDRESS_MAX && (is_hex(byte_at(w, i)) || byte_at(w, i) == ':');
         i++) {
        colons += w->s.at[i] == ':' ? 1 : 0;
        if (colons == 6 || (w->s.at[i] == ':' && byte_at(w, i + 1) == ':'))
            return false;
    }
    return true;
}

/* The first two colons of what may be an IPv6 address. */
static gw_result take_colons(const struct walk *w, size_t at)
{
    size_t start = at, i = at + 1;
    while (i < at + 5 && is_hex(byte_at(w, i)))
        i++;
    if (byte_at(w, i) != ':')
        return gw_is(GW_OK);
    while (start > 0 && at - start < 4 && is_hex(w->s.at[start - 1]))
        start--;
    char before = byte_before(w, start);
    if (is_word(before) || before == ':' || before == '.' || is_clock(w, start))
        return gw_is(GW_OK);
    return try_plain(w, TRIGGER_COLONS, start, start);
}

/* hh:hh:hh:hh, or hhhh.hhhh.hhhh: `at` is the first mark, `width` digits stand around each. */
static gw_result take_pairs(const struct walk *w, size_t at, size_t width)
{
    size_t groups = width == 2 ? 4 : 3;
    if (at < width)
        return gw_is(GW_OK);
    size_t start = at - width;
    char before = byte_before(w, start);
    if (is_word(before) || before == ':' || before == '.' || before == '-')
        return gw_is(GW_OK);
    for (size_t i = 0; i < groups * (width + 1) - 1; i++)
        if (i % (width + 1) != width && !is_hex(byte_at(w, start + i)))
            return gw_is(GW_OK);
    return try_plain(w, TRIGGER_PAIRS, start, start);
}

/* --- one block -------------------------------------------------------------------------------- */

/* "in 2024." at the end of a sentence: four digits and a dot are no value alone, and nothing in
 * front of them can be a part of one: no capital, no digit, no word of three letters. */
static bool is_end_of_sentence(const struct walk *w, size_t at, size_t end)
{
    if (end - at != 5 || w->s.at[end - 1] != '.')
        return false;
    for (size_t i = at; i < end - 1; i++)
        if (!is_digit(w->s.at[i]))
            return false;
    for (size_t i = at > BEFORE_YEAR ? at - BEFORE_YEAR : 0; i < at; i++)
        if (is_digit(w->s.at[i]) || (w->s.at[i] >= 'A' && w->s.at[i] <= 'Z'))
            return false;
    return at >= 5 && (!is_word(w->s.at[at - 2]) || !is_word(w->s.at[at - 3]) ||
                       !is_word(w->s.at[at - 4]) || is_word(w->s.at[at - 5]));
}

/* The bytes from `i` of block b on that are no token characters which the bitmaps know. */
static inline uint64_t no_token(const struct spot_block *b, const struct spot_block *next,
                                unsigned i)
{
    return ~from_here(b->in[TRIGGER_IN_TOKEN] | b->in[TRIGGER_IN_BASE64],
                      next->in[TRIGGER_IN_TOKEN] | next->in[TRIGGER_IN_BASE64], i);
}

/* How long a run is that goes on from `i` of the block for a block at least. */
__attribute__((noinline)) static size_t long_run(const struct walk *w, unsigned i)
{
    size_t n = SPOT_BLOCK;
    for (const struct spot_block *b = w->next; n < TRIGGER_NEAR_MAX; b++, n += SPOT_BLOCK) {
        if (w->next == &no_block || b > w->last)
            return n;
        uint64_t others = no_token(b, b < w->last ? b + 1 : &no_block, i);
        if (others != 0)
            return n + (size_t)__builtin_ctzll(others);
    }
    return n;
}

/* Where a run of token characters that begins at `at` ends, and its first digit stands; SIZE_MAX:
 * none of its first bytes is one. The bitmaps tell of most; they do not know all characters. */
static size_t token_end(const struct walk *w, size_t at, size_t *digit)
{
    unsigned i = (unsigned)(at - w->at);
    uint64_t others = no_token(w->block, w->next, i);
    uint64_t digits = from_here(w->block->in[TRIGGER_IN_DIGIT], w->next->in[TRIGGER_IN_DIGIT], i);
    size_t end = at + (others == 0 ? long_run(w, i) : (size_t)__builtin_ctzll(others));
    size_t most = at + TRIGGER_NEAR_MAX < w->s.len ? at + TRIGGER_NEAR_MAX : w->s.len;
    digits &= others == 0 ? ~0ull : others ^ (others - 1);
    *digit = digits != 0 ? at + (size_t)__builtin_ctzll(digits) : SIZE_MAX;
    if (digits == 0 && others == 0)
        return end;
    for (; end < most && is_told(w->s.at[end]); end++)
        if (*digit == SIZE_MAX && is_digit(w->s.at[end]) && end - at < SPOT_BLOCK)
            *digit = end;
    return end;
}

/* A run of token characters that begins at `at`: with a digit soon, and as long as a row waits for.
 */
static gw_result take_token(const struct walk *w, size_t at)
{
    size_t digit, end = token_end(w, at, &digit);
    if (digit == SIZE_MAX || is_end_of_sentence(w, at, end))
        return gw_is(GW_OK);
    return judge_near(w->p, &w->t->near_token, end - at, at, end - 1);
}

enum place {
    AT_WORD,
    AT_BEGIN,
    AT_HEAD,
    AT_TOKEN,
    AT_COUNTRY,
    AT_FORTY,
    AT_DIGIT,
    AT_SIGN,
    AT_COLONS,
    AT_PAIR,
    PLACES
};

static gw_result take(struct walk *w, enum place place, size_t at)
{
    switch (place) {
    case AT_BEGIN:
        return take_listed(w, at);
    case AT_HEAD:
        return take_head(w, at);
    case AT_TOKEN:
        return take_token(w, at);
    case AT_COUNTRY:
        return try_plain(w, TRIGGER_COUNTRY, at, at);
    case AT_FORTY:
        return try_plain(w, TRIGGER_FORTY, at, at);
    case AT_DIGIT:
        return at < w->digits_done ? gw_is(GW_OK)
                                   : digits_try(w->t, w->p, at, w->to, &w->digits_done);
    case AT_SIGN:
        return take_at_sign(w, at);
    case AT_COLONS:
        return take_colons(w, at);
    case AT_PAIR:
        TRY(take_pairs(w, at, 4));
        return take_pairs(w, at, 2);
    case AT_WORD: /* take_words() */
    case PLACES:
        break;
    }
    return gw_is(GW_CORRUPT);
}

/* Of these begins of runs, those whose run is exactly 40 long. */
static uint64_t forties(struct bits b, uint64_t begins)
{
    uint64_t found = 0;
    for (uint64_t rest = begins; rest != 0; rest &= rest - 1) {
        unsigned i = (unsigned)__builtin_ctzll(rest);
        uint64_t run = i == 0 ? b.low : ahead(b.low, b.high, i);
        if (~run != 0 && __builtin_ctzll(~run) == FORTY)
            found |= (uint64_t)1 << i;
    }
    return found;
}

static inline void put(uint64_t found[PLACES], unsigned *kinds, enum place place, uint64_t bits)
{
    found[place] = bits;
    *kinds |= (unsigned)(bits != 0) << place;
}

/* Places at marks: colons close together, pairs and fours of hex digits. */
static void look_at_marks(struct bits colon, struct bits mark, uint64_t inside,
                          uint64_t found[PLACES], unsigned *kinds)
{
    uint64_t close = 0;
    for (unsigned k = 1; k <= 5 && colon.low != 0; k++)
        close |= ahead(colon.low, colon.high, k);
    put(found, kinds, AT_COLONS, colon.low & close & inside);
    uint64_t fours = ahead(mark.low, mark.high, 5);
    uint64_t pairs = ahead(mark.low, mark.high, 3) & ahead(mark.low, mark.high, 6) &
                     ahead(mark.low, mark.high, 9);
    put(found, kinds, AT_PAIR, mark.low & (fours | pairs) & inside);
}

/* What stands out in a block among `inside`, by kind of place; bit k of the answer: found[k] does.
 * Most blocks of prose show next to nothing. */
static unsigned look(struct walk *w, uint64_t inside, uint64_t found[PLACES])
{
    const uint64_t *in = w->block->in, *on = w->next->in;
    uint64_t word = in[TRIGGER_IN_WORD], digit = in[TRIGGER_IN_DIGIT];
    uint64_t base64 = in[TRIGGER_IN_BASE64], token = in[TRIGGER_IN_TOKEN];
    uint64_t begin = word & ~behind(word, w->in_word) & inside;
    uint64_t runs =
        long_runs((struct bits){token | base64, on[TRIGGER_IN_TOKEN] | on[TRIGGER_IN_BASE64]});
    uint64_t tokens = base64 & ~behind(base64, w->in_base64) & runs & inside;
    unsigned kinds = 0;
    put(found, &kinds, AT_WORD, w->block->words & inside);
    put(found, &kinds, AT_HEAD, begin & runs);
    if (w->p->scanner->lists.count > 0)
        put(found, &kinds, AT_BEGIN, begin);
    put(found, &kinds, AT_SIGN, in[TRIGGER_IN_AT] & inside);
    if (tokens != 0)
        put(found, &kinds, AT_FORTY, forties((struct bits){base64, on[TRIGGER_IN_BASE64]}, tokens));
    if ((digit | on[TRIGGER_IN_DIGIT]) != 0) {
        uint64_t letter = word & ~digit, next = on[TRIGGER_IN_DIGIT];
        put(found, &kinds, AT_TOKEN,
            begins_of_five((struct bits){token, on[TRIGGER_IN_TOKEN]}, w->in_token) & inside);
        put(found, &kinds, AT_DIGIT, digit & ~behind(digit, w->in_digit) & inside);
        uint64_t country = letter & ahead(letter, on[TRIGGER_IN_WORD] & ~next, 1) &
                           ahead(digit, next, 2) & ahead(digit, next, 3);
        if (country != 0) { /* a word begins, or what '_' joins to one */
            uint64_t joint = behind(word & ~base64, w->in_word && !w->in_base64) & inside;
            put(found, &kinds, AT_COUNTRY, country & (begin | joint));
        }
    }
    struct bits colon = {in[TRIGGER_IN_COLON], on[TRIGGER_IN_COLON]};
    struct bits mark = {colon.low | (token & ~word),
                        colon.high | (on[TRIGGER_IN_TOKEN] & ~on[TRIGGER_IN_WORD])};
    if ((mark.low & (mark.low - 1)) != 0 || (mark.low != 0 && mark.high != 0))
        look_at_marks(colon, mark, inside, found, &kinds);
    w->in_word = word >> 63 != 0;
    w->in_digit = digit >> 63 != 0;
    w->in_base64 = base64 >> 63 != 0;
    w->in_token = token >> 63 != 0;
    return kinds;
}

/* Many places show a word that is none: its four bytes tell, or three. At the end of the text there
 * may be no four. */
static gw_result take_words(const struct walk *w, uint64_t places)
{
    const struct triggers *t = w->t;
    bool is_end = w->s.len - w->at < SPOT_BLOCK + sizeof(uint32_t);
    for (; places != 0; places &= places - 1) {
        size_t at = w->at + (size_t)__builtin_ctzll(places);
        uint32_t four;
        if (is_end && w->s.len - at < sizeof four)
            four = (uint32_t)bytes_few(w->s.at + at, w->s.len - at, 0);
        else
            memcpy(&four, w->s.at + at, sizeof four);
        unsigned by_four = triggers_hash_four(four), by_three = triggers_hash_three(four);
        if ((t->fours[by_four] | t->threes[by_three]) == 0)
            continue;
        if (t->by_four[by_four] != 0)
            TRY(take_chain(w, t->by_four[by_four], at));
        if (t->by_three[by_three] != 0)
            TRY(take_chain(w, t->by_three[by_three], at));
    }
    return gw_is(GW_OK);
}

/* Tries the places of a block that are among `inside`. */
static gw_result take_block(struct walk *w, uint64_t inside)
{
    uint64_t GW_UNSET found[PLACES]; /* of which those that `kinds` names are set */
    unsigned kinds = look(w, inside, found);
    if ((kinds & 1u << AT_WORD) != 0)
        TRY(take_words(w, found[AT_WORD]));
    for (kinds &= ~(1u << AT_WORD); kinds != 0; kinds &= kinds - 1) {
        unsigned i = (unsigned)__builtin_ctz(kinds);
        for (uint64_t rest = found[i]; rest != 0; rest &= rest - 1)
            TRY(take(w, (enum place)i, w->at + (size_t)__builtin_ctzll(rest)));
    }
    return gw_is(GW_OK);
}

gw_result triggers_try(const struct triggers *t, struct pass *p, size_t from, size_t to)
{
    struct walk w = {.t = t, .p = p, .s = p->subject, .at = from, .to = to};
    struct spot_block *strip = p->scratch->strip;
    char last = byte_before(&w, from);
    w.in_word = is_word(last);
    w.in_digit = is_digit(last);
    w.in_token = w.in_word || last == '-' || last == '.';
    w.in_base64 = (w.in_word && last != '_') || last == '+' || last == '/';
    while (w.at < to) {
        size_t n = spot_blocks(&t->spot, p->subject, w.at, strip, TRIGGER_STRIP + 1);
        w.last = &strip[n - 1];
        for (size_t i = 0; i < n && i < TRIGGER_STRIP && w.at < to; i++, w.at += SPOT_BLOCK) {
            uint64_t inside = to - w.at < SPOT_BLOCK ? ((uint64_t)1 << (to - w.at)) - 1 : ~0ull;
            w.block = &strip[i];
            w.next = i + 1 < n ? &strip[i + 1] : &no_block;
            TRY(take_block(&w, inside));
        }
    }
    return gw_is(GW_OK);
}
