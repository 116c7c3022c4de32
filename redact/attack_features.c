/* redact/attack_features.c - see attack_features.h. */
#include "proxy/base/base.h"
#include "redact/attack_features.h"
#include "redact/attack_weights.h"

#define INLINE static inline __attribute__((always_inline))

/* What a row of signs is read with, in registers. */
struct reading {
    struct attack_trail t;
    struct attack_tally k;
    const int8_t *weights;
    bool keeps;
};

INLINE void add_number(struct reading *r, uint64_t feature, uint32_t number)
{
    uint8_t *seen = r->k.seen + (number ^ number >> 13) % ATTACK_FILTER;
    if (*seen == r->k.turn)
        return;
    *seen = r->k.turn;
    if (r->keeps)
        r->k.kept[r->k.count] = feature;
    r->k.sum += r->weights[number];
    r->k.count++;
}

INLINE void add(struct reading *r, unsigned kind, uint32_t a, unsigned b, unsigned c)
{
    uint64_t feature = attack_feature(kind, a, b, c);
    add_number(r, feature, attack_feature_number(feature));
}

/* What a class is, and the number of its own feature. */
enum { KNOWN = 1, MARK = 2, ENDS = 4, OWN = 8 /* a feature of its own and no more */ };
static const struct {
    uint16_t number;
    uint8_t is;
} classes[AC_COUNT] = {
#define NUMBER(f) (uint16_t)((((f) ^ (f) >> 29) * 0x9E3779B97F4A7C15u) >> 48)
#define OWN(name) NUMBER((uint64_t)FEATURE_WORD << 48 | AC_##name)
#define X(name) \
    [AC_##name] = {OWN(name), AC_##name == AC_FUNC ? 0 : AC_##name > AC_FUNC ? OWN : KNOWN},
    ATTACK_CLASSES(X)
#undef X
#define IS(name)                                                                    \
    (AC_##name == AC_LINE || AC_##name == AC_STOPMARK || AC_##name == AC_EXCLAIM || \
             AC_##name == AC_ASK                                                    \
         ? MARK | ENDS                                                              \
     : AC_##name == AC_DASH ? 0                                                     \
                            : MARK)
#define X(name) [AC_##name] = {OWN(name), IS(name)},
        ATTACK_MARKS(X)
#undef X
};
static_assert(65 - ATTACK_FEATURE_BITS == 48, "see attack_feature_number()");

INLINE void add_class(struct reading *r, unsigned class)
{
    add_number(r, attack_feature(FEATURE_WORD, class, 0, 0), classes[class].number);
}

/* 0: next to each other; 1: near; 2: far; 3: another sentence. */
INLINE unsigned distance(const struct attack_trail *t)
{
    if ((t->same & 1) == 0)
        return 3;
    return t->since <= 1 ? 0 : t->since <= 3 ? 1 : 2;
}

INLINE unsigned class_back(const struct attack_trail *t, unsigned i)
{
    return t->classes >> 8 * i & 0xFF;
}

INLINE void meet_class(struct reading *r, unsigned class)
{
    const struct attack_trail *t = &r->t;
    unsigned last = class_back(t, 0);
    add_class(r, class);
    if (t->mark != 0)
        add(r, FEATURE_MARKED, class, t->mark, 0);
    if (t->mark == AC_LINE || t->mark == AC_STOPMARK)
        add(r, FEATURE_PLACE, class, 0, 0);
    if (t->behind)
        add(r, FEATURE_PLACE, class, t->mark == AC_LINE ? 1 : 2, 0);
    if (last == AC_NONE)
        return;
    add(r, FEATURE_PAIR, last, class, distance(t));
    for (unsigned i = 1; i < ATTACK_TRAIL && class_back(t, i) != AC_NONE; i++)
        add(r, FEATURE_FAR, class_back(t, i), class, (t->same >> i & 1) == 0);
    if (class_back(t, 1) != AC_NONE && (t->same & 2) != 0)
        add(r, FEATURE_THREE, class_back(t, 1), last, class);
}

INLINE void remember(struct attack_trail *t, unsigned class)
{
    t->classes = t->classes << 8 | class;
    t->same = (uint8_t)(t->same << 1 | 1);
    t->since = 0;
}

INLINE void meet_word(struct reading *r, const struct attack_sign *s, unsigned is)
{
    r->t.since++;
    r->t.words++;
    if ((s->shape & (SIGN_SHOUT | SIGN_LEET)) != 0) {
        if ((s->shape & SIGN_SHOUT) != 0)
            add(r, FEATURE_WORD, AC_SHOUT, s->class, 0);
        if ((s->shape & SIGN_LEET) != 0)
            add(r, FEATURE_WORD, AC_LEET, 0, 0);
    }
    add(r, FEATURE_RAW, s->hash, 0, 0);
    if (r->t.hash != 0)
        add(r, FEATURE_RAWS, s->hash ^ r->t.hash * 3, 0, 0);
    r->t.hash = s->hash;
    if ((is & OWN) != 0) {
        add_class(r, s->class);
    } else if ((is & KNOWN) != 0) {
        meet_class(r, s->class);
        remember(&r->t, s->class);
    }
    r->t.mark = 0;
}

INLINE void end_line(struct attack_trail *t)
{
    t->behind = t->marks > 3 && t->marks * 2 >= t->words;
    t->words = t->marks = 0;
}

/* What the same mark behind the same gives twice in a turn has been seen. */
INLINE void meet_mark(struct reading *r, unsigned class, unsigned is)
{
    unsigned last = class_back(&r->t, 0), before = r->t.mark != 0 ? r->t.mark : last;
    uint8_t *met = r->k.met + before * ATTACK_MARK_ROW + (class - AC_LINE);
    if (*met != r->k.turn) {
        *met = r->k.turn;
        add_class(r, class);
        if (before != AC_NONE)
            add(r, FEATURE_MARK, before, class, r->t.mark == 0);
    }
    r->t.same &= (is & ENDS) != 0 ? 0 : UINT8_MAX;
    r->t.mark = (uint8_t) class;
    r->t.hash = 0;
    r->t.marks++;
    if (class == AC_LINE)
        end_line(&r->t);
}

INLINE bool ends_here(const struct reading *r, const struct attack_sign *s, unsigned is,
                      const struct attack_limits *to)
{
    return s->end >= to->most || (is & ENDS) != 0 ||
           r->k.count + ATTACK_FEATURES_A_SIGN > ATTACK_FEATURES_KEPT;
}

INLINE const struct attack_sign *take(struct attack_trail *t, struct attack_tally *k,
                                      const struct attack_sign *s, const struct attack_sign *stop,
                                      const struct attack_limits *to, bool keeps)
{
    struct reading r = {*t, *k, attack_model()->weights, keeps};
    uint32_t least = to->least;
    r.k.ended = false;
    if (!r.t.begun) {
        r.t.mark = AC_LINE; /* a text begins like a line: what is said first is said anywhere */
        r.t.begun = true;
    }
    while (s < stop && !r.k.ended) {
        unsigned is = classes[s->class].is;
        if (s->class <= AC_WORDS)
            meet_word(&r, s, is);
        else if ((is & MARK) != 0)
            meet_mark(&r, s->class, is);
        if (s++->end >= least)
            r.k.ended = ends_here(&r, s - 1, is, to);
    }
    *t = r.t;
    *k = r.k;
    return s;
}

const struct attack_sign *attack_features_add(struct attack_trail *t, struct attack_tally *k,
                                              const struct attack_sign *s,
                                              const struct attack_sign *stop,
                                              const struct attack_limits *to)
{
    return k->kept == NULL ? take(t, k, s, stop, to, false) : take(t, k, s, stop, to, true);
}
