/* redact/attack.c - see attack.h.
 *
 * Refuses to know who speaks and what is done about it. */
#include "proxy/base/base.h"
#include "redact/attack.h"
#include "redact/attack_chunk.h"
#include "redact/attack_hidden.h"
#include "redact/attack_reasons.h"
#include "redact/attack_views.h"
#include "redact/attack_weights.h"
#include <math.h>

enum { KINDS_FROM = 400, UNNAMED_FROM = 750, DEPTH = 2 };
/* The highest window of a text, and the highest that is one chunk; the sums of all of them
 * together, and their squares. */
struct peak {
    double all, squares;
    float sum, alone;
    uint32_t from, to, windows;
};

/* Less the more features there are: much that says little is no attack. */
static float weigh(int32_t sum, uint32_t features)
{
    const struct attack_model *m = attack_model();
    float n = (float)features > m->least ? (float)features : m->least;
    return (float)sum / sqrtf(n / m->usual);
}

/* Features of neighbours are summed, not told apart. No branch waits for the root. */
static inline float weigh_window(struct peak *p, uint32_t from, uint32_t to, int32_t sums,
                                 uint32_t features)
{
    float sum = weigh(sums, features);
    uint32_t is_higher = -(uint32_t)(sum > p->sum);
    p->sum = sum > p->sum ? sum : p->sum;
    p->from ^= (p->from ^ from) & is_higher;
    p->to ^= (p->to ^ to) & is_higher;
    p->all += sum;
    p->squares += sum * sum;
    p->windows++;
    return sum;
}

/* Of each chunk, and of it and up to ATTACK_SPAN - 1 in front of it. */
static struct peak find_peak(struct attack_reader *r)
{
    struct attack_chunk last[ATTACK_SPAN] = {0};
    struct peak peak = {.sum = -INFINITY, .alone = -INFINITY};
    for (unsigned n = 0; attack_chunk_next(r, &last[n % ATTACK_SPAN]); n++) {
        const struct attack_chunk *new = &last[n % ATTACK_SPAN];
        uint32_t to = new->to, features = new->count;
        int32_t sums = new->sum;
        float alone = weigh_window(&peak, new->from, to, sums, features);
        peak.alone = alone > peak.alone ? alone : peak.alone;
        for (unsigned k = 1; k < ATTACK_SPAN && k <= n; k++) {
            const struct attack_chunk *c = &last[(n - k) % ATTACK_SPAN];
            sums += c->sum;
            features += c->count;
            weigh_window(&peak, c->from, to, sums, features);
        }
    }
    return peak;
}

/* What the highest of n windows owes to its text and to chance. */
static float not_its_own(const struct attack_model *m, const struct peak *p)
{
    float n = (float)p->windows, off = 0;
    if (p->windows > ATTACK_SPAN) {
        double mean = p->all / p->windows, square = p->squares / p->windows - mean * mean;
        off = m->shared * (m->bias + m->scale * (float)mean - m->mean);
        off += m->apart * (m->scale * sqrtf(square > 0 ? (float)square : 0) - m->deviation);
        off *= 1 - ATTACK_SPAN / n;
    }
    if (p->windows > m->several)
        off += m->single * (1 - (float)m->several / n) * m->scale * (p->sum - p->alone);
    if (p->windows > m->many)
        off += m->per_doubling * log2f(n / (float)m->many);
    return off;
}

/* 0 to 1000. */
static uint16_t score_of(const struct peak *p)
{
    const struct attack_model *m = attack_model();
    float z = m->bias + m->scale * p->sum - not_its_own(m, p);
    if (z <= m->at[0])
        return 0;
    for (unsigned i = 1; i < ATTACK_KNOTS; i++)
        if (z <= m->at[i]) {
            float part = (z - m->at[i - 1]) / (m->at[i] - m->at[i - 1]);
            return (uint16_t)((float)m->score[i - 1] +
                              part * (float)(m->score[i] - m->score[i - 1]));
        }
    return m->score[ATTACK_KNOTS - 1];
}

static void explain(struct attack *a, struct slice text, bool decoded)
{
    if (a->score < KINDS_FROM)
        return;
    a->reasons = attack_reasons_find(slice_cut(text, a->from, a->to));
    a->reasons |= decoded ? 1u << REASON_ENCODED : 0;
    for (unsigned i = 0; i < REASON_COUNT; i++)
        if ((a->reasons >> i & 1) != 0)
            a->kinds |= 1u << attack_reason_kind((enum attack_reason)i);
    uint32_t named = a->kinds & ~(1u << ATTACK_ENCODED | 1u << ATTACK_HARMFUL);
    if (named == 0 && a->score >= UNNAMED_FROM)
        a->kinds |= 1u << ATTACK_INJECTION;
}

static struct attack score_plain(struct slice text, bool decoded, struct attack_hints *hints)
{
    struct attack_reader GW_UNSET r;
    attack_chunk_begin(&r, text);
    struct peak peak = find_peak(&r);
    struct attack a = {.score = peak.windows > 0 ? score_of(&peak) : 0};
    *hints = r.hints;
    if (a.score > 0) {
        a.from = peak.from;
        a.to = peak.to;
    }
    explain(&a, text, decoded);
    return a;
}

static struct attack score_views(struct slice text, const struct attack_hints *hints,
                                 unsigned depth);

/* A view's window is the whole text: no offsets lead back. The room for it is on the stack of this
 * function, not of the caller, so that a text without a likely view does not pay for it. */
static __attribute__((noinline)) struct attack score_view(struct slice text, unsigned v,
                                                          unsigned depth)
{
    char GW_UNSET view[ATTACK_VIEW_MAX];
    struct attack_hints more;
    size_t len = attack_view_make(text, v, view, sizeof view);
    if (len == 0)
        return (struct attack){0};
    struct attack a = score_plain(slice_of(view, len), true, &more);
    if (depth < DEPTH)
        a = attack_join(a, score_views(slice_of(view, len), &more, depth + 1));
    a.view = (uint16_t)v;
    a.from = 0;
    a.to = (uint32_t)text.len;
    return a;
}

static struct attack score_views(struct slice text, const struct attack_hints *hints,
                                 unsigned depth)
{
    struct attack best = {0};
    for (uint32_t views = attack_views_likely(hints); views != 0; views &= views - 1)
        best = attack_join(best, score_view(text, (unsigned)__builtin_ctz(views), depth));
    return best;
}

struct attack attack_score(struct slice text, bool decoded)
{
    struct attack_hints hints;
    struct attack a = score_plain(text, decoded, &hints);
    return attack_join(a, score_views(text, &hints, 1));
}

/* Its room is on the stack: apart, as above. */
static __attribute__((noinline)) struct attack score_selectors(struct slice source, size_t at)
{
    char GW_UNSET view[ATTACK_VIEW_MAX];
    struct attack_hints hints;
    size_t len = attack_hidden_read(source, view, sizeof view);
    struct attack a = len > 0 ? score_plain(slice_of(view, len), true, &hints) : (struct attack){0};
    a.view = VIEW_SELECTORS;
    a.from = (uint32_t)at;
    a.to = (uint32_t)(at + source.len);
    return a;
}

struct attack attack_look_behind(struct attack a, struct slice source, size_t at)
{
    struct attack b = score_selectors(source, at);
    a = b.score > 0 ? attack_join(a, b) : a;
    if (a.score < KINDS_FROM || !attack_hidden_is_there(source))
        return a;
    a.reasons |= 1u << REASON_INVISIBLE;
    a.kinds |= 1u << attack_reason_kind(REASON_INVISIBLE);
    return a;
}

struct attack attack_join(struct attack a, struct attack b)
{
    struct attack out = b.score > a.score ? b : a;
    out.kinds = a.kinds | b.kinds;
    out.reasons = a.reasons | b.reasons;
    for (unsigned i = 0; i < ORIGIN_COUNT; i++)
        out.in[i] = a.in[i] > b.in[i] ? a.in[i] : b.in[i];
    return out;
}

static void name_feature(uint64_t f, struct attack_weight *out)
{
    const char *a = attack_class_name(attack_feature_class(f, 0));
    const char *b = attack_class_name(attack_feature_class(f, 1));
    switch (attack_feature_kind(f)) {
    case FEATURE_WORD:
        snprintf(out->name, sizeof out->name, "%s", a);
        break;
    case FEATURE_MARKED:
        snprintf(out->name, sizeof out->name, "%s behind %s", a, b);
        break;
    case FEATURE_THREE:
        snprintf(out->name, sizeof out->name, "%s %s %s", a, b,
                 attack_class_name(attack_feature_class(f, 2)));
        break;
    case FEATURE_RAW:
    case FEATURE_RAWS:
        snprintf(out->name, sizeof out->name, "words");
        break;
    default:
        snprintf(out->name, sizeof out->name, "%s %s", a, b);
    }
}

size_t attack_explain(struct slice text, size_t from, size_t to, struct attack_weight *out,
                      size_t room)
{
    uint64_t features[ATTACK_FEATURES_KEPT];
    struct attack_chunk c = {.features = features};
    struct attack_reader GW_UNSET r;
    size_t n = 0;
    attack_chunk_begin(&r, slice_cut(text, from, to));
    while (attack_chunk_next(&r, &c))
        for (size_t i = 0; i < c.count; i++) {
            struct attack_weight w = {
                .milli =
                    (int32_t)(attack_model()->scale * 1000 *
                              (float)attack_model()->weights[attack_feature_number(features[i])])};
            size_t at = n < room ? n++ : room;
            if (w.milli <= 0)
                n -= at < room;
            if (w.milli <= 0)
                continue;
            name_feature(features[i], &w);
            for (at = at < room ? at : room - 1; at > 0 && out[at - 1].milli < w.milli; at--)
                if (at < room)
                    out[at] = out[at - 1];
            out[at] = w;
        }
    return n;
}
