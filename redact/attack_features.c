/* redact/attack_features.c - see attack_features.h. */
#include "proxy/base/base.h"
#include "redact/attack_features.h"

static uint32_t number_of(uint32_t kind, uint32_t a, uint32_t b, uint32_t c)
{
    uint64_t h = (uint64_t)a | (uint64_t)b << 32 | (uint64_t)c << 40 | (uint64_t)kind << 48;
    h = (h ^ h >> 29) * 0x9E3779B97F4A7C15u;
    uint32_t number = (uint32_t)(h >> (65 - ATTACK_FEATURE_BITS));
    return kind >= FEATURE_RAW ? number | ATTACK_FEATURES / 2 : number;
}

static void put(struct attack_feature *out, size_t *n, unsigned kind, unsigned a, unsigned b,
                unsigned c)
{
    out[*n] = (struct attack_feature){number_of(kind, a, b, c), (uint8_t)kind, (uint8_t)a,
                                      (uint8_t)b, (uint8_t)c};
    ++*n;
}

/* 0: next to each other; 1: near; 2: far; 3: another sentence. */
static unsigned distance(const struct attack_trail *t, unsigned i)
{
    uint32_t between = t->words - t->number[i];
    if (t->cut[i] != t->cuts)
        return 3;
    return between <= 1 ? 0 : between <= 3 ? 1 : 2;
}

/* Where a sentence begins: behind a row of a table, as the first one, or later. */
static unsigned place_of(const struct attack_trail *t)
{
    if (t->row && t->mark == AC_LINE)
        return AC_PIPE;
    return t->cuts == 0 ? AC_NONE : AC_STOPMARK;
}

static void meet_word(struct attack_trail *t, unsigned class, struct attack_feature *out, size_t *n)
{
    unsigned last = t->class[0];
    put(out, n, FEATURE_WORD, class, 0, 0);
    if (t->mark != 0)
        put(out, n, FEATURE_MARKED, class, t->mark, 0);
    if (t->mark == AC_LINE || t->mark == AC_STOPMARK || t->cuts == 0)
        put(out, n, FEATURE_PLACE, class, place_of(t), 0);
    if (last != AC_NONE)
        put(out, n, FEATURE_PAIR, last, class, distance(t, 0));
    for (unsigned i = 1; i < ATTACK_TRAIL && t->class[i] != AC_NONE; i++)
        put(out, n, FEATURE_FAR, t->class[i], class, t -> cut[i] != t -> cuts);
    if (last != AC_NONE && t->class[1] != AC_NONE && t->cut[1] == t->cuts)
        put(out, n, FEATURE_THREE, t->class[1], last, class);
}

static void remember(struct attack_trail *t, unsigned class)
{
    for (unsigned i = ATTACK_TRAIL - 1; i > 0; i--) {
        t->class[i] = t->class[i - 1];
        t->number[i] = t->number[i - 1];
        t->cut[i] = t->cut[i - 1];
    }
    t->class[0] = (uint8_t) class;
    t->number[0] = t->words;
    t->cut[0] = t->cuts;
}

static void add_mark(struct attack_trail *t, unsigned class, struct attack_feature *out, size_t *n)
{
    put(out, n, FEATURE_WORD, class, 0, 0);
    if (t->mark != 0)
        put(out, n, FEATURE_MARK, t->mark, class, 0);
    if (t->class[0] != AC_NONE && t->mark == 0)
        put(out, n, FEATURE_MARK, t->class[0], class, 1);
    if (class == AC_LINE || class == AC_STOPMARK || class == AC_EXCLAIM || class == AC_ASK)
        t->cuts++;
    t->mark = (uint8_t) class;
    t->last_hash = 0;
}

size_t attack_features_add(struct attack_trail *t, const struct attack_sign *s,
                           struct attack_feature out[ATTACK_FEATURES_A_SIGN])
{
    size_t n = 0;
    if (s->class == AC_DASH)
        return 0;
    if (s->class > AC_WORDS) {
        add_mark(t, s->class, out, &n);
        return n;
    }
    t->words++;
    if ((s->shape & SIGN_SHOUT) != 0)
        put(out, &n, FEATURE_WORD, AC_SHOUT, s->class, 0);
    if ((s->shape & SIGN_LEET) != 0)
        put(out, &n, FEATURE_WORD, AC_LEET, 0, 0);
    put(out, &n, FEATURE_RAW, s->hash, 0, 0);
    if (t->last_hash != 0)
        put(out, &n, FEATURE_RAWS, s->hash ^ t->last_hash * 3, 0, 0);
    t->last_hash = s->hash;
    if (s->class != AC_FUNC && s->class != AC_NONE) {
        meet_word(t, s->class, out, &n);
        remember(t, s->class);
    }
    t->mark = 0;
    return n;
}
