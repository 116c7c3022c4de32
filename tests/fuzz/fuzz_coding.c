/* tests/fuzz/fuzz_coding.c - proxy/http/coding.h: any bytes in any coding, never above the ceiling,
 * and nothing left behind by a failure. The first byte chooses the coding. */
#include "proxy/base/base.h"
#include "proxy/http/coding.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    static const char *const names[] = {"gzip", "deflate", "br", "zstd", "identity"};
    enum { CEILING = 100000 };
    struct buf out;
    if (len < 1)
        return 0;
    buf_init(&out, CEILING);
    gw_result r =
        coding_decode(slice_str(names[at[0] % GW_COUNT(names)]), slice_of(at + 1, len - 1), &out);
    if (out.len > CEILING || (!gw_ok(r) && out.len > 0) || r.code == GW_AGAIN)
        abort();
    buf_free(&out);
    return 0;
}
