/* redact/attack_chunk.c - see attack_chunk.h. */
#include "proxy/base/base.h"
#include "redact/attack_chunk.h"
#include "redact/attack_weights.h"

enum { SIGNS = 64 };

/* True the first time; now and then, by chance of the hash, not even then. */
static bool is_first(uint64_t filter[ATTACK_FILTER / 64], uint32_t number)
{
    uint32_t bit = (number ^ number >> 13) % ATTACK_FILTER;
    bool was = (filter[bit / 64] >> bit % 64 & 1) != 0;
    filter[bit / 64] |= 1ull << bit % 64;
    return !was;
}

static void add_sign(struct attack_reader *r, const struct attack_sign *s,
                     uint64_t filter[ATTACK_FILTER / 64], struct attack_chunk *out)
{
    struct attack_feature some[ATTACK_FEATURES_A_SIGN];
    const int8_t *weights = attack_model()->weights;
    attack_hints_add(&r->hints, r->text, s);
    size_t n = attack_features_add(&r->trail, s, some);
    for (size_t i = 0; i < n && out->count < ATTACK_CHUNK_FEATURES; i++) {
        if (!is_first(filter, some[i].number))
            continue;
        out->sum += weights[some[i].number];
        if (out->features != NULL)
            out->features[out->count] = some[i];
        out->count++;
    }
}

bool attack_chunk_next(struct attack_reader *r, struct attack_chunk *out)
{
    uint64_t filter[ATTACK_FILTER / 64] = {0};
    struct attack_sign signs[SIGNS];
    if (r->at >= r->text.len)
        return false;
    out->from = (uint32_t)r->at;
    out->count = 0;
    out->sum = 0;
    size_t to = r->at + ATTACK_CHUNK;
    while (r->at < to && r->at < r->text.len) {
        size_t n = attack_signs_read(r->text, &r->at, to, signs, SIGNS);
        for (size_t i = 0; i < n; i++)
            add_sign(r, &signs[i], filter, out);
    }
    out->to = (uint32_t)r->at;
    return true;
}
