/* redact/wide_chinese.c - see wide.h. Chinese: surnames are few and stand first. */
#include "proxy/base/base.h"
#include "redact/wide.h"

enum { MOST_LEFT = 24, MOST_RIGHT = 24 };

/* The surnames of most people, one character each, and the ones of two. */
static const char singles[] = "王李张張刘劉陈陳杨楊黄黃赵趙周吴吳徐孙孫朱马馬胡郭林何高梁郑鄭罗羅宋"
                              "谢謝唐韩韓曹许許邓鄧萧蕭冯馮曾程蔡彭潘袁"
                              "于董余苏蘇叶葉吕呂魏蒋蔣田杜丁沈姜范江傅钟鍾卢盧汪戴崔任陆陸廖姚方金"
                              "邱夏谭譚韦韋贾賈邹鄒石熊孟秦阎閻薛侯雷"
                              "白龙龍段郝孔邵史毛常万萬顾顧赖賴武康贺賀严嚴尹钱錢施牛洪龚龔汤湯陶黎"
                              "温溫莫易樊乔喬文安殷颜顏庄莊章鲁魯倪庞"
                              "龐邢俞翟蓝藍聂聶齐齊向申葛岳";
static const char doubles[] =
    "欧阳|歐陽|上官|司马|司馬|诸葛|諸葛|司徒|夏侯|皇甫|尉迟|东方|慕容|令狐|宇文";
/* What goes on behind a name without a mark. */
static const char behind[] =
    "的是在和与及先女电身性年出联说想要有来您你住男，、老同小您到给向对负也就都会于让把被将";
/* Words that begin as one does. */
static const char not_names[] = "谢谢|高级|高中|高校|高端|黄金|金融|金额|方法|方便|方案|万一|时候|"
                                "马上|马路|常用|常见|安全|安装|安排|文件|文档|文章|易于|任何|任务|"
                                "成功|成员|石油|白色|白天|平台|江苏|江西|温度|康复|程序|程度|钱包|"
                                "严格|严重|汤圆|齐全|于是|段落|古代|余额|何时|何处|毛病|施工|向上";
/* What stands in front of one. */
static const char before[] =
    "的是和与给请让由找叫向对跟被把为于在到问见约户员师生工系，。：、“（！？；";

size_t wide_chinese_surname(struct slice text, size_t at)
{
    size_t two = wide_any(text, at, doubles);
    return two > 0 ? two : wide_is_of(text, at, singles) ? WIDE : 0;
}

size_t wide_chinese(struct slice text, size_t at)
{
    size_t surname = wide_chinese_surname(text, at), run = wide_run(text, at, false);
    size_t first = surname / WIDE, n;
    if (surname == 0 || run < first + 1 || wide_any(text, at, not_names) > 0 ||
        wide_at(text, at + run * WIDE) == WIDE_KANA)
        return 0;
    for (n = first + 1; n < run && n < first + 2; n++)
        if (wide_is_of(text, at + n * WIDE, behind))
            break;
    return n * WIDE;
}

/* 先生, 女士 at `at`: the name in front of it. */
static void take_titled(struct claims *c, size_t i, size_t at, bool role)
{
    struct slice text = c->text;
    size_t most = role ? 1 : 4;
    for (size_t n = most; n >= 1; n--) {
        size_t start = at - n * WIDE;
        if (at < n * WIDE || wide_run(text, start, false) < n)
            continue;
        size_t surname = wide_chinese_surname(text, start), first = surname / WIDE;
        if (surname == 0 || n < first || n > first + 2 || wide_any(text, start, not_names) > 0)
            continue;
        if (wide_before(text, start) != WIDE_NONE && !wide_is_of(text, start - WIDE, before))
            continue;
        wide_claim(c, i, start, at, NAME_PERSON, CLAIM_GOOD);
        return;
    }
}

/* 我叫, 名字是: the name behind it. */
static void take_named(struct claims *c, size_t i, size_t at)
{
    while (wide_has(c->text, at, " ") || wide_has(c->text, at, "：") || wide_has(c->text, at, ":"))
        at += wide_has(c->text, at, "：") ? WIDE : 1;
    size_t len = wide_chinese(c->text, at);
    if (len > 0)
        wide_claim(c, i, at, at + len, NAME_PERSON, CLAIM_SURE);
}

/* 我是: a name only when it ends the clause, and as no trade or role does. */
static void take_caller(struct claims *c, size_t i, size_t at)
{
    size_t len = wide_chinese(c->text, at);
    if (len == 0 || len > (size_t)3 * WIDE || wide_before(c->text, at + len + WIDE) == WIDE_HAN ||
        wide_is_of(c->text, at + len - WIDE,
                   "员師师生人者家工长長的户客商民友士兵手官匠星迷粉方家"))
        return;
    wide_claim(c, i, at, at + len, NAME_PERSON, CLAIM_GOOD);
}

static bool is_digit(struct slice text, size_t at)
{
    return at < text.len && text.at[at] >= '0' && text.at[at] <= '9';
}

/* Where the part in front of the street begins. */
static size_t left_of(struct slice text, size_t at)
{
    size_t n = 0;
    while (n < MOST_LEFT && wide_before(text, at) == WIDE_HAN &&
           !wide_is_of(text, at - WIDE, "在到于是为住寄送址往至从我请的，：及和与们您你"))
        at -= WIDE, n++;
    return at;
}

/* Where houses, floors and rooms end. */
static size_t right_of(struct slice text, size_t at)
{
    static const char parts[] = "号號栋幢座楼樓层層室房院之单元弄";
    size_t end = at, n = 0;
    while (n++ < MOST_RIGHT && at < text.len) {
        if (wide_is_of(text, at, parts)) {
            at += WIDE;
            end = at;
        } else if (is_digit(text, at) || (text.at[at] >= 'A' && text.at[at] <= 'Z') ||
                   text.at[at] == '-') {
            at++;
        } else {
            break;
        }
    }
    return end;
}

/* A street and its number: 路 at `at`, digits and 号 behind it. */
static void take_street(struct claims *c, size_t i, size_t at)
{
    struct slice text = c->text;
    size_t digits = at + WIDE, to = digits;
    while (is_digit(text, to))
        to++;
    if (to == digits || to > digits + 5 || !wide_is_of(text, to, "号號弄"))
        return;
    size_t from = left_of(text, at), end = right_of(text, to);
    bool town = false;
    if (at - from < WIDE)
        return;
    for (size_t k = from; k < at; k += WIDE)
        town |= wide_is_of(text, k, "省市区區县縣镇鎮");
    wide_claim(c, i, from, end, NAME_ADDRESS, town ? CLAIM_SURE : CLAIM_GOOD);
}

void wide_chinese_claims(struct claims *c, size_t i, size_t at)
{
    struct slice text = c->text;
    size_t len;
    if (wide_is_of(text, at, "路街道巷村园里段"))
        take_street(c, i, at);
    if (wide_is_of(text, at, "我名本") &&
        (len = wide_any(text, at, "我叫|我的名字是|我的名字叫|名字叫|名叫|本人姓名|我姓名是")) > 0)
        take_named(c, i, at + len);
    if (wide_any(text, at, "我是|这里是") > 0)
        take_caller(c, i, at + wide_any(text, at, "我是|这里是"));
    if (wide_is_of(text, at, "先女小太") && wide_any(text, at, "先生|女士|小姐|太太") > 0)
        take_titled(c, i, at, false);
    if (wide_is_of(text, at, "经老医主律教總总") &&
        wide_any(text, at, "经理|老师|医生|主任|律师|教授|总监") > 0)
        take_titled(c, i, at, true);
}
