/* redact/attack_chunk.c - see attack_chunk.h. */
#include "proxy/base/base.h"
#include "redact/attack_chunk.h"
#include "redact/attack_weights.h"

/* Signs into an empty queue. False: the text has no more. */
static bool read_queue(struct attack_reader *r)
{
    struct slice text = r->signs.text;
    r->next = 0;
    r->count = (uint32_t)attack_signs_read(&r->signs, text.len, r->queue, ATTACK_QUEUE);
    attack_hints_add(&r->hints, text, r->queue, r->count);
    return r->count > 0;
}

static inline bool ends_sentence(unsigned class)
{
    return class == AC_LINE || class == AC_STOPMARK || class == AC_EXCLAIM || class == AC_ASK;
}

static_assert((ATTACK_CHUNK_LEAST - 1) * ATTACK_FEATURES_A_SIGN + ATTACK_FEATURES_A_SIGN <=
                  ATTACK_CHUNK_FEATURES,
              "the signs of the least chunk have room");

/* The features of the next chunk, some of them more than once. */
static size_t read_features(struct attack_reader *r, uint64_t *out)
{
    uint32_t from = r->at;
    size_t count = 0;
    while (r->next < r->count || read_queue(r)) {
        const struct attack_sign *s = r->queue + r->next, *stop = r->queue + r->count;
        for (; s < stop; s++) {
            count += attack_features_add(&r->trail, s, out + count);
            uint32_t len = s->at + s->len - from;
            if (len < ATTACK_CHUNK_LEAST)
                continue;
            if (len >= ATTACK_CHUNK || ends_sentence(s->class) ||
                count + ATTACK_FEATURES_A_SIGN > ATTACK_CHUNK_FEATURES) {
                r->next = (uint32_t)(s + 1 - r->queue);
                r->at = from + len;
                return count;
            }
        }
        r->next = r->count;
    }
    r->at = (uint32_t)r->signs.text.len;
    return count;
}

/* Keeps each feature once (now and then, by chance of the hash, not even that) and adds up what
 * they weigh. */
static void weigh_once(uint64_t *features, size_t n, struct attack_chunk *out)
{
    uint64_t filter[ATTACK_FILTER / 64] = {0};
    const int8_t *weights = attack_model()->weights;
    int32_t sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t number = attack_feature_number(features[i]);
        uint32_t bit = (number ^ number >> 13) % ATTACK_FILTER;
        uint64_t was = filter[bit / 64], mark = 1ull << bit % 64;
        int32_t is_first = (was & mark) == 0;
        filter[bit / 64] = was | mark;
        sum += weights[number] & -is_first;
        features[count] = features[i];
        count += (size_t)is_first;
    }
    out->sum = sum;
    out->count = (uint32_t)count;
}

bool attack_chunk_next(struct attack_reader *r, struct attack_chunk *out)
{
    uint64_t GW_UNSET room[ATTACK_CHUNK_FEATURES];
    uint64_t *features = out->features != NULL ? out->features : room;
    if (r->at >= r->signs.text.len)
        return false;
    out->from = r->at;
    weigh_once(features, read_features(r, features), out);
    out->to = r->at;
    return true;
}
