/* proxy/gate/gate.c - see gate.h: what all exchanges of a worker share. */
#include "proxy/base/base.h"
#include "proxy/gate/gate.h"
#include "proxy/gate/state.h"

const struct gate_limits *gate_limits_default(void)
{
    static const struct gate_limits limits = {
        .request_body = 32u << 20,
        .answer_body = 32u << 20,
        .event = 1u << 20,
        .memory = UINT64_C(1) << 30,
        .head_ms = 10000,
        .body_ms = 10000,
        .first_byte_ms = 120000,
        .between_ms = 60000,
        .stream_ms = 1800000,
        .keep_alive_ms = 15000,
    };
    return &limits;
}

struct json_limits gate_json_limits(const struct gate *g)
{
    struct json_limits limits = *json_limits_default();
    if (g->limits.json_keys > 0)
        limits.keys = g->limits.json_keys;
    return limits;
}

size_t gate_upstream_index(const struct gate *g, struct slice name)
{
    for (size_t i = 0; i < g->upstream_count; i++)
        if (slice_is(g->upstreams[i].name, name))
            return i;
    return SIZE_MAX;
}

void gate_free_spares(struct gate *g)
{
    for (struct exchange *x = g->spares, *next; x != NULL; x = next) {
        next = x->spare;
        free(x);
    }
    g->spares = NULL;
    g->spare_count = 0;
    arena_pool_free(&g->arenas);
    buf_pool_free(&g->bufs);
}
