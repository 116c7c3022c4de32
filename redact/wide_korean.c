/* redact/wide_korean.c - see wide.h. Korean: a surname of one syllable and two more; addresses from
 * the province to the house. */
#include "proxy/base/base.h"
#include "redact/wide.h"

enum { MOST_PARTS = 5 };

static const char surnames[] = "김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽"
                               "성차주우구민진류나지엄채원천방공현함변염여추도석선설"
                               "마길연위표명기반왕금옥육인맹제모탁국어은편용예";
/* Words that look like such a name. */
static const char no_names[] =
    "한국인|이용자|신입생|전문가|연구원|변호사|공무원|주인공|방송인|고등학|선생님|고객님|여러분|"
    "이것은|우리는|하지만|그러나|이러한|"
    "사용자|관리자|담당자|신청자|구매자|판매자|전달자|개발자|기획자|주민등|전화번|이메일|주소는|"
    "이름은|성명은|문의하|안녕하|정말로|"
    "오늘은|내일은|지금은|여기는|유학생|초등학|중학생|대학생|전업주|한글로|영어로|기술자|기능사|"
    "조교수|원장님|주부입|선수입|여자친|남자친";
static const char regions[] =
    "서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|전북|전남|경북|경남|제주";

/* Three syllables with a surname; or two or four where the run ends. */
size_t wide_korean(struct slice text, size_t at)
{
    size_t run = wide_run(text, at, false);
    if (!wide_is_of(text, at, surnames) || wide_any(text, at, no_names) > 0)
        return 0;
    if (run == 1 && wide_has(text, at + WIDE, " ") && wide_run(text, at + WIDE + 1, false) == 2)
        return 3 * WIDE + 1;
    if (run == 3 ||
        (run > 3 &&
         wide_any(text, at + 3 * (size_t)WIDE,
                  "님|씨|입니다|이에요|예요|이라고|라고|이고|은|는|이|가|을|를|의|과|와|께|에게") >
             0))
        return 3 * WIDE;
    return run == 2 ? 2 * WIDE : 0;
}

static struct slice word_of(const struct claims *c, size_t i)
{
    return slice_cut(c->text, c->words[i].start, c->words[i].end);
}

static bool ends_as(struct slice word, const char *all)
{
    struct slice last = slice_cut(word, word.len >= WIDE ? word.len - WIDE : 0, word.len);
    return word.len > WIDE && wide_is_of(last, 0, all);
}

/* 님 and 씨: in the same word or as one of their own. */
static void take_titled(struct claims *c, size_t i)
{
    size_t at = c->words[i].start, len = wide_korean(c->text, at);
    if (len < (size_t)3 * WIDE)
        return;
    size_t to = at + len;
    bool apart = wide_has(c->text, to, " ") && wide_any(c->text, to + 1, "님|씨") > 0;
    if (apart || wide_any(c->text, to, "님|씨") > 0)
        wide_claim(c, i, at, to, NAME_PERSON, CLAIM_GOOD);
}

/* 저는 and the like: a name when the word behind it ends as a sentence does. */
static void take_named(struct claims *c, size_t i)
{
    struct slice word = word_of(c, i);
    bool me = slice_is(word, SLICE_LIT("저는")) || slice_is(word, SLICE_LIT("나는")) ||
              slice_has_suffix(word, SLICE_LIT("이름은")) ||
              slice_has_suffix(word, SLICE_LIT("성함은")) ||
              slice_is(word, SLICE_LIT("안녕하세요")) || slice_is(word, SLICE_LIT("안녕하십니까"));
    if (!me || i + 1 >= c->count || c->words[i + 1].gap != GAP_BLANK)
        return;
    size_t at = c->words[i + 1].start, len = wide_korean(c->text, at);
    if (len >= (size_t)3 * WIDE &&
        wide_any(c->text, at + len, "입니다|이에요|예요|이라고|라고|이고") > 0)
        wide_claim(c, i + 1, at, at + len, NAME_PERSON, CLAIM_SURE);
}

/* Behind the house's number: a flat of so many 동 and 호. */
static size_t flat_end(const struct claims *c, size_t i, size_t end)
{
    size_t at = i;
    while (at < c->count && at < i + 6) {
        const struct word *w = &c->words[at];
        if (claim_is_mark(c, at, ',') || claim_is_mark(c, at, '-')) {
            at++;
            continue;
        }
        if (!claim_is_number(w) && w->shape != SHAPE_CODE)
            break;
        size_t to = w->start;
        while (to < w->end && c->text.at[to] >= '0' && c->text.at[to] <= '9')
            to++;
        if (to == w->start)
            break;
        end = wide_is_of(c->text, to, "동호층") ? to + WIDE : to;
        at++;
    }
    return end;
}

/* A road with a number behind it: 테헤란로 152. */
static void take_address(struct claims *c, size_t i)
{
    size_t from = i, n = 0;
    if (!ends_as(word_of(c, i), "로길동리") || i + 1 >= c->count ||
        !claim_is_number(&c->words[i + 1]) || c->words[i + 1].gap != GAP_BLANK)
        return;
    while (from > 0 && n++ < MOST_PARTS && c->words[from].gap == GAP_BLANK &&
           claim_is_wide(c, from - 1) &&
           (ends_as(word_of(c, from - 1), "시도구군읍면동로") ||
            wide_any(c->text, c->words[from - 1].start, regions) ==
                c->words[from - 1].end - c->words[from - 1].start))
        from--;
    if (from == i)
        return;
    size_t end = flat_end(c, i + 1, c->words[i + 1].end);
    wide_claim(c, from, c->words[from].start, end, NAME_ADDRESS, CLAIM_SURE);
}

void wide_korean_claims(struct claims *c, size_t i)
{
    take_titled(c, i);
    take_named(c, i);
    take_address(c, i);
}
