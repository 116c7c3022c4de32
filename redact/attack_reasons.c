/* redact/attack_reasons.c - see attack_reasons.h. */
#include "proxy/base/base.h"
#include "redact/attack_reasons.h"
#include "redact/attack_signs.h"

/* A word of class `now`, one of class `near` at most near_by words before it, and, unless it is
 * AC_NONE, one of class `far` at most far_by words before it. */
struct rule {
    uint8_t now, near, near_by, far, far_by, reason;
};
/* clang-format off */
static const struct rule rules[] = {
    {AC_RULES, AC_OVERRIDE, 10, AC_NONE, 0, REASON_OVERRIDE},
    {AC_PRIOR, AC_OVERRIDE, 6, AC_NONE, 0, REASON_OVERRIDE},
    {AC_PROMPT, AC_OVERRIDE, 8, AC_NONE, 0, REASON_OVERRIDE},
    {AC_OVERRIDE, AC_RULES, 4, AC_NONE, 0, REASON_OVERRIDE},
    {AC_OVERRIDE, AC_PRIOR, 4, AC_NONE, 0, REASON_OVERRIDE},
    {AC_RULES, AC_MUST, 6, AC_NO, 8, REASON_OVERRIDE},
    {AC_RULES, AC_NEW, 2, AC_NONE, 0, REASON_OVERRIDE},
    {AC_FREE, AC_ACT, 20, AC_NONE, 0, REASON_ROLE_PLAY},
    {AC_FREE, AC_BE, 12, AC_YOU, 16, REASON_ROLE_PLAY},
    {AC_LIMITS, AC_NO, 5, AC_NONE, 0, REASON_ROLE_PLAY},
    {AC_NO, AC_LIMITS, 4, AC_NONE, 0, REASON_ROLE_PLAY},
    {AC_REFUSE, AC_NO, 4, AC_NONE, 0, REASON_ROLE_PLAY},
    {AC_AI, AC_LONGER, 5, AC_NONE, 0, REASON_ROLE_PLAY},
    {AC_NOW, AC_CAN, 4, AC_NONE, 0, REASON_ROLE_PLAY},
    {AC_ROLE, AC_ACT, 4, AC_NONE, 0, REASON_ROLE_PLAY},
    {AC_ROLE, AC_DEVELOPER, 3, AC_NONE, 0, REASON_DEVELOPER},
    {AC_DEVELOPER, AC_I, 5, AC_NONE, 0, REASON_DEVELOPER},
    {AC_ROLE, AC_START, 5, AC_NONE, 0, REASON_DEVELOPER},
    {AC_START, AC_ROLE, 4, AC_NONE, 0, REASON_DEVELOPER},
    {AC_PROMPT, AC_REVEAL, 9, AC_NONE, 0, REASON_LEAK},
    {AC_PROMPT, AC_SAY, 9, AC_NONE, 0, REASON_LEAK},
    {AC_PROMPT, AC_WH, 5, AC_NONE, 0, REASON_LEAK},
    {AC_RULES, AC_REVEAL, 9, AC_NONE, 0, REASON_LEAK},
    {AC_RULES, AC_WH, 6, AC_YOUR, 4, REASON_LEAK},
    {AC_PRIOR, AC_REVEAL, 5, AC_NONE, 0, REASON_LEAK},
    {AC_PRIOR, AC_SAY, 4, AC_NONE, 0, REASON_LEAK},
    {AC_REVEAL, AC_RULES, 6, AC_NONE, 0, REASON_LEAK},
    {AC_REVEAL, AC_PROMPT, 6, AC_NONE, 0, REASON_LEAK},
    {AC_SECRET, AC_REVEAL, 9, AC_NONE, 0, REASON_SECRETS},
    {AC_SECRET, AC_SAY, 9, AC_NONE, 0, REASON_SECRETS},
    {AC_SECRET, AC_WH, 5, AC_NONE, 0, REASON_SECRETS},
    {AC_KEY, AC_SECRET, 2, AC_NONE, 0, REASON_SECRETS},
    {AC_REVEAL, AC_SECRET, 6, AC_NONE, 0, REASON_SECRETS},
    {AC_URL, AC_SEND, 14, AC_NONE, 0, REASON_URL},
    {AC_SEND, AC_URL, 6, AC_NONE, 0, REASON_URL},
    {AC_EXEC, AC_EXEC, 4, AC_NONE, 0, REASON_EXECUTE},
    {AC_ONLY, AC_SAY, 6, AC_NONE, 0, REASON_FIXED},
    {AC_SAY, AC_ONLY, 3, AC_NONE, 0, REASON_FIXED},
    {AC_QUOTE, AC_SAY, 5, AC_NONE, 0, REASON_FIXED},
    {AC_QUOTE, AC_REVEAL, 4, AC_NONE, 0, REASON_FIXED},
    {AC_PWN, AC_NONE, 0, AC_NONE, 0, REASON_FIXED},
    {AC_USER, AC_SAY, 4, AC_NO, 7, REASON_HIDE},
    {AC_USER, AC_HIDE, 4, AC_NO, 7, REASON_HIDE},
    {AC_HIDE, AC_NO, 3, AC_NONE, 0, REASON_HIDE},
    {AC_AI, AC_IF, 6, AC_NONE, 0, REASON_TO_AI},
    {AC_COLON, AC_AI, 4, AC_NONE, 0, REASON_TO_AI},
    {AC_AI, AC_URGENT, 4, AC_NONE, 0, REASON_TO_AI},
    {AC_HACK, AC_TASKVERB, 10, AC_NONE, 0, REASON_HARMFUL},
    {AC_WEAPON, AC_TASKVERB, 10, AC_NONE, 0, REASON_HARMFUL},
    {AC_DRUG, AC_TASKVERB, 10, AC_NONE, 0, REASON_HARMFUL},
    {AC_CRIME, AC_WH, 8, AC_NONE, 0, REASON_HARMFUL},
};
static const struct { const char *text; uint8_t reason; } marks[] = {
    {"<|", REASON_TEMPLATE}, {"|>", REASON_TEMPLATE}, {"[inst", REASON_TEMPLATE}, {"[/inst", REASON_TEMPLATE},
    {"<<sys", REASON_TEMPLATE}, {"<system", REASON_TEMPLATE}, {"</system", REASON_TEMPLATE},
    {"[system", REASON_TEMPLATE}, {"system:", REASON_TEMPLATE}, {"</instruction", REASON_TEMPLATE},
    {"### instruction", REASON_TEMPLATE}, {"### system", REASON_TEMPLATE}, {"</user", REASON_TEMPLATE},
    {"<admin", REASON_TEMPLATE}, {"\"role\"", REASON_TEMPLATE}, {"end of prompt", REASON_TEMPLATE},
    {"tool_call", REASON_TOOLS}, {"function_call", REASON_TOOLS}, {"\"arguments\"", REASON_TOOLS},
    {"<tool", REASON_TOOLS}, {"<function", REASON_TOOLS},
    {"rm -rf", REASON_EXECUTE}, {"os.system", REASON_EXECUTE}, {"/etc/passwd", REASON_EXECUTE},
    {"whoami", REASON_EXECUTE}, {"eval(", REASON_EXECUTE}, {"subprocess", REASON_EXECUTE}, {"__import__", REASON_EXECUTE},
    {"<!--", REASON_HIDDEN}, {"font-size:0", REASON_HIDDEN}, {"font-size: 0", REASON_HIDDEN},
    {"display:none", REASON_HIDDEN}, {"display: none", REASON_HIDDEN}, {"visibility:hidden", REASON_HIDDEN},
    {"visibility: hidden", REASON_HIDDEN}, {"color:white", REASON_HIDDEN}, {"color: white", REASON_HIDDEN},
    {"color:#fff", REASON_HIDDEN}, {"color: #fff", REASON_HIDDEN}, {"opacity:0", REASON_HIDDEN},
    {"opacity: 0", REASON_HIDDEN}, {"[//]: #", REASON_HIDDEN},
    {"![", REASON_URL}, {"{data}", REASON_URL},
};
/* clang-format on */

enum { SHOTS = 3 };

static_assert(GW_COUNT(rules) <= 64, "a bit for each");
struct walk {
    uint64_t rules[AC_COUNT]; /* a bit for each that waits for the class */
    uint32_t last[AC_COUNT];  /* number of the word, from 1, that was last of each class */
    uint32_t words, users, bots, colons;
};

static uint32_t ago(const struct walk *w, unsigned class)
{
    return w->last[class] == 0 ? UINT32_MAX : w->words - w->last[class];
}

static uint32_t meet(struct walk *w, const struct attack_sign *s)
{
    uint32_t found = 0;
    w->words += s->class < AC_WORDS;
    for (uint64_t left = w->rules[s->class]; left != 0; left &= left - 1) {
        const struct rule *r = &rules[__builtin_ctzll(left)];
        if ((r->near == AC_NONE || ago(w, r->near) <= r->near_by) &&
            (r->far == AC_NONE || ago(w, r->far) <= r->far_by))
            found |= 1u << r->reason;
    }
    w->last[s->class] = w->words;
    w->users += s->class == AC_USER || s->class == AC_WH;
    w->bots += s->class == AC_AI || s->class == AC_SAY;
    w->colons += s->class == AC_COLON;
    return found;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool stands_at(struct slice s, size_t at, const char *text)
{
    for (; *text != 0; text++, at++)
        if (at >= s.len || lower(s.at[at]) != *text)
            return false;
    return true;
}

static bool is_letter(char c)
{
    c = lower(c);
    return c >= 'a' && c <= 'z';
}

/* What may follow the first byte of a mark, by that byte with 0x20: the second and the third byte,
 * a bit for each, by its lowest five. Others have the same bits: most of what is no mark is told
 * so. */
#define B(c) (1u << ((c)&31))
#define ANY UINT32_MAX
static const struct {
    uint32_t second, third;
} begins[256] = {
    ['!'] = {B('['), ANY},
    ['"'] = {B('r') | B('a'), B('o') | B('r')},
    ['#'] = {B('#'), B('#')},
    ['/'] = {B('e'), B('t')},
    ['<'] = {B('|') | B('<') | B('s') | B('/') | B('a') | B('t') | B('f') | B('!'), ANY},
    ['[' | 0x20] = {B('i') | B('/') | B('s') | B('d'), ANY}, /* and { */
    ['_' | 0x20] = {B('_'), B('i')},
    ['c'] = {B('o'), B('l')},
    ['d'] = {B('i'), B('s')},
    ['e'] = {B('n') | B('v'), B('d') | B('a')},
    ['f'] = {B('u') | B('o'), B('n')},
    ['o'] = {B('s') | B('p'), B('.') | B('a')},
    ['r'] = {B('m'), B(' ')},
    ['s'] = {B('y') | B('u'), B('s') | B('b')},
    ['t'] = {B('o'), B('o')},
    ['v'] = {B('i'), B('s')},
    ['w'] = {B('h'), B('o')},
    ['|'] = {B('>'), ANY},
};

/* Those at `at`. One that begins with a letter stands where a word begins. */
static __attribute__((noinline)) uint32_t find_marks_at(struct slice window, size_t at)
{
    uint32_t found = 0;
    char c = lower(window.at[at]);
    uint32_t third = begins[(unsigned char)(c | 0x20)].third;
    if (at + 2 < window.len && (third >> (window.at[at + 2] & 31) & 1) == 0)
        return 0;
    if (is_letter(c) && at > 0 && is_letter(window.at[at - 1]))
        return 0;
    for (size_t i = 0; i < GW_COUNT(marks); i++)
        if (c == marks[i].text[0] && stands_at(window, at, marks[i].text))
            found |= 1u << marks[i].reason;
    return found;
}

static uint32_t find_marks(struct slice window)
{
    uint32_t found = 0;
    for (size_t at = 1; at < window.len; at++) {
        uint32_t second = begins[(unsigned char)(window.at[at - 1] | 0x20)].second;
        if ((second >> (window.at[at] & 31) & 1) != 0)
            found |= find_marks_at(window, at - 1);
    }
    return found;
}

uint32_t attack_reasons_find(struct slice window)
{
    struct attack_sign GW_UNSET signs[ATTACK_SIGNS];
    struct attack_signs r = {.text = window};
    struct walk w = {0};
    uint32_t found = find_marks(window);
    for (size_t i = 0; i < GW_COUNT(rules); i++)
        w.rules[rules[i].now] |= 1ull << i;
    while (r.at < window.len) {
        size_t n = attack_signs_read(&r, signs);
        for (size_t i = 0; i < n; i++)
            found |= meet(&w, &signs[i]);
    }
    if (w.colons >= 2 * SHOTS && w.users >= SHOTS && w.bots >= SHOTS)
        found |= 1u << REASON_MANY_SHOT;
    return found;
}
