/* redact/letters.c - see letters.h. Most characters are passed by one look at `marked`; a search
 * is made for the few sixteens of code points that hold something.
 *
 * Constant tables; owns nothing. */
#include "proxy/base/base.h"
#include "redact/letters.h"
#include "proxy/base/utf8.h"

/* clang-format off */
/* Sorted. `first` stands for `from`; those behind count on, in rounds of `wrap` when that is not 0
 * (1: all alike). The rounds of 52 are capitals, then small letters. `first` 0: nothing is seen. */
static const struct { uint32_t from, to; char first; uint8_t wrap; } drawings[] = {
    {0x00A0, 0x00A0, ' ', 0}, {0x00AD, 0x00AD, 0, 0}, {0x00B2, 0x00B3, '2', 0}, {0x00B9, 0x00B9, '1', 0},
    {0x0300, 0x036F, 0, 0}, {0x061C, 0x061C, 0, 0}, {0x0660, 0x0669, '0', 0}, {0x06F0, 0x06F9, '0', 0},
    {0x0966, 0x096F, '0', 0}, {0x09E6, 0x09EF, '0', 0}, {0x0E50, 0x0E59, '0', 0}, {0x115F, 0x1160, 0, 0},
    {0x17B4, 0x17B5, 0, 0}, {0x180B, 0x180F, 0, 0}, {0x2000, 0x200A, ' ', 1}, {0x200B, 0x200F, 0, 0},
    {0x2010, 0x2015, '-', 1}, {0x2018, 0x201B, '\'', 1}, {0x201C, 0x201F, '"', 1}, {0x2024, 0x2024, '.', 0},
    {0x202A, 0x202E, 0, 0}, {0x202F, 0x202F, ' ', 0}, {0x2044, 0x2044, '/', 0}, {0x205F, 0x205F, ' ', 0},
    {0x2060, 0x206F, 0, 0}, {0x2070, 0x2070, '0', 0}, {0x2074, 0x2079, '4', 0}, {0x2080, 0x2089, '0', 0},
    {0x20D0, 0x20F0, 0, 0}, {0x2212, 0x2212, '-', 0}, {0x2215, 0x2215, '/', 0}, {0x2460, 0x2468, '1', 0},
    {0x24B6, 0x24CF, 'A', 0}, {0x24D0, 0x24E9, 'a', 0}, {0x3000, 0x3000, ' ', 0}, {0x3002, 0x3002, '.', 0},
    {0x3164, 0x3164, 0, 0}, {0xFE00, 0xFE0F, 0, 0}, {0xFE20, 0xFE2F, 0, 0}, {0xFE52, 0xFE52, '.', 0},
    {0xFE58, 0xFE58, '-', 0}, {0xFE63, 0xFE63, '-', 0}, {0xFE6B, 0xFE6B, '@', 0}, {0xFEFF, 0xFEFF, 0, 0},
    {0xFF01, 0xFF5E, '!', 0}, {0xFF61, 0xFF61, '.', 0}, {0xFFA0, 0xFFA0, 0, 0}, {0xFFF9, 0xFFFB, 0, 0},
    {0x1D400, 0x1D6A3, 'A', 52}, {0x1D7CE, 0x1D7FF, '0', 10}, {0x1F130, 0x1F149, 'A', 0},
    {0x1F150, 0x1F169, 'A', 0}, {0x1F170, 0x1F189, 'A', 0}, {0x1F1E6, 0x1F1FF, 'A', 0}, {0xE0000, 0xE01EF, 0, 0},
};
/* Bit k of a page: something of drawings[] lies in its k-th sixteen of code points. */
static const uint16_t marked[256] = {
    [0x00] = 0x0C00, [0x03] = 0x007F, [0x06] = 0x8042, [0x09] = 0x4040, [0x0E] = 0x0020, [0x11] = 0x0060,
    [0x17] = 0x0800, [0x18] = 0x0001, [0x20] = 0xE1F7, [0x22] = 0x0002, [0x24] = 0x7840, [0x30] = 0x0001,
    [0x31] = 0x0040, [0xFE] = 0x8065, [0xFF] = 0x847F,
};
enum { LIKENESSES = 0x0588, SMALL_CAPITAL_O = 0x1D0F };
static const char likenesses[LIKENESSES] = {
    [0x0131] = 'i', [0x0251] = 'a', [0x0261] = 'g', [0x026A] = 'i', [0x0274] = 'n', [0x0391] = 'A',
    [0x0392] = 'B', [0x0395] = 'E', [0x0396] = 'Z', [0x0397] = 'H', [0x0399] = 'I', [0x039A] = 'K',
    [0x039C] = 'M', [0x039D] = 'N', [0x039F] = 'O', [0x03A1] = 'P', [0x03A4] = 'T', [0x03A5] = 'Y',
    [0x03A7] = 'X', [0x03B1] = 'a', [0x03B5] = 'e', [0x03B9] = 'i', [0x03BA] = 'k', [0x03BD] = 'v',
    [0x03BF] = 'o', [0x03C1] = 'p', [0x03C4] = 't', [0x03C5] = 'u', [0x03C7] = 'x', [0x0410] = 'A',
    [0x0412] = 'B', [0x0415] = 'E', [0x0417] = '3', [0x041A] = 'K', [0x041C] = 'M', [0x041D] = 'H',
    [0x041E] = 'O', [0x0420] = 'P', [0x0421] = 'C', [0x0422] = 'T', [0x0425] = 'X', [0x0430] = 'a',
    [0x0435] = 'e', [0x043A] = 'k', [0x043E] = 'o', [0x0440] = 'p', [0x0441] = 'c', [0x0443] = 'y',
    [0x0445] = 'x', [0x0455] = 's', [0x0456] = 'i', [0x0458] = 'j', [0x04BB] = 'h', [0x0501] = 'd',
    [0x051B] = 'q', [0x051D] = 'w', [0x0578] = 'n', [0x057D] = 'u', [0x0585] = 'o',
};
/* clang-format on */

static bool is_marked(uint32_t point)
{
    if (point < 0x10000)
        return (marked[point >> 8] >> (point >> 4 & 15) & 1) != 0;
    return (point >= 0x1D400 && point <= 0x1F1FF) || point >= 0xE0000;
}

char letters_plain(uint32_t point)
{
    size_t low = 0;
    if (!is_marked(point))
        return LETTERS_NONE;
    /* as many steps for any point, and none of them guessed */
    for (size_t n = GW_COUNT(drawings), half; n > 1; n -= half) {
        half = n / 2;
        low += half & -(size_t)(drawings[low + half - 1].to < point);
    }
    if (drawings[low].from > point || drawings[low].to < point)
        return LETTERS_NONE;
    if (drawings[low].first == 0)
        return LETTERS_DROP;
    uint32_t k = point - drawings[low].from;
    k = drawings[low].wrap != 0 ? k % drawings[low].wrap : k;
    if (drawings[low].wrap == 52 && k >= 26)
        return (char)('a' + (int)k - 26);
    return (char)(drawings[low].first + (int)k);
}

char letters_alike(uint32_t point)
{
    if (point < LIKENESSES)
        return likenesses[point];
    return point == SMALL_CAPITAL_O ? 'o' : LETTERS_NONE;
}

/* Two and three bytes, not looked at more closely than it takes to find the character: a form that
 * is malformed in another way stands for itself, byte by byte. */
static size_t read_short(const unsigned char *p, size_t left, uint32_t *point)
{
    if (p[0] < 0xE0 && left >= 2 && utf8_is_tail((char)p[1])) {
        *point = (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
        return 2;
    }
    if (p[0] >= 0xE0 && left >= 3 && utf8_is_tail((char)p[1]) && utf8_is_tail((char)p[2])) {
        *point = (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
        return 3;
    }
    return 0;
}

/* A bit for each lead byte from 0xC0 on: none of the characters that it begins is in drawings[],
 * and (alike_leads) none has a likeness. Of most texts of other scripts these are most. */
static const uint64_t plain_leads = 0x7FF0F4FFCFF8u, alike_leads = 0x7FF0F4880DE8u;

/* The bytes of a character with such a lead, whole; 0: one has to look at what it is. */
static size_t plain_len(const unsigned char *p, size_t left, uint64_t leads)
{
    if (p[0] < 0xC0 || (leads >> (p[0] - 0xC0) & 1) == 0)
        return 0;
    size_t n = p[0] < 0xE0 ? 2 : 3;
    return left >= n && utf8_is_tail((char)p[1]) && utf8_is_tail((char)p[n - 1]) ? n : 0;
}

size_t letters_skip(struct slice s, bool alike)
{
    const unsigned char *p = (const unsigned char *)s.at;
    uint64_t leads = alike ? alike_leads : plain_leads;
    size_t i = 0;
    while (i < s.len) {
        uint32_t point = 0;
        size_t n = plain_len(p + i, s.len - i, leads);
        if (n > 0) {
            i += n;
            continue;
        }
        if (p[i] >= 0xF0)
            n = utf8_read(slice_of(p + i, s.len - i), &point);
        else if (p[i] >= 0xC2)
            n = read_short(p + i, s.len - i, &point);
        if (n == 0)
            i++;
        else if (is_marked(point) || (alike && letters_alike(point) != LETTERS_NONE))
            return i;
        else
            i += n;
    }
    return i;
}
