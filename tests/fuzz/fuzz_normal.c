/* tests/fuzz/fuzz_normal.c - any bytes: never longer, offsets inside, separators kept; the same as
 * byte by byte. */
#include "proxy/base/base.h"
#include "redact/normal.h"
#include "tests/unit/normal_oracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static size_t separators(struct slice s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += s.at[i] == 0x1F ? 1 : 0;
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct arena *a = arena_new(64 << 20);
    struct slice source = slice_of(bytes, len);
    struct normal n;
    if (a != NULL && gw_ok(normal_make(source, a, &n))) {
        if (n.text.len > len || separators(n.text) != separators(source))
            abort();
        for (size_t i = 0; i < n.text.len; i++) {
            size_t from, to;
            offmap_range(&n.map, i, i + 1, &from, &to);
            if (from > to || to > len)
                abort();
        }
    }
    struct normal want;
    if (a != NULL && gw_ok(oracle_make(source, a, &want)) &&
        (!oracle_agrees(&want, &n, 1) || !oracle_islands_hold(source, &n)))
        abort();
    arena_free(a);
    return 0;
}
