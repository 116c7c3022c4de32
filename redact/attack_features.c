/* redact/attack_features.c - see attack_features.h. */
#include "proxy/base/base.h"
#include "redact/attack_features.h"

/* 0: next to each other; 1: near; 2: far; 3: another sentence. */
static unsigned distance(const struct attack_trail *t)
{
    uint32_t between = t->words - t->number;
    if ((t->same & 1) == 0)
        return 3;
    return between <= 1 ? 0 : between <= 3 ? 1 : 2;
}

static unsigned class_back(const struct attack_trail *t, unsigned i)
{
    return t->classes >> 8 * i & 0xFF;
}

static uint64_t *meet_word(struct attack_trail *t, unsigned class, uint64_t *out)
{
    unsigned last = class_back(t, 0);
    *out++ = attack_feature(FEATURE_WORD, class, 0, 0);
    if (t->mark != 0)
        *out++ = attack_feature(FEATURE_MARKED, class, t->mark, 0);
    if (t->mark == AC_LINE || t->mark == AC_STOPMARK)
        *out++ = attack_feature(FEATURE_PLACE, class, 0, 0);
    if (t->cuts == 0)
        *out++ = attack_feature(FEATURE_PLACE, class, 1, 0);
    if (last == AC_NONE)
        return out;
    *out++ = attack_feature(FEATURE_PAIR, last, class, distance(t));
    for (unsigned i = 1; i < ATTACK_TRAIL && class_back(t, i) != AC_NONE; i++)
        *out++ = attack_feature(FEATURE_FAR, class_back(t, i), class, (t->same >> i & 1) == 0);
    if (class_back(t, 1) != AC_NONE && (t->same & 2) != 0)
        *out++ = attack_feature(FEATURE_THREE, class_back(t, 1), last, class);
    return out;
}

static void remember(struct attack_trail *t, unsigned class)
{
    t->classes = t->classes << 8 | class;
    t->same = (uint8_t)(t->same << 1 | 1);
    t->number = t->words;
}

static uint64_t *meet_mark(struct attack_trail *t, unsigned class, uint64_t *out)
{
    *out++ = attack_feature(FEATURE_WORD, class, 0, 0);
    if (t->mark != 0)
        *out++ = attack_feature(FEATURE_MARK, t->mark, class, 0);
    else if (class_back(t, 0) != AC_NONE)
        *out++ = attack_feature(FEATURE_MARK, class_back(t, 0), class, 1);
    if (class == AC_LINE || class == AC_STOPMARK || class == AC_EXCLAIM || class == AC_ASK) {
        t->cuts++;
        t->same = 0;
    }
    t->mark = (uint8_t) class;
    t->last_hash = 0;
    return out;
}

size_t attack_features_add(struct attack_trail *t, const struct attack_sign *s,
                           uint64_t out[ATTACK_FEATURES_A_SIGN])
{
    uint64_t *to = out;
    if (!t->begun) {
        t->mark = AC_LINE; /* a text begins like a line: what is said first is said anywhere */
        t->begun = true;
    }
    if (s->class == AC_DASH)
        return 0;
    if (s->class > AC_WORDS)
        return (size_t)(meet_mark(t, s->class, out) - out);
    t->words++;
    if ((s->shape & SIGN_SHOUT) != 0)
        *to++ = attack_feature(FEATURE_WORD, AC_SHOUT, s->class, 0);
    if ((s->shape & SIGN_LEET) != 0)
        *to++ = attack_feature(FEATURE_WORD, AC_LEET, 0, 0);
    *to++ = attack_feature(FEATURE_RAW, s->hash, 0, 0);
    if (t->last_hash != 0)
        *to++ = attack_feature(FEATURE_RAWS, s->hash ^ t->last_hash * 3, 0, 0);
    t->last_hash = s->hash;
    if (s->class != AC_FUNC && s->class != AC_NONE) {
        to = meet_word(t, s->class, to);
        remember(t, s->class);
    }
    t->mark = 0;
    return (size_t)(to - out);
}
