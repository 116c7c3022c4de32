/* redact/attack_features.c - see attack_features.h. */
#include "proxy/base/base.h"
#include "redact/attack_features.h"
#include "redact/attack_weights.h"

#define INLINE static inline __attribute__((always_inline))

/* What a row of signs is read with, in registers. Features are put down one after the other, by
 * number, and weighed later, many at once: neither has to guess what the next one brings, and their
 * weights, which lie here and there in a table, are asked for long before they are needed. */
enum { PENDING = 256 };
struct reading {
    struct attack_trail t;
    struct attack_tally k;
    const int8_t *weights;
    uint32_t *pending, *next; /* the first one that was put down, and behind the last */
    uint64_t *features;       /* the same as features; NULL: not wanted */
};

INLINE void put(struct reading *r, bool is, uint64_t mixed, uint32_t half, uint64_t feature)
{
    uint32_t number = attack_mixed_number(mixed) | half;
    __builtin_prefetch(r->weights + number);
    if (r->features != NULL)
        r->features[r->next - r->pending] = feature;
    *r->next = number;
    r->next += is;
}

/* The feature of a class and up to two others, if it is one. What is mixed of each is mixed of all:
 * no two share a bit. */
INLINE void add(struct reading *r, bool is, unsigned kind, unsigned a, unsigned b, unsigned c)
{
    uint64_t mixed = attack_mix((uint64_t)kind << 48) ^ attack_mix((uint64_t)c << 40) ^
                     attack_mix((uint64_t)b << 32) ^ a;
    put(r, is, mixed, 0, attack_feature(kind, a, b, c));
}

/* The feature of words as they are. */
INLINE void add_raw(struct reading *r, bool is, unsigned kind, uint32_t hash)
{
    uint64_t feature = attack_feature(kind, hash, 0, 0);
    put(r, is, attack_mix(feature), ATTACK_FEATURES / 2, feature);
}

/* Those that were put down, each once. */
INLINE void weigh(struct reading *r)
{
    struct attack_tally k = r->k;
#pragma GCC unroll 2
    for (const uint32_t *n = r->pending; n < r->next; n++) {
        uint8_t *seen = k.seen + (*n ^ *n >> 13) % ATTACK_FILTER;
        uint32_t is_new = *seen < k.turn; /* no turn behind this one was yet */
        *seen = k.turn;
        if (r->features != NULL && is_new != 0)
            k.kept[k.count] = r->features[n - r->pending];
        k.sum += r->weights[*n] & -(int32_t)is_new;
        k.count += is_new;
    }
    r->k = k;
    r->next = r->pending;
}

/* What a class is. */
enum { KNOWN = 1, MARK = 2, ENDS = 4, OWN = 8 /* a feature of its own and no more */ };
static const uint8_t classes[AC_COUNT] = {
#define X(name) [AC_##name] = AC_##name == AC_FUNC ? 0 : AC_##name > AC_FUNC ? OWN : KNOWN,
    ATTACK_CLASSES(X)
#undef X
#define IS(name)                                                                    \
    (AC_##name == AC_LINE || AC_##name == AC_STOPMARK || AC_##name == AC_EXCLAIM || \
             AC_##name == AC_ASK                                                    \
         ? MARK | ENDS                                                              \
     : AC_##name == AC_DASH ? 0                                                     \
                            : MARK)
#define X(name) [AC_##name] = IS(name),
        ATTACK_MARKS(X)
#undef X
};

/* 0: next to each other; 1: near; 2: far; 3: another sentence. */
INLINE unsigned distance(const struct attack_trail *t)
{
    unsigned far = (unsigned)(t->since > 1) + (t->since > 3);
    return (t->same & 1) == 0 ? 3 : far;
}

INLINE unsigned class_back(const struct attack_trail *t, unsigned i)
{
    return t->classes >> 8 * i & 0xFF;
}

INLINE void meet_class(struct reading *r, unsigned class)
{
    const struct attack_trail *t = &r->t;
    unsigned last = class_back(t, 0), mark = t->mark;
    add(r, true, FEATURE_WORD, class, 0, 0);
    if (mark != 0) {
        add(r, true, FEATURE_MARKED, class, mark, 0);
        add(r, mark == AC_LINE || mark == AC_STOPMARK, FEATURE_PLACE, class, 0, 0);
    }
    if (t->behind)
        add(r, true, FEATURE_PLACE, class, mark == AC_LINE ? 1 : 2, 0);
    if (last == AC_NONE)
        return;
    add(r, true, FEATURE_PAIR, last, class, distance(t));
#pragma GCC unroll 4
    for (unsigned i = 1; i < ATTACK_TRAIL; i++)
        add(r, class_back(t, i) != AC_NONE, FEATURE_FAR, class_back(t, i), class,
            (t->same >> i & 1) == 0);
    add(r, class_back(t, 1) != AC_NONE && (t->same & 2) != 0, FEATURE_THREE, class_back(t, 1), last,
        class);
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
        add(r, (s->shape & SIGN_SHOUT) != 0, FEATURE_WORD, AC_SHOUT, s->class, 0);
        add(r, (s->shape & SIGN_LEET) != 0, FEATURE_WORD, AC_LEET, 0, 0);
    }
    add_raw(r, true, FEATURE_RAW, s->hash);
    add_raw(r, r->t.hash != 0, FEATURE_RAWS, s->hash ^ r->t.hash * 3);
    r->t.hash = s->hash;
    if ((is & OWN) != 0)
        add(r, true, FEATURE_WORD, s->class, 0, 0);
    if ((is & KNOWN) != 0) {
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

INLINE void meet_mark(struct reading *r, unsigned class, unsigned is)
{
    unsigned last = class_back(&r->t, 0), before = r->t.mark != 0 ? r->t.mark : last;
    add(r, true, FEATURE_WORD, class, 0, 0);
    add(r, before != AC_NONE, FEATURE_MARK, before, class, r->t.mark == 0);
    r->t.same &= (is & ENDS) != 0 ? 0 : UINT8_MAX;
    r->t.mark = (uint8_t) class;
    r->t.hash = 0;
    r->t.marks++;
    if (class == AC_LINE)
        end_line(&r->t);
}

/* A list of features is full; not asked before what was not weighed yet may fill it. */
INLINE bool is_full(struct reading *r)
{
    weigh(r);
    return r->k.count + ATTACK_FEATURES_A_SIGN > ATTACK_FEATURES_KEPT;
}

INLINE const struct attack_sign *take(struct attack_trail *t, struct attack_tally *k,
                                      const struct attack_sign *s, const struct attack_sign *stop,
                                      const struct attack_limits *to, bool keeps)
{
    uint32_t GW_UNSET pending[PENDING]; /* apart: what else is read with stays in registers */
    uint64_t GW_UNSET features[PENDING];
    struct reading r = {*t, *k, attack_model()->weights, pending, pending, keeps ? features : NULL};
    bool ended = false;
    if (!r.t.begun) {
        r.t.mark = AC_LINE; /* a text begins like a line: what is said first is said anywhere */
        r.t.begun = true;
    }
    while (s < stop && !ended) {
        unsigned is = classes[s->class];
        if (s->class <= AC_WORDS)
            meet_word(&r, s, is);
        else if ((is & MARK) != 0)
            meet_mark(&r, s->class, is);
        if (r.next > r.pending + PENDING - ATTACK_FEATURES_A_SIGN - 1)
            weigh(&r);
        uint32_t end = s++->end;
        bool may_end = end >= to->least;
        ended = may_end & ((end >= to->most) | ((is & ENDS) != 0));
        if (r.k.count + (size_t)(r.next - r.pending) >
            ATTACK_FEATURES_KEPT - ATTACK_FEATURES_A_SIGN)
            ended |= is_full(&r) && may_end;
    }
    weigh(&r);
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
