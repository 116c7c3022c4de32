/* redact/spelled.c - see spelled.h. Refuses to know what the numbers are. */
#include "proxy/base/base.h"
#include "redact/spelled.h"
#include <ctype.h>

/* clang-format off */
/* Sorted; languages: 1 English, 2 German, 4 French, 8 Spanish, 16 Italian, 32 Portuguese, 64 Dutch. */
static const struct { char word[SPELLED_WORD + 1]; uint8_t digit, languages; } digits[] = {
    {"acht", 8, 0x42}, {"cero", 0, 0x08}, {"cinco", 5, 0x28}, {"cinq", 5, 0x04}, {"cinque", 5, 0x10},
    {"cuatro", 4, 0x08}, {"deux", 2, 0x04}, {"dois", 2, 0x20}, {"dos", 2, 0x08}, {"drei", 3, 0x02},
    {"drie", 3, 0x40}, {"due", 2, 0x10}, {"een", 1, 0x40}, {"eight", 8, 0x01}, {"eins", 1, 0x02}, {"five", 5, 0x01},
    {"four", 4, 0x01}, {"fuenf", 5, 0x02}, {"f\xc3\xbc" "nf", 5, 0x02}, {"huit", 8, 0x04}, {"negen", 9, 0x40},
    {"neuf", 9, 0x04}, {"neun", 9, 0x02}, {"nine", 9, 0x01}, {"nought", 0, 0x01}, {"nove", 9, 0x30},
    {"nueve", 9, 0x08}, {"nul", 0, 0x40}, {"null", 0, 0x02}, {"ocho", 8, 0x08}, {"oh", 0, 0x01}, {"oito", 8, 0x20},
    {"one", 1, 0x01}, {"otto", 8, 0x10}, {"quatre", 4, 0x04}, {"quatro", 4, 0x20}, {"quattro", 4, 0x10},
    {"sechs", 6, 0x02}, {"sei", 6, 0x10}, {"seis", 6, 0x28}, {"sept", 7, 0x04}, {"sete", 7, 0x20},
    {"sette", 7, 0x10}, {"seven", 7, 0x01}, {"sieben", 7, 0x02}, {"siete", 7, 0x08}, {"six", 6, 0x05},
    {"three", 3, 0x01}, {"tre", 3, 0x10}, {"tres", 3, 0x28}, {"trois", 3, 0x04}, {"tr\xc3\xaa" "s", 3, 0x20},
    {"twee", 2, 0x40}, {"two", 2, 0x01}, {"um", 1, 0x20}, {"un", 1, 0x04}, {"uno", 1, 0x18}, {"vier", 4, 0x42},
    {"vijf", 5, 0x40}, {"zero", 0, 0x35}, {"zes", 6, 0x40}, {"zeven", 7, 0x40}, {"zwei", 2, 0x02}, {"zwo", 2, 0x02},
    {"z\xc3\xa9" "ro", 0, 0x04},
};
/* By a hash of three bytes: some word (with what may stand behind a short one) begins so. */
static const uint64_t begins[32] = {
    0x0040080008000400, 0x0000900000000000, 0x0000000000004001, 0x0000002000120000, 0x0000000401000200,
    0x0000000001000100, 0x0000000004400000, 0x0008000000080000, 0x0000200004000000, 0x0010068000000000,
    0x0000000000040000, 0x0000000040001400, 0x1000000000000100, 0x0000000008000002, 0x0040000002000000,
    0x0201122000840000, 0x1000802800040000, 0x0000000000404000, 0x0000000000000000, 0x0000000000000080,
    0x0802000000000000, 0x0000020000000000, 0x0000400000000400, 0x0000000000000000, 0x0000010000000000,
    0x0000000080000000, 0x00a0010000000000, 0x1040000000000010, 0x0000020000100800, 0x0000020000000800,
    0x00000000c0000000, 0x0000000000000000,
};
/* clang-format on */

/* How long the words are that begin with a letter: bit n: n bytes. */
static const uint8_t lengths[26] = {
    ['a' - 'a'] = 0x10, ['c' - 'a'] = 0x70, ['d' - 'a'] = 0x18, ['e' - 'a'] = 0x38,
    ['f' - 'a'] = 0x30, ['h' - 'a'] = 0x10, ['n' - 'a'] = 0x78, ['o' - 'a'] = 0x1C,
    ['q' - 'a'] = 0xC0, ['s' - 'a'] = 0x78, ['t' - 'a'] = 0x38, ['u' - 'a'] = 0x0C,
    ['v' - 'a'] = 0x10, ['z' - 'a'] = 0x38,
};

static bool is_letter(char c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c & 0x80) != 0;
}

static bool is_between(char c)
{
    return c == ' ' || c == ',' || c == '-' || c == '.' || c == '_' || c == '/' || c == '\n';
}

/* Small letters, those of Latin-1 in two bytes too. */
static char small_at(struct slice s, size_t i)
{
    unsigned char c = (unsigned char)s.at[i];
    bool is_second = i > 0 && (unsigned char)s.at[i - 1] == 0xC3 && c >= 0x80 && c < 0x9F;
    return (char)(is_second ? c | 0x20 : c < 0x80 ? tolower(c) : c);
}

/* Eight bytes as a number; as with bytes, the first one that differs decides which is more. */
static uint64_t number_of(const char eight[8])
{
    uint64_t n;
    memcpy(&n, eight, sizeof n);
    return __builtin_bswap64(n);
}

static inline bool is_begin(uint32_t three)
{
    three = (three & 0xFFFFFF) | 0x202020;
    uint32_t hash = three * 0x9E3779B1u >> 21;
    return (begins[hash / 64] >> hash % 64 & 1) != 0;
}

/* By its first three bytes, in any case. */
static inline bool may_begin(struct slice s, size_t at)
{
    if (at + 3 > s.len)
        return false;
    uint32_t three = 0;
    if (at + sizeof three <= s.len)
        memcpy(&three, s.at + at, sizeof three);
    else
        memcpy(&three, s.at + at, 3);
    return is_begin(three);
}

bool spelled_digit(struct slice s, unsigned *digit, unsigned *languages)
{
    char small[8] = {0};
    size_t low = 0, high = GW_COUNT(digits);
    unsigned first = s.len == 0 ? 26 : ((unsigned char)s.at[0] | 0x20u) - 'a';
    if (s.len > SPELLED_WORD || first >= 26 || (lengths[first] >> s.len & 1) == 0)
        return false;
    for (size_t i = 0; i < s.len; i++)
        small[i] = small_at(s, i);
    uint64_t wanted = number_of(small);
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        uint64_t here = number_of(digits[mid].word);
        if (here == wanted) {
            *digit = digits[mid].digit;
            *languages = digits[mid].languages;
            return s.len > 0 && small[s.len - 1] != '\0';
        }
        if (here < wanted)
            low = mid + 1;
        else
            high = mid;
    }
    return false;
}

size_t spelled_word(struct slice s, size_t at)
{
    size_t n = 0;
    while (at + n < s.len && n <= SPELLED_WORD && is_letter(s.at[at + n]))
        n++;
    return n;
}

size_t spelled_between(struct slice s, size_t at)
{
    size_t n = 0;
    while (at + n < s.len && n <= SPELLED_BETWEEN && is_between(s.at[at + n]))
        n++;
    return n <= SPELLED_BETWEEN && at + n < s.len && is_letter(s.at[at + n]) ? n : 0;
}

enum { COUNT_MOST = 12 };

/* The first word of a row begins no word when letters or digits are glued to it, with signs or
 * without. */
static bool is_inside(struct slice s, size_t at, size_t words)
{
    if (words > 0 || at == 0)
        return false;
    while (at > 0 && s.at[at - 1] != '\0' && strchr("+-/_", s.at[at - 1]) != NULL)
        at--;
    return at > 0 && (is_letter(s.at[at - 1]) || isdigit((unsigned char)s.at[at - 1]) != 0);
}

/* How often a digit was one more, or one less, than the one before it. */
struct count {
    unsigned last, up, down;
};

size_t spelled_row(struct slice s, size_t at, size_t *end)
{
    unsigned digit = 0, own = 0, all = 0xFF;
    struct count c = {0};
    size_t n = 0;
    if (!may_begin(s, at)) /* most words */
        return 0;
    while (at < s.len && !is_inside(s, at, n)) {
        size_t len = spelled_word(s, at);
        bool is_cut = at + len < s.len && isdigit((unsigned char)s.at[at + len]) != 0;
        if (is_cut || !spelled_digit(slice_cut(s, at, at + len), &digit, &own) || (all & own) == 0)
            break;
        all &= own;
        c.up += n > 0 && digit == (c.last + 1) % 10;
        c.down += n > 0 && (digit + 1) % 10 == c.last;
        c.last = digit;
        n++;
        *end = at + len;
        size_t between = spelled_between(s, *end);
        if (between == 0)
            break;
        at = *end + between;
    }
    bool is_count = n <= COUNT_MOST && (c.up + 1 == n || c.down + 1 == n);
    return n < SPELLED_LEAST || is_count ? 0 : n;
}

size_t spelled_back(struct slice s, size_t end)
{
    unsigned digit, languages;
    size_t start = end, words = 0;
    for (size_t at = end; at > 0 && words < SPELLED_BACK; words++) {
        size_t n = 0;
        while (at > 0 && n <= SPELLED_BETWEEN && is_between(s.at[at - 1]))
            at--, n++;
        size_t to = at;
        while (at > 0 && to - at <= SPELLED_WORD && is_letter(s.at[at - 1]))
            at--;
        if (n > SPELLED_BETWEEN || (n == 0 && to != end) ||
            !spelled_digit(slice_cut(s, at, to), &digit, &languages))
            break;
        start = at;
    }
    return start;
}

size_t spelled_start(struct slice s, size_t at, size_t from, size_t *end)
{
    unsigned digit, languages;
    size_t to = at + spelled_word(s, at);
    if (!spelled_digit(slice_cut(s, at, to), &digit, &languages))
        return SIZE_MAX;
    for (size_t start = spelled_back(s, to); start <= at;) {
        size_t row, stop = start + spelled_word(s, start);
        if (start >= from && spelled_row(s, start, &row) > 0) {
            *end = stop = row;
            if (row > at)
                return start;
        }
        size_t between = spelled_between(s, stop);
        if (between == 0)
            break;
        start = stop + between;
    }
    return SIZE_MAX;
}

bool spelled_may_begin(struct slice s, size_t at)
{
    return may_begin(s, at);
}

/* No sixteen is guessed to have one. */
bool spelled_any_may_begin(const char *at, uint64_t places)
{
    unsigned any = 0;
#pragma GCC unroll 4
    for (unsigned k = 0; k < 64; k += 16) {
        uint32_t sixteen = places >> k & 0xFFFF, three;
        memcpy(&three, at + k + (unsigned)__builtin_ctz(sixteen | 1u << 16), sizeof three);
        any |= (unsigned)is_begin(three) & (unsigned)(sixteen != 0);
    }
    return any != 0;
}
