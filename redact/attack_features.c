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

INLINE void add(struct reading *r, unsigned kind, uint32_t a, unsigned b, unsigned c)
{
    uint64_t feature = attack_feature(kind, a, b, c);
    uint32_t number = attack_feature_number(feature);
    uint8_t *seen = r->k.seen + (number ^ number >> 13) % ATTACK_FILTER;
    int32_t first = -(int32_t)(*seen != r->k.turn);
    *seen = r->k.turn;
    if (r->keeps)
        r->k.kept[r->k.count] = feature;
    r->k.sum += r->weights[number] & first;
    r->k.count -= (uint32_t)first;
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
    add(r, FEATURE_WORD, class, 0, 0);
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

INLINE void meet_word(struct reading *r, const struct attack_sign *s)
{
    r->t.since++;
    r->t.words++;
    if ((s->shape & SIGN_SHOUT) != 0)
        add(r, FEATURE_WORD, AC_SHOUT, s->class, 0);
    if ((s->shape & SIGN_LEET) != 0)
        add(r, FEATURE_WORD, AC_LEET, 0, 0);
    add(r, FEATURE_RAW, s->hash, 0, 0);
    if (r->t.hash != 0)
        add(r, FEATURE_RAWS, s->hash ^ r->t.hash * 3, 0, 0);
    r->t.hash = s->hash;
    if (s->class > AC_FUNC) {
        add(r, FEATURE_WORD, s->class, 0, 0);
    } else if (s->class != AC_FUNC && s->class != AC_NONE) {
        meet_class(r, s->class);
        remember(&r->t, s->class);
    }
    r->t.mark = 0;
}

enum {
    ENDS = 1 | 1 << (AC_STOPMARK - AC_LINE) | 1 << (AC_EXCLAIM - AC_LINE) | 1 << (AC_ASK - AC_LINE)
};
static_assert(AC_COUNT - AC_LINE < 32, "a bit for each mark");

INLINE bool ends_sentence(unsigned class)
{
    return class >= AC_LINE && ENDS >> (class - AC_LINE) & 1;
}

INLINE void end_line(struct attack_trail *t)
{
    t->behind = t->marks > 3 && t->marks * 2 >= t->words;
    t->words = t->marks = 0;
}

INLINE void meet_mark(struct reading *r, unsigned class)
{
    add(r, FEATURE_WORD, class, 0, 0);
    if (r->t.mark != 0)
        add(r, FEATURE_MARK, r->t.mark, class, 0);
    else if (class_back(&r->t, 0) != AC_NONE)
        add(r, FEATURE_MARK, class_back(&r->t, 0), class, 1);
    if (ends_sentence(class))
        r->t.same = 0;
    r->t.mark = (uint8_t) class;
    r->t.hash = 0;
    r->t.marks++;
    if (class == AC_LINE)
        end_line(&r->t);
}

INLINE const struct attack_sign *take(struct attack_trail *t, struct attack_tally *k,
                                      const struct attack_sign *s, const struct attack_sign *stop,
                                      const struct attack_limits *to, bool keeps)
{
    struct reading r = {*t, *k, attack_model()->weights, keeps};
    uint32_t least = to->least, most = to->most;
    bool ended = false;
    if (!r.t.begun) {
        r.t.mark = AC_LINE; /* a text begins like a line: what is said first is said anywhere */
        r.t.begun = true;
    }
    for (; s < stop && !ended; s++) {
        uint32_t end = s->at + s->len;
        if (s->class <= AC_WORDS)
            meet_word(&r, s);
        else if (s->class != AC_DASH)
            meet_mark(&r, s->class);
        if (end >= least)
            ended = end >= most || ends_sentence(s->class) ||
                    r.k.count + ATTACK_FEATURES_A_SIGN > ATTACK_FEATURES_KEPT;
    }
    *t = r.t;
    *k = r.k;
    k->ended = ended;
    return s;
}

const struct attack_sign *attack_features_add(struct attack_trail *t, struct attack_tally *k,
                                              const struct attack_sign *s,
                                              const struct attack_sign *stop,
                                              const struct attack_limits *to)
{
    return k->kept == NULL ? take(t, k, s, stop, to, false) : take(t, k, s, stop, to, true);
}
