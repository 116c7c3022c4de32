/* redact/attack_chunk.c - see attack_chunk.h. */
#include "proxy/base/base.h"
#include "redact/attack_chunk.h"
#include "redact/attack_weights.h"

enum { SIGNS = 64 };

/* The features of the signs up to `to`, some of them more than once. */
static size_t read_features(struct attack_reader *r, size_t to, uint64_t *out)
{
    struct attack_sign GW_UNSET signs[SIGNS];
    size_t count = 0;
    while (r->signs.at < to && r->signs.at < r->signs.text.len) {
        size_t n = attack_signs_read(&r->signs, to, signs, SIGNS);
        attack_hints_add(&r->hints, r->signs.text, signs, n);
        for (size_t i = 0; i < n; i++)
            if (count + ATTACK_FEATURES_A_SIGN <= ATTACK_CHUNK_FEATURES)
                count += attack_features_add(&r->trail, &signs[i], out + count);
    }
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
    size_t at = r->signs.at;
    if (at >= r->signs.text.len)
        return false;
    out->from = (uint32_t)at;
    weigh_once(features, read_features(r, at + ATTACK_CHUNK, features), out);
    out->to = (uint32_t)r->signs.at;
    return true;
}
