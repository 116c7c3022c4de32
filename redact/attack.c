/* redact/attack.c - see attack.h. One walk over the words of a text; the last place of each class
 * of words decides which families have met. Words and the places where phrases may begin are found
 * 64 bytes at a look. Constant tables, no memory, no engine.
 *
 * Refuses to know who speaks and what is done about it. */
#include "proxy/base/base.h"
#include "redact/attack.h"
#include "proxy/base/bytes.h"
#include "redact/attack_words.h"

/* What a look sorts bytes into. Openers and wide leads begin phrases anywhere. */
enum { LETTERS, DASHES, DIGITS, OPENERS, LEADS, SIGHTS };
enum {
    L = BYTES_CLASS(LETTERS),
    N = BYTES_CLASS(DIGITS) | L,
    D = BYTES_CLASS(DASHES),
    O = BYTES_CLASS(OPENERS),
    H = BYTES_CLASS(LEADS)
};
/* clang-format off */
static const struct bytes_classes sights = {
    .row = {
        [0x2] = {[0xD] = D},
        [0x3] = {N, N, N, N, N, N, N, N, N, N, 0, 0, O, 0, 0, 0}, /* < */
        [0x4] = {0, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L},
        [0x5] = {L, L, L, L, L, L, L, L, L, L, L, O, 0, 0, 0, 0}, /* [ */
        [0x6] = {0, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L},
        [0x7] = {L, L, L, L, L, L, L, L, L, L, L, 0, 0, 0, 0, 0},
        [0xD] = {[0x8] = H},
        [0xE] = {[0x4] = H, [0x5] = H, [0x7] = H, [0xC] = H},
    },
    .rows = 1 << 0x2 | 1 << 0x3 | 1 << 0x4 | 1 << 0x5 | 1 << 0x6 | 1 << 0x7 | 1 << 0xD | 1 << 0xE,
    .high = L,
    .count = SIGHTS,
};
/* clang-format on */

/* What one look shows: blocks, and one more to look ahead into. */
enum { STRETCH_BLOCKS = 4, STRETCH = STRETCH_BLOCKS * BYTES_BLOCK };

/* A word that may be known. */
struct hint {
    uint64_t head;
    uint32_t at;     /* in the stretch */
    uint16_t number; /* of the stretch's words, from 1 */
    uint16_t len;
};

struct walk {
    struct slice text;
    size_t last[W_CLASSES]; /* number of the word, from 1, that was last of each class */
    size_t words;           /* number of the word that is looked at */
    size_t before;          /* words before the stretch that is looked at */
    size_t about;
    unsigned miss[ATTACK_KINDS]; /* chance in thousandths that each kind is not there */
    /* what the blocks before leave behind, as bit 0 or nothing */
    uint64_t in_word;  /* the last byte belongs to a word, dashes inside it included */
    uint64_t is_dash;  /* it is a dash in front of a word */
    uint64_t is_inner; /* it is a letter or digit */
    /* what is to be looked at more closely; one more than can be: writing needs no question */
    struct hint hints[STRETCH / 2 + 2];
    uint16_t starts[STRETCH + 1];
    size_t hint_count, start_count, number;
};

static void add(struct walk *w, enum attack_kind kind, unsigned score)
{
    if (1000 - score < w->miss[kind])
        w->miss[kind] = 1000 - score;
}

/* How many words ago the class was last met; SIZE_MAX: never. */
static size_t ago(const struct walk *w, unsigned class)
{
    size_t at = w->last[__builtin_ctz(class)];
    return at == 0 ? SIZE_MAX : w->words - at;
}

/* "ignore ... previous ... instructions", in either order of the last two. */
static void meet_override(struct walk *w, unsigned classes)
{
    size_t verb = ago(w, W_OVERRIDE), rules = ago(w, W_RULES);
    if ((classes & W_RULES) != 0 && verb <= 8)
        add(w, ATTACK_INJECTION, ago(w, W_PRIOR) <= 6 ? 850 : 450);
    if ((classes & W_PRIOR) != 0 && verb <= 4)
        add(w, ATTACK_INJECTION, rules <= 3 && rules < verb ? 850 : 350);
}

/* Rules of two or three classes: the last word is of class `now`, the others were met not long ago.
 */
/* clang-format off */
static const struct rule {
    unsigned now, near; size_t near_by; unsigned far; size_t far_by; enum attack_kind kind; unsigned score;
} rules[] = {
    {W_PROMPT, W_OWN, 3, W_REVEAL, 8, ATTACK_LEAK, 700},
    {W_LIMITS, W_NO, 4, W_PERSONA, 30, ATTACK_JAILBREAK, 650},
    {W_FREE, W_PERSONA, 20, W_PERSONA, 20, ATTACK_JAILBREAK, 700},
    {W_LOOT, W_SEND, 6, W_SEND, 6, ATTACK_EXFILTRATION, 300},
    {W_HARM, W_MAKE, 8, W_MAKE, 8, ATTACK_HARMFUL, 550},
};
/* clang-format on */

/* The families that this word completes. */
static void meet(struct walk *w, unsigned classes)
{
    meet_override(w, classes);
    for (size_t i = 0; i < GW_COUNT(rules); i++) {
        const struct rule *r = &rules[i];
        if ((classes & r->now) != 0 && ago(w, r->near) <= r->near_by && ago(w, r->far) <= r->far_by)
            add(w, r->kind, r->score);
    }
    w->about += (classes & W_ABOUT) != 0 ? 1 : 0;
}

/* The first eight bytes at `at`; 0 behind the end. */
static uint64_t head_at(struct slice text, size_t at)
{
    uint64_t head = 0;
    if (text.len - at >= sizeof head)
        memcpy(&head, text.at + at, sizeof head);
    else
        memcpy(&head, text.at + at, text.len - at);
    return head;
}

/* "1n57ruct10n5": the class of a word whose digits stand for letters. */
static unsigned classes_of_leet(struct slice word)
{
    static const char letters[] = "oizeasbtbg";
    char plain[ATTACK_WORD_MAX];
    size_t digits = 0;
    for (size_t i = 0; i < word.len; i++) {
        bool digit = word.at[i] >= '0' && word.at[i] <= '9';
        plain[i] = digit ? letters[word.at[i] - '0'] : word.at[i];
        digits += digit ? 1 : 0;
    }
    struct slice s = slice_of(plain, word.len);
    return digits > 0 && digits < word.len ? attack_words_classes(s, head_at(s, 0)) : 0;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* The phrase begins at `at` of text; any run of blanks stands for one. */
static bool is_phrase(struct slice text, size_t at, const char *phrase)
{
    for (; *phrase != 0; phrase++) {
        if (at >= text.len)
            return false;
        if (*phrase == ' ') {
            size_t from = at;
            while (at < text.len &&
                   (text.at[at] == ' ' || text.at[at] == '\n' || text.at[at] == '\r'))
                at++;
            if (at == from)
                return false;
        } else if (lower(text.at[at++]) != *phrase) {
            return false;
        }
    }
    return true;
}

/* The phrases that begin at `at`. */
static void take_phrases(struct walk *w, size_t at)
{
    size_t n;
    const struct attack_phrase *phrases = attack_words_phrases(&n);
    uint64_t head = head_at(w->text, at);
    struct attack_range some = attack_words_phrases_of(head);
    for (size_t k = some.from; k < some.to; k++)
        if (attack_words_begins(head, k) && is_phrase(w->text, at, phrases[k].text))
            add(w, (enum attack_kind)phrases[k].kind, phrases[k].score);
}

static void take_word(struct walk *w, const struct hint *h, size_t from)
{
    struct slice word = slice_of(w->text.at + from + h->at, h->len);
    unsigned classes = attack_words_classes(word, h->head);
    if (classes == 0)
        classes = classes_of_leet(word);
    if (classes == 0)
        return;
    w->words = w->before + h->number;
    meet(w, classes);
    for (; classes != 0; classes &= classes - 1)
        w->last[__builtin_ctz(classes)] = w->words;
}

/* Where words begin in a block: at a letter or digit with nothing of a word in front, or with
 * dashes that have nothing of a word in front. */
static uint64_t beginnings(struct walk *w, const struct bytes_block *b)
{
    uint64_t letters = b->in[LETTERS], dashes = b->in[DASHES], inside = letters | dashes;
    uint64_t behind = inside << 1 | w->in_word | w->is_dash;
    uint64_t leading = (dashes & ~behind) | (dashes & w->is_dash);
    uint64_t beyond = dashes + leading; /* carries run through the leading dashes */
    uint64_t starts = letters & (~behind | (beyond & ~dashes) | w->is_dash);
    uint64_t top = 1ull << 63;
    bool overflows = beyond < dashes;
    w->is_dash = overflows ? 1 : 0;
    w->in_word = (inside & top) != 0 && !overflows ? 1 : 0;
    return starts;
}

/* Bits from `bit` of a block on, those of the next behind them. */
static uint64_t bits_from(const struct bytes_block *b, unsigned class, unsigned bit)
{
    return b[0].in[class] >> bit | b[1].in[class] << 1 << (63 - bit);
}

/* Notes the word at byte `bit` of block b, `at` of the stretch, when it may be known. */
static void hint_word(struct walk *w, const struct bytes_block *b, size_t at, uint64_t head)
{
    unsigned bit = at % BYTES_BLOCK;
    uint64_t others = ~(bits_from(b, LETTERS, bit) | bits_from(b, DASHES, bit));
    unsigned len = (unsigned)__builtin_ctzll(others | 1ull << 63);
    uint64_t word = (1ull << len) - 1, digits = bits_from(b, DIGITS, bit) & word;
    uint64_t is_mixed = (uint64_t)(digits != 0) & (uint64_t)(digits != word);
    w->hints[w->hint_count] =
        (struct hint){head, (uint32_t)at, (uint16_t)++w->number, (uint16_t)len};
    w->hint_count +=
        (attack_words_may_be(head, len) | is_mixed) & (uint64_t)(len <= ATTACK_WORD_MAX);
}

/* Notes what is to be looked at more closely in the block that begins at `at` of the stretch. No
 * step depends on what a word is, so that the processor never guesses wrong. */
static void hint_block(struct walk *w, const struct bytes_block *b, struct slice text, size_t at)
{
    uint64_t letters = b->in[LETTERS], words = beginnings(w, b);
    uint64_t phrases = (letters & ~(letters << 1 | w->is_inner)) | b->in[OPENERS] | b->in[LEADS];
    w->is_inner = letters >> 63;
    for (uint64_t both = words | phrases; both != 0; both &= both - 1) {
        unsigned bit = (unsigned)__builtin_ctzll(both);
        uint64_t head = head_at(text, at + bit);
        if ((words >> bit & 1) != 0)
            hint_word(w, b, at + bit, head);
        w->starts[w->start_count] = (uint16_t)(at + bit);
        w->start_count += attack_words_may_begin(head) & phrases >> bit;
    }
}

/* The stretch that begins at `from`. */
static void walk_stretch(struct walk *w, size_t from)
{
    struct bytes_block block[STRETCH_BLOCKS + 2];
    struct slice text = slice_from(w->text, from);
    struct slice seen = slice_cut(text, 0, STRETCH + BYTES_BLOCK);
    bytes_classify(seen, &sights, block);
    block[(seen.len + BYTES_BLOCK - 1) / BYTES_BLOCK] = (struct bytes_block){0};
    w->hint_count = w->start_count = w->number = 0;
    for (size_t at = 0; at < STRETCH && at < seen.len; at += BYTES_BLOCK)
        hint_block(w, &block[at / BYTES_BLOCK], text, at);
    for (size_t i = 0; i < w->hint_count; i++)
        take_word(w, &w->hints[i], from);
    for (size_t i = 0; i < w->start_count; i++)
        take_phrases(w, from + w->starts[i]);
    w->before += w->number;
}

struct attack attack_score(struct slice text, bool decoded)
{
    struct walk w = {.text = text};
    struct attack a = {0};
    unsigned miss = 1000;
    for (unsigned i = 0; i < ATTACK_KINDS; i++)
        w.miss[i] = 1000;
    for (size_t from = 0; from < text.len; from += STRETCH)
        walk_stretch(&w, from);
    for (unsigned i = 0; i < ATTACK_KINDS; i++) {
        miss = miss * w.miss[i] / 1000;
        if (w.miss[i] <= 600)
            a.kinds |= 1U << i;
    }
    unsigned score = 1000 - miss;
    if (w.about * 40 > w.before && w.about >= 2)
        score = score * 55 / 100; /* it talks about attacks */
    if (decoded && score >= 400) {
        a.kinds |= 1U << ATTACK_ENCODED;
        score += (1000 - score) / 2;
    }
    a.score = (uint16_t)score;
    if (score < 400)
        a.kinds = 0;
    return a;
}

struct attack attack_join(struct attack a, struct attack b)
{
    return (struct attack){.score = a.score > b.score ? a.score : b.score,
                           .kinds = a.kinds | b.kinds};
}
