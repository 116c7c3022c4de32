/* redact/claim_wide.c - see claim.h: Chinese, Japanese and Korean, each by its own file, and values
 * behind labels. */
#include "proxy/base/base.h"
#include "redact/claim.h"
#include "redact/wide.h"

enum { LEAST_ADDRESS = 4, MOST_ADDRESS = 60, MOST_NAME = 6 };

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
