/* redact/attack_chunk.c - see attack_chunk.h. */
#include "proxy/base/base.h"
#include "redact/attack_chunk.h"

static_assert((ATTACK_CHUNK_LEAST - 1) * ATTACK_FEATURES_A_SIGN + ATTACK_FEATURES_A_SIGN <=
                  ATTACK_FEATURES_KEPT,
              "the signs of the least chunk have room");

void attack_chunk_begin(struct attack_reader *r, struct slice text)
{
    r->signs = (struct attack_signs){.text = text};
    r->at = r->next = r->count = 0;
    r->trail = (struct attack_trail){0};
    r->hints = (struct attack_hints){.backwards = attack_looks_backwards(text)};
    r->turn = UINT8_MAX; /* so that what was seen is wiped for the first one */
}

/* Another turn; after the last one the first again, with nothing seen. */
static uint8_t take_turn(struct attack_reader *r)
{
    if (r->turn < UINT8_MAX)
        return ++r->turn;
    memset(r->seen, 0, sizeof r->seen);
    return r->turn = 1;
}

/* Signs into an empty queue. False: the text has no more. */
static bool read_queue(struct attack_reader *r)
{
    r->next = 0;
    r->count = (uint32_t)attack_signs_read(&r->signs, r->queue);
    attack_hints_add(&r->hints, r->signs.text, r->queue, r->count);
    return r->count > 0;
}

bool attack_chunk_next(struct attack_reader *r, struct attack_chunk *out)
{
    bool is_long = r->signs.text.len > ATTACK_LONG;
    struct attack_limits to = {.line = r->at + (is_long ? ATTACK_LINE_LEAST : ATTACK_CHUNK_LEAST),
                               .sentence =
                                   r->at + (is_long ? ATTACK_SENTENCE_LEAST : ATTACK_CHUNK_LEAST),
                               .most = r->at + ATTACK_CHUNK};
    struct attack_tally k = {.kept = out->features, .seen = r->seen};
    if (r->at >= r->signs.text.len)
        return false;
    k.turn = take_turn(r);
    out->from = r->at;
    while (!k.ended && (r->next < r->count || read_queue(r)))
        r->next = (uint32_t)(attack_features_add(&r->trail, &k, r->queue + r->next,
                                                 r->queue + r->count, &to) -
                             r->queue);
    r->at = k.ended ? r->queue[r->next - 1].end : (uint32_t)r->signs.text.len;
    out->to = r->at;
    out->sum = k.sum;
    out->count = k.count;
    return true;
}
