/* redact/wide_japanese.c - see wide.h. Japanese: surnames before さん and 様, addresses from the
 * prefecture on. */
#include "proxy/base/base.h"
#include "redact/wide.h"

enum { MOST_ADDRESS = 60, MOST_GIVEN = 3, MOST_SURNAME = 3 };

/* The surnames of most people. */
static const char surnames[] = "佐藤|鈴木|高橋|田中|伊藤|渡辺|渡邊|山本|中村|小林|加藤|吉田|山田|"
                               "佐々木|山口|松本|井上|木村|斎藤|斉藤|清水|山崎|阿部|池田|橋本|"
                               "山下|石川|中島|前田|藤田|小川|後藤|岡田|長谷川|村上|近藤|石井|坂本|"
                               "遠藤|青木|藤井|西村|福田|太田|三浦|岡本|松田|中川|中野|原田|"
                               "小野|田村|竹内|金子|和田|中山|石田|上田|森田|柴田|酒井|工藤|横山|"
                               "宮崎|宮本|内田|高木|安藤|谷口|大野|丸山|今井|高田|藤本|武田|"
                               "村田|上野|杉山|増田|小島|千葉|菅原|大塚|平野|久保|久保田|松井|岩崎|"
                               "桜井|木下|野口|松尾|野村|菊地|菊池|佐野|大西|杉本|新井|"
                               "浜田|古川|市川|水野|小松|島田|小山|山内|高野|西田|吉川|五十嵐|北村|"
                               "安田|荒木|中田|川口|平田|川崎|飯田|本田|松岡|河野|樋口|"
                               "大久保|田口|川上|永井|内藤|星野|黒田|岩田|望月|服部|堀田|尾崎|早川|"
                               "秋山|大島|関口|片山|石原|矢野|成田|三宅|西川|吉村|八木|"
                               "馬場|桑原|根本|熊谷|荒井|須藤|土屋|渡部|岩本|栗原|福島|白石|小池|"
                               "松下|浅野|吉岡|天野|奥村|宮田|福井|平井|小西";
/* Of one character: only where nothing stands in front. */
static const char short_surnames[] = "林森原東関岡辻堀南北西星菅谷";
static const char prefectures[] =
    "北海道|青森県|岩手県|宮城県|秋田県|山形県|福島県|茨城県|栃木県|群馬県|埼玉県|千葉県|東京都|"
    "神奈川県|新潟県|富山県|石川県|福井県|山梨県|"
    "長野県|岐阜県|静岡県|愛知県|三重県|滋賀県|京都府|大阪府|兵庫県|奈良県|和歌山県|鳥取県|島根県|"
    "岡山県|広島県|山口県|徳島県|香川県|"
    "愛媛県|高知県|福岡県|佐賀県|長崎県|熊本県|大分県|宮崎県|鹿児島県|沖縄県";

size_t wide_japanese_surname(struct slice text, size_t at)
{
    return wide_any(text, at, surnames);
}

/* A name that a label asks for. */
size_t wide_japanese(struct slice text, size_t at)
{
    size_t surname = wide_japanese_surname(text, at), end = at + surname, n;
    if (surname == 0)
        return 0;
    size_t blank = wide_has(text, end, " ") ? 1 : wide_has(text, end, "　") ? WIDE : 0;
    for (n = 0; n < MOST_GIVEN && wide_at(text, end + blank + n * WIDE) == WIDE_HAN; n++)
        if (wide_is_of(text, end + blank + n * WIDE, "様氏殿"))
            break;
    return n > 0 ? end + blank + n * WIDE - at : surname;
}

/* さん at `at`: a surname in front of it, with a given name or not. */
static void take_titled(struct claims *c, size_t i, size_t at)
{
    struct slice text = c->text;
    size_t to = at > 0 && text.at[at - 1] == ' ' ? at - 1 : at;
    for (size_t n = MOST_SURNAME + MOST_GIVEN; n >= 1; n--) {
        size_t start = to - n * WIDE;
        if (to < n * WIDE || wide_at(text, start) != WIDE_HAN)
            continue;
        size_t len = wide_japanese_surname(text, start), rest = to - start - len;
        bool is_short = n == 1 && wide_is_of(text, start, short_surnames) &&
                        wide_before(text, start) != WIDE_HAN;
        if ((len == 0 && !is_short) || len > to - start || rest > (size_t)MOST_GIVEN * WIDE ||
            wide_run(text, start, true) < n)
            continue;
        wide_claim(c, i, start, to, NAME_PERSON, CLAIM_GOOD);
        return;
    }
}

/* と申します at `at`, です behind 名前は: all Han characters in front. */
static void take_said(struct claims *c, size_t i, size_t at)
{
    size_t start = at, n = 0;
    while (wide_before(c->text, start) == WIDE_HAN)
        start -= WIDE, n++;
    bool opens = start == 0 || wide_before(c->text, start) != WIDE_HAN;
    if (n >= 2 && n <= 5 && opens)
        wide_claim(c, i, start, at, NAME_PERSON, CLAIM_SURE);
}

/* 名前は at `at`: a name when です or a known surname says so. */
static void take_named(struct claims *c, size_t i, size_t at)
{
    size_t han = wide_run(c->text, at, false), end = at + han * WIDE;
    if (wide_at(c->text, at) != WIDE_HAN || han < 2 || han > 5)
        return;
    if (wide_japanese_surname(c->text, at) > 0 ||
        (han >= 3 && wide_any(c->text, end, "です|と申|といい|だ") > 0 &&
         wide_any(c->text, at, "必須|不明|任意|未定|変更|同じ") == 0))
        wide_claim(c, i, at, end, NAME_PERSON, CLAIM_SURE);
}

static bool is_digit(struct slice text, size_t at, size_t *len)
{
    *len = 1;
    if (at < text.len && text.at[at] >= '0' && text.at[at] <= '9')
        return true;
    *len = WIDE;
    return at + WIDE <= text.len && memcmp(text.at + at, "\xEF\xBC", 2) == 0 &&
           (unsigned char)text.at[at + 2] >= 0x90 && (unsigned char)text.at[at + 2] <= 0x99;
}

/* What an address goes on with at `at`: so many bytes. *number: digits were read before or now,
 * *ends: it may end behind them. 0: it goes on with nothing. */
static size_t address_step(struct slice text, size_t at, bool *number, bool *ends)
{
    size_t len;
    *ends = is_digit(text, at, &len);
    *number |= *ends;
    if (*ends)
        return len;
    len = *number ? wide_any(text, at, "丁目|番地|番|号室|号|階|室") : 0;
    *ends = len > 0;
    if (len == 0)
        len = wide_any(text, at, "-|−|－|‐|ー| |の");
    if (len > 0 || wide_at(text, at) == WIDE_NONE)
        return len;
    return *number && wide_any(text, at, "に|です|で|を|へ|まで|は|が|と") > 0 ? 0 : WIDE;
}

/* 〒150-0002 and a blank in front of `at`, or not. */
static size_t postcode_before(struct slice text, size_t at)
{
    for (size_t len = 11; len <= 12; len++)
        if (at >= len && wide_has(text, at - len, "〒"))
            return len;
    return 0;
}

/* A prefecture of `len` bytes at `at`: towns, then numbers. */
static void take_address(struct claims *c, size_t i, size_t at, size_t len)
{
    size_t end = 0, step, n = 0, to = at + len;
    bool town = false, number = false, ends;
    while (to < c->text.len && n++ < MOST_ADDRESS && (end == 0 || to - end < (size_t)8 * WIDE) &&
           (step = address_step(c->text, to, &number, &ends)) > 0) {
        town |= step == WIDE && wide_is_of(c->text, to, "市区町村郡");
        to += step;
        end = ends ? to : end;
    }
    if (town && end > 0)
        wide_claim(c, i, at - postcode_before(c->text, at), end, NAME_ADDRESS, CLAIM_SURE);
}

void wide_japanese_claims(struct claims *c, size_t i, size_t at)
{
    struct slice text = c->text;
    size_t len;
    if (wide_is_of(text, at, "様さ氏殿くち先部課社") &&
        wide_any(text, at, "様|さん|さま|氏|殿|くん|ちゃん|先生|部長|課長|社長") > 0)
        take_titled(c, i, at);
    if (wide_is_of(text, at, "と") && wide_any(text, at, "と申します|と申す|といいます") > 0)
        take_said(c, i, at);
    if (wide_is_of(text, at, "名氏") && (len = wide_any(text, at, "名前は|氏名は|名は")) > 0)
        take_named(c, i, at + len);
    if (wide_is_of(
            text, at,
            "北青岩宮秋山福茨栃群埼千東神新富石長岐静愛三滋京大兵奈和鳥島岡広徳香高佐熊鹿沖") &&
        (len = wide_any(text, at, prefectures)) > 0)
        take_address(c, i, at, len);
}
