/* redact/attack_features.c - see attack_features.h. */
#include "proxy/base/base.h"
#include "redact/attack_features.h"
#include "redact/attack_weights.h"

#define INLINE static inline __attribute__((always_inline))

/* What a row of signs is read with. Features are put down one after the other, by number, and
 * weighed later, many at once: neither has to guess what the next one brings, and their weights,
 * which lie here and there in a table, are asked for long before they are needed. */
enum { PENDING = 256, STEP = 4 };
struct reading {
    const int8_t *weights;
    struct attack_tally *k;
    uint32_t *pending;
    uint64_t *features; /* the same as features; NULL: not wanted */
    size_t n, room;     /* that were put down; from this many on somebody has to look */
    uint32_t hash;      /* of the trail, as are those below */
    uint32_t classes, since, words, marks;
    uint8_t same, mark;
    bool behind;
};

INLINE void put(struct reading *r, bool is, uint64_t mixed, uint32_t half, uint64_t feature)
{
    uint32_t number = attack_mixed_number(mixed) | half;
    __builtin_prefetch(r->weights + number);
    r->pending[r->n] = number;
    if (r->features != NULL)
        r->features[r->n] = feature;
    r->n += is;
}

/* The feature of a class and up to two others, if it is one. What is mixed of each is mixed of all:
 * no two share a bit. */
INLINE void add(struct reading *r, bool is, unsigned kind, unsigned a, unsigned b, unsigned c)
{
    uint64_t mixed = attack_mix((uint64_t)kind << 48) ^ attack_mix((uint64_t)c << 40) ^
                     attack_mix(UINT64_C(1) << 32) * b ^ a;
    put(r, is, mixed, 0, attack_feature(kind, a, b, c));
}

/* The feature of words as they are. */
INLINE void add_raw(struct reading *r, bool is, unsigned kind, uint32_t hash)
{
    uint64_t mixed = attack_mix((uint64_t)kind << 48) ^ attack_mix(hash);
    put(r, is, mixed, ATTACK_FEATURES / 2, attack_feature(kind, hash, 0, 0));
}

/* All ones, or 0: this turn met it before. */
INLINE int32_t meet(uint32_t number, uint8_t *seen, int32_t turn)
{
    uint32_t i = (number ^ number >> 13) % ATTACK_FILTER;
    int32_t is_new = (seen[i] - turn) >> 31; /* no turn behind this one was yet */
    seen[i] = (uint8_t)turn;
    return is_new;
}

/* Adds those of a list, each once, to the tally. */
static __attribute__((noinline)) void weigh(struct attack_tally *k, const int8_t *weights,
                                            uint32_t *pending, size_t n)
{
    const uint32_t *at = pending, *stop = pending + n;
    int32_t sum = 0;
    uint32_t count = 0;
    uint8_t *seen = k->seen;
    int32_t turn = k->turn;
    for (unsigned i = 0; i < STEP; i++)
        pending[n + i] = n > 0 ? pending[n - 1] : 0; /* the last one again is not new */
    for (; at < stop; at += STEP)
#pragma GCC unroll 4
        for (unsigned i = 0; i < STEP; i++) {
            uint32_t number = at[i];
            int32_t is_new = meet(number, seen, turn);
            sum += weights[number] & is_new;
            count -= (uint32_t)is_new;
        }
    k->sum += sum;
    k->count += count;
}

/* The same, and keeps them. */
static __attribute__((noinline)) void weigh_kept(struct attack_tally *k, const int8_t *weights,
                                                 const uint32_t *pending, const uint64_t *features,
                                                 size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (meet(pending[i], k->seen, k->turn) != 0) {
            k->sum += weights[pending[i]];
            k->kept[k->count++] = features[i];
        }
}

/* What a class is. */
INLINE bool is_known(unsigned class)
{
    return class - 1 < (unsigned)AC_FUNC - 1;
}
/* It is a feature of its own and no more. */
INLINE bool is_topic(unsigned class)
{
    return class > AC_FUNC;
}
INLINE bool ends(unsigned mark)
{
    enum {
        ENDS = 1u << (AC_LINE - AC_WORDS) | 1u << (AC_STOPMARK - AC_WORDS) |
               1u << (AC_EXCLAIM - AC_WORDS) | 1u << (AC_ASK - AC_WORDS)
    };
    return mark > AC_WORDS && (ENDS >> (mark - AC_WORDS) & 1) != 0;
}
#define X(name) +1
static_assert(AC_NONE == 0 && AC_FUNC ATTACK_TOPICS(X) + 1 == AC_WORDS, "in this order");
#undef X

/* 0: next to each other; 1: near; 2: far; 3: another sentence. */
INLINE unsigned distance(const struct reading *r)
{
    unsigned far = (unsigned)(r->since > 1) + (r->since > 3);
    return (r->same & 1) == 0 ? 3 : far;
}

INLINE unsigned class_back(const struct reading *r, unsigned i)
{
    return r->classes >> 8 * i & 0xFF;
}

INLINE void meet_class(struct reading *r, unsigned class)
{
    unsigned last = class_back(r, 0), mark = r->mark;
    add(r, true, FEATURE_WORD, class, 0, 0);
    if (mark != 0) {
        add(r, true, FEATURE_MARKED, class, mark, 0);
        add(r, mark == AC_LINE || mark == AC_STOPMARK, FEATURE_PLACE, class, 0, 0);
    }
    if (r->behind)
        add(r, true, FEATURE_PLACE, class, mark == AC_LINE ? 1 : 2, 0);
    if (last == AC_NONE)
        return;
    add(r, true, FEATURE_PAIR, last, class, distance(r));
#pragma GCC unroll 4
    for (unsigned i = 1; i < ATTACK_TRAIL; i++)
        add(r, class_back(r, i) != AC_NONE, FEATURE_FAR, class_back(r, i), class,
            (r->same >> i & 1) == 0);
    add(r, class_back(r, 1) != AC_NONE && (r->same & 2) != 0, FEATURE_THREE, class_back(r, 1), last,
        class);
}

INLINE void remember(struct reading *r, unsigned class)
{
    r->classes = r->classes << 8 | class;
    r->same = (uint8_t)(r->same << 1 | 1);
    r->since = 0;
}

INLINE void meet_word(struct reading *r, const struct attack_sign *s, unsigned class)
{
    r->since++;
    r->words++;
    if ((s->shape & (SIGN_SHOUT | SIGN_LEET)) != 0) {
        add(r, (s->shape & SIGN_SHOUT) != 0, FEATURE_WORD, AC_SHOUT, class, 0);
        add(r, (s->shape & SIGN_LEET) != 0, FEATURE_WORD, AC_LEET, 0, 0);
    }
    add_raw(r, true, FEATURE_RAW, s->hash);
    add_raw(r, r->hash != 0, FEATURE_RAWS, s->hash ^ r->hash * 3);
    r->hash = s->hash;
    if (is_known(class)) {
        meet_class(r, class);
        remember(r, class);
    } else if (is_topic(class)) {
        add(r, true, FEATURE_WORD, class, 0, 0);
    }
    r->mark = 0;
}

INLINE void end_line(struct reading *r)
{
    r->behind = (r->marks > 3) & (r->marks * 2 >= r->words);
    r->words = r->marks = 0;
}

INLINE void meet_mark(struct reading *r, unsigned class)
{
    unsigned last = class_back(r, 0), before = r->mark != 0 ? r->mark : last;
    add(r, true, FEATURE_WORD, class, 0, 0);
    add(r, before != AC_NONE, FEATURE_MARK, before, class, r->mark == 0);
    r->same &= ends(class) ? 0 : UINT8_MAX;
    if (class == AC_LINE && ends(r->mark))
        r->classes = 0; /* a line that ends with its sentence: what follows is another matter */
    r->mark = (uint8_t) class;
    r->hash = 0;
    r->marks++;
    if (class == AC_LINE)
        end_line(r);
}

/* How many may be put down before they are weighed; 0: a list of features is full. */
INLINE size_t room_for(const struct attack_tally *k)
{
    enum { SIGN = ATTACK_FEATURES_A_SIGN, MOST = ATTACK_FEATURES_KEPT - SIGN + 1 };
    size_t left = k->count < MOST ? MOST - k->count : 0;
    return left < PENDING - SIGN ? left : PENDING - SIGN;
}

/* Weighs what was put down. */
INLINE void settle(struct reading *r)
{
    if (r->features != NULL)
        weigh_kept(r->k, r->weights, r->pending, r->features, r->n);
    else
        weigh(r->k, r->weights, r->pending, r->n);
    r->n = 0;
    r->room = room_for(r->k);
}

/* Until the chunk ends; the first sign that was not taken. */
INLINE const struct attack_sign *take_some(struct reading *r, const struct attack_sign *s,
                                           const struct attack_sign *stop,
                                           const struct attack_limits to)
{
    bool ended = false;
    while (s < stop && !ended) {
        unsigned class = s->class;
        uint32_t end = s->end, ends_at = to.most;
        if (class <= AC_WORDS) {
            meet_word(r, s, class);
        } else if (class != AC_DASH) {
            meet_mark(r, class);
            ends_at = ends(class) ? to.sentence : to.most;
            ends_at = class == AC_LINE ? to.line : ends_at;
        }
        s++;
        ended = end >= ends_at;
        if (r->n >= r->room) {
            settle(r);
            ended |= r->room == 0 && end >= to.sentence;
        }
    }
    settle(r);
    r->k->ended = ended;
    return s;
}

INLINE const struct attack_sign *take(struct attack_trail *t, struct attack_tally *k,
                                      const struct attack_sign *s, const struct attack_sign *stop,
                                      const struct attack_limits *to, bool keeps)
{
    uint32_t GW_UNSET pending[PENDING + STEP];
    uint64_t GW_UNSET features[PENDING];
    struct reading r = {attack_model()->weights,
                        k,
                        pending,
                        keeps ? features : NULL,
                        0,
                        0,
                        t->hash,
                        t->classes,
                        t->since,
                        t->words,
                        t->marks,
                        t->same,
                        t->mark,
                        t->behind};
    r.room = room_for(k);
    if (!t->begun) {
        r.mark = AC_LINE; /* a text begins like a line: what is said first is said anywhere */
        t->begun = true;
    }
    s = take_some(&r, s, stop, *to);
    t->hash = r.hash;
    t->classes = r.classes;
    t->since = r.since;
    t->words = r.words;
    t->marks = r.marks;
    t->same = r.same;
    t->mark = r.mark;
    t->behind = r.behind;
    return s;
}

const struct attack_sign *attack_features_add(struct attack_trail *t, struct attack_tally *k,
                                              const struct attack_sign *s,
                                              const struct attack_sign *stop,
                                              const struct attack_limits *to)
{
    return k->kept == NULL ? take(t, k, s, stop, to, false) : take(t, k, s, stop, to, true);
}
