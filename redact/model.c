/* redact/model.c - see model.h. Refuses to know traits and texts. Borrows the model's bytes. */
#include "proxy/base/base.h"
#include "redact/model.h"

enum { HEAD_BYTES = 16 + TAGS * TAGS, NEVER = -1000000 };

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

/* Eight weights of eight bits at once: the even ones and the odd ones in lanes of 16 bits. */
void model_sum(const struct model *m, const uint32_t *traits, size_t n, int16_t sums[TAGS])
{
    const uint64_t lanes = 0x00FF00FF00FF00FFu;
    uint64_t even = 0, odd = 0, row;
    for (size_t i = 0; i < n; i++) {
        memcpy(&row, m->rows + ((size_t)(traits[i] >> (32 - m->bits)) * TAGS), sizeof row);
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

static uint8_t best_of(const int32_t score[TAGS])
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
    for (unsigned k = 2; k < TAGS; k++)
        most = sums[k] > most ? sums[k] : most;
    return sums[TAG_NONE] - most >= MODEL_WALL;
}

/* The tag before a wall. */
static uint8_t best_before(const struct model *m, const int32_t score[TAGS])
{
    uint8_t best = 0;
    for (uint8_t k = 1; k < TAGS; k++)
        if (score[k] + MODEL_STEP * m->steps[k * TAGS] >
            score[best] + MODEL_STEP * m->steps[best * TAGS])
            best = k;
    return best;
}

/* One word further. */
static void step(const struct model *m, const int16_t sums[TAGS], int32_t score[TAGS],
                 uint8_t came[TAGS])
{
    int32_t next[TAGS];
    for (uint8_t to = 0; to < TAGS; to++)
        next[to] = INT32_MIN;
    for (uint8_t from = 0; from < TAGS; from++) {
        if (score[from] <= NEVER) /* behind a wall there is one way on */
            continue;
        for (uint8_t to = 0; to < TAGS; to++) {
            int32_t sum = score[from] + MODEL_STEP * m->steps[from * TAGS + to];
            if (sum > next[to]) {
                next[to] = sum;
                came[to] = from;
            }
        }
    }
    int32_t base = next[0] + sums[0]; /* only differences count, and they stay small */
    for (uint8_t k = 0; k < TAGS; k++)
        score[k] = next[k] + sums[k] - base;
}

/* Nothing but TAG_NONE came before. */
static void begin(int32_t score[TAGS])
{
    for (unsigned k = 0; k < TAGS; k++)
        score[k] = k == TAG_NONE ? 0 : NEVER;
}

void model_read(const struct model *m, int16_t (*sums)[TAGS], size_t n, uint8_t *tags)
{
    uint8_t came[MODEL_LAG + 1][TAGS] = {{0}};
    int32_t score[TAGS];
    size_t done = 0; /* so many tags are settled */
    begin(score);
    for (size_t i = 0; i < n; i++) {
        if (is_wall(sums[i])) {
            uint8_t last = best_before(m, score);
            for (; done < i; done++)
                tags[done] = trace(came, i - 1, i - 1 - done, last);
            tags[done++] = TAG_NONE;
            begin(score);
            continue;
        }
        step(m, sums[i], score, came[i % (MODEL_LAG + 1)]);
        if (i - done == MODEL_LAG)
            tags[done++] = trace(came, i, MODEL_LAG, best_of(score));
    }
    for (uint8_t last = best_of(score); done < n; done++)
        tags[done] = trace(came, n - 1, n - 1 - done, last);
}
