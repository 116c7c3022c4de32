/* tests/fuzz/fuzz_who.c - any text: names are inside it, in order and apart; the same when it is
 * read by stretches. */
#include "proxy/base/base.h"
#include "redact/who.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

struct sum {
    uint64_t hash;
    uint32_t end, len;
};

static gw_result add(void *sum, const struct name *n)
{
    struct sum *s = sum;
    if (n->start < s->end || n->end <= n->start || n->end > s->len || n->score > 1000)
        abort();
    s->end = n->end;
    s->hash = (s->hash ^ n->start ^ (uint64_t)n->end << 20 ^ n->kind) * 0x100000001B3u + n->score;
    return gw_is(GW_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct model m;
    struct slice text = slice_of(bytes, len), key = slice_cut(text, 0, 5);
    struct sum whole = {.len = (uint32_t)len}, parts = whole;
    size_t range[2] = {0, len};
    if (!gw_ok(model_open(model_built_in(), &m)) ||
        !gw_ok(who_find(&m, text, key, range, add, &whole)))
        abort();
    range[0] = 0;
    for (range[1] = 1; range[1] <= len; range[1] += 50)
        if (!gw_ok(who_find(&m, text, key, range, add, &parts)))
            abort();
    range[1] = len;
    if (!gw_ok(who_find(&m, text, key, range, add, &parts)) || parts.hash != whole.hash)
        abort();
    return 0;
}
