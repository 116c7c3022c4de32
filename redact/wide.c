/* redact/wide.c - see wide.h. What the three languages share, and values behind labels. */
#include "proxy/base/base.h"
#include "redact/wide.h"

enum { LEAST_ADDRESS = 4, MOST_ADDRESS = 60, MOST_NAME = 6 };

enum wide_script wide_at(struct slice text, size_t at)
{
    if (at + WIDE > text.len)
        return WIDE_NONE;
    const unsigned char *p = (const unsigned char *)text.at + at;
    if (p[0] < 0xE3 || p[0] > 0xED || (p[1] & 0xC0) != 0x80)
        return WIDE_NONE;
    uint32_t point = (p[0] & 0xFu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    if ((point >= 0x3400 && point <= 0x9FFF) || point == 0x3005)
        return WIDE_HAN;
    if (point >= 0x3041 && point <= 0x30FE && point != 0x30FB)
        return WIDE_KANA;
    return point >= 0xAC00 && point <= 0xD7A3 ? WIDE_HANGUL : WIDE_NONE;
}

enum wide_script wide_before(struct slice text, size_t at)
{
    return at >= WIDE ? wide_at(text, at - WIDE) : WIDE_NONE;
}

size_t wide_run(struct slice text, size_t at, bool kana)
{
    enum wide_script first = wide_at(text, at), script;
    size_t n = 0;
    while (n < 64 && (script = wide_at(text, at + n * WIDE)) != WIDE_NONE &&
           (script == first || (kana && script != WIDE_HANGUL)))
        n++;
    return n;
}

bool wide_is_of(struct slice text, size_t at, const char *all)
{
    if (at + WIDE > text.len)
        return false;
    for (; *all != '\0'; all += WIDE)
        if (memcmp(text.at + at, all, WIDE) == 0)
            return true;
    return false;
}

bool wide_has(struct slice text, size_t at, const char *what)
{
    return at < text.len && slice_has_prefix(slice_from(text, at), slice_str(what));
}

size_t wide_any(struct slice text, size_t at, const char *all)
{
    struct slice rest = slice_str(all), here = slice_from(text, at < text.len ? at : text.len);
    size_t most = 0;
    while (rest.len > 0) {
        size_t len = slice_find_byte(rest, '|');
        struct slice one = slice_cut(rest, 0, len);
        if (one.len > most && slice_has_prefix(here, one))
            most = one.len;
        rest = slice_from(rest, len < rest.len ? len + 1 : rest.len);
    }
    return most;
}

void wide_claim(struct claims *c, size_t i, size_t start, size_t end, uint8_t kind, uint16_t score)
{
    while (i > 0 && c->words[i].start > start)
        i--;
    while (i + 1 < c->count && c->words[i].end <= start)
        i++;
    claim_bytes(c, i, start, end, kind, score);
}

/* What stands in forms instead of a value, and words that only look like a name. */
static bool is_filler(struct slice text, size_t at)
{
    return wide_any(text, at,
                    "必填|必須|必需|任意|未知|匿名|请|請|不明|未定|未入力|入力|同上|本人|無し|なし|"
                    "例|测试|示例|選択|选填|暂无|无|"
                    "필수|선택|없음|미정|입력|익명|알수|홍보|不能|可以|可选|不要|変更|登録|设置|"
                    "設定|管理|客服|客户|用户|様|以上|以下") > 0;
}

static void person_value(struct claims *c, size_t i, uint16_t cue)
{
    size_t at = c->words[i].start, len = 0;
    if (is_filler(c->text, at))
        return;
    enum wide_script script = wide_at(c->text, at);
    if (script == WIDE_HANGUL) {
        len = wide_korean(c->text, at);
    } else {
        size_t chinese = wide_chinese(c->text, at), japanese = wide_japanese(c->text, at);
        len = japanese > chinese ? japanese : chinese;
        size_t run = wide_run(c->text, at, true), han = wide_run(c->text, at, false);
        bool is_whole = (cue & CUE_PART) != 0 && run >= 2 && run <= MOST_NAME - 1;
        if (len == 0 && is_whole && (han == run || script == WIDE_KANA))
            len = run * WIDE;
    }
    if (len > 0)
        wide_claim(c, i, at, at + len, NAME_PERSON, CLAIM_SURE);
}

static bool is_address_ascii(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           (c != '\0' && strchr(" -,()#", c) != NULL);
}

/* Bytes of a character that an address may hold; 0: it is none. */
static size_t address_step(struct slice text, size_t at)
{
    unsigned char b = (unsigned char)text.at[at];
    if (b < 0x80)
        return is_address_ascii(text.at[at]) ? 1 : 0;
    bool digit = b == 0xEF && at + WIDE <= text.len && (unsigned char)text.at[at + 1] == 0xBC &&
                 (unsigned char)text.at[at + 2] >= 0x90 && (unsigned char)text.at[at + 2] <= 0x99;
    return digit || wide_at(text, at) != WIDE_NONE ||
                   wide_any(text, at, "−|－|‐|ー|（|）|、|〒|〇") > 0
               ? WIDE
               : 0;
}

/* A label asks for the address that begins at words[i]: to where it stops to look like one. */
static void address_value(struct claims *c, size_t i)
{
    size_t at = c->words[i].start, start = at, n = 0, len, end = at;
    bool unit = false;
    if (is_filler(c->text, at))
        return;
    for (; at < c->text.len && n < MOST_ADDRESS && (len = address_step(c->text, at)) > 0; n++) {
        if (wide_any(
                c->text, at,
                "です|でござい|になり|입니다|이며|，|请|入力|입력|ください|に送|まで送|へ送|宛") >
            0)
            break;
        if (c->text.at[at] == ',' && n > 0 &&
            wide_any(c->text, at + 1, " 전화| 연락| TEL| 手机| 电话") > 0)
            break;
        unit |=
            wide_is_of(c->text, at, "省市区县縣區路街道号號村镇鎮都府県町丁番시도구동로길읍면군호");
        at += len;
        if (c->text.at[at - 1] != ' ' && c->text.at[at - 1] != ',' && c->text.at[at - 1] != '(')
            end = at;
    }
    if (unit && end - start >= (size_t)LEAST_ADDRESS * WIDE)
        wide_claim(c, i, start, end, NAME_ADDRESS, CLAIM_SURE);
}

static void run_value(struct claims *c, size_t i, uint8_t kind, size_t most)
{
    size_t at = c->words[i].start, n = wide_run(c->text, at, true), end = at + n * WIDE;
    if (n < 2 || n > most || is_filler(c->text, at))
        return;
    if (kind == NAME_ORG && end + 1 < c->text.len && c->text.at[end] == ' ' &&
        wide_at(c->text, end + 1) == WIDE_HANGUL)
        end += 1 + wide_run(c->text, end + 1, false) * WIDE;
    wide_claim(c, i, at, end, kind, CLAIM_GOOD);
}

void claims_wide_value(struct claims *c, size_t i, uint16_t cue)
{
    if ((cue & CUE_ADDRESS) != 0)
        address_value(c, i);
    else if ((cue & CUE_COMPANY) != 0)
        run_value(c, i, NAME_ORG, 20);
    else if ((cue & CUE_PLACE) != 0)
        run_value(c, i, NAME_PLACE, 8);
    else if ((cue & (CUE_PART | CUE_NAME | CUE_ROLE)) != 0)
        person_value(c, i, cue);
}

void claims_wide(struct claims *c, size_t i)
{
    const struct word *w = &c->words[i];
    enum wide_script script = wide_at(c->text, w->start);
    if (script == WIDE_HANGUL) {
        wide_korean_claims(c, i);
        return;
    }
    for (size_t at = w->start; at < w->end; at++) {
        script = wide_at(c->text, at);
        if (script == WIDE_NONE)
            continue;
        if (script == WIDE_HAN)
            wide_chinese_claims(c, i, at);
        wide_japanese_claims(c, i, at);
        at += WIDE - 1;
    }
}
