/* redact/window.c - see window.h. What a text becomes does not depend on how it was cut.
 *
 * hold:  | decided now, goes out | undecided: a token or finding may begin | cut character |
 * Refuses to know what an answer is made of. Lives in the exchange; window_free() wipes the hold.
 */
#include "proxy/base/base.h"
#include "redact/window.h"
#include "proxy/base/utf8.h"
#include "redact/hold.h"
#include "redact/normal.h"
#include "redact/replace.h"

static const struct slice lost_half = {"\xEF\xBF\xBD", 3}; /* U+FFFD */

void window_init(struct window *w, const struct vault *vault, const struct window_rules *rules,
                 unsigned depth, size_t ceiling)
{
    *w = (struct window){.vault = vault, .rules = rules, .depth = depth};
    buf_init(&w->hold, HOLD_MAX + ceiling);
    shown_init(&w->shown);
}

void window_free(struct window *w)
{
    buf_free(&w->hold);
    shown_free(&w->shown);
    secret_wipe(w->before, sizeof w->before);
    secret_wipe(w->cut, sizeof w->cut);
    w->cut_len = w->judged = w->before_len = 0;
}

bool window_is_sane(const struct window *w)
{
    size_t held = buf_slice(&w->hold).len;
    return w->judged <= held && w->cut_len < sizeof w->cut && w->before_len <= sizeof w->before &&
           (!w->stopped || held == 0);
}

/* --- characters ------------------------------------------------------------------------------- */

struct piece {
    size_t len;     /* bytes of the text taken; 0: more is needed to tell */
    bool is_broken; /* becomes U+FFFD */
    bool is_pair;   /* six bytes that are one character in four */
};

/* Length that the first byte asks for; 0: no character begins with it. */
static size_t asked_len(unsigned char c)
{
    if (c < 0x80)
        return 1;
    if (c >= 0xC2 && c <= 0xDF)
        return 2;
    if (c >= 0xE0 && c <= 0xEF)
        return 3;
    return c >= 0xF0 && c <= 0xF4 ? 4 : 0;
}

/* May `second` follow `first` (no overlong forms, nothing beyond U+10FFFF; surrogates may)? */
static bool is_second(unsigned char first, unsigned char second)
{
    if (first == 0xE0)
        return second >= 0xA0 && second <= 0xBF;
    if (first == 0xF0)
        return second >= 0x90 && second <= 0xBF;
    if (first == 0xF4)
        return second >= 0x80 && second <= 0x8F;
    return utf8_is_tail((char)second);
}

/* A high half at the begin: with its partner (6 bytes), broken, or undecided. */
static struct piece half_piece(const unsigned char *at, size_t len, bool last)
{
    static const unsigned char least[] = {0xED, 0xB0, 0x80}, most[] = {0xED, 0xBF, 0xBF};
    for (size_t i = 3; i < 6; i++) {
        if (i >= len)
            return (struct piece){.len = last ? 3 : 0, .is_broken = true};
        if (at[i] < least[i - 3] || at[i] > most[i - 3])
            return (struct piece){.len = 3, .is_broken = true};
    }
    return (struct piece){.len = 6, .is_pair = true};
}

static struct piece next_piece(struct slice s, bool last)
{
    const unsigned char *at = (const unsigned char *)s.at;
    size_t need = asked_len(at[0]), have = 1;
    if (need == 0)
        return (struct piece){.len = 1, .is_broken = true};
    while (have < need && have < s.len &&
           (have == 1 ? is_second(at[0], at[1]) : utf8_is_tail((char)at[have])))
        have++;
    if (have < need)
        return (struct piece){.len = have == s.len && !last ? 0 : have, .is_broken = true};
    if (at[0] != 0xED || at[1] < 0xA0)
        return (struct piece){.len = need};
    if (at[1] >= 0xB0)
        return (struct piece){.len = 3, .is_broken = true};
    return half_piece(at, s.len, last);
}

/* The four bytes of the pair of halves at `at`. */
static struct slice join_pair(const char *at, char *to)
{
    unsigned high = (((unsigned char)at[1] & 0x0Fu) << 6) | ((unsigned char)at[2] & 0x3Fu);
    unsigned low = (((unsigned char)at[4] & 0x0Fu) << 6) | ((unsigned char)at[5] & 0x3Fu);
    unsigned code = 0x10000u + (high << 10) + low;
    to[0] = (char)(0xF0u | (code >> 18));
    to[1] = (char)(0x80u | ((code >> 12) & 0x3Fu));
    to[2] = (char)(0x80u | ((code >> 6) & 0x3Fu));
    to[3] = (char)(0x80u | (code & 0x3Fu));
    return slice_of(to, 4);
}

static gw_result hold_piece(struct window *w, const char *at, struct piece p)
{
    char joined[4];
    if (p.is_pair)
        return buf_add(&w->hold, join_pair(at, joined));
    return buf_add(&w->hold, p.is_broken ? lost_half : slice_of(at, p.len));
}

/* Completes the cut character byte by byte, as far as `text` goes. */
static gw_result mend_cut(struct window *w, struct slice *text, bool last)
{
    while (w->cut_len > 0) {
        struct piece p = next_piece(slice_of(w->cut, w->cut_len), last && text->len == 0);
        if (p.len == 0) {
            if (text->len == 0)
                return gw_is(GW_OK);
            w->cut[w->cut_len++] = text->at[0];
            *text = slice_from(*text, 1);
            continue;
        }
        TRY(hold_piece(w, w->cut, p));
        w->cut_len -= p.len;
        memmove(w->cut, w->cut + p.len, w->cut_len);
    }
    return gw_is(GW_OK);
}

/* Appends `text` to the hold as whole characters; a cut one waits in w->cut. */
static gw_result take_in(struct window *w, struct slice text, bool last)
{
    size_t run = 0, at = 0;
    TRY(mend_cut(w, &text, last));
    while (at < text.len) {
        if ((unsigned char)text.at[at] < 0x80) {
            at++;
            continue;
        }
        struct piece p = next_piece(slice_from(text, at), last);
        if (p.len > 0 && !p.is_broken && !p.is_pair) {
            at += p.len;
            continue;
        }
        TRY(buf_add(&w->hold, slice_cut(text, run, at)));
        if (p.len == 0) {
            w->cut_len = text.len - at;
            memcpy(w->cut, text.at + at, w->cut_len);
            return gw_is(GW_OK);
        }
        TRY(hold_piece(w, text.at + at, p));
        at += p.len;
        run = at;
    }
    return buf_add(&w->hold, slice_from(text, run));
}

/* --- what goes out ---------------------------------------------------------------------------- */

static gw_result put_byte(struct buf *out, char byte, unsigned depth)
{
    static const char plain[] = "\b\t\n\f\r\"\\", named[] = "btnfr\"\\";
    char text[8];
    size_t n = 2;
    if (depth == 0)
        return buf_add_byte(out, byte);
    const char *at = byte == '\0' ? NULL : strchr(plain, byte);
    if (at != NULL) {
        text[0] = '\\';
        text[1] = named[at - plain];
    } else if ((unsigned char)byte < 0x20) {
        n = (size_t)snprintf(text, sizeof text, "\\u%04x", (unsigned char)byte);
    } else {
        return buf_add_byte(out, byte);
    }
    for (size_t i = 0; i < n; i++)
        TRY(put_byte(out, text[i], depth - 1));
    return gw_is(GW_OK);
}

static gw_result put_value(struct buf *out, struct slice value, unsigned depth)
{
    if (depth == 0)
        return buf_add(out, value);
    for (size_t i = 0; i < value.len; i++)
        TRY(put_byte(out, value.at[i], depth));
    return gw_is(GW_OK);
}

/* Keeps the end of what was decided, from the begin of a character on. */
static void remember(struct window *w, struct slice decided)
{
    size_t room = sizeof w->before, slashes = 0;
    while (slashes < decided.len && decided.at[decided.len - slashes - 1] == '\\')
        slashes++;
    w->is_odd = (slashes % 2 == 1) != (slashes == decided.len && w->is_odd);
    if (decided.len >= room) {
        memcpy(w->before, decided.at + (decided.len - room), room);
        w->before_len = room;
    } else if (decided.len > 0) {
        size_t keep = w->before_len < room - decided.len ? w->before_len : room - decided.len;
        memmove(w->before, w->before + (w->before_len - keep), keep);
        memcpy(w->before + keep, decided.at, decided.len);
        w->before_len = keep + decided.len;
    }
    size_t skip = 0;
    while (skip < w->before_len && utf8_is_tail(w->before[skip]))
        skip++;
    w->before_len -= skip;
    memmove(w->before, w->before + skip, w->before_len);
}

/* One walk over the hold. */
struct pass {
    struct window *w;
    struct slice text;
    size_t at;    /* all before is decided */
    size_t run;   /* all before has gone out */
    size_t limit; /* no token or finding is begun from here on */
    bool last;
    struct finding *findings; /* offsets in text */
    size_t count, next;
    struct buf *out;
    size_t nested_to; /* in JSON: all before was followed from string to string */
    size_t shown_to;  /* where there is something to restore: likewise, from address to address */
};

static gw_result follow_addresses(struct pass *p, size_t to)
{
    struct slice text = slice_cut(p->text, p->shown_to, to);
    p->shown_to = to;
    return shown_follow(&p->w->shown, text);
}

static void tell(const struct pass *p, struct slice text)
{
    const struct window_rules *rules = p->w->rules;
    if (rules != NULL && rules->tap != NULL && text.len > 0)
        rules->tap(rules->tap_of, text);
}

static gw_result flush(struct pass *p)
{
    tell(p, slice_cut(p->text, p->run, p->at));
    gw_result r = buf_add(p->out, slice_cut(p->text, p->run, p->at));
    p->run = p->at;
    return r;
}

/* In escaped text: is the byte at `at` the second of an escape? */
static bool is_escaped(const struct pass *p, size_t at)
{
    size_t n = 0;
    if (p->w->depth == 0)
        return false;
    while (n < at && p->text.at[at - n - 1] == '\\')
        n++;
    return (n % 2 == 1) != (n == at && p->w->is_odd);
}

/* vault_match() at `at`, where the end of the answer decides too: GW_OK, GW_AGAIN or GW_NOT_FOUND.
 */
static gw_result match_at(const struct pass *p, size_t at, size_t *len, struct slice *value)
{
    *len = 0;
    if (p->w->vault == NULL)
        return gw_is(GW_NOT_FOUND);
    gw_result r = vault_match(p->w->vault, slice_from(p->text, at), len, value);
    if (r.code != GW_NOT_FOUND && is_escaped(p, at))
        return gw_is(GW_NOT_FOUND);
    if (r.code == GW_AGAIN && p->last)
        return gw_is(*len > 0 ? GW_OK : GW_NOT_FOUND);
    return r;
}

/* Bytes of tokens in the finding from p->at on; GW_AGAIN when a token may still end in it. */
static gw_result tokens_within(const struct pass *p, const struct finding *f, size_t *covered)
{
    *covered = 0;
    for (size_t at = p->at; at < f->end;) {
        size_t len;
        struct slice value;
        gw_result r = match_at(p, at, &len, &value);
        if (r.code == GW_AGAIN)
            return r;
        if (gw_ok(r))
            *covered += len < f->end - at ? len : f->end - at;
        at += gw_ok(r) ? len : 1;
    }
    return gw_is(GW_OK);
}

static void follow_strings(struct pass *p)
{
    if (p->w->depth > 0)
        nesting_follow(&p->w->nesting, slice_cut(p->text, p->nested_to, p->at));
    p->nested_to = p->at;
}

static bool is_digits(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] < '0' || s.at[i] > '9')
            return false;
    return s.len > 0;
}

/* `with` in place of what begins at p->at, escaped for the strings around it. In place of a number
 * of the JSON it becomes a string, so that the JSON stays JSON. */
static gw_result put_in_place(struct pass *p, struct slice with)
{
    if (p->w->depth == 0)
        return buf_add(p->out, with);
    follow_strings(p);
    unsigned around = p->w->depth - 1 + nesting_depth(&p->w->nesting);
    bool is_number = is_digits(slice_cut(p->text, p->at, p->at + 1)) && !is_digits(with) &&
                     nesting_is_bare(&p->w->nesting);
    if (!is_number)
        return put_value(p->out, with, around > p->w->depth ? around : p->w->depth);
    TRY(put_value(p->out, SLICE_LIT("\""), around));
    TRY(put_value(p->out, with, around + 1));
    return put_value(p->out, SLICE_LIT("\""), around);
}

static gw_result put_replacement(struct pass *p, const struct finding *f, enum style style)
{
    struct slice value = slice_cut(p->text, p->at, f->end), with;
    bool needs_vault = style == STYLE_TOKEN || style == STYLE_FAKE || style == STYLE_HASH;
    bool may_mask = p->w->depth == 0 || slice_find_byte(value, '\\') == SIZE_MAX;
    if (needs_vault || (style == STYLE_MASK && !may_mask))
        style = STYLE_LABEL;
    TRY(flush(p));
    TRY(replace_value(NULL, p->w->rules->arena, style, f, value, &with));
    tell(p, with);
    TRY(put_in_place(p, with));
    p->at = p->run = f->end;
    p->w->replaced++;
    return gw_is(GW_OK);
}

/* What was decided already lies behind in the window itself. */
static void tell_near(const struct pass *p, const struct finding *f)
{
    char joined[WINDOW_NEAR];
    size_t here = p->at < WINDOW_NEAR ? p->at : WINDOW_NEAR, behind = WINDOW_NEAR - here;
    size_t had = p->w->before_len < behind ? p->w->before_len : behind;
    size_t end = p->text.len - f->end < WINDOW_NEAR ? p->text.len : f->end + (size_t)WINDOW_NEAR;
    memcpy(joined, p->w->before + p->w->before_len - had, had);
    if (here > 0)
        memcpy(joined + had, p->text.at + p->at - here, here);
    p->w->rules->near(p->w->rules->judge_of, slice_of(joined, had + here),
                      slice_cut(p->text, f->end, end));
    secret_wipe(joined, sizeof joined);
}

/* The finding that begins at p->at, or began before it. Tokens are ours: what consists of them for
 * its larger part is no finding. GW_REFUSED: the judge stops the answer here. */
static gw_result finding_step(struct pass *p)
{
    struct finding f = p->findings[p->next];
    size_t covered;
    bool stop = false;
    while (is_escaped(p, f.end) && f.end > p->at)
        f.end--;
    /* one that is left does not speak for what else lies in its range */
    bool is_watched = f.family == FAM_NONE;
    if (f.end <= p->at || (p->w->judged > p->at && !is_watched)) {
        p->next++;
        return gw_is(GW_OK);
    }
    if (f.end > p->limit && !p->last && p->text.len - p->at <= HOLD_MAX)
        return gw_is(GW_AGAIN);
    TRY(tokens_within(p, &f, &covered));
    p->next++;
    if (2 * covered >= f.end - p->at && !is_watched)
        return gw_is(GW_OK);
    f.start = (uint32_t)p->at;
    struct slice value = slice_cut(p->text, f.start, f.end);
    if (p->w->rules->near != NULL)
        tell_near(p, &f);
    enum style style = p->w->rules->judge(p->w->rules->judge_of, &f, value, &stop);
    if (stop)
        return gw_is(GW_REFUSED);
    if (!is_watched)
        p->w->judged = f.end;
    return style == STYLE_NONE ? gw_is(GW_OK) : put_replacement(p, &f, style);
}

static gw_result pass_step(struct pass *p)
{
    size_t len;
    struct slice value;
    while (p->next < p->count && p->findings[p->next].end <= p->at)
        p->next++;
    if (p->next < p->count && p->findings[p->next].start <= p->at && !is_escaped(p, p->at))
        return finding_step(p); /* and then the same place again, without it */
    gw_result r = match_at(p, p->at, &len, &value);
    if (r.code == GW_AGAIN)
        return r;
    if (!gw_ok(r)) {
        p->at++;
        return gw_is(GW_OK);
    }
    TRY(follow_addresses(p, p->at + len));
    if (shown_is_fetched(&p->w->shown)) {
        p->at += len;
        return gw_is(GW_OK);
    }
    TRY(flush(p));
    tell(p, slice_cut(p->text, p->at, p->at + len));
    TRY(put_in_place(p, value));
    p->at += len;
    p->run = p->at;
    p->w->restored++;
    return gw_is(GW_OK);
}

/* What the exchange itself must not be told by joins the findings, before those of the same place.
 */
static gw_result watch(struct pass *p, struct slice all, size_t shift)
{
    const struct window_rules *rules = p->w->rules;
    struct watch_found found;
    if (rules->watch == NULL)
        return gw_is(GW_OK);
    TRY(watch_find(rules->watch, all, shift, p->last, rules->arena, &found));
    size_t open = found.open > shift ? found.open - shift : 0;
    if (open < p->text.len && p->text.len - open > HOLD_MAX)
        open = p->text.len - HOLD_MAX;
    p->limit = open < p->limit ? open : p->limit;
    if (found.count == 0)
        return gw_is(GW_OK);
    struct finding *both = arena_array(rules->arena, p->count + found.count, sizeof *both);
    if (both == NULL)
        return gw_is(GW_NO_MEMORY);
    size_t n = 0, k = 0;
    for (size_t i = 0; i < found.count; i++) {
        struct finding f = found.findings[i];
        if (f.end <= shift)
            continue;
        f.end -= (uint32_t)shift;
        f.start = f.start > shift ? f.start - (uint32_t)shift : 0;
        while (k < p->count && p->findings[k].start < f.start)
            both[n++] = p->findings[k++];
        both[n++] = f;
    }
    while (k < p->count)
        both[n++] = p->findings[k++];
    p->findings = both;
    p->count = n;
    return gw_is(GW_OK);
}

/* The hold, and what comes behind it, with the text before it as context; at NULL: no memory. */
static struct slice with_context(const struct window *w, struct slice behind)
{
    struct slice hold = buf_slice(&w->hold);
    size_t len = w->before_len + hold.len + behind.len;
    char *at = arena_alloc(w->rules->arena, len);
    if (at == NULL)
        return (struct slice){NULL, 0};
    memcpy(at, w->before, w->before_len);
    if (hold.len > 0)
        memcpy(at + w->before_len, hold.at, hold.len);
    if (behind.len > 0)
        memcpy(at + w->before_len + hold.len, behind.at, behind.len);
    return slice_of(at, len);
}

/* Those that reach into the hold, which begins at `shift` of what was scanned. */
static void take_findings(struct pass *p, const struct scan_result *found, uint32_t shift)
{
    for (size_t i = 0; i < found->count; i++) {
        struct finding f = found->findings[i];
        if (f.end <= shift)
            continue;
        f.end -= shift;
        f.start = f.start > shift ? f.start - shift : 0;
        if (!f.is_open)
            found->findings[p->count++] = f;
        else if (f.start < p->limit && f.end > p->w->judged) /* a word behind it would decide */
            p->limit = f.start;
    }
    p->findings = found->findings;
}

/* Finds what a judge must see in the hold. */
static gw_result inspect(struct pass *p)
{
    const struct window *w = p->w;
    const struct window_rules *rules = w->rules;
    const struct scan_options options = {.is_open = !p->last};
    struct scan_result found;
    if (rules == NULL || rules->scanner == NULL || p->text.len == 0)
        return gw_is(GW_OK);
    struct slice all = with_context(w, (struct slice){NULL, 0});
    uint32_t shift = (uint32_t)w->before_len;
    size_t undecided = 0;
    if (all.at == NULL)
        return gw_is(GW_NO_MEMORY);
    if (!p->last)
        TRY(hold_undecided(rules->scanner, rules->scratch, all, shift, rules->arena, &undecided));
    p->limit -= undecided;
    if (p->limit == 0)
        return gw_is(GW_OK);
    TRY(scan_plain(rules->scanner, rules->scratch, all, &options, rules->arena, &found));
    take_findings(p, &found, shift);
    return watch(p, all, shift);
}

/* Nothing is found in the hold, as was foreseen: how much of it may go out? */
static gw_result inspect_foreseen(struct pass *p)
{
    const struct window *w = p->w;
    const struct window_rules *rules = w->rules;
    struct slice all = slice_cut(w->ahead, 0, w->ahead_at + p->text.len);
    size_t undecided = 0;
    assert(all.len == w->ahead_at + p->text.len);
    if (!p->last)
        TRY(hold_undecided(rules->scanner, rules->scratch, all, w->ahead_at,
                           w->is_normal ? NULL : rules->arena, &undecided));
    p->limit -= undecided;
    return gw_is(GW_OK);
}

gw_result window_foresee(struct window *w, struct slice texts)
{
    const struct window_rules *rules = w->rules;
    const struct scan_options options = {.is_open = true, .is_ahead = true};
    struct scan_result found;
    struct normal normal;
    w->foreseen = 0;
    bool is_plain = w->cut_len == 0 && w->judged == 0 && !w->stopped && utf8_is_valid(texts);
    bool is_inspected = rules != NULL && rules->scanner != NULL && rules->watch == NULL;
    if (!is_plain || !is_inspected || texts.len == 0)
        return gw_is(GW_OK);
    struct slice all = with_context(w, texts);
    if (all.at == NULL)
        return gw_is(GW_NO_MEMORY);
    TRY(scan_plain(rules->scanner, rules->scratch, all, &options, rules->arena, &found));
    if (found.count > 0)
        return gw_is(GW_OK);
    TRY(normal_make(all, rules->arena, &normal));
    w->is_normal = !normal.changed;
    w->foreseen = texts.len;
    w->ahead = all;
    w->ahead_at = w->before_len;
    return gw_is(GW_OK);
}

static gw_result pass_run(struct window *w, bool last, bool is_foreseen, struct buf *out)
{
    struct slice text = buf_slice(&w->hold);
    struct pass p = {.w = w, .text = text, .limit = text.len, .last = last, .out = out};
    gw_result r = is_foreseen ? inspect_foreseen(&p) : inspect(&p);
    if (!gw_ok(r))
        return r;
    if (p.count == 0 && w->vault == NULL)
        p.at = p.limit; /* there is nothing to look for */
    while (p.at < p.limit && gw_ok(r))
        r = pass_step(&p);
    if (r.code == GW_REFUSED) {
        TRY(flush(&p));
        w->stopped = true;
        w->judged = w->cut_len = 0;
        buf_clear(&w->hold);
        return r;
    }
    if (!gw_ok(r) && r.code != GW_AGAIN)
        return r;
    TRY(flush(&p));
    follow_strings(&p);
    if (w->vault != NULL)
        TRY(follow_addresses(&p, p.at));
    remember(w, slice_cut(text, 0, p.at));
    w->judged -= w->judged < p.at ? w->judged : p.at;
    w->ahead_at += p.at;
    buf_consume(&w->hold, p.at);
    return gw_is(GW_OK);
}

gw_result window_feed(struct window *w, struct slice text, bool last, struct buf *out)
{
    assert(window_is_sane(w));
    if (w->stopped)
        return gw_is(GW_OK);
    bool is_foreseen = text.len > 0 && text.len <= w->foreseen;
    w->foreseen = is_foreseen ? w->foreseen - text.len : 0;
    do { /* by pieces that fit beneath the ceiling, however broken they are (1 byte gives 3) */
        size_t room = (w->hold.ceiling - buf_slice(&w->hold).len) / 3;
        if (room <= sizeof w->cut && text.len > 0)
            return gw_is(GW_TOO_BIG);
        room -= room < sizeof w->cut ? room : sizeof w->cut;
        size_t take = text.len < room ? text.len : room;
        bool is_end = last && take == text.len;
        TRY(take_in(w, slice_cut(text, 0, take), is_end));
        TRY(pass_run(w, is_end, is_foreseen, out));
        text = slice_from(text, take);
    } while (text.len > 0);
    return gw_is(GW_OK);
}
