/* redact/model.c - see model.h. Refuses to know traits and texts. Borrows the model's bytes. */
#include "proxy/base/base.h"
#include "redact/model.h"
#include "redact/trait.h"

enum { HEAD_BYTES = 16 + TAGS * TAGS, NEVER = INT16_MIN };

/* MAGIC, bits, list_bits, 0 as four numbers; the steps; the lists; the rows. */
gw_result model_open(struct slice bytes, struct model *out)
{
    uint32_t head[4];
    *out = (struct model){0};
    if (bytes.len < HEAD_BYTES || (uintptr_t)bytes.at % 8 != 0)
        return gw_is(GW_CORRUPT);
    memcpy(head, bytes.at, sizeof head);
    if (head[0] != MODEL_MAGIC || head[1] < 8 || head[1] > 22 || head[2] < 4 || head[2] > 20)
        return gw_is(GW_CORRUPT);
    size_t slots = (size_t)4 << head[2], rows = (size_t)TAGS << head[1];
    if (bytes.len != HEAD_BYTES + slots + rows)
        return gw_is(GW_CORRUPT);
    out->bits = head[1];
    out->list_bits = head[2];
    out->steps = (const int8_t *)bytes.at + 16;
    for (size_t k = 0; k < (size_t)TAGS * TAGS; k++)
        out->costs[k / TAGS][k % TAGS] = (int16_t)(MODEL_STEP * out->steps[k]);
    out->slots = (const uint32_t *)(const void *)(bytes.at + HEAD_BYTES);
    out->rows = (const uint8_t *)bytes.at + HEAD_BYTES + slots;
    return gw_is(GW_OK);
}

uint16_t model_lists(const struct model *m, uint32_t low)
{
    uint32_t mask = ((uint32_t)1 << m->list_bits) - 1, mark = low >> 16;
    uint32_t at = low * 0x9E3779B1u >> (32 - m->list_bits);
    for (uint32_t i = 0; i <= mask; i++) {
        uint32_t slot = m->slots[(at + i) & mask];
        if (slot == 0)
            return 0;
        if (slot >> 16 == mark)
            return (uint16_t)slot;
    }
    return 0;
}

static bool is_word(const struct word *w)
{
    return w->shape >= SHAPE_LOWER && w->shape <= SHAPE_PLAIN;
}

void model_look(const struct model *m, struct word *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        words[i].lists = is_word(&words[i]) ? model_lists(m, words[i].low) : 0;
    for (size_t i = 0; i + 1 < n; i++) {
        if (!is_word(&words[i]) || !is_word(&words[i + 1]))
            continue;
        uint16_t both = model_lists(m, word_join(words[i].low, words[i + 1].low));
        words[i].lists |= both;
        words[i + 1].lists |= both;
    }
}

static const uint8_t *row_of(const struct model *m, uint32_t trait)
{
    return m->rows + (size_t)(trait >> (32 - m->bits)) * TAGS;
}

void model_foresee(const struct model *m, const uint32_t *traits, size_t n)
{
    for (size_t i = 0; i < n; i++)
        __builtin_prefetch(row_of(m, traits[i]));
}

/* Eight weights of eight bits at once: the even ones and the odd ones in lanes of 16 bits. */
void model_sum(const struct model *m, const uint32_t *traits, size_t n, int16_t sums[TAGS])
{
    const uint64_t lanes = 0x00FF00FF00FF00FFu;
    uint64_t even = 0, odd = 0, row;
    for (size_t i = 0; i < n; i++) {
        memcpy(&row, row_of(m, traits[i]), sizeof row);
        even += row & lanes;
        odd += row >> 8 & lanes;
    }
    for (unsigned k = 0; k < TAGS; k += 2) {
        sums[k] = (int16_t)((int)(even >> (8 * k) & 0xFFFF) - (int)(128 * n));
        sums[k + 1] = (int16_t)((int)(odd >> (8 * k) & 0xFFFF) - (int)(128 * n));
    }
}

/* Where the best way to `tag` at `from` was `back` words before. */
static uint8_t trace(uint8_t (*came)[TAGS], size_t from, size_t back, uint8_t tag)
{
    for (; back > 0; back--, from--)
        tag = came[from % (MODEL_LAG + 1)][tag];
    return tag;
}

static uint8_t best_of(const int16_t score[TAGS])
{
    uint8_t best = 0;
    for (uint8_t k = 1; k < TAGS; k++)
        best = score[k] > score[best] ? k : best;
    return best;
}

/* Is the word so surely no name that all readings meet there? */
static bool is_wall(const int16_t sums[TAGS])
{
    int16_t most = sums[1];
    if (sums[TAG_NONE] == MODEL_PASSED)
        return true;
    for (unsigned k = 2; k < TAGS; k++)
        most = sums[k] > most ? sums[k] : most;
    return sums[TAG_NONE] - most >= MODEL_WALL;
}

/* The tag before a wall. */
static uint8_t best_before(const struct model *m, const int16_t score[TAGS])
{
    uint8_t best = 0;
    for (uint8_t k = 1; k < TAGS; k++)
        if (score[k] + m->costs[k][TAG_NONE] > score[best] + m->costs[best][TAG_NONE])
            best = k;
    return best;
}

/* A number for each tag: they are reckoned with side by side. Only differences count, and they stay
 * small: three sums of weights and four steps at most. */
typedef int16_t each_tag __attribute__((vector_size(TAGS * sizeof(int16_t))));
_Static_assert(3 * TRAIT_MOST * 128 + 4 * MODEL_STEP * 128 < INT16_MAX, "they have room");

/* One word further: where each tag came from. */
static void step(const struct model *m, const int16_t sums[TAGS], int16_t score[TAGS],
                 uint8_t came[TAGS])
{
    each_tag next, came_from = {0}, own;
    memcpy(&next, m->costs[0], sizeof next);   /* score[0] is always 0 */
    int16_t end = score[1] > NEVER ? TAGS : 1; /* behind a wall there is one way on */
    for (int16_t from = 1; from < end; from++) {
        each_tag sum;
        memcpy(&sum, m->costs[from], sizeof sum);
        sum += score[from];
        each_tag more = sum > next;
        next = (sum & more) | (next & ~more);
        came_from = (more & from) | (came_from & ~more);
    }
    memcpy(&own, sums, sizeof own);
    next += own;
    next -= next[0];
    memcpy(score, &next, sizeof next);
    for (uint8_t k = 0; k < TAGS; k++)
        came[k] = (uint8_t)came_from[k];
}

/* Nothing but TAG_NONE came before. */
static void begin(int16_t score[TAGS])
{
    for (unsigned k = 0; k < TAGS; k++)
        score[k] = k == TAG_NONE ? 0 : NEVER;
}

void model_read(const struct model *m, int16_t (*sums)[TAGS], size_t n, uint8_t *tags)
{
    uint8_t came[MODEL_LAG + 1][TAGS] = {{0}};
    int16_t score[TAGS];
    size_t done = 0;       /* so many tags are settled */
    bool is_begun = false; /* since the last wall */
    begin(score);
    for (size_t i = 0; i < n; i++) {
        bool wall = is_wall(sums[i]);
        if (wall && is_begun) {
            uint8_t last = best_before(m, score);
            for (; done < i; done++)
                tags[done] = trace(came, i - 1, i - 1 - done, last);
            begin(score);
        }
        is_begun = !wall;
        if (wall) {
            tags[done++] = TAG_NONE;
            continue;
        }
        step(m, sums[i], score, came[i % (MODEL_LAG + 1)]);
        if (i - done == MODEL_LAG)
            tags[done++] = trace(came, i, MODEL_LAG, best_of(score));
    }
    for (uint8_t last = best_of(score); done < n; done++)
        tags[done] = trace(came, n - 1, n - 1 - done, last);
}
