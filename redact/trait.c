/* redact/trait.c - see trait.h. Refuses to know what traits are worth. Pure; owns nothing. */
#include "proxy/base/base.h"
#include "redact/trait.h"
#include "redact/model.h"

/* Traits that are being gathered. */
struct traits {
    uint32_t *out;
    size_t n;
    uint32_t kind; /* of the next one: no two kinds are mixed up */
};

static void add(struct traits *t, uint32_t a, uint32_t b)
{
    uint32_t h = (a + t->kind) * 0x9E3779B1u ^ (b + t->kind) * 0x85EBCA6Bu;
    t->kind += 0x3C6EF372u;
    t->out[t->n++] = (h ^ (h >> 15)) * 0xC2B2AE35u;
}

/* The same when there is something to say; the kind is counted in any case. */
static void add_if(struct traits *t, bool is_there, uint32_t a, uint32_t b)
{
    if (is_there)
        add(t, a, b);
    else
        t->kind += 0x3C6EF372u;
}

/* Words as they look: one that lies outside the text has a look of its own. */
struct around {
    const struct word *at[5];
};

static const struct word outside = {.low = 0x5EED, .shape = SHAPE_NONE};

static struct around look_around(const struct word *words, size_t n, size_t i)
{
    struct around a;
    for (size_t k = 0; k < 5; k++)
        a.at[k] = i + k >= 2 && i + k - 2 < n ? &words[i + k - 2] : &outside;
    return a;
}

/* How the words before this one are written: how many are capitalised, and how much of it looks
 * like a program. */
static uint32_t style_before(const struct word *words, size_t i)
{
    unsigned titles = 0, lowers = 0, code = 0;
    size_t from = i > TRAIT_BACK ? i - TRAIT_BACK : 0;
    for (size_t k = from; k < i; k++) {
        uint8_t shape = words[k].shape;
        titles += shape == SHAPE_TITLE || shape == SHAPE_UPPER;
        lowers += shape == SHAPE_LOWER;
        code += shape == SHAPE_CODE || shape == SHAPE_MIXED ||
                (shape == SHAPE_MARK && words[k].gap == GAP_NONE);
    }
    unsigned case_of = titles == 0 ? 0 : titles > lowers ? 2 : 1;
    return (lowers > 0 ? 1u : 0u) | case_of << 1 | (code > 4 ? 2u : code > 2 ? 1u : 0u) << 3;
}

static uint32_t gaps(const struct around *a)
{
    return a->at[2]->gap | (uint32_t)a->at[3]->gap << 2;
}

static void add_words(struct traits *t, const struct around *a)
{
    const struct word *const *w = a->at;
    add(t, w[2]->low, 0);
    add(t, w[2]->low, w[2]->shape);
    add(t, w[1]->low, 0);
    add(t, w[3]->low, 0);
    add(t, w[0]->low, 0);
    add(t, w[4]->low, 0);
    add(t, w[1]->low, w[2]->shape);
    add(t, w[3]->low, w[2]->shape);
    add(t, w[0]->low, w[1]->low);
    add(t, w[3]->low, w[4]->low);
    add(t, w[1]->low, w[2]->low);
    add(t, w[2]->low, w[3]->low);
    add(t, w[1]->low, w[3]->low);
    add(t, word_join(w[0]->low, w[1]->low), w[2]->shape);
}

static void add_lists(struct traits *t, const struct around *a, uint32_t style)
{
    const struct word *const *w = a->at;
    uint32_t here = w[2]->lists, shaped = here | (uint32_t)w[2]->shape << 16;
    add(t, here, 0);
    add(t, shaped, 0);
    add(t, shaped, w[1]->lists);
    add(t, shaped, w[3]->lists);
    add(t, shaped, w[1]->low);
    add(t, shaped, w[3]->low);
    add(t, shaped, style);
    add(t, shaped,
        word_join(w[1]->lists | (uint32_t)w[1]->shape << 16,
                  w[3]->lists | (uint32_t)w[3]->shape << 16));
    add(t, word_join(w[0]->lists, w[0]->shape), word_join(w[1]->lists, shaped));
    add(t, word_join(w[4]->lists, w[4]->shape), word_join(w[3]->lists, shaped));
    for (uint32_t rest = here; rest != 0; rest &= rest - 1) { /* each of its lists */
        add(t, rest & (0 - rest), w[2]->shape);
        t->kind -= 0x3C6EF372u;
    }
    t->kind += 0x3C6EF372u;
}

static void add_shapes(struct traits *t, const struct around *a, uint32_t style)
{
    const struct word *const *w = a->at;
    uint32_t shape = w[2]->shape, left = w[1]->shape, right = w[3]->shape;
    add(t, shape | left << 8 | right << 16, gaps(a));
    add(t, shape | left << 8 | (uint32_t)w[0]->shape << 16, w[2]->gap);
    add(t, shape | right << 8 | (uint32_t)w[4]->shape << 16, w[3]->gap);
    add(t, shape, style);
    add(t, shape, gaps(a));
    add_if(t, shape <= SHAPE_PLAIN && shape >= SHAPE_LOWER, w[2]->head, 0);
    add_if(t, shape <= SHAPE_PLAIN && shape >= SHAPE_LOWER, w[2]->tail, shape);
    add_if(t, shape <= SHAPE_PLAIN && shape >= SHAPE_LOWER, w[2]->tail & 0xFFFF, shape);
}

size_t trait_fill(const struct word *words, size_t n, size_t i, uint32_t key,
                  uint32_t out[TRAIT_MOST])
{
    struct traits t = {.out = out};
    struct around a = look_around(words, n, i);
    uint32_t style = style_before(words, i);
    add_words(&t, &a);
    add_lists(&t, &a, style);
    add_shapes(&t, &a, style);
    add_if(&t, key != 0, key, words[i].shape);
    add_if(&t, key != 0, key, i < 4 ? (uint32_t)i : 4);
    return t.n;
}
